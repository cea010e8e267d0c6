"""Stretches of street -> the edges between junctions, each a chain of stretches.

Where just two stretches meet that agree in highway, bridge, tunnel and access, nothing ends: only a
name or the number of a way changes. OSMnx joins by the same rule, on a graph of Python objects; a
test holds the two equal.

References
----------
G. Boeing, Topological Graph Simplification Solutions to the Street Intersection Miscount Problem,
*Transactions in GIS* 29(3), 2025, https://doi.org/10.1111/tgis.70037
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from livelihood_map.core.arrays import Longs
    from livelihood_map.load.osm.polylines import Steps, Stretches

_PAIR: Final = 2


def join_stretches(steps: Steps, stretches: Stretches) -> list[tuple[int, ...]]:
    """Return the stretches of each edge in walking order, the edges sorted.

    A ring that no junction is part of stays as its stretches are.

    Parameters
    ----------
    steps, stretches
        From :func:`~livelihood_map.load.osm.polylines.build_steps` and
        :func:`~livelihood_map.load.osm.polylines.build_stretches`.
    """
    beside: dict[int, list[int]] = {}
    for one, other in _list_joints(steps, stretches).tolist():
        beside.setdefault(one, []).append(other)
        beside.setdefault(other, []).append(one)
    is_single = np.ones(len(stretches.a), np.bool_)
    chains = list(_walk(beside))
    is_single[[stretch for chain in chains for stretch in chain]] = False
    chains += [(stretch,) for stretch in np.flatnonzero(is_single).tolist()]
    return sorted(min(chain, chain[::-1]) for chain in chains)


def _list_joints(steps: Steps, stretches: Stretches) -> Longs:
    """Return the pairs of stretches between which nothing ends, shape (joints, 2)."""
    stretch = np.tile(np.arange(len(stretches.a)), 2)
    here = np.concatenate([stretches.a, stretches.b])
    far = np.concatenate([stretches.b, stretches.a])
    order = np.argsort(here, kind="stable")
    counts = np.bincount(here, minlength=len(steps.places))
    is_between = (counts == _PAIR) & ~steps.is_junction
    pairs = order[is_between[here[order]]].reshape(-1, _PAIR)
    one, other = pairs.T
    is_joint = (
        (stretches.uniform[stretch[one]] == stretches.uniform[stretch[other]])
        & (far[one] != far[other])  # else a loop, or two ways between the same places
    )
    joints: Longs = stretch[pairs[is_joint]]
    return joints


def _walk(beside: dict[int, list[int]]) -> Iterator[tuple[int, ...]]:
    """Yield each chain of stretches once, from one of its ends to the other."""
    seen: set[int] = set()
    for first, others in beside.items():
        if len(others) > 1 or first in seen:
            continue
        before, here, chain = first, others[0], [first]
        while True:
            chain.append(here)
            onward = [one for one in beside[here] if one != before]
            if not onward:
                break
            before, here = here, onward[0]
        seen.add(here)
        yield tuple(chain)
