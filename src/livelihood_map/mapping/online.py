"""Online base maps, only where the user asks for one; every other page names no address at all.

Tianditu (天地图) is in the datum of our data. Amap (高德) is in GCJ-02: the whole map is then drawn
in a projection that shifts on the way to the screen, so that data stay WGS-84 and a click comes
back as WGS-84.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from livelihood_map.core.labels import label

if TYPE_CHECKING:
    from livelihood_map.core.labels import Lang
    from livelihood_map.core.settings import MappingSettings

log = logging.getLogger(__name__)

_AMAP: Final = (
    "https://webrd0{s}.is.autonavi.com/appmaptile"
    "?lang=zh_cn&size=1&scale=1&style=8&x={x}&y={y}&z={z}"
)
_TIANDITU: Final = (
    "https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
    "&LAYER={layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
    "&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={{key}}"
)


@dataclass(frozen=True)
class OnlineBase:
    """An online base map."""

    urls: tuple[str, ...]
    """Addresses of its tiles, lowest layer first."""
    subdomains: str
    """What stands for ``{s}``."""
    hosts: tuple[str, ...]
    """Origins that the page's policy lets pictures come from."""
    crs: str = "EPSG3857"
    """Leaflet's name of the projection of the map."""
    needs_key: bool = False
    """Whether ``{key}`` must be filled."""


ONLINE: Final = {
    "tianditu": OnlineBase(
        urls=(_TIANDITU.format(layer="vec"), _TIANDITU.format(layer="cva")),
        subdomains="01234567",
        hosts=("https://*.tianditu.gov.cn",),
        needs_key=True,
    ),
    "amap": OnlineBase(
        urls=(_AMAP,),
        subdomains="1234",
        hosts=("https://*.is.autonavi.com",),
        crs="Gcj02",
    ),
}


def online_base(settings: MappingSettings) -> OnlineBase | None:
    """Return the online base map that the settings ask for, or None."""
    return ONLINE.get(settings.online_base)


def online_section(settings: MappingSettings, *, lang: Lang) -> dict[str, Any] | None:
    """Return what the page must know of its online base map; None without one.

    The user's key is left out unless the settings say that it may be written; a warning then says
    that everybody who has the page can read it.

    Raises
    ------
    KeyError
        When the catalogue lacks a word.
    """
    base = online_base(settings)
    if base is None:
        return None
    key = settings.tianditu_key if base.needs_key and settings.is_key_written else ""
    if key:
        log.warning("%s", label("mapping.key_written"))
    return {
        "name": label(f"mapping.online_{settings.online_base}", lang),
        "urls": base.urls,
        "subdomains": base.subdomains,
        "needs_key": base.needs_key,
        "key": key,
    }
