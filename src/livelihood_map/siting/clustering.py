"""Sites by clustering: weighted k-means within the gap zones, snapped to real candidates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from livelihood_map.siting.solver import choose_greedily

if TYPE_CHECKING:
    from livelihood_map.siting.solver import BoolArray, CoverProblem, FloatArray, IntArray


def share_out(site_n: int, people: FloatArray, capacity: IntArray) -> IntArray:
    """Return how many of the sites each zone gets, by largest remainders on people.

    Hamilton's method. No zone gets more than its capacity; what it cannot take is shared out among
    the others again.

    Parameters
    ----------
    site_n : int
        Number of sites to share out.
    people : float64 array, shape (zones,)
        People still uncovered in each zone, >= 0.
    capacity : int64 array, shape (zones,)
        Most sites that each zone can take.

    Returns
    -------
    int64 array, shape (zones,)
        Sums to ``min(site_n, capacity of the zones with people)``.

    Raises
    ------
    ValueError
        When the arrays differ in length.

    Examples
    --------
    >>> share_out(5, np.array([600.0, 300.0, 100.0]), np.array([9, 9, 9])).tolist()
    [3, 2, 0]
    >>> share_out(5, np.array([600.0, 300.0, 100.0]), np.array([2, 9, 9])).tolist()
    [2, 2, 1]
    """
    if len(people) != len(capacity):
        msg = "one capacity per zone is needed"
        raise ValueError(msg)
    limit = np.where(people > 0, capacity, 0).astype(np.int64)
    share = np.zeros(len(people), dtype=np.int64)
    left = min(site_n, int(limit.sum()))
    is_open = limit > 0
    exact = np.zeros(len(people))
    while left > 0 and is_open.any():
        weight = np.where(is_open, people, 0.0)
        exact = left * weight / weight.sum()
        is_full = is_open & (exact >= limit)
        if not is_full.any():
            break
        share[is_full] = limit[is_full]
        left -= int(limit[is_full].sum())
        is_open &= ~is_full
    whole = np.where(is_open & (left > 0), np.floor(exact), 0.0).astype(np.int64)
    share += whole
    left -= int(whole.sum())
    remainder = np.where(is_open, exact - whole, -1.0)
    share[np.argsort(-remainder, kind="stable")[:left]] += 1
    return share


def choose_by_clusters(
    problem: CoverProblem,
    site_n: int,
    *,
    zone_of: IntArray,
    demand_xy: FloatArray,
    candidate_xy: FloatArray,
    fixed: IntArray,
    banned: BoolArray,
    seed: int,
) -> IntArray:
    """Return the sites that weighted k-means within the zones gives.

    The sites are shared out between the zones by people still uncovered, each zone's points are
    clustered by weighted k-means (Lloyd 1982), and each centre, biggest cluster first, takes the
    free candidate that covers most people not covered by the sites before, among those that reach a
    member of the cluster; ties go to the candidate nearest to the centre. Sites that a zone cannot
    use go where they add most.

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom on foot; weight 0 where existing outlets cover.
    site_n : int
        Number of sites, fixed ones included; the caller has checked that so many can be had.
    zone_of : int64 array, shape (demand,)
        Zone of each demand point, -1 for none.
    demand_xy, candidate_xy : float64 arrays, shape (demand, 2) and (candidates, 2)
        Places, metres.
    fixed : int64 array
        Candidates that are sites anyway.
    banned : bool array, shape (candidates,)
        Candidates that may not be chosen.
    seed : int
        Seed of k-means.

    Raises
    ------
    ValueError
        When there are fewer candidates than sites.
    """
    is_covered = problem.counts(fixed) > 0
    weight = np.where(is_covered | (zone_of < 0), 0, problem.weights).astype(np.float64)
    zone_n = int(zone_of.max()) + 1 if len(zone_of) else 0
    members = [np.flatnonzero((zone_of == zone) & (weight > 0)) for zone in range(zone_n)]
    people = np.array([weight[rows].sum() for rows in members])
    capacity = np.array([len(np.unique(demand_xy[rows], axis=0)) for rows in members])
    share = share_out(site_n - len(fixed), people, capacity.astype(np.int64))
    centres: list[tuple[float, FloatArray, IntArray]] = []
    for zone in np.flatnonzero(share):
        rows = members[zone]
        places, labels = _weighted_means(demand_xy[rows], weight[rows], int(share[zone]), seed)
        for number in range(len(places)):
            cluster = rows[labels == number]
            centres.append((float(weight[cluster].sum()), places[number], cluster))
    centres.sort(key=lambda centre: (-centre[0], *centre[1].tolist()))
    chosen = list(map(int, fixed))
    is_free = ~banned
    is_free[fixed] = False
    for _, place, cluster in centres:
        site = _snap(problem, place, cluster, candidate_xy, is_free, is_covered)
        if site >= 0:
            chosen.append(site)
            is_free[site] = False
            is_covered[problem.covered_by(site)] = True
    return choose_greedily(problem, site_n, fixed=np.array(chosen, dtype=np.int64), banned=~is_free)


def _weighted_means(
    places: FloatArray, weight: FloatArray, centre_n: int, seed: int
) -> tuple[FloatArray, IntArray]:
    """Return the centres of weighted k-means and each place's centre."""
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(limits=1):  # sums in a fixed order: equal runs give equal centres
        model = KMeans(n_clusters=centre_n, n_init=3, random_state=seed % 2**32)
        model.fit(places, sample_weight=weight)
    return model.cluster_centers_, model.labels_.astype(np.int64)


def _snap(
    problem: CoverProblem,
    place: FloatArray,
    cluster: IntArray,
    candidate_xy: FloatArray,
    is_free: BoolArray,
    is_covered: BoolArray,
) -> int:
    """Return the free candidate for one cluster's centre, -1 when none adds anybody."""
    reach = [
        problem.reach_idx[problem.reach_ptr[row] : problem.reach_ptr[row + 1]] for row in cluster
    ]
    near = np.unique(np.concatenate(reach)) if reach else np.empty(0, dtype=np.int32)
    near = near[is_free[near]]
    if not len(near):
        return -1
    gains = np.array([_gain(problem, int(candidate), is_covered) for candidate in near])
    offset = np.hypot(*(candidate_xy[near] - place).T)
    best = np.lexsort((near, np.round(offset, 3), -gains))[0]
    return int(near[best]) if gains[best] > 0 else -1


def _gain(problem: CoverProblem, candidate: int, is_covered: BoolArray) -> int:
    """Return the weight that a candidate adds to what is covered."""
    rows = problem.covered_by(candidate)
    return int(problem.weights[rows[~is_covered[rows]]].sum())
