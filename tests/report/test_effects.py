"""What new outlets take from the old ones, and which outlets belong to a chain."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
from reported_town import report_context, report_tables
from shapely import Point

from livelihood_map.core.settings import SitingRules, SitingSettings
from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.report.chain_sheet import count_chains
from livelihood_map.report.effects import effect_tables, list_moves, measure_losses


def context_of(**siting):
    """Return what reports must know, with other settings of the siting."""
    context = report_context()
    return replace(context, settings=replace(context.settings, siting=SitingSettings(**siting)))


def test_people_taken_are_those_whose_nearest_outlet_changes():
    """Whoever the site takes, an old outlet loses or nobody had; others keep their outlet."""
    tables, context = report_tables(), report_context()
    moves = list_moves(tables, context)
    losses = measure_losses(moves)
    is_taken = moves["after"] == "site:c1"
    assert is_taken.any()
    assert moves.loc[~is_taken, "before"].tolist() == moves.loc[~is_taken, "after"].tolist()
    fresh = moves.loc[is_taken & moves["before"].isna(), "people"].sum()
    assert losses["people_lost"].sum() + fresh == moves.loc[is_taken, "people"].sum()
    kept = moves["before"].notna()
    assert losses["people_before"].sum() == moves.loc[kept, "people"].sum()


def test_outlets_beyond_the_stated_share_are_named_with_the_site():
    """An outlet stands in the list when it loses more than the share, and the site names it."""
    tables, context = report_tables(), report_context()
    losses = measure_losses(list_moves(tables, context)).set_index("facility_id")["lost_share"]
    limit = losses.max() / 2
    report = replace(context.settings.report, loss_share=limit)
    context = replace(context, settings=replace(context.settings, report=report))
    sites, outlets = effect_tables(tables, context)
    assert set(outlets["facility_id"]) == set(losses.index[losses > limit])
    assert outlets["takers"].tolist() == ["1"] * len(outlets)
    assert all(name in sites["losers"].iloc[0] for name in outlets["name"])


def test_money_is_told_for_each_person_newly_covered():
    """Cost over residents, workers and passengers newly covered; nothing where no cost is given."""
    costs = SitingRules(costs={"street": 8_700.0, "*": 1.0})
    sites, _ = effect_tables(report_tables(), context_of(rules=costs))
    assert sites["cost_per_person"].tolist() == [8_700 / (50 + 30 + 7)]
    assert "cost" not in effect_tables(report_tables(), context_of())[0]


def test_outlets_of_unknown_type_are_no_independent_ones():
    """The unknown are counted apart: the share of all is a lower limit, that of the known exact."""
    towns = report_tables().towns
    town = towns["town_id"].iloc[0]
    rows = [("chain", "operating"), ("cvs", "operating"), ("single", "operating"),
            (None, "operating"), ("chain", "closed")]  # fmt: skip
    outlets = gpd.GeoDataFrame(
        {"kind": "breakfast", "subtype": [one for one, _ in rows], "is_inside": True,
         "status": [one for _, one in rows], "town_id": town},
        geometry=[Point(0, 0)] * len(rows), crs=towns.crs,
    )  # fmt: skip
    markets = outlets.assign(kind="wet_market", subtype=None)
    counts = count_chains(pd.concat([outlets, markets]), towns, standard=report_context().standard)
    assert counts["town_id"].tolist() == [town, DISTRICT_ID]
    for row in counts.to_dict("records"):
        assert (row["outlets_n"], row["chain_n"], row["unknown_n"]) == (4, 2, 1)
        assert (row["chain_share"], row["known_share"]) == pytest.approx((2 / 4, 2 / 3))
