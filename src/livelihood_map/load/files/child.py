"""The child program that reads files: ``python -m livelihood_map.load.files.child``.

Each line of its input asks for one file, each line of its output says what became of it. It works
in the folder that it is started in and, once it has begun, can open no other.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from livelihood_map.load.files.confinement import confine, leave_network, limits, resident

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TextIO

    from livelihood_map.load.files.exchange import Fields
    from livelihood_map.load.files.raw import Grid, RawTable

_HOME: Final = "livelihood_map.load.files"
READERS: Final = {
    "read_layer": "layers",
    "read_through": "extracts",
    "read_workbook": "workbook_reader",
}
"""Module of each function that the child calls."""


def main() -> None:
    """Answer until there is nobody to ask."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent sees to it
    answers = _own_output()
    leave_network()
    readers = {
        name: getattr(import_module(f"{_HOME}.{module}"), name) for name, module in READERS.items()
    }
    import_module(f"{_HOME}.exchange")
    confine(Path.cwd())
    _say(answers, {"ready": True})
    for line in sys.stdin:
        _say(answers, _answer(readers, json.loads(line)) | {"resident": resident()})


def _own_output() -> TextIO:
    """Return the output, which no library can write to any more."""
    own = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(own, "w", encoding="ascii")


def _say(answers: TextIO, answer: Mapping[str, Any]) -> None:
    """Write one line."""
    answers.write(json.dumps(answer, default=_written) + "\n")
    answers.flush()


def _answer(
    readers: Mapping[str, Callable[..., Any]], asked: Mapping[str, Any]
) -> dict[str, object]:
    """Return what became of one file: nothing where all went well, or the fault."""
    from livelihood_map.core.errors import SourceError
    from livelihood_map.core.faults import one_line
    from livelihood_map.load.files.exchange import write_exchange

    answer = Path(asked["answer"])
    tempfile.tempdir = str(answer.parent)
    try:
        with limits(processor_s=asked["processor_s"], memory_bytes=asked["memory_bytes"]):
            read = readers[asked["reader"]](Path(asked["path"]), **asked["options"])
            write_exchange(fields_of(read), answer)
    except SourceError as error:
        return {"fault": [error.key, error.values]}
    except MemoryError:
        return {"memory": True}
    except Exception as error:  # noqa: BLE001  (whatever a broken file sets off)
        return {"failed": one_line(error)}
    return {}


def fields_of(read: list[Grid] | RawTable) -> Fields:
    """Return what a reader gives, field by field.

    Parameters
    ----------
    read
        Sheets of a workbook, or the records of a layer.
    """
    if isinstance(read, list):
        return [_fields(grid) for grid in read]
    return _fields(read)


def _fields(one: Grid | RawTable) -> dict[str, Any]:
    """Return the fields of a sheet or of a layer, none of them copied."""
    return {field.name: getattr(one, field.name) for field in fields(one)}


def _written(value: object) -> object:
    """Return what JSON lacks among the values of a fault: a fault, or its text."""
    from livelihood_map.core.errors import Problem

    return {"fault": [value.key, value.values]} if isinstance(value, Problem) else str(value)


if __name__ == "__main__":
    main()
