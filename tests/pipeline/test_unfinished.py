"""A run that broke off loses nothing: the next takes up what its stages had made."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil

import pytest
from small_office import write_office

from livelihood_map import pipeline
from livelihood_map.core.altering import altered
from livelihood_map.core.io import OutputError
from livelihood_map.core.settings import load_settings
from livelihood_map.pipeline.running import places_of
from livelihood_map.pipeline.stages import STAGES

LAST = "candidates"
BEFORE = ["load", "network", "coverage", "gaps"]
"""The stages before the last of these runs."""
TAKEN_UP = "接续上次中断的运行"
SETTING = "[gaps]\nzone_population = 900.0\n"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return the settings file of a small office after an undisturbed run."""
    path = write_office(tmp_path_factory.mktemp("whole"))
    pipeline.run(load_settings(path), last=LAST)
    return path


@pytest.fixture
def bare(whole, tmp_path):
    """Return the settings file of the same office before any run."""
    ignored = shutil.ignore_patterns("out", "maps")
    shutil.copytree(whole.parent, tmp_path / "office", ignore=ignored)
    return tmp_path / "office" / whole.name


def tree(path):
    """Return the hash of every file of a run; locks and times left out."""
    return {
        file.relative_to(path.parent).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted((path.parent / "out").rglob("*"))
        if file.is_file() and file.name not in {"lock", "times.json"}
    }


def break_off(path, monkeypatch, error=MemoryError):
    """Run an office whose last stage raises an error."""

    def fail(_):
        raise error

    settings = load_settings(path)
    with monkeypatch.context() as patch:
        patch.setitem(STAGES, LAST, altered(STAGES[LAST], run=fail))
        with pytest.raises(type(error)):
            pipeline.run(settings, last=LAST)


def go_on(path):
    """Run an office and return the stages that were taken up."""
    steps = pipeline.run(load_settings(path), last=LAST).steps
    return [name for name, text in zip(STAGES, steps, strict=False) if text.endswith(TAKEN_UP)]


def test_a_run_after_one_that_failed_takes_up_its_stages(whole, bare, monkeypatch):
    """What came before the failure is not computed again, and the whole is as if undisturbed."""
    break_off(bare, monkeypatch, MemoryError())
    assert not places_of(load_settings(bare)).final("output/run.json").exists()
    assert go_on(bare) == BEFORE
    assert tree(bare) == tree(whole)


def test_a_run_after_one_that_was_killed_takes_up_its_stages(whole, bare, monkeypatch):
    """A process that dies without a word leaves as much, but for a file that is damaged."""
    child = os.fork()
    if child == 0:
        monkeypatch.setitem(STAGES, LAST, altered(STAGES[LAST], run=lambda _: os._exit(9)))
        pipeline.run(load_settings(bare), last=LAST)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    places = places_of(load_settings(bare))
    places.aside("next", "output/tables/gaps/gaps.parquet").write_bytes(b"")
    places.aside("next", "output/tables/load/stray.parquet").write_bytes(b"")
    assert go_on(bare) == BEFORE[:-1]
    assert tree(bare) == tree(whole)


def test_what_was_made_by_other_settings_is_not_taken_up(whole, bare, monkeypatch):
    """A stage that reads another setting is computed, and no file of the old is left."""
    text = bare.read_text("utf-8")
    bare.write_text(text + SETTING, "utf-8")
    break_off(bare, monkeypatch, MemoryError())
    bare.write_text(text, "utf-8")
    assert go_on(bare) == BEFORE[:-1]
    assert tree(bare) == tree(whole)


def test_what_stands_is_kept_beside_what_broke_off(whole, bare, monkeypatch):
    """A trial that broke off changes nothing of the run that stands, whatever it has left."""
    shutil.copytree(whole.parent / "out", bare.parent / "out")
    text = bare.read_text("utf-8")
    bare.write_text(text + SETTING, "utf-8")
    break_off(bare, monkeypatch, MemoryError())
    bare.write_text(text, "utf-8")
    assert go_on(bare) == []
    assert tree(bare) == tree(whole)


def test_a_fault_of_the_disk_leaves_nothing_behind(bare, monkeypatch):
    """A disk that may be full is not filled with what a run had made."""
    reason = os.strerror(errno.ENOSPC)
    break_off(bare, monkeypatch, OutputError("core.file_failed", path="x", reason=reason))
    left = [path.name for path in (bare.parent / "out").rglob("*") if path.is_file()]
    assert left in ([], ["lock"])
