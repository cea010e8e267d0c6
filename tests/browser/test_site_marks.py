"""Marks of suggested sites: none hides another, near ones are gathered, all can be reached."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
from invented_district import CRS, SOUTH, WEST, build_settings
from shapely import Point

from livelihood_map.core.standards import load_standard
from livelihood_map.mapping import draw_map

pytestmark = pytest.mark.browser

_SHOWN = """[...document.querySelectorAll(".site")].filter((box) => !box.hidden).map((box) => {
  const { left, top, right, bottom } = box.firstChild.getBoundingClientRect();
  return [left, top, right, bottom];
})"""
_MEANT = "planner.siteMarks.arrange(planner.map.getZoom())"


@pytest.fixture(scope="module")
def thousand_html(district_tables):
    """Return a map with a thousand sites, many of them close together."""
    rng = np.random.default_rng(3)
    middle = rng.uniform(1000, 17_000, (60, 2))
    places = middle[rng.integers(0, 60, 1000)] + rng.normal(0, 700, (1000, 2))
    sites = gpd.GeoDataFrame(
        district_tables.sites.iloc[np.arange(1000) % len(district_tables.sites)].assign(
            rank=np.arange(1, 1001),
            candidate_id=[f"c{number}" for number in range(1000)],
            gained_population=np.linspace(9000, 50, 1000),
        ),
        geometry=[Point(WEST + x, SOUTH + y) for x, y in places],
        crs=CRS,
    )
    tables = replace(district_tables, sites=sites, after=None)
    return draw_map(tables, settings=build_settings(), standard=load_standard("cn-15min"))


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_a_thousand_marks_never_hide_one_another(open_page, thousand_html, pictures, width, height):
    """At the overview and nearer, every mark is whole and stands for all that are behind it."""
    tab = open_page(thousand_html, width=width, height=height)
    for zoom in (None, 13):
        if zoom:
            tab.evaluate(
                f"void planner.map.setView(planner.map.getCenter(), {zoom}, {{animate: false}})"
            )
        boxes = gpd.GeoSeries.from_wkt([_wkt(one) for one in tab.evaluate(_SHOWN)])
        first, second = boxes.sindex.query(boxes, predicate="intersects")
        assert (first == second).all()
        counted = f"{_MEANT}.filter(Boolean).reduce((sum, one) => sum + 1 + one.others.length, 0)"
        assert tab.evaluate(counted) == 1000
    tab.screenshot(path=pictures / f"planner_thousand_sites_{width}.png")
    tab.assert_quiet()


def _wkt(bounds: list[float]) -> str:
    left, top, right, bottom = bounds
    return f"POLYGON(({left} {top},{right} {top},{right} {bottom},{left} {bottom},{left} {top}))"


def test_a_site_that_brings_more_is_larger(open_page, planner_html):
    """The first site's mark is larger than the last one's."""
    tab = open_page(planner_html)
    tab.evaluate("void planner.map.setZoom(16, { animate: false })")
    radii = tab.evaluate(f"{_MEANT}.map((one) => one.radius)")
    assert radii[0] > radii[-1]


def test_a_gathered_mark_leads_to_the_others(open_page, planner_html):
    """Its card says how many stand behind it, and a button goes nearer."""
    tab = open_page(planner_html, width=390, height=844)
    number = tab.evaluate(f"{_MEANT}.findIndex((one) => one && one.others.length)")
    assert number >= 0
    tab.evaluate(f"void planner.page.sites[{number}].layer.openPopup()")
    card = tab.locator(".leaflet-popup .card")
    assert "个建议网点" in card.inner_text()
    zoom = tab.evaluate("planner.map.getZoom()")
    card.get_by_role("button", name="放大").click()
    assert tab.evaluate("planner.map.getZoom()") > zoom
    tab.assert_quiet()
