"""Names on the map: none over another, none upside down, none cut, the same in every run."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pytest
from invented_district import CRS, SOUTH, WEST, build_settings
from shapely import LineString, Point, box

from livelihood_map.core.standards import load_standard
from livelihood_map.mapping import draw_map

pytestmark = pytest.mark.browser

_VIEWS = ((11.5, 0, 0), (13, 0, 0), (15, 900, 700), (16.5, -300, 400))
_PLACED = """([zoom, x, y]) => {
  const middle = L.latLngBounds(planner.page.bounds).getCenter();
  planner.map.setView(middle, zoom, { animate: false });
  planner.map.panBy([x, y], { animate: false });
  return planner.layers.names.placed.map(({ kind, text, boxes, letters }) => (
    { kind, text, boxes, turns: (letters || []).map(({ turn }) => turn),
      xs: (letters || []).map(({ x }) => x), ys: (letters || []).map(({ y }) => y) }));
}"""


def _features() -> gpd.GeoDataFrame:
    """Return a winding river, a metro line drawn from east to west, stations and a park."""
    bends = [(WEST + 900 * i, SOUTH + 6000 + 500 * (i % 3)) for i in range(21)]
    metro = [(WEST + 18_000 - 700 * i, SOUTH + 9300 + 40 * i) for i in range(26)]
    rows = [
        ("w1", "river", "横泾港", "Hengjing River", LineString(bends)),
        ("w2", "metro", "轨道交通5号线", "Metro Line 5", LineString(metro)),
        ("n1", "station", "春申路", "Chunshen Road", Point(metro[6])),
        ("n2", "station", "银都路", "Yindu Road", Point(metro[12])),
        ("w3", "park", "体育公园", "Sports Park", box(*_corners(8000, 10_500, 1500))),
        ("n3", "place", "邻区", "Next District", Point(WEST - 900, SOUTH + 9000)),
    ]
    columns = list(zip(*rows, strict=True))
    names = ("feature_id", "kind", "name", "name_en")
    return gpd.GeoDataFrame(
        dict(zip(names, columns, strict=False)), geometry=list(columns[4]), crs=CRS
    )


def _corners(east: float, north: float, side: float) -> tuple[float, float, float, float]:
    return WEST + east, SOUTH + north, WEST + east + side, SOUTH + north + side


@pytest.fixture(scope="module")
def named_tables(district_tables):
    """Return the district with named streets, a river, a metro line and a park."""
    edges = district_tables.edges
    rows = [(u.split("_"), v.split("_")) for u, v in zip(edges["u"], edges["v"], strict=True)]
    names = [f"横{a[0]}号路" if a[0] == b[0] else f"纵{a[1]}号街" for a, b in rows]
    english = [f"Row {a[0]} Road" if a[0] == b[0] else f"Column {a[1]} Street" for a, b in rows]
    return replace(
        district_tables, edges=edges.assign(name=names, name_en=english), base=_features()
    )


@pytest.fixture(scope="module")
def named_html(named_tables):
    """Return the map of that district, in either language."""
    standard = load_standard("cn-15min")
    given = {"settings": build_settings(), "standard": standard}
    return {lang: draw_map(named_tables, lang=lang, **given) for lang in ("zh", "en")}


def _placed(tab) -> list[list[dict]]:
    """Return the names of each view; every view shows some."""
    views = [tab.evaluate(_PLACED, list(view)) for view in _VIEWS]
    assert all(len(names) > 5 for names in views)
    return views


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_names_stand_apart_upright_and_whole(open_page, named_html, pictures, lang):
    """No two overlap, none is upside down, cut or below a control; two runs are alike."""
    tab = open_page(named_html[lang], width=1366, height=768)
    width, height = tab.evaluate("[planner.map.getSize().x, planner.map.getSize().y]")
    views = _placed(tab)
    for names in views:
        shapes = [(i, box(*one)) for i, name in enumerate(names) for one in name["boxes"]]
        tree = gpd.GeoSeries([shape.buffer(-0.01) for _, shape in shapes])
        first, second = tree.sindex.query(tree, predicate="intersects")
        assert {shapes[a][0] == shapes[b][0] for a, b in zip(first, second, strict=True)} == {True}
        left, top, right, bottom = tree.total_bounds
        assert min(left, top) >= 0
        assert right <= width
        assert bottom <= height
        for name in names:
            assert all(abs(turn) <= 1.6 for turn in name["turns"]), name["text"]
            if name["xs"]:
                runs_on = name["xs"][-1] >= name["xs"][0] - 2 or name["ys"][-1] > name["ys"][0]
                assert runs_on, name["text"]
    controls = gpd.GeoSeries([box(*one) for one in tab.evaluate("controlBoxes(planner.map)")])
    assert len(controls) >= 4
    names = gpd.GeoSeries([box(*one) for name in views[-1] for one in name["boxes"]])
    assert not len(names.sindex.query(controls, predicate="intersects")[0])
    tab.evaluate(_PLACED, [11.5, 0, 0])  # the locator goes away, and comes back
    assert tab.evaluate(_PLACED, list(_VIEWS[-1])) == views[-1]
    again = open_page(named_html[lang], width=1366, height=768)
    assert _placed(again) == views
    tab.screenshot(path=pictures / f"planner_names_{lang}.png")
    tab.assert_quiet()


_MOVED = """() => {
  const { map, layers: { names: { placer } } } = planner, scale = 2 ** map.getZoom();
  const { min: { x: left, y: top }, max: { x: right, y: bottom } } = map.getPixelBounds();
  const towns = (taken) => placer.place([scale, left, top, right - left, bottom - top], taken)
    .filter(({ kind }) => kind === "town");
  const first = towns([]), moved = towns(first.flatMap(({ boxes }) => boxes));
  const rings = placer.items.filter(({ ring }) => ring).map(({ text, ring }) => [text, ring]);
  const isInside = ({ text, x, y }) => rings.some(([name, ring]) => (
    name === text && isInRing(ring, (x + left) / scale, (y + top) / scale)));
  return [first.length, moved.length, moved.every(isInside)];
}"""


def test_a_covered_towns_name_stands_elsewhere_in_it(open_page, small_pages):
    """Where marks take the middle of every town, each still bears its name within its border."""
    tab = open_page(small_pages["planner"])
    towns = tab.evaluate("planner.page.towns.length")
    assert tab.evaluate(_MOVED) == [towns, towns, True]


def test_each_kind_is_named_at_its_zoom(open_page, named_html):
    """Towns and neighbours far off; streets, water, rail nearer; compounds and outlets nearest."""
    tab = open_page(named_html["zh"], width=1366, height=768)
    kinds = [{name["kind"] for name in names} for names in _placed(tab)]
    assert {"town", "place"} <= kinds[0]
    assert "compound" not in kinds[0] | kinds[1]
    assert {"primary", "river", "metro", "station"} <= kinds[1]
    assert {"compound", "local"} <= kinds[2] | kinds[3]
    assert "town" not in kinds[3]


def test_an_english_page_has_english_names(open_page, named_html):
    """Streets, waters and stations bear the name that the extract gives in English."""
    tab = open_page(named_html["en"], width=1366, height=768)
    texts = {name["text"] for names in _placed(tab) for name in names}
    assert {"Hengjing River", "Metro Line 5", "Chunshen Road"} <= texts
    assert any(text.startswith("Row ") for text in texts)


def test_names_can_be_put_away(open_page, named_html):
    """The box in the panel takes the names off; those of compounds go with the compounds."""
    tab = open_page(named_html["zh"], width=1366, height=768)
    tab.evaluate(_PLACED, [16.5, 0, 0])
    tab.evaluate("planner.show('residences', false)")
    assert "compound" not in tab.evaluate("planner.layers.names.placed.map(({ kind }) => kind)")
    tab.locator('#panel input[data-layer="names"]').click()
    assert tab.locator("canvas.names").count() == 0
    tab.assert_quiet()
