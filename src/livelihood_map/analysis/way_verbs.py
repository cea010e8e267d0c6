"""Routes and service areas in one call each: the lines and the ground that walks take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from livelihood_map.analysis.asking import meet, of_stage, threshold
from livelihood_map.analysis.on_index import on_index
from livelihood_map.core.units import walk_minutes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.analysis.given_places import PlacesLike
    from livelihood_map.analysis.given_streets import StreetsLike
    from livelihood_map.analysis.measured import Measured

SEARCH_M: Final = 3000.0
DIGITS: Final = 4


@of_stage("network", by="cutoff_m")
def find_route(
    homes: PlacesLike,
    outlets: PlacesLike,
    streets: StreetsLike = None,
    *,
    search_m: float = SEARCH_M,
    **ground: Any,  # noqa: ANN401  (kind, barriers, limit_m, crs, standard)
) -> Measured:
    """Return the walk from each home to its nearest outlet as a line along the streets.

    It is the stage :func:`livelihood_map.network.find_route`, which a call with ``cutoff_m`` (and
    its tables) reaches directly.

    Parameters
    ----------
    homes, outlets, streets, search_m, **ground
        As for :func:`livelihood_map.measure_coverage`.

    Returns
    -------
    Lines on the index of the homes, in their CRS, with walk_m, walk_min, outlet and reason (why
    there is no line: ``unreachable`` within the search, or why a home is on no street).

    Raises
    ------
    SchemaError, CrsError, SourceError
        When what was given cannot be used; the message names the call to make.

    Examples
    --------
    >>> from livelihood_map import example_town
    >>> town = example_town()
    >>> routes = find_route(town.residences[1:], town.facilities, (town.nodes, town.edges))
    >>> routes["walk_m"].tolist(), [round(line.length) for line in routes.geometry]
    ([1200.0], [1200])
    """
    from livelihood_map.network import find_route as find

    on = meet(homes, outlets, streets, **ground)
    places = on.require_homes()
    drawn = find(on.network, on.joined(places), on.joined(on.outlets), cutoff_m=search_m)
    rows = on_index(drawn.set_index("origin_id"), places.ids, places.frame.index)
    routes = gpd.GeoDataFrame(
        {
            "walk_m": rows["walk_m"],
            "walk_min": rows["walk_min"],
            "outlet": on.outlets.labels_of(rows["dest_id"]),
            "reason": rows["reason"],
        },
        geometry=gpd.GeoSeries(rows["geometry"], crs=on.network.crs).to_crs(places.frame.crs),
    )
    return on.told(routes)


def service_areas(
    outlets: PlacesLike,
    streets: StreetsLike = None,
    *,
    minutes: float | Sequence[float] = 15,
    strip_m: float = 25.0,
    is_merged: bool = False,
    **ground: Any,  # noqa: ANN401  (kind, barriers, limit_m, crs, standard)
) -> Measured:
    """Return the ground within a walk of each outlet: the streets walked, widened to either side.

    It is :func:`livelihood_map.network.build_service_areas`.

    Parameters
    ----------
    outlets, streets, **ground
        As for :func:`livelihood_map.measure_coverage`.
    minutes
        One walk or several, at 1,000 m in 15 minutes.
    strip_m
        Half the width of the strip along a street, metres.
    is_merged
        Whether all outlets share one area for each walk.

    Returns
    -------
    Areas on the index of the outlets (``ALL`` when merged), in their CRS: minutes, metres and
    area_m2, a row for each walk. An outlet on no street has no row.

    Raises
    ------
    SchemaError, CrsError, SourceError
        When what was given cannot be used; the message names the call to make.

    Examples
    --------
    >>> from livelihood_map import example_town
    >>> town = example_town()
    >>> areas = service_areas(town.facilities, (town.nodes, town.edges), minutes=[7.5, 15])
    >>> areas[["minutes", "metres"]].values.tolist()
    [[7.5, 500.0], [15.0, 1000.0]]
    """
    from livelihood_map.network import build_service_areas, merge_joins

    on = meet(None, outlets, streets, **ground)
    wanted = [threshold(one, None)[0] for one in np.atleast_1d(minutes).tolist()]
    joins = on.joined(on.outlets)
    joins = joins[joins["reason"].isna()]
    joins = merge_joins(joins) if is_merged else joins
    drawn = build_service_areas(on.network, joins, tiers_m=wanted, buffer_m=strip_m)
    areas = gpd.GeoDataFrame(
        {
            "minutes": walk_minutes(drawn["tier_m"]).round(DIGITS),
            "metres": drawn["tier_m"],
            "area_m2": drawn["area_m2"],
        },
        geometry=drawn.geometry.to_crs(on.outlets.frame.crs),
    )
    names = drawn["point_id"] if is_merged else on.outlets.labels_of(drawn["point_id"])
    areas.index = pd.Index(names.tolist(), name=on.outlets.frame.index.name)
    return on.told(areas)
