"""The office's rules as rows over sites and people."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from scipy import sparse

from livelihood_map.core.errors import InfeasibleError, Problem
from livelihood_map.core.labels import name_of
from livelihood_map.core.names import town_names
from livelihood_map.siting.solver import Rule
from livelihood_map.siting.spacing import near_existing, near_groups, near_pairs, walked_pairs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import geopandas as gpd

    from livelihood_map.core.settings import SitingSettings
    from livelihood_map.siting.instance import Instance
    from livelihood_map.siting.solver import BoolArray, FloatArray, IntArray
    from livelihood_map.siting.spacing import Walked

SLACK: Final = {"min": "down", "max": "up", "": "both"}
"""Which way a rule on a number gives way: see :class:`Rule`."""


def build_rules(
    instance: Instance,
    settings: SitingSettings,
    *,
    towns: gpd.GeoDataFrame | None,
    facilities: gpd.GeoDataFrame | None,
    walked: Walked | None = None,
) -> list[Rule]:
    """Return the rules of the settings, the number of sites first where the model takes one.

    Set covering finds the number itself: there is no rule on it, and shares by host are shares of
    the number found.

    Parameters
    ----------
    facilities : GeoDataFrame, optional
        Existing outlets; those of the kind that operate count for the spacing.

    Raises
    ------
    InfeasibleError
        When a rule names a town or candidate that is not there.
    """
    rules = [
        *_count_rules(instance, settings),
        *_town_rules(instance, settings, town_names(towns)),
        *_host_rules(instance, settings),
        *_spacing_rules(instance, settings, facilities, walked),
        *_choice_rules(instance, settings),
    ]
    if settings.rules.budget is not None:
        budget = float(settings.rules.budget)
        rules.append(
            Rule.of_row(
                Problem("siting.rule_budget", value=f"{budget:,.0f}"),
                site_costs(instance, settings.rules.costs),
                -np.inf,
                budget,
                slack="up",
                relaxed_key="siting.relax_budget",
                values={"base": budget},
            )
        )
    return rules


def site_costs(instance: Instance, costs: Mapping[str, float]) -> FloatArray:
    """Return the cost of a site at every candidate.

    Parameters
    ----------
    costs : mapping
        Cost by host kind or source; ``*`` for all others, else 0.
    """
    rest = costs.get("*", 0.0)
    return np.array([costs.get(word, rest) for word in host_words(instance)], dtype=np.float64)


def host_words(instance: Instance) -> list[str]:
    """Return the host kind of every candidate, its source where it has no host."""
    table = instance.candidates
    words = table["host_kind"].where(table["host_kind"].notna(), table["source"])
    return [str(word) for word in words]


def _limit(
    rule: str,
    own: BoolArray | IntArray,
    number: float,
    instance: Instance,
    *,
    end: str = "",
    **told: object,
) -> Rule:
    """Return the rule that so many sites at least, at most or exactly are among some candidates.

    `told` says of whom the rule is, besides the number itself.
    """
    lower = -np.inf if end == "max" else float(number)
    upper = np.inf if end == "min" else float(number)
    name = f"{rule}_{end}" if end else rule
    return Rule.of_row(
        Problem(f"siting.rule_{name}", **told, value=number),
        _marked(instance, own),
        lower,
        upper,
        slack=SLACK[end],
        relaxed_key=f"siting.relax_{name}",
        values={**told, "base": number},
    )


def _marked(instance: Instance, own: BoolArray | IntArray) -> FloatArray:
    """Return 1 for each of the given candidates, else 0."""
    row = np.zeros(instance.problem.candidate_n)
    row[own] = 1.0
    return row


def _count_rules(instance: Instance, settings: SitingSettings) -> Iterator[Rule]:
    """Return the rule of exactly N sites, none where the model finds the number."""
    if settings.model != "set_cover":
        every = np.arange(instance.problem.candidate_n)
        yield _limit("count", every, settings.sites_n, instance)


def _of_towns(
    asked: Mapping[str, Any], instance: Instance, names: Mapping[str, str]
) -> Iterator[tuple[str, Any]]:
    """Return (town id, value) for a rule's table of towns, ``*`` spread over all of them."""
    ids = set(instance.candidates["town_id"].dropna().unique())
    ids |= set(instance.demand["town_id"].dropna().unique()) | set(names)
    by_name = {name: town for town, name in names.items()}
    found: dict[str, Any] = {}
    if "*" in asked:
        found.update(dict.fromkeys(sorted(ids), asked["*"]))
    for word, value in asked.items():
        if word == "*":
            continue
        town = word if word in ids else by_name.get(word)
        if town is None:
            raise InfeasibleError(
                "siting.unknown_town", town=word, towns="、".join(sorted(by_name) or sorted(ids))
            )
        found[town] = value
    yield from found.items()


def _town_rules(
    instance: Instance, settings: SitingSettings, names: Mapping[str, str]
) -> Iterator[Rule]:
    """Return the rules on single towns."""
    town_of = instance.candidates["town_id"].to_numpy(dtype=object)
    asked = settings.rules
    for town, least in _of_towns(asked.town_min, instance, names):
        own = town_of == town
        usable = int(np.count_nonzero(~instance.banned[own]))
        told = {"town": names.get(town, town), "usable_n": usable}
        yield _limit("town", own, least, instance, end="min", **told)
    for town, most in _of_towns(asked.town_max, instance, names):
        yield _limit("town", town_of == town, most, instance, end="max", town=names.get(town, town))
    for town, share in _of_towns(asked.town_floor_share, instance, names):
        yield floor_rule(instance, town, share, names.get(town, town))


def floor_rule(instance: Instance, town: str, share: float, name: str) -> Rule:
    """Return the rule that a share of a town's people is reached by old and new outlets.

    Parameters
    ----------
    share : float
        Share, 0 to 1.
    """
    is_own = (instance.demand["town_id"] == town).to_numpy()
    total = float(instance.people[is_own].sum())
    served = float(instance.people[is_own & instance.is_served].sum())
    row = np.where(is_own & ~instance.is_served, instance.people, 0.0)
    needed = share * total - served - 1e-9 * max(total, 1.0)
    return Rule.of_row(
        Problem("siting.rule_town_floor", town=name, value=f"{share:.1%}"),
        np.zeros(instance.problem.candidate_n),
        needed,
        people=row,
        slack="down",
        scale=1.0 / total if total else 1.0,
        relaxed_key="siting.relax_town_floor",
        values={"town": name, "base": share},
    )


def _host_rules(instance: Instance, settings: SitingSettings) -> Iterator[Rule]:
    """Return the rules on shares of host kinds, as whole numbers of sites where that is known."""
    words, asked = np.array(host_words(instance), dtype=object), settings.rules
    ends = (
        ("min", asked.host_min_share, np.ceil, -1e-9),
        ("max", asked.host_max_share, np.floor, 1e-9),
    )
    for end, shares, whole, off in ends:
        for word, share in sorted(shares.items()):
            told = {"host": name_of("core.kind", word), "share": f"{share:.0%}"}
            if settings.model == "set_cover":
                row, most = (words == word) - share, 0.0 if end == "max" else np.inf
                least = -np.inf if end == "max" else 0.0
                yield Rule.of_row(
                    Problem(f"siting.rule_host_{end}_share", **told), row, least, most
                )
            else:
                number = int(whole(share * settings.sites_n + off))
                yield _limit("host", words == word, number, instance, end=end, **told)


def _spacing_rules(
    instance: Instance,
    settings: SitingSettings,
    facilities: gpd.GeoDataFrame | None,
    walked: Walked | None,
) -> Iterator[Rule]:
    """Return the rules on distances, as groups of which one may be chosen."""
    asked, free = settings.rules, np.flatnonzero(~instance.banned)
    way = "straight" if walked is None else "walk"
    if asked.spacing_m > 0:
        usable = instance.candidates.iloc[free]
        if walked is None:
            spots = shapely.get_coordinates(usable.geometry.to_numpy())
            groups = near_groups(near_pairs(spots, asked.spacing_m))
        else:
            groups = near_groups(walked_pairs(usable, walked, asked.spacing_m))
        rows = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
        columns = free[np.concatenate(groups)] if groups else np.empty(0, dtype=np.int64)
        yield Rule(
            Problem(f"siting.rule_spacing_{way}", value=f"{asked.spacing_m:g}"),
            sparse.csr_array(
                (np.ones(len(columns)), (rows, columns)),
                shape=(len(groups), instance.problem.candidate_n),
            ),
            np.full(len(groups), -np.inf),
            np.ones(len(groups)),
        )
    if asked.existing_spacing_m > 0 and facilities is not None:
        own = existing_outlets(facilities, settings.kind)
        near = near_existing(instance.candidates, own, asked.existing_spacing_m, walked=walked)
        if len(own):
            yield _none_of(
                instance,
                np.flatnonzero(near & ~instance.banned),
                Problem(
                    f"siting.rule_existing_spacing_{way}",
                    value=f"{asked.existing_spacing_m:g}",
                    count=int(near.sum()),
                ),
            )


def existing_outlets(facilities: gpd.GeoDataFrame, kind: str) -> gpd.GeoDataFrame:
    """Return the operating outlets of a kind."""
    return facilities[(facilities["kind"] == kind) & (facilities["status"] == "operating")]


def _none_of(instance: Instance, positions: IntArray, problem: Problem) -> Rule:
    """Return the rule that none of the given candidates is chosen."""
    return Rule.of_row(problem, _marked(instance, positions), -np.inf, 0.0)


def _choice_rules(instance: Instance, settings: SitingSettings) -> Iterator[Rule]:
    """Return the rules on single candidates: fixed, excluded, and those that the table marks."""
    ids = instance.candidates["candidate_id"].to_numpy(dtype=object)
    place = {candidate: k for k, candidate in enumerate(ids)}
    for word in (*settings.rules.fixed, *settings.rules.excluded):
        if word not in place:
            raise InfeasibleError("siting.unknown_candidate", candidate=word)
    asked = {place[word] for word in settings.rules.fixed} | set(instance.fixed.tolist())
    for position in sorted(asked):
        words = Problem("siting.rule_fixed", candidate=ids[position])
        yield Rule.of_row(words, _marked(instance, np.array([position])), 1.0, 1.0)
    barred = np.array(sorted(place[word] for word in settings.rules.excluded), dtype=np.int64)
    if len(barred):
        yield _none_of(
            instance,
            barred,
            Problem("siting.rule_excluded", candidates="、".join(ids[barred]), count=len(barred)),
        )
    if instance.banned.any():
        words = Problem("siting.rule_rejected", count=int(instance.banned.sum()))
        yield replace(_none_of(instance, np.flatnonzero(instance.banned), words), is_given=True)
