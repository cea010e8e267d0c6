"""Integer programmes written row by row, solved by HiGHS through scipy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    Row = tuple[Mapping[int, float], float, float]
    """Factor by variable, and the lower and upper end of their sum."""


def constrain(rows: Sequence[Row], variables_n: int) -> Any:  # noqa: ANN401  (a LinearConstraint)
    """Return the rows of a programme as one constraint.

    Parameters
    ----------
    rows
        Factor by variable, lower end and upper end of each row; at least one factor in all.
    variables_n
        How many variables there are.

    Raises
    ------
    ValueError
        When no row has a factor.
    """
    from scipy.optimize import LinearConstraint
    from scipy.sparse import csr_array

    entries = [(r, at, v) for r, (terms, _, _) in enumerate(rows) for at, v in terms.items()]
    r, c, v = (np.array(part) for part in zip(*entries, strict=True))
    matrix = csr_array((v, (r, c)), shape=(len(rows), variables_n))
    low, high = (np.array(ends) for ends in list(zip(*rows, strict=True))[1:])
    return LinearConstraint(matrix, low, high)


def minimise(
    aim: NDArray[np.float64],
    constraint: Any,  # noqa: ANN401
    *,
    whole: ArrayLike = 1,
    low: ArrayLike = 0.0,
    high: ArrayLike = 1.0,
    time_limit_s: float,
) -> Any:  # noqa: ANN401  (scipy's OptimizeResult)
    """Return the solver's answer, proved to the last digit where the time suffices.

    Parameters
    ----------
    aim
        Factor of each variable in the sum that is made least, shape (variables,).
    constraint
        What :func:`constrain` returns.
    whole
        1 for whole variables, 0 for others, shape (variables,) or the same for all.
    low, high
        Ends of the variables, shape (variables,) or the same for all.
    time_limit_s
        Longest time, seconds.

    Raises
    ------
    ValueError
        When the shapes do not fit.
    """
    from scipy.optimize import Bounds, milp

    shape = np.shape(aim)
    return milp(
        aim,
        constraints=constraint,
        integrality=np.broadcast_to(whole, shape),
        bounds=Bounds(np.broadcast_to(low, shape), np.broadcast_to(high, shape)),
        options={"time_limit": time_limit_s, "mip_rel_gap": 0.0},
    )
