"""Which sites survive when things are taken otherwise."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from grid import CRS
from lattice_siting import lattice_candidates, lattice_question

from livelihood_map.core.errors import CrsError
from livelihood_map.core.tables import STABILITY
from livelihood_map.siting import measure_survival, shift_points


def sites_at(town, *places):
    """Return a table with the columns of ``sites`` that survival reads."""
    return gpd.GeoDataFrame(
        {
            "rank": range(1, len(places) + 1),
            "candidate_id": [f"c{row}_{column}" for row, column in places],
        },
        geometry=[town.at(*place) for place in places],
        crs=CRS,
    )


def survival(town, plans, **more):
    """Return the survival of sites at (0, 0) and (4, 4)."""
    given = {"reach_m": 100.0, "robust_share": 0.5} | more
    table = measure_survival(sites_at(town, (0, 0), (4, 4)), plans, **given)
    STABILITY.check(table)
    return table


def test_a_site_survives_where_the_other_plan_stands_near(grid_town):
    """One street away is near at 100 m; two streets away is not."""
    plans = {"a": sites_at(grid_town, (0, 1), (4, 2)), "b": sites_at(grid_town, (0, 0), (2, 2))}
    table = survival(grid_town, plans)
    assert table["survival_share"].tolist() == [1.0, 0.0]
    assert table["is_robust"].tolist() == [True, False]
    assert table["lost_in"].fillna("").tolist() == ["", "a;b"]
    assert table["runs_n"].tolist() == [2, 2]


def test_robust_is_the_stated_share(grid_town):
    """Half of two runs is enough at 0.5 and not at 0.51."""
    plans = {"a": sites_at(grid_town, (0, 0)), "b": sites_at(grid_town, (4, 4))}
    assert survival(grid_town, plans)["is_robust"].all()
    assert not survival(grid_town, plans, robust_share=0.51)["is_robust"].any()


def test_without_runs_nothing_is_claimed(grid_town):
    """No run, no share, and no site is called robust; an empty plan keeps nobody."""
    table = survival(grid_town, {})
    assert table["survival_share"].isna().all()
    assert not table["is_robust"].any()
    assert survival(grid_town, {"a": sites_at(grid_town)})["survival_share"].tolist() == [0, 0]


def test_points_move_by_no_more_than_is_said_and_the_same_way_again(grid_town):
    """Every point moves, none by more than 50 m, equally for equal seeds and any row order."""
    table = lattice_candidates(grid_town)
    moved = shift_points(table, id_column="candidate_id", shift_m=50.0, seed=3)
    away = shapely.distance(table.geometry.to_numpy(), moved.geometry.to_numpy())
    assert (away > 0).all()
    assert (away <= 50.0).all()
    turned = shift_points(table.iloc[::-1], id_column="candidate_id", shift_m=50.0, seed=3)
    turned = turned.set_index("candidate_id").geometry.loc[moved["candidate_id"]]
    assert shapely.equals(turned.to_numpy(), moved.geometry.to_numpy()).all()
    other = shift_points(table, id_column="candidate_id", shift_m=50.0, seed=4)
    assert not shapely.equals(other.geometry.to_numpy(), moved.geometry.to_numpy()).any()


def test_degrees_are_refused(grid_town):
    """Metres cannot be added to degrees."""
    table = lattice_candidates(grid_town).to_crs("EPSG:4326")
    with pytest.raises(CrsError):
        shift_points(table, id_column="candidate_id", shift_m=50.0, seed=3)


def test_a_plan_survives_itself(grid_town):
    """The same question asked again gives the same site, at no distance at all."""
    demand = grid_town.demand
    demand["population"] = np.where(demand["demand_id"] == "d0_0", 100.0, 0.0)
    *_, choose = lattice_question(grid_town, sites_n=1, candidates=lattice_candidates(grid_town))
    plan = choose()
    table = measure_survival(plan.sites, {"again": choose().sites}, reach_m=0.0, robust_share=1.0)
    assert table["survival_share"].tolist() == [1.0]
