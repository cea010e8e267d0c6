"""Rows without a place are counted, shown with what may tell it, and placed by somebody alone."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from served_office import version_in
from small_office import TO_DEGREES, degrees
from unplaced_office import write_unplaced

from livelihood_map.core.datum import gcj02_to_wgs84
from livelihood_map.office.answers import read_answer


@pytest.fixture(scope="module")
def unplaced(served, tmp_path_factory):
    """Return somebody, the address of a project and the project: addresses alone in one file."""
    return write_unplaced(served, tmp_path_factory.mktemp("unplaced"))


def test_addresses_alone_are_counted_proposed_and_placed_by_hand(unplaced):
    """Nothing is placed silently; a proposal and a click become coordinates in the file's datum."""
    client, base, project = unplaced
    client.post(f"{base}/start/check")
    page = client.settle(f"{base}/check").text
    assert "3 条记录没有位置，不参加计算" in page
    assert "没有一行可用" in page, "a register of which nothing can be used stops the run"
    page = client.settle(f"{base}/places")
    told = read_answer(project, "places")
    hows = [[one["how"] for one in row["proposals"]] for row in told["rows"]]
    assert hows == [["street"], ["compound"], []]
    assert page.text.count("checked") == 3, "left open unless somebody decides"

    wrong = (
        {"how-0": "map"},
        {"how-0": "map", "x-0": "-5", "y-0": "3"},
        {"how-0": "7"},
        {"how-0": ""},
    )
    for fields in wrong:
        refused = client.post(f"{base}/places", version=version_in(page), **fields)
        assert refused.status == 422, "no click, beyond, no such proposal, none"
    west, north = told["corner"]
    x, y = TO_DEGREES.transform(*degrees(9, 3), direction="INVERSE")
    chosen = {
        "how-0": "",
        "how-1": "0",
        "how-2": "map",
        "x-2": str(x - west),
        "y-2": str(north - y),
    }
    assert client.post(f"{base}/places", version=version_in(page), **chosen).status == 200
    page = client.settle(f"{base}/check").text
    assert "1 条记录没有位置" in page
    assert "没有一行可用" not in page
    book = openpyxl.load_workbook(project.data / "corrections-1.xlsx")
    rows = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    head = next(row for row in rows if "经度" in row)
    lon, lat = (float(rows[-1][head.index(name)]) for name in ("经度", "纬度"))
    assert gcj02_to_wgs84(lon, lat) == pytest.approx(degrees(9, 3), abs=2e-6)


def test_the_rest_is_exported_filled_in_and_read_back(unplaced):
    """The workbook of what is open comes back as a list of corrections, columns and all."""
    client, base, _ = unplaced
    client.settle(f"{base}/places")
    answer = client.get(f"{base}/places.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.body))
    rows = list(book.worksheets[0].iter_rows())
    head = next(row for row in rows if any(cell.value == "经度" for cell in row))
    heads = [cell.value for cell in head]
    assert "3号路" in rows[-1][heads.index("可能的位置（仅供参考，不读取）")].value
    for name, value in zip(("经度", "纬度"), degrees(1, 1), strict=True):
        rows[-1][heads.index(name)].value = value
    filled = io.BytesIO()
    book.save(filled)
    client.upload(f"{base}/upload", [("rejects-places.xlsx", filled.getvalue())])
    page = client.settle(f"{base}/data").text
    address = re.search(r"rejects-places\.xlsx.*?action=\"(\S+)/slot\"", page, re.DOTALL)[1]
    version = version_in(client.get(f"{base}/data"))
    client.post(f"{address}/slot", slot="corrections", version=version)
    client.post(f"{base}/start/check")
    page = client.settle(f"{base}/check").text
    assert "没有位置" not in page
    assert 'class="note good"' in page
