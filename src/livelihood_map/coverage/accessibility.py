"""Measures over walks: how many, how near, how complete, how they are distributed.

Each takes checked tables and returns a Series or table keyed by demand point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from livelihood_map.core.units import round_mm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.core.arrays import Floats


def select_k_nearest(walks: pd.DataFrame, *, k: int) -> pd.DataFrame:
    r"""Return the k nearest destinations of each origin, with their rank.

    The first k of :math:`w_{i(1)} \le w_{i(2)} \le \dots`, the walks of origin i.

    Parameters
    ----------
    walks
        Table ``walks``, all pairs within a cut-off.
    k
        How many, at least 1.

    Returns
    -------
    Table ``walks`` with a further column ``rank`` (1 is the nearest), sorted by origin and rank;
    of walks equally long the lower id comes first. An origin with fewer destinations has fewer
    rows.

    Raises
    ------
    ValueError
        When `k` is below 1.

    References
    ----------
    Apparicio, P., Abdelmajid, M., Riva, M., Shearmur, R. (2008). Comparing alternative approaches
    to measuring the geographical accessibility of urban health services. International Journal of
    Health Geographics 7, 7.

    Examples
    --------
    >>> walks = pd.DataFrame({"origin_id": ["a", "a", "a"], "dest_id": ["x", "y", "z"],
    ...                       "walk_m": [300.0, 100.0, 200.0]})
    >>> select_k_nearest(walks, k=2)[["dest_id", "rank"]].values.tolist()
    [['y', 1], ['z', 2]]
    """
    if k < 1:
        raise ValueError("k must be at least 1")
    ranked = walks.sort_values(["origin_id", "walk_m", "dest_id"], kind="stable")
    ranked = ranked.assign(rank=ranked.groupby("origin_id").cumcount() + 1)
    return ranked[ranked["rank"] <= k].reset_index(drop=True)


def count_in_tiers(
    walks: pd.DataFrame, demand_ids: Sequence[str], *, tiers_m: Sequence[float]
) -> pd.DataFrame:
    r"""Return how many destinations lie within each tier of each demand point.

    The cumulative opportunities :math:`A_i(t) = |\{j : w_{ij} \le t\}|`; a walk as long as the tier
    counts.

    Parameters
    ----------
    walks
        Table ``walks``, all pairs within the largest tier at least.
    demand_ids
        Demand points asked for; those without a walk count 0.
    tiers_m
        Tiers in metres.

    Returns
    -------
    demand_id and one column ``within_<tier>m_n`` per tier, in the order of `demand_ids`.

    References
    ----------
    Wachs, M., Kumagai, T. G. (1973). Physical accessibility as a social indicator. Socio-Economic
    Planning Sciences 7(5), 437-456.

    Examples
    --------
    >>> walks = pd.DataFrame({"origin_id": ["a", "a"], "dest_id": ["x", "y"],
    ...                       "walk_m": [300.0, 300.001]})
    >>> count_in_tiers(walks, ["a", "b"], tiers_m=(300, 500)).values.tolist()
    [['a', 1, 2], ['b', 0, 0]]
    """
    counts: dict[str, Any] = {"demand_id": pd.Series(list(demand_ids), dtype="str")}
    for tier_m in tiers_m:
        near = walks.loc[walks["walk_m"] <= tier_m, "origin_id"].value_counts()
        near_n = near.reindex(demand_ids, fill_value=0)
        counts[f"within_{tier_m:g}m_n"] = np.asarray(near_n, np.int64)
    return pd.DataFrame(counts)


def measure_completeness(
    coverage: pd.DataFrame, *, key: str = "residence_id", walker: str = "standard"
) -> pd.Series[float]:
    r"""Return ``complete_share``: the share of the measured kinds that a place has within reach.

    The combined measure of the convenience circle: kinds covered over kinds measured,
    :math:`C_i = |\{k : w_{ik} \le t_k\}| / |K|`; 1 means that the circle is complete.

    Parameters
    ----------
    coverage
        Table ``residence_coverage`` or ``coverage``.
    key
        Its id column.
    walker
        Walker whose coverage counts.

    Returns
    -------
    Series indexed by id, sorted.

    Raises
    ------
    KeyError
        When a column is missing.

    References
    ----------
    The idea is that of Moreno, C., Allam, Z., Chabaud, D., Gall, C., Pratlong, F. (2021).
    Introducing the 15-Minute City. Smart Cities 4(1), 93-111; that all kinds weigh the same is our
    choice, no norm.

    Examples
    --------
    >>> rows = pd.DataFrame({"residence_id": ["r", "r"], "kind": ["wet_market", "breakfast"],
    ...                      "walker": "standard", "is_covered": [True, False]})
    >>> measure_completeness(rows).to_dict()
    {'r': 0.5}
    """
    rows = coverage[coverage["walker"] == walker]
    return rows.groupby(key)["is_covered"].mean().rename("complete_share")


def measure_distribution(
    walk_m: Floats, people: Floats, *, steps_m: Sequence[float]
) -> pd.DataFrame:
    r"""Return how many people walk no farther than each step: the distribution of walks.

    The empirical distribution function weighted by people,
    :math:`F(t) = \sum_{i : w_i \le t} p_i / \sum_i p_i`.

    Parameters
    ----------
    walk_m
        Walk of each demand point to its nearest facility, metres; NaN where there is none.
    people
        People of each demand point.
    steps_m
        Steps in metres, rising.

    Returns
    -------
    within_m, people, share; share is of all people, those who reach nothing among them.

    References
    ----------
    The empirical distribution function is that of Kolmogorov, A. N. (1933). Sulla determinazione
    empirica di una legge di distribuzione. Giornale dell'Istituto Italiano degli Attuari 4, 83-91;
    the walk to the nearest facility as a measure of access that of Talen, E., Anselin, L. (1998).
    Assessing spatial equity: an evaluation of measures of accessibility to public playgrounds.
    Environment and Planning A 30(4), 595-613.

    Examples
    --------
    >>> measure_distribution(np.array([100.0, 400.0, np.nan]), np.array([1.0, 1.0, 2.0]),
    ...                      steps_m=(300, 500))["share"].tolist()
    [0.25, 0.5]
    """
    total = float(people.sum())
    walks = round_mm(walk_m)
    reached = [float(people[walks <= step].sum()) for step in steps_m]
    return pd.DataFrame(
        {
            "within_m": np.asarray(steps_m, np.float64),
            "people": reached,
            "share": [part / total if total > 0 else np.nan for part in reached],
        }
    )
