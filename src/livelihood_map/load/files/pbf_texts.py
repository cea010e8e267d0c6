"""Texts of a binary extract that end within: osmium reads beyond them, and the program would die.

A text in an extract is counted, in osmium's memory it ends with a zero. A zero within a text makes
two of one there, and what is read behind the last of them is nobody's memory. No program writes
such a text; damage does.
"""

from __future__ import annotations

import zlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK_MAX: Final = 33_554_432
"""Bytes of one block, by the format's own rule."""
_EMPTY: Final = b"\x0a\x00"
"""The text of no length with which every table of texts begins."""


def holds_torn_text(path: Path) -> bool:
    """Return whether a binary extract holds a text with a zero in it.

    What cannot be looked into is left to osmium, which tells other damage itself.

    Parameters
    ----------
    path
        The extract.

    Raises
    ------
    OSError
        When the file cannot be read.
    """
    state = path.stat()
    return _holds(str(path), state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=8)
def _holds(path: str, _mtime_ns: int, _size: int) -> bool:
    """Return the answer for a file as it stands now; each is looked into once."""
    try:
        return any(map(_is_torn, _tables(Path(path))))
    except (ValueError, IndexError, zlib.error):
        return False


def _tables(path: Path) -> Iterator[bytes]:
    """Return the tables of texts, one a block."""
    with path.open("rb") as file:
        while head := file.read(4):
            header = dict(_fields(file.read(min(int.from_bytes(head, "big"), _BLOCK_MAX))))
            length = header.get(3)
            if not isinstance(length, int) or length > _BLOCK_MAX:
                return
            blob = dict(_fields(file.read(length)))
            packed, plain = blob.get(3), blob.get(1)
            if header.get(1) != b"OSMData":
                continue
            if isinstance(packed, bytes):
                plain = zlib.decompressobj().decompress(packed, _BLOCK_MAX)
            if isinstance(plain, bytes):
                for field, table in _fields(plain, 1):
                    if field == 1 and isinstance(table, bytes):
                        yield table


def _is_torn(table: bytes) -> bool:
    """Return whether a text of a table holds a zero; most tables are told at a glance."""
    if table.startswith(_EMPTY) and table.find(b"\0", len(_EMPTY)) < 0:
        return False
    return any(isinstance(text, bytes) and b"\0" in text for _, text in _fields(table))


def _fields(message: bytes, most: int = -1) -> Iterator[tuple[int, int | bytes]]:
    """Return number and value of each field of a protobuf message, of the first `most` alone."""
    at = 0
    while at < len(message) and most:
        key, at = _varint(message, at)
        kind = key & 7
        value: int | bytes
        if kind == 2:  # noqa: PLR2004  (counted bytes)
            length, at = _varint(message, at)
            value = message[at : at + length]
            at += length
        elif kind == 0:
            value, at = _varint(message, at)
        else:
            at += {1: 8, 5: 4}.get(kind, len(message))
            continue
        yield key >> 3, value
        most -= 1


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """Return a whole number of a protobuf message and the place behind it."""
    number = shift = 0
    while True:
        byte = message[at]
        at += 1
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:  # noqa: PLR2004  (the last byte)
            return number, at
