"""What a map is drawn from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import geopandas as gpd

from livelihood_map.core.basis import Basis
from livelihood_map.core.crs import require_metric

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from livelihood_map.core.labels import Lang
    from livelihood_map.core.settings import Settings
    from livelihood_map.core.standards import PlanningStandard
    from livelihood_map.mapping.town_rows import TownIndex
    from livelihood_map.mapping.walk_tables import WalkTables


@dataclass(frozen=True, kw_only=True)
class MapTables:
    """The tables that maps and check pages show, geometry in one metric CRS.

    Parameters
    ----------
    towns, residences, facilities
        As in :mod:`livelihood_map.core.tables`.
    coverage
        ``residence_coverage``: one row a compound, kind and walker.
    zones, sites, edges
        Gap zones, suggested sites and streets; None where there are none.
    after
        ``residence_coverage`` as if the sites were open.
    town_coverage
        Figures by town; columns with the suffix ``_after`` are shown when they are there.
    reached
        Table ``town_walks``, with ``reached_population_after`` where there is a plan: the people
        that legends count; without it they count nobody.
    base
        Table ``base_features``: land use, water, rail and more below and between the streets.
    problems
        Points that the streets do not serve: name, town_id, population, reason
        (``too_far``, ``off_network``, ``detached``, ``barrier``, ``closed``).
    areas
        Table ``service_areas``; None where there is none.
    grid, grid_coverage
        The lattice of :func:`livelihood_map.mapping.lay_grid` and table ``coverage`` of its
        points: the answer to a click anywhere on the check pages, and their service areas.
    centres
        Commercial centres of the "1+7+X" layout; None where the office lists none.
    gates
        Gates of the compounds: known ones and those marked ``is_inferred``; None where none are.
    reasons
        Why compounds are not covered: residence_id, kind, reason (as in table ``gaps``).
    members
        Who forms the gap zones, as :func:`livelihood_map.mapping.list_members` returns it.
    counted
        Workplaces, schools and stations where people are counted; None where none are.
    counted_coverage, counted_after
        Their walks today and with the sites open: :func:`livelihood_map.mapping.counted_walks`.
    by_town
        Where the rows of each town lie, by :func:`livelihood_map.mapping.town_index.index_towns`;
        None where they are looked for when a town is cut out.
    walks
        What planner's pages walk on; None where they do not.
    are_districts
        Whether ``towns`` are the districts of a city, each with sites numbered by itself.
    is_estimated
        Whether walks come from straight lines instead of streets.
    mark
        Mark of the run that makes the map; none where frames are given.
    basis
        What the figures rest on that no file states; nothing where frames are given.
    """

    towns: gpd.GeoDataFrame
    residences: gpd.GeoDataFrame
    coverage: pd.DataFrame
    facilities: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame | None = None
    sites: gpd.GeoDataFrame | None = None
    edges: gpd.GeoDataFrame | None = None
    after: pd.DataFrame | None = None
    town_coverage: pd.DataFrame | None = None
    reached: pd.DataFrame | None = None
    base: gpd.GeoDataFrame | None = None
    problems: gpd.GeoDataFrame | None = None
    areas: gpd.GeoDataFrame | None = None
    grid: gpd.GeoDataFrame | None = None
    grid_coverage: pd.DataFrame | None = None
    centres: gpd.GeoDataFrame | None = None
    gates: gpd.GeoDataFrame | None = None
    reasons: pd.DataFrame | None = None
    members: pd.DataFrame | None = None
    counted: gpd.GeoDataFrame | None = None
    counted_coverage: pd.DataFrame | None = None
    counted_after: pd.DataFrame | None = None
    by_town: TownIndex | None = None
    walks: WalkTables | None = None
    are_districts: bool = False
    is_estimated: bool = False
    mark: str = ""
    basis: Basis = field(default_factory=Basis)

    def geometries(self) -> Iterator[tuple[str, gpd.GeoDataFrame]]:
        """Return the name and table of every table with geometry."""
        for name, table in vars(self).items():
            if isinstance(table, gpd.GeoDataFrame):
                yield name, table

    def check(self) -> None:
        """Check that all geometry is in a metric CRS.

        Raises
        ------
        CrsError
            When a table has no CRS, or one that does not measure in metres.
        """
        for name, table in self.geometries():
            require_metric(table.crs, what=name)


@dataclass(frozen=True)
class PageInputs:
    """What one page or picture is drawn from.

    Parameters
    ----------
    tables
        What it shows.
    settings
        Settings of the run.
    standard
        The planning standard that coverage was measured by.
    lang
        Language of the page.
    town_id
        The town that the tables were cut to; None where they are the whole.
    """

    tables: MapTables
    settings: Settings
    standard: PlanningStandard
    lang: Lang
    town_id: str | None = None

    @property
    def walker(self) -> str:
        """Return the walker whose walks are shown."""
        return self.settings.coverage.walkers[0]

    @property
    def distances(self) -> dict[str, float]:
        """Return the distances that are the same on the whole page, metres."""
        siting = self.settings.siting
        siting_m = siting.threshold_m or self.standard.kind(siting.kind).aim_m
        return {"cutoff_m": self.settings.coverage.cutoff_m, "siting_m": siting_m}

    @property
    def kinds(self) -> list[str]:
        """Return the kinds of the settings that were measured."""
        measured = set(self.tables.coverage["kind"].unique())
        return [kind for kind in self.settings.coverage.kinds if kind in measured]

    @property
    def is_compressed(self) -> bool:
        """Return whether a page holds its content packed."""
        return self.settings.mapping.is_compressed
