"""Where people live and work: compounds, their gates, and the demand points that are covered."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from livelihood_map.core.crs import require_metric
from livelihood_map.core.errors import SourceError
from livelihood_map.core.labels import current_lang, use_lang
from livelihood_map.core.tables import DEMAND, GATES, REMAINDERS, RESIDENCES
from livelihood_map.load.census import find_remainders, read_totals, spread_totals
from livelihood_map.load.compounds import read_compounds
from livelihood_map.load.files.account import Account
from livelihood_map.load.files.paths import existing_file
from livelihood_map.load.files.refusals import Refusals
from livelihood_map.load.files.row_faults import first_problems
from livelihood_map.load.gates import read_gates
from livelihood_map.load.location.town_lookup import TownFinder
from livelihood_map.load.osm.buildings import read_homes
from livelihood_map.load.osm.features import is_extract
from livelihood_map.load.workplaces import read_workplaces

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from livelihood_map.core.labels import Lang
    from livelihood_map.core.schema import TableSchema
    from livelihood_map.core.settings import ResidenceSource, TotalsSource

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
        When files cannot be used as a whole, all of them, or no resident is left.
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
    finder, account = TownFinder(towns, crs=crs), Account(base, corrections)
    is_spread = totals is not None and totals.method == "spread"
    homes, gates, work = [], [], []
    named = {f"load.residences[{number}]": one for number, one in enumerate(sources, start=1)}
    refusals = Refusals()
    with use_lang(lang or current_lang()):
        for setting, source in named.items():
            with refusals.gathering():
                homes.append(_homes(account, source, finder, is_spread=is_spread, setting=setting))
        refusals.require_none()
        residences = _joined(homes, RESIDENCES, crs)
        if residences.empty:
            faults = [fault for table in account.tables for fault in table.rejects]
            shown = "、".join(source.path for source in sources)
            raise SourceError("load.no_people", path=shown, problems=first_problems(faults))
        census = None if totals is None else read_totals(account, totals, finder)
        if census is not None and is_spread:
            residences = spread_totals(residences, census)
        for setting, source in named.items():
            with refusals.gathering():
                gates += read_gates(account, source, residences, finder, setting=f"{setting}.gates")
            with refusals.gathering():
                work += read_workplaces(account, source, finder, setting=f"{setting}.workplaces")
        if refusals.errors:
            refusals.add(account.rejects())
        refusals.require_none()
    loaded = ResidenceResult(
        RESIDENCES.conform(residences.drop(columns="_weight")),
        DEMAND.conform(_joined([_homes_as_demand(residences), *work], DEMAND, crs)),
        GATES.conform(_joined(gates, GATES, crs)),
        account.rejects(),
        account.notes(),
        account.counts(),
        REMAINDERS.conform(find_remainders(residences, census, finder.names)),
    )
    log.info(
        "residences: %d places with %.0f people, %d workplaces, %d gates, %d rejected, %.1f s",
        len(loaded.residences),
        loaded.residences["population"].sum(),
        len(loaded.demand) - len(loaded.residences),
        len(loaded.gates),
        len(loaded.rejects),
        time.perf_counter() - started,
    )
    return loaded


def _homes(
    account: Account,
    source: ResidenceSource,
    finder: TownFinder,
    *,
    is_spread: bool,
    setting: str,
) -> gpd.GeoDataFrame:
    """Return the places of one source where people live."""
    path = existing_file(account.base, source.path)
    if not is_extract(path):
        return read_compounds(account, source, finder, is_spread=is_spread, setting=setting)
    places = read_homes(path, source, finder, is_spread=is_spread)
    account.gather(path.name, setting=setting, rows_n=len(places))
    return places


def _joined(
    parts: Sequence[gpd.GeoDataFrame], schema: TableSchema, crs: object
) -> gpd.GeoDataFrame:
    """Return the rows of all parts as a table, sorted by its key."""
    filled = [part for part in parts if len(part)]
    if not filled:
        return gpd.GeoDataFrame(schema.empty(crs))
    table = gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), crs=crs)
    return table.sort_values(list(schema.key), ignore_index=True)


def _homes_as_demand(residences: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return one point a place with its people."""
    points = shapely.point_on_surface(np.asarray(residences.geometry.array, dtype=object))
    return gpd.GeoDataFrame(
        {
            "demand_id": "home-" + residences["residence_id"],
            "residence_id": residences["residence_id"],
            "town_id": residences["town_id"],
            "name": residences["name"],
            "place_kind": "home",
            "population": residences["population"],
            "workers": 0.0,
            "passengers": 0.0,
            "elderly_n": residences["elderly_n"],
        },
        geometry=points,
        crs=residences.crs,
    )
