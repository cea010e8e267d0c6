"""Registers as offices keep them: checked facilities, and the reason of every other row."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pandas as pd
import shapely

from livelihood_map.core.crs import require_metric
from livelihood_map.core.errors import SourceError
from livelihood_map.core.labels import current_lang, use_lang
from livelihood_map.core.tables import FACILITIES, REGISTERS
from livelihood_map.load.duplicates import find_duplicates, merge_duplicates, note_duplicates
from livelihood_map.load.facility_rows import read_outlets
from livelihood_map.load.files.account import Account, how_to_read
from livelihood_map.load.files.headings import Headings
from livelihood_map.load.files.parsing import name_key
from livelihood_map.load.files.paths import existing_file
from livelihood_map.load.files.raw import digest
from livelihood_map.load.files.refusals import Refusals
from livelihood_map.load.location.coordinates import datum_of
from livelihood_map.load.location.town_lookup import TownFinder
from livelihood_map.load.osm.features import Extracts, is_extract

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from livelihood_map.core.labels import Lang
    from livelihood_map.core.settings import FacilitySource
    from livelihood_map.load.files.intake import Intake
    from livelihood_map.load.location.geocode import Geocoder

log = logging.getLogger(__name__)
_CODE_DIGITS: Final = 6
_EXTRA_DTYPES: Final = {
    "company": "str",
    "credit_code": "str",
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
        When files cannot be used as a whole, all of them: absent, damaged, empty, without the
        columns that are needed, with an unknown datum or with axes swapped throughout.
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
    finder, account = TownFinder(towns, crs=crs), Account(base, corrections)
    extracts = Extracts(base, [source for source in sources if source.tags])
    taken: list[pd.DataFrame] = []
    datums: list[str] = []
    known: dict[str, tuple[float, float]] = {}
    refusals = Refusals()
    with use_lang(lang or current_lang()):
        for number, source in enumerate(sources, start=1):
            setting = f"load.facilities[{number}]"
            with refusals.gathering():
                for intake in _open(account, source, extracts, setting):
                    rows = read_outlets(intake, source, finder, known, geocoder)
                    places = zip(rows["x_m"], rows["y_m"], strict=True)
                    known |= dict(zip(map(name_key, rows["name"]), places, strict=True))
                    taken.append(rows.assign(_table=len(taken)))
                    datums.append(datum_of(intake, source.datum).name)
        if refusals.errors:
            refusals.add(account.rejects())
        refusals.require_none()
        every = pd.concat(taken, ignore_index=True) if taken else pd.DataFrame()
        kept = merge_duplicates(every, account.tables)
        ids = [] if kept.empty else facility_ids(kept)
        facilities = _finished(kept, ids, finder)
        duplicates = find_duplicates(facilities)
        likely = note_duplicates(duplicates, kept, ids, account.tables)
    counts = account.counts()
    counts.insert(counts.columns.get_loc("unused"), "datum", datums)
    loaded = RegisterResult(
        facilities, account.rejects(), account.notes(likely), counts, duplicates
    )
    log.info(
        "facilities: %d rows in, %d taken, %d rejected, %.1f s",
        loaded.counts["rows_n"].sum(),
        len(facilities),
        len(loaded.rejects),
        time.perf_counter() - started,
    )
    return loaded


def _open(
    account: Account, source: FacilitySource, extracts: Extracts, setting: str
) -> list[Intake]:
    """Return the tables of a source: of a file of records, or what an extract has of its tags."""
    path = existing_file(account.base, source.path)
    if not is_extract(path):
        headings = Headings("facilities", source.columns)
        return account.open(source.path, headings, setting=setting, **how_to_read(source))
    if not source.tags:
        raise SourceError("load.extract_without_tags", path=path.name)
    table = extracts.table(source.path, source.tags, kind=source.kind, lang=current_lang())
    headings = Headings("facilities", {"name": "name", "address": "address"})
    return [account.enter(table, headings, setting=setting)]


def _finished(kept: pd.DataFrame, ids: list[str], finder: TownFinder) -> gpd.GeoDataFrame:
    """Return the facilities table: ids, inside or not, metric points, fixed order."""
    if kept.empty:
        extra = {name: pd.Series([], dtype=dtype) for name, dtype in _EXTRA_DTYPES.items()}
        return gpd.GeoDataFrame(FACILITIES.empty(finder.crs).assign(**extra))
    x_m, y_m = kept["x_m"].to_numpy(float), kept["y_m"].to_numpy(float)
    inside = [town is not None for town in finder.by_place(x_m, y_m)]
    kept = kept.assign(facility_id=ids, is_inside=inside)
    for name, dtype in _EXTRA_DTYPES.items():
        if dtype == "str":
            kept[name] = [text or None for text in kept[name]]
        kept[name] = kept[name].astype(dtype)
    kept["address"] = [text or None for text in kept["address"]]
    wanted = [name for name in kept.columns if name in FACILITIES.column_names]
    points = shapely.points(x_m, y_m)
    table = gpd.GeoDataFrame(kept[[*wanted, *_EXTRA_DTYPES]], geometry=points, crs=finder.crs)
    table = table.sort_values(["kind", "facility_id"], ignore_index=True)
    return FACILITIES.conform(table)


def list_registers(sources: Sequence[FacilitySource], facilities: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return table ``registers``: the kinds of which a register was given.

    These are the kinds that the settings name of a source, however many outlets it holds, and
    those of outlets inside the district where a source tells the kind by row. A kind of which a
    mixed list has outlets beyond the border alone has no register of this district.

    Parameters
    ----------
    sources
        The registers of the settings.
    facilities
        Table ``facilities`` made of them.

    Raises
    ------
    KeyError
        When the table lacks a column.
    """
    files: dict[str, set[str]] = {}
    for source in sources:
        if source.kind is not None:
            files.setdefault(source.kind, set()).add(PurePath(source.path).name)
    inside = facilities[facilities["is_inside"]]
    for kind, rows in inside.groupby("kind"):
        files.setdefault(str(kind), set()).update(rows["source"])
    texts = [";".join(sorted(files[kind])) for kind in sorted(files)]
    return REGISTERS.conform(pd.DataFrame({"kind": sorted(files), "source": texts}))


def facility_ids(rows: pd.DataFrame) -> list[str]:
    """Return one id a row, the same in every run and in any order of the rows.

    Parameters
    ----------
    rows
        Columns kind, code, name, lon, lat, address, and where known credit_code. A code of the
        register decides where it is one (it has a letter or at least six digits and is not
        repeated), else the credit code where but one outlet of the kind has it; otherwise name
        and place.
    """
    credit = rows["credit_code"].fillna("") if "credit_code" in rows else [""] * len(rows)
    counted = pd.Series([f"{a}|{b}" for a, b in zip(rows["kind"], credit, strict=True)])
    is_own = ~counted.duplicated(keep=False).to_numpy()
    codes = [
        f"{kind}|{code}"
        if any(c.isalpha() for c in code) or len(code) >= _CODE_DIGITS
        else f"{kind}|{other}"
        if other and own
        else ""
        for kind, code, other, own in zip(rows["kind"], rows["code"], credit, is_own, strict=True)
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
