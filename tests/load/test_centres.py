from __future__ import annotations

import json

import numpy as np
import pytest
from grid import CRS, build_grid_town
from pyproj import Transformer

from livelihood_map.core.errors import SourceError
from livelihood_map.core.settings import CentreSource
from livelihood_map.core.tables import CENTRES
from livelihood_map.load.centres import load_centres

TOWN = build_grid_town()
DEGREES = Transformer.from_crs(CRS, 4326, always_xy=True)


def place(row, column):
    """Return longitude and latitude of a lattice corner."""
    point = TOWN.at(row, column)
    return DEGREES.transform(point.x, point.y)


def load(folder, source):
    """Return what becomes of a list of centres."""
    return load_centres(source, towns=TOWN.towns, crs=CRS, base=folder, lang="zh")


def write(folder, *rows, heading="中心名称,层级,服务半径（米）,经度,纬度"):
    """Write a list of centres as the office keeps it; each row ends with (row, column)."""
    lines = [
        ",".join([*map(str, cells), *(f"{value:.7f}" for value in place(*at))])
        for *cells, at in rows
    ]
    (folder / "centres.csv").write_text("\n".join([heading, *lines]), "utf-8")
    return CentreSource(path="centres.csv", datum="WGS-84")


def test_centres_are_read_by_the_headings_and_words_of_offices(tmp_path):
    """1, 地区级 and 社区级 are the three levels; an empty radius is none; the place is kept."""
    source = write(
        tmp_path,
        ("甲", "社区级", "", (0, 0)),
        ("乙", 1, 1500, (4, 4)),
        ("丙", "地区级", 800, (2, 2)),
    )
    result = load(tmp_path, source)
    table = result.centres
    CENTRES.check(table)
    assert table["level"].tolist() == ["1", "7", "X"]
    assert table["name"].tolist() == ["乙", "丙", "甲"]
    assert table["town_id"].tolist() == ["east", "west", "west"]
    assert table["radius_m"].tolist()[:2] == [1500.0, 800.0]
    assert np.isnan(table["radius_m"].iloc[2])
    assert table.geometry.iloc[1].distance(TOWN.at(2, 2)) < 0.1
    assert result.rejects.empty


def test_a_centre_may_be_an_area(tmp_path):
    """A square of 100 m keeps its outline and its 10,000 m²."""
    corners = [place(0, 0), place(0, 1), place(1, 1), place(1, 0), place(0, 0)]
    feature = {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [corners]},
        "properties": {"名称": "甲", "级别": "7"},
    }
    content = {"type": "FeatureCollection", "features": [feature]}
    (tmp_path / "centres.geojson").write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    table = load(tmp_path, CentreSource(path="centres.geojson", datum="WGS-84")).centres
    assert table.geometry.geom_type.tolist() == ["Polygon"]
    assert table.geometry.area.iloc[0] == pytest.approx(10_000.0, rel=1e-3)


def test_rows_that_cannot_be_taken_are_rejected_with_their_reason(tmp_path):
    """No name, no level, a level that does not exist; a radius in words is only noted."""
    source = write(
        tmp_path,
        ("", "1", 500, (0, 0)),
        ("乙", "", 500, (1, 1)),
        ("丙", "市级", 500, (2, 2)),
        ("丁", "X", "附近", (3, 3)),
    )
    result = load(tmp_path, source)
    assert result.centres["name"].tolist() == ["丁"]
    assert result.rejects["field"].tolist() == ["中心名称", "层级", "层级"]
    assert "市级" in result.rejects["problem"].iloc[2]
    assert "附近" in " ".join(result.notes["problem"])
    assert result.counts[["rows_n", "taken_n"]].to_numpy().tolist() == [[4, 1]]


def test_a_list_without_levels_is_refused_as_a_whole(tmp_path):
    """The headings are named, and the setting that mends it."""
    source = write(tmp_path, ("甲", "1", 500, (0, 0)), heading="中心名称,档次,半径,经度,纬度")
    with pytest.raises(SourceError, match="level"):
        load(tmp_path, source)
    mended = CentreSource(path="centres.csv", datum="WGS-84", columns={"level": "档次"})
    assert load(tmp_path, mended).centres["level"].tolist() == ["1"]


def test_ids_do_not_depend_on_the_order_of_the_rows(tmp_path):
    """The same centres in another order give the same table."""
    rows = [("甲", "X", "", (0, 0)), ("乙", "X", "", (1, 1)), ("丙", "7", "", (2, 2))]
    first = load(tmp_path, write(tmp_path, *rows)).centres
    second = load(tmp_path, write(tmp_path, *reversed(rows))).centres
    assert first.equals(second)


def test_without_a_list_there_are_no_centres(tmp_path):
    """The table is empty and has its columns; nothing is counted."""
    result = load(tmp_path, None)
    assert result.centres.empty
    CENTRES.check(result.centres)
    assert result.counts.empty
