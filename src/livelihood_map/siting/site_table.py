"""The answer as tables: sites with their reasons, and who goes where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from livelihood_map.core.people import CROWDS
from livelihood_map.core.tables import SITES
from livelihood_map.core.units import round_mm
from livelihood_map.siting.explain import People, RunnerUp, SiteFacts, write_reason
from livelihood_map.siting.second_outlets import tell_second_choices
from livelihood_map.siting.solver import WEIGHT_SCALE, breach_finder, forced
from livelihood_map.siting.substitutes import find_substitutes
from livelihood_map.siting.worth import aims_of, levels_of, second_choices

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from livelihood_map.core.arrays import Floats, Shapes
    from livelihood_map.core.people import Group
    from livelihood_map.core.settings import SitingSettings
    from livelihood_map.siting.instance import Instance
    from livelihood_map.siting.solver import IntArray, Rule
    from livelihood_map.siting.substitutes import Substitute
    from livelihood_map.siting.worth import Aim, Level


_KEPT: Final = ("candidate_id", "town_id", "name", "source", "host_kind")
"""Columns that a site has from its candidate."""


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


@dataclass(frozen=True)
class Told:
    """What the reasons of a plan's sites tell beside its instance.

    Attributes
    ----------
    second : Aim
        What a site that brings nobody new is placed by.
    rivals : sequence of Substitute
        What stands behind each site, in rank order.
    near : DataFrame
        Distance to the nearest existing outlet, see `nearest_existing`.
    brought : DataFrame
        Whether each site is a second outlet, and who gains one, in rank order.
    """

    levels: Sequence[Level]
    aims: Sequence[Aim]
    second: Aim
    rivals: Sequence[Substitute]
    near: pd.DataFrame
    weights: Mapping[Group, float]
    zone_names: Mapping[str, str]
    brought: pd.DataFrame
    between: pd.DataFrame | None = None


def tell(
    instance: Instance,
    settings: SitingSettings,
    rules: Sequence[Rule],
    ranked: IntArray,
    *,
    near: pd.DataFrame,
    zones: gpd.GeoDataFrame | None,
    between: pd.DataFrame | None,
    keeps_premises: bool,
) -> Told:
    """Return what the reasons of the sites tell, each site beside the best other place."""
    _, barred = forced(rules, instance.problem.candidate_n)
    levels, second = levels_of(instance), second_choices(instance)
    aims = aims_of(instance, settings, levels, barred)
    brought = tell_second_choices(instance, ranked, has_spare=settings.model == "covering")
    rivals = find_substitutes(
        aims,
        ranked,
        instance.candidates,
        banned=instance.banned,
        find_breach=breach_finder(instance.stack, rules),
        is_spare=brought["is_second"].to_numpy(dtype=np.bool_),
        spare_aim=second,
        is_strict=settings.model == "set_cover",
        keeps_premises=keeps_premises,
    )
    names = {} if zones is None else dict(zip(zones["zone_id"], zones["name"], strict=True))
    return Told(levels, aims, second, rivals, near, settings.weights, names, brought, between)


def site_table(instance: Instance, ranked: IntArray, told: Told) -> gpd.GeoDataFrame:
    """Return the sites table of the chosen candidates in rank order."""
    demand, problem = instance.demand, instance.problem
    crowds: dict[str, Floats] = {
        crowd: demand[crowd].to_numpy(dtype=np.float64) for crowd in CROWDS
    }
    names = demand["name"].fillna("").to_numpy(dtype=object)
    population = crowds["population"]
    total, covered = float(population.sum()), float(population[instance.is_served].sum())
    own = next(level for level in told.levels if level.problem is problem)
    new_by_level = [level.new_rows(ranked) for level in told.levels]
    sole_by_level = [level.sole_rows(ranked) for level in told.levels]
    rows: list[dict[str, Any]] = []
    for place, (position, new) in enumerate(
        zip(ranked.tolist(), own.new_rows(ranked), strict=True)
    ):
        candidate = instance.candidates.iloc[position]
        gained = _count(crowds, new)
        covered += gained["population"]
        zone = _zone_served(instance, position, new)
        people = [
            People(level.metres, _count(crowds, fresh[place]), _count(crowds, sole[place]))
            for level, fresh, sole in zip(told.levels, new_by_level, sole_by_level, strict=True)
        ]
        firm = people[0].new if told.levels[0] is not own else dict.fromkeys(CROWDS, np.nan)
        places = _place_names(names[new], problem.weights[new])
        facts = _facts(instance, candidate, told, place, people, places, zone)
        rows.append(
            {
                "rank": place + 1,
                **{column: candidate[column] for column in _KEPT},
                "zone_id": zone,
                **{f"gained_{crowd}": round(count, 3) for crowd, count in gained.items()},
                **{f"firm_{crowd}": count for crowd, count in firm.items()},
                "gained_weight": float(problem.weights[new].sum()) / WEIGHT_SCALE,
                "gained_share": gained["population"] / total if total else None,
                "cumulative_share": min(covered / total, 1.0) if total else None,
                "nearest_existing_m": facts.nearest_m,
                "reason_zh": write_reason(facts, "zh"),
                "reason_en": write_reason(facts, "en"),
                "geometry": candidate["geometry"],
            }
        )
    table = gpd.GeoDataFrame(rows, geometry="geometry", crs=demand.crs).assign(**told.brought)
    return SITES.conform(table.astype(dict.fromkeys(("town_id", "host_kind", "zone_id"), "str")))


def _count(crowds: Mapping[str, Floats], points: IntArray) -> dict[str, float]:
    """Return residents, workers and passengers of demand points."""
    return {crowd: float(people[points].sum()) for crowd, people in crowds.items()}


def _facts(
    instance: Instance,
    candidate: pd.Series[Any],
    told: Told,
    place: int,
    people: Sequence[People],
    places: list[str],
    zone: str | None,
) -> SiteFacts:
    """Return what is told of one site."""
    nearest = told.near.loc[candidate["candidate_id"]]
    rival, brought = told.rivals[place], told.brought.iloc[place]
    return SiteFacts(
        people=sorted(people, key=lambda within: within.metres),
        second=float(brought["second_population"]) if brought["is_second"] else None,
        places=places,
        zone="" if zone is None else told.zone_names.get(zone, ""),
        nearest_m=None if np.isnan(nearest["nearest_m"]) else float(nearest["nearest_m"]),
        nearest_name=str(nearest["name"]),
        is_straight=bool(nearest["is_straight"]),
        is_fixed=bool(candidate["is_fixed"]),
        weights=told.weights,
        runner_up=_runner_up(instance, candidate, told, rival),
        rule=rival.rule,
    )


def _runner_up(
    instance: Instance, candidate: pd.Series[Any], told: Told, rival: Substitute
) -> RunnerUp | None:
    """Return what is told of the best other place."""
    if rival.runner_up < 0:
        return None
    other = instance.candidates.iloc[rival.runner_up]
    walk_m = None
    if told.between is not None:
        ends = told.between["origin_id"] == candidate["candidate_id"]
        ends &= told.between["dest_id"] == other["candidate_id"]
        walk_m = told.between.loc[ends, "walk_m"].min()
    is_straight = walk_m is None or bool(np.isnan(walk_m))
    straight_m = candidate["geometry"].distance(other["geometry"])
    return RunnerUp(
        name=str(other["name"]),
        candidate_id=str(other["candidate_id"]),
        away_m=float(straight_m if is_straight or walk_m is None else walk_m),
        is_straight=is_straight,
        differences=[
            (aim, ahead / aim.unit)
            for aim, ahead in zip([*told.aims, told.second], rival.ahead, strict=False)
        ],
    )


def _zone_served(instance: Instance, position: int, new: NDArray[np.integer]) -> str | None:
    """Return the zone in which a site serves most people, of all it reaches when none is new."""
    rows: NDArray[np.integer] = new if len(new) else instance.problem.covered_by(position)
    zones = instance.zone_of[rows]
    if not np.any(zones >= 0):
        return None
    weights = instance.problem.weights[rows] + 1
    by_zone = np.bincount(zones[zones >= 0], weights=weights[zones >= 0])
    return instance.zone_ids[int(np.argmax(by_zone))]


def _place_names(names: Shapes, weights: IntArray) -> list[str]:
    """Return the names of demand points, most people first, each once."""
    people = dict.fromkeys(names.tolist(), 0)
    for name, weight in zip(names.tolist(), weights.tolist(), strict=True):
        people[name] += weight
    counted = sorted((-count, name) for name, count in people.items() if name and count > 0)
    return [name for _, name in counted]


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
