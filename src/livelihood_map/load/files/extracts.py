"""Extracts of OpenStreetMap as pyosmium takes them, tried out by the child where there is one.

The program reads extracts itself, because the streets of a city would have to cross from the child
as millions of objects. But a file can be made to hold a thousand times what its bytes suggest. So
the child reads it first, at the speed of C++, and keeps nothing: what it cannot bear is refused.
"""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from livelihood_map.core.errors import Problem, SourceError
from livelihood_map.load.files.limited import is_limited, limited
from livelihood_map.load.files.pbf_texts import holds_torn_text

if TYPE_CHECKING:
    from pathlib import Path

    from osmium.io import File, FileBuffer

    from livelihood_map.load.files.raw import Grid

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
        When the file cannot be read, or costs the child too much.
    RuntimeError
        When the name is not that of an extract.
    SourceError
        When a text of a binary extract is torn, which osmium cannot read.
    """
    if path.name.lower().endswith("pbf") and holds_torn_text(path):
        reason = Problem("load.extract_torn")
        raise SourceError("load.extract_broken", path=path.name, detail=reason)
    if is_limited():
        state = path.stat()
        _try_once(path, state.st_size, state.st_mtime_ns)
    return _as_taken(path)


def _as_taken(path: Path) -> File | FileBuffer:
    """Return an extract as pyosmium takes it."""
    import osmium

    name = path.name.lower()
    known = [suffix for suffix in EXTRACT_SUFFIXES if name.endswith(suffix)]
    form = max(known, key=len, default=".osm").removeprefix(".")
    if str(path).isascii():
        return osmium.io.File(str(path), form)
    return osmium.io.FileBuffer(path.read_bytes(), form)


@lru_cache(maxsize=32)
def _try_once(path: Path, *_: int) -> None:
    """Have the child read an extract, unless it has read the same one before."""
    read_through(path)


@limited
def read_through(path: Path) -> list[Grid]:
    """Return nothing, having read an extract once from end to end.

    Every place is kept while it reads, and everything with a tag is looked at, as whoever reads the
    extract in earnest will do. Damage is left to them, who can say where it is.

    Parameters
    ----------
    path
        The extract.

    Raises
    ------
    SourceError
        When the child reads it and it costs too much or ends the child.
    """
    import osmium

    class Things(osmium.SimpleHandler):
        """Looks at everything that has a tag."""

        def node(self, _: osmium.osm.Node) -> None:
            """Look at a node."""

        def way(self, _: osmium.osm.Way) -> None:
            """Look at a way."""

        def relation(self, _: osmium.osm.Relation) -> None:
            """Look at a relation."""

    locate = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
    locate.ignore_errors()
    with suppress(RuntimeError, ValueError):
        source = osmium.io.Reader(_as_taken(path))
        osmium.apply(source, locate, osmium.filter.EmptyTagFilter(), Things())
        source.close()
    return []
