"""What stands around a static map: title, legend, title block, location and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias
from unicodedata import east_asian_width

import numpy as np
import shapely

from livelihood_map.core.labels import label, name_of
from livelihood_map.core.telling import tell_people
from livelihood_map.mapping.base_signs import base_signs
from livelihood_map.mapping.legend_people import people_by_class, start_note, whole_area
from livelihood_map.mapping.page_marks import block_texts, note_texts, page_title
from livelihood_map.mapping.palette import SITE_MARK, TOWN_LINE, ZONE_LINE, symbol
from livelihood_map.mapping.payload import clean_text
from livelihood_map.mapping.picture_layers import HATCH, MARKERS
from livelihood_map.mapping.sections import standard_row

if TYPE_CHECKING:
    from livelihood_map.mapping.inputs import PageInputs
    from livelihood_map.mapping.papers import Paper, Sheet
    from livelihood_map.mapping.picture_layers import Drawing

Figure: TypeAlias = Any
Sign: TypeAlias = Any
"""Matplotlib's figure and a line of its legend, which is imported only where one is drawn."""

_POINTS_AN_INCH: Final = 72
_NOTE_PT: Final = 7.5
_NOTE_ROW_IN: Final = 0.145
_BLOCK_PT: Final = 8.5
_BLOCK_ROW_IN: Final = 0.165
_BLOCK_LETTERS: Final = 18
_LEGEND_LETTERS: Final = {"across": 17.5, "upright": 38.0}
"""Widths of the title block and of the legend's title: they end before the margin even where
closing punctuation hangs over the end of a row."""
_LOCATOR_IN: Final = 1.05
_SIGN_SHARE: Final = 0.62
"""Widths of the pages' signs, in pixels, as widths of the legend's lines, in points."""
_CLOSING: Final = "，。；：、）》」”！？,.;:)"
_INK: Final = "#22282e"
_SOFT: Final = "#4d5760"


def note_rows(page: PageInputs, kind: str, *, paper: Paper, is_wide: bool) -> list[str]:
    """Return the notes below a picture in rows, the notice first.

    The kind comes last: its row of the standard, the share from the dwelling, whom it counts.

    Parameters
    ----------
    page
        What the picture is drawn from.
    kind
        Kind of facility that it shows.
    paper
        Size of the paper.
    is_wide
        Whether it lies across.

    Raises
    ------
    StandardError
        When the standard lacks the kind.
    """
    width = (105 if is_wide else 73) * (1 if paper == "A4" else 1.12)
    row = page.standard.kind(kind)
    crowds = label("core.people_note", page.lang) if len(row.crowds) > 1 else ""
    own = (standard_row(row, lang=page.lang), start_note(page, row), crowds)
    lines = [*note_texts(page), "　".join(line for line in own if line)]
    return [row for line in lines for row in wrap_text(line, width)]


def foot_height(rows: list[str], *, enlarged: float) -> float:
    """Return the height of the notes, inches."""
    return (len(rows) * _NOTE_ROW_IN + 0.06) * enlarged


def block_rows(page: PageInputs, sheet: Sheet) -> list[str]:
    """Return the title block in rows: scale, maker, dates, review number.

    Raises
    ------
    KeyError
        When the catalogue lacks a word.
    ValueError
        When there are no towns.
    """
    scale = f"{sheet.fit_scale(page.tables.towns):,.0f}"
    told = label("mapping.picture_scale", page.lang, scale=scale, paper=sheet.paper)
    return [row for line in (told, *block_texts(page)) for row in wrap_text(line, _BLOCK_LETTERS)]


def block_height(rows: list[str], *, is_town: bool) -> float:
    """Return the height of the title block on A4, with a town's location above its rows, inches."""
    located_in = _LOCATOR_IN + 0.3 if is_town else 0.0
    return len(rows) * _BLOCK_ROW_IN + located_in + 0.12


def draw_frame(figure: Figure, drawing: Drawing, rows: list[str]) -> None:
    """Draw everything around the map.

    Raises
    ------
    KeyError
        When a table lacks a column.
    """
    sheet, page = drawing.sheet, drawing.page
    (width, height), k = sheet.size, sheet.enlarged
    left = sheet.map_box[0]
    towns = drawing.tables.towns
    area = clean_text("".join(towns["town_name"])) if drawing.is_town else None
    title = page_title(page) if area is None else f"{page_title(page)} · {area}"
    kind = name_of("core.kind", drawing.kind, page.lang)
    plan = f"{kind} · {label(f'mapping.ui_{drawing.plan}', page.lang)}"
    y = 1 - 0.32 * k / height
    x = left / width
    head = figure.text(x, y, title, fontsize=15 * k, weight="bold", va="center")
    aside = figure.text(1 - x, y, plan, fontsize=12 * k, ha="right", va="center")
    _fit_in_a_row(figure, head, aside)
    _draw_legend(figure, drawing)
    _draw_block(figure, drawing)
    for number, row in enumerate(rows):
        place = (sheet.foot_in - (number + 0.8) * _NOTE_ROW_IN * k) + 0.2
        style = {"color": _SOFT} if number else {"color": "#8a2d0b", "weight": "bold"}
        figure.text(left / width, place / height, row, fontsize=_NOTE_PT * k, **style)


def _fit_in_a_row(figure: Figure, title: Any, plan: Any) -> None:  # noqa: ANN401  (Matplotlib's texts)
    """Make a title smaller, so that it ends before what stands at the right of its row."""
    room = plan.get_window_extent().x0 - title.get_window_extent().x0 - 0.15 * figure.dpi
    wide = title.get_window_extent().width
    if wide > room:
        title.set_fontsize(title.get_fontsize() * room / wide)


def _draw_legend(figure: Figure, drawing: Drawing) -> None:
    """Draw the legend: classes with their people, points, then the base map."""
    sheet = drawing.sheet
    (width, height), k = sheet.size, sheet.enlarged
    x, y = sheet.legend_corner
    shown, base = data_signs(drawing), _base_handles(drawing)
    rows = 0 if sheet.is_wide else max(len(shown), len(base))
    handles = [*shown, *[_heading("")] * (rows - len(shown)), *base,
               *[_heading("")] * (rows - len(base))]  # fmt: skip
    drawn = figure.legend(handles=handles, loc="upper left",
                          bbox_to_anchor=(x / width, y / height),
                          ncols=1 if sheet.is_wide else 2, frameon=False, fontsize=8.5 * k,
                          title=legend_title(drawing), title_fontsize=9.5 * k,
                          alignment="left", labelspacing=0.42, borderaxespad=0, borderpad=0.1,
                          columnspacing=1.4)  # fmt: skip
    drawn.get_title().set_linespacing(1.35)


def legend_title(drawing: Drawing, *, width: float | None = None) -> str:
    """Return what the legend tells, and of whose people, in rows of this many Han letters.

    Raises
    ------
    StandardError
        When the standard lacks the kind.
    """
    people = tell_people(drawing.page.standard.kind(drawing.kind), drawing.page.lang)
    title = label("mapping.ui_legend", drawing.page.lang, people=people)
    usual = _LEGEND_LETTERS["across" if drawing.sheet.is_wide else "upright"]
    return "\n".join(wrap_text(title, width or usual))


def data_signs(drawing: Drawing) -> list[Sign]:
    """Return the signs of classes, outlets, sites and zones.

    Raises
    ------
    StandardError
        When the standard lacks the kind.
    """
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    lang, reached = drawing.page.lang, drawing.tables.reached
    people: list[int] = []
    if reached is not None:
        row, area = drawing.page.standard.kind(drawing.kind), whole_area(drawing.tables)
        people = people_by_class(reached, row, plan=drawing.plan, area=area)
    handles: list[Any] = []
    for number, band in enumerate(drawing.bands):
        here = drawing.band_of == number
        if band.is_rare and not here.any():
            continue
        share = f"  {people[number] / sum(people):.1%}" if sum(people) else ""
        handles.append(
            Patch(fc=band.colour, ec=band.line, lw=0.5, label=f"{band.name}{share}",
                  hatch=HATCH if band.is_lacking else None)
        )  # fmt: skip
    sign = symbol(drawing.kind)
    handles.append(_dot(Line2D, sign.colour, MARKERS[sign.shape],
                        name_of("core.kind", drawing.kind, lang)))  # fmt: skip
    if drawing.sites is not None:
        key = "sites_by_district" if drawing.tables.are_districts else "ui_layer_sites"
        handles.append(_dot(Line2D, SITE_MARK, "o", label(f"mapping.{key}", lang)))
    if drawing.tables.zones is not None and drawing.plan == "before":
        zone = label("mapping.ui_gap_zone", lang)
        handles.append(Line2D([], [], color=ZONE_LINE, ls=(0, (4, 2)), lw=1, label=zone))
    return handles


def _base_handles(drawing: Drawing) -> list[Sign]:
    """Return the signs of the base map below a heading."""
    from matplotlib import patheffects
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    lang = drawing.page.lang
    handles: list[Sign] = [_heading(label("mapping.ui_base_legend", lang))]
    for sign in base_signs(drawing.tables, lang=lang):
        name = sign["text"]
        if "width" not in sign:
            handles.append(Patch(fc=sign["colour"], ec="#b5babf", lw=0.4, label=name))
            continue
        wide = sign["width"] * _SIGN_SHARE
        dash = (0, tuple(part / 2.5 for part in sign["dash"])) if "dash" in sign else "-"
        is_cased = "casing" in sign and "dash" not in sign
        colour = sign["colour"] if is_cased else sign.get("casing", sign["colour"])
        line = Line2D([], [], color=colour, lw=wide, ls=dash, label=name)
        if is_cased:
            edge = wide + sign.get("edge", 1.6) * _SIGN_SHARE
            stroke = patheffects.Stroke(linewidth=edge, foreground=sign["casing"])
            line.set_path_effects([stroke, patheffects.Normal()])
            line.set_solid_capstyle("butt")
        handles.append(line)
    return handles


def _heading(text: str) -> Sign:
    """Return a line of the legend without a sign."""
    from matplotlib.lines import Line2D

    return Line2D([], [], color="none", label=text or " ")


def _draw_block(figure: Figure, drawing: Drawing) -> None:
    """Draw the title block: location, scale, maker, dates, review number."""
    from matplotlib.patches import Rectangle

    sheet, page = drawing.sheet, drawing.page
    (width, height), k = sheet.size, sheet.enlarged
    left, bottom, room = sheet.block_box
    rows = block_rows(page, sheet)
    text_in = len(rows) * _BLOCK_ROW_IN * k
    tall = block_height(rows, is_town=drawing.is_town) * k
    figure.add_artist(
        Rectangle((left / width, bottom / height), room / width, tall / height,
                  fill=False, ec="#8b949c", lw=0.6)
    )  # fmt: skip
    for number, row in enumerate(rows):
        y = bottom + text_in - (number + 0.7) * _BLOCK_ROW_IN * k + 0.04 * k
        figure.text((left + 0.07) / width, y / height, row, fontsize=_BLOCK_PT * k, color=_INK)
    if drawing.is_town:
        y = bottom + tall - 0.19 * k
        text = label("mapping.ui_locator", page.lang)
        figure.text((left + 0.07) / width, y / height, text, fontsize=_BLOCK_PT * k, color=_INK)
        _draw_locator(figure, drawing, (left + 0.07, bottom + text_in + 0.08 * k))


def _draw_locator(figure: Figure, drawing: Drawing, corner: tuple[float, float]) -> None:
    """Draw the towns of the district with the one that the picture shows filled."""
    (width, height), side = drawing.sheet.size, _LOCATOR_IN * drawing.sheet.enlarged
    axes = figure.add_axes(
        (corner[0] / width, corner[1] / height, side / width, side / height), aspect="equal"
    )
    axes.set_axis_off()
    here = set(drawing.tables.towns["town_id"])
    for town_id, shape in zip(drawing.district["town_id"], drawing.district.geometry, strict=True):
        for part in shapely.get_parts(shape):
            outline = shapely.get_coordinates(part.exterior)
            axes.fill(*outline.T, fc="#d98a94" if town_id in here else "#ffffff",
                      ec=TOWN_LINE, lw=0.4)  # fmt: skip


def wrap_text(text: str, width: float) -> list[str]:
    """Return text in lines of about a width; none starts with closing punctuation.

    Parameters
    ----------
    text
        Chinese, or words set apart by spaces.
    width
        Width of a line in Han letters; other letters take half of one.

    Examples
    --------
    >>> wrap_text("居民到早餐网点，步行", 7)
    ['居民到早餐网点，', '步行']
    >>> wrap_text("within a walk of 500 m", 4.5)
    ['within a', 'walk of', '500 m']
    """
    lines: list[str] = []
    rest = text.strip()
    while len(rest) > (end := _end_of_line(rest, width)):
        while end < len(rest) and rest[end] in _CLOSING:
            end += 1
        is_inside_word = rest[end - 1 : end + 1].isascii() and " " not in rest[end - 1 : end + 1]
        if is_inside_word and " " in rest[:end].strip():
            end = rest[:end].rindex(" ")
        lines.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*lines, rest] if rest else lines


def _end_of_line(text: str, width: float) -> int:
    """Return how many letters of a text fit into a width, at least one."""
    widths = [1.0 if east_asian_width(letter) in "WF" else 0.5 for letter in text]
    return max(int(np.searchsorted(np.cumsum(widths), width, side="right")), 1)


def _dot(line: type[Sign], colour: str, marker: str, text: str) -> Sign:
    """Return the legend's sign of a point."""
    return line([], [], color="none", marker=marker, markerfacecolor=colour,
                markeredgecolor="#ffffff", markersize=7, label=text)  # fmt: skip
