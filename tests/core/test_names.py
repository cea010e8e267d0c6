from __future__ import annotations

import random
import re
import unicodedata

import pandas as pd
import pytest
from awkward_names import NAMES, PAIRS, folded
from hypothesis import given, settings
from hypothesis import strategies as st

from livelihood_map.core.names import (
    LONGEST_NAME,
    LONGEST_TITLE,
    name_towns,
    safe_name,
    safe_names,
    sheet_names,
)

DEVICES = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}
DEVICES |= {f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789¹²³"}
TEXTS = st.text(st.characters() | st.sampled_from("/\\:*?\"<>|.~ \x00\u202e[]'"), max_size=60)


def faults(name):
    """Return what is wrong with a file name, on whatever system."""
    sorts = {unicodedata.category(char) for char in name}
    return [
        fault
        for fault, is_so in {
            "empty": not name,
            "forbidden": bool(set(name) & set('\\/:*?"<>|\ufffe\uffff')),
            "invisible": bool(sorts & {"Cc", "Cf", "Cs", "Zl", "Zp"}),
            "edges": name != name.strip().strip("."),
            "device": name.split(".")[0].strip().upper() in DEVICES,
            "lock": name.startswith("~"),
            "long": len(name.encode("utf-8", "replace")) > LONGEST_NAME,
            "spelling": not unicodedata.is_normalized("NFC", name),
        }.items()
        if is_so
    ]


def sheet_faults(name):
    """Return what is wrong with the name of a sheet."""
    is_wrong = {
        "empty": not name.strip(),
        "forbidden": bool(set(name) & set("\\/:*?[]'")),
        "invisible": any(unicodedata.category(char) in {"Cc", "Cf", "Cs"} for char in name),
        "long": len(name.encode("utf-16-le", "replace")) // 2 > LONGEST_TITLE,
        "taken": name.lower() == "history",
    }
    return [fault for fault, is_so in is_wrong.items() if is_so]


def test_there_are_forty_pairs():
    """Forty pairs of different names are tried, and most of them are unfit as they are."""
    assert len(PAIRS) == 40
    assert len(set(NAMES)) == 80
    assert sum(bool(faults(name)) for name in NAMES) > 50


@pytest.mark.parametrize("pair", PAIRS, ids=ascii)
def test_both_of_a_pair_get_a_fit_name_of_their_own(pair):
    """No system refuses either name, or takes one for the other."""
    named = safe_names(dict(enumerate(pair)))
    assert [faults(name) for name in named.values()] == [[], []]
    assert folded(named[0]) != folded(named[1])


def test_all_names_together_are_files_of_one_folder(tmp_path):
    """Eighty towns make eighty files, and none lies outside the folder."""
    inner = tmp_path / "a" / "b" / "c"
    inner.mkdir(parents=True)
    named = safe_names({name: name for name in NAMES})
    for name in named.values():
        (inner / f".{name}.draft.geojson").write_text("", "utf-8")
        assert len(f".{name}.draft.geojson".encode()) <= 143
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 80
    assert {path.parent for path in files} == {inner}
    assert len({folded(name) for name in named.values()}) == 80


def test_order_makes_no_difference():
    """The same towns get the same names in whatever order they come."""
    named = safe_names({name: name for name in NAMES})
    for seed in range(5):
        mixed = random.Random(seed).sample(NAMES, len(NAMES))  # noqa: S311  (no secret)
        assert safe_names({name: name for name in mixed}) == named


def test_what_is_fit_stays_as_it_is():
    """An ordinary name is not touched, and keeps its own beside one that would become the same."""
    for name in ("310112101_莘庄镇", "breakfast_after", "Xin Town (2)", "a.b", "镇_1-2"):
        assert safe_name(name) == name
    assert safe_names({1: "甲/乙", 2: "甲_乙"}) == {1: "甲_乙-2", 2: "甲_乙"}
    assert safe_names({1: "甲/乙", 2: "甲:乙", 3: "甲_乙-2"})[3] == "甲_乙-2"


def test_many_that_fall_together_are_numbered_within_the_limit():
    """Of 120 long names that differ in the tail alone, each has its number and its place."""
    named = list(safe_names({n: "很长的名字" * 20 + str(n) for n in range(120)}).values())
    assert len(set(named)) == 120
    assert not any(faults(name) for name in named)
    assert sum(bool(re.search(r"-\d+$", name)) for name in named) == 119


def test_towns_are_named_by_id_and_name():
    """The id stands before the name unless it is the name; ids that differ make names differ."""
    towns = pd.DataFrame(
        {
            "town_id": ["310112101", "西镇", "a_b", "a"],
            "town_name": ["莘庄镇", "西镇", "c", "b_c"],
        }
    )
    assert name_towns(towns) == {
        "310112101": "310112101_莘庄镇",
        "西镇": "西镇",
        "a_b": "a_b_c-2",
        "a": "a_b_c",
    }


def test_sheets_are_told_apart_as_excel_does():
    """Every awkward title gives a sheet of its own, also where capitals alone differ."""
    named = sheet_names([*NAMES, "History", "[镇]", "'镇'"])
    assert [name for name in named if sheet_faults(name)] == []
    assert len({name.lower() for name in named}) == len(NAMES) + 3


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_any_text_becomes_a_fit_name(text):
    """Whatever a thing is called its file has a fit name, and a fit name is left alone."""
    name = safe_name(text)
    assert faults(name) == []
    assert safe_name(name) == name
    assert sheet_faults(sheet_names([text])[0]) == []


@settings(max_examples=100, deadline=None)
@given(st.lists(TEXTS, max_size=8))
def test_any_texts_become_different_names(texts):
    """However several things are called, no two share a file or a sheet."""
    named = safe_names(dict(enumerate(texts)))
    assert len({folded(name) for name in named.values()}) == len(texts)
    assert not any(faults(name) for name in named.values())
    assert len({name.casefold() for name in sheet_names(texts)}) == len(texts)
