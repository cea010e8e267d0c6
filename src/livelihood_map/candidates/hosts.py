"""Places with a name: hosts of the registers, and parcels that the office lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from livelihood_map.candidates.candidate_rows import make_rows, spot_keys

if TYPE_CHECKING:
    import geopandas as gpd

    from livelihood_map.core.settings import CandidateSettings

OPEN_STATUSES: Final = ("operating", "planned", "renovating")


def list_parcels(listed: gpd.GeoDataFrame | None, crs: object) -> gpd.GeoDataFrame:
    """Return the parcels that the office names itself."""
    if listed is None or not len(listed):
        return make_rows([], [], "listed", 0.0, np.empty(0, dtype=object), crs)
    parcels = listed.to_crs(crs).reset_index(drop=True)
    points = parcels.geometry.representative_point()
    keys = parcels["listed_id"] if "listed_id" in parcels else pd.Series(spot_keys(points, crs))
    table = make_rows(
        "listed-" + keys.astype(str), parcels["name"].fillna(""), "listed", 0.0, points, crs
    )
    if "is_fixed" in parcels:
        table["is_fixed"] = parcels["is_fixed"].fillna(value=False).astype(bool)
    if "is_rejected" in parcels:
        rejected = parcels["is_rejected"].fillna(value=False).astype(bool)
        table.loc[rejected, "excluded_by"] = "listed"
    return table


def find_hosts(
    facilities: gpd.GeoDataFrame, kind: str, settings: CandidateSettings
) -> gpd.GeoDataFrame:
    """Return the facilities that could take an outlet in, the closed ones marked."""
    kinds = [host for host in settings.host_kinds if host != kind]
    hosts = facilities[facilities["kind"].isin(kinds)].sort_values("facility_id")
    table = make_rows(
        ("host-" + hosts["facility_id"].astype(str)).to_numpy(),
        hosts["name"].to_numpy(),
        "host",
        settings.duplicate_m,
        hosts.geometry.to_numpy(),
        facilities.crs,
        host_id=hosts["facility_id"].to_numpy(),
        host_kind=hosts["kind"].to_numpy(),
    )
    is_closed = ~hosts["status"].isin(OPEN_STATUSES).to_numpy()
    table.loc[is_closed, "excluded_by"] = "closed"
    return table
