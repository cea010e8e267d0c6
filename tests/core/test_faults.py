"""Faults of machine, network and libraries, in plain words at the one error boundary."""

from __future__ import annotations

import errno
import socket
import urllib.error
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import requests
from shapely import Point

from livelihood_map.cli import main
from livelihood_map.core import tables
from livelihood_map.core.errors import SourceError
from livelihood_map.core.faults import SolverError, keep_trace, problem_of
from livelihood_map.core.io import read_table, write_table
from livelihood_map.core.labels import LANGS
from livelihood_map.core.schema import TableSchema

FAULTS = {
    "named file": (
        OSError(errno.EIO, "I/O error", "outlets.xlsx"),
        ("无法使用 outlets.xlsx", "Cannot use outlets.xlsx"),
    ),
    "no rights": (
        PermissionError(errno.EACCES, "denied", b"outlets.xlsx"),
        ("Excel 或 WPS", "Excel or WPS"),
    ),
    "gone": (
        FileNotFoundError(errno.ENOENT, "no such file", "outlets.xlsx"),
        ("找不到该文件", "there is no such file"),
    ),
    "full disk": (OSError(errno.ENOSPC, "no space"), ("磁盘空间不足", "disk is full")),
    "memory": (MemoryError(), ("内存不足", "not enough memory")),
    "numpy's memory": (
        np._core._exceptions._ArrayMemoryError((10**9, 10**9), np.dtype(float)),
        ("内存不足", "not enough memory"),
    ),
    "Arrow's memory": (pa.lib.ArrowMemoryError("malloc failed"), ("内存不足", "not enough memory")),
    "Arrow": (
        pa.lib.ArrowInvalid("bad\n magic bytes."),
        ("（bad magic bytes）", "(bad magic bytes)"),
    ),
    "HiGHS": (SolverError("HiGHS refused the model"), ("求解器 HiGHS", "solver HiGHS")),
    "connection": (ConnectionResetError(errno.ECONNRESET, "reset"), ("网络连接", "network fails")),
    "name service": (socket.gaierror(-2, "unknown name"), ("网络连接", "network fails")),
    "requests": (requests.exceptions.ReadTimeout("late"), ("网络连接", "network fails")),
    "urllib": (urllib.error.URLError("refused"), ("网络连接", "network fails")),
} | {
    f"GDAL's {name}": (kind("layer failed"), ("GIS 图层", "GIS layer"))
    for name, kind in vars(pyogrio.errors).items()
    if isinstance(kind, type)
}


def run_failing(monkeypatch, error, *words):
    """Return the exit code of a command in whose midst an error is raised."""

    def fail(*_, **__):
        raise error

    monkeypatch.setattr("livelihood_map.core.settings.load_settings", fail)
    return main(["check", "livelihood.toml", *words])


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Return a folder that stands for the system's temporary one."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_one_line_and_a_record(capsys, monkeypatch, temporary, name, lang):
    """A fault gives one line with the remedy, exit code 1 and a record of where it happened."""
    error, words = FAULTS[name]
    assert run_failing(monkeypatch, error, "--lang", lang) == 1
    (line,) = capsys.readouterr().err.splitlines()
    (record,) = temporary.glob("*.log")
    assert words[LANGS.index(lang)] in line
    assert str(record) in line
    kept = record.read_text("utf-8")
    assert "check livelihood.toml" in kept.splitlines()[0]
    assert "Traceback" in kept
    assert "in fail" in kept


@pytest.mark.parametrize("lang", LANGS)
def test_a_record_that_cannot_be_kept_is_told(capsys, monkeypatch, tmp_path, lang):
    """Where even the record cannot be written, the line says how to see it."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    assert run_failing(monkeypatch, OSError(errno.ENOSPC, "no space"), "--lang", lang) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "--debug" in line
    assert not list(tmp_path.iterdir())


def test_a_record_cut_short_is_removed(monkeypatch, temporary):
    """A disk that fills while the record is written leaves no half of it."""

    def fill(*_, **__):
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr("traceback.format_exception", fill)
    assert keep_trace(KeyError(), heading="…") is None
    assert not list(temporary.iterdir())


def test_debug_shows_the_trace_instead(monkeypatch, temporary):
    """With --debug the fault is raised as it is and no record is kept."""
    with pytest.raises(MemoryError):
        run_failing(monkeypatch, MemoryError(), "--debug")
    assert not list(temporary.iterdir())


@pytest.mark.parametrize(
    "error", [RuntimeError("ours"), RecursionError(), KeyError("a"), ValueError("b"), EOFError()]
)
def test_a_mistake_of_ours_keeps_its_trace(monkeypatch, temporary, error):
    """Nothing else is taken for a fault of the machine."""
    assert problem_of(error) is None
    with pytest.raises(type(error)):
        run_failing(monkeypatch, error)
    assert not list(temporary.iterdir())


def test_stopping_is_told_plainly(capsys, monkeypatch, temporary):
    """A run that the user stops ends with one word and exit code 1."""
    assert run_failing(monkeypatch, KeyboardInterrupt()) == 1
    assert capsys.readouterr().err.split() == ["已中止。"]
    assert not list(temporary.iterdir())


def test_our_own_errors_speak_for_themselves():
    """An error with a text of its own is no fault of the machine."""
    assert problem_of(SourceError("core.artefact_absent", path="a.parquet")) is None


@pytest.fixture
def stored(tmp_path):
    """Return a stored table of points."""
    nodes = gpd.GeoDataFrame(
        {"node_id": [str(n) for n in range(500)]},
        geometry=[Point(n, n) for n in range(500)],
        crs="EPSG:4549",
    )
    return write_table(tables.NODES.conform(nodes), tmp_path / "n.parquet", tables.NODES)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[: len(content) // 2],
        lambda content: content[:300] + bytes(200) + content[500:],
        lambda content: b"<html>" * 100,
    ],
    ids=["empty", "cut short", "overwritten", "web page"],
)
def test_a_damaged_stored_table_says_to_run_again(stored, damage):
    """A stored table that is damaged in any way is named, with the remedy, in one line."""
    stored.write_bytes(damage(stored.read_bytes()))
    with pytest.raises(SourceError) as caught:
        read_table(stored, tables.NODES)
    for lang in LANGS:
        said = caught.value.text(lang)
        assert "livelihood-map run" in said
        assert "--from load" in said
        assert str(stored) in said
        assert "\n" not in said


@pytest.mark.parametrize("piece", [b'"ProjectedCRS"', b'"columns"', b'"encoding"'])
def test_a_damaged_header_of_a_stored_table_is_told(stored, piece):
    """A header in which a piece is no longer what it was is told as damage, whatever raises it."""
    table = pq.read_table(stored)
    header = {**table.schema.metadata, b"geo": table.schema.metadata[b"geo"].replace(piece, b'"?"')}
    pq.write_table(table.replace_schema_metadata(header), stored)
    with pytest.raises(SourceError, match="已损坏"):
        read_table(stored, tables.NODES)


def test_a_stored_table_without_places_is_damaged(stored):
    """A plain table where one of points is needed is told as damaged."""
    pd.DataFrame({"node_id": ["1"]}).to_parquet(stored)
    with pytest.raises(SourceError, match="已损坏"):
        read_table(stored, tables.NODES)


def test_a_stored_table_on_a_failing_disk_is_not_called_damaged(stored, monkeypatch):
    """What the system refuses to read is told by the system's number."""

    def refuse(*_):
        raise OSError(errno.EIO, "I/O error")

    monkeypatch.setattr(gpd, "read_parquet", refuse)
    with pytest.raises(SourceError, match="网络盘出错"):
        read_table(stored, tables.NODES)


def test_our_mistakes_in_checking_stay_ours(stored, monkeypatch):
    """Whatever readers raise of a file is damage; what our own check raises is not told as such."""

    def stumble(*_):
        raise KeyError("geometry")

    monkeypatch.setattr(TableSchema, "check", stumble)
    with pytest.raises(KeyError):
        read_table(stored, tables.NODES)
    monkeypatch.setattr(gpd, "read_parquet", stumble)
    with pytest.raises(SourceError, match="geometry"):
        read_table(stored, tables.NODES)


def test_the_boundary_loads_no_library():
    """Faults are told apart without importing what raises them."""
    source = Path(str(problem_of.__code__.co_filename)).read_text("utf-8")
    imported = {line.split()[1] for line in source.splitlines() if line.startswith("import ")}
    assert imported == {"errno", "os", "tempfile", "traceback"}
