"""The first sheet says how the towns stand, in the figures of the tables."""

from __future__ import annotations

import openpyxl
import pytest
from reported_town import report_context, report_tables

from livelihood_map.core.labels import label
from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.report.overview_sheet import district_overview, town_overview


def standard_rows(kind):
    """Return the figures of one kind for the first walker, by town."""
    table = report_tables().town_coverage
    return table[(table["kind"] == kind) & (table["walker"] == "standard")].set_index("town_id")


def test_every_town_has_its_shares_rank_and_sites():
    """Shares are those of the tables, the better town is first, sites are counted."""
    tables = report_tables()
    sheet = district_overview(
        tables.town_coverage, tables.sites, title="题", context=report_context()
    )
    shown = sheet.table.set_index("town_id")
    own = standard_rows("breakfast")
    for name in ("covered_share", "covered_share_after"):
        assert shown[f"breakfast_{name}"].tolist() == own.loc[shown.index, name].tolist()
    towns = own.drop(index=DISTRICT_ID)["covered_share"]
    ranks = shown["breakfast_rank"].dropna()
    assert sorted(towns.index, key=towns.get, reverse=True) == ranks.sort_values().index.tolist()
    assert shown["sites"].to_dict() == {"west": 0, "east": 1, DISTRICT_ID: 1}
    assert len(sheet.printed) <= 9


def test_a_town_stands_beside_the_district():
    """Each kind has the town's share, the district's and the rank."""
    tables = report_tables()
    sheet = town_overview(
        tables.town_coverage, town_id="east", title="题", context=report_context()
    )
    table = sheet.table.set_index("kind")
    for kind in ("wet_market", "breakfast"):
        own = standard_rows(kind)
        assert table.loc[kind, "covered_share"] == own.loc["east", "covered_share"]
        assert table.loc[kind, "district_share"] == own.loc[DISTRICT_ID, "covered_share"]
    assert len(sheet.printed) <= 9


@pytest.mark.parametrize("path", ["district.xlsx", "towns/east_东镇.xlsx"])
def test_the_first_sheet_is_one_page_with_a_chart(documents, path):
    """It stands first, lies across one page, and its chart shows cells of the sheet."""
    page = openpyxl.load_workbook(documents / path).worksheets[0]
    assert page.title == label("report.sheet_overview")
    assert page.sheet_properties.pageSetUpPr.fitToPage
    (chart,) = page._charts
    assert all(page.title in one.val.numRef.f for one in chart.series)
