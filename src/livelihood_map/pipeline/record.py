"""The run record ``run.json``: what each result was made from, equal for equal runs to the byte.

It holds no clock and no path of a machine; times lie beside it in ``times.json``. Tables are
hashed as stored files, not by their rows, so that names and types of columns count too.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from livelihood_map.core.io import data_path, write_text
from livelihood_map.core.standards import standard_path
from livelihood_map.core.version import VERSION
from livelihood_map.pipeline.changeover import is_key, relative
from livelihood_map.pipeline.stage import plain, value_at, values_at
from livelihood_map.programme.model import programme_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from livelihood_map.core.settings import Settings
    from livelihood_map.pipeline.changeover import Places
    from livelihood_map.pipeline.stage import Stage

RECORD: Final = "run.json"
TIMES: Final = "times.json"
FORM: Final = 1
"""Number of the record's form; one of another form is not compared with."""
FONT: Final = "font"
_WHOLE: Final = {"base": str, "maps": str, "settings": dict, "programs": dict, "stages": dict}
_ENTRY: Final = {
    **dict.fromkeys(("settings", "files", "needs", "makes", "outputs"), dict),
    "program": str,
    "remarks": list,
}
"""Kinds of the parts of a record, and of what it says of a stage."""
_SHIPPED: Final = {"run.standard": standard_path, "programme.name": programme_path}
"""Settings that name a shipped file or one of the user's own."""
_SIDECARS: Final = (".aux.xml", ".ovr", "-wal")
"""Endings that a library appends to the name of a file that it reads."""


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hash_there(path: Path) -> str | None:
    """Return the SHA-256 of a file; None where there is none."""
    return hash_file(path) if path.is_file() else None


def hash_value(value: Any) -> str:  # noqa: ANN401  (what JSON holds)
    """Return the SHA-256 of what JSON holds, the same for the same content."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def program() -> dict[str, Any]:
    """Return the program that computes: its version, its own code, Python and what it rests on."""
    package, code = Path(__file__).parent.parent, hashlib.sha256()
    own = [path for path in sorted(package.rglob("*")) if path.suffix not in {".pyc", ""}]
    own = [path for path in own if path.relative_to(package).parts[0] != "data"]
    for path in [*own, *sorted(data_path("registers").iterdir())]:
        if path.is_file() and not path.suffix.startswith((".nb", ".pyc")):
            code.update(path.name.encode())
            code.update(path.read_bytes().replace(b"\r\n", b"\n"))
    try:
        needed = metadata.requires("livelihood-map") or []
    except metadata.PackageNotFoundError:
        needed = []
    always = [line for line in needed if "extra ==" not in line]
    names = sorted(re.split(r"[ ;<>=!~\[(]", line, maxsplit=1)[0] for line in always)
    return {
        "livelihood-map": VERSION,
        "code": code.hexdigest(),
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in names},
    }


def input_paths(settings: Settings, stage: Stage) -> dict[str, Path]:
    """Return the files that a stage opens, by the name under which the record has them.

    Names are paths relative to the settings file, ``/`` between folders, or what is shipped.
    """
    paths: dict[str, Path] = {}
    for key in stage.files:
        if key == FONT:
            paths |= _font(settings)
            continue
        for value in values_at(settings, key):
            for text in filter(None, [value] if isinstance(value, str) else value):
                if key in _SHIPPED:
                    path = _SHIPPED[key](text, base=settings.base)
                    paths[path.name if not text.endswith(".toml") else text] = path
                else:
                    paths |= dict(_with_sidecars(text, settings.resolve(text)))
    return paths


def _with_sidecars(name: str, path: Path) -> Iterator[tuple[str, Path]]:
    """Return a file with what libraries read beside it: parts of a Shapefile, notes of a raster."""
    yield name, path
    beside = [path.with_name(path.name + ending) for ending in _SIDECARS]
    if path.suffix.lower() == ".shp" and path.parent.is_dir():
        beside += [one for one in path.parent.iterdir() if one.stem.lower() == path.stem.lower()]
    head = name[: len(name) - len(path.name)] if name.endswith(path.name) else ""
    for one in sorted(beside):
        if one != path and one.exists():
            yield head + one.name, one


def _font(settings: Settings) -> dict[str, Path]:
    """Return the file of the font in which Chinese text in pictures is set; none where none is."""
    from livelihood_map.core.fonts import FontError, find_chinese_font

    own = settings.report.font
    if own is not None:
        return {own: settings.resolve(own)}
    try:
        family = find_chinese_font()
    except FontError:
        return {}
    from matplotlib import font_manager

    return {family: Path(font_manager.findfont(family))}


def hash_inputs(paths: dict[str, Path]) -> dict[str, str | None]:
    """Return the hash of each file; None for one that is not there."""
    return {name: hash_there(path) for name, path in paths.items()}


def read_values(settings: Settings, stage: Stage) -> dict[str, Any]:
    """Return the values of the settings that a stage reads, as JSON holds them."""
    return {key: plain(value_at(settings, key)) for key in sorted(stage.settings)}


def read_record(folder: Path) -> dict[str, Any] | None:
    """Return the run record of an output folder; None where there is none that can be read."""
    try:
        record: dict[str, Any] = json.loads((folder / RECORD).read_text("utf-8"))
        is_known = record["form"] == FORM and is_record(record)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return record if is_known else None


def is_record(record: Any) -> bool:  # noqa: ANN401  (what JSON holds)
    """Return whether JSON is a run record of this form: each part of the kind that is read.

    Parameters
    ----------
    record
        What a file holds.
    """
    if not _has(record, _WHOLE):
        return False
    return all(
        _has(entry, _ENTRY)
        and entry["program"] in record["programs"]
        and all(_has(made, {"hash": str}) for made in entry["makes"].values())
        and all(is_key(key) and isinstance(made, str) for key, made in entry["outputs"].items())
        for entry in record["stages"].values()
    )


def _has(held: Any, kinds: Mapping[str, type]) -> bool:  # noqa: ANN401  (what JSON holds)
    """Return whether something is an object with parts of these kinds."""
    if not isinstance(held, dict):
        return False
    return all(isinstance(held.get(name), kind) for name, kind in kinds.items())


def read_times(folder: Path) -> dict[str, float]:
    """Return the seconds that each stage took; none where it is not known."""
    try:
        seconds = json.loads((folder / TIMES).read_text("utf-8"))["seconds"]
        return {str(name): float(value) for name, value in seconds.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def new_record(
    settings: Settings,
    places: Places,
    entries: dict[str, dict[str, Any]],
    *,
    old: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a run record.

    Parameters
    ----------
    settings
        Settings of the run.
    places
        Where its files lie.
    entries
        What is said of each stage.
    old
        Record of the stored run, whose settings and date stay: an answer is added to it.
    """
    programs = {**(old or {}).get("programs", {}), hash_value(program())[:8]: program()}
    used = {entry["program"] for entry in entries.values()}
    whole = old or {
        "form": FORM,
        "base": relative(Path(settings.base), places.output),
        "maps": relative(places.maps, places.output),
        "settings": {name: value for name, value in plain(settings).items() if name != "base"},
        "date": str(settings.run.date),
    }
    return {
        **whole,
        "programs": {name: one for name, one in sorted(programs.items()) if name in used},
        "stages": {name: entries[name] for name in sorted(entries)},
        "is_stopped_by_clock": any(
            entry.get("solver", {}).get("is_stopped_by_clock", False) for entry in entries.values()
        ),
    }


def files_of(record: dict[str, Any] | None) -> dict[str, str]:
    """Return the hash of every file of a run by its name; those of the record itself left out."""
    entries = {} if record is None else record["stages"]
    return {key: made for entry in entries.values() for key, made in entry["outputs"].items()}


def write_json(content: dict[str, Any], path: Path) -> Path:
    """Return the path of a JSON file, the same bytes for the same content."""
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    return write_text(f"{text}\n", path)
