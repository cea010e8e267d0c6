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

PAIR_S: Final = 3e-9
"""A covering pair in a step of the multipliers; published, drawn."""
STEP_S: Final = 2e-7
STEP_POINT_S: Final = 4e-9
"""A swap that is looked at, and for each point that its candidate covers; published, drawn."""
SLOT_POINT_S: Final = 2e-9
"""Under rules, for each site and each point that it covers as well; office."""
ENTRY_S: Final = 2e-7
FIRST_ITERATIONS: Final = 30
"""An entry of the relaxation in an iteration of the interior point method, and how many iterations
the first solution is expected to take; published, drawn."""
PIVOT_ENTRY_S: Final = 3e-9
"""An entry of the relaxation in a pivot of the simplex method; published."""
LOOK_S: Final = 2e-9
"""A site that is looked at on the way to a cut; published."""

# Swaps -----------------------------------------------------------------------------------------

HOT: Final = 0.06
COLD: Final = 0.003
"""First and last temperature as shares of the mean loss of a site, of 0.02 to 0.2; published."""
STEPS: Final = 1_500_000
STEPS_PER_CANDIDATE: Final = 100
"""Most swaps looked at before anything is proved; published, drawn."""
SWAP_SHARE: Final = 0.25
"""Share of the work left that one annealing run before or between proofs may take."""
RULED_STEPS: Final = 60_000
"""Most swaps under rules, where each looks at all sites; office, drawn under quotas and floors."""
RUN_STEPS: Final = 100_000
"""Fewest swaps of a run of a search; published."""

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
LEAST_PROGRESS: Final = 1e-5
"""Rounds of cuts end when the bound falls by less than this share of itself; published."""
RELAXED_SHARE: Final = 0.5
"""Share of the work left for the relaxation with its cuts."""
ENOUGH_FIXED: Final = 0.85
"""It is solved again when fixing leaves less than this share of the candidates; drawn."""

# Branching and search --------------------------------------------------------------------------

FAR_GAP: Final = 2e-3
"""With a wider gap than this branching brings nothing in time and a search takes all the work, if
the problem is large; with a narrower one branching goes first; published, drawn."""
SEARCHED_PAIRS: Final = 20_000
"""Covering pairs from which a problem is large in this sense; drawn."""
CUT_PACE: Final = 4.0
"""How many times as long an event of branching takes with cuts and no rules; published."""
BRANCH_SHARE: Final = 0.5
"""Share of the work left for branching that goes first, and for branching on known choices."""
RUNS: Final = 96
"""Annealing runs of a search in half of its work; published."""
RUNS_A_MERGING: Final = 4
MERGING_SHARE: Final = 0.15
"""Runs between two mergings of what they saw, and the share of the work left for one; published."""
MERGED: Final = 3.0
MERGED_MORE: Final = 1.25
MERGED_LESS: Final = 0.85
"""Candidates of the first merging, per site, and how their number changes after one that was
proved and after one that was not; published."""
MOST_MERGED_PAIRS: Final = 100_000
"""Covering pairs above which a merging is not tried; published."""

# Rules -----------------------------------------------------------------------------------------

REPAIR_SHARE: Final = 0.3
"""Share of the work left for moving a choice until it keeps the rules; office."""
ROUNDING: Final = 1e-9
"""What a sum may be off before a rule counts as broken."""
EXPLANATION_S: Final = 20.0
"""Seconds of work for each part of the explanation why no plan keeps the rules; office."""
SIMPLE_FIRST: Final = 0.1
"""Share of one rule by which all the preferences between equally small clashes weigh."""

# Models beside covering ------------------------------------------------------------------------

FIRST_LEVELS: Final = 16
"""Lengths of walk of each point with which a p-median begins; p-median of the OR-Library."""
SUMMED_SHARE: Final = 1e-8
"""Share of a total walk that floating-point sums may hide; a smaller gap is none."""
