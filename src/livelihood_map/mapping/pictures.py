"""Static maps for reports: PNG or PDF, with the colours and legend of the pages."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from livelihood_map.core.errors import SchemaError
from livelihood_map.core.fonts import PNG_PACKING, chinese_pictures
from livelihood_map.core.labels import name_of, use_lang
from livelihood_map.mapping.cut import cut_to_town
from livelihood_map.mapping.inputs import MapTables, PageInputs
from livelihood_map.mapping.palette import PAPER, coverage_bands
from livelihood_map.mapping.papers import STRIP_IN, Sheet
from livelihood_map.mapping.picture_frame import (
    block_height,
    block_rows,
    draw_frame,
    foot_height,
    note_rows,
)
from livelihood_map.mapping.picture_layers import (
    Drawing,
    Plan,
    draw_base,
    draw_points,
    draw_residences,
    frame,
)
from livelihood_map.mapping.sections import coverage_section

if TYPE_CHECKING:
    from pathlib import Path

    from livelihood_map.core.labels import Lang
    from livelihood_map.core.settings import Settings
    from livelihood_map.core.standards import PlanningStandard
    from livelihood_map.mapping.palette import Band

Format = Literal["png", "pdf"]
Figure: TypeAlias = Any
"""Matplotlib's figure, which is imported only where one is drawn."""

_DPI: Final = 200
_BLOCK_GAP_IN: Final = 0.12
"""Between the title block of an upright sheet and its map."""
_UNSAID: Final = {"png": ("Software",), "pdf": ("CreationDate", "Producer", "Creator")}


def draw_picture(  # noqa: PLR0913  (each names one thing that a reader may want otherwise)
    tables: MapTables,
    *,
    kind: str,
    settings: Settings,
    standard: PlanningStandard,
    plan: Plan = "before",
    town_id: str | None = None,
    is_wide: bool | None = None,
    picture_format: Format = "png",
    font: Path | None = None,
    lang: Lang | None = None,
) -> bytes:
    """Return a map of one kind as PNG or PDF, on the paper of the settings.

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
    is_wide
        Whether the paper lies across; when None it lies as the area is shown larger.
    picture_format
        ``png`` (200 dots an inch) or ``pdf``.
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

    tables.check()
    district = tables.towns
    if town_id is not None:
        tables = cut_to_town(tables, town_id)
    if tables.towns.empty:
        raise SchemaError("mapping.nothing_to_draw")
    page = PageInputs(tables, settings, standard, lang or settings.run.lang)
    # A dollar sign in a name is no formula.
    with (
        use_lang(page.lang),
        chinese_pictures(font),
        rc_context({"text.parse_math": False, "hatch.linewidth": 0.25}),
    ):
        rows, sheet = _lay_out(page, kind, is_wide, is_town=bool(town_id))
        bands, band_of = classes_of(page, kind, plan)
        drawing = Drawing(
            page, kind, plan, bands, band_of,
            is_town=bool(town_id), district=district, sheet=sheet,
        )  # fmt: skip
        figure = _draw(drawing, rows)
        return encode(figure, picture_format)


def _lay_out(
    page: PageInputs,
    kind: str,
    is_wide: bool | None,  # noqa: FBT001  (handed on)
    *,
    is_town: bool,
) -> tuple[list[str], Sheet]:
    """Return the notes in rows and the sheet, on which the area is as large as it can be."""
    paper, towns = page.settings.mapping.paper, page.tables.towns
    laid = []
    for across in (True, False) if is_wide is None else (is_wide,):
        rows = note_rows(page, kind, paper=paper, is_wide=across)
        plain = Sheet(paper, is_wide=across, foot_in=0)
        block_in = block_height(block_rows(page, plain), is_town=is_town)
        sheet = replace(
            plain,
            foot_in=foot_height(rows, enlarged=plain.enlarged),
            strip_in=max(STRIP_IN, block_in + _BLOCK_GAP_IN),
        )
        laid.append((rows, sheet))
    return min(laid, key=lambda one: one[1].fit_scale(towns))


def classes_of(page: PageInputs, kind: str, plan: Plan) -> tuple[tuple[Band, ...], np.ndarray]:
    """Return the classes of the legend, and the number of that of every compound.

    Raises
    ------
    SchemaError
        When the kind was not measured for this plan.
    StandardError
        When the standard lacks the kind.
    """
    row, tables = page.standard.kind(kind), page.tables
    coverage = tables.coverage if plan == "before" else tables.after
    section = coverage_section(
        pd.DataFrame({"kind": []}) if coverage is None else coverage,
        tables.residences["residence_id"].tolist(),
        [],
        [row],
        walker=page.walker,
    )
    if kind not in section:
        raise SchemaError("mapping.kind_not_measured", kind=name_of("core.kind", kind, page.lang))
    limits, cutoff_m = (*row.tiers_m, row.threshold_m), page.settings.coverage.cutoff_m
    bands = coverage_bands(limits, row.aim_m, cutoff_m=cutoff_m, lang=page.lang)
    return bands, np.array(section[kind]["band"])


def _draw(drawing: Drawing, rows: list[str]) -> Figure:
    """Return the figure."""
    from matplotlib.figure import Figure as NewFigure

    sheet = drawing.sheet
    figure = NewFigure(figsize=sheet.size, dpi=_DPI)
    left, bottom, width, height = sheet.map_box
    box = (left / sheet.size[0], bottom / sheet.size[1], width / sheet.size[0],
           height / sheet.size[1])  # fmt: skip
    axes = figure.add_axes(box, facecolor=PAPER, autoscale_on=False)
    draw_base(axes, drawing.tables, is_town=drawing.is_town)
    draw_residences(axes, drawing)
    draw_points(axes, drawing)
    frame(axes, drawing)
    draw_frame(figure, drawing, rows)
    return figure


def encode(figure: Figure, picture_format: Format) -> bytes:
    """Return the figure as a file without clock or program version.

    Raises
    ------
    OSError
        When Matplotlib cannot write it.
    """
    target = io.BytesIO()
    packing = {"pil_kwargs": PNG_PACKING} if picture_format == "png" else {}
    unsaid = dict.fromkeys(_UNSAID[picture_format])
    figure.savefig(target, format=picture_format, metadata=unsaid, **packing)
    return target.getvalue()
