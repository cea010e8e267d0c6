"""A run without streets: walks are straight lines times a factor, and called estimates."""

from __future__ import annotations

import zipfile
from dataclasses import replace

import geopandas as gpd
import pytest
from small_office import write_office

from livelihood_map import pipeline
from livelihood_map.core.settings import load_settings


@pytest.fixture(
    scope="module",
    params=["office", pytest.param("minhang", marks=[pytest.mark.long, pytest.mark.real])],
)
def estimated(request, build_once):
    """Return the whole run without streets of the small office or of a real city."""
    if request.param == "minhang":
        return request.getfixturevalue("real_run")("minhang")

    def run(folder):
        settings = load_settings(write_office(folder / "office"))
        return pipeline.run(replace(settings, load=replace(settings.load, streets=None)))

    return build_once("office-without-streets", run)


def texts_in(path):
    """Return all text of an output; workbooks and briefs are zips of texts, layers are tables."""
    if path.suffix == ".gpkg":
        return gpd.read_file(path, layer=path.stem).drop(columns="geometry").to_csv()
    if path.suffix not in {".xlsx", ".docx"}:
        return path.read_text(encoding="utf-8-sig")
    with zipfile.ZipFile(path) as book:
        parts = [name for name in book.namelist() if name.endswith(".xml")]
        return "".join(book.read(name).decode() for name in parts)


def test_estimates_are_called_estimates_everywhere(estimated):
    """Without streets every site list, workbook, brief and map says 估算."""
    assert estimated.is_estimated
    drawn = {".png", ".svg", ".pdf"}
    written = [path for path in estimated.written if path.suffix not in drawn]
    unmarked = {"rejects.xlsx", "templates"}  # rows to correct, and briefs without figures
    named = [path for path in written if not unmarked & {path.name, path.parent.name}]
    assert {".xlsx", ".docx", ".html", ".csv"} <= {path.suffix for path in named}
    assert [path.name for path in named if "估算" not in texts_in(path)] == []


def test_walks_without_streets_are_straight_lines_times_the_factor(estimated):
    """The estimate is the straight line to the nearest outlet times the declared factor."""
    facilities = estimated["facilities"].query("kind == 'breakfast'")
    demand = estimated["demand"].set_index("demand_id")
    coverage = estimated["coverage"].query("kind == 'breakfast'").dropna(subset="walk_m")
    factor = estimated.network.detour_factor
    for row in coverage.sample(min(200, len(coverage)), random_state=1).itertuples():
        nearest_m = facilities.distance(demand.geometry[row.demand_id]).min()
        assert row.walk_m == pytest.approx(nearest_m * factor, abs=0.002)
