"""Which network a page carries to walk on, or why it carries none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import shapely

from livelihood_map.mapping.city import is_city
from livelihood_map.mapping.walk_cut import cut_walks
from livelihood_map.mapping.walk_pack import farthest_m, pack_walks

if TYPE_CHECKING:
    from livelihood_map.core.standards import Walker
    from livelihood_map.mapping.inputs import PageInputs


MAX_EDGES_N: Final = 120_000
"""Most street edges that a page carries. On the demonstration district (50,138) they take 0.7 MB of
the page and a path added 0.07 s of processor time; both grow with the edges. Where a map is divided
by town (``mapping.city_above_n``) each town's page carries those around it."""


class PageNetwork(NamedTuple):
    """What a page walks on."""

    packed: bytes | None = None
    refusal: str = ""
    """Why there is none: ``straight``, ``speed``, ``towns`` (their pages have it) or ``size``;
    empty where frames tell no walks."""


NO_NETWORK: Final = PageNetwork()
"""That of a page of which no walks are known."""


def page_network(page: PageInputs) -> PageNetwork:
    """Return what a page walks on: the whole, or for a town's page what is around the town.

    Parameters
    ----------
    page
        What the page is drawn from.

    Raises
    ------
    StandardError
        When the standard lacks a kind or the walker.
    """
    tables, told = page.tables, page.tables.walks
    if tables.is_estimated:
        return PageNetwork(refusal="straight")
    if told is None:
        return NO_NETWORK
    walker = page.standard.walker(page.walker)
    if not _has_distances(walker):
        return PageNetwork(refusal="speed")
    if is_city(tables, page.settings):
        return PageNetwork(refusal="towns")
    told = replace(
        told,
        homes=tables.residences["residence_id"].tolist(),
        facilities=tables.facilities["facility_id"].tolist(),
        towns=tables.towns["town_id"].tolist(),
    )
    asked: dict[str, Any] = {
        "standard": page.standard, "kinds": page.kinds, "walker": walker,
        "cutoff_m": page.settings.coverage.cutoff_m,
    }  # fmt: skip
    if page.town_id is not None:
        outline = shapely.union_all(tables.towns.geometry.to_numpy())
        farthest = farthest_m(told, **asked)
        told = cut_walks(told, town_id=page.town_id, outline=outline, farthest_m=farthest)
    if not 0 < told.streets.edges_n <= MAX_EDGES_N:
        return PageNetwork(refusal="size" if told.streets.edges_n else "straight")
    return PageNetwork(pack_walks(told, **asked))


def _has_distances(walker: Walker) -> bool:
    """Return whether distances alone count for a walker: no slopes, waits or steps."""
    return walker.mode == "distance" and not walker.avoids_steps
