"""Writing files: what cannot be written is told with file and remedy, and nothing is lost."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pyogrio
import pytest

from livelihood_map.core.errors import LivelihoodMapError, SchemaError, SourceError
from livelihood_map.core.faults import reason_of
from livelihood_map.core.io import OutputError, write_bytes, write_text, writing
from livelihood_map.core.labels import LANGS

NUMBERS = {
    "ENOSPC": ("磁盘空间不足", "disk is full"),
    "EDQUOT": ("磁盘空间不足", "disk is full"),
    "EROFS": ("只读", "read-only"),
    "EACCES": ("Excel 或 WPS", "Excel or WPS"),
    "EPERM": ("Excel 或 WPS", "Excel or WPS"),
    "EFBIG": ("允许的大小", "larger than"),
    "EIO": ("网络盘出错", "network drive fails"),
    "ENAMETOOLONG": ("路径太长", "too long"),
    "EISDIR": ("却是一个目录", "is a folder"),
    "ENOENT": ("找不到该文件", "no such file"),
    "EDEADLK": ("系统提示", "system says"),
}
WINDOWS = {
    32: "Excel 或 WPS",
    33: "Excel 或 WPS",
    112: "磁盘空间不足",
    206: "路径太长",
    19: "只读",
    64: "网络盘出错",
}


def write_failing(path, error):
    """Write half a file and fail."""
    with writing(path) as draft:
        draft.write_text("half", "utf-8")
        raise error


@pytest.fixture
def path(tmp_path):
    """Return a file that was written before."""
    return write_text("old", tmp_path / "结果.txt")


def is_as_before(path):
    """Return whether a file is as it was and nothing lies beside it."""
    return path.read_text("utf-8") == "old" and list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", NUMBERS)
def test_what_the_system_refuses_is_told_in_one_line(path, name, lang):
    """Each of the system's numbers gives one line with file and remedy; the old file stays."""
    error = OSError(getattr(errno, name), "the system's words")
    with pytest.raises(OutputError) as caught:
        write_failing(path, error)
    said = caught.value.text(lang)
    assert NUMBERS[name][LANGS.index(lang)] in said
    assert str(path) in said
    assert "\n" not in said
    assert caught.value.__cause__ is error
    assert is_as_before(path)


@pytest.mark.parametrize("number", WINDOWS)
def test_windows_own_numbers_say_more(path, number):
    """A file in use, a full disk or a long path on Windows is told by Windows' own number."""
    error = OSError(errno.EINVAL, "…")
    error.winerror = number
    assert WINDOWS[number] in reason_of(error, path).text("zh")


def test_a_folder_in_the_way_is_told(path):
    """A folder where the file should be is told before anything is computed."""
    (path.parent / "a.txt").mkdir()
    with pytest.raises(OutputError, match="却是一个目录"):
        write_failing(path.parent / "a.txt", KeyError())
    assert not list((path.parent / "a.txt").iterdir())


@pytest.mark.parametrize("below", ["a.txt", "deep/a.txt"])
def test_a_file_in_place_of_a_folder_is_named(path, below):
    """A file where a folder should be is named, however deep the new file would lie."""
    with pytest.raises(OutputError) as caught:
        write_text("new", path / below)
    assert f"{path} 应当是目录" in str(caught.value)
    assert is_as_before(path)


def test_a_long_name_is_told_with_its_length(path):
    """A name that the disk does not take is told with its length in bytes."""
    with pytest.raises(OutputError, match="最长的一段 304 字节"):
        write_text("new", path.parent / f"{'长' * 100}.txt")


@pytest.mark.skipif(sys.platform == "win32", reason="the limit is that of other systems")
def test_a_name_that_just_fits_is_written(tmp_path):
    """The draft of a file with the longest name allowed is no obstacle."""
    path = tmp_path / f"{'长' * 83}ab.txt"
    assert len(os.fsencode(path.name)) == 255
    assert write_text("new", path).read_text("utf-8") == "new"


def test_the_first_error_is_kept(path, monkeypatch):
    """A draft that cannot be removed does not hide why writing failed."""

    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, "in use")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(OutputError, match="磁盘空间不足"):
        write_failing(path, OSError(errno.ENOSPC, "full"))


def test_two_writers_of_one_file_do_not_meet(path):
    """Two drafts of one file have names of their own, with its suffix; the last one stays."""
    with writing(path) as first, writing(path) as second:
        assert first != second
        assert first.suffix == second.suffix == ".txt"
        first.write_text("first", "utf-8")
        second.write_text("second", "utf-8")
    assert path.read_text("utf-8") == "first"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    "error",
    [
        KeyError("name"),
        SchemaError("core.artefact_absent", path="b.parquet"),
        SourceError("core.artefact_absent", path="b.parquet"),
        FileNotFoundError(errno.ENOENT, "no such file", "template.docx"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_that_are_not_about_the_file_pass_unchanged(path, error):
    """A mistake of ours, our own errors and another file's error are not told as a full disk."""
    with pytest.raises(type(error)) as caught:
        write_failing(path, error)
    assert caught.value is error
    assert is_as_before(path)


def test_a_source_that_gdal_cannot_make_is_told_with_its_words(path):
    """GDAL gives no number, so its own words are told."""
    with pytest.raises(OutputError, match=r"database or disk is full”。请"):
        write_failing(path, pyogrio.errors.DataSourceError("sqlite3: database\n or disk is full."))


LIMITED = """
import datetime as dt, json, resource, sys
from pathlib import Path
import geopandas as gpd, pandas as pd
from livelihood_map.core import io, tables
from livelihood_map.core.workbook import Sheet, write_workbook

folder, day = Path(sys.argv[1]), dt.date(2023, 1, 1)
names = [f"{number * 7919 % 10007:x}" for number in range(3000)]
table = pd.DataFrame({"name": names})
points = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(range(3000), range(3000)), crs=4549)
nodes = tables.NODES.conform(points.rename(columns={"name": "node_id"}))
writers = {
    "a.parquet": lambda path: io.write_table(nodes, path, tables.NODES),
    "a.csv": lambda path: io.write_csv(table, path, headings={"name": "名称"}),
    "a.geojson": lambda path: io.write_geojson(points, path),
    "a.gpkg": lambda path: io.write_geopackage(points, path, date=day),
    "a.xlsx": lambda path: write_workbook(path, [Sheet("甲", table, {"name": "名"})], date=day),
}
said = {}
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
for name, write in writers.items():
    before = write(folder / name).read_bytes()
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) - 1, most))
    try:
        write(folder / name)
    except io.OutputError as error:
        said[name] = error.text("zh")
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    assert (folder / name).read_bytes() == before
print(json.dumps(said))
"""


def test_a_disk_that_takes_all_but_the_last_byte_loses_nothing(tmp_path):
    """Every writer says that the file is too large, and the former file stays whole."""
    pytest.importorskip("resource")
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path)], check=True, capture_output=True
    )
    said = json.loads(done.stdout)
    assert sorted(said) == sorted(item.name for item in tmp_path.iterdir())
    assert len(said) == 5
    assert all("超过了该磁盘或系统允许的大小" in text for text in said.values())


def test_bytes_are_written_as_they_are(tmp_path):
    """Content goes into the file unchanged, and the folder is made."""
    assert write_bytes(b"\r\n\0", tmp_path / "new" / "a.bin").read_bytes() == b"\r\n\0"
    assert issubclass(OutputError, LivelihoodMapError)
