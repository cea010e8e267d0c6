"""Damaged files of every kind, drawn at random by fixed seeds: read, or refused in words."""

from __future__ import annotations

from random import Random

import pytest
from fuzz_guard import Trap
from fuzzed_readers import READERS, doors_of, run_case


def test_two_thousand_cases_are_tried():
    """The cases add up to two thousand; the quicker a reader, the more."""
    assert sum(reader.small_n for reader in READERS) >= 2_000


@pytest.mark.parametrize("reader", READERS, ids=[reader.name for reader in READERS])
def test_damage_is_read_or_refused_in_words(tmp_path, reader):
    """No damage ends in a trace, loses a row, reads beyond its folder or asks the network."""
    trap, failures, ends = Trap(), [], set()
    doors_of(reader.name)
    for number in range(reader.small_n):
        folder = tmp_path / str(number)
        folder.mkdir()
        case = f"{reader.name}:0:{number}"
        ended = run_case(reader.name, Random(case), folder, url=trap.url)  # noqa: S311  (a test)
        ends.add(ended.end)
        if ended.detail:
            failures.append(f"{case} {ended.detail}")
    trap.close()
    assert failures == []
    assert trap.asked == []
    assert "read" in ends
