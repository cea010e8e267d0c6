"""What the questions of the year's plan have in common: people, walks, workbooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Never

import numpy as np
import pandas as pd

from livelihood_map.core.labels import label
from livelihood_map.core.names import town_names
from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.core.workbook import Sheet, write_workbook, yes_no
from livelihood_map.coverage import count_people
from livelihood_map.pipeline.walking import join_places, walks_within

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from livelihood_map.pipeline.reads import YearReads
    from livelihood_map.pipeline.workspace import Workspace

FOLDER: Final = "programme"
"""Folder of the outputs, below that of the run."""
_FORMATS: Final = {"_share": "0.0%", "_ratio": "0%", "_people": "#,##0", "_m2": "#,##0"}
_HIDDEN: Final = frozenset(("geometry", "format", "town_id", "demand_id"))
"""Columns that stand in no workbook."""


def demand_of(work: Workspace[YearReads], kind: str) -> gpd.GeoDataFrame:
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
    return demand.assign(people=count_people(demand, standard=work.standard, kind=kind))


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


def walkable(work: Workspace[YearReads], kind: str) -> gpd.GeoDataFrame:
    """Return the facilities of a kind that have a place to walk to, whatever their status.

    Raises
    ------
    StandardError
        When the standard lacks the kind.
    SettingsError
        When no register of it was given.
    """
    work.require_register(kind)
    facilities = work["facilities"]
    work.standard.kind(kind)
    walkless = work.standard.walkless_subtypes(kind)
    own = facilities[(facilities["kind"] == kind) & ~facilities["subtype"].isin(walkless)]
    return own.reset_index(drop=True)


def rows_of(work: Workspace[Never], coverage: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return the rows of a kind and of the first walker of the settings."""
    walker = work.settings.coverage.walkers[0]
    return coverage[(coverage["kind"] == kind) & (coverage["walker"] == walker)]


def with_towns(work: Workspace[YearReads], table: pd.DataFrame, *, at: int = 1) -> pd.DataFrame:
    """Return a table with the name of each row's town, empty where there is none.

    Parameters
    ----------
    work
        Workspace of the run.
    table
        A table with ``town_id``; the row of the district is named so.
    at
        Where ``town_name`` comes to stand.

    Raises
    ------
    KeyError
        When the table lacks the column.
    """
    names = {**town_names(work["towns"]), DISTRICT_ID: label("programme.district")}
    named_table = table.drop(columns="town_name", errors="ignore")
    named_table.insert(at, "town_name", [names.get(town_id, "") for town_id in table["town_id"]])
    return named_table


def worded(values: pd.Series[Any], prefix: str) -> list[str]:
    """Return values of a closed list in words, missing ones empty.

    Raises
    ------
    KeyError
        When the catalogue lacks a word: a mistake in the program.
    """
    known = {value: label(f"programme.{prefix}_{value}") for value in values.dropna().unique()}
    return [known.get(value, "") for value in values]


def save(
    work: Workspace[Never],
    name: str,
    tables: Mapping[str, pd.DataFrame],
    notes: Sequence[str],
    headings: Mapping[str, str] | None = None,
) -> None:
    """Write a workbook of the year's plan, one sheet a table.

    Parameters
    ----------
    work
        Workspace of the run; the path is added to what it wrote.
    name
        Name of the file without ending.
    tables
        Table by the entry of the catalogue's section ``programme``, without ``sheet_``, that is its
        title. Flags become words; ids of towns and demand points and coordinates stay out.
    notes
        Lines above each table.
    headings
        Heading by column, for columns whose heading is not ``programme.col_{column}``.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    sheets = [_sheet(title, table, notes, headings or {}) for title, table in tables.items()]
    path = write_workbook(work.folder / FOLDER / f"{name}.xlsx", sheets, date=work.date)
    work.written.append(path)


def _sheet(
    title: str, table: pd.DataFrame, notes: Sequence[str], headings: Mapping[str, str]
) -> Sheet:
    """Return a sheet whose title and headings come from the catalogue."""
    columns = [str(name) for name in table.columns if name not in _HIDDEN]
    flags = [name for name in columns if pd.api.types.is_bool_dtype(table[name])]
    return Sheet(
        label(f"programme.sheet_{title}"),
        table.assign(**{name: yes_no(table[name]) for name in flags}),
        {name: headings.get(name) or label(f"programme.col_{name}") for name in columns},
        notes=list(notes),
        formats={
            name: style
            for name in columns
            for ending, style in _FORMATS.items()
            if name.endswith(ending)
        },
        row_formats="format" if "format" in table.columns else None,
    )


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


def percent(share: float) -> str:
    """Return a share for reading.

    Examples
    --------
    >>> percent(0.4567), percent(float("nan"))
    ('45.7%', '–')
    """
    return "–" if np.isnan(share) else f"{share:.1%}"
