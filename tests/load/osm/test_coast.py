"""The sea beside its shore."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import LineString, affinity, box

from livelihood_map.load.osm.coast import sea_areas

_AROUND = box(0, 0, 100, 100)


@pytest.mark.parametrize(
    ("shore", "area"),
    [([(0, 30), (100, 30)], 3000.0), ([(100, 30), (0, 30)], 7000.0)],
)
def test_water_lies_on_the_right(shore, area):
    """Drawn the other way round, the shore has the sea on the other side."""
    assert sum(part.area for part in sea_areas([LineString(shore)], _AROUND)) == area


def test_a_shore_cut_by_the_extract_goes_on_to_the_edge():
    """Where the extract ends before the area does, the sea still lies on one side alone."""
    areas = sea_areas([LineString([(5, 30), (50, 30)]), LineString([(50, 30), (93, 30)])], _AROUND)
    assert [part.area for part in areas] == [3000.0]


@pytest.mark.parametrize("seed", [1, 29, 123])
def test_a_shore_cut_at_a_round_edge_keeps_land_and_sea_apart(seed):
    """Where the cut end lies a rounding error beside the edge, no land becomes sea."""
    rng = np.random.default_rng(seed)
    district = box(499_000 + rng.uniform(0, 9), 3_100_000.3, 503_103.7, 3_104_601.3)
    around = shapely.buffer(affinity.rotate(district, rng.uniform(0, 90)), rng.uniform(100, 3000))
    middle = around.centroid
    xs = np.linspace(middle.x - 9000, middle.x + 9000, 300)
    ys = middle.y + 40 * np.sin(xs / 90) + rng.normal(0, 3, 300)
    cut = shapely.intersection(LineString(np.column_stack([xs, ys])), around)
    sea = shapely.union_all(sea_areas([cut], around))
    west, south, east, north = around.bounds
    land = shapely.intersection(around, box(west, middle.y + 100, east, north))
    deep = shapely.intersection(around, box(west, south, east, middle.y - 100))
    assert shapely.area(shapely.intersection(sea, land)) < 100
    assert shapely.area(shapely.difference(deep, sea)) < 100


def test_an_island_is_land():
    """A shore that closes on itself has its land inside, on its left."""
    island = LineString([(40, 40), (60, 40), (60, 60), (40, 60), (40, 40)])
    assert [part.area for part in sea_areas([island], _AROUND)] == [9600.0]


def test_without_a_shore_there_is_no_sea():
    """Nothing is taken for water that no shore says is."""
    assert sea_areas([], _AROUND) == []
