"""How stable the list is, from a stored run to the marks in the site list."""

from __future__ import annotations

from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

from livelihood_map import pipeline
from livelihood_map.cli import main
from livelihood_map.commands import ask, stability
from livelihood_map.core.settings import load_settings
from livelihood_map.core.tables import STABILITY


@pytest.fixture(scope="module")
def office(shared_office):
    """Return the settings of the office, with fewer changes to try."""
    text = shared_office.read_text(encoding="utf-8") + "[stability]\nshifts_n = 2\n"
    shared_office.write_text(text, encoding="utf-8")
    return shared_office


def headings(path):
    """Return the headings of a workbook's first sheet, and its rows below them."""
    rows = list(openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True))
    top = next(number for number, row in enumerate(rows) if "候选点编号" in row)
    return rows[top], rows[top + 1 :]


def test_stability_is_tried_told_and_marked(office, capsys):
    """Each run is told; table and workbook are written; the site list marks the robust sites."""
    out = office.parent / "out"
    assert "是否稳健" not in headings(out / "sites.xlsx")[0]
    assert main(["stability", str(office)]) == 0
    assert "处稳健" in capsys.readouterr().out
    table = pd.read_parquet(out / "tables" / "ask_stability" / "stability.parquet")
    STABILITY.check(table)
    sites = pd.read_parquet(out / "tables" / "siting" / "sites.parquet")
    assert table["candidate_id"].tolist() == sites["candidate_id"].tolist()
    assert table["survival_share"].between(0, 1).all()
    names, rows = headings(out / "stability.xlsx")
    assert {"走得慢", "走得快", "位置偏移（第 1 次）", "位置偏移（第 2 次）"} <= set(names)
    assert len(rows) == len(sites)
    names, rows = headings(out / "sites.xlsx")
    marks = [row[names.index("是否稳健")] for row in rows]
    assert marks == ["稳健" if flag else "不够稳健" for flag in table["is_robust"]]


def test_two_tries_are_equal(office):
    """Equal seeds give equal tables and equal words."""
    out = office.parent / "out" / "tables" / "ask_stability" / "stability.parquet"
    settings = load_settings(office)
    ask(settings, "stability")
    first = ask(settings, "stability"), out.read_bytes()
    assert (ask(settings, "stability"), out.read_bytes()) == first


def test_stability_of_another_list_marks_nothing(office):
    """When the sites are others the marks leave the list, and the run says why."""
    ask(load_settings(office), "stability")
    text = office.read_text(encoding="utf-8")
    office.write_text(text.replace("sites_n = 3", "sites_n = 2"), encoding="utf-8")
    work = pipeline.run(load_settings(office), last="report")
    assert "是否稳健" not in headings(office.parent / "out" / "sites.xlsx")[0]
    assert not (office.parent / "out" / "stability.xlsx").exists()
    assert any("stability" in remark and "过时" in remark for remark in work.remarks)
    office.write_text(text, encoding="utf-8")


@pytest.mark.long
def test_demo_sites_mostly_survive_another_speed(demo_run, monkeypatch, tmp_path):
    """On the demo district most sites survive a walk ten per cent longer or shorter."""
    trials = stability._trials

    def two(work):
        return [trial for trial in trials(work) if trial.name.startswith("speed")]

    monkeypatch.setattr(stability, "_trials", two)
    own = replace(demo_run, folder=tmp_path, tables=dict(demo_run.tables))
    stability.try_stability(own)
    table = own["stability"]
    assert table["runs_n"].tolist() == [2] * 83
    assert table["survival_share"].mean() > 0.4
