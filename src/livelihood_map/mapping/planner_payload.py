"""Checked tables -> all that the script of the planner's map shows, part by part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from livelihood_map.core.errors import SchemaError
from livelihood_map.core.labels import label, name_of
from livelihood_map.core.tables import STATUSES
from livelihood_map.mapping import place_sections, sections, site_sections
from livelihood_map.mapping.area_rings import area_note
from livelihood_map.mapping.base_signs import base_signs
from livelihood_map.mapping.city import WHOLE_LINK, is_city, town_links
from livelihood_map.mapping.counted import counted_section
from livelihood_map.mapping.gap_members import zone_section
from livelihood_map.mapping.ground import base_section
from livelihood_map.mapping.legend_people import people_section, start_note
from livelihood_map.mapping.map_names import name_section
from livelihood_map.mapping.online import online_section
from livelihood_map.mapping.page_marks import block_texts, file_name, note_texts
from livelihood_map.mapping.page_network import NO_NETWORK, PageNetwork
from livelihood_map.mapping.palette import TOWN_LINE, ZONE_LINE
from livelihood_map.mapping.town_classes import town_classes
from livelihood_map.mapping.what_if_section import what_if_section
from livelihood_map.mapping.words import page_words, review_section

if TYPE_CHECKING:
    from collections.abc import Mapping

    from livelihood_map.mapping.inputs import PageInputs
    from livelihood_map.mapping.tiles import Streets

MAX_ZOOM: Final = 19


def planner_payload(
    page: PageInputs, streets: Streets, network: PageNetwork = NO_NETWORK
) -> dict[str, Any]:
    """Return everything that the map's script shows.

    Parameters
    ----------
    page
        Tables, settings, standard and language.
    streets
        The streets of the page.
    network
        What it walks on.

    Raises
    ------
    KeyError
        When a table lacks a column.
    SchemaError
        When no kind was measured.
    StandardError
        When a kind of the coverage is not in the standard.
    """
    if not page.kinds:
        raise SchemaError("mapping.nothing_measured")
    names = sections.shown_towns(page.tables.towns)
    return (
        _measured_part(page, names)
        | _ground_part(page, streets)
        | _outlet_part(page, names)
        | _plan_part(page, names)
        | {"what_if": what_if_section(page, network)}
        | _written_part(page)
    )


def _measured_part(page: PageInputs, names: Mapping[str, str]) -> dict[str, Any]:
    """Return kinds, towns and compounds with their coverage, and whom legends count."""
    tables, lang, tolerance = page.tables, page.lang, page.settings.mapping.simplify_m
    site_kind = page.settings.siting.kind
    rows = [page.standard.kind(kind) for kind in page.kinds]
    shown = [row for row in page.standard.kinds if row.id in {*page.kinds, site_kind}]
    before, after = sections.plan_sections(page, rows)
    return {
        "start_kind": site_kind if site_kind in before else next(iter(before), ""),
        "site_kind": site_kind,
        "kinds": {
            row.id: sections.kind_section(row, cutoff_m=page.settings.coverage.cutoff_m, lang=lang)
            | {"start": start_note(page, row), "town_classes": town_classes(page, row)}
            for row in shown
        },
        "people": people_section(page, rows),
        "towns": sections.town_section(tables.towns, tables.sites, tolerance),
        "town_rows": sections.town_row_section(
            tables.town_coverage, page.kinds, names, walker=page.walker, lang=lang
        ),
        "residences": sections.residence_section(tables.residences, names, tolerance),
        "coverage": before,
        "after": after,
        "counted": counted_section(page, names),
    }


def _ground_part(page: PageInputs, streets: Streets) -> dict[str, Any]:
    """Return what the map stands on: extent, borders, base map, names and signs."""
    tables, lang, tolerance = page.tables, page.lang, page.settings.mapping.simplify_m
    return {
        "bounds": sections.bounds_section(tables.towns),
        "max_zoom": MAX_ZOOM,
        "colours": {"town": TOWN_LINE, "zone": ZONE_LINE},
        "borders": sections.border_section(tables.towns, tolerance),
        "online": online_section(page.settings.mapping, lang=lang),
        "signs": base_signs(tables, lang=lang),
        "base": base_section(tables, streets.section, tolerance),
        "names": name_section(tables, lang=lang, is_light=bool(streets.elements)),
    }


def _outlet_part(page: PageInputs, names: Mapping[str, str]) -> dict[str, Any]:
    """Return outlets, gates, centres, and what the streets do not serve."""
    tables, lang = page.tables, page.lang
    kinds = place_sections.facility_kind_section(tables.facilities, page.kinds, lang=lang)
    homes, tolerance = tables.residences["residence_id"].tolist(), page.settings.mapping.simplify_m
    return {
        "status_names": {status: name_of("core.status", status, lang) for status in STATUSES},
        "facility_kinds": kinds,
        "facilities": place_sections.facility_section(tables.facilities, kinds, names, lang=lang),
        "gates": place_sections.gate_section(tables.gates, homes),
        "problems": place_sections.problem_section(tables.problems, names, lang=lang),
        "centres": place_sections.centre_section(tables.centres, names, tolerance, lang=lang),
        "absent": tables.basis.tell_absent(lang),
    }


def _plan_part(page: PageInputs, names: Mapping[str, str]) -> dict[str, Any]:
    """Return gap zones, suggested sites and the towns' views of them."""
    tables, lang = page.tables, page.lang
    return {
        "zones": zone_section(
            tables.zones,
            tables.members,
            names,
            page.settings.mapping.simplify_m,
            homes=tables.residences["residence_id"].tolist(),
            counted=[] if tables.counted is None else tables.counted["demand_id"].tolist(),
            sites=site_sections.site_ids(tables.sites),
            lang=lang,
        ),
        "sites": site_sections.site_section(tables.sites, names, lang=lang),
        "review": review_section(page, page.settings.area.name),
    }


def _written_part(page: PageInputs) -> dict[str, Any]:
    """Return words, notes, names of files and the ways to other pages."""
    tables, lang = page.tables, page.lang
    return {
        "words": page_words(lang, **page.distances),
        "people_note": label("core.people_note", lang),
        "spellings": sections.spelling_section(tables),
        "town_pages": town_links(tables) if is_city(tables, page.settings) else {},
        "whole_page": None if page.town_id is None else WHOLE_LINK,
        "area_note": area_note(page),
        "block": block_texts(page),
        "notes": note_texts(page),
        "file_name": file_name("mapping.file_name", page.settings.area.name, lang),
    }
