"""The site list as Excel, CSV and GeoJSON, and the rows that were not taken in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from livelihood_map.candidates import tell_exclusion
from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.core.io import write_csv, write_geojson
from livelihood_map.core.labels import current_lang, label, name_of
from livelihood_map.core.names import town_names
from livelihood_map.core.people import CROWDS
from livelihood_map.core.workbook import Sheet, headings, write_workbook, yes_no
from livelihood_map.load.files.corrections import rejects_sheets
from livelihood_map.report.site_places import coordinates_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from livelihood_map.core.sheet_layout import Paper

_FIRST: Final = (
    "rank",
    "phase",
    "town_name",
    "name",
    "near",
    "gained_population",
    "gained_workers",
)
_FURTHER: Final = (
    "reason",
    "source_name",
    "host_name",
    "gained_passengers",
    "firm_population",
    "firm_workers",
    "firm_passengers",
    "second",
    "gained_share",
    "cumulative_share",
    "zone_name",
    "lon",
    "lat",
    "survival_share",
    "robust",
    "candidate_id",
)
PLAN_COLUMNS: Final = (*_FIRST, "nearest_existing_m", "why", *_FURTHER)
"""Columns of the sites in a workbook: those that print, then the others."""
SITE_COLUMNS: Final = (*_FIRST, "why", "agreed", "remark", "nearest_existing_m", *_FURTHER)
"""Columns of the list that goes round."""
_COORDINATES: Final = ("rank", "town_name", "name", "near", "wgs84", "gcj02", "bd09")
SITE_FORMATS: Final = {
    "gained_population": "#,##0",
    "gained_workers": "#,##0",
    "gained_passengers": "#,##0",
    **dict.fromkeys((f"firm_{crowd}" for crowd in CROWDS), "#,##0"),
    "gained_share": "0.00%",
    "cumulative_share": "0.00%",
    "survival_share": "0%",
    "nearest_existing_m": "#,##0",
    "lon": "0.0000000",
    "lat": "0.0000000",
}
SITE_LOOK: Final[Mapping[str, Any]] = {
    "formats": SITE_FORMATS,
    "widths": {"why": 30.0, "reason": 60.0, "remark": 20.0},
    "unprinted": _FURTHER,
    "frozen_n": 3,
}
"""How every list of sites looks."""


def site_list(
    sites: gpd.GeoDataFrame,
    towns: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame,
    *,
    near: Sequence[str] = (),
) -> pd.DataFrame:
    """Return the sites as a planner reads them: names instead of ids, one reason, degrees.

    Parameters
    ----------
    sites, towns, zones
        Tables of the same names, in one metric CRS.
    near
        House number or crossing near each site; nothing where they are not known.

    Returns
    -------
    One row a site, by rank, with its coordinates in three datums; columns ``agreed`` and
    ``remark`` are empty, for the towns to fill.

    Raises
    ------
    KeyError
        When a table lacks a column of its schema.
    """
    zone_names = zones.drop_duplicates("zone_id").set_index("zone_id")["name"]
    listed: Any = _as_read(sites, towns).assign(
        zone_name=sites["zone_id"].map(zone_names),
        reason=sites[f"reason_{current_lang()}"],
        second=yes_no(sites["is_second"]),
        why=[
            tell_why(zone, nearest_m)
            for zone, nearest_m in zip(
                sites["zone_id"].map(zone_names), sites["nearest_existing_m"], strict=True
            )
        ],
        near=list(near) or "",
        **coordinates_of(sites),
        agreed="",
        remark="",
    )
    return listed


def tell_why(zone: object, nearest_m: float) -> str:
    """Return in few words why a site is suggested: the gap zone, and how far the nearest outlet is.

    Parameters
    ----------
    zone
        Name of the gap zone; missing where the site serves none.
    nearest_m
        Walk to the nearest existing outlet; missing where none is near enough to be known.

    Examples
    --------
    >>> tell_why("甲村一带", 1790.0)
    '补甲村一带缺口；最近的现有网点在步行 1,790 米处'
    """
    far = (
        label("report.why_none")
        if np.isnan(nearest_m)
        else label("report.why_far", metres=f"{nearest_m:,.0f}")
    )
    return label("report.why_zone", zone=zone, far=far) if isinstance(zone, str) else far


def _as_read(points: gpd.GeoDataFrame, towns: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return sites or candidates with names of town, source and host, and in degrees."""
    places = points.geometry.to_crs(STORAGE_CRS)
    return points.drop(columns="geometry").assign(
        town_name=points["town_id"].map(town_names(towns)),
        source_name=[name_of("report.source", value) for value in points["source"]],
        host_name=[name_of("core.kind", value) for value in points["host_kind"]],
        lon=places.x.round(7),
        lat=places.y.round(7),
    )


def write_sites(
    sites: gpd.GeoDataFrame,
    listed: pd.DataFrame,
    *,
    folder: Path,
    formats: Sequence[str],
    notes: Sequence[str],
    date: dt.date,
    stability: pd.DataFrame | None = None,
    paper: Paper = "A4",
) -> list[Path]:
    """Return the paths of the written site lists.

    Parameters
    ----------
    sites
        Table of the same name, in a metric CRS.
    listed
        The same sites of :func:`site_list`.
    folder
        Folder to write to.
    formats
        Any of xlsx, csv, geojson.
    notes
        Lines above the table: marks, standard, status of the plan. In the GeoJSON each feature
        carries them as ``note``.
    date
        Date recorded in the workbook.
    stability
        Table ``stability`` of these sites: survival and robust sites are marked.
    paper
        Paper of the workbook.

    Raises
    ------
    OutputError
        When a file cannot be written.
    """
    listed = listed.copy()
    if stability is not None:
        survival = stability.set_index("candidate_id").reindex(listed["candidate_id"])
        listed["survival_share"] = survival["survival_share"].to_numpy()
        words = [label("report.not_robust"), label("report.robust")]
        listed["robust"] = [words[int(flag)] for flag in survival["is_robust"].eq(other=True)]
    heads = headings("report.site", SITE_COLUMNS)
    written = []
    if "xlsx" in formats:
        sheet = Sheet(
            label("report.sheet_sites"),
            listed,
            heads,
            notes=[*notes, label("report.beyond_note")],
            **SITE_LOOK,
        )
        pages = [sheet, coordinates_sheet(listed)]
        written.append(write_workbook(folder / "sites.xlsx", pages, date=date, paper=paper))
    if "csv" in formats:
        noted = listed.assign(note=" / ".join(notes))
        columns = heads | headings("report.site", ("wgs84", "gcj02", "bd09", "note"))
        written.append(write_csv(noted, folder / "sites.csv", headings=columns))
    if "geojson" in formats:
        features = sites.assign(town_name=listed["town_name"], note=" / ".join(notes))
        if stability is not None:
            kept = stability[["candidate_id", "survival_share", "is_robust"]]
            features = features.merge(kept, on="candidate_id", how="left")
        written.append(write_geojson(features, folder / "sites.geojson"))
    return written


def coordinates_sheet(listed: pd.DataFrame) -> Sheet:
    """Return the sheet of where each site is, in the datum of each map that may be used.

    Parameters
    ----------
    listed
        Sites of :func:`site_list`.

    Raises
    ------
    KeyError
        When the table lacks a column.
    """
    return Sheet(
        label("report.sheet_coordinates"),
        listed,
        headings("report.site", _COORDINATES),
        hints=[label("report.coordinates_note")],
        frozen_n=3,
    )


def write_candidates(
    candidates: gpd.GeoDataFrame,
    sites: gpd.GeoDataFrame,
    towns: gpd.GeoDataFrame,
    *,
    path: Path,
    notes: Sequence[str],
    date: dt.date,
    unreached: gpd.GeoDataFrame | None = None,
) -> Path:
    """Return the path of the workbook of all candidates: what became of each, and why.

    A second sheet lists whom no candidate reaches, where there are any.

    Parameters
    ----------
    candidates, sites, towns
        Tables of the same names, in one metric CRS.
    path
        File to write.
    notes
        Lines above the table.
    date
        Date recorded in the workbook.
    unreached
        Table of the same name; no second sheet without rows.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    ranks = dict(zip(sites["candidate_id"], sites["rank"], strict=True))
    listed = _as_read(candidates, towns).assign(
        outcome=[
            label("report.candidate_site", rank=ranks[row.candidate_id])
            if row.candidate_id in ranks
            else tell_exclusion(row.excluded_by, row.excluded_area)
            if row.is_rejected
            else label("report.candidate_open")
            for row in candidates.itertuples()
        ],
    )
    heads = headings("report.site", ("town_name", "name", "source_name", "host_name"))
    heads |= headings("report.candidate", ("outcome",))
    heads |= headings("report.site", ("lon", "lat", "candidate_id"))
    title = label("report.sheet_candidates")
    sheets = [Sheet(title, listed, heads, notes=notes, formats=SITE_FORMATS, frozen_n=2)]
    if unreached is not None and len(unreached):
        sheets.append(_unreached_sheet(unreached, towns, notes=notes))
    return write_workbook(path, sheets, date=date)


def _unreached_sheet(
    unreached: gpd.GeoDataFrame, towns: gpd.GeoDataFrame, *, notes: Sequence[str]
) -> Sheet:
    """Return the sheet of demand points that no candidate reaches, most people first."""
    places = unreached.geometry.to_crs(STORAGE_CRS)
    listed = unreached.drop(columns="geometry").assign(
        town_name=unreached["town_id"].map(town_names(towns)),
        reason=[label(f"pipeline.unreached_{word}") for word in unreached["reason"]],
        lon=places.x.round(7),
        lat=places.y.round(7),
    )
    listed = listed.sort_values(
        [*CROWDS, "demand_id"], ascending=[*[False] * len(CROWDS), True], kind="stable"
    )
    heads = headings("report.site", ("town_name",))
    heads |= headings("report.unreached", ("name", *CROWDS, "within_m", "reason"))
    heads |= headings("report.site", ("lon", "lat"))
    heads |= headings("report.unreached", ("demand_id",))
    return Sheet(
        label("report.sheet_unreached"),
        listed,
        heads,
        notes=notes,
        formats=SITE_FORMATS | dict.fromkeys(CROWDS, "#,##0"),
        widths={"reason": 36.0},
    )


def write_rejects(
    rejects: pd.DataFrame, *, path: Path, notes: Sequence[str], date: dt.date
) -> Path:
    """Return the path of the workbook of rows that were not taken in, ready to correct.

    One sheet a source: where and why, then the row's own columns.

    Parameters
    ----------
    rejects
        Table ``rejects``.
    path
        File to write.
    notes
        Lines above the table.
    date
        Date recorded in the workbook.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    return write_workbook(path, rejects_sheets(rejects, notes=notes), date=date)


def rejects_sheet(rejects: pd.DataFrame, *, title: str, notes: Sequence[str] = ()) -> Sheet:
    """Return the sheet of rows with their problem and remedy.

    Parameters
    ----------
    rejects
        Table ``rejects``, or one with its columns.
    title
        Name of the sheet.
    notes
        Lines above the table.
    """
    names = ("source", "sheet", "setting", "row", "field", "value", "problem", "remedy")
    widths = {"problem": 50.0, "remedy": 50.0}
    return Sheet(title, rejects, headings("report.reject", names), notes=notes, widths=widths)
