"""The lines that every output carries: for whom it is, how true it is, what it rests on."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from livelihood_map.core.labels import Lang, label, name_of
from livelihood_map.core.telling import (
    name_kind,
    tell_denominator,
    tell_metres,
    tell_minutes_of,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from livelihood_map.core.basis import Basis
    from livelihood_map.core.settings import Settings
    from livelihood_map.core.standards import KindRow, PlanningStandard


def mark_lines(
    settings: Settings,
    *,
    date: dt.date,
    is_estimated: bool,
    detour_factor: float | None = None,
    basis: Basis | None = None,
    mark: str = "",
    lang: Lang | None = None,
) -> list[str]:
    """Return the marks of an output: what is missing or derived, internal use, dates, estimate.

    Parameters
    ----------
    settings
        Settings of the run.
    date
        Date of the run.
    is_estimated
        Whether walks come from straight lines.
    detour_factor
        The factor of the estimate.
    basis
        What the figures rest on that no file states.
    mark
        Mark of the run that makes the output; nothing is said where there is none.
    lang
        Language; None for the current one.
    """
    number = settings.area.review_number
    lines = [
        label("core.mark_internal", lang),
        label("core.mark_review_number", lang, number=number)
        if number
        else label("core.mark_review_none", lang),
        label("core.mark_dates", lang, date=date, data_date=settings.run.data_date or date),
    ]
    if settings.coverage.at is not None:
        lines.append(label("core.mark_at", lang, at=settings.coverage.at))
    if basis is not None:
        lines += basis.tell(lang)
    if mark:
        lines.append(label("core.mark_run", lang, mark=mark))
    if settings.run.is_synthetic:
        lines.insert(0, label("core.mark_synthetic_long", lang))
    if settings.run.what_if is not None:
        name = PurePath(settings.run.what_if).name
        lines.insert(0, label("core.mark_what_if_long", lang, path=name))
    if is_estimated:
        lines.insert(0, label("core.mark_estimated_long", lang, detour_factor=detour_factor))
    return lines


def standard_lines(
    standard: PlanningStandard, kinds: Sequence[str], *, lang: Lang | None = None
) -> list[str]:
    """Return one line a kind: the rows of the standard that were used, with source and status.

    Parameters
    ----------
    standard
        The planning standard.
    kinds
        Kinds whose rows are named.
    lang
        Language; None for the current one.

    Raises
    ------
    StandardError
        When the standard lacks a kind.
    """
    lines = [label("core.standard_used", lang, name=standard.name(lang), dated=standard.dated)]
    for row in map(standard.kind, kinds):
        parts = label("core.standard_join", lang).join(_standard_parts(row, lang))
        lines.append(label("core.standard_row", lang, kind=name_kind(row, lang), parts=parts))
    return lines


def _standard_parts(row: KindRow, lang: Lang | None) -> Iterator[str]:
    """Yield what a kind is held to: threshold, target and target share, each with its source."""
    measures: dict[str, Any] = {
        "threshold_m": tell_metres(row.threshold_m, lang),
        "minutes": tell_minutes_of(row, row.threshold_m),
        "target_m": tell_metres(row.aim_m, lang),
        "share": f"{row.target_share or 0:.0%}",
        "denominator": tell_denominator(row, lang),
    }
    is_set = {"threshold": True, "target": row.target_m, "target_share": row.target_share}
    for part in (part for part, value in is_set.items() if value is not None):
        yield label(
            f"core.standard_{part}",
            lang,
            status=name_of("core.evidence", getattr(row, f"{part}_status") or row.status, lang),
            source=row.tell_source(part, lang),
            **measures,
        )
