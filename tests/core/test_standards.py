from __future__ import annotations

import re
import tomllib
from dataclasses import replace

import pytest

from livelihood_map.core.io import data_path
from livelihood_map.core.standards import load_standard
from livelihood_map.core.units import STANDARD_SPEED_M_PER_MIN

PARTS = ("threshold", "target", "target_share")
EVIDENCE = {"firm", "press", "contested", "dated", "ours"}


@pytest.fixture(scope="module")
def standard():
    """Return the shipped standard."""
    return load_standard("cn-15min")


@pytest.fixture(scope="module")
def programme():
    """Return the shipped programme as it stands in the file."""
    path = data_path("programme", "minhang-2023.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def test_the_three_livelihood_kinds_have_rows(standard):
    """Wet markets, breakfast and housekeeping each have a row with three rising tiers."""
    assert [row.id for row in standard.kinds] == ["wet_market", "breakfast", "housekeeping"]
    for row in standard.kinds:
        assert row.tiers_m == (300, 500, 1000)
        assert row.tiers_min == (5, 10, 15)
        assert row.threshold_m == 1000


def test_every_row_says_where_it_comes_from_and_how_sure_it_is(standard):
    """No figure without a source and a status; Chinese and English name it."""
    rows = [*standard.tiers, *standard.kinds, *standard.walkers, *standard.rules]
    for row in [*rows, standard.straight_line]:
        assert row.source
        assert row.status in EVIDENCE
        assert row.name_zh
        assert row.name_en


def test_the_distance_of_housekeeping_is_never_shown_as_a_norm(standard):
    """The 90 % is firm, the 1,000 m is our own choice and marked so."""
    row = standard.kind("housekeeping")
    assert (row.target_share, row.target_share_status) == (0.9, "firm")
    assert row.threshold_status == "ours"
    assert row.denominator == "communities"


def test_breakfast_counts_everyone(standard):
    """Breakfast is for residents, workers and passengers; the others are for residents."""
    assert standard.kind("breakfast").crowds == ("population", "workers", "passengers")
    assert {standard.kind(kind).demand for kind in ("wet_market", "housekeeping")} == {"residents"}


def test_only_delivery_has_no_place_to_walk_to(standard):
    """Ten types of breakfast outlet, of which delivery never counts as coverage."""
    assert len([row for row in standard.subtypes if row.kind == "breakfast"]) == 10
    assert standard.walkless_subtypes("breakfast") == {"delivery"}


def test_the_standard_walker_makes_1000_metres_of_15_minutes(standard):
    """Distance mode: 1,000 m are 15 minutes and no wait is added."""
    walker = standard.walker("standard")
    assert walker.speed_m_per_s * 60 == pytest.approx(STANDARD_SPEED_M_PER_MIN)
    assert (walker.mode, walker.signal_wait_s) == ("distance", 0)


def test_the_programme_holds_the_figures_of_the_document(programme):
    """83 outlets, 14 demonstration outlets and 13 renovations, each with its source."""
    counts = {row["id"]: row.get("count_n", row.get("share")) for row in programme["targets"]}
    assert counts == {
        "breakfast_new": 83,
        "breakfast_demonstration": 14,
        "market_renovated": 13,
        "market_survey": 1.0,
        "housekeeping_coverage": 0.9,
    }
    for row in [*programme["targets"], *programme["previous"], *programme["named"]]:
        assert row["source"]
        assert row["status"] in EVIDENCE


def test_previous_year_is_gross(programme):
    """2022: 153 reported against 85 asked."""
    row = next(row for row in programme["previous"] if row["id"] == "breakfast_new")
    assert (row["count_n"], row["target_n"]) == (153, 85)


@pytest.mark.parametrize("name", ["cn-15min", "minhang-2023"])
def test_sources_are_told_in_english_but_for_their_titles(name):
    """In English nothing of a source stays Chinese but the titles and numbers of documents."""
    standard = load_standard(name)
    rows = [*standard.tiers, *standard.kinds, *standard.walkers, *standard.rules]
    told = [standard.tell_source("start", "en"), standard.straight_line.tell_source("", "en")]
    told += [row.tell_source(part, "en") for row in rows for part in ("", *PARTS)]
    for text in told:
        rest = re.sub(r"《[^》]*》|[\u4e00-\u9fff]+〔\d{4}〕\d+号", "", text)
        assert rest.replace("–", "-").isascii(), text


def test_a_source_without_english_is_told_as_it_stands(standard):
    """A standard of an office's own needs no English: its sources are then shown unchanged."""
    row = replace(standard.kind("wet_market"), source="某文件", source_en="")
    assert row.tell_source("", "en") == row.tell_source("", "zh") == "某文件"
    assert row.tell_source("target", "zh") == row.target_source
