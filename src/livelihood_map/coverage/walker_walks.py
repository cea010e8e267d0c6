"""The walks of one walker: steps avoided, waits at signals charged up to their cap."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from livelihood_map.core.schema import stack_rows
from livelihood_map.core.units import round_mm
from livelihood_map.network import (
    StraightNetwork,
    add_slopes,
    add_waits,
    avoid_steps,
    has_signals,
    measure_nearest,
    measure_walks,
    read_accesses,
    rejoin,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import pandas as pd

    from livelihood_map.core.standards import Walker
    from livelihood_map.network import Joins, Network, WalkOptions


@dataclass(frozen=True)
class WalkerWalks:
    """Walks between demand and facilities as one walker counts them.

    Parameters
    ----------
    network
        The network, with all waits at signals.
    joins, places
        Tables ``joins`` of demand and facilities on it.
    options
        Facilities for residents only, and the most walks that one search may return.
    without_waits
        The same network without waits, when waits have a cap.
    cap_m
        The most metres that waits add to one walk.
    """

    network: Network
    joins: pd.DataFrame
    places: pd.DataFrame
    options: WalkOptions
    without_waits: Network | None = None
    cap_m: float = 0.0
    _read: dict[int, Joins] = field(default_factory=dict, repr=False, compare=False)

    def nearest(self, facility_ids: Collection[str], *, cutoff_m: float) -> pd.DataFrame:
        """Return table ``walks`` with the nearest of these facilities to each demand point.

        Raises
        ------
        JoinError
            When the cut-off is out of range.
        """
        walks = self._measure(measure_nearest, facility_ids, cutoff_m)
        return walks.drop_duplicates("origin_id").reset_index(drop=True)

    def pairs(self, facility_ids: Collection[str], *, cutoff_m: float) -> pd.DataFrame:
        """Return table ``walks`` with all of these facilities within the cut-off.

        Raises
        ------
        JoinError
            When the cut-off is out of range, or there are more pairs than the options allow.
        """
        walks = self._measure(self._all_walks, facility_ids, cutoff_m)
        walks = walks.drop_duplicates(["origin_id", "dest_id"])
        return walks.sort_values(["origin_id", "dest_id"], ignore_index=True)

    def _measure(
        self,
        measure: Callable[..., pd.DataFrame],
        facility_ids: Collection[str],
        cutoff_m: float,
    ) -> pd.DataFrame:
        """Return walks sorted by origin and length, those with capped waits among them.

        With length L and waits W a walk costs L + min(W, cap); the least of it over all ways is
        the lesser of the least L + W and the least L, plus the cap.
        """
        goals = self.places[self.places["point_id"].isin(facility_ids)]
        walks = self._walk(self.network, measure, goals, cutoff_m)
        if self.without_waits is None:
            return walks
        if cutoff_m > self.cap_m:
            capped = self._walk(self.without_waits, measure, goals, cutoff_m - self.cap_m)
            capped["walk_m"] = round_mm(capped["walk_m"] + self.cap_m)
            walks = stack_rows(walks, capped)
        return walks.sort_values(["origin_id", "walk_m", "dest_id"], ignore_index=True)

    @property
    def _all_walks(self) -> Callable[..., pd.DataFrame]:
        """Return the search for all walks, bounded in memory."""
        return partial(measure_walks, max_pairs_n=self.options.max_pairs_n)

    def _starts(self, network: Network) -> Joins:
        """Return the demand's joins, read once for each network."""
        if isinstance(network, StraightNetwork):
            return self.joins
        if id(network) not in self._read:
            self._read[id(network)] = read_accesses(network, self.joins)
        return self._read[id(network)]

    def _walk(
        self,
        network: Network,
        measure: Callable[..., pd.DataFrame],
        goals: pd.DataFrame,
        cutoff_m: float,
    ) -> pd.DataFrame:
        """Return walks on one network; facilities for residents only count for these alone."""
        own = self.options.own
        if own is None:
            return measure(network, self._starts(network), goals, cutoff_m=cutoff_m)
        is_own = goals["point_id"].isin(own["facility_id"])
        walks = measure(network, self._starts(network), goals[~is_own], cutoff_m=cutoff_m)
        names = {"demand_id": "origin_id", "facility_id": "dest_id"}
        own = own.dropna(subset="demand_id").rename(columns=names)
        own = own[own["dest_id"].isin(goals["point_id"])]
        if own.empty:
            return walks
        homes = self.joins[self.joins["point_id"].isin(own["origin_id"])]
        inner = self._all_walks(network, homes, goals[is_own], cutoff_m=cutoff_m)
        inner = inner.merge(own[["origin_id", "dest_id"]], on=["origin_id", "dest_id"])
        both = stack_rows(walks, inner, own[own["walk_m"] <= cutoff_m])[walks.columns]
        return both.sort_values(["origin_id", "walk_m", "dest_id"], ignore_index=True)


def fit_walker(
    network: Network,
    joins: pd.DataFrame,
    places: pd.DataFrame,
    walker: Walker,
    options: WalkOptions,
) -> WalkerWalks:
    """Return the walks of one walker.

    Parameters
    ----------
    network
        Streets, or the straight-line estimate.
    joins, places
        Tables ``joins`` of demand and facilities on it.
    walker
        Row of the standard.
    options
        Its limit is also how far an access on steps may lie from the street that it joins instead.

    Raises
    ------
    JoinError
        When a join names an unknown edge.
    """
    if walker.mode == "time":
        network = add_slopes(network)
    if walker.avoids_steps:
        network = avoid_steps(network)
        joins = rejoin(network, joins, limit_m=options.limit_m)
        places = rejoin(network, places, limit_m=options.limit_m)
    wait_m = walker.signal_wait_s * walker.speed_m_per_s
    if walker.mode == "distance" or wait_m <= 0 or not has_signals(network):
        return WalkerWalks(network, joins, places, options)
    cap_m = round_mm(walker.signal_wait_cap_s * walker.speed_m_per_s)
    return WalkerWalks(
        add_waits(network, wait_m=wait_m),
        joins,
        places,
        options,
        without_waits=network if cap_m > 0 else None,
        cap_m=cap_m,
    )
