"""Towns are coloured by the standard's target where it sets one, else by the share of the whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from livelihood_map.core.labels import use_lang
from livelihood_map.mapping.inputs import PageInputs
from livelihood_map.mapping.sections import shown_towns
from livelihood_map.mapping.town_classes import share_bounds, town_classes

BLUES, ORANGES = {"#b4cde1", "#d7e6f0"}, {"#b9541b", "#e79a55", "#f4cfa6"}


def _class_of(classes, share):
    return next(one for one in classes if share >= one["least"])


def _shares(tables, kind):
    own = tables.town_coverage[tables.town_coverage["kind"] == kind]
    shares = own.set_index("town_id")["covered_share"]
    return shares.drop("ALL"), shares["ALL"]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("target", [0.7, None])
def test_blue_towns_have_enough_and_orange_ones_lack(
    small_tables, map_settings, standard, lang, target
):
    """A town is blue from the target on, or from the whole's share without one; it is said."""
    row = replace(standard.kind("breakfast"), target_share=target, denominator="people")
    with use_lang(lang):
        told = town_classes(PageInputs(small_tables, map_settings, standard, lang), row)
    shares, whole = _shares(small_tables, "breakfast")
    bound = target or whole
    assert shares.min() < bound < shares.max()
    for share in shares:
        is_blue = _class_of(told["classes"], share)["colour"] in BLUES
        assert is_blue == (share >= round(bound, 3))
    assert f"{round(bound * 100, 1):g}%" in told["note"]
    assert (("target of" if lang == "en" else "规划标准的目标") in told["note"]) == (target == 0.7)


def test_a_share_of_compounds_bounds_no_share_of_people(small_tables, map_settings, standard):
    """A target that counts compounds says nothing about people: the whole's share is the bound."""
    row = replace(standard.kind("breakfast"), target_share=0.7, denominator="residences")
    told = town_classes(PageInputs(small_tables, map_settings, standard, "zh"), row)
    assert "没有规定" in told["note"]


def test_without_figures_of_towns_there_is_no_class(small_tables, map_settings, standard):
    """A page that knows no town's share colours none."""
    bare = replace(small_tables, town_coverage=None)
    told = town_classes(PageInputs(bare, map_settings, standard, "zh"), standard.kind("breakfast"))
    assert told == {"classes": [], "note": ""}


@pytest.mark.parametrize(
    ("shares", "bound"),
    [([40, 95], 90), ([96, 99], 90), ([10, 20], 90), ([90], 90), ([0, 100], 100)],
)
def test_classes_rise_and_part_at_the_bound(shares, bound):
    """Bounds rise strictly, the bound is one of them, and every share has a class."""
    lows, highs = share_bounds(shares, bound)
    assert highs[0] == bound
    assert [*lows, *highs] == sorted({*lows, *highs})
    assert min([*lows, *highs]) <= min(shares)
    assert len(lows) <= len(ORANGES)
    assert len(highs) <= len(BLUES)


def test_towns_of_one_name_are_told_apart(small_tables):
    """Two towns of one name are shown with their ids, every other by its name alone."""
    names = ["甲镇", "甲镇", *(f"乙{n}镇" for n in range(7))]
    shown = shown_towns(small_tables.towns.assign(town_name=names))
    assert len(set(shown.values())) == 9
    assert [*shown.values()][:3] == ["甲镇（t00）", "甲镇（t01）", "乙0镇"]
