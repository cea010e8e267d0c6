"""Sites shared by districts: the best shares by the curves, and a bound that none exceeds."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from livelihood_map.commands.batch.budget import share_sites


def draw_curve(chance, last):
    """Return a curve that rises, its upper end above it; steps need not grow smaller."""
    reached = 100 + np.cumsum(np.append(0, chance.integers(0, 50, last))).astype(float)
    most = np.maximum.accumulate(reached + np.append(0, chance.integers(0, 9, last)))
    return pd.DataFrame(
        {
            "sites_n": np.arange(last + 1),
            "covered_population": reached,
            "covered_population_max": most,
        }
    )


@pytest.mark.parametrize("seed", range(20))
def test_no_other_shares_reach_more(seed):
    """Shares and bound are those of the best of all ways to share, tried one by one."""
    chance = np.random.default_rng(seed)
    curves = {name: draw_curve(chance, int(chance.integers(0, 6))) for name in "abcd"}
    sites_n = int(chance.integers(0, 14))
    shares = share_sites(curves, sites_n)
    every = product(*(range(len(curve)) for curve in curves.values()))
    ways = [way for way in every if sum(way) <= sites_n]

    def total(way, column):
        return sum(c[column].iloc[n] for c, n in zip(curves.values(), way, strict=True))

    assert shares.reached_population == max(total(way, "covered_population") for way in ways)
    assert shares.bound == max(total(way, "covered_population_max") for way in ways)
    assert total(shares.table["sites_n"], "covered_population") == shares.reached_population
    assert shares.table["sites_n"].sum() <= sites_n
    assert 0 <= shares.gap_share < 1


def test_what_one_site_more_would_bring_is_told_up_to_the_end_of_the_curve():
    """Beside each share stands the next step; at the end of a curve nobody looked."""
    curve = pd.DataFrame({
        "sites_n": range(3), "covered_population": [0.0, 9.0, 12.0],
        "covered_population_max": [0.0, 9.0, 12.0],
    })  # fmt: skip
    assert share_sites({"a": curve}, 1).table["next_population"].tolist() == [3.0]
    at_end = share_sites({"a": curve}, 5).table
    assert at_end["sites_n"].tolist() == at_end["sites_max_n"].tolist() == [2]
    assert at_end["next_population"].isna().all()


def test_a_plan_under_rules_below_its_curve_is_not_taken_for_the_most():
    """Where a plan reaches less than fewer sites do, the shares count what fewer reach."""
    curve = pd.DataFrame({
        "sites_n": range(3), "covered_population": [0.0, 9.0, 7.0],
        "covered_population_max": [0.0, 9.0, 12.0],
    })  # fmt: skip
    shares = share_sites({"a": curve}, 2)
    assert (shares.reached_population, shares.bound) == (9.0, 12.0)
