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
    """Return nothing when every source gave at least one row, or only repeated other sources.

    Parameters
    ----------
    intake
        Table ``intake``: rows read and taken by setting and sheet.
    rejects
        Table ``rejects`` of the same sources.

    Raises
    ------
    SourceError
        Naming the file of the first source of which no row could be taken, its first rows and
        their remedies.
    """
    by_setting = intake.groupby(["setting", "source"], sort=False)[["rows_n", "taken_n"]].sum()
    is_lost = (by_setting["rows_n"] > 0) & (by_setting["taken_n"] == 0)
    for setting, source in by_setting.index[is_lost]:
        rows = rejects[rejects["setting"] == setting]
        if "problem_key" in rows and rows["problem_key"].isin(_HARMLESS).any():
            continue
        shown = rows.head(_SHOWN).to_dict("records")
        names = ("row", "problem", "remedy")
        problems = [
            Problem("usable.row", **{name: record[name] for name in names}) for record in shown
        ]
        raise SourceError(
            "usable.nothing", problems=problems, path=source, setting=setting, count=len(rows)
        )
