"""Pages of the notebooks, a language each, with their output where ``make notebooks`` has made it."""

from __future__ import annotations

import base64
import html
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "notebooks"
EXECUTED = ROOT / "out" / "notebooks"
HAN = re.compile("[\u3400-\u9fff]")
FRAME = re.compile(r'<iframe srcdoc="(.*?)" width', re.DOTALL)
STYLE = re.compile(r"<style scoped>.*?</style>", re.DOTALL)
WORDS = {
    "en": ("Notebooks", "Six walk-throughs, each ending in a question answered. With Jupyter they run from `notebooks/`.",
           "Shown without output: `make notebooks` runs them.", "A map"),
    "zh": ("演示笔记", "六篇，每篇最后回答一个问题。装有 Jupyter 时可在 `notebooks/` 中运行。",
           "此处未含输出：`make notebooks` 运行后即有。", "地图"),
}  # fmt: skip


def notebook_pages(lang: str) -> Iterator[tuple[str, str | bytes]]:
    """Return name and content of the pages of one language, and of the pictures and maps in them."""
    title, intro, *_ = WORDS[lang]
    lines = [f"# {title}", "", intro, ""]
    for source in sorted(SOURCES.glob("*.ipynb")):
        executed = EXECUTED / source.name
        is_run = executed.exists()
        cells = json.loads((executed if is_run else source).read_text(encoding="utf-8"))["cells"]
        parts: list[str] = []
        for number, cell in enumerate(cells):
            text = "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                parts.append(in_language(text, lang))
                continue
            parts.append(f"```python\n{text}\n```")
            for place, output in enumerate(cell["outputs"]):
                name = f"{source.stem}-{number}-{place}"
                shown, files = _output(output, name, WORDS[lang][3])
                parts.append(shown)
                yield from files
        if not is_run:
            parts.insert(1, WORDS[lang][2])
        yield f"{source.stem}.md", "\n\n".join(part for part in parts if part) + "\n"
        heading = parts[0].removeprefix("# ")
        lines.append(f"- [{heading}]({source.stem}.md)")
    yield "index.md", "\n".join(lines) + "\n"


def in_language(text: str, lang: str) -> str:
    """Return the paragraphs of a bilingual text that are of one language."""
    kept = []
    for paragraph in text.split("\n\n"):
        is_heading = paragraph.startswith("#")
        if is_heading and " · " in paragraph:
            marks, _, words = paragraph.partition(" ")
            chinese, _, english = words.partition(" · ")
            number = re.match(r"\d+ ", chinese)
            if lang == "en":
                kept.append(f"{marks} {number[0] if number else ''}{english}")
            else:
                kept.append(f"{marks} {chinese}")
        elif paragraph.startswith("    "):
            kept.append("```text\n" + paragraph.replace("    ", "", 1) + "\n```")
        else:
            lines = [line for line in paragraph.split("\n") if bool(HAN.search(line)) == (lang == "zh")]
            kept.append("\n".join(lines))
    return "\n\n".join(part for part in kept if part)


def _output(output: dict[str, Any], name: str, word: str) -> tuple[str, list[tuple[str, str | bytes]]]:
    """Return an output as it stands on the page, and the files that it needs."""
    data = output.get("data", {})
    if "image/png" in data:
        content = base64.b64decode("".join(data["image/png"]))
        return f"![{name}]({name}.png)", [(f"{name}.png", content)]
    if "text/html" in data:
        text = "".join(data["text/html"])
        framed = FRAME.search(text)
        if framed:
            page = html.unescape(framed[1])
            shown = f'<iframe src="{name}.html" title="{word}" class="notebook-map"></iframe>'
            return shown, [(f"{name}.html", page)]
        plain = re.sub(r">\s+<", "><", STYLE.sub("", text)).replace("\n", " ")
        return f'<div class="notebook-table">{plain}</div>', []
    text = "".join(data.get("text/plain", output.get("text", "")))
    return f"```text\n{text.rstrip()}\n```", []
