"""Extracts opened so that every name of a file or folder will do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from osmium.io import File, FileBuffer

EXTRACT_SUFFIXES: Final = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2", ".o5m")


def open_extract(path: Path) -> File | FileBuffer:
    """Return an OpenStreetMap extract as pyosmium takes it, to be read once.

    On Windows its C++ library opens files by the names of the system's code page, in which a
    Chinese path is another one; such a file is read here and handed over as bytes.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    OSError
        When the file cannot be read.
    RuntimeError
        When the name is not that of an extract.
    """
    import osmium

    name = path.name.lower()
    known = [suffix for suffix in EXTRACT_SUFFIXES if name.endswith(suffix)]
    form = max(known, key=len, default=".osm").removeprefix(".")
    if str(path).isascii():
        return osmium.io.File(str(path), form)
    return osmium.io.FileBuffer(path.read_bytes(), form)
