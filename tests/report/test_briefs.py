from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO

import pandas as pd
import pytest
from docx import Document
from reported_town import report_context, report_tables

from livelihood_map.core.labels import label, use_lang
from livelihood_map.core.settings import ReportSettings
from livelihood_map.report import TemplateError, write_briefs
from livelihood_map.report.content import make_figures, write_brief_content
from livelihood_map.report.figures import measure_tiers
from livelihood_map.report.templates import build_template

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?%?")


@pytest.fixture(scope="module")
def briefs(tmp_path_factory):
    """Return the folder of briefs of the lattice town."""
    folder = tmp_path_factory.mktemp("briefs")
    write_briefs(report_tables(), folder=folder, context=report_context(), plan_lines=["方案"])
    return folder


def word_of(folder, town_id):
    """Return the Word file of an area."""
    names = {"ALL": "district", "west": "towns/west_西镇", "east": "towns/east_东镇"}
    return Document(str(folder / f"{names[town_id]}.docx"))


def section(document, head):
    """Return the sentences between one heading and the next."""
    texts = [paragraph.text for paragraph in document.paragraphs]
    start = next(at for at, text in enumerate(texts) if text.endswith(head))
    heads = ("总体情况", "各街镇情况", "未覆盖情况", "建议网点", "图", "口径与依据")
    rest = texts[start + 1 :]
    marks = tuple(f"、{name}" for name in heads)
    end = next((at for at, text in enumerate(rest) if text.endswith(marks)), len(rest))
    return "".join(rest[:end])


def allowed_numbers(town_id):
    """Return every number that the tables hold for an area, as it is written."""
    tables, standard = report_tables(), report_context().standard
    rows = tables.town_coverage
    rows = rows[(rows["town_id"] == town_id) & (rows["walker"] == "standard")]
    tiers = measure_tiers(tables, standard=standard)
    tiers = tiers[(tiers["town_id"] == town_id) & (tiers["walker"] == "standard")]
    numbers = set()
    for row in [*rows.to_dict("records"), *tiers.to_dict("records")]:
        for name, value in row.items():
            if isinstance(value, str) or pd.isna(value):
                continue
            if "share" in name:
                numbers.add(f"{value:.1%}")
            elif "_min" in name:
                numbers.add(f"{value:.0f}")
            else:
                numbers.add(f"{value:,.0f}")
    circle = tables.town_circle[tables.town_circle["town_id"] == town_id]
    numbers |= {f"{share:.1%}" for share in circle["population_share"]}
    for kind in ("wet_market", "breakfast"):
        figures = standard.kind(kind)
        numbers |= {f"{figures.threshold_m:g}", f"{figures.target_m:g}"}
        numbers |= {f"{figures.target_share:.0%}", f"{figures.tiers_min[-1]:g}"}
    return numbers


@pytest.mark.parametrize("town_id", ["ALL", "west", "east"])
def test_every_number_of_the_overview_stands_in_the_tables(briefs, town_id):
    """No sentence of the overview holds a number that the tables do not hold, to the digit."""
    told = set(NUMBER.findall(section(word_of(briefs, town_id), "总体情况")))
    assert told
    assert told <= allowed_numbers(town_id)


@pytest.mark.parametrize("town_id", ["ALL", "west", "east"])
def test_cells_of_the_coverage_table_are_the_figures(briefs, town_id):
    """Each cell of the first table equals the figure of the table town_coverage."""
    table = report_tables().town_coverage
    own = table[(table["town_id"] == town_id) & (table["walker"] == "standard")]
    own = own.set_index("kind").loc[["wet_market", "breakfast"]]
    cells = [[cell.text for cell in row.cells] for row in word_of(briefs, town_id).tables[0].rows]
    for row, figure in zip(cells[1:], own.to_dict("records"), strict=True):
        assert row[1] == f"{figure['population']:,.0f}"
        assert row[2] == f"{figure['covered_share']:.1%}"
        assert row[3] == f"{figure['covered_share_after']:.1%}"
        assert row[4] == f"{figure['covered_residences_share']:.1%}"
        assert row[5] == f"{figure['covered_area_share']:.1%}"


@pytest.mark.parametrize("town_id", ["ALL", "west", "east"])
def test_gaps_are_counted_from_the_compounds(briefs, town_id):
    """The number of uncovered compounds and their people are those of the tables."""
    tables = report_tables()
    homes = tables.residence_coverage.merge(tables.residences, on="residence_id")
    homes = homes[~homes["is_covered"] & (homes["walker"] == "standard")]
    if town_id != "ALL":
        homes = homes[homes["town_id"] == town_id]
    text = section(word_of(briefs, town_id), "未覆盖情况")
    for kind, name in (("wet_market", "菜市场"), ("breakfast", "早餐网点")):
        rows = homes[homes["kind"] == kind]
        if rows.empty:
            assert f"{name}：步行 1000 米以内，没有未覆盖的小区" in text
        else:
            people = f"{rows['population'].sum():,.0f}"
            expected = f"{name}：步行 1000 米以内没有网点的小区 {len(rows)} 个，居民 {people} 人"
            assert expected in text


def test_sites_are_those_of_the_town(briefs):
    """A town's brief names its own sites; a town without any is told so."""
    east, west = word_of(briefs, "east"), word_of(briefs, "west")
    assert "建议在东镇新增早餐网点 1 处，步行 500 米内新增覆盖居民 50 人" in section(
        east, "建议网点"
    )
    assert [cell.text for cell in east.tables[-1].rows[1].cells][:3] == ["1", "=东镇广场", "50"]
    assert "本次方案未在西镇建议新增网点" in section(west, "建议网点")


def test_district_report_holds_every_town(briefs):
    """The district's report has a row for each town, with the number of its sites."""
    rows = [[c.text for c in row.cells] for row in word_of(briefs, "ALL").tables[1].rows]
    assert [(row[0], row[-1]) for row in rows[1:]] == [("西镇", "0"), ("东镇", "1"), ("全区", "1")]


def test_html_says_the_same_as_word(briefs):
    """Every sentence and cell of the Word brief stands in its HTML page."""
    from html import unescape

    for town_id, name in (("ALL", "district"), ("east", "towns/east_东镇")):
        page = unescape((briefs / f"{name}.html").read_text(encoding="utf-8"))
        document = word_of(briefs, town_id)
        texts = [paragraph.text for paragraph in document.paragraphs]
        texts += [c.text for table in document.tables for row in table.rows for c in row.cells]
        assert [text for text in texts if text.strip() not in page] == []
        assert "http" not in page


def test_two_runs_write_the_same_bytes(briefs, tmp_path):
    """Briefs of the same tables are equal to the byte, Word files as well."""
    written = write_briefs(
        report_tables(), folder=tmp_path, context=report_context(), plan_lines=["方案"]
    )
    for path in written:
        assert path.read_bytes() == (briefs / path.relative_to(tmp_path)).read_bytes()


def test_office_may_replace_the_template(tmp_path):
    """A template named in the settings is used in place of ours."""
    document = Document()
    document.add_paragraph("本单位的版式：{{ title }}")
    document.save(str(tmp_path / "own.docx"))
    context = with_template("own.docx", tmp_path)
    write_briefs(report_tables(), folder=tmp_path / "out", context=context)
    made = Document(str(tmp_path / "out" / "towns" / "east_东镇.docx"))
    assert [paragraph.text for paragraph in made.paragraphs] == [
        "本单位的版式：东镇一刻钟便民生活圈简报"
    ]


@pytest.mark.parametrize("text", ["{{ titel }}", "{{ title", "{{ title.__class__.__mro__ }}"])
def test_broken_template_is_told_with_the_remedy(tmp_path, text):
    """A field that does not exist, open braces, or a way into the program are refused."""
    document = Document()
    document.add_paragraph(text)
    document.save(str(tmp_path / "own.docx"))
    with pytest.raises(TemplateError, match="briefs/templates"):
        write_briefs(
            report_tables(), folder=tmp_path / "out", context=with_template("own.docx", tmp_path)
        )


def test_template_that_is_no_word_file_is_refused(tmp_path):
    """A template that is absent or no Word file is named."""
    with pytest.raises(TemplateError, match=r"none\.docx"):
        write_briefs(
            report_tables(), folder=tmp_path / "out", context=with_template("none.docx", tmp_path)
        )
    (tmp_path / "own.docx").write_text("text")
    with pytest.raises(TemplateError, match="briefs/templates"):
        write_briefs(
            report_tables(), folder=tmp_path / "out", context=with_template("own.docx", tmp_path)
        )


def with_template(name, folder):
    """Return the context with a template of the office."""
    context = report_context()
    settings = replace(
        context.settings, base=str(folder), report=ReportSettings(town_template=name)
    )
    return replace(context, settings=settings)


def test_our_templates_name_every_field(briefs):
    """The shipped templates use the fields of a brief, and lie where the settings say."""
    for sort, fields in (("town", ["overview", "coverage"]), ("district", ["towns"])):
        assert (briefs / "templates" / f"{sort}.docx").exists()
        document = Document(BytesIO(build_template(sort)))
        text = "".join(paragraph.text for paragraph in document.paragraphs)
        text += "".join(c.text for t in document.tables for row in t.rows for c in row.cells)
        assert all(field in text for field in [*fields, "pictures", "sources", "gaps", "sites"])


def test_estimates_are_told_in_every_brief():
    """Where walks are estimates the brief says so, with the factor."""
    context = replace(report_context(), is_estimated=True)
    tables = report_tables()
    figures = make_figures(tables, context=context)
    brief = write_brief_content(tables, figures, town_id="east", context=context)
    assert "估算（直线距离 × 1.324）" in brief.sources[0]
    assert any("估算" in line for line in brief.marks)


def test_no_plan_no_sentence_about_it():
    """Without a plan the brief claims nothing about sites or what they would change."""
    tables = report_tables()
    kept = [name for name in tables.town_coverage.columns if not name.endswith("_after")]
    bare = replace(
        tables,
        sites=None,
        plan=None,
        coverage_after=None,
        residence_coverage_after=None,
        town_coverage=tables.town_coverage[kept],
    )
    context = report_context()
    brief = write_brief_content(
        bare, make_figures(bare, context=context), town_id="ALL", context=context
    )
    assert brief.sites == [label("report.brief_no_plan")]
    assert not any("开业后" in line for line in brief.overview)
    assert {row["share_after"] for row in brief.coverage} == {"—"}


def test_briefs_speak_english_too(tmp_path):
    """In English headings and sentences are English; names stay as they are."""
    with use_lang("en"):
        write_briefs(report_tables(), folder=tmp_path, context=report_context())
        document = word_of(tmp_path, "east")
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert "1. Overview" in texts
    assert any(text.startswith("Breakfast outlet: of ") for text in texts)


def test_a_brief_names_the_walking_rules(briefs):
    """Definitions and sources say by which rules walks are measured, and where these stand."""
    text = section(word_of(briefs, "ALL"), "口径与依据")
    assert "步行规则" in text
    assert "docs/zh/method.md" in text
