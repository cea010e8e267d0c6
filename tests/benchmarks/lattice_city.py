"""A large city as the files that an office would hand over: streets, towns, compounds, outlets.

Streets are a lattice of 100 m whose corners are shifted and of which some stretches are missing; a
river crosses it, bridged by main roads. Compounds lie round centres. A million corners have 25,000
compounds, 15,000 outlets, 225 towns and 1,000 suggested sites; fewer have fewer in proportion.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyogrio
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

STEP_M: Final = 100.0
WEST, SOUTH = 115.0, 31.0
METRES_PER_LON: Final = 95_500.0
METRES_PER_LAT: Final = 110_870.0
_PER_CORNER: Final = {"compounds": 0.025, "outlets": 0.015, "towns": 0.000225, "sites": 0.001}
_SHIFT_M: Final = 18.0
_MISSING: Final = 0.08
_MAIN, _SECOND = 10, 5
_WAY_N: Final = 150
_KINDS: Final = {"breakfast": 0.5, "wet_market": 0.1, "convenience": 0.4}
_HEADINGS: Final = ("序号", "街镇", "网点名称", "地址", "经度", "纬度")

SETTINGS: Final = """
[run]
lang = "zh"
date = "2023-06-30"
is_synthetic = true

[area]
name = "合成城市"

[load.towns]
path = "towns.geojson"

[[load.residences]]
path = "compounds.gpkg"
datum = "WGS-84"

[load.streets]
path = "streets.osm.pbf"

[coverage]
kinds = ["breakfast", "wet_market"]

[siting]
kind = "breakfast"
sites_n = {sites_n}
"""
REGISTER: Final = """
[[load.facilities]]
path = "{kind}.csv"
kind = "{kind}"
datum = "WGS-84"
"""


@dataclass(frozen=True)
class Lattice:
    """The corners of a city's streets, metres east and north of its south-west corner."""

    side: int
    x: np.ndarray
    y: np.ndarray

    @property
    def river(self) -> int:
        """Return the row of blocks through which the river flows."""
        return self.side // 2

    def town_names(self, x: np.ndarray, y: np.ndarray) -> list[str]:
        """Return the name of the town of each place."""
        across = towns_across(self.side)
        step_m = self.side * STEP_M / across
        column, row = ((v // step_m).astype(int).clip(0, across - 1) for v in (x, y))
        return [f"{r + 1:02d}{c + 1:02d}街道" for r, c in zip(row, column, strict=True)]


def towns_across(side: int) -> int:
    """Return how many towns lie along each side of a city."""
    return max(2, round((side**2 * _PER_CORNER["towns"]) ** 0.5))


def write_city(folder: Path, corners_n: int) -> Path:
    """Return the settings file of a city of so many corners, its input files beside it."""
    chance = np.random.default_rng(corners_n)
    side = round(corners_n**0.5)
    row, column = np.divmod(np.arange(side**2), side)
    shifts = chance.uniform(-_SHIFT_M, _SHIFT_M, (2, side**2))
    lattice = Lattice(side, (column + 0.5) * STEP_M + shifts[0], (row + 0.5) * STEP_M + shifts[1])
    folder.mkdir(parents=True, exist_ok=True)
    _write_towns(lattice, folder / "towns.geojson")
    _write_streets(lattice, chance, folder / "streets.osm.pbf")
    homes = _draw_blocks(lattice, chance, round(side**2 * _PER_CORNER["compounds"]))
    _write_compounds(lattice, chance, homes, folder / "compounds.gpkg")
    text = SETTINGS.format(sites_n=round(side**2 * _PER_CORNER["sites"]))
    for kind, share in _KINDS.items():
        count = round(side**2 * _PER_CORNER["outlets"] * share)
        _write_outlets(lattice, chance, homes, count, folder / f"{kind}.csv")
        text += REGISTER.format(kind=kind)
    path = folder / "livelihood.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _degrees(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return longitudes and latitudes."""
    return (
        np.round(WEST + np.asarray(x) / METRES_PER_LON, 7),
        np.round(SOUTH + np.asarray(y) / METRES_PER_LAT, 7),
    )


def _write_towns(lattice: Lattice, path: Path) -> None:
    """Write the towns, squares that share their edges."""
    across = towns_across(lattice.side)
    step_m = lattice.side * STEP_M / across
    edges = np.arange(across + 1) * step_m
    lon, lat = (part.tolist() for part in _degrees(edges, edges))
    features = []
    for row in range(across):
        for column in range(across):
            west, east, south, north = lon[column], lon[column + 1], lat[row], lat[row + 1]
            ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
            middle = np.array([(column + 0.5) * step_m]), np.array([(row + 0.5) * step_m])
            named = {"街镇名称": lattice.town_names(*middle)[0]}
            shape = {"type": "Polygon", "coordinates": [ring]}
            features.append({"type": "Feature", "geometry": shape, "properties": named})
    content = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def _list_ways(
    lattice: Lattice, chance: np.random.Generator
) -> Iterator[tuple[list[int], dict[str, str]]]:
    """Yield the corners and tags of each way."""
    side = lattice.side
    for is_upright in (False, True):
        for line in range(side):
            at = np.arange(side)
            corners = at * side + line if is_upright else line * side + at
            sort = "residential"
            if line % _MAIN == 0:
                sort = "primary"
            elif line % _SECOND == 0:
                sort = "secondary"
            is_there = chance.random(side - 1) >= (_MISSING if sort == "residential" else 0.0)
            if is_upright and sort == "residential":
                is_there[lattice.river] = False
            name = f"{'经' if is_upright else '纬'}{line + 1}路"
            for part in np.split(corners, np.flatnonzero(~is_there) + 1):
                for first in range(0, len(part) - 1, _WAY_N):
                    piece = part[first : first + _WAY_N + 1]
                    yield piece.tolist(), {"highway": sort, "name": name}


def _list_areas(lattice: Lattice, chance: np.random.Generator) -> Iterator[tuple[list, dict]]:
    """Yield the outline, metres, and tags of the river and of parks."""
    side, edge = lattice.side * STEP_M, STEP_M / 2
    low, high = (lattice.river + 1) * STEP_M - 25, (lattice.river + 1) * STEP_M + 25
    yield (
        [(0, low), (side, low), (side, high), (0, high)],
        {"natural": "water", "water": "river", "name": "申江"},
    )
    blocks = chance.choice((lattice.side - 1) ** 2, lattice.side**2 // 200, replace=False)
    for block in blocks.tolist():
        row, column = divmod(block, lattice.side - 1)
        if row != lattice.river:
            x, y = (column + 1) * STEP_M, (row + 1) * STEP_M
            half = edge - _SHIFT_M - 5
            ring = [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x, y + half)]
            yield ring, {"leisure": "park"}


def _write_streets(lattice: Lattice, chance: np.random.Generator, path: Path) -> None:
    """Write streets, river and parks as an extract of OpenStreetMap."""
    import osmium

    path.unlink(missing_ok=True)
    ways = [
        ([corner + 1 for corner in corners], tags) for corners, tags in _list_ways(lattice, chance)
    ]
    lon, lat = _degrees(lattice.x, lattice.y)
    places = [*zip(lon.tolist(), lat.tolist(), strict=True)]
    for ring, tags in _list_areas(lattice, chance):
        first = len(places) + 1
        places += zip(*(part.tolist() for part in _degrees(*np.array(ring).T)), strict=True)
        ways.append(([*range(first, len(places) + 1), first], tags))
    with osmium.SimpleWriter(str(path)) as writer:
        for number, place in enumerate(places, start=1):
            writer.add_node(osmium.osm.mutable.Node(id=number, location=place))
        for number, (refs, tags) in enumerate(ways, start=1):
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=refs, tags=tags))


def _draw_blocks(lattice: Lattice, chance: np.random.Generator, count: int) -> np.ndarray:
    """Return row and column of the blocks that are compounds, closer together round centres."""
    side = lattice.side - 1
    row, column = np.divmod(np.arange(side**2), side)
    across = towns_across(lattice.side)
    centres = chance.uniform(0, side, (across**2, 2))
    nearest = shapely.STRtree(shapely.points(centres)).query_nearest(
        shapely.points(row, column), all_matches=False, return_distance=True
    )[1]
    weight = 0.05 + np.exp(-((nearest * STEP_M / 1500.0) ** 2))
    weight[row == lattice.river] = 0.0
    drawn = chance.choice(side**2, count, replace=False, p=weight / weight.sum())
    return np.column_stack([row[drawn], column[drawn]])


def _write_compounds(
    lattice: Lattice, chance: np.random.Generator, homes: np.ndarray, path: Path
) -> None:
    """Write the compounds with their people."""
    path.unlink(missing_ok=True)
    y, x = (homes.T + 1.0) * STEP_M
    half = STEP_M / 2 - _SHIFT_M - chance.uniform(2, 8, len(homes))
    west, south = _degrees(x - half, y - half)
    east, north = _degrees(x + half, y + half)
    people = chance.integers(200, 2800, len(homes))
    names = np.array([f"{row}-{column}小区" for row, column in homes.tolist()], object)
    pyogrio.raw.write(
        path,
        shapely.to_wkb(shapely.box(west, south, east, north)),
        [names, people // 3, people],
        ["小区名称", "户数", "常住人口"],
        driver="GPKG",
        layer="compounds",
        geometry_type="Polygon",
        crs="EPSG:4326",
    )


def _write_outlets(
    lattice: Lattice, chance: np.random.Generator, homes: np.ndarray, count: int, path: Path
) -> None:
    """Write a register: most outlets stand at a street beside a compound, the others anywhere."""
    corner = chance.integers(0, lattice.side**2, count)
    near = homes[chance.integers(0, len(homes), count)]
    is_near = chance.random(count) < 0.7
    corner[is_near] = near[is_near] @ [lattice.side, 1]
    x = lattice.x[corner] + chance.uniform(5, 40, count)
    y = lattice.y[corner] + chance.uniform(-4, 4, count)
    lon, lat = _degrees(x, y)
    rows: Iterable = zip(
        range(1, count + 1),
        lattice.town_names(x, y),
        [f"{path.stem}{number}" for number in range(1, count + 1)],
        [f"{number}号" for number in range(1, count + 1)],
        lon.tolist(),
        lat.tolist(),
        strict=True,
    )
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([_HEADINGS, *rows])
