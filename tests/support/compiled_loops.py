"""The compiled loops in parts that workers of one run compile side by side, each once."""

from __future__ import annotations

import pandas as pd

from livelihood_map.core.example import example_town
from livelihood_map.network import (
    build_network,
    build_service_areas,
    find_dominating,
    join_demand,
    join_points,
)
from livelihood_map.siting.solver.loading import load_kernels


def compile_streets():
    """Outline the areas of a small town and find the places along its streets."""
    town = example_town()
    network = build_network(town.nodes, town.edges)
    outlets = join_points(network, town.facilities, id_column="facility_id", limit_m=100)
    build_service_areas(network, outlets, tiers_m=(500, 1000), is_merged=True)
    homes = join_demand(network, town.demand, town.gates, limit_m=100)
    asked = pd.DataFrame({"point_id": homes["point_id"].unique(), "within_m": 300.0})
    edges = pd.DataFrame(network.edges[["u", "v", "key", "length_m"]])
    stretches = edges.rename(columns={"length_m": "to_m"}).assign(from_m=0.0, group="")
    find_dominating(network, homes, asked, stretches)


PARTS = {"siting": load_kernels, "streets": compile_streets}
