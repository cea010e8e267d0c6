"""Records and shapes of GeoJSON, GeoPackage and Shapefile."""

from __future__ import annotations

import struct
import warnings
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np

from livelihood_map.core.errors import Problem, SourceError
from livelihood_map.load.files.drivers import harmless_geojson, require_form, unpack_layer
from livelihood_map.load.files.limited import limited
from livelihood_map.load.files.raw import RawTable, unique_headings
from livelihood_map.load.files.text_files import decode, plain_cell
from livelihood_map.load.files.workbook_limits import COLUMNS_MAX

if TYPE_CHECKING:
    import pandas as pd

_BYTES: Final = "ISO-8859-1"
"""Read in this encoding every byte stays one character."""
_DBF_HEADER: Final = 32
"""Bytes before the columns of a dBASE table."""
_TAIL_MAX: Final = 3
"""A name cut at the width of its column may end in this many bytes of a broken character."""
_STYLES: Final = "layer_styles"
"""Table in which QGIS keeps how the layers of a GeoPackage look: no layer of the office's."""


@limited
def read_layer(path: Path, *, layer: str | None, encoding: str | None) -> RawTable:
    """Return the records and shapes of one geographic layer.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage, Shapefile, or a zip of one.
    layer
        Layer of a file that has several; None when it has only one.
    encoding
        Encoding of a Shapefile's texts; None to find it.

    Raises
    ------
    SourceError
        When the file cannot be read, lacks the layer, has several and none was chosen, or has
        more columns than any register.
    """
    require_form(path)
    suffix = path.suffix.lower()
    if suffix == ".zip":
        with TemporaryDirectory() as folder:
            unpacked, inner, name = unpack_layer(path, layer, Path(folder))
            try:
                table = read_layer(unpacked, layer=inner, encoding=encoding)
            except SourceError as error:
                named = {**error.values, "path": path.name}
                raise SourceError.of(Problem(error.key, **named)) from error
            return replace(table, source=path.name, sheet=table.sheet or name)
    used = ""
    source: Any = path
    options: dict[str, Any] = {}
    if suffix in {".geojson", ".json"}:
        text, used = decode(path.read_bytes(), path.name, encoding=encoding)
        held = harmless_geojson(text, path.name)
        source = path if held == text and used.startswith("utf-8") else held.encode()
    elif suffix == ".shp":
        used = encoding or dbf_encoding(path)
        options["encoding"] = _BYTES
    layer = _chosen_layer(path, layer) if suffix not in {".geojson", ".json", ".shp"} else layer
    if layer is not None:
        options["layer"] = layer
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GDAL warns of each odd record; they are checked below
        try:
            frame = gpd.read_file(source, engine="pyogrio", on_invalid="ignore", **options)
        except MemoryError:
            raise
        except Exception as error:  # GDAL raises by driver
            detail = str(error).replace(str(path), path.name)
            raise SourceError("load.layer_broken", path=path.name, detail=detail) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise SourceError("load.layer_no_shapes", path=path.name)
    if len(frame.columns) > COLUMNS_MAX:
        raise SourceError("load.table_wide", path=path.name, columns=len(frame.columns) - 1)
    cells = frame.drop(columns=frame.geometry.name).astype(object)
    cells = cells.map(_cell)
    if suffix == ".shp":
        cells = _decoded(cells, used)
    cells.columns = unique_headings([str(name) for name in cells.columns])
    cells = cells.astype(object).where(cells.notna(), None)  # pandas has guessed at every step
    return RawTable(
        source=path.name,
        sheet=layer or "",
        cells=cells.reset_index(drop=True),
        rows=np.arange(1, len(cells) + 1),
        geometry=np.asarray(frame.geometry.array, dtype=object),
        crs=frame.crs,
        encoding=used,
    )


def _cell(value: Any) -> object:  # noqa: ANN401  (any cell of a table)
    """Return a cell as a table holds it; a list or object as its text."""
    return plain_cell(value.tolist() if isinstance(value, np.ndarray) else value)


def _decoded(cells: pd.DataFrame, codec: str) -> pd.DataFrame:
    """Return cells that were read byte for byte with their texts and headings decoded.

    GDAL itself gives up on a heading or cell that its width cut in the midst of a character.
    """

    def text(value: Any) -> Any:  # noqa: ANN401  (any cell of a table)
        is_text = isinstance(value, str)
        return value.encode(_BYTES).decode(codec, errors="ignore") if is_text else value

    return cells.map(text).rename(columns=text)


def _chosen_layer(path: Path, layer: str | None) -> str | None:
    """Return the layer to read; asks when there are several."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as in reading
        try:
            names = [str(name) for name in gpd.list_layers(path)["name"] if name != _STYLES]
        except Exception as error:  # GDAL raises by driver
            detail = str(error).replace(str(path), path.name)
            raise SourceError("load.layer_broken", path=path.name, detail=detail) from error
    known = "、".join(names)
    if layer is not None and layer not in names:
        raise SourceError("load.no_layer", path=path.name, layer=layer, known=known)
    if layer is None and len(names) > 1:
        raise SourceError("load.several_layers", path=path.name, known=known)
    return layer or (names[0] if names else None)


def dbf_encoding(path: Path) -> str:
    """Return the encoding in which every text of a Shapefile can be read.

    The side file .cpg is tried first, then UTF-8, then GB18030; a .cpg that is wrong is passed
    over, because offices copy them from one file to the next.

    Parameters
    ----------
    path
        The .shp file; its .dbf lies beside it.

    Raises
    ------
    SourceError
        When the .dbf is absent or broken off, or no encoding fits.
    """
    table = next((p for p in _beside(path, ".dbf") if p.exists()), None)
    if table is None:
        raise SourceError("load.dbf_absent", path=path.name)
    try:
        texts = _dbf_texts(table.read_bytes(), table.name)
    except IndexError as error:  # a head of columns that ends within one
        raise SourceError("load.layer_broken", path=path.name, detail=table.name) from error
    stated = next(
        (p.read_text("ascii", "ignore").strip() for p in _beside(path, ".cpg") if p.exists()), ""
    )
    guesses = [*([_codec(stated)] if stated else []), "utf-8", "gb18030"]
    for guess in guesses:
        if all(_fits(text, guess) for text in texts):
            return guess
    raise SourceError("load.encoding_unreadable", path=table.name, tried=", ".join(guesses), line=1)


def _beside(path: Path, suffix: str) -> tuple[Path, Path]:
    """Return the side file's path in small and capital letters."""
    return path.with_suffix(suffix), path.with_suffix(suffix.upper())


def _codec(stated: str) -> str:
    """Return Python's name of the encoding that a .cpg states."""
    name = stated.lower().replace("ansi ", "")
    return {"936": "gb18030", "gbk": "gb18030", "gb2312": "gb18030", "65001": "utf-8"}.get(
        name, name
    )


def _fits(text: bytes, codec: str) -> bool:
    """Return whether a text can be read, apart from a character cut off at its end."""
    for cut in range(_TAIL_MAX + 1):
        try:
            text[: len(text) - cut].decode(codec)
        except (ValueError, LookupError):  # the name of the codec may be anything
            continue
        return True
    return False


def _dbf_texts(content: bytes, file: str) -> list[bytes]:
    """Return the character cells and the column names of a dBASE table.

    The table must have room for all the rows that it says it has: GDAL takes its word for them.
    """
    if len(content) < _DBF_HEADER:
        raise SourceError("load.dbf_torn", path=file, rows=0, room=0)
    count, header, length = struct.unpack("<xxxxIHH", content[:12])
    room = max(len(content) - header, 0) // length if length else 0
    if count > room or not _DBF_HEADER < header <= len(content):
        raise SourceError("load.dbf_torn", path=file, rows=count, room=room)
    columns, texts, offset, start = [], [], 32, 1
    while offset < header - 1 and content[offset] != 0x0D:  # noqa: PLR2004  (end of the header)
        name, kind, width = (
            content[offset : offset + 11],
            content[offset + 11],
            content[offset + 16],
        )
        texts.append(name.split(b"\0")[0])
        if kind == ord("C"):
            columns.append((start, width))
        start += width
        offset += 32
    for row in range(count):
        record = content[header + row * length : header + (row + 1) * length]
        texts += [record[at : at + width].rstrip(b" \0") for at, width in columns]
    return texts


def column_of(cells: pd.DataFrame, names: tuple[str, ...]) -> list[Any] | None:
    """Return the first of several columns that a layer has, or None.

    Parameters
    ----------
    cells
        Records of the layer.
    names
        What the column may be called.
    """
    present = [name for name in names if name in cells.columns]
    return cells[present[0]].tolist() if present else None
