"""Colours and symbols of every map, told apart by readers with any colour vision.

Covered is a quiet blue, not covered a strong orange: the pair that deuteranopes, protanopes and
tritanopes all separate, and that stays apart in grey, where all that is covered is light and all
that is not is darker the longer the walk. Kinds of facility differ in shape as well as in colour.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from livelihood_map.core.labels import label
from livelihood_map.core.telling import tell_metres

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.core.labels import Lang

BLUES: Final = ("#aab5df", "#c4ccea", "#dde2f4")
ORANGES: Final = ("#e87d1e", "#c44c0b", "#942c06")
UNREACHED: Final = "#3f0f02"
UNKNOWN: Final = "#fbfbfb"
TOWN_LINE: Final = "#5a6470"
ZONE_LINE: Final = "#6a1b7a"
SITE_MARK: Final = "#111111"
WATER: Final = "#b4d9e4"
RAILWAY: Final = "#8f8c85"
METRO: Final = "#9a7fb8"
PAPER: Final = "#f5f4f0"
OUTSIDE: Final = "#f5f4f0b0"
"""Veil over what is not the district."""
LAND: Final = {
    "farmland": "#f0f1e1",
    "residential": "#efebe5",
    "commercial": "#f4e8e3",
    "industrial": "#eae7ec",
    "civic": "#f2ecd9",
    "green": "#e0ead3",
    "park": "#d2e4c3",
    "water": WATER,
}
"""Fill of each kind of area, lowest first."""


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
_PLACES: Final = {
    "office": "hexagon",
    "park": "hexagon",
    "school": "pentagon",
    "hospital": "plus",
    "station": "ring",
}
_OTHER: Final = Symbol("triangle", "#6c757d")


def symbol(kind: str) -> Symbol:
    """Return how facilities of a kind are drawn; kinds that are not known share one symbol.

    Examples
    --------
    >>> symbol("wet_market").shape, symbol("tea_house") == symbol("library")
    ('square', True)
    """
    return _SYMBOLS.get(kind, _OTHER)


def place_shape(kind: str) -> str:
    """Return the outline of a kind of counted place; no outlet has one of these.

    Examples
    --------
    >>> place_shape("school"), place_shape("mill")
    ('pentagon', 'hexagon')
    """
    return _PLACES.get(kind, "hexagon")


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
    is_lacking: bool = False
    """Whether people of the class walk farther than they should; prints hatch it."""


def coverage_bands(
    tiers_m: Sequence[float],
    target_m: float,
    *,
    cutoff_m: float = 3000.0,
    lang: Lang | None = None,
) -> tuple[Band, ...]:
    """Return the classes of a kind: one a tier, then beyond, out of reach, not measured.

    Parameters
    ----------
    tiers_m
        Tiers of the standard in metres, ascending.
    target_m
        Longest walk that counts as covered; tiers up to it are blue, those beyond orange.
    cutoff_m
        Distance searched, metres.
    lang
        Language of the legend.

    Examples
    --------
    >>> [band.name for band in coverage_bands([500, 1000], 500, lang="en")]
    ['up to 500 m', '500–1,000 m', 'over 1,000 m', 'none within 3,000 m', 'not measured']
    >>> [band.colour for band in coverage_bands([500, 1000], 500)][:2]
    ['#aab5df', '#e87d1e']
    """
    limits = sorted({*tiers_m, target_m})
    covered = [limit for limit in limits if limit <= target_m]
    beyond = [limit for limit in limits if limit > target_m]
    colours = [*_ramp(BLUES, len(covered)), *ORANGES[:-1][: len(beyond)]]
    bands = []
    lower = 0.0
    for limit, colour in zip(limits, colours, strict=False):
        key = "mapping.band_first" if lower == 0 else "mapping.band_next"
        name = label(key, lang, lower=tell_metres(lower, lang), upper=tell_metres(limit, lang))
        is_lacking = limit > target_m
        bands.append(Band(name, colour, darker(colour), limit, is_lacking=is_lacking))
        lower = limit
    over = label("mapping.band_over", lang, lower=tell_metres(lower, lang))
    far = ORANGES[-1]
    bands.append(Band(over, far, darker(far), None, is_lacking=True))
    cutoff = tell_metres(cutoff_m, lang)
    unreached = label("mapping.band_unreached", lang, cutoff_m=cutoff)
    unknown = label("mapping.band_unknown", lang)
    bands.append(Band(unreached, UNREACHED, "#1f0701", None, is_rare=True, is_lacking=True))
    bands.append(Band(unknown, UNKNOWN, "#8d9499", None, is_rare=True))
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
