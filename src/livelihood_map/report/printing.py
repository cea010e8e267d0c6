"""Briefs as one HTML page each: for print and for reading without Word."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING

from livelihood_map.core.labels import current_lang, label
from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.report.letter_style import (
    CAPTION_PT,
    NOTE_PT,
    PAGE_MM,
    PICTURE_MM,
    TABLE_PT,
    letter_style,
)
from livelihood_map.report.templates import TABLES, TEXTS, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from livelihood_map.report.content import Brief
    from livelihood_map.report.findings import Point
    from livelihood_map.report.templates import Column, Sort


def render_html(brief: Brief) -> str:
    """Return a brief as one HTML page that needs nothing else and prints on A4.

    Parameters
    ----------
    brief
        Its content.
    """
    language = {"zh": "zh-CN", "en": "en"}[current_lang()]
    head = f'<meta charset="utf-8"><title>{escape(brief.title)}</title><style>{_style()}</style>'
    body = "\n".join(_parts(brief))
    page = f"<head>{head}</head>\n<body>\n{body}\n</body>"
    return f'<!doctype html>\n<html lang="{language}">\n{page}\n</html>\n'


def _style() -> str:
    """Return the style of the page, from the measures of the letter."""
    style = letter_style()
    top, right, bottom, left = (f"{side:g}mm" for side in style.margins_mm)
    fonts = {
        name: ", ".join(f'"{one}"' for one in (style.latin_font, *getattr(style, f"{name}_font")))
        for name in ("title", "head", "subhead", "text")
    }
    weight = "normal" if current_lang() == "zh" else "bold"
    return f"""
@page {{ size: A4; margin: {top} {right} {bottom} {left} }}
body {{ font: {style.text_pt:g}pt/{style.leading_pt:g}pt {fonts["text"]}, serif; color: #000;
  max-width: {PAGE_MM[0] - style.margins_mm[1] - style.margins_mm[3]:g}mm; margin: 0 auto }}
h1 {{ font: {weight} {style.title_pt:g}pt/{style.title_leading_pt:g}pt {fonts["title"]}, serif;
  text-align: center; margin: 0 0 {style.leading_pt:g}pt }}
h2, h3 {{ font: {weight} {style.text_pt:g}pt/{style.leading_pt:g}pt {fonts["head"]}, sans-serif;
  margin: 0; text-indent: 2em; break-after: avoid }}
h3 {{ text-indent: 0; break-before: page }} b {{ font: {weight} 1em {fonts["subhead"]}, serif }}
p {{ margin: 0; text-indent: 2em }} .plain {{ text-indent: 0; white-space: pre-wrap }}
.note {{ text-indent: 0; font-size: {NOTE_PT:g}pt; line-height: 1.4 }}
table {{ border-collapse: collapse; width: 100%; font-size: {TABLE_PT:g}pt; line-height: 1.3;
  margin: 0 0 1em }}
caption, .caption, figcaption {{ font-size: {CAPTION_PT:g}pt; line-height: 1.5; text-indent: 0;
  text-align: center; break-after: avoid }}
th, td {{ border: 1px solid #000; padding: 1px 4px; text-align: center }}
tr {{ break-inside: avoid }} td.text {{ text-align: left }}
figure {{ margin: 0; text-align: center; break-inside: avoid }}
img {{ width: {PICTURE_MM:g}mm; max-width: 100% }}
"""


def _parts(brief: Brief) -> Iterator[str]:
    """Yield the page part by part."""
    sort: Sort = "district" if brief.town_id == DISTRICT_ID else "town"
    yield from _lines(brief.marks[:1], "note")
    yield f"<h1>{escape(brief.title)}</h1>"
    yield _head("overview")
    yield from _lines(brief.overview)
    yield _head("problems")
    yield from _points(brief.problems)
    yield _head("causes")
    yield from _lines(brief.causes)
    yield _head("advice")
    yield from _points(brief.advice)
    yield from _lines(brief.attachments, "plain")
    yield from _lines(brief.signature, "plain")
    yield from _annex(1, "pictures")
    yield from _lines([label("core.mark_internal")], "caption")
    for picture in brief.pictures:
        source = "data:image/png;base64," + b64encode(picture.content).decode("ascii")
        caption = escape(picture.caption)
        image = f'<img src="{source}" alt="{caption}">'
        yield f"<figure>{image}<figcaption>{caption}</figcaption></figure>"
    yield from _annex(2, "tables")
    for name, columns in TABLES:
        yield from _table(getattr(brief, name), columns_of(columns, sort), brief.tables[name])
    yield f'<p class="note">{escape(label("report.brief_head_notes"))}</p>'
    for lines in (brief.marks, brief.notes, brief.sources):
        yield from _lines(lines, "note")


def _head(name: str) -> str:
    """Return a heading of the first order."""
    return f"<h2>{escape(label(f'report.brief_head_{name}'))}</h2>"


def _annex(number: int, name: str) -> Iterator[str]:
    """Yield the heading of an annex."""
    yield f"<h3>{escape(label('report.brief_annex', number=number))}</h3>"
    yield f'<p class="caption">{escape(label(f"report.brief_annex_{name}"))}</p>'


def _lines(lines: Sequence[str], look: str = "") -> Iterator[str]:
    """Yield one paragraph a line."""
    for line in lines:
        yield f'<p class="{look}">{escape(line)}</p>' if look else f"<p>{escape(line)}</p>"


def _points(points: Sequence[Point]) -> Iterator[str]:
    """Yield one paragraph a point: its heading, then its text."""
    for point in points:
        yield f"<p><b>{escape(point['head'])}</b>{escape(point['text'])}</p>"


def _table(
    rows: Sequence[Mapping[str, str]], columns: Sequence[Column], title: str
) -> Iterator[str]:
    """Yield a table; nothing where there is no row."""
    if not rows:
        return
    heads = "".join(f"<th>{escape(label(key))}</th>" for _, key, _ in columns)
    yield f"<table><caption>{escape(title)}</caption>"
    yield f"<thead><tr>{heads}</tr></thead><tbody>"
    for row in rows:
        cells = "".join(
            f'<td class="text">{escape(row[name])}</td>'
            if name in TEXTS
            else f"<td>{escape(row[name])}</td>"
            for name, _, _ in columns
        )
        yield f"<tr>{cells}</tr>"
    yield "</tbody></table>"
