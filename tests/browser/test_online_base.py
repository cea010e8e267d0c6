"""Online base maps in a browser: asked for only when switched on, in the right datum."""

from __future__ import annotations

import base64
import re
from dataclasses import replace

import pytest
from invented_district import build_settings

from livelihood_map.core.datum import wgs84_to_gcj02
from livelihood_map.core.settings import MappingSettings
from livelihood_map.core.standards import load_standard
from livelihood_map.mapping import draw_map

pytestmark = pytest.mark.browser
_DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


@pytest.fixture
def open_online(open_page, district_tables):
    """Return a function that opens the map with an online base; tiles are answered here."""

    def open_it(**chosen):
        settings = replace(build_settings(), mapping=MappingSettings(**chosen))
        standard = load_standard("cn-15min")
        tab = open_page(draw_map(district_tables, settings=settings, standard=standard))
        tab.page.context.set_offline(False)
        tab.page.route(
            re.compile("^https?:"),
            lambda route: route.fulfill(body=_DOT, content_type="image/png"),
        )
        return tab

    return open_it


def _asked(tab) -> list[str]:
    return [url for url in tab.requests if url.startswith("http")]


def test_tianditu_is_asked_only_when_switched_on(open_online):
    """No tile is fetched before; the key is asked of the reader and goes into the address."""
    tab = open_online(online_base="tianditu")
    tab.wait_for_timeout(300)
    assert _asked(tab) == []
    tab.page.once("dialog", lambda dialog: dialog.dismiss())
    tab.click('input[data-layer="online"]')
    assert not tab.locator('input[data-layer="online"]').is_checked()
    assert _asked(tab) == []
    tab.page.once("dialog", lambda dialog: dialog.accept("my&key"))
    tab.click('input[data-layer="online"]')
    tab.wait_for_timeout(600)
    asked = _asked(tab)
    assert len(asked) > 4
    assert all("tianditu.gov.cn" in url and "tk=my%26key" in url for url in asked)
    assert {"LAYER=vec" in url for url in asked} == {True, False}
    assert tab.messages == []


def test_amap_lies_under_our_data_and_clicks_stay_wgs84(open_online, district_tables, pictures):
    """A place of ours is drawn where its GCJ-02 place lies on the tiles; a click gives WGS-84."""
    tab = open_online(online_base="amap")
    tab.click('input[data-layer="online"]')
    tab.wait_for_timeout(600)
    assert all("autonavi.com" in url for url in _asked(tab))
    place = district_tables.facilities.to_crs("EPSG:4326").geometry.iloc[0]
    lon, lat = (float(value) for value in wgs84_to_gcj02(place.x, place.y))
    drawn, tiled, back = tab.evaluate(
        """([lat, lon, gcjLat, gcjLon]) => {
          const { map } = planner, zoom = 17;
          const drawn = map.project(L.latLng(lat, lon), zoom);
          const tiled = L.CRS.EPSG3857.latLngToPoint(L.latLng(gcjLat, gcjLon), zoom);
          const back = map.unproject(drawn, zoom);
          return [[drawn.x, drawn.y], [tiled.x, tiled.y], [back.lng, back.lat]];
        }""",
        [place.y, place.x, lat, lon],
    )
    assert drawn == pytest.approx(tiled, abs=0.01)
    assert back == pytest.approx([place.x, place.y], abs=1e-9)
    shift = tab.evaluate(
        """([lat, lon]) => { const zoom = 17, at = L.latLng(lat, lon);
          const tiled = L.CRS.EPSG3857.latLngToPoint(at, zoom);
          return tiled.distanceTo(planner.map.project(at, zoom)); }""",
        [place.y, place.x],
    )
    assert shift > 300
    tab.screenshot(path=pictures / "planner_amap.png")
    assert tab.messages == []


def test_streets_and_areas_follow_the_projection(open_online):
    """Our own canvas layers use the page's projection: streets, areas and compounds agree."""
    tab = open_online(online_base="amap")
    off = tab.evaluate(
        """() => {
          const line = planner.page.base.streets.at(-1).lines[0], [lat, lon] = decodeLine(line)[0];
          const { xy } = projectLine(line), at = planner.map.project(L.latLng(lat, lon), 0);
          return Math.hypot(xy[0] - at.x, xy[1] - at.y);
        }"""
    )
    assert off < 1e-6
    tab.check('input[data-layer="service"]')
    tab.wait_until("Boolean(planner.service.areas)")
    ring_off = """() => {
      const line = planner.service.areas.breakfast[0].lines[0], [lat, lon] = decodeLine(line)[0];
      const { xy } = projectLine(line), at = planner.map.project(L.latLng(lat, lon), 0);
      return Math.hypot(xy[0] - at.x, xy[1] - at.y);
    }"""
    assert tab.evaluate(ring_off) < 1e-6
    tab.assert_quiet()
