"""What a reader made of a file, written to an Arrow file and read back cell for cell.

A cell of a register may be anything in any column, which no column type of Arrow holds. So a row's
cells are one JSON text, a shape is WKB, and what JSON lacks, such as dates, is named by its class.
Nothing in such a file is ever run, as something in a pickle would be.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

_HEAD: Final = b"livelihood_map"
"""Key of the schema's metadata."""
_BY_RECORD: Final = ("cells", "rows", "geometry")

Fields = list[dict[str, Any]] | dict[str, Any]
"""Fields of the Grid of each sheet, or of one RawTable."""


def write_exchange(fields: Fields, path: Path) -> None:
    """Write what was read; one record batch a sheet.

    Parameters
    ----------
    fields
        Fields of the Grid of each sheet of a workbook, or of the RawTable of a layer.
    path
        The Arrow file to write.

    Raises
    ------
    TypeError
        When a cell is of a class that no reader gives.
    """
    import pyarrow as pa

    if isinstance(fields, dict):
        head: object = _head(fields)
        batches = [_records(fields)]
    else:
        head = [{name: one[name] for name in one if name != "rows"} for one in fields]
        batches = [pa.record_batch({"cells": _texts(one["rows"])}) for one in fields]
    schema = batches[0].schema if batches else pa.schema([("cells", pa.large_string())])
    schema = schema.with_metadata({_HEAD: json.dumps(head, sort_keys=True)})
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)


def read_exchange(path: Path) -> Fields:
    """Return what :func:`write_exchange` wrote.

    Parameters
    ----------
    path
        The Arrow file.

    Raises
    ------
    pyarrow.ArrowException
        When it is no such file.
    """
    import pyarrow as pa

    with pa.OSFile(str(path), "rb") as file, pa.ipc.open_file(file) as reader:
        head = json.loads(reader.schema.metadata[_HEAD])
        batches = [reader.get_batch(number) for number in range(reader.num_record_batches)]
    if isinstance(head, dict):
        return _table(head, batches[0])
    return [{**sheet, "rows": _rows(batch)} for sheet, batch in zip(head, batches, strict=True)]


def _head(table: Mapping[str, Any]) -> dict[str, object]:
    """Return what is said of a layer once."""
    plain = {name: value for name, value in table.items() if name not in _BY_RECORD}
    headings = [str(name) for name in table["cells"].columns]
    return {
        **plain,
        "headings": headings,
        "crs": None if plain["crs"] is None else plain["crs"].srs,
    }


def _records(table: Mapping[str, Any]) -> pa.RecordBatch:
    """Return the records of a layer: cells, row numbers, and shapes where it has any."""
    import pyarrow as pa
    import shapely

    columns = {
        "cells": _texts(table["cells"].to_numpy(dtype=object).tolist()),
        "rows": pa.array(table["rows"]),
    }
    if table["geometry"] is not None:
        columns["geometry"] = pa.array(shapely.to_wkb(table["geometry"]), pa.large_binary())
    return pa.record_batch(columns)


def _table(head: dict[str, Any], batch: pa.RecordBatch) -> dict[str, Any]:
    """Return the fields of a layer."""
    import pandas as pd
    import pyproj
    import shapely

    headings, crs = pd.Index(head.pop("headings")), head.pop("crs")
    shapes = None
    if "geometry" in batch.schema.names:
        wkb = batch.column("geometry").to_numpy(zero_copy_only=False)
        shapes = np.asarray(shapely.from_wkb(wkb), dtype=object)
    index = pd.RangeIndex(batch.num_rows)
    return {
        **head,
        "cells": pd.DataFrame(_rows(batch), columns=headings, index=index, dtype=object),
        "rows": batch.column("rows").to_numpy().copy(),
        "geometry": shapes,
        "crs": None if crs is None else pyproj.CRS.from_user_input(crs),
    }


def _texts(rows: Sequence[Sequence[object]]) -> pa.Array:
    """Return each row of cells as its text."""
    import pyarrow as pa

    write = json.JSONEncoder(default=_named).encode
    return pa.array([write(row) for row in rows], pa.large_string())


def _rows(batch: pa.RecordBatch) -> list[list[object]]:
    """Return the cells of each row."""
    read = json.JSONDecoder(object_hook=_unnamed).decode
    return [read(text) for text in batch.column("cells").to_numpy(zero_copy_only=False)]


def _named(value: object) -> dict[str, object]:
    """Return a cell that JSON lacks, under the name of its class.

    Raises
    ------
    TypeError
        When no reader gives such cells.
    """
    if isinstance(value, dt.datetime) and type(value) is not dt.datetime:
        stamp: Any = value  # of pandas, which is not imported to look
        return {"stamp": [stamp.isoformat(), stamp.unit]}
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return {type(value).__name__: value.isoformat()}
    if isinstance(value, dt.timedelta):
        return {"timedelta": [value.days, value.seconds, value.microseconds]}
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    raise TypeError(type(value).__name__)


def _stamp(written: Sequence[str]) -> object:
    """Return a date and time of pandas."""
    import pandas as pd

    text, unit = written
    return pd.Timestamp(text).as_unit(unit)


_CLASSES: Final[Mapping[str, Callable[[Any], object]]] = {
    "stamp": _stamp,
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "timedelta": lambda parts: dt.timedelta(*parts),
    "bytes": bytes.fromhex,
}


def _unnamed(written: Mapping[str, Any]) -> object:
    """Return a cell from what :func:`_named` made of it; the only objects in such a file."""
    ((name, value),) = written.items()
    return _CLASSES[name](value)
