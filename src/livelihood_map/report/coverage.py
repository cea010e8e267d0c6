"""The coverage list: by town and kind, before and after, and the uncovered compounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from livelihood_map.core.workbook import write_workbook
from livelihood_map.report.sheets import town_sheet, uncovered_sheet

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from livelihood_map.report.context import ReportContext


def write_coverage(
    town_coverage: pd.DataFrame,
    uncovered: pd.DataFrame,
    *,
    path: Path,
    context: ReportContext,
) -> Path:
    """Return the path of the coverage workbook.

    Parameters
    ----------
    town_coverage
        Table ``town_coverage``, with columns ``*_after`` where there is a plan.
    uncovered
        Figures of :func:`~livelihood_map.report.figures.list_uncovered`.
    path
        File to write.
    context
        What a report must know beside its tables.

    Raises
    ------
    OutputError
        When the file cannot be written.
    StandardError
        When the standard lacks a kind of the table.
    """
    pages = [
        town_sheet(town_coverage, context=context),
        uncovered_sheet(uncovered, context=context),
    ]
    return write_workbook(path, pages, date=context.date)
