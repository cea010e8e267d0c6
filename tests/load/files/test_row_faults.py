"""One record tells what is wrong with a row, whatever file it stands in."""

from __future__ import annotations

import dataclasses

import pytest

from livelihood_map.core.tables import REJECTS
from livelihood_map.load.files.row_faults import Fault, faults_table, first_problems, slips_table

PLACE = {"source": "a.csv", "sheet": "", "field": "名称", "value": ""}
FAULTS = [Fault(row=row, **PLACE).told("load.no_name", "zh", field="名称") for row in (9, 2)]


def test_a_fault_cannot_be_changed():
    """Words are added to a copy."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        FAULTS[0].row = 3
    assert FAULTS[0].problem_key == "no_name"


def test_faults_become_the_table_of_rejects_in_the_order_of_rows():
    """The table keeps its schema, also without a row."""
    assert faults_table(FAULTS)["row"].tolist() == [2, 9]
    for faults in (FAULTS, []):
        REJECTS.conform(faults_table(faults))


def test_slips_keep_the_order_in_which_they_were_met():
    """The column of the subject bears the name of what the list is about."""
    slips = slips_table(FAULTS, subject="facility_id", has_kind=True)
    assert slips["row"].tolist() == [9, 2]
    assert {"facility_id", "slip", "is_taken"} <= set(slips.columns)
    assert "slip" not in slips_table([], subject="candidate_id").columns


def test_the_first_faults_stand_in_the_message():
    """No more than five lines."""
    problems = first_problems(FAULTS * 4)
    assert len(problems) == 5
    assert "9" in problems[0].text("zh")
