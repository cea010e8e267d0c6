"""What if: changes of outlets, streets, gates and sites, set beside the run."""

from __future__ import annotations

import json

import geopandas as gpd
import openpyxl
import pytest

from livelihood_map import pipeline
from livelihood_map.commands import ask
from livelihood_map.core.errors import LivelihoodMapError
from livelihood_map.core.settings import load_settings
from livelihood_map.core.tables import EDITS
from livelihood_map.pipeline.what_if import what_if


@pytest.fixture(scope="module")
def office(shared_office):
    """Return the settings of the office whose coverage has been measured."""
    return load_settings(shared_office)


@pytest.fixture(scope="module")
def run(office):
    """Return the office's stored run."""
    return pipeline.open_workspace(office)


def edits_of(run, *rows):
    """Return edits given as (action, place, columns), in the CRS of the run."""
    listed = [{"edit_id": str(n), "action": row[0], **row[2]} for n, row in enumerate(rows, 1)]
    return EDITS.conform(
        gpd.GeoDataFrame(listed, geometry=[row[1] for row in rows], crs=run["towns"].crs)
    )


def write(office, edits):
    """Write edits as the planner's map saves them, and return the file."""
    path = office.resolve("changes.geojson")
    features = json.loads(edits.to_crs(4326).to_json(drop_id=True, show_bbox=False))["features"]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def market(run, number=0):
    """Return an operating market."""
    return run["facilities"].query("kind == 'wet_market' and status == 'operating'").iloc[number]


def sheet_of(office, name):
    """Return the rows of a sheet of edits.xlsx below its headings, as dicts."""
    page = openpyxl.load_workbook(office.resolve(office.run.output) / "edits.xlsx")[name]
    rows = [row for row in page.iter_rows(values_only=True) if row[1] is not None]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_a_closed_market_is_a_what_if_on_every_sheet(office, run):
    """Who loses a market stands by town and kind; each sheet says that it is not so today."""
    gone = market(run)
    edits = edits_of(run, ("close_outlet", gone.geometry, {"facility_id": gone["facility_id"]}))
    lines = ask(office, "edits", path=write(office, edits))
    assert lines[0].startswith("假设方案，不是现状")
    book = openpyxl.load_workbook(office.resolve(office.run.output) / "edits.xlsx")
    assert book.sheetnames == ["修改前后对比", "各街镇修改前后", "修改清单", "说明"]
    for page in book:
        assert any("假设方案，不是现状" in str(cell.value) for cell in page["A"] if cell.value)
    rows = sheet_of(office, "各街镇修改前后")
    markets = [row for row in rows if row["设施种类"] == "菜市场"]
    assert {row["街镇"] for row in rows} == {"全区", "西镇", "东镇"}
    whole = next(row for row in markets if row["街镇"] == "全区")
    assert whole["失去居民"] > 0
    for name in ("居民", "原覆盖居民", "现覆盖居民", "失去居民"):
        assert whole[name] == sum(row[name] for row in markets[1:] if row["街镇"] != "全区"
                                  and row["步行距离（米）"] == whole["步行距离（米）"])  # fmt: skip
    assert whole["原覆盖居民"] - whole["失去居民"] == whole["现覆盖居民"]
    told = next(line for line in lines if line.startswith("菜市场") and "米内" in line)
    assert f"{whole['原覆盖居民']:,.0f} → {whole['现覆盖居民']:,.0f}" in told
    others = [row for row in rows if row["设施种类"] == "早餐网点"]
    assert all(row["原覆盖居民"] == row["现覆盖居民"] for row in others)


def test_the_same_outlet_closed_and_opened_changes_nothing(run):
    """An outlet that closes and another that opens at its place: every walk is as it was."""
    gone = market(run)
    edits = edits_of(
        run,
        ("close_outlet", gone.geometry, {"facility_id": gone["facility_id"]}),
        ("add_outlet", gone.geometry, {"kind": "wet_market"}),
    )
    before, after = what_if(run, edits.iloc[:0]).measure(), what_if(run, edits).measure()
    assert after["walk_m"].equals(before["walk_m"])
    assert (after["facility_id"] != before["facility_id"]).any()
    assert before["walk_m"].equals(run["coverage"]["walk_m"])


def test_a_moved_outlet_is_walked_to_at_its_new_place(run):
    """Moving is closing and opening: the walks are those to an outlet that opens there."""
    gone, other = market(run), market(run, 1)
    place = gone.geometry.centroid.__class__(gone.geometry.x + 400, gone.geometry.y + 300)
    moved = edits_of(run, ("move_outlet", place, {"facility_id": gone["facility_id"]}))
    anew = edits_of(
        run,
        ("add_outlet", place, {"kind": "wet_market", "name": "新"}),
        ("close_outlet", other.geometry, {"facility_id": gone["facility_id"]}),
    )
    walks = [what_if(run, edits).measure()["walk_m"] for edits in (moved, anew)]
    assert walks[0].equals(walks[1])
    assert not walks[0].equals(run["coverage"]["walk_m"])


def test_the_last_question_stands_in_the_workbook(office, run):
    """A question asked again without the sites writes its own figures over those with them."""
    path = write(office, edits_of(run, ("close_outlet", market(run).geometry, {})))
    books = []
    for has_sites in (False, True, False):
        ask(office, "edits", path=path, has_sites=has_sites)
        books.append((office.resolve(office.run.output) / "edits.xlsx").read_bytes())
    assert books[0] == books[2] != books[1]


def test_sites_count_where_they_are_asked_for(office, run):
    """With the plan's sites open a dropped one is missed, a moved one serves from elsewhere."""
    site, other = run["sites"].iloc[0], run["sites"].iloc[1]
    edits = edits_of(
        run,
        ("drop_site", site.geometry, {"candidate_id": site["candidate_id"]}),
        ("move_site", site.geometry, {"candidate_id": other["candidate_id"]}),
    )
    none = what_if(run, edits.iloc[:0]).measure(has_sites=True)
    assert none["walk_m"].equals(run["coverage_after"]["walk_m"])
    after = what_if(run, edits)
    assert len(after.work["sites"]) == len(run["sites"]) - 1
    at = after.work["sites"].set_index("candidate_id").geometry[other["candidate_id"]]
    assert at == site.geometry
    with pytest.raises(LivelihoodMapError, match="--with-sites"):
        ask(office, "edits", path=write(office, edits))
    lines = ask(office, "edits", path=write(office, edits), has_sites=True)
    assert "规划选址全部建成" in lines[0]
    lost = after.measure(has_sites=True)["is_covered"].sum()
    assert lost < none["is_covered"].sum()


def test_a_site_that_is_not_there_is_told(run):
    """A site that the plan does not have is named with the change that speaks of it."""
    edits = edits_of(run, ("drop_site", market(run).geometry, {"candidate_id": "gone-7"}))
    with pytest.raises(LivelihoodMapError, match=r"“1”.*gone-7"):
        what_if(run, edits)
