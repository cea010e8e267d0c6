"""Streets as vector tiles: what an archive holds, and when a page has one."""

from __future__ import annotations

import base64
import io
import json
import re
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from livelihood_map.core.settings import MappingSettings
from livelihood_map.mapping import draw_check_page, draw_map
from livelihood_map.mapping.base import merge_streets
from livelihood_map.mapping.payload import read_payload
from livelihood_map.mapping.tiles import LAST_ZOOM, write_archive

TOLERANCE_M = 1.0


def archives(page):
    """Return the archives of a page by the name of their element."""
    found = re.findall(r'id="(streets-[a-z]+)">("[^<]*")</script>', page)
    return {name: base64.b64decode(json.loads(text)) for name, text in found}


def lines_of(archive, *, zoom=LAST_ZOOM):
    """Return the lines of an archive at one zoom, as GDAL reads them."""
    return pyogrio.read_dataframe(io.BytesIO(archive), zoom_level=zoom)


@pytest.fixture(scope="session")
def merged(small_tables):
    """Return the streets of the small district by class."""
    return {one.name: (one, lines) for one, lines in merge_streets(small_tables.edges, TOLERANCE_M)}


@pytest.fixture(scope="session")
def tiled(map_settings):
    """Return settings by which any page has tiles."""
    return replace(map_settings, mapping=MappingSettings(tiles_above_n=0))


@pytest.mark.parametrize("name", ["tertiary", "primary"])
def test_the_closest_tiles_hold_every_street_to_the_step_of_their_coordinates(merged, name):
    """Every street lies within a metre and a half of the tiles' lines, and they of the streets."""
    one, lines = merged[name]
    archive = write_archive(lines, name=name, first_zoom=one.first_zoom)
    found = lines_of(archive).to_crs(lines.crs).geometry.union_all()
    wanted = lines.union_all()
    assert shapely.covers(found.buffer(1.5), wanted)
    assert shapely.covers(wanted.buffer(1.5), found)


def test_an_archive_is_pmtiles_of_vector_tiles_from_the_zoom_before_the_first_drawn(merged):
    """The header says version 3, MVT, gzip, and the zooms; the metadata name the one layer."""
    one, lines = merged["tertiary"]
    archive = write_archive(lines, name="tertiary", first_zoom=one.first_zoom)
    assert archive[:8] == b"PMTiles\x03"
    tile_compression, tile_type, first, last = archive[98:102]
    assert (tile_compression, tile_type, first, last) == (2, 1, one.first_zoom - 1, LAST_ZOOM)
    assert pyogrio.list_layers(io.BytesIO(archive))[:, 0].tolist() == ["tertiary"]
    assert set(lines_of(archive).columns) == {"mvt_id", "geometry"}


def test_farther_tiles_leave_out_no_street(merged):
    """Half a pixel of the zoom is the most by which a farther tile departs from the streets."""
    one, lines = merged["primary"]
    archive = write_archive(lines, name="primary", first_zoom=one.first_zoom)
    wanted = lines.union_all()
    for zoom in range(one.first_zoom - 1, LAST_ZOOM):
        pixel_m = 40_075_017 / 2**zoom / 512
        found = lines_of(archive, zoom=zoom).to_crs(lines.crs).geometry.union_all()
        assert shapely.covers(found.buffer(pixel_m), wanted), zoom


def test_a_tile_of_very_many_streets_is_as_fine_as_any():
    """GDAL's bound on the size of a tile, which would coarsen its coordinates, is lifted."""
    rng = np.random.default_rng(5)
    tile_m = 40_075_016.686 / 2**LAST_ZOOM
    corner = np.stack(np.meshgrid(np.arange(560), np.arange(560)), -1).reshape(-1, 1, 2) * 8.0
    along = rng.uniform([[0, 0], [5, 0]], [[2, 7], [7, 7]], (len(corner), 2, 2))
    dashes = shapely.linestrings(corner + along + np.array([2763, 744]) * tile_m + 100)
    archive = write_archive(gpd.GeoSeries(dashes, crs="EPSG:3857"), name="many", first_zoom=14)
    found = shapely.get_parts(lines_of(archive).geometry.to_numpy())
    assert len(found) == len(dashes)
    steps = np.diff(np.unique(shapely.get_coordinates(found)[:, 0].round(2)))
    assert steps.min() == pytest.approx(tile_m / 4096, abs=0.02)


def test_the_same_streets_give_the_same_archive(merged):
    """Two builds are alike to the byte."""
    _, lines = merged["local"]
    first, second = (write_archive(lines, name="local", first_zoom=13) for _ in range(2))
    assert first == second
    assert len(first) > 1000


def test_a_page_has_tiles_above_the_stated_number_of_streets_and_lines_up_to_it(
    small_tables, map_settings, standard
):
    """At the number itself the page has lines; with one street more it has archives."""
    count = len(small_tables.edges)
    for limit, has_tiles in ((count, False), (count - 1, True)):
        asked = replace(map_settings, mapping=MappingSettings(tiles_above_n=limit))
        page = draw_map(small_tables, settings=asked, standard=standard)
        streets = read_payload(page)["base"]["streets"]
        assert [("archive" in one, "lines" in one) for one in streets] == [
            (has_tiles, not has_tiles)
        ] * len(streets)
        assert set(archives(page)) == {one["archive"] for one in streets if has_tiles}
        assert ("var pmtiles" in page) == has_tiles


def test_tiles_are_drawn_like_lines(small_tables, map_settings, tiled, standard):
    """Class by class colour, width and first zoom are the same."""
    styles, keys = [], ("widths", "colour", "casing", "minZoom")
    for settings in (map_settings, tiled):
        page = draw_map(small_tables, settings=settings, standard=standard)
        streets = read_payload(page)["base"]["streets"]
        styles.append([[one[key] for key in keys] for one in streets])
    assert styles[0] == styles[1]
    assert len(styles[0]) == 4


def test_the_check_page_of_a_district_leaves_out_footways_from_its_tiles_too(
    small_tables, tiled, standard
):
    """As with lines: only a town's page shows the thin streets."""
    tables = replace(small_tables, edges=small_tables.edges.assign(highway="footway"))
    tables.edges.loc[:50, "highway"] = "primary"
    district = draw_check_page(tables, settings=tiled, standard=standard)
    assert set(archives(district)) == {"streets-primary"}
    town = draw_check_page(tables, settings=tiled, standard=standard, town_id="t00")
    assert "streets-minor" in archives(town)


def test_two_builds_of_a_page_with_tiles_are_alike(small_tables, tiled, standard):
    """The same input gives the same bytes."""
    first, second = (draw_map(small_tables, settings=tiled, standard=standard) for _ in range(2))
    assert first == second
