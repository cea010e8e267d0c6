"""Supply against demand on foot: the formulas of the floating catchment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from livelihood_map.core.arrays import Floats


def gaussian_decay(walk_m: Floats, *, threshold_m: float) -> Floats:
    r"""Return the weight of each walk: 1 at the door, falling to 0 at the threshold.

    .. math:: G(d) = \frac{e^{-\frac12 (d/d_0)^2} - e^{-\frac12}}{1 - e^{-\frac12}},
              \quad d \le d_0

    Parameters
    ----------
    walk_m
        Walks in metres, any shape.
    threshold_m
        :math:`d_0`, metres.

    Raises
    ------
    ValueError
        When the threshold is not positive.

    References
    ----------
    Dai, D. (2010). Black residential segregation, disparities in spatial access to health care
    facilities, and late-stage breast cancer diagnosis in metropolitan Detroit. Health & Place
    16(5), 1038-1052.

    Examples
    --------
    >>> gaussian_decay(np.array([0.0, 500.0, 1000.0, 1500.0]), threshold_m=1000).round(3)
    array([1.   , 0.701, 0.   , 0.   ])
    """
    if not threshold_m > 0:
        raise ValueError("threshold_m must be above 0")
    edge = np.exp(-0.5)
    weight = (np.exp(-0.5 * (walk_m / threshold_m) ** 2) - edge) / (1 - edge)
    return np.where(walk_m <= threshold_m, np.maximum(weight, 0.0), 0.0)


def measure_asking(
    walks: pd.DataFrame, people: pd.Series[float], *, threshold_m: float
) -> pd.Series[float]:
    r"""Return ``asking``: the people who share each facility, the nearer counting for more.

    First step of the enhanced two-step floating catchment area, :math:`D_j = \sum_k G(d_{kj}) P_k`
    with the Gaussian decay :math:`G` of `gaussian_decay`.

    Parameters
    ----------
    walks
        Table ``walks`` from demand points to facilities, all pairs within the threshold.
    people
        People of each demand point, indexed by demand id.
    threshold_m
        Longest walk, metres.

    Returns
    -------
    Series indexed by facility id, sorted; facilities without a walk have no row.

    Raises
    ------
    ValueError
        When the threshold is not positive or an id is repeated.

    References
    ----------
    Luo, W., Qi, Y. (2009). An enhanced two-step floating catchment area (E2SFCA) method for
    measuring spatial accessibility to primary care physicians. Health & Place 15(4), 1100-1107.

    Examples
    --------
    200 people at the door count whole, those 500 m away, half of the threshold, as 0.701 each:

    >>> walks = pd.DataFrame({"origin_id": ["a", "b"], "dest_id": "m", "walk_m": [0.0, 500.0]})
    >>> measure_asking(walks, pd.Series({"a": 200.0, "b": 100.0}), threshold_m=1000).round(1)
    m    270.1
    Name: asking, dtype: float64
    """
    if not people.index.is_unique:
        raise ValueError("ids must be unique")
    pairs = walks[walks["origin_id"].isin(people.index)]
    weight = gaussian_decay(np.asarray(pairs["walk_m"], np.float64), threshold_m=threshold_m)
    heads = weight * np.asarray(people.reindex(pairs["origin_id"]), np.float64)
    return pd.Series(heads, name="asking").groupby(pairs["dest_id"].to_numpy()).sum()


def measure_supply(
    walks: pd.DataFrame,
    supply: pd.Series[float],
    people: pd.Series[float],
    *,
    threshold_m: float,
) -> pd.Series[float]:
    r"""Return ``supply_per_person``: the supply within reach of a person, shared with the others.

    Enhanced two-step floating catchment area with Gaussian decay :math:`G`. Each facility's
    supply is divided by the people who share it (`measure_asking`), :math:`R_j = S_j / D_j`; each
    place adds up what it reaches, :math:`A_i = \sum_j G(d_{ij}) R_j`. Over all people it
    adds up to the supply: :math:`\sum_i P_i A_i = \sum_j S_j` for facilities that anyone reaches.

    Parameters
    ----------
    walks
        Table ``walks`` from demand points to facilities, all pairs within the threshold.
    supply
        Supply of each facility (market floor in square metres, seats), indexed by facility id.
    people
        People of each demand point, indexed by demand id.
    threshold_m
        Longest walk, metres.

    Returns
    -------
    Series on the index of `people`; 0 where nothing is in reach.

    Raises
    ------
    ValueError
        When the threshold is not positive or an id is repeated.

    References
    ----------
    Luo, W., Qi, Y. (2009). An enhanced two-step floating catchment area (E2SFCA) method for
    measuring spatial accessibility to primary care physicians. Health & Place 15(4), 1100-1107.

    Examples
    --------
    One market of 1,000 m² with 200 people at its door and 100 people just within reach of nothing:

    >>> walks = pd.DataFrame({"origin_id": ["a"], "dest_id": ["m"], "walk_m": [0.0]})
    >>> measure_supply(walks, pd.Series({"m": 1000.0}), pd.Series({"a": 200.0, "b": 100.0}),
    ...                threshold_m=1000).to_dict()
    {'a': 5.0, 'b': 0.0}
    """
    if not (supply.index.is_unique and people.index.is_unique):
        raise ValueError("ids must be unique")
    pairs = walks[walks["dest_id"].isin(supply.index) & walks["origin_id"].isin(people.index)]
    asking = measure_asking(pairs, people, threshold_m=threshold_m)
    ratio = (supply.reindex(asking.index) / asking.where(asking > 0)).fillna(0.0)
    weight = gaussian_decay(np.asarray(pairs["walk_m"], np.float64), threshold_m=threshold_m)
    part = weight * np.asarray(ratio.reindex(pairs["dest_id"]), np.float64)
    reached = pd.Series(part).groupby(pairs["origin_id"].to_numpy()).sum()
    return reached.reindex(people.index, fill_value=0.0).rename("supply_per_person")
