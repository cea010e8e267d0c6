"""Damage in OpenStreetMap extracts told in words, with the line and the thing in XML."""

from __future__ import annotations

import bz2
import gzip
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from livelihood_map.core.errors import Problem, SourceError
from livelihood_map.core.faults import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

_DETAIL_SHOWN: Final = 120
_NUMBER: Final = re.compile(r"-?\d{1,19}")
_DEGREES: Final = re.compile(r"-?\d+(\.\d*)?([eE][+-]?\d+)?")
_FORMS: Final = {
    "id": _NUMBER,
    "ref": _NUMBER,
    "version": re.compile(r"\d{1,10}"),
    "lon": _DEGREES,
    "lat": _DEGREES,
}
"""What the attributes of XML may look like."""
_THINGS: Final = frozenset(("node", "way", "relation"))
_PARTS: Final = frozenset(("nd", "member", "tag"))
_ID_MAX: Final = 2**63 - 1
_TEXT_BYTES_MAX: Final = 65_535
"""No tag in any extract is longer."""


class _FoundError(Exception):
    """The faulty line is found; the rest of the file need not be read."""


@contextmanager
def extract_faults(path: Path, *, key: str, shown: str) -> Iterator[None]:
    """Return a context in which damage that pyosmium meets becomes a message.

    Parameters
    ----------
    path
        The extract.
    key
        Catalogue key of the message; its placeholders are ``path`` and ``detail``.
    shown
        The path as the message shows it.

    Raises
    ------
    SourceError
        When pyosmium stops inside the context.
    """
    import osmium

    try:
        yield
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        detail: str | Problem = one_line(error)[:_DETAIL_SHOWN]
        fault = _first_fault(path)
        if fault is not None:
            line, thing = fault
            detail = Problem("load.extract_at", line=line, thing=thing, detail=detail)
        raise SourceError(key, path=shown, detail=detail) from error


def _first_fault(path: Path) -> tuple[int, str] | None:
    """Return line and thing of the first attribute that cannot be; None where there is none."""
    reader: dict[str, Callable[..., object]] = {".gz": gzip.open, ".bz2": bz2.open, ".osm": open}
    opened = reader.get(path.suffix.lower())
    if opened is None:
        return None
    parser = expat.ParserCreate()
    thing, fault = "", None

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal thing, fault
        if name in _THINGS:
            thing = f"{name} {attributes.get('id', '')}"[:_DETAIL_SHOWN].strip()
        elif name not in _PARTS:
            return
        if not all(_can_be(key, value) for key, value in attributes.items()):
            fault = parser.CurrentLineNumber, thing or name
            raise _FoundError

    def refuse(*_: object) -> None:
        raise _FoundError  # no extract declares entities of its own

    parser.StartElementHandler, parser.EntityDeclHandler = start, refuse
    try:
        with opened(path, "rb") as file:  # type: ignore[attr-defined]
            parser.ParseFile(file)
    except (_FoundError, expat.ExpatError, OSError, EOFError, ValueError, LookupError):
        pass  # without a line the message stands by itself
    return fault


def _can_be(key: str, value: str) -> bool:
    """Return whether an attribute of an extract in XML can have a value."""
    form = _FORMS.get(key)
    if form is None:
        return len(value.encode("utf-8", "replace")) <= _TEXT_BYTES_MAX
    if form.fullmatch(value) is None or not value.isascii():
        return False
    return form is not _NUMBER or abs(int(value)) <= _ID_MAX
