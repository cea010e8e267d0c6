"""The settings as a form, made from their own descriptions, limits and choices."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import tomlkit
from pydantic import TypeAdapter

from livelihood_map.core.errors import Problem
from livelihood_map.core.labels import current_lang, label, name_of
from livelihood_map.core.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

FIRST: Final = (
    "area.name",
    "run.data_date",
    "coverage.kinds",
    "siting.kind",
    "siting.sites_n",
    "siting.threshold_m",
    "siting.weights",
    "siting.phases",
    "siting.rules.town_min",
    "siting.rules.town_max",
    "siting.rules.spacing_m",
    "siting.rules.existing_spacing_m",
    "siting.rules.fixed",
    "siting.rules.excluded",
    "siting.rules.budget",
)
"""Settings that nearly every office states, at the top of the page."""
_ASKED: Final = ("siting.sites_n",)
"""Settings that the office has to state: the page offers no default."""
_FILES: Final = ("load", "base")
"""What the page of data states, and what is no setting."""
_SCHEMA: Final = TypeAdapter(Settings).json_schema()
_SECTIONS: Final = tuple(name for name in _SCHEMA["properties"] if name not in _FILES)


@dataclass(frozen=True)
class Input:
    """One setting on the page.

    Parameters
    ----------
    name
        Dotted name.
    form
        bool, int, number, text, date, choice, choices, list or table.
    about
        What it means, in the language of the page.
    default
        What holds when nothing is stated, as it would be typed.
    value
        What the settings state, as it would be typed; empty when they state nothing.
    choices
        Values with their words, for choice and choices.
    low, high
        Limits of a number; None for none.
    """

    name: str
    form: str
    about: str
    default: str
    value: str
    choices: tuple[tuple[str, str], ...] = ()
    low: float | None = None
    high: float | None = None


def list_inputs(content: Mapping[str, Any]) -> dict[str, list[Input]]:
    """Return the settings by section, the first of all under ``first``.

    Parameters
    ----------
    content
        What the settings file holds.
    """
    every = {one.name: one for section in _SECTIONS for one in _section(section, content)}
    groups = {"first": [every.pop(name) for name in FIRST]}
    for name, one in every.items():
        groups.setdefault(name.partition(".")[0], []).append(one)
    return groups


def _section(section: str, content: Mapping[str, Any]) -> list[Input]:
    inputs: list[Input] = []

    def walk(prefix: str, part: Mapping[str, Any], stated: Any) -> None:  # noqa: ANN401
        resolved = _resolved(part)
        for key, entry in resolved["properties"].items():
            below = _resolved(entry)
            value = stated.get(key) if isinstance(stated, dict) else None
            if below.get("properties"):
                walk(f"{prefix}.{key}", below, value)
            else:
                inputs.append(_input(f"{prefix}.{key}", {**below, **entry}, value))

    walk(section, _SCHEMA["properties"][section], content.get(section))
    return inputs


def _resolved(part: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a part of the schema stands for, without references and without None."""
    one = dict(part)
    if "anyOf" in one:
        kept = [each for each in one["anyOf"] if each.get("type") != "null"]
        one |= {"is_optional": True, **(kept[0] if len(kept) == 1 else {"type": "string"})}
    if "$ref" in one:
        one |= _SCHEMA["$defs"][one["$ref"].rpartition("/")[2]]
    return one


def _input(name: str, entry: Mapping[str, Any], value: Any) -> Input:  # noqa: ANN401
    form, choices = _form_of(entry)
    if name in {"siting.kind", "coverage.kinds"}:
        form = "choice" if name == "siting.kind" else "choices"
        choices = ("wet_market", "breakfast", "housekeeping")
    worded = tuple((choice, name_of("core.kind", choice)) for choice in choices)
    default = "" if name in _ASKED else shown(entry.get("default"))
    return Input(
        name,
        form,
        _about(name, entry.get("description", "")),
        dict(worded).get(default, default),
        shown(value),
        worded,
        entry.get("minimum", entry.get("exclusiveMinimum")),
        entry.get("maximum", entry.get("exclusiveMaximum")),
    )


def _form_of(entry: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    if "enum" in entry:
        return "choice", tuple(entry["enum"])
    kind = entry.get("type")
    if kind == "array":
        inner = entry.get("items", {})
        return ("choices", tuple(inner["enum"])) if "enum" in inner else ("list", ())
    if kind == "string":
        return ("date" if entry.get("format") == "date" else "text"), ()
    forms = {"boolean": "bool", "integer": "int", "number": "number", "object": "table"}
    return forms.get(str(kind), "text"), ()


@cache
def _chinese() -> dict[str, Any]:
    text = (files("livelihood_map.core") / "settings.zh.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _about(name: str, english: str) -> str:
    """Return what a setting means, in the current language."""
    if current_lang() == "en":
        return " ".join(english.split()).replace("`", "")
    part: Any = _chinese()
    for key in name.split("."):
        part = part.get(key, {}) if isinstance(part, dict) else {}
    return part if isinstance(part, str) else ""


def shown(value: Any) -> str:  # noqa: ANN401  (a value of TOML)
    """Return a value as it would be typed into the form."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "\n".join(f"{key} = {shown(one)}" for key, one in value.items())
    if isinstance(value, list):
        return "\n".join(shown(one) for one in value)
    return str(value)


def fill(document: MutableMapping[str, Any], typed: Mapping[str, list[str]]) -> list[Problem]:
    """Put what was typed into the settings and return what cannot be read.

    Parameters
    ----------
    document
        Content of the settings; changed in place. A setting that was left empty is taken out, so
        that its default holds; one that was not on the page stays.
    typed
        Texts by dotted name.
    """
    faults = []
    every = [one for group in list_inputs(document).values() for one in group]
    for one in every:
        if one.name not in typed:
            continue
        texts = [text.strip() for text in typed[one.name]]
        try:
            value = _value(one, texts)
        except ValueError:
            shape = label(f"office.form_{one.form}")
            faults.append(
                Problem("office.typed_wrong", where=one.name, value=texts[0], shape=shape)
            )
            continue
        if shown(value) != one.value:
            _put(document, one.name, value)
    return faults


def _value(one: Input, texts: list[str]) -> Any:  # noqa: ANN401, PLR0911  (a value of TOML; one a form)
    filled = [text for text in texts if text]
    if not filled:
        return None
    if one.form == "choices":
        return filled
    text = filled[0]
    if one.form == "bool":
        return text == "true"
    if one.form in {"int", "number"}:
        return _number(text, one.form)
    if one.form == "date":
        return dt.date.fromisoformat(text)
    if one.form == "list":
        return [_plain(line.strip()) for line in text.splitlines() if line.strip()]
    if one.form == "table":
        pairs = [
            line.replace("＝", "=").split("=", 1) for line in text.splitlines() if line.strip()
        ]
        if any(len(pair) != 2 or not pair[0].strip() for pair in pairs):  # noqa: PLR2004
            raise ValueError(text)
        return {key.strip(): _plain(value.strip()) for key, value in pairs}
    return text


def _number(text: str, form: str) -> float:
    number = float(text.replace(",", "").replace("，", ""))
    if form == "int" and not number.is_integer():
        raise ValueError(text)
    return int(number) if number.is_integer() else number


def _plain(text: str) -> str | float:
    try:
        return _number(text, "number")
    except ValueError:
        return text


def _put(document: MutableMapping[str, Any], name: str, value: Any) -> None:  # noqa: ANN401
    *sections, key = name.split(".")
    part = document
    for section in sections:
        if section not in part:
            if value is None:
                return
            part[section] = tomlkit.table()
        part = part[section]
    if value is None:
        part.pop(key, None)
    elif isinstance(value, dict):
        table = tomlkit.inline_table()
        table.update(value)
        part[key] = table
    else:
        part[key] = value
