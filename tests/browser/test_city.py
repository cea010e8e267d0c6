"""The map of a large city, and the way to the maps of its towns."""

from __future__ import annotations

from dataclasses import replace

import pytest
from invented_district import build_settings

from livelihood_map.core.settings import MappingSettings
from livelihood_map.core.standards import load_standard
from livelihood_map.mapping import draw_map


@pytest.fixture(scope="module")
def drawn(district_tables):
    """Return a function that draws the map of the invented city, or of one of its towns."""
    settings = replace(build_settings(), mapping=MappingSettings(city_above_n=299))
    standard = load_standard("cn-15min")
    return lambda town=None: draw_map(
        district_tables, settings=settings, standard=standard, town_id=town
    )


def test_a_reader_goes_from_the_city_to_a_town_and_back(open_page, drawn, tmp_path, pictures):
    """The list of towns leads to a town's map, the card of a compound too, and it leads back."""
    (tmp_path / "planner").mkdir()
    (tmp_path / "planner" / "t11_虹桥镇.html").write_text(drawn("t11"), "utf-8", newline="\n")
    whole = drawn()
    (tmp_path / "planner.html").write_text(whole, "utf-8", newline="\n")
    tab = open_page(whole)
    tab.assert_quiet()
    assert "本图只显示主要道路" in tab.locator("#body-layers").inner_text()
    tab.screenshot(path=pictures / "city.png")
    shown = "[...planner.shown].filter((name) => name.startsWith('facility:'))"
    assert tab.evaluate(shown) == []
    tab.evaluate("planner.show('facility:breakfast', true); planner.choose('wet_market', 'before')")
    assert tab.evaluate(shown) == ["facility:wet_market"]
    at = "planner.page.residences.findIndex((one) => one.town === '虹桥镇')"
    tab.evaluate(f"planner.goTo(planner.compounds.marks[{at}], 'residences', 15)")
    assert tab.locator(".card a").inner_text() == "打开虹桥镇的地图"
    tab.locator("#tab-towns").click()
    tab.get_by_role("tabpanel", name="分街镇").get_by_role("link", name="虹桥镇").click()
    tab.wait_for_selector("html[data-ready]")
    assert "虹桥镇" in tab.title()
    tab.screenshot(path=pictures / "city_town.png")
    tab.get_by_role("link", name="返回全区地图").click()
    tab.wait_for_selector("html[data-ready]")
    assert tab.url.endswith("/planner.html")
    assert tab.messages == []
