"""Workbooks looked over before they are opened.

The library that reads workbooks makes room for every cell up to the furthest one. One stray cell in
the last corner of a sheet, or one damaged byte, then asks for more memory than there is and ends
the program. So the extent is read off first, and what cannot be true is refused.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from typing import Final

from livelihood_map.core.errors import SourceError

CELLS_MAX: Final = 5_000_000
"""More cells than this, up to the furthest one, are not read."""
COLUMNS_MAX: Final = 1000
"""No register has as many columns under a heading, and no dBASE table can."""
_BYTES_MAX: Final = 1_000_000_000
_SECTOR: Final = 512
_SMALL: Final = 64
_END: Final = 0xFFFFFFFA
_XLS_ROWS: Final = 65_536
_XLS_COLUMNS: Final = 256
_CELLS: Final = frozenset(
    (0x0006, 0x00BD, 0x00BE, 0x00D6, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E)
)
"""BIFF records that hold cells and begin with their row and column."""
_MANY: Final = frozenset((0x00BD, 0x00BE))
_STRINGS: Final = 0x00FC
_DIMENSIONS: Final = 0x0200
_COLUMN: Final = re.compile(rb"""[\s:]r\s*=\s*["']([A-Za-z]{1,3})\d""")
_ROW: Final = re.compile(rb"""[\s:]r\s*=\s*["'][A-Za-z]{1,3}(\d{1,7})["']""")
_XML_CELL: Final = re.compile(rb"<(?:\w+:)?c[\s/>]")
_XML_ROW: Final = re.compile(rb"<(?:\w+:)?row[\s/>]")
_ROW_NUMBER: Final = re.compile(rb"""(?:[^<>]*?\s)?r\s*=\s*["'](\d{1,7})["']""")

_XML_PARTS: Final = (".xml", ".rels")
_UTF16_STARTS: Final = {
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"<\0": "utf-16-le",
    b"\0<": "utf-16-be",
}
_DECLARATION: Final = re.compile(r"^\s*<\?xml[^>]*\?>")


def readable(content: bytes, name: str) -> bytes:
    """Return a workbook as the library can read it, if that does not ask for too much memory.

    Parameters
    ----------
    content
        The bytes of the file.
    name
        File name for messages.

    Raises
    ------
    SourceError
        When the file is no xlsx or xls, is damaged, or has a cell too far off.
    """
    try:
        if content.startswith(b"PK"):
            return _readable_xlsx(content, name)
        _require_xls(content, name)
    except (SourceError, MemoryError):
        raise
    except Exception as error:  # damaged files fail in many ways
        detail = str(error) or type(error).__name__
        raise SourceError("load.workbook_broken", path=name, detail=detail) from error
    return content


def _readable_xlsx(content: bytes, name: str) -> bytes:
    """Return an xlsx with all its parts in UTF-8, if no sheet reaches too far."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        members = parts.infolist()
        if not any(member.filename == "xl/workbook.xml" for member in members):
            raise SourceError("load.workbook_broken", path=name, detail="xl/workbook.xml")
        if sum(member.file_size for member in members) > _BYTES_MAX:
            raise SourceError("load.workbook_broken", path=name, detail="> 1 GB")
        if any(_is_utf16(parts, member) for member in members):
            return _readable_xlsx(_in_utf8(parts), name)
        for member in members:
            if member.filename.startswith("xl/worksheets/") and member.filename.endswith(".xml"):
                require_extent(*_extent(parts.read(member)), name)
    return content


def _is_utf16(parts: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    """Return whether a part is XML in UTF-16, of which the library would see nothing."""
    with parts.open(member) as part:
        return member.filename.endswith(_XML_PARTS) and part.read(2) in _UTF16_STARTS


def _in_utf8(parts: zipfile.ZipFile) -> bytes:
    """Return an xlsx whose parts in UTF-16 are written in UTF-8, without a word on encodings."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as written:
        for name, member in {one.filename: one for one in parts.infolist()}.items():
            part = parts.read(member)
            if _is_utf16(parts, member):
                part = _DECLARATION.sub("", part.decode(_UTF16_STARTS[part[:2]])).encode()
            written.writestr(name, part)
    return content.getvalue()


def _extent(page: bytes) -> tuple[int, int]:
    """Return how many rows and columns the cells of a sheet of an xlsx reach over.

    A cell without a place of its own stands beside the one before it, in the row that holds it; a
    row without a number follows the one before. Rows that hold no cell do not count.
    """
    columns = max((_column_number(one.upper()) for one in set(_COLUMN.findall(page))), default=0)
    rows = max(map(int, set(_ROW.findall(page))), default=0)
    row = 0
    for line in _XML_ROW.split(page)[1:]:
        written = _ROW_NUMBER.match(line)
        row = int(written[1]) if written else row + 1
        cell_n = len(_XML_CELL.findall(line))
        if cell_n:
            rows, columns = max(rows, row), max(columns, cell_n)
    return rows, columns


def _column_number(letters: bytes) -> int:
    """Return the number of a column from its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def require_extent(rows: int, columns: int, name: str) -> None:
    """Return nothing when a table is no larger than what is read.

    Parameters
    ----------
    rows, columns
        How far its cells reach.
    name
        File name for messages.

    Raises
    ------
    SourceError
        When its furthest cell is too far off.
    """
    if rows * columns > CELLS_MAX:
        raise SourceError("load.sheet_too_large", path=name, rows=rows, columns=columns)


def _require_xls(content: bytes, name: str) -> None:
    """Require that no record of an xls names a cell or a number of texts that cannot be."""
    stream = _workbook_stream(content)
    place, rows, columns = 0, 0, 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        place += 4
        if kind in _CELLS and length >= 4:  # noqa: PLR2004  (row and column)
            row, column = struct.unpack_from("<HH", stream, place)
            last = column
            if kind in _MANY:
                (last,) = struct.unpack_from("<H", stream, place + length - 2)
            if not column <= last < _XLS_COLUMNS:
                raise ValueError(f"column {max(column, last)}")
            rows, columns = max(rows, row + 1), max(columns, last + 1)
        elif kind == _DIMENSIONS and length >= 12:  # noqa: PLR2004  (four numbers)
            top, bottom, left, right = struct.unpack_from("<IIHH", stream, place)
            if not (top <= bottom <= _XLS_ROWS and left <= right <= _XLS_COLUMNS):
                raise ValueError(f"{bottom} x {right}")
            rows, columns = max(rows, bottom), max(columns, right)
        elif kind == _STRINGS:
            (count,) = struct.unpack_from("<I", stream, place + 4)
            if count > len(stream):
                raise ValueError(f"{count} texts")
        place += length
    require_extent(rows, columns, name)


def _workbook_stream(content: bytes) -> bytes:
    """Return the stream of an OLE2 file that holds the workbook."""
    if struct.unpack_from("<H", content, 30) != (9,):
        raise ValueError("sector size")
    counts = struct.unpack_from("<IIIIIIIII", content, 40)
    _, fat_n, folder_start, _, cutoff, mini_start, mini_n, difat_start, difat_n = counts
    sectors = [content[at : at + _SECTOR] for at in range(_SECTOR, len(content), _SECTOR)]
    if max(fat_n, mini_n, difat_n) > len(sectors):
        raise ValueError("sectors")
    fat = _sector_table(content, sectors, fat_n, difat_start, difat_n)
    root, book = b"", None
    for title, kind, start, size in _entries(_chain(sectors, fat, folder_start)):
        if kind in {2, 5} and size > len(content):
            raise ValueError("size")
        if kind == 5:  # noqa: PLR2004  (the root, which holds the small streams)
            root = _chain(sectors, fat, start)
        elif title.lower() in {"workbook", "book"} and book is None:
            book = start, size
    if book is None:
        raise ValueError("Workbook")
    start, size = book
    if size >= cutoff:
        return _chain(sectors, fat, start)[:size]
    table = _chain(sectors, fat, mini_start) if mini_n else b""
    small = [root[at : at + _SMALL] for at in range(0, len(root), _SMALL)]
    return _chain(small, list(struct.unpack(f"<{len(table) // 4}I", table)), start)[:size]


def _sector_table(
    content: bytes, sectors: list[bytes], fat_n: int, difat_start: int, difat_n: int
) -> list[int]:
    """Return the next sector of each sector."""
    tables = list(struct.unpack_from("<109I", content, 76))
    for _ in range(difat_n):
        *more, difat_start = struct.unpack("<128I", sectors[difat_start])
        tables += more
    return [number for table in tables[:fat_n] for number in struct.unpack("<128I", sectors[table])]


def _entries(folder: bytes) -> list[tuple[str, int, int, int]]:
    """Return name, kind, first sector and size of each entry of an OLE2 folder."""
    entries = []
    for at in range(0, len(folder) - 127, 128):
        (width,) = struct.unpack_from("<H", folder, at + 64)
        start, size = struct.unpack_from("<II", folder, at + 116)
        title = folder[at : at + max(width - 2, 0)].decode("utf-16-le", "replace")
        entries.append((title, folder[at + 66], start, size))
    return entries


def _chain(pieces: list[bytes], following: list[int], start: int) -> bytes:
    """Return the pieces of one stream in their order."""
    chained: list[bytes] = []
    while start < _END:
        if len(chained) > len(pieces):
            raise ValueError("chain")
        chained.append(pieces[start])
        start = following[start]
    return b"".join(chained)
