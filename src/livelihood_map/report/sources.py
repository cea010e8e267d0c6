"""The rows of the planning standard as a report prints them: figure, unit, source, status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from livelihood_map.core.labels import current_lang, label, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from livelihood_map.core.standards import PlanningStandard

_FORMATS: Final = {"share": "0%", "m_per_s": "0.00", "factor": "0.000"}


def list_standard(standard: PlanningStandard, *, kinds: Sequence[str]) -> pd.DataFrame:
    """Return the rows of the standard that speak of these kinds, each with source and status.

    Parameters
    ----------
    standard
        Planning standard of the run.
    kinds
        Kinds of the run.

    Returns
    -------
    subject, item, value, unit, status, source, dated, note, format (Excel's, for the value).

    Raises
    ------
    StandardError
        When the standard lacks a kind.
    """
    return pd.DataFrame(
        {
            "subject": name,
            "item": label(f"report.item_{item}"),
            "value": value,
            "unit": label(f"report.unit_{unit}"),
            "status": name_of("core.evidence", _own(row, item, "status")),
            "source": _own(row, item, "source"),
            "dated": getattr(row, "dated", ""),
            "note": row.note_zh if current_lang() == "zh" else row.note_en,
            "format": _FORMATS.get(unit, "#,##0"),
        }
        for name, item, value, unit, row in _figures(standard, kinds)
        if value is not None
    )


def _own(row: Any, item: str, part: str) -> str:  # noqa: ANN401  (any row of a standard)
    """Return source or status of one figure of a row, that of the row where it has none."""
    return getattr(row, f"{item}_{part}", "") or getattr(row, part)


def _figures(
    standard: PlanningStandard, kinds: Sequence[str]
) -> Iterator[tuple[str, str, float | None, str, Any]]:
    """Return name, item, value, unit and row of every figure."""
    for kind in kinds:
        row = standard.kind(kind)
        yield row.name(), "threshold", row.threshold_m, "m", row
        yield row.name(), "target", row.target_m, "m", row
        yield row.name(), "target_share", row.target_share, "share", row
    for tier in standard.tiers:
        yield tier.name(), "tier", tier.walk_m, "m", tier
    for walker in standard.walkers:
        yield walker.name(), "speed", walker.speed_m_per_s, "m_per_s", walker
        yield walker.name(), "wait", walker.signal_wait_s or None, "s", walker
    line = standard.straight_line
    name = line.name_zh if current_lang() == "zh" else line.name_en
    yield name, "detour", line.detour_factor, "factor", line
    for rule in standard.rules:
        if rule.kind in {*kinds, "all"}:
            yield rule.name(), "rule", rule.value, rule.unit, rule
