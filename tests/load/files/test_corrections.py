"""Rejected rows come back corrected, and nothing else changes."""

from __future__ import annotations

import datetime as dt

import openpyxl
import pandas as pd
import pytest
from register_files import ROWS, as_csv, as_xlsx, source, table, take_all

from livelihood_map.core.errors import SourceError
from livelihood_map.core.labels import label, use_lang
from livelihood_map.core.workbook import write_workbook
from livelihood_map.load.files.corrections import read_corrections, rejects_sheets

WRONG = {
    "经度": [31.14, "不详", 121.35],
    "纬度": [121.39, 31.135, 31.15],
    "负责人": ["张三", "李四", "王五"],
    "备注": ["找13912345678", None, None],
}
RIGHT = {**WRONG, "经度": [121.39, 121.385, 121.35], "纬度": [31.14, 31.135, 31.15]}
DATE = dt.date(2023, 6, 30)


def write_rejects(path, rejects, lang="zh"):
    """Write the list of rejects as the run does."""
    with use_lang(lang):
        write_workbook(path, rejects_sheets(rejects, notes=["内部工作用图"]), date=DATE)


def correct(path, changes):
    """Change cells in a list of rejects as a person does: {(row, heading): value}."""
    book = openpyxl.load_workbook(path)
    for page in book.worksheets:
        rows = (row for row in page.iter_rows() if len(row) > 2)
        header = next((row for row in rows if row[2].value in {"行号", "Row"}), None)
        if header is None:  # the sheet of notes
            continue
        columns = {cell.value: cell.column for cell in header}
        for line in range(header[0].row + 1, page.max_row + 1):
            row = page.cell(line, 3).value
            for (wanted, heading), value in changes.items():
                if row == wanted:
                    page.cell(line, columns[heading]).value = value
    book.save(path)


@pytest.fixture
def office(tmp_path):
    """Return a folder with a register in which two of three rows are wrong."""
    as_xlsx([["一览表"], *table(**WRONG)])(tmp_path / "a.xlsx")
    (tmp_path / "right").mkdir()
    as_xlsx([["一览表"], *table(**RIGHT)])(tmp_path / "right" / "a.xlsx")
    return tmp_path


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_corrected_rejects_give_what_correct_input_gives(office, lang):
    """Feeding back the corrected list gives the table that a correct register gives."""
    first = take_all(office, [source("a.xlsx")], lang=lang)
    assert list(first.rejects["row"]) == [3, 4]
    write_rejects(office / "rejects.xlsx", first.rejects, lang)
    correct(
        office / "rejects.xlsx",
        {(3, "经度"): 121.39, (3, "纬度"): "31.14", (4, "经度"): 121.385},
    )
    again = take_all(office, [source("a.xlsx")], lang=lang, corrections="rejects.xlsx")
    right = take_all(office / "right", [source("a.xlsx")], lang=lang)
    assert again.rejects.empty
    pd.testing.assert_frame_equal(again.facilities, right.facilities)


def test_what_is_left_over_is_corrected_in_a_second_list(office):
    """A row that is still wrong is corrected in the next list; both are named, in turn."""
    first = take_all(office, [source("a.xlsx")])
    write_rejects(office / "one.xlsx", first.rejects)
    correct(office / "one.xlsx", {(3, "经度"): 121.39, (3, "纬度"): "暂无", (4, "经度"): 121.385})
    second = take_all(office, [source("a.xlsx")], corrections="one.xlsx")
    assert second.rejects["row"].tolist() == [3]
    write_rejects(office / "two.xlsx", second.rejects)
    correct(office / "two.xlsx", {(3, "纬度"): 31.14})
    third = take_all(office, [source("a.xlsx")], corrections=["one.xlsx", "two.xlsx"])
    right = take_all(office / "right", [source("a.xlsx")])
    pd.testing.assert_frame_equal(third.facilities, right.facilities)
    with pytest.raises(SourceError):
        take_all(office, [source("a.xlsx")], corrections=["two.xlsx"])


def test_list_that_was_not_corrected_changes_nothing(office):
    """The list fed back as it is gives the same facilities and the same rejects."""
    first = take_all(office, [source("a.xlsx")])
    write_rejects(office / "rejects.xlsx", first.rejects)
    again = take_all(office, [source("a.xlsx")], corrections="rejects.xlsx")
    pd.testing.assert_frame_equal(again.facilities, first.facilities)
    pd.testing.assert_frame_equal(again.rejects, first.rejects)


def test_list_keeps_the_original_columns_but_no_personal_data(office):
    """The list shows every column of the register, and no person's name or mobile number."""
    rejects = take_all(office, [source("a.xlsx")]).rejects
    write_rejects(office / "rejects.xlsx", rejects)
    page = openpyxl.load_workbook(office / "rejects.xlsx").worksheets[0]
    cells = [[cell.value for cell in row] for row in page.iter_rows()]
    text = str(cells)
    assert all(heading in text for heading in ("街镇", "网点名称", "经度", "备注"))
    assert all(secret not in text for secret in ("负责人", "张三", "13912345678"))


def test_a_changed_register_refuses_an_old_correction(office):
    """A correction of a row that has changed since is refused with its file and row."""
    write_rejects(office / "rejects.xlsx", take_all(office, [source("a.xlsx")]).rejects)
    as_xlsx([["一览表"], *table(**WRONG)[:1], *table(**WRONG)[2:]])(office / "a.xlsx")
    with pytest.raises(SourceError) as caught:
        take_all(office, [source("a.xlsx")], corrections="rejects.xlsx")
    assert caught.value.key == "load.correction_outdated"


def test_an_overlong_row_comes_back(tmp_path):
    """A row whose address held a comma is mended in the list, its extra cell emptied."""
    lines = "\r\n".join(",".join(map(str, row)) for row in table())
    text = lines.replace(ROWS[1][3], f"{ROWS[1][3]},底层")
    (tmp_path / "a.csv").write_bytes(text.encode())
    write_rejects(tmp_path / "rejects.xlsx", take_all(tmp_path, [source("a.csv")]).rejects)
    row = ROWS[1]
    changes = {(3, name): row[n] for n, name in enumerate(table()[0])}
    correct(tmp_path / "rejects.xlsx", {**changes, (3, "(8)"): None})
    again = take_all(tmp_path, [source("a.csv")], corrections="rejects.xlsx")
    as_csv(table())(tmp_path / "a.csv")
    right = take_all(tmp_path, [source("a.csv")])
    assert again.rejects.empty
    pd.testing.assert_frame_equal(again.facilities, right.facilities)


def test_any_other_workbook_is_refused(tmp_path):
    """A workbook that is no list of rejects is refused, and so is one that is not there."""
    as_xlsx(table())(tmp_path / "a.xlsx")
    for name, key in (("a.xlsx", "load.corrections_none"), ("b.xlsx", "load.no_file")):
        with pytest.raises(SourceError) as caught:
            read_corrections(name, base=tmp_path)
        assert caught.value.key == key
        assert name in caught.value.text("en")


def test_a_spoilt_row_number_is_refused(office):
    """A row number that is no number is refused with its value."""
    write_rejects(office / "rejects.xlsx", take_all(office, [source("a.xlsx")]).rejects)
    correct(office / "rejects.xlsx", {(3, label("load.reject_row", "zh")): "三"})
    with pytest.raises(SourceError) as caught:
        read_corrections("rejects.xlsx", base=office)
    assert "三" in caught.value.text("zh")
