"""Static maps for reports: PNG or PDF, with the colours and legend of the pages."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from livelihood_map.core.errors import SchemaError
from livelihood_map.core.fonts import PNG_PACKING, chinese_pictures
from livelihood_map.core.labels import label, name_of, use_lang
from livelihood_map.mapping.cut import cut_to_town
from livelihood_map.mapping.inputs import MapTables, PageInputs
from livelihood_map.mapping.page_marks import mark_texts, page_title
from livelihood_map.mapping.palette import (
    PAPER,
    SITE_MARK,
    ZONE_LINE,
    coverage_bands,
    symbol,
)
from livelihood_map.mapping.payload import clean_text
from livelihood_map.mapping.picture_layers import (
    HATCH,
    MARKERS,
    Drawing,
    Plan,
    draw_base,
    draw_points,
    draw_residences,
    frame,
)
from livelihood_map.mapping.sections import coverage_section, standard_row

if TYPE_CHECKING:
    from pathlib import Path

    from livelihood_map.core.labels import Lang
    from livelihood_map.core.settings import Settings
    from livelihood_map.core.standards import PlanningStandard

Format = Literal["png", "pdf"]
Figure: TypeAlias = Any
Sign: TypeAlias = Any
"""Matplotlib's figure and a line of its legend, which is imported only where one is drawn."""

_SIZE_IN: Final = (11.69, 8.27)
_MAP_BOX: Final = (0.02, 0.09, 0.74, 0.83)
_DPI: Final = 200
_UNSAID: Final = {"png": ("Software",), "pdf": ("CreationDate", "Producer", "Creator")}
_CLOSING: Final = "，。；：、）》」”！？,.;:)"


def draw_picture(  # noqa: PLR0913  (each names one thing that a reader may want otherwise)
    tables: MapTables,
    *,
    kind: str,
    settings: Settings,
    standard: PlanningStandard,
    plan: Plan = "before",
    town_id: str | None = None,
    picture_format: Format = "png",
    font: Path | None = None,
    lang: Lang | None = None,
) -> bytes:
    """Return a map of one kind as PNG or PDF, A4 landscape.

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
        figure = _draw(_prepare(page, kind, plan, is_town=bool(town_id)))
        return _encode(figure, picture_format)


def _prepare(page: PageInputs, kind: str, plan: Plan, *, is_town: bool) -> Drawing:
    """Return what the picture shows, the class of every compound worked out."""
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
    bands = coverage_bands((*row.tiers_m, row.threshold_m), row.aim_m, lang=page.lang)
    return Drawing(page, kind, plan, bands, np.array(section[kind]["band"]), is_town=is_town)


def _draw(drawing: Drawing) -> Figure:
    """Return the figure."""
    from matplotlib.figure import Figure as NewFigure

    page, tables, lang = drawing.page, drawing.tables, drawing.page.lang
    figure = NewFigure(figsize=_SIZE_IN, dpi=_DPI)
    axes = figure.add_axes(_MAP_BOX, facecolor=PAPER)
    draw_base(axes, tables, is_town=drawing.is_town)
    draw_residences(axes, drawing)
    draw_points(axes, drawing)
    frame(axes, tables.towns)
    area = clean_text("".join(tables.towns["town_name"])) if drawing.is_town else None
    title = page_title(page) if area is None else f"{page_title(page)} · {area}"
    figure.text(0.02, 0.95, title, fontsize=15, weight="bold", va="center")
    name = name_of("core.kind", drawing.kind, lang)
    figure.text(0.99, 0.95, f"{name} · {label(f'mapping.ui_{drawing.plan}', lang)}",
                fontsize=13, ha="right", va="center")  # fmt: skip
    _draw_legend(figure, drawing)
    first, dates, *bases = mark_texts(page)
    figure.text(0.02, 0.066, first, fontsize=8.5, color="#8a2d0b", weight="bold")
    lines = [dates, *wrap_text(" · ".join(bases), 112 if lang == "zh" else 220)]
    figure.text(0.02, 0.052, "\n".join(lines), fontsize=7.5, color="#4d5760", va="top")
    return figure


def _draw_legend(figure: Figure, drawing: Drawing) -> None:
    """Draw legend, numbers by class and the row of the standard."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    lang, homes = drawing.page.lang, drawing.tables.residences
    people = homes["population"].fillna(0).to_numpy(np.float64)
    handles: list[Any] = []
    for number, band in enumerate(drawing.bands):
        here = drawing.band_of == number
        if band.is_rare and not here.any():
            continue
        share = people[here].sum() / people.sum() if people.sum() else 0.0
        handles.append(
            Patch(fc=band.colour, ec=band.line, lw=0.5, label=f"{band.name}  {share:.1%}",
                  hatch=HATCH if band.is_lacking else None)
        )  # fmt: skip
    sign = symbol(drawing.kind)
    handles.append(_dot(Line2D, sign.colour, MARKERS[sign.shape],
                        name_of("core.kind", drawing.kind, lang)))  # fmt: skip
    if drawing.sites is not None:
        handles.append(_dot(Line2D, SITE_MARK, "o", label("mapping.ui_layer_sites", lang)))
    if drawing.tables.zones is not None and drawing.plan == "before":
        zone = label("mapping.ui_gap_zone", lang)
        handles.append(Line2D([], [], color=ZONE_LINE, ls=(0, (4, 2)), lw=1, label=zone))
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.77, 0.92), frameon=False,
                  fontsize=9, title=label("mapping.picture_legend", lang), title_fontsize=10,
                  alignment="left", labelspacing=0.55)  # fmt: skip
    text = standard_row(drawing.page.standard.kind(drawing.kind), lang=lang)
    lines = wrap_text(text, 21 if lang == "zh" else 44)
    figure.text(0.775, 0.1, "\n".join(lines), fontsize=7.5, color="#4d5760", va="bottom")


def wrap_text(text: str, width: int) -> list[str]:
    """Return text in lines of about `width` characters; none starts with closing punctuation.

    Parameters
    ----------
    text
        Chinese, or words set apart by spaces.
    width
        Characters a line.

    Examples
    --------
    >>> wrap_text("居民到早餐网点，步行", 7)
    ['居民到早餐网点，', '步行']
    >>> wrap_text("within a walk of 500 m", 9)
    ['within a', 'walk of', '500 m']
    """
    lines: list[str] = []
    rest = text.strip()
    while len(rest) > width:
        end = width
        while end < len(rest) and rest[end] in _CLOSING:
            end += 1
        is_inside_word = rest[end - 1 : end + 1].isascii() and " " not in rest[end - 1 : end + 1]
        if is_inside_word and " " in rest[:end].strip():
            end = rest[:end].rindex(" ")
        lines.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*lines, rest] if rest else lines


def _dot(line: type[Sign], colour: str, marker: str, text: str) -> Sign:
    """Return the legend's sign of a point."""
    return line([], [], color="none", marker=marker, markerfacecolor=colour,
                markeredgecolor="#ffffff", markersize=7, label=text)  # fmt: skip


def _encode(figure: Figure, picture_format: Format) -> bytes:
    """Return the figure as a file without clock or program version."""
    target = io.BytesIO()
    packing = {"pil_kwargs": PNG_PACKING} if picture_format == "png" else {}
    unsaid = dict.fromkeys(_UNSAID[picture_format])
    figure.savefig(target, format=picture_format, metadata=unsaid, **packing)
    return target.getvalue()
