"""What may tell the place of a row without one is proposed in order, and never more than that."""

from __future__ import annotations

from livelihood_map.load.place_proposals import Known, Unplaced, propose_places

KNOWN = [
    Known("street", "莲花路", "", 1, 1),
    Known("compound", "莲花", "", 2, 2),
    Known("compound", "莲花新村", "", 3, 3),
    Known("compound", "莲花新村二期", "", 4, 4),
    Known("earlier", "王记（莲花店）", "莲花路18号", 5, 5, "2025"),
    Known("earlier", "李记", "漕宝路1500弄12号", 6, 6, "2024"),
]


def proposed(name, address):
    """Return x of each proposal."""
    return [one.x_m for one in propose_places([Unplaced(name, address)], KNOWN)[0]]


def test_an_earlier_list_comes_first_then_compounds_then_the_street():
    """The surest is named first; the longest name of a compound before a shorter one."""
    assert proposed("王记 (莲花店)", "莲花路20号莲花新村二期") == [5, 4, 3, 1]


def test_the_same_address_is_enough_and_another_number_is_not():
    """An outlet is known by its whole address under another name; the next door is another one."""
    assert proposed("张记", "漕宝路１５００弄12号") == [6]
    assert proposed("张记", "漕宝路1500弄13号") == []


def test_short_names_and_empty_cells_propose_nothing():
    """A compound of two characters is found in too many texts; nothing is made of nothing."""
    assert proposed("莲花面馆", "") == []
    assert proposed("", "") == []
