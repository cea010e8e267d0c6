"""The files of one load, opened table by table, and what became of all their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

import pandas as pd

from livelihood_map.core.tables import REJECTS
from livelihood_map.load.files.corrections import read_corrections
from livelihood_map.load.files.intake import Intake
from livelihood_map.load.files.paths import existing_file
from livelihood_map.load.files.readers import read_tables
from livelihood_map.load.files.row_faults import faults_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path
    from typing import Unpack

    from livelihood_map.core.settings import (
        CentreSource,
        CommunitySource,
        FacilitySource,
        ResidenceSource,
    )
    from livelihood_map.load.files.headings import Headings
    from livelihood_map.load.files.raw import RawTable
    from livelihood_map.load.files.row_faults import Fault


class Reading(TypedDict, total=False):
    """How a file is read, as :func:`livelihood_map.load.files.readers.read_tables` takes it."""

    sheet: str | None
    layer: str | None
    encoding: str | None
    header_row: int | None


def how_to_read(
    source: FacilitySource | ResidenceSource | CentreSource | CommunitySource,
) -> Reading:
    """Return what the settings say of the way in which a file is read."""
    return Reading(
        sheet=source.sheet,
        layer=source.layer,
        encoding=source.encoding,
        header_row=source.header_row,
    )


class Account:
    """Opens files and keeps account of every row of theirs.

    Parameters
    ----------
    base
        Folder that paths start from.
    corrections
        Corrected lists of rejects in turn, whose rows take the place of those in the files.

    Attributes
    ----------
    tables : list of Intake
        The tables in the order in which they were opened.

    Raises
    ------
    SourceError
        When a list of corrections is absent, damaged, or none.
    """

    def __init__(self, base: Path, corrections: str | Sequence[str] | None = None) -> None:
        self.base = base
        self.tables: list[Intake] = []
        self._corrections = read_corrections(corrections, base=base)
        self._known_ids: dict[str, set[str]] = {}
        self._gathered: list[dict[str, object]] = []

    def open(
        self, path: str, headings: Headings, *, setting: str, **reading: Unpack[Reading]
    ) -> list[Intake]:
        """Return the tables of a file that hold any row, corrected.

        Parameters
        ----------
        path
            The file, from the base folder.
        headings
            Recognises its headings.
        setting
            Where the settings name the file.
        **reading
            How to read it.

        Raises
        ------
        SourceError
            When the file cannot be read, its headings are ambiguous, or a correction is outdated.
        """
        tables = read_tables(existing_file(self.base, path), headings, **reading)
        return [self.enter(t, headings, setting=setting) for t in tables if len(t.cells)]

    def enter(self, table: RawTable, headings: Headings, *, setting: str) -> Intake:
        """Return a table on its way in, corrected and entered in the account.

        Parameters
        ----------
        table
            The records as read.
        headings
            Recognises the headings.
        setting
            Where the settings name the file.

        Raises
        ------
        SourceError
            When the settings name a heading that the table lacks, two headings mean one field, or a
            correction is outdated.
        """
        known = self._known_ids.setdefault(headings.section, set())
        table = self._corrections.applied(table, headings, setting=setting)
        intake = Intake(table, headings, setting=setting, known_ids=known)
        self.tables.append(intake)
        return intake

    def gather(self, source: str, *, setting: str, rows_n: int) -> None:
        """Enter places that were made of the things of an extract, all of which are taken.

        Parameters
        ----------
        source
            Name of the file.
        setting
            Where the settings name it.
        rows_n
            How many places.
        """
        self._gathered.append(
            {"source": source, "setting": setting, "rows_n": rows_n, "taken_n": rows_n}
        )

    def rejects(self) -> pd.DataFrame:
        """Return the rows that were not taken, each with its problem and remedy."""
        rejects: pd.DataFrame = REJECTS.conform(
            faults_table(fault for table in self.tables for fault in table.rejects)
        )
        return rejects

    def notes(self, further: Iterable[Fault] = ()) -> pd.DataFrame:
        """Return what is odd about rows that were taken; the columns of the rejects.

        Parameters
        ----------
        further
            What was found when all tables were compared.
        """
        return faults_table([*(note for table in self.tables for note in table.notes), *further])

    def counts(self) -> pd.DataFrame:
        """Return rows read, taken and rejected by setting and sheet."""
        columns = {
            "source": [one.table.source for one in self.tables],
            "sheet": [one.table.sheet for one in self.tables],
            "setting": [one.setting for one in self.tables],
            "rows_n": [len(one.is_taken) for one in self.tables],
            "taken_n": [int(one.is_taken.sum()) for one in self.tables],
            "rejects_n": [len(one.rejects) for one in self.tables],
            "notes_n": [len(one.notes) for one in self.tables],
            "blank_n": [one.table.blank_n for one in self.tables],
            "encoding": [one.table.encoding for one in self.tables],
            "unused": ["、".join(one.recognised.unused) for one in self.tables],
        }
        texts, numbers = ("sheet", "encoding", "unused"), ("rejects_n", "notes_n", "blank_n")
        missing = dict.fromkeys(texts, "") | dict.fromkeys(numbers, 0)
        gathered = pd.DataFrame([missing | one for one in self._gathered], columns=list(columns))
        listed = pd.DataFrame(columns)
        parts = [part for part in (listed, gathered) if len(part)]
        return pd.concat(parts, ignore_index=True) if parts else gathered
