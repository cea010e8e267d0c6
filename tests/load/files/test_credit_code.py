"""Credit codes join lists and registers without names."""

from __future__ import annotations

import pandas as pd
import pytest

from livelihood_map.load.files.credit_code import credit_code_of
from livelihood_map.load.files.members import Members
from livelihood_map.load.registers import facility_ids

CODE, OTHER = "91350100M000100Y43", "92371000MA3MXH0E3W"


@pytest.mark.parametrize("at", range(18))
def test_one_wrong_sign_is_found(at):
    """Whichever sign of a code is wrong, the last one tells."""
    wrong = "2" if CODE[at] != "2" else "3"
    with pytest.raises(ValueError, match=wrong):
        credit_code_of(CODE[:at] + wrong + CODE[at + 1 :])


def test_a_code_names_whoever_bears_it():
    """A list may name an outlet by its code; one that two outlets share names both."""
    members = Members(["a", "b", "c"], ["甲", "乙", "丙"], codes=[CODE, OTHER, OTHER])
    assert members.find(CODE.lower()) == ["a"]
    assert members.find(OTHER) == ["b", "c"]
    assert members.find("丙") == ["c"]


def test_the_id_of_an_outlet_follows_its_own_code():
    """An outlet with a code of its own keeps its id when renamed and moved; shared codes do not."""
    rows = pd.DataFrame(
        {"kind": "breakfast", "code": "", "name": ["甲", "乙", "丙"], "lon": 121.4, "lat": 31.1,
         "address": "", "status": "operating", "credit_code": [CODE, OTHER, OTHER]}
    )  # fmt: skip
    moved = rows.assign(name=["甲店", "乙店", "丙"], lon=121.5)
    before, after = facility_ids(rows), facility_ids(moved)
    assert before[0] == after[0]
    assert len({*before, *after}) == 5
