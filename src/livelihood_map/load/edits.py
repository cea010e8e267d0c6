"""Edits to the network as drawn by hand: a small layer of paths, closed streets and gates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pandas as pd
import shapely

from livelihood_map.core.errors import SchemaError, SourceError
from livelihood_map.core.tables import EDITS
from livelihood_map.load.files.layers import column_of, read_layer
from livelihood_map.load.files.paths import existing_file
from livelihood_map.load.files.shapes import mend_in

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt
    import pyproj

    from livelihood_map.load.files.raw import RawTable

WORDS: Final = {
    "path": ("path", "新增道路", "新增步道", "新路"),
    "close_street": ("close_street", "封闭道路", "封闭桥梁", "封路", "封桥"),
    "open_gate": ("open_gate", "开放出入口", "新增出入口", "开门"),
    "close_gate": ("close_gate", "关闭出入口", "关门"),
}
"""How a file may write each action."""
_ACTION: Final = ("action", "操作", "修改")
_RESIDENCE: Final = ("residence_id", "小区编号")
_ID: Final = ("edit_id", "编号")


def load_edits(path: str, *, crs: pyproj.CRS, base: Path) -> gpd.GeoDataFrame:
    """Return table ``edits`` of a layer in the metric CRS, in the order of the file.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage or Shapefile. A column ``action`` or 操作 tells what each shape does
        (`WORDS`); ``residence_id`` or 小区编号 may name the compound of a gate, ``edit_id`` or 编号
        the edit, numbered from 1 where it is missing.
    crs
        Metric CRS of the result.
    base
        Folder that the path starts from.

    Raises
    ------
    SourceError
        When the file is absent or damaged, lacks the action, has one that is not known, or an edit
        without a shape.
    SchemaError
        When a shape is neither a point nor a line, or an id is repeated.
    """
    table = read_layer(existing_file(base, path), layer=None, encoding=None)
    actions = column_of(table.cells, _ACTION)
    if actions is None:
        raise SourceError("load.edits_no_action", path=table.source, known="、".join(_ACTION))
    known = {word: action for action, words in WORDS.items() for word in words}
    written = ["" if value is None else str(value).strip() for value in actions]
    for row, word in zip(table.rows, written, strict=True):
        if word not in known:
            words = "、".join(names[-1] for names in WORDS.values())
            raise SourceError(
                "load.edits_unknown", path=table.source, row=int(row), value=word, known=words
            )
    ids = column_of(table.cells, _ID)
    owners = column_of(table.cells, _RESIDENCE)
    edits = gpd.GeoDataFrame(
        {
            "edit_id": [
                str(number) if value is None else str(value)
                for number, value in enumerate(ids or [None] * len(written), start=1)
            ],
            "action": [known[word] for word in written],
            "residence_id": pd.Series(owners or [None] * len(written), dtype="str"),
        },
        geometry=_shapes(table, crs),
        crs=crs,
    )
    try:
        checked: gpd.GeoDataFrame = EDITS.conform(edits)
    except SchemaError as error:
        named = {**error.values, "path": table.source}
        raise SchemaError("load.edits_broken", problems=error.problems, **named) from error
    return checked


def _shapes(table: RawTable, crs: pyproj.CRS) -> npt.NDArray[np.object_]:
    """Return the shapes in the metric CRS, none missing; a multi-part of one part is that part."""
    shapes = mend_in(table, crs=crs).shapes
    for row, shape in zip(table.rows, shapes, strict=True):
        if shape is None or shape.is_empty:
            raise SourceError("load.shape_missing", path=table.source, row=int(row))
    is_single = shapely.get_num_geometries(shapes) == 1
    shapes[is_single] = shapely.get_geometry(shapes[is_single], 0)
    return shapes
