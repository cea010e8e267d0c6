"""Service areas for the planner's map: rings in degrees, unpacked when the reader asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import shapely

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.core.labels import label
from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.mapping.base import encode_parts
from livelihood_map.mapping.payload import payload_element
from livelihood_map.network.isochrone_unions import fill_shared_holes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.mapping.inputs import MapTables, PageInputs

_SLIVER_M2: Final = 1.0
"""Smaller parts of a difference are what rounding leaves, not ground."""


def area_section(tables: MapTables, kinds: Sequence[str], *, walker: str) -> dict[str, Any]:
    """Return the merged service areas by kind: tiers rising, each today's and what sites add.

    The two parts of a tier do not overlap, so that together they are the area with the sites.

    Parameters
    ----------
    tables
        Tables with or without ``areas``.
    kinds
        Kinds to write.
    walker
        Whose walks.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    if tables.areas is None:
        return {}
    chosen = tables.areas[tables.areas["facility_id"] == DISTRICT_ID]
    chosen = chosen[chosen["walker"] == walker]
    section: dict[str, Any] = {}
    for kind in kinds:
        of_kind = chosen[chosen["kind"] == kind]
        today, planned = (
            of_kind[of_kind["is_planned"] == yes].set_index("tier_m").geometry
            for yes in (False, True)
        )
        section[kind] = [
            {
                "tier_m": tier_m,
                "lines": _rings(today.get(tier_m), of_kind.crs),
                "gained": _rings(_gain(planned.get(tier_m), today.get(tier_m)), of_kind.crs),
            }
            for tier_m in sorted(of_kind["tier_m"].unique().tolist())
        ]
    return {kind: tiers for kind, tiers in section.items() if tiers}


def _gain(
    planned: shapely.Geometry | None, today: shapely.Geometry | None
) -> shapely.Geometry | None:
    """Return what the sites add to an area."""
    if planned is None or today is None:
        return planned
    parts = shapely.get_parts(shapely.difference(*fill_shared_holes(planned, today)))
    return shapely.multipolygons(parts[shapely.area(parts) >= _SLIVER_M2])


def _rings(area: shapely.Geometry | None, crs: Any) -> list[str]:  # noqa: ANN401  (a CRS)
    """Return outlines and holes of an area as encoded lines in degrees."""
    if area is None:
        return []
    rings = shapely.get_rings(shapely.get_parts(area))
    return encode_parts(gpd.GeoSeries(rings, crs=crs).to_crs(STORAGE_CRS).to_numpy())


def area_payload(page: PageInputs, kinds: Sequence[str]) -> tuple[str, list[str]]:
    """Return the page's element that holds the areas, and the kinds that have any.

    Parameters
    ----------
    page
        Tables with or without ``areas``, and settings.
    kinds
        Kinds to write.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    section = area_section(page.tables, kinds, walker=page.walker)
    if not section:
        return "", []
    return payload_element(section, name="areas", is_compressed=page.is_compressed), list(section)


def area_note(page: PageInputs) -> str:
    """Return in words how the areas were made, and to what tolerance."""
    if page.tables.is_estimated:
        return label("mapping.areas_estimated", page.lang)
    coverage = page.settings.coverage
    strip, tolerance = f"{coverage.area_strip_m:g}", f"{coverage.area_simplify_m:g}"
    return label("mapping.areas_exact", page.lang, strip=strip, tolerance=tolerance)
