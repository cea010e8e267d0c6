"""Streets as vector tiles in a browser: drawn like lines, printed like lines, nothing fetched."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from invented_district import build_settings
from scipy.ndimage import binary_dilation

from livelihood_map.core.settings import MappingSettings
from livelihood_map.core.standards import load_standard
from livelihood_map.mapping import draw_check_page, draw_map

pytestmark = pytest.mark.browser

_PAINTED = """() => {
  const { x: width, y: height } = planner.map.getSize(), picture = el("canvas", { width, height });
  const ctx = picture.getContext("2d"), corner = planner.map.getPixelBounds().min.floor();
  const side = planner.layers.streets.getTileSize().x;
  for (const { el: tile, coords } of Object.values(planner.layers.streets._tiles)) {
    if (coords.z === planner.map.getZoom()) {
      ctx.drawImage(tile, coords.x * side - corner.x, coords.y * side - corner.y, side, side);
    }
  }
  return [width, height, maskOf(ctx, width, height)];
}"""
_SHEET = """() => {
  const { sheet, view } = paperSheet(planner.map, "A3", planner.prints.parts()), { zoom } = view;
  const [width, height] = [sheet.box.width, sheet.box.height].map(Math.floor);
  const middle = planner.map.project(view.centre, zoom);
  const ctx = el("canvas", { width, height }).getContext("2d");
  planner.layers.streets.paint(
    ctx, 2 ** zoom, middle.x - width / 2, middle.y - height / 2, width, height);
  return [width, height, maskOf(ctx, width, height)];
}"""
_MASK_OF = """window.maskOf = (ctx, width, height) => {
  const { data } = ctx.getImageData(0, 0, width, height);
  const strength = (_, at) => (data[4 * at + 3] > 80 ? 2 : data[4 * at + 3] > 0 ? 1 : 0);
  return Array.from({ length: width * height }, strength).join("");
};"""


@pytest.fixture
def open_streets(open_page, district_tables):
    """Return a function that opens the planner's map with its streets as tiles or as lines."""

    def open_it(limit: int, *, script: str = "", **chosen):
        chosen_mapping = MappingSettings(tiles_above_n=limit, **chosen)
        settings = replace(build_settings(), mapping=chosen_mapping)
        page = draw_map(district_tables, settings=settings, standard=load_standard("cn-15min"))
        tab = open_page(page, script=_MASK_OF + script)
        tab.wait_until("!planner.layers.streets.isLoading()")
        return tab

    return open_it


def look(tab, zoom: int) -> None:
    """Go to the middle of the district at a zoom and wait for its streets."""
    tab.evaluate(f"void planner.map.setView(planner.map.getCenter(), {zoom}, {{animate: false}})")
    tab.wait_until("!planner.layers.streets.isLoading()")
    tab.wait_for_timeout(100)


def mask(tab, script: str) -> np.ndarray:
    """Return how a script found the pixels: 0 empty, 1 barely painted, 2 painted."""
    width, height, text = tab.evaluate(script)
    return np.frombuffer(text.encode("ascii"), dtype=np.uint8).reshape(height, width) - ord("0")


def assert_alike(tiled: np.ndarray, lined: np.ndarray) -> None:
    """Fail unless what is painted in one picture is painted within a pixel in the other."""
    for one, other in ((tiled, lined), (lined, tiled)):
        is_painted = one == 2
        assert is_painted.sum() > 1000
        is_near = binary_dilation(other > 0, iterations=1)
        assert (is_painted & ~is_near).sum() / is_painted.sum() < 0.002


@pytest.mark.parametrize("online_base", ["none", "amap"])
def test_tiles_paint_the_streets_that_lines_paint(open_streets, pictures, online_base):
    """At every zoom and in both projections; nothing is asked for and nothing is complained of."""
    tiled, lined = (open_streets(limit, online_base=online_base) for limit in (0, 10**9))
    for zoom in (12, 13, 16):
        painted = []
        for tab in (tiled, lined):
            look(tab, zoom)
            painted.append(mask(tab, _PAINTED))
        tiled.screenshot(path=pictures / f"planner_tiles_{online_base}_{zoom}.png")
        assert_alike(*painted)
    tiled.assert_quiet()
    lined.assert_quiet()


def test_a_print_holds_the_streets_of_the_whole_sheet(open_streets):
    """The sheet shows more than the screen: its tiles were read before printing began."""
    sheets = []
    for limit in (0, 10**9):
        tab = open_streets(limit)
        look(tab, 14)
        tab.wait_for_timeout(300)
        sheets.append(mask(tab, _SHEET))
    assert_alike(*sheets)


def test_both_views_of_a_comparison_have_the_streets(open_streets):
    """Today and the plan share the archives, each draws them."""
    tab = open_streets(0)
    tab.click("#tool-compare")
    tab.wait_for_timeout(500)
    assert tab.evaluate(
        """[planner.map, planner.compare.map].map((map) => {
          let painted = 0;
          map.eachLayer((layer) => {
            if (!(layer instanceof ArchiveTiles)) return;
            for (const { el: tile } of Object.values(layer._tiles)) {
              const { data } = tile.getContext("2d").getImageData(0, 0, tile.width, tile.height);
              for (let at = 3; at < data.length; at += 4) if (data[at] > 100) painted++;
            }
          });
          return painted > 1000;
        })"""
    ) == [True, True]
    assert tab.evaluate("archives.size") == 4
    tab.assert_quiet()


@pytest.mark.parametrize("is_compressed", [True, False])
def test_tiles_are_read_without_decompression_stream(open_streets, is_compressed):
    """Browsers that cannot unpack by themselves draw the streets, beside plain JSON as well."""
    script = "delete window.DecompressionStream;"
    tab = open_streets(0, script=script, is_compressed=is_compressed)
    look(tab, 13)
    assert (mask(tab, _PAINTED) == 2).sum() > 1000
    tab.assert_quiet()


def test_the_check_page_draws_tiles_and_saves_them(open_page, district_tables, pictures):
    """Streets from archives are in the picture that the page saves."""
    settings = replace(build_settings(), mapping=MappingSettings(tiles_above_n=0))
    standard = load_standard("cn-15min")
    page = draw_check_page(district_tables, settings=settings, standard=standard, town_id="t00")
    tab = open_page(page, width=390, height=844)
    with tab.expect_download() as download:
        tab.get_by_role("button", name="保存为图片").click()
    path = pictures / "check_tiles_saved.png"
    download.value.save_as(path)
    assert path.stat().st_size > 30_000
    assert tab.evaluate("archives.size") == 4
    tab.assert_quiet()
