"""The sea beside its shore."""

from __future__ import annotations

import pytest
from shapely import LineString, box

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


def test_an_island_is_land():
    """A shore that closes on itself has its land inside, on its left."""
    island = LineString([(40, 40), (60, 40), (60, 60), (40, 60), (40, 40)])
    assert [part.area for part in sea_areas([island], _AROUND)] == [9600.0]


def test_without_a_shore_there_is_no_sea():
    """Nothing is taken for water that no shore says is."""
    assert sea_areas([], _AROUND) == []
