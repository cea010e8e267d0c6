"""What the planner's map holds."""

from __future__ import annotations

import re
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from encoded_lines import decode_line
from invented_district import with_hostile_names

from livelihood_map.core.errors import CrsError, SchemaError
from livelihood_map.core.settings import AreaSettings, MappingSettings, RunSettings
from livelihood_map.mapping import draw_check_page, draw_map
from livelihood_map.mapping.palette import coverage_bands
from livelihood_map.mapping.payload import read_payload


@pytest.fixture(scope="module")
def page(small_tables, map_settings, standard):
    """Return the map of the small district."""
    return draw_map(small_tables, settings=map_settings, standard=standard)


def test_two_builds_are_the_same_to_the_byte(page, small_tables, map_settings, standard):
    """Nothing random or dated enters a page."""
    assert draw_map(small_tables, settings=map_settings, standard=standard) == page


def test_the_page_names_no_outside_address(page):
    """No element of the page links anywhere."""
    for attribute in ("src=", "href=", "@import"):
        markup = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", page, flags=re.DOTALL)
        assert attribute not in markup


def test_every_mark_is_on_the_page(page):
    """Internal use, review number, dates, standard and the synthetic mark are in the markup."""
    for text in (
        "内部工作用图，未经审核不得公开",
        "审图号：（未送审）",
        "合成示例数据",
        "数据日期：2023-03-01",
        "制图日期：2023-03-01",
        "采用标准：一刻钟便民生活圈",
    ):
        assert text in page
    assert 'class="badge estimated"' not in page


def test_an_estimate_says_so(small_tables, map_settings, standard):
    """Walks from straight lines are labelled 估算 with the factor."""
    estimated = replace(small_tables, edges=None, is_estimated=True)
    page = draw_map(estimated, settings=map_settings, standard=standard)
    assert ">估算</span>" in page
    assert "直线距离 × " in page


def test_a_review_number_is_printed(small_tables, map_settings, standard):
    """The map review number of the settings stands in the head line, escaped."""
    named = replace(map_settings, area=AreaSettings(name="闵行<区>", review_number='沪S"1"号'))
    page = draw_map(small_tables, settings=named, standard=standard)
    assert "审图号：沪S&quot;1&quot;号" in page
    assert "闵行&lt;区&gt;" in page


def test_the_map_can_be_english(small_tables, map_settings, standard):
    """Every label follows the language asked for."""
    page = draw_map(small_tables, settings=map_settings, standard=standard, lang="en")
    assert '<html lang="en">' in page
    assert "synthetic demo data" in page
    content = read_payload(page)
    assert content["words"]["before"] == "Today"
    assert content["kinds"]["breakfast"]["name"] == "Breakfast outlet"
    assert content["sites"][0]["reason"].startswith("Residents")


def test_the_payload_holds_every_table(page, small_tables):
    """Each compound, outlet, zone, town and site of the tables is on the map."""
    content = read_payload(page)
    assert len(content["residences"]) == len(small_tables.residences)
    assert len(content["facilities"]["name"]) == len(small_tables.facilities)
    assert len(content["zones"]) == len(small_tables.zones)
    assert len(content["towns"]) == len(small_tables.towns)
    assert [site["rank"] for site in content["sites"]] == list(range(1, 13))
    assert content["base"]["streets"]
    assert set(content["coverage"]) == {"wet_market", "breakfast", "housekeeping"}
    assert set(content["after"]) == {"breakfast"}


def test_the_shown_walk_is_that_of_the_table(page, small_tables):
    """Walks and classes on the map are those of the coverage table."""
    content = read_payload(page)
    coverage = small_tables.coverage.query("kind == 'wet_market'").set_index("residence_id")
    shown = content["coverage"]["wet_market"]
    classes = content["kinds"]["wet_market"]["classes"]
    for index, residence_id in enumerate(small_tables.residences["residence_id"]):
        row = coverage.loc[residence_id]
        if row["walk_m"] != row["walk_m"]:
            assert shown["walk_m"][index] is None
            assert classes[shown["band"][index]]["name"] == "步行 3000 米内无网点"
            continue
        assert shown["walk_m"][index] == round(row["walk_m"])
        limit = classes[shown["band"][index]]["limit_m"]
        assert row["walk_m"] <= (limit or float("inf"))
        facility = content["facilities"]["name"][shown["facility"][index]]
        names = small_tables.facilities.set_index("facility_id")["name"]
        assert facility == names[row["facility_id"]]


def test_a_compound_without_a_row_is_not_measured(small_tables, map_settings, standard):
    """A compound that the coverage table lacks is grey, not out of reach."""
    first = small_tables.residences["residence_id"].iloc[0]
    kept = small_tables.coverage[small_tables.coverage["residence_id"] != first]
    page = draw_map(replace(small_tables, coverage=kept), settings=map_settings, standard=standard)
    content = read_payload(page)
    classes = content["kinds"]["breakfast"]["classes"]
    assert classes[content["coverage"]["breakfast"]["band"][0]]["name"] == "未测算"


def test_hostile_names_stay_text(small_tables, map_settings, standard):
    """Markup in a name never becomes markup in the page."""
    text = "</script><img src=x onerror=alert(1)>\"'`${1}\\u003c\u2028&"
    plain = replace(map_settings, mapping=MappingSettings(is_compressed=False))
    page = draw_map(with_hostile_names(small_tables, text), settings=plain, standard=standard)
    assert "<img" not in page
    assert read_payload(page)["residences"][0]["name"].startswith("</script><img src=x")


@pytest.mark.parametrize("text", ["{{ 7 * 7 }}", "{% raw %}", "{{ this._parent }}", "@@body@@"])
def test_names_are_never_read_as_templates(text, small_tables, map_settings, standard):
    """A name that looks like a template of folium's stays as it is."""
    named = replace(map_settings, area=AreaSettings(name=text))
    plain = replace(named, mapping=MappingSettings(is_compressed=False))
    page = draw_map(with_hostile_names(small_tables, text), settings=plain, standard=standard)
    assert f"<h1>{text}一刻钟便民生活圈" in page
    assert read_payload(page)["residences"][0]["name"] == text


def test_a_geographic_crs_is_refused(small_tables, map_settings, standard):
    """Tables come in metres; degrees are an error that names the table."""
    wrong = replace(small_tables, residences=small_tables.residences.to_crs("EPSG:4326"))
    with pytest.raises(CrsError, match="residences"):
        draw_map(wrong, settings=map_settings, standard=standard)


def test_no_towns_is_an_error(small_tables, map_settings, standard):
    """Without boundaries there is no extent to draw."""
    empty = replace(small_tables, towns=small_tables.towns.iloc[:0])
    with pytest.raises(SchemaError, match="街镇"):
        draw_map(empty, settings=map_settings, standard=standard)


def test_the_least_that_can_be_drawn(small_tables, map_settings, standard):
    """Towns, compounds and coverage are enough; points may stand for compounds."""
    points = small_tables.residences.set_geometry(small_tables.residences.centroid)
    least = replace(
        small_tables,
        residences=points,
        zones=None,
        sites=None,
        edges=None,
        after=None,
        town_coverage=None,
        facilities=small_tables.facilities.iloc[:0],
        coverage=small_tables.coverage.assign(facility_id=None),
    )
    content = read_payload(draw_map(least, settings=map_settings, standard=standard))
    assert content["sites"] == []
    assert content["residences"][0]["point"]
    assert content["facility_kinds"] == []


def test_undated_runs_print_no_date(small_tables, map_settings, standard):
    """The clock is never read: without a date in the settings none is printed."""
    undated = replace(map_settings, run=RunSettings(is_synthetic=True))
    page = draw_map(small_tables, settings=undated, standard=standard)
    assert "制图日期" not in page.split('id="payload"')[0]


def test_tiers_up_to_the_aim_are_blue_and_beyond_it_orange():
    """The legend turns from blue to orange where the aim lies."""
    bands = coverage_bands([300, 500, 1000], 500, lang="zh")
    assert [band.name for band in bands] == [
        "300 米以内",
        "300–500 米",
        "500–1000 米",
        "超过 1000 米",
        "步行 3000 米内无网点",
        "未测算",
    ]
    blue = [int(band.colour[5:], 16) > int(band.colour[1:3], 16) for band in bands[:4]]
    assert blue == [True, True, False, False]
    assert len({band.colour for band in bands}) == len(bands)


def test_water_and_green_lie_below_the_streets(small_tables, map_settings, standard):
    """Areas given as water or green are drawn as filled base areas."""
    lake = gpd.GeoDataFrame(
        {"feature_id": ["w1"], "kind": ["water"], "name": [None], "name_en": [None]},
        geometry=[small_tables.towns.geometry.iloc[0].buffer(-2000)],
        crs=small_tables.towns.crs,
    )
    page = draw_map(replace(small_tables, base=lake), settings=map_settings, standard=standard)
    areas = read_payload(page)["base"]["areas"]
    assert [area["isArea"] for area in areas] == [True]


def test_nothing_measured_is_an_error(small_tables, map_settings, standard):
    """A map of no kind at all is refused, with the remedy."""
    empty = replace(small_tables, coverage=small_tables.coverage.iloc[:0])
    for draw in (draw_map, draw_check_page):
        with pytest.raises(SchemaError, match="kinds"):
            draw(empty, settings=map_settings, standard=standard)


def test_service_areas_are_written_once(page, small_tables):
    """Each tier holds today's rings and what the sites add; the two make up the area with both."""
    section = read_payload(page, "areas")
    assert set(section) == {"wet_market", "breakfast", "housekeeping"}
    assert [tier["tier_m"] for tier in section["breakfast"]] == [300, 500, 1000]
    assert not any(tier["gained"] for tier in section["wet_market"])
    areas = small_tables.areas.query("kind == 'breakfast'").to_crs(4326)
    areas = areas.set_index(["is_planned", "tier_m"]).geometry
    west, south, east, north = areas.total_bounds
    places = np.random.default_rng(3).uniform([west, south], [east, north], (4000, 2))
    for tier in section["breakfast"]:
        lines = [decode_line(line) for line in (*tier["lines"], *tier["gained"])]
        tree = shapely.STRtree([shapely.Polygon(line) for line in lines])
        rings_n = np.bincount(tree.query(shapely.points(places), "within")[0], minlength=4000)
        today, planned = (
            shapely.contains_xy(areas[plan, tier["tier_m"]], *places.T) for plan in (False, True)
        )
        assert planned.sum() > today.sum() > 50
        outline = areas[True, tier["tier_m"]].boundary
        is_clear = shapely.distance(outline, shapely.points(places)) > 2e-5
        assert ((rings_n % 2 == 1) == planned)[is_clear].all()


def test_areas_of_an_estimate_are_called_so(small_tables, map_settings, standard):
    """Without streets the note below the layer says that the areas are an estimate."""
    estimated = replace(small_tables, edges=None, is_estimated=True)
    page = draw_map(estimated, settings=map_settings, standard=standard)
    assert read_payload(page)["area_note"].startswith("估算")
