"""What the program builds on is declared, used, and said why."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import livelihood_map
from livelihood_map.cli import main

PACKAGE = Path(livelihood_map.__file__).parent
DECLARED = (Path(__file__).resolve().parent.parent / "pyproject.toml").read_text("utf-8")
PROJECT = tomllib.loads(DECLARED)["project"]


def names(requirements):
    """Return the names in a list of requirements."""
    return {canonicalize_name(Requirement(line).name) for line in requirements}


def imported_by():
    """Return the modules of the package by the outside distribution that they import."""
    homes = packages_distributions()
    importers = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                modules = [node.module]
            for top in {module.partition(".")[0] for module in modules}:
                if top not in sys.stdlib_module_names | {"livelihood_map"}:
                    name = canonicalize_name(homes[top][0])
                    importers.setdefault(name, set()).add(path.relative_to(PACKAGE).as_posix())
    return importers


def test_what_is_imported_is_declared_and_nothing_else():
    """A library stands in pyproject.toml when a module imports it, and only then."""
    extras = PROJECT["optional-dependencies"].values()
    declared = names(PROJECT["dependencies"]).union(*map(names, extras))
    assert set(imported_by()) == declared


@pytest.mark.parametrize("extra", PROJECT["optional-dependencies"])
def test_an_extra_is_asked_for_in_words(extra):
    """What an office can do without is imported where its absence is told, and nowhere else."""
    importers = imported_by()
    for name in names(PROJECT["optional-dependencies"][extra]):
        assert name not in names(PROJECT["dependencies"])
        for module in importers[name]:
            is_told = "with needed_by(" in (PACKAGE / module).read_text("utf-8")
            assert is_told or module.startswith("office/")  # told by the command, see below


def test_the_office_program_without_its_extra_is_told_in_words(monkeypatch, capsys, tmp_path):
    """Where the web framework is not installed, `serve` says what to install."""
    for name in [name for name in sys.modules if name.startswith("livelihood_map.office")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert main(["serve", str(tmp_path)]) == 1
    assert "livelihood-map[office]" in capsys.readouterr().err


def test_each_direct_dependency_says_why():
    """Beside each library that a user must install stands the sentence why."""
    written = [*PROJECT["dependencies"]]
    written += [line for extra in PROJECT["optional-dependencies"].values() for line in extra]
    for line in written:
        said = re.search(rf'^    "{re.escape(line)}", +# (\w.{{20,}})$', DECLARED, re.MULTILINE)
        assert said, line
