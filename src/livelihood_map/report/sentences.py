"""What a brief says: every sentence is filled from figures of the tables, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from livelihood_map.core.labels import label, name_of
from livelihood_map.core.tables import GAP_REASONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from livelihood_map.core.standards import KindRow
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
    """Return minutes for reading, a dash where there are none.

    Examples
    --------
    >>> tell_minutes(5.68)
    '5.7'
    """
    return label("report.brief_none") if pd.isna(value) else f"{value:.1f}"


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
    yield label(
        "report.brief_covered",
        kind=kind,
        people=label(f"report.meaning_{row.demand}"),
        threshold_m=f"{row.threshold_m:g}",
        population=tell_count(figures["population"]),
        covered_population=tell_count(figures["covered_population"]),
        **shares,
    )
    if not pd.isna(figures["median_walk_min"]):
        yield label("report.brief_walk", median_walk_min=tell_minutes(figures["median_walk_min"]))
    if not pd.isna(figures["is_met"]):
        yield label(
            "report.brief_met" if figures["is_met"] else "report.brief_missed",
            target_share=f"{row.target_share:.0%}",
            denominator=label(f"report.brief_by_{row.denominator}"),
            status=name_of("core.evidence", row.target_share_status or row.status),
        )
    if plan_kind == figures["kind"] and "covered_share_after" in figures:
        yield from _tell_after(figures, row)


def tell_circle(town_circle: pd.DataFrame, *, kinds: Sequence[str]) -> str:
    """Return what share of an area's residents has all kinds within reach.

    Parameters
    ----------
    town_circle
        The area's rows of table ``town_circle``.
    kinds
        Kinds of the run.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    complete = town_circle[town_circle["covered_n"] == town_circle["kinds_n"]]
    return label(
        "report.brief_circle",
        kinds=label("report.and").join(name_of("core.kind", kind) for kind in kinds),
        share=tell_share(complete["population_share"].squeeze()),
    )


def _tell_after(figures: Mapping[str, Any], row: KindRow) -> Iterator[str]:
    """Return what the plan changes."""
    before, after = tell_share(figures["covered_share"]), tell_share(figures["covered_share_after"])
    key = "report.brief_stays" if before == after else "report.brief_rises"
    yield label(key, covered_share=before, covered_share_after=after)
    if row.target_m is not None and f"within_{row.target_m:g}_share_after" in figures:
        before = tell_share(figures[f"within_{row.target_m:g}_share"])
        after = tell_share(figures[f"within_{row.target_m:g}_share_after"])
        key = "report.brief_within_stays" if before == after else "report.brief_within"
        yield label(key, target_m=f"{row.target_m:g}", share=before, share_after=after)


def tell_uncovered(uncovered: pd.DataFrame, *, kind: str) -> str:
    """Return what is to say of the compounds of one area that one kind does not cover.

    Parameters
    ----------
    uncovered
        The area's rows of :func:`~livelihood_map.report.figures.list_uncovered`, one walker.
    kind
        Kind of the standard.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    rows = uncovered[uncovered["kind"] == kind]
    name = name_of("core.kind", kind)
    if rows.empty:
        return label("report.brief_all_covered", kind=name)
    reasons = rows["reason"].value_counts()
    counts: dict[str, Any] = {reason: int(reasons.get(reason, 0)) for reason in GAP_REASONS}
    return label(
        "report.brief_uncovered",
        kind=name,
        count=len(rows),
        population=tell_count(rows["population"].sum()),
        **counts,
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
        threshold_m=f"{threshold_m:g}",
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
    return lines
