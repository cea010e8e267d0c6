"""Files that this package writes and reads back, and the data that it ships.

Everything written here is the same to the byte for the same content: no clock, no random ids.
"""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager, suppress
from errno import EISDIR
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.core.errors import LivelihoodMapError, SchemaError, SourceError
from livelihood_map.core.faults import is_a, one_line, reason_of
from livelihood_map.core.qgis_style import with_default_style

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from livelihood_map.core.qgis_style import StyleClass
    from livelihood_map.core.schema import TableSchema

DEGREE_DIGITS: Final = 7
"""Digits of written longitudes and latitudes: about 1 cm."""
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


class OutputError(LivelihoodMapError, OSError):
    """A result cannot be written: the disk is full, Excel or WPS holds the file open, or so."""


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

    A reader never sees half a file, and a failed run leaves the former file as it was. Errors that
    are not about this file pass unchanged.

    Raises
    ------
    OutputError
        When the file or its folder cannot be written.
    """
    # Short, so that a name that just fits does not become too long.
    draft = path.parent / f".draft-{os.getpid()}-{secrets.token_hex(2)}{path.suffix}"
    try:
        _make_room(path)
        yield draft
        draft.replace(path)
    except Exception as error:
        fault = _fault_of_writing(error, {str(p) for p in (draft, path, *path.parents)})
        if fault is None:
            raise
        raise output_error(fault, path) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _make_room(path: Path) -> None:
    """Make the folder of a file; OSError where the file itself is a folder."""
    if path.is_dir():
        raise IsADirectoryError(EISDIR, os.strerror(EISDIR), str(path))
    path.parent.mkdir(parents=True, exist_ok=True)


def _fault_of_writing(error: Exception, places: Collection[str]) -> OSError | None:
    """Return the system's error behind an error that is about one of these places, else None."""
    if isinstance(error, LivelihoodMapError):
        return None
    if is_a(error, "xlsxwriter.exceptions.FileCreateError"):
        error = next(iter(error.args), error)
    if is_a(error, "pyogrio.errors.DataSourceError"):
        return OSError(one_line(error))
    if not isinstance(error, OSError):
        return None
    named = {name for name in (error.filename, error.filename2) if isinstance(name, str)}
    return error if not named or named & set(places) else None


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Return a context in which a refusal of the system is told in words.

    Parameters
    ----------
    path
        File or folder that is spoken of where the system names none.

    Raises
    ------
    OutputError
        Why a file cannot be written, moved or removed, and the remedy.
    """
    try:
        yield
    except LivelihoodMapError:
        raise
    except OSError as error:
        raise output_error(error, Path(error.filename or path)) from error


def output_error(error: OSError, path: Path) -> OutputError:
    """Return the error that says why a file cannot be written, moved or removed."""
    return OutputError("core.output_failed", path=str(path), reason=reason_of(error, path))


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
    SourceError
        When the file is damaged or cannot be read.
    SchemaError
        When the table breaks the schema.
    """
    if not path.exists():
        raise LivelihoodMapError("core.artefact_absent", path=str(path))
    import geopandas as gpd

    try:
        stored = gpd.read_parquet(path) if schema.geometry else pd.read_parquet(path)
    except MemoryError:
        raise
    except Exception as error:  # what pyarrow, pandas and GeoPandas raise on a damaged file differs
        if isinstance(error, OSError) and error.errno is not None:
            reason = reason_of(error, path)
            raise SourceError("core.file_failed", path=str(path), reason=reason) from error
        detail = one_line(error)
        raise SourceError("core.artefact_broken", path=str(path), detail=detail) from error
    try:
        return schema.check(stored)
    except SchemaError as error:
        named = {**error.values, "path": str(path)}
        raise SchemaError("core.artefact_other", problems=error.problems, **named) from error


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
    content = layer_content(
        table.to_crs(STORAGE_CRS),
        driver="GeoJSON",
        layer=path.stem,
        COORDINATE_PRECISION=DEGREE_DIGITS,
        RFC7946="YES",
    )
    return write_bytes(content, path)


def write_geopackage(
    table: Any,  # noqa: ANN401  (a GeoDataFrame)
    path: Path,
    *,
    date: dt.date,
    style: tuple[str, Sequence[StyleClass]] | None = None,
) -> Path:
    """Return the path of a GeoPackage of one layer in EPSG:4326, named as the file.

    Parameters
    ----------
    table
        GeoDataFrame in any CRS.
    path
        File to write.
    date
        Date recorded in the file.
    style
        Name and classes of the layer's default style in QGIS; none when None.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    table = table.to_crs(STORAGE_CRS)
    content = layer_content(table, driver="GPKG", layer=path.stem, date=date)
    if style is not None:
        name, classes = style
        content = with_default_style(
            content, layer=path.stem, name=name, classes=classes, date=date
        )
    return write_bytes(content, path)


def layer_content(
    table: Any,  # noqa: ANN401  (a GeoDataFrame)
    *,
    driver: str,
    layer: str,
    date: dt.date | None = None,
    **options: object,
) -> bytes:
    """Return the content of a file of one layer.

    GDAL writes it in memory: on a full disk it would leave half a file and say nothing.

    Parameters
    ----------
    table
        GeoDataFrame.
    driver
        GDAL's name of the format.
    layer
        Name of the layer.
    date
        Date recorded in a GeoPackage; None for none.
    **options
        GDAL's options of the format.

    Raises
    ------
    pyogrio.errors.DataSourceError
        When GDAL has no such format.
    """
    import pyogrio

    held = BytesIO()
    moment = None if date is None else f"{date.isoformat()}T00:00:00.000Z"
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": moment})
    try:
        table.to_file(held, driver=driver, engine="pyogrio", layer=layer, **options)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    return held.getvalue()


def write_text(text: str, path: Path) -> Path:
    """Return the path of a text file in UTF-8 with Unix line ends.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    return write_bytes(text.encode(), path)


def write_bytes(content: bytes, path: Path) -> Path:
    """Return the path of a file with this content.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    with writing(path) as draft:
        draft.write_bytes(content)
    return path


def append_text(text: str, path: Path) -> Path:
    """Return the path of a file in UTF-8 with a text added at its end; made where it is missing.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    try:
        _make_room(path)
        with path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise output_error(error, path) from error
    return path
