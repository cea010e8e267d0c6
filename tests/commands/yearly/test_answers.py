from __future__ import annotations

import datetime as dt
import math
import shutil
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest
from small_office import degrees

from livelihood_map.commands import ask
from livelihood_map.commands.yearly import YEARLY
from livelihood_map.core.errors import SettingsError, SourceError
from livelihood_map.core.io import data_path
from livelihood_map.core.labels import use_lang
from livelihood_map.core.settings import CentreSource, load_settings
from livelihood_map.load.event_lists import read_renovations, read_schedule
from livelihood_map.pipeline import running

HERE = {"layout", "progress", "mix", "delivery", "demonstration", "phases", "schedule", "centres"}


@pytest.fixture(autouse=True)
def _patience(monkeypatch):
    """A question in the other language computes what is stale, however slow the machine."""
    monkeypatch.setattr(running, "WAIT_S", math.inf)


@pytest.fixture(scope="module")
def office(shared_office):
    """Return the settings of the office with its lists of renovations and a schedule."""
    path, folder = shared_office, shared_office.parent
    names = market_names(folder)
    (folder / "renovations.csv").write_text(
        "市场名称,工期（月）,最早开工\n" + f"{names[0]},2,2023-03\n{names[1]},1个月,\n", "utf-8"
    )
    (folder / "schedule.csv").write_text(
        f"市场名称,日期,事件\n{names[0]},2023年3月1日,停业\n{names[0]},2023-06-01,恢复营业\n",
        "utf-8",
    )
    settings = load_settings(path)
    plan = data_path("programme", "minhang-2023.toml").read_text("utf-8")
    (folder / "plan.toml").write_text(plan.replace("count_n = 14", "count_n = 2"), "utf-8")
    programme = replace(
        settings.programme,
        name="plan.toml",
        quotas="uncovered",
        new_markets_n=1,
        renovations="renovations.csv",
        schedule="schedule.csv",
        demonstration_spacing_m=0.0,
        demonstration_per_town=None,
    )
    return replace(settings, programme=programme)


def market_names(folder):
    """Return the names of the register of markets."""
    rows = list(
        openpyxl.load_workbook(folder / "markets.xlsx")["菜市场"].iter_rows(values_only=True)
    )
    column = rows[0].index("网点名称")
    return [row[column] for row in rows[1:]]


def folder_of(settings):
    """Return where the answers lie."""
    return settings.resolve(settings.run.output) / "programme"


@pytest.mark.parametrize(
    "question", ["progress", "phases", "schedule", "layout", "mix", "delivery"]
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_question_is_answered_in_words_and_in_a_workbook(office, question, lang):
    """A line to read, a workbook whose headings are words and whose first sheet has rows."""
    with use_lang(lang):
        lines = ask(office, question)
    assert lines
    book = openpyxl.load_workbook(folder_of(office) / f"{question}.xlsx")
    for page in book:
        assert page.max_row > 1
    text = " ".join(str(cell) for row in book.active.iter_rows(values_only=True) for cell in row)
    assert "programme." not in text


def test_survey_sheets_go_out_come_back_and_count_as_progress(office):
    """Two markets, one visited with a larger hall: half surveyed, one change, progress knows."""
    ask(office, "survey")
    folder = folder_of(office) / "survey"
    (path, *_) = sorted(folder.iterdir())
    book = openpyxl.load_workbook(path)
    page = book["填报总表"]
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    head = next(number for number, row in enumerate(rows) if "走访日期" in row)
    for heading, value in (("走访日期", "2023-06-01"), ("营业面积（㎡）", 1234)):
        page.cell(head + 2, rows[head].index(heading) + 1).value = value
    book.save(path)
    lines = ask(office, "survey-read", folder=folder)
    assert "走访覆盖 50.0%" in lines[0]
    assert "更新台账 1 项" in lines[0]
    assert any("走访调研：达到 50.0%" in line for line in ask(office, "progress"))


def test_quotas_are_shared_out_by_need_where_the_plan_has_none(office):
    """The towns' quotas add up to 83 and the workbook says that they are not the document's."""
    ask(office, "progress")
    book = openpyxl.load_workbook(folder_of(office) / "progress.xlsx")
    rows = [row for row in book["按街镇"].iter_rows(values_only=True) if row[0] == "新增早餐网点"]
    assert sum(row[4] for row in rows if row[1] != "全区") == 83
    text = " ".join(str(row[1]) for row in book["说明"].iter_rows(values_only=True))
    assert "并非文件规定" in text


def test_the_answer_is_the_same_to_the_byte(office):
    """Asked twice, a question writes the same files."""
    names = ("phases.xlsx", "phases.svg", "layout.xlsx")
    written = []
    for _ in range(2):
        for question in ("phases", "layout"):
            ask(office, question)
        written.append([(folder_of(office) / name).read_bytes() for name in names])
    assert written[0] == written[1]


def test_a_run_compared_with_a_copy_of_itself_shows_no_change(office, tmp_path):
    """Nobody gained, nobody lost."""
    ask(office, "progress")
    copy = tmp_path / "before"
    shutil.copytree(office.resolve(office.run.output), copy)
    lines = ask(office, "compare", other=copy)
    assert all("新覆盖 0 人，失去覆盖 0 人" in line for line in lines[:2])
    assert (folder_of(office) / "compare.geojson").exists()


def test_a_schedule_compared_with_another_shows_who_gained_and_lost_at_the_end(office):
    """A market that stays shut in the other schedule is back in ours: nobody has lost."""
    folder = office.resolve("schedule.csv").parent
    name = market_names(folder)[0]
    other = folder / "other.csv"
    other.write_text(f"市场名称,日期,事件\n{name},2023-02-01,停业\n", "utf-8")
    (line, *_) = ask(office, "compare", other=other)
    assert "失去覆盖 0 人" in line
    book = openpyxl.load_workbook(folder_of(office) / "scenarios.xlsx")
    assert book.sheetnames[-4:] == ["各月覆盖", "按街镇", "变化明细", "说明"]
    rows = list(book["各月覆盖"].iter_rows(values_only=True))
    assert "other.csv" in " ".join(str(row[1]) for row in book["说明"].iter_rows(values_only=True))
    months = {row[0]: row[1:3] for row in rows if str(row[0]).startswith("2023-")}
    assert [after - before for before, after in months.values()] == [0, 1, 0, 0, 0, *[1] * 7]
    assert (folder_of(office) / "scenarios_wet_market.svg").exists()
    assert (folder_of(office) / "scenarios.geojson").exists()


def test_a_schedule_compared_with_itself_shows_no_change(office):
    """Nobody gained, nobody lost."""
    (line, *_) = ask(office, "compare", other=office.resolve("schedule.csv"))
    assert "新覆盖 0 人，失去覆盖 0 人" in line


def test_another_schedule_that_is_absent_is_named(office):
    """The message holds the path."""
    with pytest.raises(SourceError, match=r"nowhere\.csv"):
        ask(office, "compare", other=office.resolve("nowhere.csv"))


def test_each_circle_names_its_nearest_centre_when_the_office_lists_centres(office):
    """The columns stand in the workbook with a list of centres, and not without."""
    folder = office.resolve("centres.csv").parent
    lon, lat = degrees(2, 2)
    text = f"中心名称,层级,经度,纬度\n小区商业中心,社区级,{lon},{lat}\n"
    (folder / "centres.csv").write_text(text, "utf-8")
    source = CentreSource(path="centres.csv", datum="WGS-84")
    listed = replace(
        office,
        load=replace(office.load, centres=source),
        run=replace(office.run, output="out-centres"),
    )
    found = []
    for settings in (office, listed):
        ask(settings, "mix")
        page = openpyxl.load_workbook(folder_of(settings) / "mix.xlsx")["按生活圈"]
        found.append([row for row in page.iter_rows(values_only=True) if len(set(row)) > 2])
    assert "最近的商业中心" not in found[0][0]
    assert "最近的商业中心" in found[1][0]
    assert all("小区商业中心" in row and "X" in row for row in found[1][1:])


def test_an_unknown_question_is_refused_with_the_known_ones(office):
    """The message lists them."""
    with pytest.raises(SettingsError, match="phases"):
        ask(office, "weather")
    assert set(YEARLY) >= HERE


def test_questions_that_need_a_list_say_so(office):
    """Without a list of renovations or a schedule the settings' key is named."""
    bare = replace(office, programme=replace(office.programme, renovations=None, schedule=None))
    with pytest.raises(SettingsError, match="renovations"):
        ask(bare, "phases")
    with pytest.raises(SettingsError, match="schedule"):
        ask(bare, "schedule")


MARKETS = pd.DataFrame(
    {"facility_id": ["m1", "m2", "m3", "m4"], "name": ["甲市场", "乙 市场", "丙市场", "丙市场"]}
)


def test_lists_find_markets_by_name_or_id(tmp_path):
    """Spaces do not matter; a title above the headings and a blank line do not either."""
    path = tmp_path / "list.csv"
    path.write_text(
        "改造清单,,\n市场名称,工期（月）,最早开工\n甲市场,3,2023年2月\n,,\n乙市场,1,\nm3,2,2023-4-1\n",
        encoding="gb18030",
    )
    table = read_renovations(path, MARKETS)
    assert table["facility_id"].tolist() == ["m1", "m2", "m3"]
    assert table["months_n"].tolist() == [3, 1, 2]
    assert table["earliest"].tolist()[::2] == ["2023-02", "2023-04"]


def test_every_mistake_of_a_list_is_named_with_its_row(tmp_path):
    """An unknown name, an ambiguous one, a duration and a month that are none."""
    path = tmp_path / "list.csv"
    path.write_text(
        "市场名称,工期,最早开工\n丁市场,1,\n丙市场,1,\n甲市场,半年,\n乙市场,1,春天\n",
        encoding="utf-8",
    )
    with pytest.raises(SourceError) as error:
        read_renovations(path, MARKETS)
    text = str(error.value)
    assert len(error.value.problems) == 4
    for part in ("第 2 行", "丁市场", "第 3 行", "2 家", "半年", "春天"):
        assert part in text


def test_a_schedule_gives_dates_and_events(tmp_path):
    """Words of the office become opens and closes; others are refused."""
    path = tmp_path / "events.csv"
    path.write_text("名称,日期,事件\n甲市场,2023/3/5,停业\n甲市场,2023年5月1日,恢复营业\n", "utf-8")
    table = read_schedule(path, MARKETS)
    assert table["event"].tolist() == ["closes", "opens"]
    assert table["date"].tolist() == [dt.date(2023, 3, 5), dt.date(2023, 5, 1)]
    path.write_text("名称,日期,事件\n甲市场,某日,搬家\n", encoding="utf-8")
    with pytest.raises(SourceError) as error:
        read_schedule(path, MARKETS)
    assert len(error.value.problems) == 2


def test_a_list_that_is_absent_or_has_other_columns_is_refused(tmp_path):
    """The path, or the columns that are needed, are named."""
    with pytest.raises(SourceError, match=r"none\.csv"):
        read_schedule(tmp_path / "none.csv", MARKETS)
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(SourceError, match="工期"):
        read_renovations(path, MARKETS)
