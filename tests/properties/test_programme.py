"""What holds for every plan of a year."""

from __future__ import annotations

import datetime as dt
import itertools

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from livelihood_map.core.errors import InfeasibleError
from livelihood_map.programme import (
    compare_runs,
    measure_schedule,
    phase_renovations,
    share_quotas,
)

MONTHS = ["2023-01", "2023-02", "2023-03", "2023-04"]
FIRST = dt.date(2022, 12, 31)


@st.composite
def reaches(draw, facilities_n=5, demand_n=8):
    """Draw people and which of a few facilities each of them reaches."""
    pairs = draw(
        st.sets(
            st.tuples(st.integers(0, demand_n - 1), st.integers(0, facilities_n - 1)), min_size=1
        )
    )
    people = draw(st.lists(st.integers(1, 90), min_size=demand_n, max_size=demand_n))
    demand = pd.DataFrame(
        {"demand_id": [f"d{n}" for n in range(demand_n)], "people": np.array(people, float)}
    )
    walks = pd.DataFrame(
        [(f"d{a}", f"f{b}", 100.0) for a, b in sorted(pairs)],
        columns=["origin_id", "dest_id", "walk_m"],
    )
    return demand, walks


def brute_force(demand, walks, lengths, at_a_time):
    """Return the least worst month over all orders, None when no order fits."""
    own = walks.groupby("origin_id")["dest_id"].agg(lambda ids: [int(name[1:]) for name in ids])
    people = demand.set_index("demand_id")["people"]
    best = None
    for starts in itertools.product(*[range(len(MONTHS) - length + 1) for length in lengths]):
        shut = np.array(
            [
                [s <= t < s + n for t in range(len(MONTHS))]
                for s, n in zip(starts, lengths, strict=True)
            ]
        )
        if shut.sum(axis=0).max() > at_a_time:
            continue
        lost = sum(people[origin] * shut[ids].all(axis=0) for origin, ids in own.items())
        worst = float(np.max(lost))
        best = worst if best is None else min(best, worst)
    return best


@settings(max_examples=25, deadline=None)
@given(reaches(), st.lists(st.integers(1, 3), min_size=5, max_size=5), st.integers(1, 5))
def test_phases_equal_brute_force_whatever_the_months_and_limits(reach, lengths, at_a_time):
    """Five markets of one to three months in four months: the least worst month, or none fits."""
    demand, walks = reach
    due = pd.DataFrame({"facility_id": [f"f{n}" for n in range(5)], "months_n": lengths})
    best = brute_force(demand, walks, lengths, at_a_time)
    try:
        plan = phase_renovations(
            demand,
            walks,
            due,
            open_ids=[],
            months=MONTHS,
            threshold_m=500.0,
            at_a_time=at_a_time,
        )
    except InfeasibleError:
        assert best is None
    else:
        assert plan.worst_people == best == plan.bound
        assert plan.worst_people <= plan.together_people
        assert plan.by_month["closed_n"].max() <= at_a_time
        assert plan.by_month["closed_n"].sum() == sum(lengths)


@settings(max_examples=30, deadline=None)
@given(reaches(), st.lists(st.tuples(st.integers(0, 4), st.integers(1, 4)), max_size=6))
def test_one_more_opening_never_uncovers_anyone(reach, closings):
    """Whatever closes when, a facility that opens as well leaves every month no worse."""
    demand, walks = reach
    facilities = pd.DataFrame(
        {
            "facility_id": [f"f{n}" for n in range(5)],
            "status": ["operating"] * 4 + ["planned"],
            "opened_on": None,
            "closed_on": None,
        }
    )
    rows = [(f"f{n}", dt.date(2023, month, 10), "closes") for n, month in closings if n < 4]
    more = [*rows, ("f4", dt.date(2023, 2, 1), "opens")]
    tables = [
        measure_schedule(
            demand,
            walks,
            facilities,
            pd.DataFrame(events, columns=["facility_id", "date", "event"]),
            months=MONTHS,
            threshold_m=500.0,
            first=FIRST,
        )
        for events in (rows, more)
    ]
    assert (tables[1]["covered_people"] >= tables[0]["covered_people"]).all()


@settings(max_examples=50, deadline=None)
@given(
    st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 10**6), min_size=1),
    st.integers(0, 200),
)
def test_quotas_always_add_up(weights, count):
    """However the people are spread, the quotas make up the target and follow the weights."""
    series = pd.Series(weights, dtype=float)
    if series.sum() == 0:
        return
    quotas = share_quotas(series, count_n=count)
    assert quotas.sum() == count
    assert (quotas >= 0).all()
    assert (np.abs(quotas - series / series.sum() * count) < 1).all()


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 99)), min_size=1, max_size=9)
)
def test_gains_less_losses_are_the_change(states):
    """Covered after = covered before + gained - lost, and turning the runs round swaps them."""
    ids = [f"d{n}" for n in range(len(states))]
    demand = pd.DataFrame(
        {"demand_id": ids, "town_id": "t", "name": "", "people": [float(s[2]) for s in states]}
    )
    towns = pd.DataFrame({"town_id": ["t"], "town_name": ["镇"]})
    runs = [
        pd.DataFrame(
            {
                "demand_id": ids,
                "kind": "breakfast",
                "walker": "standard",
                "walk_m": 1.0,
                "is_covered": [state[moment] for state in states],
            }
        )
        for moment in (0, 1)
    ]
    there = compare_runs(*runs, demand, towns).by_town.iloc[-1]
    back = compare_runs(*runs[::-1], demand, towns).by_town.iloc[-1]
    change = there["gained_people"] - there["lost_people"]
    assert there["covered_before"] + change == there["covered_after"]
    assert (there["gained_people"], there["lost_people"]) == (
        back["lost_people"],
        back["gained_people"],
    )
