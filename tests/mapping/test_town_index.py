"""What is found once for all towns is what is found for each by itself."""

from __future__ import annotations

from dataclasses import fields, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from livelihood_map.mapping.cut import clip_areas, cut_to_town
from livelihood_map.mapping.grid import lay_grid
from livelihood_map.mapping.town_index import index_towns
from livelihood_map.mapping.town_rows import list_rings


@pytest.fixture
def with_grid(small_tables):
    """Return the tables of a small district with a lattice, whose coverage is in disorder."""
    grid = lay_grid(small_tables.towns, step_m=300)
    rows = grid[["demand_id"]].assign(kind="breakfast", walker="standard", walk_m=1.0)
    rows["facility_id"] = small_tables.facilities["facility_id"].iloc[0]
    return replace(small_tables, grid=grid, grid_coverage=rows.sample(frac=1, random_state=1))


def test_a_town_has_the_rows_that_name_it(with_grid):
    """Every row of a table about compounds or cells is in the town in which the place lies."""
    index = index_towns(with_grid)
    homes = with_grid.residences
    for town_id, town in with_grid.towns.set_index("town_id").geometry.items():
        cut = cut_to_town(replace(with_grid, by_town=index), town_id)
        ids = homes.loc[homes["town_id"] == town_id, "residence_id"]
        of_homes = with_grid.coverage[with_grid.coverage["residence_id"].isin(ids)]
        pd.testing.assert_frame_equal(cut.coverage, of_homes)
        inside = with_grid.grid[with_grid.grid.within(town)]
        pd.testing.assert_frame_equal(cut.grid, inside)
        assert cut.grid.attrs == with_grid.grid.attrs
        of_cells = with_grid.grid_coverage["demand_id"].isin(inside["demand_id"])
        pd.testing.assert_frame_equal(cut.grid_coverage, with_grid.grid_coverage[of_cells])


def test_a_town_is_cut_alike_with_and_without_the_index(with_grid):
    """The index saves time and changes no table."""
    index = index_towns(with_grid)
    town_id = with_grid.towns["town_id"].iloc[1]
    one = cut_to_town(replace(with_grid, by_town=index), town_id)
    other = cut_to_town(with_grid, town_id)
    for name in (field.name for field in fields(one)):
        mine, its = getattr(one, name), getattr(other, name)
        if isinstance(mine, pd.DataFrame):
            pd.testing.assert_frame_equal(mine, its)


def test_areas_from_near_rings_are_the_clipped_areas(small_tables):
    """Holes far away and parts elsewhere make no difference to what is within the box."""
    west, south, east, north = small_tables.towns.total_bounds
    chance = np.random.default_rng(3)
    ground = shapely.box(west - 5000, south - 5000, east + 5000, north + 5000)
    x = chance.uniform(west - 4900, east + 4900, 400)
    y = chance.uniform(south - 4900, north + 4900, 400)
    holes = shapely.union_all(shapely.box(x, y, x + 60, y + 40))
    whole = shapely.difference(ground, holes) | shapely.box(east + 6000, 0, east + 6010, 10)
    crs = small_tables.towns.crs
    areas = gpd.GeoDataFrame({"tier_m": [500.0]}, geometry=[whole], crs=crs)
    town_id = small_tables.towns["town_id"].iloc[0]
    cut = replace(cut_to_town(small_tables, town_id), areas=None)
    found = clip_areas(cut, list_rings(areas)).areas
    left, low, right, high = cut.towns.total_bounds
    expected = whole & shapely.box(left - 1000, low - 1000, right + 1000, high + 1000)
    assert found["tier_m"].tolist() == [500.0]
    assert shapely.equals(found.geometry.iloc[0], expected)


def test_no_areas_have_no_rings(small_tables):
    """An empty table of areas gives an empty table for every town."""
    crs = small_tables.towns.crs
    none = gpd.GeoDataFrame({"tier_m": pd.Series([], dtype=float)}, geometry=[], crs=crs)
    town_id = small_tables.towns["town_id"].iloc[0]
    assert clip_areas(cut_to_town(small_tables, town_id), list_rings(none)).areas.empty
