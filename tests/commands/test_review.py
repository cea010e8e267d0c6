"""The review of the towns, from the list that came back to a new plan in its own folder."""

from __future__ import annotations

import csv
import json

import openpyxl
import pandas as pd
import pytest
from small_office import degrees

from livelihood_map import pipeline
from livelihood_map.cli import main
from livelihood_map.commands import review as reviewing
from livelihood_map.commands.review import review
from livelihood_map.core.errors import SettingsError, SourceError
from livelihood_map.core.settings import load_settings
from livelihood_map.load.site_feedback import read_views
from livelihood_map.pipeline.stored import StaleError

VIEW, WHY, KEY = "街镇意见（同意/不同意）", "理由", "候选点编号"
MAP_HEADINGS = ("序号", "街镇", "位置", KEY, VIEW, WHY, "经度（WGS-84）", "纬度（WGS-84）")
SITES = pd.DataFrame(
    {
        "rank": [1, 2, 3],
        "town_name": ["西镇", "西镇", "东镇"],
        "name": ["甲", "乙", "丙"],
        "candidate_id": ["c1", "c2", "c3"],
        "lon": [121.40, 121.41, 121.42],
        "lat": [31.10, 31.11, 31.12],
    }
)


def write_list(path, rows, headings=MAP_HEADINGS):
    """Write a list as the planner's map saves it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([headings, *rows])
    return path


def read(tmp_path, *rows, **more):
    """Return what is read from these rows."""
    return read_views(write_list(tmp_path / "意见.csv", rows), SITES, **more)


def problems(views):
    """Return row, field and whether the row counts, of every slip."""
    return [
        (slip["row"], slip["field"], slip["is_taken"]) for slip in views.slips.to_dict("records")
    ]


GOOD = [
    ["1", "西镇", "甲", "c1", "同意", "", "121.400000", "31.100000"],
    ["2", "西镇", "乙", "c2", "不同意", "场地已拆", "121.410000", "31.110000"],
    ["3", "东镇", "丙", "c3", "", "", "121.420000", "31.120000"],
]


def test_views_and_proposals_are_read(tmp_path):
    """同意, 不同意 and an empty cell are three views; 新增 with coordinates is a proposal."""
    new = ["", "", "空铺", "", "新增", "街道自有", "121.405", "31.105"]
    views = read(tmp_path, *GOOD, new)
    assert views.views["verdict"].tolist() == ["agreed", "rejected", "open"]
    assert views.views["remark"].tolist() == ["", "场地已拆", ""]
    assert views.proposals[["name", "lon", "lat"]].to_numpy().tolist() == [
        ["空铺", 121.405, 31.105]
    ]
    assert views.slips.empty


def test_english_list_is_read_too(tmp_path):
    """The list of an English run is read whatever the language of the settings."""
    headings = ("Rank", "Place", "Candidate id", "Town's view (agree/reject)", "Town's reason")
    rows = [["1", "甲", "c1", "agree", ""], ["2", "乙", "c2", "Reject", "gone"]]
    path = write_list(tmp_path / "review.csv", rows, headings)
    assert read_views(path, SITES).views["verdict"].tolist() == ["agreed", "rejected", "open"]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (["2", "西镇", "乙", "c2", "再议", "", "", ""], (3, VIEW, False)),
        (["2", "西镇", "乙", "c9", "不同意", "x", "", ""], (3, KEY, True)),
        (["9", "西镇", "别处", "c9", "不同意", "x", "", ""], (3, KEY, False)),
        (["2", "西镇", "别处", "c2", "不同意", "x", "", ""], (3, "位置", True)),
        (["7", "西镇", "改名", "c7", "不同意", "x", "121.4103", "31.1101"], (3, KEY, True)),
        (["2", "西镇", "别处", "c2", "不同意", "x", "121.5", "31.2"], (3, KEY, False)),
        (["2", "西镇", "乙", "c2", "不同意", "", "", ""], (3, WHY, True)),
        (["2", "西镇", "乙", "c2", "", "太远", "", ""], (3, WHY, False)),
        (["2", "西镇", "乙", "c2", "同意", "", "121.5", "31.11"], (3, MAP_HEADINGS[6], True)),
        (["", "", "空铺", "", "新增", "", "不知道", "31.1"], (3, MAP_HEADINGS[6], False)),
        (["", "", "备注：下周补", "", "", "", "", ""], (3, "位置", False)),
        (["1", "西镇", "甲", "c1", "不同意", "x", "", ""], (3, VIEW, False)),
        (["1", "西镇", "甲", "c1", "同意", "", "", ""], (3, VIEW, True)),
    ],
)
def test_every_slip_is_named_with_row_and_column(tmp_path, row, found):
    """A row with a slip is named with number, column, value, remedy and the row as written."""
    views = read(tmp_path, GOOD[0], row, GOOD[2])
    assert found in problems(views)
    slip = views.slips.iloc[problems(views).index(found)]
    assert len(slip["problem"]) > 5
    assert len(slip["remedy"]) > 3
    assert json.loads(slip["raw"])["name"] == row[2]


def test_views_of_another_run_are_matched_by_place(tmp_path):
    """Numbers and ids of another run mean nothing: within 50 m it is the site, else it is told."""
    rows = [
        ["2", "西镇", "甲", "c3", "同意", "", "121.400400", "31.100100"],
        ["3", "西镇", "乙", "c1", "不同意", "场地已拆", "121.410000", "31.109700"],
        ["1", "东镇", "丁", "c2", "不同意", "已开店", "121.420000", "31.121000"],
    ]
    views = read(tmp_path, *rows)
    assert views.views["verdict"].tolist() == ["agreed", "rejected", "open"]
    assert views.views["remark"].tolist() == ["", "场地已拆", ""]
    lost = views.slips[views.slips["row"] == 4].iloc[0]
    assert "50 米" in lost["problem"]
    assert not lost["is_taken"]


def test_a_text_that_was_pasted_into_a_file_is_read(tmp_path):
    """What a page gave to copy is read from a text file, whatever a chat wrote around it."""
    path = write_list(tmp_path / "list.csv", GOOD)
    text = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    pasted = tmp_path / "微信.txt"
    pasted.write_text(f"张三 15:02\n西镇审阅意见\n{text}以上，谢谢", encoding="gb18030")
    views = read_views(pasted, SITES)
    assert views.views["verdict"].tolist() == ["agreed", "rejected", "open"]
    assert read_views(tmp_path, SITES).views["remark"].tolist() == ["", "场地已拆", ""]


def test_contradiction_leaves_a_site_open(tmp_path):
    """Agreed in one row and refused in another is neither."""
    again = ["1", "西镇", "甲", "c1", "不同意", "x", "", ""]
    views = read(tmp_path, GOOD[0], again, GOOD[0])
    assert views.views["verdict"].tolist()[0] == "open"


def test_deleted_row_is_named(tmp_path):
    """A site whose row is gone while its town answered is named; other towns are not missed."""
    views = read(tmp_path, GOOD[0])
    assert views.slips["candidate_id"].tolist() == ["c2"]


def test_site_that_the_office_fixed_cannot_be_refused(tmp_path):
    """What the settings keep stays, and the list says so."""
    views = read(tmp_path, *GOOD, office=frozenset({"c2"}))
    assert problems(views) == [(3, VIEW, False)]
    assert views.views["verdict"].tolist()[1] == "open"


def test_personal_numbers_are_starred(tmp_path):
    """A telephone number in a reason is not carried on."""
    row = ["2", "西镇", "乙", "c2", "不同意", "问老王 13812345678", "", ""]
    views = read(tmp_path, row)
    assert "13812345678" not in views.views.to_csv() + views.slips.to_csv()


def test_list_without_views_is_refused(tmp_path):
    """A file without the column of views, and a folder without lists, are named."""
    path = write_list(tmp_path / "a.csv", [["1", "甲"]], ("序号", "位置"))
    with pytest.raises(SourceError, match=r"a\.csv"):
        read_views(path, SITES)
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="empty"):
        read_views(tmp_path / "empty", SITES)
    with pytest.raises(SourceError, match="nowhere"):
        read_views(tmp_path / "nowhere", SITES)


@pytest.fixture(scope="module")
def office(shared_office_with_workbooks):
    """Return the settings of the office whose run is done, workbooks among it."""
    return shared_office_with_workbooks


def filled(office, target, views, *more):
    """Return the site list with views by rank, as a spreadsheet program would save it."""
    book = openpyxl.load_workbook(office.parent / "out" / "sites.xlsx")
    page = book.worksheets[0]
    rows = list(page.iter_rows(values_only=True))
    top = next(number for number, row in enumerate(rows, start=1) if KEY in row)
    at = {name: place for place, name in enumerate(rows[top - 1], start=1)}
    for rank, view in views.items():
        page.cell(top + rank, at[VIEW]).value = view
        page.cell(top + rank, at[WHY]).value = "说明"
    for row in more:
        page.append([row.get(name) for name in rows[top - 1]])
    book.save(target)
    return target


def test_review_makes_a_new_plan_beside_the_old_one(office, tmp_path, capsys):
    """Agreed stay, refused go, proposals become candidates; the reviewed list is untouched."""
    out = office.parent / "out"
    before = pd.read_parquet(out / "tables" / "siting" / "sites.parquet")["candidate_id"].tolist()
    kept = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    lon, lat = degrees(12.5, 12.5)
    new = {"位置": "街角空铺", VIEW: "新增", MAP_HEADINGS[6]: lon, MAP_HEADINGS[7]: lat}
    far = {"位置": "区外", VIEW: "新增", MAP_HEADINGS[6]: 120.0, MAP_HEADINGS[7]: 30.0}
    path = filled(office, tmp_path / "sites.xlsx", {1: "同意", 2: "不同意"}, new, far)
    assert main(["review", str(office), str(path)]) == 0
    told = capsys.readouterr().out
    assert "同意 1 处、不同意 1 处" in told
    assert "代价" in told
    after = pd.read_parquet(out / "review-1" / "tables" / "siting" / "sites.parquet")
    assert before[0] in after["candidate_id"].tolist()
    assert before[1] not in after["candidate_id"].tolist()
    assert len(after) == 3
    candidates = pd.read_parquet(out / "review-1" / "tables" / "candidates" / "candidates.parquet")
    listed = candidates[candidates["source"] == "listed"].set_index("name")
    assert listed["is_rejected"].to_dict() == {"街角空铺": False, "区外": True}
    table = pd.read_parquet(out / "review-1" / "tables" / "ask_review" / "review.parquet")
    assert table["verdict"].tolist() == ["agreed", "rejected", "open", "proposed", "proposed"]
    assert table["price_population"].notna().tolist() == [False, True, False, False, False]
    book = openpyxl.load_workbook(out / "review-1" / "review.xlsx")
    assert book.sheetnames == ["意见与代价", "建议点", "填写问题", "说明"]
    assert (out / "review-1" / "maps" / "planner.html").exists()
    assert {path: path.read_bytes() for path in kept} == kept


def test_second_round_starts_from_the_first(office, tmp_path, monkeypatch):
    """What was settled in one review stays settled when its plan is reviewed in turn."""
    monkeypatch.setattr(reviewing, "_AFTER", ("report",))
    first, second = tmp_path / "first", tmp_path / "second"
    path = filled(office, tmp_path / "sites.xlsx", {1: "同意", 2: "不同意"})
    settings = load_settings(office)
    review(settings, path, output=first)
    candidates = pd.read_parquet(first / "tables" / "candidates" / "candidates.parquet")
    review(settings, first / "sites.csv", plan=first, output=second)
    assert not second.exists()
    rows = pd.read_csv(first / "sites.csv", dtype=str, encoding="utf-8-sig")
    rows[VIEW] = ["不同意" if key in _refusable(candidates, rows) else "" for key in rows[KEY]]
    rows.to_csv(tmp_path / "again.csv", index=False)
    review(settings, tmp_path / "again.csv", plan=first, output=second)
    later = pd.read_parquet(second / "tables" / "candidates" / "candidates.parquet")
    assert (later["excluded_by"] == "town").sum() == 2
    assert later["is_fixed"].sum() == candidates["is_fixed"].sum() == 1


def _refusable(candidates, rows):
    """Return one site that the first round did not fix."""
    fixed = set(candidates.loc[candidates["is_fixed"], "candidate_id"])
    return [key for key in rows[KEY] if key not in fixed][:1]


def test_folder_with_a_list_is_never_written_over(office, tmp_path):
    """The folder of the reviewed list itself is refused."""
    settings = load_settings(office)
    path = filled(office, tmp_path / "sites.xlsx", {1: "同意"})
    with pytest.raises(SettingsError, match="--out"):
        review(settings, path, output=office.parent / "out")


def test_plan_of_other_settings_is_refused(office, tmp_path):
    """Prices against a plan of another number of sites would mean nothing."""
    text = office.read_text(encoding="utf-8").replace("sites_n = 3", "sites_n = 4")
    other = office.with_name("other.toml")
    other.write_text(text, encoding="utf-8")
    with pytest.raises(StaleError, match=r"siting\.sites_n：3 → 4"):
        review(load_settings(other), tmp_path, output=tmp_path / "new")


def test_list_without_any_view_changes_nothing(office, capsys):
    """An empty list is told as such and writes nothing."""
    folders = set((office.parent / "out").iterdir())
    assert main(["review", str(office), str(office.parent / "out" / "sites.xlsx")]) == 0
    assert "没有任何意见" in capsys.readouterr().out
    assert set((office.parent / "out").iterdir()) == folders


def test_town_workbook_without_ids_is_read(office):
    """The sign-off sheet of a town's workbook names its sites by rank and place."""
    found = []
    for path in sorted((office.parent / "out" / "towns").glob("*.xlsx")):
        book = openpyxl.load_workbook(path)
        page = book["街镇意见"]
        rows = list(page.iter_rows(values_only=True))
        top = next(number for number, row in enumerate(rows, start=1) if VIEW in row)
        for number in range(top + 1, page.max_row + 1):
            if page.cell(number, 1).value is not None:
                page.cell(number, rows[top - 1].index(VIEW) + 1).value = "同意"
        (office.parent / "back").mkdir(exist_ok=True)
        book.save(office.parent / "back" / path.name)
        found.append(path)
    assert found
    work = pipeline.open_workspace(load_settings(office))
    views = read_views(office.parent / "back", reviewing._asked_about(work))
    assert views.views["verdict"].tolist() == ["agreed"] * 3


@pytest.mark.long
def test_demo_plan_changes_no_more_than_it_must(demo_run, tmp_path, monkeypatch):
    """Refusing three of the 83 changes about three sites and never gains people."""
    monkeypatch.setattr(reviewing, "_AFTER", ())
    sites = demo_run["sites"].sort_values("rank")
    refused = sites["candidate_id"].iloc[[0, 20, 60]].tolist()
    rows = [["", "", "", one, "不同意", "x", "", ""] for one in refused]
    path = write_list(tmp_path / "意见.csv", rows)
    review(demo_run.settings, path, output=tmp_path / "new")
    after = pd.read_parquet(tmp_path / "new" / "tables" / "siting" / "sites.parquet")
    assert not set(refused) & set(after["candidate_id"])
    assert len(after) == 83
    assert len(set(sites["candidate_id"]) - set(after["candidate_id"])) <= 10
    table = pd.read_parquet(tmp_path / "new" / "tables" / "ask_review" / "review.parquet")
    prices = table.set_index("candidate_id").loc[refused]
    plan = pd.read_parquet(tmp_path / "new" / "tables" / "siting" / "plan.parquet").iloc[0]
    lost = demo_run["plan"].iloc[0]["best"] - plan["best"]
    assert lost >= prices["price_population"].max() - 0.01
