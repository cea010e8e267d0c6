"""Cells and shapes that cross from one program to another come back as they were."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from shapely import LineString, Point, Polygon, box

from livelihood_map.load.files.child import fields_of
from livelihood_map.load.files.exchange import read_exchange, write_exchange
from livelihood_map.load.files.raw import Grid, RawTable

CELLS = [
    None,
    "七宝镇\u200b\n",
    "\ud800",
    "",
    1,
    2**70,
    True,
    1.5,
    -0.0,
    float("inf"),
    dt.date(2023, 5, 1),
    dt.datetime(2023, 5, 1, 6, 30, 0, 1000, tzinfo=dt.UTC),
    dt.time(6, 30),
    dt.timedelta(days=-1, seconds=3, microseconds=5),
    b"\x00\xff",
    pd.Timestamp("2023-05-01 06:30").as_unit("ms"),
    pd.Timestamp("2023-05-01 06:30:00.123+08:00"),
]
"""One cell of every class that a reader may give."""


def shown(rows):
    """Return cells with their classes, as they can be compared."""
    return [[(type(cell), repr(cell), getattr(cell, "unit", "")) for cell in row] for row in rows]


def test_every_cell_of_a_sheet_comes_back_as_it_was(tmp_path):
    """Value and class of a cell survive, in rows of unequal length, empty sheets included."""
    grids = [Grid("一", [CELLS, [], [None, "x"]], "gb18030"), Grid("二", [])]
    write_exchange(fields_of(grids), tmp_path / "a")
    for fields, grid in zip(read_exchange(tmp_path / "a"), grids, strict=True):
        read = Grid(**fields)
        assert (read.sheet, read.encoding) == (grid.sheet, grid.encoding)
        assert shown(read.rows) == shown(grid.rows)


def test_a_workbook_without_sheets_comes_back_as_one(tmp_path):
    """A workbook in which no sheet holds anything is no sheets."""
    write_exchange([], tmp_path / "a")
    assert read_exchange(tmp_path / "a") == []


@pytest.mark.parametrize("crs", [None, "EPSG:4549", pyproj.CRS("EPSG:4528").to_wkt()])
def test_a_layer_comes_back_with_shapes_and_system(tmp_path, crs):
    """Cells, headings, shapes with heights, absent shapes and the stated CRS survive."""
    shapes = [Point(1, 2, 3), None, Polygon(), box(0, 0, 1, 1), LineString([(0, 0), (1, 1)])]
    cells = pd.DataFrame({"名称": CELLS[:5], "n": CELLS[5:10]}, dtype=object)
    table = RawTable(
        source="a.shp",
        sheet="层",
        cells=cells.where(cells.notna(), None),
        rows=np.arange(1, 6),
        geometry=np.array(shapes, dtype=object),
        crs=None if crs is None else pyproj.CRS(crs),
        encoding="gb18030",
    )
    write_exchange(fields_of(table), tmp_path / "a")
    read = RawTable(**read_exchange(tmp_path / "a"))
    assert (read.source, read.sheet, read.encoding) == (table.source, table.sheet, table.encoding)
    pd.testing.assert_frame_equal(read.cells, table.cells, check_exact=True)
    assert shown(read.cells.to_numpy()) == shown(table.cells.to_numpy())
    assert read.rows.tolist() == table.rows.tolist()
    assert shapely.to_wkb(read.geometry).tolist() == shapely.to_wkb(table.geometry).tolist()
    assert read.crs == table.crs


def test_a_table_of_cells_alone_comes_back_without_shapes(tmp_path):
    """A table without shapes has none afterwards, and no columns are no columns."""
    table = RawTable("a", "", pd.DataFrame(index=range(2)), np.arange(2))
    write_exchange(fields_of(table), tmp_path / "a")
    read = RawTable(**read_exchange(tmp_path / "a"))
    assert (read.geometry, read.crs, read.cells.shape) == (None, None, (2, 0))


def test_what_no_reader_gives_is_not_written(tmp_path):
    """A cell of a class that cannot come back is a mistake of the program, not lost in silence."""
    with pytest.raises(TypeError):
        write_exchange(fields_of([Grid("", [[object()]])]), tmp_path / "a")
