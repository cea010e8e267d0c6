"""What a brief says: every sentence is filled from figures of the tables, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from livelihood_map.core.labels import label, name_of
from livelihood_map.core.tables import GAP_REASONS
from livelihood_map.core.telling import (
    name_kind,
    tell_denominator,
    tell_metres,
    tell_minutes_of,
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


def tell_coverage(
    figures: Mapping[str, Any], *, row: KindRow, plan_kind: str | None
) -> Iterator[str]:
    """Return what is to say of the coverage of one area by one kind.

    Parameters
    ----------
    figures
        One row of ``town_coverage`` with the tiers and the target beside it.
    row
        The kind's row of the standard.
    plan_kind
        Kind of the suggested sites; None without a plan.

    Raises
    ------
    KeyError
        When a figure is missing.
    """
    kind = name_of("core.kind", figures["kind"])
    if not figures["population"]:
        yield label("report.brief_nobody", kind=kind)
        return
    shares: dict[str, Any] = {
        name: tell_share(figures[name])
        for name in ("covered_share", "covered_residences_share", "covered_area_share")
    }
    words: dict[str, Any] = {
        "people": tell_people(row),
        "threshold_m": tell_metres(row.threshold_m),
        "minutes": tell_minutes_of(row, row.threshold_m),
    }
    yield label(
        "report.brief_covered",
        kind=kind,
        **words,
        population=tell_count(figures["population"]),
        covered_population=tell_count(figures["covered_population"]),
        **shares,
    )
    if not pd.isna(figures["median_walk_min"]):
        minutes = tell_minutes(figures["median_walk_min"])
        yield label("report.brief_walk", **words, median_walk_min=minutes)
    if not pd.isna(figures["is_met"]):
        yield label(
            "report.brief_met" if figures["is_met"] else "report.brief_missed",
            **words,
            target_share=f"{row.target_share:.0%}",
            denominator=tell_denominator(row),
            target=label(f"report.brief_target_{_sort_of_target(row)}"),
        )
    if not pd.isna(figures["dwelling_covered_share"]):
        yield label(
            "report.brief_dwelling", **words, share=tell_share(figures["dwelling_covered_share"])
        )
    yield from _tell_target(figures, row, is_planned=plan_kind == figures["kind"])
    if plan_kind == figures["kind"] and "covered_share_after" in figures:
        yield from _tell_after(figures, row)


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


def _tell_after(figures: Mapping[str, Any], row: KindRow) -> Iterator[str]:
    """Return what the plan changes."""
    before, after = tell_share(figures["covered_share"]), tell_share(figures["covered_share_after"])
    key = "report.brief_stays" if before == after else "report.brief_rises"
    words = {"people": tell_people(row), "threshold_m": tell_metres(row.threshold_m)}
    yield label(key, **words, covered_share=before, covered_share_after=after)


def _tell_target(figures: Mapping[str, Any], row: KindRow, *, is_planned: bool) -> Iterator[str]:
    """Return what share of people is within the target, and what the plan makes of it."""
    if row.target_m is None or pd.isna(figures["aim_share"]):
        return
    before, after = (tell_share(figures.get(f"aim_share{end}")) for end in ("", "_after"))
    sort = "now" if not is_planned else "stays" if before == after else "rises"
    words = {"people": tell_people(row), "target_m": tell_metres(row.target_m)}
    yield label(f"report.brief_within_{sort}", **words, share=before, share_after=after)


def _sort_of_target(row: KindRow) -> str:
    """Return whether a target share is set for the kind, or is one to compare with."""
    return "set" if (row.target_share_status or row.status) == "firm" else "compared"


def tell_uncovered(uncovered: pd.DataFrame, *, row: KindRow, cutoff_m: float) -> str:
    """Return what is to say of the compounds of one area that one kind does not cover.

    Parameters
    ----------
    uncovered
        The area's rows of :func:`~livelihood_map.report.figures.list_uncovered`, one walker.
    row
        Row of the kind in the standard.
    cutoff_m
        Distance searched, metres.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    rows = uncovered[uncovered["kind"] == row.id]
    words = {"kind": name_kind(row), "threshold_m": tell_metres(row.threshold_m)}
    if rows.empty:
        return label("report.brief_all_covered", **words)
    counts = rows["reason"].value_counts()
    words["cutoff_m"] = tell_metres(cutoff_m)
    reasons = [
        label(f"report.brief_uncovered_{reason}", **words, count=tell_count(counts[reason]))
        for reason in GAP_REASONS
        if reason in counts
    ]
    return label(
        "report.brief_uncovered",
        **words,
        count=tell_count(len(rows)),
        population=tell_count(rows["population"].sum()),
        reasons=label("report.and").join(reasons),
    )


def tell_sites(
    sites: pd.DataFrame | None, *, kind: str, threshold_m: float, place: str
) -> Iterator[str]:
    """Return what is to say of the sites suggested in one area.

    Parameters
    ----------
    sites
        The area's rows of ``sites``; None without a plan.
    kind
        Kind of the sites.
    threshold_m
        Walk within which a site serves.
    place
        Name of the area.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    if sites is None:
        yield label("report.brief_no_plan")
        return
    if sites.empty:
        yield label("report.brief_no_sites", place=place)
        return
    yield label(
        "report.brief_sites",
        place=place,
        kind=name_of("core.kind", kind),
        count=len(sites),
        threshold_m=tell_metres(threshold_m),
        residents=tell_count(sites["gained_population"].sum()),
    )
    workers, passengers = sites["gained_workers"].sum(), sites["gained_passengers"].sum()
    if workers + passengers > 0:
        yield label(
            "report.brief_sites_others",
            workers=tell_count(workers),
            passengers=tell_count(passengers),
        )


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
