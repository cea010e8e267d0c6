"""Outlets are opened, moved and closed by the same small layer as streets and gates."""

from __future__ import annotations

import geopandas as gpd
import pytest

from livelihood_map.core.errors import SourceError
from livelihood_map.core.tables import EDITS
from livelihood_map.load.outlet_edits import edit_outlets


def edits_of(town, *rows):
    """Return edits given as (action, place, columns)."""
    listed = [{"edit_id": f"e{n}", "action": row[0], **row[2]} for n, row in enumerate(rows)]
    places = [town.at(*row[1]) for row in rows]
    return EDITS.conform(gpd.GeoDataFrame(listed, geometry=places, crs=town.nodes.crs))


def edit(town, facilities, *rows):
    """Return facilities after edits."""
    return edit_outlets(
        facilities, edits_of(town, *rows), towns=town.towns, kinds=["breakfast", "wet_market"]
    )


def test_an_outlet_is_opened_where_it_is_drawn(grid_town):
    """A new outlet operates, is public, belongs to the town of its place and is named as told."""
    before = grid_town.facilities((0, 0))
    after = edit(
        grid_town, before, ("add_outlet", (1, 4), {"kind": "breakfast", "name": "新街早餐"})
    )
    new = after.iloc[-1]
    assert (new["facility_id"], new["name"], new["status"]) == ("edit:e0", "新街早餐", "operating")
    assert (new["town_id"], new["is_inside"]) == ("east", True)
    assert new.geometry == grid_town.at(1, 4)
    assert len(before) == 1
    assert after.dtypes.equals(before.dtypes)


def test_an_outlet_outside_all_towns_counts_and_is_inside_none(grid_town):
    """Outlets beyond the border serve the people within; they belong to no town."""
    after = edit(
        grid_town, grid_town.facilities((0, 0)), ("add_outlet", (1, 9), {"kind": "breakfast"})
    )
    new = after.iloc[-1]
    assert not new["is_inside"]
    assert new[["town_id"]].isna().all()


def test_an_outlet_moves_with_its_number(grid_town):
    """What moves keeps id and name, and belongs to the town of its new place."""
    before = grid_town.facilities((0, 0), (2, 2), address="老街 1 号", town_id="west")
    after = edit(grid_town, before, ("move_outlet", (3, 4), {"facility_id": "breakfast0"}))
    moved, other = after.iloc[0], after.iloc[1]
    assert (moved["facility_id"], moved["town_id"]) == ("breakfast0", "east")
    assert moved[["address"]].isna().all()
    assert moved.geometry == grid_town.at(3, 4)
    assert (other.geometry, other["address"]) == (grid_town.at(2, 2), "老街 1 号")
    assert before.geometry.iloc[0] == grid_town.at(0, 0)


def test_an_outlet_closes_by_its_number_or_by_its_place(grid_town):
    """Without a number the only operating outlet within 20 m is meant; changes follow in order."""
    before = grid_town.facilities((0, 0), (2, 2))
    named = edit(grid_town, before, ("close_outlet", (4, 4), {"facility_id": "breakfast1"}))
    assert named["status"].tolist() == ["operating", "closed"]
    near = edit(grid_town, before, ("close_outlet", (0.1, 0.1), {}))
    assert near["status"].tolist() == ["closed", "operating"]
    moved = edit(
        grid_town, before,
        ("move_outlet", (4, 4), {"facility_id": "breakfast0"}),
        ("close_outlet", (4, 4.1), {}),
    )  # fmt: skip
    assert moved["status"].tolist() == ["closed", "operating"]


def test_all_that_cannot_be_made_is_told_at_once(grid_town):
    """An unknown number, a place with no outlet or two, a closed one and a kind of no register."""
    before = grid_town.facilities((0, 0), (0, 0.1), (2, 2))
    before.loc[2, "status"] = "closed"
    rows = [
        ("close_outlet", (0, 0), {"facility_id": "gone"}),
        ("move_outlet", (4, 4), {}),
        ("close_outlet", (0, 0.05), {}),
        ("close_outlet", (2, 2), {"facility_id": "breakfast2"}),
        ("add_outlet", (1, 1), {"kind": "tea_house"}),
        ("add_outlet", (1, 1), {}),
    ]
    with pytest.raises(SourceError) as caught:
        edit(grid_town, before, *rows)
    told = [str(problem) for problem in caught.value.problems]
    assert len(told) == len(rows)
    for number, word in enumerate(
        ("gone", "20 米", "breakfast0、breakfast1", "未在营业", "tea_house", "")
    ):
        assert f"e{number}" in told[number]
        assert word in told[number]
