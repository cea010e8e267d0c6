"""Cells of CSV, TSV and JSON files, in the encoding that they are really in."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Final

from livelihood_map.core.errors import SourceError
from livelihood_map.load.files.raw import Grid, is_blank
from livelihood_map.load.files.workbook_limits import require_extent

if TYPE_CHECKING:
    from pathlib import Path

_DELIMITERS: Final = (",", "\t", ";", "，", "|")
_CELL_MAX: Final = 10_000_000
_SAMPLE_LINES: Final = 20
_UTF16_SAMPLE: Final = 1000
"""Bytes by which a text in UTF-16 is told."""


def decode(content: bytes, name: str, *, encoding: str | None = None) -> tuple[str, str]:
    """Return a file's text and the encoding in which it was read.

    Parameters
    ----------
    content
        The bytes of the file.
    name
        File name for messages.
    encoding
        The encoding that the settings give; None tries UTF-16 where the bytes look like it, else
        UTF-8 strictly, then GB18030 strictly.

    Raises
    ------
    SourceError
        When no encoding fits every byte.

    Examples
    --------
    >>> decode("七宝镇".encode("gb18030"), "a.csv")
    ('七宝镇', 'gb18030')
    """
    encoding = encoding or _utf16(content)
    tried = [encoding] if encoding else ["utf-8-sig", "gb18030"]
    position = 0
    for guess in tried:
        try:
            text = content.decode(guess)
        except UnicodeDecodeError as error:
            position = error.start
        except LookupError as error:
            raise SourceError("load.encoding_unknown", path=name, encoding=guess) from error
        else:
            is_plain = guess == "utf-8-sig" and not content.startswith(b"\xef\xbb\xbf")
            return text, "utf-8" if is_plain else guess
    line = content[:position].count(b"\n") + 1
    raise SourceError("load.encoding_unreadable", path=name, tried=", ".join(tried), line=line)


def _utf16(content: bytes) -> str | None:
    """Return the kind of UTF-16 that a text begins in, with its mark or without; else None.

    Without a mark it is told by its commas, digits and spaces, whose other byte is zero.
    """
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "utf-16"
    zeros = [content[parity:_UTF16_SAMPLE:2].count(0) for parity in (0, 1)]
    if min(zeros) > 0 or max(zeros) <= len(content[:_UTF16_SAMPLE]) // 16:
        return None
    return "utf-16-be" if zeros[0] else "utf-16-le"


def read_csv_cells(path: Path, *, encoding: str | None) -> list[Grid]:
    """Return the cells of a CSV or TSV file; its delimiter is read off its first lines.

    Parameters
    ----------
    path
        The file.
    encoding
        The encoding that the settings give; None to find it.

    Raises
    ------
    SourceError
        When the text cannot be decoded or its quotes do not close.
    """
    text, used = decode(path.read_bytes(), path.name, encoding=encoding)
    text = text.replace("\x00", "")
    delimiter = _delimiter(text)
    csv.field_size_limit(_CELL_MAX)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        rows = _unquoted_rows(text, delimiter, path.name)
    return [Grid("", [[cell or None for cell in row] for row in rows], used)]


def _delimiter(text: str) -> str:
    """Return the delimiter that the first lines agree on best."""
    lines = [line for line in text.splitlines()[:_SAMPLE_LINES] if line.strip()]
    counts = {mark: [line.count(mark) for line in lines] for mark in _DELIMITERS}
    return max(_DELIMITERS, key=lambda mark: (sum(map(bool, counts[mark])), sum(counts[mark])))


def _unquoted_rows(text: str, delimiter: str, name: str) -> list[list[str]]:
    """Return the rows of a file whose quotes are plain characters, if they line up."""
    lines = text.splitlines()
    rows = [line.split(delimiter) for line in lines]
    width = max((len(row) for row in rows[:_SAMPLE_LINES]), default=0)
    for number, row in enumerate(rows, start=1):
        if '"' in lines[number - 1] and len(row) != width:
            raise SourceError(
                "load.quotes_open", path=name, row=number, value=lines[number - 1][:60]
            )
    return rows


def read_json_records(path: Path) -> list[Grid]:
    """Return the cells of a JSON file that holds one list of records.

    Parameters
    ----------
    path
        A list of objects, or an object with exactly one such list.

    Returns
    -------
    list of Grid
        One grid whose first row is the headings.

    Raises
    ------
    SourceError
        When the file is not JSON, does not hold one list of records, or has too many headings.
    """
    text, used = decode(path.read_bytes(), path.name)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SourceError("load.json_broken", path=path.name, detail=str(error)) from error
    if isinstance(content, dict):
        lists = [value for value in content.values() if _is_record_list(value)]
        content = lists[0] if len(lists) == 1 else None
    if not _is_record_list(content):
        raise SourceError("load.json_no_records", path=path.name)
    headings = list(dict.fromkeys(name for record in content for name in record))
    require_extent(len(content), len(headings), path.name)
    rows: list[list[object]] = [list(headings)]
    rows += [[plain_cell(record.get(name)) for name in headings] for record in content]
    return [Grid("", rows, used)]


def _is_record_list(value: object) -> bool:
    """Return whether a JSON value is a list of objects with at least one."""
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def plain_cell(value: object) -> object:
    """Return a JSON value as a cell; a list or object as its text."""
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return None if is_blank(value) else value
