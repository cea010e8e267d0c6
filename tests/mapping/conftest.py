"""Settings and tables of an invented district, for every map test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from invented_district import build_settings, build_tables

from livelihood_map.core.standards import PlanningStandard, load_standard

if TYPE_CHECKING:
    from livelihood_map.core.settings import Settings
    from livelihood_map.mapping import MapTables


@pytest.fixture(scope="session")
def small_tables() -> MapTables:
    """Return a small invented district: 300 compounds, 265 outlets, 12 sites."""
    return build_tables()


@pytest.fixture(scope="session")
def standard() -> PlanningStandard:
    """Return the shipped planning standard."""
    return load_standard("cn-15min")


@pytest.fixture(scope="session")
def map_settings() -> Settings:
    """Return the settings of a dated, synthetic run."""
    return build_settings()
