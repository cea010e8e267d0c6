from __future__ import annotations

import pytest

from livelihood_map.core import fonts
from livelihood_map.core.fonts import FAMILIES, FontError, chinese_pictures, find_chinese_font


def system_font() -> str:
    """Return the Chinese font of this machine, or skip with the remedy."""
    try:
        return find_chinese_font()
    except FontError:
        pytest.skip("no Chinese font here: install fonts-noto-cjk")


def test_a_known_family_is_found():
    """The font comes from our list, in its order."""
    assert system_font() in FAMILIES


def test_pictures_take_the_font_and_give_it_back():
    """Inside the context text is set in the font; afterwards matplotlib is as before."""
    import matplotlib as mpl

    family, before = system_font(), mpl.rcParams["font.family"]
    with chinese_pictures():
        assert mpl.rcParams["font.family"][0] == family
    assert mpl.rcParams["font.family"] == before


def test_absent_font_is_told_with_the_remedy(monkeypatch):
    """A machine without a Chinese font is told which one to install."""
    from matplotlib import font_manager

    monkeypatch.setattr(fonts, "FAMILIES", ("No Such Family",))
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    with pytest.raises(FontError, match="fonts-noto-cjk"):
        find_chinese_font()


def test_file_that_is_no_font_is_refused(tmp_path):
    """A font file that cannot be read is named."""
    path = tmp_path / "a.ttf"
    path.write_text("not a font")
    with pytest.raises(FontError, match=r"a\.ttf"):
        find_chinese_font(path)
