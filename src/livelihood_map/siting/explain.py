"""A reason for every site, in Chinese and English, from the figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from livelihood_map.core.labels import label
from livelihood_map.core.people import CROWDS, tell_counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from livelihood_map.core.errors import Problem
    from livelihood_map.core.labels import Lang
    from livelihood_map.core.people import Group
    from livelihood_map.siting.worth import Aim

HALF: Final = 0.5
"""People below this are nobody, in words."""
NAMES_SHOWN: Final = 3
"""Compounds named in a reason; the rest are counted."""


@dataclass(frozen=True)
class People:
    """Who is reached within one walk.

    Attributes
    ----------
    new, sole : mapping
        Residents, workers and passengers by column of ``demand``: those newly reached when the site
        opens in its rank, and those whom no other site of the plan reaches.
    """

    metres: float
    new: Mapping[str, float]
    sole: Mapping[str, float]


@dataclass(frozen=True)
class RunnerUp:
    """The best other place for a site, the rest of the plan as it is.

    Attributes
    ----------
    away_m : float
        How far it is from the site, metres.
    differences : sequence of (Aim, float)
        By how much the site is ahead in each of the model's figures, in that figure's unit, what
        goes first first; less than 0 where the other place is better.
    """

    name: str
    candidate_id: str
    away_m: float
    is_straight: bool
    differences: Sequence[tuple[Aim, float]]

    @property
    def is_better(self) -> bool:
        """Whether the model makes more of it than of the site."""
        return next((ahead for _, ahead in self.differences if ahead), 0.0) < 0


@dataclass(frozen=True)
class SiteFacts:
    """The figures behind one site's reason.

    Attributes
    ----------
    people : sequence of People
        By walk, the shortest first.
    second : float or None
        People who gain a second outlet where the site brings nobody new; None where it does.
    places : sequence of str
        Names of the compounds newly reached, most people first, without repeats.
    zone : str
        Name of the zone that the site serves, possibly empty.
    nearest_m : float or None
        Walk or straight line to the nearest existing outlet; None when none is known in reach.
    nearest_name : str
        Its name, possibly empty.
    is_straight : bool
        Whether `nearest_m` is a straight line.
    weights : mapping
        Weight of each group of people in the objective.
    runner_up : RunnerUp or None
        None where there is none.
    rule : Problem or None
        The rule without which another place would be better.
    """

    people: Sequence[People]
    second: float | None
    places: Sequence[str]
    zone: str
    nearest_m: float | None
    nearest_name: str
    is_straight: bool
    is_fixed: bool
    weights: Mapping[Group, float]
    runner_up: RunnerUp | None
    rule: Problem | None


def write_reason(facts: SiteFacts, lang: Lang) -> str:
    """Return the reason for one site in one language."""
    return label("siting.sentence_join", lang).join(_sentences(facts, lang))


def _sentences(facts: SiteFacts, lang: Lang) -> Iterator[str]:
    """Return the sentences of a reason in turn."""
    yield from _tell_people(facts, lang)
    if facts.zone:
        yield label("siting.reason_zone", lang, zone=facts.zone)
    if facts.places:
        shown = label("siting.list_comma", lang).join(facts.places[:NAMES_SHOWN])
        key = "reason_places_more" if len(facts.places) > NAMES_SHOWN else "reason_places"
        yield label(f"siting.{key}", lang, places=shown, count=len(facts.places))
    yield _tell_nearest(facts, lang)
    for within in facts.people:
        if lost := _list_crowds(within.sole, lang):
            yield label("siting.reason_lost", lang, people=lost, metres=f"{within.metres:,.0f}")
    if facts.is_fixed:
        yield label("siting.reason_fixed", lang)
        return
    if facts.runner_up is not None:
        yield _tell_runner_up(facts.runner_up, facts.weights, lang)
    if facts.rule is not None:
        yield label("siting.reason_rule", lang, rule=facts.rule.text(lang))


def _tell_people(facts: SiteFacts, lang: Lang) -> Iterator[str]:
    """Return whom the site brings within each walk, or who gains a second outlet."""
    metres = f"{facts.people[0].metres:,.0f}"
    if facts.second is not None:
        count = f"{facts.second:,.0f}"
        yield label("siting.reason_second", lang, count=count, metres=metres)
        return
    told = [(within.metres, _list_crowds(within.new, lang)) for within in facts.people]
    if not any(people for _, people in told):
        yield label("siting.reason_nobody", lang, metres=metres)
        return
    for reach_m, people in told:
        key = "reason_people" if people else "reason_nobody"
        yield label(f"siting.{key}", lang, metres=f"{reach_m:,.0f}", people=people)


def _list_crowds(counts: Mapping[str, float], lang: Lang) -> str:
    """Return residents, workers and passengers in words, without those that are none."""
    return label("siting.list_comma", lang).join(
        label(f"siting.people_{crowd}", lang, count=f"{counts[crowd]:,.0f}")
        for crowd in CROWDS
        if counts[crowd] >= HALF
    )


def _tell_nearest(facts: SiteFacts, lang: Lang) -> str:
    """Return the sentence on the nearest existing outlet."""
    if facts.nearest_m is None:
        return label("siting.reason_no_existing", lang)
    way = "straight" if facts.is_straight else "walk"
    name = label("siting.quoted", lang, name=facts.nearest_name) if facts.nearest_name else ""
    distance = f"{facts.nearest_m:,.0f}"
    return label(f"siting.reason_nearest_{way}", lang, name=name, distance_m=distance)


def _tell_runner_up(rival: RunnerUp, weights: Mapping[Group, float], lang: Lang) -> str:
    """Return the sentence on the best other place: equal only where the model makes it so."""
    place = label(
        f"siting.place_{'straight' if rival.is_straight else 'walk'}",
        lang,
        name=rival.name,
        candidate=rival.candidate_id,
        metres=f"{rival.away_m:,.0f}",
    )
    told = [
        label(
            f"siting.differ_{aim.word}_{'less' if ahead > 0 else 'more'}",
            lang,
            count=_amount(abs(ahead)),
            metres=f"{aim.metres:,.0f}",
            counted=tell_counted(weights, lang),
        )
        for aim, ahead in rival.differences
        if ahead
    ]
    if not told:
        return label("siting.reason_equal", lang, place=place)
    key = "reason_better" if rival.is_better else "reason_runner_up"
    difference = label("siting.list_comma", lang).join(told)
    return label(f"siting.{key}", lang, place=place, difference=difference)


def _amount(value: float) -> str:
    """Return an amount in words, of less than 10 with its decimals: no difference reads 0."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.3g}"  # noqa: PLR2004
