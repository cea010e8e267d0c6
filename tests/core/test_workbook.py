from __future__ import annotations

import datetime as dt

import openpyxl
import pandas as pd
import pytest

from livelihood_map.core.workbook import Chart, Sheet, write_workbook

DATE = dt.date(2023, 6, 30)
TABLE = pd.DataFrame(
    {
        "name": ["甲", "乙", "丙"],
        "covered_share": [0.1, None, 0.9],
        "people": [10, 20, 30],
        "is_met": ["否", "是", "否"],
        "view": "",
        "style": ["0.0%", "#,##0", "0.0"],
    }
)
HEADINGS = {name: name for name in TABLE.columns if name != "style"}


def page_of(tmp_path, **look):
    """Return the sheet of a written workbook."""
    path = write_workbook(tmp_path / "a.xlsx", [Sheet("表", TABLE, HEADINGS, **look)], date=DATE)
    return openpyxl.load_workbook(path)["表"]


def rules_of(page):
    """Return the types of the conditional colours by the cells that they hold for."""
    return {
        str(cells.sqref): [rule.type for rule in rules]
        for cells, rules in page.conditional_formatting._cf_rules.items()
    }


def test_title_mark_and_hints_stand_above_the_headings(tmp_path):
    """The title comes first, then the first note and the hints, then the headings, frozen."""
    page = page_of(tmp_path, caption="题", notes=["注一", "注二"], hints=["请填写"])
    assert [page.cell(row, 1).value for row in range(1, 6)] == [
        "题",
        "注一",
        "请填写",
        "name",
        "甲",
    ]
    assert page.freeze_panes == "B5"
    assert page.auto_filter.ref == "A4:E7"


def test_each_note_stands_once_on_the_last_sheet(tmp_path):
    """Notes of most sheets are told of all, others with the names of their sheets."""
    sheets = [
        Sheet("甲", TABLE, HEADINGS, notes=["共同", "甲的"]),
        Sheet("乙", TABLE, HEADINGS, notes=["共同"]),
    ]
    book = openpyxl.load_workbook(write_workbook(tmp_path / "a.xlsx", sheets, date=DATE))
    assert book.sheetnames == ["甲", "乙", "说明"]
    rows = list(book["说明"].iter_rows(min_row=4, values_only=True))
    assert rows == [("全部工作表", "共同"), ("甲", "甲的")]


def test_ids_stand_beyond_the_print_area(tmp_path):
    """Columns of ids, and those that are named, come last and are not printed."""
    table = TABLE.assign(site_id="s")
    heads = {"site_id": "编号"} | HEADINGS
    sheet = Sheet("表", table, heads, unprinted=["people"])
    page = openpyxl.load_workbook(write_workbook(tmp_path / "a.xlsx", [sheet], date=DATE))["表"]
    shown = [cell.value for cell in page[2]]
    assert shown == ["name", "covered_share", "is_met", "view", "编号", "people"]
    assert page.print_area == "'表'!$A$1:$D$5"


def test_a_sheet_too_wide_for_the_page_repeats_its_names(tmp_path):
    """Forty columns are not shrunk to one page: they run on, with the first column again."""
    table = pd.DataFrame({f"c{number}": [1] for number in range(40)})
    sheet = Sheet("表", table, {name: name for name in table})
    page = openpyxl.load_workbook(write_workbook(tmp_path / "a.xlsx", [sheet], date=DATE))["表"]
    assert not page.page_setup.fitToWidth or not page.sheet_properties.pageSetUpPr
    assert page.print_title_cols == "$A:$A"


def test_a_chart_follows_the_cells_below_which_it_stands(tmp_path):
    """The chart's series are cells of the table; it lies inside the print area."""
    chart = Chart("题", "name", ["covered_share"], 3)
    page = page_of(tmp_path, chart=chart)
    (drawn,) = page._charts
    assert [one.val.numRef.f for one in drawn.series] == ["表!$B$3:$B$5"]
    assert drawn.anchor.to.row < int(page.print_area.rpartition("$")[2])


def test_scales_bars_and_flags_colour_their_columns(tmp_path):
    """Each sort of colour holds for the rows of its own column."""
    page = page_of(
        tmp_path, scales=["covered_share"], bars=["people"], flags={"is_met": {"否": "#FDDBC7"}}
    )
    assert rules_of(page) == {"B3:B5": ["colorScale"], "C3:C5": ["dataBar"], "D3:D5": ["cellIs"]}


def test_choices_are_offered_as_a_list(tmp_path):
    """A column with choices offers them; one that takes any text offers none."""
    page = page_of(tmp_path, choices={"view": ["同意", "不同意"], "name": ()})
    (rule,) = page.data_validations.dataValidation
    assert rule.formula1 == '"同意,不同意"'
    assert str(rule.sqref) == "E3:E5"


def test_rows_may_have_their_own_format(tmp_path):
    """The format of a row stands above that of the column."""
    page = page_of(tmp_path, formats={"people": "0"}, row_formats="style")
    assert [page.cell(row, 3).number_format for row in (3, 4, 5)] == ["0.0%", "#,##0", "0.0"]


def test_long_texts_make_their_rows_higher(tmp_path):
    """A row whose text wraps is as high as its lines; other rows keep their height."""
    table = TABLE.assign(name=["甲" * 50, "乙", "丙"])
    path = write_workbook(
        tmp_path / "a.xlsx", [Sheet("表", table, HEADINGS, widths={"name": 20.0})], date=DATE
    )
    page = openpyxl.load_workbook(path)["表"]
    assert page.row_dimensions[3].height == 90
    assert page.row_dimensions[4].height in {None, 15}


@pytest.mark.parametrize("rows_n", [0, 1])
def test_sheet_without_rows_is_still_a_sheet(tmp_path, rows_n):
    """A sheet without rows has its headings, frozen, with filters and colours."""
    table = TABLE.head(rows_n)
    sheet = Sheet("表", table, HEADINGS, scales=["covered_share"], choices={"view": ["是"]})
    page = openpyxl.load_workbook(write_workbook(tmp_path / "a.xlsx", [sheet], date=DATE))["表"]
    assert page.max_row == 2 + rows_n
    assert page.auto_filter.ref == "A2:E3"


def test_page_prints_as_wide_as_the_paper(tmp_path):
    """A4 on its side, one page wide, headings repeated."""
    page = page_of(tmp_path)
    assert page.page_setup.orientation == "landscape"
    assert page.page_setup.paperSize == 9
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.print_title_rows == "$1:$2"
