from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest

from livelihood_map.core import tables
from livelihood_map.programme import KindNeed, build_circles, find_centres, measure_mix

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


def centres_of(town, *rows, size_m=0.0):
    """Return centres at (row, column) with their levels; squares of `size_m` when it is given."""
    points = gpd.GeoSeries([town.at(*place) for _, place in rows], crs=town.demand.crs)
    return tables.CENTRES.conform(
        gpd.GeoDataFrame(
            {
                "centre_id": [f"c{number}" for number in range(len(rows))],
                "name": [f"中心{number}" for number in range(len(rows))],
                "level": [level for level, _ in rows],
                "radius_m": None,
                "town_id": None,
                "source": "grid",
            },
            geometry=points.buffer(size_m / 2, cap_style="square") if size_m else points,
            crs=town.demand.crs,
        )
    )


def test_each_circle_names_its_nearest_centre(grid_town, people_of):
    """The west's people are on average at column 1, the east's at 3.5, all at row 2."""
    homes = people_of(grid_town)
    centres = centres_of(grid_town, ("1", (2, 4)), ("X", (2, 0)))
    table = find_centres(homes, homes["town_id"].tolist(), centres).set_index("circle_id")
    assert table["centre_name"].to_dict() == {"west": "中心1", "east": "中心0"}
    assert table["centre_level"].to_dict() == {"west": "X", "east": "1"}
    assert table["centre_m"].round(6).to_dict() == {"west": 100.0, "east": 50.0}


def test_people_weigh_where_a_circle_lies(grid_town, people_of):
    """With everybody at one corner the distance is measured from there."""
    homes = people_of(grid_town)
    homes["people"] = (homes["demand_id"] == "d0_0") * 90.0
    centres = centres_of(grid_town, ("1", (4, 4)), ("7", (0, 3)))
    (row,) = find_centres(homes, ["all"] * len(homes), centres).to_dict("records")
    assert row["centre_level"] == "7"
    assert row["centre_m"] == pytest.approx(300.0, abs=1e-3)


def test_a_circle_within_the_area_of_a_centre_is_at_no_distance(grid_town, people_of):
    """The middle of all, (2, 2), lies in a square of 100 m; equal centres go by their id."""
    homes = people_of(grid_town)
    centres = centres_of(grid_town, ("7", (2, 2)), ("7", (2, 2)), size_m=100.0)
    (row,) = find_centres(homes, ["all"] * len(homes), centres).to_dict("records")
    assert (row["centre_name"], row["centre_m"]) == ("中心0", 0.0)
