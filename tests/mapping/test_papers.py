"""Sheets of paper, their scale, and marks of sites on them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from invented_district import CRS, SOUTH, WEST
from shapely import Point, box

from livelihood_map.mapping.papers import METRES_AN_INCH, SIZES_IN, Sheet, round_scale
from livelihood_map.mapping.picture_marks import gather_marks


def _area(width: float, height: float) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=[box(WEST, SOUTH, WEST + width, SOUTH + height)], crs=CRS)


@pytest.mark.parametrize("paper", SIZES_IN)
@pytest.mark.parametrize("is_wide", [True, False])
def test_parts_of_a_sheet_lie_on_the_paper_and_apart(paper, is_wide):
    """Map, title block and legend share the paper without lying over one another."""
    sheet = Sheet(paper, is_wide=is_wide, foot_in=0.6)
    width, height = sheet.size
    left, bottom, wide, tall = sheet.map_box
    assert (width > height) is is_wide
    assert left > 0
    assert bottom > 0.6
    assert left + wide < width
    assert bottom + tall < height
    x, y, room = sheet.block_box
    assert x + room < width
    assert x > left + wide if is_wide else y < bottom
    assert sheet.legend_corner[0] < x + room
    assert sheet.legend_corner[0] > left + wide if is_wide else sheet.legend_corner[1] < bottom


@pytest.mark.parametrize(("width", "height"), [(30_000, 26_000), (4_000, 9_000), (900, 700)])
def test_the_scale_is_round_and_shows_the_whole_area(width, height):
    """The area lies within the view, and at the scale above it would not."""
    sheet, area = Sheet("A4", is_wide=True, foot_in=0.5), _area(width, height)
    scale = sheet.fit_scale(area)
    assert scale == round_scale(scale)
    (left, right), (bottom, top) = sheet.view(area)
    _, _, wide, tall = sheet.map_box
    assert right - left == pytest.approx(wide * scale * METRES_AN_INCH)
    assert top - bottom == pytest.approx(tall * scale * METRES_AN_INCH)
    assert left < WEST
    assert top > SOUTH + height
    assert max(width / (right - left), height / (top - bottom)) > 0.75


@pytest.mark.parametrize("sites_n", [0, 1, 83, 1000])
def test_no_mark_hides_another_and_none_is_lost(sites_n):
    """Marks stand apart, the first is the largest, and their numbers add up to all sites."""
    rng = np.random.default_rng(2)
    places = rng.normal(0, 4000, (sites_n, 2)) + np.array([WEST, SOUTH])
    sites = gpd.GeoDataFrame(
        {
            "rank": np.arange(1, sites_n + 1),
            "gained_population": np.linspace(9000, 50, sites_n),
            "source": "street",
        },
        geometry=[Point(*one) for one in places],
        crs=CRS,
    )
    marks = gather_marks(sites, points_a_metre=72 / (160_000 * METRES_AN_INCH), is_town=False)
    boxes = shapely.box(
        *np.array(
            [
                (m.x - m.half_width, m.y - m.radius, m.x + m.half_width, m.y + m.radius)
                for m in marks
            ]
        )
        .reshape(-1, 4)
        .T
    )
    first, second = shapely.STRtree(boxes).query(boxes, predicate="intersects")
    assert (first == second).all()
    assert sum(1 + mark.others_n for mark in marks) == sites_n
    assert all(marks[0].radius >= mark.radius for mark in marks)
