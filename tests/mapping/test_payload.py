"""What goes into a page comes out unchanged, and cannot break out of it."""

from __future__ import annotations

import json

import numpy as np
import shapely
from encoded_lines import decode_line
from hypothesis import given
from hypothesis import strategies as st

from livelihood_map.mapping.payload import (
    clean_text,
    encode_line,
    encode_lines,
    encode_shape,
    payload_element,
    read_payload,
    safe_json,
)

_LINES = st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=1, max_size=30)


@given(_LINES)
def test_a_line_comes_back_within_half_a_step(points):
    """Encoding moves no vertex by more than half of 1e-5 degrees."""
    lonlat = np.array(points)
    assert np.abs(decode_line(encode_line(lonlat)) - lonlat).max() <= 0.5e-5 + 1e-9


@given(st.lists(_LINES, max_size=6))
def test_many_lines_are_written_as_each_alone(lines):
    """Lines written at once are the lines written one by one."""
    points = [np.array(line) for line in lines]
    owner = np.repeat(np.arange(len(points)), [len(line) for line in points])
    together = encode_lines(np.concatenate([np.empty((0, 2)), *points]), owner)
    assert together == [encode_line(line) for line in points]


def test_a_polygon_with_a_hole_keeps_its_hole():
    """Every ring of every part is stored."""
    ring = shapely.box(0, 0, 9, 9).difference(shapely.box(3, 3, 6, 6))
    both = shapely.MultiPolygon([ring, shapely.box(20, 20, 21, 21)])
    assert [len(part) for part in encode_shape(both)] == [2, 1]


@given(st.text())
def test_json_in_a_page_is_the_same_json(text):
    """Escaping changes the writing, never the content, and leaves no way out of the element."""
    written = safe_json({"name": text})
    assert json.loads(written) == {"name": text}
    assert not set(written) & set("<>&\u2028\u2029")


@given(st.text(alphabet=st.characters(codec="utf-8")), st.booleans())
def test_a_payload_comes_back(text, is_compressed):
    """What a page holds can be read back, packed or plain."""
    page = payload_element([text, 1.5, None], name="payload", is_compressed=is_compressed)
    assert read_payload(page) == [text, 1.5, None]


def test_a_packed_payload_is_the_same_in_every_build():
    """Time stamp and system byte of gzip are fixed."""
    first = payload_element([1], name="payload", is_compressed=True)
    assert first == payload_element([1], name="payload", is_compressed=True)


@given(st.text(max_size=2000))
def test_shown_text_is_one_bounded_line(text):
    """Names lose line breaks, controls and direction marks, and are cut at the limit."""
    shown = clean_text(text)
    assert len(shown) <= 300
    assert not any(char in shown for char in "\n\r\t\x00\u202e\u2066")
    shown.encode("utf-8")


def test_ordinary_names_are_left_alone():
    """Chinese, Latin and rare characters pass unchanged."""
    for name in ("莘庄镇新梅苑（一期）", "Tesco's & Sons", "𠮷野家", "一村·北区 3-5号"):
        assert clean_text(name) == name
