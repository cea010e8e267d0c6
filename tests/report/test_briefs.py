from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO

import pandas as pd
import pytest
from docx import Document
from docx.oxml.ns import qn
from reported_town import report_context, report_tables

from livelihood_map.core.labels import label, name_of, use_lang
from livelihood_map.core.settings import ReportSettings
from livelihood_map.report import TemplateError, write_briefs
from livelihood_map.report.content import make_figures, write_brief_content
from livelihood_map.report.templates import build_template

PARTS = ("overview", "problems", "causes", "advice")
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


def section(document, name):
    """Return the paragraphs between one heading and the next."""
    texts = [paragraph.text for paragraph in document.paragraphs]
    heads = [label(f"report.brief_head_{part}") for part in PARTS]
    ends = (*heads, "　　附件", label("report.brief_annex", number=1))
    start = texts.index(label(f"report.brief_head_{name}"))
    rest = texts[start + 1 :]
    end = next(at for at, text in enumerate(rest) if text.startswith(ends))
    return rest[:end]


def allowed_numbers(town_id):
    """Return every number that the tables hold for an area and the district, as it is written."""
    tables, standard = report_tables(), report_context().standard
    rows = tables.town_coverage
    rows = rows[rows["town_id"].isin([town_id, "ALL"]) & (rows["walker"] == "standard")]
    numbers = set()
    for row in rows.to_dict("records"):
        for name, value in row.items():
            if isinstance(value, str) or pd.isna(value):
                continue
            numbers.add(f"{value:.1%}" if "share" in name else f"{value:,.0f}")
    circle = tables.town_circle[tables.town_circle["town_id"] == town_id]
    numbers |= {f"{share:.1%}" for share in circle["population_share"]}
    return numbers | {
        f"{standard.kind(kind).threshold_m:g}" for kind in ("wet_market", "breakfast")
    }


@pytest.mark.parametrize("town_id", ["ALL", "west", "east"])
def test_every_number_of_the_overview_stands_in_the_tables(briefs, town_id):
    """No sentence of the overview holds a number that the tables do not hold, to the digit."""
    told = set(NUMBER.findall("".join(section(word_of(briefs, town_id), "overview"))))
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


@pytest.mark.parametrize("town_id", ["ALL", "west", "east"])
def test_problems_are_ranked_by_the_people_left_out(briefs, town_id):
    """Each kind that leaves people out is a point with their number, most people first."""
    table = report_tables().town_coverage
    own = table[(table["town_id"] == town_id) & (table["walker"] == "standard")]
    lost = (own["population"] - own["covered_population"]).set_axis(own["kind"])
    lost = lost[lost > 0].sort_values(ascending=False)
    told = section(word_of(briefs, town_id), "problems")
    assert len(told) == max(len(lost), 1)
    for number, (text, (kind, people)) in enumerate(zip(told, lost.items(), strict=False)):
        assert text.startswith(f"（{'一二三'[number]}）{name_of('core.kind', kind)}")
        assert f"有 {people:,.0f} 人" in text


def test_causes_count_the_compounds(briefs):
    """The compounds too far from a kind are those of the tables."""
    tables = report_tables()
    homes = tables.residence_coverage[tables.residence_coverage["walker"] == "standard"]
    far = homes[~homes["is_covered"] & homes["walk_m"].notna()]["kind"].value_counts()
    told = "".join(section(word_of(briefs, "ALL"), "causes"))
    for kind, count in far.items():
        assert f"{name_of('core.kind', kind)} {count} 个小区" in told


def test_recommendations_are_those_of_the_town(briefs):
    """A town's brief names its own sites and what they bring; without any nothing is said."""
    east, west = word_of(briefs, "east"), word_of(briefs, "west")
    told = "".join(section(east, "advice"))
    assert "新增早餐网点 1 处" in told
    assert "步行 500 米内新增覆盖居民 50 人、早高峰就业 30 人、车站客流 7 人" in told
    assert [cell.text for cell in east.tables[1].rows[1].cells][:2] == ["1", "=东镇广场"]
    assert "新增早餐网点" not in "".join(section(west, "advice"))


@pytest.mark.parametrize("town_id", ["ALL", "west", "east"])
def test_nothing_that_is_zero_is_told(briefs, town_id):
    """No sentence of the letter counts 0 people, compounds or sites."""
    for name in PARTS:
        for text in section(word_of(briefs, town_id), name):
            assert not re.search(r"(?<![\d.,])0 (?:人|个|处)", text), text


def test_the_letter_has_the_sizes_of_an_official_document(briefs):
    """Title in 22 pt, text in 16 on 28, margins of A4, page numbers at both sides."""
    document = word_of(briefs, "east")
    by_text = {one.text: one for one in document.paragraphs}
    title = by_text["东镇一刻钟便民生活圈简报"]
    head = by_text[label("report.brief_head_overview")]
    text = next(one for one in document.paragraphs if one.text.startswith("东镇共有"))
    fonts = [one.runs[0]._r.rPr.rFonts.get(qn("w:eastAsia")) for one in (title, head, text)]
    assert fonts == ["方正小标宋简体", "黑体", "仿宋"]
    assert [one.runs[0].font.size.pt for one in (title, head, text)] == [22, 16, 16]
    assert [one.paragraph_format.line_spacing.pt for one in (head, text)] == [28, 28]
    page = document.sections[0]
    margins = (page.top_margin, page.right_margin, page.bottom_margin, page.left_margin)
    assert [round(side.mm) for side in margins] == [37, 26, 35, 28]
    assert document.settings.odd_and_even_pages_header_footer
    assert [foot.paragraphs[0].alignment for foot in (page.footer, page.even_page_footer)] == [2, 0]


def test_district_report_holds_every_town(briefs):
    """The district's report has a row for each town, with the number of its sites."""
    rows = [[c.text for c in row.cells] for row in word_of(briefs, "ALL").tables[1].rows]
    assert [(row[0], row[-1]) for row in rows[1:]] == [("西镇", "0"), ("东镇", "1"), ("全区", "1")]


def test_html_says_the_same_as_word(briefs):
    """Every sentence and cell of the Word brief stands in its HTML page."""
    from html import unescape

    for town_id, name in (("ALL", "district"), ("east", "towns/east_东镇")):
        page = unescape((briefs / f"{name}.html").read_text(encoding="utf-8"))
        page = re.sub("</?b>", "", page)
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
        assert all(
            field in text for field in [*fields, "pictures", "sources", "problems", "advice"]
        )


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
    told = str([brief.overview, brief.problems, brief.causes, brief.advice])
    assert "开业后" not in told
    assert "新增" not in told
    assert {row["share_after"] for row in brief.coverage} == {"—"}


def test_briefs_speak_english_too(tmp_path):
    """In English headings and sentences are English; names stay as they are."""
    with use_lang("en"):
        write_briefs(report_tables(), folder=tmp_path, context=report_context())
        document = word_of(tmp_path, "east")
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert "1. Present situation" in texts
    assert any(text.startswith("Breakfast outlet: of ") for text in texts)


def test_a_brief_names_the_walking_rules(briefs):
    """Definitions and sources say by which rules walks are measured, and where these stand."""
    text = "".join(paragraph.text for paragraph in word_of(briefs, "ALL").paragraphs)
    assert "步行规则" in text
    assert "docs/zh/method.md" in text
