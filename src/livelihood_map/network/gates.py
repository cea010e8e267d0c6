"""Gates where none are known: where a compound's own ways or its outline meet the streets."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from livelihood_map.core.tables import GATES
from livelihood_map.network.walk_network import StraightNetwork, require_crs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from livelihood_map.core.arrays import Floats, Longs, Shapes
    from livelihood_map.network.walk_network import Network

log = logging.getLogger(__name__)

APART_M: Final = 20.0
"""Two crossings of one outline nearer than this are one gate."""
SIDES_APART_M: Final = 150.0
"""Gates guessed from the outline alone stand at least this far apart."""


def infer_gates(
    network: Network,
    residences: gpd.GeoDataFrame,
    gates: gpd.GeoDataFrame,
    *,
    reach_m: float = 30.0,
) -> gpd.GeoDataFrame:
    """Return table ``gates`` with inferred gates for every compound that has none.

    A compound's gates are taken to be where ways cross its outline. Where none does, its outline
    meets the streets: at the places nearest to each street within reach, the nearest first, at
    least 150 m apart. Inferred gates are open and marked ``is_inferred``. A square of OpenStreetMap
    buildings has neither wall nor gate: its people start where they live.

    Parameters
    ----------
    network
        Streets; with the straight-line estimate nothing is inferred.
    residences
        Table ``residences`` in the CRS of the network; only areas have gates, and none of those
        that gather buildings (``buildings_n``).
    gates
        Table ``gates`` as known.
    reach_m
        How far a street may run from the outline that it serves, metres.

    Returns
    -------
    The known gates and the inferred ones, the latter sorted by id.

    Raises
    ------
    CrsError
        When residences and network differ in CRS.

    Examples
    --------
    The street leaves either compound, 50 m round, at one place:

    >>> import livelihood_map as lm
    >>> town = lm.example_town()
    >>> network = lm.build_network(town.nodes, town.edges)
    >>> compounds = town.residences.set_geometry(town.residences.buffer(50))
    >>> gates = infer_gates(network, compounds, town.gates)
    >>> gates[["gate_id", "is_inferred"]].values.tolist()
    [['r1:inferred1', True], ['r2:inferred1', True]]
    """
    require_crs(network, residences)
    is_open_question = ~residences["residence_id"].isin(gates["residence_id"])
    is_compound = residences.geom_type.isin(["Polygon", "MultiPolygon"])
    if "buildings_n" in residences.columns:
        is_compound &= residences["buildings_n"].isna()
    areas = residences[is_open_question & is_compound]
    if isinstance(network, StraightNetwork) or not len(areas) or not network.edges_n:
        return gates
    areas = areas.sort_values("residence_id", kind="stable")
    outlines = shapely.boundary(np.asarray(areas.geometry))
    lines = network.lines[network.is_usable]
    tree = shapely.STRtree(lines)
    owner, place = _crossings(tree, lines, outlines)
    without = np.setdiff1d(np.arange(len(areas)), owner)
    side_owner, side_place = _nearest_places(tree, lines, outlines, without, reach_m=reach_m)
    owner = np.concatenate([owner, side_owner])
    place = np.concatenate([place, side_place])
    inferred = _gate_rows(areas["residence_id"].to_numpy(dtype=object)[owner], place, gates.crs)
    log.info("gates: %d known, %d inferred", len(gates), len(inferred))
    both = pd.concat([gates, inferred], ignore_index=True) if len(gates) else inferred
    return GATES.conform(gpd.GeoDataFrame(both, crs=residences.crs))


def _crossings(tree: shapely.STRtree, lines: Shapes, outlines: Shapes) -> tuple[Longs, Shapes]:
    """Return outline number and place of every crossing of a way and an outline."""
    at, line = tree.query(outlines, predicate="intersects")
    meeting = shapely.intersection(outlines[at], lines[line])
    parts, source = shapely.get_parts(meeting, return_index=True)
    # a way that runs along the outline meets it in its middle
    is_run = shapely.get_dimensions(parts) == 1
    parts[is_run] = shapely.line_interpolate_point(parts[is_run], 0.5, normalized=True)
    return _thin(at[source], parts, np.zeros(len(parts)), apart_m=APART_M)


def _nearest_places(
    tree: shapely.STRtree,
    lines: Shapes,
    outlines: Shapes,
    wanted: Longs,
    *,
    reach_m: float,
) -> tuple[Longs, Shapes]:
    """Return outline number and place on the outline nearest to each street within reach."""
    if wanted.size == 0:
        return np.empty(0, np.int64), np.empty(0, object)
    at, line = tree.query(outlines[wanted], predicate="dwithin", distance=reach_m)
    at = wanted[at]
    ways = shapely.shortest_line(outlines[at], lines[line])
    places = shapely.get_point(ways, 0)
    return _thin(at, places, shapely.length(ways), apart_m=SIDES_APART_M)


def _thin(
    owner: Longs,
    places: Shapes,
    distance: Floats,
    *,
    apart_m: float,
) -> tuple[Longs, Shapes]:
    """Return places of each owner that stand apart, those with the least distance first."""
    order = np.lexsort((shapely.get_y(places), shapely.get_x(places), distance.round(3), owner))
    kept: dict[int, list[Any]] = {}
    for number in order:
        others = kept.setdefault(int(owner[number]), [])
        if all(shapely.distance(places[number], other) >= apart_m for other in others):
            others.append(places[number])
    return (
        np.repeat(np.fromiter(kept, np.int64, len(kept)), [len(v) for v in kept.values()]),
        np.array([place for places_of in kept.values() for place in places_of], dtype=object),
    )


def _gate_rows(owner: NDArray[np.object_], places: Shapes, crs: object) -> gpd.GeoDataFrame:
    """Return rows of table ``gates``, numbered from west to east within each compound."""
    rows = gpd.GeoDataFrame(
        {"residence_id": pd.Series(owner, dtype="str"), "is_open": True, "is_inferred": True},
        geometry=list(places),
        crs=crs,
    )
    rows["x"], rows["y"] = rows.geometry.x.round(3), rows.geometry.y.round(3)
    rows = rows.sort_values(["residence_id", "x", "y"], kind="stable", ignore_index=True)
    number = rows.groupby("residence_id").cumcount() + 1
    rows["gate_id"] = rows["residence_id"] + ":inferred" + number.astype("str")
    rows["hours"] = pd.Series([None] * len(rows), dtype="str")
    return rows.drop(columns=["x", "y"])
