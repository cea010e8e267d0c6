"""No path is made from a table's text but by way of `core/names.py`.

The rule, read off the sources: whatever is joined to a path (by ``/``, ``joinpath``, ``with_name``,
``with_stem``, ``with_suffix`` or a second argument of ``Path``), and whatever an f-string that
looks like a file name holds, is a constant, a number that is counted, or a name that `core.names`
made. What the settings name stands below ``base`` and is the user's own path.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import livelihood_map

PACKAGE = Path(livelihood_map.__file__).parent
NAMERS = {"safe_name", "safe_names", "name_towns"}
JOINERS = {"joinpath", "with_name", "with_stem", "with_suffix"}
PATH_CALLS = {"Path", "data_path", "files", "resolve"}
PATH_PARTS = {"folder", "maps", "parent"}
LOOKS_LIKE_A_FILE = re.compile(
    r"[\w{}./ -]*\.(xlsx|docx|html|csv|geojson|gpkg|svg|png|pdf|json|toml|parquet|osm)"
    r"|[\w{}-]+/[\w{}/-]*\.\{\}"
)
ALLOWED = {
    "core/io.py: *parts": "the shipped data, constants of the callers",
    "core/io.py: f'.draft-{os.getpid()}-{secrets.token_hex(2)}{path.suffix}'": "a draft",
    "core/labels.py: f'{name}.toml'": "our own catalogue, read",
    "core/standards.py: f'{name}.toml'": "read; the settings may name any file",
    "load/files/reader_child.py: ending": "the parts of a layer, read",
    "load/files/reader_child.py: ending.upper()": "the parts of a layer, read",
    "load/files/reader_child.py: part.name": "a copy for the child, named as the file is",
    "load/files/layers.py: suffix": "the parts of a shapefile, read",
    "load/files/layers.py: suffix.upper()": "the parts of a shapefile, read",
    "mapping/assets.py: path": "our own scripts, read",
    "mapping/assets.py: name": "our own scripts, read",
    "mapping/what_if_section.py: f'{file}.geojson'": "a name that the browser saves under",
    "commands/batch/merging.py: f'{name}.parquet'": "tables are ours",
    "mapping/pages.py: f'pictures/{name}.{picture_format}'": "the settings take two formats alone",
    "pipeline/changeover.py: name": "our own folders beside the outputs",
    "pipeline/record.py: path.name + ending": "what lies beside an input, read",
    "commands/replay.py: record['base']": "where the settings lay, read",
    "pipeline/reporting.py: f'rejects{number}.xlsx'": "rejects.xlsx, rejects2.xlsx, … counted",
    "pipeline/reporting.py: lists[number]": "one of these",
    "pipeline/stored.py: f'{OUTPUT}/tables/{maker}/{name}.parquet'": "stages and tables are ours",
    "pipeline/running.py: f'{path.stem}-{there[:8]}{path.suffix}'": "a copy, named as the file is",
    "pipeline/__init__.py: item.name": "copies of the shipped example",
    "pipeline/drawing.py: name": "named by mapping/pages.py, which keeps the rule itself",
    "commands/yearly/comparisons.py: f'{name}.geojson'": "an answer, constants of the callers",
    "commands/yearly/common.py: f'{name}.xlsx'": "an answer, constants of the callers",
    "programme/model.py: f'{name}.toml'": "read; the settings may name any file",
    "report/briefs.py: f'{sort}.docx'": "town or district, the templates",
    "office/answers.py: f'{name}.json'": "an answer, constants of the callers",
    "office/correcting.py: f'corrections-{number}.xlsx'": "counted",
    "office/jobs.py: f'{sort}.json'": "look or work",
    "office/jobs.py: f'{sort}.jsonl'": "look or work",
    "office/projects.py: named": "a folder of the settings, refused where it leads outside",
    "office/receiving.py: kept": "made by `safe_name`, with an ending of a list",
    "office/results.py: name": "what lies in the folders of results, read",
}
"""What is joined where, against the rule, and why it may be."""


class Reader:
    """Reads one function: which of its names are paths, and which are fit to be joined."""

    def __init__(self, function: ast.AST, around: Reader | None = None):
        self.function = function
        self.around = around
        self.values: dict[str, list[ast.expr | None]] = {}
        self.paths: set[str] = set()
        for node in own_nodes(function):
            self._note(node)

    def _note(self, node):
        if isinstance(node, ast.arg):
            self.values.setdefault(node.arg, []).append(None)
            if node.annotation is not None and "Path" in ast.unparse(node.annotation):
                self.paths.add(node.arg)
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                self._bind(target, node.value)
        elif isinstance(node, (ast.For, ast.comprehension)):
            self._bind(node.target, node.iter)

    def _bind(self, target, value):
        if isinstance(target, ast.Name):
            self.values.setdefault(target.id, []).append(value)
        elif isinstance(target, ast.Tuple):
            is_pairwise = isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts)
            values = value.elts if is_pairwise else [value] * len(target.elts)
            for part, own in zip(target.elts, values, strict=True):
                self._bind(part, own)

    def is_path(self, node, depth=0):
        """Return whether an expression is a path, as far as the function tells."""
        if depth > 9:
            return False
        if isinstance(node, ast.Name):
            if node.id not in self.values:
                return self.around is not None and self.around.is_path(node, depth + 1)
            return node.id in self.paths or any(
                self.is_path(value, depth + 1) for value in self.values[node.id] if value
            )
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            return self.is_path(node.left, depth + 1) or is_text(node.right)
        if isinstance(node, ast.Call):
            return called(node) in PATH_CALLS | JOINERS
        return isinstance(node, ast.Attribute) and node.attr in PATH_PARTS

    def is_fit(self, node, depth=0):
        """Return whether an expression may be joined to a path."""
        if depth > 9:
            return False
        if isinstance(node, ast.Name) and not is_constant_name(node.id):
            if node.id not in self.values:
                return self.around is not None and self.around.is_fit(node, depth + 1)
            parts = self.values[node.id]
        elif isinstance(node, ast.Call):
            if called(node) in NAMERS | {"range", "len"}:
                return True
            is_view = called(node) in {"items", "values"}
            parts = [node.func.value] if is_view else node.args
            parts = parts if is_view or called(node) == "enumerate" else [None]
        else:
            parts = parts_of(node)
        return all(part is not None and self.is_fit(part, depth + 1) for part in parts)

    def offences(self):
        """Return what the function joins to paths against the rule."""
        return [
            ast.unparse(part)
            for node in own_nodes(self.function)
            for part in self._joined(node)
            if not self.is_fit(part)
        ]

    def _joined(self, node):
        """Return what an expression joins to a path."""
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            is_join = isinstance(node.right, ast.JoinedStr) or self.is_path(node.left)
            return [node.right] if is_join and not is_base(node.left) else []
        if isinstance(node, ast.Call) and called(node) == "Path":
            return node.args[1:] or [one for one in node.args if is_text(one)]
        if isinstance(node, ast.Call):
            return node.args if called(node) in JOINERS else []
        is_file = isinstance(node, ast.JoinedStr) and LOOKS_LIKE_A_FILE.fullmatch(pattern_of(node))
        return [node] if is_file else []


def is_constant_name(name):
    """Return whether a name is a module's constant, by the look of it."""
    return name.lstrip("_").isupper()


def parts_of(node):
    """Return what must be fit for an expression to be fit; [None] where it never is."""
    if isinstance(node, (ast.Constant, ast.Name)):
        return []
    if isinstance(node, ast.Attribute):
        return [] if is_constant_name(node.attr) else [None]
    if isinstance(node, ast.BinOp):
        return [node.left, node.right] if isinstance(node.op, (ast.BitOr, ast.Add)) else [None]
    if isinstance(node, ast.JoinedStr):
        return node.values
    if isinstance(node, (ast.Tuple, ast.List)):
        return node.elts
    is_inner = isinstance(node, (ast.FormattedValue, ast.Subscript, ast.Starred))
    return [node.value] if is_inner else [None]


def own_nodes(function):
    """Return the nodes of a function or module without those of functions inside."""
    waiting = list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop(0)
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            waiting += ast.iter_child_nodes(node)


def called(call):
    """Return the last name of what is called."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def is_text(node):
    """Return whether an expression is a text for certain."""
    is_constant = isinstance(node, ast.Constant) and isinstance(node.value, str)
    is_sum = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)
    return is_constant or isinstance(node, ast.JoinedStr) or (is_sum and is_text(node.right))


def is_base(node):
    """Return whether an expression is the folder from which the settings name files."""
    return re.fullmatch(r"(Path\()?(\w+\.)*base\)?", ast.unparse(node)) is not None


def pattern_of(node):
    """Return an f-string with {} in place of its values."""
    return "".join(one.value if isinstance(one, ast.Constant) else "{}" for one in node.values)


def find_offences(text):
    """Return what a module joins to paths against the rule, each once."""
    found = {}

    def visit(function, around):
        reader = Reader(function, around)
        found.update(dict.fromkeys(reader.offences()))
        for node in own_nodes(function):
            if isinstance(node, ast.FunctionDef):
                visit(node, reader)

    visit(ast.parse(text), None)
    return list(found)


def test_no_path_is_made_from_data():
    """Every path is made of constants and of names that `core.names` made, or is listed above."""
    found = {
        f"{path.relative_to(PACKAGE).as_posix()}: {joined}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for joined in find_offences(path.read_text("utf-8"))
    }
    assert found - set(ALLOWED) == set()
    assert set(ALLOWED) - found == set()


@pytest.mark.parametrize(
    "line",
    [
        'path = folder / f"{town}.xlsx"',
        'path = folder / f"{town_id}"',
        "path = folder / town",
        "path = folder / town.name",
        'path = folder / "towns" / names[town]',
        'path = work.folder / (town + ".xlsx")',
        "path = work.maps / towns.iloc[0]",
        'path = Path("out") / clean(town)',
        "path = Path(work.folder, town)",
        'path = Path(f"out/{town}")',
        "path = folder.joinpath(town)",
        'path = folder.with_name(f"{town}.csv")',
        'place = folder / "towns"\n    path = place / town',
        'yield f"check/{town}.html", page',
        'path = folder / f"{safe_name(town)}_{kind}.svg"',
        'for name in names:\n        write(folder / f"{name}.csv")',
    ],
)
def test_a_planted_path_from_data_is_found(line):
    """A path that a town's or a kind's own text would lead astray is found, in whatever form."""
    body = f"def write(folder: Path, work, town, kind, names, towns):\n    {line}\n"
    assert find_offences(body)


@pytest.mark.parametrize(
    "line",
    [
        'path = folder / f"{safe_name(town)}.xlsx"',
        'path = folder / "towns" / f"{NAME}_{safe_name(town)}.xlsx"',
        "files = name_towns(towns)\n    path = folder / files[town]",
        'for name in safe_names(names).values():\n        path = folder / f"{name}.csv"',
        'for number in range(9):\n        path = folder / f"{number}.csv"',
        "share = covered / f(people)",
        "path = Path(work.base) / town",
        'text = f"{town}: {kind}."',
    ],
)
def test_what_keeps_the_rule_is_let_be(line):
    """Names from `core.names`, constants, numbers and the user's own paths are no offence."""
    body = f"def write(folder: Path, work, town, kind, names, towns):\n    {line}\n"
    assert find_offences(body) == []
