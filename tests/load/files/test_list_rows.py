"""Lists of our own headings are found wherever they stand, and their slips are told."""

from __future__ import annotations

import json

import pytest
from register_files import as_csv, as_xlsx

from livelihood_map.core.errors import SourceError
from livelihood_map.load.files.list_rows import ListRow, Slips, find_lists

HEADINGS = {"编号": "id", "名称": "name", "备注": "note"}


def is_header(columns):
    """Return whether a row of headings names both that are needed."""
    return {"id", "name"} <= columns


def test_a_list_is_found_below_a_title_on_every_sheet(tmp_path):
    """Rows keep their number, cells stand by our columns, blank rows are passed over."""
    rows = [["某镇"], ["编号", "其他", "名称"], ["a1", "?", " 甲 市场 "], [None], ["a2", None]]
    as_xlsx(rows, others=[("空", [["无"]]), ("二", rows[1:])])(tmp_path / "a.xlsx")
    first, second = find_lists(tmp_path / "a.xlsx", HEADINGS, is_header)
    assert [(row.row, row.text("id"), row.text("name")) for row in first.rows()] == [
        (3, "a1", "甲 市场"),
        (5, "a2", ""),
    ]
    assert [row.row for row in second.rows()] == [2, 4]
    assert (first.header.row, first.unknown_headings(), first.width) == (2, ["其他"], 3)


@pytest.mark.parametrize(("is_first_meant", "name"), [(True, "甲"), (False, "乙")])
def test_of_two_equal_headings_one_is_meant(tmp_path, is_first_meant, name):
    """The caller says whether the first or the last."""
    as_csv([["编号", "名称", "名称"], ["a1", "甲", "乙"]])(tmp_path / "a.csv")
    path = tmp_path / "a.csv"
    (table,) = find_lists(path, HEADINGS, is_header, is_first_meant=is_first_meant)
    assert [row.text("name") for row in table.rows()] == [name]


def test_a_file_without_a_list_gives_none_and_a_damaged_one_is_refused(tmp_path):
    """Nothing is taken for a list that does not name what is needed."""
    as_csv([["编号", "备注"], ["a1", "甲"]])(tmp_path / "a.csv")
    assert find_lists(tmp_path / "a.csv", HEADINGS, is_header) == []
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04")
    with pytest.raises(SourceError):
        find_lists(tmp_path / "a.xlsx", HEADINGS, is_header)


def test_a_slip_tells_the_row_as_it_was_written():
    """Text, remedy and the whole row stand in one record; what is personal is starred there too."""
    slips = Slips("review", str.upper, lambda cell: str(cell).replace("138", "***"))
    row = ListRow("a.csv", "", 7, {"id": "c9", "note": "138"}, subject="c1")
    slips.add("id_unknown", row, "id", "c9", metres="25")
    (fault,) = slips.faults
    assert (fault.source, fault.row, fault.subject, fault.field) == ("a.csv", 7, "c1", "ID")
    assert fault.problem
    assert fault.remedy
    assert json.loads(fault.raw) == {"id": "c9", "note": "***"}
