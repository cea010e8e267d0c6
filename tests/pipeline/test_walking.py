"""Edits of gates: a trial tells what a run with these edits gives, inferred gates among them."""

from __future__ import annotations

import json
from dataclasses import replace

import geopandas as gpd
import openpyxl
import pytest
from shapely import Point
from small_office import degrees

from livelihood_map import pipeline
from livelihood_map.commands import ask
from livelihood_map.core.errors import JoinError, SourceError
from livelihood_map.core.settings import load_settings


@pytest.fixture
def run(office):
    """Return the office's run up to coverage; every gate of it is inferred."""
    return pipeline.run(load_settings(office), last="coverage")


def write_edit(run, place, action, residence_id):
    """Write one edit of a gate and return its file."""
    shape = gpd.GeoSeries([place], crs=run["towns"].crs).to_crs(4326).iloc[0]
    feature = {
        "type": "Feature",
        "geometry": shape.__geo_interface__,
        "properties": {"action": action, "residence_id": residence_id},
    }
    path = run.settings.resolve("edits.geojson")
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    return path


def again(run, first="load", **network):
    """Return the run with other settings of the network."""
    settings = run.settings
    settings = replace(settings, network=replace(settings.network, **network))
    return pipeline.run(settings, first=first, last="coverage")


@pytest.mark.parametrize("action", ["close_gate", "open_gate"])
def test_a_trial_tells_what_a_run_with_the_edits_gives(run, action):
    """Closing the gates of a compound, or one more gate: both ways the same people gain or lose."""
    gates = run["gates"]
    only = gates.drop_duplicates("residence_id", keep=False).iloc[0]
    place, owner = only.geometry, only["residence_id"]
    if action == "open_gate":
        place = Point(place.x + 30, place.y + 30)
    before = run["coverage"]
    path = write_edit(run, place, action, owner)
    ask(run.settings, "edits", path=path)
    page = openpyxl.load_workbook(run.folder / "edits.xlsx").active
    told = [row for row in page.iter_rows(values_only=True) if isinstance(row[2], float | int)]
    edited = again(run, edits="edits.geojson")
    own = edited["gates"][edited["gates"]["residence_id"] == owner]
    assert own["is_open"].tolist() == ([False] if action == "close_gate" else [True, True])
    after = edited["coverage"]
    people = run["demand"].set_index("demand_id")["population"].reindex(before["demand_id"])
    for row, kind in zip(told, run.settings.coverage.kinds, strict=True):
        is_kind = (before["kind"] == kind).to_numpy()
        was, now = before["is_covered"].to_numpy(), after["is_covered"].to_numpy()
        heads = people.to_numpy()
        expected = [
            heads[is_kind].sum(), heads[is_kind & was].sum(), heads[is_kind & now].sum(),
            heads[is_kind & now & ~was].sum(), heads[is_kind & was & ~now].sum(),
        ]  # fmt: skip
        assert list(row[2:7]) == pytest.approx(expected)


def test_edits_taken_back_leave_no_trace(run):
    """A run with edits, then from the network on without them, has the gates it had before."""
    only = run["gates"].drop_duplicates("residence_id", keep=False).iloc[0]
    before = run["gates"]
    write_edit(run, only.geometry, "close_gate", only["residence_id"])
    assert not again(run, edits="edits.geojson")["gates"]["is_open"].all()
    after = again(run, first="network")["gates"]
    assert after.equals(before)


def test_a_trial_follows_settings_changed_since_the_run(run):
    """With another walker in the settings both sides of the comparison are measured by it."""
    coverage = replace(run.settings.coverage, walkers=["elderly"])
    only = run["gates"].iloc[0]
    path = write_edit(run, only.geometry, "close_gate", only["residence_id"])
    lines = ask(replace(run.settings, coverage=coverage), "edits", path=path)
    assert any("步行缩短 0 人" in line for line in lines)


def test_without_streets_only_gates_can_be_edited(run, tmp_path):
    """In an estimate a gate is closed as elsewhere; a street to close is an error that says so."""
    loading = replace(run.settings.load, streets=None)
    settings = replace(run.settings, load=loading)
    pipeline.run(settings, first="load", last="coverage")
    homes = run["residences"].iloc[0]
    path = write_edit(run, homes.geometry.representative_point(), "open_gate", None)
    assert any("人" in line for line in ask(settings, "edits", path=path))
    street = {"type": "Point", "coordinates": degrees(1.5, 1)}
    features = [{"type": "Feature", "geometry": street, "properties": {"action": "封闭道路"}}]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    with pytest.raises(JoinError, match="20 米"):
        ask(settings, "edits", path=path)


def test_outlets_are_not_changed_for_good_by_a_layer_of_edits(run):
    """A layer that every run makes changes streets and gates; outlets stand in the registers."""
    gone = run["facilities"].iloc[0]
    write_edit(run, gone.geometry, "close_outlet", None)
    with pytest.raises(SourceError, match="登记"):
        again(run, edits="edits.geojson")
