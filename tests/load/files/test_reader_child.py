"""The child program that reads files: the same answers, and a death that harms one file alone."""

from __future__ import annotations

import os
import signal
import sys
from functools import partial

import pytest
from awkward_cases import CASES
from costly_files import ENDLESS, with_view, zipped
from register_files import as_xlsx, table

from livelihood_map.core.errors import LivelihoodMapError, SourceError
from livelihood_map.core.labels import LANGS
from livelihood_map.load.files import reader_child
from livelihood_map.load.files.child import fields_of
from livelihood_map.load.files.exchange import read_exchange, write_exchange
from livelihood_map.load.files.layers import read_layer
from livelihood_map.load.files.paths import LAYERS, TEXTS
from livelihood_map.load.files.reader_child import ReaderChild
from livelihood_map.load.files.workbook_reader import read_workbook

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="needs the signals of POSIX")


@pytest.fixture(scope="module")
def child():
    """Return a child that reads files."""
    child = ReaderChild()
    yield child
    child.close()


@pytest.fixture
def book(tmp_path):
    """Return a sound workbook."""
    path = tmp_path / "sound.xlsx"
    as_xlsx(table())(path)
    return path


def read_book(child, path):
    """Return the sheets of a workbook, read by the child."""
    return child.read("read_workbook", path, {"sheet": None}, read_exchange)


def end_of(read):
    """Return what came of reading: what was read, or key and values of the fault."""
    try:
        return read()
    except SourceError as error:
        return error.key, error.values


def content_of(fields, path):
    """Return what was read as the bytes of a file."""
    write_exchange(fields, path)
    return path.read_bytes()


def test_a_child_reads_what_the_program_itself_reads(child, tmp_path):
    """Every awkward file gives the same cells and shapes, or the same fault, either way."""
    answers_n = 0
    for number, case in enumerate(CASES):
        path = tmp_path / str(number) / case.file
        if path.suffix in {*TEXTS, ".json"}:
            continue
        path.parent.mkdir()
        case.write(path)
        reader, wanted = (
            (read_layer, ("layer", "encoding"))
            if path.suffix in LAYERS
            else (read_workbook, ("sheet",))
        )
        options = {name: case.settings.get(name) for name in wanted}
        one = end_of(partial(reader, path, **options))
        other = end_of(partial(child.read, reader.__name__, path, options, read_exchange))
        if isinstance(one, tuple):
            assert one == other, case.fault
        else:
            here = content_of(fields_of(one), tmp_path / "bytes")
            assert here == content_of(other, tmp_path / "bytes"), case.fault
            answers_n += 1
    assert answers_n > 30


@on_posix
def test_a_file_that_takes_too_long_is_given_up_and_the_next_one_read(
    child, book, tmp_path, monkeypatch
):
    """Past its processor time a file is one line that names it, in both languages."""
    path = tmp_path / "endless.gpkg"
    with_view(ENDLESS)(path)
    monkeypatch.setattr(reader_child, "_PROCESSOR_S", 0.3)
    with pytest.raises(SourceError) as caught:
        child.read("read_layer", path, {"layer": "query", "encoding": None}, read_exchange)
    assert caught.value.key == "load.reader_slow"
    for lang in LANGS:
        text = caught.value.text(lang)
        assert "endless.gpkg" in text
        assert "\n" not in text
    monkeypatch.undo()
    assert read_book(child, book)[0]["rows"] == table()


def test_a_child_that_says_nothing_is_given_up(child, tmp_path, monkeypatch):
    """Where the system keeps no account of processor time, time itself is the limit."""
    path = tmp_path / "endless.gpkg"
    with_view(ENDLESS)(path)
    monkeypatch.setattr(reader_child.Budget, "elapsed_s", 0.2)
    with pytest.raises(SourceError) as caught:
        child.read("read_layer", path, {"layer": "query", "encoding": None}, read_exchange)
    assert caught.value.key == "load.reader_slow"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits memory")
def test_a_file_that_takes_too_much_memory_is_given_up(child, book, tmp_path, monkeypatch):
    """Past its memory a file is one line that names it, and the next one is read."""
    path = tmp_path / "blown.zip"
    start = b'{"type":"FeatureCollection","features":['
    zipped({"a.geojson": (start, 150_000_000, b"]}")})(path)
    monkeypatch.setattr(reader_child, "_MEMORY", 350_000_000)
    with pytest.raises(SourceError) as caught:
        child.read("read_layer", path, {"layer": None, "encoding": None}, read_exchange)
    assert caught.value.key == "load.reader_memory"
    assert "blown.zip" in str(caught.value)
    monkeypatch.undo()
    assert read_book(child, book)[0]["rows"] == table()


@on_posix
def test_a_library_that_ends_the_program_ends_the_child_alone(child, book):
    """A crash in a library is one line that names the file and how the child ended."""
    read_book(child, book)
    os.kill(child._process.pid, signal.SIGABRT)
    with pytest.raises(SourceError) as caught:
        read_book(child, book)
    assert caught.value.key == "load.reader_failed"
    assert caught.value.values == {"path": "sound.xlsx", "detail": "SIGABRT"}
    assert read_book(child, book)[0]["rows"] == table()


def test_what_no_reader_foresaw_is_a_fault_of_the_file(child, book):
    """An exception that a broken file sets off in the child is one line that names the file."""
    with pytest.raises(SourceError) as caught:
        child.read("read_workbook", book, {"sheet": None, "unknown": 1}, read_exchange)
    assert caught.value.key == "load.reader_failed"
    assert caught.value.values["path"] == "sound.xlsx"


def test_an_interrupted_child_answers_no_other_question(child, book, monkeypatch):
    """Whoever is interrupted while waiting never gets the old answer to the next question."""

    def interrupt(*_):
        raise KeyboardInterrupt

    read_book(child, book)
    monkeypatch.setattr(reader_child, "_answer_to", interrupt)
    with pytest.raises(KeyboardInterrupt):
        read_book(child, book)
    monkeypatch.undo()
    assert child._process is None


def test_a_child_that_cannot_be_started_is_said(book, monkeypatch):
    """A program that does not start is told with its last words, and blames no file."""
    monkeypatch.setattr(reader_child, "_CHILD", "livelihood_map.no_such_module")
    child = ReaderChild()
    with pytest.raises(SourceError) as caught:
        read_book(child, book)
    child.close()
    assert caught.value.key == "load.reader_unstarted"
    assert "no_such_module" in caught.value.values["detail"]


def test_nothing_is_left_behind(book):
    """Neither the child nor the folder in which it worked outlives the one who closes it."""
    child = ReaderChild()
    read_book(child, book)
    folder, process = child._folder, child._process
    assert not [path for path in folder.iterdir() if path.is_dir()]
    child.close()
    assert process.poll() is not None
    assert not folder.exists()


def test_a_fault_within_a_fault_crosses(child, tmp_path):
    """What a fault says of another is a fault again, not its text."""
    assert (
        reader_child._problem(["a.b", {"why": {"fault": ["c.d", {"n": 1}]}}]).values["why"].key
        == "c.d"
    )


def test_a_file_that_is_not_there_is_not_asked_for(child, tmp_path):
    """A file that cannot be opened is the system's error, as without a child."""
    with pytest.raises(OSError, match="gone") as caught:
        read_book(child, tmp_path / "gone.xlsx")
    assert not isinstance(caught.value, LivelihoodMapError)
