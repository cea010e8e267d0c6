"""15-minute convenience circles: who can walk to what, and where the next outlets belong.

``import livelihood_map as lm`` gives one call per stage; frames go in, frames come out. The names
in ``__all__`` are the stable ones. Each is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from livelihood_map.core.version import VERSION

__version__: Final = VERSION

_HOMES: Final = {
    "ask": "commands",
    "choose_sites": "analysis",
    "draw_map": "analysis",
    "example_town": "core.example",
    "find_gaps": "analysis",
    "find_route": "analysis",
    "find_zones": "gaps",
    "build_network": "network",
    "build_straight_network": "network",
    "join_demand": "network",
    "join_points": "network",
    "from_osmnx": "analysis",
    "service_areas": "analysis",
    "use_lang": "core.labels",
    "limited_reading": "load.files.limited",
    "load_facilities": "analysis",
    "load_residences": "load.residences",
    "load_settings": "core.settings",
    "load_standard": "core.standards",
    "load_streets": "load.osm.streets",
    "load_towns": "load.towns",
    "measure_coverage": "analysis",
    "measure_nearest": "analysis",
    "measure_walks": "network",
    "open_workspace": "pipeline",
    "propose_candidates": "candidates",
    "run": "pipeline",
    "site_list": "report",
    "solve_mclp": "siting",
    "summarise_residences": "coverage",
    "summarise_towns": "coverage",
    "Measured": "analysis",
    "ReportContext": "report",
    "ReportTables": "report",
    "list_uncovered": "report",
    "write_briefs": "report",
    "write_coverage": "report",
    "write_example": "pipeline",
    "write_sites": "report",
    "write_workbooks": "report",
}

__all__ = [  # noqa: PLE0604  (the names of _HOMES, sorted, and the version)
    "__version__",
    *sorted(_HOMES),
]

if TYPE_CHECKING:
    from livelihood_map.analysis import Measured as Measured
    from livelihood_map.analysis import choose_sites as choose_sites
    from livelihood_map.analysis import draw_map as draw_map
    from livelihood_map.analysis import find_gaps as find_gaps
    from livelihood_map.analysis import find_route as find_route
    from livelihood_map.analysis import from_osmnx as from_osmnx
    from livelihood_map.analysis import load_facilities as load_facilities
    from livelihood_map.analysis import measure_coverage as measure_coverage
    from livelihood_map.analysis import measure_nearest as measure_nearest
    from livelihood_map.analysis import service_areas as service_areas
    from livelihood_map.candidates import propose_candidates as propose_candidates
    from livelihood_map.commands import ask as ask
    from livelihood_map.core.example import example_town as example_town
    from livelihood_map.core.labels import use_lang as use_lang
    from livelihood_map.core.settings import load_settings as load_settings
    from livelihood_map.core.standards import load_standard as load_standard
    from livelihood_map.coverage import summarise_residences as summarise_residences
    from livelihood_map.coverage import summarise_towns as summarise_towns
    from livelihood_map.gaps import find_zones as find_zones
    from livelihood_map.load.files.limited import limited_reading as limited_reading
    from livelihood_map.load.osm.streets import load_streets as load_streets
    from livelihood_map.load.residences import load_residences as load_residences
    from livelihood_map.load.towns import load_towns as load_towns
    from livelihood_map.network import build_network as build_network
    from livelihood_map.network import build_straight_network as build_straight_network
    from livelihood_map.network import join_demand as join_demand
    from livelihood_map.network import join_points as join_points
    from livelihood_map.network import measure_walks as measure_walks
    from livelihood_map.pipeline import open_workspace as open_workspace
    from livelihood_map.pipeline import run as run
    from livelihood_map.pipeline import write_example as write_example
    from livelihood_map.report import ReportContext as ReportContext
    from livelihood_map.report import ReportTables as ReportTables
    from livelihood_map.report import list_uncovered as list_uncovered
    from livelihood_map.report import site_list as site_list
    from livelihood_map.report import write_briefs as write_briefs
    from livelihood_map.report import write_coverage as write_coverage
    from livelihood_map.report import write_sites as write_sites
    from livelihood_map.report import write_workbooks as write_workbooks
    from livelihood_map.siting import solve_mclp as solve_mclp


def __getattr__(name: str) -> Any:  # noqa: ANN401  (whatever stands under that name)
    """Return a public name, its module loaded on first use."""
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return list(__all__)
