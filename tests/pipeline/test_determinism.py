"""The same input and settings give the same files, to the byte."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal
from small_office import write_office

from livelihood_map import pipeline
from livelihood_map.core.crew import crew
from livelihood_map.core.labels import use_lang
from livelihood_map.core.settings import load_settings
from livelihood_map.mapping.payload import read_payload


def contents(*folders):
    """Return the bytes of every file below some folders, by its place there; no times."""
    files = [(folder, path) for folder in folders for path in sorted(folder.rglob("*"))]
    files = [(folder, path) for folder, path in files if path.name != "times.json"]
    return {path.relative_to(folder): path.read_bytes() for folder, path in files if path.is_file()}


def assert_same(first, second):
    """Fail with the names of the files that differ."""
    assert first
    assert first.keys() == second.keys()
    assert [str(name) for name in first if first[name] != second[name]] == []


@pytest.mark.parametrize("streets", ["lines", pytest.param("tiles", marks=pytest.mark.long)])
def test_two_runs_give_the_same_bytes(tmp_path, streets):
    """Two processes with other hash seeds, languages of the system and folders agree on all.

    Pages hold their streets as lines, or, above the number that the settings state, as tiles.
    """
    made, path = [], write_office(tmp_path / "office")
    if streets == "tiles":
        path.write_text(path.read_text("utf-8") + "\n[mapping]\ntiles_above_n = 10\n", "utf-8")
    for number in ("1", "2"):
        folder = tmp_path / f"office{number}"
        path = shutil.copytree(path.parent, folder) / path.name
        environment = {**os.environ, "PYTHONHASHSEED": number, "LANG": "C", "TZ": f"UTC{number}"}
        words = [sys.executable, "-m", "livelihood_map.cli", "run", str(path), "-q"]
        subprocess.run(words, check=True, env=environment, capture_output=True)
        made.append(contents(folder / "out", folder / "maps"))
    assert_same(*made)
    page = made[0][Path("planner.html")].decode("utf-8")
    has_archive = ["archive" in one for one in read_payload(page)["base"]["streets"]]
    assert set(has_archive) == {streets == "tiles"}


def test_helpers_change_no_byte(tmp_path, monkeypatch):
    """Reports and maps that a helper made, those of a city's towns too, are those made alone."""
    made, path = [], write_office(tmp_path / "office")
    path.write_text(path.read_text("utf-8") + "\n[mapping]\ncity_above_n = 10\n", "utf-8")
    monkeypatch.setattr("livelihood_map.core.crew._FEW", 1)
    for size in (0, 1):
        folder = tmp_path / f"office{size}"
        path = shutil.copytree(path.parent, folder) / path.name
        with crew(size):
            pipeline.run(load_settings(path))
        made.append(contents(folder / "out", folder / "maps"))
    assert_same(*made)
    assert sum(path.parts[0] == "planner" for path in made[0]) == 2


@pytest.mark.parametrize("method", ["cluster", "greedy"])
def test_other_methods_choose_the_same_twice(tmp_path, method):
    """Clusters and greedy choice give the same sites again."""
    made = []
    for number in ("1", "2"):
        settings = load_settings(write_office(tmp_path / f"office{number}"))
        settings = replace(settings, siting=replace(settings.siting, method=method))
        made.append(pipeline.run(settings, last="siting")["sites"])
    assert_frame_equal(*made)


@pytest.mark.long
def test_two_runs_of_the_demo_give_the_same_tables(demo_run, tmp_path):
    """A district of full size, with threads and a solver at work, comes out the same twice.

    Reports and maps of the demo are made again, and compared to the byte, by `make again`.
    """
    with use_lang("zh"):
        settings = load_settings(pipeline.write_example(tmp_path, is_demo=True))
        again = pipeline.run(settings, only="areas")
    made = contents(again.folder / "tables")
    assert {path.parts[0] for path in made} == {*pipeline.STAGES} - {"report", "mapping"}
    assert_same(contents(demo_run.folder / "tables"), made)
