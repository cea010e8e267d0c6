"""Briefs as one HTML page each: for print and for reading without Word."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING, Final

from livelihood_map.core.labels import current_lang, label
from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.report.templates import COVERAGE, PARTS, TOWNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from livelihood_map.report.content import Brief

_STYLE: Final = """
@page { size: A4; margin: 18mm 20mm }
body { font: 10.5pt/1.5 "Times New Roman", FangSong, 仿宋, "Noto Serif CJK SC", serif;
  max-width: 170mm; margin: 0 auto; color: #000 }
h1 { font: bold 18pt/1.4 SimSun, "Noto Serif CJK SC", serif; text-align: center; margin: .4em 0 }
h2 { font: bold 12pt/1.5 SimHei, 黑体, "Noto Sans CJK SC", sans-serif; margin: .8em 0 .2em;
  break-after: avoid }
p { margin: 0; text-indent: 2em }
.centre, .small { text-indent: 0 } .centre { text-align: center } .small { font-size: 8pt }
table { border-collapse: collapse; width: 100%; font-size: 9pt; margin: .4em 0 }
th, td { border: 1px solid #000; padding: 1px 4px; text-align: center } tr { break-inside: avoid }
td.text { text-align: left } figure { margin: .6em 0; text-align: center; break-inside: avoid }
img { width: 130mm; max-width: 100% } figcaption { font-size: 8pt }
"""


def render_html(brief: Brief) -> str:
    """Return a brief as one HTML page that needs nothing else and prints on A4.

    Parameters
    ----------
    brief
        Its content.
    """
    language = {"zh": "zh-CN", "en": "en"}[current_lang()]
    head = f'<meta charset="utf-8"><title>{escape(brief.title)}</title><style>{_STYLE}</style>'
    body = "\n".join(_parts(brief))
    page = f"<head>{head}</head>\n<body>\n{body}\n</body>"
    return f'<!doctype html>\n<html lang="{language}">\n{page}\n</html>\n'


def _parts(brief: Brief) -> Iterator[str]:
    """Return the page part by part."""
    is_district = brief.town_id == DISTRICT_ID
    numbers = (label(f"report.brief_number_{count}") for count in (2, 3, 4, 5, 6))
    yield f"<h1>{escape(brief.title)}</h1>"
    yield from _lines([brief.subtitle], "centre")
    yield from _lines(["　".join(brief.marks)], "centre small")
    yield f"<h2>{escape(label('report.brief_head_overview'))}</h2>"
    yield from _lines(brief.overview)
    yield from _table(brief.coverage, COVERAGE)
    if is_district:
        next(numbers)
        yield f"<h2>{escape(label('report.brief_head_towns'))}</h2>"
        yield from _lines([brief.towns_note])
        yield from _table(brief.towns, TOWNS)
    for name, rows, columns in PARTS:
        yield f"<h2>{escape(label(f'report.brief_head_{name}', number=next(numbers)))}</h2>"
        yield from _lines(getattr(brief, name))
        shown = [part for part in columns if is_district or part[0] != "town"]
        yield from _table(getattr(brief, rows), shown)
    yield f"<h2>{escape(label('report.brief_head_pictures', number=next(numbers)))}</h2>"
    for picture in brief.pictures:
        source = "data:image/png;base64," + b64encode(picture.content).decode("ascii")
        caption = escape(picture.caption)
        image = f'<img src="{source}" alt="{caption}">'
        yield f"<figure>{image}<figcaption>{caption}</figcaption></figure>"
    yield f"<h2>{escape(label('report.brief_head_sources', number=next(numbers)))}</h2>"
    yield from _lines(brief.sources, "small")


def _lines(lines: Sequence[str], look: str = "") -> Iterator[str]:
    """Return one paragraph a line."""
    for line in lines:
        yield f'<p class="{look}">{escape(line)}</p>' if look else f"<p>{escape(line)}</p>"


def _table(
    rows: Sequence[Mapping[str, str]], columns: Sequence[tuple[str, str, float]]
) -> Iterator[str]:
    """Return a table; nothing where there is no row."""
    if not rows:
        return
    heads = "".join(f"<th>{escape(label(key))}</th>" for _, key, _ in columns)
    yield f"<table><thead><tr>{heads}</tr></thead><tbody>"
    for row in rows:
        cells = "".join(
            f'<td class="text">{escape(row[name])}</td>'
            if name in {"reason", "name", "kind", "town"}
            else f"<td>{escape(row[name])}</td>"
            for name, _, _ in columns
        )
        yield f"<tr>{cells}</tr>"
    yield "</tbody></table>"
