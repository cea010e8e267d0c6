"""The measures of a letter: those of Chinese official documents, and plain ones for English.

Sizes, leading, margins and fonts of the Chinese letter are the figures that are quoted from
GB/T 9704-2012; the standard was not read in full, so nothing here claims to conform to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Final

from livelihood_map.core.labels import current_lang

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from livelihood_map.core.labels import Lang

PAGE_MM: Final = (210.0, 297.0)
PICTURE_MM: Final = 156.0
"""Width of pictures: that of the text."""
TABLE_PT: Final = 10.5
NOTE_PT: Final = 10.5
CAPTION_PT: Final = 12.0
"""Tables and notes in 五号, captions in 小四: smaller than the text, larger than 9 pt."""


@dataclass(frozen=True)
class LetterStyle:
    """How a letter is set.

    Parameters
    ----------
    margins_mm
        Top, right, bottom, left.
    title_pt, text_pt, page_pt
        Type of the title, of the text with its headings, and of the page number.
    leading_pt, title_leading_pt
        Exact distance of lines of the text and of the title.
    title_font, head_font, subhead_font, text_font, page_font
        Fonts, each with what stands in for it, the one that an office has first.
    latin_font
        Font of Latin letters and figures.
    page_number
        What stands around the number of the page.
    letters_a_line, lines_a_page
        Letters as wide as they are high that a line of the text holds, and lines of a page.
    """

    margins_mm: tuple[float, float, float, float]
    title_pt: float
    text_pt: float
    page_pt: float
    leading_pt: float
    title_leading_pt: float
    title_font: tuple[str, ...]
    head_font: tuple[str, ...]
    subhead_font: tuple[str, ...]
    text_font: tuple[str, ...]
    page_font: tuple[str, ...]
    latin_font: str
    page_number: tuple[str, str]
    letters_a_line: int
    lines_a_page: int

    @property
    def indent_pt(self) -> float:
        """Return the indent of a paragraph: two characters."""
        return 2 * self.text_pt


_ENGLISH: Final = ("Times New Roman",)
STYLES: Final[Mapping[Lang, LetterStyle]] = {
    "zh": LetterStyle(
        margins_mm=(37, 26, 35, 28),
        title_pt=22,
        text_pt=16,
        page_pt=14,
        leading_pt=28,
        title_leading_pt=34,
        title_font=("方正小标宋简体", "FZXiaoBiaoSong-B05S", "SimSun", "Noto Serif CJK SC"),
        head_font=("黑体", "SimHei", "Noto Sans CJK SC"),
        subhead_font=("楷体", "KaiTi", "Noto Serif CJK SC"),
        text_font=("仿宋", "FangSong", "Noto Serif CJK SC"),
        page_font=("宋体", "SimSun", "Noto Serif CJK SC"),
        latin_font="Times New Roman",
        page_number=("— ", " —"),
        letters_a_line=27,
        lines_a_page=22,
    ),
    "en": LetterStyle(
        margins_mm=(30, 26, 30, 28),
        title_pt=18,
        text_pt=12,
        page_pt=11,
        leading_pt=18,
        title_leading_pt=24,
        title_font=_ENGLISH,
        head_font=_ENGLISH,
        subhead_font=_ENGLISH,
        text_font=_ENGLISH,
        page_font=_ENGLISH,
        latin_font="Times New Roman",
        page_number=("", ""),
        letters_a_line=42,
        lines_a_page=37,
    ),
}
"""三号 (16 pt) for the text, 二号 (22 pt) for the title, 四号 (14 pt) for the page number."""


def count_lines(paragraphs: Iterable[str], style: LetterStyle) -> int:
    """Return how many lines paragraphs take, each indented by two letters.

    Examples
    --------
    >>> count_lines(["一、基本情况", "市" * 26], STYLES["zh"])
    3
    """
    wide = [2 + sum(map(_width_of, paragraph)) for paragraph in paragraphs]
    return sum(max(1, ceil(letters / style.letters_a_line)) for letters in wide)


def _width_of(letter: str) -> float:
    """Return the width of a letter in widths of a Chinese one."""
    return 0.25 if letter in " ,.:;" else 0.5 if letter.isascii() else 1.0


def letter_style() -> LetterStyle:
    """Return the style of a letter in the current language."""
    return STYLES[current_lang()]
