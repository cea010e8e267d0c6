from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from livelihood_map.programme import load_programme, measure_progress, share_quotas
from livelihood_map.programme.model import Quota
from livelihood_map.programme.progress import list_months

DAY = dt.date(2023, 6, 30)


@pytest.fixture
def outlets(grid_town):
    """Return six outlets: three opened this year, one of them in the east, one closed."""
    return grid_town.facilities(
        (0, 0), (0, 1), (0, 4), (1, 0), (1, 1), (2, 2),
        opened_on=["2023-01-05", "2023-03-31", "2023-03-01", "2019-01-01", "2023-09-01", None],
        closed_on=[None, None, None, "2023-02-10", None, None],
        status=["operating", "operating", "operating", "closed", "planned", "operating"],
        town_id=["west", "west", "east", "west", "west", "west"],
        is_demonstration=[True, False, False, False, False, True],
    )  # fmt: skip


def row(table, **keys):
    """Return the one row with these values."""
    for name, value in keys.items():
        table = table[table[name] == value]
    assert len(table) == 1
    return table.iloc[0]


def test_gross_counts_openings_and_net_takes_off_closures(grid_town, outlets):
    """Three opened, one closed: gross 3, net 2, of 83."""
    progress = measure_progress(outlets, grid_town.towns, load_programme("minhang-2023"), as_of=DAY)
    found = row(progress.by_target, target_id="breakfast_new")
    assert (found.opened_n, found.closed_n, found.net_n) == (3, 1, 2)
    assert found.reached_share == pytest.approx(3 / 83)
    assert found.expected == pytest.approx(83 * 181 / 365)
    assert found.is_behind


def test_by_month_the_counts_add_up_from_january(grid_town, outlets):
    """One in January, one closed in February, two in March."""
    progress = measure_progress(outlets, grid_town.towns, load_programme("minhang-2023"), as_of=DAY)
    table = progress.by_month[progress.by_month["target_id"] == "breakfast_new"]
    assert table["month"].tolist() == [f"2023-0{month}" for month in range(1, 7)]
    assert table["gross_n"].tolist() == [1, 1, 3, 3, 3, 3]
    assert table["net_n"].tolist() == [1, 0, 2, 2, 2, 2]


def test_an_event_after_the_day_does_not_count_yet(grid_town, outlets):
    """On 1 March two have opened, on 28 February one."""
    programme = load_programme("minhang-2023")
    for day, opened in ((dt.date(2023, 3, 1), 2), (dt.date(2023, 2, 28), 1)):
        progress = measure_progress(outlets, grid_town.towns, programme, as_of=day)
        assert row(progress.by_target, target_id="breakfast_new").opened_n == opened


def test_towns_add_up_to_the_district_and_quotas_say_who_is_behind(grid_town, outlets):
    """West opened 2 of 40 and is behind; east has a quota of 0 and is not."""
    programme = load_programme("minhang-2023")
    quotas = (
        Quota(target="breakfast_new", town_id="west", count_n=83),
        Quota(target="breakfast_new", town_id="east", count_n=0),
    )
    progress = measure_progress(
        outlets, grid_town.towns, replace(programme, quotas=quotas), as_of=DAY
    )
    table = progress.by_town[progress.by_town["target_id"] == "breakfast_new"]
    assert table["town_id"].tolist() == ["west", "east", "ALL"]
    assert table["opened_n"].tolist() == [2, 1, 3]
    assert table["net_n"].tolist() == [1, 1, 2]
    assert table["is_behind"].tolist() == [True, False, True]


def test_without_quotas_no_town_is_called_behind(grid_town, outlets):
    """A town cannot be behind a quota that nobody set."""
    progress = measure_progress(outlets, grid_town.towns, load_programme("minhang-2023"), as_of=DAY)
    towns = progress.by_town[progress.by_town["town_id"] != "ALL"]
    assert towns["quota_n"].isna().all()
    assert not towns["is_behind"].any()


def test_demonstration_outlets_and_renovations_are_counted(grid_town, outlets):
    """Two flagged outlets; one market renovated this year, one last year, one still shut."""
    markets = grid_town.facilities(
        (3, 3), (3, 4), (4, 4),
        kind="wet_market",
        town_id="east",
        renovated_on=["2023-04-01", "2022-04-01", "2023-05-01"],
        status=["operating", "operating", "renovating"],
    )  # fmt: skip
    both = pd.concat([outlets, markets], ignore_index=True)
    progress = measure_progress(both, grid_town.towns, load_programme("minhang-2023"), as_of=DAY)
    assert row(progress.by_target, target_id="breakfast_demonstration").opened_n == 2
    assert row(progress.by_target, target_id="market_renovated").opened_n == 1


def test_outlets_beyond_the_border_do_not_count(grid_town, outlets):
    """The plan is the district's own."""
    progress = measure_progress(
        outlets.assign(is_inside=False), grid_town.towns, load_programme("minhang-2023"), as_of=DAY
    )
    assert row(progress.by_target, target_id="breakfast_new").opened_n == 0


def test_shares_are_compared_with_the_whole_goal(grid_town, outlets):
    """91 % of communities covered is on target at any time of the year; no figure is missing."""
    progress = measure_progress(
        outlets,
        grid_town.towns,
        load_programme("minhang-2023"),
        as_of=DAY,
        shares={"housekeeping_coverage": 0.91},
    )
    found = row(progress.by_target, target_id="housekeeping_coverage")
    assert (found.reached, found.is_behind) == (0.91, False)
    assert pd.isna(row(progress.by_target, target_id="market_survey").reached)


def test_quotas_shared_out_by_weight_add_up():
    """Largest remainders: always the whole, never negative, ties by name."""
    quotas = share_quotas(pd.Series({"b": 1.0, "a": 1.0, "c": 1.0}), count_n=83)
    assert quotas.to_dict() == {"b": 28, "a": 28, "c": 27}
    with pytest.raises(ValueError, match="a"):
        share_quotas(pd.Series({"a": 0.0}), count_n=1)


def test_months_run_over_the_turn_of_the_year():
    """Both ends are included."""
    months = list_months(dt.date(2022, 11, 30), dt.date(2023, 1, 1))
    assert months == ["2022-11", "2022-12", "2023-01"]
