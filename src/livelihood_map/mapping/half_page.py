"""Maps for half a page of a letter: the classes, the outlets and the sites, in type to be read.

They are drawn smaller than they are printed: what a sheet writes in 7.5 pt is read in 9.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from livelihood_map.core.errors import SchemaError
from livelihood_map.core.fonts import chinese_pictures
from livelihood_map.core.labels import use_lang
from livelihood_map.mapping.cut import cut_to_town
from livelihood_map.mapping.inputs import MapTables, PageInputs
from livelihood_map.mapping.palette import PAPER
from livelihood_map.mapping.papers import Sheet
from livelihood_map.mapping.picture_frame import data_signs, legend_title
from livelihood_map.mapping.picture_layers import (
    Drawing,
    draw_base,
    draw_points,
    draw_residences,
    frame,
)
from livelihood_map.mapping.pictures import classes_of, encode

if TYPE_CHECKING:
    from pathlib import Path

    from livelihood_map.core.labels import Lang
    from livelihood_map.core.settings import Settings
    from livelihood_map.core.standards import PlanningStandard
    from livelihood_map.mapping.picture_layers import Plan

PRINTED_MM: Final = 156.0
"""Width of the text of a letter, as which the map is printed."""
_SIZE_IN: Final = (5.0, 2.9)
_MAP_IN: Final = (0.03, 0.03, 3.0, 2.84)
"""Left, bottom, width and height of the map; the legend stands at its right."""
_LEGEND_PT: Final = 7.6
_MARK_PT: Final = 8.0
_DPI: Final = 240


@dataclass(frozen=True)
class HalfPage(Sheet):
    """Half a page of a letter."""

    @property
    def size(self) -> tuple[float, float]:
        """Return width and height as it is drawn, inches."""
        return _SIZE_IN

    @property
    def map_box(self) -> tuple[float, float, float, float]:
        """Return left, bottom, width and height of the map, inches."""
        return _MAP_IN

    @property
    def least_mark_pt(self) -> float:
        """Return the least radius of the mark of a site, whose number is read in 9 pt."""
        return _MARK_PT


def draw_half_page(
    tables: MapTables,
    *,
    kind: str,
    settings: Settings,
    standard: PlanningStandard,
    plan: Plan = "before",
    town_id: str | None = None,
    font: Path | None = None,
    lang: Lang | None = None,
) -> bytes:
    """Return a map of one kind as PNG, to be printed as wide as the text of a letter.

    Parameters
    ----------
    tables
        What to show, geometry in one metric CRS.
    kind
        Kind of facility whose coverage is shown.
    settings, standard
        As in :func:`livelihood_map.mapping.draw_map`.
    plan
        ``before`` for today, ``after`` for the coverage with the suggested sites.
    town_id
        The town; None for the district.
    font
        Font file with Chinese glyphs; the system's fonts are searched when None.
    lang
        Language; that of the run when None.

    Raises
    ------
    FontError
        When there is no font with Chinese glyphs.
    SchemaError
        When there are no towns, or the kind was not measured for this plan.
    StandardError
        When the standard lacks the kind.
    CrsError
        When a table is not in a metric CRS.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    tables.check()
    district = tables.towns
    if town_id is not None:
        tables = cut_to_town(tables, town_id)
    if tables.towns.empty:
        raise SchemaError("mapping.nothing_to_draw")
    page = PageInputs(tables, settings, standard, lang or settings.run.lang)
    with (
        use_lang(page.lang),
        chinese_pictures(font),
        rc_context({"text.parse_math": False, "hatch.linewidth": 0.25}),
    ):
        bands, band_of = classes_of(page, kind, plan)
        drawing = Drawing(
            page, kind, plan, bands, band_of, is_town=town_id is not None, district=district,
            sheet=HalfPage("A4", is_wide=True, foot_in=0.0),
        )  # fmt: skip
        figure = Figure(figsize=_SIZE_IN, dpi=_DPI)
        (width, height), (left, bottom, wide, tall) = _SIZE_IN, _MAP_IN
        box = (left / width, bottom / height, wide / width, tall / height)
        axes = figure.add_axes(box, facecolor=PAPER)
        draw_base(axes, tables, is_town=drawing.is_town)
        draw_residences(axes, drawing)
        draw_points(axes, drawing)
        frame(axes, drawing)
        drawn = figure.legend(
            handles=data_signs(drawing), loc="upper left", frameon=False, fontsize=_LEGEND_PT,
            bbox_to_anchor=((left + wide + 0.06) / width, (bottom + tall) / height),
            title=legend_title(drawing, width=13.5), title_fontsize=_LEGEND_PT, alignment="left",
            borderaxespad=0, borderpad=0.1, handlelength=1.4,
        )  # fmt: skip
        drawn.get_title().set_linespacing(1.3)
        return encode(figure, "png")
