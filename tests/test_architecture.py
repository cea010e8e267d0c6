"""The house keeps its plan."""

from __future__ import annotations

import ast
import io
import shutil
import sys
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path

import grimp
import pytest
from importlinter.cli import lint_imports

import livelihood_map

PACKAGE = Path(livelihood_map.__file__).parent
ROOT = Path(__file__).resolve().parent.parent
CHAIN_MAX = 6
"""Imports below one another inside load, those for types among them."""


def lint(folder: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Return whether the package below `folder` keeps the import contracts of pyproject.toml."""
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    for name in [n for n in sys.modules if n.partition(".")[0] == "livelihood_map"]:
        monkeypatch.delitem(sys.modules, name)
    config = str(ROOT / "pyproject.toml")
    return lint_imports(config_filename=config, cache_dir=None, no_cache=True) == 0


def copy_package(folder: Path) -> Path:
    """Return the folder, with a copy of the package in it."""
    shutil.copytree(
        PACKAGE,
        folder / "livelihood_map",
        ignore=shutil.ignore_patterns("__pycache__", "assets", "data", "templates"),
    )
    return folder


@pytest.fixture
def copied_package(tmp_path: Path) -> Path:
    """Return a folder that holds a copy of the package."""
    return copy_package(tmp_path)


def test_contracts_hold(copied_package, monkeypatch):
    """Every import goes down the layers, and outside libraries enter through their one door."""
    assert lint(copied_package, monkeypatch)


WRONG = [
    ("core/units.py", "livelihood_map.pipeline"),
    ("network/build.py", "livelihood_map.load"),
    ("coverage/__init__.py", "livelihood_map.gaps"),
    ("programme/mix.py", "livelihood_map.load.towns"),
    ("gaps.py", "folium"),
    ("report/sites.py", "livelihood_map.mapping"),
    ("pipeline/stages.py", "livelihood_map.commands"),
    ("commands/check.py", "livelihood_map.office"),
    ("office/jobs.py", "livelihood_map.cli"),
    ("pipeline/running.py", "starlette"),
    ("load/towns.py", "osmnx"),
    ("siting/clustering.py", "highspy"),
    ("siting/plan.py", "livelihood_map.siting.solver.kernels"),
    ("load/files/parsing.py", "livelihood_map.load.location.datums"),
    ("load/location/datums.py", "livelihood_map.load.osm.cover"),
    ("load/osm/cover.py", "livelihood_map.load.registers"),
    ("load/centres.py", "livelihood_map.load.towns"),
]
"""Modules, each with an import that it may not have: up a layer, or a library by a wrong door."""


@pytest.fixture(scope="module")
def told_of_wrong_imports(tmp_path_factory):
    """Return what the contracts say of a copy of the package with every wrong import planted."""
    folder = copy_package(tmp_path_factory.mktemp("wrong"))
    for module, imported in WRONG:
        target = folder / "livelihood_map" / module
        target.write_text(f"{target.read_text('utf-8')}\nimport {imported}\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patched, redirect_stdout(io.StringIO()) as said:
        assert not lint(folder, patched)
    return " ".join(said.getvalue().split())


@pytest.mark.parametrize(("module", "imported"), WRONG)
def test_planted_wrong_import_is_found(told_of_wrong_imports, module, imported):
    """An import that climbs a layer, or takes a library through a wrong door, is refused."""
    importer = module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    assert f"livelihood_map.{importer} -> {imported} (l." in told_of_wrong_imports


@pytest.mark.parametrize("place", ["somewhere.py", "load/somewhere.py"])
def test_new_module_must_find_its_layer(copied_package, monkeypatch, place):
    """Layers and the rooms of load are exhaustive: a module that nobody placed is refused."""
    (copied_package / "livelihood_map" / place).write_text('"""New."""\n', "utf-8")
    assert not lint(copied_package, monkeypatch)


def test_chains_of_imports_inside_load_are_short():
    """Whoever reads a module of load reads at most six more below one another."""
    graph = grimp.build_graph("livelihood_map", cache_dir=None)
    room = "livelihood_map.load."

    @cache
    def longest_chain(module: str) -> tuple[str, ...]:
        imported = sorted(graph.find_modules_directly_imported_by(module))
        below = [longest_chain(other) for other in imported if other.startswith(room)]
        return (module.removeprefix(room), *max(below, key=len, default=()))

    chains = [longest_chain(module) for module in sorted(graph.modules) if module.startswith(room)]
    longest = max(chains, key=len)
    print(f"{len(longest) - 1} imports: {' -> '.join(longest)}")  # noqa: T201  (the figure is wanted)
    assert len(longest) - 1 <= CHAIN_MAX


def test_public_functions_say_what_they_raise():
    """Every public module-level function that raises something says so; no docstring says more."""
    silent = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.name.startswith("_") and path.name != "__init__.py":
            continue
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                raises = any(isinstance(part, ast.Raise) for part in ast.walk(node))
                if raises and "Raises\n------" not in (ast.get_docstring(node) or ""):
                    silent.append(f"{path.relative_to(PACKAGE).as_posix()}: {node.name}")
    assert silent == []
    assert [
        f"{path.relative_to(PACKAGE).as_posix()}: {node.name}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
        and "Raises\n------\nNothing." in (ast.get_docstring(node) or "")
    ] == []


def test_every_test_states_a_rule():
    """Every test has one sentence that states the rule it checks."""
    mute = [
        f"{path.name}: {node.name}"
        for path in sorted(Path(__file__).parent.rglob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert mute == []
