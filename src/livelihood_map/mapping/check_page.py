"""The check page: one HTML file for town staff, for the district or for one town, no server."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from livelihood_map.core.errors import SchemaError
from livelihood_map.core.labels import label, name_of, use_lang
from livelihood_map.core.telling import tell_gap
from livelihood_map.core.units import STANDARD_SPEED_M_PER_MIN
from livelihood_map.mapping import place_sections, sections, site_sections
from livelihood_map.mapping.city import is_city, without_details
from livelihood_map.mapping.cut import cut_to_town
from livelihood_map.mapping.grid import grid_payload, grid_step
from livelihood_map.mapping.ground import base_section
from livelihood_map.mapping.inputs import MapTables, PageInputs
from livelihood_map.mapping.legend_people import start_note
from livelihood_map.mapping.map_names import name_section
from livelihood_map.mapping.page import escape, finish_page
from livelihood_map.mapping.page_marks import (
    badges_html,
    file_name,
    footer_html,
    mark_texts,
    marks_html,
)
from livelihood_map.mapping.palette import TOWN_LINE
from livelihood_map.mapping.payload import clean_text, payload_element
from livelihood_map.mapping.pinyin import syllables
from livelihood_map.mapping.planner_payload import MAX_ZOOM
from livelihood_map.mapping.tiles import Streets, page_streets
from livelihood_map.mapping.words import page_words, review_section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.core.labels import Lang
    from livelihood_map.core.settings import Settings
    from livelihood_map.core.standards import PlanningStandard

log = logging.getLogger(__name__)
_SCRIPTS: Final = (
    *("older", "common", "layers", "grid", "search", "labels", "sites", "picture", "link"),
    *("cards", "review", "annex", "check"),
)
_LEAFLET: Final = "/leaflet@1.9.4/dist/leaflet"


def draw_check_page(
    tables: MapTables,
    *,
    settings: Settings,
    standard: PlanningStandard,
    town_id: str | None = None,
    lang: Lang | None = None,
) -> str:
    """Return the check page of the district, or of one town, as one HTML file.

    Parameters
    ----------
    tables
        What to show, geometry in one metric CRS. With ``grid`` and ``grid_coverage`` a click
        anywhere is answered, marked 网格估算.
    settings
        Settings of the run.
    standard
        The planning standard that coverage was measured by.
    town_id
        The town; None for the whole district.
    lang
        Language of the page; that of the run when None.

    Raises
    ------
    CrsError
        When a table is not in a metric CRS.
    SchemaError
        When there are no towns, or none with this id.
    StandardError
        When the standard lacks a kind that was measured.
    SourceError
        When a vendored file was changed.
    """
    started = time.perf_counter()
    tables.check()
    asked = PageInputs(tables, settings, standard, lang or settings.run.lang, town_id)
    area, kinds = settings.area.name, asked.kinds
    if town_id is not None:
        tables = cut_to_town(tables, town_id)
        area = "".join(map(str, tables.towns["town_name"]))
    if tables.towns.empty:
        raise SchemaError("mapping.nothing_to_draw")
    if is_city(tables, settings):
        tables = without_details(tables)
    outlets = tables.facilities[tables.facilities["kind"].isin(kinds)]
    asked = replace(asked, tables=replace(tables, facilities=outlets))
    with use_lang(asked.lang):
        streets = page_streets(
            tables.edges,
            settings.mapping.simplify_m * 2,
            settings=settings.mapping,
            is_light=len(tables.towns) > 1,
        )
        content = check_payload(asked, kinds, streets, area=area)
        page = finish_page(_frame(asked, content, streets, area=area), lang=asked.lang)
    log.info(
        "check page drawn: %s, %d compounds, %.2f MB, %.1f s",
        town_id or "district",
        len(tables.residences),
        len(page.encode("utf-8")) / 1e6,
        time.perf_counter() - started,
    )
    return page


def check_payload(
    page: PageInputs, kinds: Sequence[str], streets: Streets, *, area: str
) -> dict[str, Any]:
    """Return everything that the page's script shows.

    Parameters
    ----------
    page
        Tables cut to the area, with the outlets of these kinds alone, and all else.
    kinds
        The kinds that were measured in the district; a town without compounds shows them too.
    streets
        The streets of the page.
    area
        Name of the area, for the names of saved files.

    Raises
    ------
    KeyError
        When a table lacks a column.
    SchemaError
        When no kind was measured.
    StandardError
        When a kind of the coverage is not in the standard.
    """
    tables, lang, cutoff_m = page.tables, page.lang, page.settings.coverage.cutoff_m
    tolerance, start = page.settings.mapping.simplify_m, page.settings.siting.kind
    if not kinds:
        raise SchemaError("mapping.nothing_measured")
    rows = [page.standard.kind(kind) for kind in kinds]
    names = sections.shown_towns(tables.towns)
    homes, outlets = tables.residences, tables.facilities
    ids = homes["residence_id"].tolist()
    facility_kinds = place_sections.facility_kind_section(outlets, kinds, lang=lang)
    before, after = sections.plan_sections(page, rows)
    return {
        "words": page_words(lang, **page.distances),
        "people_note": label("core.people_note", lang),
        "bounds": sections.bounds_section(tables.towns),
        "max_zoom": MAX_ZOOM,
        "start_kind": start if start in before else next(iter(before), ""),
        "metres_per_minute": _speed(page),
        "colours": {"town": TOWN_LINE},
        "kinds": {
            row.id: sections.kind_section(row, cutoff_m=cutoff_m, lang=lang)
            | {"start": start_note(page, row)}
            for row in rows
        },
        "towns": sections.town_section(tables.towns, tables.sites, tolerance),
        "borders": sections.border_section(tables.towns, tolerance),
        "residences": sections.residence_section(homes, names, tolerance),
        "inferred_gates": place_sections.inferred_gate_section(tables.gates, ids),
        "spellings": {"residences": [syllables(clean_text(name)) for name in homes["name"]]},
        "coverage": before,
        "after": after,
        "reasons": _reasons(
            tables.reasons,
            ids,
            kinds,
            cutoff_m=cutoff_m,
            lang=lang,
        ),
        "facility_kinds": facility_kinds,
        "facilities": place_sections.facility_section(outlets, facility_kinds, names, lang=lang),
        "sites": site_sections.site_section(tables.sites, names, lang=lang),
        "own_sites": site_sections.own_sites(tables.sites, page.town_id),
        "site_kind_name": name_of("core.kind", start, lang),
        "is_town": page.town_id is not None,
        "review": review_section(page, area),
        "grid_m": grid_step(tables),
        "marks": mark_texts(page),
        "absent": tables.basis.tell_absent(lang),
        "file_name": file_name("mapping.check_file", area, lang),
        "base": base_section(tables, streets.section, tolerance * 2),
        "names": name_section(tables, lang=lang, is_light=len(tables.towns) > 1),
    }


def _speed(page: PageInputs) -> float:
    """Return the metres a minute by which the walker's minutes were written."""
    speed = page.standard.walker(page.walker).speed_m_per_min
    return speed if speed > 0 else STANDARD_SPEED_M_PER_MIN


def _reasons(
    reasons: pd.DataFrame | None,
    residence_ids: Sequence[str],
    kinds: Sequence[str],
    *,
    cutoff_m: float,
    lang: Lang,
) -> dict[str, list[str]]:
    """Return why each compound is not covered, by kind, in words; empty where it is."""
    if reasons is None:
        return {}
    texts: dict[str, list[str]] = {}
    for kind in kinds:
        of_kind = reasons[reasons["kind"] == kind].drop_duplicates("residence_id")
        known = of_kind.set_index("residence_id")["reason"].reindex(list(residence_ids))
        texts[kind] = ["" if pd.isna(one) else tell_gap(one, cutoff_m, lang) for one in known]
    return texts


def _frame(page: PageInputs, content: dict[str, Any], streets: Streets, *, area: str) -> str:
    """Return the page before its files are put into it."""
    lang = page.lang
    title = escape(label("mapping.check_title", lang, area=clean_text(area)))
    payload = payload_element(content, name="payload", is_compressed=page.is_compressed)
    payload += grid_payload(page, list(content["kinds"])) + streets.elements
    badges, marks, foot = badges_html(page), marks_html(page), footer_html(page)
    words = {
        name: escape(label(f"mapping.check_{name}", lang)) for name in ("answer", "map", "side")
    }
    scripts = "\n".join(f'<script src="{link}"></script>' for _, link in streets.scripts(_SCRIPTS))
    noscript = escape(label("mapping.noscript", lang))
    is_divided = is_city(page.tables, page.settings)
    note = f'<p class="note">{escape(label("mapping.check_city_note", lang))}</p>'
    return f"""<!DOCTYPE html>
<html>
<head>
<title>{title}</title>
<meta name="viewport" content="width=device-width" />
<link rel="stylesheet" href="{_LEAFLET}.css">
<link rel="stylesheet" href="own:page.css">
<link rel="stylesheet" href="own:check.css">
</head>
<body>
<header id="top"><h1>{title}</h1>{badges}{marks}</header>
<main>
<section id="ask" aria-label="{words["side"]}"></section>
<div id="side">
<div id="answer" role="region" aria-live="polite" tabindex="-1"
 aria-label="{words["answer"]}"></div>
<div id="sheet"></div>
<div id="actions"></div>
<div id="sites"></div>
<div id="annex"></div>
<div id="lists"></div>
<noscript><p>{noscript}</p></noscript>
</div>
<section id="view" aria-label="{words["map"]}">
<div id="legend"></div>
<p id="standard" class="note"></p>{note if is_divided else ""}
<div id="map"></div>
</section>
</main>
{foot}
{payload}
<script src="{_LEAFLET}.js"></script>
{scripts}
</body>
</html>
"""
