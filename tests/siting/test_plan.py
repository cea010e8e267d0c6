"""Sites from tables on the lattice town."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from livelihood_map.core.errors import InfeasibleError
from livelihood_map.core.settings import GapSettings, SitingSettings
from livelihood_map.core.tables import CANDIDATES, COVERAGE, GAPS, SITES
from livelihood_map.gaps import find_zones
from livelihood_map.siting import choose_sites

METHODS = ("cluster", "greedy", "optimal")


def candidates_of(town, places, **columns):
    """Return a candidate ``c<row>_<column>`` at each place of the lattice."""
    table = pd.DataFrame(
        {
            "candidate_id": [f"c{row}_{column}" for row, column in places],
            "town_id": "west",
            "name": [f"点位{row}_{column}" for row, column in places],
            "source": "street",
            "is_fixed": False,
            "is_rejected": False,
            **columns,
        }
    )
    geometry = [town.at(*place) for place in places]
    return CANDIDATES.conform(
        town.demand.iloc[:0][["geometry"]].__class__(table, geometry=geometry, crs=town.demand.crs)
    )


def walks_of(demand, candidates):
    """Return every walk along the lattice: the sum of the offsets north and east."""
    rows = []
    for demand_id, a in zip(demand["demand_id"], demand.geometry, strict=True):
        for candidate_id, b in zip(candidates["candidate_id"], candidates.geometry, strict=True):
            rows.append((demand_id, candidate_id, abs(a.x - b.x) + abs(a.y - b.y)))
    return pd.DataFrame(rows, columns=["origin_id", "dest_id", "walk_m"])


def plan_of(town, places, *, method="optimal", sites_n=2, threshold_m=100.0, served=(), **more):
    """Return the plan on the lattice; `served` are demand ids that an outlet reaches already."""
    candidates = more.pop("candidates", None)
    if candidates is None:
        candidates = candidates_of(town, places)
    demand = more.pop("demand", town.demand)
    walk = np.where(demand["demand_id"].isin(served), 50.0, np.nan)
    coverage = COVERAGE.conform(
        pd.DataFrame(
            {
                "demand_id": demand["demand_id"],
                "kind": "breakfast",
                "walker": "standard",
                "walk_m": walk,
                "facilities_n": 0,
                "is_covered": ~np.isnan(walk),
            }
        )
    )
    uncovered = demand[np.isnan(walk)]
    gaps = GAPS.conform(
        pd.DataFrame(
            {"demand_id": uncovered["demand_id"], "kind": "breakfast", "reason": "unreachable"}
        )
    )
    gaps, _ = find_zones(
        gaps,
        demand,
        town.residences,
        town.towns,
        settings=GapSettings(zone_reach_m=150.0, zone_population=10.0),
    )
    settings = SitingSettings(sites_n=sites_n, method=method, **more.pop("settings", {}))
    return choose_sites(
        candidates,
        demand,
        walks_of(demand, candidates),
        coverage,
        settings=settings,
        threshold_m=threshold_m,
        seed=1,
        gaps=gaps,
        **more,
    )


EVERYWHERE = [(row, column) for row in range(5) for column in range(5)]


@pytest.mark.parametrize("method", METHODS)
def test_exactly_the_number_of_sites_is_returned(grid_town, method):
    """Every method returns exactly N different candidates, ranked from 1."""
    for sites_n in (1, 3, 7, 25):
        plan = plan_of(grid_town, EVERYWHERE, method=method, sites_n=sites_n)
        assert plan.sites["rank"].tolist() == list(range(1, sites_n + 1))
        assert plan.sites["candidate_id"].is_unique
        SITES.check(plan.sites)


def test_two_crosses_cover_ten_points(grid_town):
    """Two sites with a reach of one street cover two crosses of five points: 100 people."""
    plan = plan_of(grid_town, EVERYWHERE)
    assert (plan.objective, plan.bound, plan.gap, plan.status) == (100.0, 100.0, 0.0, "optimal")
    assert plan.sites["gained_population"].tolist() == [50.0, 50.0]
    assert plan.sites["cumulative_share"].tolist() == pytest.approx([0.2, 0.4])


def test_five_crosses_cannot_cover_the_lattice(grid_town):
    """Five sites with a reach of one street cover at most 21 of 25 points (counted)."""
    plan = plan_of(grid_town, EVERYWHERE, sites_n=5)
    assert plan.status == "optimal"
    served = grid_town.demand.set_index("demand_id").index.isin(plan.assignment["demand_id"])
    marks = pd.Series(served, index=grid_town.demand["demand_id"])
    assert grid_town.picture(marks).count("#") * 10 == plan.objective == 210.0


@pytest.mark.parametrize("method", METHODS)
def test_people_served_already_count_for_nothing(grid_town, method):
    """With the west served, the only new people are in the east, and a site goes there."""
    served = [f"d{row}_{column}" for row in range(5) for column in range(4)]
    plan = plan_of(grid_town, EVERYWHERE, method=method, sites_n=1, served=served)
    assert plan.objective == 30.0
    assert plan.sites["cumulative_share"].tolist() == pytest.approx([(20 + 3) / 25])
    assert not set(plan.assignment["demand_id"]) & set(served)


@pytest.mark.parametrize("method", METHODS)
def test_fixed_candidates_stay_and_rejected_ones_never_enter(grid_town, method):
    """A fixed candidate is a site however little it adds; a rejected one never is."""
    candidates = candidates_of(grid_town, EVERYWHERE)
    candidates["is_fixed"] = candidates["candidate_id"] == "c0_0"
    candidates["is_rejected"] = candidates["candidate_id"].isin(["c2_2", "c1_1", "c3_3"])
    plan = plan_of(grid_town, [], method=method, sites_n=4, candidates=candidates)
    chosen = set(plan.sites["candidate_id"])
    assert "c0_0" in chosen
    assert not chosen & {"c2_2", "c1_1", "c3_3"}
    row = plan.sites.set_index("candidate_id").loc["c0_0"]
    assert "主管部门指定" in row["reason_zh"]


@pytest.mark.parametrize("method", METHODS)
def test_of_too_few_candidates_all_are_sites(grid_town, method):
    """83 sites asked of 10 candidates, one of them rejected: nine are the plan."""
    candidates = candidates_of(grid_town, EVERYWHERE[:10])
    candidates.loc[0, "is_rejected"] = True
    plan = plan_of(grid_town, [], method=method, sites_n=83, candidates=candidates)
    assert set(plan.sites["candidate_id"]) == set(candidates["candidate_id"].iloc[1:])


def test_more_fixed_than_wanted_is_refused(grid_town):
    """Three fixed candidates do not fit into two sites."""
    candidates = candidates_of(grid_town, EVERYWHERE[:3], is_fixed=True)
    with pytest.raises(InfeasibleError, match="3 个"):
        plan_of(grid_town, [], sites_n=2, candidates=candidates)


def test_every_method_keeps_to_its_bound(grid_town):
    """No method claims more than its bound, and only a closed gap is called optimal."""
    for method in METHODS:
        for sites_n in (2, 4, 6):
            plan = plan_of(grid_town, EVERYWHERE, method=method, sites_n=sites_n)
            assert plan.objective <= plan.bound
            assert (plan.status == "optimal") == (plan.gap == 0.0)
            best = plan_of(grid_town, EVERYWHERE, sites_n=sites_n)
            assert plan.objective <= best.objective <= plan.bound


def test_the_assignment_gives_each_point_its_nearest_site(grid_town):
    """Every newly covered point is assigned to the nearest chosen site within reach."""
    plan = plan_of(grid_town, EVERYWHERE, sites_n=4, threshold_m=200.0)
    walks = walks_of(grid_town.demand, plan.sites)
    least = walks.groupby("origin_id")["walk_m"].min()
    expected = least[least <= 200.0]
    got = plan.assignment.set_index("demand_id")["walk_m"]
    assert got.sort_index().to_dict() == expected.sort_index().to_dict()


def test_ranks_fall_with_the_people_added(grid_town):
    """A later site never adds more than an earlier one, and the gains add up to the total."""
    plan = plan_of(grid_town, EVERYWHERE, sites_n=8)
    gains = plan.sites["gained_weight"].tolist()
    assert gains == sorted(gains, reverse=True)
    assert sum(gains) == pytest.approx(plan.objective)


def test_workers_count_when_the_settings_say_so(grid_town):
    """With workers weighted, an office without residents draws the site."""
    demand = grid_town.demand.copy()
    demand.loc[demand["demand_id"] == "d4_4", "workers"] = 500.0
    plain = plan_of(grid_town, EVERYWHERE, sites_n=1, demand=demand)
    assert plain.objective == 50.0
    weights = {"weights": {"population": 1.0, "workers": 1.0}}
    plan = plan_of(grid_town, EVERYWHERE, sites_n=1, demand=demand, settings=weights)
    assert plan.sites["candidate_id"].tolist()[0] in {"c4_4", "c3_4", "c4_3"}
    assert plan.sites["gained_workers"].tolist() == [500.0]
    assert "早高峰就业约500人" in plan.sites["reason_zh"].iloc[0]
    assert "500 morning workers" in plan.sites["reason_en"].iloc[0]


def test_a_district_without_outlets_gets_a_plan(grid_town):
    """With no existing outlet at all the reason says so."""
    none = grid_town.facilities((0, 0)).iloc[:0]
    walks = pd.DataFrame({"origin_id": [], "dest_id": [], "walk_m": []})
    for given in (None, walks):
        plan = plan_of(grid_town, [(2, 2)], sites_n=1, facilities=none, existing_walks=given)
        assert "未发现现有网点" in plan.sites["reason_zh"].iloc[0]


def test_the_reason_names_people_places_and_the_nearest_outlet(grid_town):
    """The reason holds the newly covered people, compounds by name and the nearest outlet."""
    outlet = grid_town.facilities((2, 4), kind="breakfast")
    plan = plan_of(
        grid_town,
        [(2, 2)],
        sites_n=1,
        facilities=outlet,
        candidates=candidates_of(grid_town, [(2, 2)]),
    )
    row = plan.sites.iloc[0]
    assert row["nearest_existing_m"] == 200.0
    for text in ("新增服务居民约50人", "小区1_2、小区2_1、小区2_2等5处", "“breakfast 0”直线200米"):
        assert text in row["reason_zh"]
    for text in ("about 50 residents", "5 places in all", '"breakfast 0" is 200 m away'):
        assert text in row["reason_en"]


def test_walks_to_existing_outlets_replace_straight_lines(grid_town):
    """Given walks to the existing outlets, the reason says walk, not straight line."""
    outlet = grid_town.facilities((2, 4), kind="breakfast")
    walks = pd.DataFrame({"origin_id": ["c2_2"], "dest_id": ["breakfast0"], "walk_m": [231.0]})
    plan = plan_of(grid_town, [(2, 2)], sites_n=1, facilities=outlet, existing_walks=walks)
    assert "步行231米" in plan.sites["reason_zh"].iloc[0]


@pytest.mark.parametrize("method", METHODS)
def test_row_order_changes_no_plan(grid_town, method):
    """Shuffled candidates and demand give the same sites."""
    candidates = candidates_of(grid_town, EVERYWHERE)
    first = plan_of(grid_town, [], method=method, sites_n=5, candidates=candidates)
    again = plan_of(
        grid_town,
        [],
        method=method,
        sites_n=5,
        candidates=candidates.sample(frac=1.0, random_state=5),
        demand=grid_town.demand.sample(frac=1.0, random_state=6),
    )
    assert again.sites.equals(first.sites)
    assert again.objective == first.objective


def test_each_site_names_the_zone_it_serves(grid_town):
    """A site's zone is the one in which it covers most new people."""
    served = [f"d{row}_{column}" for row in range(5) for column in (1, 2, 3)]
    plan = plan_of(grid_town, EVERYWHERE, method="cluster", sites_n=2, served=served)
    assert sorted(plan.sites["zone_id"]) == ["breakfast-d0_0", "breakfast-d0_4"]
