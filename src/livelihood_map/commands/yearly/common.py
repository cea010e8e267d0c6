"""What the questions of the year's plan have in common: people, walks, workbooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Never

import numpy as np

from livelihood_map.core.labels import label
from livelihood_map.core.workbook import Sheet, write_workbook
from livelihood_map.pipeline.walking import join_places, walks_within

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from livelihood_map.pipeline.reads import YearReads
    from livelihood_map.pipeline.workspace import Workspace

FOLDER: Final = "programme"
"""Folder of the outputs, below that of the run."""
_FORMATS: Final = {"_share": "0.0%", "_ratio": "0%", "_people": "#,##0", "_m2": "#,##0"}


def count_people(work: Workspace[YearReads], kind: str) -> gpd.GeoDataFrame:
    """Return table ``demand`` with the people that the standard counts for a kind.

    Parameters
    ----------
    work
        Workspace of the run.
    kind
        A row of the standard: residents, or residents and morning workers.

    Raises
    ------
    StandardError
        When the standard lacks the kind.
    """
    demand = work["demand"]
    has_workers = work.standard.kind(kind).demand == "residents_and_workers"
    extra = demand["workers"] if has_workers else 0.0
    return demand.assign(people=demand["population"] + extra)


def find_walks(
    work: Workspace[YearReads], facilities: gpd.GeoDataFrame, *, cutoff_m: float
) -> pd.DataFrame:
    """Return all walks from the demand to these facilities within the cut-off.

    Parameters
    ----------
    work
        Workspace of the run.
    facilities
        Rows of table ``facilities``.
    cutoff_m
        Longest walk, metres.

    Raises
    ------
    JoinError
        When the cut-off is out of range.
    """
    goals = join_places(work, facilities, id_column="facility_id")
    return walks_within(work, work["joins"], goals, cutoff_m=cutoff_m)


def counted(work: Workspace[YearReads], kind: str) -> gpd.GeoDataFrame:
    """Return the facilities of a kind that have a place to walk to, whatever their status.

    Raises
    ------
    StandardError
        When the standard lacks the kind.
    """
    facilities = work["facilities"]
    work.standard.kind(kind)
    walkless = work.standard.walkless_subtypes(kind)
    own = facilities[(facilities["kind"] == kind) & ~facilities["subtype"].isin(walkless)]
    return own.reset_index(drop=True)


def as_sheet(title: str, table: pd.DataFrame, notes: Sequence[str], **headings: str) -> Sheet:
    """Return a sheet whose title and headings come from the catalogue.

    Parameters
    ----------
    title
        Entry of the catalogue's section ``programme`` without ``sheet_``.
    table
        The table; coordinates stay out.
    notes
        Lines above it.
    **headings
        Catalogue key by column, for columns whose heading is not ``programme.col_{column}``.

    Raises
    ------
    KeyError
        When the catalogue lacks a heading: a mistake in the program.
    """
    columns = [str(name) for name in table.columns if name not in {"geometry", "format"}]
    texts = {name: headings.get(name) or label(f"programme.col_{name}") for name in columns}
    formats = {
        name: style
        for name in columns
        for ending, style in _FORMATS.items()
        if name.endswith(ending)
    }
    return Sheet(
        label(f"programme.sheet_{title}"),
        table,
        texts,
        notes=list(notes),
        formats=formats,
        row_formats="format" if "format" in table.columns else None,
    )


def worded(values: pd.Series[Any], prefix: str) -> list[str]:
    """Return values of a closed list in words, missing ones empty.

    Raises
    ------
    KeyError
        When the catalogue lacks a word: a mistake in the program.
    """
    known = {value: label(f"programme.{prefix}_{value}") for value in values.dropna().unique()}
    return [known.get(value, "") for value in values]


def yes_no(flags: pd.Series[bool]) -> list[str]:
    """Return flags as words."""
    words = label("programme.no"), label("programme.yes")
    return [words[int(flag)] for flag in flags]


def save(work: Workspace[Never], name: str, sheets: Sequence[Sheet]) -> Path:
    """Return the path of a workbook of the year's plan.

    Parameters
    ----------
    work
        Workspace of the run; the path is added to what it wrote.
    name
        Name of the file without ending.
    sheets
        Its sheets.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    path = write_workbook(work.folder / FOLDER / f"{name}.xlsx", sheets, date=work.date)
    work.written.append(path)
    return path


def named(table: pd.DataFrame, names: Mapping[str, str], column: str = "facility_id") -> list[str]:
    """Return the names of ids, the id itself where there is none.

    Raises
    ------
    KeyError
        When the table lacks the column.
    """
    return [names.get(value, value) if isinstance(value, str) else "" for value in table[column]]


def names_of(facilities: pd.DataFrame) -> dict[str, str]:
    """Return the name by id of facilities.

    Raises
    ------
    KeyError
        When the table lacks a column.
    """
    return dict(zip(facilities["facility_id"], facilities["name"], strict=True))


def town_names(work: Workspace[YearReads], ids: pd.Series[Any]) -> list[str]:
    """Return the names of towns by their ids, empty where there is none."""
    towns = work["towns"]
    names = dict(zip(towns["town_id"], towns["town_name"], strict=True))
    return [names.get(value, "") for value in ids]


def percent(share: float) -> str:
    """Return a share for reading.

    Examples
    --------
    >>> percent(0.4567), percent(float("nan"))
    ('45.7%', '–')
    """
    return "–" if np.isnan(share) else f"{share:.1%}"
