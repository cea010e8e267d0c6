from __future__ import annotations

import datetime as dt
import json

import openpyxl
import pandas as pd
import pytest

from livelihood_map.core.errors import SourceError
from livelihood_map.core.labels import use_lang
from livelihood_map.core.tables import FACILITIES
from livelihood_map.load.survey_returns import read_returns
from livelihood_map.programme import list_questions, merge_survey
from livelihood_map.report.survey_forms import COLUMNS, heading, write_sheets

DAY = dt.date(2023, 6, 30)
TABLE = "填报总表"


@pytest.fixture
def markets(grid_town):
    """Return 24 markets of one town, with floor area, stalls and hours."""
    places = [(row, column) for row in range(5) for column in range(5)][:24]
    return grid_town.facilities(
        *places,
        kind="wet_market",
        town_id="west",
        area_m2=[1000.0 + 10 * number for number in range(24)],
        stalls_n=[60.0 + number for number in range(24)],
        opens_at="06:00",
        closes_at="18:00",
    )


@pytest.fixture
def questions(markets):
    """Return what is sent out."""
    return list_questions(markets, {"west": "西镇"})


@pytest.fixture
def sent(questions, tmp_path):
    """Return the workbook as it is sent out."""
    path = tmp_path / "out" / "west_西镇.xlsx"
    return write_sheets(
        questions, path, title="西镇菜市场走访调研表", notes=["合成示例数据"], date=DAY
    )


class Filled:
    """A sheet that somebody fills in."""

    def __init__(self, path):
        self.book = openpyxl.load_workbook(path)
        self.page = self.book[TABLE]
        cells = [[cell.value for cell in row] for row in self.page.iter_rows()]
        self.head = next(n for n, row in enumerate(cells, start=1) if heading("hours") in row)
        self.columns = {name: cells[self.head - 1].index(heading(name)) + 1 for name in COLUMNS}

    def write(self, number, **values):
        """Fill in the row of a market, counted from 0."""
        for name, value in values.items():
            self.page.cell(self.head + 1 + number, self.columns[name]).value = value

    def save(self, path):
        """Save it to be sent back."""
        path.parent.mkdir(exist_ok=True)
        self.book.save(path)
        return path


def kinds(slips):
    """Return the kinds of slips."""
    return slips["slip"].tolist()


def test_sheets_are_prefilled_and_bear_their_notes(sent, questions):
    """A table with one row a market, then one form a market; known values stand in both."""
    book = openpyxl.load_workbook(sent)
    assert book.sheetnames[0] == TABLE
    assert len(book.sheetnames) == 1 + len(questions)
    filled = Filled(sent)
    row = [cell.value for cell in filled.page[filled.head + 1]]
    assert row[: len(COLUMNS)][COLUMNS.index("area_m2")] == 1000
    assert row[COLUMNS.index("hours")] == "06:00-18:00"
    assert row[COLUMNS.index("surveyed_on")] is None
    form = [[cell.value for cell in line] for line in book[book.sheetnames[1]].iter_rows()]
    assert "合成示例数据" in str(form)
    assert "□ 国有" in str(form)


def test_sheets_come_back_as_they_were_sent_without_a_slip(sent, questions):
    """Nothing filled in: every market is there, nobody is surveyed, nothing is wrong."""
    returns = read_returns([sent], questions, as_of=DAY)
    assert kinds(returns.slips) == []
    assert len(returns.answers) == 24
    assert returns.answers["surveyed_on"].isna().all()


def test_answers_are_merged_and_counted(sent, questions, markets, tmp_path):
    """Two markets visited: one corrected, one confirmed."""
    filled = Filled(sent)
    filled.write(0, area_m2=1500, operator_form="民营", condition="好", surveyed_on="2023-05-01")
    filled.write(1, surveyed_on=dt.date(2023, 5, 2), hours="5:30-19:00", is_position_checked="是")
    back = filled.save(tmp_path / "back" / "a.xlsx")
    returns = read_returns([back], questions, as_of=DAY)
    assert kinds(returns.slips) == []
    result = merge_survey(markets, returns.answers)
    FACILITIES.check(result.markets)
    table = result.markets.set_index("facility_id")
    assert table.loc["wet_market0", ["area_m2", "operator_form", "condition"]].tolist() == [
        1500.0, "private", "good",
    ]  # fmt: skip
    assert table.loc["wet_market1", ["opens_at", "closes_at"]].tolist() == ["05:30", "19:00"]
    changed = set(zip(result.changes["facility_id"], result.changes["field"], strict=True))
    assert changed == {
        ("wet_market0", "area_m2"), ("wet_market0", "operator_form"),
        ("wet_market0", "condition"), ("wet_market1", "opens_at"), ("wet_market1", "closes_at"),
    }  # fmt: skip
    assert result.by_town["surveyed_n"].tolist() == [2, 2]
    assert result.surveyed_share == 2 / 24


def test_a_checked_position_moves_the_market_and_an_unchecked_one_does_not(
    sent, questions, markets, tmp_path
):
    """About 100 m east: taken where it was checked on a map."""
    filled = Filled(sent)
    for number, checked in ((0, "是"), (1, None)):
        lon = questions["lon"].iloc[number] + 0.00105
        filled.write(number, lon=lon, is_position_checked=checked, surveyed_on="2023-05-01")
    returns = read_returns([filled.save(tmp_path / "a.xlsx")], questions, as_of=DAY)
    assert kinds(returns.slips) == ["position_unchecked"]
    result = merge_survey(markets, returns.answers)
    moved = result.markets.geometry.distance(markets.geometry)
    assert moved.iloc[0] == pytest.approx(100.0, abs=1.5)
    assert moved.iloc[1] == 0.0
    assert result.changes["field"].tolist() == ["position"]


SLIPS = {
    "number_text": {"area_m2": "很大"},
    "number_written": {"area_m2": "１２００平方米"},
    "number_range": {"stalls_n": 90000},
    "stalls_fraction": {"stalls_n": 60.5},
    "area_per_stall": {"stalls_n": 2},
    "operator_form_unknown": {"operator_form": "亲戚"},
    "condition_unknown": {"condition": "马马虎虎"},
    "checked_unknown": {"is_position_checked": "也许"},
    "hours_text": {"hours": "天亮到天黑吧"},
    "hours_order": {"hours": "18:00-06:00"},
    "position_half": {"lat": None},
    "position_text": {"lon": "桥东"},
    "position_far": {"lon": 121.9},
    "date_text": {"surveyed_on": "上周二"},
    "date_range": {"surveyed_on": "2023-12-01"},
    "date_absent": {"surveyed_on": None, "condition": "好"},
    "name_changed": {"name": "另一家市场"},
    "town_changed": {"town_name": "东镇"},
    "id_absent": {"facility_id": None},
    "id_wrong": {"facility_id": "wet_market-999"},
    "market_new": {"facility_id": None, "name": "桥头新市场"},
}


def test_every_kind_of_slip_is_named_and_nothing_is_lost(sent, questions, tmp_path):
    """21 rows with one slip each, swapped coordinates, repeated rows, strange columns."""
    filled = Filled(sent)
    for number, values in enumerate(SLIPS.values()):
        filled.write(number, **{"surveyed_on": "2023-05-01", **values})
    last = questions.iloc[21]
    filled.write(21, lon=last["lat"], lat=last["lon"], surveyed_on="2023-05-01")
    copied = {name: questions.iloc[22][name] for name in ("facility_id", "name", "town_name")}
    filled.write(24, **copied, area_m2=5555)
    filled.page.cell(filled.head, len(COLUMNS) + 1).value = "联系人电话"
    filled.page.cell(filled.head + 1, len(COLUMNS) + 1).value = "13900000000"
    back = filled.save(tmp_path / "back.xlsx")
    returns = read_returns([back], questions, as_of=DAY)
    expected = [*SLIPS, "position_swapped", "repeated", "column_unknown", "market_absent"]
    assert sorted(kinds(returns.slips)) == sorted(expected)
    assert returns.slips["problem"].str.len().gt(0).all()
    assert returns.slips["remedy"].str.len().gt(0).all()
    new = returns.slips.set_index("slip").loc["market_new"]
    assert json.loads(new["raw"])["name"] == "桥头新市场"
    # 24 were sent; the row that became another market is gone, all others came back.
    assert len(returns.answers) == 23
    assert "13900000000" not in returns.answers.to_csv() + returns.slips.to_csv()
    taken = returns.answers.set_index("facility_id")
    mended = taken.iloc[list(SLIPS).index("number_written")]
    assert mended["area_m2"] == 1200.0
    assert taken.loc[last["facility_id"], "lon"] == pytest.approx(last["lon"])


def test_missing_markets_columns_and_tables_are_named(sent, questions, tmp_path):
    """A deleted row, a deleted column, a sheet that is no table, a file that is no workbook."""
    filled = Filled(sent)
    filled.page.delete_rows(filled.head + 1)
    filled.page.delete_cols(filled.columns["condition"])
    whole = filled.save(tmp_path / "a.xlsx")
    empty = openpyxl.Workbook()
    empty.active.append(["只有一句话"])
    empty.save(tmp_path / "b.xlsx")
    (tmp_path / "c.xlsx").write_bytes(b"PK no workbook")
    paths = [whole, tmp_path / "b.xlsx", tmp_path / "c.xlsx"]
    returns = read_returns(paths, questions, as_of=DAY)
    assert sorted(kinds(returns.slips)) == [
        "column_absent", "file_broken", "market_absent", "table_absent",
    ]  # fmt: skip
    assert len(returns.answers) == 23


def test_the_same_row_twice_is_named_and_harmless(sent, questions, tmp_path):
    """The same file sent back twice: each market once, 24 repetitions named."""
    twice = tmp_path / "copy.xlsx"
    twice.write_bytes(sent.read_bytes())
    returns = read_returns([sent, twice], questions, as_of=DAY)
    assert set(kinds(returns.slips)) == {"repeated_same"}
    assert len(returns.answers) == 24


def test_english_sheets_are_read_back_too(questions, tmp_path):
    """Headings and choices of either language are understood."""
    with use_lang("en"):
        path = write_sheets(questions, tmp_path / "en.xlsx", title="Survey", notes=[], date=DAY)
    book = openpyxl.load_workbook(path)
    page = book["to fill in"]
    rows = list(page.iter_rows())
    head = next(row for row in rows if any(cell.value == "condition" for cell in row))
    column = next(cell.column for cell in head if cell.value == "condition")
    page.cell(head[0].row + 1, column).value = "poor"
    book.save(path)
    returns = read_returns([path], questions, as_of=DAY)
    assert returns.answers["condition"].iloc[0] == "poor"
    assert kinds(returns.slips) == ["date_absent"]


def test_without_any_workbook_the_folder_is_refused(questions):
    """Nothing came back: say so."""
    with pytest.raises(SourceError, match="xlsx"):
        read_returns([], questions, as_of=DAY)


def test_closed_markets_and_those_outside_are_not_asked(markets):
    """22 of 24 are sent out."""
    changed = markets.assign(
        status=["closed"] + ["operating"] * 23, is_inside=[True, False] + [True] * 22
    )
    assert len(list_questions(changed, {"west": "西镇"})) == 22


def test_an_empty_answer_changes_nothing(markets):
    """Answers without values leave the register as it is."""
    answers = pd.DataFrame(
        {"facility_id": ["wet_market0"], "area_m2": [None], "surveyed_on": ["2023-05-01"]}
    )
    result = merge_survey(markets, answers)
    assert result.changes.empty
    assert result.markets["area_m2"].tolist() == markets["area_m2"].tolist()
