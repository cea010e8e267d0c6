"""Reading in a child program where it is asked for, and in every command."""

from __future__ import annotations

import sys

import pytest
from costly_files import ENDLESS, with_view
from register_files import as_layer, take

import livelihood_map as lm
from livelihood_map.cli import main
from livelihood_map.load.files import limited, reader_child


def test_functions_use_a_child_on_request(tmp_path):
    """Inside the context a load gives what it gives outside; a second one inside adds nothing."""
    as_layer("GPKG")(tmp_path / "a.gpkg")
    here = take(tmp_path, "a.gpkg", datum="auto")
    with lm.limited_reading():
        child = limited._CURRENT.get()
        with lm.limited_reading():
            there = take(tmp_path, "a.gpkg", datum="auto")
        assert limited._CURRENT.get() is child
        assert child._process is not None
    assert limited._CURRENT.get() is None
    assert there.facilities.equals(here.facilities)


@pytest.mark.skipif(sys.platform == "win32", reason="needs the signals of POSIX")
def test_the_command_reads_in_a_child(tmp_path, capsys, monkeypatch):
    """A file that would run for ever is one line of the command and an exit code of 1."""
    path = tmp_path / "endless.gpkg"
    with_view(ENDLESS, is_alone=True)(path)
    monkeypatch.setattr(reader_child, "_PROCESSOR_S", 0.3)
    assert main(["inspect", str(path)]) == 1
    said = capsys.readouterr().err
    assert "endless.gpkg" in said
    assert len(said.splitlines()) == 1
