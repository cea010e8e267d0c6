"""A place that is covered, two candidates for three sites, none at all: all is written and said."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pytest
from small_office import degrees, register, write_csv, write_features, write_office

from livelihood_map import pipeline
from livelihood_map.core.labels import use_lang
from livelihood_map.core.settings import load_settings
from livelihood_map.pipeline.summary import plan_lines

LIGHT = """
[report]
documents = []
[mapping]
check_pages = "none"
pictures = []
grid_m = 0
"""
OUTPUTS = {
    *("candidates.xlsx", "coverage.xlsx", "district.xlsx", "run.json", "sites.xlsx"),
    *("sites.csv", "sites.geojson", "briefs", "towns", "tables"),
}


def covered(path):
    """Put an outlet at every second corner."""
    everywhere = [(column, row) for column in range(0, 16, 2) for row in range(0, 16, 2)]
    write_csv(path.parent / "breakfast.csv", register(everywhere, "早餐"))


def two_parcels(path):
    """Let the office list two parcels, and nothing beside them."""
    places = {"地块甲": (7, 7), "地块乙": (12, 12)}
    shapes = [
        ({"type": "Point", "coordinates": degrees(*place)}, {"name": name})
        for name, place in places.items()
    ]
    write_features(path.parent / "parcels.geojson", shapes)
    _say(path, 'listed = "parcels.geojson"')


def nothing(path):
    """Let the office list nothing, and nothing beside it."""
    _say(path)


def _say(path, line=""):
    text = path.read_text("utf-8")
    asked = f"[candidates]\n{line}\nis_listed_only = true\n\n[siting]"
    path.write_text(text.replace("[siting]", asked), "utf-8")


@pytest.fixture(scope="module", params=[covered, two_parcels, nothing])
def told(request, tmp_path_factory):
    """Return what was changed of the small office, and the workspace of its whole run."""
    path = write_office(tmp_path_factory.mktemp("few") / "office")
    request.param(path)
    is_whole = request.param is covered
    shown = LIGHT.replace("[]", '["workbooks", "briefs"]', 1) if is_whole else LIGHT
    path.write_text(path.read_text("utf-8") + shown, "utf-8")
    last = {covered: "mapping", two_parcels: "report", nothing: "siting"}[request.param]
    return request.param, pipeline.run(load_settings(path), last=last)


def test_every_output_is_there_where_nobody_needs_a_site(told):
    """The lists, workbooks, briefs, the page and the tables are those of any run."""
    change, work = told
    assert len(work["curve"]) >= 1
    if change is covered:
        assert {one.name for one in work.folder.iterdir()} >= OUTPUTS
        assert (work.maps / "planner.html").stat().st_size > 100_000


def test_one_line_says_why_there_are_fewer_sites(told):
    """The number asked for, the number there is, and the reason stand in the lines on the plan."""
    change, work = told
    sites_n, reason, words = {
        covered: (0, "nobody_uncovered", "500 米内已全部覆盖"),
        two_parcels: (2, "few_candidates", "要求 3 处，可用候选点只有 2 个，本方案为 2 处"),
        nothing: (0, "no_candidates", "没有可用的候选点"),
    }[change]
    english = {
        "nobody_uncovered": "nobody needs a new one",
        "few_candidates": "3 sites were asked for; there are only 2 candidates",
        "no_candidates": "no candidate can be used",
    }
    plan = work["plan"].iloc[0]
    assert (plan["sites_n"], plan["shortfall"], plan["status"]) == (sites_n, reason, "optimal")
    assert sum(words in line for line in plan_lines(work)) == 1
    with use_lang("en"):
        assert "Plan" in plan_lines(work)[0]
        assert any(english[reason] in line for line in plan_lines(work))
    after = work["town_coverage_after"]
    assert (after["covered_population_after"] >= after["covered_population"]).all()


def test_a_list_of_the_office_has_its_price(told):
    """What the best plan beyond the list reaches more is the price; no list, no price."""
    change, work = told
    plan = work["plan"].iloc[0]
    if change is covered:
        assert pd.isna(plan["list_price"])
        return
    assert plan["streets_question"] == "relaxed"
    assert plan["list_price"] == plan["streets_bound"] - plan["objective"] > 0
    price = f"{plan['list_price']:,.0f}"
    assert any(f"少覆盖 {price} 人" in line for line in plan_lines(work))


def test_whom_nobody_can_reach_is_counted_and_listed(told):
    """Every uncovered home is newly covered, or could be, or stands among those beyond reach."""
    change, work = told
    lost, gaps = work["unreached"], work["gaps"]
    uncovered = set(gaps.loc[gaps["kind"] == "breakfast", "demand_id"])
    assert set(lost["demand_id"]) <= uncovered
    if change is covered:
        assert lost.empty
        return
    assert set(lost["reason"]) == {"unlisted"}
    newly = work["coverage_after"].query("kind == 'breakfast' and walk_m <= 500")["demand_id"]
    assert uncovered - set(lost["demand_id"]) == uncovered & set(newly)
    if change is nothing:
        return
    sheets = openpyxl.load_workbook(work.folder / "candidates.xlsx").worksheets
    listed = {cell for row in sheets[1].iter_rows(values_only=True) for cell in row}
    assert set(lost["demand_id"]) <= listed
