"""What an office gets of all districts: a workbook, and a map by each measured kind."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from livelihood_map.commands.batch.merging import DISTRICT, sum_districts
from livelihood_map.core.altering import altered
from livelihood_map.core.crs import centre_lon, metric_crs
from livelihood_map.core.fonts import FontError
from livelihood_map.core.labels import label, name_of
from livelihood_map.core.names import safe_names
from livelihood_map.core.tables import DISTRICT_ID, TOWN_WALKS
from livelihood_map.core.telling import tell_metres
from livelihood_map.core.workbook import Sheet, headings, write_workbook
from livelihood_map.pipeline.drawing import reached_people

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from livelihood_map.commands.batch.budget import Shares
    from livelihood_map.commands.batch.jobs import Outcome
    from livelihood_map.core.settings import Settings
    from livelihood_map.mapping import MapTables
    from livelihood_map.pipeline import Workspace

log = logging.getLogger(__name__)

_SHARES: Final = {"covered_share": "0.0%", "covered_share_after": "0.0%"}
_PEOPLE: Final = dict.fromkeys(
    ("population", "covered_population", "covered_population_after", "reached_population_today",
     "reached_population", "next_population"), "#,##0",
)  # fmt: skip
_IDS: Final = ("town_id", "residence_id", "facility_id", "candidate_id", "zone_id")


def write_book(
    merged: Mapping[str, Any],
    outcomes: Sequence[Outcome],
    *,
    path: Path,
    shares: Shares | None,
    notes: Sequence[str],
    date: dt.date,
) -> Path:
    """Return the path of the workbook: the city, its districts, all towns, the shared sites.

    Parameters
    ----------
    merged
        Merged tables.
    outcomes
        What came of each district.
    path
        File to write.
    shares
        How the districts share new sites; no such sheet when None.
    notes
        Lines above the tables.
    date
        Date of the outputs.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    sheets = [
        _sheet("summary", _worded(sum_districts(merged["town_coverage_after"])), notes),
        _sheet("towns", _worded(_towns(merged["town_coverage_after"])), notes),
        _sheet("districts", _told(outcomes), []),
    ]
    if shares is not None:
        lines = tell_shares(shares, merged["plan"])
        sheets.insert(2, _sheet("shares", shares.table, lines))
    return write_workbook(path, sheets, date=date)


def _sheet(name: str, table: pd.DataFrame, notes: Sequence[str]) -> Sheet:
    """Return a sheet whose headings are those of its columns."""
    return Sheet(
        title=label(f"batch.sheet_{name}"),
        table=table,
        headings=headings("batch.column", table.columns),
        caption=label(f"batch.caption_{name}"),
        notes=notes,
        formats=_SHARES | _PEOPLE,
        scales=[column for column in _SHARES if column in table],
    )


def _towns(town_coverage: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of towns."""
    shown = [DISTRICT, "town_name", "kind", "walker", "residences_n", "population"]
    shown += ["covered_population", "covered_share", "covered_share_after", "facilities_n"]
    rows = town_coverage[town_coverage["town_id"] != DISTRICT_ID]
    return rows[[name for name in shown if name in rows]]


def _worded(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with kinds, walkers and the city in words."""
    return table.assign(
        district=table[DISTRICT].replace({DISTRICT_ID: label("batch.whole")}),
        kind=[name_of("core.kind", kind) for kind in table["kind"]],
        walker=[name_of("core.walker", walker) for walker in table["walker"]],
    )


def _told(outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """Return what came of each district."""
    table = pd.DataFrame([vars(one) for one in outcomes]).rename(columns={"name": DISTRICT})
    return table.assign(status=[label(f"batch.status_{status}") for status in table["status"]])


def tell_shares(shares: Shares, plan: pd.DataFrame) -> list[str]:
    """Return how the districts share new sites in words, and how far that is from the best.

    Parameters
    ----------
    shares
        The shares.
    plan
        Merged table ``plan``: within what walk people count.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    walks_m = sorted(plan["threshold_m"].unique())
    walks = " / ".join(map(tell_metres, walks_m)) + label("batch.metres")
    lines = [
        label(
            "batch.shares",
            count=int(shares.table["sites_n"].sum()),
            walks=walks,
            people=f"{shares.reached_population:,.0f}",
            bound=f"{shares.bound:,.0f}",
            gap=f"{shares.gap_share:.2%}",
        ),
        label("batch.shares_method"),
    ]
    ended = shares.table["sites_n"] == shares.table["sites_max_n"]
    if ended.any():
        names = label("batch.join").join(shares.table.loc[ended, "district"])
        lines.append(label("batch.shares_ended", names=names))
    return lines


def draw_districts(
    merged: Mapping[str, Any], works: Mapping[str, Workspace[str]], *, name: str
) -> Iterator[tuple[str, bytes]]:
    """Return file name and content of the map of districts for each kind, PNG.

    Compounds are coloured as on the maps of a district, borders are those of districts. There is
    none without a font with Chinese glyphs.

    Parameters
    ----------
    merged
        Merged tables.
    works
        Workspace of each district.
    name
        Name of the city.

    Raises
    ------
    CrsError
        When the districts lie too far apart for one metric CRS.
    """
    from livelihood_map.mapping import draw_picture

    first = next(iter(works.values()))
    shown, settings = _map_tables(merged, works), _city_settings(works, name)
    kinds = [kind for kind in settings.coverage.kinds if kind in set(shown.coverage["kind"])]
    plans: dict[tuple[str, str], str] = {(kind, "before"): kind for kind in kinds}
    if shown.after is not None and settings.siting.kind in kinds:
        plans[settings.siting.kind, "after"] = f"{settings.siting.kind}_after"
    try:
        for (kind, plan), file_name in safe_names(plans).items():
            yield (
                f"{file_name}.png",
                draw_picture(
                    shown,
                    kind=kind,
                    plan="after" if plan == "after" else "before",
                    settings=settings,
                    standard=first.standard,
                    font=settings.font_path,
                ),
            )
    except FontError as error:
        log.warning("%s", label("mapping.no_pictures", reason=error.text()))


def _city_settings(works: Mapping[str, Workspace[str]], name: str) -> Settings:
    """Return the settings by which the map is drawn: the first district's, named after the city."""
    every = [work.settings for work in works.values()]
    area = altered(every[0].area, name=name, review_number="")
    is_synthetic = any(settings.run.is_synthetic for settings in every)
    return altered(every[0], area=area, run=altered(every[0].run, is_synthetic=is_synthetic))


def _map_tables(merged: Mapping[str, Any], works: Mapping[str, Workspace[str]]) -> MapTables:
    """Return what the map shows: districts in the place of towns, ids told apart."""
    from livelihood_map.mapping import MapTables

    crs = metric_crs("auto", centre_lon=centre_lon(merged["towns"]))
    outlines = merged["towns"].to_crs(crs).groupby(DISTRICT, sort=False)["geometry"]
    towns = gpd.GeoDataFrame(
        [
            {"town_id": district, "town_name": district, "geometry": shapely.union_all(shapes)}
            for district, shapes in outlines
        ],
        crs=crs,
    )
    own = {name: _apart(table, crs) for name, table in merged.items()}
    return MapTables(
        towns=towns,
        residences=own["residences"],
        coverage=own["residence_coverage"],
        facilities=own["facilities"],
        zones=own.get("zones"),
        sites=own.get("sites"),
        after=own.get("residence_coverage_after"),
        reached=_reached(works),
        are_districts=True,
        is_estimated=any(work.is_estimated for work in works.values()),
    )


def _reached(works: Mapping[str, Workspace[str]]) -> pd.DataFrame:
    """Return the people within each walk by district and in the city."""
    parts = []
    for district, work in works.items():
        rows = reached_people(work)
        parts.append(rows[rows["town_id"] == DISTRICT_ID].assign(town_id=district))
    own = pd.concat(parts, ignore_index=True)
    key = [name for name in TOWN_WALKS.key if name != "town_id"]
    people = [name for name in own if str(name).startswith("reached_population")]
    city = own.groupby(key, as_index=False)[["population", *people]].sum()
    return pd.concat([own, city.assign(town_id=DISTRICT_ID)], ignore_index=True)


def _apart(table: Any, crs: Any) -> Any:  # noqa: ANN401  (GeoDataFrame or DataFrame)
    """Return a table in which an id is borne once, and the district stands for the town."""
    made = table.to_crs(crs) if isinstance(table, gpd.GeoDataFrame) else table.copy()
    for name in {*_IDS} & {*made.columns} - {"town_id"}:
        made[name] = (made[DISTRICT] + "/" + made[name].astype("str")).where(made[name].notna())
    if "town_id" in made:
        made["town_id"] = made[DISTRICT]
    return made
