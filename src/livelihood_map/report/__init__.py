"""Workbooks, briefs and lists that a planner and a town take away."""

from livelihood_map.report.briefs import TemplateError, write_briefs
from livelihood_map.report.community_sheet import with_communities
from livelihood_map.report.context import ReportContext, ReportTables
from livelihood_map.report.figures import list_uncovered
from livelihood_map.report.site_places import name_nearby
from livelihood_map.report.sites import site_list, write_candidates, write_rejects, write_sites
from livelihood_map.report.town_workbooks import write_coverage, write_workbooks

__all__ = [
    "ReportContext",
    "ReportTables",
    "TemplateError",
    "list_uncovered",
    "name_nearby",
    "site_list",
    "with_communities",
    "write_briefs",
    "write_candidates",
    "write_coverage",
    "write_rejects",
    "write_sites",
    "write_workbooks",
]
