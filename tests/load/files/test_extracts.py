"""Extracts that the child tries out before the program reads them."""

from __future__ import annotations

import sys

import osmium
import pytest
from costly_files import swollen_extract

from livelihood_map.core.errors import SourceError
from livelihood_map.load.files import extracts, reader_child
from livelihood_map.load.files.extracts import open_extract
from livelihood_map.load.files.limited import limited_reading

SOUND = "<osm version='0.6'><node id='1' lat='31' lon='121'><tag k='a' v='b'/></node></osm>"


def nodes_of(path):
    """Return how many nodes an extract holds."""
    return sum(1 for _ in osmium.FileProcessor(open_extract(path)))


def test_a_sound_extract_is_tried_once_and_read_as_ever(tmp_path, monkeypatch):
    """The child reads an extract once for all readings of it, and again when it has changed."""
    path = tmp_path / "街道.osm"
    path.write_text(SOUND)
    tried = []
    monkeypatch.setattr(extracts, "read_through", tried.append)
    assert nodes_of(path) == 1
    assert not tried
    with limited_reading():
        assert nodes_of(path) == nodes_of(path) == 1
        assert tried == [path]
        path.write_text(SOUND.replace("</node>", "</node><node id='2' lat='31' lon='121'/>"))
        assert nodes_of(path) == 2
    assert tried == [path, path]


def test_damage_is_left_to_the_one_who_can_say_where(tmp_path):
    """An extract that breaks off is no fault of the child's: pyosmium itself meets the damage."""
    path = tmp_path / "torn.osm"
    path.write_text(SOUND.removesuffix("</osm>"))
    with limited_reading():
        open_extract(path)
        with pytest.raises(RuntimeError):
            nodes_of(path)


@pytest.mark.skipif(sys.platform == "win32", reason="needs the signals of POSIX")
def test_an_extract_that_holds_a_thousand_times_its_bytes_is_given_up(tmp_path, monkeypatch):
    """An extract of a few kilobytes that takes too long is refused before the program reads it."""
    path = tmp_path / "swollen.osm.bz2"
    swollen_extract(300)(path)
    assert path.stat().st_size < 1_000_000
    monkeypatch.setattr(reader_child, "_PROCESSOR_S", 0.5)
    with limited_reading(), pytest.raises(SourceError) as caught:
        open_extract(path)
    assert caught.value.key == "load.reader_slow"
    assert caught.value.values["path"] == "swollen.osm.bz2"
