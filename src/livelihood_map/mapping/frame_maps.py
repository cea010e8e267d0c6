"""Frames -> a map to look around in, and a static one: what a notebook shows of a result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.core.labels import label
from livelihood_map.mapping.frame_layers import STREET, layers_of, parts_of
from livelihood_map.mapping.page import escape, finish_page
from livelihood_map.mapping.payload import encode_line, payload_element

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    from matplotlib.axes import Axes

    from livelihood_map.core.labels import Lang
    from livelihood_map.mapping.frame_layers import FrameLayer
    from livelihood_map.mapping.shown_map import ShownMap

_BODY_MARK: Final = "@@frames@@"
_DEGREES: Final = 6


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
        "bounds": _bounds(layers),
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
    element.default_js = [("frames", "own:frames.js")]
    element.default_css = [("frames_css", "own:frames.css")]
    shown = ShownMap(finish, tiles=None, prefer_canvas=True, attribution_control=False, maxZoom=20)
    shown.fit_bounds(bounds, padding=(16, 16))
    shown.add_child(element)
    return shown


def _bounds(layers: list[FrameLayer]) -> list[list[float]]:
    """Return south-west and north-east corner of what is shown, but for what lies below."""
    told = [layer for layer in layers if layer.name and len(layer.shapes)] or layers
    every = np.array([layer.shapes.total_bounds for layer in told if len(layer.shapes)])
    west, south = every[:, :2].min(axis=0).round(_DEGREES).tolist()
    east, north = every[:, 2:].max(axis=0).round(_DEGREES).tolist()
    return [[south, west], [north, east]]


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


def plot_frames(
    *frames: gpd.GeoDataFrame,
    lang: Lang,
    streets: gpd.GeoDataFrame | None = None,
    names: tuple[str, ...] = (),
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Return the axes of a static map of frames, drawn in metres.

    Parameters
    ----------
    *frames, lang, streets, names, title
        As for :func:`show_frames`.
    ax
        Axes to draw on; new ones when None.

    Raises
    ------
    CrsError
        When a frame states no CRS.
    SchemaError
        When there is nothing to show.
    """
    from matplotlib import pyplot as plt
    from matplotlib.lines import Line2D

    layers = layers_of(frames, lang=lang, streets=streets, names=names)
    crs = _metric(layers)
    if ax is None:
        _, ax = plt.subplots(figsize=(8, 6), layout="constrained")
    handles = []
    for layer in layers:
        shapes = layer.shapes.to_crs(crs)
        for number, (word, colour) in enumerate(layer.classes):
            own = shapes[layer.of_class == number]
            if not len(own):
                continue
            _draw(own, ax, colour, is_below=not layer.name)
            if layer.name:
                text = label("mapping.shown_count", lang, word=word, count=f"{len(own):,}")
                handles.append(Line2D([], [], color=colour, marker="o", ls="", label=text))
    (south, west), (north, east) = _bounds(layers)
    corners = shapely.box(west, south, east, north)
    box = type(layers[0].shapes)([corners], crs=STORAGE_CRS).to_crs(crs).total_bounds
    margin = 0.03 * max(box[2] - box[0], box[3] - box[1], 100.0)
    ax.set(xlim=(box[0] - margin, box[2] + margin), ylim=(box[1] - margin, box[3] + margin))
    ax.set_aspect("equal")
    ax.ticklabel_format(useOffset=False, style="plain")
    ax.set(xticks=[], yticks=[], title=title)
    ax.legend(handles=handles, loc="best", frameon=True, fontsize="small")
    return ax


def _draw(shapes: gpd.GeoSeries, ax: Axes, colour: str, *, is_below: bool) -> None:
    """Draw shapes of one class."""
    is_area = shapes.geom_type.isin(["Polygon", "MultiPolygon"]).any()
    if is_below:
        shapes.plot(ax=ax, color=STREET, linewidth=0.4, zorder=1)
    elif is_area:
        shapes.plot(ax=ax, color=colour, edgecolor=colour, alpha=0.55, zorder=2)
    else:
        shapes.plot(ax=ax, color=colour, markersize=9, linewidth=1.6, zorder=3)


def _metric(layers: list[FrameLayer]) -> Any:  # noqa: ANN401  (a CRS)
    """Return the metric CRS of the place."""
    from livelihood_map.core.crs import metric_crs

    (_, west), (_, east) = _bounds(layers)
    return metric_crs("auto", centre_lon=(west + east) / 2)
