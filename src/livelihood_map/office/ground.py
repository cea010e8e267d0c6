"""The ground of a project's drawings: its towns, streets and compounds, whatever can be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from livelihood_map.core.crs import centre_lon, metric_crs
from livelihood_map.core.errors import LivelihoodMapError, SettingsError
from livelihood_map.core.settings import StreetSource, TownSource
from livelihood_map.load.files.headings import Headings
from livelihood_map.load.files.readers import read_tables
from livelihood_map.load.location.datums import datum_of_crs
from livelihood_map.load.location.datums import project as to_wgs84
from livelihood_map.load.osm.features import is_extract
from livelihood_map.load.towns import load_towns

if TYPE_CHECKING:
    import geopandas as gpd

    from livelihood_map.core.arrays import Shapes
    from livelihood_map.office.projects import Project
    from livelihood_map.office.slots import Source

NO_SHAPES: Final = np.zeros(0, dtype=object)


@dataclass(frozen=True)
class Ground:
    """What drawings stand on.

    Parameters
    ----------
    towns
        The towns, metric.
    streets
        Streets with their names, in the same CRS; None where there are none that can be read.
    outlines
        Compounds as areas.
    """

    towns: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame | None
    outlines: Shapes

    @property
    def crs(self) -> Any:  # noqa: ANN401  (of pyproj)
        """Return the metric CRS of everything."""
        return self.towns.crs

    @property
    def lines(self) -> Shapes:
        """Return the streets as lines."""
        return _shapes(self.streets)

    @property
    def borders(self) -> Shapes:
        """Return the towns as areas."""
        return _shapes(self.towns)


def _shapes(table: gpd.GeoDataFrame | None) -> Shapes:
    return NO_SHAPES if table is None else np.asarray(table.geometry.array, dtype=object)


def load_ground(project: Project, sources: dict[str, Source]) -> Ground:
    """Return the ground of a project; streets and compounds that cannot be read are left out.

    Parameters
    ----------
    project
        The project.
    sources
        What its settings name, by file name.

    Raises
    ------
    SettingsError
        When the towns are not there yet.
    LivelihoodMapError
        When the towns cannot be read.
    """
    given = next((s for s in sources.values() if s.slot == "towns"), None)
    if given is None:
        raise SettingsError("office.towns_first")
    source = TownSource(**dict(given.table))
    towns = load_towns(source, base=project.folder)
    towns = towns.to_crs(metric_crs("auto", centre_lon=centre_lon(towns)))
    streets, outlines = _streets(project, sources, towns), _outlines(project, sources, towns)
    return Ground(towns, streets, outlines)


def _streets(
    project: Project, sources: dict[str, Source], towns: gpd.GeoDataFrame
) -> gpd.GeoDataFrame | None:
    """Return the streets of the district; None where there are none that can be read."""
    from livelihood_map.load.osm.streets import load_streets

    given = next((s for s in sources.values() if s.slot == "streets"), None)
    if given is None:
        return None
    source = StreetSource(path=given.path, datum=given.datum, columns=given.columns)
    try:
        streets = load_streets(
            source, area=towns.union_all(), margin_m=0.0, crs=towns.crs, base=project.folder
        )
    except LivelihoodMapError:
        return None
    return streets.edges


def _outlines(project: Project, sources: dict[str, Source], towns: gpd.GeoDataFrame) -> Shapes:
    """Return the compounds of layers that state their CRS, in that of the towns."""
    import geopandas as gpd
    import shapely

    found = [NO_SHAPES]
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
