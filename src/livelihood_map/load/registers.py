"""Registers as offices keep them: checked facilities, and the reason of every other row."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pandas as pd
import shapely

from livelihood_map.core.crs import require_metric
from livelihood_map.core.errors import SourceError
from livelihood_map.core.labels import current_lang, use_lang
from livelihood_map.core.tables import FACILITIES, REJECTS
from livelihood_map.load.duplicates import (
    duplicate_notes,
    find_duplicates,
    merge_duplicates,
)
from livelihood_map.load.facility_rows import read_outlets
from livelihood_map.load.files.corrections import read_corrections
from livelihood_map.load.files.headings import Headings
from livelihood_map.load.files.intake import Intake, faults_table
from livelihood_map.load.files.parsing import name_key
from livelihood_map.load.files.raw import digest
from livelihood_map.load.files.readers import existing_file, read_tables
from livelihood_map.load.location.coordinates import datum_of
from livelihood_map.load.location.town_lookup import TownFinder
from livelihood_map.load.osm.features import Extracts, is_extract

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from livelihood_map.core.labels import Lang
    from livelihood_map.core.settings import FacilitySource
    from livelihood_map.load.files.corrections import Corrections
    from livelihood_map.load.files.raw import RawTable
    from livelihood_map.load.location.geocode import Geocoder

log = logging.getLogger(__name__)
_CODE_DIGITS: Final = 6
_EXTRA_DTYPES: Final = {
    "company": "str",
    "stalls_n": "float64",
    "seats_n": "float64",
    "renovated_on": "str",
    "is_residents_only": "bool",
    "has_housekeeping": "bool",
    "is_leading": "bool",
    "geocoded_by": "str",
    "geocoded_datum": "str",
    "geocoded_confidence": "float64",
}
"""Columns that registers give beyond the schema."""


@dataclass(frozen=True)
class RegisterResult:
    """What became of the rows of all registers.

    Parameters
    ----------
    facilities
        Rows that were taken, in the metric CRS, sorted by kind and id.
    rejects
        Rows that were not, each with its problem and remedy.
    notes
        What is odd about rows that were taken; the same columns as `rejects`.
    counts
        Rows read, taken and rejected by setting and sheet, with the encoding and datum used.
    duplicates
        Pairs that may be one outlet, with a score; proposed, not merged.
    """

    facilities: gpd.GeoDataFrame
    rejects: pd.DataFrame
    notes: pd.DataFrame
    counts: pd.DataFrame
    duplicates: pd.DataFrame


def load_facilities(
    sources: Sequence[FacilitySource],
    *,
    towns: gpd.GeoDataFrame,
    crs: object,
    base: Path,
    lang: Lang | None = None,
    corrections: str | Sequence[str] | None = None,
    geocoder: Geocoder | None = None,
) -> RegisterResult:
    """Return the facilities of all registers, and the rows that could not be taken.

    Parameters
    ----------
    sources
        The registers in the order of the settings.
    towns
        The towns table, EPSG:4326 or metric.
    crs
        Metric CRS of the result.
    base
        Folder that paths start from.
    lang
        Language of problems and remedies; None for the current one.
    corrections
        Corrected lists of rejects in turn, whose rows take the place of those in the registers.
    geocoder
        Finds rows without coordinates by their address; None leaves them rejected.

    Returns
    -------
    RegisterResult
        Rows read = rows taken + rows rejected, for each sheet of each source and in all.

    Raises
    ------
    SourceError
        When a file cannot be used as a whole: absent, damaged, empty, without the columns that
        are needed, with an unknown datum or with axes swapped throughout.
    CrsError
        When `crs` does not measure metres.

    Examples
    --------
    >>> from livelihood_map.core.io import data_path
    >>> demo = data_path("demo")
    >>> import livelihood_map as lm
    >>> sources = lm.load_settings(demo / "livelihood.toml").load
    >>> towns = lm.load_towns(sources.towns, base=demo).to_crs("EPSG:4549")
    >>> taken = lm.load_facilities(sources.facilities[:1], towns=towns, crs=towns.crs, base=demo)
    >>> set(taken.facilities["kind"]), len(taken.facilities) + len(taken.rejects) > 100
    ({'wet_market'}, True)
    """
    started = time.perf_counter()
    require_metric(crs, what="crs")
    finder = TownFinder(towns, crs=crs)
    fixes = read_corrections(corrections, base=base)
    extracts = Extracts(base, [source for source in sources if source.tags])
    taken, rejects, notes, counts = [], [], [], []
    known: dict[str, tuple[float, float]] = {}
    with use_lang(lang or current_lang()):
        for number, source in enumerate(sources, start=1):
            path = existing_file(base, source.path)
            setting = f"load.facilities[{number}]"
            for intake in _intakes(path, source, extracts, fixes, setting):
                rows = read_outlets(intake, source, finder, crs, known, geocoder)
                taken.append(rows)
                places = zip(rows["x_m"], rows["y_m"], strict=True)
                known |= dict(zip(map(name_key, rows["name"]), places, strict=True))
                rejects += intake.rejects
                notes += intake.notes
                counts.append(_count(intake, source))
    every = pd.concat(taken, ignore_index=True) if taken else _no_rows()
    kept, doubles = merge_duplicates(every, lang=lang or current_lang())
    rejects += doubles
    facilities = _finished(kept, finder, crs)
    duplicates = find_duplicates(facilities)
    notes += duplicate_notes(duplicates, kept, facility_ids(kept), lang=lang or current_lang())
    result = RegisterResult(
        facilities,
        REJECTS.conform(faults_table(rejects)),
        faults_table(notes),
        _counts(counts, rejects),
        duplicates,
    )
    log.info(
        "facilities: %d rows in, %d taken, %d rejected, %.1f s",
        result.counts["rows_n"].sum(),
        len(facilities),
        len(result.rejects),
        time.perf_counter() - started,
    )
    return result


def _intakes(
    path: Path,
    source: FacilitySource,
    extracts: Extracts,
    fixes: Corrections | None,
    setting: str,
) -> list[Intake]:
    """Return one intake a sheet or layer of a source."""
    lang = current_lang()
    if is_extract(path):
        if not source.tags:
            raise SourceError("load.extract_without_tags", path=path.name)
        columns = {"name": "name", "address": "address"}
        table = extracts.table(source.path, source.tags, kind=source.kind, lang=lang)
        return [Intake(table, Headings("facilities", columns), lang=lang, setting=setting)]
    headings = Headings("facilities", source.columns)
    tables = read_tables(
        path,
        headings,
        sheet=source.sheet,
        layer=source.layer,
        encoding=source.encoding,
        header_row=source.header_row,
        corrections=fixes,
    )
    return [Intake(t, headings, lang=lang, setting=setting) for t in tables if len(t.cells)]


def _no_rows() -> pd.DataFrame:
    """Return the table of taken rows without a row."""
    names = (
        "kind",
        "name",
        "status",
        "closed_on",
        "town_id",
        "subtype",
        "address",
        "opened_on",
        "renovated_on",
        "opens_at",
        "closes_at",
        "area_m2",
        "stalls_n",
        "seats_n",
        "code",
        "is_demonstration",
        "is_smart",
        "is_residents_only",
        "has_housekeeping",
        "is_leading",
        "company",
        "geocoded_by",
        "geocoded_datum",
        "geocoded_confidence",
        "source",
        "lon",
        "lat",
        "x_m",
        "y_m",
        "_sheet",
        "_row",
        "_intake",
    )
    return pd.DataFrame({name: [] for name in names})


def _finished(kept: pd.DataFrame, finder: TownFinder, crs: object) -> gpd.GeoDataFrame:
    """Return the facilities table: ids, inside or not, metric points, fixed order."""
    if kept.empty:
        extra = {name: pd.Series([], dtype=dtype) for name, dtype in _EXTRA_DTYPES.items()}
        return gpd.GeoDataFrame(FACILITIES.empty(crs).assign(**extra))
    kept = kept.copy()
    kept["facility_id"] = facility_ids(kept)
    inside = finder.by_place(kept["x_m"].to_numpy(float), kept["y_m"].to_numpy(float))
    kept["is_inside"] = [town is not None for town in inside]
    for name, dtype in _EXTRA_DTYPES.items():
        if dtype == "str":
            kept[name] = [text or None for text in kept[name]]
        kept[name] = kept[name].astype(dtype)
    kept["address"] = [text or None for text in kept["address"]]
    points = shapely.points(kept["x_m"].to_numpy(float), kept["y_m"].to_numpy(float))
    wanted = [name for name in kept.columns if name in FACILITIES.column_names]
    table = gpd.GeoDataFrame(kept[[*wanted, *_EXTRA_DTYPES]], geometry=points, crs=crs)
    table = table.sort_values(["kind", "facility_id"], ignore_index=True)
    return FACILITIES.conform(table)


def facility_ids(rows: pd.DataFrame) -> list[str]:
    """Return one id a row, the same in every run and in any order of the rows.

    Parameters
    ----------
    rows
        Columns kind, code, name, lon, lat, address. A code of the register decides where it is
        one (it has a letter or at least six digits and is not repeated); otherwise name and
        place.
    """
    codes = [
        f"{kind}|{code}" if any(c.isalpha() for c in code) or len(code) >= _CODE_DIGITS else ""
        for kind, code in zip(rows["kind"], rows["code"], strict=True)
    ]
    counts = pd.Series(codes, dtype="str").value_counts()
    columns = (rows[name] for name in ("kind", "name", "lon", "lat", "address", "status"))
    contents = [
        f"{kind}|{name_key(name)}|{lon:.6f}|{lat:.6f}|{address}|{status}"
        for kind, name, lon, lat, address, status in zip(*columns, strict=True)
    ]
    return [
        f"{kind}-{digest(code if code and counts[code] == 1 else content)}"
        for kind, code, content in zip(rows["kind"], codes, contents, strict=True)
    ]


def _count(intake: Intake, source: FacilitySource) -> dict[str, object]:
    """Return the account of one sheet."""
    table: RawTable = intake.table
    return {
        "source": table.source,
        "sheet": table.sheet,
        "setting": intake.setting,
        "rows_n": len(intake.is_taken),
        "rejects_n": len(intake.rejects),
        "notes_n": len(intake.notes),
        "blank_n": table.blank_n,
        "encoding": table.encoding,
        "datum": datum_of(intake, source.datum).name,
        "unused": "、".join(intake.recognised.unused),
    }


def _counts(
    counts: Sequence[dict[str, object]], rejects: Sequence[dict[str, object]]
) -> pd.DataFrame:
    """Return the account of all sheets, with the duplicates among the rejects."""
    names = (
        "source",
        "sheet",
        "setting",
        "rows_n",
        "rejects_n",
        "notes_n",
        "blank_n",
        "encoding",
        "datum",
        "unused",
    )
    table = pd.DataFrame(list(counts), columns=list(names))
    per_sheet: dict[tuple[object, object], int] = {}
    for reject in rejects:
        place = (reject["setting"], reject["sheet"])
        per_sheet[place] = per_sheet.get(place, 0) + 1
    places = zip(table["setting"], table["sheet"], strict=True)
    table["rejects_n"] = [per_sheet.get(place, 0) for place in places]
    table.insert(4, "taken_n", table["rows_n"] - table["rejects_n"])
    return table
