"""Commercial centres of the "1+7+X" layout, as the office lists them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from livelihood_map.core.crs import require_metric
from livelihood_map.core.labels import current_lang, use_lang
from livelihood_map.core.tables import CENTRES
from livelihood_map.load.files import parsing
from livelihood_map.load.files.account import Account, how_to_read
from livelihood_map.load.files.headings import Headings
from livelihood_map.load.files.parsing import name_key
from livelihood_map.load.location.coordinates import locate
from livelihood_map.load.location.placement import inner_xy, metric_shapes, place_ids
from livelihood_map.load.location.town_lookup import TownFinder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from livelihood_map.core.labels import Lang
    from livelihood_map.core.settings import CentreSource
    from livelihood_map.load.files.intake import Intake

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CentreResult:
    """What became of the rows of the list of centres.

    Parameters
    ----------
    centres
        Table ``centres`` in the metric CRS, sorted by level and id.
    rejects
        Rows that were not taken, each with its problem and remedy.
    notes
        What is odd about rows that were taken; the same columns as `rejects`.
    counts
        Rows read, taken and rejected by file and sheet.
    """

    centres: gpd.GeoDataFrame
    rejects: pd.DataFrame
    notes: pd.DataFrame
    counts: pd.DataFrame


def load_centres(
    source: CentreSource | None,
    *,
    towns: gpd.GeoDataFrame,
    crs: object,
    base: Path,
    lang: Lang | None = None,
    corrections: str | Sequence[str] | None = None,
) -> CentreResult:
    """Return the commercial centres that the office lists; none without a list.

    Parameters
    ----------
    source
        The list as the settings name it, or None.
    towns
        The towns table, EPSG:4326 or metric.
    crs
        Metric CRS of the result.
    base
        Folder that paths start from.
    lang
        Language of problems and remedies; None for the current one.
    corrections
        Corrected lists of rejects in turn, whose rows take the place of those in the file.

    Raises
    ------
    SourceError
        When the file cannot be used as a whole.
    CrsError
        When `crs` does not measure metres.
    """
    require_metric(crs, what="crs")
    account = Account(base, corrections if source is not None else None)
    parts: list[gpd.GeoDataFrame] = [CENTRES.empty(crs)]
    with use_lang(lang or current_lang()):
        if source is not None:
            finder, headings = TownFinder(towns, crs=crs), Headings("centres", source.columns)
            given = how_to_read(source)
            intakes = account.open(source.path, headings, setting="load.centres", **given)
            parts += [_centres(intake, source, finder) for intake in intakes]
    table = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=crs)
    table = CENTRES.conform(table.sort_values(["level", "centre_id"]))
    counts = account.counts()
    if source is not None:
        log.info("centres: %d of %d rows", len(table), counts["rows_n"].sum())
    return CentreResult(table, account.rejects(), account.notes(), counts)


def _centres(intake: Intake, source: CentreSource, finder: TownFinder) -> gpd.GeoDataFrame:
    """Return the centres of one table."""
    intake.require("name", "load.no_name_column")
    intake.require("level", "load.no_level_column")
    names = intake.texts("name")
    intake.reject_empty(names, "name", "load.no_name")
    levels = intake.read("level", _level, "load.centre_level_unknown", is_needed=True, default="")
    intake.reject_empty(intake.texts("level"), "level", "load.centre_without_level")
    radius = intake.amounts("radius_m", "load.radius_unreadable")
    shapes = metric_shapes(intake, source.datum, locate(intake, source.datum, finder), finder)
    x_m, y_m = inner_xy(shapes)
    told = (levels, map(name_key, names))
    ids = place_ids("centre-", intake.texts("code"), *told, x_m=x_m, y_m=y_m)
    field = "code" if intake.has("code") else "name"
    intake.reject_repeated(ids, field, "load.centre_repeated")
    table = gpd.GeoDataFrame(
        {
            "centre_id": ids,
            "name": names,
            "level": levels,
            "radius_m": radius,
            "town_id": finder.by_place(x_m, y_m),
            "source": intake.table.source,
        },
        geometry=shapes,
        crs=finder.crs,
    )
    return table[intake.is_taken]


def _level(cell: object) -> str | None:
    """Return the level that a cell names."""
    return parsing.word_of(cell, "centre_level")
