from __future__ import annotations

import pytest

from livelihood_map.programme import ProgrammeError, measure_delivery, measure_hours


def test_delivery_is_counted_apart_from_walking(grid_town, people_of):
    """Within 100 m straight of the middle lie 5 corners; 3 of them have no outlet on foot."""
    outlets = grid_town.facilities((2, 2), subtype="delivery")
    table = measure_delivery(
        people_of(grid_town), outlets, walking_ids={"d2_2", "d2_1", "d0_0"}, radius_m=100.0
    )
    assert table["delivered_by_n"].sum() == 5
    assert table["is_only_delivered"].sum() == 3
    assert table.loc[table["is_only_delivered"], "people"].sum() == 30.0


def test_an_outlet_may_have_a_radius_of_its_own(grid_town, people_of):
    """One delivers 100 m, the other by its register 0.5 m: only its own corner."""
    outlets = grid_town.facilities((2, 2), (0, 0), delivery_radius_m=[None, 0.5])
    table = measure_delivery(people_of(grid_town), outlets, walking_ids=set(), radius_m=100.0)
    assert table["delivered_by_n"].sum() == 6


def test_a_radius_must_be_positive(grid_town, people_of):
    """Zero is refused."""
    outlets = grid_town.facilities((2, 2))
    with pytest.raises(ProgrammeError, match="0"):
        measure_delivery(people_of(grid_town), outlets, walking_ids=set(), radius_m=0.0)


def test_coverage_follows_the_hours_of_the_day(grid_town, walks_to, people_of):
    """A truck from 6 to 8 at one corner, a shop over midnight at another, one without hours."""
    outlets = grid_town.facilities(
        (0, 0), (4, 4), (4, 0),
        opens_at=["06:00", "22:00", None],
        closes_at=["08:00", "02:00", None],
    )  # fmt: skip
    table = measure_hours(
        people_of(grid_town),
        walks_to(grid_town, outlets),
        outlets,
        times=["05:59", "06:00", "08:00", "23:30", "01:00"],
        threshold_m=100.0,
    )
    assert table["open_n"].tolist() == [1, 2, 1, 2, 2]
    assert table["covered_people"].tolist() == [30.0, 60.0, 30.0, 60.0, 60.0]
    assert (table["unknown_n"] == 1).all()


def test_a_time_that_is_none_is_refused(grid_town, walks_to, people_of):
    """25:00 does not exist."""
    outlets = grid_town.facilities((0, 0), opens_at="06:00", closes_at="08:00")
    with pytest.raises(ProgrammeError, match="25:00"):
        measure_hours(
            people_of(grid_town),
            walks_to(grid_town, outlets),
            outlets,
            times=["25:00"],
            threshold_m=100.0,
        )
