from __future__ import annotations

from dataclasses import replace

import pytest
from invented_centres import build_centres

from livelihood_map.mapping.inputs import PageInputs
from livelihood_map.mapping.planner_payload import planner_payload
from livelihood_map.mapping.tiles import Streets


@pytest.fixture
def centres(small_tables):
    """Return three centres, one of each level."""
    return build_centres(small_tables.residences)


def payload(tables, settings, standard):
    """Return the centres of a page's payload."""
    page = PageInputs(tables, settings, standard, "zh")
    return planner_payload(page, Streets([]))["centres"]


def test_the_map_shows_every_centre_with_its_level_and_reach(
    small_tables, map_settings, standard, centres
):
    """A radius and an area are outlines; a bare point has none; the legend names the levels."""
    shown = payload(replace(small_tables, centres=centres), map_settings, standard)
    assert [one["name"] for one in shown["levels"]] == [
        "区级中心（1）", "地区级中心（7）", "社区级中心（X）",
    ]  # fmt: skip
    assert len({one["shape"] for one in shown["levels"]}) == 3
    assert [row["name"] for row in shown["rows"]] == ["甲中心", "乙中心", "丙中心"]
    assert [len(row["shapes"]) for row in shown["rows"]] == [1, 1, 0]
    assert [row["radius_m"] for row in shown["rows"]] == [1000, None, None]


def test_the_legend_holds_the_levels_that_occur(small_tables, map_settings, standard, centres):
    """With one community centre alone there is one level."""
    own = centres[centres["level"] == "X"].reset_index(drop=True)
    shown = payload(replace(small_tables, centres=own), map_settings, standard)
    assert [one["name"] for one in shown["levels"]] == ["社区级中心（X）"]
    assert [row["level"] for row in shown["rows"]] == [0]


def test_nothing_is_shown_when_the_office_lists_no_centres(small_tables, map_settings, standard):
    """Neither rows nor legend."""
    assert payload(small_tables, map_settings, standard) == {"levels": [], "rows": []}
