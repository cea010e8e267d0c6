"""Rules on single candidates, as the office's settings make them."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from livelihood_map.core.errors import Problem
from livelihood_map.siting.solver import Rule


def choice_rules(candidate_n, *, fixed=(), banned=()):
    """Return the rules that some candidates are chosen and that others are not."""

    def row(positions):
        return sparse.csr_array(np.isin(np.arange(candidate_n), positions)[None, :].astype(float))

    words, one = Problem("siting.rule_count", value=1), np.ones(1)
    rules = [Rule(words, row([position]), one, one) for position in fixed]
    barred = np.flatnonzero(np.isin(np.arange(candidate_n), banned))
    return [*rules, *([Rule(words, row(barred), -np.inf * one, 0 * one)] if len(barred) else [])]
