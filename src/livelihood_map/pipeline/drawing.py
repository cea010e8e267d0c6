"""Tables of a run -> its maps: pages, static maps, and those of the briefs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from livelihood_map.core import tables
from livelihood_map.core.crew import do_each
from livelihood_map.core.fonts import FontError
from livelihood_map.core.io import write_bytes, write_text
from livelihood_map.core.labels import current_lang
from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.pipeline.page_walks import page_walk_tables
from livelihood_map.pipeline.walking import join_places, measure

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from livelihood_map.core.settings import Settings
    from livelihood_map.core.standards import PlanningStandard
    from livelihood_map.mapping import MapTables
    from livelihood_map.mapping.picture_layers import Plan
    from livelihood_map.pipeline.reads import MapReads, ReportReads, Shown
    from livelihood_map.pipeline.workspace import Workspace


def draw_maps(work: Workspace[MapReads]) -> None:
    """Write the planner's map, the check pages of district and towns, and static maps.

    Parameters
    ----------
    work
        A workspace that holds the tables up to the service areas.

    Raises
    ------
    LivelihoodMapError
        When an earlier stage has not run, or a file cannot be written.
    """
    from livelihood_map import mapping

    settings, shown = work.settings, page_tables(work)
    given: dict[str, Any] = {"settings": settings, "standard": work.standard}
    for name, page in mapping.draw_pages(shown, **given):
        work.written.append(write_text(page, work.maps / name))
    for name, content in mapping.draw_pictures(shown, **given, font=settings.font_path):
        work.written.append(write_bytes(content, work.maps / name))


def page_tables(work: Workspace[MapReads]) -> MapTables:
    """Return what the pages of a run show.

    Parameters
    ----------
    work
        A workspace that holds the tables up to the service areas.

    Raises
    ------
    LivelihoodMapError
        When an earlier stage has not run.
    """
    from livelihood_map import mapping

    grid, grid_coverage = _measure_grid(work)
    shown = _map_tables(
        work,
        centres=work["centres"] if len(work["centres"]) else None,
        gates=work["gates"],
        town_coverage=work["town_coverage_after"],
        problems=mapping.list_problems(work["joins"], work["demand"]),
        reasons=mapping.list_reasons(work["gaps"], work["demand"]),
        areas=work["service_areas"],
        grid=grid,
        grid_coverage=grid_coverage,
        walks=page_walk_tables(work),
    )
    return replace(shown, **_counted_tables(work))


def draw_brief_maps(work: Workspace[ReportReads]) -> dict[str, dict[str, bytes]]:
    """Return the maps of the briefs by town and for the district: before and after the plan, PNG.

    They show the coverage by the kind of the suggested sites; there are none where that kind was
    not measured or there is no font with Chinese glyphs, and one where there are no sites.

    Parameters
    ----------
    work
        A workspace that holds the tables up to the plan.

    Raises
    ------
    LivelihoodMapError
        When an earlier stage has not run.
    """
    from livelihood_map import mapping

    kind = work.settings.siting.kind
    if kind not in work.kinds:
        return {}
    plans: tuple[Plan, ...] = ("before", "after") if len(work["sites"]) else ("before",)
    areas = [DISTRICT_ID, *work["towns"]["town_id"]]
    shown = _map_tables(work)
    shown = replace(shown, by_town=mapping.index_towns(shown))
    given = _BriefMaps(shown, kind, work.settings, work.standard)
    asked = [(area, plan) for area in areas for plan in plans]
    try:
        drawn = do_each(_draw_brief_map, given, asked)
        maps: dict[str, dict[str, bytes]] = {area: {} for area in areas}
        for (area, plan), picture in zip(asked, drawn, strict=True):
            maps[area][plan] = picture
    except FontError:
        return {}
    return maps


class _BriefMaps(NamedTuple):
    """What the maps of all briefs are drawn from."""

    shown: MapTables
    kind: str
    settings: Settings
    standard: PlanningStandard


def _draw_brief_map(given: _BriefMaps, asked: tuple[str, Plan]) -> bytes:
    """Return one map of a brief: of an area, before or after the plan."""
    from livelihood_map.mapping import draw_half_page

    area, plan = asked
    return draw_half_page(
        given.shown,
        kind=given.kind,
        settings=given.settings,
        standard=given.standard,
        plan=plan,
        town_id=None if area == DISTRICT_ID else area,
        font=given.settings.font_path,
        lang=current_lang(),
    )


def _map_tables(work: Workspace[Shown], **more: Any) -> MapTables:  # noqa: ANN401  (further tables)
    """Return the tables that every map shows, and further ones."""
    from livelihood_map.mapping import MapTables

    return MapTables(
        towns=work["towns"],
        residences=work["residences"],
        coverage=work["residence_coverage"],
        facilities=work["facilities"],
        zones=work["zones"],
        sites=work["sites"],
        edges=work["edges"],
        base=work["base_features"],
        after=work["residence_coverage_after"],
        reached=reached_people(work),
        is_estimated=work.is_estimated,
        mark=work.mark,
        basis=work.basis,
        **more,
    )


def _counted_tables(work: Workspace[MapReads]) -> dict[str, Any]:
    """Return the places beside compounds where people are counted, and what forms the gap zones."""
    from livelihood_map import mapping

    own = work.settings.gaps.threshold_m
    after = work["coverage_after"]
    members = mapping.list_members(
        work["gaps"],
        work["demand"],
        work["joins"],
        work["facilities"],
        work["barriers"],
        thresholds_m={kind: own or work.standard.kind(kind).aim_m for kind in work.kinds},
        detour_factor=work.standard.straight_line.detour_factor,
        after=after,
    )
    counted = mapping.list_counted(work["demand"])
    return {
        "zones": mapping.outline_zones(work["zones"], members, work["demand"], work["residences"]),
        "members": members,
        "counted": counted,
        "counted_coverage": mapping.counted_walks(work["coverage"], counted),
        "counted_after": mapping.counted_walks(after, counted),
    }


def reached_people(work: Workspace[Shown]) -> pd.DataFrame:
    """Return the people within each walk by town and kind, with those of the plan beside them.

    Parameters
    ----------
    work
        A workspace that holds the tables up to the plan.

    Raises
    ------
    LivelihoodMapError
        When an earlier stage has not run.
    """
    from livelihood_map.coverage import distribute_walks

    settings, before = work.settings.coverage, work["town_walks"]
    after = distribute_walks(
        work["coverage_after"],
        work["demand"],
        work["towns"],
        standard=work.standard,
        walker=settings.walkers[0],
        cutoff_m=settings.cutoff_m,
    )
    key = list(tables.TOWN_WALKS.key)
    later = after[[*key, "reached_population"]].set_index(key).add_suffix("_after")
    return before.merge(later.reset_index(), on=key, how="left")


def _measure_grid(work: Workspace[MapReads]) -> tuple[gpd.GeoDataFrame | None, pd.DataFrame | None]:
    """Return the lattice of the maps and the coverage of its points, when it is wanted."""
    from livelihood_map.mapping import lay_grid

    step_m = work.settings.mapping.grid_m
    if step_m == 0:
        return None, None
    grid = lay_grid(work["towns"], step_m=step_m)
    joins = join_places(work, grid, id_column="demand_id")
    return grid, measure(work, work["facilities"], joins=joins)
