"""What a plan reaches at each level, in words: the best there is, and what was given up of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from livelihood_map.core.labels import label

if TYPE_CHECKING:
    from livelihood_map.pipeline.reads import PlanReads
    from livelihood_map.pipeline.workspace import Workspace

HALF_A_PERSON: Final = 0.5


def tell_proof(status: str, gap_share: float) -> str:
    """Return how well something is proved, in words: how far from the best it may be, if at all.

    Parameters
    ----------
    status
        Word of the column ``status``.
    gap_share
        Relative distance to the bound.

    Raises
    ------
    KeyError
        When the catalogue lacks the status: a mistake in the program.
    """
    told = label(f"pipeline.status_{status}")
    if status == "optimal":
        return told
    return label("pipeline.proof_open", status=told, gap_share=f"{gap_share:.2%}")


def has_given_up(work: Workspace[PlanReads]) -> bool:
    """Return whether the plan reaches fewer than it could, for the sake of premises that exist.

    Parameters
    ----------
    work
        A workspace that holds a plan.

    Raises
    ------
    LivelihoodMapError
        When the workspace holds no plan.
    """
    own = levels_of(work, work["plan"]["method"].iloc[0])
    return bool((own["best"] - own["objective"] >= HALF_A_PERSON).any())


def level_lines(work: Workspace[PlanReads]) -> list[str]:
    """Return what a plan reaches at its levels, what their order costs, premises, and spare sites.

    Parameters
    ----------
    work
        A workspace that holds a plan.

    Raises
    ------
    LivelihoodMapError
        When the workspace holds no plan.
    """
    plan, levels = work["plan"].iloc[0], levels_of(work, work["plan"]["method"].iloc[0])
    lines = []
    if plan["sites_n"] and (len(levels) > 1 or has_given_up(work)):
        lines += [_level_line(row) for row in levels.to_dict("records")]
        lines += [*_order_lines(work), *_premises_lines(plan)]
    if plan["second_n"] > 0:
        second = {"count": plan["second_n"], "threshold_m": f"{plan['threshold_m']:g}"}
        lines.append(label("pipeline.plan_second", **second))
    return lines


def _level_line(row: Any) -> str:  # noqa: ANN401  (a row of table ``levels``)
    """Return what could be reached at one level, what the plan reaches, and who is left."""
    fewer = row["best"] - row["objective"]
    key = "given_up" if fewer >= HALF_A_PERSON else "kept"
    people = {"people": f"{row['objective']:,.0f}", "fewer": f"{fewer:,.0f}"}
    return label(
        "pipeline.plan_level",
        level=row["level"],
        threshold_m=f"{row['threshold_m']:g}",
        best=f"{row['best']:,.0f}",
        proof=tell_proof(row["status"], row["gap_share"]),
        own=label(f"pipeline.plan_level_{key}", **people),
        left=f"{row['left']:,.0f}",
        reachable=f"{row['reachable_left']:,.0f}",
    )


def _order_lines(work: Workspace[PlanReads]) -> list[str]:
    """Return what it costs that the first level goes first, beside a plan for the target alone."""
    levels = work["levels"][work["levels"]["target_alone"].notna()]
    if not len(levels):
        return []
    first, own = levels.iloc[0], levels.iloc[-1]
    return [
        label(
            "pipeline.plan_order",
            firm_m=f"{first['threshold_m']:g}",
            target_m=f"{own['threshold_m']:g}",
            more=f"{own['target_alone'] - own['best']:,.0f}",
            fewer=f"{first['best'] - first['target_alone']:,.0f}",
        )
    ]


def _premises_lines(plan: Any) -> list[str]:  # noqa: ANN401  (a row of table ``plan``)
    """Return how many sites are in premises that exist, and how sure it is that no more can be."""
    if pd.isna(plan["premises_n"]):
        return []
    most, found = plan["premises_bound_n"], plan["premises_n"]
    return [
        label(
            "pipeline.plan_premises",
            tolerance=f"{plan['tolerance_share']:.1%}",
            before=plan["premises_before_n"],
            after=found,
            proof=label(f"pipeline.plan_premises_{'most' if found == most else 'open'}", most=most),
        )
    ]


def tell_at_levels(work: Workspace[PlanReads], row: Any, column: str) -> str:  # noqa: ANN401
    """Return people in words: those of a column at each level of a method, or of the only one.

    Levels at which the figure is not known are left out.

    Parameters
    ----------
    work
        A workspace that holds a plan.
    row
        Row of table ``plan`` of the method.
    column
        Column of both tables.

    Raises
    ------
    KeyError
        When a table lacks the column.
    """
    levels = levels_of(work, row["method"])
    if len(levels) <= 1:
        return label("pipeline.plan_people", people=f"{row[column]:,.0f}")
    told = [
        label(
            "pipeline.plan_people_within",
            threshold_m=f"{level['threshold_m']:g}",
            people=f"{level[column]:,.0f}",
        )
        for level in levels[levels[column].notna()].to_dict("records")
    ]
    return label("siting.list_comma").join(told)


def levels_of(work: Workspace[PlanReads], method: str) -> pd.DataFrame:
    """Return the levels of the plan of one method.

    Parameters
    ----------
    work
        A workspace that holds a plan.
    method
        Which of the plans.

    Raises
    ------
    LivelihoodMapError
        When the workspace holds no plan.
    """
    levels: pd.DataFrame = work["levels"][work["levels"]["method"] == method]
    return levels
