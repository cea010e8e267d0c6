"""What stands on every page and print: notices, review number, dates, standard, estimates."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from livelihood_map.core.labels import label
from livelihood_map.core.names import safe_name
from livelihood_map.mapping.page import escape
from livelihood_map.mapping.payload import clean_text

if TYPE_CHECKING:
    from livelihood_map.core.labels import Lang
    from livelihood_map.mapping.inputs import PageInputs

_AREA_LENGTH: Final = 24
"""Characters of an area's name in the name of a file, so that the words after it have room."""


def page_title(page: PageInputs) -> str:
    """Return the title of the planner's map.

    Raises
    ------
    KeyError
        When the catalogue lacks a word.
    """
    return label("mapping.title", page.lang, area=clean_text(page.settings.area.name))


def review_text(page: PageInputs) -> str:
    """Return the line with the map review number, filled in or open.

    Raises
    ------
    KeyError
        When the catalogue lacks a word.
    """
    number = clean_text(page.settings.area.review_number)
    if number:
        return label("core.mark_review_number", page.lang, number=number)
    return label("core.mark_review_none", page.lang)


def date_texts(page: PageInputs) -> list[str]:
    """Return the lines with the date of the map and of its data, as far as they are given.

    Raises
    ------
    KeyError
        When the catalogue lacks a word.
    """
    run = page.settings.run
    dates = {"true_on": run.data_date or run.date, "drawn_on": run.date}
    return [
        label(f"mapping.{name}", page.lang, date=date.isoformat())
        for name, date in dates.items()
        if date is not None
    ]


def badge_texts(page: PageInputs) -> list[tuple[str, str, str]]:
    """Return class, text and explanation of the badges that are true of a page.

    Raises
    ------
    KeyError
        When the catalogue lacks a word.
    """
    badges = []
    if page.settings.run.is_synthetic:
        text = label("core.mark_synthetic", page.lang)
        badges.append(("synthetic", text, text))
    if page.settings.run.what_if is not None:
        name = PurePath(page.settings.run.what_if).name
        long = label("core.mark_what_if_long", page.lang, path=name)
        badges.append(("estimated", label("core.mark_what_if", page.lang), long))
    if page.tables.is_estimated:
        own = page.settings.network.detour_factor
        factor = own or page.standard.straight_line.detour_factor
        long = label("core.mark_estimated_long", page.lang, detour_factor=f"{factor:g}")
        badges.append(("estimated", label("core.mark_estimated", page.lang), long))
    badges += [("absent", line, line) for line in page.tables.basis.tell_absent(page.lang)]
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


def mark_texts(page: PageInputs) -> list[str]:
    """Return the lines below a saved picture or a print, the notice first, then dates, then bases.

    Raises
    ------
    KeyError
        When the catalogue lacks a word.
    """
    explained = [long for name, _, long in badge_texts(page) if name != "absent"]
    notice = [label("core.mark_internal", page.lang), review_text(page), *explained]
    told = page.tables.basis.tell(page.lang)
    return [" · ".join(notice), " · ".join(_foot_texts(page)), *told]


def block_texts(page: PageInputs) -> list[str]:
    """Return the lines of a sheet's title block: maker, dates, review number.

    Raises
    ------
    KeyError
        When the catalogue lacks a word.
    """
    return [*_maker_texts(page), *date_texts(page), review_text(page)]


def note_texts(page: PageInputs) -> list[str]:
    """Return the lines below a sheet: the notice, then standard, run and source, then bases.

    Raises
    ------
    KeyError
        When the catalogue lacks a word.
    """
    explained = [long for name, _, long in badge_texts(page) if name != "absent"]
    mark = page.tables.mark
    texts = [
        standard_text(page),
        *([label("core.mark_run", page.lang, mark=mark)] if mark else []),
        *_attribution(page),
    ]
    notice = [label("core.mark_internal", page.lang), *explained]
    return [" · ".join(notice), " · ".join(texts), *page.tables.basis.tell(page.lang)]


def _maker_texts(page: PageInputs) -> list[str]:
    """Return the line with the office that makes the maps, where the settings name one."""
    maker = clean_text(page.settings.area.made_by)
    return [label("core.mark_made_by", page.lang, name=maker)] if maker else []


def _attribution(page: PageInputs) -> list[str]:
    """Return whose the streets are, where they are real ones."""
    has_real_streets = page.tables.edges is not None and not page.settings.run.is_synthetic
    return [label("core.mark_attribution", page.lang)] if has_real_streets else []


def _foot_texts(page: PageInputs) -> list[str]:
    """Return maker, dates, standard and the mark of the run, as far as they are known."""
    texts = [*_maker_texts(page), *date_texts(page), standard_text(page)]
    mark = page.tables.mark
    return [*texts, label("core.mark_run", page.lang, mark=mark)] if mark else texts


def standard_text(page: PageInputs) -> str:
    """Return the line that names the planning standard.

    Raises
    ------
    KeyError
        When the catalogue lacks a word.
    """
    name, dated = clean_text(page.standard.name(page.lang)), clean_text(page.standard.dated)
    return label("mapping.standard_used", page.lang, name=name, dated=dated)


def badges_html(page: PageInputs) -> str:
    """Return the badges that are true of a page, as HTML.

    Raises
    ------
    KeyError
        When the catalogue lacks a word.
    """
    return "".join(
        f'<span class="badge {name}" title="{escape(long)}">{escape(text)}</span> '
        for name, text, long in badge_texts(page)
    )


def marks_html(page: PageInputs) -> str:
    """Return the notice and the review number, as HTML.

    Raises
    ------
    KeyError
        When the catalogue lacks a word.
    """
    notice = escape(label("core.mark_internal", page.lang))
    review = escape(review_text(page))
    return f'<span class="marks"><span class="internal">{notice}</span><span>{review}</span></span>'


def header_html(page: PageInputs) -> str:
    """Return the head line of the planner's map: title, badges, search, notice, review number.

    Raises
    ------
    KeyError
        When the catalogue lacks a word.
    """
    return (
        f'<header id="top"><h1>{escape(page_title(page))}</h1>{badges_html(page)}'
        f'<span id="search-place"></span>{marks_html(page)}</header>'
        f"<noscript><p>{escape(label('mapping.noscript', page.lang))}</p></noscript>"
    )


def footer_html(page: PageInputs) -> str:
    """Return the page's foot line: dates, standard, what the figures rest on, attribution.

    Raises
    ------
    KeyError
        When the catalogue lacks a word.
    """
    texts = [*_foot_texts(page), *page.tables.basis.tell(page.lang)]
    spans = "".join(f"<span>{escape(text)}</span>" for text in texts)
    end = escape("".join(_attribution(page)))
    return f'<footer id="foot">{spans}<span class="end">{end}</span></footer>'
