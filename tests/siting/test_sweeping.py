"""Sweeps: partial choices carried along a problem."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from livelihood_map.siting import _relaxation, _sweep_kernels
from livelihood_map.siting._problem import build_problem
from livelihood_map.siting._relaxation import point_prices
from livelihood_map.siting._sweeping import Sweeps, Track, find_order

GO_ON = np.zeros(1, dtype=np.bool_)


def scattered(seed, *, demand_n=40, candidate_n=10, pair_n=110):
    """Return a small problem of random pairs; some points may have no candidate."""
    generator = np.random.default_rng(seed)
    pairs = generator.integers(0, [[demand_n], [candidate_n]], size=(2, pair_n))
    return build_problem(*pairs, generator.integers(1, 50, demand_n), candidate_n=candidate_n)


def row(candidate_n, *, seed):
    """Return candidates in a row, mixed up, that share points with three to each side."""
    generator = np.random.default_rng(seed)
    name = generator.permutation(candidate_n)
    pairs = [
        (j + k, name[j]) for j in range(candidate_n) for k in range(4) if generator.random() < 0.9
    ]
    weights = generator.integers(10, 60, candidate_n + 3)
    return build_problem(*np.array(pairs).T, weights, candidate_n=candidate_n), name


def swept(problem, *, price, width):
    """Return what one sweep along the problem finds."""
    track = Track(problem, find_order(problem))
    ahead = np.zeros((problem.candidate_n, problem.candidate_n + 1))
    prices = point_prices(problem, price)
    choices, _ = track.sweep(price, prices, width, ahead=ahead, halt=GO_ON)
    return choices


@pytest.mark.parametrize("seed", range(6))
def test_a_sweep_wide_enough_finds_the_best_choice_of_every_number_of_sites(seed):
    """All sets of ten candidates are tried: of each size the heaviest is found, with its weight."""
    problem = scattered(seed)
    found = {
        len(chosen): (weight, chosen) for weight, chosen in swept(problem, price=45.0, width=5000)
    }
    assert sorted(found) == list(range(problem.candidate_n + 1))
    for site_n, (weight, chosen) in found.items():
        sets = itertools.combinations(range(problem.candidate_n), site_n)
        assert weight == problem.objective(chosen)
        assert weight == max(problem.objective(np.array(one, dtype=int)) for one in sets)


@pytest.mark.parametrize("seed", range(3))
def test_a_narrow_sweep_finds_what_a_wide_one_finds_where_the_problem_is_narrow(seed):
    """Along a mixed-up row of 400 candidates 100 partial choices are as good as 20,000."""
    problem, _ = row(400, seed=seed)
    narrow, wide = (swept(problem, price=60.0, width=width) for width in (100, 20_000))
    best = [max(weight - 60 * len(chosen) for weight, chosen in one) for one in (narrow, wide)]
    assert best[0] == best[1] > 0


def test_a_sweep_gives_one_choice_of_each_number_of_sites():
    """No number twice, no candidate twice in one, each with its weight."""
    problem, _ = row(60, seed=4)
    found = swept(problem, price=60.0, width=300)
    numbers = [len(chosen) for _, chosen in found]
    assert len(set(numbers)) == len(numbers) > 5
    for weight, chosen in found:
        assert chosen.tolist() == sorted(set(chosen.tolist()))
        assert weight == problem.objective(chosen)


def test_the_way_along_a_row_is_the_row():
    """Candidates whose names are mixed up come out in the order in which they lie."""
    problem, name = row(80, seed=2)
    order = find_order(problem)
    there = np.argsort(name)[order]
    assert np.abs(np.diff(there)).max() <= 4
    assert abs(int(there[-1]) - int(there[0])) >= 76


@pytest.mark.parametrize("seed", range(4))
def test_points_open_at_one_time_never_share_a_slot(seed):
    """Between its first and its last candidate each point has its slot to itself."""
    problem = scattered(seed)
    track = Track(problem, np.random.default_rng(seed).permutation(problem.candidate_n))
    step = np.argsort(track.order)
    held = [
        (step[near].min(), step[near].max(), slot)
        for i, slot in enumerate(track.slots)
        if len(near := problem.reach_idx[problem.reach_ptr[i] : problem.reach_ptr[i + 1]])
    ]
    for (first, last, slot), (other_first, other_last, other) in itertools.combinations(held, 2):
        assert slot != other or last < other_first or other_last < first


def test_dropping_ways_that_lead_nowhere_keeps_the_others():
    """Two tips among seven entries: their ways stay, in order, and the tips follow."""
    parents = np.array([-1, 0, 0, 1, 2, 3, 2], dtype=np.int32)
    picks = np.array([10, 11, 12, 13, 14, 15, 16], dtype=np.int32)
    tips = np.array([4, -1, 3], dtype=np.int32)
    assert _sweep_kernels.collect(parents, picks, 7, tips) == 5

    def way(tip):
        return [] if tip < 0 else [*way(parents[tip]), int(picks[tip])]

    assert [way(tip) for tip in tips] == [[10, 12, 14], [], [10, 11, 13]]


def test_sweeps_grow_wider_until_their_time_is_used():
    """The first one goes there, the next, wider, back; without time left there is none."""
    problem, _ = row(60, seed=5)
    sweeps = Sweeps(problem, 12, share_s=100.0)
    first = sweeps.begin(60.0)()
    width = sweeps._width
    again = sweeps.begin(60.0)()
    assert (width, sweeps._width) == (8000, 16_000)
    best = [max(weight - 60 * len(chosen) for weight, chosen in one) for one in (first, again)]
    assert best[0] == best[1]
    assert not sweeps.are_over
    sweeps.share_s = 0.0
    sweeps.begin(60.0)()
    assert sweeps.are_over


def test_a_sweep_that_is_halted_finds_nothing():
    """A search that is over need not wait for the end of the way."""
    problem, _ = row(60, seed=6)
    sweeps = Sweeps(problem, 12, share_s=100.0)
    sweeps.halt[0] = True
    assert sweeps.begin(60.0)() == []


def grid(side_n, *, seed):
    """Return candidates in a square, each for the points of the nine squares about it."""
    generator = np.random.default_rng(seed)
    place = np.array(list(itertools.product(range(side_n), repeat=2)))
    apart = np.abs(place[:, None, :] - place[None, :, :]).max(axis=2)
    weights = generator.integers(1, 100, side_n**2)
    return build_problem(*np.nonzero(apart <= 1), weights, candidate_n=side_n**2)


def test_a_narrow_sweep_told_what_lies_ahead_comes_to_the_number_asked_for():
    """Where a site is too cheap, on six squares: 36 sites and more weight than one not told."""
    told_sum, alone_sum = 0, 0
    for seed in range(6):
        problem = grid(20, seed=seed)
        told, alone = Sweeps(problem, 36, share_s=100.0), Sweeps(problem, 36, share_s=100.0)
        told.begin(250.0)()
        told._width = alone._width = 100
        alone._tracks = alone._tracks[::-1]
        told_sum += {len(sites): weight for weight, sites in told.begin(250.0)()}[36]
        alone_sum += {len(sites): weight for weight, sites in alone.begin(250.0)()}.get(36, 0)
    assert told_sum > alone_sum


def test_a_sweep_goes_on_where_highs_finds_no_prices(monkeypatch):
    """Without time for the relaxation each point counts its weight; the best is still found."""
    problem = scattered(2)
    usual = _relaxation.IntegerProgramme.to_solver

    def hurried(programme):
        solver = usual(programme)
        solver.setOptionValue("time_limit", 0.0)
        return solver

    usually = {len(sites): weight for weight, sites in swept(problem, price=45.0, width=5000)}
    monkeypatch.setattr(_relaxation.IntegerProgramme, "to_solver", hurried)
    assert _relaxation.point_prices(problem, 45.0).tolist() == problem.weights.tolist()
    found = {len(sites): weight for weight, sites in swept(problem, price=45.0, width=5000)}
    both = found.keys() & usually.keys()
    assert len(both) > 5
    assert [found[site_n] for site_n in both] == [usually[site_n] for site_n in both]
