"""What a town fills in on its sign-off sheet is understood."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pytest
from reported_town import report_context, report_tables

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.core.labels import LANGS, label, use_lang
from livelihood_map.load.site_feedback import read_views
from livelihood_map.report import write_workbooks


def asked():
    """Return the site of the lattice town as the towns are asked about it."""
    sites = report_tables().sites
    place = sites.geometry.to_crs(STORAGE_CRS).iloc[0]
    return pd.DataFrame(
        {
            "rank": [1],
            "town_name": ["东镇"],
            "name": sites["name"],
            "candidate_id": sites["candidate_id"],
            "lon": [place.x],
            "lat": [place.y],
        }
    )


def filled(tmp_path, **cells):
    """Return the east's workbook with cells of its first site filled in by heading."""
    write_workbooks(report_tables(), folder=tmp_path, context=report_context())
    path = tmp_path / "towns" / "east_东镇.xlsx"
    book = openpyxl.load_workbook(path)
    page = book[label("report.sheet_sign_off")]
    top = int(page.freeze_panes[1:]) - 1
    heads = {cell.value: cell.column for cell in page[top]}
    for name, value in cells.items():
        page.cell(top + 1, heads[label(f"report.site_{name}")]).value = value
    book.save(path)
    return path


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("word", "verdict"), [("agree", "agreed"), ("disagree", "rejected")])
def test_a_choice_from_the_list_is_read_back(tmp_path, lang, word, verdict):
    """Each choice that the sheet offers is understood, with the reason beside it."""
    with use_lang(lang):
        path = filled(tmp_path, agreed=label(f"report.{word}"), remark="道路未通")
        said = read_views(path, asked())
    assert said.views[["candidate_id", "verdict", "remark"]].to_numpy().tolist() == [
        ["c1", verdict, "道路未通"]
    ]
    assert said.slips.empty


def test_an_untouched_sheet_says_nothing(tmp_path):
    """A workbook that came back as it was sent is an open view, and no slip."""
    said = read_views(filled(tmp_path), asked())
    assert said.views["verdict"].tolist() == ["open"]
    assert said.slips.empty
