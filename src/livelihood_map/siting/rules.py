"""The office's rules as rows over sites and people, and an independent check of a finished plan."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import shapely
from scipy import sparse

from livelihood_map.core.errors import InfeasibleError, Problem
from livelihood_map.core.labels import name_of
from livelihood_map.core.names import town_names
from livelihood_map.siting._problem import WEIGHT_SCALE
from livelihood_map.siting.spacing import near_existing, near_groups, near_pairs, walked_pairs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import geopandas as gpd

    from livelihood_map.core.settings import SitingSettings
    from livelihood_map.siting._problem import FloatArray, IntArray
    from livelihood_map.siting._question import Question
    from livelihood_map.siting.spacing import Walked


ROUNDING: Final = 1e-9
"""What a sum may be off before a rule counts as broken."""


@dataclass(frozen=True)
class Rule:
    """One demand on a plan: rows ``lower <= sites @ x + people @ y <= upper``.

    Attributes
    ----------
    problem : Problem
        The rule in words.
    sites : csr_array, shape (rows, candidates)
        Factors of the candidates.
    lower, upper : float64 arrays, shape (rows,)
        Ranges; infinite for none.
    people : csr_array, shape (rows, demand), optional
        Factors of the demand points that new sites reach.
    slack : str
        ``down`` when a smaller lower bound relaxes the rule, ``up`` when a larger upper bound does,
        ``both`` for an exact number, empty when it can only be dropped.
    scale : float
        What one unit of slack means in the rule's own number (a share, a count, money).
    relaxed_key : str
        Catalogue key of the relaxation, with placeholder ``value``; empty when it can only be
        dropped.
    values : mapping
        Values of the relaxation's other placeholders; ``base`` is the rule's own number.
    is_given : bool
        Whether the rule states a fact that no office can change by asking for less.
    """

    problem: Problem
    sites: sparse.csr_array
    lower: FloatArray
    upper: FloatArray
    people: sparse.csr_array | None = None
    slack: str = ""
    scale: float = 1.0
    relaxed_key: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    is_given: bool = False

    def missed_by(self, sites: FloatArray, reached: FloatArray) -> float:
        """Return how far a choice lies above (> 0) or below (< 0) what the rule allows; 0 if kept.

        In the unit of the rule's rows; of several rows the one that is missed most.

        Parameters
        ----------
        sites : float64 array, shape (candidates,)
            1 where a site is chosen, else 0.
        reached : float64 array, shape (demand,)
            1 where a chosen site reaches a demand point, else 0; further entries are not read.

        Raises
        ------
        ValueError
            When the arrays do not fit the rule.
        """
        value = self.sites @ sites
        if self.people is not None:
            value = value + self.people @ reached[: self.people.shape[1]]
        off = np.maximum(value - self.upper, 0.0) - np.maximum(self.lower - value, 0.0)
        missed = float(off[np.argmax(np.abs(off))]) if len(off) else 0.0
        return missed if abs(missed) > ROUNDING else 0.0


def build_rules(
    question: Question,
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
    question : Question
        The candidates and demand points.
    settings : SitingSettings
        Number of sites and rules.
    towns : GeoDataFrame, optional
        Towns, for their names.
    facilities : GeoDataFrame, optional
        Existing outlets; those of the kind that operate count for the spacing.
    walked : Walked, optional
        Walks for the spacing; straight lines without them.

    Raises
    ------
    InfeasibleError
        When a rule names a town or candidate that is not there.
    """
    rules = [
        *_count_rules(question, settings),
        *_town_rules(question, settings, town_names(towns)),
        *_host_rules(question, settings),
        *_spacing_rules(question, settings, facilities, walked),
        *_choice_rules(question, settings),
    ]
    if settings.rules.budget is not None:
        costs = site_costs(question, settings.rules.costs)[None, :]
        budget = float(settings.rules.budget)
        rules.append(
            Rule(
                Problem("siting.rule_budget", value=f"{budget:,.0f}"),
                sparse.csr_array(costs),
                np.array([-np.inf]),
                np.array([budget]),
                slack="up",
                relaxed_key="siting.relax_budget",
                values={"base": budget},
            )
        )
    return rules


def site_costs(question: Question, costs: Mapping[str, float]) -> FloatArray:
    """Return the cost of a site at every candidate.

    Parameters
    ----------
    question : Question
        The candidates.
    costs : mapping
        Cost by host kind or source; ``*`` for all others, else 0.

    Raises
    ------
    KeyError
        When the candidates lack a column.
    """
    rest = costs.get("*", 0.0)
    return np.array([costs.get(word, rest) for word in host_words(question)], dtype=np.float64)


def host_words(question: Question) -> list[str]:
    """Return the host kind of every candidate, its source where it has no host.

    Raises
    ------
    KeyError
        When the candidates lack a column.
    """
    table = question.candidates
    words = table["host_kind"].where(table["host_kind"].notna(), table["source"])
    return [str(word) for word in words]


def _row(question: Question, positions: IntArray) -> sparse.csr_array:
    """Return one row with factor 1 for the given candidates."""
    row = np.zeros((1, question.problem.candidate_n))
    row[0, positions] = 1.0
    return sparse.csr_array(row)


def _count_rules(question: Question, settings: SitingSettings) -> Iterator[Rule]:
    """Return the rule of exactly N sites, none where the model finds the number."""
    if settings.model == "set_cover":
        return
    number = np.array([float(settings.sites_n)])
    yield Rule(
        Problem("siting.rule_count", value=settings.sites_n),
        _row(question, np.arange(question.problem.candidate_n)),
        number,
        number,
        slack="both",
        relaxed_key="siting.relax_count",
        values={"base": settings.sites_n},
    )


def _of_towns(
    asked: Mapping[str, Any], question: Question, names: Mapping[str, str]
) -> Iterator[tuple[str, Any]]:
    """Return (town id, value) for a rule's table of towns, ``*`` spread over all of them."""
    ids = set(question.candidates["town_id"].dropna().unique())
    ids |= set(question.demand["town_id"].dropna().unique()) | set(names)
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
    question: Question, settings: SitingSettings, names: Mapping[str, str]
) -> Iterator[Rule]:
    """Return the rules on single towns."""
    town_of = question.candidates["town_id"].to_numpy(dtype=object)
    asked = settings.rules
    for town, least in _of_towns(asked.town_min, question, names):
        own = np.flatnonzero(town_of == town).astype(np.int64)
        usable = int(np.count_nonzero(~question.banned[own]))
        name = names.get(town, town)
        yield Rule(
            Problem("siting.rule_town_min", town=name, value=least, usable_n=usable),
            _row(question, own),
            np.array([float(least)]),
            np.array([np.inf]),
            slack="down",
            relaxed_key="siting.relax_town_min",
            values={"town": name, "base": least},
        )
    for town, most in _of_towns(asked.town_max, question, names):
        name = names.get(town, town)
        yield Rule(
            Problem("siting.rule_town_max", town=name, value=most),
            _row(question, np.flatnonzero(town_of == town).astype(np.int64)),
            np.array([-np.inf]),
            np.array([float(most)]),
            slack="up",
            relaxed_key="siting.relax_town_max",
            values={"town": name, "base": most},
        )
    for town, share in _of_towns(asked.town_floor_share, question, names):
        yield floor_rule(question, town, share, names.get(town, town))


def floor_rule(question: Question, town: str, share: float, name: str) -> Rule:
    """Return the rule that a share of a town's people is reached by old and new outlets.

    Parameters
    ----------
    question : Question
        The demand points.
    town : str
        Town id.
    share : float
        Share, 0 to 1.
    name : str
        The town's name, for the words.

    Raises
    ------
    KeyError
        When the demand points lack a column.
    """
    is_own = (question.demand["town_id"] == town).to_numpy()
    total = float(question.people[is_own].sum())
    served = float(question.people[is_own & question.is_served].sum())
    row = np.where(is_own & ~question.is_served, question.people, 0.0)
    needed = share * total - served - 1e-9 * max(total, 1.0)
    return Rule(
        Problem("siting.rule_town_floor", town=name, value=f"{share:.1%}"),
        sparse.csr_array((1, question.problem.candidate_n)),
        np.array([needed]),
        np.array([np.inf]),
        people=sparse.csr_array(row[None, :]),
        slack="down",
        scale=1.0 / total if total else 1.0,
        relaxed_key="siting.relax_town_floor",
        values={"town": name, "base": share},
    )


def _host_rules(question: Question, settings: SitingSettings) -> Iterator[Rule]:
    """Return the rules on shares of host kinds, as whole numbers of sites."""
    words = np.array(host_words(question), dtype=object)
    sites_n = settings.sites_n
    is_free = settings.model == "set_cover"
    for word, share in sorted(settings.rules.host_min_share.items()):
        own = np.flatnonzero(words == word)
        host = name_of("core.kind", word)
        if is_free:
            yield _share_rule(question, own, share, host, "min")
            continue
        least = int(np.ceil(share * sites_n - 1e-9))
        yield Rule(
            Problem("siting.rule_host_min", host=host, share=f"{share:.0%}", value=least),
            _row(question, own),
            np.array([float(least)]),
            np.array([np.inf]),
            slack="down",
            relaxed_key="siting.relax_host_min",
            values={"host": host, "base": least},
        )
    for word, share in sorted(settings.rules.host_max_share.items()):
        own = np.flatnonzero(words == word)
        host = name_of("core.kind", word)
        if is_free:
            yield _share_rule(question, own, share, host, "max")
            continue
        most = int(np.floor(share * sites_n + 1e-9))
        yield Rule(
            Problem("siting.rule_host_max", host=host, share=f"{share:.0%}", value=most),
            _row(question, own),
            np.array([-np.inf]),
            np.array([float(most)]),
            slack="up",
            relaxed_key="siting.relax_host_max",
            values={"host": host, "base": most},
        )


def _share_rule(
    question: Question, own: IntArray, share: float, host: str, end: Literal["min", "max"]
) -> Rule:
    """Return the rule that at least or at most a share of all sites is of a host kind."""
    row = np.full((1, question.problem.candidate_n), -share)
    row[0, own] += 1.0
    ends = {"min": (0.0, np.inf), "max": (-np.inf, 0.0)}
    return Rule(
        Problem(f"siting.rule_host_{end}_share", host=host, share=f"{share:.0%}"),
        sparse.csr_array(row),
        np.array([ends[end][0]]),
        np.array([ends[end][1]]),
    )


def _spacing_rules(
    question: Question,
    settings: SitingSettings,
    facilities: gpd.GeoDataFrame | None,
    walked: Walked | None,
) -> Iterator[Rule]:
    """Return the rules on distances, as groups of which one may be chosen."""
    asked, free = settings.rules, np.flatnonzero(~question.banned)
    way = "straight" if walked is None else "walk"
    if asked.spacing_m > 0:
        usable = question.candidates.iloc[free]
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
                shape=(len(groups), question.problem.candidate_n),
            ),
            np.full(len(groups), -np.inf),
            np.ones(len(groups)),
        )
    if asked.existing_spacing_m > 0 and facilities is not None:
        own = existing_outlets(facilities, settings.kind)
        near = near_existing(question.candidates, own, asked.existing_spacing_m, walked=walked)
        if len(own):
            yield _none_of(
                question,
                np.flatnonzero(near & ~question.banned),
                Problem(
                    f"siting.rule_existing_spacing_{way}",
                    value=f"{asked.existing_spacing_m:g}",
                    count=int(near.sum()),
                ),
            )


def existing_outlets(facilities: gpd.GeoDataFrame, kind: str) -> gpd.GeoDataFrame:
    """Return the operating outlets of a kind.

    Raises
    ------
    KeyError
        When the table lacks a column.
    """
    return facilities[(facilities["kind"] == kind) & (facilities["status"] == "operating")]


def _none_of(question: Question, positions: IntArray, problem: Problem) -> Rule:
    """Return the rule that none of the given candidates is chosen."""
    return Rule(problem, _row(question, positions), np.array([-np.inf]), np.array([0.0]))


def _choice_rules(question: Question, settings: SitingSettings) -> Iterator[Rule]:
    """Return the rules on single candidates: fixed, excluded, and those that the table marks."""
    ids = question.candidates["candidate_id"].to_numpy(dtype=object)
    place = {candidate: k for k, candidate in enumerate(ids)}
    for word in (*settings.rules.fixed, *settings.rules.excluded):
        if word not in place:
            raise InfeasibleError("siting.unknown_candidate", candidate=word)
    asked = {place[word] for word in settings.rules.fixed} | set(question.fixed.tolist())
    for position in sorted(asked):
        yield Rule(
            Problem("siting.rule_fixed", candidate=ids[position]),
            _row(question, np.array([position])),
            np.ones(1),
            np.ones(1),
        )
    barred = np.array(sorted(place[word] for word in settings.rules.excluded), dtype=np.int64)
    if len(barred):
        yield _none_of(
            question,
            barred,
            Problem("siting.rule_excluded", candidates="、".join(ids[barred]), count=len(barred)),
        )
    if question.banned.any():
        words = Problem("siting.rule_rejected", count=int(question.banned.sum()))
        yield replace(_none_of(question, np.flatnonzero(question.banned), words), is_given=True)


def reached_weight(question: Question, chosen: IntArray) -> FloatArray:
    """Return the people of each demand point that a choice newly reaches.

    Raises
    ------
    IndexError
        When a position is not there.
    """
    return np.where(question.problem.counts(chosen) > 0, question.problem.weights, 0) / WEIGHT_SCALE
