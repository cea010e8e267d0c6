"""What a brief says: every sentence is filled from figures of the tables, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from livelihood_map.core.labels import label, name_of
from livelihood_map.core.people import CROWDS
from livelihood_map.core.telling import (
    name_kind,
    tell_denominator,
    tell_metres,
    tell_people,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from livelihood_map.core.standards import KindRow, PlanningStandard
    from livelihood_map.report.context import ReportContext


def tell_share(value: float | None) -> str:
    """Return a share for reading, a dash where there is none.

    Examples
    --------
    >>> tell_share(0.8784), tell_share(float("nan"))
    ('87.8%', '—')
    """
    return label("report.brief_none") if pd.isna(value) else f"{value:.1%}"


def tell_count(value: float | None) -> str:
    """Return a number of people or places for reading, a dash where there is none.

    Examples
    --------
    >>> tell_count(2653489.0), tell_count(None)
    ('2,653,489', '—')
    """
    return label("report.brief_none") if pd.isna(value) else f"{value:,.0f}"


def tell_minutes(value: float | None) -> str:
    """Return whole minutes for reading, a dash where there are none.

    Examples
    --------
    >>> tell_minutes(5.68)
    '6'
    """
    return label("report.brief_none") if pd.isna(value) else f"{value:.0f}"


def tell_covered(
    figures: Mapping[str, Any], *, row: KindRow, place: str, compared: str = ""
) -> str:
    """Return how many of whom one kind covers.

    Parameters
    ----------
    figures
        One row of ``town_coverage`` with people to cover.
    row
        The kind's row of the standard.
    place
        Name of the area.
    compared
        What to say of other areas within the sentence.

    Raises
    ------
    KeyError
        When a figure is missing.
    """
    return label(
        "report.brief_covered",
        kind=name_kind(row),
        place=place,
        people=tell_people(row),
        threshold_m=tell_metres(row.threshold_m),
        population=tell_count(figures["population"]),
        covered_share=tell_share(figures["covered_share"]),
        compared=compared,
    )


def tell_missed(figures: Mapping[str, Any], *, row: KindRow) -> str:
    """Return that a target share is missed; nothing where it is met or there is none.

    Parameters
    ----------
    figures
        One row of ``town_coverage`` with the target beside it.
    row
        The kind's row of the standard.

    Raises
    ------
    KeyError
        When a figure is missing.
    """
    if pd.isna(figures["is_met"]) or figures["is_met"]:
        return ""
    return label(
        "report.brief_missed_people" if row.denominator == "people" else "report.brief_missed",
        target_share=f"{row.target_share:.0%}",
        denominator=tell_denominator(row),
        target=label(f"report.brief_target_{_sort_of_target(row)}"),
    )


def tell_circle(
    town_circle: pd.DataFrame, *, kinds: Sequence[str], standard: PlanningStandard
) -> str:
    """Return what share of an area's residents has all kinds within reach.

    Parameters
    ----------
    town_circle
        The area's rows of table ``town_circle``.
    kinds
        Kinds of the run.
    standard
        Planning standard of the run.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    metres = sorted({standard.kind(kind).threshold_m for kind in kinds})
    complete = town_circle[town_circle["covered_n"] == town_circle["kinds_n"]]
    return label(
        "report.brief_circle",
        kinds=label("report.and").join(name_of("core.kind", kind) for kind in kinds),
        threshold_m=label("report.and").join(map(tell_metres, metres)),
        share=tell_share(complete["population_share"].squeeze()),
    )


def tell_change(figures: Mapping[str, Any], row: KindRow) -> Iterator[str]:
    """Yield what the plan changes of the shares covered and within the target; nothing where none.

    Parameters
    ----------
    figures
        One row of ``town_coverage`` with columns ``*_after``.
    row
        The kind's row of the standard.

    Raises
    ------
    KeyError
        When a figure is missing.
    """
    shares = [tell_share(figures[f"covered_share{end}"]) for end in ("", "_after")]
    aims = [tell_share(figures.get(f"aim_share{end}")) for end in ("", "_after")]
    aim = ""
    if row.target_m is not None and aims[0] != aims[1]:
        aim = label("report.brief_change_aim", target_m=tell_metres(row.target_m),
                    before=aims[0], after=aims[1])  # fmt: skip
    if shares[0] != shares[1] or aim:
        yield label("report.brief_change", people=tell_people(row), aim=aim, before=shares[0],
                    threshold_m=tell_metres(row.threshold_m), after=shares[1])  # fmt: skip


def _sort_of_target(row: KindRow) -> str:
    """Return whether a target share is set for the kind, or is one to compare with."""
    return "set" if (row.target_share_status or row.status) == "firm" else "compared"


def tell_gain(sites: pd.DataFrame, *, threshold_m: float) -> str:
    """Return whom the sites of an area newly cover; nobody is not told of.

    Parameters
    ----------
    sites
        The area's rows of ``sites``.
    threshold_m
        Walk within which a site serves.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    people = {crowd: sites[f"gained_{crowd}"].sum() for crowd in CROWDS}
    told = [
        label(f"report.brief_gained_{crowd}", people=tell_count(count))
        for crowd, count in people.items()
        if round(count)
    ]
    key = "report.brief_gained" if told else "report.brief_gained_second"
    return label(key, threshold_m=tell_metres(threshold_m), gained=label("report.and").join(told))


def tell_sources(context: ReportContext) -> list[str]:
    """Return the definitions and sources that stand at the end of a brief.

    Raises
    ------
    StandardError
        When the standard lacks a kind of the settings.
    """
    lines = [label("report.brief_denominator"), *context.sources()]
    if context.is_estimated:
        factor = f"{context.detour_factor:g}"
        lines.insert(0, label("report.brief_estimated", detour_factor=factor))
    else:
        lines.append(label("report.brief_walking_rules"))
    return lines
