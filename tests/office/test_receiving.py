"""Files that are handed over stay in the project's folder, few and small enough."""

from __future__ import annotations

import re

import pytest
from hostile_names import HOSTILE_NAMES
from served_office import BOUNDARY

from livelihood_map.office import guard, receiving

ROWS = "市场名称,经度,纬度\n甲,121.4,31.1\n".encode()
LEADING = [
    "../../a.csv", "..\\..\\a.csv", "/etc/a.csv", "C:\\a.csv", "a/../../b.csv", "con.csv", ".csv",
    "..csv", "a\0b.csv", "a\r\nb.csv", "~$a.csv", "x" * 400 + ".csv", ".office.csv", " .csv",
    "livelihood.toml.csv", "\u202efdp.csv", "甲:乙.csv", "nul .csv",
]  # fmt: skip


def everything_below(root):
    """Return every path below a folder."""
    return {path.relative_to(root).as_posix() for path in root.rglob("*")}


@pytest.mark.parametrize("name", [*LEADING, *(f"{name}.csv" for name in HOSTILE_NAMES)])
def test_a_name_leads_nowhere(served, name):
    """Whatever a file is called, it lands in the folder of data or is refused in words."""
    root = served.app.state.projects.root
    client, base = served.project("名字")
    before = everything_below(root.parent)
    name = re.sub(r'["\r\n\0]', "_", name)
    answer = client.upload(f"{base}/upload", [(name, ROWS)])
    assert answer.status in {200, 422}
    new = everything_below(root.parent) - before
    assert all(re.search(r"/(data|\.office)(/[^/]+)?$", place) for place in new), new


@pytest.mark.parametrize(
    "name", ["a.exe", "a.bat", "a.py", "a", "a.toml", "livelihood.toml", "a.csv.lnk"]
)
def test_endings_that_no_input_has_are_refused(served, name):
    """A program, a link or a settings file is no input."""
    client, base = served.project("类型")
    answer = client.upload(f"{base}/upload", [(name, b"x")])
    assert answer.status == 422
    assert name in answer.text


def test_too_many_and_too_large_are_refused(served, monkeypatch):
    """The number of files and the size of each and of all are limited."""
    client, base = served.project("大小")
    many = [(f"a{number}.csv", ROWS) for number in range(receiving.FILES_MAX + 1)]
    assert client.upload(f"{base}/upload", many).status == 422
    monkeypatch.setattr(receiving, "FILE_MAX", 10)
    assert client.upload(f"{base}/upload", [("a.csv", ROWS)]).status == 422
    monkeypatch.setattr(guard, "UPLOAD_MAX", 20)
    assert client.upload(f"{base}/upload", [("a.csv", ROWS)]).status == 413


def test_an_upload_that_is_cut_off_is_refused_or_nothing(served):
    """Cut at any byte, an upload is refused in words and the program goes on."""
    client, base = served.project("截断")
    whole = (
        f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="files"; filename="a.csv"\r\n\r\n'
        f"x\r\n--{BOUNDARY}--\r\n"
    ).encode()
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    for length in range(len(whole)):
        answer = client.ask("POST", f"{base}/upload", whole[:length], {"Content-Type": kind})
        assert answer.status in {200, 422}, length
    for wrong in ("multipart/form-data", "text/plain", "multipart/form-data; boundary=", ""):
        answer = client.ask("POST", f"{base}/upload", whole, {"Content-Type": wrong})
        assert answer.status == 422, wrong
    assert client.get("/").status == 200


def test_a_link_in_place_of_the_folder_is_not_followed(served, tmp_path):
    """Somebody who puts a link where the files go does not lead them elsewhere."""
    client, base = served.project("链接")
    project = served.app.state.projects.find(base.rpartition("/")[2])
    project.data.rmdir()
    project.data.symlink_to(tmp_path)
    assert client.upload(f"{base}/upload", [("a.csv", ROWS)]).status == 404
    assert list(tmp_path.iterdir()) == []
