"""What must stop a run: a register of which nothing could be used, a correction of no row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from livelihood_map.core.errors import SourceError
from livelihood_map.load.files.corrections import read_corrections
from livelihood_map.load.files.refusals import InputsError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

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
    InputsError
        Naming the file of the first source of which no row could be taken, and every rejected row.
    """
    by_setting = intake.groupby(["setting", "source"], sort=False)[["rows_n", "taken_n"]].sum()
    is_lost = (by_setting["rows_n"] > 0) & (by_setting["taken_n"] == 0)
    for setting, source in by_setting.index[is_lost]:
        rows = rejects[rejects["setting"] == setting]
        if "problem_key" in rows and rows["problem_key"].isin(_HARMLESS).any():
            continue
        refused = SourceError("usable.nothing", path=source, setting=setting, count=len(rows))
        raise InputsError([refused], rejects)


def require_placed(names: str | Sequence[str], intake: pd.DataFrame, *, base: Path) -> None:
    """Return nothing when every corrected row belongs to a sheet that was read.

    Parameters
    ----------
    names
        The corrected lists of rejects.
    intake
        Table ``intake``.
    base
        Folder that their paths start from.

    Raises
    ------
    SourceError
        Naming the list and the first row whose file, sheet and setting were not read.
    """
    read = set(intake[["source", "sheet", "setting"]].fillna("").itertuples(index=False, name=None))
    for (*whose, row), steps in read_corrections(names, base=base).rows.items():
        if tuple(whose) not in read:
            source, sheet, setting = whose
            where = f"{source} {sheet}".strip()
            path = steps[0][0]
            raise SourceError(
                "load.correction_unplaced", path=path, source=where, setting=setting, row=row
            )
