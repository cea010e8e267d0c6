"""How evenly a good is spread over people, within towns and between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from livelihood_map.core.tables import DISTRICT_ID

if TYPE_CHECKING:
    import geopandas as gpd

    from livelihood_map.core.arrays import Floats


BETWEEN_ID: Final = "BETWEEN"
"""`town_id` of the row that compares the towns' means."""
TOP: Final = 0.1
BOTTOM: Final = 0.4


def lorenz(values: Floats, people: Floats) -> tuple[Floats, Floats]:
    r"""Return the Lorenz curve: shares of people from the least value up, and what they hold.

    With values rising, :math:`L(\sum_{i \le n} p_i / \sum_i p_i) =
    \sum_{i \le n} p_i x_i / \sum_i p_i x_i`.

    Parameters
    ----------
    values
        What one person of each group has, not negative.
    people
        People of each group.

    Returns
    -------
    Cumulative shares of people and of the good, both from 0 to 1.

    Raises
    ------
    ValueError
        When a value or a number of people is negative or missing.

    References
    ----------
    Lorenz, M. O. (1905). Methods of measuring the concentration of wealth. Publications of the
    American Statistical Association 9(70), 209-219.

    Examples
    --------
    >>> [curve.tolist() for curve in lorenz(np.array([3.0, 1.0]), np.array([1.0, 1.0]))]
    [[0.0, 0.5, 1.0], [0.0, 0.25, 1.0]]
    """
    if not ((values >= 0).all() and (people >= 0).all()):
        raise ValueError("values and people must not be negative or missing")
    order = np.argsort(values, kind="stable")
    heads = np.concatenate([[0.0], np.cumsum(people[order])])
    held = np.concatenate([[0.0], np.cumsum((values * people)[order])])
    return heads / (heads[-1] or np.nan), held / (held[-1] or np.nan)


def measure_gini(values: Floats, people: Floats) -> float:
    r"""Return the Gini coefficient: 0 when all have the same, near 1 when one has everything.

    Twice the area between the Lorenz curve and the diagonal,
    :math:`G = \sum_{ij} p_i p_j |x_i - x_j| / (2 \bar x (\sum p)^2)`.

    Parameters
    ----------
    values
        What one person of each group has, not negative.
    people
        People of each group.

    Returns
    -------
    0 to 1; NaN when nobody is there or nobody has anything.

    Raises
    ------
    ValueError
        When a value or a number of people is negative or missing.

    References
    ----------
    Gini, C. (1912). Variabilità e mutabilità. Bologna.

    Examples
    --------
    Of two people one has everything:

    >>> measure_gini(np.array([0.0, 1.0]), np.array([1.0, 1.0]))
    0.5
    """
    heads, held = lorenz(values, people)
    return float(1 - np.sum(np.diff(heads) * (held[1:] + held[:-1])))


def measure_palma(values: Floats, people: Floats) -> float:
    r"""Return the Palma ratio: what the best-served tenth has over what the worst 40 % have.

    With Lorenz curve L it is :math:`(1 - L(0.9)) / L(0.4)`.

    Parameters
    ----------
    values
        What one person of each group has, not negative; people of a group are alike.
    people
        People of each group.

    Returns
    -------
    A ratio, 0.25 when all have the same; infinite when the lower 40 % have nothing, NaN when nobody
    has anything.

    Raises
    ------
    ValueError
        When a value or a number of people is negative or missing.

    References
    ----------
    Palma, J. G. (2011). Homogeneous middles vs. heterogeneous tails. Development and Change 42(1),
    87-153.

    Examples
    --------
    Ten people: four have 1 each, five 2, one 6. The top tenth holds 6, the lower four hold 4:

    >>> round(measure_palma(np.array([1.0, 2.0, 6.0]), np.array([4.0, 5.0, 1.0])), 12)
    1.5
    """
    heads, held = lorenz(values, people)
    if np.isnan(held).any() or np.isnan(heads).any():
        return float("nan")
    low = float(np.interp(BOTTOM, heads, held))
    top = 1 - float(np.interp(1 - TOP, heads, held))
    return top / low if low > 0 else float("inf")


def measure_worst_decile(values: Floats, people: Floats, *, is_more_worse: bool = False) -> float:
    r"""Return the mean of the tenth of the people who are worst off.

    With Lorenz curve L and mean :math:`\mu` it is :math:`\mu L(0.1) / 0.1`, or, where more is
    worse, :math:`\mu (1 - L(0.9)) / 0.1`.

    Parameters
    ----------
    values
        What one person of each group has; people of a group are alike.
    people
        People of each group.
    is_more_worse
        Whether more is worse, as with walks.

    Returns
    -------
    The mean, NaN when nobody is there.

    Raises
    ------
    ValueError
        When a value or a number of people is negative or missing.

    References
    ----------
    Lorenz, M. O. (1905). Methods of measuring the concentration of wealth. Publications of the
    American Statistical Association 9(70), 209-219.

    Examples
    --------
    Twenty people, two of whom walk 900 m:

    >>> measure_worst_decile(np.array([100.0, 900.0]), np.array([18.0, 2.0]), is_more_worse=True)
    900.0
    """
    heads, held = lorenz(values, people)
    total = float((values * people).sum())
    crowd = float(people.sum())
    if crowd <= 0:
        return float("nan")
    if total == 0:
        return 0.0
    end = (1 - np.interp(1 - TOP, heads, held)) if is_more_worse else np.interp(TOP, heads, held)
    return float(end) * total / (TOP * crowd)


def summarise_equity(
    values: pd.Series[float],
    people: pd.Series[float],
    demand: gpd.GeoDataFrame,
    *,
    is_more_worse: bool = False,
) -> pd.DataFrame:
    r"""Return how evenly a measure is spread: within each town, between them, in the district.

    Within a town and in the district every person has the value of his demand point; between the
    towns every person has the mean of the town, :math:`\bar x_t = \sum_{i \in t} p_i x_i /
    \sum_{i \in t} p_i`.

    Parameters
    ----------
    values
        The measure of each demand point (supply per person, metres walked), indexed by demand id,
        none missing: give walks beyond the cut-off the cut-off.
    people
        People of each demand point, indexed by demand id.
    demand
        Table ``demand``, for the town of each point.
    is_more_worse
        Whether more is worse, as with walks.

    Returns
    -------
    One row per town, sorted by id, then ``BETWEEN`` (every person has the mean of the town), then
    ``ALL``: town_id, people, mean, gini, palma, worst_decile.

    Raises
    ------
    ValueError
        When a value is negative or missing.

    References
    ----------
    Those of `measure_gini`, `measure_palma` and `measure_worst_decile`.

    Examples
    --------
    In town x one person has nothing and one 4, in town y two have 4 each. Within x the Gini is
    1/2; between the means 2 and 4 it is 1/6; in the district, where one of four has nothing, 1/4:

    >>> demand = pd.DataFrame({"demand_id": list("abc"), "town_id": list("xxy")})
    >>> values = pd.Series({"a": 0.0, "b": 4.0, "c": 4.0})
    >>> people = pd.Series({"a": 1.0, "b": 1.0, "c": 2.0})
    >>> table = summarise_equity(values, people, demand).round(3)
    >>> table[["town_id", "mean", "gini"]].values.tolist()
    [['x', 2.0, 0.5], ['y', 4.0, 0.0], ['BETWEEN', 3.0, 0.167], ['ALL', 3.0, 0.25]]
    """
    towns = pd.Series(demand["town_id"].fillna("").to_numpy(), index=demand["demand_id"])
    rows = pd.DataFrame({"value": values, "people": people.reindex(values.index)})
    rows["town_id"] = towns.reindex(values.index).to_numpy()
    groups = [(str(town_id), part) for town_id, part in rows.groupby("town_id", sort=True)]
    means = pd.DataFrame(
        {
            "value": [_mean(part) for _, part in groups],
            "people": [part["people"].sum() for _, part in groups],
        }
    )
    groups += [(BETWEEN_ID, means.dropna()), (DISTRICT_ID, rows)]
    figures = []
    for town_id, part in groups:
        value = np.asarray(part["value"], np.float64)
        heads = np.asarray(part["people"], np.float64)
        figures.append(
            {
                "town_id": town_id,
                "people": float(heads.sum()),
                "mean": _mean(part),
                "gini": measure_gini(value, heads),
                "palma": measure_palma(value, heads),
                "worst_decile": measure_worst_decile(value, heads, is_more_worse=is_more_worse),
            }
        )
    return pd.DataFrame(figures)


def _mean(part: pd.DataFrame) -> float:
    """Return the mean over people, NaN of nobody."""
    crowd = float(part["people"].sum())
    return float((part["value"] * part["people"]).sum()) / crowd if crowd > 0 else float("nan")
