"""Single values as offices write them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livelihood_map.load.files import parsing

DATES = [
    ("2023-05-01", "2023-05-01"),
    ("2023年5月1日", "2023-05-01"),
    ("2023年5月", "2023-05-01"),
    ("2023 年 5 月", "2023-05-01"),
    ("2023.5", "2023-05-01"),
    ("2023.10", "2023-10-01"),
    ("2023/10/9", "2023-10-09"),
    ("２０２３．５．１", "2023-05-01"),
    ("20230501", "2023-05-01"),
    ("二〇二三年十一月", "2023-11-01"),
    ("1998年底", "1998-01-01"),
    ("2023-05-01 00:00:00", "2023-05-01"),
    (2023, "2023-01-01"),
    (2023.5, "2023-05-01"),
    (2023.12, "2023-12-01"),
    (44263, "2021-03-08"),
    ("44263", "2021-03-08"),
    (20230501, "2023-05-01"),
    (dt.datetime(2023, 5, 1, 8, tzinfo=dt.UTC), "2023-05-01"),
    (dt.date(2023, 5, 1), "2023-05-01"),
    (None, None),
]
HOURS = [
    ("6:00-9:30", ("06:00", "09:30")),
    ("06：00～18：30", ("06:00", "18:30")),
    ("早6点至晚8点半", ("06:00", "20:30")),
    ("上午6点到下午1点", ("06:00", "13:00")),
    ("6-10", ("06:00", "10:00")),
    ("05:30—09:00，16:00—18:30", ("05:30", "18:30")),
    ("周一至周五：6:00-9:30", ("06:00", "09:30")),
    ("24小时", ("00:00", "24:00")),
    ("全天", ("00:00", "24:00")),
    ("22:00-02:00", ("22:00", "02:00")),
    (None, None),
]
AREAS = [
    ("1200㎡", 1200),
    ("１，２００平方米", 1200),
    ("约1200平", 1200),
    ("0.12万平方米", 1200),
    ("3亩", 2000),
    ("0.5公顷", 5000),
    (1200.5, 1200.5),
    ("1200左右", 1200),
    ("", None),
]
ANGLES = [
    (121.3815, 121.3815),
    ("121.3815", 121.3815),
    ("东经121.3815°", 121.3815),
    ("121°22′53.4″E", 121.3815),
    ("121度22分53.4秒", 121.3815),
    ("N31°06'", 31.1),
    ("31°06′00″S", -31.1),
    ("-15.43", -15.43),
]


@pytest.mark.parametrize(("cell", "meaning"), DATES)
def test_dates_in_all_writings(cell, meaning):
    """A date, a month or a year gives its first day; a serial is a date."""
    assert parsing.date_of(cell) == meaning


@pytest.mark.parametrize(
    "cell",
    ["去年", "2023年13月", "2023-02-31", 2023.1, 2023.123, 12, "23.5", 99999, True, "1800年"],
)
def test_what_may_be_another_date_is_not_read(cell):
    """What is no date, or may be two, is not guessed: 2023.1 may have been 2023.10."""
    with pytest.raises(ValueError, match=r".*"):
        parsing.date_of(cell)


@pytest.mark.parametrize(("cell", "meaning"), HOURS)
def test_hours_in_all_writings(cell, meaning):
    """Opening and closing time are read from digits and words; several spells give the ends."""
    assert parsing.hours_of(cell) == meaning


@pytest.mark.parametrize("cell", ["看心情", "6:00", "25:00-26:00", "6:75-9:00", "6-", "6-9-10"])
def test_hours_that_are_none(cell):
    """A text that is no pair of times is not read."""
    with pytest.raises(ValueError, match=r".*"):
        parsing.hours_of(cell)


@pytest.mark.parametrize(("cell", "meaning"), AREAS)
def test_areas_in_all_units(cell, meaning):
    """Areas come in square metres whatever their unit."""
    assert parsing.number_of(cell, is_area=True) == meaning


@pytest.mark.parametrize("cell", ["很大", "12户", -1, "1-2", True, float("inf"), "10平方英尺"])
def test_areas_that_are_none(cell):
    """Words, other units, ranges and negative numbers are no area."""
    with pytest.raises(ValueError, match=r".*"):
        parsing.number_of(cell, is_area=True)


@pytest.mark.parametrize(("cell", "meaning"), ANGLES)
def test_angles_in_all_writings(cell, meaning):
    """Decimal degrees and degrees, minutes, seconds give decimal degrees."""
    assert parsing.degrees_of(cell) == pytest.approx(meaning, abs=1e-9)


@pytest.mark.parametrize("cell", ["无", "121°75′", True, float("inf"), "12,5,6"])
def test_angles_that_are_none(cell):
    """A text that is no angle, or an impossible one, is not read."""
    with pytest.raises(ValueError, match=r".*"):
        parsing.degrees_of(cell)


def test_a_pair_of_coordinates_in_one_cell():
    """Two coordinates in one cell keep their order; one or three are not read."""
    assert parsing.pair_of("(121.38， 31.11)") == (121.38, 31.11)
    for cell in ("121.38", "1,2,3", "甲,乙"):
        with pytest.raises(ValueError, match=r".*"):
            parsing.pair_of(cell)


@pytest.mark.parametrize(
    ("text", "subtype"),
    [
        ("连锁早餐门店", "chain"),
        ("特色单店", "single"),
        ("便利店+早餐", "cvs"),
        ("网订柜取", "newretail"),
        ("流动餐车", "truck"),
        ("菜场+早餐", "market"),
        ("超市+早餐", "supermarket"),
        ("社区食堂", "canteen"),
        ("无人早餐车", "vending"),
        ("外卖", "delivery"),
    ],
)
def test_every_breakfast_subtype_is_found(text, subtype):
    """The ten kinds of breakfast outlet of the city's plan are found by their words."""
    assert parsing.subtype_of(text, "breakfast") == subtype


def test_subtype_of_a_kind_without_rules_is_the_text():
    """Where no rules are shipped, the text itself is the subtype."""
    assert parsing.subtype_of("24小时", "convenience") == "24小时"
    assert parsing.subtype_of(None, "breakfast") is None


def test_words_of_the_settings_come_first():
    """A word in the settings overrides the shipped table."""
    assert parsing.word_of("营业", "status", {"营业": "closed"}) == "closed"


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)))
def test_every_date_is_read_back(day):
    """Each day is read back from the usual writings and from its serial."""
    writings = (
        day.isoformat(),
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}/{day.month}/{day.day}",
        f"{day:%Y%m%d}",
    )
    for text in writings:
        assert parsing.date_of(text) == day.isoformat()


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.none()))
def test_no_cell_breaks_a_reader(cell):
    """Every reader returns a meaning, None, or ValueError for any cell."""
    for reader in (
        parsing.date_of,
        parsing.hours_of,
        parsing.time_of,
        parsing.number_of,
        parsing.degrees_of,
        parsing.pair_of,
        parsing.is_yes,
        parsing.share_of,
    ):
        try:
            reader(cell)
        except ValueError:
            continue


@pytest.mark.parametrize("cell", ["9" * 400, 10**400, -(10**400), float("inf"), "1e999"])
def test_what_is_too_long_for_a_number_is_no_number(cell):
    """A figure beyond all floats is unreadable, not infinite, whoever wrote it."""
    for reader in (parsing.number_of, parsing.degrees_of, parsing.date_of, parsing.share_of):
        with pytest.raises(ValueError):  # noqa: PT011  (the cell is the message)
            reader(cell)
