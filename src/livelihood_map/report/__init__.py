"""Workbooks and lists that a planner and a town take away."""

from livelihood_map.report.coverage import write_coverage
from livelihood_map.report.sites import write_rejects, write_sites

__all__ = ["write_coverage", "write_rejects", "write_sites"]
