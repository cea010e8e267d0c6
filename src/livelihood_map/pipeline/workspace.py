"""The tables of one run: those made in it, and those read back from an earlier one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from livelihood_map.core import tables
from livelihood_map.core.io import read_table, write_table
from livelihood_map.core.marks import mark_lines, standard_lines
from livelihood_map.core.standards import PlanningStandard, load_standard

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from livelihood_map.core.settings import Settings


ARTEFACTS: Final = {
    name: f"{number:02d}_{name}.parquet"
    for number, name in enumerate(
        (
            "towns",
            "facilities",
            "residences",
            "demand",
            "gates",
            "rejects",
            "oddities",
            "intake",
            "nodes",
            "edges",
            "joins",
            "coverage",
            "residence_coverage",
            "gaps",
            "zones",
            "candidates",
            "sites",
            "plan",
            "coverage_after",
            "residence_coverage_after",
            "town_coverage",
            "barriers",
            "remainders",
            "curve",
            "centres",
            "residence_tiers",
            "residence_nearest",
            "residence_circle",
            "residence_supply",
            "facility_supply",
            "town_circle",
            "town_walks",
            "town_supply",
            "town_equity",
            "service_areas",
            "known_gates",
        ),
        start=1,
    )
}

EXTRAS: Final = {name: f"{name}.parquet" for name in ("review", "stability")}
"""Tables that commands of their own make; a run does without them."""


@dataclass
class Workspace:
    """The tables of one run: those made in it, and those read back from an earlier one.

    Parameters
    ----------
    settings
        Settings of the run.
    standard
        Planning standard of the run.
    folder
        Folder of outputs; tables lie in ``tables`` below it.
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
    """

    settings: Settings
    standard: PlanningStandard
    folder: Path
    maps: Path
    date: dt.date
    tables: dict[str, Any] = field(default_factory=dict)
    written: list[Path] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    _network: Any = None

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401  (GeoDataFrame or DataFrame)
        """Return a table, read from the output folder when this run has not made it."""
        if name not in self.tables:
            self.tables[name] = read_table(self.path_of(name), _schema(name))
        return self.tables[name]

    def keep(self, **made: pd.DataFrame) -> None:
        """Keep tables and store them for a later start."""
        for name, table in made.items():
            self.tables[name] = table
            write_table(table, self.path_of(name), _schema(name))

    def path_of(self, name: str) -> Path:
        """Return where a table is stored."""
        return self.folder / "tables" / (ARTEFACTS | EXTRAS)[name]

    @property
    def network(self) -> Any:  # noqa: ANN401  (WalkNetwork or StraightNetwork)
        """Return the walking network, built once; the straight-line estimate without streets."""
        if self._network is None:
            from livelihood_map import network

            edges = self["edges"]
            self._network = (
                network.build_network(self["nodes"], edges)
                if len(edges)
                else network.build_straight_network(
                    detour_factor=self.detour_factor, crs=self["demand"].crs
                )
            )
        return self._network

    @property
    def detour_factor(self) -> float:
        """Return walk over straight line: the settings', else the standard's."""
        return self.settings.network.detour_factor or self.standard.straight_line.detour_factor

    @property
    def is_estimated(self) -> bool:
        """Return whether walks come from straight lines."""
        return not len(self["edges"])

    def marks(self, *kinds: str) -> list[str]:
        """Return the lines that an output bears."""
        lines = mark_lines(
            self.settings,
            date=self.date,
            is_estimated=self.is_estimated,
            detour_factor=self.detour_factor,
        )
        return lines + standard_lines(self.standard, kinds)


def _schema(name: str) -> Any:  # noqa: ANN401  (TableSchema)
    """Return the schema of an artefact."""
    return tables.SCHEMAS[name.removesuffix("_after").removeprefix("known_")]


def open_workspace(settings: Settings, *, maps: Path | None = None) -> Workspace:
    """Return the workspace of a run, with the tables that earlier runs left there.

    Parameters
    ----------
    settings
        Settings of the run.
    maps
        Folder for the maps, when it is not that of the settings.

    Raises
    ------
    StandardError
        When the planning standard does not exist.
    """
    return Workspace(
        settings=settings,
        standard=load_standard(settings.run.standard, base=settings.base),
        folder=settings.resolve(settings.run.output),
        maps=maps or settings.resolve(settings.run.maps),
        date=settings.run.date or dt.datetime.now(tz=dt.UTC).astimezone().date(),
    )
