"""What leaves the office on paper: files as LibreOffice prints them, their pages and their type."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import zlib

import pytest

REMEDY = "apt install libreoffice-calc libreoffice-writer poppler-utils fonts-noto-cjk"
LEAST_PT = 9.0
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_TYPE = re.compile(
    rb"/F\d+ ([\d.]+) Tf|(\bBT\b)|([-\d.]+) [-\d.]+ [-\d.]+ [-\d.]+ [-\d.]+ [-\d.]+ Tm|T[jJ]"
)


def program(name):
    """Return the path of a program; in CI it must be there, elsewhere the test is skipped."""
    path = shutil.which(name)
    if path is None and os.environ.get("CI"):
        pytest.fail(f"{name} is missing: {REMEDY}")
    if path is None:
        pytest.skip(f"{name} is not here: {REMEDY}")
    return path


def convert(paths, folder, kind):
    """Return what LibreOffice makes of files, in another folder."""
    profile = (folder / "profile").as_uri()
    subprocess.run(
        [
            program("soffice"),
            f"-env:UserInstallation={profile}",
            "--headless",
            "--convert-to",
            kind,
            "--outdir",
            str(folder),
            *map(str, paths),
        ],
        check=True,
        capture_output=True,
        timeout=600,
    )
    return [folder / f"{path.stem}.{kind}" for path in paths]


def pages_of(pdf):
    """Return how many pages a print has."""
    reading = [program("pdfinfo"), str(pdf)]
    told = subprocess.run(reading, check=True, capture_output=True, text=True).stdout
    return int(next(line for line in told.splitlines() if line.startswith("Pages")).split()[1])


def words_of(pdf):
    """Return the text of a print."""
    reading = [program("pdftotext"), str(pdf), "-"]
    return subprocess.run(reading, check=True, capture_output=True, text=True).stdout


def type_sizes(pdf):
    """Return how many pieces of text a print has in each size, points on paper.

    Read from the print's own drawing: the size of the font times the scale of the text.
    """
    counts = {}
    for found in _STREAM.finditer(pdf.read_bytes()):
        try:
            drawing = zlib.decompress(found[1])
        except zlib.error:
            continue
        size, scale = 0.0, 1.0
        for mark in _TYPE.finditer(drawing):
            if mark[1]:
                size = float(mark[1])
            elif mark[2]:
                scale = 1.0
            elif mark[3]:
                scale = abs(float(mark[3])) or 1.0
            elif size:
                shown = round(size * scale, 1)
                counts[shown] = counts.get(shown, 0) + 1
    return dict(sorted(counts.items()))
