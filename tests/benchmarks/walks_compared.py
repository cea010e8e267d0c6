"""What the page's walking answers beside what the engine does, counted."""

from __future__ import annotations

import numpy as np
import shapely
from random_edits import RandomEdits

NEAR_M = 0.5
AT_ONCE = 25


def compare_edits(page, engine, *, kinds, covers, seed: int, edits_n: int) -> dict:
    """Return what differs between page and engine after random edits."""
    edits = RandomEdits(page, engine, seed=seed, kinds=kinds, covers=covers)
    account = edits.account
    while account.edits_n < edits_n:
        edits.run(min(account.edits_n + AT_ONCE, edits_n))
        print(f"  {account.edits_n} edits, {len(account.differences)} differences", flush=True)
    return {
        "edits_n": account.edits_n, "refused_n": account.refused_n, "walks_n": account.walks_n,
        "by_action": account.by_action, "differing_n": len(account.differences),
        "told_of_edits": account.differences,
    }  # fmt: skip


def compare_routes(page, told, *, kinds, seed: int, routes_n: int) -> dict:
    """Return the routes that are not as long as their walks, or leave the streets."""
    rng, faults = np.random.default_rng(seed), []
    lines, barriers = shapely.STRtree(told.network.lines), told.options.barriers
    rivers = barriers[barriers["kind"] != "wall"].geometry.to_numpy()
    reached = 0
    while reached < routes_n:
        point, kind = int(rng.integers(len(told.demand))), str(rng.choice(kinds))
        route = page.ask("route", **{"from": {"demand": point}}, kind=kind)
        if not route["isReached"]:
            continue
        reached += 1
        found = _faults_of(route, lines, rivers, told.network.is_private)
        faults += [f"{point} to {kind}: {one}" for one in found]
    print(f"  {reached} routes, {len(faults)} faults", flush=True)
    return {"routes_n": reached, "faulty_n": len(faults), "told_of_routes": faults}


def _faults_of(route, lines, rivers, private) -> list[str]:
    """Return what is wrong with one route."""
    faults, places = [], np.array(route["line"])
    length = np.hypot(*np.diff(places, axis=0).T).sum()
    if abs(length - route["mm"] / 1000) > 0.001 + 1e-5 * len(route["steps"]):
        faults.append(f"{length:.4f} m drawn, {route['mm'] / 1000} m walked")
    ends = [1 + (route[name] >= 0 and len(places) > 2) for name in ("gate", "goalGate")]
    ways = places[ends[0] : -ends[1]]
    if len(ways):
        _, away = lines.query_nearest(shapely.points(ways), all_matches=False, return_distance=True)
        if away.max() > NEAR_M:
            faults.append(f"{away.max():.2f} m beside the streets")
    for first, last in (places[:2], places[-2:]):
        inner = shapely.LineString([first + (last - first) * 1e-4, last - (last - first) * 1e-4])
        if len(rivers) and shapely.intersects(rivers, inner).any():
            faults.append("crosses a barrier on the way to the street")
    is_inner = private[[step["edge"] for step in route["steps"]]]
    streets = np.flatnonzero(~is_inner)
    if streets.size and is_inner[streets[0] : streets[-1]].any():
        faults.append("leads through a private way")
    return faults


def compare_best(page, engine, *, seed: int, states_n: int) -> dict:
    """Return the states in which page and engine offer another place for one more."""
    faults, edits = [], Unmeasured(page, engine, seed=seed, kinds=["breakfast"], covers={})
    for number in range(1, states_n + 1):
        edits.run(number)
        best = page.ask("best", kind="breakfast")
        candidate, gained = engine.best_one_more("breakfast")
        if best is None or candidate is None:  # nobody would gain
            faults += [] if best is candidate else [f"state {number}: {best}, {candidate}"]
            continue
        if best["id"] != candidate or not np.allclose(best["gained"], gained, atol=1e-6, rtol=0):
            told = f"{best['id']} {best['gained']}, the engine's {candidate} {gained}"
            faults.append(f"state {number}: {told}")
        place = page.ask("degrees", places=[[best["x"], best["y"]]])
        x, y = page.ask("metres", places=place)[0]
        page.edit("addOutlet", "breakfast", {"x": x, "y": y}, "best")
        engine.add_outlet("breakfast", x, y)
    print(f"  {states_n} best places, {len(faults)} differences", flush=True)
    return {"best_n": states_n, "other_best_n": len(faults), "told_of_best": faults}


class Unmeasured(RandomEdits):
    """Random edits whose walks are not compared."""

    def _compare(self, told: str) -> None:
        """Compare nothing."""
