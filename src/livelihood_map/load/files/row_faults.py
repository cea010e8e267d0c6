"""What is wrong or odd about a row: one record, whatever file the row stands in."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from livelihood_map.core.errors import Problem
from livelihood_map.core.labels import label

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from livelihood_map.core.labels import Lang

_LISTED: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong or odd about one row.

    Parameters
    ----------
    source, sheet
        File and sheet; no sheet where there is none.
    setting
        Where the settings name the file.
    row
        Row number as a spreadsheet shows it; 0 for the table as a whole.
    field
        Heading under which the fault stands.
    value
        What stands there, without personal data.
    problem, remedy
        What is wrong and what to do, in words.
    raw
        The whole row as it was written, JSON.
    problem_key
        Name of the problem.
    subject
        Id of what the row tells of, where it is known.
    is_taken
        Whether the row or value counts all the same.
    """

    source: str
    sheet: str
    setting: str = ""
    row: int
    field: str
    value: str
    problem: str = ""
    remedy: str = ""
    raw: str = "{}"
    problem_key: str = ""
    subject: str = ""
    is_taken: bool = False

    def told(self, problem: str, lang: Lang | None = None, /, **values: object) -> Fault:
        """Return the fault with its problem and remedy in words.

        Parameters
        ----------
        problem
            Catalogue key of the problem; the remedy's is the same with ``_remedy``.
        lang
            Language; None for the current one.
        **values
            Values of their placeholders.

        Raises
        ------
        KeyError
            When the catalogue lacks the problem: a mistake in the program.
        """
        return replace(
            self,
            problem=label(problem, lang, **values),
            remedy=label(f"{problem}_remedy", lang, **values),
            problem_key=problem.removeprefix("load."),
        )


def faults_table(faults: Iterable[Fault]) -> pd.DataFrame:
    """Return rejects or notes as a table, in the order of file, sheet, setting and row."""
    table = _table(faults).drop(columns=["subject", "is_taken"])
    order = ["source", "sheet", "setting", "row", "field"]
    table = table.sort_values(order, kind="stable", ignore_index=True)
    return table.astype({name: "int64" if name == "row" else "str" for name in table.columns})


def slips_table(faults: Iterable[Fault], *, subject: str, has_kind: bool = False) -> pd.DataFrame:
    """Return the slips of a list that came back, in the order in which they were met.

    Parameters
    ----------
    faults
        The slips.
    subject
        Column for the id of what the row tells of.
    has_kind
        Whether column ``slip`` tells their kind.
    """
    table = _table(faults).rename(columns={"subject": subject, "problem_key": "slip"})
    first = ["source", "sheet", "row", subject, "field", "value"]
    kind = ["slip"] if has_kind else []
    return table[[*first, *kind, "problem", "remedy", "is_taken", "raw"]]


def _table(faults: Iterable[Fault]) -> pd.DataFrame:
    """Return one row a fault, one column a field."""
    names = [one.name for one in fields(Fault)]
    return pd.DataFrame(
        [[getattr(fault, name) for name in names] for fault in faults], columns=names
    )


def first_problems(faults: Sequence[Fault]) -> list[Problem]:
    """Return the first faults as problems of an error."""
    return [Problem("load.reject_line", **asdict(fault)) for fault in faults[:_LISTED]]
