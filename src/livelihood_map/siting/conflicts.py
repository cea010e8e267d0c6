"""Why no plan can keep the rules, and what is the least that must give way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from livelihood_map.core.errors import InfeasibleError, Problem
from livelihood_map.siting._ruled import is_possible, least_slack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.siting._problem import CoverProblem
    from livelihood_map.siting.rules import Rule


@dataclass(frozen=True)
class Relaxation:
    """One way to make the clash go away.

    Attributes
    ----------
    rule : int
        Position of the rule that gives way.
    amount : float or None
        By how much, in the rule's own number; None when it must be dropped.
    problem : Problem
        The relaxation in words.
    """

    rule: int
    amount: float | None
    problem: Problem


def find_clash(problem: CoverProblem, rules: Sequence[Rule]) -> list[int]:
    """Return the positions of rules that clash, none of which can be left out.

    A deletion filter (Chinneck & Dravnieks 1991): every rule without which the rest still clash is
    left out, those on people and distances first, so that simple rules are what remains. Empty when
    the rules can be kept.

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom.
    rules : sequence of Rule
        All rules.

    Raises
    ------
    RuntimeError
        When HiGHS refuses a model.
    """
    if is_possible(problem, rules):
        return []
    kept = list(range(len(rules)))
    order = sorted(kept, key=lambda k: (rules[k].people is None, -len(rules[k].lower), -k))
    for position in order:
        fewer = [k for k in kept if k != position]
        if fewer and not is_possible(problem, [rules[k] for k in fewer]):
            kept = fewer
    return kept


def find_relaxations(
    problem: CoverProblem, rules: Sequence[Rule], clash: Sequence[int]
) -> list[Relaxation]:
    """Return for each rule of a clash how it could give way, the cheapest first.

    Cheapest is the smallest change relative to the rule's own number; a rule that can only be
    dropped comes last.

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom.
    rules : sequence of Rule
        All rules.
    clash : sequence of int
        Positions of the rules that clash.

    Raises
    ------
    RuntimeError
        When HiGHS refuses a model.
    """
    found = []
    clashing = [rules[k] for k in clash]
    for number, position in enumerate(clash):
        rule = rules[position]
        slack = least_slack(problem, clashing, number) if rule.slack else None
        if slack is None:
            dropped = Problem("siting.relax_drop", rule=rule.problem)
            found.append((1.0, position, Relaxation(position, None, dropped)))
            continue
        base = float(str(rule.values["base"]))
        amount = slack * rule.scale
        value = base - amount if rule.slack == "down" else base + amount
        words = {**rule.values, "value": _number(rule, value)}
        share = amount / base if base > 0 else 1.0
        relaxed = Relaxation(position, amount, Problem(rule.relaxed_key, **words))
        found.append((share, position, relaxed))
    return [relaxation for _, _, relaxation in sorted(found, key=lambda item: item[:2])]


def explain_clash(problem: CoverProblem, rules: Sequence[Rule]) -> InfeasibleError:
    """Return the error that names the rules that clash and the cheapest way out.

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom.
    rules : sequence of Rule
        Rules that no plan can keep together.

    Raises
    ------
    ValueError
        When the rules can be kept.
    """
    clash = find_clash(problem, rules)
    if not clash:
        msg = "the rules can be kept"
        raise ValueError(msg)
    ways = find_relaxations(problem, rules, clash)
    return InfeasibleError(
        "siting.impossible",
        problems=[rules[k].problem for k in clash],
        count=len(clash),
        remedy=ways[0].problem,
    )


def _number(rule: Rule, value: float) -> str:
    """Return a relaxed number as the rule writes it, rounded so that it suffices."""
    if rule.people is not None:
        return f"{np.floor(max(value, 0.0) * 1000) / 1000:.1%}"
    if rule.slack == "down":
        return f"{np.floor(value + 1e-6):,.0f}"
    return f"{np.ceil(value - 1e-6):,.0f}"
