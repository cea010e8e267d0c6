"""The words in which the tables between the stages are told."""

from __future__ import annotations

import pytest

from livelihood_map.core.schema import Column
from livelihood_map.core.tables import _column, _table

AMOUNT = {"kind": "float", "minimum": 0}


@pytest.mark.parametrize(
    ("word", "column"),
    [
        ("town_id", Column("town_id", "str")),
        ("walk_m", Column("walk_m", **AMOUNT)),
        ("facilities_n", Column("facilities_n", "int", minimum=0)),
        ("is_open", Column("is_open", "bool")),
        ("gap_share", Column("gap_share", "float", is_optional=True, minimum=0, maximum=1)),
    ],
)
def test_unit_in_name(word, column):
    """A column holds what the unit in its name says, and text where its name has none."""
    assert _column(word, {}) == column


@pytest.mark.parametrize(
    ("word", "column"),
    [
        ("address?", Column("address", "str", is_optional=True)),
        ("mean:amount", Column("mean", **AMOUNT)),
        ("elderly_n:amount?", Column("elderly_n", **AMOUNT, is_optional=True)),
    ],
)
def test_word_behind_name(word, column):
    """What a name does not say stands behind it, and a mark where values may be missing."""
    assert _column(word, {}) == column


def test_unknown_word():
    """A word behind a name that says nothing of a column is refused."""
    with pytest.raises(KeyError, match="amuont"):
        _column("mean:amuont", {})


def test_closed_list():
    """A closed list of values belongs to the column of its name, whether values may miss or not."""
    table = _table("supply", "facility_id unit?", key="facility_id", unit=("m2", "seats"))
    assert table.columns[1] == Column("unit", "str", is_optional=True, choices=("m2", "seats"))
    assert table.key == ("facility_id",)


def test_closed_list_of_no_column():
    """A closed list of values for a column that the table lacks is refused."""
    with pytest.raises(KeyError, match="unti"):
        _table("supply", "facility_id unit?", unti=("m2", "seats"))
