"""Service areas on the planner's map: what is painted where, for whom, and at which tier."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from invented_district import build_settings

from livelihood_map import pipeline
from livelihood_map.core.settings import load_settings
from livelihood_map.core.standards import load_standard
from livelihood_map.mapping import draw_map

pytestmark = pytest.mark.browser

_PAINT_AT = """window.paintedAt = (name, lat, lon) => {
  const zoom = 18, { x, y } = planner.map.project(L.latLng(lat, lon), zoom);
  const ctx = el("canvas", { width: 3, height: 3 }).getContext("2d");
  planner.layers[name].paint(ctx, 2 ** zoom, x - 1.5, y - 1.5, 3, 3);
  const [red, green, blue, alpha] = ctx.getImageData(1, 1, 1, 1).data;
  const hex = [red, green, blue].map((one) => one.toString(16).padStart(2, "0"));
  return alpha === 255 ? `#${hex.join("")}` : "";
};"""


@pytest.fixture(scope="module")
def office_work(office_run):
    """Return the workspace of the office's run; read it, never change it."""
    return pipeline.open_workspace(load_settings(office_run))


@pytest.fixture
def tab(open_page, office_run):
    """Return the office's map with its service areas switched on."""
    page = office_run.parent / "maps" / "planner.html"
    opened = open_page(page.read_text("utf-8"), script=_PAINT_AT)
    opened.check('input[data-layer="service"]')
    opened.wait_until("Boolean(planner.service.areas)")
    return opened


def accesses_and_walks(work, coverage):
    """Return where each home reaches the street, how far off that is, and its breakfast walk."""
    joins = work["joins"].dropna(subset="u").reset_index(drop=True)
    lines = work["edges"].set_index(["u", "v", "key"]).geometry
    keys = pd.MultiIndex.from_frame(joins[["u", "v", "key"]].astype({"key": int}))
    places = lines.loc[keys].interpolate(joins["along_m"].to_numpy()).to_crs(4326)
    walk_m = coverage[coverage["kind"] == "breakfast"].set_index("demand_id")["walk_m"]
    joins["walk_m"] = joins["point_id"].map(walk_m).fillna(np.inf)
    return shapely.get_coordinates(places.to_numpy()), joins


def painted(tab, name, places):
    """Return the colour that a layer paints at each place, empty where none."""
    pairs = [[lat, lon] for lon, lat in places.tolist()]
    return tab.evaluate(
        f"(places) => places.map(([lat, lon]) => paintedAt({name!r}, lat, lon))", pairs
    )


@pytest.mark.parametrize("plan", ["现状", "新增后"])
def test_the_area_agrees_with_the_coverage_table(tab, office_work, plan):
    """A home within a tier reaches the street inside its area; one beyond all of them does not.

    A home's walk is the least, over its gates, of the way to the street and the walk from there;
    at the end of an area its strip lies up to its width beyond the tier.
    """
    work = office_work
    coverage = work["coverage" if plan == "现状" else "coverage_after"]
    tab.get_by_text(plan, exact=True).first.click()
    places, homes = accesses_and_walks(work, coverage)
    colours = tab.evaluate(
        "planner.service.classes().map(({ limit_m, colour }) => [limit_m, colour])"
    )
    limit_of = {colour: limit for limit, colour in colours} | {"": np.inf}
    homes["shown_m"] = [limit_of[colour] for colour in painted(tab, "service", places)]
    strip_m = 2 * work.settings.coverage.area_strip_m
    assert (homes["shown_m"] >= homes["walk_m"] - homes["offset_m"] - strip_m).all()
    best_m = homes.groupby("point_id")["shown_m"].min()
    walk_m = homes.groupby("point_id")["walk_m"].first()
    for tier_m in (300, 500, 1000):
        assert (walk_m <= tier_m).sum() > 3
        assert (best_m[walk_m <= tier_m] <= tier_m).all()
        beyond = homes[homes["walk_m"] > tier_m + homes["offset_m"] + strip_m]
        assert len(beyond) > 3 or (tier_m, plan) == (1000, "新增后")
        assert (beyond["shown_m"] > tier_m).all()
    tab.assert_quiet()


def test_what_the_sites_add_is_a_layer_of_its_own(tab, office_work, pictures):
    """At a new site the hatched layer is painted, at an outlet of today it is not."""
    tab.check('input[data-layer="gained"]')
    sites, outlets = office_work["sites"], office_work["facilities"]
    today = outlets[outlets["kind"] == "breakfast"]
    count = """([name, lat, lon]) => {
      const zoom = 18, { x, y } = planner.map.project(L.latLng(lat, lon), zoom);
      const ctx = el("canvas", { width: 24, height: 24 }).getContext("2d");
      planner.layers[name].paint(ctx, 2 ** zoom, x - 12, y - 12, 24, 24);
      const { data } = ctx.getImageData(0, 0, 24, 24);
      return data.filter((value, at) => at % 4 === 3 && value > 0).length;
    }"""
    hatched = [
        [tab.evaluate(count, ["gained", place.y, place.x]) for place in table.to_crs(4326).geometry]
        for table in (sites, today)
    ]
    assert min(hatched[0]) > 50
    assert max(hatched[1]) == 0
    tab.screenshot(path=pictures / "planner_service_office.png")
    tab.assert_quiet()


def test_tiers_and_kinds_are_chosen_with_boxes(open_page, planner_html, pictures):
    """A tier can be put away with the keyboard; another kind brings its own areas."""
    tab = open_page(planner_html)
    assert tab.evaluate("planner.service.areas === null")
    tab.check('input[data-layer="service"]')
    tab.wait_until("Boolean(planner.service.areas)")
    tab.screenshot(path=pictures / "planner_service.png")
    rings = "planner.service.pick('before').map(({ lines }) => lines.length).join()"
    before = tab.evaluate(rings)
    assert before.count(",") == 2
    tab.locator('input[data-tier="300"]').focus()
    tab.keyboard.press("Space")
    assert tab.evaluate(rings) == before.rpartition(",")[0]
    tab.get_by_text("菜市场", exact=True).first.click()
    assert tab.evaluate(rings) != before.rpartition(",")[0]
    assert not tab.locator('input[data-tier="300"]').is_checked()
    tab.assert_quiet()


def test_the_legend_of_a_print_names_the_areas(open_page, planner_html):
    """Printed and saved pictures explain the areas, and say how they were made on the panel."""
    tab = open_page(planner_html)
    plain = tab.evaluate("planner.legend.parts().length")
    tab.check('input[data-layer="service"]')
    tab.check('input[data-layer="gained"]')
    texts = tab.evaluate("planner.legend.parts().map(({ text }) => text)")
    assert len(texts) == plain + 4
    assert "服务范围 500 米以内" in texts
    assert "街道每侧 25 米，轮廓按 1 米容差简化" in tab.locator("#panel").inner_text()


def test_a_picture_has_the_colours_of_the_screen(tab, office_work):
    """Longer tiers do not shine through shorter ones in a picture or print."""
    outlets = office_work["facilities"].query("kind == 'breakfast'").to_crs(4326)
    place = [outlets.geometry.iloc[0].y, outlets.geometry.iloc[0].x]
    pixel = """([lat, lng]) => {
      for (const name of [...planner.shown]) if (name !== "service") planner.show(name, false);
      const view = { width: 40, height: 40, ratio: 1, centre: { lat, lng }, zoom: 18 };
      return [...drawPicture(planner.map, view).getContext("2d").getImageData(20, 20, 1, 1).data];
    }"""
    with_all = tab.evaluate(pixel, place)
    for tier in (500, 1000):
        tab.uncheck(f'input[data-tier="{tier}"]')
    assert tab.evaluate(pixel, place) == with_all
    tab.uncheck('input[data-tier="300"]')
    assert tab.evaluate(pixel, place) != with_all


def test_side_by_side_shows_the_areas_of_both_plans(open_page, planner_html):
    """The second map has the areas with the sites when the first has today's."""
    tab = open_page(planner_html)
    tab.click("#tool-compare")
    tab.check('input[data-layer="service"]')
    tab.wait_until("Boolean(planner.service.areas)")
    assert tab.evaluate("planner.compare.map.hasLayer(planner.compare.areas)")
    counts = tab.evaluate(
        "[planner.layers.service, planner.compare.areas].map((layer) => layer._pick().length)"
    )
    assert counts == [3, 6]
    tab.uncheck('input[data-layer="service"]')
    assert not tab.evaluate("planner.compare.map.hasLayer(planner.compare.areas)")
    tab.assert_quiet()


def test_without_areas_there_is_no_layer(open_page, district_tables):
    """A run that makes no service areas has none on its map, and nothing fails."""
    bare = replace(district_tables, areas=None)
    tab = open_page(draw_map(bare, settings=build_settings(), standard=load_standard("cn-15min")))
    for name in ("service", "gained"):
        assert tab.locator(f'input[data-layer="{name}"]').count() == 0
    tab.get_by_text("菜市场", exact=True).first.click()
    tab.assert_quiet()
