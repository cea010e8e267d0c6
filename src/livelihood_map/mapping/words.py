"""The words that a page's script shows, from the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from livelihood_map.core.labels import catalogue_keys, template

if TYPE_CHECKING:
    from livelihood_map.core.labels import Lang

_PREFIX: Final = "mapping.ui_"


def page_words(lang: Lang) -> dict[str, str]:
    """Return every word of the pages' scripts; placeholders stay open for the script to fill.

    Parameters
    ----------
    lang
        Language of the page.

    Raises
    ------
    KeyError
        When a word lacks this language.

    Examples
    --------
    >>> page_words("en")["metres"]
    '{metres} m'
    """
    return {
        key.removeprefix(_PREFIX): template(key, lang)
        for key in catalogue_keys()
        if key.startswith(_PREFIX)
    }
