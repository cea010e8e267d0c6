"""What reports are made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from livelihood_map.core.basis import Basis
from livelihood_map.core.marks import mark_lines, standard_lines
from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.core.workbook import headings

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    import geopandas as gpd
    import pandas as pd

    from livelihood_map.core.settings import Settings
    from livelihood_map.core.standards import PlanningStandard


@dataclass(frozen=True, kw_only=True)
class ReportTables:
    """The tables that reports show, as in :mod:`livelihood_map.core.tables`.

    Parameters
    ----------
    towns, residences, demand, joins, coverage, residence_coverage, town_coverage, rejects
        Tables of the same names; ``town_coverage`` with columns ``*_after`` where there is a plan.
    residence_tiers, residence_nearest, residence_circle, residence_supply, facility_supply
        Measures of compounds and facilities, for the first walker of the settings.
    town_circle, town_walks, town_supply, town_equity
        The same by town.
    zones, sites, plan
        Gap zones, suggested sites and how they were found; None where there is no plan.
    coverage_after, residence_coverage_after
        ``coverage`` and ``residence_coverage`` as if the sites were open.
    intake
        Rows read, taken and rejected by register.
    oddities
        What is odd about rows that were taken; columns of ``rejects``.
    curve
        What each number of new sites reaches; without it the ranks of the sites are drawn.
    near
        House number or crossing near each site.
    facilities
        Table of the same name; without it nothing is told of chains.
    communities
        Table of the same name; compounds stand in for them without it.
    """

    towns: gpd.GeoDataFrame
    residences: gpd.GeoDataFrame
    demand: gpd.GeoDataFrame
    joins: pd.DataFrame
    coverage: pd.DataFrame
    residence_coverage: pd.DataFrame
    town_coverage: pd.DataFrame
    residence_tiers: pd.DataFrame
    residence_nearest: pd.DataFrame
    residence_circle: pd.DataFrame
    residence_supply: pd.DataFrame
    facility_supply: pd.DataFrame
    town_circle: pd.DataFrame
    town_walks: pd.DataFrame
    town_supply: pd.DataFrame
    town_equity: pd.DataFrame
    rejects: pd.DataFrame
    zones: gpd.GeoDataFrame | None = None
    sites: gpd.GeoDataFrame | None = None
    plan: pd.DataFrame | None = None
    coverage_after: pd.DataFrame | None = None
    residence_coverage_after: pd.DataFrame | None = None
    intake: pd.DataFrame | None = None
    oddities: pd.DataFrame | None = None
    curve: pd.DataFrame | None = None
    near: Sequence[str] = ()
    facilities: gpd.GeoDataFrame | None = None
    communities: pd.DataFrame | None = None


def of_area(table: pd.DataFrame, town_id: str, *beside: str) -> pd.DataFrame:
    """Return the rows of a town, and of what stands beside it; all rows for the district.

    Parameters
    ----------
    table
        A table with ``town_id``.
    town_id
        The town, or the district.
    *beside
        Further ids whose rows are shown with those of a town.

    Raises
    ------
    KeyError
        When the table lacks the column.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"town_id": ["west", "east", "ALL"]})
    >>> [len(of_area(table, *ids)) for ids in (["west"], ["west", "ALL"], ["ALL"])]
    [1, 2, 3]
    """
    return table if town_id == DISTRICT_ID else table[table["town_id"].isin([town_id, *beside])]


@dataclass(frozen=True, kw_only=True)
class ReportContext:
    """What a report must know beside its tables.

    Parameters
    ----------
    settings
        Settings of the run.
    standard
        Planning standard of the run.
    date
        Date printed on the report.
    is_estimated
        Whether walks come from straight lines instead of streets.
    mark
        Mark of the run that makes it; none where frames are given.
    basis
        What the figures rest on that no file states; nothing where frames are given.
    """

    settings: Settings
    standard: PlanningStandard
    date: dt.date
    is_estimated: bool = False
    mark: str = ""
    basis: Basis = field(default_factory=Basis)

    @property
    def kinds(self) -> list[str]:
        """Return the kinds of the settings of which a register was given."""
        absent = self.basis.absent_kinds
        return [kind for kind in self.settings.coverage.kinds if kind not in absent]

    @property
    def detour_factor(self) -> float:
        """Return walk over straight line of the estimate: the settings', else the standard's."""
        return self.settings.network.detour_factor or self.standard.straight_line.detour_factor

    @property
    def has_walkers(self) -> bool:
        """Return whether several walkers were measured, so that each row must name its own."""
        return len(self.settings.coverage.walkers) > 1

    def heads(self, prefix: str, columns: Iterable[str]) -> dict[str, str]:
        """Return the headings of columns, without that of the walker where there is but one.

        Raises
        ------
        KeyError
            When the catalogue lacks one: a mistake in the program.
        """
        shown = [name for name in columns if name != "walker_name" or self.has_walkers]
        return headings(prefix, shown)

    @property
    def leading_kind(self) -> str:
        """Return the kind that briefs show in charts and by town: the sited one if measured."""
        kinds, sited = self.kinds, self.settings.siting.kind
        return sited if sited in kinds else kinds[0]

    @property
    def siting_threshold_m(self) -> float:
        """Return the walk within which a new site serves, metres."""
        siting = self.settings.siting
        return siting.threshold_m or self.standard.kind(siting.kind).aim_m

    def marks(self) -> list[str]:
        """Return the lines that every output bears."""
        return mark_lines(
            self.settings,
            date=self.date,
            is_estimated=self.is_estimated,
            detour_factor=self.detour_factor,
            basis=self.basis,
            mark=self.mark,
        )

    def sources(self) -> list[str]:
        """Return the lines that name the rows of the standard, with source and status.

        Raises
        ------
        StandardError
            When the standard lacks a kind of the settings.
        """
        return standard_lines(self.standard, self.kinds)
