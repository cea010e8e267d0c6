"""The Word templates of briefs, made here: no file of unknown origin is shipped.

An office that wants its own look opens a template, changes it in Word or WPS and names it in the
settings. The fields in braces are those of :class:`~livelihood_map.report.content.Brief`.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, Literal

from livelihood_map.core.labels import current_lang, label
from livelihood_map.report.letter_style import (
    CAPTION_PT,
    NOTE_PT,
    PAGE_MM,
    TABLE_PT,
    letter_style,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.report.letter_style import LetterStyle

Sort = Literal["town", "district"]
Column = tuple[str, str, float]
"""Field of a row, its heading in the catalogue, width in millimetres."""

COVERAGE: Final[Sequence[Column]] = (
    ("kind", "report.town_kind_name", 40),
    ("population", "report.tier_people", 24),
    ("share", "report.brief_col_share", 24),
    ("share_after", "report.brief_col_after", 26),
    ("residences", "report.brief_col_residences", 22),
    ("median", "report.brief_col_median", 20),
)
TOWNS: Final[Sequence[Column]] = (
    ("town", "report.town_town_name", 34),
    *COVERAGE[1:5],
    ("sites", "report.brief_col_sites", 26),
)
COMPOUNDS: Final[Sequence[Column]] = (
    ("name", "report.compound_name", 38),
    ("town", "report.compound_town_name", 24),
    ("kind", "report.compound_kind_name", 28),
    ("population", "report.compound_population", 18),
    ("walk", "report.compound_walk_m", 20),
    ("reason", "report.compound_reason_name", 28),
)
SITES: Final[Sequence[Column]] = (
    ("rank", "report.site_rank", 12),
    ("town", "report.site_town_name", 22),
    ("name", "report.site_name", 44),
    ("near", "report.site_near", 38),
    ("gained", "report.site_gained_population", 20),
    ("workers", "report.site_gained_workers", 20),
)
TABLES: Final = (
    ("coverage", COVERAGE),
    ("towns", TOWNS),
    ("suggestions", SITES),
    ("compounds", COMPOUNDS),
)
"""Tables of the second annex: the field of a brief, and its columns."""
TEXTS: Final = frozenset(("reason", "name", "kind", "town", "near"))
"""Columns that are set from the left."""


def columns_of(columns: Sequence[Column], sort: Sort) -> list[Column]:
    """Return the columns of a table in a brief: a town's does not name the town in each row."""
    return [part for part in columns if sort == "district" or part[0] != "town"]


def build_template(sort: Sort) -> bytes:
    """Return a Word template in the current language, with the fields of a brief in braces.

    Parameters
    ----------
    sort
        ``town`` for the letter of two pages, ``district`` for the report.
    """
    from docx import Document

    document = Document()
    writer = _Writer(document, letter_style())
    writer.set_page()
    writer.line("{{ title }}", part="title")
    writer.head("overview")
    writer.loop("overview")
    writer.head("problems")
    writer.points("problems")
    writer.head("causes")
    writer.loop("causes")
    writer.head("advice")
    writer.points("advice")
    writer.loop("attachments", part="plain")
    writer.loop("signature", part="plain")
    writer.annex(1, "pictures")
    writer.line(label("core.mark_internal"), part="caption")
    writer.line("{%p for picture in pictures %}")
    writer.line("{{ picture.image }}", part="picture")
    writer.line("{{ picture.caption }}", part="caption")
    writer.line("{%p endfor %}")
    writer.annex(2, "tables")
    for name, columns in TABLES:
        if name != "towns" or sort == "district":
            writer.table(name, columns_of(columns, sort))
    writer.line(label("report.brief_head_notes"), part="note_head")
    for name in ("marks", "notes", "sources"):
        writer.loop(name, part="note")
    held = BytesIO()
    document.save(held)
    return held.getvalue()


class _Writer:
    """Writes the parts of a letter into a document of python-docx, which is untyped."""

    def __init__(self, document: Any, style: LetterStyle) -> None:  # noqa: ANN401
        self._document, self._style = document, style

    def set_page(self) -> None:
        """Set A4, margins, the numbers of the pages, the marks at the head, and ordinary text."""
        from docx.oxml.ns import qn
        from docx.shared import Mm, Pt

        document, style = self._document, self._style
        section = document.sections[0]
        section.page_width, section.page_height = (Mm(side) for side in PAGE_MM)
        top, right, bottom, left = style.margins_mm
        section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
        section.left_margin, section.right_margin = Mm(left), Mm(right)
        section.header_distance, section.footer_distance = Mm(top - 15), Mm(bottom - 12)
        document.settings.odd_and_even_pages_header_footer = True
        normal = document.styles["Normal"]
        normal.font.name, normal.font.size = style.latin_font, Pt(style.text_pt)
        fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:eastAsia"), style.text_font[0])
        lang = {"zh": "zh-CN", "en": "en-US"}[current_lang()]
        for tongue in document.styles.element.iter(qn("w:lang")):
            tongue.set(qn("w:val"), "en-US")
            tongue.set(qn("w:eastAsia"), lang)
        normal.paragraph_format.space_after = normal.paragraph_format.space_before = Pt(0)
        for foot, is_left in ((section.footer, False), (section.even_page_footer, True)):
            self._number(foot.paragraphs[0], is_left=is_left)
        for head in (section.header, section.even_page_header):
            self.line("{{ marks[0] }}", part="mark", holder=head)

    def _number(self, paragraph: Any, *, is_left: bool) -> None:  # noqa: ANN401
        """Write the number of the page: at the right of odd pages, at the left of even ones."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn
        from docx.shared import Pt

        paragraph.alignment = 0 if is_left else 2
        form = paragraph.paragraph_format
        form.left_indent = form.right_indent = Pt(self._style.page_pt)
        before, after = self._style.page_number
        self._run(paragraph, before, self._style.page_font, self._style.page_pt)
        run = self._run(paragraph, "", self._style.page_font, self._style.page_pt)
        for kind in ("begin", None, "end"):
            mark = OxmlElement("w:instrText" if kind is None else "w:fldChar")
            if kind is None:
                mark.text = "PAGE"
            else:
                mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)  # noqa: SLF001  (python-docx has no other way to a field)
        self._run(paragraph, after, self._style.page_font, self._style.page_pt)

    def _run(self, paragraph: Any, text: str, font: Sequence[str], size_pt: float) -> Any:  # noqa: ANN401
        """Add text in a font and size."""
        from docx.oxml.ns import qn
        from docx.shared import Pt

        run = paragraph.add_run(text)
        run.font.size, run.font.name = Pt(size_pt), self._style.latin_font
        run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font[0])  # noqa: SLF001
        return run

    def line(self, text: str, *, part: str = "text", holder: Any = None) -> Any:  # noqa: ANN401
        """Add a paragraph as one part of a letter; the first of a cell or header is there."""
        from docx.shared import Pt

        style, held = self._style, holder if holder is not None else self._document
        is_first = holder is not None and not holder.paragraphs[0].runs
        paragraph = held.paragraphs[0] if is_first else held.add_paragraph()
        font, size_pt, leading_pt = self._look(part)
        run = self._run(paragraph, text, font, size_pt)
        run.bold = current_lang() == "en" and part in {"title", "head", "annex", "note_head"}
        form = paragraph.paragraph_format
        if leading_pt:
            form.line_spacing = Pt(leading_pt)
        if part in {"text", "head"}:
            form.first_line_indent = Pt(style.indent_pt)
        if part in {"title", "picture", "caption", "cell_head", "cell"}:
            paragraph.alignment = 1
        if part in {"head", "picture", "annex", "note_head", "table_title"}:
            form.keep_with_next = True
        form.widow_control = False
        if part == "title":
            form.space_after = Pt(leading_pt)
        return paragraph

    def _look(self, part: str) -> tuple[Sequence[str], float, float]:
        """Return font, size and leading of a part; leading 0 for single."""
        style = self._style
        looks = {
            "title": (style.title_font, style.title_pt, style.title_leading_pt),
            "head": (style.head_font, style.text_pt, style.leading_pt),
            "annex": (style.head_font, style.text_pt, style.leading_pt),
            "subhead": (style.subhead_font, style.text_pt, style.leading_pt),
            "picture": (style.text_font, style.text_pt, 0),
            "caption": (style.text_font, CAPTION_PT, 18),
            "table_title": (style.head_font, CAPTION_PT, 22),
            "cell_head": (style.head_font, TABLE_PT, 0),
            "note_head": (style.head_font, NOTE_PT, 20),
            "note": (style.text_font, NOTE_PT, 15),
            "mark": (style.text_font, NOTE_PT, 0),
        }
        cell = (style.text_font, TABLE_PT, 0)
        plain = (style.text_font, style.text_pt, style.leading_pt)
        return cell if part.startswith("cell") and part not in looks else looks.get(part, plain)

    def head(self, name: str) -> None:
        """Add a heading of the first order."""
        self.line(label(f"report.brief_head_{name}"), part="head")

    def loop(self, name: str, **look: Any) -> None:  # noqa: ANN401
        """Add a field that gives one paragraph a line."""
        self.line("{%p for line in " + name + " %}")
        self.line("{{ line }}", **look)
        self.line("{%p endfor %}")

    def points(self, name: str) -> None:
        """Add a field that gives one paragraph a point: its heading, then its text."""
        self.line("{%p for point in " + name + " %}")
        paragraph = self.line("")
        style = self._style
        first = self._run(paragraph, "{{ point.head }}", style.subhead_font, style.text_pt)
        first.bold = current_lang() == "en"
        self._run(paragraph, "{{ point.text }}", style.text_font, style.text_pt)
        self.line("{%p endfor %}")

    def annex(self, number: int, name: str) -> None:
        """Begin an annex on a page of its own."""
        paragraph = self.line(label("report.brief_annex", number=number), part="annex")
        paragraph.paragraph_format.page_break_before = True
        title = self.line(label(f"report.brief_annex_{name}"), part="caption")
        title.paragraph_format.keep_with_next = True

    def table(self, name: str, columns: Sequence[Column]) -> None:
        """Add a table with its title that gives one row an item; none where there is no item."""
        from docx.shared import Mm

        self.line("{%p if " + name + " %}")
        self.line("{{ tables." + name + " }}", part="table_title")
        table = self._document.add_table(rows=4, cols=len(columns), style="Table Grid")
        table.autofit = False
        table.alignment = 1
        table.rows[1].cells[0].text = "{%tr for row in " + name + " %}"
        table.rows[3].cells[0].text = "{%tr endfor %}"
        _, right, _, left = self._style.margins_mm
        wider = (PAGE_MM[0] - left - right) / sum(width for *_, width in columns)
        for position, (column, key, width) in enumerate(columns):
            table.columns[position].width = Mm(width * wider)
            for row in table.rows:
                row.cells[position].width = Mm(width * wider)
            head, cell = table.rows[0].cells[position], table.rows[2].cells[position]
            self.line(label(key), part="cell_head", holder=head)
            part = "cell_text" if column in TEXTS else "cell"
            self.line("{{ row." + column + " }}", part=part, holder=cell)
        _keep_rows(table)
        self.line("{%p endif %}")


def _keep_rows(table: Any) -> None:  # noqa: ANN401
    """Keep rows whole at the end of a page, and repeat the headings on the next."""
    from docx.oxml import OxmlElement

    for row, marks in (
        (table.rows[0], ("w:cantSplit", "w:tblHeader")),
        (table.rows[2], ("w:cantSplit",)),
    ):
        for mark in marks:
            row._tr.get_or_add_trPr().append(OxmlElement(mark))  # noqa: SLF001
