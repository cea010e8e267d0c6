"""Online base maps only when they are asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from livelihood_map.core.settings import MappingSettings
from livelihood_map.mapping import draw_check_page, draw_map
from livelihood_map.mapping.payload import read_payload

_KEY = "0123456789abcdef"


def _draw(tables, settings, standard, **chosen):
    asked = replace(settings, mapping=MappingSettings(is_compressed=False, **chosen))
    return draw_map(tables, settings=asked, standard=standard)


def test_by_default_no_address_is_in_the_page(small_tables, map_settings, standard):
    """The default page knows no online base map and its policy lets no picture in."""
    page = _draw(small_tables, map_settings, standard)
    assert read_payload(page)["online"] is None
    assert "img-src data: blob:;" in page
    for host in ("tianditu", "autonavi"):
        assert host not in page.split('id="payload"')[0]


@pytest.mark.parametrize(
    ("name", "host", "crs"),
    [
        ("tianditu", "https://*.tianditu.gov.cn", "L.CRS.EPSG3857"),
        ("amap", "https://*.is.autonavi.com", "L.CRS.Gcj02"),
    ],
)
def test_a_configured_base_is_allowed_and_nothing_else(
    name, host, crs, small_tables, map_settings, standard
):
    """The policy lets pictures of that one service in; Amap brings its projection."""
    page = _draw(small_tables, map_settings, standard, online_base=name)
    assert f"img-src data: blob: {host};" in page
    assert f"crs: {crs}" in page


def test_the_key_is_left_out_unless_asked_for(small_tables, map_settings, standard, caplog):
    """A key in the settings does not reach the page; written on request, a warning says so."""
    chosen = {"online_base": "tianditu", "tianditu_key": _KEY}
    assert _KEY not in _draw(small_tables, map_settings, standard, **chosen)
    assert not [record for record in caplog.records if record.name.startswith("livelihood_map")]
    assert _KEY in _draw(small_tables, map_settings, standard, **chosen, is_key_written=True)
    assert "密钥已写入" in caplog.text


def test_a_key_without_the_service_is_never_written(small_tables, map_settings, standard):
    """The key stays out of maps with another base, and out of every check page."""
    chosen = {"tianditu_key": _KEY, "is_key_written": True}
    assert _KEY not in _draw(small_tables, map_settings, standard, online_base="amap", **chosen)
    asked = replace(
        map_settings,
        mapping=MappingSettings(is_compressed=False, online_base="tianditu", **chosen),
    )
    assert _KEY not in draw_check_page(small_tables, settings=asked, standard=standard)
