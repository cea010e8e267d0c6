from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from livelihood_map.programme import ProgrammeError, compare_schedules, measure_schedule

FIRST = dt.date(2022, 12, 31)
MONTHS = ["2023-01", "2023-02", "2023-03"]


def events_of(*rows):
    """Return a table of events."""
    return pd.DataFrame(
        [(f"breakfast{n}", dt.date.fromisoformat(day), event) for n, day, event in rows],
        columns=["facility_id", "date", "event"],
    )


@pytest.fixture
def compare(grid_town, walks_to, people_of):
    """Return a function that compares two schedules of three outlets within 100 m."""
    outlets = grid_town.facilities((0, 0), (2, 2), (4, 4), status=["operating", *["planned"] * 2])
    common = {"months": MONTHS, "threshold_m": 100.0, "first": FIRST}

    def compared(before, after):
        return compare_schedules(
            people_of(grid_town),
            walks_to(grid_town, outlets),
            outlets,
            before=before,
            after=after,
            towns=grid_town.towns,
            kind="breakfast",
            walker="standard",
            **common,
        )

    def alone(events):
        walks = walks_to(grid_town, outlets)
        return measure_schedule(people_of(grid_town), walks, outlets, events, **common)

    compared.alone = alone
    return compared


MIDDLE_OPENS = events_of((1, "2023-02-10", "opens"))
CORNER_MOVES = events_of((0, "2023-02-01", "closes"), (2, "2023-03-31", "opens"))


def test_months_differ_by_what_is_open_under_each_schedule(compare):
    """A corner serves 30 people, the middle 50; in February 80 stand against 0, then 80 and 30."""
    table = compare(MIDDLE_OPENS, CORNER_MOVES).by_month
    assert table["month"].tolist() == MONTHS
    assert table["covered_before"].tolist() == [30.0, 80.0, 80.0]
    assert table["covered_after"].tolist() == [30.0, 0.0, 30.0]
    assert table["open_before_n"].tolist() == [1, 2, 2]
    assert table["open_after_n"].tolist() == [1, 0, 1]
    assert table["gained_people"].tolist() == [0.0, 0.0, 30.0]
    assert table["lost_people"].tolist() == [0.0, 80.0, 80.0]
    assert table["share_after"].tolist() == [30 / 250, 0.0, 30 / 250]


def test_each_side_equals_its_schedule_measured_alone(compare):
    """Coverage by month is that of measure_schedule, to the person."""
    table = compare(MIDDLE_OPENS, CORNER_MOVES).by_month
    for side, events in (("before", MIDDLE_OPENS), ("after", CORNER_MOVES)):
        alone = compare.alone(events)
        assert table[f"covered_{side}"].tolist() == alone["covered_people"].tolist()
        assert table[f"open_{side}_n"].tolist() == alone["open_n"].tolist()


def test_who_gained_and_lost_at_the_end_is_listed_by_town_and_point(compare):
    """The north-east corner gains three points of the east; the west loses its corner and more."""
    at_end = compare(MIDDLE_OPENS, CORNER_MOVES).at_end
    gained = at_end.changes[at_end.changes["change"] == "gained"]
    assert set(gained["demand_id"]) == {"d4_4", "d4_3", "d3_4"}
    table = at_end.by_town.set_index("town_id")
    assert table["gained_people"].to_dict() == {"west": 0.0, "east": 30.0, "ALL": 30.0}
    assert table["lost_people"].to_dict() == {"west": 70.0, "east": 10.0, "ALL": 80.0}


def test_the_same_schedule_twice_shows_no_change(compare):
    """Nobody gained or lost in any month."""
    result = compare(CORNER_MOVES, CORNER_MOVES)
    assert result.at_end.changes.empty
    assert result.by_month[["gained_people", "lost_people"]].to_numpy().sum() == 0


def test_an_unknown_facility_is_refused(compare):
    """The event's facility is named."""
    with pytest.raises(ProgrammeError, match="breakfast7"):
        compare(MIDDLE_OPENS, events_of((7, "2023-01-01", "opens")))
