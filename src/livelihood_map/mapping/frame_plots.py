"""Frames and figures -> plots of matplotlib, as a notebook shows them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import shapely

from livelihood_map.core.crs import STORAGE_CRS, metric_crs
from livelihood_map.core.fonts import FontError, chinese_pictures
from livelihood_map.core.labels import label
from livelihood_map.mapping.frame_layers import COVERED, STREET, UNCOVERED, bounds_of, layers_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd
    from matplotlib.axes import Axes

    from livelihood_map.core.labels import Lang
    from livelihood_map.mapping.frame_layers import FrameLayer


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

    layers = layers_of(frames, lang=lang, streets=streets, names=names)
    if ax is None:
        _, ax = plt.subplots(figsize=(8, 6), layout="constrained")
    with _lettered() as family:
        _fill(ax, layers, lang)
        ax.set_title(title, fontfamily=family)
    return ax


def _fill(ax: Axes, layers: list[FrameLayer], lang: Lang) -> None:
    """Draw layers with their legend."""
    from matplotlib.lines import Line2D

    crs = _metric(layers)
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
    (south, west), (north, east) = bounds_of(layers)
    corners = shapely.box(west, south, east, north)
    box = type(layers[0].shapes)([corners], crs=STORAGE_CRS).to_crs(crs).total_bounds
    margin = 0.03 * max(box[2] - box[0], box[3] - box[1], 100.0)
    ax.set(xlim=(box[0] - margin, box[2] + margin), ylim=(box[1] - margin, box[3] + margin))
    ax.set_aspect("equal")
    ax.ticklabel_format(useOffset=False, style="plain")
    ax.set(xticks=[], yticks=[], xlabel="", ylabel="")
    ax.legend(handles=handles, loc="best", frameon=True, fontsize="small")


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
    (_, west), (_, east) = bounds_of(layers)
    return metric_crs("auto", centre_lon=(west + east) / 2)


def plot_shares(
    names: Sequence[str],
    before: Sequence[float],
    after: Sequence[float] | None = None,
    *,
    lang: Lang,
    added: str = "",
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Return the axes of bars, one a name: the share covered, and what changes would add.

    Parameters
    ----------
    names
        Names, lowest bar first.
    before, after
        Shares, 0 to 1, in the same order.
    lang
        Language of the legend.
    added
        Word in the legend for what lies between the two.
    title
        A line above.
    ax
        Axes to draw on; new ones when None.

    Raises
    ------
    ValueError
        When there are not as many shares as names.

    Examples
    --------
    >>> axes = plot_shares(["a", "b"], [0.5, 0.75], lang="en")
    >>> [float(bar.get_width()) for bar in axes.patches]
    [50.0, 75.0]
    """
    from matplotlib import pyplot as plt

    if ax is None:
        _, ax = plt.subplots(figsize=(7, 1.2 + 0.28 * len(names)), layout="constrained")
    with _lettered() as family:
        widths = [100 * share for share in before]
        rows = range(len(names))
        ax.barh(rows, widths, color=COVERED, label=label("mapping.shown_covered", lang))
        ax.set_yticks(rows, labels=list(names), fontfamily=family)
        if after is not None:
            more = [100 * new - old for new, old in zip(after, widths, strict=True)]
            ax.barh(rows, more, left=widths, color=UNCOVERED, label=added)
            ax.legend(loc="lower left", fontsize="small")
        ax.set(xlim=(0, 100), xlabel="%")
        ax.set_title(title, fontfamily=family)
    return ax


@contextmanager
def _lettered() -> Iterator[str]:
    """Return a context in which Chinese is set in a font that has it, where there is one.

    Figures are made outside it: what a notebook's back-end sets when the first is made would be
    taken back at its end.
    """
    try:
        with chinese_pictures() as family:
            yield family
    except FontError:
        yield "sans-serif"
