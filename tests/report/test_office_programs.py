"""Workbooks and briefs as an office program reads them: LibreOffice, without a screen."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from io import BytesIO

import openpyxl
import pandas as pd
import pytest
from PIL import Image
from reported_town import report_context, report_tables

from livelihood_map.report import write_briefs, write_workbooks

REMEDY = "apt install libreoffice-calc libreoffice-writer poppler-utils fonts-noto-cjk"


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
        timeout=120,
    )
    return [folder / f"{path.stem}.{kind}" for path in paths]


@pytest.fixture(scope="module")
def documents(tmp_path_factory):
    """Return the folder of workbooks and briefs of the lattice town."""
    folder = tmp_path_factory.mktemp("documents")
    write_workbooks(report_tables(), folder=folder, context=report_context())
    full = replace(report_tables(), sites=many_sites())
    maps = dict.fromkeys(("ALL", "west", "east"), blank_map())
    write_briefs(full, folder=folder / "briefs", context=report_context(), maps=maps)
    return folder


def many_sites():
    """Return sites as a full town has them: seven of them, with long reasons."""
    one = report_tables().sites
    sites = pd.concat([one] * 7, ignore_index=True)
    sites["rank"] = range(1, 8)
    sites["reason_zh"] = "步行500米内新增覆盖居民约10,935人、早高峰就业约2,754人；" * 3
    return sites


def blank_map():
    """Return a picture in the shape of a map."""
    held = BytesIO()
    Image.new("RGB", (1169, 827), "white").save(held, "PNG")
    return held.getvalue()


@pytest.mark.filterwarnings("ignore:.*extension is not supported")  # LibreOffice's own
def test_workbooks_hold_the_same_figures_after_libreoffice(documents, tmp_path):
    """LibreOffice reads every cell as it was written: same figures, no error, no formula."""
    paths = sorted(documents.glob("*.xlsx")) + sorted((documents / "towns").glob("*.xlsx"))
    assert len(paths) == 3
    for path, again in zip(paths, convert(paths, tmp_path, "xlsx"), strict=True):
        ours, theirs = openpyxl.load_workbook(path), openpyxl.load_workbook(again)
        assert ours.sheetnames == theirs.sheetnames
        for name in ours.sheetnames:
            cells = {c.coordinate: c for row in theirs[name].iter_rows() for c in row}
            for cell in (c for row in ours[name].iter_rows() for c in row):
                if cell.value is None:
                    continue
                other = cells[cell.coordinate]
                assert other.data_type == cell.data_type, (name, cell.coordinate)
                assert other.data_type not in {"f", "e"}, (name, cell.coordinate)
                if cell.data_type == "n":
                    expected = pytest.approx(cell.value, rel=1e-12)
                    assert other.value == expected, (name, cell.coordinate)
                else:
                    assert other.value == cell.value, (name, cell.coordinate)


def test_briefs_become_pages_with_chinese_text(documents, tmp_path):
    """A town's brief is two pages at most, in fonts that hold its characters."""
    towns = sorted((documents / "briefs" / "towns").glob("*.docx"))
    district = documents / "briefs" / "district.docx"
    for page in convert([*towns, district], tmp_path, "pdf"):
        reading = [program("pdfinfo"), str(page)]
        told = subprocess.run(reading, check=True, capture_output=True, text=True).stdout
        pages_n = int(
            next(line for line in told.splitlines() if line.startswith("Pages")).split()[1]
        )
        assert pages_n <= (2 if page.stem != "district" else 6)
        reading = [program("pdftotext"), str(page), "-"]
        text = subprocess.run(reading, check=True, capture_output=True, text=True).stdout
        assert "总体情况" in text
        assert "口径与依据" in text
        assert "{{" not in text
        reading = [program("pdffonts"), str(page)]
        fonts = subprocess.run(reading, check=True, capture_output=True, text=True).stdout
        rows = [line for line in fonts.splitlines()[2:] if line.strip()]
        assert any("CJK" in row or "Song" in row or "Hei" in row for row in rows)
