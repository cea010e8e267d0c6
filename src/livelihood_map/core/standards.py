"""Planning standards: named, dated, sourced rows that say what counts as covered.

A standard is a TOML file. Each row carries its source and how sure it is (firm, press, contested,
dated, ours); reports print the row that they used. Kinds are rows, not names in code.
"""

from __future__ import annotations

from dataclasses import field
from pathlib import Path
from typing import Final, Literal

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from livelihood_map.core.document import check_document, read_toml
from livelihood_map.core.errors import LivelihoodMapError
from livelihood_map.core.io import data_path
from livelihood_map.core.labels import Lang, current_lang
from livelihood_map.core.people import CROWDS, Crowd
from livelihood_map.core.quantities import (
    Factor,
    Measure,
    Metres,
    Minutes,
    People,
    Share,
    Speed,
    Wait,
)
from livelihood_map.core.units import SECONDS_PER_MIN

Evidence = Literal["firm", "press", "contested", "dated", "ours"]
_CONFIG: Final = ConfigDict(extra="forbid", use_attribute_docstrings=True, strict=True)


class StandardError(LivelihoodMapError, ValueError):
    """A planning standard cannot be read, or lacks what is asked of it."""


class _Named:
    """What has a name in either language."""

    name_zh: str
    name_en: str

    def name(self, lang: Lang | None = None) -> str:
        """Return the name in a language, the current one when None."""
        return self.name_zh if (lang or current_lang()) == "zh" else self.name_en


class _Sourced(_Named):
    """What rests on sources, told in either language."""

    def tell_source(self, part: str = "", lang: Lang | None = None) -> str:
        """Return the source of one figure, or of the whole where the figure has none of its own.

        Parameters
        ----------
        part
            Figure, such as ``target``; empty for the whole.
        lang
            Language; the current one when None. English falls back on the source as it stands.
        """
        name = f"{part}_source" if part and getattr(self, f"{part}_source", "") else "source"
        told: str = getattr(self, name, "")
        is_english = (lang or current_lang()) == "en"
        return (getattr(self, f"{name}_en", "") if is_english else "") or told


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class _Row(_Sourced):
    """What every row of a standard has."""

    id: str
    """Name used in settings and tables."""
    name_zh: str
    """Chinese name."""
    name_en: str
    """English name."""
    source: str = ""
    """Where the figure was read."""
    source_en: str = ""
    """The same in English, in which only titles stay Chinese."""
    status: Evidence = "ours"
    """How sure the figure is."""
    dated: str = ""
    """Year or date of the source."""
    note_zh: str = ""
    """What a reader must know, Chinese."""
    note_en: str = ""
    """What a reader must know, English."""

    def note(self, lang: Lang | None = None) -> str:
        """Return the row's note in a language, the current one when None."""
        return self.note_zh if (lang or current_lang()) == "zh" else self.note_en


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class Tier(_Row):
    """A walking distance with the minutes that it stands for."""

    walk_m: Metres
    """Metres along paths."""
    minutes: Minutes
    """Minutes on foot."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class KindRow(_Row):
    """A kind of facility and what counts as covered."""

    group: str = ""
    """basic for 基本保障类."""
    tiers_m: tuple[Metres, ...]
    """Walks that are told apart, rising."""
    tiers_min: tuple[Minutes, ...]
    """Minutes that the tiers stand for, in the same order."""
    threshold_m: Metres
    """A person is covered when the walk is no longer than this."""
    threshold_source: str = ""
    """Source of the threshold where it differs from the row's."""
    threshold_source_en: str = ""
    """The same in English."""
    threshold_status: Evidence | None = None
    """How sure the threshold is, where it differs from the row's."""
    target_m: Metres | None = None
    """The shorter walk that the office aims at, when there is one."""
    target_source: str = ""
    """Source of `target_m`."""
    target_source_en: str = ""
    """The same in English."""
    target_status: Evidence | None = None
    """How sure `target_m` is."""
    alternatives_m: tuple[Metres, ...] = ()
    """Other walks that sources name."""
    walker: str = "standard"
    """Walker whose walks are compared with the threshold."""
    demand: Literal["residents", "residents_and_workers", "everyone"] = "residents"
    """Who is counted; everyone: residents, morning workers and station passengers."""
    denominator: Literal["people", "residences", "communities"] = "people"
    """What the target share is a share of; compounds stand in where no communities are known."""
    target_share: Share | None = None
    """Share that is to be covered, 0–1."""
    target_share_source: str = ""
    """Source of `target_share`."""
    target_share_source_en: str = ""
    """The same in English."""
    target_share_status: Evidence | None = None
    """How sure `target_share` is."""

    @property
    def crowds(self) -> tuple[Crowd, ...]:
        """Return the columns of ``demand`` that are counted, residents first."""
        return CROWDS[: ("residents", "residents_and_workers", "everyone").index(self.demand) + 1]

    @property
    def aim_m(self) -> float:
        """Return the walk that gaps and sites are measured by: the target, else the threshold."""
        return self.threshold_m if self.target_m is None else self.target_m

    @property
    def firm_m(self) -> float | None:
        """Return the threshold where a source that is firm sets it, else None."""
        return self.threshold_m if (self.threshold_status or self.status) == "firm" else None


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class Subtype(_Row):
    """A type of outlet within a kind."""

    kind: str
    """The kind that it belongs to."""
    is_walking: bool = True
    """Whether it has a place to walk to; one that has none never counts as coverage."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class Walker(_Row):
    """Somebody who walks."""

    mode: Literal["distance", "time"]
    """distance: metres decide. time: metres over speed plus waits decide."""
    speed_m_per_s: Speed
    """Walking speed on the level."""
    signal_wait_s: Wait = 0
    """Wait at a signal-controlled crossing."""
    signal_wait_cap_s: Wait = 0
    """Longest wait in all that a walk is charged with."""
    avoids_steps: bool = False
    """Whether steps are no way for this walker."""

    @property
    def speed_m_per_min(self) -> float:
        """Return the walking speed in metres a minute, by which minutes are written."""
        return self.speed_m_per_s * SECONDS_PER_MIN


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class Rule(_Row):
    """A rule of layout beside coverage."""

    kind: str
    """The kind that it speaks of."""
    value: Measure
    """The figure."""
    unit: str
    """Unit of `value`."""
    per_people: People | None = None
    """`value` is per this many people, where it is a ratio."""
    alternatives: tuple[Measure, ...] = ()
    """Other figures that sources name."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class StraightLine(_Sourced):
    """What stands in for streets when there are none."""

    detour_factor: Factor
    """Walk = straight line times this."""
    name_zh: str
    """Chinese name."""
    name_en: str
    """English name."""
    source: str
    """Where the factor was read."""
    source_en: str = ""
    """The same in English."""
    status: Evidence
    """How sure the factor is."""
    alternatives: tuple[Factor, ...] = ()
    """Other factors that sources name."""
    note_zh: str = ""
    """What a reader must know, Chinese."""
    note_en: str = ""
    """What a reader must know, English."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class PlanningStandard(_Sourced):
    """A named, dated set of sourced rows."""

    id: str
    """Name used in the settings."""
    name_zh: str
    """Chinese name."""
    name_en: str
    """English name."""
    dated: str
    """Date of the set."""
    place_zh: str = ""
    """Where it applies, Chinese."""
    place_en: str = ""
    """Where it applies, English."""
    note_zh: str = ""
    """What a reader must know, Chinese."""
    note_en: str = ""
    """What a reader must know, English."""
    start_source: str = ""
    """Where it was read that a walk starts at the gate of the compound."""
    start_source_en: str = ""
    """The same in English."""
    tiers: tuple[Tier, ...]
    """Walks that are told apart."""
    kinds: tuple[KindRow, ...]
    """Kinds of facility."""
    subtypes: tuple[Subtype, ...] = ()
    """Types of outlet."""
    walkers: tuple[Walker, ...]
    """Who walks."""
    straight_line: StraightLine
    """What stands in for streets."""
    rules: tuple[Rule, ...] = field(default_factory=tuple)
    """Rules of layout."""

    def kind(self, kind: str) -> KindRow:
        """Return the row of a kind.

        Raises
        ------
        StandardError
            When the standard has no such kind.
        """
        for row in self.kinds:
            if row.id == kind:
                return row
        known = ", ".join(row.id for row in self.kinds)
        raise StandardError("core.standard_kind_absent", standard=self.id, kind=kind, kinds=known)

    def walker(self, walker: str) -> Walker:
        """Return the row of a walker.

        Raises
        ------
        StandardError
            When the standard has no such walker.
        """
        for row in self.walkers:
            if row.id == walker:
                return row
        known = ", ".join(row.id for row in self.walkers)
        raise StandardError(
            "core.standard_walker_absent", standard=self.id, walker=walker, walkers=known
        )

    def walkless_subtypes(self, kind: str) -> frozenset[str]:
        """Return the subtypes of a kind that have no place to walk to."""
        return frozenset(s.id for s in self.subtypes if s.kind == kind and not s.is_walking)


def load_standard(name: str, *, base: Path | str = ".") -> PlanningStandard:
    """Return a planning standard.

    Parameters
    ----------
    name
        A shipped name such as ``cn-15min``, or the path of a TOML file.
    base
        Folder that a relative path starts from.

    Raises
    ------
    StandardError
        When there is no such standard.
    SettingsError
        When the file has mistakes; all of them in ``.problems``.

    Examples
    --------
    >>> standard = load_standard("cn-15min")
    >>> standard.kind("breakfast").threshold_m, standard.kind("breakfast").aim_m
    (1000.0, 500.0)
    """
    path = standard_path(name, base=base)
    if not path.exists():
        raise StandardError("core.standard_absent", name=name, names=", ".join(_names()))
    return _read(path)


def _names() -> list[str]:
    return sorted(item.stem for item in data_path("standards").glob("*.toml"))


def standard_path(name: str, *, base: Path | str = ".") -> Path:
    """Return the file of a planning standard: a shipped one by its name, or one of your own.

    Raises
    ------
    FileNotFoundError
        When the package was installed without its data.
    """
    return Path(base) / name if name.endswith(".toml") else data_path("standards") / f"{name}.toml"


def _read(path: Path) -> PlanningStandard:
    """Return the standard of a TOML file."""
    content = read_toml(path)
    flat = {**content.pop("standard", {}), **content}
    return check_document(flat, PlanningStandard, path=path, broken="core.standard_broken")
