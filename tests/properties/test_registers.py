"""What holds for every register, whatever stands in it."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import openpyxl
import pandas as pd
from fuzzing import broken_registers, require_sound
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from register_files import as_csv, as_xlsx, source, take_all

from livelihood_map.core.workbook import write_workbook
from livelihood_map.load.files.corrections import rejects_sheets

HEADINGS = [
    "序号",
    "街镇",
    "网点名称",
    "地址",
    "业态",
    "状态",
    "营业面积",
    "经度",
    "纬度",
    "负责人",
]
SLOW = [HealthCheck.too_slow]


@st.composite
def sound_rows(draw):
    """Return rows of a correct register, each outlet somewhere in the two towns."""
    count = draw(st.integers(1, 8))
    return [
        [
            number + 1,
            draw(st.sampled_from(["七宝镇", "古美路街道", "古美", None])),
            f"店{draw(st.integers(0, 30))}",
            draw(st.sampled_from(["漕宝路1号", "平南路2号", None])),
            draw(st.sampled_from(["连锁", "便利店+早餐", None])),
            draw(st.sampled_from(["营业", "停业", "筹建", None])),
            draw(st.one_of(st.none(), st.integers(1, 5000))),
            round(draw(st.floats(121.331, 121.409)), 6),
            round(draw(st.floats(31.121, 31.159)), 6),
            draw(st.sampled_from(["张三", None])),
        ]
        for number in range(count)
    ]


WRONG = {
    "网点名称": st.sampled_from([None, " "]),
    "状态": st.sampled_from(["神秘", "？"]),
    "经度": st.sampled_from([None, "无", 0.5, 628000.5, 31.1]),
    "纬度": st.sampled_from([None, "无", -80, 121.4]),
}


@st.composite
def spoilt_rows(draw):
    """Return a correct register and the same with some cells that cannot be taken."""
    right = draw(sound_rows())
    wrong = [list(row) for row in right]
    for row in wrong:
        for name, values in WRONG.items():
            if draw(st.integers(0, 5)) == 0:
                row[HEADINGS.index(name)] = draw(values)
    return right, wrong


def taken(folder, rows, writer=as_csv, file="a.csv", **settings_of_run):
    """Return what becomes of a register; empty ones are not written."""
    writer([HEADINGS, *rows])(folder / file)
    return take_all(folder, [source(file)], **settings_of_run)


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(broken_registers())
def test_every_row_is_taken_or_rejected(case):
    """Rows read are rows taken plus rows rejected, and no mark of any row is lost."""
    with tempfile.TemporaryDirectory() as folder:
        assert require_sound(Path(folder), case) in {"taken", "refused"}


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(spoilt_rows(), st.randoms(use_true_random=False))
def test_order_of_rows_changes_nothing(both, random):
    """Rows in any order give the same facilities and the same rejected rows."""
    _, rows = both
    mixed = list(rows)
    random.shuffle(mixed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            one, two = taken(folder, rows), taken(folder, mixed)
        except OSError:
            return
    pd.testing.assert_frame_equal(one.facilities, two.facilities)
    kept = ["field", "value", "problem_key", "raw"]
    assert sorted(one.rejects[kept].to_numpy().tolist()) == sorted(
        two.rejects[kept].to_numpy().tolist()
    )


@settings(max_examples=20, deadline=None, suppress_health_check=SLOW)
@given(spoilt_rows())
def test_corrected_rejects_give_what_correct_input_gives(both):
    """The list of rejects, corrected and fed back, gives the table of the correct register."""
    right, wrong = both
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        goal = taken(folder, right, as_xlsx, "a.xlsx")
        try:
            first = taken(folder, wrong, as_xlsx, "a.xlsx")
        except OSError:
            return
        if first.rejects.empty:
            return
        path = folder / "rejects.xlsx"
        write_workbook(path, rejects_sheets(first.rejects), date=dt.date(2023, 6, 30))
        correct(path, right)
        again = take_all(folder, [source("a.xlsx")], corrections="rejects.xlsx")
    pd.testing.assert_frame_equal(again.facilities, goal.facilities)
    assert set(again.rejects["problem_key"]) <= {"duplicate"}


def correct(path, right):
    """Fill in the right cells of every listed row, as a person does."""
    book = openpyxl.load_workbook(path)
    for page in book.worksheets:
        header = next(row for row in page.iter_rows() if row[2].value == "行号")
        columns = {cell.value: cell.column for cell in header}
        for line in range(header[0].row + 1, page.max_row + 1):
            row = right[page.cell(line, 3).value - 2]
            for name in WRONG:
                page.cell(line, columns[name]).value = row[HEADINGS.index(name)]
    book.save(path)
