"""Rows name things by their id, or by a name that only one has."""

from __future__ import annotations

import pytest

from livelihood_map.load.files.members import Members

MARKETS = Members(["m1", "m2", "m3"], ["春申 菜市场", "七宝", "七宝"])


@pytest.mark.parametrize(
    ("written", "ids"),
    [("m1", ["m1"]), ("春申菜市场", ["m1"]), ("七 宝", ["m2", "m3"]), ("北桥", []), ("", [])],
)
def test_an_id_or_a_name_finds_all_that_it_may_mean(written, ids):
    """Spaces do not matter, an id goes before a name, nothing is guessed."""
    assert MARKETS.find(written) == ids


def test_a_name_alone_is_no_id():
    """Where only names are asked for, an id finds nothing."""
    assert MARKETS.named("m1") == []
