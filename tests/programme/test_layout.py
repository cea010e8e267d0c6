from __future__ import annotations

import pytest

from livelihood_map.programme import measure_market_layout


@pytest.fixture
def markets(grid_town):
    """Return three markets: one standard in the west, two in the east, the last without area."""
    return grid_town.facilities(
        (2, 1), (2, 3), (2, 4),
        kind="wet_market",
        town_id=["west", "east", "east"],
        subtype=["standard", "nonstandard", "nonstandard"],
        area_m2=[20.0, 4.0, None],
        is_smart=[True, False, False],
    )  # fmt: skip


def test_floor_area_is_set_against_people_by_town(grid_town, markets, walks_to, people_of):
    """1 m² a 10 people: the west (150 people) has 20 of 15 m², the east (100) 4 of 10 m²."""
    layout = measure_market_layout(
        markets,
        people_of(grid_town),
        walks_to(grid_town, markets),
        grid_town.towns,
        threshold_m=1000.0,
        area_m2=1.0,
        per_people=10.0,
    )
    table = layout.by_town.set_index("town_id")
    assert table["people"].tolist() == [150.0, 100.0, 250.0]
    assert table["needed_m2"].tolist() == [15.0, 10.0, 25.0]
    assert table["area_m2"].tolist() == [20.0, 4.0, 24.0]
    assert table["state"].tolist() == ["enough", "under", "enough"]
    assert table["has_standard"].tolist() == [True, False, True]
    assert table["smart_n"].tolist() == [1, 0, 1]
    assert table["unknown_area_n"].tolist() == [0, 1, 1]


def test_people_belong_to_their_nearest_market(grid_town, markets, walks_to, people_of):
    """Columns 0-1 (and, by id, the tie of column 2) go west, column 3 and 4 to their own."""
    layout = measure_market_layout(
        markets,
        people_of(grid_town),
        walks_to(grid_town, markets),
        grid_town.towns,
        threshold_m=1000.0,
    )
    table = layout.by_market.set_index("facility_id")
    assert table["people"].tolist() == [150.0, 50.0, 50.0]
    assert table["people"].sum() == 250.0


def test_a_market_nobody_depends_on_could_merge(grid_town, markets, walks_to, people_of):
    """Within 400 m the middle market of the three is nobody's only one; the western one is."""
    layout = measure_market_layout(
        markets,
        people_of(grid_town),
        walks_to(grid_town, markets),
        grid_town.towns,
        threshold_m=400.0,
    )
    table = layout.by_market.set_index("facility_id")
    assert table.loc["wet_market0", "alone_people"] > 0
    assert table.loc["wet_market1", "alone_people"] == 0
    assert table.loc["wet_market1", "merge_with"] == "wet_market2"
    assert table["merge_with"].isna().tolist() == [True, False, False]


def test_markets_beyond_the_border_take_people_but_are_not_listed(
    grid_town, markets, walks_to, people_of
):
    """A market outside serves people inside; the district's floor area leaves it out."""
    outside = markets.assign(is_inside=[True, True, False])
    layout = measure_market_layout(
        outside,
        people_of(grid_town),
        walks_to(grid_town, outside),
        grid_town.towns,
        threshold_m=1000.0,
    )
    assert layout.by_market["facility_id"].tolist() == ["wet_market0", "wet_market1"]
    assert layout.by_market["people"].tolist() == [150.0, 50.0]
    assert layout.by_town.set_index("town_id").loc["ALL", "markets_n"] == 2


def test_a_town_without_a_market_says_so(grid_town, markets, walks_to, people_of):
    """No market, no floor area: state none."""
    west = markets[markets["town_id"] == "west"]
    layout = measure_market_layout(
        west, people_of(grid_town), walks_to(grid_town, west), grid_town.towns, threshold_m=1000.0
    )
    assert layout.by_town["state"].tolist()[1] == "none"
