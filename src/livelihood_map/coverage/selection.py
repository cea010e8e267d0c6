"""Which facilities count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from livelihood_map.core.hours import is_within, minutes_of
from livelihood_map.core.units import round_mm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.core.standards import PlanningStandard


def select_facilities(
    facilities: gpd.GeoDataFrame,
    *,
    standard: PlanningStandard,
    kinds: Sequence[str],
    at: str | None = None,
) -> gpd.GeoDataFrame:
    """Return the facilities that count: of these kinds, operating, with a place to walk to.

    Parameters
    ----------
    facilities
        Table ``facilities``.
    standard
        Planning standard, whose subtypes say which have no place to walk to.
    kinds
        Kinds wanted.
    at
        Time of day, ``HH:MM``: only facilities open then, by ``opens_at`` and ``closes_at``; one
        whose hours are unknown counts as open. None leaves hours out of account.

    Raises
    ------
    KeyError
        When the table lacks a column.
    JoinError
        When a time cannot be read.

    Examples
    --------
    Of two outlets open from 06:00 to 09:00 one is closed for good; at 10:00 none is open:

    >>> import livelihood_map as lm
    >>> town, standard = lm.example_town(), lm.load_standard("cn-15min")
    >>> outlets = town.facilities.iloc[[0, 0]].assign(
    ...     facility_id=["a", "b"], status=["operating", "closed"], opens_at="06:00",
    ...     closes_at="09:00")
    >>> [select_facilities(outlets, standard=standard, kinds=["breakfast"], at=at)[
    ...     "facility_id"].tolist() for at in ("06:30", "10:00")]
    [['a'], []]
    """
    is_counted = facilities["kind"].isin(kinds) & (facilities["status"] == "operating")
    for kind in kinds:
        walkless = standard.walkless_subtypes(kind)
        is_counted &= ~((facilities["kind"] == kind) & facilities["subtype"].isin(walkless))
    selected = facilities[is_counted]
    if at is None:
        return selected
    minute = minutes_of(at)
    is_open = [
        not (isinstance(opens, str) and isinstance(closes, str))
        or is_within(minutes_of(opens), minutes_of(closes), minute)
        for opens, closes in zip(selected["opens_at"], selected["closes_at"], strict=True)
    ]
    return selected[np.array(is_open, np.bool_)]


def list_own(
    facilities: gpd.GeoDataFrame, residences: gpd.GeoDataFrame, demand: gpd.GeoDataFrame
) -> pd.DataFrame | None:
    """Return the facilities that serve the residents of their compound alone, and these.

    Parameters
    ----------
    facilities
        Table ``facilities``; ``is_residents_only`` marks such a facility.
    residences
        Table ``residences`` in the same CRS; a facility belongs to the areas that hold it.
    demand
        Table ``demand``.

    Returns
    -------
    facility_id, demand_id, walk_m: the straight way inside the compound, as homes walk to their
    gates. The latter two are missing where no compound holds the facility, which then serves
    nobody. None where every facility is public.

    Raises
    ------
    KeyError
        When a table lacks a column.

    Examples
    --------
    >>> import livelihood_map as lm
    >>> town = lm.example_town()
    >>> areas = town.residences.set_geometry(town.demand.geometry.buffer(50).to_numpy())
    >>> marked = town.facilities.assign(is_residents_only=True)
    >>> list_own(marked, areas, town.demand).values.tolist()
    [['f1', 'd1', 0.0]]
    """
    if "is_residents_only" not in facilities.columns or not facilities["is_residents_only"].any():
        return None
    inner = facilities.loc[facilities["is_residents_only"], ["facility_id", "geometry"]]
    areas = residences[["residence_id", "geometry"]]
    held = gpd.sjoin(inner, areas, how="left", predicate="intersects")
    is_home = demand["residence_id"].notna()
    homes = demand.loc[is_home, ["demand_id", "residence_id", "geometry"]]
    pairs = pd.DataFrame(held[["facility_id", "residence_id", "geometry"]]).merge(
        pd.DataFrame(homes.rename(columns={"geometry": "home"})), on="residence_id", how="left"
    )
    ways = shapely.distance(pairs["geometry"].to_numpy(object), pairs["home"].to_numpy(object))
    pairs = pairs.assign(walk_m=round_mm(ways))[["facility_id", "demand_id", "walk_m"]]
    return pairs.drop_duplicates(["facility_id", "demand_id"], ignore_index=True)


def count_people(
    demand: pd.DataFrame, *, standard: PlanningStandard, kind: str
) -> pd.Series[float]:
    """Return whom a kind counts at each demand point: residents, workers and passengers or not.

    Parameters
    ----------
    demand
        Table ``demand``.
    standard
        Planning standard of the run.
    kind
        A kind of the standard.

    Returns
    -------
    Series on the index of `demand`, named ``people``.

    Raises
    ------
    StandardError
        When the standard lacks the kind.

    Examples
    --------
    >>> from livelihood_map import load_standard
    >>> demand = pd.DataFrame({"population": [100.0], "workers": [30.0], "passengers": [5.0]})
    >>> standard = load_standard("cn-15min")
    >>> [count_people(demand, standard=standard, kind=kind).item()
    ...  for kind in ("wet_market", "breakfast")]
    [100.0, 135.0]
    """
    counted = demand[list(standard.kind(kind).crowds)]
    return counted.sum(axis="columns").rename("people")
