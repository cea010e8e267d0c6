"""Joined demand and facilities -> table ``coverage``."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from livelihood_map.core.tables import COVERAGE
from livelihood_map.core.units import round_mm, walk_minutes
from livelihood_map.coverage.selection import select_facilities
from livelihood_map.coverage.walker_walks import fit_walker
from livelihood_map.network import WalkOptions, join_facilities

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from livelihood_map.core.arrays import Floats
    from livelihood_map.core.standards import KindRow, PlanningStandard, Walker
    from livelihood_map.coverage.walker_walks import WalkerWalks
    from livelihood_map.network import Network

log = logging.getLogger(__name__)

MINUTE_DIGITS: Final = 4
"""Minutes are for reading; rounded, 1,000 m in 15 minutes read 15.0."""


def measure_coverage(
    network: Network,
    joins: pd.DataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    standard: PlanningStandard,
    kinds: Sequence[str],
    walkers: Sequence[str],
    cutoff_m: float,
    options: WalkOptions | None = None,
    **fields: Any,  # noqa: ANN401  (the fields of WalkOptions)
) -> pd.DataFrame:
    r"""Return table ``coverage``: for each demand point, kind and walker the nearest facility.

    The walk of a demand point is that to the nearest facility of the kind,
    :math:`w_i = \min_j d_{ij}`; it is covered when :math:`w_i \le T`, the threshold.
    For a walker in distance mode covered is decided in metres, rounded to 1 mm: ``walk_m <=
    threshold_m`` of the standard's row. For one in time mode it is decided by the metres that this
    walker makes in the minutes of the threshold; a wait at a signal (nodes with ``is_signal``)
    counts in ``walk_m`` as the metres made meanwhile, up to the walker's cap, so that ``walk_min``
    is always ``walk_m`` over speed. A walker who avoids steps takes other ways.
    Facilities outside the border count; those that do not operate, and subtypes without a place
    to walk to (delivery), do not.

    Parameters
    ----------
    network
        Streets, or the straight-line estimate.
    joins
        Table ``joins`` of the demand points.
    facilities
        Table ``facilities`` in the CRS of the network.
    standard
        Planning standard with a row for each kind and walker.
    kinds, walkers
        Rows of the standard to measure.
    cutoff_m
        How far the nearest facility is searched for, metres; beyond it the walk is missing.
    options
        How facilities are joined to the streets and walked to.
    **fields
        Fields of `WalkOptions` one by one, in place of `options` or of its own: limit_m, at,
        barriers, gates, own, max_pairs_n.

    Returns
    -------
    One row per demand point, kind and walker, sorted; ``facilities_n`` counts the facilities
    within the row's threshold, ``tier_m`` is the smallest tier that holds the walk.

    Raises
    ------
    StandardError
        When the standard lacks a kind or walker.
    CrsError
        When facilities and network differ in CRS.
    JoinError
        When the cut-off or limit is out of range, or there are too many pairs.

    References
    ----------
    The walk to the nearest facility as a measure of access: Talen, E., Anselin, L. (1998).
    Assessing spatial equity: an evaluation of measures of accessibility to public playgrounds.
    Environment and Planning A 30(4), 595-613. Covered within a standard distance: Church, R.,
    ReVelle, C. (1974). The maximal covering location problem. Papers of the Regional Science
    Association 32, 101-118.

    Examples
    --------
    >>> import livelihood_map as lm
    >>> town, standard = lm.example_town(), lm.load_standard("cn-15min")
    >>> network = lm.build_network(town.nodes, town.edges)
    >>> joins = lm.join_demand(network, town.demand, town.gates, limit_m=100)
    >>> coverage = lm.measure_coverage(
    ...     network, joins, town.facilities, standard=standard, kinds=["breakfast"],
    ...     walkers=["standard"], cutoff_m=3000, limit_m=100,
    ... )
    >>> coverage[["demand_id", "walk_m", "is_covered"]].values.tolist()
    [['d1', 0.0, True], ['d2', 1200.0, False]]
    """
    options = WalkOptions(**fields) if options is None else replace(options, **fields)
    counted = select_facilities(facilities, standard=standard, kinds=kinds, at=options.at)
    places = join_facilities(network, counted, options, id_column="facility_id")
    demand_ids = np.unique(joins["point_id"].to_numpy(dtype=object))
    blocks = []
    for walker in walkers:
        who = standard.walker(walker)
        walks = fit_walker(network, joins, places, who, options)
        for kind in kinds:
            ids = set(counted.loc[counted["kind"] == kind, "facility_id"])
            reach = measure_reach(standard.kind(kind), who)
            block = _measure_kind(walks, ids, demand_ids, reach=reach, cutoff_m=cutoff_m)
            minutes = walker_minutes(block["walk_m"], who)
            blocks.append(block.assign(kind=kind, walker=walker, walk_min=minutes))
    table = pd.concat(blocks).sort_values(["demand_id", "kind", "walker"], kind="stable")
    coverage = COVERAGE.conform(table)
    log.info(
        "coverage: %d demand points, %d facilities, %d rows, %d covered",
        len(demand_ids),
        len(counted),
        len(coverage),
        int(coverage["is_covered"].sum()),
    )
    return coverage


def measure_pairs(
    network: Network,
    joins: pd.DataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    standard: PlanningStandard,
    kinds: Sequence[str],
    walker: str,
    cutoff_m: float,
    options: WalkOptions,
) -> pd.DataFrame:
    """Return table ``walks`` of one walker to every facility that counts, within the cut-off.

    Parameters
    ----------
    network, joins, facilities, standard, kinds, options
        As for `measure_coverage`.
    walker
        Row of the standard.
    cutoff_m
        Longest walk, metres.

    Returns
    -------
    origin_id (the demand point), dest_id (the facility), walk_m, kind (of the facility); sorted
    by origin and destination.

    Raises
    ------
    StandardError
        When the standard lacks a kind or walker.
    CrsError
        When facilities and network differ in CRS.
    JoinError
        When the cut-off or limit is out of range, or there are too many pairs.

    Examples
    --------
    >>> import livelihood_map as lm
    >>> town, standard = lm.example_town(), lm.load_standard("cn-15min")
    >>> network = lm.build_network(town.nodes, town.edges)
    >>> joins = lm.join_demand(network, town.demand, town.gates, limit_m=100)
    >>> walks = measure_pairs(
    ...     network, joins, town.facilities, standard=standard, kinds=["breakfast"],
    ...     walker="standard", cutoff_m=1200, options=WalkOptions(limit_m=100),
    ... )
    >>> walks[["origin_id", "dest_id", "walk_m"]].values.tolist()
    [['d1', 'f1', 0.0], ['d2', 'f1', 1200.0]]
    """
    counted = select_facilities(facilities, standard=standard, kinds=kinds, at=options.at)
    places = join_facilities(network, counted, options, id_column="facility_id")
    walks = fit_walker(network, joins, places, standard.walker(walker), options)
    pairs = walks.pairs(counted["facility_id"], cutoff_m=cutoff_m)
    kind_of = counted.set_index("facility_id")["kind"]
    return pairs.assign(kind=kind_of.reindex(pairs["dest_id"]).to_numpy())


def walker_minutes(walk_m: pd.Series[float], walker: Walker) -> pd.Series[float]:
    """Return the minutes that a walker takes, rounded for reading.

    Parameters
    ----------
    walk_m
        Walks in metres; a missing one stays missing.
    walker
        Row of the standard.

    Examples
    --------
    >>> import livelihood_map as lm
    >>> walker = lm.load_standard("cn-15min").walker("standard")
    >>> walker_minutes(pd.Series([200.0, 1000.0]), walker).tolist()
    [3.0, 15.0]
    """
    return walk_minutes(walk_m, speed_m_per_min=walker.speed_m_per_min).round(MINUTE_DIGITS)


@dataclass(frozen=True)
class Reach:
    """How far a walker gets within the threshold and the tiers of a kind.

    Parameters
    ----------
    threshold_m
        Metres within which the walker counts as covered.
    tiers_m
        Tiers of the standard's row.
    limits_m
        Metres that the walker makes within each tier.
    """

    threshold_m: float
    tiers_m: tuple[float, ...]
    limits_m: tuple[float, ...]


def measure_reach(row: KindRow, walker: Walker) -> Reach:
    r"""Return how far a walker gets within the threshold and the tiers of a kind.

    In distance mode these are the row's metres. In time mode they are the minutes of the row times
    the walker's speed, :math:`t_k v`; a threshold that is no tier has the minutes of 1,000 m in 15.

    Parameters
    ----------
    row
        The kind's row of the standard.
    walker
        The walker's row of the standard.

    Examples
    --------
    In 15 minutes an adult makes 1,080 m at 1.2 m/s:

    >>> import livelihood_map as lm
    >>> standard = lm.load_standard("cn-15min")
    >>> row = standard.kind("breakfast")
    >>> walkers = [standard.walker(name) for name in ("standard", "adult")]
    >>> [float(measure_reach(row, walker).threshold_m) for walker in walkers]
    [1000.0, 1080.0]
    """
    if walker.mode == "distance":
        return Reach(row.threshold_m, row.tiers_m, row.tiers_m)
    known = dict(zip(row.tiers_m, row.tiers_min, strict=True))
    minutes = known.get(row.threshold_m, walk_minutes(row.threshold_m))
    limits = tuple(round_mm(tier * walker.speed_m_per_min) for tier in row.tiers_min)
    return Reach(round_mm(minutes * walker.speed_m_per_min), row.tiers_m, limits)


def _measure_kind(
    walks: WalkerWalks,
    facility_ids: Collection[str],
    demand_ids: NDArray[np.object_],
    *,
    reach: Reach,
    cutoff_m: float,
) -> pd.DataFrame:
    """Return nearest facility, walk, tier, number within the threshold and cover of one kind."""
    farthest = max(cutoff_m, reach.threshold_m, *reach.limits_m)
    nearest = walks.nearest(facility_ids, cutoff_m=farthest).set_index("origin_id")
    nearest = nearest.reindex(demand_ids)
    walk_m = np.asarray(nearest["walk_m"], np.float64)
    within = walks.pairs(facility_ids, cutoff_m=reach.threshold_m)["origin_id"].value_counts()
    return pd.DataFrame(
        {
            "demand_id": demand_ids,
            "facility_id": nearest["dest_id"].to_numpy(),
            "walk_m": walk_m,
            "facilities_n": np.asarray(within.reindex(demand_ids, fill_value=0), np.int64),
            "tier_m": find_tier(walk_m, reach),
            "is_covered": walk_m <= reach.threshold_m,
        }
    )


def find_tier(walk_m: Floats, reach: Reach) -> Floats:
    """Return the smallest tier that holds each walk, NaN where none does.

    Parameters
    ----------
    walk_m
        Walks in metres, rounded to 1 mm; NaN where there is none.
    reach
        The tiers, and the metres walked within each.

    Examples
    --------
    >>> tiers = Reach(threshold_m=500, tiers_m=(300, 500), limits_m=(300, 500))
    >>> find_tier(np.array([300.0, 300.001, 2000.0, np.nan]), tiers)
    array([300., 500.,  nan,  nan])
    """
    tiers = np.array([*reach.tiers_m, np.nan])
    walks = np.where(np.isnan(walk_m), np.inf, walk_m)
    tier: Floats = tiers[np.searchsorted(reach.limits_m, walks, side="left")]
    return tier
