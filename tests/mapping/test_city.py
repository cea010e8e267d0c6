"""The pages of a large city: main roads in the whole, all else in the towns."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote

import pytest
from shapely import MultiPolygon, Polygon, box

from livelihood_map.core.settings import MappingSettings
from livelihood_map.mapping import draw_check_page, draw_map, draw_pages
from livelihood_map.mapping.city import is_city, town_links, without_details
from livelihood_map.mapping.cut import clip_areas, cut_to_town
from livelihood_map.mapping.payload import read_payload

_NOTE = {"zh": "本图只显示主要道路", "en": "This map shows main roads alone"}


@pytest.fixture(scope="module")
def city_settings(map_settings):
    """Return settings by which the invented district is a large city."""
    return replace(map_settings, mapping=MappingSettings(city_above_n=299))


@pytest.fixture(scope="module")
def city_pages(small_tables, city_settings, standard):
    """Return every page of the invented city by its name."""
    return dict(draw_pages(small_tables, settings=city_settings, standard=standard))


def test_a_map_is_divided_above_the_stated_number_of_compounds(small_tables, map_settings):
    """A map is divided when it has more compounds than stated, and more than one town."""
    chosen = {n: replace(map_settings, mapping=MappingSettings(city_above_n=n)) for n in (299, 300)}
    assert is_city(small_tables, chosen[299])
    assert not is_city(small_tables, chosen[300])
    one = replace(small_tables, towns=small_tables.towns.iloc[:1])
    assert not is_city(one, chosen[299])


def test_the_whole_shows_main_roads_and_the_towns_all_streets(small_tables, city_pages):
    """Only main roads are in the city's map; a town's has every class that lies in it."""
    kept = set(without_details(small_tables).edges["highway"])
    assert kept == {"primary", "secondary"}
    whole = read_payload(city_pages["planner.html"])
    part = read_payload(city_pages["planner/t11_虹桥镇.html"])
    assert len(whole["base"]["streets"]) == 2
    assert len(part["base"]["streets"]) > 2
    assert len(whole["residences"]) == len(small_tables.residences)
    assert len(part["residences"]) == (small_tables.residences["town_id"] == "t11").sum()


def test_each_link_of_a_city_leads_to_a_page(city_pages):
    """The city's map links to every town's, which is written, and which links back."""
    links = read_payload(city_pages["planner.html"])["town_pages"]
    written = {name for name in city_pages if name.startswith("planner/")}
    assert {unquote(link) for link in links.values()} == written
    assert len(written) == 9
    for name in written:
        town = read_payload(city_pages[name])
        assert town["whole_page"] == "../planner.html"
        assert town["town_pages"] == {}


def test_pages_drawn_together_are_those_drawn_alone(
    small_tables, city_settings, standard, city_pages
):
    """A town's pages are the same to the byte, cut out once for both or each by itself."""
    asked = {"settings": city_settings, "standard": standard, "town_id": "t11"}
    assert city_pages["planner/t11_虹桥镇.html"] == draw_map(small_tables, **asked)
    assert city_pages["check/t11_虹桥镇.html"] == draw_check_page(small_tables, **asked)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_divided_page_says_so(small_tables, city_settings, map_settings, standard, lang):
    """What is left to the towns' pages is said on the page, and only where it is left to them."""
    asked = {"standard": standard, "lang": lang}
    page = read_payload(draw_map(small_tables, settings=city_settings, **asked))
    assert _NOTE[lang] in page["words"]["city_note"]
    assert _NOTE[lang] in draw_check_page(small_tables, settings=city_settings, **asked)
    assert _NOTE[lang] not in draw_check_page(small_tables, settings=map_settings, **asked)


def test_towns_that_share_a_name_have_a_link_each(small_tables):
    """Two towns of one name are told apart by their ids, and each leads to its own map."""
    names = ["甲镇", "甲镇", *(f"乙{n}镇" for n in range(7))]
    links = town_links(replace(small_tables, towns=small_tables.towns.assign(town_name=names)))
    first, second, *_ = small_tables.towns["town_id"]
    assert len(set(links.values())) == 9
    assert unquote(links[f"甲镇（{first}）"]).startswith(f"planner/{first}_")
    assert unquote(links[f"甲镇（{second}）"]).startswith(f"planner/{second}_")


def test_service_areas_of_a_town_end_beyond_its_walk(small_tables):
    """Clipped areas are those of the whole within a box 1,000 m wider than the town."""
    towns = small_tables.towns
    west, south, east, north = towns.total_bounds
    whole = MultiPolygon([box(west, south, east, (south + north) / 2), box(east, 0, east + 5, 5)])
    areas = towns.iloc[:1][["geometry"]].set_geometry([whole])
    town = towns["town_id"].iloc[0]
    found = clip_areas(replace(cut_to_town(small_tables, town), areas=areas)).areas.geometry.iloc[0]
    left, low, right, high = towns[towns["town_id"] == town].total_bounds
    expected = whole.intersection(box(left - 1000, low - 1000, right + 1000, high + 1000))
    assert found.symmetric_difference(expected).area < 1


def test_an_area_that_passes_a_town_by_can_be_clipped_twice(small_tables):
    """An area whose box alone meets that of the town leaves nothing there to be clipped again."""
    towns = small_tables.towns
    west, south, east, north = box(*towns.total_bounds).buffer(9e3).bounds
    beside = Polygon([(west, south), (west, north), (east, north), (west + 1, north - 1)])
    areas = towns.iloc[:2][["geometry"]].set_geometry([beside, towns.geometry.iloc[0]])
    town = towns["town_id"].iloc[0]
    once = clip_areas(replace(cut_to_town(small_tables, town), areas=areas))
    assert len(clip_areas(once).areas) == len(once.areas) == 1


def test_areas_far_from_a_town_are_left_out(small_tables):
    """An area that does not come near the town is no row of its page; the next keeps its own."""
    towns = small_tables.towns
    _, south, east, north = towns.total_bounds
    far = MultiPolygon([box(east + 9e4, south, east + 9.1e4, north)])
    areas = towns.iloc[:3][["town_id", "geometry"]]
    areas = areas.set_geometry([far, *areas.geometry.iloc[1:]])
    town = towns["town_id"].iloc[1]
    found = clip_areas(replace(cut_to_town(small_tables, town), areas=areas)).areas
    assert found["town_id"].tolist() == areas["town_id"].tolist()[1:]
    assert found.geometry.iloc[0].equals(areas.geometry.iloc[1])
