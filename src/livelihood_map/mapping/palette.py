"""Colours and symbols of every map, told apart by readers with any colour vision.

Covered is blue, not covered orange: the pair that deuteranopes, protanopes and tritanopes all
separate, and that stays apart in grey because each ramp darkens away from the middle. Kinds of
facility differ in shape as well as in colour.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from livelihood_map.core.labels import label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.core.labels import Lang

BLUES: Final = ("#08519c", "#4292c6", "#a6cee3")
ORANGES: Final = ("#fdc67d", "#e6701b", "#b8460e")
UNREACHED: Final = "#5b1a04"
UNKNOWN: Final = "#c4c8cb"
TOWN_LINE: Final = "#5a6470"
ZONE_LINE: Final = "#6a1b7a"
SITE_MARK: Final = "#111111"
WATER: Final = "#cdd8dd"
GREEN: Final = "#e2ecd8"
EXPRESSWAY: Final = "#e3dbcb"
RAILWAY: Final = "#a4a29c"
PAPER: Final = "#f4f4f1"


@dataclass(frozen=True)
class Symbol:
    """How a kind of facility is drawn."""

    shape: str
    """square, circle, diamond or triangle."""
    colour: str
    """Fill of a facility that operates; outline of any other."""


_SYMBOLS: Final = {
    "wet_market": Symbol("square", "#00664f"),
    "breakfast": Symbol("circle", "#a8106a"),
    "housekeeping": Symbol("diamond", "#5b3fa0"),
    "neighbourhood_centre": Symbol("diamond", "#7d6608"),
    "supermarket": Symbol("triangle", "#2c3e50"),
    "convenience": Symbol("triangle", "#7b8791"),
    "canteen": Symbol("circle", "#8a6d3b"),
    "metro_exit": Symbol("square", "#5d6d7e"),
}
CENTRES: Final = {
    "1": Symbol("square", "#7a1030"),
    "7": Symbol("diamond", "#7a1030"),
    "X": Symbol("circle", "#7a1030"),
}
"""How the commercial centres of each level are drawn: hollow, so that no outlet looks alike."""
_OTHER: Final = Symbol("triangle", "#6c757d")


def symbol(kind: str) -> Symbol:
    """Return how facilities of a kind are drawn; kinds that are not known share one symbol.

    Examples
    --------
    >>> symbol("wet_market").shape, symbol("tea_house") == symbol("library")
    ('square', True)
    """
    return _SYMBOLS.get(kind, _OTHER)


@dataclass(frozen=True)
class Band:
    """One class of the coverage legend."""

    name: str
    """Text of the legend."""
    colour: str
    """Fill."""
    line: str
    """Outline, a darker shade of the fill."""
    limit_m: float | None
    """Longest walk of the class; None for the classes beyond the last tier."""
    is_rare: bool = False
    """Whether the legend leaves the class out when it holds nobody."""


def coverage_bands(
    tiers_m: Sequence[float], target_m: float, *, lang: Lang | None = None
) -> tuple[Band, ...]:
    """Return the classes of a kind: one a tier, then beyond, out of reach, not measured.

    Parameters
    ----------
    tiers_m
        Tiers of the standard in metres, ascending.
    target_m
        Longest walk that counts as covered; tiers up to it are blue, those beyond orange.
    lang
        Language of the legend.

    Examples
    --------
    >>> [band.name for band in coverage_bands([500, 1000], 500, lang="en")]
    ['up to 500 m', '500–1000 m', 'over 1000 m', 'not reached', 'not measured']
    >>> [band.colour for band in coverage_bands([500, 1000], 500)][:2]
    ['#08519c', '#fdc67d']
    """
    limits = sorted({*tiers_m, target_m})
    covered = [limit for limit in limits if limit <= target_m]
    beyond = [limit for limit in limits if limit > target_m]
    colours = [*_ramp(BLUES, len(covered)), *ORANGES[:-1][: len(beyond)]]
    bands = []
    lower = 0.0
    for limit, colour in zip(limits, colours, strict=False):
        key = "mapping.band_first" if lower == 0 else "mapping.band_next"
        name = label(key, lang, lower=f"{lower:g}", upper=f"{limit:g}")
        bands.append(Band(name, colour, darker(colour), limit))
        lower = limit
    over = label("mapping.band_over", lang, lower=f"{lower:g}")
    far = ORANGES[-1]
    bands.append(Band(over, far, darker(far), None))
    bands.append(Band(label("mapping.band_unreached", lang), UNREACHED, "#2d0d02", None, True))
    bands.append(Band(label("mapping.band_unknown", lang), UNKNOWN, "#8d9499", None, True))
    return tuple(bands)


def _ramp(colours: Sequence[str], count: int) -> list[str]:
    """Return `count` colours from dark to light, spread over the ramp."""
    last = len(colours) - 1
    return [colours[round(i * last / max(count - 1, 1))] for i in range(count)]


def darker(colour: str, share: float = 0.3) -> str:
    """Return the colour with `share` of its light taken away.

    Raises
    ------
    ValueError
        When `colour` is not ``#rrggbb``.

    Examples
    --------
    >>> darker("#ffffff", 0.5)
    '#808080'
    """
    channels = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(channel * (1 - share)):02x}" for channel in channels)
