"""Two runs side by side: who gained, who lost."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from livelihood_map.core.names import town_names
from livelihood_map.core.tables import DISTRICT_ID

if TYPE_CHECKING:
    import geopandas as gpd

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Comparison:
    """Two runs side by side.

    Parameters
    ----------
    by_town
        town_id, town_name, kind, walker, people, covered_before, covered_after, share_before,
        share_after, gained_people, lost_people, the district (`ALL`) last in each kind.
    changes
        One row a demand point, kind and walker whose state differs: demand_id, kind, walker,
        town_id, name, people, walk_before_m, walk_after_m, change (``gained`` or ``lost``).
    unmatched_n
        Demand points that only one of the runs has; they are left out of the comparison.
    """

    by_town: pd.DataFrame
    changes: pd.DataFrame
    unmatched_n: int


def compare_runs(
    before: pd.DataFrame,
    after: pd.DataFrame,
    demand: pd.DataFrame,
    towns: gpd.GeoDataFrame,
) -> Comparison:
    """Return who gained and who lost between two runs.

    Parameters
    ----------
    before, after
        Tables ``coverage`` of the runs; kinds and walkers that only one of them has are left out.
    demand
        demand_id, town_id, name and people of either run.
    towns
        Table ``towns``.

    Raises
    ------
    KeyError
        When a table lacks a column.
    """
    key = ["demand_id", "kind", "walker"]
    states = ["walk_m", "is_covered"]
    both = before[[*key, *states]].merge(
        after[[*key, *states]], on=key, suffixes=("_before", "_after"), validate="one_to_one"
    )
    only = set(before["demand_id"]) ^ set(after["demand_id"])
    columns = ["demand_id", "town_id", "name", "people"]
    both = both.merge(pd.DataFrame(demand[columns]), on="demand_id", how="inner")
    was, now = both["is_covered_before"], both["is_covered_after"]
    people = both["people"].astype(float)
    both = both.assign(
        covered_before=people.where(was, 0.0),
        covered_after=people.where(now, 0.0),
        gained_people=people.where(now & ~was, 0.0),
        lost_people=people.where(was & ~now, 0.0),
    )
    changes = both[was != now].assign(change=np.where(now[was != now], "gained", "lost"))
    changes = changes.rename(
        columns={"walk_m_before": "walk_before_m", "walk_m_after": "walk_after_m"}
    )
    shown = [*key, "town_id", "name", "people", "walk_before_m", "walk_after_m", "change"]
    order = ["kind", "walker", "change", "people", "demand_id"]
    changes = changes[shown].sort_values(
        order, ascending=[True, True, True, False, True], ignore_index=True
    )
    log.info("compare: %d rows, %d changes, %d unmatched", len(both), len(changes), len(only))
    return Comparison(_by_town(both, towns), changes, len(only))


def _by_town(both: pd.DataFrame, towns: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the sums by town and for the district."""
    sums = ["people", "covered_before", "covered_after", "gained_people", "lost_people"]
    own = both.groupby(["kind", "walker", "town_id"])[sums].sum().reset_index()
    whole = both.groupby(["kind", "walker"])[sums].sum().reset_index().assign(town_id=DISTRICT_ID)
    rank = {town: number for number, town in enumerate(towns["town_id"])}
    table = pd.concat([own, whole], ignore_index=True)
    table["rank"] = table["town_id"].map(rank).fillna(len(rank))
    table = table.sort_values(["kind", "walker", "rank"], kind="stable", ignore_index=True)
    for moment in ("before", "after"):
        share = table[f"covered_{moment}"] / table["people"].where(table["people"] > 0)
        table[f"share_{moment}"] = share
    table.insert(1, "town_name", table["town_id"].map(town_names(towns)).fillna(""))
    first = ["town_id", "town_name", "kind", "walker"]
    return table[[*first, *[name for name in table.columns if name not in {*first, "rank"}]]]
