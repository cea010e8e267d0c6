"""Two states of a run beside each other, as a sheet and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Never

from livelihood_map.core.labels import label, name_of
from livelihood_map.core.ordering import in_order
from livelihood_map.core.workbook import Sheet, headings

if TYPE_CHECKING:
    import pandas as pd

    from livelihood_map.pipeline.reads import CoverageReads
    from livelihood_map.pipeline.workspace import Workspace


def compare(
    work: Workspace[Literal["demand", "registers"]], before: pd.DataFrame, after: pd.DataFrame
) -> pd.DataFrame:
    """Return the difference of two tables ``coverage``, rows in the order of the settings.

    Parameters
    ----------
    work
        A workspace that holds the demand.
    before, after
        Tables ``coverage`` of it.

    Raises
    ------
    ValueError
        When the two differ in their demand points, kinds or walkers.
    """
    from livelihood_map.coverage import compare_coverage

    changed = compare_coverage(before, after, work["demand"])
    return in_order(changed, kind=work.kinds, walker=work.settings.coverage.walkers)


def catalogued(
    title: str, table: pd.DataFrame, columns: tuple[str, ...], notes: list[str]
) -> Sheet:
    """Return a sheet whose title and headings come from the catalogue."""
    title = label(f"network.sheet_{title}")
    return Sheet(title, table, headings("network.col", columns), notes=notes)


def difference_sheet(work: Workspace[CoverageReads], title: str, changed: pd.DataFrame) -> Sheet:
    """Return a sheet with the difference of two runs."""
    shown = changed.assign(
        kind=[name_of("core.kind", kind) for kind in changed["kind"]],
        walker=[work.standard.walker(walker).name() for walker in changed["walker"]],
        mean_change_m=changed["mean_change_m"].round(1),
    )
    notes = [*work.marks(*work.kinds), label(f"network.note_{title}")]
    return catalogued(title, shown, tuple(changed.columns), notes)


def difference_lines(work: Workspace[Never], key: str, changed: pd.DataFrame) -> list[str]:
    """Return one line per kind on who gains and who loses, for the first walker."""
    walker = work.settings.coverage.walkers[0]
    rows: Any = changed[changed["walker"] == walker].itertuples()
    return [
        label(
            key,
            kind=name_of("core.kind", row.kind),
            gained=f"{row.gained_population:,.0f}",
            lost=f"{row.lost_population:,.0f}",
            shorter=f"{row.shorter_population:,.0f}",
            longer=f"{row.longer_population:,.0f}",
        )
        for row in rows
    ]
