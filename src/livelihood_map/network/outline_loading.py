"""Compiling of the loops that outline service areas, aside and before they are needed."""

from __future__ import annotations

from livelihood_map.core.crew import begin_aside
from livelihood_map.core.example import example_town
from livelihood_map.network.build import build_network
from livelihood_map.network.isochrone_kernels import cut_rows
from livelihood_map.network.isochrones import build_service_areas
from livelihood_map.network.snapping import join_points
from livelihood_map.network.walking_kernels import is_stored


def load_outlines_aside() -> None:
    """Have a helper compile the loops where their compiled code is not stored yet.

    Examples
    --------
    >>> load_outlines_aside()  # without a crew nothing happens
    """
    if not is_stored(cut_rows):
        begin_aside(_load_outlines)


def _load_outlines() -> None:
    """Outline the areas of a small town."""
    town = example_town()
    network = build_network(town.nodes, town.edges)
    joins = join_points(network, town.facilities, id_column="facility_id", limit_m=100)
    build_service_areas(network, joins, tiers_m=(500, 1000), is_merged=True)
