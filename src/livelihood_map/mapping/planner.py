"""The planner's map: Folium makes the page and the map, one payload and one script fill it."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, Final

from livelihood_map.core.altering import altered
from livelihood_map.core.errors import SchemaError
from livelihood_map.core.labels import label, name_of, use_lang
from livelihood_map.core.tables import STATUSES
from livelihood_map.mapping import sections
from livelihood_map.mapping.area_rings import area_note, area_payload
from livelihood_map.mapping.base_signs import base_signs
from livelihood_map.mapping.city import WHOLE_LINK, is_city, town_links, without_details
from livelihood_map.mapping.counted import counted_section
from livelihood_map.mapping.cut import clip_areas, cut_to_town
from livelihood_map.mapping.gap_members import zone_section
from livelihood_map.mapping.ground import base_section
from livelihood_map.mapping.inputs import MapTables, PageInputs
from livelihood_map.mapping.legend_people import people_section, start_note
from livelihood_map.mapping.map_names import name_section
from livelihood_map.mapping.online import online_base, online_section
from livelihood_map.mapping.page import escape, finish_page
from livelihood_map.mapping.page_marks import (
    block_texts,
    file_name,
    footer_html,
    header_html,
    note_texts,
    page_title,
)
from livelihood_map.mapping.palette import TOWN_LINE, ZONE_LINE
from livelihood_map.mapping.payload import payload_element
from livelihood_map.mapping.tiles import Streets, page_streets
from livelihood_map.mapping.words import page_words, review_section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.core.labels import Lang
    from livelihood_map.core.settings import Settings
    from livelihood_map.core.standards import PlanningStandard

log = logging.getLogger(__name__)
MAX_ZOOM: Final = 19
MIN_ZOOM: Final = 9
_SCRIPTS: Final = (
    *("older", "common", "layers", "areas", "search", "labels", "sites", "picture", "locator"),
    *("sheet", "measure", "link", "changes", "compare", "cards", "review", "annex"),
    *("counted", "zones", "lists", "towns", "finder", "verdict", "projector"),
    *("compounds", "outlets", "gates", "places", "service", "names", "legend", "panel"),
    *("tools", "prints", "planner_link", "planner"),
)
_TITLE_MARK: Final = "@@title@@"
_BODY_MARK: Final = "@@body@@"
_MAP_BOX: Final = '<div class="folium-map"'


def draw_map(
    tables: MapTables,
    *,
    settings: Settings,
    standard: PlanningStandard,
    town_id: str | None = None,
    lang: Lang | None = None,
) -> str:
    """Return the planner's map as one HTML file that opens with no internet.

    With more compounds than ``mapping.city_above_n`` the map of the whole shows main roads alone
    and leads to those of the towns, where :func:`~livelihood_map.mapping.draw_pages` puts them.

    Parameters
    ----------
    tables
        What to show, geometry in one metric CRS.
    settings
        Settings of the run: names, dates, notices, tolerance, kind of the sites.
    standard
        The planning standard that coverage was measured by.
    town_id
        The town, shown with all details; None for the whole.
    lang
        Language of the map; that of the run when None.

    Raises
    ------
    CrsError
        When a table is not in a metric CRS.
    SchemaError
        When there are no towns, or none with this id, so that the map has no extent.
    StandardError
        When the standard lacks a kind that was measured.
    SourceError
        When a vendored file was changed.

    Examples
    --------
    >>> import livelihood_map as lm
    >>> from livelihood_map.core.io import data_path
    >>> settings = lm.load_settings(data_path("demo") / "livelihood.toml")
    >>> town, standard = lm.example_town(), lm.load_standard("cn-15min")
    >>> network = lm.build_network(town.nodes, town.edges)
    >>> joins = lm.join_demand(network, town.demand, town.gates, limit_m=100)
    >>> coverage = lm.measure_coverage(
    ...     network, joins, town.facilities, standard=standard, kinds=["breakfast"],
    ...     walkers=["standard"], cutoff_m=3000, limit_m=100,
    ... )
    >>> from livelihood_map.mapping import MapTables
    >>> page = draw_map(
    ...     MapTables(
    ...         towns=town.towns, residences=town.residences, facilities=town.facilities,
    ...         edges=town.edges,
    ...         coverage=lm.summarise_residences(coverage, town.demand, town.residences),
    ...     ),
    ...     settings=settings, standard=standard,
    ... )
    >>> page.startswith("<!DOCTYPE html>")
    True
    """
    started = time.perf_counter()
    tables.check()
    if town_id is not None:
        tables = clip_areas(cut_to_town(tables, town_id))
        town = f"{settings.area.name} · {''.join(map(str, tables.towns['town_name']))}"
        settings = altered(settings, area=altered(settings.area, name=town))
    if tables.towns.empty:
        raise SchemaError("mapping.nothing_to_draw")
    if is_city(tables, settings):
        tables = without_details(tables)
    asked = PageInputs(tables, settings, standard, lang or settings.run.lang, town_id)
    with use_lang(asked.lang):
        streets = page_streets(tables.edges, settings.mapping.simplify_m, settings=settings.mapping)
        raw = _render(asked, planner_payload(asked, streets), streets)
        online = online_base(settings.mapping)
        page = finish_page(raw, lang=asked.lang, picture_hosts=online.hosts if online else ())
    log.info(
        "map drawn: %d compounds, %d facilities, %d sites, %.2f MB, %.1f s",
        len(tables.residences),
        len(tables.facilities),
        0 if tables.sites is None else len(tables.sites),
        len(page.encode("utf-8")) / 1e6,
        time.perf_counter() - started,
    )
    return page


def planner_payload(page: PageInputs, streets: Streets) -> dict[str, Any]:
    """Return everything that the map's script shows.

    Parameters
    ----------
    page
        Tables, settings, standard and language.
    streets
        The streets of the page.

    Raises
    ------
    KeyError
        When a table lacks a column.
    SchemaError
        When no kind was measured.
    StandardError
        When a kind of the coverage is not in the standard.
    """
    tables, lang = page.tables, page.lang
    tolerance, site_kind = page.settings.mapping.simplify_m, page.settings.siting.kind
    kinds, homes = page.kinds, tables.residences["residence_id"].tolist()
    if not kinds:
        raise SchemaError("mapping.nothing_measured")
    rows = [page.standard.kind(kind) for kind in kinds]
    shown = [row for row in page.standard.kinds if row.id in {*kinds, site_kind}]
    names = sections.shown_towns(tables.towns)
    outlets = tables.facilities
    facility_kinds = sections.facility_kind_section(outlets, kinds, lang=lang)
    before, after = sections.plan_sections(page, rows)
    town_rows = sections.town_row_section(
        tables.town_coverage, kinds, walker=page.walker, lang=lang
    )
    return {
        "words": page_words(lang, **page.distances),
        "bounds": sections.bounds_section(tables.towns),
        "max_zoom": MAX_ZOOM,
        "start_kind": site_kind if site_kind in before else next(iter(before), ""),
        "site_kind": site_kind,
        "colours": {"town": TOWN_LINE, "zone": ZONE_LINE},
        "kinds": {
            row.id: sections.kind_section(row, cutoff_m=page.settings.coverage.cutoff_m, lang=lang)
            | {"start": start_note(page, row)}
            for row in shown
        },
        "people": people_section(page, rows),
        "status_names": {status: name_of("core.status", status, lang) for status in STATUSES},
        "towns": sections.town_section(tables.towns, tables.sites, tolerance),
        "borders": sections.border_section(tables.towns, tolerance),
        "residences": sections.residence_section(tables.residences, names, tolerance),
        "coverage": before,
        "after": after,
        "facility_kinds": facility_kinds,
        "facilities": sections.facility_section(outlets, facility_kinds, names, lang=lang),
        "gates": sections.gate_section(tables.gates, homes),
        "counted": counted_section(page, names),
        "zones": zone_section(
            tables.zones,
            tables.members,
            names,
            tolerance,
            homes=homes,
            counted=[] if tables.counted is None else tables.counted["demand_id"].tolist(),
            sites=sections.site_ids(tables.sites),
            lang=lang,
        ),
        "sites": sections.site_section(tables.sites, names, lang=lang),
        "town_rows": town_rows,
        "town_pages": town_links(tables) if is_city(tables, page.settings) else {},
        "whole_page": None if page.town_id is None else WHOLE_LINK,
        "problems": sections.problem_section(tables.problems, names, lang=lang),
        "centres": sections.centre_section(tables.centres, names, tolerance, lang=lang),
        "area_note": area_note(page),
        "online": online_section(page.settings.mapping, lang=lang),
        "spellings": sections.spelling_section(tables),
        "block": block_texts(page),
        "notes": note_texts(page),
        "signs": base_signs(tables, lang=lang),
        "absent": tables.basis.tell_absent(lang),
        "file_name": file_name("mapping.file_name", page.settings.area.name, lang),
        "review": review_section(page, page.settings.area.name),
        "base": base_section(tables, streets.section, tolerance),
        "names": name_section(tables, lang=lang, is_light=bool(streets.elements)),
    }


def _render(page: PageInputs, content: dict[str, Any], streets: Streets) -> str:
    """Return folium's page with our payload, style and script in it.

    folium reads what it renders as a template once more, so no text from a table may pass
    through it: it gets marks, and the marks are replaced afterwards.
    """
    panel = escape(label("mapping.ui_panel", page.lang))
    areas, content["area_kinds"] = area_payload(page, list(content["coverage"]))
    payload = payload_element(content, name="payload", is_compressed=page.is_compressed)
    top = header_html(page) + f'<aside id="panel" aria-label="{panel}"></aside>'
    body = (
        '<div id="sheet"></div><div id="annex"></div>'
        + footer_html(page)
        + payload
        + areas
        + streets.elements
    )
    online = online_base(page.settings.mapping)
    frame = _folium_frame(
        content["bounds"],
        streets.scripts(_SCRIPTS),
        crs=online.crs if online else "EPSG3857",
    )
    title, mark, rest = frame.partition(_TITLE_MARK)
    before, body_mark, after = rest.partition(_BODY_MARK)
    assert mark and body_mark  # noqa: S101, PT018  (folium's template holds both)
    # The keyboard reaches search and panel before the map, which has many stops of its own.
    head, map_box, rest_of_map = before.partition(_MAP_BOX)
    return "".join((title, escape(page_title(page)), head, top, map_box, rest_of_map, body, after))


def _folium_frame(
    bounds: list[list[float]], scripts: Sequence[tuple[str, str]], *, crs: str
) -> str:
    """Return folium's page with marks where title and body belong."""
    import folium
    from folium.template import Template

    class PlannerPage(folium.elements.JSCSSMixin, folium.MacroElement):
        _template = Template(
            f"""
            {{% macro html(this, kwargs) %}}{_BODY_MARK}{{% endmacro %}}
            {{% macro script(this, kwargs) %}}
            startPlanner({{{{ this._parent.get_name() }}}});
            {{% endmacro %}}
            """
        )

    (south, west), (north, east) = bounds
    district = folium.Map(
        location=[(south + north) / 2, (west + east) / 2],
        tiles=None,
        crs=crs,
        zoom_start=11,
        prefer_canvas=True,
        zoom_control=False,
        attribution_control=False,
        font_size="13px",
        minZoom=MIN_ZOOM,
        maxZoom=MAX_ZOOM,
        zoomSnap=0.5,
        zoomDelta=1,
        fadeAnimation=False,
    )
    district._id = "planner"  # noqa: SLF001  (folium draws ids at random; builds must be alike)
    element = PlannerPage()  # type: ignore[no-untyped-call]
    element.default_js = [*scripts]
    element.default_css = [(f"{name}_css", f"own:{name}.css") for name in ("page", "planner")]
    element._id = "planner_page"  # noqa: SLF001
    district.add_child(element)
    figure = district.get_root()
    assert isinstance(figure, folium.Figure)  # noqa: S101  (folium's contract, for the type checker)
    figure.title = _TITLE_MARK
    return str(figure.render())
