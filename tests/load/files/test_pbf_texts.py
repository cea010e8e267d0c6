"""A binary extract whose texts are torn is refused before osmium reads it."""

from __future__ import annotations

import osmium
import pytest

from livelihood_map.core.errors import SourceError
from livelihood_map.core.labels import LANGS
from livelihood_map.load.files.pbf_texts import holds_torn_text
from livelihood_map.load.osm.features import read_things

XML = (
    '<osm version="0.6"><node id="1" lat="31.1" lon="121.4"><tag k="shop" v="bakery"/></node></osm>'
)


def write(folder, compression):
    """Write the extract in binary form, its blocks packed or not."""
    (folder / "a.osm").write_text(XML, "utf-8")
    place = folder / "a.osm.pbf"
    file = osmium.io.File(str(place), f"osm.pbf,pbf_compression={compression}")
    with osmium.SimpleWriter(file) as writer:
        for thing in osmium.FileProcessor(str(folder / "a.osm")):
            writer.add(thing)
    return place


@pytest.mark.parametrize("old", [b"bakery", b"shop"])
def test_a_zero_in_a_text_is_refused_in_words(tmp_path, old):
    """A tag with a zero in its key or value is refused by the name of the file."""
    path = write(tmp_path, "none")
    content = path.read_bytes()
    assert content.count(old) == 1
    path.write_bytes(content.replace(old, old[:2] + b"\0" + old[3:]))
    with pytest.raises(SourceError) as caught:
        read_things(path, ["shop"])
    assert all("a.osm.pbf" in caught.value.text(lang) for lang in LANGS)
    assert "零字节" in caught.value.text("zh")


@pytest.mark.parametrize("compression", ["none", "zlib"])
def test_a_sound_extract_holds_no_torn_text(tmp_path, compression):
    """Packed or not, a sound extract is read as before."""
    path = write(tmp_path, compression)
    assert not holds_torn_text(path)
    assert read_things(path, ["shop"]).osm_ids == ["n1"]


@pytest.mark.parametrize("content", [b"", b"\xff" * 40, b"\0\0\0\x04abcd", b"\0\0\0\x00" * 9])
def test_other_damage_is_left_to_osmium(tmp_path, content):
    """What is no extract at all holds no text, torn or not."""
    (tmp_path / "a.osm.pbf").write_bytes(content)
    assert not holds_torn_text(tmp_path / "a.osm.pbf")
