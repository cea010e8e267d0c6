"""A plan beside others: of all streets, of all ways, of no list, of the last level alone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from livelihood_map.core.errors import InfeasibleError

if TYPE_CHECKING:
    from livelihood_map.core.settings import SitingSettings
    from livelihood_map.pipeline.siting_question import Asked
    from livelihood_map.siting import SitePlan

COUNTING: Final = ("covering", "gradual")
"""Models whose figure is people reached: of equal reach one place is as good as another."""
BESIDE_SHARE: Final = 0.25
"""Share of the time limit for each question beside the plan's."""
OPENED: Final = ("unlisted", "town")
"""Why candidates are rejected that stand on streets all the same."""
BESIDE: Final = (*OPENED, "no_frontage")
"""Why candidates are rejected that are let in for a question beside the plan's."""


@dataclass(frozen=True)
class Beside:
    """What other questions give, beside a plan that is as good as its question allows.

    Parameters
    ----------
    plan
        Columns of table ``plan``.
    levels
        Columns of table ``levels``, a value for each level.
    """

    plan: dict[str, Any] = field(default_factory=dict)
    levels: dict[str, list[float]] = field(default_factory=dict)


def ask_beside(asked: Asked, best: SitePlan) -> Beside:
    """Return what the plan for the target alone reaches, and what any place on streets could bring.

    Where the candidates hold the dominating places of all streets and every rule is about what
    these share, the bound for the candidates is that for all streets, at every level. Spacing,
    excluded candidates and the towns' refusals are about single places: the question without them
    is then asked too, and its bound holds for the plan's question all the more. At the levels
    before, such a question need not reach more than the plan does.

    Parameters
    ----------
    asked
        What the plan was chosen from; its candidates hold those of all streets.
    best
        The plan that reaches most.

    Raises
    ------
    SchemaError
        When a table breaks its schema: a mistake in the program.
    """
    told = Beside()
    if len(best.levels) > 1 and not asked.settings.tier_weights:
        alone = _try(_alone(asked))
        if alone is not None:
            told.levels["target_alone"] = alone.levels["objective"].tolist()
    if asked.settings.model not in COUNTING or not asked.has_streets:
        return told
    asked = replace(asked, held=tuple(best.levels["best"]))
    opened = _beside(asked, *OPENED, settings=_relaxed(asked.settings))
    bounds = best if opened is None else _try(opened)
    if bounds is not None:
        told.plan["streets_question"] = "same" if opened is None else "relaxed"
        told.plan["streets_bound"] = bounds.bound
        told.levels["streets_bound"] = bounds.levels["bound"].tolist()
    listed = _beside(asked, "unlisted")
    if listed is not None:
        told.plan.update(_between("list_price", "list_price_max", _try(listed), best))
    elif (ways := _beside(asked, "no_frontage")) is not None:
        told.plan.update(_between("ways_gain", "ways_gain_max", _try(ways), best))
    else:
        told.plan.update({"ways_gain": 0.0, "ways_gain_max": 0.0})
    return told


def _alone(asked: Asked) -> Asked:
    """Return the question of the walk that serves alone, what is reached at each level told."""
    settings = asked.settings
    weights = [float(tier_m == asked.threshold_m) for tier_m in settings.tiers_m]
    return replace(asked, settings=_light(replace(settings, tier_weights=weights)))


def _light(settings: SitingSettings) -> SitingSettings:
    """Return settings of a question beside: a share of the work, nothing put before the people."""
    share = settings.time_limit_s * BESIDE_SHARE
    return replace(settings, method="optimal", time_limit_s=share, premises_tolerance_share=0.0)


def _relaxed(settings: SitingSettings) -> SitingSettings:
    """Return the settings without the rules that are about single places."""
    rules = replace(settings.rules, spacing_m=0.0, excluded=[])
    if rules.spacing_by == "walk":  # in a straight line the streets themselves are cut
        rules = replace(rules, existing_spacing_m=0.0)
    return replace(settings, rules=rules)


def _beside(asked: Asked, *reasons: str, settings: SitingSettings | None = None) -> Asked | None:
    """Return the question with some rejected candidates let in; None where nothing differs."""
    table, own = asked.candidates, settings or asked.settings
    is_in = table["is_rejected"] & table["excluded_by"].isin(reasons)
    if not is_in.any() and own == asked.settings:
        return None
    opened = table.assign(
        is_rejected=table["is_rejected"] & ~is_in,
        excluded_by=table["excluded_by"].mask(is_in, None),
    )
    return replace(asked, candidates=opened, settings=_light(own))


def _try(asked: Asked) -> SitePlan | None:
    """Return the plan of a question beside; None where none was found in its time."""
    try:
        return asked.choose()
    except InfeasibleError:
        return None


def _between(least: str, most: str, other: SitePlan | None, own: SitePlan) -> dict[str, float]:
    """Return how many people more another plan reaches than the best own, both ends."""
    if other is None:
        return {}
    more = max(0.0, other.reached - own.bound)
    return {least: more, most: max(more, other.bound - own.reached)}
