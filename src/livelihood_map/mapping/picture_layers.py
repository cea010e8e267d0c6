"""The layers of a static map: base, compounds, outlets, zones, sites, frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np
import shapely

from livelihood_map.core.labels import label
from livelihood_map.mapping.base import merge_streets
from livelihood_map.mapping.borders import border_lines
from livelihood_map.mapping.bridges import BRIDGE_EDGE, BRIDGE_EDGE_PX, merge_bridges
from livelihood_map.mapping.ground import LINES
from livelihood_map.mapping.palette import (
    LAND,
    OUTSIDE,
    TOWN_LINE,
    ZONE_LINE,
    Band,
    symbol,
)
from livelihood_map.mapping.papers import METRES_AN_INCH
from livelihood_map.mapping.payload import clean_text
from livelihood_map.mapping.picture_marks import draw_marks, gather_marks
from livelihood_map.mapping.town_labels import LETTER_PX, place_names

if TYPE_CHECKING:
    import geopandas as gpd

    from livelihood_map.mapping.inputs import MapTables, PageInputs
    from livelihood_map.mapping.papers import Sheet

Plan = Literal["before", "after"]
Axes: TypeAlias = Any
"""Matplotlib's axes, which is imported only where a picture is drawn."""
MARKERS: Final = {"square": "s", "circle": "o", "diamond": "D", "triangle": "^"}
HATCH: Final = "/" * 9
"""Lines over compounds whose people walk farther than they should, for prints in grey."""
_FEW: Final = 300
_DISTRICT_ZOOM: Final = 12.5
_TOWN_ZOOM: Final = 14.0
"""Zooms of the pages at which roads are as wide as in a picture of a district or of a town."""
_POINTS_A_PIXEL: Final = 0.42
_THIN_POINTS: Final = 0.75
_POINTS_AN_INCH: Final = 72
_NAME_POINTS: Final = 8.5
_AREA: Final = 2
_KILOMETRE: Final = 1000


@dataclass(frozen=True)
class Drawing:
    """What one picture shows."""

    page: PageInputs
    kind: str
    plan: Plan
    bands: tuple[Band, ...]
    band_of: np.ndarray
    is_town: bool
    district: gpd.GeoDataFrame
    """The towns of the whole district."""
    sheet: Sheet

    @property
    def metres_an_inch(self) -> float:
        """Return the scale of the map."""
        return self.sheet.fit_scale(self.tables.towns) * METRES_AN_INCH

    @property
    def tables(self) -> MapTables:
        """Return the tables that are drawn."""
        return self.page.tables

    @property
    def sites(self) -> gpd.GeoDataFrame | None:
        """Return the suggested sites, if they are of this kind."""
        return self.tables.sites if self.kind == self.page.settings.siting.kind else None


def draw_base(axes: Axes, tables: MapTables, *, is_town: bool) -> None:
    """Draw land use, water, streets by class, rail, and the veil over what lies outside.

    Raises
    ------
    KeyError
        When a table lacks a column.
    """
    zoom = _TOWN_ZOOM if is_town else _DISTRICT_ZOOM
    features = tables.base
    if features is not None:
        for kind, colour in LAND.items():
            _fill(axes, features[features["kind"] == kind], colour, None, order=0.1)
        _feature_lines(axes, features, ("stream", "canal", "river"), zoom, order=0.2)
    for street, lines in merge_streets(tables.edges, 0.0, zoom=zoom):
        style = {"colour": street.colour, "casing": street.casing, "widths": street.widths}
        _cased(axes, lines.to_numpy(), style, zoom, order=0.3)
    for street, lines in merge_bridges(tables):
        if street.first_zoom <= zoom:
            style = {"colour": street.colour, "widths": street.widths}
            _cased(axes, lines.to_numpy(), style, zoom, order=0.45, edge=BRIDGE_EDGE_PX)
    if features is not None:
        _feature_lines(axes, features, ("ramp", "expressway", "railway", "metro"), zoom, order=0.6)
    _veil(axes, tables.towns)


def _feature_lines(
    axes: Axes, features: gpd.GeoDataFrame, kinds: tuple[str, ...], zoom: float, *, order: float
) -> None:
    """Draw the lines of some kinds of the base map."""
    for kind in kinds:
        if LINES[kind]["widths"][0][0] <= zoom:
            lines = features.geometry[features["kind"] == kind].to_numpy()
            _cased(axes, lines, LINES[kind], zoom, order=order)


def _cased(
    axes: Axes,
    shapes: np.ndarray,
    style: dict[str, Any],
    zoom: float,
    *,
    order: float,
    edge: float | None = None,
) -> None:
    """Draw lines with their edges; those too thin for edges in the edges' colour."""
    width = float(np.interp(zoom, *np.array(style["widths"]).T)) * _POINTS_A_PIXEL
    casing, colour = style.get("casing"), style["colour"]
    is_thin = width < _THIN_POINTS and edge is None
    if edge:
        _lines(axes, shapes, BRIDGE_EDGE, width + edge * _POINTS_A_PIXEL, order, cap="butt")
    elif casing:
        _lines(axes, shapes, casing, width if is_thin else width + 0.7, order)
    if not is_thin or casing in (None, "#ffffff"):
        _lines(axes, shapes, colour, width, order + 0.1)


def _veil(axes: Axes, towns: gpd.GeoDataFrame) -> None:
    """Fade what is not the district."""
    district = shapely.union_all(shapely.buffer(towns.geometry.to_numpy(), 1.0))
    west, south, east, north = district.bounds
    beyond = shapely.buffer(shapely.box(west, south, east, north), max(east - west, north - south))
    outside = towns.iloc[:1].set_geometry([shapely.difference(beyond, district)], crs=towns.crs)
    _fill(axes, outside, OUTSIDE, None, order=0.9)


def draw_residences(axes: Axes, drawing: Drawing) -> None:
    """Draw the compounds by class, then the towns' borders and names.

    Raises
    ------
    KeyError
        When a table lacks a column.
    """
    homes = drawing.tables.residences
    for number, band in enumerate(drawing.bands):
        chosen = homes[drawing.band_of == number]
        is_area = shapely.get_dimensions(chosen.geometry.to_numpy()) == _AREA
        hatch = HATCH if band.is_lacking else None
        _fill(axes, chosen[is_area], band.colour, band.line, hatch=hatch)
        points = chosen[~is_area].geometry
        axes.scatter(
            points.x, points.y, s=9, c=band.colour, edgecolors=band.line, linewidths=0.3, zorder=2
        )
    for line in border_lines(drawing.tables.towns.geometry.to_numpy()):
        axes.plot(*shapely.get_coordinates(line).T, color=TOWN_LINE, lw=0.9, ls=(0, (7, 3, 1, 3)))


def draw_points(axes: Axes, drawing: Drawing) -> None:
    """Draw gap zones, outlets, sites and the names of the towns.

    Raises
    ------
    KeyError
        When a table lacks a column.
    """
    tables = drawing.tables
    if tables.zones is not None and drawing.plan == "before":
        zones = tables.zones.geometry[tables.zones["kind"] == drawing.kind]
        width = 0.8 if drawing.is_town else 0.5
        _outline(axes, zones, color=ZONE_LINE, lw=width, ls=(0, (4, 2)))
    _draw_outlets(axes, drawing)
    if drawing.sites is not None:
        scale = _POINTS_AN_INCH / drawing.metres_an_inch
        marks = gather_marks(
            drawing.sites,
            points_a_metre=scale,
            is_town=drawing.is_town,
            least_pt=drawing.sheet.least_mark_pt,
        )
        draw_marks(axes, drawing.sites, marks)
    _name_towns(axes, drawing)


def _draw_outlets(axes: Axes, drawing: Drawing) -> None:
    """Draw the outlets of the kind: filled where they operate, else hollow."""
    tables = drawing.tables
    outlets = tables.facilities[tables.facilities["kind"] == drawing.kind]
    sign = symbol(drawing.kind)
    size = 4 if len(outlets) > _FEW and not drawing.is_town else 16
    for is_open, face in ((True, sign.colour), (False, "#ffffff")):
        places = outlets.geometry[(outlets["status"] == "operating") == is_open]
        axes.scatter(places.x, places.y, s=size, c=face, marker=MARKERS[sign.shape], zorder=4,
                     edgecolors="#ffffff" if is_open else sign.colour, linewidths=0.3)  # fmt: skip


def _name_towns(axes: Axes, drawing: Drawing) -> None:
    """Write the names of the towns beside the suggested sites."""
    from matplotlib import patheffects

    halo = [patheffects.withStroke(linewidth=2.2, foreground="#ffffff")]
    towns = drawing.tables.towns
    metres_a_px = drawing.metres_an_inch / _POINTS_AN_INCH * _NAME_POINTS / LETTER_PX
    spots = place_names(towns, drawing.sites, metres_a_px=metres_a_px)
    for name, place in zip(towns["town_name"], spots, strict=True):
        text = clean_text(name, limit=20)
        axes.text(place.x, place.y, text, fontsize=_NAME_POINTS, weight="bold", ha="center",
                  va="center", path_effects=halo, zorder=5, clip_on=True)  # fmt: skip


def frame(axes: Axes, drawing: Drawing) -> None:
    """Fit the view to the towns at a round scale, and draw a scale bar and the north.

    Raises
    ------
    ValueError
        When there are no towns.
    """
    (left, right), (bottom, top) = drawing.sheet.view(drawing.tables.towns)
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    axes.set_xticks([])
    axes.set_yticks([])
    for side in axes.spines.values():
        side.set_color("#8b949c")
    longest = (right - left) * 0.16
    power = 10 ** np.floor(np.log10(longest))
    metres = float(max(step * power for step in (1, 2, 5) if step * power <= longest))
    x, y = left + (right - left) * 0.03, bottom + (top - bottom) * 0.035
    axes.plot([x, x + metres], [y, y], color="#22282e", lw=2.5, solid_capstyle="butt", zorder=8)
    text = (
        label("mapping.ui_kilometres", None, km=f"{metres / 1000:g}")
        if metres >= _KILOMETRE
        else label("mapping.ui_metres", None, metres=f"{metres:g}")
    )
    axes.text(x, y + (top - bottom) * 0.012, text, fontsize=8, zorder=8)
    axes.annotate("N", (0.975, 0.97), (0.975, 0.905), xycoords="axes fraction", ha="center",
                  fontsize=10, arrowprops={"arrowstyle": "-|>", "color": "#22282e"})  # fmt: skip


def _fill(
    axes: Axes,
    table: gpd.GeoDataFrame,
    face: str,
    edge: str | None,
    *,
    order: float = 2,
    hatch: str | None = None,
) -> None:
    """Draw polygons with their holes."""
    from matplotlib.collections import PathCollection
    from matplotlib.path import Path as Outline

    paths = []
    for polygon in shapely.get_parts(table.geometry.to_numpy()):
        if polygon.geom_type != "Polygon" or polygon.is_empty:
            continue
        rings = [np.asarray(ring.coords) for ring in (polygon.exterior, *polygon.interiors)]
        paths.append(Outline.make_compound_path(*(Outline(ring, closed=True) for ring in rings)))
    axes.add_collection(
        PathCollection(
            paths,
            facecolor=face,
            edgecolor=edge or "none",
            lw=0.2 if edge else 0,
            zorder=order,
            hatch=hatch,
        )
    )


def _outline(axes: Axes, areas: gpd.GeoSeries, **line: Any) -> None:  # noqa: ANN401  (of matplotlib)
    """Draw the borders of areas."""
    for part in shapely.get_parts(shapely.boundary(areas.to_numpy())):
        axes.plot(*shapely.get_coordinates(part).T, **line)


def _lines(
    axes: Axes,
    shapes: np.ndarray,
    colour: str,
    width: float,
    order: float,
    cap: str = "round",
) -> None:
    """Draw lines."""
    from matplotlib.collections import LineCollection

    lines = [shapely.get_coordinates(part) for part in shapely.get_parts(shapes)]
    axes.add_collection(
        LineCollection(lines, colors=colour, linewidths=width, zorder=order, capstyle=cap)
    )
