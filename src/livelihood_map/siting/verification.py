"""An independent check of a finished plan: tables only, nothing of the solvers is used."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

import pandas as pd

from livelihood_map.core.errors import Problem
from livelihood_map.core.labels import name_of
from livelihood_map.core.names import town_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import geopandas as gpd

    from livelihood_map.core.settings import SitingRules, SitingSettings
    from livelihood_map.siting.spacing import Walked


def find_breaches(  # noqa: PLR0913  (the tables of the plan it checks)
    sites: gpd.GeoDataFrame,
    candidates: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    walks: pd.DataFrame,
    coverage: pd.DataFrame,
    *,
    settings: SitingSettings,
    threshold_m: float,
    towns: gpd.GeoDataFrame | None = None,
    facilities: gpd.GeoDataFrame | None = None,
    walker: str = "standard",
    walked: Walked | None = None,
) -> list[Problem]:
    """Return every rule that a list of sites breaks; empty for a sound plan.

    Parameters
    ----------
    threshold_m : float
        Walk within which an outlet serves, metres.
    walked : Walked, optional
        Walks for the spacing; straight lines without them.
    """
    rules = settings.rules
    chosen = candidates[candidates["candidate_id"].isin(sites["candidate_id"])]
    broken: list[Problem] = []
    if len(sites) != settings.sites_n or len(chosen) != settings.sites_n:
        broken.append(Problem("siting.rule_count", value=settings.sites_n))
    broken += _choice_breaches(chosen, candidates, rules)
    names = town_names(towns)
    every = sorted(
        {*names, *candidates["town_id"].dropna().unique(), *demand["town_id"].dropna().unique()}
    )
    per_town = chosen["town_id"].value_counts()
    for town, least in _asked(rules.town_min, every, names):
        if per_town.get(town, 0) < least:
            usable = int((~candidates.loc[candidates["town_id"] == town, "is_rejected"]).sum())
            values = {"town": names.get(town, town), "value": least, "usable_n": usable}
            broken.append(Problem("siting.rule_town_min", **values))
    for town, most in _asked(rules.town_max, every, names):
        if per_town.get(town, 0) > most:
            broken.append(Problem("siting.rule_town_max", town=names.get(town, town), value=most))
    share = covered_by_town(
        sites, demand, walks, coverage, settings=settings, threshold_m=threshold_m, walker=walker
    )
    for town, floor in _asked(rules.town_floor_share, every, names):
        if share.get(town, 1.0) < floor - 1e-6:
            values = {"town": names.get(town, town), "value": f"{floor:.1%}"}
            broken.append(Problem("siting.rule_town_floor", **values))
    broken += _host_breaches(chosen, settings)
    broken += _spacing_breaches(chosen, facilities, settings, walked)
    return broken


def covered_by_town(
    sites: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    walks: pd.DataFrame,
    coverage: pd.DataFrame,
    *,
    settings: SitingSettings,
    threshold_m: float,
    walker: str = "standard",
) -> pd.Series[float]:
    """Return the share of each town's people that old and new outlets reach, by town id.

    Parameters
    ----------
    threshold_m : float
        Walk within which an outlet serves, metres.
    """
    weights = settings.weights or {"population": 1.0}
    people = sum(demand[group].fillna(0.0) * weight for group, weight in weights.items())
    rows = coverage[(coverage["kind"] == settings.kind) & (coverage["walker"] == walker)]
    old = set(rows.loc[rows["walk_m"] <= threshold_m, "demand_id"])
    to_sites = walks[walks["dest_id"].isin(sites["candidate_id"])]
    new = set(to_sites.loc[to_sites["walk_m"].round(3) <= threshold_m, "origin_id"])
    is_reached = demand["demand_id"].isin(old | new)
    total = pd.Series(people, index=demand.index).groupby(demand["town_id"]).sum()
    reached = pd.Series(people, index=demand.index)[is_reached].groupby(demand["town_id"]).sum()
    return (reached.reindex(total.index).fillna(0.0) / total.where(total > 0)).rename("share")


def _asked(
    table: Mapping[str, float], every: list[str], names: Mapping[str, str]
) -> Iterator[tuple[str, float]]:
    """Return (town id, value), a named town before the star."""
    for town in every:
        for word in (town, names.get(town, town), "*"):
            if word in table:
                yield town, table[word]
                break


def _choice_breaches(
    chosen: gpd.GeoDataFrame, candidates: gpd.GeoDataFrame, rules: SitingRules
) -> Iterator[Problem]:
    """Return breaches of what was fixed, excluded or rejected."""
    ids = set(chosen["candidate_id"])
    must = {*rules.fixed, *candidates.loc[candidates["is_fixed"], "candidate_id"]}
    for candidate in sorted(must - ids):
        yield Problem("siting.rule_fixed", candidate=candidate)
    barred = sorted(ids & set(rules.excluded))
    if barred:
        values = {"candidates": "、".join(barred), "count": len(barred)}
        yield Problem("siting.rule_excluded", **values)
    if chosen["is_rejected"].any():
        yield Problem("siting.rule_rejected", count=int(chosen["is_rejected"].sum()))


def _host_breaches(chosen: gpd.GeoDataFrame, settings: SitingSettings) -> Iterator[Problem]:
    """Return breaches of shares by host and of the budget."""
    rules = settings.rules
    words = chosen["host_kind"].where(chosen["host_kind"].notna(), chosen["source"])
    counts = words.value_counts()
    for word, share in rules.host_min_share.items():
        least = math.ceil(share * settings.sites_n - 1e-9)
        if counts.get(word, 0) < least:
            values = {"host": name_of("core.kind", word), "share": f"{share:.0%}", "value": least}
            yield Problem("siting.rule_host_min", **values)
    for word, share in rules.host_max_share.items():
        most = math.floor(share * settings.sites_n + 1e-9)
        if counts.get(word, 0) > most:
            values = {"host": name_of("core.kind", word), "share": f"{share:.0%}", "value": most}
            yield Problem("siting.rule_host_max", **values)
    cost = sum(rules.costs.get(word, rules.costs.get("*", 0.0)) for word in words)
    if rules.budget is not None and cost > rules.budget * (1 + 1e-9):
        yield Problem("siting.rule_budget", value=f"{rules.budget:,.0f}")


def _spacing_breaches(
    chosen: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame | None,
    settings: SitingSettings,
    walked: Walked | None,
) -> Iterator[Problem]:
    """Return breaches of the distances between sites and to existing outlets."""
    rules, way = settings.rules, "straight" if walked is None else "walk"
    places = dict(zip(chosen["candidate_id"], chosen.geometry, strict=True))
    known: dict[tuple[str, str], float] = {}
    nearest_old: dict[str, float] = {}
    on_streets: set[str] = set()
    if walked is not None:
        ends = walked.between[["origin_id", "dest_id", "walk_m"]].itertuples(index=False)
        known = {(a, b): walk for a, b, walk in ends if a in places and b in places}
        on_streets = {a for a, _ in known}
        old = walked.to_existing.sort_values("walk_m", ascending=False)
        nearest_old = dict(zip(old["origin_id"], old["walk_m"], strict=True))

    def apart(a: str, b: str) -> float:
        if a in on_streets and b in on_streets:
            return min(known.get((a, b), math.inf), known.get((b, a), math.inf))
        return float(places[a].distance(places[b]))

    if any(apart(a, b) < rules.spacing_m for a, b in combinations(places, 2)):
        yield Problem(f"siting.rule_spacing_{way}", value=f"{rules.spacing_m:g}")
    if facilities is None or rules.existing_spacing_m <= 0:
        return
    own = facilities[(facilities["kind"] == settings.kind) & (facilities["status"] == "operating")]

    def from_old(a: str) -> float:
        if a in on_streets:
            return nearest_old.get(a, math.inf)
        return float(own.distance(places[a]).min()) if len(own) else math.inf

    near = sum(1 for a in places if from_old(a) < rules.existing_spacing_m)
    if near:
        values = {"value": f"{rules.existing_spacing_m:g}", "count": near}
        yield Problem(f"siting.rule_existing_spacing_{way}", **values)
