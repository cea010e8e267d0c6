"""No rule, default or text names a district but that district's own standard, plan and demo."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import livelihood_map

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = Path(livelihood_map.__file__).parent
NAMED = re.compile(r"闵行|Minhang|310112")
OWN = {
    "data/programme/minhang-2023.toml",
    "data/standards/minhang-2023.toml",
    "data/registers/towns.toml",
}
"""Its standard, its plan, and how its towns are written, used where they are the towns."""


def constants_of(path):
    """Return the texts of a module that are no documentation."""
    tree = ast.parse(path.read_text("utf-8"))
    told = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    every = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return [node.value for node in every if isinstance(node.value, str) and id(node) not in told]


def test_no_text_of_the_code_names_the_district():
    """No default, pattern or message in a module names it; examples in documentation may."""
    named = {
        path.relative_to(PACKAGE).as_posix(): text
        for path in PACKAGE.rglob("*.py")
        for text in constants_of(path)
        if NAMED.search(text) and "minhang-2023" not in text
    }
    assert named == {}


def test_no_other_file_that_ships_names_the_district():
    """Catalogue, settings, templates, tables and pages are those of any district."""
    shipped = [*(ROOT / "data").rglob("*"), *PACKAGE.rglob("*")]
    named = set()
    for path in shipped:
        place = path.relative_to(ROOT).as_posix()
        if not path.is_file() or path.suffix in {".py", ".pyc", ".nbi", ".nbc"}:
            continue
        text = path.read_bytes().decode("utf-8", "ignore")
        if NAMED.search(text) and not place.startswith("data/demo/"):
            named.add(place)
    assert named == OWN
