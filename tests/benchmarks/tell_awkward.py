"""What is said of each awkward file, how long that takes and how much memory: a page of the docs.

Run with ``make awkward``; writes docs/awkward_files.md.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import resource
import sys
import tempfile
import time
import warnings
from functools import partial
from itertools import groupby
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

import awkward_files
import awkward_settings
from awkward_cases import CASES
from awkward_files import AwkwardFile
from awkward_templates import TEMPLATES
from fuzzed_readers import doors_of, held_brief
from register_files import source, take_all

from livelihood_map.core.errors import LivelihoodMapError
from livelihood_map.core.labels import LANGS, current_lang, use_lang
from livelihood_map.core.settings import load_settings
from livelihood_map.report.briefs import render

PAGE = Path(__file__).resolve().parents[2] / "docs" / "awkward_files.md"
SHOWN = 240
"""Characters of a message that the page shows."""
TAKEN = {"zh": "照常读入", "en": "read as it stands"}
HEAD = """# Awkward files

What is said of files that are damaged, wrong or hostile: each of these is tried by the tests, and
this page is written by `make awkward`. A message is cut after {shown} characters. Time is that of
the processor, memory what the reading added, in a process of its own.
{count} files; the slowest takes {slowest:.1f} s, the largest {most:.0f} MB.

下表列出损坏、错误或恶意的文件，以及程序对每个文件的说明。全部由测试逐一验证。
"""
FORMATS = {".xlsx": "xlsx", ".xls": "xls and html", ".csv": "csv", ".tsv": "csv", ".txt": "csv"}


def register(case) -> AwkwardFile:
    """Return an awkward register as an awkward file."""

    def read(folder):
        return take_all(folder, [source(case.file, **case.settings)], lang=current_lang())

    ending = Path(case.file).suffix
    return AwkwardFile(FORMATS.get(ending, "layers"), case.fault, case.file, case.write, read, "")


def template(one) -> AwkwardFile:
    """Return a Word template that misbehaves as an awkward file."""

    def read(folder):
        content = (folder / "own.docx").read_bytes()
        return render(held_brief(), content, date=dt.date(2023, 6, 30), name="own.docx")

    def write(path):
        path.write_bytes(one.make())

    return AwkwardFile("Word templates", one.fault, "own.docx", write, read, "")


def setting(fault: str, content: bytes) -> AwkwardFile:
    """Return extreme settings as an awkward file."""
    write = partial(Path.write_bytes, data=content)
    return AwkwardFile(
        "TOML settings", fault, "own.toml", write, lambda f: load_settings(f / "own.toml"), ""
    )


def said(awkward: AwkwardFile, folder: Path, lang: str) -> str:
    """Return what is said of a file in a language."""
    with use_lang(lang):
        try:
            result = awkward.read(folder)
        except LivelihoodMapError as error:
            return error.text(lang)
    for name in ("rejects", "notes", "slips"):
        rows = getattr(result, name, None)
        if rows is not None and len(rows):
            first = rows.iloc[0]
            stop = {"zh": "；", "en": "; "}[lang]
            return f"{first['source']}, {first['row']}: {first['problem']}{stop}{first['remedy']}"
    return TAKEN[lang]


def measure(awkward: AwkwardFile, pipe) -> None:
    """Send what is said of a file in each language, with processor time and memory."""
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folder = Path(name)
        awkward.write(folder / awkward.file)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.process_time()
        texts = [said(awkward, folder, LANGS[0])]
        took = time.process_time() - began
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
        texts += [said(awkward, folder, lang) for lang in LANGS[1:]]
        pipe.send(
            (
                [text.replace(f"{folder}/", "").replace(name, ".") for text in texts],
                took,
                memory / 1024,
            )
        )


def measured(awkward: AwkwardFile):
    """Return what a process of its own measures."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=measure, args=(awkward, theirs))
    process.start()
    theirs.close()
    answer = ours.recv()
    process.join()
    return answer


def cell(text: str) -> str:
    """Return a text as a cell of a table in Markdown."""
    plain = " ".join(text.split())
    plain = plain if len(plain) <= SHOWN else f"{plain[:SHOWN]}…"
    return plain.translate({ord(mark): f"&#{ord(mark)};" for mark in "\\`*_{}[]<>|#&"})


def main() -> int:
    """Write the page; return 0."""
    files = [
        *awkward_files.FILES,
        *map(register, CASES),
        *map(template, TEMPLATES),
        *(setting(fault, content) for fault, content in awkward_settings.FILES.items()),
    ]
    doors_of("template")
    answers = {(one.reader, one.fault): measured(one) for one in files}
    lines = [
        HEAD.format(
            shown=SHOWN,
            count=len(files),
            slowest=max(took for _, took, _ in answers.values()),
            most=max(memory for *_, memory in answers.values()),
        )
    ]
    ordered = sorted(files, key=lambda one: one.reader.lower())
    for reader, group in groupby(ordered, key=lambda one: one.reader):
        lines += [
            f"## {reader}",
            "",
            "| fault | 中文 | English | s | MB |",
            "|---|---|---|---|---|",
        ]
        for one in group:
            (zh, en), took, memory = answers[one.reader, one.fault]
            texts = " | ".join(map(cell, (one.fault, zh, en)))
            lines.append(f"| {texts} | {took:.2f} | {memory:.0f} |")
        lines.append("")
    PAGE.write_text("\n".join(lines), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
