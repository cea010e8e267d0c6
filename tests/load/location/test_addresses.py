"""Addresses as offices write them, taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livelihood_map.load.location.addresses import parse_address

WRITTEN = [
    ("上海市闵行区七宝镇漕宝路1500弄11-12号", "漕宝路|1500||11|"),
    ("漕宝路１５００弄１１号", "漕宝路|1500||11|"),
    ("沪闵路391号-1", "沪闵路|||391|1"),
    ("红松路505号之二", "红松路|||505|2"),
    ("春申路2525弄12支弄3号", "春申路|2525|12|3|"),
    ("龙吴路5530弄39号101室", "龙吴路|5530||39|"),
    ("三路99路", "三路|||99|"),
    ("都市路3759、3761号", "都市路|||3759|"),
    ("闵行区古美路街道平南路1号（近莲花路）", "平南路|||1|"),
    ("梅陇镇镇西路8号", "镇西路|||8|"),
    ("镇北路10号", "镇北路|||10|"),
    ("古美西路492号2楼", "古美西路|||492|"),
    ("沪青平公路277号", "沪青平公路|||277|"),
    ("东川路811弄A1号", "东川路|811||a1|"),
    ("5530弄39号", ""),
    ("112、113室A、B区", ""),
    ("一楼", ""),
    ("", ""),
]


@pytest.mark.parametrize(("written", "key"), WRITTEN)
def test_key_of_an_address(written, key):
    """Road, lane, branch lane, number and suffix make the key; without a road there is none."""
    assert parse_address(written).key == key


def test_range_and_rest_are_kept():
    """The end of a range and what follows the number are kept."""
    address = parse_address("漕宝路1500弄11-12号一楼A区")
    assert (address.number, address.number_to, address.rest) == ("11", "12", "一楼a区")


@given(
    st.sampled_from(["漕宝路", "沪闵路", "古美西路", "莘建东路", "沪青平公路"]),
    st.integers(1, 9999),
    st.integers(1, 999),
    st.sampled_from(["", "上海市", "闵行区", "上海市闵行区莘庄镇", "闵行区古美路街道"]),
    st.sampled_from(["", "底层", "101室", "（近地铁）", "B1层"]),
)
def test_every_plain_address_has_its_key(road, lane, number, before, after):
    """Whatever stands before and after, road, lane and number are found."""
    assert parse_address(f"{before}{road}{lane}弄{number}号{after}").key == (
        f"{road}|{lane}||{number}|"
    )


@given(st.text(max_size=40))
def test_no_text_breaks_the_parser(text):
    """Any text has parts; a key needs a road and a number."""
    address = parse_address(text)
    assert (address.key == "") == (not address.road or not (address.lane or address.number))
