"""The convenience circle of each compound: how many within reach, the nearest, all kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from livelihood_map.core.tables import (
    RESIDENCE_CIRCLE,
    RESIDENCE_NEAREST,
    RESIDENCE_TIERS,
    TOWN_CIRCLE,
)
from livelihood_map.coverage.accessibility import (
    count_in_tiers,
    measure_completeness,
    select_k_nearest,
)
from livelihood_map.coverage.measuring import measure_reach, walker_minutes
from livelihood_map.coverage.summaries import NO_TOWN_ID, name_areas, rows_of_town

if TYPE_CHECKING:
    import geopandas as gpd

    from livelihood_map.core.standards import PlanningStandard, Walker


def count_homes(
    walks: pd.DataFrame, middle: pd.DataFrame, *, standard: PlanningStandard, walker: Walker
) -> pd.DataFrame:
    r"""Return table ``residence_tiers``: how many facilities each compound has within each tier.

    Counted by `count_in_tiers`, :math:`A_r(t) = |\{j : w_{m(r)j} \le t\}|`, from the middle demand
    point m(r) of the compound, the one that stands for it in ``residence_coverage``.

    Parameters
    ----------
    walks
        Walks of `measure_pairs`, all within the largest tier at least.
    middle
        Rows of `select_middle` for this walker.
    standard
        Planning standard of the run, whose rows have the tiers.
    walker
        Walker whose walks these are; one in time mode gets the metres made in a tier's minutes.

    Raises
    ------
    StandardError
        When the standard lacks a kind.

    References
    ----------
    See `count_in_tiers`.

    Examples
    --------
    Of three markets one lies at the door, one 500 m and one 501 m away; the tiers are 300, 500
    and 1,000 m:

    >>> import livelihood_map as lm
    >>> standard = lm.load_standard("cn-15min")
    >>> walks = pd.DataFrame({"origin_id": "d", "dest_id": ["a", "b", "c"], "kind": "wet_market",
    ...                       "walk_m": [0.0, 500.0, 501.0]})
    >>> middle = pd.DataFrame({"residence_id": ["r"], "demand_id": ["d"], "kind": ["wet_market"],
    ...                        "walker": ["standard"]})
    >>> told = count_homes(walks, middle, standard=standard, walker=standard.walker("standard"))
    >>> told[["tier_m", "facilities_n"]].values.tolist()
    [[300.0, 1.0], [500.0, 2.0], [1000.0, 3.0]]
    """
    parts = []
    for kind, homes in middle.groupby("kind", sort=True):
        reach = measure_reach(standard.kind(str(kind)), walker)
        own = walks[walks["kind"] == kind]
        counts = count_in_tiers(own, homes["demand_id"].tolist(), tiers_m=reach.limits_m)
        for tier_m, limit_m in zip(reach.tiers_m, reach.limits_m, strict=True):
            near_n = counts[f"within_{limit_m:g}m_n"].to_numpy()
            parts.append(
                homes[["residence_id", "kind", "walker"]].assign(tier_m=tier_m, facilities_n=near_n)
            )
    return RESIDENCE_TIERS.conform(_ordered(parts, RESIDENCE_TIERS.key))


def name_nearest(
    walks: pd.DataFrame, middle: pd.DataFrame, *, k: int, walker: Walker
) -> pd.DataFrame:
    r"""Return table ``residence_nearest``: the k nearest facilities of each compound and kind.

    Ranked by `select_k_nearest` from the middle demand point m(r) of the compound: the first k of
    :math:`w_{m(r)(1)} \le w_{m(r)(2)} \le \dots`; minutes are metres over the walker's speed.

    Parameters
    ----------
    walks
        Walks of `measure_pairs`; a facility beyond them is not named.
    middle
        Rows of `select_middle` for this walker.
    k
        How many, at least 1.
    walker
        Walker whose walks these are.

    Raises
    ------
    ValueError
        When `k` is below 1.

    References
    ----------
    See `select_k_nearest`.

    Examples
    --------
    Two of three markets are named, 1,000 m at 15 minutes:

    >>> import livelihood_map as lm
    >>> walks = pd.DataFrame({"origin_id": "d", "dest_id": ["a", "b", "c"], "kind": "wet_market",
    ...                       "walk_m": [1000.0, 200.0, 1500.0]})
    >>> middle = pd.DataFrame({"residence_id": ["r"], "demand_id": ["d"], "kind": ["wet_market"],
    ...                        "walker": ["standard"]})
    >>> walker = lm.load_standard("cn-15min").walker("standard")
    >>> told = name_nearest(walks, middle, k=2, walker=walker)
    >>> told[["rank", "facility_id", "walk_m", "walk_min"]].values.tolist()
    [[1, 'b', 200.0, 3.0], [2, 'a', 1000.0, 15.0]]
    """
    parts = []
    for kind, homes in middle.groupby("kind", sort=True):
        own = walks[(walks["kind"] == kind) & walks["origin_id"].isin(homes["demand_id"])]
        nearest = select_k_nearest(own, k=k).rename(columns={"dest_id": "facility_id"})
        named = homes[["residence_id", "kind", "walker", "demand_id"]].merge(
            nearest.drop(columns="kind"), left_on="demand_id", right_on="origin_id"
        )
        minutes = walker_minutes(named["walk_m"], walker)
        parts.append(named.drop(columns=["demand_id", "origin_id"]).assign(walk_min=minutes))
    return RESIDENCE_NEAREST.conform(_ordered(parts, RESIDENCE_NEAREST.key))


def complete_homes(residence_coverage: pd.DataFrame, *, walker: str) -> pd.DataFrame:
    r"""Return table ``residence_circle``: how many of the kinds each compound has within reach.

    ``covered_n`` is :math:`c_r = |\{k : w_{rk} \le t_k\}|`, ``complete_share`` the share
    :math:`c_r / |K|` of `measure_completeness`; the circle is complete where it is 1.

    Parameters
    ----------
    residence_coverage
        Table ``residence_coverage``.
    walker
        Walker whose coverage counts.

    Raises
    ------
    KeyError
        When a column is missing.

    References
    ----------
    See `measure_completeness`.

    Examples
    --------
    >>> rows = pd.DataFrame({"residence_id": ["r", "r", "s", "s"],
    ...                      "kind": ["wet_market", "breakfast"] * 2, "walker": "standard",
    ...                      "is_covered": [True, False, True, True]})
    >>> complete_homes(rows, walker="standard")[["covered_n", "kinds_n", "is_complete"]].values
    array([[1, 2, False],
           [2, 2, True]], dtype=object)
    """
    rows = residence_coverage[residence_coverage["walker"] == walker]
    kinds_n = rows["kind"].nunique()
    share = measure_completeness(rows, walker=walker)
    covered_n = rows.groupby("residence_id")["is_covered"].sum().astype("int64")
    homes = pd.DataFrame({"complete_share": share, "covered_n": covered_n}).reset_index()
    homes = homes.assign(walker=walker, kinds_n=kinds_n, is_complete=homes["covered_n"] == kinds_n)
    return RESIDENCE_CIRCLE.conform(homes)


def complete_towns(
    coverage: pd.DataFrame,
    demand: gpd.GeoDataFrame,
    residence_circle: pd.DataFrame,
    residences: gpd.GeoDataFrame,
    towns: gpd.GeoDataFrame,
    *,
    walker: str,
) -> pd.DataFrame:
    r"""Return table ``town_circle``: residents and compounds by the number of kinds within reach.

    The share of the residents for whom exactly n of the kinds are covered,
    :math:`s(n) = \sum_i p_i [c_i = n] / \sum_i p_i`; with all kinds the circle is complete.
    Residents are taken as they stand at the demand points, compounds as in ``residence_circle``.

    Parameters
    ----------
    coverage, demand, residence_circle, residences, towns
        Tables of the run.
    walker
        Walker whose coverage counts.

    Returns
    -------
    One row for each number of kinds from 0 up; towns in the order of `towns`, then what lies in no
    town (id ``""``, only when there is some), then the district (``ALL``).

    Raises
    ------
    SchemaError
        When the result breaks its schema.

    References
    ----------
    See `measure_completeness`.

    Examples
    --------
    The compound with 100 residents has the only kind within reach, that with 50 has not:

    >>> import livelihood_map as lm
    >>> town = lm.example_town()
    >>> coverage = pd.DataFrame({"demand_id": ["d1", "d2"], "kind": "breakfast",
    ...                          "walker": "standard", "is_covered": [True, False]})
    >>> homes = pd.DataFrame({"residence_id": ["r1", "r2"], "covered_n": [1, 0]})
    >>> by_town = complete_towns(coverage, town.demand, homes, town.residences, town.towns,
    ...                          walker="standard")
    >>> by_town[["town_id", "covered_n", "population", "residences_share"]].values.tolist()
    [['t', 0, 50.0, 0.5], ['t', 1, 100.0, 0.5], ['ALL', 0, 50.0, 0.5], ['ALL', 1, 100.0, 0.5]]
    """
    rows = coverage[coverage["walker"] == walker]
    kinds_n = rows["kind"].nunique()
    covered_n = rows.groupby("demand_id")["is_covered"].sum()
    people = pd.DataFrame(demand[["demand_id", "town_id", "population"]])
    people["covered_n"] = covered_n.reindex(people["demand_id"]).to_numpy()
    homes = residence_circle.merge(pd.DataFrame(residences[["residence_id", "town_id"]]))
    people, homes = (part.fillna({"town_id": NO_TOWN_ID}) for part in (people, homes))
    parts = []
    names = name_areas(towns, [*people["town_id"], *homes["town_id"]])
    for town_id, town_name in names.items():
        those, these = rows_of_town(people, town_id), rows_of_town(homes, town_id)
        numbers = range(kinds_n + 1)
        heads = those.groupby("covered_n")["population"].sum().reindex(numbers, fill_value=0.0)
        count = these["covered_n"].value_counts().reindex(numbers, fill_value=0)
        parts.append(
            pd.DataFrame(
                {
                    "town_id": town_id,
                    "town_name": town_name,
                    "walker": walker,
                    "covered_n": numbers,
                    "kinds_n": kinds_n,
                    "population": heads.to_numpy(np.float64),
                    "population_share": (heads / (heads.sum() or np.nan)).to_numpy(np.float64),
                    "residences_n": count.to_numpy(np.int64),
                    "residences_share": (count / (count.sum() or np.nan)).to_numpy(np.float64),
                }
            )
        )
    return TOWN_CIRCLE.conform(pd.concat(parts))


def _ordered(parts: list[pd.DataFrame], key: tuple[str, ...]) -> pd.DataFrame:
    """Return parts as one table in the order of its key, an empty one when there are none."""
    table = pd.concat(parts) if parts else pd.DataFrame(columns=list(key))
    return table.sort_values(list(key), kind="stable")
