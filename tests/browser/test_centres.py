from __future__ import annotations

from dataclasses import replace

from invented_centres import build_centres
from invented_district import build_settings

from livelihood_map.core.standards import load_standard
from livelihood_map.mapping import draw_map


def test_centres_are_a_layer_that_is_switched_off_and_on(open_page, district_tables, pictures):
    """Each centre has a symbol, its reach an outline; legend, popup and box follow the list."""
    tables = replace(district_tables, centres=build_centres(district_tables.residences))
    page = draw_map(tables, settings=build_settings(), standard=load_standard("cn-15min"))
    tab = open_page(page)
    assert "“1+7+X”商业中心" in tab.locator("#body-layers").inner_text()
    for level in ("区级中心（1）", "地区级中心（7）", "社区级中心（X）"):
        assert level in tab.locator("#body-layers").inner_text()
    layers = "planner.layers.centres.getLayers()"
    assert tab.evaluate(f"{layers}.length") == 5
    assert tab.evaluate("planner.legend.parts().some((part) => part.text.includes('（7）'))")
    tab.evaluate(f"void {layers}.find((layer) => layer.getPopup()).openPopup()")
    card = tab.locator(".leaflet-popup .card").inner_text()
    assert "甲中心" in card
    assert "1,000" in card
    tab.screenshot(path=pictures / "planner_centres.png")
    tab.uncheck('input[data-layer="centres"]')
    assert not tab.evaluate("planner.map.hasLayer(planner.layers.centres)")
    tab.check('input[data-layer="centres"]')
    assert tab.evaluate("planner.map.hasLayer(planner.layers.centres)")
    tab.assert_quiet()


def test_without_a_list_there_is_no_layer_of_centres(open_page, planner_html):
    """Neither box nor legend."""
    tab = open_page(planner_html)
    assert tab.locator('input[data-layer="centres"]').count() == 0
    assert "1+7+X" not in tab.locator("#body-layers").inner_text()
