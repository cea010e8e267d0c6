"""Whether a layer is in the datum that it declares, from evidence; stated, never applied.

A datum cannot be read off the numbers: GCJ-02 and BD-09 degrees look like WGS-84 degrees. But
points shifted by half a kilometre leave the town that their own row names, drift from the streets
and compounds that they stand at, and part from the same name in another source. Each row that
speaks for one datum against another is a vote; the sign test [1]_ tells how likely the votes would
fall so unevenly if the datums were equally good.

References
----------
.. [1] W. J. Dixon & A. M. Mood, *The statistical sign test*, JASA 41 (1946), 557-566.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyproj
import shapely

from livelihood_map.core import datum as shifts
from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.core.labels import label
from livelihood_map.load.files.parsing import name_key
from livelihood_map.load.location.datums import Datum

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from livelihood_map.core.arrays import Bools, Floats, Longs, Shapes
    from livelihood_map.core.labels import Lang
    from livelihood_map.load.location.town_lookup import TownFinder

    Place = tuple[Floats, Floats]

DATUMS: Final = ("WGS-84", "GCJ-02", "BD-09")
SURE: Final = 0.999
"""Confidence from which a declared datum counts as contradicted."""
VOTES_MIN: Final = 6
"""Fewer votes than this decide nothing."""
WON_MIN: Final = 0.6
"""Share of votes that a datum must win against the declared one."""
MIXED_MIN: Final = 0.15
"""Share of votes against the best datum from which a layer counts as a mixture."""
_MIXED_VOTES_MIN: Final = 20
_NAME_MARGIN_M: Final = 100.0
_NAME_FAR_M: Final = 2000.0
_STREET_MARGIN_M: Final = 10.0
_FROM_WGS84: Final = {"GCJ-02": shifts.wgs84_to_gcj02, "BD-09": shifts.wgs84_to_bd09}


@dataclass(frozen=True)
class Votes:
    """The rows of one kind of evidence that prefer one datum to another.

    Parameters
    ----------
    ground
        town, district, name, street or outline.
    wins
        Rows that prefer the datum of the line to that of the column, in the order of `DATUMS`.
    rows_n
        Rows that could be judged.
    """

    ground: str
    wins: Longs
    rows_n: int


@dataclass(frozen=True)
class DatumEstimate:
    """What the evidence says of a layer's datum.

    Parameters
    ----------
    declared
        The datum that was declared; empty when none was.
    best
        The datum that the evidence prefers; empty when it decides nothing.
    confidence
        One minus the chance that equally good datums would split the votes so unevenly, 0-1.
    is_contradicted
        Whether the evidence speaks against the declared datum.
    is_mixture
        Whether a good part of the rows is in another datum than the rest.
    votes
        The votes by kind of evidence.
    """

    declared: str
    best: str
    confidence: float
    is_contradicted: bool
    is_mixture: bool
    votes: tuple[Votes, ...]

    def text(self, lang: Lang | None = None) -> str:
        """Return the estimate in words, with the votes that it rests on."""
        if not self.best:
            return label("load.datum_undecided", lang, declared=self.declared or "?")
        other = self.declared if self.declared not in {"", self.best} else _runner_up(self)
        first, second = DATUMS.index(self.best), DATUMS.index(other)
        grounds = [
            label(
                f"load.ground_{votes.ground}",
                lang,
                won=int(votes.wins[first, second]),
                lost=int(votes.wins[second, first]),
            )
            for votes in self.votes
        ]
        key = "load.datum_differs" if self.is_contradicted else "load.datum_agrees"
        key = key if self.declared else "load.datum_seems"
        text = label(
            key,
            lang,
            declared=self.declared or "?",
            best=self.best,
            other=other,
            confidence=f"{min(self.confidence, 0.9999):.2%}",
            grounds=label("load.list_comma", lang).join(grounds),
        )
        return text + (label("load.datum_mixture", lang) if self.is_mixture else "")


@dataclass(frozen=True)
class Evidence:
    """What the rows of a layer are compared with; what is None is left out.

    Parameters
    ----------
    towns
        Id of the town that each row names; None where it names none.
    is_said_inside
        Rows that say that they lie in the district, where they name no town.
    names
        Name of each row.
    known
        Metric coordinates by :func:`name_key` of places whose datum is sure.
    streets
        Lines that the points stand near, such as walkable streets, metric.
    outlines
        Areas at whose edge the points stand, such as compounds, metric.
    """

    towns: Sequence[str | None] | None = None
    is_said_inside: Bools | None = None
    names: Sequence[str] | None = None
    known: Mapping[str, tuple[float, float]] | None = None
    streets: Shapes | None = None
    outlines: Shapes | None = None


def estimate_datum(
    lon: Floats, lat: Floats, evidence: Evidence, *, finder: TownFinder, declared: str = ""
) -> DatumEstimate:
    """Return which of WGS-84, GCJ-02 and BD-09 a layer's coordinates are most likely in.

    Parameters
    ----------
    lon, lat
        Degrees as they stand in the layer; NaN rows do not vote.
    evidence
        What its rows are compared with.
    finder
        The towns, in the metric CRS of the evidence.
    declared
        The datum that the layer declares; empty when none.

    Raises
    ------
    ValueError
        When the arrays differ in length.
    """
    places = places_by_datum(np.asarray(lon, float), np.asarray(lat, float), finder.crs)
    votes = []
    if evidence.towns is not None:
        votes.append(_votes("town", _off_town(places, evidence.towns, finder), 0.5))
    if evidence.is_said_inside is not None:
        off = _off_district(places, evidence.is_said_inside, finder)
        votes.append(_votes("district", off, 0.5))
    if evidence.names is not None and evidence.known:
        off = _off_name(places, evidence.names, evidence.known)
        votes.append(_votes("name", off, _NAME_MARGIN_M))
    if evidence.streets is not None and len(evidence.streets):
        votes.append(_votes("street", _off_lines(places, evidence.streets), _STREET_MARGIN_M))
    if evidence.outlines is not None and len(evidence.outlines):
        edges = shapely.boundary(evidence.outlines)
        votes.append(_votes("outline", _off_lines(places, edges), _STREET_MARGIN_M))
    return _judged(declared, tuple(item for item in votes if item.rows_n))


def as_declared(lon: Floats, lat: Floats, declared: str) -> Place:
    """Return WGS-84 degrees as they stood in a layer of the declared datum.

    Parameters
    ----------
    lon, lat
        WGS-84 degrees.
    declared
        One of `DATUMS`, or CGCS2000.

    Raises
    ------
    ValueError
        When the arrays differ in length.
    """
    shift = _FROM_WGS84.get(declared)
    return (lon, lat) if shift is None else shift(lon, lat)


def places_by_datum(lon: Floats, lat: Floats, crs: object) -> list[Place]:
    """Return the metric coordinates of points under each of `DATUMS`.

    Parameters
    ----------
    lon, lat
        Degrees as they stand in a layer.
    crs
        Metric CRS of the result.

    Raises
    ------
    pyproj.exceptions.CRSError
        When `crs` is not a CRS.
    """
    way = pyproj.Transformer.from_crs(STORAGE_CRS, crs, always_xy=True)
    places = []
    for name in DATUMS:
        x_m, y_m = way.transform(*Datum(name).to_wgs84(lon, lat))
        is_off = ~(np.isfinite(x_m) & np.isfinite(y_m))
        places.append((np.where(is_off, np.nan, x_m), np.where(is_off, np.nan, y_m)))
    return places


def _off_town(places: list[Place], towns: Sequence[str | None], finder: TownFinder) -> Floats:
    """Return 0 where a row lies in the town that it names, else 1, by datum; NaN without a town."""
    is_in = [finder.is_in(towns, x_m, y_m) for x_m, y_m in places]
    return _losses(is_in, places, np.array([town is not None for town in towns], bool))


def _off_district(places: list[Place], is_said_inside: Bools, finder: TownFinder) -> Floats:
    """Return 0 where a row lies in the district, else 1, by datum; NaN where it says nothing."""
    is_in = [[town is not None for town in finder.by_place(x_m, y_m)] for x_m, y_m in places]
    return _losses(is_in, places, is_said_inside)


def _losses(
    is_in: Sequence[Sequence[bool] | Bools], places: list[Place], is_judged: Bools
) -> Floats:
    """Return 0 where a row lies where it should, else 1, by datum; NaN where none can tell."""
    table = np.where(np.array(is_in, bool), 0.0, 1.0)
    table[:, ~is_judged | np.isnan(places[0][0])] = np.nan
    return table


def _off_name(
    places: list[Place],
    names: Sequence[str],
    known: Mapping[str, tuple[float, float]],
) -> Floats:
    """Return metres from the place known for a row's name, by datum; NaN when far or unknown."""
    keys = [name_key(name) for name in names]
    counts = Counter(keys)
    nowhere = (np.nan, np.nan)
    there = np.array(
        [known.get(key, nowhere) if counts[key] == 1 else nowhere for key in keys],
        float,
    ).reshape(-1, 2)
    off = np.array([np.hypot(x - there[:, 0], y - there[:, 1]) for x, y in places])
    is_near = np.nanmin(np.where(np.isnan(off), np.inf, off), axis=0) <= _NAME_FAR_M
    return np.where(is_near, off, np.nan)


def _off_lines(places: list[Place], lines: Shapes) -> Floats:
    """Return metres to the nearest line by datum."""
    tree = shapely.STRtree(lines)
    table = np.full((len(places), len(places[0][0])), np.nan)
    for number, (x_m, y_m) in enumerate(places):
        has = np.flatnonzero(np.isfinite(x_m))
        points = shapely.points(x_m[has], y_m[has])
        at, distance = tree.query_nearest(points, return_distance=True, all_matches=False)
        table[number, has[at[0]]] = distance
    return table


def _votes(ground: str, losses: Floats, margin: float) -> Votes:
    """Return how many rows prefer each datum to each other by at least a margin."""
    is_judged = np.isfinite(losses).all(axis=0)
    judged = losses[:, is_judged]
    wins = (judged[:, None] + margin <= judged).sum(axis=2)
    np.fill_diagonal(wins, 0)
    return Votes(ground, wins, int(is_judged.sum()))


def _judged(declared: str, votes: tuple[Votes, ...]) -> DatumEstimate:
    """Return the estimate that the votes give together."""
    known = "WGS-84" if declared == "CGCS2000" else declared
    wins = _sum(votes)
    lead = (wins - wins.T).astype(float)
    np.fill_diagonal(lead, np.inf)
    first = int(np.argmax(lead.min(axis=1)))
    others = [number for number in range(len(DATUMS)) if number != first]
    confidence = min(_confidence(wins[first, n], wins[n, first]) for n in others)
    enough = all(wins[first, n] + wins[n, first] >= VOTES_MIN for n in others)
    best = DATUMS[first] if enough and confidence > 1 - SURE else ""
    clear = _sum([item for item in votes if item.ground in {"town", "district", "name"}])
    is_mixture = bool(best) and any(_is_mixed(clear[n, first], clear[first, n]) for n in others)
    against = _contradiction(wins, known, best)
    sure = confidence if against is None else against
    return DatumEstimate(known, best, sure, against is not None, is_mixture, votes)


def _contradiction(wins: Longs, declared: str, best: str) -> float | None:
    """Return how sure the best datum beats the declared one; None when it does not."""
    if not best or declared not in DATUMS or declared == best:
        return None
    first, rival = DATUMS.index(best), DATUMS.index(declared)
    won, lost = wins[first, rival], wins[rival, first]
    if won + lost < VOTES_MIN or won / (won + lost) < WON_MIN:
        return None
    sure = _confidence(won, lost)
    return sure if sure >= SURE else None


def _sum(votes: Sequence[Votes]) -> Longs:
    """Return the votes of several kinds of evidence together."""
    nothing = np.zeros((len(DATUMS), len(DATUMS)), np.int64)
    return sum((item.wins for item in votes), nothing)


def _is_mixed(doubts_n: int, clear_n: int) -> bool:
    """Return whether so many rows prefer another datum to the best that they are not chance."""
    return bool(doubts_n >= _MIXED_VOTES_MIN and doubts_n >= MIXED_MIN * (doubts_n + clear_n))


def _confidence(won: int, lost: int) -> float:
    """Return one minus the chance of so many wins among equally good datums (sign test)."""
    from scipy.stats import binom

    total = int(won + lost)
    return float(1.0 - binom.sf(won - 1, total, 0.5)) if total else 0.0


def _runner_up(estimate: DatumEstimate) -> str:
    """Return the datum that the best one beat most narrowly."""
    first = DATUMS.index(estimate.best)
    wins = _sum(estimate.votes)
    others = [number for number in range(len(DATUMS)) if number != first]
    return DATUMS[min(others, key=lambda n: wins[first, n] - wins[n, first])]
