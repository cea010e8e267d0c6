"""A register of which nothing could be used must stop the run, not count as no outlets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from livelihood_map.core.errors import Problem, SourceError

if TYPE_CHECKING:
    import pandas as pd

_SHOWN: Final = 5
_HARMLESS: Final = frozenset(("duplicate",))
"""Problems of rows that are in the tables already, by way of another row."""


def require_usable(intake: pd.DataFrame, rejects: pd.DataFrame) -> None:
    """Return nothing when every file gave at least one row, or only repeated other files.

    Parameters
    ----------
    intake
        Table ``intake``: rows read and taken by file and sheet.
    rejects
        Table ``rejects`` of the same files.

    Raises
    ------
    SourceError
        Naming the first file of which no row could be taken, its first rows and their remedies.
    """
    by_file = intake.groupby("source", sort=False)[["rows_n", "taken_n"]].sum()
    for source in by_file.index[(by_file["rows_n"] > 0) & (by_file["taken_n"] == 0)]:
        rows = rejects[rejects["source"] == source]
        if "problem_key" in rows and rows["problem_key"].isin(_HARMLESS).any():
            continue
        shown = rows.head(_SHOWN).to_dict("records")
        names = ("row", "problem", "remedy")
        problems = [
            Problem("usable.row", **{name: record[name] for name in names}) for record in shown
        ]
        raise SourceError("usable.nothing", problems=problems, path=source, count=len(rows))
