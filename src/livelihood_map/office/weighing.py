"""The files that need a datum, each with its points under those that are possible."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from livelihood_map.core.errors import LivelihoodMapError
from livelihood_map.load.datum_choices import weigh_datums
from livelihood_map.load.inspect import SECTIONS
from livelihood_map.load.location.town_lookup import TownFinder
from livelihood_map.load.osm.features import is_extract
from livelihood_map.office.drawing import draw_extent, draw_window
from livelihood_map.office.ground import load_ground
from livelihood_map.office.looking import mark_of, sources_by_name

if TYPE_CHECKING:
    from livelihood_map.load.datum_choices import DatumChoices
    from livelihood_map.office.ground import Ground
    from livelihood_map.office.projects import Project


def weigh_files(project: Project) -> dict[str, Any]:
    """Return what is possible for each file of degrees, by name.

    Raises
    ------
    SettingsError
        When the towns are not there yet.
    LivelihoodMapError
        When the towns cannot be read.
    """
    sources = sources_by_name(project)
    ground = load_ground(project, sources)
    finder = TownFinder(ground.towns, crs=ground.crs)
    streets, outlines = ground.lines, ground.outlines
    found = {}
    for name, one in sources.items():
        path = project.data / name
        if one.section not in SECTIONS or one.slot == "towns" or is_extract(path):
            continue
        try:
            choices = weigh_datums(
                path, one.section, one.columns, finder=finder, streets=streets, outlines=outlines
            )
        except LivelihoodMapError as error:
            found[name] = {"mark": mark_of(path, one), "error": error.text(), "choices": []}
            continue
        if choices is not None:
            shown = _shown(choices, ground)
            found[name] = {"mark": mark_of(path, one), "error": "", **shown}
    return {
        "files": found,
        "has_streets": ground.streets is not None,
        "extent": draw_extent(ground.borders, streets) if len(streets) else None,
    }


def _shown(choices: DatumChoices, ground: Ground) -> dict[str, Any]:
    """Return the choices as the page shows them."""
    return {
        "points_n": choices.points_n,
        "named_n": choices.named_n,
        "evidence": choices.evidence,
        "choices": [
            {
                "datum": choice.datum,
                "inside_n": choice.inside_n,
                "in_town_n": choice.in_town_n,
                "street_m": None if choice.street_m is None else round(choice.street_m),
                "drawing": draw_window(
                    choices.window,
                    points=(choice.x_m, choice.y_m),
                    borders=ground.borders,
                    streets=ground.lines,
                    outlines=ground.outlines,
                ),
            }
            for choice in choices.choices
        ],
    }
