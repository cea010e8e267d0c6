"""Questions about the network, asked of a small office's folder."""

from __future__ import annotations

import json

import geopandas as gpd
import openpyxl
import pytest
from small_office import degrees

from livelihood_map.commands import ask
from livelihood_map.core.errors import LivelihoodMapError
from livelihood_map.core.settings import load_settings


@pytest.fixture(scope="module")
def office(shared_office):
    """Return the settings of the office whose coverage has been measured."""
    return load_settings(shared_office)


def write_edits(office, *features):
    """Write a layer of edits as [(geometry, properties)] beside the settings, and return it."""
    listed = [{"type": "Feature", "geometry": g, "properties": p} for g, p in features]
    path = office.resolve("edits.geojson")
    path.write_text(json.dumps({"type": "FeatureCollection", "features": listed}), "utf-8")
    return path


def test_the_network_report_is_a_workbook_and_a_layer(office):
    """Findings stand in a workbook, and as shapes in a layer; the run is set beside an open one."""
    lines = ask(office, "network")
    folder = office.resolve(office.run.output)
    book = openpyxl.load_workbook(folder / "network_report.xlsx")
    assert book.sheetnames == ["路网检查", "小区开放的影响", "说明"]
    layer = gpd.read_file(folder / "network_report.geojson")
    assert sum(int(line.rsplit("：", 1)[1].removesuffix(" 处")) for line in lines
               if line.endswith(" 处")) == len(layer)  # fmt: skip
    assert any("若小区全部开放" in line for line in lines)


def test_a_closed_street_shows_who_walks_more(office):
    """Closing the street beside an outlet lengthens walks and shortens none."""
    place = {"type": "Point", "coordinates": degrees(1.5, 1)}
    path = write_edits(office, (place, {"操作": "封闭道路"}))
    line = next(one for one in ask(office, "edits", path=path) if one.startswith("早餐网点"))
    assert "步行缩短 0 人" in line
    assert "延长 0 人" not in line
    assert (office.resolve(office.run.output) / "edits.xlsx").exists()


def test_an_edit_in_the_middle_of_nowhere_is_refused(office):
    """An edit that finds no street is an error that names it."""
    place = {"type": "Point", "coordinates": degrees(60, 60)}
    with pytest.raises(LivelihoodMapError, match="20 米"):
        ask(office, "edits", path=write_edits(office, (place, {"操作": "封闭道路"})))
