"""The Word templates of briefs, made here: no file of unknown origin is shipped.

An office that wants its own look opens a template, changes it in Word or WPS and names it in the
settings. The fields in braces are those of :class:`~livelihood_map.report.content.Brief`.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, Literal

from livelihood_map.core.labels import current_lang, label

if TYPE_CHECKING:
    from collections.abc import Sequence

Sort = Literal["town", "district"]

_TITLE_FONT, _HEAD_FONT, _TEXT_FONT = "方正小标宋简体", "黑体", "仿宋"
_LATIN: Final = "Times New Roman"
_TEXT_PT, _TABLE_PT, _SMALL_PT = 10.5, 9, 8
_PAGE_CM: Final = (21.0, 29.7)
_MARGIN_CM: Final = (1.5, 2.0)
COVERAGE: Final = (
    ("kind", "report.town_kind_name", 3.0),
    ("population", "report.tier_people", 2.6),
    ("share", "report.brief_col_share", 2.2),
    ("share_after", "report.brief_col_after", 2.2),
    ("residences", "report.brief_col_residences", 2.2),
    ("area", "report.brief_col_area", 2.6),
    ("median", "report.brief_col_median", 2.2),
)
TOWNS: Final = (
    ("town", "report.town_town_name", 3.0),
    *COVERAGE[1:5],
    ("median", "report.brief_col_median", 2.6),
    ("sites", "report.brief_col_sites", 2.2),
)
COMPOUNDS: Final = (
    ("name", "report.compound_name", 4.0),
    ("town", "report.compound_town_name", 3.0),
    ("kind", "report.compound_kind_name", 2.8),
    ("population", "report.compound_population", 2.0),
    ("walk", "report.compound_walk_m", 2.2),
    ("reason", "report.compound_reason_name", 3.0),
)
SITES: Final = (
    ("rank", "report.site_rank", 1.2),
    ("town", "report.site_town_name", 2.4),
    ("name", "report.site_name", 3.6),
    ("gained", "report.site_gained_population", 2.0),
    ("reason", "report.site_reason", 7.8),
)


PARTS: Final = (("gaps", "compounds", COMPOUNDS), ("sites", "suggestions", SITES))
"""Parts of a brief that are told, then listed: the fields of both, and the list's columns."""


def build_template(sort: Sort) -> bytes:
    """Return a Word template in the current language, with the fields of a brief in braces.

    Parameters
    ----------
    sort
        ``town`` for the two-page brief, ``district`` for the report.
    """
    from docx import Document

    document = Document()
    _set_page(document)
    _line(document, "{{ title }}", font=_TITLE_FONT, size_pt=18, is_centred=True)
    _line(document, "{{ subtitle }}", size_pt=_TEXT_PT, is_centred=True)
    _line(document, "{{ marks | join('　') }}", size_pt=_SMALL_PT, is_centred=True)
    _head(document, label("report.brief_head_overview"))
    _loop(document, "overview", indent=True)
    _table(document, "coverage", COVERAGE)
    numbers = [label(f"report.brief_number_{count}") for count in (2, 3, 4, 5, 6)]
    if sort == "district":
        _head(document, label("report.brief_head_towns"))
        _line(document, "{{ towns_note }}", indent=True)
        _table(document, "towns", TOWNS)
        numbers.pop(0)
    for name, rows, columns in PARTS:
        _head(document, label(f"report.brief_head_{name}", number=numbers.pop(0)))
        _loop(document, name, indent=True)
        _table(
            document, rows, [part for part in columns if sort == "district" or part[0] != "town"]
        )
    _head(document, label("report.brief_head_pictures", number=numbers.pop(0)))
    _line(document, "{%p for picture in pictures %}")
    _line(document, "{{ picture.image }}", is_centred=True)
    document.paragraphs[-1].paragraph_format.keep_with_next = True
    _line(document, "{{ picture.caption }}", size_pt=_SMALL_PT, is_centred=True)
    _line(document, "{%p endfor %}")
    _head(document, label("report.brief_head_sources", number=numbers.pop(0)))
    _loop(document, "sources", size_pt=_SMALL_PT)
    held = BytesIO()
    document.save(held)
    return held.getvalue()


def _set_page(document: Any) -> None:  # noqa: ANN401  (python-docx's document)
    """Set A4, margins, the page number and the font of ordinary text."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    section = document.sections[0]
    section.page_width, section.page_height = Cm(_PAGE_CM[0]), Cm(_PAGE_CM[1])
    section.top_margin = section.bottom_margin = Cm(_MARGIN_CM[0])
    section.left_margin = section.right_margin = Cm(_MARGIN_CM[1])
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = _LATIN, Pt(_TEXT_PT)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _TEXT_FONT)
    lang = {"zh": "zh-CN", "en": "en-US"}[current_lang()]
    for tongue in document.styles.element.iter(qn("w:lang")):
        tongue.set(qn("w:val"), "en-US")
        tongue.set(qn("w:eastAsia"), lang)
    normal.paragraph_format.space_after = normal.paragraph_format.space_before = Pt(0)
    footer = section.footer.paragraphs[0]
    footer.alignment = 1
    for kind in ("begin", None, "end"):
        run = footer.add_run()
        if kind is None:
            text = OxmlElement("w:instrText")
            text.text = "PAGE"
            run._r.append(text)  # noqa: SLF001  (python-docx has no other way to a field)
        else:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)  # noqa: SLF001


def _line(
    holder: Any,  # noqa: ANN401  (a document or a cell)
    text: str,
    *,
    font: str | None = None,
    size_pt: float = _TEXT_PT,
    is_centred: bool = False,
    indent: bool = False,
) -> None:
    """Add a paragraph; the last one of a cell is the one that is there."""
    from docx.oxml.ns import qn
    from docx.shared import Pt

    is_cell = hasattr(holder, "_tc")
    paragraph = holder.paragraphs[0] if is_cell else holder.add_paragraph()
    run = paragraph.add_run(text)
    run.font.size = Pt(size_pt)
    if font is not None:
        run.font.name = font
        run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)  # noqa: SLF001
    if is_centred:
        paragraph.alignment = 1
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(2 * size_pt)


def _head(document: Any, text: str) -> None:  # noqa: ANN401
    """Add a heading."""
    from docx.shared import Pt

    _line(document, text, font=_HEAD_FONT, size_pt=12)
    form = document.paragraphs[-1].paragraph_format
    form.space_before, form.space_after, form.keep_with_next = Pt(6), Pt(2), True


def _loop(document: Any, name: str, **look: Any) -> None:  # noqa: ANN401
    """Add a field that gives one paragraph a line."""
    _line(document, "{%p for line in " + name + " %}")
    _line(document, "{{ line }}", **look)
    _line(document, "{%p endfor %}")


def _table(document: Any, name: str, columns: Sequence[tuple[str, str, float]]) -> None:  # noqa: ANN401
    """Add a table with headings that gives one row an item; none where there is no item."""
    from docx.shared import Cm

    _line(document, "{%p if " + name + " %}")
    table = document.add_table(rows=4, cols=len(columns), style="Table Grid")
    table.autofit = False
    table.alignment = 1
    table.rows[1].cells[0].text = "{%tr for row in " + name + " %}"
    table.rows[3].cells[0].text = "{%tr endfor %}"
    spare_cm = _PAGE_CM[0] - 2 * _MARGIN_CM[1] - sum(width_cm for *_, width_cm in columns)
    for position, (column, key, needed_cm) in enumerate(columns):
        is_last = position == len(columns) - 1
        width_cm = needed_cm + (max(spare_cm, 0.0) if is_last else 0.0)
        table.columns[position].width = Cm(width_cm)
        for row in table.rows:
            row.cells[position].width = Cm(width_cm)
        head, cell = table.rows[0].cells[position], table.rows[2].cells[position]
        _line(head, label(key), font=_HEAD_FONT, size_pt=_TABLE_PT, is_centred=True)
        is_text = column in {"reason", "name", "kind", "town"}
        _line(cell, "{{ row." + column + " }}", size_pt=_TABLE_PT, is_centred=not is_text)
    _keep_rows(table)
    _line(document, "{%p endif %}")


def _keep_rows(table: Any) -> None:  # noqa: ANN401
    """Keep rows whole at the end of a page, and repeat the headings on the next."""
    from docx.oxml import OxmlElement

    for row, marks in (
        (table.rows[0], ("w:cantSplit", "w:tblHeader")),
        (table.rows[2], ("w:cantSplit",)),
    ):
        for mark in marks:
            row._tr.get_or_add_trPr().append(OxmlElement(mark))  # noqa: SLF001
