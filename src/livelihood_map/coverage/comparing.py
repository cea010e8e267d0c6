"""Two runs beside each other: who gains and who loses between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from livelihood_map.core.people import CROWDS
from livelihood_map.core.tables import DISTRICT_ID

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd


def compare_coverage(
    before: pd.DataFrame, after: pd.DataFrame, demand: gpd.GeoDataFrame
) -> pd.DataFrame:
    r"""Return the difference between two runs, by kind and walker.

    For runs that differ in one thing: edits to the network, open or closed compounds, two times of
    day, facilities that open or close. With residents p, walks w before and w' after, and
    :math:`c_i = 1` where i is covered, ``gained_population`` is :math:`\sum_i p_i c'_i (1 - c_i)`,
    ``lost_population`` :math:`\sum_i p_i c_i (1 - c'_i)`, ``shorter_population``
    :math:`\sum_i p_i [w'_i < w_i]` with missing walks as infinite, and ``mean_change_m``
    :math:`\sum_i p_i (w'_i - w_i) / \sum_i p_i` over who has both walks.

    Parameters
    ----------
    before, after
        Tables ``coverage`` of the same demand points.
    demand
        Table ``demand``.

    Returns
    -------
    kind, walker, population, covered_population_before, covered_population_after,
    gained_population (covered only after), lost_population (only before), shorter_population and
    longer_population (whose walk changed), mean_change_m (of walks that both runs have).

    Raises
    ------
    ValueError
        When the two runs differ in their demand points, kinds or walkers.

    References
    ----------
    Covered people are those of Church, R., ReVelle, C. (1974). The maximal covering location
    problem. Papers of the Regional Science Association 32, 101-118.

    Examples
    --------
    A new path brings the 50 residents of d2 within 1,000 m and leaves the 100 of d1 as they were:
    the mean of 150 people falls by 50 times 300 m over 150.

    >>> import livelihood_map as lm
    >>> before = pd.DataFrame({"demand_id": ["d1", "d2"], "kind": "breakfast",
    ...                        "walker": "standard", "walk_m": [0.0, 1200.0],
    ...                        "is_covered": [True, False]})
    >>> after = before.assign(walk_m=[0.0, 900.0], is_covered=True)
    >>> changed = compare_coverage(before, after, lm.example_town().demand)
    >>> changed[["gained_population", "lost_population", "mean_change_m"]].values.tolist()
    [[50.0, 0.0, -100.0]]
    """
    key = ["demand_id", "kind", "walker"]
    columns = [*key, "walk_m", "is_covered"]
    both = before[columns].merge(
        after[columns], on=key, how="outer", suffixes=("_before", "_after"), indicator=True
    )
    if (both["_merge"] != "both").any():
        raise ValueError("both runs must have the same demand points, kinds and walkers")
    both = both.merge(pd.DataFrame(demand[["demand_id", "population"]]), on="demand_id")
    rows = [
        {"kind": kind, "walker": walker} | _difference(part)
        for (kind, walker), part in both.groupby(["kind", "walker"], sort=True)
    ]
    return pd.DataFrame(rows)


def compare_towns(
    before: pd.DataFrame,
    after: pd.DataFrame,
    demand: gpd.GeoDataFrame,
    *,
    limits_m: Mapping[str, Sequence[float]],
    walker: str,
) -> pd.DataFrame:
    r"""Return by town who lies within the thresholds of each kind before and after.

    With people p, walks w before and w' after and a threshold T, ``*_before`` is
    :math:`\sum_i p_i [w_i \le T]`, ``*_gained`` :math:`\sum_i p_i [w_i > T][w'_i \le T]`, and
    after = before + gained - lost.

    Parameters
    ----------
    before, after
        Tables ``coverage`` of the same demand points.
    demand
        Table ``demand``.
    limits_m
        Metres of the walks that count, by kind.
    walker
        Whose walks are compared.

    Returns
    -------
    town_id (``ALL`` for the district, in the first rows; points of no town count there alone),
    kind, within_m, and for each of population, workers and passengers the number asking, and
    ``*_before``, ``*_after``, ``*_gained``, ``*_lost``.

    Raises
    ------
    KeyError
        When a kind was not measured.

    Examples
    --------
    >>> import livelihood_map as lm
    >>> demand = lm.example_town().demand
    >>> before = pd.DataFrame({"demand_id": ["d1", "d2"], "kind": "breakfast",
    ...                        "walker": "standard", "walk_m": [0.0, 1200.0]})
    >>> after = before.assign(walk_m=[0.0, 900.0])
    >>> towns = compare_towns(before, after, demand, limits_m={"breakfast": [1000.0]},
    ...                       walker="standard")
    >>> towns.loc[0, ["population_before", "population_after", "population_gained"]].tolist()
    [100.0, 150.0, 50.0]
    """
    people = pd.DataFrame(demand[["demand_id", "town_id", *CROWDS]]).set_index("demand_id")
    rows = []
    for kind, limits in limits_m.items():
        walks = [_walks_of(table, kind, walker, people.index) for table in (before, after)]
        for within_m in limits:
            was, now = (walk <= within_m for walk in walks)
            parts = {"": was | ~was, "_before": was, "_after": now,
                     "_gained": now & ~was, "_lost": was & ~now}  # fmt: skip
            counted = pd.concat(
                [people[list(CROWDS)].mul(part, axis="index").add_suffix(end)
                 for end, part in parts.items()], axis="columns",
            )  # fmt: skip
            by_town = counted.groupby(people["town_id"]).sum()
            whole = counted.sum().to_frame(DISTRICT_ID).T
            figures = pd.concat([whole, by_town]).rename_axis("town_id").reset_index()
            rows.append(figures.assign(kind=kind, within_m=float(within_m)))
    table = pd.concat(rows, ignore_index=True)
    key = ["town_id", "kind", "within_m"]
    return table[[*key, *(name for name in table if name not in key)]]


def _walks_of(
    coverage: pd.DataFrame, kind: str, walker: str, demand_ids: pd.Index[Any]
) -> pd.Series[float]:
    """Return the walks to a kind by demand point, missing ones as infinite."""
    own = coverage[(coverage["kind"] == kind) & (coverage["walker"] == walker)]
    if own.empty:
        raise KeyError(kind)
    walks: pd.Series[float] = own.set_index("demand_id")["walk_m"].reindex(demand_ids)
    return walks.fillna(np.inf)


def compare_walkers(town_coverage: pd.DataFrame, *, town_id: str) -> pd.DataFrame:
    """Return one row per kind with the covered share of each walker beside the others.

    Parameters
    ----------
    town_coverage
        Table ``town_coverage`` with several walkers.
    town_id
        The town, or ``ALL`` for the district.

    Returns
    -------
    kind, and one column ``<walker>_covered_share`` and ``<walker>_median_walk_min`` per walker, in
    the order of `town_coverage`.

    Raises
    ------
    KeyError
        When a column is missing.

    Examples
    --------
    >>> rows = pd.DataFrame({"town_id": "t", "kind": "breakfast", "walker": ["standard", "elderly"],
    ...                      "covered_share": [0.9, 0.7], "median_walk_min": [6.0, 8.0]})
    >>> compare_walkers(rows, town_id="t").to_numpy().tolist()
    [['breakfast', 0.9, 6.0, 0.7, 8.0]]
    """
    rows = town_coverage[town_coverage["town_id"] == town_id]
    walkers = list(rows["walker"].unique())
    table = pd.DataFrame({"kind": list(rows["kind"].unique())})
    for walker in walkers:
        own = rows[rows["walker"] == walker].set_index("kind").reindex(table["kind"])
        table[f"{walker}_covered_share"] = own["covered_share"].to_numpy(np.float64)
        table[f"{walker}_median_walk_min"] = own["median_walk_min"].to_numpy(np.float64)
    return table


def _difference(part: pd.DataFrame) -> dict[str, float]:
    """Return the figures of one kind and walker."""
    people = part["population"].to_numpy(np.float64)
    was, now = part["is_covered_before"].to_numpy(bool), part["is_covered_after"].to_numpy(bool)
    old = part["walk_m_before"].fillna(np.inf).to_numpy(np.float64)
    new = part["walk_m_after"].fillna(np.inf).to_numpy(np.float64)
    has_both = np.isfinite(old) & np.isfinite(new)
    change = (new[has_both] - old[has_both]) * people[has_both]
    crowd = float(people[has_both].sum())
    return {
        "population": float(people.sum()),
        "covered_population_before": float(people[was].sum()),
        "covered_population_after": float(people[now].sum()),
        "gained_population": float(people[now & ~was].sum()),
        "lost_population": float(people[was & ~now].sum()),
        "shorter_population": float(people[new < old].sum()),
        "longer_population": float(people[new > old].sum()),
        "mean_change_m": float(change.sum()) / crowd if crowd > 0 else float("nan"),
    }
