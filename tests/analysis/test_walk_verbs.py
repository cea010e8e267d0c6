"""The verbs give what the stages give, whatever form the same places and streets come in."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from shapely import Point

import livelihood_map as lm
from livelihood_map.core.crs import SHANGHAI_LON0, local_transverse_mercator
from livelihood_map.core.errors import CrsError, LivelihoodMapError, SchemaError

PLACE = local_transverse_mercator(SHANGHAI_LON0)
"""What is measured in near Shanghai: the street lies on its meridian, metres are true to scale."""
CRSS = ("EPSG:4326", "EPSG:3857", "EPSG:4549", "EPSG:32651", "EPSG:2263")
WALKS = [0.0, 300.0, 1200.0, 1500.0]


def lattice(crs, index):
    """Return four homes and one outlet on a street of 1.5 km, in a CRS and on an index."""
    east = [500_000, 500_300, 501_200, 501_500]
    columns = {"name": list("甲乙丙丁"), "population": [10, 20, 30, 40]}
    places = gpd.points_from_xy(east, [3_450_000] * 4)
    homes = gpd.GeoDataFrame(columns, geometry=places, crs=PLACE).to_crs(crs)
    return homes.set_axis(index, axis="index"), homes[:1].reset_index(drop=True)


def osmnx_graph(crs):
    """Return the street as OSMnx's graph: directed, both ways, in a CRS."""
    ends = gpd.GeoSeries(gpd.points_from_xy([500_000, 501_500], [3_450_000] * 2), crs=PLACE)
    graph = nx.MultiDiGraph(crs=crs)
    for name, point in zip((11, 22), ends.to_crs(crs), strict=True):
        graph.add_node(name, x=point.x, y=point.y)
    for u, v in ((11, 22), (22, 11)):
        graph.add_edge(u, v, osmid=[7, 8], highway=["footway", "path"], length=1500.0, oneway=False)
    return graph


def osmnx_frames(crs):
    """Return nodes and edges as ``osmnx.graph_to_gdfs`` does: ids in the index."""
    import osmnx

    return osmnx.graph_to_gdfs(osmnx_graph(crs))


def momepy_graph(crs):
    """Return the street as momepy's primal graph: nodes named by their coordinates."""
    _, edges = osmnx_frames(crs)
    line = edges.geometry.iloc[0]
    graph = nx.MultiGraph(crs=crs, approach="primal")
    graph.add_edge(line.coords[0], line.coords[-1], geometry=line, mm_len=line.length)
    return graph


def momepy_frames(crs):
    """Return nodes and edges as ``momepy.nx_to_gdf`` does."""
    nodes, edges = osmnx_frames(crs)
    nodes = gpd.GeoDataFrame({"nodeID": [0, 1]}, geometry=nodes.geometry.to_numpy(), crs=crs)
    ends = {"mm_len": [1500.0], "node_start": [0], "node_end": [1]}
    return nodes, gpd.GeoDataFrame(ends, geometry=edges.geometry.iloc[:1].to_numpy(), crs=crs)


def lines(crs):
    """Return the street as a frame of lines without any id."""
    return osmnx_frames(crs)[1].reset_index(drop=True)[["geometry"]].iloc[:1]


INDEXES = (
    pd.Index(["d", "b", "a", "c"]),
    pd.Index([40, 3, 7, 7]),
    pd.MultiIndex.from_tuples([("t", 1), ("t", 2), ("u", 1), ("u", 2)]),
    pd.Index([4.5, 1.5, 2.5, 3.5]),
    pd.date_range("2026-01-01", periods=4),
    pd.RangeIndex(4),
)
FORMS = (osmnx_graph, osmnx_frames, momepy_graph, momepy_frames, lines)
DTYPES = ("int64", "Int64", "float32", "object", "Float64", "int16")


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
@pytest.mark.parametrize("turn", range(6))
def test_objects_in_thirty_combinations_give_the_same_walks(form, turn):
    """Five forms of streets by six of index, dtype and CRS: one result, on the index given."""
    index, crs = INDEXES[turn], CRSS[turn % len(CRSS)]
    homes, outlets = lattice(crs, index)
    homes["population"] = homes["population"].astype(DTYPES[turn])
    streets = form(CRSS[(turn + 2) % 2] if turn % 3 else "EPSG:32651")
    coverage = lm.measure_coverage(homes, outlets.to_crs(CRSS[(turn + 1) % 5]), streets)
    assert coverage.index.equals(homes.index)
    assert coverage.crs == homes.crs
    assert np.allclose(coverage["walk_m"], WALKS, atol=0.05)
    assert coverage["is_covered"].tolist() == [True, True, False, False]
    assert list(coverage.columns[:3]) == ["name", "population", "geometry"]


def test_the_verb_gives_what_the_stage_gives(demo_run):
    """On the tables of a run, coverage by the verb is the table of the run, row for row."""
    demand, facilities = demo_run["demand"], demo_run["facilities"]
    stage = demo_run["coverage"].query("kind == 'wet_market'").set_index("demand_id")
    alone = demand[demand["residence_id"].isna()].set_index("demand_id")
    verb = lm.measure_coverage(
        alone, facilities, demo_run.network, kind="wet_market", barriers=demo_run["barriers"]
    )
    same = stage.reindex(alone.index)
    assert len(alone) > 100
    pd.testing.assert_series_equal(verb["walk_m"], same["walk_m"])
    assert verb["is_covered"].tolist() == same["is_covered"].tolist()


def test_a_call_of_the_stage_is_the_stage_s():
    """A call that names what stages alone take goes to the stage, and gives its table."""
    town = lm.example_town()
    network = lm.build_network(town.nodes, town.edges)
    joins = lm.join_demand(network, town.demand, town.gates, limit_m=100)
    outlets = lm.join_points(network, town.facilities, id_column="facility_id", limit_m=100)
    walks = lm.measure_nearest(network, joins, outlets, cutoff_m=2000)
    assert walks.columns.tolist() == ["origin_id", "dest_id", "walk_m"]


def test_every_verb_keeps_the_index():
    """Gaps, nearest, routes, areas and plans stand on the labels that were given."""
    homes, outlets = lattice("EPSG:4326", INDEXES[0])
    streets = lm.from_osmnx(osmnx_graph("EPSG:4326"))
    given = (homes, outlets.set_axis(["m"], axis="index"), streets)
    assert lm.find_gaps(*given).index.tolist() == ["a", "c"]
    assert lm.measure_nearest(*given)["outlet"].tolist() == ["m"] * 4
    routes = lm.find_route(*given)
    assert routes.index.equals(homes.index)
    assert np.allclose(routes.to_crs(streets.crs).length, WALKS, atol=0.05)
    assert lm.service_areas(*given[1:], minutes=[5, 15]).index.tolist() == ["m", "m"]
    plan = lm.choose_sites(*given, n=1, candidates=homes)
    assert plan.sites.index[0] in {"a", "c"}
    assert (plan.status, plan.objective) == ("optimal", 70.0)


def test_without_streets_walks_are_estimated_and_said_to_be():
    """Without streets the detour factor of the standard stretches the straight line."""
    homes, outlets = lattice(PLACE, INDEXES[5])
    with lm.use_lang("en"):
        coverage = lm.measure_coverage(homes, outlets)
    factor = lm.load_standard("cn-15min").straight_line.detour_factor
    assert np.allclose(coverage["walk_m"], np.array(WALKS) * factor, atol=0.05)
    assert any("estimated" in note for note in coverage.notes)


def test_areas_stand_as_a_point_within_and_it_is_said():
    """A home that is an area is measured from a point within it."""
    homes, outlets = lattice(PLACE, INDEXES[5])
    areas = homes.set_geometry(homes.buffer(20))
    coverage = lm.measure_coverage(areas, outlets, lines(PLACE))
    assert np.allclose(coverage["walk_m"], WALKS, atol=1)
    assert any("4" in note for note in coverage.notes[1:])


def test_files_give_what_frames_give(tmp_path):
    """GeoParquet and GeoPackage of homes, outlets and streets are read like the frames."""
    homes, outlets = lattice("EPSG:4326", INDEXES[5])
    homes.to_parquet(tmp_path / "homes.parquet")
    outlets.to_file(tmp_path / "outlets.gpkg")
    lines("EPSG:4326").to_file(tmp_path / "streets.geojson")
    names = [tmp_path / name for name in ("homes.parquet", "outlets.gpkg", "streets.geojson")]
    coverage = lm.measure_coverage(*names)
    assert np.allclose(coverage["walk_m"], WALKS, atol=0.05)
    coverage.to_parquet(tmp_path / "coverage.parquet")
    back = gpd.read_parquet(tmp_path / "coverage.parquet")
    assert back["walk_m"].tolist() == coverage["walk_m"].tolist()


def bad(change):
    """Return the message, in English, for homes that were changed."""
    homes, outlets = lattice("EPSG:4326", INDEXES[0])
    with lm.use_lang("en"), pytest.raises(LivelihoodMapError) as caught:
        lm.measure_coverage(change(homes), outlets, osmnx_graph("EPSG:4326"))
    return caught.value.text("en")


@pytest.mark.parametrize(
    ("change", "call"),
    [
        (lambda homes: pd.DataFrame(homes.drop(columns="geometry")), "points_from_xy"),
        (lambda homes: homes.set_crs(None, allow_override=True), "set_crs"),
        (lambda homes: homes.set_geometry([None, *homes.geometry[1:]]), "'d'"),
        (lambda homes: homes.assign(population=[1, None, 3, 4]), "fillna(0)"),
        (lambda homes: homes.set_geometry(homes.boundary), "no geometry"),
        (lambda _: "register.xlsx", "register.xlsx"),
    ],
)
def test_what_cannot_be_used_is_told_with_the_call_to_make(change, call):
    """A frame without places, CRS or people is refused with the way out."""
    assert call in bad(change)


def test_foreign_tables_at_a_stage_are_told_what_to_do():
    """The stage refuses OSMnx's objects and names the call, or the column to rename."""
    with lm.use_lang("en"):
        with pytest.raises(SchemaError, match="from_osmnx"):
            lm.build_network(osmnx_graph("EPSG:4326"))
        with pytest.raises(SchemaError, match=r"rename osmid to node_id(.|\n)*from_osmnx"):
            lm.build_network(*osmnx_frames("EPSG:4549"))


def test_who_calls_from_python_is_answered_in_english():
    """Where nobody has set a language, errors are English; in the office's they are Chinese."""
    import contextvars

    error = CrsError("core.crs_absent", what="homes")
    assert contextvars.Context().run(str, error).startswith("homes has no coordinate system")
    assert "坐标系" in str(error)


def test_motor_roads_are_left_out_and_counted():
    """An edge that nobody walks by its tags is no street, and the count is told."""
    homes, outlets = lattice("EPSG:4326", INDEXES[5])
    graph = osmnx_graph("EPSG:4326")
    graph.add_edge(11, 22, highway="motorway")
    coverage = lm.measure_coverage(homes, outlets, graph)
    assert any("1" in note for note in coverage.notes[1:2])


def test_closed_outlets_of_a_run_do_not_count():
    """Of outlets with a status of ours those that operate are measured to."""
    homes, outlets = lattice("EPSG:4326", INDEXES[5])
    closed = gpd.GeoDataFrame(
        {"status": ["closed", "operating"]},
        geometry=[outlets.geometry[0], homes.geometry.iloc[3]],
        crs=homes.crs,
    )
    coverage = lm.measure_coverage(homes, closed, osmnx_graph("EPSG:4326"))
    assert np.allclose(coverage["walk_m"], WALKS[::-1], atol=0.05)


def test_a_home_on_no_street_says_why():
    """A home far from every street has no walk, and the reason of its join."""
    homes, outlets = lattice(PLACE, INDEXES[5])
    homes.loc[3, "geometry"] = Point(501_500, 3_455_000)
    coverage = lm.measure_coverage(homes, outlets, osmnx_graph("EPSG:4326"))
    assert np.isnan(coverage["walk_m"].iloc[3])
    assert coverage["reason"].tolist()[3] == "off_network"
