"""A plan beside all places on the streets, beside all ways, and beside what a list leaves out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from livelihood_map.core.errors import InfeasibleError

if TYPE_CHECKING:
    import pandas as pd

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


def add_street_bounds(asked: Asked, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of table ``plan`` with what any place on the streets could bring.

    Where the candidates hold the dominating places of all streets and every rule is about what
    these share, the bound for the candidates is that for all streets. Spacing, excluded candidates
    and the towns' refusals are about single places: the question without them is then asked too,
    and its bound holds for the plan's question all the more.

    Parameters
    ----------
    asked
        What the plan was chosen from; its candidates hold those of all streets.
    rows
        The plan's row, and those of other methods on the same question.

    Raises
    ------
    SchemaError
        When a table breaks its schema: a mistake in the program.
    """
    if asked.settings.model not in COUNTING or not asked.has_streets:
        return rows
    found: dict[str, Any] = {
        "streets_question": "same",
        "streets_bound": float(rows["bound"].min()),
    }
    opened = _beside(asked, *OPENED, settings=_relaxed(asked.settings))
    if opened is not None:
        other = _try(opened)
        found = {}
        if other is not None:
            found = {"streets_question": "relaxed", "streets_bound": other.bound}
    own = (float(rows["objective"].max()), float(rows["bound"].min()))
    listed = _beside(asked, "unlisted")
    if listed is not None:
        found |= _between("list_price", "list_price_max", _try(listed), own)
    elif (ways := _beside(asked, "no_frontage")) is not None:
        found |= _between("ways_gain", "ways_gain_max", _try(ways), own)
    else:
        found |= {"ways_gain": 0.0, "ways_gain_max": 0.0}
    told = rows.assign(**found)
    if "streets_bound" in found:
        bound = told["streets_bound"].clip(lower=told["objective"])
        told["streets_gap_share"] = (1.0 - told["objective"] / bound.where(bound > 0)).fillna(0.0)
    return told


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
    share = own.time_limit_s * BESIDE_SHARE
    return replace(asked, candidates=opened, settings=replace(own, time_limit_s=share))


def _try(asked: Asked) -> SitePlan | None:
    """Return the plan of a question beside; None where none was found in its time."""
    try:
        return replace(asked, settings=replace(asked.settings, method="optimal")).choose()
    except InfeasibleError:
        return None


def _between(
    least: str, most: str, other: SitePlan | None, own: tuple[float, float]
) -> dict[str, float]:
    """Return how many people more the best other plan reaches than the best own, both ends."""
    if other is None:
        return {}
    more = max(0.0, other.objective - own[1])
    return {least: more, most: max(more, other.bound - own[0])}
