"""The tables that each stage and question reads, as types: asking for another is a type error.

A function that takes a ``Workspace[CoverageReads]`` may read these tables, and may hand its
workspace to whatever reads some of them. The declarations in `stages` and `questions` name the
same types, so that a record says what a result was made from.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

Streets = Literal["nodes", "edges", "demand"]
"""What the walking network is built from; the demand gives the CRS where there is none."""
Walked = Streets | Literal["barriers", "residences", "gates"]
"""What every walk depends on."""
Loaded = Literal["towns", "facilities", "residences", "demand", "known_gates", "rejects",
                 "oddities", "intake", "nodes", "edges", "barriers", "remainders",
                 "centres", "communities", "registers", "base_features"]  # fmt: skip
"""What is made of the outside files."""
PlanReads = Literal["plan", "levels", "sites", "demand", "edges", "unreached"]
"""What a plan is told from."""

NetworkReads = Streets | Literal["barriers", "residences", "known_gates", "towns"]
CoverageReads = Walked | Literal["joins", "facilities", "towns", "registers"]
GapReads = Streets | Literal["joins", "coverage", "residences", "towns", "registers"]
CandidateReads = Streets | Literal["facilities", "gaps", "zones", "towns", "registers", "joins",
                                   "coverage", "base_features"]  # fmt: skip
SitingReads = Walked | Literal["joins", "candidates", "facilities", "coverage", "town_coverage",
                               "gaps", "zones", "towns", "registers"]  # fmt: skip
AnewReads = CoverageReads | Literal["coverage", "town_coverage", "base_features"]
"""What finding sites anew reads, from coverage on."""
AreaReads = Walked | Literal["facilities", "sites", "registers"]
Reported = Literal["towns", "residences", "demand", "joins", "coverage", "residence_coverage",
                   "town_coverage_after", "residence_tiers", "residence_nearest",
                   "residence_circle", "residence_supply", "facility_supply", "town_circle",
                   "town_walks", "town_supply", "town_equity", "rejects", "zones", "sites", "plan",
                   "coverage_after", "residence_coverage_after", "intake", "oddities",
                   "curve", "communities"]  # fmt: skip
"""Tables that reports show."""
Marked = Literal["edges", "residences", "registers"]
"""What the marks of an output are told from, with ``gates`` where they are placed."""
Shown = Literal["towns", "residences", "residence_coverage", "facilities", "zones", "sites",
                "edges", "base_features", "residence_coverage_after", "registers",
                "demand", "town_walks", "coverage_after"]  # fmt: skip
"""What every map shows."""
ReportReads = Reported | Shown | Literal["candidates", "stability", "gates", "unreached", "levels"]
MapReads = Walked | Shown | Literal["joins", "gaps", "centres", "service_areas", "coverage",
                                    "coverage_after", "town_coverage_after",
                                    "candidates"]  # fmt: skip

StabilityReads = SitingReads | Literal["sites"]
ReviewReads = SitingReads | CandidateReads | Literal["sites", "plan", "levels", "unreached"]
WhatIfReads = CoverageReads | Literal["sites"]
"""What changes are made to; the sites where a change names one."""
OutlinedReads = AreaReads | Literal["service_areas"]
YearReads = CoverageReads
"""What every question on the year's plan reads."""
CoveredReads = YearReads | Literal["coverage"]
ProgressReads = YearReads | Literal["coverage", "residence_coverage", "survey"]
MixReads = YearReads | Literal["centres"]


def list_tables(reads: object) -> tuple[Any, ...]:
    """Return the names of the tables of one of these types, in order, each once.

    Examples
    --------
    >>> list_tables(Streets | Literal["gates", "demand"])
    ('nodes', 'edges', 'demand', 'gates')
    """
    parts = get_args(reads)
    names = [name for part in parts for name in (list_tables(part) or (part,))]
    return tuple(dict.fromkeys(names))
