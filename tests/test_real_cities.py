"""The whole way on real input: walks against networkx, and the main job end to end."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from shapely import box
from walk_oracle import oracle_walks, random_points, split_graph

from livelihood_map import network
from livelihood_map.core.crs import metric_crs
from livelihood_map.core.settings import StreetSource
from livelihood_map.load.streets import load_streets

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
