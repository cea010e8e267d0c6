"""Files that this package writes and reads back, and the data that it ships.

Everything written here is the same to the byte for the same content: no clock, no random ids.
"""

from __future__ import annotations

from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.core.errors import LivelihoodMapError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from livelihood_map.core.schema import TableSchema

DEGREE_DIGITS: Final = 7
"""Digits of written longitudes and latitudes: about 1 cm."""
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


class OutputError(LivelihoodMapError, OSError):
    """A result cannot be written, most often because Excel or WPS holds the file open."""


def data_path(*parts: str) -> Path:
    """Return the path of a shipped data file or folder.

    In an installed wheel the data lie inside the package, in a checkout beside ``src``.

    Raises
    ------
    FileNotFoundError
        When the package was installed without its data.
    """
    package = Path(str(files("livelihood_map")))
    for root in (package / "data", package.parent.parent / "data"):
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise FileNotFoundError("/".join(parts))


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """Return a context that gives a temporary path and moves it to `path` when all went well.

    A reader never sees half a file, and a failed run leaves the former file as it was.

    Raises
    ------
    OutputError
        When the file or its folder cannot be written.
    """
    draft = path.with_name(f".{path.stem}.draft{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield draft
        draft.replace(path)
    except PermissionError as error:
        raise OutputError("core.output_locked", path=str(path)) from error
    finally:
        draft.unlink(missing_ok=True)


def write_table(table: pd.DataFrame, path: Path, schema: TableSchema) -> Path:
    """Return the path of a table stored between stages, as (Geo)Parquet.

    Parameters
    ----------
    table
        A table that keeps `schema`.
    path
        File to write.
    schema
        Its schema, checked before writing.

    Raises
    ------
    SchemaError
        When the table breaks the schema.
    OutputError
        When the file cannot be written.
    """
    with writing(path) as draft:
        schema.check(table).to_parquet(draft, index=False)
    return path


def read_table(path: Path, schema: TableSchema) -> Any:  # noqa: ANN401  (GeoDataFrame or DataFrame)
    """Return a table stored by :func:`write_table`, checked.

    Parameters
    ----------
    path
        The stored file.
    schema
        Its schema; decides whether a GeoDataFrame comes back.

    Raises
    ------
    LivelihoodMapError
        When the file does not exist: an earlier stage has not run.
    SchemaError
        When the table breaks the schema.
    """
    if not path.exists():
        raise LivelihoodMapError("core.artefact_absent", path=str(path))
    if not schema.geometry:
        return schema.check(pd.read_parquet(path))
    import geopandas as gpd

    return schema.check(gpd.read_parquet(path))


def write_csv(table: pd.DataFrame, path: Path, *, headings: Mapping[str, str]) -> Path:
    """Return the path of a CSV that Chinese Excel opens rightly: UTF-8 with BOM, CRLF.

    A text that Excel would read as a formula gets a leading apostrophe.

    Parameters
    ----------
    table
        What is written.
    path
        File to write.
    headings
        Heading by column; a column without one is left out.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    columns = [name for name in headings if name in table.columns]
    shown = table[columns].copy()
    for name in columns:
        if isinstance(shown[name].dtype, pd.StringDtype) or shown[name].dtype == object:
            shown[name] = shown[name].map(_harmless, na_action="ignore")
    with writing(path) as draft:
        shown.rename(columns=dict(headings)).to_csv(
            draft, index=False, encoding="utf-8-sig", lineterminator="\r\n"
        )
    return path


def _harmless(value: object) -> object:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def write_geojson(table: Any, path: Path) -> Path:  # noqa: ANN401  (a GeoDataFrame)
    """Return the path of a GeoJSON in EPSG:4326, coordinates to about a centimetre.

    Parameters
    ----------
    table
        GeoDataFrame in any CRS.
    path
        File to write.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    with writing(path) as draft:
        table.to_crs(STORAGE_CRS).to_file(
            draft,
            driver="GeoJSON",
            engine="pyogrio",
            layer=path.stem,
            COORDINATE_PRECISION=DEGREE_DIGITS,
            RFC7946="YES",
        )
    return path


def write_geopackage(table: Any, path: Path, *, date: dt.date) -> Path:  # noqa: ANN401
    """Return the path of a GeoPackage of one layer in EPSG:4326, named as the file.

    Parameters
    ----------
    table
        GeoDataFrame in any CRS.
    path
        File to write.
    date
        Date recorded in the file.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    import pyogrio

    with writing(path) as draft:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{date.isoformat()}T00:00:00.000Z"})
        try:
            table.to_crs(STORAGE_CRS).to_file(
                draft, driver="GPKG", engine="pyogrio", layer=path.stem
            )
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    return path


def write_text(text: str, path: Path) -> Path:
    """Return the path of a text file in UTF-8 with Unix line ends.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    with writing(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")
    return path
