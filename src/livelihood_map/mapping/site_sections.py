"""Suggested sites -> parts of a page's payload."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from livelihood_map.core.labels import label, name_of
from livelihood_map.mapping.base import with_shapes
from livelihood_map.mapping.payload import clean_number, clean_text, encode_points

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from livelihood_map.core.labels import Lang

Section = dict[str, Any]
_MAX_REASON: Final = 1000


def site_section(
    sites: gpd.GeoDataFrame | None, towns: Mapping[str, str], *, lang: Lang
) -> list[Section]:
    """Return the suggested sites by rank.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    return [
        {
            "rank": int(one.rank),
            "id": clean_text(one.candidate_id),
            "name": clean_text(one.name),
            "town": towns.get(str(one.town_id), ""),
            "is_host": one.source == "host",
            "source": _site_source(one.source, one.host_kind, lang),
            "host": clean_text(name_of("core.kind", one.host_kind, lang)),
            "phase": clean_number(getattr(one, "phase", None)),
            "gained_population": clean_number(one.gained_population),
            "gained_workers": clean_number(getattr(one, "gained_workers", None)),
            "gained_passengers": clean_number(getattr(one, "gained_passengers", None)),
            "gained_share": clean_number(one.gained_share, 5),
            "cumulative_share": clean_number(one.cumulative_share, 5),
            "nearest_existing_m": clean_number(one.nearest_existing_m),
            "reason": clean_text(getattr(one, f"reason_{lang}"), limit=_MAX_REASON),
            "point": encode_points([shape]),
        }
        for one, shape in with_shapes(sites, by="rank")
    ]


def own_sites(sites: gpd.GeoDataFrame | None, town_id: str | None) -> list[int]:
    """Return the places by rank of the sites in a town; of all where no town is named.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    if sites is None:
        return []
    towns = sites.sort_values("rank")["town_id"].tolist()
    return [place for place, one in enumerate(towns) if town_id is None or one == town_id]


def site_ids(sites: gpd.GeoDataFrame | None) -> list[str]:
    """Return the candidate ids of the sites by rank.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    return [] if sites is None else sites.sort_values("rank")["candidate_id"].tolist()


def _site_source(source: object, host_kind: object, lang: Lang) -> str:
    """Return in words where a site comes from."""
    if source != "host":
        return clean_text(name_of("mapping.source", source, lang))
    return label(
        "mapping.source_host", lang, host=clean_text(name_of("core.kind", host_kind, lang))
    )
