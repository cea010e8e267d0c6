"""Names of towns stand inside their towns and beside the marks of suggested sites."""

from __future__ import annotations

import geopandas as gpd
import shapely

from livelihood_map.mapping.town_labels import place_names

CRS = "EPSG:32651"


def towns_of(*boxes):
    """Return square towns, named alike."""
    return gpd.GeoDataFrame(
        {"town_name": ["浦江镇"] * len(boxes)}, geometry=[shapely.box(*b) for b in boxes], crs=CRS
    )


def sites_at(*places):
    """Return suggested sites at places."""
    return gpd.GeoDataFrame(
        {"rank": range(len(places))}, geometry=[shapely.Point(place) for place in places], crs=CRS
    )


def test_without_sites_near_by_a_name_stands_in_the_middle():
    """A name moves only where a mark would cover it."""
    towns = towns_of((0, 0, 7000, 7000))
    assert place_names(towns, None)[0].equals(shapely.Point(3500, 3500))
    assert place_names(towns, sites_at((200, 200)))[0].equals(shapely.Point(3500, 3500))


def test_a_name_makes_room_for_a_mark():
    """On 7 km to 700 pixels, 3 letters are clear of a mark 305 m beside or 175 m above them."""
    towns = towns_of((0, 0, 7000, 7000))
    sites = sites_at((3500, 3500), (3700, 3600))
    place = place_names(towns, sites)[0]
    assert towns.geometry[0].contains(place)
    for mark in sites.geometry:
        assert abs(place.x - mark.x) >= 305 or abs(place.y - mark.y) >= 175
    assert place.distance(shapely.Point(3500, 3500)) < 1000


def test_a_crowded_town_keeps_its_name():
    """Where marks stand everywhere the name keeps inside the town, as far from them as can be."""
    towns = towns_of((0, 0, 700, 700), (700, 0, 70_000, 700))
    sites = sites_at(*((x, y) for x in range(0, 701, 50) for y in range(0, 701, 50)))
    assert towns.geometry[0].contains(place_names(towns, sites)[0])
