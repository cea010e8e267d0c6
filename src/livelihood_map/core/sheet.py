"""A sheet of a workbook: its table, how each column is shown, what prints and what is frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from livelihood_map.core.labels import label
from livelihood_map.core.sheet_layout import (
    Paper,
    fit_widths,
    least_width,
    natural_width,
    shown_width,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of the program that opens the workbook, below the table of a sheet.

    Parameters
    ----------
    title
        What it shows, with metres and denominator.
    by
        Column of the names along its axis.
    values
        Columns of shares, one row of columns in the chart each.
    rows_n
        Rows of the table that it shows, from the first.
    """

    title: str
    by: str
    values: Sequence[str]
    rows_n: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook.

    Parameters
    ----------
    title
        What the sheet is called after; its name is made by
        :func:`~livelihood_map.core.names.sheet_names`.
    table
        What stands in it; missing values become empty cells.
    headings
        Heading by column; a column without one is left out.
    caption
        First line of the sheet, in bold; the title when empty.
    notes
        Lines for the sheet of notes at the end; the workbook's first stands below every title too.
    hints
        Lines for whoever fills the sheet in; they stand above the table.
    formats
        Number format of Excel by column, such as ``0.0%``.
    widths
        Column width in characters; fitted to the content where left out.
    row_formats
        Column of `table` that holds the number format of its row; it stands above `formats`.
    scales
        Columns of shares coloured from low (warm) to high (cold).
    bars
        Columns whose cells hold a bar as long as the value.
    flags
        Fill colour by column and text.
    choices
        Texts that may be filled in, by column, offered as a list; none where any text may be.
    unprinted
        Columns beyond the print area, at the right end; ids (``*_id``) always are.
    frozen_n
        Columns that stay in view, and are repeated where a sheet is wider than the paper.
    chart
        Chart below the table; None for none.
    """

    title: str
    table: pd.DataFrame
    headings: Mapping[str, str]
    caption: str = ""
    notes: Sequence[str] = ()
    hints: Sequence[str] = ()
    formats: Mapping[str, str] = field(default_factory=dict)
    widths: Mapping[str, float] = field(default_factory=dict)
    row_formats: str | None = None
    scales: Sequence[str] = ()
    bars: Sequence[str] = ()
    flags: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unprinted: Sequence[str] = ()
    frozen_n: int = 1
    chart: Chart | None = None

    @property
    def columns(self) -> list[str]:
        """Return the columns that are shown, in order: those that are printed first."""
        shown = [name for name in self.headings if name in self.table.columns]
        return sorted(shown, key=self._is_unprinted)

    @property
    def printed(self) -> list[str]:
        """Return the columns that are printed; all where nothing but ids is shown."""
        names = [name for name in self.columns if not self._is_unprinted(name)]
        return names or self.columns

    def _is_unprinted(self, name: str) -> bool:
        """Return whether a column stands beyond the print area."""
        return name.endswith("_id") or name in self.unprinted

    def style(self, name: str) -> str:
        """Return the number format of a column."""
        return self.formats.get(name, "General")

    def fitted(self, paper: Paper) -> tuple[dict[str, float], bool]:
        """Return the width of each column, and whether the printed ones fit one page across."""
        natural = {name: self._natural(name) for name in self.columns}
        printed = {name: natural[name] for name in self.printed}
        least = {
            name: least_width(self._widest(name), is_text=self.is_text(name)) for name in printed
        }
        fitted = fit_widths(printed, least=least, paper=paper)
        return natural | (fitted or {}), fitted is not None

    def _natural(self, name: str) -> float:
        """Return the width that a column takes by itself."""
        return self.widths.get(name) or natural_width(self.headings[name], self._widest(name))

    def _widest(self, name: str) -> int:
        """Return how many characters the widest cell of a column takes."""
        cells = self.table[name].tolist()
        return max((shown_width(cell, self.style(name)) for cell in cells), default=0)

    def is_text(self, name: str) -> bool:
        """Return whether the cells of a column are texts, which wrap."""
        return any(isinstance(cell, str) for cell in self.table[name])


def headings(prefix: str, names: Iterable[str]) -> dict[str, str]:
    """Return the heading of each column from the catalogue: its entry ``<prefix>_<name>``.

    Raises
    ------
    KeyError
        When the catalogue lacks one: a mistake in the program.
    """
    return {name: label(f"{prefix}_{name}") for name in names}


def yes_no(flags: Iterable[Any]) -> list[str | None]:
    """Return flags as words, nothing for missing ones.

    Examples
    --------
    >>> yes_no([True, False, None])
    ['是', '否', None]
    """
    words = {True: label("core.yes"), False: label("core.no")}
    return [None if pd.isna(flag) else words[bool(flag)] for flag in flags]
