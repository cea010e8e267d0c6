"""Chinese names -> how they may be typed: every reading of every character, found at build time."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any, Final

_MAX_READINGS: Final = 4


def _split(text: str) -> Any:  # noqa: ANN401  (pypinyin's types know text only)
    """Return text that has no reading, character by character."""
    return list(text)


@cache
def syllables(name: str) -> str:
    """Return the readings of a name: one word a character, alternatives joined by ``/``.

    The reading that fits the phrase comes first, then the other readings of the character. A page
    matches what is typed against any start of any of them, so that full pinyin, initials and a
    mixture all find the name. Latin letters and digits stand for themselves.

    Parameters
    ----------
    name
        A name as shown; full-width letters and digits are read as ordinary ones.

    Examples
    --------
    >>> syllables("七宝A区3弄")
    'qi bao a qu/ou 3 nong/long'
    >>> syllables("莘庄").split()[0].split("/")
    ['xin', 'shen']
    """
    from pypinyin import Style, pinyin

    text = unicodedata.normalize("NFKC", name).lower()
    kept = [char for char in text if char.isalnum()]
    phrase = pinyin("".join(kept), style=Style.NORMAL, errors=_split)
    readings = [reading[0] for reading in phrase]
    if len(readings) != len(kept):
        readings = [pinyin(char, style=Style.NORMAL, errors=_split)[0][0] for char in kept]
    words = []
    for char, reading in zip(kept, readings, strict=True):
        options = dict.fromkeys((reading, *_other_readings(char)))
        words.append("/".join(list(options)[:_MAX_READINGS]))
    return " ".join(words)


@cache
def _other_readings(char: str) -> tuple[str, ...]:
    """Return every reading of one character; ü may be typed v or u."""
    from pypinyin import Style, pinyin

    spelled = []
    for reading in pinyin(char, style=Style.NORMAL, heteronym=True, errors=_split)[0]:
        spelled.append(reading)
        if "v" in reading and len(reading) > 1:
            spelled.append(reading.replace("v", "u"))
    return tuple(spelled)
