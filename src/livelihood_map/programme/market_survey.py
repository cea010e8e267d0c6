"""The survey of every wet market: what is asked, what came back, what it changes."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.core.survey_form import ASKED, KNOWN
from livelihood_map.core.tables import DISTRICT_ID

log = logging.getLogger(__name__)

_MERGED: Final = ("area_m2", "stalls_n", "operator_form", "opens_at", "closes_at", "condition")
_MOVED_M: Final = 1.0
_DEGREE_DIGITS: Final = 6

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class SurveyResult:
    """What a survey changed.

    Parameters
    ----------
    markets
        Table ``facilities`` of the markets with the answers in it, and the columns operator_form,
        condition and surveyed_on.
    changes
        facility_id, field, before, after (texts; empty where there was nothing).
    by_town
        town_id, markets_n, surveyed_n, surveyed_share, the district (`ALL`) last.
    """

    markets: gpd.GeoDataFrame
    changes: pd.DataFrame
    by_town: pd.DataFrame

    @property
    def surveyed_share(self) -> float:
        """Return the share of markets that were surveyed, 0-1."""
        return float(self.by_town["surveyed_share"].iloc[-1])


def list_questions(markets: gpd.GeoDataFrame, town_names: Mapping[str, str]) -> pd.DataFrame:
    """Return one row a market: what is known of it, and what is asked, prefilled.

    Parameters
    ----------
    markets
        Table ``facilities`` of the wet markets inside the district; those closed are left out.
    town_names
        Name by town_id.

    Raises
    ------
    KeyError
        When the table lacks a column.
    """
    own = markets[markets["is_inside"] & (markets["status"] != "closed")]
    own = own.sort_values(["town_id", "facility_id"]).reset_index(drop=True)
    points = own.geometry.to_crs(STORAGE_CRS)
    opens, closes = own["opens_at"], own["closes_at"]
    table = pd.DataFrame(own).reindex(columns=["town_id", *KNOWN, *ASKED])
    return table.assign(
        town_name=own["town_id"].map(dict(town_names)).fillna(""),
        hours=(opens + "-" + closes).where(opens.notna() & closes.notna()),
        lon=points.x.round(_DEGREE_DIGITS),
        lat=points.y.round(_DEGREE_DIGITS),
        **dict.fromkeys(("is_position_checked", "surveyed_on", "note")),
    )


def merge_survey(markets: gpd.GeoDataFrame, answers: pd.DataFrame) -> SurveyResult:
    """Return the markets with the answers of a survey, what changed, and how many were surveyed.

    An empty answer changes nothing. A position is taken over only where it was checked on a map. A
    market counts as surveyed when its answers bear a date.

    Parameters
    ----------
    markets
        Table ``facilities`` of the wet markets, in any CRS.
    answers
        facility_id (each once) and, as far as answered: area_m2, stalls_n, operator_form, opens_at,
        closes_at, condition, lon, lat (WGS-84 degrees), is_position_checked, surveyed_on.

    Raises
    ------
    KeyError
        When a table lacks a column.
    """
    merged = markets.reset_index(drop=True)
    told = answers.set_index("facility_id").reindex(merged["facility_id"])
    changes: list[dict[str, str]] = []
    for field in _MERGED:
        if field not in told.columns:
            continue
        before = merged[field] if field in merged.columns else pd.Series([None] * len(merged))
        after = pd.Series(told[field].to_numpy(), index=merged.index)
        changes += _differences(merged["facility_id"], field, before, after)
        merged[field] = after.where(after.notna(), before)
    merged["surveyed_on"] = told["surveyed_on"].to_numpy()
    merged, moved = _move(merged, told)
    table = pd.DataFrame([*changes, *moved], columns=["facility_id", "field", "before", "after"])
    table = table.sort_values(["facility_id", "field"], ignore_index=True)
    survey = SurveyResult(merged, table, _by_town(merged))
    log.info("survey: %d of %d markets, %d changes", len(answers), len(markets), len(table))
    return survey


def _differences(
    ids: pd.Series[str], field: str, before: pd.Series[Any], after: pd.Series[Any]
) -> list[dict[str, str]]:
    """Return where an answer differs from what was known."""
    return [
        {"facility_id": facility_id, "field": field, "before": _text(old), "after": _text(new)}
        for facility_id, old, new in zip(ids, before, after, strict=True)
        if not pd.isna(new) and (pd.isna(old) or old != new)
    ]


def _text(value: object) -> str:
    """Return a value for reading.

    Examples
    --------
    >>> _text(1200.0), _text(None), _text("06:00")
    ('1200', '', '06:00')
    """
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _move(
    merged: gpd.GeoDataFrame, told: pd.DataFrame
) -> tuple[gpd.GeoDataFrame, list[dict[str, str]]]:
    """Return the markets at their checked positions, and who moved how far."""
    if not {"lon", "lat", "is_position_checked"} <= set(told.columns):
        return merged, []
    checked = told["is_position_checked"].eq(True).to_numpy(bool)
    has_place = told["lon"].notna().to_numpy() & told["lat"].notna().to_numpy() & checked
    if not has_place.any():
        return merged, []
    lon, lat = told["lon"].to_numpy(float), told["lat"].to_numpy(float)
    places = gpd.GeoSeries(gpd.points_from_xy(lon[has_place], lat[has_place]), crs=STORAGE_CRS)
    places = places.to_crs(merged.crs)
    rows = np.flatnonzero(has_place)
    was = merged.geometry.iloc[rows].reset_index(drop=True)
    far = was.distance(places).to_numpy()
    is_moved = far >= _MOVED_M
    shapes = merged.geometry.to_numpy().copy()
    shapes[rows[is_moved]] = places[is_moved]
    ids = merged["facility_id"].iloc[rows[is_moved]]
    moved = [
        {"facility_id": facility_id, "field": "position", "before": "", "after": f"{metres:.0f}"}
        for facility_id, metres in zip(ids, far[is_moved], strict=True)
    ]
    return merged.set_geometry(gpd.GeoSeries(shapes, crs=merged.crs)), moved


def _by_town(merged: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return how many markets of each town were surveyed."""
    own = merged[merged["is_inside"] & (merged["status"] != "closed")]
    own = own.assign(is_surveyed=own["surveyed_on"].notna())
    table = own.groupby("town_id")["is_surveyed"].agg(markets_n="size", surveyed_n="sum")
    table = table.reset_index()
    whole = {
        "town_id": DISTRICT_ID,
        "markets_n": len(own),
        "surveyed_n": int(own["is_surveyed"].sum()),
    }
    table = pd.concat([table, pd.DataFrame([whole])], ignore_index=True)
    table["surveyed_n"] = table["surveyed_n"].astype(int)
    table["surveyed_share"] = table["surveyed_n"] / table["markets_n"].where(table["markets_n"] > 0)
    return table
