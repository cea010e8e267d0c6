from __future__ import annotations

from dataclasses import replace

import openpyxl
import pandas as pd
import pytest
from reported_town import report_context
from reported_town import report_tables as build_tables

from livelihood_map.core.labels import label, name_of, use_lang
from livelihood_map.report import write_workbooks


@pytest.fixture(scope="module")
def context():
    """Return what reports on the lattice town must know."""
    return report_context()


@pytest.fixture(scope="module")
def report_tables():
    """Return the tables of a run on the lattice town."""
    return build_tables()


@pytest.fixture(scope="module")
def books(report_tables, context, tmp_path_factory):
    """Return the folder of workbooks of the lattice town."""
    folder = tmp_path_factory.mktemp("books")
    write_workbooks(report_tables, folder=folder, context=context, plan_lines=["方案"])
    return folder


def read_sheet(path, sheet):
    """Return a sheet as a table, found by its frozen row of headings."""
    page = openpyxl.load_workbook(path)[label(f"report.{sheet}")]
    rows = list(page.iter_rows(values_only=True))
    top = page._freeze_row if hasattr(page, "_freeze_row") else int(page.freeze_panes[1:]) - 2
    return pd.DataFrame(rows[top + 1 :], columns=rows[top])


def test_there_is_one_workbook_for_the_district_and_each_town(books):
    """The district and every town have a workbook, named by id and name, and its annex."""
    names = {str(path.relative_to(books)) for path in books.rglob("*.xlsx")}
    books = {"district.xlsx", "towns/west_西镇.xlsx", "towns/east_东镇.xlsx"}
    assert names == books | {f"annex/{name}" for name in books}


def test_every_sheet_is_ready_for_use(books):
    """Panes are frozen below the headings and filters set; nothing is a formula."""
    for path in books.rglob("*.xlsx"):
        for page in openpyxl.load_workbook(path):
            assert page.freeze_panes, (path.name, page.title)
            assert page.auto_filter.ref, (path.name, page.title)
            assert all(cell.data_type != "f" for row in page.iter_rows() for cell in row)


def test_figures_by_town_are_those_of_the_table(books, report_tables):
    """Coverage by town, before and after, equals town_coverage to the digit."""
    shown = read_sheet(books / "annex" / "district.xlsx", "sheet_towns")
    table = report_tables.town_coverage
    for column in ("covered_share", "covered_share_after", "population", "p90_walk_min"):
        told = shown[label(f"report.town_{column}")].astype("float64")
        expected = table[column].reset_index(drop=True).astype("float64")
        pd.testing.assert_series_equal(told, expected, check_names=False, check_exact=True)


def test_walkers_stand_side_by_side(books, report_tables):
    """One row a kind, one share and one median a walker, as in the table of coverage."""
    for area, path in (("ALL", "district.xlsx"), ("west", "towns/west_西镇.xlsx")):
        shown = read_sheet(books / path, "sheet_walkers")
        table = report_tables.town_coverage
        own = table[table["town_id"] == area]
        assert len(shown) == own["kind"].nunique()
        for walker, part in own.groupby("walker"):
            heading = label("report.walkers_share", walker=name_of("core.walker", walker))
            assert shown[heading].tolist() == pytest.approx(part["covered_share"].tolist())


def test_shares_within_tiers_add_up(books):
    """People within the last tier, beyond it and without any facility are all the people."""
    shown = read_sheet(books / "annex" / "district.xlsx", "sheet_tiers")
    for suffix in ("", "_after"):
        last = shown[label(f"report.tier_within{suffix}", tier_m="1000")]
        beyond = shown[label(f"report.tier_beyond_share{suffix}", cutoff_m="2000")]
        none = shown[label(f"report.tier_none_share{suffix}", cutoff_m="2000")]
        assert ((last + beyond + none - 1).abs() < 1e-12).all()


def test_tier_of_the_threshold_is_the_covered_share(books, report_tables):
    """The share within 1,000 m is the covered share, for a walker by distance."""
    shown = read_sheet(books / "annex" / "district.xlsx", "sheet_tiers")
    is_standard = report_tables.town_coverage["walker"] == "standard"
    told = shown.loc[is_standard.to_numpy(), label("report.tier_within", tier_m="1000")]
    expected = report_tables.town_coverage.loc[is_standard, "covered_share"]
    assert told.tolist() == pytest.approx(expected.tolist(), abs=1e-12)


def test_every_share_has_a_denominator(books):
    """Each key figure says what it is a share of."""
    summary = read_sheet(books / "annex" / "district.xlsx", "sheet_summary")
    assert summary[label("report.summary_denominator")].str.len().gt(0).all()
    is_share = summary[label("report.summary_figure")].str.contains("覆盖率")
    assert is_share.any()


def test_uncovered_compounds_have_reason_and_distance(books, report_tables):
    """Each uncovered compound is listed with its reason, the walk and what is too much of it."""
    shown = read_sheet(books / "district.xlsx", "sheet_uncovered")
    table = report_tables.residence_coverage
    assert len(shown) == (~table["is_covered"]).sum()
    far = shown[shown[label("report.compound_reason_name")] == label("core.gap_too_far")]
    is_standard = far[label("report.compound_walker_name")] == label("core.walker_standard")
    far = far[is_standard]
    assert len(far)
    excess = far[label("report.compound_walk_m")] - far[label("report.compound_excess_m")]
    assert excess.tolist() == [1000.0] * len(far)
    assert set(shown[label("report.compound_is_covered_after_name")]) == {"是", "否"}


def test_town_holds_its_own_compounds_and_sites_only(books):
    """A town's workbook lists its own compounds and sites, and compares with the district."""
    for name, town, sites_n in (("west_西镇", "西镇", 0), ("east_东镇", "东镇", 1)):
        path = books / "towns" / f"{name}.xlsx"
        assert set(read_sheet(path, "sheet_uncovered")["街镇"]) <= {town}
        assert len(read_sheet(path, "sheet_sites").dropna(how="all")) == sites_n
        assert set(read_sheet(path, "sheet_towns")["街镇"]) == {town, "全区"}


def test_sign_off_offers_agree_or_disagree(books):
    """The sign-off sheet holds the town's sites, a list to choose from and room for the reason."""
    page = openpyxl.load_workbook(books / "towns" / "east_东镇.xlsx")["街镇意见"]
    (rule,) = page.data_validations.dataValidation
    assert rule.formula1 == '"同意,不同意"'
    listed = read_sheet(books / "towns" / "east_东镇.xlsx", "sheet_sign_off")
    assert listed[label("report.site_name")].tolist() == ["=东镇广场"]
    assert listed[label("report.site_agreed")].isna().all()


def test_standard_names_source_and_status_of_each_row(books):
    """Every figure of the standard bears its source and how sure it is."""
    rows = read_sheet(books / "annex" / "district.xlsx", "sheet_standard")
    assert rows[label("report.standard_source")].str.len().gt(0).all()
    assert label("core.evidence_contested") in set(rows[label("report.standard_status")])
    target = rows[(rows["对象"] == "早餐网点") & (rows["项目"] == "目标距离")]
    assert target["数值"].tolist() == [500]
    assert target["可信程度"].tolist() == [label("core.evidence_contested")]


def test_quality_counts_every_demand_point(books, report_tables):
    """Joined and lost demand points are all the demand points, and rejected rows are counted."""
    rows = read_sheet(books / "district.xlsx", "sheet_quality")
    is_point = rows["项目"].str.startswith("需求点")
    assert rows.loc[is_point, "数量"].sum() == len(report_tables.demand)
    is_reject = rows["项目"].str.startswith("未采用记录")
    assert rows.loc[is_reject, "数量"].sum() == len(report_tables.rejects)


def test_evenness_is_no_better_than_the_mean(books):
    """The worst-off tenth walk at least as far as the mean, and the plan makes no one worse."""
    rows = read_sheet(books / "annex" / "district.xlsx", "sheet_evenness")
    mean, worst = rows["平均步行距离（米）"], rows["最远一成人口平均步行距离（米）"]
    assert (worst >= mean).all()
    assert (rows["平均步行距离（米，新增后）"] <= mean).all()
    assert rows["基尼系数"].between(0, 1).all()
    whole = rows[rows["街镇"] == "全区"]
    towns = rows[rows["街镇"] != "全区"]
    for kind, own in towns.groupby("设施类别"):
        weighted = (own["平均步行距离（米）"] * own["应覆盖人数"]).sum() / own["应覆盖人数"].sum()
        told = whole.loc[whole["设施类别"] == kind, "平均步行距离（米）"].item()
        assert told == pytest.approx(weighted)


def test_estimates_are_told_in_every_workbook(report_tables, context, tmp_path):
    """Where walks are estimates the quality sheet says so, with the factor and the people."""
    estimated = replace(context, is_estimated=True)
    write_workbooks(report_tables, folder=tmp_path, context=estimated)
    rows = read_sheet(tmp_path / "district.xlsx", "sheet_quality")
    assert rows["项目"].iloc[0] == "步行距离为估算（直线 × 1.324）"
    assert rows["涉及居民"].iloc[0] == report_tables.demand["population"].sum()


def test_two_runs_write_the_same_bytes(books, report_tables, context, tmp_path):
    """Workbooks of the same tables are equal to the byte."""
    again = write_workbooks(report_tables, folder=tmp_path, context=context, plan_lines=["方案"])
    for path in again:
        assert path.read_bytes() == (books / path.relative_to(tmp_path)).read_bytes()


def test_workbooks_speak_english_too(report_tables, context, tmp_path):
    """In English no heading or key figure is left in Chinese."""
    with use_lang("en"):
        write_workbooks(report_tables, folder=tmp_path, context=context)
        summary = read_sheet(tmp_path / "annex" / "district.xlsx", "sheet_summary")
        assert list(summary.columns)[:3] == ["Kind", "Walker", "Figure"]
        assert summary["Figure"].str.isascii().all()
