"""One small invented town, the same in every docstring: a street 1.2 km long with two compounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from livelihood_map.core import tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

_CRS: Final = "EPSG:4549"
_EAST_M: Final = (630_000, 630_600, 631_200)
_NORTH_M: Final = 3_450_000


@dataclass(frozen=True, kw_only=True)
class ExampleTown:
    """The tables of the example: corners a, b, c lie 600 m apart on one street.

    100 people live at a, 50 at c; the only breakfast outlet stands at a.
    """

    towns: gpd.GeoDataFrame
    residences: gpd.GeoDataFrame
    demand: gpd.GeoDataFrame
    gates: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame


def _points(corners: Sequence[int], **columns: Any) -> gpd.GeoDataFrame:  # noqa: ANN401
    """Return points at corners of the street, with further columns."""
    import geopandas as gpd

    east, north = [_EAST_M[corner] for corner in corners], [_NORTH_M] * len(corners)
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(east, north), crs=_CRS)


def example_town() -> ExampleTown:
    """Return the town that the examples in docstrings use.

    Examples
    --------
    >>> town = example_town()
    >>> town.edges["length_m"].tolist(), town.demand["population"].tolist()
    ([600.0, 600.0], [100.0, 50.0])
    """
    import geopandas as gpd
    from shapely import LineString, box

    nodes = _points([0, 1, 2], node_id=["a", "b", "c"])
    streets = {"u": ["a", "b"], "v": ["b", "c"], "key": 0, "length_m": 600.0}
    edges = gpd.GeoDataFrame(
        {**streets, "highway": "residential", "is_bridge": False, "is_tunnel": False},
        geometry=[LineString(nodes.geometry.iloc[i : i + 2].tolist()) for i in (0, 1)],
        crs=_CRS,
    )
    homes = {"residence_id": ["r1", "r2"], "town_id": "t", "name": ["甲苑", "乙苑"]}
    people = {**homes, "population": [100.0, 50.0]}
    flags = {"is_demonstration": False, "is_smart": False, "is_inside": True}
    outlet = {"facility_id": ["f1"], "kind": "breakfast", "name": ["早点铺"], "town_id": "t"}
    west, east = _EAST_M[0] - 500, _EAST_M[2] + 500
    towns = gpd.GeoDataFrame(
        {"town_id": ["t"], "town_name": ["某镇"], "aliases": [""]},
        geometry=[box(west, _NORTH_M - 500, east, _NORTH_M + 500)],
        crs=_CRS,
    )
    return ExampleTown(
        towns=tables.TOWNS.conform(towns),
        residences=tables.RESIDENCES.conform(_points([0, 2], **people, source="example")),
        demand=tables.DEMAND.conform(
            _points(
                [0, 2],
                demand_id=["d1", "d2"],
                **people,
                place_kind="home",
                workers=0.0,
                passengers=0.0,
            )
        ),
        gates=tables.GATES.empty(_CRS),
        facilities=tables.FACILITIES.conform(
            _points([0], **outlet, status="operating", **flags, source="example")
        ),
        nodes=tables.NODES.conform(nodes),
        edges=tables.EDGES.conform(edges),
    )
