"""The answer as tables: sites with their reasons, and who goes where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from livelihood_map.core.tables import SITES
from livelihood_map.core.units import round_mm
from livelihood_map.siting.explain import SiteFacts, write_reason
from livelihood_map.siting.solver import WEIGHT_SCALE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from livelihood_map.siting.instance import Instance
    from livelihood_map.siting.solver import IntArray
    from livelihood_map.siting.substitutes import Substitute


def nearest_existing(
    candidates: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame | None,
    existing_walks: pd.DataFrame | None,
    kind: str,
) -> pd.DataFrame:
    """Return distance, name and way of measuring to each candidate's nearest existing outlet."""
    table = pd.DataFrame({"nearest_m": np.nan, "name": ""}, index=candidates["candidate_id"])
    table["is_straight"] = existing_walks is None
    if facilities is None or not len(facilities):
        return table
    own = facilities[(facilities["kind"] == kind) & (facilities["status"] == "operating")]
    own = own.sort_values("facility_id", ignore_index=True)
    if not len(own):
        return table
    if existing_walks is not None:
        first = existing_walks.sort_values(["walk_m", "dest_id"]).drop_duplicates("origin_id")
        first = first.set_index("origin_id").reindex(table.index)
        names = first["dest_id"].astype(object).map(own.set_index("facility_id")["name"])
        return table.assign(nearest_m=first["walk_m"], name=names.fillna(""))
    tree = cKDTree(shapely.get_coordinates(own.geometry.to_numpy()))
    metres, row = tree.query(shapely.get_coordinates(candidates.geometry.to_numpy()))
    return table.assign(nearest_m=round_mm(metres), name=own["name"].to_numpy()[row])


def site_table(
    instance: Instance,
    ranked: IntArray,
    near: pd.DataFrame,
    threshold_m: float,
    rivals: Sequence[Substitute],
) -> gpd.GeoDataFrame:
    """Return the sites table of the chosen candidates in rank order."""
    demand, problem = instance.demand, instance.problem
    population = demand["population"].to_numpy(dtype=np.float64)
    covered = float(population[instance.is_served].sum())
    total = float(population.sum())
    is_covered = instance.is_served.copy()
    rows: list[dict[str, Any]] = []
    names = instance.candidates["name"].fillna("").to_numpy(dtype=object)
    for rank, (position, rival) in enumerate(zip(ranked, rivals, strict=True), start=1):
        place = instance.candidates.iloc[int(position)]
        new = problem.covered_by(int(position))
        new = new[~is_covered[new]]
        is_covered[new] = True
        gained = float(population[new].sum())
        covered += gained
        nearest = near.loc[place["candidate_id"]]
        facts = SiteFacts(
            people=float(problem.weights[new].sum()) / WEIGHT_SCALE,
            residents=gained,
            workers=float(demand["workers"].to_numpy()[new].sum()),
            is_counting_workers=instance.counts_workers,
            places=_place_names(demand.iloc[new], problem.weights[new]),
            threshold_m=threshold_m,
            nearest_m=None if np.isnan(nearest["nearest_m"]) else float(nearest["nearest_m"]),
            nearest_name=str(nearest["name"]),
            is_straight=bool(nearest["is_straight"]),
            is_fixed=bool(place["is_fixed"]),
            lost=rival.lost / WEIGHT_SCALE,
            runner_up=str(names[rival.runner_up]) if rival.runner_up >= 0 else "",
            behind=rival.behind / WEIGHT_SCALE,
            rule=rival.rule,
        )
        rows.append(
            {
                "rank": rank,
                "candidate_id": place["candidate_id"],
                "town_id": place["town_id"],
                "name": place["name"],
                "source": place["source"],
                "host_kind": place["host_kind"],
                "zone_id": _zone_served(instance, int(position), new),
                "gained_population": round(gained, 3),
                "gained_share": gained / total if total else None,
                "cumulative_share": min(covered / total, 1.0) if total else None,
                "nearest_existing_m": facts.nearest_m,
                "reason_zh": write_reason(facts, "zh"),
                "reason_en": write_reason(facts, "en"),
                "gained_weight": facts.people,
                "gained_workers": facts.workers,
                "gained_passengers": float(demand["passengers"].to_numpy()[new].sum()),
                "geometry": place["geometry"],
            }
        )
    table = gpd.GeoDataFrame(rows, geometry="geometry", crs=demand.crs)
    return SITES.conform(table.astype(dict.fromkeys(("town_id", "host_kind", "zone_id"), "str")))


def _zone_served(instance: Instance, position: int, new: NDArray[np.integer]) -> str | None:
    """Return the zone in which a site serves most people, of all it reaches when none is new."""
    rows: NDArray[np.integer] = new if len(new) else instance.problem.covered_by(position)
    zones = instance.zone_of[rows]
    if not np.any(zones >= 0):
        return None
    weights = instance.problem.weights[rows] + 1
    by_zone = np.bincount(zones[zones >= 0], weights=weights[zones >= 0])
    return instance.zone_ids[int(np.argmax(by_zone))]


def _place_names(demand: gpd.GeoDataFrame, weights: IntArray) -> list[str]:
    """Return the names of demand points, most people first, each once."""
    people = pd.Series(weights, index=demand["name"].fillna("").astype(str)).groupby(level=0).sum()
    people = people[(people.index != "") & (people > 0)]
    order = np.lexsort((people.index.to_numpy(dtype=str), -people.to_numpy()))
    return [str(name) for name in people.index[order]]


def assign(instance: Instance, sites: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the nearest site of every demand point newly covered."""
    rank = sites.set_index("candidate_id")["rank"]
    served = set(instance.demand.loc[instance.is_served, "demand_id"])
    pairs = instance.near[instance.near["dest_id"].isin(rank.index)]
    pairs = pairs[~pairs["origin_id"].isin(served)]
    pairs = pairs.assign(rank=pairs["dest_id"].map(rank))
    first = pairs.sort_values(["origin_id", "walk_m", "rank"]).drop_duplicates("origin_id")
    renamed = first.rename(columns={"origin_id": "demand_id", "dest_id": "candidate_id"})
    return renamed[["demand_id", "candidate_id", "walk_m"]].reset_index(drop=True)
