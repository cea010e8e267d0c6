"""The whole way on real input: walks against networkx, and the main job end to end."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box
from walk_oracle import oracle_walks, random_points, split_graph

from livelihood_map import network
from livelihood_map.core.crs import metric_crs
from livelihood_map.core.settings import StreetSource
from livelihood_map.load.osm.streets import load_streets

pytestmark = pytest.mark.real

CITIES = {
    "las_palmas_2023.osm.pbf": (-15.4490, 28.0990, -15.4110, 28.1540),
    "xian_roads.geojson": (108.90, 34.21, 109.00, 34.30),
}


@pytest.mark.parametrize("name", CITIES)
def test_walks_agree_with_networkx_to_the_millimetre(shared_data, name):
    """1,000 random walks between doors and shops on real streets are those networkx finds."""
    corners = CITIES[name]
    crs = metric_crs("auto", centre_lon=(corners[0] + corners[2]) / 2)
    area = gpd.GeoSeries([box(*corners)], crs=4326).to_crs(crs).iloc[0]
    streets = load_streets(
        StreetSource(path=name), area=area, margin_m=1000, crs=crs, base=shared_data / "cities"
    )
    net = network.build_network(streets.nodes, streets.edges)
    doors = random_points(1, 300, area.bounds, crs, prefix="door", margin_m=0)
    shops = random_points(2, 300, area.bounds, crs, prefix="shop", margin_m=0)
    doors, shops = (
        network.join_points(net, points, id_column="point_id", limit_m=300)
        for points in (doors, shops)
    )
    walks = network.measure_walks(net, doors, shops, cutoff_m=2500)
    found = walks.sample(1000, random_state=1)
    graph = split_graph(streets.edges, doors, shops)
    origins = found["origin_id"].unique()
    expected = oracle_walks(graph, origins, shops["point_id"], 2500)
    pairs = list(zip(found["origin_id"], found["dest_id"], strict=True))
    off_m = np.abs(found["walk_m"].to_numpy() - [expected[pair] for pair in pairs])
    assert off_m.max() <= 0.001
    reached = walks[walks["origin_id"].isin(origins) & (walks["walk_m"] < 2499)]
    assert len(reached) == sum(length < 2499 for length in expected.values())


# --- the main job, end to end


@pytest.fixture(scope="module")
def minhang(real_run):
    """Return the whole run on Minhang without streets."""
    return real_run("minhang")


@pytest.fixture(scope="module")
def las_palmas(real_run):
    """Return the whole run on Las Palmas."""
    return real_run("las_palmas")


def district(work):
    """Return the district's row of each kind."""
    table = work["town_coverage_after"]
    return table[table["town_id"] == "ALL"].set_index("kind")


def assert_sites_everywhere(work, count):
    """The site list has as many rows in the table and in each of its three formats."""
    folder = work.folder
    assert len(work["sites"]) == count
    assert len(gpd.read_file(folder / "sites.geojson")) == count
    assert len(pd.read_csv(folder / "sites.csv", encoding="utf-8-sig")) == count
    assert "sites.xlsx" in {path.name for path in work.written}
    assert any(path.suffix == ".html" for path in work.written)


def test_las_palmas_goes_all_the_way(las_palmas):
    """One OSM extract gives residences, shops and streets, coverage, 20 sites and a map."""
    assert_sites_everywhere(las_palmas, 20)
    assert las_palmas["demand"]["population"].sum() == 378_000
    assert las_palmas["joins"]["reason"].notna().mean() < 0.01
    assert not las_palmas.is_estimated


def test_las_palmas_is_plausible(las_palmas):
    """A dense Spanish city: most people reach a café or market, and 20 sites add to that."""
    shares = district(las_palmas)
    assert 0.80 < shares.loc["breakfast", "covered_share"] < 0.95
    assert 0.80 < shares.loc["wet_market", "covered_share"] < 0.95
    assert 0.50 < shares.loc["housekeeping", "covered_share"] < 0.75
    gain = shares.loc["breakfast", "covered_share_after"] - shares.loc["breakfast", "covered_share"]
    assert gain > 0.03
    walks = las_palmas["coverage"]
    reached = walks.loc[(walks["kind"] == "breakfast") & walks["walk_m"].notna(), "walk_m"]
    assert 150 < reached.median() < 600


def test_the_plan_holds_when_it_is_measured_again(las_palmas):
    """Measured again with the sites open, exactly those people are newly served that it claims."""
    plan = las_palmas["plan"].iloc[0]
    sites = las_palmas["sites"]
    people = las_palmas["demand"].set_index("demand_id")["population"]
    before = las_palmas["coverage"].query("kind == 'breakfast'").set_index("demand_id")["walk_m"]
    net = las_palmas.network
    limit_m = las_palmas.settings.network.join_limit_m
    places = network.join_points(net, sites, id_column="candidate_id", limit_m=limit_m)
    walks = network.measure_nearest(net, las_palmas["joins"], places, cutoff_m=plan["threshold_m"])
    served = walks.loc[walks["walk_m"] <= plan["threshold_m"], "origin_id"]
    newly = served[~(before.reindex(served) <= plan["threshold_m"]).to_numpy()]
    assert people[newly].sum() == pytest.approx(plan["objective"])
    assert sites["gained_population"].sum() == pytest.approx(plan["objective"])


@pytest.mark.long
def test_minhang_goes_all_the_way(minhang):
    """Real towns, estates and food places without streets give 83 sites."""
    assert_sites_everywhere(minhang, 83)
    assert len(minhang["towns"]) == 13
    assert len(minhang["residences"]) == 1388
    assert minhang["demand"]["population"].sum() == pytest.approx(829_565 * 2.5, rel=0.001)
    shares = district(minhang).loc["breakfast"]
    assert 0.35 < shares["covered_share"] < 0.55
    assert shares["covered_share_after"] > 0.8
