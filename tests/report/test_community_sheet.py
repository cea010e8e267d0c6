"""Coverage by community adds up to the towns, and a target of communities is counted by them."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.pipeline.reporting import report_context, report_tables
from livelihood_map.report.community_sheet import measure_communities, with_communities
from livelihood_map.report.sheets import stand_in_notes, with_targets


@pytest.fixture(scope="module")
def known(demo_run):
    """Return the demo's tables with about 600 invented communities, some compounds left without."""
    tables = report_tables(demo_run)
    homes = tables.residences.sort_values(["town_id", "residence_id"]).reset_index(drop=True)
    number = homes.groupby("town_id").cumcount()
    codes = homes["town_id"].astype(str) + (number // 2 + 1).map("{:03d}".format)
    homes["community_id"] = codes.where(number % 11 != 0, None)
    listed = homes.dropna(subset="community_id").drop_duplicates("community_id")
    communities = pd.DataFrame(
        {"community_id": listed["community_id"], "name": "居委 " + listed["community_id"],
         "town_id": listed["town_id"], "source": "名单.csv"}
    )  # fmt: skip
    assert 500 < len(communities) < 700
    return replace(tables, residences=homes, communities=communities)


def test_communities_add_up_to_their_towns_to_the_unit(demo_run, known):
    """Residents and covered residents of a town's communities are those of the town's sheet."""
    measured = measure_communities(known, report_context(demo_run))
    sums = measured.groupby("town_id").sum(numeric_only=True)
    towns = known.town_coverage[known.town_coverage["town_id"] != DISTRICT_ID]
    for kind in ("wet_market", "housekeeping"):
        own = towns[towns["kind"] == kind].set_index("town_id")
        assert sums["population"].to_dict() == own["population"].to_dict()
        assert sums[f"covered_{kind}"].to_dict() == pytest.approx(
            own["covered_population"].to_dict(), abs=0.5
        )


def test_a_target_of_communities_is_checked_by_them(demo_run, known):
    """Housekeeping is compared with the share of communities; without any, compounds stand in."""
    context = report_context(demo_run)
    measured = measure_communities(known, context)
    own = measured[measured["community_id"].notna() & (measured["population"] > 0)]
    share = (own["covered_housekeeping"] >= own["population"] / 2).mean()
    figures = with_targets(with_communities(known, context), standard=context.standard)
    row = figures[(figures["kind"] == "housekeeping") & (figures["town_id"] == DISTRICT_ID)].iloc[0]
    assert row["covered_communities_share"] == pytest.approx(share)
    assert bool(row["is_met"]) == (share >= row["target_share"])
    bare = replace(known, communities=None)
    assert "covered_communities_share" not in with_communities(bare, context)
    (note,) = stand_in_notes(bare.town_coverage, standard=context.standard)
    assert "以小区代居村委" in note
