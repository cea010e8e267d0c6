"""The models of siting as the textbooks write them, on a district in arrays, by SciPy's HiGHS.

Nothing of the engine is used, no rules are known; sites are the candidates not rejected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp
from small_district import THRESHOLD_M

if TYPE_CHECKING:
    from every_choice import EveryChoice

LIMIT_S = 300.0


def textbook_best(town: EveryChoice, name: str, sites_n: int) -> float:
    """Return the best value of a model, more being better; raise when HiGHS cannot prove it."""
    if name == "set_cover":
        return _set_cover(town)
    if name == "p_centre":
        return _p_centre(town, sites_n)
    return {
        "covering": _levels,
        "tiers": _levels,
        "backup": _levels,
        "gradual": _levels,
        "p_median": _p_median,
        "capacity": _capacity,
    }[name](town, sites_n, name)


def _solve(gain, rows, lower, upper, whole_n, most) -> float | None:
    """Return the greatest gain, None when nothing keeps the rows; the first columns are whole."""
    found = milp(
        -gain,
        constraints=LinearConstraint(rows, lower, upper),
        integrality=np.arange(len(gain)) < whole_n,
        bounds=Bounds(0, most),
        options={"time_limit": LIMIT_S, "mip_rel_gap": 0.0},
    )
    if found.status == 2:
        return None
    if found.status != 0:
        raise AssertionError(found.message)
    return -found.fun


def _open(town: EveryChoice) -> np.ndarray:
    """Return the upper ends of the candidates: 0 for the rejected."""
    return (~town.district.candidates["is_rejected"]).to_numpy().astype(np.float64)


def _levels(town: EveryChoice, sites_n: int, name: str) -> float:
    """Return the best of the models that count whom some number of sites reaches, by levels."""
    near = town.walk <= THRESHOLD_M
    levels: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []  # gain, pairs, already there
    base = 0.0
    if name in {"covering", "tiers"}:
        levels.append((town.left, near, np.zeros(len(near))))
    elif name == "backup":
        weight = town.asked["backup"]["backup_weight"]
        levels.append((town.people, near, town.outlets_n))
        levels.append((weight * town.people, near, town.outlets_n))
    else:
        given = town.asked["gradual"]
        weights = [*given["tier_weights"], 0.0]
        for k, reach_m in enumerate(given["tiers_m"]):
            gain = (weights[k] - weights[k + 1]) * town.people
            levels.append((gain, town.walk <= reach_m, 1.0 * (town.old <= reach_m)))
        base = town.gradual(town.old)
    site_n = near.shape[1]
    blocks, ends, gains = [], [], [np.zeros(site_n)]
    for k, (gain, pairs, there) in enumerate(levels):
        parts = [sparse.csr_array(-1.0 * pairs)]
        # the second outlet counts beside the first: the two levels share the same sites
        shared = range(k + 1) if name == "backup" else [k]
        parts += [
            sparse.eye_array(len(near)) if one in shared else sparse.csr_array((len(near),) * 2)
            for one in range(len(levels))
        ]
        blocks.append(sparse.hstack(parts))
        ends.append(there)
        gains.append(gain)
    column_n = site_n + len(near) * len(levels)
    count = sparse.csr_array(
        (np.ones(site_n), (np.zeros(site_n), np.arange(site_n))), (1, column_n)
    )
    rows = sparse.vstack([*blocks, count])
    upper = np.concatenate([*ends, [sites_n]])
    lower = np.concatenate([np.full(len(upper) - 1, -np.inf), [sites_n]])
    most = np.concatenate([_open(town), np.ones(column_n - site_n)])
    return _solve(np.concatenate(gains), rows, lower, upper, site_n, most) - base


def _p_median(town: EveryChoice, sites_n: int, _: str) -> float:
    """Return least weighted walk, negative: each point goes to one site or to what it has."""
    demand, site = np.nonzero(town.walk < town.old[:, None])
    site_n, pair_n = town.walk.shape[1], len(demand)
    saved = town.people[demand] * (town.old[demand] - town.walk[demand, site])
    pair = np.arange(pair_n)
    once = sparse.csr_array(
        (np.ones(pair_n), (demand, site_n + pair)), (len(town.old), site_n + pair_n)
    )
    use = np.concatenate([np.ones(pair_n), -np.ones(pair_n)])
    where = np.concatenate([pair, pair]), np.concatenate([site_n + pair, site])
    only_open = sparse.csr_array((use, where), (pair_n, site_n + pair_n))
    count = sparse.csr_array(np.concatenate([np.ones(site_n), np.zeros(pair_n)])[None, :])
    upper = np.concatenate([np.ones(len(town.old)), np.zeros(pair_n), [sites_n]])
    lower = np.concatenate([np.full(len(upper) - 1, -np.inf), [sites_n]])
    gain = np.concatenate([np.zeros(site_n), saved])
    most = np.concatenate([_open(town), np.ones(pair_n)])
    best = _solve(gain, sparse.vstack([once, only_open, count]), lower, upper, site_n, most)
    return best - float((town.people * town.old).sum())


def _capacity(town: EveryChoice, sites_n: int, _: str) -> float:
    """Return most people served where a site serves only so many."""
    demand, site = np.nonzero((town.walk <= THRESHOLD_M) & (town.left > 0)[:, None])
    site_n, pair_n = town.walk.shape[1], len(demand)
    pair, width = np.arange(pair_n), site_n + len(demand)
    people = town.left[demand]
    once = sparse.csr_array((np.ones(pair_n), (demand, site_n + pair)), (len(town.left), width))
    room = float(town.asked["capacity"]["capacity_people"])
    held = np.concatenate([people, -room * np.ones(site_n)])
    where = (
        np.concatenate([site, np.arange(site_n)]),
        np.concatenate([site_n + pair, np.arange(site_n)]),
    )
    within = sparse.csr_array((held, where), (site_n, width))
    count = sparse.csr_array(np.concatenate([np.ones(site_n), np.zeros(pair_n)])[None, :])
    upper = np.concatenate([np.ones(len(town.left)), np.zeros(site_n), [sites_n]])
    lower = np.concatenate([np.full(len(upper) - 1, -np.inf), [sites_n]])
    gain = np.concatenate([np.zeros(site_n), people])
    most = np.concatenate([_open(town), np.ones(pair_n)])
    return _solve(gain, sparse.vstack([once, within, count]), lower, upper, site_n, most)


def _covers(town: EveryChoice, near: np.ndarray, must: np.ndarray, sites_n: int | None):
    """Return fewest sites, negative, that reach all who must be; None when so many cannot."""
    rows, lower = sparse.csr_array(1.0 * near[must]), np.ones(int(must.sum()))
    upper = np.full(len(lower), np.inf)
    if sites_n is not None:
        rows = sparse.vstack([rows, np.ones((1, near.shape[1]))])
        lower, upper = np.append(lower, sites_n), np.append(upper, sites_n)
    return _solve(-np.ones(near.shape[1]), rows, lower, upper, near.shape[1], _open(town))


def _set_cover(town: EveryChoice) -> float:
    """Return fewest sites for all who can be reached, negative."""
    near = town.walk <= THRESHOLD_M
    must = near[:, _open(town) > 0].any(axis=1) & ~town.served & (town.people > 0)
    return _covers(town, near, must, None)


def _p_centre(town: EveryChoice, sites_n: int) -> float:
    """Return the shortest longest walk of those who can be helped, negative, by halving."""
    is_open = _open(town) > 0
    must = (town.walk[:, is_open].min(axis=1) < town.old) & (town.people > 0)
    reach = np.unique(np.concatenate([town.walk[must][:, is_open].ravel(), town.old[must]]))
    reach = reach[np.isfinite(reach)]
    low, high = 0, len(reach) - 1
    while low < high:
        middle = (low + high) // 2
        far = must & (town.old > reach[middle])
        if _covers(town, town.walk <= reach[middle], far, sites_n) is None:
            low = middle + 1
        else:
            high = middle
    return -float(reach[high])
