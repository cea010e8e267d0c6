"""The words of the pages' scripts."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from livelihood_map.core.labels import catalogue_keys
from livelihood_map.mapping.words import page_words

_SCRIPTS = [
    source.read_text(encoding="utf-8")
    for source in (files("livelihood_map.mapping") / "assets" / "own").iterdir()
    if source.name.endswith(".js")
]

_OF_CHANGES = {
    key.removeprefix("mapping.whatif_")
    for key in catalogue_keys()
    if key.startswith("mapping.whatif_")
}
"""Words of the section that tries changes, which brings its own."""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_word_of_a_script_is_in_the_catalogue(lang):
    """A script asks for no word that the page does not carry."""
    words = {*page_words(lang), *_OF_CHANGES}
    used = {name for text in _SCRIPTS for name in re.findall(r"\b[wW]ords\.(\w+)", text)}
    assert used - set(words) - {"headings", "file"} == set()


def test_no_word_is_carried_in_vain():
    """Every word in the catalogue is used by a script."""
    text = "\n".join(_SCRIPTS)
    assert [word for word in page_words("zh") if not re.search(rf"\b{word}\b", text)] == []
