"""What a page is told, with the network that the engine walks on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from livelihood_map.mapping.walk_streets import read_streets
from livelihood_map.mapping.walk_tables import WalkTables

if TYPE_CHECKING:
    from livelihood_map.network import WalkNetwork


@dataclass(frozen=True, kw_only=True)
class EngineTables(WalkTables):
    """Tables of a page and the engine's network of the same streets."""

    network: WalkNetwork


def with_network(network: WalkNetwork, **tables: object) -> EngineTables:
    """Return the tables of a page beside the network whose streets it has."""
    return EngineTables(network=network, **{"streets": read_streets(network), **tables})
