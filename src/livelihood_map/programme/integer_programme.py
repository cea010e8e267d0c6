"""Integer programmes written row by row, solved by HiGHS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from livelihood_map.core.budget import Budget
from livelihood_map.core.highs import IntegerProgramme

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    Row = tuple[Mapping[int, float], float, float]
    """Factor by variable, and the lower and upper end of their sum."""


def maximise(
    aim: NDArray[np.float64],
    rows: Sequence[Row],
    *,
    whole: ArrayLike = True,
    low: ArrayLike = 0.0,
    high: ArrayLike = 1.0,
    time_limit_s: float,
) -> tuple[NDArray[np.float64] | None, float, float]:
    """Return the variables, None without an answer, what they come to, and the bound proved.

    Parameters
    ----------
    aim
        Factor of each variable in the sum that is made largest, shape (variables,).
    rows
        Factor by variable, lower end and upper end of each row; at least one factor in all.
    whole
        Whether variables are whole, shape (variables,) or the same for all.
    low, high
        Ends of the variables, shape (variables,) or the same for all.
    time_limit_s
        Seconds of work.

    Raises
    ------
    SolverError
        When HiGHS refuses the programme.
    ValueError
        When no row has a factor, or the shapes do not fit.
    """
    entries = [(r, at, v) for r, (terms, _, _) in enumerate(rows) for at, v in terms.items()]
    r, c, v = (np.array(part) for part in zip(*entries, strict=True))
    programme = IntegerProgramme()
    columns = programme.add_columns(len(aim), gains=aim, lower=low, upper=high, is_whole=whole)
    matrix = sparse.csr_array((v, (r, c)), shape=(len(rows), len(aim)))
    lower, upper = (np.array(ends) for ends in list(zip(*rows, strict=True))[1:])
    programme.add_rows({columns: matrix}, lower=lower, upper=upper)
    answer = programme.maximise(Budget(time_limit_s))
    return answer.values, answer.objective, answer.bound
