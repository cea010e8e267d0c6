"""What a page carries of the network is what the engine has, bit by bit where it tells."""

from __future__ import annotations

import json
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from page_walker import NodeWalker
from walked_district import (
    CRS,
    CUTOFF_M,
    EAST,
    KINDS,
    NORTH,
    STANDARD,
    build_walked_district,
)

from livelihood_map.mapping import page_network as page_network_module
from livelihood_map.mapping.inputs import PageInputs
from livelihood_map.mapping.page_network import page_network
from livelihood_map.mapping.walk_columns import write_numbers
from livelihood_map.mapping.walk_cut import cut_walks
from livelihood_map.mapping.walk_pack import pack_walks
from livelihood_map.mapping.walk_streets import read_streets
from livelihood_map.network import build_network

NANOMETRE = 1e-9


@pytest.fixture(scope="module")
def told():
    """Return the tables of the drawn district."""
    return build_walked_district()


def packed(told):
    """Return the bytes for a page."""
    given = {"standard": STANDARD, "kinds": list(KINDS), "cutoff_m": CUTOFF_M}
    return pack_walks(told, walker=STANDARD.walker("standard"), **given)


@pytest.fixture
def page(told):
    """Return the page's walking with the drawn district in it."""
    walker = NodeWalker()
    walker.load(packed(told))
    yield walker
    walker.close()


def test_the_page_has_the_engine_s_places_and_ticks(told, page):
    """Places in the page lie within a nanometre of the engine's, and each edge costs as much."""
    network = told.network
    assert page.ask("ticks") == network.ticks.tolist()
    demand = told.demand.sort_values("demand_id")
    tables = {"nodes": network.nodes, "demand": demand, "gates": told.gates.sort_values("gate_id")}
    for name, table in tables.items():
        places = np.array(page.ask("places", table=name)).T
        assert np.abs(places - shapely.get_coordinates(table.geometry)).max() < NANOMETRE
    vertices = np.array(page.ask("places", table="vertices")).T
    assert np.abs(vertices - network.vertices[0]).max() < NANOMETRE


def test_a_click_lies_where_a_file_with_its_degrees_does(told, page):
    """Degrees of 1e-7 become the metres that the engine makes of them, and metres the degrees."""
    middle = told.demand.geometry.iloc[0]
    metres = np.array([middle.x, middle.y]) + np.random.default_rng(3).normal(0, 400, (50, 2))
    degrees = page.ask("degrees", places=metres.tolist())
    points = gpd.GeoSeries(shapely.points(degrees), crs="EPSG:4326").to_crs(CRS)
    ours = np.array(page.ask("metres", places=degrees))
    assert np.abs(ours - shapely.get_coordinates(points)).max() < 10 * NANOMETRE
    assert np.abs(ours - metres).max() < 0.01


def test_a_page_that_cannot_walk_says_why(told, small_tables, map_settings, monkeypatch):
    """A walker whose speed counts, straight lines and too many streets are told on the page."""
    drawn = replace(small_tables, walks=told)

    def refusal(tables, *, walker="standard"):
        coverage = replace(map_settings.coverage, walkers=[walker])
        settings = replace(map_settings, coverage=coverage)
        return page_network(PageInputs(tables, settings, STANDARD, "en")).refusal

    assert refusal(drawn) == ""
    assert refusal(small_tables) == ""
    assert refusal(drawn, walker="adult") == "speed"
    assert refusal(replace(drawn, is_estimated=True)) == "straight"
    monkeypatch.setattr(page_network_module, "MAX_EDGES_N", told.network.edges_n - 1)
    assert refusal(drawn) == "size"


def test_the_same_tables_give_the_same_bytes(told):
    """Rows in another order are packed alike."""
    turned = replace(
        told, demand=told.demand[::-1], gates=told.gates[::-1], outlets=told.outlets[::-1]
    )
    assert packed(turned) == packed(told)


def test_the_header_names_rules_and_kinds(told):
    """Thresholds and rules come from the standard and the engine, not from the page."""
    content = packed(told)
    head = json.loads(content[4 : 4 + int.from_bytes(content[:4], "little")])
    breakfast = STANDARD.kind("breakfast")
    kind = head["kinds"][KINDS.index("breakfast")]
    assert (kind["threshold_m"], kind["target_m"]) == (breakfast.threshold_m, breakfast.aim_m)
    assert head["rules"]["limit_m"] == told.options.limit_m
    assert head["rules"]["are_walled"]


def test_numbers_of_any_size_and_sign_are_written():
    """Numbers are written seven bits a byte, whatever their size and sign."""
    numbers = [0, -1, 63, -64, 64, 2**31, -(2**40)]
    content, read, value, scale = write_numbers(numbers), [], 0, 0
    for byte in content:
        value |= (byte & 127) << scale
        scale += 7
        if byte < 128:
            read.append(-(value // 2) - 1 if value % 2 else value // 2)
            value = scale = 0
    assert read == numbers


def with_arm(told, point):
    """Return tables with a street from beside a point round to the far end of the district."""
    network, x, y = told.network, point.geometry.x, point.geometry.y
    far = network.nodes[network.nodes["node_id"] == "n21_0"].geometry.iloc[0]
    line = shapely.LineString([(x + 2, y), (EAST - 300, y), (EAST - 300, far.y), far])
    edge = network.edges.iloc[[0]].assign(
        u="arm", v="n21_0", key=0, length_m=line.length, access=None, is_bridge=False
    )
    node = network.nodes.iloc[[0]].assign(node_id="arm").set_geometry([shapely.Point(x + 2, y)])
    nodes = pd.concat([network.nodes, node.set_crs(CRS)], ignore_index=True)
    edge = edge.set_geometry([line]).set_crs(CRS)
    grown = build_network(nodes, pd.concat([network.edges, edge], ignore_index=True))
    return replace(told, network=grown, streets=read_streets(grown))


def test_a_town_s_page_measures_its_people_as_the_whole_does():
    """With the streets around a town alone, walks, edits and refusals are those of the whole."""
    told = build_walked_district(side_n=22)
    west, south = EAST - 60.0, NORTH + 300.0
    outline = shapely.box(west, south, west + 420.0, south + 560.0)
    offices = told.demand[told.demand["place_kind"] == "office"]
    office = offices.loc[offices.distance(outline.centroid).idxmin()]
    is_own = told.demand.intersects(outline) | (told.demand["demand_id"] == office["demand_id"])
    told = replace(told, demand=told.demand.assign(town_id=np.where(is_own, "t0", "t1")))
    told = with_arm(told, office)
    given = {"town_id": "t0", "outline": outline, "farthest_m": CUTOFF_M}
    cut = cut_walks(replace(told, towns=["t0"]), **given)
    assert 0.3 < cut.streets.edges_n / told.streets.edges_n < 0.7
    assert len(cut.streets.ties) == 1
    ids = {"whole": sorted(told.demand["demand_id"]), "town": sorted(cut.demand["demand_id"])}
    own = [ids["whole"].index(name) for name in ids["town"]]
    pages = {"whole": NodeWalker(), "town": NodeWalker()}
    pages["whole"].load(packed(told))
    pages["town"].load(packed(cut))
    rng = np.random.default_rng(5)
    for number in range(24):
        places = rng.uniform((west - 900, south - 900), (west + 1300, south + 1400), (2, 2))
        ends = [dict(zip("xy", place.tolist(), strict=True)) for place in places]
        edit = ("addOutlet", KINDS[number % 3], ends[0], "new") if number % 2 else ("addPath", ends)
        done = [pages[name].edit(*edit)["reason"] for name in pages]
        assert done[0] == done[1]
        for kind in KINDS:
            walks = {name: pages[name].ask("measure", kind=kind)["mm"] for name in pages}
            assert [walks["whole"][d] for d in own] == walks["town"]
    route = pages["town"].ask("route", **{"from": {"x": west + 900, "y": south}}, kind=KINDS[0])
    assert (route["isReached"], route["reason"]) == (False, "outside")
    far = pages["town"].edit("addOutlet", KINDS[0], {"x": west + 1600, "y": south}, "far")
    assert far["reason"] == "outside"
    for page in pages.values():
        page.close()
