"""Commercial centres of the "1+7+X" layout, as the office lists them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from livelihood_map.core.crs import require_metric
from livelihood_map.core.errors import SourceError
from livelihood_map.core.labels import current_lang, use_lang
from livelihood_map.core.tables import CENTRES, REJECTS
from livelihood_map.load.compounds import shapes_of
from livelihood_map.load.files import parsing
from livelihood_map.load.files.corrections import read_corrections
from livelihood_map.load.files.headings import Headings
from livelihood_map.load.files.intake import Intake, faults_table
from livelihood_map.load.files.parsing import name_key
from livelihood_map.load.files.raw import digest
from livelihood_map.load.files.readers import existing_file, read_tables
from livelihood_map.load.location.coordinates import locate
from livelihood_map.load.location.town_lookup import TownFinder
from livelihood_map.load.residences import count_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from livelihood_map.core.labels import Lang
    from livelihood_map.core.settings import CentreSource

log = logging.getLogger(__name__)
_NEEDED: Final = {"name": "load.no_name_column", "level": "load.no_level_column"}


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
    intakes: list[Intake] = []
    parts: list[gpd.GeoDataFrame] = [CENTRES.empty(crs)]
    with use_lang(lang or current_lang()):
        if source is not None:
            finder, headings = TownFinder(towns, crs=crs), Headings("centres", source.columns)
            tables = read_tables(
                existing_file(base, source.path),
                headings,
                sheet=source.sheet,
                layer=source.layer,
                encoding=source.encoding,
                header_row=source.header_row,
                corrections=read_corrections(corrections, base=base),
            )
            intakes += [
                Intake(t, headings, lang=current_lang(), setting="load.centres")
                for t in tables
                if len(t.cells)
            ]
            parts = [_centres(intake, source, finder, crs, intakes) for intake in intakes]
    table = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=crs)
    table = table.sort_values(["level", "centre_id"])
    if source is not None:
        log.info("centres: %d of %d rows", len(table), sum(len(i.is_taken) for i in intakes))
    return CentreResult(
        CENTRES.conform(table.reset_index(drop=True)),
        REJECTS.conform(faults_table([fault for i in intakes for fault in i.rejects])),
        faults_table([fault for i in intakes for fault in i.notes]),
        count_rows(intakes),
    )


def _centres(
    intake: Intake,
    source: CentreSource,
    finder: TownFinder,
    crs: object,
    others: Sequence[Intake],
) -> gpd.GeoDataFrame:
    """Return the centres of one table."""
    for field, problem in _NEEDED.items():
        if not intake.has(field):
            raise SourceError(
                problem,
                path=intake.table.source,
                sheet=intake.table.sheet,
                known="、".join(intake.table.headings),
                field=field,
            )
    names = intake.texts("name")
    intake.reject(np.array([not name for name in names], bool), "name", "load.no_name")
    levels = intake.read("level", _level, "load.centre_level_unknown", is_needed=True, default="")
    is_without = np.array([not text for text in intake.texts("level")], bool)
    intake.reject(is_without, "level", "load.centre_without_level")
    radius = intake.amounts("radius_m", "load.radius_unreadable")
    lon, lat = locate(intake, source.datum, finder)
    shapes = shapes_of(intake, source.datum, lon, lat, crs)
    points = shapes.copy()
    is_area = shapely.get_dimensions(shapes) == 2  # noqa: PLR2004  (areas)
    points[is_area] = shapely.point_on_surface(shapes[is_area])
    x_m, y_m = shapely.get_x(points), shapely.get_y(points)
    ids = [
        code or f"centre-{digest(f'{level}|{name_key(name)}|{x:.1f}|{y:.1f}')}"
        for code, level, name, x, y in zip(
            intake.texts("code"), levels, names, x_m.tolist(), y_m.tolist(), strict=True
        )
    ]
    field = "code" if intake.has("code") else "name"
    intake.reject_repeated(ids, field, "load.centre_repeated", others=others)
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
        crs=crs,
    )
    return table[intake.is_taken].reset_index(drop=True)


def _level(cell: object) -> str | None:
    """Return the level that a cell names."""
    return parsing.word_of(cell, "centre_level")
