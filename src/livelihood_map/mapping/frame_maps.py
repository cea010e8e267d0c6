"""Frames -> a map to look around in: what a notebook shows of a result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import shapely

from livelihood_map.mapping.frame_layers import bounds_of, layers_of, parts_of
from livelihood_map.mapping.page import escape, finish_page
from livelihood_map.mapping.payload import encode_line, payload_element

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd

    from livelihood_map.core.labels import Lang
    from livelihood_map.mapping.frame_layers import FrameLayer
    from livelihood_map.mapping.shown_map import ShownMap

_BODY_MARK: Final = "@@frames@@"


def list_notes(notes: Iterable[str]) -> str:
    """Return sentences as a list in HTML; nothing for none.

    Parameters
    ----------
    notes
        The sentences.

    Examples
    --------
    >>> list_notes(["a < b"])
    '<ul><li>a &lt; b</li></ul>'
    """
    items = "".join(f"<li>{escape(note)}</li>" for note in notes)
    return f"<ul>{items}</ul>" if items else ""


def show_frames(
    *frames: gpd.GeoDataFrame,
    lang: Lang,
    streets: gpd.GeoDataFrame | None = None,
    names: tuple[str, ...] = (),
    title: str = "",
) -> ShownMap:
    """Return a map of frames that opens with no internet and can be added to.

    Parameters
    ----------
    *frames
        Points, lines or areas in any CRS, the first lowest. Rows with ``is_covered`` are told apart
        by it; of every row a pointer is told its first eight columns.
    lang
        Language of the legend.
    streets
        Streets to lie below; main roads alone where they are more than 20,000.
    names
        Names of the frames in the legend.
    title
        A line above the legend.

    Raises
    ------
    CrsError
        When a frame states no CRS.
    SchemaError
        When there is nothing to show.

    Examples
    --------
    >>> from livelihood_map import example_town
    >>> town = example_town()
    >>> shown = show_frames(town.residences, town.facilities, lang="en", streets=town.edges)
    >>> shown.page().startswith("<!DOCTYPE html>")
    True
    """
    layers = layers_of(frames, lang=lang, streets=streets, names=names)
    content = {
        "bounds": bounds_of(layers),
        "layers": [_content(layer) for layer in layers],
        "title": title,
    }
    payload = payload_element(content, name="payload", is_compressed=False)

    def finish(raw: str) -> str:
        return finish_page(raw.replace(_BODY_MARK, payload), lang=lang)

    return _folium_map(finish, content["bounds"])


def _folium_map(finish: Any, bounds: Any) -> ShownMap:  # noqa: ANN401  (as above)
    """Return Folium's map with our script and a mark where the payload belongs."""
    import folium
    from folium.template import Template

    from livelihood_map.mapping.shown_map import ShownMap

    class Frames(folium.elements.JSCSSMixin, folium.MacroElement):
        """Our part of the page."""

        _template = Template(
            f"""
            {{% macro html(this, kwargs) %}}{_BODY_MARK}{{% endmacro %}}
            {{% macro script(this, kwargs) %}}
            showFrames({{{{ this._parent.get_name() }}}});
            {{% endmacro %}}
            """
        )

    element = Frames()  # type: ignore[no-untyped-call]
    element.default_js = [(name, f"own:{name}.js") for name in ("common", "layers", "frames")]
    element.default_css = [("frames_css", "own:frames.css")]
    shown = ShownMap(finish, tiles=None, prefer_canvas=True, attribution_control=False, maxZoom=20)
    shown.fit_bounds(bounds, padding=(16, 16))
    shown.add_child(element)
    return shown


def _content(layer: FrameLayer) -> dict[str, Any]:
    """Return a layer as the page's script takes it."""
    parts, row = parts_of(layer.shapes)
    rows = []
    for part, number in zip(parts, row.tolist(), strict=True):
        kind = part.geom_type
        rings = [part.exterior, *part.interiors] if kind == "Polygon" else [part]
        lines = [encode_line(shapely.get_coordinates(ring)) for ring in rings]
        rows.append([kind[:2], lines, int(layer.of_class[number]), number])
    return {
        "name": layer.name,
        "classes": [list(one) for one in layer.classes],
        "rows": rows,
        "tips": [list(tip) for tip in layer.tips],
        "size": layer.size,
    }
