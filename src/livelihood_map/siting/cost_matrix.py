"""Maximal covering for those who bring a cost matrix instead of tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import sparse

from livelihood_map.core.budget import Budget
from livelihood_map.siting.solver import (
    WEIGHT_SCALE,
    build_problem,
    choose_greedily,
    load_kernels,
    scale_weights,
    solve_covering,
)

if TYPE_CHECKING:
    from collections.abc import Hashable

    from numpy.typing import ArrayLike

    from livelihood_map.core.arrays import Bools, Longs
    from livelihood_map.siting.solver import Status


@dataclass(frozen=True)
class MatrixChoice:
    """Chosen columns of a matrix with their proof.

    Parameters
    ----------
    chosen
        Labels of the chosen columns of a DataFrame, their positions otherwise, in column order.
    is_covered
        Whether each row is covered, on the index of a DataFrame.
    objective
        Weight of the rows covered.
    bound
        No choice of so many covers more.
    status
        ``optimal`` when the bound proves it, else ``time_limit``, ``clock`` or ``feasible``.
    """

    chosen: tuple[Hashable, ...]
    is_covered: pd.Series[bool]
    objective: float
    bound: float
    status: Status

    @property
    def gap(self) -> float:
        """Return how far the bound lies above the objective, relative to it; 0 when proved."""
        return (self.bound - self.objective) / self.objective if self.objective else 0.0


def solve_mclp(
    matrix: pd.DataFrame | ArrayLike | sparse.sparray | sparse.spmatrix,
    weights: ArrayLike,
    p: int,
    *,
    radius: float | None = None,
    time_limit_s: float = 60.0,
    seed: int = 1,
) -> MatrixChoice:
    r"""Return the `p` columns that cover most weight: maximal covering, with bound and status.

    Parameters
    ----------
    matrix
        One row a demand point, one column a candidate. With `radius` costs, such as metres: a
        column covers a row when the cost is at most the radius, NaN and, of a sparse matrix, what
        is not stored cover nothing. Without it flags of who covers whom.
    weights
        Weight of each row, such as people: not negative, counted to a thousandth.
    p
        How many columns.
    radius
        Largest cost that covers, inclusive; None where `matrix` holds flags.
    time_limit_s
        Longest work for the solver, as the seconds that it takes on an ordinary computer.
    seed
        Seed of all random steps.

    Raises
    ------
    ValueError
        When shapes differ, `p` is not between 1 and the number of columns, a weight is negative or
        missing, or a matrix of costs comes without a radius.
    InfeasibleError
        When the weights are too great to be counted exactly.

    References
    ----------
    Church, R., ReVelle, C. (1974). The maximal covering location problem. Papers of the Regional
    Science Association 32, 101-118.

    Examples
    --------
    >>> costs = pd.DataFrame([[100, 900], [900, 300], [900, 200]], columns=["north", "south"])
    >>> choice = solve_mclp(costs, [50, 30, 40], 1, radius=300)
    >>> choice.chosen, choice.objective, choice.bound, choice.status
    (('south',), 70.0, 70.0, 'optimal')
    """
    rows, columns, shape = _pairs(matrix, radius)
    people = np.asarray(weights, np.float64)
    if people.shape != (shape[0],):
        raise ValueError(f"weights must have one value a row: {shape[0]}, not {people.shape}")
    if not 1 <= p <= shape[1]:
        raise ValueError(f"p must be between 1 and the number of columns, {shape[1]}, not {p}")
    load_kernels()
    problem = build_problem(rows, columns, scale_weights(people), candidate_n=shape[1])
    start = choose_greedily(problem, p)
    answer = solve_covering(problem, p, starts=[start], seed=seed, budget=Budget(time_limit_s))
    is_covered = problem.counts(answer.chosen) > 0
    is_frame = isinstance(matrix, pd.DataFrame)
    names = matrix.columns if is_frame else pd.RangeIndex(shape[1])  # type: ignore[union-attr]
    index = matrix.index if is_frame else pd.RangeIndex(shape[0])  # type: ignore[union-attr]
    return MatrixChoice(
        tuple(names[answer.chosen].tolist()),
        pd.Series(is_covered, index=index, name="is_covered"),
        answer.objective / WEIGHT_SCALE,
        answer.bound / WEIGHT_SCALE,
        answer.status,
    )


def _pairs(matrix: Any, radius: float | None) -> tuple[Longs, Longs, tuple[int, int]]:  # noqa: ANN401
    """Return row and column of every pair that covers, and the shape of the matrix."""
    if sparse.issparse(matrix):
        stored = matrix.tocoo()
        covers = _covers(stored.data, radius)
        return (
            stored.row[covers].astype(np.int64),
            stored.col[covers].astype(np.int64),
            stored.shape,
        )
    dense = matrix.to_numpy() if isinstance(matrix, pd.DataFrame) else np.asarray(matrix)
    if dense.ndim != 2:  # noqa: PLR2004  (rows and columns)
        raise ValueError(f"matrix must have rows and columns, not {dense.ndim} dimensions")
    rows, columns = np.nonzero(_covers(dense, radius))
    return rows.astype(np.int64), columns.astype(np.int64), (dense.shape[0], dense.shape[1])


def _covers(values: Any, radius: float | None) -> Bools:  # noqa: ANN401  (an array of any kind)
    """Return which values cover."""
    if radius is not None:
        with np.errstate(invalid="ignore"):
            return np.asarray(np.asarray(values, np.float64) <= radius, np.bool_)
    flags = np.asarray(values)
    if flags.dtype != np.bool_ and not np.isin(flags, (0, 1)).all():
        raise ValueError("a matrix of costs needs radius=, the largest cost that covers")
    return flags.astype(np.bool_)
