"""Damaged OpenStreetMap extracts: a message with file, line and thing, never a trace."""

from __future__ import annotations

import random
import re

import osmium
import pytest
from register_files import CRS

from livelihood_map.core.errors import SourceError
from livelihood_map.core.labels import LANGS
from livelihood_map.load.osm.barrier_lines import read_barriers
from livelihood_map.load.osm.base_features import _read_features
from livelihood_map.load.osm.features import read_things
from livelihood_map.load.osm.ways import read_ways

SOUND = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6">
 <node id="1" version="1" lat="31.14" lon="121.39"><tag k="shop" v="bakery"/></node>
 <node id="11" lat="31.150" lon="121.350"/><node id="12" lat="31.150" lon="121.351"/>
 <node id="13" lat="31.151" lon="121.351"/><node id="14" lat="31.151" lon="121.350"/>
 <way id="21"><nd ref="11"/><nd ref="12"/><nd ref="13"/><nd ref="14"/><nd ref="11"/>
  <tag k="shop" v="supermarket"/><tag k="landuse" v="forest"/></way>
 <way id="22"><nd ref="11"/><nd ref="12"/><nd ref="13"/><tag k="highway" v="residential"/></way>
 <way id="23"><nd ref="11"/><nd ref="13"/><tag k="waterway" v="river"/></way>
 <way id="24"><nd ref="11"/><nd ref="12"/><nd ref="13"/><nd ref="11"/></way>
 <relation id="31"><member type="way" ref="24" role="outer"/>
  <tag k="type" v="multipolygon"/><tag k="shop" v="mall"/><tag k="natural" v="water"/></relation>
</osm>
"""
READERS = {
    "things": lambda path: read_things(path, ["shop"]),
    "ways": lambda path: read_ways(path, crs=CRS, bounds=(-1e5, -1e5, 1e5, 1e5)),
    "barriers": lambda path: read_barriers(path, crs=CRS),
    "base": _read_features,
}
WRONG = ("", "x", "NaN", "inf", "1e400", "-1", "0", "9" * 23, "-9223372036854775808", "181", "１２")
WRONG += ("a" * 70_000, "&#0;", "&bad;", "\x01", "1.5", " 5 ")
MARKS = ("<", ">", "&", '"', "\0", '<!DOCTYPE a [<!ENTITY x "y">]>', "<![CDATA[")


def damaged(chance):
    """Return the extract with a value, an attribute, an element, a mark or its end damaged."""
    text = SOUND
    for _ in range(chance.choice((1, 1, 2))):
        found = chance.choice(list(re.finditer(r'(\w+)="[^"]*"|<[^>]*>', text)) or [None])
        at = chance.randrange(len(text) + 1)
        if found is None:
            break
        attribute = f'{found[1] or "x"}="{chance.choice(WRONG)}"'
        other = chance.choice((attribute, attribute, "", found[0] * 2, found[0][:-1], "<foo>"))
        text = chance.choice(
            (
                text[: found.start()] + other + text[found.end() :],
                text[: found.start()] + other + text[found.end() :],
                text[:at] + chance.choice(MARKS) + text[at:],
                text[:at],
            )
        )
    return text.encode(chance.choice(("utf-8",) * 8 + ("gb18030", "utf-16")), "replace")


def said(reader, path):
    """Return what a reader says of a file in each language; nothing where it takes it."""
    try:
        reader(path)
    except SourceError as error:
        return [error.text(lang) for lang in LANGS]
    return []


@pytest.mark.parametrize("name", READERS)
def test_no_damage_of_an_extract_ends_in_a_trace(tmp_path, name):
    """A damaged extract is read or refused by a message that names it, whatever the damage."""
    path = tmp_path / "a.osm"
    texts = []
    for seed in range(60):
        path.write_bytes(damaged(random.Random(f"{name}{seed}")))  # noqa: S311  (a test)
        texts.append(said(READERS[name], path))
    refused = [text for pair in texts for text in pair]
    assert 50 < len(refused) < 2 * len(texts)
    assert all("a.osm" in text and len(text) - len(str(path)) < 400 for text in refused)


@pytest.mark.parametrize(
    ("old", "new", "line", "thing"),
    [
        ('ref="13"/><nd ref="14"', 'ref="x"/><nd ref="14"', 6, "way 21"),
        ('id="23"', 'id="99999999999999999999999"', 9, "way 9999"),
        ('lat="31.151" lon="121.350"', 'lat="NaN" lon="121.350"', 5, "node 14"),
        ('id="1" version="1"', 'id="1" version="x"', 3, "node 1"),
        ('k="highway" v="residential"', f'k="highway" v="{"a" * 70_000}"', 8, "way 22"),
    ],
)
@pytest.mark.parametrize("name", ["things", "ways"])
def test_damage_is_named_by_line_and_thing(tmp_path, old, new, line, thing, name):
    """A wrong id, coordinate, version or tag is named with its line and thing in each language."""
    path = tmp_path / "a.osm"
    assert old in SOUND
    path.write_text(SOUND.replace(old, new), "utf-8")
    with pytest.raises(SourceError) as caught:
        READERS[name](path)
    assert f"第 {line} 行，{thing}" in caught.value.text("zh")
    assert f"line {line}, {thing}" in caught.value.text("en")
    assert all("a.osm" in caught.value.text(lang) for lang in LANGS)


def test_a_thing_without_a_place_is_one_thing_lost(tmp_path):
    """A point off the globe and an outline that lacks its ways stay in the list as broken."""
    text = SOUND.replace(' lat="31.14" lon="121.39"', ' lat="91" lon="121.39"')
    text = text.replace('type="way" ref="24"', 'type="way" ref="99"')
    (tmp_path / "a.osm").write_text(text, "utf-8")
    found = READERS["things"](tmp_path / "a.osm")
    assert found.osm_ids == ["w21"]
    assert sorted(found.broken) == ["n1", "r31"]


@pytest.mark.parametrize("name", READERS)
def test_a_pbf_that_is_cut_or_changed_is_refused_by_name(tmp_path, name):
    """A binary extract cut at any place or with changed bytes is refused, never a trace."""
    (tmp_path / "a.osm").write_text(SOUND, "utf-8")
    with osmium.SimpleWriter(str(tmp_path / "whole.osm.pbf")) as writer:
        for thing in osmium.FileProcessor(str(tmp_path / "a.osm")):
            writer.add(thing)
    content = (tmp_path / "whole.osm.pbf").read_bytes()
    path = tmp_path / "b.osm.pbf"
    chance = random.Random(name)  # noqa: S311  (a test)
    texts = []
    for number in range(24):
        wrong = bytearray(content[: chance.randrange(1, len(content))] if number % 2 else content)
        for _ in range(0 if number % 2 else 3):
            wrong[chance.randrange(len(wrong))] = chance.randrange(256)
        path.write_bytes(bytes(wrong))
        texts += said(READERS[name], path)
    assert len(texts) >= 24
    assert all("b.osm.pbf" in text for text in texts)
