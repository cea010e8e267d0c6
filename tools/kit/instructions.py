"""The page of instructions that lies in a kit: pages of the documentation with their pictures."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Final

import markdown

if TYPE_CHECKING:
    from pathlib import Path

PAGES: Final = {
    "使用说明.html": ("zh-CN", "zh/kit.md", "zh/office.md"),
    "instructions.html": ("en", "how-to/kit.md", "how-to/office.md"),
}
"""Language and sources, below the documentation, of each page."""
_PICTURE: Final = re.compile(r'src="([^"]+\.webp)"')
_LINK: Final = re.compile(r'<a href="(?!https?:)[^"]*">(.*?)</a>')
_STYLE: Final = (
    "body{max-width:56rem;margin:2rem auto;padding:0 1rem;font:16px/1.6 sans-serif;color:#1c2733}"
    "img{max-width:100%;border:1px solid #ccd}table{border-collapse:collapse}"
    "td,th{border:1px solid #ccd;padding:.3rem .6rem;text-align:left}"
    "pre{background:#f3f5f7;padding:.6rem}"
)


def write_instructions(folder: Path, docs: Path) -> None:
    """Write the page of each language, its pictures inside, so that it opens from a stick.

    Parameters
    ----------
    folder
        Where the pages go.
    docs
        Folder of the documentation.
    """
    for name, (lang, *sources) in PAGES.items():
        parts = [_part(docs / source) for source in sources]
        heading = re.sub(r"<[^>]+>", "", parts[0].partition("</h1>")[0])
        (folder / name).write_text(
            f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>{heading}</title>'
            f"<style>{_STYLE}</style><body>{''.join(parts)}</body></html>\n",
            "utf-8",
        )


def _part(source: Path) -> str:
    """Return one page of the documentation as HTML that asks for nothing beside it."""
    made = markdown.markdown(source.read_text("utf-8"), extensions=["tables", "fenced_code"])
    unlinked = _LINK.sub(r"\1", made)

    def inside(match: re.Match[str]) -> str:
        content = base64.b64encode((source.parent / match[1]).read_bytes()).decode()
        return f'src="data:image/webp;base64,{content}"'

    return _PICTURE.sub(inside, unlinked)
