"""What stands behind each site: the best other place, and the rule that keeps a better one away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from livelihood_map.core.errors import Problem
from livelihood_map.siting.instance import PREMISES
from livelihood_map.siting.worth import UNTOLD

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas as gpd

    from livelihood_map.siting.solver import BoolArray, FloatArray, IntArray
    from livelihood_map.siting.worth import Aim

TRIED_N: Final = 12
"""Rivals that are tried against the rules before none is named."""
APART_M: Final = 50.0
"""A place nearer than this is the same place, unless it is other premises: a host, a parcel."""


@dataclass(frozen=True)
class Substitute:
    """What stands behind one site.

    Attributes
    ----------
    runner_up : int
        Position of the best other place that keeps the rules, of equals the nearest; -1 when none
        was found.
    ahead : tuple of int
        How far the site is ahead of it, in each aim's whole numbers, a spare site's own last; less
        than 0 where the other place is better.
    rule : Problem or None
        The rule that a better place would break.
    """

    runner_up: int
    ahead: tuple[int, ...]
    rule: Problem | None


def find_substitutes(  # noqa: PLR0913  (what places are compared by)
    aims: Sequence[Aim],
    chosen: IntArray,
    candidates: gpd.GeoDataFrame,
    *,
    banned: BoolArray,
    find_breach: Callable[[IntArray], Problem | None],
    is_spare: BoolArray,
    spare_aim: Aim,
    is_strict: bool = False,
    keeps_premises: bool = False,
) -> list[Substitute]:
    """Return what stands behind each site, the rest of the plan as it is.

    Parameters
    ----------
    is_spare : bool array, shape (sites,)
        Sites that bring nobody new.
    spare_aim : Aim
        What such a site is placed by, behind the aims.
    is_strict : bool
        Whether a place that is worth less is no place for the site at all.
    keeps_premises : bool
        Whether premises that exist go first: in the place of such a site others alone are named.
    """
    spots = shapely.get_coordinates(candidates.geometry.to_numpy())
    names = candidates["name"].fillna("").to_numpy(dtype=object)
    is_premises = candidates["source"].isin(PREMISES).to_numpy()
    free = ~banned
    free[chosen] = False
    found = []
    for place, site in enumerate(chosen.tolist()):
        away_m = np.hypot(*(spots - spots[site]).T)
        may = free & ((away_m >= APART_M) | (is_premises & (names != names[site])))
        others = np.delete(chosen, place)
        own_aims = [*aims, spare_aim] if is_spare[place] else aims
        worth = np.stack([aim.with_each(others, site, may) for aim in own_aims])
        may &= (worth != UNTOLD).all(axis=0)
        if is_strict:
            may &= (worth >= worth[:, [site]]).all(axis=0)
        rule = None
        if keeps_premises and is_premises[site]:
            streets = _ordered(worth, may & ~is_premises, away_m)[:1]
            if any(tuple(worth[:, k]) > tuple(worth[:, site]) for k in streets):
                rule = Problem("siting.rule_premises")
            may &= is_premises
        rivals = _ordered(worth, may, away_m)[:TRIED_N]
        found.append(_best(worth, chosen, place, rivals, find_breach, rule))
    return found


def _ordered(worth: IntArray, may: BoolArray, away_m: FloatArray) -> IntArray:
    """Return the candidates that may be named, the best first, of equals the nearest."""
    rivals = np.flatnonzero(may)
    return rivals[np.lexsort((away_m[rivals], *-worth[::-1, rivals]))]


def _best(
    worth: IntArray,
    chosen: IntArray,
    place: int,
    rivals: IntArray,
    find_breach: Callable[[IntArray], Problem | None],
    rule: Problem | None,
) -> Substitute:
    """Return the first rival that keeps the rules, and the rule that a better one breaks."""
    own = worth[:, chosen[place]]
    for rival in rivals.tolist():
        moved = chosen.copy()
        moved[place] = rival
        broken = find_breach(moved)
        ahead = tuple((own - worth[:, rival]).tolist())
        if broken is None:
            return Substitute(rival, ahead, rule)
        if rule is None and ahead < (0,) * len(ahead):
            rule = broken
    return Substitute(-1, (), rule)
