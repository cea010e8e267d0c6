"""Files that cannot be used as a whole, gathered so that all are told at once."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import pandas as pd

from livelihood_map.core.errors import Problem, SourceError
from livelihood_map.core.tables import REJECTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


_TOLD: Final = ("source", "sheet", "row", "problem", "remedy")


class InputsError(SourceError):
    """Inputs that cannot be used as a whole; of the others the rows that were not taken, told too.

    Parameters
    ----------
    refused
        The error of each file; of a single one this error says the same.
    rejects
        Table ``rejects`` of the files that could be read.
    """

    def __init__(self, refused: Sequence[SourceError], rejects: pd.DataFrame) -> None:
        first, rows = refused[0], rejects.fillna({"sheet": ""}).to_dict("records")
        told = [Problem("load.reject_line", **{name: row[name] for name in _TOLD}) for row in rows]
        if len(refused) == 1:
            super().__init__(first.key, problems=[*first.problems, *told])
            self.values = first.values  # noqa: PD011  (of an error, no table)
        else:
            problems = [Problem("load.file_refused", text=_Told(error)) for error in refused]
            problems += told
            super().__init__("load.files_refused", problems=problems, count=len(refused))
        self.refused, self.rejects = tuple(refused), rejects


class _Told(Problem):
    """An error as a fault among others: its text in whatever language is asked for."""

    __slots__ = ("error",)

    def __init__(self, error: SourceError) -> None:
        super().__init__(error.key)
        self.error = error

    def text(self, lang: str | None = None) -> str:
        """Return the error's text."""
        return self.error.text(lang)  # type: ignore[arg-type]


class Refusals:
    """Gathers what is refused, and the rejected rows of what is not."""

    def __init__(self) -> None:
        self.errors: list[SourceError] = []
        self._rejects: list[pd.DataFrame] = []

    @contextmanager
    def gathering(self) -> Iterator[None]:
        """Return a context in which a file's refusal is kept for later."""
        try:
            yield
        except InputsError as error:
            self.errors += error.refused
            self.add(error.rejects)
        except SourceError as error:
            self.errors.append(error)

    def add(self, rejects: pd.DataFrame) -> None:
        """Add the rejected rows of files that could be read."""
        if len(rejects):
            self._rejects.append(rejects)

    def require_none(self) -> None:
        """Return nothing when no file was refused.

        Raises
        ------
        InputsError
            Names every file that was.
        """
        if self.errors:
            parts = self._rejects or [REJECTS.empty()]
            raise InputsError(self.errors, pd.concat(parts, ignore_index=True))
