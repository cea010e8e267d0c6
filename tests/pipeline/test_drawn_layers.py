"""Layers that the office draws take part in a run: edits, parcels, exclusion areas, gates."""

from __future__ import annotations

import csv
from dataclasses import replace

import pytest
from small_office import degrees, square, write_csv, write_features

from livelihood_map import pipeline
from livelihood_map.core.errors import JoinError
from livelihood_map.core.settings import load_settings


@pytest.fixture
def settings(office):
    """Return the settings of the office."""
    return load_settings(office)


def with_network(settings, **changed):
    """Return settings with changed lines of their section on the network."""
    return replace(settings, network=replace(settings.network, **changed))


def test_edits_of_the_settings_are_made_before_the_run(settings):
    """A street that the layer closes is not walked in the run, and the run says so."""
    before = len(pipeline.run(settings, first="load", last="load")["edges"])
    place = {"type": "Point", "coordinates": degrees(1.5, 1)}
    write_features(settings.resolve("edits.geojson"), [(place, {"操作": "封闭道路"})])
    work = pipeline.run(with_network(settings, edits="edits.geojson"), first="load", last="load")
    assert len(work["edges"]) == before - 1
    assert any("edits.geojson" in remark for remark in work.remarks)


def test_compounds_without_gates_get_inferred_ones(settings):
    """Without a list of gates they are inferred, marked, counted, and left out when not wanted."""
    work = pipeline.run(settings, first="load", last="network")
    assert len(work["gates"]) > 0
    assert work["gates"]["is_inferred"].all()
    assert work["joins"]["access_id"].isin(work["gates"]["gate_id"]).any()
    assert any("推断" in line for line in work.marks())
    plain = with_network(settings, are_gates_inferred=False)
    assert len(pipeline.run(plain, first="network", last="network")["gates"]) == 0


def test_more_walks_than_the_settings_allow_are_refused(settings):
    """The bound on memory is kept, and the message names the setting to raise."""
    few = with_network(settings, max_pairs_n=1)
    with pytest.raises(JoinError, match="max_pairs_n"):
        pipeline.run(few, first="load", last="siting")


def test_parcels_are_candidates_and_areas_exclude_them(settings):
    """A listed parcel is a candidate, one that must be a site is one, one in an area is none."""
    parcels = [
        ({"type": "Point", "coordinates": degrees(column, 3)}, {"地块编号": name, "必选": must})
        for column, name, must in ((3, "甲", "是"), (12, "乙", "否"))
    ]
    write_features(settings.resolve("parcels.geojson"), parcels)
    write_features(settings.resolve("areas.geojson"), [(square(12, 3, 0.4), {"名称": "保护区"})])
    named = replace(settings.candidates, listed="parcels.geojson", excluded_areas="areas.geojson")
    work = pipeline.run(replace(settings, candidates=named), first="load", last="siting")
    candidates = work["candidates"].set_index("candidate_id")
    assert candidates.loc["listed-乙", ["excluded_by", "excluded_area"]].tolist() == [
        "area",
        "保护区",
    ]
    assert not candidates.loc["listed-甲", "is_rejected"]
    assert "listed-甲" in set(work["sites"]["candidate_id"])
    inside = candidates[candidates["excluded_by"].eq("area")]
    assert not set(inside.index) & set(work["sites"]["candidate_id"])
    assert candidates.loc[candidates["excluded_by"].ne("area"), "excluded_area"].isna().all()


def test_an_outlet_for_residents_only_is_read_and_told(settings):
    """The column of a register reaches the coverage, and the run says how many there are."""
    before = pipeline.run(settings, first="load", last="coverage")["town_coverage"]
    path = settings.resolve("breakfast.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    marked = [[*rows[0], "仅限本小区"], *([*row, "是"] for row in rows[1:])]
    write_csv(path, marked)
    work = pipeline.run(settings, first="load", last="coverage")
    told = [remark for remark in work.remarks if "仅供本小区" in remark]
    assert len(told) == 1
    assert f"{len(rows) - 1} 处" in told[0]
    after = work["town_coverage"]
    is_own = after["kind"].eq("breakfast")
    assert after.loc[is_own, "covered_population"].sum() < (
        before.loc[before["kind"].eq("breakfast"), "covered_population"].sum()
    )
    assert after.loc[~is_own, "covered_population"].equals(
        before.loc[~is_own, "covered_population"]
    )
