"""The year's plan: progress, schedules, renovation phases, demonstration outlets, centres."""

from __future__ import annotations

from livelihood_map.programme.centre_choice import CentrePlan, choose_centres
from livelihood_map.programme.compare import Comparison, compare_runs
from livelihood_map.programme.delivery import measure_delivery, measure_hours
from livelihood_map.programme.demonstration import (
    DemonstrationPlan,
    DemonstrationRules,
    choose_demonstration,
)
from livelihood_map.programme.layout import MarketLayout, measure_market_layout
from livelihood_map.programme.market_survey import SurveyResult, list_questions, merge_survey
from livelihood_map.programme.mix import KindNeed, Mix, build_circles, find_centres, measure_mix
from livelihood_map.programme.model import (
    Programme,
    ProgrammeError,
    Quota,
    Target,
    load_programme,
)
from livelihood_map.programme.phasing import PhasePlan, phase_renovations
from livelihood_map.programme.progress import (
    Progress,
    list_months,
    measure_progress,
    share_quotas,
)
from livelihood_map.programme.scenarios import ScenarioComparison, compare_schedules
from livelihood_map.programme.schedule import find_open, measure_schedule

__all__ = [
    "CentrePlan",
    "Comparison",
    "DemonstrationPlan",
    "DemonstrationRules",
    "KindNeed",
    "MarketLayout",
    "Mix",
    "PhasePlan",
    "Programme",
    "ProgrammeError",
    "Progress",
    "Quota",
    "ScenarioComparison",
    "SurveyResult",
    "Target",
    "build_circles",
    "choose_centres",
    "choose_demonstration",
    "compare_runs",
    "compare_schedules",
    "find_centres",
    "find_open",
    "list_months",
    "list_questions",
    "load_programme",
    "measure_delivery",
    "measure_hours",
    "measure_market_layout",
    "measure_mix",
    "measure_progress",
    "measure_schedule",
    "merge_survey",
    "phase_renovations",
    "share_quotas",
]
