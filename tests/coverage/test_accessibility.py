"""Measures: figures that can be worked out by hand, and what must always hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from livelihood_map.coverage import (
    count_in_tiers,
    gaussian_decay,
    measure_completeness,
    measure_distribution,
    measure_gini,
    measure_palma,
    measure_supply,
    measure_worst_decile,
    select_k_nearest,
    summarise_equity,
)

calm = settings(deadline=None, derandomize=True)  # a busy machine is no fault
amounts = st.floats(0, 1000, allow_nan=False).map(lambda x: round(x, 3))
groups = st.integers(1, 12).flatmap(
    lambda n: st.tuples(
        arrays(float, n, elements=amounts),
        arrays(float, n, elements=st.integers(1, 50).map(float)),
    )
)


def walks_of(*rows):
    """Return table walks of (origin, dest, metres)."""
    return pd.DataFrame(rows, columns=["origin_id", "dest_id", "walk_m"])


def test_k_nearest_ties_go_to_the_lower_id():
    """Of equally long walks the lower id comes first, and nobody has more than k."""
    walks = walks_of(("a", "z", 5.0), ("a", "b", 5.0), ("a", "c", 9.0), ("d", "z", 1.0))
    found = select_k_nearest(walks, k=2)
    assert found[["origin_id", "dest_id", "rank"]].to_numpy().tolist() == [
        ["a", "b", 1], ["a", "z", 2], ["d", "z", 1],
    ]  # fmt: skip
    with pytest.raises(ValueError, match="k"):
        select_k_nearest(walks, k=0)


def test_tiers_hold_their_last_millimetre():
    """A walk of exactly the tier is within it."""
    walks = walks_of(("a", "x", 500.0), ("a", "y", 500.001), ("b", "x", 10.0))
    counts = count_in_tiers(walks, ["b", "a", "c"], tiers_m=(300, 500))
    assert counts.to_numpy().tolist() == [["b", 1, 1], ["a", 0, 1], ["c", 0, 0]]


def test_a_circle_is_complete_when_every_kind_is_within_reach():
    """Two of three kinds covered give two thirds; other walkers are left out."""
    rows = pd.DataFrame(
        {
            "residence_id": ["r"] * 3 + ["s"] * 3 + ["r"],
            "kind": ["a", "b", "c"] * 2 + ["a"],
            "walker": ["standard"] * 6 + ["elderly"],
            "is_covered": [True, True, False, True, True, True, False],
        }
    )
    share = measure_completeness(rows)
    assert share.name == "complete_share"
    assert share.to_dict() == {"r": pytest.approx(2 / 3), "s": 1.0}


def test_supply_is_shared_by_those_who_reach_it():
    """Two places 500 m either side of one market share it by their people."""
    walks = walks_of(("a", "m", 500.0), ("b", "m", 500.0))
    people = pd.Series({"a": 300.0, "b": 100.0})
    found = measure_supply(walks, pd.Series({"m": 800.0}), people, threshold_m=1000)
    assert found.to_dict() == pytest.approx({"a": 2.0, "b": 2.0})


@calm
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 999)), max_size=24))
def test_supply_over_all_people_is_the_supply(rows):
    """What all people get adds up to the supply of the facilities that anyone reaches."""
    walks = walks_of(*[(f"o{a}", f"d{b}", float(m)) for a, b, m in rows])
    walks = walks.drop_duplicates(["origin_id", "dest_id"])
    people = pd.Series({f"o{n}": 10.0 * (n + 1) for n in range(6)})
    supply = pd.Series({f"d{n}": 100.0 * (n + 1) for n in range(4)})
    found = measure_supply(walks, supply, people, threshold_m=1000)
    reached = supply[supply.index.isin(walks["dest_id"])].sum()
    assert (found * people).sum() == pytest.approx(reached)


def test_supply_refuses_repeated_ids_and_senseless_thresholds():
    """Ids stand once; the threshold is above zero."""
    walks = walks_of(("a", "m", 1.0))
    twice = pd.Series([1.0, 2.0], index=["a", "a"])
    with pytest.raises(ValueError, match="unique"):
        measure_supply(walks, pd.Series({"m": 1.0}), twice, threshold_m=10)
    with pytest.raises(ValueError, match="threshold"):
        gaussian_decay(np.array([1.0]), threshold_m=0)


def test_the_distribution_counts_everybody():
    """People who reach nothing are in the whole, never in a step."""
    table = measure_distribution(np.array([np.nan]), np.array([5.0]), steps_m=(300,))
    assert table.loc[0, "share"] == 0.0
    empty = measure_distribution(np.empty(0), np.empty(0), steps_m=(300,))
    assert np.isnan(empty.loc[0, "share"])


@calm
@given(groups)
def test_gini_equals_its_definition(drawn):
    """The area formula equals the mean difference over twice the mean."""
    values, people = drawn
    total = people.sum()
    mean = (values * people).sum() / total
    if mean == 0:
        assert np.isnan(measure_gini(values, people))
        return
    apart = np.abs(values[:, None] - values[None, :]) * people[:, None] * people[None, :]
    expected = apart.sum() / (2 * mean * total**2)
    assert measure_gini(values, people) == pytest.approx(expected, abs=1e-9)


@calm
@given(groups, st.floats(0.5, 20))
def test_inequality_does_not_depend_on_the_unit(drawn, factor):
    """Gini and Palma stay the same when all values are multiplied."""
    values, people = drawn
    for measure in (measure_gini, measure_palma):
        one, two = measure(values, people), measure(values * factor, people)
        assert one == pytest.approx(two, rel=1e-6, nan_ok=True)


@calm
@given(groups)
def test_the_worst_tenth_is_never_better_off_than_the_mean(drawn):
    """The worst decile lies on the bad side of the mean, whichever side that is."""
    values, people = drawn
    mean = (values * people).sum() / people.sum()
    assert measure_worst_decile(values, people) <= mean + 1e-9
    assert measure_worst_decile(values, people, is_more_worse=True) >= mean - 1e-9


def test_equal_shares_are_equal():
    """When all have the same, Gini is 0, Palma a quarter, the worst tenth the mean."""
    values, people = np.full(7, 3.0), np.arange(1.0, 8.0)
    assert measure_gini(values, people) == pytest.approx(0)
    assert measure_palma(values, people) == pytest.approx(0.25)
    assert measure_worst_decile(values, people) == pytest.approx(3.0)


def test_inequality_of_nothing_is_missing():
    """Nobody, or nothing to share, has no inequality; negative values are refused."""
    nothing = np.zeros(2)
    assert np.isnan(measure_palma(nothing, np.ones(2)))
    assert np.isnan(measure_worst_decile(np.ones(2), nothing))
    assert measure_worst_decile(nothing, np.ones(2)) == 0.0
    assert measure_palma(np.array([0.0, 1.0]), np.array([9.0, 1.0])) == np.inf
    with pytest.raises(ValueError, match="negative"):
        measure_gini(np.array([-1.0]), np.ones(1))
    with pytest.raises(ValueError, match="negative"):
        measure_gini(np.array([np.nan]), np.ones(1))


def test_equity_between_towns_compares_their_means(grid_town):
    """Two towns alike inside differ only between them; the district holds both."""
    ids = grid_town.demand["demand_id"]
    value = grid_town.demand["town_id"].map({"west": 100.0, "east": 300.0})
    values = pd.Series(value.to_numpy(float), index=ids)
    people = pd.Series(10.0, index=ids)
    table = summarise_equity(values, people, grid_town.demand, is_more_worse=True)
    rows = table.set_index("town_id")
    assert rows.index.tolist() == ["east", "west", "BETWEEN", "ALL"]
    assert rows.loc["west", "gini"] == pytest.approx(0)
    assert rows.loc["BETWEEN", "gini"] == pytest.approx(rows.loc["ALL", "gini"])
    assert rows.loc["BETWEEN", "gini"] == pytest.approx(0.6 * 0.4 * 200 / 180)
    assert rows.loc["ALL", "worst_decile"] == pytest.approx(300.0)
