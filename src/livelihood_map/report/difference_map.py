"""The difference between two runs as a picture: who gained, who lost, where."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, Final

from livelihood_map.core.labels import label

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd

_SIZE: Final = 900.0
_EDGE: Final = 24.0
_HEAD: Final = 64.0
_COLOURS: Final = {"gained": "#1b7f5c", "lost": "#a32020"}
_FONT: Final = "'Microsoft YaHei','PingFang SC','Noto Sans CJK SC',sans-serif"


def draw_difference(
    changes: pd.DataFrame,
    demand: gpd.GeoDataFrame,
    towns: gpd.GeoDataFrame,
    *,
    title: str,
    notes: Sequence[str] = (),
) -> str:
    """Return the demand points that gained or lost as an SVG picture that stands by itself.

    A circle's area is in proportion to its people; gained and lost differ by colour and by a plus
    or minus in the circle, so that the picture is read in grey as well.

    Parameters
    ----------
    changes
        demand_id, people and change (``gained`` or ``lost``), of one kind and walker.
    demand
        demand_id and points, metric CRS.
    towns
        town_name and outlines, same CRS.
    title
        First line.
    notes
        Lines below the picture.

    Raises
    ------
    KeyError
        When a table lacks a column.
    """
    frame = _Frame(towns)
    places = demand.set_index("demand_id").geometry
    most = max(float(changes["people"].max()), 1.0) if len(changes) else 1.0
    height = _HEAD + frame.height + 30 + 18 * len(notes)
    parts = [
        _open(height),
        _text(16, 26, title, size=17),
        _text(16, 48, _legend(changes), fill="#444"),
    ]
    parts += [
        f'<path d="{frame.path(shape)}" fill="#f6f4ef" stroke="#8a8678"/>'
        for shape in towns.geometry
    ]
    ranked = changes.sort_values(["people", "demand_id"], ascending=[False, True])
    for row in ranked.itertuples():
        x, y = frame.place(*places[row.demand_id].coords[0])
        radius = 2.0 + 7.0 * (float(row.people) / most) ** 0.5
        colour = _COLOURS[str(row.change)]
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{colour}"/>')
        sign = "+" if row.change == "gained" else "−"
        parts.append(_text(x, y + 3, sign, anchor="middle", fill="#fff", size=9))
    for name, shape in zip(towns["town_name"], towns.geometry, strict=True):
        x, y = frame.place(*shape.representative_point().coords[0])
        parts.append(_text(x, y, name, anchor="middle", fill="#333", size=12))
    floor = _HEAD + frame.height + 20
    parts += [_text(16, floor + 18 * line, note, fill="#666") for line, note in enumerate(notes)]
    return "\n".join([*parts, "</svg>\n"])


class _Frame:
    """Turns metres into the picture's units, north up."""

    def __init__(self, towns: gpd.GeoDataFrame) -> None:
        self._west, south, east, self._north = towns.total_bounds
        self._scale = (_SIZE - 2 * _EDGE) / max(east - self._west, 1.0)
        self.height = (self._north - south) * self._scale + 2 * _EDGE

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point lies in the picture."""
        return (
            _EDGE + (x - self._west) * self._scale,
            _HEAD + _EDGE + (self._north - y) * self._scale,
        )

    def path(self, shape: Any) -> str:  # noqa: ANN401  (a shapely area)
        """Return the outline of an area."""
        lines = []
        for part in getattr(shape, "geoms", [shape]):
            ring = (self.place(x, y) for x, y in part.exterior.simplify(20).coords)
            lines.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z")
        return "".join(lines)


def _legend(changes: pd.DataFrame) -> str:
    people = changes.groupby("change")["people"].sum() if len(changes) else {}
    parts = [
        f"{sign} {label(f'programme.change_{name}')} {float(people.get(name, 0.0)):,.0f}"
        for name, sign in (("gained", "＋"), ("lost", "－"))
    ]
    return "　　".join(parts)


def _open(height: float) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE:g} {height:.0f}" '
        f'width="{_SIZE:g}" height="{height:.0f}" font-family="{_FONT}" font-size="13">'
        f'<rect width="100%" height="100%" fill="#fff"/>'
    )


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", fill: str = "#111", size: int = 13
) -> str:
    halo = "none" if fill == "#fff" else "#fff"
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}" '
        f'font-size="{size}" paint-order="stroke" stroke="{halo}" stroke-width="3">'
        f"{escape(text)}</text>"
    )
