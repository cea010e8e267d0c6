"""The planner's map: Folium makes the page and the map, one payload and one script fill it."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, Final

from livelihood_map.core.altering import altered
from livelihood_map.core.errors import SchemaError
from livelihood_map.core.labels import label, use_lang
from livelihood_map.mapping.area_rings import area_payload
from livelihood_map.mapping.assets import MODULES
from livelihood_map.mapping.city import is_city, without_details
from livelihood_map.mapping.cut import clip_areas, cut_to_town
from livelihood_map.mapping.inputs import MapTables, PageInputs
from livelihood_map.mapping.online import online_base
from livelihood_map.mapping.page import escape, finish_page
from livelihood_map.mapping.page_marks import footer_html, header_html, page_title
from livelihood_map.mapping.page_network import page_network
from livelihood_map.mapping.payload import bytes_element, payload_element
from livelihood_map.mapping.planner_payload import MAX_ZOOM, planner_payload
from livelihood_map.mapping.tiles import Streets, page_streets

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from livelihood_map.core.labels import Lang
    from livelihood_map.core.settings import Settings
    from livelihood_map.core.standards import PlanningStandard
    from livelihood_map.mapping.shown_map import ShownMap

log = logging.getLogger(__name__)
MIN_ZOOM: Final = 9
_SCRIPTS: Final = (
    *("older", "common", "layers", "areas", "search", "labels", "sites", "picture", "locator"),
    *("sheet", "measure", "link", "changes", "compare", "cards", "review", "annex"),
    *("counted", "zones", "lists", "towns", "finder", "verdict", "projector"),
    *("compounds", "outlets", "gates", "places", "service", "names", "legend", "panel"),
    *("tools", "prints", "planner_link", "planner"),
)
_TRYING: Final = (
    *("walks", "whatif_edits", "whatif_marks", "whatif_result", "whatif_file", "whatif_panel"),
)
_WALKING: Final = (
    *((name, f"page:{name}.js") for name in MODULES),
    *((name, f"own:{name}.js") for name in _TRYING),
)
"""Scripts of a page that carries the walking network: what computes, and what shows it."""
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
    """Return the planner's map as the text of one HTML file that opens with no internet.

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
    shown = show_planner(tables, settings=settings, standard=standard, town_id=town_id, lang=lang)
    page = shown.page()
    log.info(
        "map drawn: %d compounds, %d facilities, %d sites, %.2f MB, %.1f s",
        len(tables.residences),
        len(tables.facilities),
        0 if tables.sites is None else len(tables.sites),
        len(page.encode("utf-8")) / 1e6,
        time.perf_counter() - started,
    )
    return page


def show_planner(
    tables: MapTables,
    *,
    settings: Settings,
    standard: PlanningStandard,
    town_id: str | None = None,
    lang: Lang | None = None,
) -> ShownMap:
    """Return the planner's map as an object that displays, takes additions and saves the page.

    Parameters
    ----------
    tables, settings, standard, town_id, lang
        As for :func:`draw_map`.

    Raises
    ------
    CrsError, SchemaError, StandardError
        As :func:`draw_map`.
    """
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
        network = page_network(asked)
        content = planner_payload(asked, streets, network)
        return _planner_map(asked, content, streets, network.packed)


def _planner_map(
    page: PageInputs, content: dict[str, Any], streets: Streets, packed: bytes | None
) -> ShownMap:
    """Return folium's map with our payload, style and script in its page.

    folium reads what it renders as a template once more, so no text from a table may pass
    through it: it gets marks, and the marks are replaced afterwards.
    """
    panel = escape(label("mapping.ui_panel", page.lang))
    areas, content["area_kinds"] = area_payload(page, list(content["coverage"]))
    payload = payload_element(content, name="payload", is_compressed=page.is_compressed)
    top = header_html(page) + f'<aside id="panel" aria-label="{panel}"></aside>'
    walks = "" if packed is None else bytes_element(packed, name="walks")
    *links, start = streets.scripts(_SCRIPTS)
    body = (
        '<div id="sheet"></div><div id="annex"></div>'
        + footer_html(page)
        + payload
        + walks
        + areas
        + streets.elements
    )
    online = online_base(page.settings.mapping)
    named, hosts = escape(page_title(page)), online.hosts if online else ()

    def finish(frame: str) -> str:
        """Return the page with its title and body in the places of the marks."""
        title, mark, rest = frame.partition(_TITLE_MARK)
        before, body_mark, after = rest.partition(_BODY_MARK)
        assert mark and body_mark  # noqa: S101, PT018  (folium's template holds both)
        # The keyboard reaches search and panel before the map, which has many stops of its own.
        head, map_box, rest_of_map = before.partition(_MAP_BOX)
        raw = f"{title}{named}{head}{top}{map_box}{rest_of_map}{body}{after}"
        return finish_page(raw, lang=page.lang, picture_hosts=hosts)

    return _folium_map(
        finish,
        content["bounds"],
        [*links, *(_WALKING if walks else ()), start],
        crs=online.crs if online else "EPSG3857",
    )


def _folium_map(
    finish: Callable[[str], str],
    bounds: list[list[float]],
    scripts: Sequence[tuple[str, str]],
    *,
    crs: str,
) -> ShownMap:
    """Return folium's map, with marks in its page where title and body belong."""
    import folium
    from folium.template import Template

    from livelihood_map.mapping.shown_map import ShownMap

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
    district = ShownMap(
        finish,
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
    return district
