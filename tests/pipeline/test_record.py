"""A run record is believed when each of its parts is of the kind that is read, else not at all."""

from __future__ import annotations

import json

import pytest

from livelihood_map.commands.replay import replay
from livelihood_map.core.errors import SourceError
from livelihood_map.pipeline import record
from livelihood_map.pipeline.record import FORM, files_of, read_record

ENTRY = {
    "program": "p",
    "settings": {},
    "files": {},
    "needs": {},
    "makes": {"towns": {"hash": "h"}},
    "outputs": {"output/tables/load/towns.parquet": "h"},
    "remarks": [],
}
RECORD = {"form": FORM, "base": ".", "maps": "maps", "settings": {}, "programs": {"p": {}}}
WRONG = [
    {"stages": []},
    {"stages": {"load": None}},
    {"programs": {}},
    {"settings": "x"},
    {"base": 5},
    {"stages": {"load": {**ENTRY, "makes": {"towns": "h"}}}},
    {"stages": {"load": {**ENTRY, "outputs": {"output/../../a": "h"}}}},
    {"stages": {"load": {**ENTRY, "outputs": {"elsewhere/a": "h"}}}},
    {"stages": {"load": {**ENTRY, "remarks": "x"}}},
]


def write(folder, **other):
    """Write a record with other parts."""
    content = {**RECORD, "stages": {"load": ENTRY}, **other}
    (folder / "run.json").write_text(json.dumps(content), "utf-8")
    return folder / "run.json"


def test_a_sound_record_names_its_files(tmp_path):
    """The files of a run are those that its stages wrote."""
    write(tmp_path)
    assert files_of(read_record(tmp_path)) == ENTRY["outputs"]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_record_of_other_parts_is_none(tmp_path, wrong):
    """A record with a part of another kind, or with files elsewhere, is as good as none."""
    path = write(tmp_path, **wrong)
    assert read_record(tmp_path) is None
    with pytest.raises(SourceError, match=r"run\.json"):
        replay(path)


@pytest.mark.parametrize("text", ["", "5", "[" * 100_000, "\xff"])
def test_what_is_no_record_is_none(tmp_path, text):
    """A file that is no JSON, or JSON of another sort, is no record."""
    (tmp_path / "run.json").write_text(text, "utf-8")
    assert read_record(tmp_path) is None


def test_a_run_does_not_ask_for_what_an_office_left_out(monkeypatch):
    """Libraries of an extra are no part of the record, so they need not be installed."""
    needed = ["numpy>=2", "never-installed>=1; extra == 'cluster'"]
    monkeypatch.setattr(record.metadata, "requires", lambda _: needed)
    record.program.cache_clear()
    assert "numpy" in record.program()
    assert "never-installed" not in record.program()
    record.program.cache_clear()
