"""Three commercial centres of an invented district, one of each level."""

from __future__ import annotations

import geopandas as gpd

from livelihood_map.core.tables import CENTRES


def build_centres(residences: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a district centre with a radius, an area centre with an outline, a bare point."""
    homes = residences.iloc[[0, 9, 20]].reset_index(drop=True)
    points = homes.geometry.representative_point()
    return CENTRES.conform(
        gpd.GeoDataFrame(
            {
                "centre_id": ["a", "b", "c"],
                "name": ["甲中心", "乙中心", "丙中心"],
                "level": ["1", "7", "X"],
                "radius_m": [1000.0, None, None],
                "town_id": homes["town_id"].tolist(),
                "source": "centres.csv",
            },
            geometry=[points[0], points[1].buffer(200.0), points[2]],
            crs=residences.crs,
        )
    )
