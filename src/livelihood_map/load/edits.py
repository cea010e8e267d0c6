"""Changes as drawn by hand or on the planner's map: a small layer of streets, gates and outlets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pandas as pd
import shapely

from livelihood_map.core.errors import Problem, SchemaError, SourceError
from livelihood_map.core.tables import EDITS
from livelihood_map.load.files.layers import column_of, read_layer
from livelihood_map.load.files.parsing import word_of
from livelihood_map.load.files.paths import existing_file
from livelihood_map.load.files.raw import text_of
from livelihood_map.load.files.shapes import mend_in

if TYPE_CHECKING:
    from pathlib import Path

    import pyproj

    from livelihood_map.core.arrays import Shapes
    from livelihood_map.load.files.raw import RawTable

WORDS: Final = {
    "path": ("path", "新增道路", "新增步道", "新路"),
    "close_street": ("close_street", "封闭道路", "封闭桥梁", "封路", "封桥"),
    "open_gate": ("open_gate", "开放出入口", "新增出入口", "开门"),
    "close_gate": ("close_gate", "关闭出入口", "关门"),
    "add_outlet": ("add_outlet", "新增网点", "新设网点"),
    "move_outlet": ("move_outlet", "网点迁移", "迁移网点"),
    "close_outlet": ("close_outlet", "关闭网点", "撤销网点"),
    "drop_site": ("drop_site", "取消选址", "撤销选址"),
    "move_site": ("move_site", "选址迁移", "迁移选址"),
}
"""How a file may write each action."""
_KNOWN: Final = {word: action for action, words in WORDS.items() for word in words}
LINES: Final = ("path", "close_street")
"""Actions that may be drawn as a line; all others are points."""
_ACTION: Final = ("action", "操作", "修改")
_ID: Final = ("edit_id", "编号")
_COLUMNS: Final = {
    "residence_id": ("residence_id", "小区编号"),
    "facility_id": ("facility_id", "设施编号", "网点编号"),
    "candidate_id": ("candidate_id", "候选点编号"),
    "kind": ("kind", "设施类型", "类型"),
    "name": ("name", "名称", "网点名称"),
}
"""What the columns beside action and id may be called."""


def load_edits(path: str, *, crs: pyproj.CRS, base: Path) -> gpd.GeoDataFrame:
    """Return table ``edits`` of a layer in the metric CRS, in the order of the file.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage or Shapefile. A column ``action`` or 操作 tells what each shape does
        (`WORDS`). ``edit_id`` or 编号 may name the change, numbered from 1 where it is missing;
        ``residence_id`` the compound of a gate, ``facility_id`` the outlet that moves or closes,
        ``candidate_id`` the site, ``kind`` and ``name`` what a new outlet is.
    crs
        Metric CRS of the result.
    base
        Folder that the path starts from.

    Raises
    ------
    SourceError
        When the file is absent or damaged or lacks the action; lists every row with an action that
        is not known, without a shape, or with a shape that its action cannot have.
    SchemaError
        When a shape is neither a point nor a line, or an id is repeated.
    """
    table = read_layer(existing_file(base, path), layer=None, encoding=None)
    actions = column_of(table.cells, _ACTION)
    if actions is None:
        raise SourceError("load.edits_no_action", path=table.source, known="、".join(_ACTION))
    written = [text_of(value) for value in actions]
    shapes = _shapes(table, crs)
    _refuse_faulty(table, written, shapes)
    texts = {name: _texts(table, names) for name, names in _COLUMNS.items()}
    texts["kind"] = [value and _kind(value) for value in texts["kind"]]
    ids = _texts(table, _ID)
    edits = gpd.GeoDataFrame(
        {
            "edit_id": [value or str(number) for number, value in enumerate(ids, start=1)],
            "action": [_KNOWN[word] for word in written],
            **{name: pd.Series(values, dtype="str") for name, values in texts.items()},
        },
        geometry=shapes,
        crs=crs,
    )
    try:
        checked: gpd.GeoDataFrame = EDITS.conform(edits)
    except SchemaError as error:
        named = {**error.values, "path": table.source}
        raise SchemaError("load.edits_broken", problems=error.problems, **named) from error
    return checked


def _refuse_faulty(table: RawTable, written: list[str], shapes: Shapes) -> None:
    """Refuse rows whose action is not known, or whose shape is missing or none for the action."""
    words = "、".join(names[-1] for names in WORDS.values())
    problems = []
    for row, word, shape in zip(table.rows.tolist(), written, shapes, strict=True):
        where = {"path": table.source, "row": row}
        if word not in _KNOWN:
            problems.append(Problem("load.edits_unknown", **where, value=word, known=words))
        elif shape is None or shape.is_empty:
            problems.append(Problem("load.shape_missing", **where))
        elif _KNOWN[word] == "path" and shape.geom_type == "Point":
            problems.append(Problem("load.edits_no_line", **where, value=word))
        elif _KNOWN[word] not in LINES and shape.geom_type == "LineString":
            problems.append(Problem("load.edits_no_point", **where, value=word))
    if len(problems) == 1:
        raise SourceError.of(problems[0])
    if problems:
        raise SourceError("load.edits_broken", problems=problems, path=table.source)


def _texts(table: RawTable, names: tuple[str, ...]) -> list[str | None]:
    """Return the texts of a column, None where a cell is empty or no such column is there."""
    cells = column_of(table.cells, names) or [None] * len(table.cells)
    return [text_of(value) or None for value in cells]


def _kind(written: str) -> str:
    """Return the kind that a word means; a word of no list is a kind of the office's standard."""
    try:
        return word_of(written, "kind") or written
    except ValueError:
        return written


def _shapes(table: RawTable, crs: pyproj.CRS) -> Shapes:
    """Return the shapes in the metric CRS; a multi-part of one part is that part."""
    shapes = mend_in(table, crs=crs).shapes
    is_single = shapely.get_num_geometries(shapes) == 1
    shapes[is_single] = shapely.get_geometry(shapes[is_single], 0)
    return shapes
