"""The main job on the demo district, from the office's files to map and lists."""

from __future__ import annotations

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from livelihood_map import pipeline
from livelihood_map.commands import ask
from livelihood_map.core import tables
from livelihood_map.core.errors import SettingsError
from livelihood_map.core.settings import load_settings
from livelihood_map.pipeline.stages import STAGES
from livelihood_map.pipeline.workspace import schema_of


def read_sheet(path, *, header_cell: str) -> pd.DataFrame:
    """Return the first sheet of a workbook below the row that begins with `header_cell`."""
    rows = list(openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True))
    top = next(number for number, row in enumerate(rows) if row[0] == header_cell)
    return pd.DataFrame(rows[top + 1 :], columns=rows[top])


def test_every_artefact_keeps_its_schema(demo_run):
    """Every table that the run leaves behind is stored and keeps its schema."""
    for stage in STAGES.values():
        for name in stage.makes:
            schema_of(name).check(pipeline.open_workspace(demo_run.settings)[name])


def test_sites_come_in_three_formats_with_83_rows_each(demo_run):
    """Excel, CSV and GeoJSON hold the same 83 sites in the same order."""
    as_excel = read_sheet(demo_run.folder / "sites.xlsx", header_cell="序号")
    as_csv = pd.read_csv(demo_run.folder / "sites.csv", encoding="utf-8-sig")
    as_geojson = gpd.read_file(demo_run.folder / "sites.geojson")
    assert len(as_excel) == len(as_csv) == len(as_geojson) == 83
    assert as_excel["候选点编号"].tolist() == as_csv["候选点编号"].tolist()
    assert as_csv["候选点编号"].tolist() == as_geojson["candidate_id"].tolist()
    assert as_csv["序号"].tolist() == list(range(1, 84))


def test_sites_are_candidates_and_unlike(demo_run):
    """Every site is a candidate that was not rejected, and none is taken twice."""
    sites, candidates = demo_run["sites"], demo_run["candidates"]
    allowed = set(candidates.loc[~candidates["is_rejected"], "candidate_id"])
    assert set(sites["candidate_id"]) <= allowed
    assert sites["candidate_id"].is_unique
    assert sites["reason_zh"].str.len().gt(10).all()
    assert sites["reason_en"].str.len().gt(20).all()


def test_plan_covers_more_people_and_never_fewer(demo_run):
    """With the sites open more people reach breakfast; no town and no other kind loses."""
    by_town = demo_run["town_coverage_after"]
    assert (by_town["covered_share_after"] >= by_town["covered_share"] - 1e-12).all()
    others = by_town[by_town["kind"] != "breakfast"]
    assert (others["covered_population_after"] == others["covered_population"]).all()


def test_towns_add_up_to_the_district(demo_run):
    """People and covered people of the 14 towns add up to those of the district."""
    by_town = demo_run["town_coverage_after"]
    is_district = by_town["town_id"] == tables.DISTRICT_ID
    assert by_town.loc[~is_district, "town_id"].nunique() == 14
    measures = ["population", "covered_population", "covered_population_after"]
    keys = ["kind", "walker"]
    summed = by_town[~is_district].groupby(keys)[measures].sum()
    district = by_town[is_district].set_index(keys)[measures]
    pd.testing.assert_frame_equal(summed, district.loc[summed.index], check_exact=False)


def test_walks_after_the_plan_are_never_longer(demo_run):
    """Another outlet never lengthens anybody's walk."""
    key = ["residence_id", "kind", "walker"]
    before = demo_run["residence_coverage"].set_index(key)["walk_m"]
    after = demo_run["residence_coverage_after"].set_index(key)["walk_m"].loc[before.index]
    assert ((after <= before) | before.isna()).all()


def test_every_output_says_that_the_demo_is_synthetic(demo_run):
    """合成示例数据 stands on every output of the demo."""
    for name in ("sites.csv", "sites.geojson"):
        assert "合成示例数据" in (demo_run.folder / name).read_text("utf-8-sig")
    for path in [path for path in demo_run.written if path.suffix == ".xlsx"]:
        cells = [
            str(cell)
            for page in openpyxl.load_workbook(path).worksheets
            for row in page.iter_rows(values_only=True)
            for cell in row
        ]
        assert any("合成示例数据" in cell for cell in cells), path.name
    for path in [path for path in demo_run.written if path.suffix == ".html"]:
        assert "合成示例数据" in path.read_text("utf-8")


def test_summary_tells_coverage_and_plan(demo_run):
    """What the screen says holds the figures of the tables."""
    said = "\n".join(pipeline.summarise(demo_run))
    district = demo_run["town_coverage"].query("town_id == 'ALL' and kind == 'breakfast'").iloc[0]
    assert f"{district['covered_share']:.1%}" in said
    assert "83" in said
    assert "planner.html" in said


def test_later_stages_start_from_stored_tables(office):
    """A run that starts at the report stage reads what the earlier run left, and gives the same."""
    before = (office.parent / "out" / "sites.csv").read_bytes()
    again = pipeline.run(load_settings(office), first="report", last="report")
    assert (again.folder / "sites.csv").read_bytes() == before
    assert again.tables.keys().isdisjoint({"nodes", "gaps"})


def test_unknown_or_reversed_stages_are_refused(demo_run):
    """A stage that does not exist, or a reversed range, is named."""
    with pytest.raises(SettingsError, match="siting"):
        pipeline.run(demo_run.settings, first="nonsense")
    with pytest.raises(SettingsError, match="report"):
        pipeline.run(demo_run.settings, first="report", last="load")


def test_check_counts_the_rows_and_lists_the_rejects(tmp_path):
    """`check` reads everything, counts it, lists the rejects and stores no table."""
    settings = load_settings(pipeline.write_example(tmp_path, is_demo=True))
    lines = ask(settings, "check")
    assert any("14" in line for line in lines)
    assert any("rejects.xlsx" in line for line in lines)
    assert (tmp_path / "out" / "check" / "rejects.xlsx").exists()
    assert not (tmp_path / "out" / "tables").exists()
