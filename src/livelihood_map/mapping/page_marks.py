"""What stands on every page and print: notices, review number, dates, standard, estimates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from livelihood_map.core.labels import label
from livelihood_map.core.names import safe_name
from livelihood_map.mapping.page import escape
from livelihood_map.mapping.payload import clean_text

if TYPE_CHECKING:
    from livelihood_map.core.labels import Lang
    from livelihood_map.core.settings import Settings
    from livelihood_map.core.standards import PlanningStandard
    from livelihood_map.mapping.inputs import MapTables

_AREA_LENGTH: Final = 24
"""Characters of an area's name in the name of a file, so that the words after it have room."""


def page_title(settings: Settings, lang: Lang) -> str:
    """Return the title of the planner's map.

    Raises
    ------
    KeyError
        When the catalogue lacks a word.
    """
    return label("mapping.title", lang, area=clean_text(settings.area.name))


def review_text(settings: Settings, lang: Lang) -> str:
    """Return the line with the map review number, filled in or open.

    Raises
    ------
    KeyError
        When the catalogue lacks a word.
    """
    number = clean_text(settings.area.review_number)
    if number:
        return label("core.mark_review_number", lang, number=number)
    return label("core.mark_review_none", lang)


def date_texts(settings: Settings, lang: Lang) -> list[str]:
    """Return the lines with the date of the map and of its data, as far as they are given.

    Raises
    ------
    KeyError
        When the catalogue lacks a word.
    """
    texts = []
    data_date = settings.run.data_date or settings.run.date
    if data_date is not None:
        texts.append(label("mapping.true_on", lang, date=data_date.isoformat()))
    if settings.run.date is not None:
        texts.append(label("mapping.drawn_on", lang, date=settings.run.date.isoformat()))
    return texts


def badge_texts(
    *, is_estimated: bool, settings: Settings, standard: PlanningStandard, lang: Lang
) -> list[tuple[str, str, str]]:
    """Return class, text and explanation of the badges that are true of a page.

    Raises
    ------
    KeyError
        When the catalogue lacks a word.
    """
    badges = []
    if settings.run.is_synthetic:
        text = label("core.mark_synthetic", lang)
        badges.append(("synthetic", text, text))
    if is_estimated:
        factor = settings.network.detour_factor or standard.straight_line.detour_factor
        long = label("core.mark_estimated_long", lang, detour_factor=f"{factor:g}")
        badges.append(("estimated", label("core.mark_estimated", lang), long))
    return badges


def file_name(key: str, area: str, lang: Lang) -> str:
    """Return the start of the names of files that a page saves; safe on every system.

    Parameters
    ----------
    key
        Catalogue key with the placeholder ``area``.
    area
        Name of the area.
    lang
        Language.

    Raises
    ------
    KeyError
        When the catalogue lacks the key.
    """
    kept = "".join(char for char in clean_text(area) if char.isalnum())
    return safe_name(label(key, lang, area=kept[:_AREA_LENGTH]))


def mark_texts(
    tables: MapTables, *, settings: Settings, standard: PlanningStandard, lang: Lang
) -> list[str]:
    """Return the lines below a saved picture or a print, the notice first.

    Raises
    ------
    KeyError
        When the catalogue lacks a word.
    """
    badges = badge_texts(
        is_estimated=tables.is_estimated, settings=settings, standard=standard, lang=lang
    )
    notice = " · ".join(
        (
            label("core.mark_internal", lang),
            review_text(settings, lang),
            *(long for _, _, long in badges),
        )
    )
    return [notice, " · ".join(_foot_texts(tables, settings, standard, lang))]


def _foot_texts(
    tables: MapTables, settings: Settings, standard: PlanningStandard, lang: Lang
) -> list[str]:
    """Return the dates, the standard and the mark of the run, as far as they are known."""
    texts = [*date_texts(settings, lang), standard_text(standard, lang)]
    return [*texts, label("core.mark_run", lang, mark=tables.mark)] if tables.mark else texts


def standard_text(standard: PlanningStandard, lang: Lang) -> str:
    """Return the line that names the planning standard.

    Raises
    ------
    KeyError
        When the catalogue lacks a word.
    """
    name, dated = clean_text(standard.name(lang)), clean_text(standard.dated)
    return label("mapping.standard_used", lang, name=name, dated=dated)


def badges_html(
    tables: MapTables, *, settings: Settings, standard: PlanningStandard, lang: Lang
) -> str:
    """Return the badges that are true of a page, as HTML.

    Raises
    ------
    KeyError
        When the catalogue lacks a word.
    """
    badges = badge_texts(
        is_estimated=tables.is_estimated, settings=settings, standard=standard, lang=lang
    )
    return "".join(
        f'<span class="badge {name}" title="{escape(long)}">{escape(text)}</span> '
        for name, text, long in badges
    )


def marks_html(settings: Settings, lang: Lang) -> str:
    """Return the notice and the review number, as HTML.

    Raises
    ------
    KeyError
        When the catalogue lacks a word.
    """
    notice = escape(label("core.mark_internal", lang))
    review = escape(review_text(settings, lang))
    return f'<span class="marks"><span class="internal">{notice}</span><span>{review}</span></span>'


def header_html(
    tables: MapTables, *, settings: Settings, standard: PlanningStandard, lang: Lang
) -> str:
    """Return the head line of the planner's map: title, badges, search, notice, review number.

    Raises
    ------
    KeyError
        When the catalogue lacks a word.
    """
    return (
        f'<header id="top"><h1>{escape(page_title(settings, lang))}</h1>'
        f"{badges_html(tables, settings=settings, standard=standard, lang=lang)}"
        f'<span id="search-place"></span>{marks_html(settings, lang)}</header>'
        f"<noscript><p>{escape(label('mapping.noscript', lang))}</p></noscript>"
    )


def footer_html(
    tables: MapTables, *, settings: Settings, standard: PlanningStandard, lang: Lang
) -> str:
    """Return the page's foot line: dates, standard, attribution.

    Raises
    ------
    KeyError
        When the catalogue lacks a word.
    """
    texts = _foot_texts(tables, settings, standard, lang)
    spans = "".join(f"<span>{escape(text)}</span>" for text in texts)
    has_real_streets = tables.edges is not None and not settings.run.is_synthetic
    end = escape(label("core.mark_attribution", lang)) if has_real_streets else ""
    return f'<footer id="foot">{spans}<span class="end">{end}</span></footer>'
