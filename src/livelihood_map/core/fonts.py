"""The font in which Chinese text in pictures is set, and how pictures are packed."""

from __future__ import annotations

import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from livelihood_map.core.errors import LivelihoodMapError

if TYPE_CHECKING:
    from collections.abc import Iterator

FAMILIES: Final = (
    "Microsoft YaHei",
    "PingFang SC",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "Heiti SC",
    "SimSun",
    "Noto Serif CJK SC",
)
"""Fonts with Chinese glyphs, the first that is there is taken."""
PNG_PACKING: Final = {"compress_type": zlib.Z_RLE}
"""How pictures are packed as PNG: half the time of zlib's usual way, 3 % larger."""
_HINTS: Final = ("yahei", "msyh", "pingfang", "cjk", "notosanssc", "sourcehan", "wqy", "wenquan")
_HINTS_OLD: Final = ("simhei", "heiti", "simsun")


class FontError(LivelihoodMapError):
    """There is no font with Chinese glyphs, or the one named cannot be read."""


def find_chinese_font(path: str | Path | None = None) -> str:
    """Return the family name of a font with Chinese glyphs, known to matplotlib.

    Parameters
    ----------
    path
        A font file (.ttf, .otf, .ttc); the fonts of the system are searched when None.

    Raises
    ------
    FontError
        When the file is no font, or the system has no font with Chinese glyphs.
    """
    from matplotlib import font_manager

    manager = font_manager.fontManager
    if path is not None:
        try:
            name = font_manager.get_font(str(path)).family_name
            manager.addfont(str(path))
        except (OSError, RuntimeError) as error:
            raise FontError("core.font_unreadable", path=str(path)) from error
        return str(name)
    family = _known(manager)
    if family is None:
        for file in font_manager.findSystemFonts():
            if any(hint in Path(file).name.lower() for hint in (*_HINTS, *_HINTS_OLD)):
                manager.addfont(file)
        family = _known(manager)
    if family is None:
        raise FontError("core.font_absent")
    return family


def _known(manager: Any) -> str | None:  # noqa: ANN401  (matplotlib's font manager)
    """Return the first of our families that matplotlib knows."""
    known = {font.name for font in manager.ttflist}
    return next((family for family in FAMILIES if family in known), None)


@contextmanager
def chinese_pictures(path: str | Path | None = None) -> Iterator[str]:
    """Return a context in which matplotlib sets text in a font with Chinese glyphs.

    Parameters
    ----------
    path
        A font file; the fonts of the system are searched when None.

    Raises
    ------
    FontError
        When there is no such font.
    """
    import matplotlib as mpl

    family = find_chinese_font(path)
    with mpl.rc_context({"font.family": [family, "DejaVu Sans"], "axes.unicode_minus": False}):
        yield family
