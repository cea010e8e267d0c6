"""Outlets, sites and candidates as columns of what a page walks on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from livelihood_map.core.units import MM_PER_M
from livelihood_map.mapping.payload import clean_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from livelihood_map.core.arrays import Floats, Longs
    from livelihood_map.mapping.walk_columns import Columns
    from livelihood_map.mapping.walk_tables import WalkTables

PEOPLE_PARTS: Final = 1000
"""Parts of a person in which people are weighed, those of the siting."""


def keep_outlets(columns: Columns, told: WalkTables, kinds: Sequence[str]) -> list[str]:
    """Keep the outlets by id, the sites behind them; return the ids of the outlets.

    Parameters
    ----------
    columns
        Where they are kept.
    told
        What the page is told.
    kinds
        Kinds of the page, in the order of their numbers.
    """
    outlets = told.outlets[told.outlets["kind"].isin(kinds)]
    outlets = outlets.sort_values("facility_id", kind="stable")
    ids: list[str] = outlets["facility_id"].tolist()
    own = told.options.own
    inner = outlets["facility_id"].isin([] if own is None else own["facility_id"])
    metres = shapely.get_coordinates(outlets.geometry.to_numpy())
    kind = pd.Index(kinds).get_indexer(pd.Index(outlets["kind"]))
    row = rows_of(told.facilities, outlets["facility_id"])
    sites_n = 0 if told.sites is None else len(told.sites)
    if told.sites is not None and sites_n:
        sites = told.sites.sort_values("rank", kind="stable")
        metres = np.concatenate([metres, shapely.get_coordinates(sites.geometry.to_numpy())])
        kind = np.concatenate([kind, np.full(sites_n, list(kinds).index(told.site_kind))])
        row = np.concatenate([row, sites["rank"].to_numpy(np.int64)])
    columns.keep_places("outlet", _shaped(metres))
    columns.keep("outlet.kind", kind)
    columns.keep("outlet.row", row)
    columns.keep("outlet.site", np.repeat([0, 1], [len(ids), sites_n]))
    columns.keep("outlet.inner", np.concatenate([inner, np.zeros(sites_n)]).astype(np.int64))
    return ids


def keep_candidates(columns: Columns, told: WalkTables) -> dict[str, Any]:
    """Keep the candidates by id, and whom they are chosen for; return what the header tells.

    Parameters
    ----------
    columns
        Where they are kept.
    told
        What the page is told.
    """
    siting, points = told.siting, sorted(told.demand["demand_id"])
    people, candidates = np.zeros(len(points)), told.demand.iloc[:0]
    if siting is not None:
        candidates = siting.candidates.sort_values("candidate_id", kind="stable")
        people = siting.people.reindex(points).fillna(0.0).to_numpy(np.float64)
    metres = shapely.get_coordinates(candidates.geometry.to_numpy())
    premises = [] if siting is None else candidates["source"].isin(siting.premises)
    columns.keep_places("candidate", metres)
    columns.keep("candidate.premises", np.asarray(premises, np.int64))
    columns.keep("demand.weight", np.rint(people * PEOPLE_PARTS))
    return {
        "candidate_ids": [] if siting is None else candidates["candidate_id"].tolist(),
        "candidate_names": []
        if siting is None
        else [clean_text(one) for one in candidates["name"]],
        "siting": siting
        and {
            "kind": told.site_kind,
            "levels_m": [float(metres) for metres in siting.levels_m],
            "tolerance_share": siting.tolerance_share,
            "has_rules": siting.has_rules,
        },
    }


def site_ids(sites: gpd.GeoDataFrame | None) -> list[str]:
    """Return the ids of the candidates that sites are, by rank.

    Parameters
    ----------
    sites
        Suggested sites, None where there are none.
    """
    if sites is None:
        return []
    return [str(one) for one in sites.sort_values("rank", kind="stable")["candidate_id"]]


def _shaped(metres: Floats) -> Floats:
    """Return coordinates in two columns, also where there are none."""
    return metres.reshape(-1, 2)


def keep_inner(columns: Columns, told: WalkTables, outlets: Sequence[str]) -> None:
    """Keep who goes to outlets that serve the residents of their compound alone.

    Parameters
    ----------
    columns
        Where they are kept.
    told
        What the page is told.
    outlets
        Ids of the outlets, in the order of their numbers.
    """
    own = told.options.own
    pairs: Mapping[str, Any] = {"facility_id": [], "demand_id": [], "walk_m": []}
    frame = pd.DataFrame(pairs) if own is None else own.dropna(subset="demand_id")
    points = sorted(told.demand["demand_id"])
    outlet, demand = rows_of(outlets, frame["facility_id"]), rows_of(points, frame["demand_id"])
    is_known = (outlet >= 0) & (demand >= 0)
    walk_mm = np.rint(frame["walk_m"].to_numpy(np.float64) * MM_PER_M).astype(np.int64)
    columns.keep("inner.outlet", outlet[is_known])
    columns.keep("inner.demand", demand[is_known])
    columns.keep("inner.mm", walk_mm[is_known])


def name_unshown(told: WalkTables, outlets: Sequence[str]) -> dict[str, str]:
    """Return by number the names of outlets that the page does not show and a walk may lead to.

    Parameters
    ----------
    told
        What the page is told.
    outlets
        Ids of the outlets, in the order of their numbers.
    """
    names = told.outlets.drop_duplicates("facility_id").set_index("facility_id")["name"]
    shown = set(told.facilities)
    return {
        str(number): clean_text(names[name])
        for number, name in enumerate(outlets)
        if name not in shown
    }


def rows_of(ids: Sequence[str], wanted: pd.Series[Any]) -> Longs:
    """Return the place of each id in a list, -1 for a missing or unknown one.

    Parameters
    ----------
    ids
        The list.
    wanted
        Ids to look up.
    """
    place = pd.Series(np.arange(len(ids)), index=pd.Index(ids, dtype="object"))
    return np.asarray(place.reindex(wanted.astype("object")).fillna(-1), np.int64)
