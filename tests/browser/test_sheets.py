"""Sheets of the planner's map: printed on A4 or A3, and saved; with all that a map must bear."""

from __future__ import annotations

import re
from dataclasses import replace

import geopandas as gpd
import pytest
from invented_district import build_settings
from shapely import box

from livelihood_map.core.standards import load_standard
from livelihood_map.mapping import draw_map

pytestmark = pytest.mark.browser

_LAID = """(paper) => {
  const { sheet, k, isWide, view } = paperSheet(planner.map, paper, planner.prints.parts());
  const said = [], write = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y, most = Infinity) {
    const wide = Math.min(this.measureText(text).width, most);
    said.push({ text, canvas: this.canvas, box: [x, y - 9, x + wide, y + 2] });
    write.apply(this, arguments);
  };
  const { x, y } = planner.map.getSize(), around = [x, y];
  const whole = Sheet.around(planner.map, around, planner.prints.parts());
  const canvases = [sheet.draw(view, 1), whole.draw({ ...view, scale: undefined }, 1)];
  CanvasRenderingContext2D.prototype.fillText = write;
  const onSheet = (canvas) => said.filter((one) => one.canvas === canvas).map((one) => one.box);
  return { texts: said.map(({ text }) => text), boxes: canvases.map(onSheet),
           zoom: view.zoom, scale: view.scale, isPart: sheet.isPart,
           shown: sheet.worldView(view), outline: sheet.outline.box };
}"""
_NEEDED = (
    *(
        "试验区",
        "图例（占居民、早高峰就业和车站客流的百分比）",
        "底图",
        "主干路",
        "N",
        "内部工作用图",
    ),
    *("编制单位：某某区商务委员会", "制图日期", "数据日期", "沪S(2026)001号", "比例尺：1:"),
)
_SIZES = {"A4": {(842, 595), (595, 842)}, "A3": {(1191, 842), (842, 1191)}}


@pytest.fixture(scope="module")
def made_html(district_tables):
    """Return the map of a district whose office is named."""
    settings = build_settings()
    area = replace(settings.area, made_by="某某区商务委员会", review_number="沪S(2026)001号")
    standard = load_standard("cn-15min")
    return draw_map(district_tables, settings=replace(settings, area=area), standard=standard)


@pytest.mark.parametrize(
    ("paper", "is_near", "size"), [("A4", False, (1366, 768)), ("A3", True, (390, 844))]
)
def test_a_sheet_bears_what_a_map_must(open_page, made_html, paper, is_near, size):
    """Title, legend, north, office, dates, number, location of a part; no text over another."""
    tab = open_page(made_html, width=size[0], height=size[1])
    if is_near:
        tab.evaluate("void planner.map.setZoom(14, { animate: false })")
    laid = tab.evaluate(_LAID, paper)
    said = "".join(laid["texts"])  # a heading stands in rows
    assert [needed for needed in _NEEDED if needed not in said] == []
    for boxes in laid["boxes"]:
        written = gpd.GeoSeries([box(*one) for one in boxes])
        first, second = written.sindex.query(written, predicate="intersects")
        assert (first == second).all()
    assert laid["isPart"] is is_near
    assert ("位置示意图" in said) is is_near
    inside, all_of_it = laid["outline"], laid["shown"]
    assert (all_of_it[0] <= inside[0] and all_of_it[3] >= inside[3]) is not is_near


@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_the_scale_that_is_named_is_that_of_the_print(open_page, made_html, paper):
    """Metres of ground to a millimetre of paper, at full size."""
    tab = open_page(made_html, width=1366, height=768)
    laid = tab.evaluate(_LAID, paper)
    named = int(re.search(r"1:([\d,]+)", laid["scale"])[1].replace(",", ""))
    k = 1.2 if paper == "A3" else 1
    lat = tab.evaluate("planner.map.getCenter().lat")
    ground = tab.evaluate("([lat, zoom]) => metresPerPixel(lat, zoom)", [lat, laid["zoom"]])
    assert ground / (0.0254 / 96 * k) == pytest.approx(named, rel=2e-3)
    assert named == float(f"{named:.1e}")


@pytest.mark.parametrize(("paper", "size"), [("A4", (1366, 768)), ("A3", (390, 844))])
def test_a_print_is_one_sheet_of_the_paper(open_page, made_html, pictures, paper, size):
    """As large as the paper, upright or across, whatever the screen."""
    tab = open_page(made_html, width=size[0], height=size[1])
    tab.evaluate(f"void (planner.prints.paper = '{paper}')")
    pdf = tab.pdf(path=pictures / f"planner_{paper}_{size[0]}.pdf", prefer_css_page_size=True)
    ((width, height),) = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert (round(float(width)), round(float(height))) in _SIZES[paper]


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)])
def test_a_saved_picture_shows_what_the_screen_shows(open_page, made_html, size):
    """Its map is as large as that of the screen, at the same zoom; the rest stands around it."""
    tab = open_page(made_html, width=size[0], height=size[1])
    sides = tab.evaluate(
        """() => { const { x, y } = planner.map.getSize();
        const { box } = Sheet.around(planner.map, [x, y], planner.prints.parts());
        return [x, y, box.width, box.height]; }"""
    )
    assert sides[:2] == sides[2:]
    tab.assert_quiet()


def test_the_locator_is_there_while_a_part_is_shown(open_page, made_html):
    """At the whole district it is away; nearer it shows where the view lies."""
    tab = open_page(made_html, width=1366, height=768)
    locator = tab.locator("canvas.locator")
    assert not locator.is_visible()
    tab.evaluate("void planner.map.setZoom(14, { animate: false })")
    assert locator.is_visible()
    assert tab.locator("#panel .signs li").count() >= 3
