"""The page's modules have types, and the compiler that holds them finds a planted fault."""

from __future__ import annotations

import json

import pytest

from page_types import checking


def holds(project=checking.HERE / "tsconfig.json"):
    """Return what the compiler says, or skip with the remedy; in CI a missing one is a failure."""
    try:
        return checking.check_types(project)
    except checking.CompilerMissingError as error:
        if checking.is_required():
            pytest.fail(str(error))
        pytest.skip(str(error))


def test_the_types_of_the_page_s_modules_hold():
    """TypeScript finds no fault in the modules, read strictly by their JSDoc."""
    assert holds() == (True, "")


def test_a_wrong_type_is_found(tmp_path):
    """A module that gives a text where a number is asked for does not pass."""
    (tmp_path / "wrong.js").write_text(
        "/** @param {number} m */\nexport const twice = (m) => 2 * m;\ntwice('a');\n",
        encoding="utf-8",
    )
    project = tmp_path / "tsconfig.json"
    base = str(checking.HERE / "tsconfig.json")
    project.write_text(json.dumps({"extends": base, "include": ["*.js"]}), encoding="utf-8")
    passes, said = holds(project)
    assert not passes
    assert "TS2345" in said


def test_without_npm_the_remedy_is_told(tmp_path, monkeypatch):
    """Where npm is missing the message says what to install."""
    (tmp_path / "package-lock.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(checking.shutil, "which", lambda _: None)
    with pytest.raises(checking.CompilerMissingError, match=r"npm.*install Node\.js"):
        checking.fetch_compiler(tmp_path)
