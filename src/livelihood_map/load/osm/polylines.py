"""Street lines as flat arrays, and the tables of nodes and edges that come of them.

Whatever the source, its walked lines become one :class:`Polylines`: vertices in the metric CRS,
two of which are the same place when they bear the same number. From it

1. :func:`build_stretches` cuts the lines at every vertex where more or fewer than two steps meet,
2. ``load.osm.chains`` joins stretches that only a change of name or line separates,
3. :func:`build_tables` puts the exact shapes and lengths back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd
    import pyproj

    from livelihood_map.core.arrays import Bools, Floats, Longs


TAG_COLUMNS = ["highway", "is_bridge", "is_tunnel", "access", "name", "name_en"]
UNIFORM_COLUMNS = ["highway", "is_bridge", "is_tunnel", "access"]


@dataclass(frozen=True, slots=True)
class Polylines:
    """The walked lines of a source, flat.

    Parameters
    ----------
    line
        For each vertex, the position of its line in `tags`; ascending.
    place
        For each vertex, the number of its place; lines meet where it is the same.
    x, y
        For each vertex, metres in the metric CRS.
    tags
        One row a line: highway, is_bridge, is_tunnel, access, name, name_en.
    node_id
        Gives the ids of places, which come from the source and not from the order of reading.
    signals
        Numbers of the places at which walkers wait for a green light, ascending.
    """

    line: Longs
    place: Longs
    x: Floats
    y: Floats
    tags: pd.DataFrame
    node_id: Callable[[Longs], Sequence[str]]
    signals: Longs


class Steps(NamedTuple):
    """Pairs of neighbouring vertices, each pair of places once."""

    line: Longs
    a: Longs
    """Position of the first end in `places`."""
    b: Longs
    places: Longs
    x: Floats
    y: Floats
    is_junction: Bools
    """For each place, whether an edge ends there: more or fewer than two steps, or a signal."""


class Stretches(NamedTuple):
    """Runs of steps along one line between two places where lines meet, end or change."""

    first: Longs
    """Position of the first step."""
    last: Longs
    a: Longs
    """Position of the first end in the steps' `places`."""
    b: Longs
    uniform: Longs
    """Equal for stretches whose highway, bridge, tunnel and access agree."""


def build_steps(lines: Polylines, *, is_inside: Bools) -> Steps:
    """Return the steps of the lines that touch the area, each pair of places once.

    Parameters
    ----------
    lines
        The walked lines; a vertex without coordinates takes its steps with it.
    is_inside
        For each vertex, whether it lies in the area. A step stays when either end does, so that
        a street that leaves the area is kept to its next vertex.
    """
    is_known = np.isfinite(lines.x)
    is_step = (
        (lines.line[:-1] == lines.line[1:])
        & is_known[:-1]
        & is_known[1:]
        & (lines.place[:-1] != lines.place[1:])
        & (is_inside[:-1] | is_inside[1:])
    )
    before = np.flatnonzero(is_step)
    places, where, position = np.unique(
        np.concatenate([lines.place[before], lines.place[before + 1]]),
        return_index=True,
        return_inverse=True,
    )
    vertex = np.concatenate([before, before + 1])[where]
    a, b = position[: len(before)], position[len(before) :]
    pair = np.minimum(a, b) * len(places) + np.maximum(a, b)
    kept = np.sort(np.unique(pair, return_index=True)[1])
    a, b = a[kept], b[kept]
    meeting_n = np.bincount(np.concatenate([a, b]), minlength=len(places))
    return Steps(
        line=lines.line[before][kept],
        a=a,
        b=b,
        places=places,
        x=lines.x[vertex],
        y=lines.y[vertex],
        is_junction=(meeting_n != 2) | np.isin(places, lines.signals),  # noqa: PLR2004
    )


def build_stretches(steps: Steps, tags: pd.DataFrame) -> Stretches:
    """Return the stretches between places where lines meet, end or change.

    Parameters
    ----------
    steps
        The steps.
    tags
        One row a line, as in :class:`Polylines`.
    """
    steps_n = len(steps.a)
    is_first = np.ones(steps_n, bool)
    is_first[1:] = (
        (steps.line[1:] != steps.line[:-1])
        | (steps.a[1:] != steps.b[:-1])
        | steps.is_junction[steps.a[1:]]
    )
    first = np.flatnonzero(is_first)
    last = np.append(first[1:], steps_n)[: len(first)] - 1
    group = tags.groupby(UNIFORM_COLUMNS, dropna=False, sort=True).ngroup().to_numpy()
    return Stretches(
        first=first,
        last=last,
        a=steps.a[first],
        b=steps.b[last],
        uniform=group[steps.line[first]].astype(np.int64),
    )


def build_tables(
    steps: Steps,
    stretches: Stretches,
    chains: Sequence[tuple[int, ...]],
    *,
    lines: Polylines,
    crs: pyproj.CRS,
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return nodes and edges with exact shapes and lengths, in an order that the content sets.

    Parameters
    ----------
    steps, stretches
        From :func:`build_steps` and :func:`build_stretches`.
    chains
        One edge each: positions of the stretches that it consists of, in walking order.
    lines
        What the steps were taken from.
    crs
        The metric CRS of the coordinates.
    """
    parts = _Parts.of(chains, stretches)
    edge, at = _vertices(parts, steps, stretches)
    bounds = np.flatnonzero(np.diff(edge, prepend=-1, append=len(chains)))
    starts, stops = bounds[:-1], bounds[1:] - 1
    for loop in np.flatnonzero((at[starts] == at[stops]) & (at[starts + 1] > at[stops - 1])):
        around = slice(starts[loop], stops[loop] + 1)
        at[around] = at[around][::-1]
    coordinates = np.column_stack([steps.x[at], steps.y[at]])
    walked = np.append(0.0, np.hypot(*np.diff(coordinates, axis=0).T))
    walked[starts] = 0.0
    length_m = np.add.reduceat(walked, starts) if len(starts) else np.empty(0)
    order, key = _order(at[starts], at[stops], length_m, coordinates, (starts + stops) // 2)
    used = np.unique(at[np.concatenate([starts, stops])]) if len(starts) else at
    names = np.empty(len(steps.places), dtype=object)
    names[used] = lines.node_id(steps.places[used])
    geometry = shapely.linestrings(coordinates, indices=edge)[order]
    columns: dict[str, Any] = {
        "u": names[at[starts]][order],
        "v": names[at[stops]][order],
        "key": key,
        "length_m": length_m[order],
    }
    main = _main_line(parts, steps, stretches, length_m=_stretch_lengths(steps, stretches))
    for column in TAG_COLUMNS:
        columns[column] = lines.tags[column].to_numpy()[main][order]
    edges = gpd.GeoDataFrame(columns, geometry=geometry, crs=crs)
    points = shapely.points(steps.x[used], steps.y[used])
    is_signal = np.isin(steps.places[used], lines.signals)
    places = {"node_id": names[used], "is_signal": is_signal}
    nodes = gpd.GeoDataFrame(places, geometry=points, crs=crs)
    return nodes, edges


class _Parts(NamedTuple):
    """The stretches of every chain with the direction in which each is walked."""

    chain: Longs
    stretch: Longs
    is_reversed: Bools

    @classmethod
    def of(cls, chains: Sequence[tuple[int, ...]], stretches: Stretches) -> _Parts:
        """Orient each chain from its end with the smaller position to the other."""
        a, b = stretches.a.tolist(), stretches.b.tolist()
        stretch: list[int] = []
        is_reversed: list[bool] = []
        for chain in chains:
            walked, end = _walk(chain, a, b)
            start = _start(chain, a, b)
            if start > end:
                walked = [(item, not flag) for item, flag in reversed(walked)]
            stretch += [item for item, _ in walked]
            is_reversed += [flag for _, flag in walked]
        sizes = [len(chain) for chain in chains]
        return cls(
            chain=np.repeat(np.arange(len(chains)), sizes),
            stretch=np.array(stretch, np.int64),
            is_reversed=np.array(is_reversed, bool),
        )


def _start(chain: tuple[int, ...], a: list[int], b: list[int]) -> int:
    """Return the place at which a chain starts."""
    first = chain[0]
    if len(chain) == 1:
        return a[first]
    following = {a[chain[1]], b[chain[1]]}
    return a[first] if b[first] in following else b[first]


def _walk(chain: tuple[int, ...], a: list[int], b: list[int]) -> tuple[list[tuple[int, bool]], int]:
    """Return the chain's stretches with their directions, and the place where it ends."""
    here = _start(chain, a, b)
    walked = []
    for stretch in chain:
        is_reversed = a[stretch] != here
        walked.append((stretch, is_reversed))
        here = a[stretch] if is_reversed else b[stretch]
    return walked, here


def _vertices(parts: _Parts, steps: Steps, stretches: Stretches) -> tuple[Longs, Longs]:
    """Return, for every vertex of every chain, the chain and the position of its place."""
    sizes = stretches.last[parts.stretch] - stretches.first[parts.stretch] + 1
    part = np.repeat(np.arange(len(sizes)), sizes)
    offset = np.arange(len(part)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    is_reversed = parts.is_reversed[part]
    stretch = parts.stretch[part]
    step = np.where(
        is_reversed, stretches.last[stretch] - offset, stretches.first[stretch] + offset
    )
    start = np.where(is_reversed, steps.b[step], steps.a[step])
    stop = np.where(is_reversed, steps.a[step], steps.b[step])
    chain = parts.chain[part]
    is_final = np.diff(chain, append=-1) != 0
    after = np.flatnonzero(is_final) + 1
    return np.insert(chain, after, chain[is_final]), np.insert(start, after, stop[is_final])


def _order(
    u: Longs, v: Longs, length_m: Floats, coordinates: Floats, middle: Longs
) -> tuple[Longs, Longs]:
    """Return the order of the edges by their ends, length and middle, and the key of each."""
    x, y = coordinates[middle].T
    order = np.lexsort((y, x, length_m, v, u))
    is_new = np.ones(len(order), bool)
    is_new[1:] = (np.diff(u[order]) != 0) | (np.diff(v[order]) != 0)
    first = np.maximum.accumulate(np.where(is_new, np.arange(len(order)), 0))
    return order, np.arange(len(order)) - first


def _stretch_lengths(steps: Steps, stretches: Stretches) -> Floats:
    """Return the length of each stretch in metres."""
    if not len(stretches.first):
        return np.empty(0)
    step_m = np.hypot(steps.x[steps.b] - steps.x[steps.a], steps.y[steps.b] - steps.y[steps.a])
    return np.asarray(np.add.reduceat(step_m, stretches.first), float)


def _main_line(parts: _Parts, steps: Steps, stretches: Stretches, *, length_m: Floats) -> Longs:
    """Return for each chain the line of its longest stretch, whose name the edge bears."""
    line = steps.line[stretches.first][parts.stretch]
    order = np.lexsort((line, -length_m[parts.stretch], parts.chain))
    is_best = np.diff(parts.chain[order], prepend=-1) != 0
    return np.asarray(line[order][is_best])
