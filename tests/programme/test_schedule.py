from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from livelihood_map.core.standards import load_standard
from livelihood_map.coverage import measure_coverage
from livelihood_map.network import build_network, join_demand
from livelihood_map.programme import ProgrammeError, find_open, measure_schedule

FIRST = dt.date(2022, 12, 31)
MONTHS = ["2023-01", "2023-02", "2023-03", "2023-04"]


def events_of(*rows):
    """Return a table of events."""
    return pd.DataFrame(
        [(f"breakfast{n}", dt.date.fromisoformat(day), event) for n, day, event in rows],
        columns=["facility_id", "date", "event"],
    )


def test_coverage_follows_openings_and_closings(grid_town, walks_to, people_of):
    """Within 100 m a corner outlet serves 3 corners of 10 people, one in the middle 5."""
    outlets = grid_town.facilities((0, 0), (2, 2), status=["operating", "planned"])
    events = events_of((1, "2023-02-01", "opens"), (0, "2023-03-15", "closes"))
    table = measure_schedule(
        people_of(grid_town),
        walks_to(grid_town, outlets),
        outlets,
        events,
        months=MONTHS,
        threshold_m=100.0,
        first=FIRST,
    )
    assert table["covered_people"].tolist() == [30.0, 80.0, 50.0, 50.0]
    assert table["gained_people"].tolist() == [0.0, 50.0, 0.0, 0.0]
    assert table["lost_people"].tolist() == [0.0, 0.0, 30.0, 0.0]
    assert table["open_n"].tolist() == [1, 2, 1, 1]


def test_each_month_equals_a_separate_run_to_the_person(grid_town, walks_to, people_of):
    """A full coverage run with what is open on the month's last day gives the same people."""
    places = ((0, 0), (2, 2), (4, 4), (4, 0))
    outlets = grid_town.facilities(*places, status=["operating"] * 3 + ["planned"])
    events = events_of(
        (0, "2023-01-20", "closes"), (3, "2023-02-28", "opens"), (0, "2023-03-10", "opens"),
        (2, "2023-04-01", "closes"),
    )  # fmt: skip
    table = measure_schedule(
        people_of(grid_town),
        walks_to(grid_town, outlets),
        outlets,
        events,
        months=MONTHS,
        threshold_m=300.0,
        first=FIRST,
    )
    network = build_network(grid_town.nodes, grid_town.edges)
    joins = join_demand(network, grid_town.demand, grid_town.gates, limit_m=50.0)
    people = grid_town.demand.set_index("demand_id")["population"]
    for row in table.itertuples():
        day = pd.Period(row.month).end_time.date()
        is_open = find_open(outlets, events, on=day, first=FIRST)
        coverage = measure_coverage(
            network,
            joins,
            outlets[is_open].assign(status="operating"),
            standard=load_standard("cn-15min"),
            kinds=["breakfast"],
            walkers=["standard"],
            cutoff_m=3000.0,
            limit_m=50.0,
        )
        within = coverage.loc[coverage["walk_m"] <= 300.0, "demand_id"]
        assert people[within].sum() == row.covered_people


def test_the_registers_own_dates_are_plans_too(grid_town):
    """An outlet that is to open in February is shut in January; one that closes then is open."""
    outlets = grid_town.facilities(
        (0, 0), (1, 1), (2, 2),
        opened_on=["2023-02-10", None, "2010-01-01"],
        closed_on=[None, "2023-02-10", None],
        status=["planned", "operating", "closed"],
    )  # fmt: skip
    none = events_of()
    days = [dt.date(2023, 1, 31), dt.date(2023, 2, 10), dt.date(2023, 3, 1)]
    states = [find_open(outlets, none, on=day, first=FIRST).tolist() for day in days]
    assert states == [[False, True, False], [True, False, False], [True, False, False]]


def test_a_facility_may_close_and_open_again(grid_town):
    """The last event up to the day decides."""
    outlets = grid_town.facilities((0, 0))
    events = events_of((0, "2023-04-01", "opens"), (0, "2023-02-01", "closes"))
    days = [dt.date(2023, month, 1) for month in (1, 2, 3, 4)]
    states = [bool(find_open(outlets, events, on=day, first=FIRST)[0]) for day in days]
    assert states == [True, False, False, True]


def test_events_that_mean_nothing_are_refused(grid_town):
    """An unknown facility and an unknown word are named."""
    outlets = grid_town.facilities((0, 0))
    with pytest.raises(ProgrammeError, match="breakfast7"):
        find_open(outlets, events_of((7, "2023-01-01", "opens")), on=FIRST, first=FIRST)
    with pytest.raises(ProgrammeError, match="burns"):
        find_open(outlets, events_of((0, "2023-01-01", "burns")), on=FIRST, first=FIRST)
