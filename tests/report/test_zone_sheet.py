"""The sheet of gap zones."""

from __future__ import annotations

import pandas as pd
from gap_tables import zones_of
from reported_town import report_context

from livelihood_map.core.labels import label
from livelihood_map.report.zone_sheet import list_zones, zone_sheet


def test_gap_zones_tell_three_kinds_of_people_and_their_sites(grid_town):
    """Residents, workers and passengers stand apart, with the ranks of the sites that serve."""
    town = grid_town
    town.demand["passengers"] = 0.0
    town.demand.loc[town.demand["demand_id"] == "d0_0", ["workers", "passengers"]] = [30.0, 7.0]
    _, zones = zones_of(town, [(0, 0), (0, 1), (4, 4), (4, 3)])
    sites = pd.DataFrame({"rank": [2, 1, 3], "zone_id": [*zones["zone_id"].iloc[[0, 0]], None]})
    sheet = zone_sheet(list_zones(zones, town.towns, sites), context=report_context())
    assert len(zones) == 2
    assert sheet.table[["population", "workers", "passengers"]].to_numpy().tolist() == [
        [20.0, 30.0, 7.0],
        [20.0, 0.0, 0.0],
    ]
    assert sheet.table["sites"].tolist() == ["1、2", ""]
    assert label("core.people_note") in sheet.notes


def test_zones_stand_by_kind_as_in_the_settings_and_by_people_within(grid_town):
    """A kind's zones stand together, the settings' first kind first, most people first in each."""
    _, zones = zones_of(grid_town, [(0, 0), (0, 1), (4, 4), (4, 3)])
    zones = pd.concat([zones, zones], ignore_index=True)
    zones = zones.assign(kind=["breakfast", "wet_market"] * 2, population=[40.0, 30.0, 20.0, 10.0])
    sheet = zone_sheet(list_zones(zones, grid_town.towns, None), context=report_context())
    assert sheet.table["kind"].tolist() == ["wet_market"] * 2 + ["breakfast"] * 2
    assert sheet.table["population"].tolist() == [30.0, 10.0, 40.0, 20.0]
