"""Slopes: how much longer a metre takes uphill and downhill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from livelihood_map.network.build import assemble
from livelihood_map.network.walk_network import Network, StraightNetwork

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

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

    Raises
    ------
    Nothing.

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

    Raises
    ------
    Nothing.
    """
    if isinstance(network, StraightNetwork) or "slope_factor" not in network.edges.columns:
        return network
    factor = network.edges["slope_factor"].to_numpy(np.float64)
    return assemble(
        network.nodes,
        network.edges,
        network.ends,
        through_private=network.through_private,
        is_usable=network.is_usable,
        wait=network.wait,
        ticks=np.rint(network.ticks * factor).astype(np.int64),
    )
