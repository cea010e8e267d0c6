"""Places as analysts hold them -> points with ids in one metric CRS, and what was done to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd

from livelihood_map.core.crs import STORAGE_CRS, crs_problem, metric_crs
from livelihood_map.core.errors import CrsError, SchemaError
from livelihood_map.core.labels import label, spoken_lang

if TYPE_CHECKING:
    import pyproj

    from livelihood_map.core.arrays import Floats

PlacesLike: TypeAlias = "gpd.GeoDataFrame | gpd.GeoSeries | Path | str"
"""Places: a frame or series of points or areas, or the path of a file of them."""
PEOPLE: Final = "population"
_SHOWN: Final = 5
_BOOKS: Final = (".xlsx", ".xls", ".csv", ".txt")


@dataclass(frozen=True)
class Places:
    """Places with an id by their position, in the CRS that is measured in.

    Parameters
    ----------
    frame
        The places as they were given.
    points
        ``place_id`` and a point each, in the order of `frame`, in the metric CRS.
    notes
        What was done to them, in words.
    """

    frame: gpd.GeoDataFrame
    points: gpd.GeoDataFrame
    notes: tuple[str, ...] = field(default=())

    @property
    def ids(self) -> pd.Series[str]:
        """Return the ids in the order of the frame."""
        return self.points["place_id"]

    @property
    def names(self) -> list[str]:
        """Return what places are called: their column ``name`` where it has a word, else the id."""
        if "name" not in self.frame:
            return list(self.ids)
        pairs = zip(self.frame["name"], self.ids, strict=True)
        return [name if isinstance(name, str) and name.strip() else own for name, own in pairs]

    def labels_of(self, ids: pd.Series[str]) -> pd.Series[Any]:
        """Return the index label of the place that each id stands for, missing where none does."""
        position = pd.Index(self.ids).get_indexer(pd.Index(ids))
        names = [self.frame.index[at] if at >= 0 else None for at in position]
        return pd.Series(names, index=ids.index, dtype=object).infer_objects()

    def people(self, column: str | None) -> Floats:
        """Return the people of each place: of a column, of ``population``, or one each.

        Raises
        ------
        SchemaError
            When the column is not there or a value is no number of people.
        """
        if column is None and PEOPLE not in self.frame:
            return np.ones(len(self.frame))
        name = column or PEOPLE
        if name not in self.frame:
            known = ", ".join(map(str, self.frame.columns))
            raise SchemaError("analysis.people_absent", column=name, known=known)
        people: Floats = pd.to_numeric(self.frame[name], errors="coerce").to_numpy(
            np.float64, na_value=np.nan
        )
        is_bad = ~(people >= 0) | np.isinf(people)
        if is_bad.any():
            raise SchemaError(
                "analysis.people_unknown",
                column=name,
                count=int(is_bad.sum()),
                rows=_shown(self.frame.index[is_bad]),
            )
        return people


def read_places(given: object, *, what: str) -> gpd.GeoDataFrame:
    """Return places as a frame that states its CRS, without a row that has no place.

    Parameters
    ----------
    given
        A frame or series of points or areas, what `load_facilities` returns, or a file's path.
    what
        The argument's name, for messages.

    Raises
    ------
    SchemaError
        When it is nothing of these, or rows have no geometry or one that is no place.
    CrsError
        When it states no CRS.
    SourceError
        When the file cannot be read.
    """
    given = getattr(given, "facilities", given)
    if isinstance(given, (str, Path)):
        given = _read_file(Path(given), what)
    if isinstance(given, gpd.GeoSeries):
        given = given.to_frame("geometry")
    if not isinstance(given, gpd.GeoDataFrame):
        raise SchemaError("analysis.no_places", what=what, found=type(given).__name__)
    frame = given if given.active_geometry_name == "geometry" else given.rename_geometry("geometry")
    if frame.crs is None:
        raise CrsError("analysis.crs_absent", what=what)
    is_absent = (frame.geometry.isna() | frame.geometry.is_empty).to_numpy()
    if is_absent.any():
        rows = _shown(frame.index[is_absent])
        raise SchemaError("analysis.no_geometry", what=what, count=int(is_absent.sum()), rows=rows)
    others = set(frame.geometry.geom_type) - {"Point", "MultiPoint", "Polygon", "MultiPolygon"}
    if others:
        raise SchemaError("analysis.no_point", what=what, found=", ".join(sorted(others)))
    return frame


def find_crs(frame: gpd.GeoDataFrame) -> pyproj.CRS:
    """Return the metric CRS of a place: a transverse Mercator on its meridian.

    It is the same whatever CRS the places are given in, so that the same places give the same
    metres.

    Parameters
    ----------
    frame
        Places.

    Raises
    ------
    SchemaError
        When there are none, or their coordinates are not on the earth.
    """
    west, _, east, _ = frame.geometry.to_crs(STORAGE_CRS).total_bounds
    if not np.isfinite(west + east):
        raise SchemaError("analysis.nowhere", crs=str(frame.crs), count=len(frame))
    return metric_crs("auto", centre_lon=float(west + east) / 2)


def take_places(frame: gpd.GeoDataFrame, crs: Any, *, what: str) -> Places:  # noqa: ANN401
    """Return places as points in the CRS that is measured in.

    Parameters
    ----------
    frame
        Places, as `read_places` returns them.
    crs
        The metric CRS.
    what
        The argument's name, for notes.
    """
    lang, notes = spoken_lang(), []
    shapes = frame.geometry
    if shapes.crs != crs:
        notes.append(label("analysis.projected", lang, what=what, crs=shapes.crs.name))
        shapes = shapes.to_crs(crs)
    is_point = shapes.geom_type == "Point"
    if not is_point.all():
        notes.append(label("analysis.inner_points", lang, what=what, count=int((~is_point).sum())))
        shapes = shapes.where(is_point, shapes.representative_point())
    width = len(str(len(frame)))
    ids = [f"{position:0{width}d}" for position in range(len(frame))]
    points = gpd.GeoDataFrame(
        {"place_id": pd.array(ids, dtype="str")}, geometry=shapes.to_numpy(), crs=crs
    )
    return Places(frame, points, tuple(notes))


def is_metric(crs: object) -> bool:
    """Return whether lengths can be measured in a CRS."""
    return crs_problem(crs, what="") is None


def _read_file(path: Path, what: str) -> gpd.GeoDataFrame:
    """Return the frame of a GeoParquet, Feather or GDAL file."""
    from livelihood_map.core.errors import SourceError

    if not path.exists():
        raise SourceError("analysis.file_absent", what=what, path=str(path))
    if path.suffix.lower() in _BOOKS:
        raise SchemaError("analysis.register", what=what, path=path.name)
    readers = {".parquet": gpd.read_parquet, ".feather": gpd.read_feather}
    try:
        return readers.get(path.suffix.lower(), gpd.read_file)(path)
    except Exception as error:  # GDAL and pyarrow raise by format
        detail = str(error)
        raise SourceError("analysis.file_broken", path=path.name, detail=detail) from error


def _shown(labels: pd.Index[Any]) -> str:
    """Return the first labels of rows."""
    more = ", …" if len(labels) > _SHOWN else ""
    return ", ".join(repr(name) for name in labels[:_SHOWN].tolist()) + more
