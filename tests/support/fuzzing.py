"""Broken registers made at random, and what must hold for each of them."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from register_files import as_csv, as_html, as_xls, as_xlsx, source, take_all

from livelihood_map.core.errors import LivelihoodMapError
from livelihood_map.core.labels import LANGS

if TYPE_CHECKING:
    from pathlib import Path

HEADINGS = [
    "序号",
    "街镇",
    "网点名称",
    "地址",
    "业态",
    "状态",
    "营业面积（㎡）",
    "是否示范",
    "营业时间",
    "开业时间",
    "停业时间",
    "经度",
    "纬度",
    "联系电话",
]
DATUMS = ["WGS-84"] * 9 + ["GCJ-02", "BD-09", "CGCS2000", "EPSG:4549", "auto", "火星坐标", "?"]
_SAMPLES = {
    "街镇": ["七宝镇", "古美街道", "310112006", "幸福镇", "合计", "填表人：某", None],
    "地址": ["漕宝路1500弄11-12号", "一楼", "平南路1号", None, "沪闵路391号-1"],
    "业态": ["连锁早餐门店", "便利店＋早餐", "外卖", "网吧", None],
    "状态": ["营业", "停业", "筹建", "改造", "神秘", None],
    "营业面积（㎡）": [120, "１２０", "约1,200平方米", "3亩", "很大", -5, None],
    "是否示范": ["是", "否", "√", "×", "待定", None],
    "营业时间": ["6:00-9:30", "全天", "早6点至晚8点半", "25:00-26:00", None],
    "开业时间": ["2023年5月", 44263, 2023.5, 2023.1, "2021/3/8", "2023-02-31", None],
    "停业时间": [None, None, None, "2022.6", "去年"],
    "经度": [121.39, 121.35, "121°22′53.4″", 31.14, 0, "无", None, 628000.5, -7000.0, 116.4],
    "纬度": [31.14, 31.15, "31°08′24″", 121.39, 0, "无", None, 3445000.1, -9000.0, 39.9],
    "联系电话": [13812345678.0, "021-64000000", None],
}
_NASTY = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.floats(allow_nan=True, allow_infinity=True),
    st.integers(-(10**12), 10**12),
    st.sampled_from(
        [
            "",
            " ",
            "　",
            "=1+1",
            '"',
            '""',
            ",",
            "\n",
            "\t",
            "🍜",
            "合计",
            "序号",
            "\x00",
            "NaN",
            "经度",
            "1e999",
            "-",
            "——",
            "#REF!",
            "00001",
            "１２３",
            "٣",
            "²",
        ]
    ),
)
_EXCEL_UNFIT = {code: "" for code in range(32) if chr(code) not in "\t\n"}


@dataclass(frozen=True)
class Broken:
    """One broken register.

    Parameters
    ----------
    file
        Its name.
    rows
        Its cells with the header, before it was written.
    marks
        A mark that stands in the name of each record; each must be found again.
    datum
        The datum declared for it.
    cuts
        Changes of its bytes: place as a share of the file, and bytes put there.
    encoding
        Encoding of a text file.
    """

    file: str
    rows: list[list[object]]
    marks: list[str]
    datum: str
    cuts: tuple[tuple[float, bytes], ...]
    encoding: str


@st.composite
def broken_registers(draw) -> Broken:
    """Return broken registers: odd cells, odd rows, odd headers, odd bytes."""
    needed = {"网点名称", "经度", "纬度"} if draw(st.integers(0, 9)) else {"网点名称"}
    dropped = draw(st.lists(st.sampled_from(HEADINGS), unique=True, max_size=4))
    headings = [name for name in HEADINGS if name not in dropped or name in needed]
    if draw(st.integers(0, 4)) == 0:
        headings = [*headings, draw(st.sampled_from(["备用", "备用", "店名", "网点名称", "", "X"]))]
    count = draw(st.integers(0, 6))
    marks = [f"M{number:03d}店" for number in range(count)]
    rows: list[list[object]] = [["闵行区一览表"]] * draw(st.integers(0, 2)) + [list(headings)]
    for mark in marks:
        row = [
            mark if name == "网点名称" else draw(st.sampled_from(_SAMPLES.get(name, [1, None])))
            for name in headings
        ]
        for _ in range(draw(st.integers(0, 2))):
            place = draw(st.integers(0, len(row) - 1))
            if place < len(headings) and headings[place] != "网点名称":
                row[place] = draw(_NASTY)
        rows.append(row)
        if draw(st.integers(0, 5)) == 0:
            rows.append(draw(st.sampled_from([[], [None, " "], ["合计", None, 3], list(headings)])))
    return Broken(
        file=draw(st.sampled_from(["a.csv", "a.tsv", "a.xlsx", "b.xls", "c.xls", "a.json"])),
        rows=rows,
        marks=marks,
        datum=draw(st.sampled_from(DATUMS)),
        cuts=tuple(
            draw(st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=4)), max_size=2))
            if draw(st.integers(0, 3)) == 0
            else []
        ),
        encoding=draw(st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"])),
    )


def write(folder: Path, case: Broken) -> None:
    """Write a broken register."""
    path = folder / case.file
    rows = [[_cell(cell) for cell in row] for row in case.rows]
    plain = [["" if cell is None else cell for cell in row] for row in rows]
    if case.file == "a.csv":
        as_csv(plain, case.encoding)(path)
    elif case.file == "a.tsv":
        as_csv(plain, case.encoding, "\t")(path)
    elif case.file == "a.xlsx":
        as_xlsx([[_excel(cell) for cell in row] for row in rows])(path)
    elif case.file == "b.xls":
        as_html([[str(c).replace("<", "＜").replace("&", "＆") for c in r] for r in plain])(path)
    elif case.file == "c.xls":
        as_xls([[_excel(cell) for cell in row] for row in rows])(path)
    else:
        start = next(n for n, row in enumerate(rows) if len(row) > 1)
        names = [str(cell or n) for n, cell in enumerate(rows[start])]
        records = [dict(zip(names, row, strict=False)) for row in rows[start + 1 :]]
        path.write_text(json.dumps(records, ensure_ascii=False), "utf-8")
    content = path.read_bytes()
    for share, piece in case.cuts:
        place = int(share * len(content))
        content = content[:place] + piece + content[place + len(piece) :]
    path.write_bytes(content)


def _cell(cell: object) -> object:
    """Return a cell that every format can hold."""
    if isinstance(cell, str):
        return cell.encode("utf-8", "ignore").decode("utf-8").replace("\r", "")
    return cell


def _excel(cell: object) -> object:
    """Return a cell that a workbook can hold."""
    if isinstance(cell, str):
        return cell.translate(_EXCEL_UNFIT).lstrip("=")
    if isinstance(cell, float) and not abs(cell) < 1e300:
        return None
    return cell


def require_sound(folder: Path, case: Broken) -> str:
    """Require that a register is taken in with every row accounted for, or refused in words.

    Returns
    -------
    str
        "refused" or "taken".
    """
    for old in folder.iterdir():
        old.unlink()
    write(folder, case)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            # what a library will drop some day is no matter of the file
            warnings.simplefilter("ignore", DeprecationWarning)
            result = take_all(folder, [source(case.file, datum=case.datum)])
    except LivelihoodMapError as refusal:
        texts = [refusal.text(lang) for lang in LANGS]
        return "refused" if all(texts) else "refused without a word"
    counts = result.counts[["rows_n", "taken_n", "rejects_n"]].sum()
    assert counts["rows_n"] == counts["taken_n"] + counts["rejects_n"]
    assert counts["taken_n"] == len(result.facilities)
    assert counts["rejects_n"] == len(result.rejects)
    assert result.facilities.geometry.is_valid.all()
    if not case.cuts:
        told = " ".join([*result.facilities["name"], *result.rejects["raw"]])
        lost = [mark for mark in case.marks if mark not in told]
        assert not lost, lost
    return "taken"
