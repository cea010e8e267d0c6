"""The network as one walker finds it: without steps for a pram, with waits at signals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from livelihood_map.core.schema import stack_rows
from livelihood_map.core.tables import JOINS
from livelihood_map.network.build import assemble
from livelihood_map.network.snapping import locate
from livelihood_map.network.walk_network import Network, StraightNetwork
from livelihood_map.network.walking_kernels import TICKS_PER_M

if TYPE_CHECKING:
    from livelihood_map.core.arrays import Bools, Floats, Longs
    from livelihood_map.network.walk_network import WalkNetwork


STEPS = "steps"
"""Value of ``highway`` that is no way for a pram or wheelchair."""


def avoid_steps(network: Network) -> Network:
    """Return the network without its steps.

    Parameters
    ----------
    network
        Streets; the straight-line estimate is returned as it is.

    Examples
    --------
    >>> import livelihood_map as lm
    >>> town = lm.example_town()
    >>> edges = town.edges.assign(highway=["residential", "steps"])
    >>> avoid_steps(lm.build_network(town.nodes, edges)).is_usable.tolist()
    [True, False]
    """
    if isinstance(network, StraightNetwork):
        return network
    is_steps = (network.edges["highway"] == STEPS).to_numpy(np.bool_)
    if not (is_steps & network.is_usable).any():
        return network
    return _alter(network, is_usable=network.is_usable & ~is_steps)


def add_waits(network: Network, *, wait_m: float) -> Network:
    """Return the network with a wait at every signal-controlled crossing.

    Nodes whose further column ``is_signal`` is true cost `wait_m` to pass: half on the edge that
    leads there, half on the edge that leads away.

    Parameters
    ----------
    network
        Streets; the straight-line estimate, and streets without that column, are returned as they
        are.
    wait_m
        The metres that the walker would make while waiting: seconds times speed.

    Examples
    --------
    The walk of 1,200 m passes a signal halfway:

    >>> import livelihood_map as lm
    >>> town = lm.example_town()
    >>> nodes = town.nodes.assign(is_signal=[False, True, False])
    >>> network = add_waits(lm.build_network(nodes, town.edges), wait_m=30)
    >>> homes = lm.join_demand(network, town.demand, town.gates, limit_m=100)
    >>> outlets = lm.join_points(network, town.facilities, id_column="facility_id", limit_m=100)
    >>> lm.measure_nearest(network, homes, outlets, cutoff_m=2000)["walk_m"].tolist()
    [0.0, 1230.0]
    """
    if isinstance(network, StraightNetwork) or not has_signals(network) or wait_m <= 0:
        return network
    is_signal = network.nodes["is_signal"].to_numpy(np.bool_)
    wait = network.wait + is_signal * round(wait_m * TICKS_PER_M / 2)
    return _alter(network, wait=wait)


def has_signals(network: Network) -> bool:
    """Return whether any node of the network is known to be a signal-controlled crossing.

    Parameters
    ----------
    network
        Streets, or the straight-line estimate.

    Examples
    --------
    >>> import livelihood_map as lm
    >>> town = lm.example_town()
    >>> signals = town.nodes.assign(is_signal=[False, True, False])
    >>> [has_signals(lm.build_network(nodes, town.edges)) for nodes in (town.nodes, signals)]
    [False, True]
    """
    if isinstance(network, StraightNetwork) or "is_signal" not in network.nodes.columns:
        return False
    return bool(network.nodes["is_signal"].any())


def rejoin(network: Network, joins: pd.DataFrame, *, limit_m: float) -> pd.DataFrame:
    """Return joins in which accesses on edges that this walker cannot use join another edge.

    Parameters
    ----------
    network
        The network as the walker finds it, with the edges that the joins were made on.
    joins
        Table ``joins``, with x_m and y_m.
    limit_m
        Longest way between access and street, metres.

    Raises
    ------
    JoinError
        When a join names an unknown edge.

    Examples
    --------
    Where the street from b to c is steps, who lives at c comes to it at b, 600 m away:

    >>> import livelihood_map as lm
    >>> town = lm.example_town()
    >>> edges = town.edges.assign(highway=["residential", "steps"])
    >>> network = lm.build_network(town.nodes, edges)
    >>> homes = lm.join_demand(network, town.demand, town.gates, limit_m=100)
    >>> moved = rejoin(avoid_steps(network), homes, limit_m=1000)
    >>> moved[["point_id", "u", "v", "along_m", "offset_m"]].values.tolist()
    [['d1', 'a', 'b', 0.0, 0.0], ['d2', 'a', 'b', 600.0, 600.0]]
    """
    if isinstance(network, StraightNetwork) or network.is_usable.all():
        return joins
    rows = np.flatnonzero(joins["u"].notna())
    named = joins.iloc[rows]
    edge = network.edge_numbers(named["u"], named["v"], named["key"])
    is_lost = ~network.is_usable[edge]
    lost, edge = rows[is_lost], edge[is_lost]
    if lost.size == 0:
        return joins
    moved = joins.iloc[lost].reset_index(drop=True)
    places = shapely.points(moved["x_m"].to_numpy(), moved["y_m"].to_numpy())
    before = shapely.distance(places, network.lines[edge])
    located = pd.DataFrame(locate(network, places, limit_m=limit_m))
    to_edge = np.maximum(moved["offset_m"].to_numpy(np.float64) - before, 0)
    located["offset_m"] += to_edge  # what lay before the way to the old edge, a gate's way, stays
    kept = joins.drop(index=joins.index[lost])
    moved = moved[["point_id", "access_id"]].join(located)
    return JOINS.conform(
        stack_rows(kept, moved).sort_values(["point_id", "access_id"], kind="stable")
    )


_STEEPNESS: Final = 3.5
_EASIEST: Final = 0.05


def tobler_factor(slope: Floats) -> Floats:
    r"""Return how many level metres a walk there and back counts for each metre of a slope.

    Tobler's hiking function gives the speed on slope S (rise over run) as
    :math:`v(S) = 6 e^{-3.5 |S + 0.05|}` km/h (Tobler 1993, Three presentations on geographical
    analysis and modeling, NCGIA report 93-1). The factor is the mean of the times up and down over
    the time on the level, since streets are walked both ways:

    .. math::
        f(S) = \tfrac12 \left( \frac{v(0)}{v(S)} + \frac{v(0)}{v(-S)} \right)

    Parameters
    ----------
    slope
        Rise over run, any shape; its sign does not matter.

    Examples
    --------
    >>> tobler_factor(np.array([0.0, 0.05, -0.05, 0.2])).round(3)
    array([1.   , 1.015, 1.015, 1.716])
    """
    steep = np.abs(slope)
    up = np.exp(_STEEPNESS * steep)
    down = np.exp(_STEEPNESS * (np.abs(steep - _EASIEST) - _EASIEST))
    factor: Floats = (up + down) / 2
    return factor


def add_slopes(network: Network) -> Network:
    """Return the network in which every edge costs its level metres.

    Edges with a further column ``slope_factor`` cost that many times their length; lines and
    lengths stay as they are.

    Parameters
    ----------
    network
        Streets; the straight-line estimate, and streets without that column, are returned as they
        are.

    Examples
    --------
    The second 600 m are steep and count as 900:

    >>> import livelihood_map as lm
    >>> town = lm.example_town()
    >>> edges = town.edges.assign(slope_factor=[1.0, 1.5])
    >>> network = add_slopes(lm.build_network(town.nodes, edges))
    >>> homes = lm.join_demand(network, town.demand, town.gates, limit_m=100)
    >>> outlets = lm.join_points(network, town.facilities, id_column="facility_id", limit_m=100)
    >>> lm.measure_nearest(network, homes, outlets, cutoff_m=2000)["walk_m"].tolist()
    [0.0, 1500.0]
    """
    if isinstance(network, StraightNetwork) or "slope_factor" not in network.edges.columns:
        return network
    factor = network.edges["slope_factor"].to_numpy(np.float64)
    return _alter(network, ticks=np.rint(network.ticks * factor).astype(np.int64))


def _alter(network: WalkNetwork, **changed: Bools | Longs) -> WalkNetwork:
    """Return a network with other usable edges, waits or costs."""
    names = ("through_private", "is_usable", "wait", "ticks")
    kept = {name: getattr(network, name) for name in names}
    return assemble(network.nodes, network.edges, network.ends, **kept | changed)
