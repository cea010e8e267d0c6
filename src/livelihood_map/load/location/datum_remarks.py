"""Doubts about declared datums, noted for the table as a whole; nothing is changed by itself."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.load.files.row_faults import Fault, faults_table
from livelihood_map.load.location.datum_check import (
    DATUMS,
    Evidence,
    as_declared,
    estimate_datum,
    places_by_datum,
)
from livelihood_map.load.location.town_lookup import TownFinder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

    from livelihood_map.core.arrays import Bools, Floats
    from livelihood_map.load.files.intake import Intake


_AREAS: Final = ("Polygon", "MultiPolygon")


def note_doubt(
    intake: Intake,
    declared: str,
    lon: Floats,
    lat: Floats,
    *,
    finder: TownFinder,
    names: Sequence[str] | None = None,
    known: Mapping[str, tuple[float, float]] | None = None,
) -> None:
    """Note in a table that its datum is doubtful, when its rows' towns and names say so.

    Parameters
    ----------
    intake
        The table.
    declared
        Name of its datum.
    lon, lat
        WGS-84 degrees of its rows as that datum gives them; NaN rows do not vote.
    finder
        The towns, in the metric CRS of `known`.
    names
        Name of each row.
    known
        Metric coordinates by :func:`name_key` of places of other sources.
    """
    known_datum = "WGS-84" if declared == "CGCS2000" else declared
    if known_datum not in DATUMS:
        return
    towns = finder.by_name(intake.texts("town"))
    is_said_inside = None
    if not any(towns) and intake.has("district"):
        is_said_inside = _said_inside(intake.texts("district"), finder, lon, lat)
    lon, lat = as_declared(lon, lat, known_datum)
    evidence = Evidence(towns, is_said_inside, names, known)
    estimate = estimate_datum(lon, lat, evidence, finder=finder, declared=known_datum)
    if estimate.is_contradicted or estimate.is_mixture:
        intake.note_table("datum", "load.datum_suspect", value=declared, text=estimate.text())


def _said_inside(
    districts: Sequence[str], finder: TownFinder, lon: Floats, lat: Floats
) -> Bools | None:
    """Return the rows that name the district that most points inside the towns name."""
    x_m, y_m = places_by_datum(lon, lat, finder.crs)[0]
    is_in = [town is not None for town in finder.by_place(x_m, y_m)]
    counts = Counter(name for name, here in zip(districts, is_in, strict=True) if name and here)
    if not counts:
        return None
    own = max(sorted(counts), key=lambda name: counts[name])
    return np.array([name == own for name in districts], bool)


def ground_doubts(
    facilities: gpd.GeoDataFrame,
    counts: pd.DataFrame,
    *,
    towns: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame,
    residences: gpd.GeoDataFrame,
) -> pd.DataFrame:
    """Return a note for each register whose outlets do not stand at the streets and compounds.

    Parameters
    ----------
    facilities
        The facilities in the metric CRS.
    counts
        What became of the registers, with the datum of each.
    towns
        The towns in the metric CRS.
    streets
        Walkable streets in the metric CRS; none are needed.
    residences
        Residences in the metric CRS; those drawn as areas are used.

    Returns
    -------
    pandas.DataFrame
        The columns of the oddities; empty when nothing is in doubt.
    """
    crs = facilities.crs
    finder = TownFinder(towns, crs=crs)
    areas = residences[residences.geom_type.isin(_AREAS)]
    lines, outlines = (np.asarray(t.geometry.array, dtype=object) for t in (streets, areas))
    lonlat = facilities.to_crs(STORAGE_CRS)
    doubts: list[Fault] = []
    for source, sheets in counts.groupby("source"):
        names = {"WGS-84" if name == "CGCS2000" else name for name in sheets["datum"]}
        declared = names.pop()
        here = lonlat[(lonlat["source"] == source) & lonlat["is_inside"]]
        if names or declared not in DATUMS or here.empty:
            continue
        lon, lat = as_declared(here.geometry.x.to_numpy(), here.geometry.y.to_numpy(), declared)
        evidence = Evidence(streets=lines, outlines=outlines)
        estimate = estimate_datum(lon, lat, evidence, finder=finder, declared=declared)
        if estimate.is_contradicted:
            settings = "、".join(dict.fromkeys(sheets["setting"]))
            register = Fault(
                source=str(source), sheet="", setting=settings, row=0, field="datum", value=declared
            )
            doubts.append(register.told("load.datum_suspect", text=estimate.text()))
    return faults_table(doubts)
