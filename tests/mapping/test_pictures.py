"""Static maps for reports."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from invented_district import with_hostile_names

from livelihood_map.core.errors import SchemaError
from livelihood_map.core.fonts import FontError, find_chinese_font
from livelihood_map.core.labels import label
from livelihood_map.mapping import draw_picture, draw_pictures, picture_frame, pictures
from livelihood_map.mapping.cut import cut_to_town
from livelihood_map.mapping.inputs import PageInputs
from livelihood_map.mapping.palette import coverage_bands
from livelihood_map.mapping.papers import STRIP_IN
from livelihood_map.mapping.picture_frame import note_rows, wrap_text

pytestmark = pytest.mark.usefixtures("chinese_font")


@pytest.fixture(scope="module")
def chinese_font():
    """Return a font with Chinese glyphs, or skip with the remedy."""
    try:
        return find_chinese_font()
    except FontError as error:
        pytest.skip(str(error))


def _pixels(png: bytes) -> np.ndarray:
    """Return the colours of a picture, shape (height, width, 3)."""
    import io

    from matplotlib.image import imread

    return np.rint(imread(io.BytesIO(png))[:, :, :3] * 255).astype(int)


def _colours(png: bytes) -> set[tuple[int, int, int]]:
    """Return the colours of a picture, each once."""
    return {tuple(one) for one in np.unique(_pixels(png).reshape(-1, 3), axis=0).tolist()}


def test_a_picture_has_the_colours_of_the_legend(small_tables, map_settings, standard):
    """Every class that holds a compound is painted in the colour of the pages."""
    asked = {"settings": map_settings, "standard": standard}
    png = draw_picture(small_tables, kind="breakfast", **asked)
    assert png.startswith(b"\x89PNG")
    found = _colours(png)
    for band in coverage_bands((300, 500, 1000), 500)[:4]:
        colour = tuple(int(band.colour[i : i + 2], 16) for i in (1, 3, 5))
        assert colour in found, band.name


@pytest.mark.parametrize("picture_format", ["png", "pdf"])
def test_two_pictures_are_the_same_to_the_byte(
    picture_format, small_tables, map_settings, standard
):
    """Neither clock nor program version enters a picture."""
    asked = {"settings": map_settings, "standard": standard, "picture_format": picture_format}
    first = draw_picture(small_tables, kind="breakfast", plan="after", town_id="t11", **asked)
    assert first == draw_picture(
        small_tables, kind="breakfast", plan="after", town_id="t11", **asked
    )
    assert first[:4] in {b"\x89PNG", b"%PDF"}


@pytest.mark.parametrize(("lang", "is_wide"), [("zh", True), ("en", False)])
def test_nothing_is_written_beyond_the_margins(lang, is_wide, small_tables, map_settings, standard):
    """However long notes and names are, and whichever way the paper lies."""
    area = replace(map_settings.area, made_by="某某区商务委员会、某某区规划和自然资源局" * 2)
    settings = replace(map_settings, area=area)
    asked = {"settings": settings, "standard": standard, "lang": lang, "is_wide": is_wide}
    pixels = _pixels(draw_picture(small_tables, kind="breakfast", town_id="t11", **asked))
    assert (pixels.shape[1] > pixels.shape[0]) is is_wide
    for margin in (pixels[:, :20], pixels[:, -20:], pixels[:20], pixels[-10:]):
        assert (margin == 255).all()


@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_a_tall_title_block_ends_below_the_map(small_tables, map_settings, standard, paper):
    """A long name of the office makes an upright sheet's strip taller: the block stays in it."""
    area = replace(map_settings.area, made_by="某某区商务委员会、某某区规划和自然资源局" * 2)
    mapping = replace(map_settings.mapping, paper=paper)
    settings = replace(map_settings, area=area, mapping=mapping)
    page = PageInputs(cut_to_town(small_tables, "t11"), settings, standard, "zh")
    _, sheet = pictures._lay_out(page, "breakfast", is_wide=False, is_town=True)
    rows = picture_frame.block_rows(page, sheet)
    assert len(rows) >= 7
    tall = picture_frame.block_height(rows, is_town=True) * sheet.enlarged
    assert tall > STRIP_IN * sheet.enlarged
    assert sheet.block_box[1] + tall < sheet.map_box[1]


def test_today_and_plan_differ(small_tables, map_settings, standard):
    """The picture with the sites open is another one."""
    asked = {"kind": "breakfast", "settings": map_settings, "standard": standard}
    assert draw_picture(small_tables, plan="after", **asked) != draw_picture(small_tables, **asked)


def test_points_and_bare_tables_can_be_drawn(small_tables, map_settings, standard):
    """Compounds as points, without streets, zones or sites, in English."""
    least = replace(
        small_tables,
        residences=small_tables.residences.set_geometry(small_tables.residences.centroid),
        edges=None,
        zones=None,
        sites=None,
        after=None,
    )
    asked = {"settings": map_settings, "standard": standard, "lang": "en"}
    assert draw_picture(least, kind="wet_market", **asked).startswith(b"\x89PNG")


@pytest.mark.parametrize(("kind", "plan"), [("housekeeping", "after"), ("breakfast", "before")])
def test_what_was_not_measured_is_not_drawn(kind, plan, small_tables, map_settings, standard):
    """A kind without coverage for the plan is an error that names it."""
    bare = replace(small_tables, coverage=small_tables.coverage.query("kind == 'wet_market'"))
    asked = {"settings": map_settings, "standard": standard}
    with pytest.raises(SchemaError, match="没有测算结果"):
        draw_picture(bare, kind=kind, plan=plan, **asked)


def test_a_sheet_of_several_crowds_says_that_they_overlap(small_tables, map_settings, standard):
    """Below its percentages stands that one person may be among several; where one is, nothing."""
    page = PageInputs(small_tables, map_settings, standard, "zh")
    kinds = ("breakfast", "wet_market")
    told = ["".join(note_rows(page, kind, paper="A4", is_wide=True)) for kind in kinds]
    assert [label("core.people_note", "zh") in one for one in told] == [True, False]


def test_a_font_that_is_none_is_refused(small_tables, map_settings, standard, tmp_path):
    """A font file that cannot be read is an error, not boxes instead of characters."""
    bad = tmp_path / "font.ttf"
    bad.write_bytes(b"no font")
    asked = {"settings": map_settings, "standard": standard, "font": bad}
    with pytest.raises(FontError):
        draw_picture(small_tables, kind="breakfast", **asked)


def test_no_line_starts_with_closing_punctuation():
    """Chinese text breaks anywhere but before a full stop or comma."""
    text = (
        "早餐网点：目标 500 米（参照口径），覆盖标准 1000 米。来源：商办流通函〔2021〕247号（甲）"
    )
    for width in range(5, 40):
        lines = wrap_text(text, width)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert not any(line[0] in "，。）、；：" for line in lines)


def test_a_run_draws_each_kind_and_the_plan(small_tables, map_settings, standard):
    """One picture a kind, and one more with the sites open."""
    asked = {"settings": map_settings, "standard": standard}
    assert [name for name, _ in draw_pictures(small_tables, **asked)] == [
        "pictures/wet_market.png",
        "pictures/breakfast.png",
        "pictures/breakfast_after.png",
        "pictures/housekeeping.png",
    ]


def test_without_a_font_a_run_goes_on(small_tables, map_settings, standard, tmp_path, caplog):
    """A run without a Chinese font has no pictures, says why, and is no failure."""
    bad = tmp_path / "font.ttf"
    bad.write_bytes(b"no font")
    asked = {"settings": map_settings, "standard": standard, "font": bad}
    assert list(draw_pictures(small_tables, **asked)) == []
    assert "font.ttf" in caplog.text


def test_names_are_no_formulas(small_tables, map_settings, standard):
    """Dollar signs, backslashes and markup in names are drawn as they are."""
    spoiled = with_hostile_names(small_tables, "$\\frac{1}{ </b> 100% _x^")
    asked = {"settings": map_settings, "standard": standard, "town_id": "t11"}
    assert draw_picture(spoiled, kind="breakfast", **asked).startswith(b"\x89PNG")
