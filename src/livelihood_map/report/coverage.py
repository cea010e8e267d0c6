"""The coverage workbook: by town and kind, before and after, and the uncovered compounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from livelihood_map.core.labels import label, name_of
from livelihood_map.core.workbook import Sheet, write_workbook

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

_TOWN_COLUMNS: Final = (
    "town_name",
    "kind_name",
    "walker_name",
    "residences_n",
    "population",
    "covered_population",
    "covered_share",
    "covered_share_after",
    "covered_residences_share",
    "covered_residences_share_after",
    "covered_area_share",
    "covered_area_share_after",
    "median_walk_min",
    "median_walk_min_after",
    "p90_walk_min",
    "p90_walk_min_after",
    "facilities_n",
    "facilities_n_after",
)
_RESIDENCE_COLUMNS: Final = (
    "town_name",
    "name",
    "kind_name",
    "population",
    "walk_m",
    "walk_min",
    "reason_name",
    "excess_m",
    "residence_id",
)


def _formats(columns: Sequence[str]) -> dict[str, str]:
    """Return Excel's number format by column, from the column's unit."""
    by_unit = {"_share": "0.0%", "_min": "0.0", "_m": "#,##0", "_n": "#,##0"}
    formats = {}
    for name in columns:
        unit = "_" + name.removesuffix("_after").rpartition("_")[2]
        formats[name] = by_unit.get(unit, "#,##0" if name.endswith("population") else "General")
    return formats


def write_coverage(
    town_coverage: pd.DataFrame,
    uncovered: pd.DataFrame,
    *,
    path: Path,
    notes: Sequence[str],
    date: dt.date,
) -> Path:
    """Return the path of the coverage workbook.

    Parameters
    ----------
    town_coverage
        Table ``town_coverage``, with columns ``*_after`` where there is a plan.
    uncovered
        One row a compound and kind that is not covered: town_name, name, kind, population,
        walk_m, walk_min, reason, excess_m, residence_id.
    path
        File to write.
    notes
        Lines above each table: marks and the rows of the standard.
    date
        Date recorded in the workbook.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    by_town = town_coverage.assign(
        kind_name=[name_of("core.kind", value) for value in town_coverage["kind"]],
        walker_name=[name_of("core.walker", value) for value in town_coverage["walker"]],
    )
    compounds = uncovered.assign(
        kind_name=[name_of("core.kind", value) for value in uncovered["kind"]],
        reason_name=[name_of("report.gap", value) for value in uncovered["reason"]],
    )
    sheets = [
        Sheet(
            label("report.sheet_towns"),
            by_town,
            {name: label(f"report.town_{name}") for name in _TOWN_COLUMNS},
            notes=[*notes, label("report.denominator_note")],
            formats=_formats(_TOWN_COLUMNS),
        ),
        Sheet(
            label("report.sheet_uncovered"),
            compounds,
            {name: label(f"report.compound_{name}") for name in _RESIDENCE_COLUMNS},
            notes=notes,
            formats=_formats(_RESIDENCE_COLUMNS),
        ),
    ]
    return write_workbook(path, sheets, date=date)
