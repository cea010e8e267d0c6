"""HiGHS behind one function: a mixed-integer programme in arrays, with HiGHS's own status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from livelihood_map.core.faults import SolverError

if TYPE_CHECKING:
    from scipy import sparse

    from livelihood_map.siting._problem import BoolArray, FloatArray

HighsStatus = Literal["optimal", "infeasible", "time_limit"]


@dataclass(frozen=True)
class MipAnswer:
    """What HiGHS says of a maximisation.

    Attributes
    ----------
    status : str
        ``optimal`` (within the absolute gap asked for), ``infeasible`` or ``time_limit``.
    values : float64 array or None
        Values of the columns; None when no feasible point is known.
    objective : float
        Objective of `values`, -inf without them.
    bound : float
        HiGHS's own bound on the objective.
    """

    status: HighsStatus
    values: FloatArray | None
    objective: float
    bound: float


def new_solver() -> Any:  # noqa: ANN401  (highspy has no types)
    """Return a silent HiGHS.

    Raises
    ------
    ImportError
        When highspy is not installed.
    """
    import highspy

    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    return solver


def maximise(  # noqa: PLR0913  (a programme has this many parts)
    gains: FloatArray,
    matrix: sparse.csc_array,
    row_lower: FloatArray,
    row_upper: FloatArray,
    column_lower: FloatArray,
    column_upper: FloatArray,
    is_integer: BoolArray,
    *,
    time_limit_s: float,
    absolute_gap: float = 1e-6,
    start: FloatArray | None = None,
    seed: int = 0,
    has_strong_branching: bool = True,
) -> MipAnswer:
    """Return HiGHS's answer to ``max gains @ x`` over rows, column bounds and integrality.

    Parameters
    ----------
    gains : float64 array, shape (columns,)
        Objective.
    matrix : csc_array, shape (rows, columns)
        Rows.
    row_lower, row_upper, column_lower, column_upper : float64 arrays
        Ranges; infinite for none.
    is_integer : bool array, shape (columns,)
        Columns that must be whole.
    time_limit_s : float
        Seconds.
    absolute_gap : float
        Distance of bound and objective at which the answer counts as optimal.
    start : float64 array, optional
        A feasible point, or its first columns with all that must be whole among them.
    seed : int
        HiGHS's random seed.
    has_strong_branching : bool, default True
        False trusts pseudo costs from the first node on: more nodes, each much cheaper.

    Raises
    ------
    SolverError
        When HiGHS refuses the model or ends in a state that is neither of the three.
    """
    import highspy

    solver = new_solver()
    for name, value in (
        ("time_limit", max(time_limit_s, 0.01)),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", absolute_gap),
        ("random_seed", seed),
        ("threads", 1),
        *(() if has_strong_branching else (("mip_pscost_minreliable", 0),)),
    ):
        solver.setOptionValue(name, value)
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = matrix.shape
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = gains
    model.row_lower_, model.row_upper_ = row_lower, row_upper
    model.col_lower_, model.col_upper_ = column_lower, column_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = matrix.indptr
    model.a_matrix_.index_ = matrix.indices
    model.a_matrix_.value_ = matrix.data
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    model.integrality_ = [kinds[int(flag)] for flag in is_integer]
    if solver.passModel(model) == highspy.HighsStatus.kError:
        msg = "HiGHS refused the model"
        raise SolverError(msg)
    if start is not None:
        solver.setSolution(len(start), np.arange(len(start), dtype=np.int32), start)
    solver.run()
    state = solver.getModelStatus()
    info = solver.getInfo()
    if state in {
        highspy.HighsModelStatus.kInfeasible,
        highspy.HighsModelStatus.kUnboundedOrInfeasible,
    }:
        return MipAnswer("infeasible", None, -np.inf, -np.inf)
    statuses: dict[object, HighsStatus] = {
        highspy.HighsModelStatus.kOptimal: "optimal",
        highspy.HighsModelStatus.kModelEmpty: "optimal",
        highspy.HighsModelStatus.kTimeLimit: "time_limit",
    }
    if state not in statuses:
        msg = f"HiGHS ended with {solver.modelStatusToString(state)}"
        raise SolverError(msg)
    has_point = info.primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible)
    values = np.array(solver.getSolution().col_value) if has_point else None
    objective = float(info.objective_function_value) if has_point else -np.inf
    bound = float(info.mip_dual_bound) if is_integer.any() else objective
    return MipAnswer(statuses[state], values, objective, bound)
