"""Where the names of towns stand: inside the town, beside the marks of suggested sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    import geopandas as gpd

    from livelihood_map.core.arrays import Shapes

_SHEET_PX: Final = 700
"""Side of the sheet on which names and marks must not cover one another, pixels."""
LETTER_PX: Final = 13
_MARK_PX: Final = 11
_LETTERS: Final = 20
"""Letters of a name that are written at most."""
_STEPS: Final = 25


def place_names(
    towns: gpd.GeoDataFrame, sites: gpd.GeoDataFrame | None, *, metres_a_px: float | None = None
) -> Shapes:
    """Return the point about which each town's name is written.

    It is the point next to the middle of the town at which the name covers no suggested site; where
    there is none, the one that keeps farthest from them.

    Parameters
    ----------
    towns
        Table ``towns`` in a metric CRS.
    sites
        Table ``sites`` in the same CRS; None where nothing is suggested.
    metres_a_px
        Scale of the map, at which a letter is 13 pixels high; the towns fill a sheet when None.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    middles = towns.geometry.representative_point().to_numpy()
    if sites is None or sites.empty:
        return np.asarray(middles)
    west, south, east, north = towns.total_bounds
    per_px = metres_a_px or max(east - west, north - south) / _SHEET_PX
    marks = shapely.get_coordinates(sites.geometry.to_numpy())
    places = []
    for name, shape, middle in zip(towns["town_name"], towns.geometry, middles, strict=True):
        spots = np.concatenate([[middle], _list_spots(shape)])
        at = shapely.get_coordinates(spots)
        reach = np.array(
            [LETTER_PX * min(len(str(name)), _LETTERS) / 2 + _MARK_PX, LETTER_PX / 2 + _MARK_PX]
        )
        apart = np.abs(at[:, None] - marks[None]) / (reach * per_px)
        room = np.minimum(apart.max(axis=2).min(axis=1), 1)
        away = shapely.distance(spots, middle)
        places.append(spots[np.lexsort((away, -room))[0]])
    return np.array(places, object)


def _list_spots(shape: Any) -> Shapes:  # noqa: ANN401  (a polygon)
    """Return the points of a lattice that lie well inside a town."""
    west, south, east, north = shapely.bounds(shape)
    x, y = np.meshgrid(np.linspace(west, east, _STEPS), np.linspace(south, north, _STEPS))
    spots = shapely.points(x.ravel(), y.ravel())
    inner = shapely.buffer(shape, -min(east - west, north - south) / 8)
    return np.asarray(spots[shapely.contains(inner, spots)])
