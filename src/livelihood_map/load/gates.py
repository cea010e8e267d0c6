"""Gates of compounds: where the people of a walled compound can get out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.core.errors import SourceError
from livelihood_map.core.labels import current_lang
from livelihood_map.load.files import parsing
from livelihood_map.load.files.headings import Headings
from livelihood_map.load.files.intake import Intake
from livelihood_map.load.files.parsing import name_key
from livelihood_map.load.files.raw import digest
from livelihood_map.load.files.readers import read_tables
from livelihood_map.load.location.coordinates import locate, own_or

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from livelihood_map.core.settings import ResidenceSource
    from livelihood_map.load.files.corrections import Corrections
    from livelihood_map.load.location.town_lookup import TownFinder


def read_gates(
    path: Path,
    source: ResidenceSource,
    residences: gpd.GeoDataFrame,
    finder: TownFinder,
    crs: object,
    intakes: list[Intake],
    corrections: Corrections | None = None,
    *,
    setting: str = "",
) -> gpd.GeoDataFrame:
    """Return the gates of one file in the metric CRS.

    Parameters
    ----------
    path
        The file.
    source
        The compounds that the gates belong to, with the datum and headings of the gates.
    residences
        The compounds; a gate names one by its id, or by a name that only one has.
    finder
        The towns.
    crs
        Metric CRS of the result.
    intakes
        Gets the account of each table that was read.
    corrections
        Rows that take the place of those in the file.
    setting
        Where the settings name the file.

    Raises
    ------
    SourceError
        When the file cannot be used as a whole.
    """
    headings = Headings("gates", source.gates_columns)
    parts = []
    for table in read_tables(path, headings, corrections=corrections):
        if not len(table.cells):
            continue
        intake = Intake(table, headings, lang=current_lang(), setting=setting)
        intakes.append(intake)
        parts.append(_gates(intake, source, residences, finder, crs, intakes))
    return gpd.GeoDataFrame(gpd.pd.concat(parts, ignore_index=True), crs=crs)


def _gates(
    intake: Intake,
    source: ResidenceSource,
    residences: gpd.GeoDataFrame,
    finder: TownFinder,
    crs: object,
    others: Sequence[Intake],
) -> gpd.GeoDataFrame:
    """Return the gates of one table."""
    if not intake.has("residence"):
        raise SourceError(
            "load.no_residence_column",
            path=intake.table.source,
            sheet=intake.table.sheet,
            known="、".join(intake.table.headings),
        )
    owner = owners(intake.texts("residence"), residences)
    intake.reject(
        np.array([not found for found in owner], bool), "residence", "load.gate_without_residence"
    )
    is_open = intake.read(
        "is_open", parsing.is_yes, "load.yes_no_unreadable", is_needed=True, default=True
    )
    lon, lat = locate(intake, own_or(source.gates_datum, intake, source.datum), finder)
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=STORAGE_CRS).to_crs(crs)
    names = intake.texts("name")
    ids = [
        code or f"gate-{digest(f'{home}|{name}|{x:.1f}|{y:.1f}')}"
        for code, home, name, x, y in zip(
            intake.texts("code"), owner, names, points.x.tolist(), points.y.tolist(), strict=True
        )
    ]
    field = "code" if intake.has("code") else "residence"
    intake.reject_repeated(ids, field, "load.gate_repeated", others=others)
    table = gpd.GeoDataFrame(
        {
            "gate_id": ids,
            "residence_id": owner,
            "is_open": np.array(is_open, bool),
            "hours": [text or None for text in intake.texts("hours")],
            "is_inferred": False,
        },
        geometry=points,
        crs=crs,
    )
    return table[intake.is_taken].reset_index(drop=True)


def owners(written: list[str], residences: gpd.GeoDataFrame) -> list[str | None]:
    """Return the id of the compound that each text names; None for none or several.

    Parameters
    ----------
    written
        Ids or names of compounds.
    residences
        The compounds.
    """
    ids = set(residences["residence_id"])
    by_name: dict[str, set[str]] = {}
    for residence_id, name in zip(residences["residence_id"], residences["name"], strict=True):
        by_name.setdefault(name_key(name), set()).add(residence_id)
    found: list[str | None] = []
    for text in written:
        named = by_name.get(name_key(text), set())
        found.append(text if text in ids else next(iter(named)) if len(named) == 1 else None)
    return found
