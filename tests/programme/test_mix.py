from __future__ import annotations

import pandas as pd
import pytest

from livelihood_map.programme import KindNeed, build_circles, measure_mix

NEEDS = {"breakfast": KindNeed(100.0, 0.5), "wet_market": KindNeed(200.0, 0.5)}


@pytest.fixture
def facilities(grid_town):
    """Return two breakfast outlets of different types and one market."""
    breakfast = grid_town.facilities((0, 0), (0, 1), subtype=["chain", "truck"])
    market = grid_town.facilities((0, 0), kind="wet_market", subtype="standard")
    return pd.concat([breakfast, market], ignore_index=True)


def test_each_home_counts_what_it_reaches_and_what_is_missing(
    grid_town, facilities, walks_to, people_of
):
    """At the south-west corner two outlets of two types and a market; in the north-east nothing."""
    mix = measure_mix(
        people_of(grid_town), walks_to(grid_town, facilities), facilities, needs=NEEDS
    )
    table = mix.by_home.set_index("demand_id")
    corner = table.loc["d0_0"]
    assert (corner["breakfast_n"], corner["breakfast_types_n"], corner["wet_market_n"]) == (2, 2, 1)
    assert corner["missing"] == ""
    assert table.loc["d0_2", "missing"] == ""
    assert table.loc["d2_0", "missing"] == "breakfast"
    assert table.loc["d4_4", "missing"] == "breakfast;wet_market"


def test_circles_add_up_and_name_what_is_missing(grid_town, facilities, walks_to, people_of):
    """Circles of 40-60 people: 250 people in pieces, each with its own shares."""
    mix = measure_mix(
        people_of(grid_town),
        walks_to(grid_town, facilities),
        facilities,
        needs=NEEDS,
        low=40.0,
        high=60.0,
    )
    assert mix.by_circle["people"].sum() == 250.0
    assert mix.by_circle["is_in_range"].all()
    assert set(mix.by_circle["town_id"]) == {"west", "east"}
    for row in mix.by_circle.itertuples():
        own = mix.by_home[mix.by_home["circle_id"] == row.circle_id]
        reached = own.loc[own["breakfast_n"] > 0, "people"].sum()
        assert row.breakfast_share == reached / own["people"].sum()
        assert ("breakfast" in row.missing) == (row.breakfast_share < 0.5)


def test_circles_keep_their_range_within_a_town(grid_town, people_of):
    """150 people in the west make three circles of 50, 100 in the east two."""
    circles = pd.Series(build_circles(people_of(grid_town), low=40.0, high=60.0))
    assert circles.value_counts().to_dict() == {
        "west-01": 5, "west-02": 5, "west-03": 5, "east-01": 5, "east-02": 5,
    }  # fmt: skip


def test_a_small_town_is_one_circle(grid_town, people_of):
    """With the default range of 30,000-50,000 each town is one."""
    assert set(build_circles(people_of(grid_town))) == {"west-01", "east-01"}


def test_circles_do_not_depend_on_the_order_of_rows(grid_town, people_of):
    """Shuffled homes fall into the same circles."""
    homes = people_of(grid_town)
    circles = dict(zip(homes["demand_id"], build_circles(homes, low=40, high=60), strict=True))
    shuffled = homes.sample(frac=1, random_state=5).reset_index(drop=True)
    again = build_circles(shuffled, low=40, high=60)
    assert dict(zip(shuffled["demand_id"], again, strict=True)) == circles


def test_a_range_that_is_none_is_refused(grid_town, people_of):
    """The fewest may not be more than the most."""
    with pytest.raises(ValueError, match="50"):
        build_circles(people_of(grid_town), low=50, high=40)
