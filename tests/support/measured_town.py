"""The measures of a lattice town, taken as the coverage stage takes them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from livelihood_map.core import tables
from livelihood_map.core.standards import load_standard
from livelihood_map.coverage import summarise_residences, summarise_towns
from livelihood_map.pipeline.measures import take_measures
from livelihood_map.pipeline.walking import join_homes, measure
from livelihood_map.pipeline.workspace import Workspace

if TYPE_CHECKING:
    import geopandas as gpd
    from grid import GridTown

    from livelihood_map.core.settings import Settings


def measure_town(
    town: GridTown,
    facilities: gpd.GeoDataFrame,
    *,
    settings: Settings,
    demand: gpd.GeoDataFrame | None = None,
) -> tuple[dict[str, pd.DataFrame], Workspace]:
    """Return the tables of measures of a lattice town, and the workspace that they come from."""
    work = Workspace(
        settings=settings,
        standard=load_standard(settings.run.standard),
        folder=Path(),
        maps=Path(),
        date=dt.date(2023, 6, 30),
        tables={
            "barriers": tables.BARRIERS.empty(town.demand.crs),
            "towns": town.towns,
            "residences": town.residences,
            "demand": town.demand if demand is None else demand,
            "gates": town.gates,
            "nodes": town.nodes,
            "edges": town.edges,
            "facilities": facilities,
            "registers": tables.REGISTERS.conform(
                pd.DataFrame({"kind": settings.coverage.kinds, "source": "register"})
            ),
        },
    )
    work.tables["joins"] = join_homes(work)
    coverage = work.tables["coverage"] = measure(work, facilities)
    places = (work["demand"], town.residences)
    work.tables["residence_coverage"] = summarise_residences(coverage, *places)
    work.tables["town_coverage"] = summarise_towns(
        coverage, *places, facilities, town.towns, standard=work.standard
    )
    return take_measures(work), work
