"""The words that a page's script shows and writes, from the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from livelihood_map.core.labels import catalogue_keys, label, template
from livelihood_map.core.telling import tell_metres
from livelihood_map.load.site_feedback import COLUMNS, SAME_PLACE_M
from livelihood_map.mapping.page_marks import file_name

if TYPE_CHECKING:
    from livelihood_map.core.labels import Lang
    from livelihood_map.mapping.inputs import PageInputs

_PREFIX: Final = "mapping.ui_"


def page_words(lang: Lang, **distances: float) -> dict[str, str]:
    """Return every word of the pages' scripts; placeholders stay open for the script to fill.

    Parameters
    ----------
    lang
        Language of the page.
    **distances
        Distances that are the same on the whole page, metres: ``cutoff_m`` that is searched,
        ``siting_m`` within which a new site serves. They are filled in.

    Raises
    ------
    KeyError
        When a word lacks this language.

    Examples
    --------
    >>> page_words("en")["metres"]
    '{metres} m'
    """
    words = {
        key.removeprefix(_PREFIX): template(key, lang)
        for key in catalogue_keys()
        if key.startswith(_PREFIX)
    }
    for name, metres in distances.items():
        told = tell_metres(metres, lang)
        words = {key: text.replace(f"{{{name}}}", told) for key, text in words.items()}
    return words


def review_section(page: PageInputs, area: str) -> dict[str, object]:
    """Return how a page keeps and writes the views on its sites, so that ``review`` reads them.

    Parameters
    ----------
    page
        What the page is drawn from.
    area
        Name of the area, after which the file is called.

    Returns
    -------
    dict
        ``headings`` of the columns, name of the ``file`` without its ending, ``name`` under which
        the browser keeps the views, and ``same_place_m``: how far from a view's place its site may
        stand, in metres.

    Raises
    ------
    KeyError
        When the catalogue lacks a word.
    """
    place = " · ".join(dict.fromkeys((page.settings.area.name, area)))
    return {
        "headings": [label(f"report.site_{name}", page.lang) for name in COLUMNS],
        "file": file_name("mapping.review_file", area, page.lang),
        "name": f"livelihood_map {page.settings.siting.kind} {place}",
        "same_place_m": SAME_PLACE_M,
    }
