"""Schemas of tables, as data; `TableSchema.check` lists every breach in one error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd

from livelihood_map.core.crs import STORAGE_CRS, crs_problem
from livelihood_map.core.errors import Problem, SchemaError
from livelihood_map.core.labels import Lang, has_label, label

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ColumnKind = Literal["str", "int", "float", "bool"]
Table = TypeVar("Table", bound=pd.DataFrame)

_DTYPES: Final[dict[ColumnKind, str]] = {
    "str": "str",
    "int": "int64",
    "float": "float64",
    "bool": "bool",
}
_SHOWN: Final = 5
FOREIGN_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "node_id": ("osmid", "nodeID", "node", "id"),
    "u": ("node_start", "from", "source"),
    "v": ("node_end", "to", "target"),
    "length_m": ("length", "mm_len"),
    "population": ("pop", "people", "residents"),
}
"""What OSMnx, momepy and others call our columns: named in the remedy, never taken for them."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name
        Column name; a suffix tells the unit (``_m``, ``_min``, ``_m2``, ``_share``, ``_n``).
    kind
        ``str``, ``int``, ``float`` or ``bool``. An optional ``int`` is held as ``Int64``.
    is_optional
        Whether values may be missing. The column itself is always there.
    minimum, maximum
        Closed range of the values.
    choices
        The allowed values, when the list is closed.
    """

    name: str
    kind: ColumnKind
    is_optional: bool = False
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def dtype(self) -> str:
        """Return the pandas dtype that holds this column."""
        return "Int64" if self.kind == "int" and self.is_optional else _DTYPES[self.kind]


@dataclass(frozen=True, slots=True)
class TableSchema:
    """What a table between two stages holds.

    Parameters
    ----------
    name
        Name of the table, as in the data dictionary.
    columns
        Its columns in order, without the geometry. Further columns are allowed.
    key
        The columns that identify a row together; never repeated.
    geometry
        Allowed geometry types; empty for a table without geometry.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    geometry: tuple[str, ...] = ()

    @property
    def column_names(self) -> list[str]:
        """Return the names of the columns, geometry last where there is one."""
        return [column.name for column in self.columns] + ["geometry"] * bool(self.geometry)

    def empty(self, crs: object = None) -> pd.DataFrame:
        """Return a table without rows.

        Parameters
        ----------
        crs
            CRS of the geometry, where the table has one.

        Raises
        ------
        pyproj.exceptions.CRSError
            When `crs` is not a CRS.
        """
        arrays: dict[str, Any] = {c.name: pd.Series([], dtype=c.dtype) for c in self.columns}
        if not self.geometry:
            return pd.DataFrame(arrays)
        return gpd.GeoDataFrame(arrays, geometry=gpd.GeoSeries([], crs=crs), crs=crs)

    def conform(self, table: Table) -> Table:
        """Return a checked copy: schema columns first, in order, with the schema's dtypes.

        Missing optional columns are added without values; the index is renumbered.

        Parameters
        ----------
        table
            Any table that holds at least the required columns.

        Raises
        ------
        SchemaError
            With every breach in ``.problems``.
        """
        shaped: Any = table.reset_index(drop=True)
        added = {
            c.name: pd.Series([None] * len(shaped), dtype="object").astype(c.dtype)
            for c in self.columns
            if c.is_optional and c.name not in shaped.columns
        }
        shaped = shaped.assign(**added)
        for column in self.columns:
            if column.name in shaped.columns:
                shaped[column.name] = _cast(shaped[column.name], column)
        first = [name for name in self.column_names if name in shaped.columns]
        rest = [name for name in shaped.columns if name not in first]
        checked: Table = self.check(shaped[first + rest])
        return checked

    def check(self, table: Table) -> Table:
        """Return `table` itself when it keeps the schema.

        Parameters
        ----------
        table
            Table to check; geometry either in EPSG:4326 or in a CRS that measures metres.

        Raises
        ------
        SchemaError
            With every breach in ``.problems``, not only the first.

        Examples
        --------
        >>> walks = TableSchema("walks", (Column("walk_m", "float", minimum=0),))
        >>> walks.check(pd.DataFrame({"walk_m": [-1.0]}))
        Traceback (most recent call last):
        livelihood_map.core.errors.SchemaError: ...
        """
        problems = [*self._column_problems(table), *self._key_problems(table)]
        problems += self._geometry_problems(table)
        if problems:
            raise SchemaError("core.schema_broken", problems=problems, table=self.name)
        return table

    def _column_problems(self, table: pd.DataFrame) -> Iterator[Problem]:
        for column in self.columns:
            if column.name not in table.columns:
                yield _missing(self.name, column.name, table)
                continue
            values = table[column.name]
            if not _fits(values, column.kind):
                yield Problem(
                    "core.schema_dtype",
                    table=self.name,
                    column=column.name,
                    expected=column.kind,
                    found=str(values.dtype),
                )
                continue
            for key, is_bad in _value_faults(values, column):
                if is_bad.any():
                    yield self._fault(key, column, values, is_bad)

    def _fault(
        self, key: str, column: Column, values: pd.Series[Any], is_bad: pd.Series[bool]
    ) -> Problem:
        rows = np.flatnonzero(is_bad.to_numpy())
        return Problem(
            key,
            table=self.name,
            column=column.name,
            count=len(rows),
            rows=", ".join(str(row) for row in rows[:_SHOWN]),
            examples=", ".join(repr(value) for value in values.iloc[rows[:_SHOWN]].tolist()),
            minimum=column.minimum,
            maximum=column.maximum,
            choices=", ".join(column.choices),
        )

    def _key_problems(self, table: pd.DataFrame) -> Iterator[Problem]:
        if not self.key or any(name not in table.columns for name in self.key):
            return
        is_repeated = table.duplicated(list(self.key))
        if is_repeated.any():
            rows = table.loc[is_repeated, list(self.key)].head(_SHOWN)
            yield Problem(
                "core.schema_key_repeated",
                table=self.name,
                key=", ".join(self.key),
                count=int(is_repeated.sum()),
                examples="; ".join(", ".join(map(str, row)) for row in rows.to_numpy()),
            )

    def _geometry_problems(self, table: pd.DataFrame) -> Iterator[Problem]:
        if not self.geometry:
            return
        if not isinstance(table, gpd.GeoDataFrame) or "geometry" not in table.columns:
            yield Problem("core.schema_geometry_missing", table=self.name)
            return
        if table.crs is None or table.crs != STORAGE_CRS:
            problem = crs_problem(table.crs, what=self.name)
            if problem is not None:
                yield problem
        is_absent = table.geometry.isna() | table.geometry.is_empty
        if is_absent.any():
            yield Problem("core.schema_geometry_empty", table=self.name, count=int(is_absent.sum()))
        others = set(table.geometry[~is_absent].geom_type) - set(self.geometry)
        if others:
            yield Problem(
                "core.schema_geometry_type",
                table=self.name,
                found=", ".join(sorted(others)),
                expected=", ".join(self.geometry),
            )


def _missing(name: str, column: str, table: pd.DataFrame) -> Problem:
    """Return that a table lacks a column, with what to do where it has it in another guise."""
    levels = [str(level) for level in table.index.names if level is not None]
    if column in levels:
        return Problem("core.schema_column_in_index", table=name, column=column)
    known = [word for word in FOREIGN_NAMES.get(column, ()) if word in (*table.columns, *levels)]
    if known:
        guise = (
            "core.schema_column_named" if known[0] in table.columns else "core.schema_index_named"
        )
        return Problem(guise, table=name, column=column, found=known[0])
    return Problem("core.schema_column_missing", table=name, column=column)


def _cast(values: pd.Series[Any], column: Column) -> pd.Series[Any]:
    """Return `values` in the column's dtype, or unchanged when one does not fit."""
    if str(values.dtype) == column.dtype:
        return values
    if column.kind == "bool" and not values.isin([True, False]).all():
        return values
    if column.kind == "str" and not values.empty and not _fits(values, "str"):
        return values
    try:
        return values.astype(column.dtype)
    except (ValueError, TypeError):
        return values


def _fits(values: pd.Series[Any], kind: ColumnKind) -> bool:
    """Return whether a column's dtype can hold values of `kind`."""
    if kind == "bool":
        return bool(values.dtype == bool)
    if kind == "int":
        return bool(pd.api.types.is_integer_dtype(values))
    if kind == "float":
        return bool(pd.api.types.is_numeric_dtype(values) and values.dtype != bool)
    if values.dtype == object:
        return bool(values.dropna().map(type).eq(str).all())
    return isinstance(values.dtype, pd.StringDtype)


def _value_faults(values: pd.Series[Any], column: Column) -> Iterator[tuple[str, pd.Series[bool]]]:
    """Return, fault by fault, its catalogue key and the rows that have it."""
    if not column.is_optional:
        yield "core.schema_value_missing", values.isna()
    if column.minimum is not None:
        yield "core.schema_too_small", (values < column.minimum).fillna(value=False).astype(bool)
    if column.maximum is not None:
        yield "core.schema_too_large", (values > column.maximum).fillna(value=False).astype(bool)
    if column.choices:
        yield "core.schema_choice", ~values.isin(column.choices) & values.notna()


def stack_rows(*tables: Table) -> Table:
    """Return the rows of all tables, one below the other; the first table when none has any.

    Tables without rows are left out: their columns may be of another kind.

    Parameters
    ----------
    *tables
        At least one table.

    Examples
    --------
    >>> stack_rows(pd.DataFrame({"walk_m": []}), pd.DataFrame({"walk_m": [1.0]}))
       walk_m
    0     1.0
    """
    filled = [table for table in tables if len(table)]
    stacked: Table = pd.concat(filled) if filled else tables[0]
    return stacked


def column_meaning(table: str, column: str, lang: Lang | None = None) -> str:
    """Return what a column means; the same in every table unless the catalogue says otherwise.

    Parameters
    ----------
    table
        Name of the table.
    column
        Name of the column.
    lang
        Language; None for the current one.

    Raises
    ------
    KeyError
        When the catalogue does not explain the column.

    Examples
    --------
    >>> column_meaning("plan", "seed", "en")
    'Seed of everything drawn at random'
    """
    own = f"columns.{table}_{column}"
    return label(own if has_label(own) else f"columns.{column}", lang)


def data_dictionary(
    schemas: Mapping[str, TableSchema], *, lang: Lang | None = None
) -> pd.DataFrame:
    """Return the columns of several tables as one table: the data dictionary.

    Parameters
    ----------
    schemas
        Schema by table name.
    lang
        Language of the meanings; None for the current one.

    Returns
    -------
    DataFrame with columns table, column, kind, is_optional, is_key, range, meaning.

    Raises
    ------
    KeyError
        When the catalogue does not explain a column.
    """
    rows = [
        {
            "table": name,
            "column": column.name,
            "kind": column.kind,
            "is_optional": column.is_optional,
            "is_key": column.name in schema.key,
            "range": ", ".join(column.choices)
            or "–".join("" if v is None else f"{v:g}" for v in (column.minimum, column.maximum)),
            "meaning": column_meaning(name, column.name, lang),
        }
        for name, schema in schemas.items()
        for column in schema.columns
    ]
    return pd.DataFrame(rows)
