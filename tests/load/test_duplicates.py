"""One outlet is one row; branches of a chain are several."""

from __future__ import annotations

import numpy as np
import pytest
from register_files import HEADINGS, as_csv, source, take_all

from livelihood_map.load.duplicates import find_duplicates, name_likeness
from livelihood_map.load.files.parsing import name_key


def register(folder, file, *rows):
    """Write outlets as (name, address, lon, lat) and return their settings."""
    lines = [[n, None, name, place, None, *at] for n, (name, place, *at) in enumerate(rows)]
    as_csv([HEADINGS, *lines])(folder / file)
    return source(file)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("肯德基（龙柏店）", "肯德基（虹桥店）"),
        ("老盛昌一店", "老盛昌二店"),
        ("新梅东区早餐", "新梅西区早餐"),
        ("美味来", "盒马鲜生"),
    ],
)
def test_different_outlets_are_not_alike(first, second):
    """Branches, numbered shops and other names stay below what is proposed."""
    assert name_likeness(first, second) < 0.6


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("老盛昌汤包", "老盛昌 汤包馆"),
        ("清美鲜食（七宝店）", "清美鲜食"),
        ("阿三生煎", "阿三生煎店"),
    ],
)
def test_other_writings_are_alike(first, second):
    """Another writing of one name is alike, in either order."""
    assert name_likeness(first, second) == name_likeness(second, first) > 0.75


def test_writing_of_a_name_does_not_matter():
    """Spaces, brackets and width of a name do not matter, its branch does."""
    assert name_key("ＡＢ 店（一）") == name_key("ab店(一)")
    assert name_key("肯德基（龙柏店）") != name_key("肯德基")


def test_repetition_across_registers_is_left_out_once(tmp_path):
    """The same outlet in two registers is taken once, from whichever tells more."""
    first = register(tmp_path, "a.csv", ("甲记", None, 121.39, 31.14))
    second = register(tmp_path, "b.csv", ("甲记", "平南路1号", 121.39005, 31.14))
    for sources in ([first, second], [second, first]):
        result = take_all(tmp_path, sources)
        assert result.facilities["source"].tolist() == ["b.csv"]
        assert result.rejects["source"].tolist() == ["a.csv"]
        assert "b.csv" in result.rejects["problem"].iloc[0]


def test_same_name_and_address_is_one_outlet_within_200_m(tmp_path):
    """Two geocodes of one address are one outlet; 300 m apart they are two."""
    near = [("甲记", "平南路1号", 121.39, 31.14), ("甲记", "闵行区平南路１号底层", 121.3915, 31.14)]
    far = [near[0], ("甲记", "平南路1号", 121.394, 31.14)]
    assert len(take_all(tmp_path, [register(tmp_path, "a.csv", *near)]).facilities) == 1
    assert len(take_all(tmp_path, [register(tmp_path, "b.csv", *far)]).facilities) == 2


def test_likely_pairs_are_proposed_and_not_merged(tmp_path):
    """A similar name 25 m away is proposed with its score, and both stay."""
    rows = [
        ("老盛昌汤包", "平南路1号", 121.39, 31.14),
        ("老盛昌汤包馆", "平南路1号", 121.39025, 31.14),
        ("肯德基（甲店）", None, 121.36, 31.14),
        ("肯德基（乙店）", None, 121.36, 31.14),
    ]
    result = take_all(tmp_path, [register(tmp_path, "a.csv", *rows)])
    assert len(result.facilities) == 4
    assert len(result.duplicates) == 1
    pair = result.duplicates.iloc[0]
    assert {pair["first_name"], pair["second_name"]} == {"老盛昌汤包", "老盛昌汤包馆"}
    assert 0.75 <= pair["score"] <= 1
    assert pair["distance_m"] == pytest.approx(23.9, abs=0.5)
    assert result.notes["problem_key"].tolist() == ["duplicate_likely"]


def test_a_crowd_at_one_point_does_not_stop_the_search(tmp_path):
    """Thousands of outlets geocoded to one point are taken in without comparing all pairs."""
    rows = [(f"店{number}号", None, 121.39, 31.14) for number in range(3000)]
    result = take_all(tmp_path, [register(tmp_path, "a.csv", *rows)])
    assert len(result.facilities) == 3000
    assert result.duplicates.empty


def test_order_of_rows_changes_nothing(tmp_path):
    """The outlet that is kept and the pairs proposed do not depend on the order of the rows."""
    random = np.random.default_rng(5)
    rows = [
        (f"店{random.integers(6)}", None, 121.39 + random.integers(9) * 1e-4, 31.14)
        for _ in range(60)
    ]
    one = take_all(tmp_path, [register(tmp_path, "a.csv", *rows)])
    two = take_all(tmp_path, [register(tmp_path, "a.csv", *reversed(rows))])
    assert one.facilities["facility_id"].tolist() == two.facilities["facility_id"].tolist()
    assert find_duplicates(one.facilities).equals(two.duplicates)
