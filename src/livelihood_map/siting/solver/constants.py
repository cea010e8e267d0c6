"""Every number that was chosen by trial, with what it was settled on.

The instances are named by what they are: `published` the points of New York (2,320 candidates after
presolve) and San Francisco (4,686) with 50 to 100 sites, `drawn` the twelve sizes and overlaps of
the benchmark (up to 30,000 points, 20,000 candidates, 1.5 million covering pairs), `office` the
demo district with and without its rules. Rates are seconds of one core of the machine on which
they were measured; they turn a limit in seconds into work that is counted, see
:class:`~livelihood_map.core.budget.Budget`.
"""

from __future__ import annotations

from typing import Final

# What is counted -----------------------------------------------------------------------------

LOOK_S: Final = 3e-9
"""One entry looked at: a covering pair in a step of the multipliers, a point of a candidate in a
swap, a site on the way to a cut, an entry of the relaxation in a pivot of the simplex method; each
was measured at 2 to 4; published, drawn, office."""
STEP_S: Final = 2e-7
"""A swap beside that; published, drawn."""
ENTRY_S: Final = 2e-7
FIRST_ITERATIONS: Final = 30
"""An entry of the relaxation in an iteration of the interior point method, and how many iterations
the first solution is expected to take; published, drawn."""

# Swaps -----------------------------------------------------------------------------------------

HOT: Final = 0.06
COLD: Final = 0.003
"""First and last temperature as shares of the mean loss of a site, of 0.02 to 0.2; published."""
STEPS_PER_CANDIDATE: Final = 100
"""Most swaps looked at before anything is proved; published, drawn."""
SWAP_SHARE: Final = 0.25
"""Share of the work left that an annealing run before or between proofs may take; published."""

# Multipliers -----------------------------------------------------------------------------------

LAST_PACE: Final = 0.01
"""Last length of a step towards the target as a share of the first: a bound two to five times as
close to the relaxation's as by halving when progress stalls; drawn with 1 to 3 million pairs."""
ROUNDS: Final = 500
LONG_ROUNDS: Final = 3000
"""Steps where the relaxation follows, and where it is too large to follow; drawn."""
LEAST_ROUNDS: Final = 60
"""Steps that are taken though no work may be left: a bound is owed."""

# Relaxation ------------------------------------------------------------------------------------

CUTS_A_ROUND: Final = 2000
LEAST_PROGRESS: Final = 1e-6
"""Rounds of cuts end when the bound falls by less than this share of itself; published, drawn."""
ENOUGH_FIXED: Final = 0.85
"""It is solved again when fixing leaves less than this share of the candidates; drawn."""

# Branching and search --------------------------------------------------------------------------

FAR_GAP: Final = 2e-3
"""With a wider gap than this branching brings nothing in time and a search goes first, if the
problem is large, until the gap is half of this; published, drawn, office without outlets."""
SEARCHED_PAIRS: Final = 20_000
"""Covering pairs from which a problem is large in this sense; drawn."""
CUT_PACE: Final = 4.0
"""How many times as long an event of branching takes with cuts and no rules; published."""
PROOF_SHARE: Final = 0.5
"""Share of the work left for one step of a proof: the relaxation with its cuts, branching that goes
before a search."""
RUNS: Final = 96
"""Annealing runs of a search in half of its work; published."""
RUNS_A_MERGING: Final = 4
"""Runs between two mergings of what they saw; published."""
TRIAL_SHARE: Final = 0.15
"""Share of the work left for one merging, and for moving a choice until it keeps the rules;
published, drawn under rules."""
MERGED: Final = 3.0
MERGED_MORE: Final = 1.25
"""Candidates of the first merging, per site, and how many times as many are taken after one that
was proved, or as few after one that was not; published."""
MOST_MERGED_PAIRS: Final = 100_000
"""Covering pairs above which a merging is not tried; published."""

# Rules -----------------------------------------------------------------------------------------

ROUNDING: Final = 1e-9
"""What a sum may be off before a rule counts as broken."""
EXPLANATION_S: Final = 20.0
"""Seconds of work for each part of the explanation why no plan keeps the rules; office."""

# Models beside covering ------------------------------------------------------------------------

FIRST_LEVELS: Final = 16
"""Lengths of walk of each point with which a p-median begins; p-median of the OR-Library."""
SUMMED_SHARE: Final = 1e-8
"""Share of a total walk that floating-point sums may hide; a smaller gap is none."""
