from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from livelihood_map.core.errors import InfeasibleError
from livelihood_map.programme import ProgrammeError, phase_renovations

QUARTER = ["2023-01", "2023-02", "2023-03"]


def due_of(*months_n, **columns):
    """Return the markets that are due, by their months."""
    ids = [f"wet_market{number}" for number in range(len(months_n))]
    return pd.DataFrame({"facility_id": ids, "months_n": list(months_n), **columns})


@pytest.fixture
def three_markets(grid_town):
    """Return three markets in a row: west, middle, east of the southern street."""
    return grid_town.facilities((0, 0), (0, 2), (0, 4), kind="wet_market")


def test_neighbours_are_never_shut_at_once_where_that_strands_people(
    grid_town, three_markets, walks_to, people_of
):
    """Within 200 m the corners between two markets keep one of them, whatever the order."""
    plan = phase_renovations(
        people_of(grid_town),
        walks_to(grid_town, three_markets),
        due_of(1, 1, 1),
        open_ids=[],
        months=QUARTER,
        threshold_m=200.0,
    )
    months = plan.schedule["starts"].tolist()
    assert len(set(months)) == 3
    assert plan.status == "optimal"
    assert plan.person_months == plan.unavoidable_person_months


def test_the_worst_month_is_arithmetic(grid_town, three_markets, walks_to, people_of):
    """Within 100 m each market has two corners that no other serves; one a month strands 20."""
    plan = phase_renovations(
        people_of(grid_town),
        walks_to(grid_town, three_markets),
        due_of(1, 1, 1),
        open_ids=[],
        months=QUARTER,
        threshold_m=100.0,
    )
    # Two corners each of their own, and one corner between every two neighbours.
    assert plan.together_people == 80.0
    assert plan.worst_people == plan.bound == 20.0
    assert plan.by_month["stranded_people"].tolist() == [20.0, 20.0, 20.0]


def test_other_open_markets_and_stand_ins_keep_people_from_being_stranded(
    grid_town, three_markets, walks_to, people_of
):
    """A market that stays open, or a stand-in next door, takes its neighbours out of the count."""
    markets = grid_town.facilities((0, 0), (0, 2), (0, 4), (1, 0), kind="wet_market")
    walks = walks_to(grid_town, markets)
    people = people_of(grid_town)
    options = {"months": QUARTER, "threshold_m": 100.0}
    alone = phase_renovations(people, walks, due_of(1), open_ids=[], **options)
    helped = phase_renovations(people, walks, due_of(1), open_ids=["wet_market3"], **options)
    standin = due_of(1, standin_id=["wet_market3"])
    stood_in = phase_renovations(people, walks, standin, open_ids=[], **options)
    assert alone.worst_people == 30.0
    assert helped.worst_people == 10.0
    assert stood_in.worst_people == 10.0


def test_twelve_markets_equal_brute_force(grid_town, walks_to):
    """All 3^12 orders of twelve markets, four a month: the model finds the least worst month."""
    rng = np.random.default_rng(7)
    places = [(int(row), int(column)) for row, column in rng.integers(0, 5, (12, 2))]
    markets = grid_town.facilities(*places, kind="wet_market")
    people = grid_town.demand.assign(people=rng.integers(1, 60, 25).astype(float))
    walks = walks_to(grid_town, markets)
    plan = phase_renovations(
        people,
        walks,
        due_of(*[1] * 12),
        open_ids=[],
        months=QUARTER,
        threshold_m=100.0,
        at_a_time=4,
    )
    near = walks[walks["walk_m"] <= 100.0]
    own = near.groupby("origin_id")["dest_id"].agg(
        lambda ids: sorted(int(name.removeprefix("wet_market")) for name in ids)
    )
    weight = people.set_index("demand_id")["people"]
    orders = np.array(list(itertools.product(range(3), repeat=12)), dtype=np.int8)
    counts = np.stack([(orders == month).sum(axis=1) for month in range(3)])
    orders = orders[(counts <= 4).all(axis=0)]
    stranded = np.zeros((3, len(orders)))
    for origin, ids in own.items():
        is_same = (orders[:, ids] == orders[:, ids[:1]]).all(axis=1)
        for month in range(3):
            stranded[month] += weight[origin] * (is_same & (orders[:, ids[0]] == month))
    worst = stranded.max(axis=0)
    assert plan.status == "optimal"
    assert plan.worst_people == worst.min() == plan.bound
    assert plan.person_months == stranded.sum(axis=0)[worst == worst.min()].min()


def test_months_capacity_and_earliest_dates_are_kept(grid_town, three_markets, walks_to, people_of):
    """Two months each in six months, one at a time, the first not before March."""
    months = [f"2023-0{month}" for month in range(1, 7)]
    plan = phase_renovations(
        people_of(grid_town),
        walks_to(grid_town, three_markets),
        due_of(2, 2, 2, earliest=["2023-03", None, None]),
        open_ids=[],
        months=months,
        threshold_m=100.0,
        at_a_time=1,
    )
    assert plan.by_month["closed_n"].tolist() == [1] * 6
    starts = dict(zip(plan.schedule["facility_id"], plan.schedule["starts"], strict=True))
    assert starts["wet_market0"] >= "2023-03"
    assert sorted(starts.values()) == ["2023-01", "2023-03", "2023-05"]


def test_the_same_question_has_the_same_answer_in_any_row_order(
    grid_town, three_markets, walks_to, people_of
):
    """Shuffled walks and demand change nothing."""
    people, walks = people_of(grid_town), walks_to(grid_town, three_markets)
    options = {"open_ids": [], "months": QUARTER, "threshold_m": 200.0}
    plan = phase_renovations(people, walks, due_of(1, 1, 1), **options)
    again = phase_renovations(
        people.sample(frac=1, random_state=1),
        walks.sample(frac=1, random_state=2),
        due_of(1, 1, 1),
        **options,
    )
    pd.testing.assert_frame_equal(plan.schedule, again.schedule)


def test_what_cannot_be_planned_is_refused_with_the_reason(
    grid_town, three_markets, walks_to, people_of
):
    """Too many months for the year, too long a closure, a market due twice, none due."""
    people, walks = people_of(grid_town), walks_to(grid_town, three_markets)
    options = {"open_ids": [], "months": QUARTER, "threshold_m": 100.0}
    with pytest.raises(InfeasibleError, match="4"):
        phase_renovations(people, walks, due_of(2, 2), at_a_time=1, **options)
    with pytest.raises(InfeasibleError, match="wet_market1"):
        phase_renovations(people, walks, due_of(1, 4), **options)
    twice = pd.concat([due_of(1), due_of(1)])
    with pytest.raises(ProgrammeError, match="wet_market0"):
        phase_renovations(people, walks, twice, **options)
    with pytest.raises(ProgrammeError):
        phase_renovations(people, walks, due_of(), **options)


def test_markets_that_cannot_be_fitted_between_one_another_are_refused(
    grid_town, three_markets, walks_to, people_of
):
    """Three closures of two months, one at a time, none in January, do not fit into June."""
    with pytest.raises(InfeasibleError, match="3"):
        phase_renovations(
            people_of(grid_town),
            walks_to(grid_town, three_markets),
            due_of(2, 2, 2, earliest=["2023-02"] * 3),
            open_ids=[],
            months=[*QUARTER, "2023-04", "2023-05", "2023-06"],
            threshold_m=100.0,
            at_a_time=1,
        )
