"""All pages of a run, and the small tables that they are drawn from beside the stages' own."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from livelihood_map.core.crew import do_each
from livelihood_map.core.fonts import FontError
from livelihood_map.core.labels import label
from livelihood_map.core.names import name_towns, safe_names
from livelihood_map.mapping.check_page import draw_check_page
from livelihood_map.mapping.city import TOWN_FOLDER, is_city
from livelihood_map.mapping.cut import clip_areas, cut_to_town
from livelihood_map.mapping.pictures import draw_picture
from livelihood_map.mapping.planner import draw_map
from livelihood_map.mapping.town_index import index_towns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from livelihood_map.core.settings import Settings
    from livelihood_map.core.standards import PlanningStandard
    from livelihood_map.mapping.inputs import MapTables
    from livelihood_map.mapping.picture_layers import Plan
    from livelihood_map.mapping.pictures import Format

log = logging.getLogger(__name__)


def draw_pages(
    tables: MapTables, *, settings: Settings, standard: PlanningStandard
) -> Iterator[tuple[str, str]]:
    """Return file name and text of every page of a run, one at a time.

    ``planner.html`` first; then, as the settings ask, ``check.html`` for the district; then for
    each town ``planner/<town_id>_<town_name>.html`` in a large city and, as the settings ask,
    ``check/<town_id>_<town_name>.html``, named by :func:`~livelihood_map.core.names.name_towns`.

    Parameters
    ----------
    tables, settings, standard
        As in :func:`livelihood_map.mapping.draw_map`.

    Raises
    ------
    CrsError, SchemaError, SourceError, StandardError
        As :func:`livelihood_map.mapping.draw_map` and
        :func:`livelihood_map.mapping.draw_check_page`.
    """
    wanted, has_maps = settings.mapping.check_pages, is_city(tables, settings)
    areas = [_Area(None, planner="planner.html")]
    if wanted != "none":
        areas.append(_Area(None, check="check.html"))
    if wanted == "towns" or has_maps:
        areas += [
            _Area(
                town_id,
                planner=f"{TOWN_FOLDER}/{name}.html" if has_maps else "",
                check=f"check/{name}.html" if wanted == "towns" else "",
            )
            for town_id, name in name_towns(tables.towns).items()
        ]
    if has_maps:  # the map of the whole shows no areas, those of towns take theirs from the rings
        tables = replace(tables, by_town=index_towns(tables), areas=None)
    elif len(areas) > 1:
        tables = replace(tables, by_town=index_towns(replace(tables, areas=None)))
    for drawn in do_each(_draw_area, _Shown(tables, settings, standard), areas):
        yield from drawn


class _Shown(NamedTuple):
    """What all pages or pictures are drawn from."""

    tables: MapTables
    settings: Settings
    standard: PlanningStandard
    font: Path | None = None


class _Area(NamedTuple):
    """The files of the pages of a town or, None, the district; no name where one is not drawn."""

    town_id: str | None
    planner: str = ""
    check: str = ""


def _draw_area(shown: _Shown, area: _Area) -> list[tuple[str, str]]:
    """Return file name and text of the pages of a town or the district."""
    tables, town_id = shown.tables, area.town_id
    asked: dict[str, Any] = {"settings": shown.settings, "standard": shown.standard}
    if town_id and area.planner:
        # A town is cut out once for both of its pages; they cut it anew, which is nothing then.
        rings = tables.by_town.areas if tables.by_town else None
        tables = clip_areas(cut_to_town(tables, town_id), rings)
    pages = []
    if area.planner:
        pages.append((area.planner, draw_map(tables, town_id=town_id, **asked)))
    if area.check:
        pages.append((area.check, draw_check_page(tables, town_id=town_id, **asked)))
    return pages


def draw_pictures(
    tables: MapTables, *, settings: Settings, standard: PlanningStandard, font: Path | None = None
) -> Iterator[tuple[str, bytes]]:
    """Return file name and content of every static map of a run, one at a time.

    ``pictures/<kind>.<format>`` for each measured kind, and ``pictures/<kind>_after.<format>`` for
    the kind of the suggested sites. Without a font with Chinese glyphs there is none, and a
    warning says so.

    Parameters
    ----------
    tables, settings, standard
        As in :func:`livelihood_map.mapping.draw_map`.
    font
        Font file with Chinese glyphs; the system's fonts are searched when None.

    Raises
    ------
    CrsError, SchemaError, StandardError
        As :func:`livelihood_map.mapping.draw_picture`.
    """
    plans: dict[tuple[str, Plan], str] = {}
    for kind in settings.coverage.kinds:
        if kind in set(tables.coverage["kind"]):
            plans[kind, "before"] = kind
        if tables.after is not None and kind == settings.siting.kind:
            plans[kind, "after"] = f"{kind}_after"
    wanted = [
        _Picture(f"pictures/{name}.{picture_format}", kind, plan, picture_format)
        for picture_format in settings.mapping.pictures
        for (kind, plan), name in safe_names(plans).items()
    ]
    shown = _Shown(tables, settings, standard, font)
    try:
        yield from do_each(_draw_picture, shown, wanted)
    except FontError as error:
        log.warning("%s", label("mapping.no_pictures", reason=error.text()))


class _Picture(NamedTuple):
    """One static map."""

    name: str
    kind: str
    plan: Plan
    picture_format: Format


def _draw_picture(shown: _Shown, wanted: _Picture) -> tuple[str, bytes]:
    """Return file name and content of a static map."""
    content = draw_picture(
        shown.tables,
        kind=wanted.kind,
        plan=wanted.plan,
        picture_format=wanted.picture_format,
        settings=shown.settings,
        standard=shown.standard,
        font=shown.font,
    )
    return wanted.name, content


def list_problems(joins: pd.DataFrame, demand: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the demand points that no street serves, with the reason; for ``problems``.

    Parameters
    ----------
    joins
        Table ``joins`` of the demand points.
    demand
        Table ``demand``.

    Returns
    -------
    demand_id, name, town_id, population, reason and the point, in the order of `demand`; a point
    with several accesses is listed when none of them is joined, by the first reason.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    is_joined = joins["reason"].isna().groupby(joins["point_id"]).any()
    lost = joins[~joins["point_id"].map(is_joined)].drop_duplicates("point_id")
    reasons = lost.set_index("point_id")["reason"]
    columns = ["demand_id", "name", "town_id", "population", "geometry"]
    problems = demand.loc[demand["demand_id"].isin(reasons.index), columns]
    return problems.assign(reason=problems["demand_id"].map(reasons)).reset_index(drop=True)


def list_reasons(gaps: pd.DataFrame, demand: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return why each compound is not covered; for ``reasons``.

    Parameters
    ----------
    gaps
        Table ``gaps``.
    demand
        Table ``demand``.

    Returns
    -------
    residence_id, kind, reason: the reason of the demand point with most people.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    homes = demand.loc[demand["residence_id"].notna(), ["demand_id", "residence_id", "population"]]
    rows = gaps.merge(homes, on="demand_id")
    by = ["residence_id", "kind", "population", "demand_id"]
    ordered = rows.sort_values(by, ascending=[True, True, False, True], kind="stable")
    first = ordered.drop_duplicates(["residence_id", "kind"])
    return first[["residence_id", "kind", "reason"]].reset_index(drop=True)
