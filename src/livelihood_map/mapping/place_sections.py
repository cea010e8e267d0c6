"""Outlets, gates, centres and places off the streets -> parts of a page's payload."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from livelihood_map.core.labels import label, name_of
from livelihood_map.mapping.base import in_degrees, with_shapes
from livelihood_map.mapping.palette import CENTRES, symbol
from livelihood_map.mapping.payload import clean_number, clean_text, encode_points, encode_shape

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from livelihood_map.core.labels import Lang

Section = dict[str, Any]


def facility_kind_section(
    facilities: gpd.GeoDataFrame, measured: Sequence[str], *, lang: Lang
) -> list[Section]:
    """Return the kinds of facility with their symbols, measured kinds first.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    present = set(facilities["kind"].unique())
    ordered = [kind for kind in measured if kind in present]
    ordered += sorted(present.difference(measured))
    return [
        {"id": kind, "name": clean_text(name_of("core.kind", kind, lang)), **vars(symbol(kind))}
        for kind in ordered
    ]


def facility_section(
    facilities: gpd.GeoDataFrame,
    kinds: Sequence[Section],
    towns: Mapping[str, str],
    *,
    lang: Lang,
) -> Section:
    """Return the facilities column by column.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    position = {kind["id"]: index for index, kind in enumerate(kinds)}
    opens = facilities["opens_at"].map(clean_text)
    closes = facilities["closes_at"].map(clean_text)
    hours = ["–".join(filter(None, pair)) for pair in zip(opens, closes, strict=True)]
    return {
        "points": encode_points(in_degrees(facilities)),
        "name": facilities["name"].map(clean_text).tolist(),
        "kind": facilities["kind"].map(position).tolist(),
        "subtype": [
            clean_text(name_of("core.subtype", value, lang)) for value in facilities["subtype"]
        ],
        "status": facilities["status"].tolist(),
        "town": [towns.get(str(value), "") for value in facilities["town_id"]],
        "address": facilities["address"].map(clean_text).tolist(),
        "hours": hours,
        "residents_only": _positions(facilities.get("is_residents_only")),
        "smart": _positions(facilities.get("is_smart")),
        "demonstration": _positions(facilities.get("is_demonstration")),
    }


def _positions(flags: pd.Series | None) -> list[int]:
    """Return the places of the rows that a flag marks; none without the column."""
    if flags is None:
        return []
    positions: list[int] = np.flatnonzero(flags.eq(other=True).to_numpy(dtype=bool)).tolist()
    return positions


def gate_section(gates: gpd.GeoDataFrame | None, residence_ids: Sequence[str]) -> Section:
    """Return the gates column by column: place, compound, state, hours.

    The state is ``open``, ``closed`` or ``inferred``; the compound its place in `residence_ids`.
    Gates of other compounds are left out.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    if gates is None:
        return {"points": "", "home": [], "state": [], "hours": []}
    position = {residence_id: index for index, residence_id in enumerate(residence_ids)}
    shown = gates[gates["residence_id"].isin(position)]
    known = np.where(shown["is_open"], "open", "closed")
    return {
        "points": encode_points(in_degrees(shown)),
        "home": shown["residence_id"].map(position).tolist(),
        "state": np.where(shown["is_inferred"], "inferred", known).tolist(),
        "hours": shown["hours"].map(clean_text).tolist(),
    }


def inferred_gate_section(
    gates: gpd.GeoDataFrame | None, residence_ids: Sequence[str]
) -> list[int]:
    """Return the places of the compounds whose gates are inferred.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    if gates is None:
        return []
    inferred = gates.loc[gates["is_inferred"], "residence_id"]
    return _positions(pd.Series(residence_ids, dtype="str").isin(inferred))


def problem_section(
    problems: gpd.GeoDataFrame | None, towns: Mapping[str, str], *, lang: Lang
) -> list[Section]:
    """Return the places that the streets do not serve, with the reason in words.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    return [
        {
            "name": clean_text(one.name),
            "town": towns.get(str(one.town_id), ""),
            "reason": clean_text(name_of("mapping.join", one.reason, lang)),
            "population": clean_number(one.population),
            "point": encode_points([shape]),
        }
        for one, shape in with_shapes(problems)
    ]


def centre_section(
    centres: gpd.GeoDataFrame | None, towns: Mapping[str, str], tolerance_m: float, *, lang: Lang
) -> Section:
    """Return the commercial centres with their areas and reach, and the legend of their levels.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    if centres is None:
        return {"levels": [], "rows": []}
    areas = centres.geometry.where(centres.geometry.geom_type != "Point")
    reach = centres.geometry.buffer(centres["radius_m"].fillna(0.0))
    reach = reach.where(centres["radius_m"].notna())
    drawn = [in_degrees(centres.set_geometry(shapes), tolerance_m) for shapes in (areas, reach)]
    places = in_degrees(centres.set_geometry(centres.representative_point()))
    levels = [level for level in CENTRES if level in set(centres["level"])]
    return {
        "levels": [
            {"name": label(f"mapping.centre_{level.lower()}", lang), **vars(CENTRES[level])}
            for level in levels
        ],
        "rows": [
            {
                "name": clean_text(one.name),
                "level": levels.index(one.level),
                "town": towns.get(str(one.town_id), ""),
                "radius_m": clean_number(one.radius_m),
                "shapes": [encode_shape(shape) for shape in shapes if shape is not None],
                "point": encode_points([place]),
            }
            for one, place, *shapes in zip(
                centres.itertuples(index=False), places, *drawn, strict=True
            )
        ],
    }
