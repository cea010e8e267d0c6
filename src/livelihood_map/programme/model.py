"""The year's plan as data: targets, quotas, what the year before reached, named places."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from livelihood_map.core.document import check_document, read_toml
from livelihood_map.core.errors import LivelihoodMapError
from livelihood_map.core.io import data_path
from livelihood_map.core.labels import Lang, current_lang
from livelihood_map.core.quantities import Count, Number, Year
from livelihood_map.core.standards import Evidence

_CONFIG: Final = ConfigDict(extra="forbid", use_attribute_docstrings=True, strict=True)
Measure = Literal["opened", "renovated", "demonstration", "surveyed_share", "covered_share"]
COUNTED: Final = ("opened", "renovated", "demonstration")
"""Measures that are counts of facilities; the others are shares."""


class ProgrammeError(LivelihoodMapError, ValueError):
    """A programme cannot be read, or lacks what is asked of it."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class _Sourced:
    """What has a source."""

    source: str
    """Where it was read."""
    status: Evidence
    """How sure it is."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class _Titled(_Sourced):
    """What has a name in both languages."""

    id: str
    """Name used in settings, quotas and tables."""
    name_zh: str
    """Chinese name."""
    name_en: str
    """English name."""

    def name(self, lang: Lang | None = None) -> str:
        """Return the name in a language, the current one when None."""
        return self.name_zh if (lang or current_lang()) == "zh" else self.name_en


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class _Noted(_Sourced):
    """What a reader must know something about."""

    note_zh: str = ""
    """What a reader must know, Chinese."""
    note_en: str = ""
    """What a reader must know, English."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class Target(_Titled):
    """One figure that the year is to reach."""

    kind: str
    """Kind of facility."""
    measure: Measure
    """What is counted."""
    count_n: Number | None = None
    """How many, for a count."""
    share: Annotated[float, Field(gt=0, le=1)] | None = None
    """Which share, for a share."""
    is_gross: bool = False
    """Whether closures are not taken off."""

    @property
    def goal(self) -> float:
        """Return the figure to reach, a count or a share."""
        return float(self.count_n if self.count_n is not None else self.share or 0.0)


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class Quota:
    """One town's part of a target."""

    target: str
    """Id of the target."""
    town_id: str
    """The town."""
    count_n: Count
    """Its part."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class Previous(_Noted):
    """What an earlier year reached; for comparison only."""

    year: Year
    """The year."""
    id: str
    """Id of the target."""
    count_n: Count
    """How many were reported."""
    target_n: Count | None = None
    """How many were asked."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class Named(_Noted):
    """A place that the plan names."""

    name: str
    """Its name."""
    kind: str
    """Kind of facility."""
    role: str
    """What it is named as."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class Programme(_Titled):
    """A year's plan."""

    year: Year
    """The year."""
    starts_on: dt.date
    """First day."""
    ends_on: dt.date
    """Last day."""
    issued_on: dt.date
    """Date of the document."""
    issuer_zh: str = ""
    """Who issued it, Chinese."""
    issuer_en: str = ""
    """Who issued it, English."""
    targets: tuple[Target, ...]
    """What the year is to reach."""
    quotas: tuple[Quota, ...] = ()
    """The towns' parts."""
    previous: tuple[Previous, ...] = ()
    """Earlier years."""
    named: tuple[Named, ...] = ()
    """Places that the document names."""

    def target(self, target_id: str) -> Target:
        """Return a target.

        Raises
        ------
        ProgrammeError
            When the programme has no such target.
        """
        for target in self.targets:
            if target.id == target_id:
                return target
        known = ", ".join(target.id for target in self.targets)
        raise ProgrammeError("programme.target_absent", target=target_id, targets=known)


def load_programme(name: str, *, base: Path | str = ".") -> Programme:
    """Return a year's plan.

    Parameters
    ----------
    name
        A shipped name such as ``minhang-2023``, or the path of a TOML file.
    base
        Folder that a relative path starts from.

    Raises
    ------
    ProgrammeError
        When there is no such programme, or a quota names no target or more than it.
    SettingsError
        When the file has mistakes; all of them in ``.problems``.

    Examples
    --------
    >>> programme = load_programme("minhang-2023")
    >>> [(target.id, target.goal) for target in programme.targets[:3]]
    [('breakfast_new', 83.0), ('breakfast_demonstration', 14.0), ('market_renovated', 13.0)]
    """
    path = programme_path(name, base=base)
    if not path.exists():
        names = ", ".join(sorted(item.stem for item in data_path("programme").glob("*.toml")))
        raise ProgrammeError("programme.absent", name=name, names=names)
    programme = _read(path)
    _check_quotas(programme)
    return programme


def programme_path(name: str, *, base: Path | str = ".") -> Path:
    """Return the file of a year's plan: a shipped one by its name, or one of your own.

    Raises
    ------
    FileNotFoundError
        When the package was installed without its data.
    """
    return Path(base) / name if name.endswith(".toml") else data_path("programme") / f"{name}.toml"


def _read(path: Path) -> Programme:
    """Return the programme of a TOML file."""
    content = read_toml(path)
    flat = {**content.pop("programme", {}), **content}
    return check_document(flat, Programme, path=path, broken="programme.broken")


def _check_quotas(programme: Programme) -> None:
    """Refuse quotas of unknown targets, and quotas that promise more or less than the target."""
    parts: dict[str, int] = {}
    for quota in programme.quotas:
        parts[quota.target] = parts.get(quota.target, 0) + quota.count_n
    for target_id, total in parts.items():
        target = programme.target(target_id)
        if target.count_n is not None and total != target.count_n:
            raise ProgrammeError(
                "programme.quota_sum", target=target_id, total=total, goal=target.count_n
            )
