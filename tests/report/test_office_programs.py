"""Workbooks and briefs as an office program reads them: LibreOffice, without a screen."""

from __future__ import annotations

import re
import subprocess

import openpyxl
import pytest
from printed import LEAST_PT, convert, pages_of, program, type_sizes, words_of

from livelihood_map.core.labels import label


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


def test_workbooks_print_in_type_that_can_be_read(documents, tmp_path):
    """No text of a sheet or chart is below 9 pt, ids are not printed, pages are numbered."""
    books = [documents / "district.xlsx", documents / "annex" / "towns" / "east_东镇.xlsx"]
    for page in convert(books, tmp_path, "pdf"):
        assert min(type_sizes(page)) >= LEAST_PT, page.stem
        text = words_of(page)
        assert f"共 {pages_of(page)} 页" in text
        assert label("report.compound_residence_id") not in text


def test_briefs_print_as_letters(documents, tmp_path):
    """A town's letter is two pages, then come its annexes; fonts hold its characters."""
    towns = sorted((documents / "briefs" / "towns").glob("*.docx"))
    district = documents / "briefs" / "district.docx"
    for page in convert([*towns, district], tmp_path, "pdf"):
        pages = words_of(page).split("\f")
        heads = [re.search(r"^附件 ?1$", one, re.MULTILINE) for one in pages]
        first_annex = next(n for n, head in enumerate(heads) if head)
        assert page.stem == "district" or first_annex <= 2
        assert min(type_sizes(page)) >= LEAST_PT
        assert "一、基本情况" in pages[0]
        assert "{{" not in "".join(pages)
        reading = [program("pdffonts"), str(page)]
        fonts = subprocess.run(reading, check=True, capture_output=True, text=True).stdout
        rows = [line for line in fonts.splitlines()[2:] if line.strip()]
        assert any("CJK" in row or "Song" in row or "Hei" in row for row in rows)
