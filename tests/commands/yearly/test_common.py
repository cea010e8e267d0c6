"""What the answers of the year share: whom a kind counts, where rows lie, how tables are shown."""

from __future__ import annotations

import datetime as dt

import openpyxl
import pandas as pd
import pytest

from livelihood_map.commands.yearly import common
from livelihood_map.core.labels import use_lang
from livelihood_map.core.people import CROWDS
from livelihood_map.core.standards import load_standard
from livelihood_map.pipeline.workspace import Workspace


@pytest.fixture
def work(grid_town, tmp_path):
    """Return a workspace with the tables of a lattice town."""
    return Workspace(
        settings=None,
        standard=load_standard("cn-15min"),
        folder=tmp_path,
        maps=tmp_path,
        date=dt.date(2023, 6, 30),
        tables={"towns": grid_town.towns, "demand": grid_town.demand},
    )


def test_a_kind_counts_workers_where_the_standard_says_so(work):
    """Markets count residents, breakfast those who work there and change trains there as well."""
    demand = work["demand"]
    market, breakfast = (common.demand_of(work, kind) for kind in ("wet_market", "breakfast"))
    assert market["people"].equals(demand["population"].rename("people"))
    assert (breakfast["people"] == demand[list(CROWDS)].sum(axis="columns")).all()


def test_each_row_gets_the_name_of_its_town(work):
    """The district's row is called so, a row without a town has no name; a former name goes."""
    first = work["towns"].iloc[0]
    ids = [first["town_id"], "ALL", None]
    table = pd.DataFrame({"rank": [1, 2, 3], "town_id": ids, "town_name": "?"})
    with use_lang("zh"):
        named = common.with_towns(work, table)
    assert named.columns.tolist() == ["rank", "town_name", "town_id"]
    assert named["town_name"].tolist() == [first["town_name"], "全区", ""]


def test_a_workbook_shows_flags_as_words_and_no_ids_of_towns(work):
    """One sheet a table; notes stand above it, shares are percentages."""
    table = pd.DataFrame({"town_id": ["t"], "people": [5.0], "has_standard": [True]})
    with use_lang("zh"):
        common.save(work, "x", {"layout_towns": table.assign(area_ratio=0.5)}, ["一句话"])
    (path,) = work.written
    page = openpyxl.load_workbook(path).active
    rows = list(page.iter_rows(values_only=True))
    assert rows[1][0] == "一句话"
    assert rows[3] == (5, "是", 0.5)
    assert page["C4"].number_format == "0%"
