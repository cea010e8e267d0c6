"""Documents: TOML files checked against frozen classes, every mistake reported at once.

Settings, planning standards and programmes are documents. Checking is strict: a number in quotes
is a mistake, an unknown key is refused with the nearest known one as remedy.
"""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

from livelihood_map.core.errors import Problem, SettingsError
from livelihood_map.core.faults import one_line
from livelihood_map.core.labels import label

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

Document = TypeVar("Document")


def read_toml(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file, UTF-8 with or without BOM.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    SettingsError
        When the file is absent, not in UTF-8 or not TOML.
    """
    text = ""
    try:
        text = path.read_text(encoding="utf-8-sig")
        content = tomllib.loads(text)
    except (FileNotFoundError, IsADirectoryError) as error:
        raise SettingsError("core.settings_absent", path=str(path)) from error
    except UnicodeDecodeError as error:
        raise SettingsError("core.settings_encoding", path=str(path)) from error
    except (ValueError, RecursionError) as error:  # figures of 5,000 digits, brackets 1,000 deep
        detail, slips = one_line(error), list(find_slips(text))
        raise SettingsError(
            "core.settings_not_toml", problems=slips, path=str(path), detail=detail
        ) from error
    if slips := [slip for row, line in _lines(text) if (slip := _drive_in(row, line))]:
        raise SettingsError(
            "core.settings_broken", problems=slips, path=str(path), count=len(slips)
        )
    return content


_TYPED: Final = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "＂": '"', "＝": "="})
"""Marks that a Chinese keyboard gives in place of those of TOML."""
_DRIVE: Final = re.compile(r'^[^#]*"[A-Za-z]:\\(?!\\)')
"""A path of Windows in double quotes, in which a backslash begins a special character."""


def find_slips(text: str) -> Iterator[Problem]:
    r"""Return the lines of a TOML file that hold a common slip, each with the corrected line.

    Parameters
    ----------
    text
        The file's text.

    Examples
    --------
    >>> [slip.values["corrected"] for slip in find_slips("name = “甲区”")]
    ['name = "甲区"']
    >>> [slip.values["corrected"] for slip in find_slips(r'path = "D:\towns.shp"')]
    ['path = "D:/towns.shp"']
    """
    for row, line in _lines(text):
        if (slip := _drive_in(row, line)) is not None:
            yield slip
        elif not _is_toml(line) and _is_toml(corrected := line.translate(_TYPED)):
            yield Problem("core.settings_typed", row=row, line=line.strip(), corrected=corrected)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    return enumerate(text.splitlines(), start=1)


def _drive_in(row: int, line: str) -> Problem | None:
    """Return the fault of a line with a path of Windows that TOML reads as something else."""
    if not _DRIVE.search(line):
        return None
    corrected = line.replace("\\", "/")
    return Problem("core.settings_drive", row=row, line=line.strip(), corrected=corrected)


def _is_toml(line: str) -> bool:
    try:
        tomllib.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def check_document(
    content: dict[str, Any],
    document: type[Document],
    *,
    path: Path,
    broken: str,
    problems: Sequence[Problem] = (),
) -> Document:
    """Return the content of a file as the class that describes it.

    Parameters
    ----------
    content
        What the file holds.
    document
        Frozen pydantic dataclass.
    path
        The file, as messages name it.
    broken
        Catalogue key of the message above the mistakes; it takes path and count.
    problems
        Mistakes that were found before.

    Raises
    ------
    SettingsError
        When there are mistakes; all of them in ``.problems``.
    """
    faults = [*problems, *_unseen(content)]
    text = json.dumps(content, default=str)
    try:
        checked = TypeAdapter(document).validate_json(text)
    except ValidationError as error:
        faults += [_translate(fault, document) for fault in error.errors(include_url=False)]
    if faults:
        raise SettingsError(broken, problems=faults, path=str(path), count=len(faults))
    return checked


def _unseen(part: object, where: tuple[str | int, ...] = ()) -> Iterator[Problem]:
    """Return the texts that hold a character that no file name and no cell can hold."""
    inner = part.items() if isinstance(part, dict) else enumerate(part)  # type: ignore[arg-type]
    for key, value in inner:
        if isinstance(value, (dict, list)):
            yield from _unseen(value, (*where, key))
        elif isinstance(value, str) and _UNSEEN.search(value):
            dotted, shown = _dotted((*where, key)), json.dumps(value[:80])
            yield Problem("core.settings_unseen", where=dotted, value=shown)


def _translate(fault: Any, document: type) -> Problem:  # noqa: ANN401, PLR0911  (a loose dict; one fault, one text)
    """Return pydantic's fault in the words of the catalogue."""
    where = _dotted(fault["loc"])
    kind: str = fault["type"]
    value = fault["input"]
    shown = json.dumps(value, ensure_ascii=False, default=str)
    context = fault.get("ctx", {})
    if kind in {"unexpected_keyword_argument", "extra_forbidden"}:
        return unknown_key(where, _section_at(document, fault["loc"][:-1]))
    if kind in {"missing", "missing_argument", "missing_keyword_only_argument"}:
        return Problem("core.settings_missing_key", where=where)
    if kind == "literal_error":
        choices = context["expected"].replace("'", "").replace(" or ", ", ")
        return Problem("core.settings_choice", where=where, value=shown, choices=choices)
    if kind == "string_too_short":
        return Problem("core.settings_empty", where=where)
    if kind in _TYPE_OF:
        expected = label(f"core.type_{_TYPE_OF[kind]}")
        return Problem("core.settings_type", where=where, value=shown, expected=expected)
    limits = [f"{_SIGNS[name]} {context[name]:.12g}" for name in _SIGNS if name in context]
    if limits:
        return Problem("core.settings_range", where=where, value=shown, limit=", ".join(limits))
    return Problem("core.settings_value", where=where, value=shown, detail=fault["msg"])


_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff]")
_SIGNS: Final = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤"}
_FAULTS_OF_TYPE: Final = {
    "number": ("float_type", "float_parsing"),
    "integer": ("int_type", "int_from_float", "int_parsing"),
    "text": ("string_type",),
    "bool": ("bool_type", "bool_parsing"),
    "list": ("list_type", "tuple_type"),
    "table": ("dict_type", "dataclass_type"),
    "date": (
        "date_type",
        "date_parsing",
        "date_from_datetime_parsing",
        "date_from_datetime_inexact",
    ),
}
"""Names of pydantic's faults by the type that they ask for."""
_TYPE_OF: Final = {fault: kind for kind, faults in _FAULTS_OF_TYPE.items() for fault in faults}


def _dotted(location: tuple[int | str, ...]) -> str:
    """Return a place in the settings as a dotted path; list items count from 1."""
    text = ""
    for part in location:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def _section_at(document: type, location: tuple[int | str, ...]) -> type | None:
    """Return the class of a document at a place, or None when it is a free table."""
    section: Any = document
    for part in location:
        if isinstance(part, int):
            continue
        section = _dataclass_in(get_type_hints(section).get(part)) if section else None
    return section if isinstance(section, type) else None


def _dataclass_in(annotation: object) -> type | None:
    """Return the class inside ``list[…]`` or ``… | None``."""
    if is_dataclass(annotation) and isinstance(annotation, type):
        return annotation
    if get_origin(annotation) is None:
        return None
    return next(filter(None, map(_dataclass_in, get_args(annotation))), None)


def unknown_key(where: str, section: type | None) -> Problem:
    """Return the fault of an unknown key with the nearest known one, or all known ones.

    Parameters
    ----------
    where
        Dotted path of the key.
    section
        Class whose fields are known there; None for a free table.
    """
    names = [f.name for f in fields(section) if f.name != "base"] if section else []
    close = difflib.get_close_matches(where.rpartition(".")[2], names, n=1)
    hint = (
        label("core.settings_hint_close", close=close[0])
        if close
        else label("core.settings_hint_list", names=", ".join(names))
    )
    return Problem("core.settings_unknown_key", where=where, hint=hint)
