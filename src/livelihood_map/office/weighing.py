"""The files that need a datum, each with its points under those that are possible."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from livelihood_map.core.crs import centre_lon, metric_crs
from livelihood_map.core.errors import LivelihoodMapError, SettingsError
from livelihood_map.core.settings import StreetSource, TownSource
from livelihood_map.load.datum_choices import weigh_datums
from livelihood_map.load.files.headings import Headings
from livelihood_map.load.files.readers import read_tables
from livelihood_map.load.inspect import SECTIONS
from livelihood_map.load.location.datums import datum_of_crs
from livelihood_map.load.location.datums import project as to_wgs84
from livelihood_map.load.location.town_lookup import TownFinder
from livelihood_map.load.osm.features import is_extract
from livelihood_map.load.towns import load_towns
from livelihood_map.office.drawing import draw_window
from livelihood_map.office.looking import mark_of, sources_by_name

if TYPE_CHECKING:
    import geopandas as gpd

    from livelihood_map.core.arrays import Shapes
    from livelihood_map.load.datum_choices import DatumChoices
    from livelihood_map.office.projects import Project
    from livelihood_map.office.slots import Source

_NONE: Final = np.zeros(0, dtype=object)


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
    towns_source = next((s for s in sources.values() if s.slot == "towns"), None)
    if towns_source is None:
        raise SettingsError("office.towns_first")
    source = TownSource(
        path=towns_source.path, datum=towns_source.datum, columns=towns_source.columns
    )
    towns = load_towns(source, base=project.folder)
    crs = metric_crs("auto", centre_lon=centre_lon(towns))
    towns = towns.to_crs(crs)
    finder = TownFinder(towns, crs=crs)
    streets, outlines = _streets(project, sources, towns), _outlines(project, sources, towns)
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
            shown = _shown(choices, towns, streets, outlines)
            found[name] = {"mark": mark_of(path, one), "error": "", **shown}
    return {"files": found, "has_streets": bool(len(streets))}


def _shown(
    choices: DatumChoices, towns: gpd.GeoDataFrame, streets: Shapes, outlines: Shapes
) -> dict[str, Any]:
    """Return the choices as the page shows them."""
    borders = np.asarray(towns.geometry.array, dtype=object)
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
                    borders=borders,
                    streets=streets,
                    outlines=outlines,
                ),
            }
            for choice in choices.choices
        ],
    }


def _streets(project: Project, sources: dict[str, Source], towns: gpd.GeoDataFrame) -> Shapes:
    """Return the streets of the district; none where there are none that can be read."""
    from livelihood_map.load.osm.streets import load_streets

    given = next((s for s in sources.values() if s.slot == "streets"), None)
    if given is None:
        return _NONE
    source = StreetSource(path=given.path, datum=given.datum, columns=given.columns)
    try:
        streets = load_streets(
            source, area=towns.union_all(), margin_m=0.0, crs=towns.crs, base=project.folder
        )
    except LivelihoodMapError:
        return _NONE
    return np.asarray(streets.edges.geometry.array, dtype=object)


def _outlines(project: Project, sources: dict[str, Source], towns: gpd.GeoDataFrame) -> Shapes:
    """Return the compounds of layers that state their CRS, in that of the towns."""
    import geopandas as gpd
    import shapely

    found = [_NONE]
    for name, one in sources.items():
        path = project.data / name
        if one.slot != "residences" or is_extract(path):
            continue
        try:
            tables = read_tables(path, Headings("residences", one.columns))
        except LivelihoodMapError:
            continue
        for table in tables:
            if table.geometry is not None and table.crs is not None:
                lonlat = to_wgs84(table.geometry, datum_of_crs(table.crs))
                metric = gpd.GeoSeries(lonlat, crs="EPSG:4326").to_crs(towns.crs)
                shapes = np.asarray(metric.array, dtype=object)
                found.append(shapes[shapely.get_dimensions(shapes) == 2])  # noqa: PLR2004
    return np.concatenate(found)
