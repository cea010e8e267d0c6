"""Integer programmes: blocks of columns and rows, solved by HiGHS, with HiGHS's own status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from scipy import sparse

from livelihood_map.core.faults import SolverError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike

    from livelihood_map.core.arrays import Floats, Longs
    from livelihood_map.core.budget import Budget

ProgrammeStatus = Literal["optimal", "infeasible", "time_limit"]
HALF: Final = 0.5
EVENT_S: Final = 1e-4
START_ENTRY_S: Final = 4e-6
ROOT_ENTRY_S: Final = 1e-6
NODE_ENTRY_S: Final = 1e-7
"""Seconds that HiGHS takes for an event, and more for each entry of the programme: until the first
relaxation is solved, for a round of cuts or a dive at the root, for a step of a later node. Settled
on the demo district's rules and the published points of New York and San Francisco."""
LEAST_S: Final = 0.01
"""The shortest time limit that HiGHS is given."""


@dataclass(frozen=True)
class Columns:
    """A block of columns of a programme: `count` of them from `first` on."""

    first: int
    count: int

    def of(self, values: Floats) -> Floats:
        """Return the block's own part of the values of all columns, shape (count,)."""
        return values[self.first : self.first + self.count]


@dataclass(frozen=True)
class ProgrammeAnswer:
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

    status: ProgrammeStatus
    values: Floats | None
    objective: float
    bound: float

    def chosen(self, columns: Columns) -> Longs | None:
        """Return the positions in a block of 0-1 columns that are 1; None without values."""
        if self.values is None:
            return None
        return np.flatnonzero(columns.of(self.values) > HALF).astype(np.int64)


class IntegerProgramme:
    r"""A programme :math:`\max g x, \; l \le A x \le u, \; x_l \le x \le x_u`, some columns whole.

    Columns and rows are added in blocks; rows name the blocks that they have factors in.

    Examples
    --------
    >>> from livelihood_map.core.budget import Budget
    >>> programme = IntegerProgramme()
    >>> taken = programme.add_columns(3, gains=np.array([3.0, 4.0, 5.0]), is_whole=True)
    >>> programme.add_rows({taken: np.array([[2.0, 3.0, 4.0]])}, upper=6.0)
    >>> answer = programme.maximise(Budget(9.0))
    >>> answer.status, answer.objective, answer.chosen(taken).tolist()
    ('optimal', 8.0, [0, 2])
    """

    def __init__(self) -> None:
        self._columns: list[tuple[Floats, Floats, Floats, Floats]] = []
        self._rows: list[tuple[Floats, Floats]] = []
        self._entries: list[tuple[Longs, Longs, Floats]] = []
        self.column_n = 0
        self.row_n = 0

    @property
    def entry_n(self) -> int:
        """Number of factors in all rows."""
        return sum(len(part) for part, _, _ in self._entries)

    def add_columns(
        self,
        count: int,
        *,
        gains: ArrayLike = 0.0,
        lower: ArrayLike = 0.0,
        upper: ArrayLike = 1.0,
        is_whole: ArrayLike = False,
    ) -> Columns:
        """Return a new block of columns.

        Parameters
        ----------
        count
            Number of columns.
        gains
            Factors in the objective, one for all or shape (count,).
        lower, upper
            Ends of the columns, one for all or shape (count,).
        is_whole
            Whether the columns must be whole, one for all or shape (count,).
        """
        gains, lower, upper, whole = (_spread(x, count) for x in (gains, lower, upper, is_whole))
        self._columns.append((gains, lower, upper, whole))
        self.column_n += count
        return Columns(self.column_n - count, count)

    def add_rows(
        self,
        factors: Mapping[Columns, Any],
        *,
        lower: ArrayLike = -np.inf,
        upper: ArrayLike = np.inf,
    ) -> None:
        """Add rows ``lower <= sum of factors @ columns <= upper``.

        Parameters
        ----------
        factors
            By block of columns a matrix, sparse or not, shape (rows, columns of the block); at
            least one.
        lower, upper
            Ends of the rows, one for all or shape (rows,).

        Raises
        ------
        ValueError
            When a matrix does not fit its block or the ends do not fit the rows.
        """
        row_n = -1
        for columns, matrix in factors.items():
            block = sparse.coo_array(matrix)
            if block.shape[1] != columns.count or row_n not in {-1, block.shape[0]}:
                msg = f"a matrix of {block.shape} does not fit {columns.count} columns"
                raise ValueError(msg)
            row_n = block.shape[0]
            rows, positions = (np.asarray(axis, dtype=np.int64) for axis in block.coords)
            self._entries.append(
                (rows + self.row_n, positions + columns.first, block.data.astype(np.float64))
            )
        self._rows.append((_spread(lower, row_n), _spread(upper, row_n)))
        self.row_n += row_n

    def maximise(
        self,
        budget: Budget,
        *,
        absolute_gap: float = 1e-6,
        start: Mapping[Columns, Floats] | None = None,
        has_strong_branching: bool = True,
        pace: float = 1.0,
    ) -> ProgrammeAnswer:
        """Return HiGHS's answer.

        Parameters
        ----------
        budget
            Work that may be done, counted in HiGHS's own events: rounds of cuts, dives, nodes.
        absolute_gap
            Distance of bound and objective at which the answer counts as optimal.
        start
            Values of some blocks that are part of a feasible point, all whole ones among them.
        has_strong_branching
            False trusts pseudo costs from the first node on: more nodes, each much cheaper.
        pace
            How many times as long as usual an event takes for an entry of this programme.

        Raises
        ------
        SolverError
            When HiGHS refuses the programme or ends in a state that is neither of the three.
        """
        solver = self.to_solver()
        for name, value in (
            ("mip_rel_gap", 0.0),
            ("mip_abs_gap", absolute_gap),
            ("random_seed", 0),
            *(() if has_strong_branching else (("mip_pscost_minreliable", 0),)),
        ):
            solver.setOptionValue(name, value)
        for columns, values in (start or {}).items():
            assert columns.count == len(values)  # noqa: S101
        if start:
            positions = [np.arange(block.first, block.first + block.count) for block in start]
            where = np.concatenate(positions).astype(np.int32)
            solver.setSolution(len(where), where, np.concatenate([*start.values()]))
        self._run(solver, budget, pace)
        return self._read(solver)

    def _run(self, solver: Any, budget: Budget, pace: float) -> None:  # noqa: ANN401
        """Let HiGHS work until it has done, or its events come to what the budget has left."""
        entry_n = pace * self.entry_n
        spent_s, most_s = START_ENTRY_S * entry_n, budget.left_s

        def count(event: Any) -> None:  # noqa: ANN401
            nonlocal spent_s
            rate_s = NODE_ENTRY_S if event.data_out.mip_node_count > 0 else ROOT_ENTRY_S
            spent_s += EVENT_S + rate_s * entry_n
            event.data_in.user_interrupt = spent_s >= most_s or budget.clock_left_s <= 0.0

        solver.cbMipInterrupt += count
        run_by_clock(solver, budget)
        if spent_s < most_s and budget.clock_left_s <= 0.0:
            budget.stop()
        budget.charge(min(spent_s, most_s))

    def to_solver(self) -> Any:  # noqa: ANN401  (highspy has no types)
        """Return a silent HiGHS with one thread that holds the programme.

        Raises
        ------
        SolverError
            When HiGHS refuses the programme.
        """
        import highspy

        solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("threads", 1)
        rows, columns, factors = (np.concatenate(part) for part in zip(*self._entries, strict=True))
        shape = (self.row_n, self.column_n)
        matrix = sparse.csc_array((factors, (rows, columns)), shape=shape)
        gains, lower, upper = (
            np.concatenate([block[part] for block in self._columns]) for part in range(3)
        )
        model = highspy.HighsLp()
        model.num_row_, model.num_col_ = shape
        model.sense_ = highspy.ObjSense.kMaximize
        model.col_cost_, model.col_lower_, model.col_upper_ = gains, lower, upper
        model.row_lower_, model.row_upper_ = map(np.concatenate, zip(*self._rows, strict=True))
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_ = matrix.indptr
        model.a_matrix_.index_ = matrix.indices
        model.a_matrix_.value_ = matrix.data
        if self._has_whole():
            kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
            whole = np.concatenate([block[3] for block in self._columns])
            model.integrality_ = [kinds[int(is_whole)] for is_whole in whole]
        if solver.passModel(model) == highspy.HighsStatus.kError:
            msg = "HiGHS refused the model"
            raise SolverError(msg)
        return solver

    def _has_whole(self) -> bool:
        """Return whether any column must be whole."""
        return any(whole.any() for *_, whole in self._columns)

    def _read(self, solver: Any) -> ProgrammeAnswer:  # noqa: ANN401
        """Return what a solver that has run says."""
        import highspy

        if is_infeasible(solver):
            return ProgrammeAnswer("infeasible", None, -np.inf, -np.inf)
        state, info = solver.getModelStatus(), solver.getInfo()
        status_of = highspy.HighsModelStatus
        statuses: dict[object, ProgrammeStatus] = {
            status_of.kOptimal: "optimal",
            status_of.kModelEmpty: "optimal",
            status_of.kTimeLimit: "time_limit",
            status_of.kInterrupt: "time_limit",
        }
        if state not in statuses:
            msg = f"HiGHS ended with {solver.modelStatusToString(state)}"
            raise SolverError(msg)
        feasible = int(highspy.SolutionStatus.kSolutionStatusFeasible)
        has_point = info.primal_solution_status == feasible
        values = np.array(solver.getSolution().col_value) if has_point else None
        objective = float(info.objective_function_value) if has_point else -np.inf
        bound = float(info.mip_dual_bound) if self._has_whole() else objective
        return ProgrammeAnswer(statuses[state], values, objective, bound)


def run_by_clock(solver: Any, budget: Budget) -> None:  # noqa: ANN401
    """Let HiGHS work; where its clock, which counts the seconds that go by, stops it, say so."""
    import highspy

    limit_s = float(solver.getRunTime()) + max(budget.wall_left_s, LEAST_S)
    solver.setOptionValue("time_limit", limit_s)
    solver.run()
    is_late = solver.getModelStatus() == highspy.HighsModelStatus.kTimeLimit
    if is_late and budget.left_s > 0.0:
        budget.stop()


def is_infeasible(solver: Any) -> bool:  # noqa: ANN401
    """Return whether HiGHS says of a programme with bounded columns that nothing keeps its rows."""
    import highspy

    state = highspy.HighsModelStatus
    return solver.getModelStatus() in {state.kInfeasible, state.kUnboundedOrInfeasible}


def _spread(part: ArrayLike, count: int) -> Floats:
    """Return one number for all, or one each, as an array of so many."""
    return np.broadcast_to(np.asarray(part, dtype=np.float64), (count,))
