"""Where a point lies: in which town, inside the district or not, and how far off."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.core.io import data_path
from livelihood_map.core.names import town_names
from livelihood_map.load.files.raw import key_of, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from livelihood_map.core.arrays import Bools, Floats, Shapes

FAR_KM: Final = 50.0
"""A point further than this from the district is taken for a wrong coordinate."""
NEAR_BORDER_M: Final = 50.0
"""A town that is written in the row wins within this distance of its border."""
_ENDINGS: Final = re.compile(r"(街道办事处|街道|镇人民政府|镇)$")
_PREFIX: Final = re.compile(
    r"^(?:[^市区县]{2,8}(?:省|自治区))?(?:[^市区县]{2,7}市)?"
    r"(?:[^市区县]{1,7}(?<!工业)(?<!开发)(?<!园)[区县])?(?=(?!街道|镇|乡|办事处|管委会).{2})"
)
"""Province, city and district before a town, when something that can be a town is left."""
_CODE_LENGTH: Final = 9
_KM_PER_DEGREE: Final = 111.2


@cache
def _shipped() -> list[dict[str, list[str]]]:
    """Return the shipped writings of town names and codes."""
    path = data_path("registers", "towns.toml")
    table: dict[str, list[dict[str, list[str]]]] = tomllib.loads(path.read_text(encoding="utf-8"))
    return table["town"]


def short_code(code: str) -> str:
    """Return a code of the statistical system in its nine digits.

    Examples
    --------
    >>> short_code("310112107000"), short_code("A7")
    ('310112107', 'A7')
    """
    is_long = code.isdigit() and len(code) > _CODE_LENGTH and not code[_CODE_LENGTH:].strip("0")
    return code[:_CODE_LENGTH] if is_long else code


def town_key(written: str) -> str:
    """Return the form in which town names and codes are compared.

    Examples
    --------
    >>> town_key("上海市闵行区 七宝镇"), town_key("江苏省海门市北新镇"), town_key("东区街道")
    ('七宝', '北新', '东区')
    """
    plain = _PREFIX.sub("", key_of(written))
    return short_code(_ENDINGS.sub("", plain) or plain)


def is_known_district(names: Sequence[str], codes: Sequence[str]) -> bool:
    """Return whether most of a district's towns stand in the shipped table of writings.

    A town elsewhere that shares its name with one in the table is another town.

    Parameters
    ----------
    names, codes
        Of every town of the district; empty where there is none.

    Examples
    --------
    >>> is_known_district(["七宝镇", "浦锦街道"], ["", ""])
    True
    >>> is_known_district(["七宝镇", "幸福镇", "和平镇"], ["", "", ""])
    False
    """
    known_n = sum(bool(known_writings(*town)) for town in zip(names, codes, strict=True))
    return known_n * 2 >= len(names)


def known_writings(name: str, code: str) -> tuple[str, ...]:
    """Return the other writings and codes of a town that the shipped table knows.

    Parameters
    ----------
    name
        Town name in any writing; may be empty.
    code
        Town code in either system; may be empty.

    Raises
    ------
    FileNotFoundError
        When the package was installed without its data.

    Examples
    --------
    >>> "古美路街道" in known_writings("古美街道", "")
    True
    """
    keys = {town_key(name), town_key(code)} - {""}
    for town in _shipped():
        writings = [*town["names"], *town["codes"]]
        if keys & {town_key(text) for text in writings}:
            return tuple(writings)
    return ()


def shipped_code(name: str) -> str:
    """Return the statistical code of a town that the shipped table knows; else an empty text.

    Raises
    ------
    FileNotFoundError
        When the package was installed without its data.
    """
    key = town_key(name)
    for town in _shipped():
        if key in {town_key(text) for text in town["names"]}:
            return town["codes"][0]
    return ""


class TownFinder:
    """Finds towns by name, by code and by place.

    Parameters
    ----------
    towns
        The towns table, EPSG:4326 or metric.
    crs
        Metric CRS of the points that are located.

    Raises
    ------
    ValueError
        When the towns have no CRS.
    """

    def __init__(self, towns: gpd.GeoDataFrame, *, crs: object) -> None:
        self.crs = crs
        self._ids = towns["town_id"].to_numpy(dtype=object)
        self.names = town_names(towns)
        self._shapes: Shapes = np.asarray(towns.geometry.to_crs(crs).array, dtype=object)
        self._tree = shapely.STRtree(self._shapes)
        self.bounds: tuple[float, float, float, float] = tuple(
            towns.geometry.to_crs(STORAGE_CRS).total_bounds
        )
        self._by_key = _index(towns)

    def by_name(self, written: Sequence[str]) -> list[str | None]:
        """Return the town id of each written name or code; None when it is not known.

        Parameters
        ----------
        written
            Names as rows give them; an empty text gives None.
        """
        return [self._by_key.get(town_key(text)) if text else None for text in written]

    def by_place(self, x_m: Floats, y_m: Floats) -> list[str | None]:
        """Return the id of the town that each point lies in; None outside all towns.

        Parameters
        ----------
        x_m, y_m
            Metric coordinates; NaN gives None. A point on a common border belongs to the town
            with the smaller id.
        """
        towns: list[str | None] = [None] * len(x_m)
        is_known = np.flatnonzero(np.isfinite(x_m) & np.isfinite(y_m))
        points = shapely.points(x_m[is_known], y_m[is_known])
        at, town = self._tree.query(points, predicate="intersects")
        for position, number in zip(is_known[at].tolist(), town.tolist(), strict=True):
            here = str(self._ids[number])
            former = towns[position]
            towns[position] = here if former is None or here < former else former
        return towns

    def is_in(self, town_ids: Sequence[str | None], x_m: Floats, y_m: Floats) -> Bools:
        """Return whether each point lies in the town given for it.

        Parameters
        ----------
        town_ids
            One town a point; None gives False.
        x_m, y_m
            Metric coordinates; NaN gives False.
        """
        given = np.array([town or "" for town in town_ids], dtype=object)
        is_in = np.zeros(len(given), bool)
        for number, town in enumerate(self._ids.tolist()):
            here = np.flatnonzero((given == town) & np.isfinite(x_m) & np.isfinite(y_m))
            shapely.prepare(self._shapes[number])
            is_in[here] = shapely.intersects_xy(self._shapes[number], x_m[here], y_m[here])
        return is_in

    def near_border(
        self,
        town_ids: Sequence[str | None],
        x_m: Floats,
        y_m: Floats,
        *,
        reach_m: float = NEAR_BORDER_M,
    ) -> Bools:
        """Return whether each point lies within reach of the town given for it.

        Parameters
        ----------
        town_ids
            One town a point; None gives False.
        x_m, y_m
            Metric coordinates; NaN gives False.
        reach_m
            Metres from the town's border.
        """
        place = {town: number for number, town in enumerate(self._ids.tolist())}
        is_near = np.zeros(len(town_ids), bool)
        for position, town in enumerate(town_ids):
            if town in place and np.isfinite(x_m[position]):
                point = shapely.points(x_m[position], y_m[position])
                shape = self._shapes[place[town]]
                is_near[position] = shapely.dwithin(shape, point, reach_m)
        return is_near

    def off_km(self, lon: Floats, lat: Floats) -> Floats:
        """Return how far points lie outside the towns' bounding box, in kilometres, roughly.

        Parameters
        ----------
        lon, lat
            WGS-84 degrees; NaN gives NaN.
        """
        west, south, east, north = self.bounds
        squeeze = np.cos(np.radians((south + north) / 2))
        off_lon = np.maximum(np.maximum(west - lon, lon - east), 0.0) * squeeze
        off_lat = np.maximum(np.maximum(south - lat, lat - north), 0.0)
        off: Floats = np.hypot(off_lon, off_lat) * _KM_PER_DEGREE
        return off


def _index(towns: gpd.GeoDataFrame) -> Mapping[str, str]:
    """Return the town id by key of every name, alias and code; a key of two towns is left out."""
    by_key: dict[str, set[str]] = {}
    exact: dict[str, str] = {}
    for town in towns.itertuples(index=False):
        aliases = [text for text in text_of(town.aliases).split(";") if text]
        exact[town_key(str(town.town_id))] = str(town.town_id)
        for text in (town.town_name, *aliases):
            by_key.setdefault(town_key(str(text)), set()).add(str(town.town_id))
    unique = {key: next(iter(ids)) for key, ids in by_key.items() if len(ids) == 1}
    return exact | unique
