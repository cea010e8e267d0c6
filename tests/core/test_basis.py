"""What figures rest on that no file states, told in one way."""

from __future__ import annotations

import pandas as pd
import pytest

from livelihood_map.core.basis import Basis, DerivedPeople, find_basis
from livelihood_map.core.tables import PEOPLE_UNITS

REGISTERS = pd.DataFrame({"kind": ["breakfast", "convenience"]})
HOMES = pd.DataFrame(
    {
        "population": [250.0, 125.0, 90.0, 40.0],
        "derived_from": ["households", "households", "floor_area", None],
        "units_n": [100.0, 50.0, 2700.0, None],
    }
)
GATES = pd.DataFrame({"residence_id": ["a", "b", "b"], "is_inferred": [False, True, True]})


def test_people_places_and_factor_add_up():
    """People derived from the same thing are summed, and the factor is people over units."""
    basis = find_basis(["breakfast"], REGISTERS, HOMES, GATES)
    assert basis.tell("zh") == [
        "人口为推算：全区 1 处居住地共 90 人，由建筑面积推算，每人 30 平方米",
        "人口为推算：全区 2 个小区共 375 人，由常住户数推算，每户 2.5 人",
        "出入口为推断：全区 1 个小区没有出入口资料，按道路与小区边界推断 2 处，并非实测",
    ]


def test_kinds_without_a_register_stand_first_in_the_order_of_the_settings():
    """Kinds that no register was given of are named together; those given are not."""
    kinds = ["wet_market", "breakfast", "housekeeping"]
    basis = find_basis(kinds, REGISTERS, HOMES.iloc[:0])
    assert basis.absent_kinds == ("wet_market", "housekeeping")
    assert basis.tell("zh") == ["未提供登记：菜市场、家政服务网点。覆盖情况不明，并非为 0"]
    assert basis.tell_absent("zh") == ["菜市场：未提供登记", "家政服务网点：未提供登记"]


def test_nothing_is_said_where_everything_was_given():
    """A run whose people, gates and registers are all on file bears no such sentence."""
    given = find_basis(["breakfast"], REGISTERS, HOMES.iloc[3:], GATES.iloc[:1])
    assert given == Basis()
    assert given.tell("zh") == given.tell_absent("zh") == []


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("unit", PEOPLE_UNITS)
def test_every_unit_is_told_in_both_languages(unit, lang):
    """Whatever people may be derived from has its sentence, with people and factor."""
    told = DerivedPeople(derived_from=unit, residences_n=1, people=600.0, units_n=300.0)
    assert "600" in told.tell(lang)
    assert ("0.5" if unit in {"floor_area", "outline"} else "2") in told.tell(lang)
