"""Which outlets to make demonstration outlets: stated criteria, exact choice, reasons."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from livelihood_map.core.errors import InfeasibleError
from livelihood_map.core.labels import LANGS, label
from livelihood_map.programme.integer_programme import maximise

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from livelihood_map.programme.integer_programme import Row

log = logging.getLogger(__name__)
CRITERIA: Final = ("people", "weak", "digital", "chain")
"""People served; people for whom it is the only outlet; digital; part of a chain."""
DEFAULT_WEIGHTS: Final = {"people": 0.35, "weak": 0.35, "digital": 0.15, "chain": 0.15}
_DIGITAL: Final = frozenset({"newretail", "vending"})
_CHAIN: Final = frozenset({"chain", "cvs"})
_MILLIONTHS: Final = 1_000_000


@dataclass(frozen=True)
class DemonstrationRules:
    """What the choice keeps to.

    Parameters
    ----------
    count_n
        How many outlets; those that are demonstration outlets already stay and count.
    weights
        Weight by criterion, not negative; a criterion left out weighs nothing.
    per_town_n
        Most in one town; no limit when None.
    towns_n
        Fewest towns that have one; 0 when it does not matter.
    spacing_m
        Two that are newly chosen lie at least so far apart, straight line.
    """

    count_n: int = 14
    weights: Mapping[str, float] = field(default_factory=lambda: dict(DEFAULT_WEIGHTS))
    per_town_n: int | None = 2
    towns_n: int = 0
    spacing_m: float = 1000.0


@dataclass(frozen=True)
class DemonstrationPlan:
    """The outlets chosen, and what every outlet scored.

    Parameters
    ----------
    chosen
        facility_id, town_id, name, subtype, is_kept (a demonstration outlet already), score, the
        criteria (0-1 each), people_n and weak_n, reason_zh, reason_en, rank (by score).
    scored
        The same figures of every outlet that could be chosen, with is_chosen and, where a higher
        score was passed over, passed_for: ``town`` (its town is
        full), ``spacing`` (too near a chosen one) or ``towns`` (its place went to another town).
    score
        Sum of the scores chosen.
    bound
        No choice that keeps the rules has a higher sum.
    status
        ``optimal`` or ``time_limit``.
    """

    chosen: pd.DataFrame
    scored: pd.DataFrame
    score: float
    bound: float
    status: str


def choose_demonstration(
    outlets: gpd.GeoDataFrame,
    demand: pd.DataFrame,
    walks: pd.DataFrame,
    *,
    threshold_m: float,
    rules: DemonstrationRules | None = None,
    time_limit_s: float = 30.0,
) -> DemonstrationPlan:
    """Return the outlets that serve best as demonstration outlets, with the reason for each.

    ``people`` is the people within the threshold and ``weak`` those of them who reach no other
    outlet, each divided by the largest; ``digital`` and ``chain`` are 1 or 0 by the outlet's
    subtype, or by a column is_digital or is_chain where the register has one. The integer programme
    maximises the sum of weighted scores; ``x[i] + x[j] <= 1`` keeps new ones apart, one row a town
    keeps the limit, and ``y[town] <= sum(x)`` counts the towns. Equal sums are settled by id.

    Parameters
    ----------
    outlets
        Table ``facilities`` of one kind, existing and planned; only those inside the district that
        operate or are planned can be chosen.
    demand
        demand_id and people.
    walks
        Table ``walks`` from demand to outlets, at least all within the threshold.
    threshold_m
        Longest walk, metres.
    rules
        What the choice keeps to.
    time_limit_s
        Longest time for the solver, seconds.

    Raises
    ------
    InfeasibleError
        When fewer outlets than asked for keep the rules.
    """
    rules = rules or DemonstrationRules()
    is_usable = outlets["is_inside"] & outlets["status"].isin(["operating", "planned"])
    usable = outlets[is_usable].sort_values("facility_id").reset_index(drop=True)
    if len(usable) < rules.count_n:
        raise _infeasible(len(usable), usable["town_id"].nunique(), rules)
    scored = _score(usable, demand, walks, threshold_m=threshold_m, weights=rules.weights)
    near = _near_pairs(usable, scored["is_kept"].to_numpy(bool), spacing_m=rules.spacing_m)
    x, bound, status = _solve(scored, near, rules=rules, time_limit_s=time_limit_s)
    scored["is_chosen"] = x
    scored["passed_for"] = _passed(scored, near, rules)
    chosen = scored[x].sort_values(["score", "facility_id"], ascending=[False, True])
    chosen = chosen.drop(columns=["is_chosen", "passed_for"]).reset_index(drop=True)
    chosen.insert(0, "rank", np.arange(1, len(chosen) + 1))
    for lang in LANGS:
        chosen[f"reason_{lang}"] = [_reason(row, lang) for row in chosen.to_dict("records")]
    total = float(chosen["score"].sum())
    log.info("demonstration: %d of %d outlets, %s", len(chosen), len(scored), status)
    bound = total if status == "optimal" else bound
    return DemonstrationPlan(chosen, scored, total, bound, status)


def _score(
    usable: gpd.GeoDataFrame,
    demand: pd.DataFrame,
    walks: pd.DataFrame,
    *,
    threshold_m: float,
    weights: Mapping[str, float],
) -> pd.DataFrame:
    """Return the criteria and score of each outlet."""
    near = walks[(walks["walk_m"] <= threshold_m) & walks["dest_id"].isin(usable["facility_id"])]
    people = demand.set_index("demand_id")["people"]
    weight = near["origin_id"].map(people).astype(float).fillna(0.0)
    alone = ~near["origin_id"].duplicated(keep=False)
    ids = usable["facility_id"]
    scored = pd.DataFrame(usable[["facility_id", "town_id", "name", "subtype"]])
    scored["is_kept"] = usable["is_demonstration"].to_numpy(bool)
    scored["people_n"] = weight.groupby(near["dest_id"]).sum().reindex(ids, fill_value=0.0).array
    only = weight[alone].groupby(near.loc[alone, "dest_id"]).sum()
    scored["weak_n"] = only.reindex(ids, fill_value=0.0).array
    scored["people"] = scored["people_n"] / max(scored["people_n"].max(), 1.0)
    scored["weak"] = scored["weak_n"] / max(scored["weak_n"].max(), 1.0)
    scored["digital"] = _flag(usable, "is_digital", _DIGITAL)
    scored["chain"] = _flag(usable, "is_chain", _CHAIN)
    parts = [scored[name] * float(weights.get(name, 0.0)) for name in CRITERIA]
    scored["score"] = np.round(np.sum(parts, axis=0), 6)
    return scored


def _flag(usable: pd.DataFrame, column: str, subtypes: frozenset[str]) -> NDArray[np.float64]:
    flag = usable["subtype"].isin(subtypes)
    if column in usable.columns:
        flag = flag | usable[column].fillna(value=False).astype(bool)
    return np.asarray(flag.to_numpy(float))


def _near_pairs(
    usable: gpd.GeoDataFrame, is_kept: NDArray[np.bool_], *, spacing_m: float
) -> NDArray[np.int64]:
    """Return the pairs of outlets nearer than the spacing, shape (pairs, 2); two kept may be."""
    from scipy.spatial import cKDTree

    if spacing_m <= 0 or len(usable) == 0:
        return np.empty((0, 2), dtype=np.int64)
    places = np.column_stack([usable.geometry.x, usable.geometry.y])
    # Exactly the spacing is far enough.
    pairs = cKDTree(places).query_pairs(np.nextafter(spacing_m, 0), output_type="ndarray")
    pairs = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    return pairs[~is_kept[pairs].all(axis=1)]


def _solve(
    scored: pd.DataFrame,
    near: NDArray[np.int64],
    *,
    rules: DemonstrationRules,
    time_limit_s: float,
) -> tuple[NDArray[np.bool_], float, str]:
    """Return which outlets are chosen, the bound and the status."""
    outlets_n = len(scored)
    towns = sorted(scored["town_id"].dropna().unique())
    aim = np.zeros(outlets_n + len(towns))
    # Scores as whole millionths; a term that adds up to less than one settles ties by id.
    tie = 0.5 * np.arange(outlets_n) / (outlets_n * rules.count_n)
    aim[:outlets_n] = scored["score"] * _MILLIONTHS - tie
    floor = np.zeros(len(aim))
    floor[:outlets_n] = scored["is_kept"]
    rows = _rows(scored, near, towns, rules)
    found, value, bound = maximise(aim, rows, low=floor, time_limit_s=time_limit_s)
    if found is None:
        raise _infeasible(outlets_n, len(towns), rules)
    # What is left of the gap is below one millionth of a score when the choice is proved.
    is_proved = bound - value < 1.0
    status = "optimal" if is_proved else "time_limit"
    return np.asarray(found[:outlets_n] > 0.5), bound / _MILLIONTHS, status  # noqa: PLR2004


def _infeasible(outlets_n: int, towns_n: int, rules: DemonstrationRules) -> InfeasibleError:
    return InfeasibleError(
        "programme.demonstration_infeasible",
        count=rules.count_n,
        outlets=outlets_n,
        towns=towns_n,
        per_town=rules.per_town_n or "-",
        spacing=f"{rules.spacing_m:g}",
    )


def _rows(
    scored: pd.DataFrame, near: NDArray[np.int64], towns: list[Any], rules: DemonstrationRules
) -> list[Row]:
    """Return the constraints: factors by variable, lower and upper end."""
    outlets_n = len(scored)
    rows: list[Row] = [
        (dict.fromkeys(range(outlets_n), 1.0), float(rules.count_n), float(rules.count_n))
    ]
    rows += [({int(a): 1.0, int(b): 1.0}, -np.inf, 1.0) for a, b in near]
    kept = scored[scored["is_kept"]].groupby("town_id").size()
    for number, town in enumerate(towns):
        own = {int(at): 1.0 for at in np.flatnonzero(scored["town_id"] == town)}
        if rules.per_town_n is not None:
            # What is kept from before stands, even where it is more than the limit.
            rows.append((own, -np.inf, float(max(rules.per_town_n, int(kept.get(town, 0))))))
        rows.append(({**own, outlets_n + number: -1.0}, 0.0, np.inf))
    every = {outlets_n + number: 1.0 for number in range(len(towns))}
    if every:
        rows.append((every, float(rules.towns_n), np.inf))
    return rows


def _passed(
    scored: pd.DataFrame, near: NDArray[np.int64], rules: DemonstrationRules
) -> list[str | None]:
    """Return why an outlet with a higher score than the lowest new one was passed over."""
    chosen = scored["is_chosen"].to_numpy(bool)
    new = scored.loc[chosen & ~scored["is_kept"], "score"]
    least = float(new.min()) if len(new) else np.inf
    is_near = np.zeros(len(scored), dtype=bool)
    for a, b in near:
        is_near[a] |= chosen[b]
        is_near[b] |= chosen[a]
    full = scored[chosen].groupby("town_id").size()
    limit = rules.per_town_n if rules.per_town_n is not None else len(scored)
    reasons: list[str | None] = []
    for at, row in enumerate(scored.itertuples()):
        if chosen[at] or row.score <= least:
            reasons.append(None)
        elif is_near[at]:
            reasons.append("spacing")
        else:
            reasons.append("town" if full.get(row.town_id, 0) >= limit else "towns")
    return reasons


def _reason(row: Mapping[Any, Any], lang: Any) -> str:  # noqa: ANN401  (one of LANGS)
    """Return the reason for one outlet in words."""
    parts = []
    if row["is_kept"]:
        parts.append(label("programme.demonstration_kept", lang))
    parts.append(label("programme.demonstration_people", lang, people=f"{row['people_n']:,.0f}"))
    if row["weak_n"] > 0:
        parts.append(label("programme.demonstration_weak", lang, people=f"{row['weak_n']:,.0f}"))
    flags = [flag for flag in ("digital", "chain") if row[flag]]
    parts += [label(f"programme.demonstration_{flag}", lang) for flag in flags]
    return label("programme.join", lang).join(parts)
