"""The tables of one run, handed to each stage as far as it has declared them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, cast

from livelihood_map.core import tables
from livelihood_map.core.basis import Basis, find_basis
from livelihood_map.core.errors import SettingsError
from livelihood_map.core.labels import label, name_of
from livelihood_map.core.marks import mark_lines, standard_lines
from livelihood_map.pipeline.stage import UndeclaredError, narrow_settings

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

    from livelihood_map.core.schema import TableSchema
    from livelihood_map.core.settings import Settings
    from livelihood_map.core.standards import PlanningStandard
    from livelihood_map.network import Network
    from livelihood_map.pipeline.reads import Marked, Streets
    from livelihood_map.pipeline.stage import Stage

Table_contra = TypeVar("Table_contra", bound=str, contravariant=True)
"""Names of the tables that may be read: ``Workspace[Literal["towns"]]``, or ``str`` for all."""


@dataclass
class Workspace(Generic[Table_contra]):
    """The tables of one run: those made in it, and those read back from the stored run.

    Its type says which may be asked for: ``Workspace[CoverageReads]`` what the coverage stage has
    declared, ``Workspace[str]`` all of them, ``Workspace[Never]`` none.

    Parameters
    ----------
    settings
        Settings of the run; a stage sees those that it has declared.
    standard
        Planning standard of the run.
    folder
        Folder of outputs.
    maps
        Folder of maps.
    date
        Date printed on outputs.
    tables
        Tables made or read so far.
    written
        Files written so far.
    remarks
        What the stages have to tell the user, in words.
    home
        Folder where the outputs will lie; `folder` itself where nothing is made aside.
    steps
        What a run did with each stage, in words.
    told
        What a stage has to say in the run record beside its tables: ``solver``, ``is_open``.
    stage
        The stage that sees this workspace; None for a reader of the whole run.
    mark
        What the outputs of the stage bear so that the run record can be found by it.
    stored
        Returns a stored table by its name, None where the run has none; refuses a stale one.
    built
        The walking network, once it is built.
    """

    settings: Settings
    standard: PlanningStandard
    folder: Path
    maps: Path
    date: dt.date
    tables: dict[str, Any] = field(default_factory=dict)
    written: list[Path] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    home: Path | None = None
    steps: list[str] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)
    stage: Stage | None = None
    mark: str = ""
    stored: Callable[[str], Any] | None = None
    built: dict[str, Any] = field(default_factory=dict, repr=False)

    def __getitem__(self, name: Table_contra) -> pd.DataFrame:
        """Return a table; one that no stage has made is a KeyError."""
        table = self.get(name)
        if table is None:
            raise KeyError(name)
        return table

    def get(self, name: Table_contra) -> pd.DataFrame | None:
        """Return a table, None where the run has none.

        Raises
        ------
        UndeclaredError
            When the stage has not declared it.
        LivelihoodMapError
            When the stored table is stale or damaged.
        """
        if self.stage is not None and not self.stage.may_read(name):
            raise UndeclaredError(f"{self.stage.name}: {name}")
        if name not in self.tables and self.stored is not None:
            table = self.stored(name)
            if table is None:
                return None
            self.tables[name] = table
        return self.tables.get(name)

    def keep(self, **made: pd.DataFrame) -> None:
        """Keep the tables that a stage makes, checked against their schemas.

        Raises
        ------
        UndeclaredError
            When the stage has not declared one.
        SchemaError
            When one breaks its schema: a mistake in the program.
        """
        for name, table in made.items():
            if self.stage is not None and name not in self.stage.makes:
                raise UndeclaredError(f"{self.stage.name}: {name}")
            self.tables[name] = schema_of(name).check(table)

    def seen_by(self, stage: Stage, *, mark: str = "") -> Workspace[Table_contra]:
        """Return this workspace as a stage sees it, with its own lists of files and remarks."""
        unread: Any = None
        return replace(
            self,
            settings=narrow_settings(self.settings, stage.settings),
            standard=self.standard if "run.standard" in stage.settings else unread,
            date=self.date if "run.date" in stage.settings else unread,
            stage=stage,
            mark=mark,
            written=[],
            remarks=[],
            told={},
        )

    def trial(
        self, settings: Settings | None = None, **changed: pd.DataFrame
    ) -> Workspace[Table_contra]:
        """Return a workspace with other settings or tables, of which nothing is stored."""
        stage = self.stage and replace(self.stage, may_need=(*self.stage.may_need, *changed))
        return replace(
            self,
            settings=settings or self.settings,
            stage=stage,
            tables={**self.tables, **changed},
            written=[],
            remarks=[],
            built={} if {"nodes", "edges"} & changed.keys() else self.built,
        )

    @property
    def network(self: Workspace[Streets]) -> Network:
        """Return the walking network, built once; the straight-line estimate without streets."""
        if "network" not in self.built:
            from livelihood_map import network

            edges = self["edges"]
            self.built["network"] = (
                network.build_network(self["nodes"], edges)
                if len(edges)
                else network.build_straight_network(
                    detour_factor=self.detour_factor, crs=self["demand"].crs
                )
            )
        streets: Network = self.built["network"]
        return streets

    @property
    def detour_factor(self) -> float:
        """Return walk over straight line: the settings', else the standard's."""
        return self.settings.network.detour_factor or self.standard.straight_line.detour_factor

    @property
    def is_estimated(self: Workspace[Literal["edges"]]) -> bool:
        """Return whether walks come from straight lines."""
        return not len(self["edges"])

    @property
    def kinds(self: Workspace[Literal["registers"]]) -> list[str]:
        """Return the kinds of the settings of which a register was given.

        Raises
        ------
        SettingsError
            When there is none.
        """
        wanted, given = self.settings.coverage.kinds, set(self["registers"]["kind"])
        kinds = [kind for kind in wanted if kind in given]
        if not kinds:
            names = label("core.list_join").join(name_of("core.kind", kind) for kind in wanted)
            raise SettingsError("core.register_none", kinds=names)
        return kinds

    def require_register(self: Workspace[Literal["registers"]], kind: str) -> None:
        """Return nothing when a register of a kind was given.

        Raises
        ------
        SettingsError
            When there is none, so that what is there is not known.
        """
        if kind not in set(self["registers"]["kind"]):
            raise SettingsError("core.register_needed", kind=name_of("core.kind", kind))

    @property
    def basis(self: Workspace[Marked]) -> Basis:
        """Return what the figures rest on that no file states; of gates where they are placed."""
        gates = None
        if self.stage is None or self.stage.may_read("gates"):
            gates = cast("Workspace[str]", self).get("gates")
        kinds = self.settings.coverage.kinds
        basis = find_basis(kinds, self["registers"], self["residences"], gates)
        if gates is None or not len(gates):
            return basis
        start, source = self.settings.network.start, self.standard.tell_source("start")
        return replace(basis, start=start, start_source=source)

    def marks(self: Workspace[Marked], *kinds: str) -> list[str]:
        """Return the lines that an output bears."""
        lines = mark_lines(
            self.settings,
            date=self.date,
            is_estimated=self.is_estimated,
            detour_factor=self.detour_factor,
            basis=self.basis,
            mark=self.mark,
        )
        return lines + standard_lines(self.standard, kinds)


def schema_of(name: str) -> TableSchema:
    """Return the schema of a table of the workspace.

    Raises
    ------
    KeyError
        When there is no such table.
    """
    return tables.SCHEMAS[name.removesuffix("_after").removeprefix("known_")]
