"""A reason for every site, in Chinese and English, from the figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from livelihood_map.core.labels import label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.core.errors import Problem
    from livelihood_map.core.labels import Lang

HALF_A_PERSON: Final = 0.5
NAMES_SHOWN: Final = 3
"""Compounds named in a reason; the rest are counted."""


@dataclass(frozen=True)
class SiteFacts:
    """The figures behind one site's reason.

    Attributes
    ----------
    people : float
        Weighted people newly covered when the site opens in its rank.
    residents, workers : float
        Residents and morning workers among them, unweighted.
    is_counting_workers : bool
        Whether workers count in the objective; the reason names them then.
    places : sequence of str
        Names of the compounds newly covered, most people first, without repeats.
    threshold_m : float
        Walk within which the site serves.
    nearest_m : float or None
        Walk or straight line to the nearest existing outlet; None when none is known in reach.
    nearest_name : str
        Its name, possibly empty.
    is_straight : bool
        Whether `nearest_m` is a straight line.
    is_fixed : bool
        Whether the office fixed the site.
    lost : float
        Weighted people who would be without an outlet if this site alone were left out.
    runner_up : str
        Name of the best other place for this site, the rest of the plan as it is; empty when there
        is none.
    behind : float
        How many weighted people fewer the runner-up covers.
    rule : Problem or None
        The rule without which another place would be better.
    """

    people: float
    residents: float
    workers: float
    is_counting_workers: bool
    places: Sequence[str]
    threshold_m: float
    nearest_m: float | None
    nearest_name: str
    is_straight: bool
    is_fixed: bool
    lost: float
    runner_up: str
    behind: float
    rule: Problem | None


def write_reason(facts: SiteFacts, lang: Lang) -> str:
    """Return the reason for one site in one language.

    Parameters
    ----------
    facts : SiteFacts
        The site's figures.
    lang : str
        ``zh`` or ``en``.

    Raises
    ------
    KeyError
        When the catalogue lacks an entry: a mistake in the program.
    """
    threshold = f"{facts.threshold_m:,.0f}"
    values = {
        "residents": f"{facts.residents:,.0f}",
        "workers": f"{facts.workers:,.0f}",
        "threshold_m": threshold,
    }
    if facts.people > 0:
        with_workers = facts.is_counting_workers and facts.workers >= HALF_A_PERSON
        key = "reason_people"
        if with_workers:
            key = "reason_both" if facts.residents >= HALF_A_PERSON else "reason_workers"
        parts = [label(f"siting.{key}", lang, **values)]
    else:
        parts = [label("siting.reason_nobody", lang, threshold_m=threshold)]
    if facts.places:
        shown = label("siting.list_comma", lang).join(facts.places[:NAMES_SHOWN])
        more = len(facts.places) - NAMES_SHOWN
        key = "siting.reason_places_more" if more > 0 else "siting.reason_places"
        parts.append(label(key, lang, places=shown, count=len(facts.places)))
    parts.append(_nearest(facts, lang))
    if facts.lost > 0:
        parts.append(label("siting.reason_lost", lang, people=f"{facts.lost:,.0f}"))
    if facts.runner_up and not facts.is_fixed:
        key = "reason_runner_up" if facts.behind >= HALF_A_PERSON else "reason_runner_up_equal"
        behind = f"{facts.behind:,.0f}"
        parts.append(label(f"siting.{key}", lang, name=facts.runner_up, people=behind))
    if facts.rule is not None and not facts.is_fixed:
        parts.append(label("siting.reason_rule", lang, rule=facts.rule.text(lang)))
    if facts.is_fixed:
        parts.append(label("siting.reason_fixed", lang))
    return label("siting.sentence_join", lang).join(parts)


def _nearest(facts: SiteFacts, lang: Lang) -> str:
    """Return the sentence on the nearest existing outlet."""
    if facts.nearest_m is None:
        return label("siting.reason_no_existing", lang)
    way = "straight" if facts.is_straight else "walk"
    name = label("siting.quoted", lang, name=facts.nearest_name) if facts.nearest_name else ""
    distance = f"{facts.nearest_m:,.0f}"
    return label(f"siting.reason_nearest_{way}", lang, name=name, distance_m=distance)
