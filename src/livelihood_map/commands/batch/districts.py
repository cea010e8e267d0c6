"""The list of districts: a TOML file, all that is wrong with it and with them told at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import field
from typing import TYPE_CHECKING, Final, NamedTuple

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from livelihood_map.core.document import check_document, read_toml
from livelihood_map.core.errors import Problem, SettingsError
from livelihood_map.core.labels import Lang
from livelihood_map.core.quantities import Count
from livelihood_map.core.settings import Settings, Text, load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_CONFIG: Final = ConfigDict(extra="forbid", use_attribute_docstrings=True, strict=True)


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class City:
    """What holds for all districts together."""

    name: Text
    """Name printed on the outputs, such as 上海市."""
    output: Text = "out"
    """Folder for the tables, the workbook and the map of all districts."""
    lang: Lang = "zh"
    """Language of messages and outputs, those of the districts too: zh or en."""
    sites_n: Count | None = None
    """New sites that the districts share; each has its own number only when left out."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class District:
    """One district."""

    name: Text
    """Name by which it is told apart in tables and messages."""
    settings: Text
    """Its settings file."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class Districts:
    """The list as the file holds it."""

    city: City
    """What holds for all."""
    districts: list[District] = field(default_factory=list)
    """The districts, in the order in which they are listed."""


class Listed(NamedTuple):
    """A district with its settings."""

    name: str
    path: Path
    settings: Settings


class CityList(NamedTuple):
    """The city and its districts, nothing wrong with them as far as settings tell."""

    city: City
    output: Path
    districts: list[Listed]


def load_districts(path: Path, *, lang: Lang | None = None) -> CityList:
    """Return the districts of a file with their settings.

    Parameters
    ----------
    path
        The file, TOML in UTF-8; paths in it are relative to it.
    lang
        Language that overrides the one in the file.

    Raises
    ------
    SettingsError
        When the file is absent, not TOML, or anything is wrong with it or with the settings of a
        district; all of it in ``.problems``.
    """
    checked = check_document(read_toml(path), Districts, path=path, broken="batch.broken")
    base, lang = path.resolve().parent, lang or checked.city.lang
    listed, problems = [], list(_repeated(checked.districts))
    for one in checked.districts:
        try:
            place = base / one.settings
            listed.append(Listed(one.name, place, load_settings(place, lang=lang)))
        except SettingsError as error:
            faults = error.problems or [Problem(error.key, **error.values)]
            problems += [Problem("batch.of_district", name=one.name, fault=f) for f in faults]
    output = (base / checked.city.output).absolute()
    problems += _clashes(listed, output)
    if checked.city.sites_n is not None:
        problems += _other_kinds(listed)
    if problems:
        raise SettingsError("batch.broken", problems=problems, path=str(path), count=len(problems))
    return CityList(checked.city, output, listed)


def _repeated(districts: Sequence[District]) -> Iterator[Problem]:
    """Return that there are no districts, and the names that more than one bears."""
    if not districts:
        yield Problem("batch.no_districts")
    for name, count in Counter(one.name for one in districts).items():
        if count > 1:
            yield Problem("batch.name_twice", name=name, count=count)


def _clashes(listed: Sequence[Listed], output: Path) -> Iterator[Problem]:
    """Return the folders into which more than one would write."""
    users: dict[Path, list[str]] = {output: []}
    for one in listed:
        run = one.settings.run
        for folder in {one.settings.resolve(run.output), one.settings.resolve(run.maps)}:
            users.setdefault(folder.resolve(), []).append(one.name)
    for folder, names in users.items():
        if len(names) > (folder != output):
            yield Problem("batch.folder_shared", path=str(folder), names="、".join(names))


def _other_kinds(listed: Sequence[Listed]) -> Iterator[Problem]:
    """Return what keeps districts from sharing sites: sites of different kinds."""
    kinds = {one.settings.siting.kind for one in listed}
    if len(kinds) > 1:
        yield Problem("batch.kinds_differ", kinds=", ".join(sorted(kinds)))
