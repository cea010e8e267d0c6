"""The house keeps its plan."""

from __future__ import annotations

import ast
import shutil
import sys
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


@pytest.fixture
def copied_package(tmp_path: Path) -> Path:
    """Return a folder that holds a copy of the package."""
    shutil.copytree(
        PACKAGE,
        tmp_path / "livelihood_map",
        ignore=shutil.ignore_patterns("__pycache__", "assets", "data"),
    )
    return tmp_path


def test_contracts_hold(copied_package, monkeypatch):
    """Every import goes down the layers, and outside libraries enter through their one door."""
    assert lint(copied_package, monkeypatch)


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("core/units.py", "from livelihood_map import pipeline"),
        ("coverage/__init__.py", "from livelihood_map import gaps"),
        ("gaps.py", "import folium"),
        ("report/sites.py", "from livelihood_map import mapping"),
        ("load/towns.py", "import osmnx"),
        ("siting/clustering.py", "import highspy"),
        ("load/files/parsing.py", "from livelihood_map.load.location import datums"),
        ("load/location/datums.py", "from livelihood_map.load.osm import cover"),
        ("load/osm/cover.py", "from livelihood_map.load import registers"),
        ("load/centres.py", "from livelihood_map.load import towns"),
    ],
)
def test_planted_wrong_import_is_found(copied_package, monkeypatch, module, line):
    """An import that climbs a layer, or takes a library through a wrong door, is refused."""
    target = copied_package / "livelihood_map" / module
    assert target.exists()
    target.write_text(f"{target.read_text('utf-8')}\n{line}\n", encoding="utf-8")
    assert not lint(copied_package, monkeypatch)


def test_new_module_must_find_its_layer(copied_package, monkeypatch):
    """The list of layers is exhaustive: a module that nobody placed is refused."""
    (copied_package / "livelihood_map" / "somewhere.py").write_text('"""New."""\n', "utf-8")
    assert not lint(copied_package, monkeypatch)


def test_new_module_of_load_must_find_its_room(copied_package, monkeypatch):
    """The rooms of load are exhaustive too."""
    (copied_package / "livelihood_map" / "load" / "somewhere.py").write_text(
        '"""New."""\n', "utf-8"
    )
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
    """Every public module-level function that raises something says so."""
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
