"""Where people live and work: compounds, their gates, and the demand points that are covered."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from livelihood_map.core.crs import require_metric
from livelihood_map.core.errors import SourceError
from livelihood_map.core.labels import current_lang, use_lang
from livelihood_map.core.tables import DEMAND, GATES, REJECTS, REMAINDERS, RESIDENCES
from livelihood_map.load.census import find_remainders, read_totals, spread_totals
from livelihood_map.load.compounds import read_compounds
from livelihood_map.load.files.corrections import read_corrections
from livelihood_map.load.files.intake import faults_table
from livelihood_map.load.files.readers import existing_file
from livelihood_map.load.gates import read_gates
from livelihood_map.load.location.town_lookup import TownFinder
from livelihood_map.load.osm.buildings import read_homes
from livelihood_map.load.osm.features import is_extract
from livelihood_map.load.workplaces import read_workplaces

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from livelihood_map.core.labels import Lang
    from livelihood_map.core.settings import ResidenceSource, TotalsSource
    from livelihood_map.load.files.intake import Intake

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ResidenceResult:
    """Where people live and work, and the rows that could not be taken.

    Parameters
    ----------
    residences
        Compounds and residential blocks in the metric CRS, sorted by id.
    demand
        One point a compound with its people and one a workplace with its morning workers.
    gates
        Gates that a file gives; a compound without a gate has no row.
    rejects
        Rows that were not taken, each with its problem and remedy.
    notes
        What is odd about rows that were taken; the same columns as `rejects`.
    counts
        Rows read, taken and rejected by setting and sheet.
    remainders
        People of each town's total that no listed compound has.
    """

    residences: gpd.GeoDataFrame
    demand: gpd.GeoDataFrame
    gates: gpd.GeoDataFrame
    rejects: pd.DataFrame
    notes: pd.DataFrame
    counts: pd.DataFrame
    remainders: pd.DataFrame


def load_residences(
    sources: Sequence[ResidenceSource],
    *,
    towns: gpd.GeoDataFrame,
    crs: object,
    base: Path,
    lang: Lang | None = None,
    corrections: str | Sequence[str] | None = None,
    totals: TotalsSource | None = None,
) -> ResidenceResult:
    """Return where people live and work, from registers of compounds or an OSM extract.

    Parameters
    ----------
    sources
        Tables of compounds, each with its gates and workplaces where it has some.
    towns
        The towns table, EPSG:4326 or metric.
    crs
        Metric CRS of the result.
    base
        Folder that paths start from.
    lang
        Language of problems and remedies; None for the current one.
    corrections
        Corrected lists of rejects in turn, whose rows take the place of those in the files.
    totals
        People of each town by a census, to spread over the compounds or to compare with them.

    Raises
    ------
    SourceError
        When a file cannot be used as a whole, or no resident is left.
    CrsError
        When `crs` does not measure metres.

    Examples
    --------
    >>> from livelihood_map.core.io import data_path
    >>> demo = data_path("demo")
    >>> import livelihood_map as lm
    >>> sources = lm.load_settings(demo / "livelihood.toml").load
    >>> towns = lm.load_towns(sources.towns, base=demo).to_crs("EPSG:4549")
    >>> homes = lm.load_residences(sources.residences, towns=towns, crs=towns.crs, base=demo)
    >>> float(homes.residences["population"].sum())
    2650000.0
    """
    started = time.perf_counter()
    require_metric(crs, what="crs")
    finder = TownFinder(towns, crs=crs)
    fixes = read_corrections(corrections, base=base)
    is_spread = totals is not None and totals.method == "spread"
    homes, gates, work = [], [], []
    intakes: list[Intake] = []
    named = {f"load.residences[{number}]": one for number, one in enumerate(sources, start=1)}
    with use_lang(lang or current_lang()):
        for setting, source in named.items():
            path = existing_file(base, source.path)
            if is_extract(path):
                homes.append(read_homes(path, source, finder, crs, is_spread=is_spread))
            else:
                given = (path, source, finder, crs, intakes, fixes)
                homes.append(read_compounds(*given, is_spread=is_spread, setting=setting))
        residences = _one_table(homes, intakes, crs)
        census = None
        if totals is not None:
            path = existing_file(base, totals.path)
            census = read_totals(path, totals, finder, intakes, fixes)
        if census is not None and is_spread:
            residences = spread_totals(residences, census)
        remainders = find_remainders(residences, census, finder.names)
        for setting, source in named.items():
            if source.gates is not None:
                path = existing_file(base, source.gates)
                own = (path, source, residences, finder, crs, intakes, fixes)
                gates.append(read_gates(*own, setting=f"{setting}.gates"))
            if source.workplaces is not None:
                path = existing_file(base, source.workplaces)
                given = (path, source, finder, crs, intakes, fixes)
                work.append(read_workplaces(*given, setting=f"{setting}.workplaces"))
    result = ResidenceResult(
        RESIDENCES.conform(residences.drop(columns=["_intake", "_weight"])),
        DEMAND.conform(_demand(residences, work, crs)),
        _gates_table(gates, crs),
        REJECTS.conform(faults_table([fault for i in intakes for fault in i.rejects])),
        faults_table([fault for i in intakes for fault in i.notes]),
        count_rows(intakes),
        REMAINDERS.conform(remainders),
    )
    log.info(
        "residences: %d places with %.0f people, %d workplaces, %d gates, %d rejected, %.1f s",
        len(result.residences),
        result.residences["population"].sum(),
        len(result.demand) - len(result.residences),
        len(result.gates),
        len(result.rejects),
        time.perf_counter() - started,
    )
    return result


def _one_table(
    homes: Sequence[gpd.GeoDataFrame], intakes: Sequence[Intake], crs: object
) -> gpd.GeoDataFrame:
    """Return the places of all sources, ids of their own, sorted."""
    filled = [part for part in homes if len(part)]
    if not filled:
        raise SourceError("load.no_people", problems=first_problems(intakes))
    residences = gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), crs=crs)
    return residences.sort_values("residence_id", ignore_index=True)


def first_problems(intakes: Sequence[Intake]) -> list[Any]:
    """Return the first rejects of some tables as problems, for a message."""
    from livelihood_map.core.errors import Problem

    faults = [fault for intake in intakes for fault in intake.rejects]
    return [Problem("load.reject_line", **fault) for fault in faults[:5]]


def _demand(
    residences: gpd.GeoDataFrame, work: Sequence[gpd.GeoDataFrame], crs: object
) -> gpd.GeoDataFrame:
    """Return one point a place with its people, and one a workplace with its workers."""
    points = shapely.point_on_surface(np.asarray(residences.geometry.array, dtype=object))
    homes = gpd.GeoDataFrame(
        {
            "demand_id": "home-" + residences["residence_id"],
            "residence_id": residences["residence_id"],
            "town_id": residences["town_id"],
            "name": residences["name"],
            "place_kind": "home",
            "population": residences["population"],
            "workers": 0.0,
            "elderly_n": residences["elderly_n"],
        },
        geometry=points,
        crs=crs,
    )
    parts = [homes, *(part for part in work if len(part))]
    demand = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=crs)
    return demand.sort_values("demand_id", ignore_index=True)


def _gates_table(gates: Sequence[gpd.GeoDataFrame], crs: object) -> gpd.GeoDataFrame:
    """Return the gates of all sources, sorted."""
    filled = [part for part in gates if len(part)]
    if not filled:
        return gpd.GeoDataFrame(GATES.empty(crs))
    table = gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), crs=crs)
    table = table.sort_values("gate_id", ignore_index=True)
    return GATES.conform(table)


def count_rows(intakes: Sequence[Intake]) -> pd.DataFrame:
    """Return rows read, taken and rejected by file and sheet."""
    rows = [
        {
            "source": intake.table.source,
            "sheet": intake.table.sheet,
            "setting": intake.setting,
            "rows_n": len(intake.is_taken),
            "taken_n": int(intake.is_taken.sum()),
            "rejects_n": len(intake.rejects),
            "notes_n": len(intake.notes),
            "blank_n": intake.table.blank_n,
            "encoding": intake.table.encoding,
            "unused": "、".join(intake.recognised.unused),
        }
        for intake in intakes
    ]
    names = (
        "source",
        "sheet",
        "setting",
        "rows_n",
        "taken_n",
        "rejects_n",
        "notes_n",
        "blank_n",
        "encoding",
        "unused",
    )
    return pd.DataFrame(rows, columns=list(names))
