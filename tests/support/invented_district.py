"""An invented district for map tests: superblocks, compounds, outlets, gaps, sites."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree
from shapely import LineString, MultiPolygon, Point, affinity, box

from livelihood_map.core.crs import local_transverse_mercator
from livelihood_map.core.settings import (
    AreaSettings,
    LoadSettings,
    RunSettings,
    Settings,
    TownSource,
)
from livelihood_map.core.standards import load_standard
from livelihood_map.coverage import build_areas
from livelihood_map.mapping import MapTables, lay_grid
from livelihood_map.network import WalkOptions, build_network

CRS = local_transverse_mercator(121.4666667)
WEST, SOUTH = 485_000.0, 3_430_000.0
_TOWN_NAMES = (
    *("莘庄镇", "七宝镇", "颛桥镇", "华漕镇", "虹桥镇"),
    *("梅陇镇", "吴泾镇", "马桥镇", "浦江镇"),
)
_FIRST, _LAST = "新春华丽银都绿阳平阳光辉", "苑园村坊里庭府居"


def _frame(columns: dict[str, object], shapes: list[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def _name(rng: np.random.Generator) -> str:
    return "".join(rng.choice(list(_FIRST), 2)) + str(rng.choice(list(_LAST)))


def _towns(side_m: float, per_side: int) -> gpd.GeoDataFrame:
    step = side_m / per_side
    cells = [(row, column) for row in range(per_side) for column in range(per_side)]
    shapes = [
        MultiPolygon(
            [
                box(
                    WEST + c * step,
                    SOUTH + r * step,
                    WEST + (c + 1) * step,
                    SOUTH + (r + 1) * step,
                )
            ]
        )
        for r, c in cells
    ]
    names = [_TOWN_NAMES[i % len(_TOWN_NAMES)] for i in range(len(cells))]
    ids = [f"t{r}{c}" for r, c in cells]
    return _frame({"town_id": ids, "town_name": names, "aliases": "", "zone": None}, shapes)


def _town_of(x: np.ndarray, y: np.ndarray, side_m: float, per_side: int) -> list[str]:
    step = side_m / per_side
    column = np.clip((x - WEST) // step, 0, per_side - 1).astype(int)
    row = np.clip((y - SOUTH) // step, 0, per_side - 1).astype(int)
    return [f"t{r}{c}" for r, c in zip(row, column, strict=True)]


def _streets(side_m: float, block_m: float, rng: np.random.Generator) -> gpd.GeoDataFrame:
    count = int(side_m // block_m) + 1
    jitter = rng.normal(0, block_m * 0.08, (count, count, 2))
    place = [
        [
            (WEST + c * block_m + jitter[r, c, 0], SOUTH + r * block_m + jitter[r, c, 1])
            for c in range(count)
        ]
        for r in range(count)
    ]
    rows = []
    for r in range(count):
        for c in range(count):
            for dr, dc in ((0, 1), (1, 0)):
                if r + dr < count and c + dc < count:
                    line = c if dr else r
                    highway = (
                        "primary"
                        if line % 12 == 0
                        else "secondary"
                        if line % 6 == 0
                        else "tertiary"
                        if line % 3 == 0
                        else "residential"
                    )
                    rows.append((f"{r}_{c}", f"{r + dr}_{c + dc}", highway))
                    rows[-1] += (LineString([place[r][c], place[r + dr][c + dc]]),)
    table = pd.DataFrame(rows, columns=["u", "v", "highway", "geometry"])
    return gpd.GeoDataFrame(
        {
            "u": table["u"],
            "v": table["v"],
            "key": 0,
            "length_m": [line.length for line in table["geometry"]],
            "highway": table["highway"],
            "is_bridge": False,
            "is_tunnel": False,
            "access": None,
            "name": None,
        },
        geometry=table["geometry"].tolist(),
        crs=CRS,
    )


def walk_straight(
    residences: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, kinds: list[str]
) -> pd.DataFrame:
    """Return invented walks: a third longer than the straight line to the nearest outlet."""
    origin = np.column_stack([residences.centroid.x, residences.centroid.y])
    parts = []
    for kind in kinds:
        of_kind = facilities[facilities["kind"] == kind]
        places = np.column_stack([of_kind.geometry.x, of_kind.geometry.y])
        straight, nearest = cKDTree(places).query(origin)
        walk_m = np.round(straight * 1.35 + 40, 3)
        is_reached = walk_m <= 3000
        walk_m = np.where(is_reached, walk_m, np.nan)
        tier = np.select([walk_m <= 300, walk_m <= 500, walk_m <= 1000], [300.0, 500, 1000], np.nan)
        ids = of_kind["facility_id"].to_numpy(dtype=object)[nearest]
        parts.append(
            pd.DataFrame(
                {
                    "residence_id": residences["residence_id"],
                    "kind": kind,
                    "walker": "standard",
                    "facility_id": np.where(is_reached, ids, None),
                    "walk_m": walk_m,
                    "walk_min": walk_m / 1000 * 15,
                    "tier_m": tier,
                    "is_covered": walk_m <= 1000,
                    "covered_share": (walk_m <= 1000).astype(float),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def build_settings() -> Settings:
    """Return the settings of a dated, synthetic run."""
    return Settings(
        area=AreaSettings(name="试验区"),
        load=LoadSettings(towns=TownSource(path="towns.geojson")),
        run=RunSettings(date=dt.date(2023, 3, 1), is_synthetic=True),
    )


def build_tables(
    *,
    side_m: float = 18_000,
    towns_per_side: int = 3,
    residences_n: int = 300,
    block_m: float = 250,
    facilities_n: tuple[int, int, int] = (40, 200, 25),
    sites_n: int = 12,
    seed: int = 7,
) -> MapTables:
    """Return the tables of an invented square district, `side_m` wide."""
    rng = np.random.default_rng(seed)
    centres = (
        WEST + rng.uniform(500, side_m - 500, residences_n),
        SOUTH + rng.uniform(500, side_m - 500, residences_n),
    )
    outlines = [
        affinity.rotate(box(x - w, y - h, x + w, y + h), angle, origin="centroid")
        for x, y, w, h, angle in zip(
            *centres,
            rng.uniform(60, 160, residences_n),
            rng.uniform(60, 160, residences_n),
            rng.uniform(-12, 12, residences_n),
            strict=True,
        )
    ]
    residences = _frame(
        {
            "residence_id": [f"r{i:04d}" for i in range(residences_n)],
            "town_id": _town_of(*centres, side_m, towns_per_side),
            "name": [_name(rng) for _ in range(residences_n)],
            "dwellings_n": 500.0,
            "population": rng.integers(300, 6000, residences_n).astype(float),
            "elderly_n": np.nan,
            "area_m2": [shape.area for shape in outlines],
            "source": "invented",
        },
        outlines,
    )
    facilities = _facilities(side_m, towns_per_side, facilities_n, rng)
    kinds = ["wet_market", "breakfast", "housekeeping"]
    before = walk_straight(residences, facilities, kinds)
    sites = _sites(residences, before, towns_per_side, side_m, sites_n)
    opened = pd.concat(
        [
            facilities,
            _frame(
                {"facility_id": "site:" + sites["candidate_id"], "kind": "breakfast"},
                sites.geometry.tolist(),
            ),
        ],
        ignore_index=True,
    )
    after = walk_straight(residences, opened, kinds)
    edges = _streets(side_m, block_m, rng)
    return MapTables(
        towns=_towns(side_m, towns_per_side),
        residences=residences,
        coverage=before,
        facilities=facilities,
        zones=_zones(residences, before),
        sites=sites,
        edges=edges,
        areas=_areas(edges, facilities, sites, kinds),
        after=after[after["kind"] == "breakfast"].reset_index(drop=True),
        town_coverage=_town_coverage(residences, before, after),
        reached=_reached(residences, before, after),
        problems=_frame(
            {
                "name": ["孤岛新村"],
                "town_id": ["t00"],
                "population": [120.0],
                "reason": ["detached"],
            },
            [Point(WEST + 900, SOUTH + 900)],
        ),
        gates=_gates(residences),
        **_grid(_towns(side_m, towns_per_side), facilities, kinds),
    )


def _areas(
    edges: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, kinds: list[str]
) -> gpd.GeoDataFrame:
    """Return the service areas of the invented outlets along the invented streets."""
    ends = {
        name: Point(line.coords[at])
        for row in edges.itertuples()
        for line, name, at in ((row.geometry, row.u, 0), (row.geometry, row.v, -1))
    }
    nodes = _frame({"node_id": list(ends)}, list(ends.values()))
    planned = sites[["geometry"]].assign(
        facility_id="site:" + sites["candidate_id"],
        kind="breakfast",
        status="operating",
        subtype=None,
    )
    return build_areas(
        build_network(nodes, edges),
        facilities,
        WalkOptions(limit_m=200.0),
        standard=load_standard("cn-15min"),
        kinds=kinds,
        walker="standard",
        planned=planned,
    )


def _gates(residences: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return one gate a compound: every tenth inferred, every tenth closed, the others open."""
    size = len(residences)
    number = np.arange(size)
    return _frame(
        {
            "gate_id": [f"g{i:04d}" for i in number],
            "residence_id": residences["residence_id"].to_numpy(),
            "is_open": number % 10 != 1,
            "hours": [None if i % 10 == 0 else "06:00-22:00" for i in number],
            "is_inferred": number % 10 == 0,
        },
        [Point(shape.exterior.coords[0]) for shape in residences.geometry],
    )


def _grid(
    towns: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, kinds: list[str]
) -> dict[str, object]:
    grid = lay_grid(towns, step_m=200)
    places = grid.rename(columns={"demand_id": "residence_id"})
    coverage = walk_straight(places, facilities, kinds).rename(
        columns={"residence_id": "demand_id"}
    )
    return {"grid": grid, "grid_coverage": coverage}


def _facilities(
    side_m: float, per_side: int, counts: tuple[int, int, int], rng: np.random.Generator
) -> gpd.GeoDataFrame:
    kinds = np.repeat(["wet_market", "breakfast", "housekeeping"], counts)
    size = len(kinds)
    x, y = WEST + rng.uniform(0, side_m, size), SOUTH + rng.uniform(0, side_m, size)
    subtype = np.where(kinds == "breakfast", rng.choice(["chain", "single", "cvs"], size), None)
    words = {"wet_market": "菜市场", "breakfast": "早餐店", "housekeeping": "家政服务站"}
    return _frame(
        {
            "facility_id": [f"f{i:04d}" for i in range(size)],
            "kind": kinds,
            "subtype": subtype,
            "name": [_name(rng) + words[kind] for kind in kinds],
            "address": [f"{_name(rng)}路{rng.integers(1, 3000)}号" for _ in range(size)],
            "town_id": _town_of(x, y, side_m, per_side),
            "status": rng.choice(["operating", "planned"], size, p=[0.97, 0.03]),
            "opened_on": None,
            "closed_on": None,
            "opens_at": "06:00",
            "closes_at": "18:00",
            "area_m2": np.nan,
            "is_demonstration": False,
            "is_smart": False,
            "is_inside": True,
            "is_residents_only": np.arange(size) % 7 == 0,
            "source": "invented",
        },
        [Point(a, b) for a, b in zip(x, y, strict=True)],
    )


def _sites(
    residences: gpd.GeoDataFrame,
    before: pd.DataFrame,
    per_side: int,
    side_m: float,
    sites_n: int,
) -> gpd.GeoDataFrame:
    walks = before[before["kind"] == "breakfast"].set_index("residence_id")["walk_m"].fillna(9999)
    order = walks.sort_values(ascending=False, kind="stable").index[:sites_n]
    chosen = residences.set_index("residence_id").loc[order]
    gained = np.sort(chosen["population"].to_numpy())[::-1]
    share = gained / residences["population"].sum()
    places = [Point(p.x + 90, p.y + 60) for p in chosen.centroid]
    return _frame(
        {
            "rank": np.arange(1, len(order) + 1),
            "candidate_id": [f"c{i:03d}" for i in range(len(order))],
            "town_id": chosen["town_id"].to_numpy(),
            "name": [f"{name}东侧" for name in chosen["name"]],
            "source": ["host" if i % 3 == 0 else "street" for i in range(len(order))],
            "host_kind": ["supermarket" if i % 3 == 0 else None for i in range(len(order))],
            "zone_id": "z0",
            "gained_population": gained,
            "gained_share": share,
            "cumulative_share": np.minimum(0.7 + np.cumsum(share), 1),
            "nearest_existing_m": walks.loc[order].to_numpy(),
            "reason_zh": "周边居民到最近早餐网点步行距离较远，设点后可缩短至 500 米以内。",
            "reason_en": "Residents nearby walk far; a site here is within 500 m.",
        },
        places,
    )


def _zones(residences: gpd.GeoDataFrame, before: pd.DataFrame) -> gpd.GeoDataFrame:
    far = before[(before["kind"] == "breakfast") & ~(before["walk_m"] <= 1000)]["residence_id"]
    lacking = residences[residences["residence_id"].isin(far)]
    merged = lacking.buffer(350).union_all()
    shapes = list(getattr(merged, "geoms", [merged]))
    people = [
        float(lacking.loc[lacking.centroid.within(shape), "population"].sum()) for shape in shapes
    ]
    counts = [int(lacking.centroid.within(shape).sum()) for shape in shapes]
    return _frame(
        {
            "zone_id": [f"z{i}" for i in range(len(shapes))],
            "name": [f"缺口片区{i + 1}" for i in range(len(shapes))],
            "kind": "breakfast",
            "town_id": "t00",
            "population": people,
            "demand_n": counts,
        },
        shapes,
    )


def _town_coverage(
    residences: gpd.GeoDataFrame, before: pd.DataFrame, after: pd.DataFrame
) -> pd.DataFrame:
    people = residences.set_index("residence_id")["population"]
    towns = residences.set_index("residence_id")["town_id"]
    names = dict(zip(sorted(towns.unique()), _TOWN_NAMES, strict=False))
    rows = []
    for kind in before["kind"].unique():
        shares = []
        for coverage in (before, after):
            of_kind = coverage[coverage["kind"] == kind].set_index("residence_id")
            shares.append(people.where(of_kind["is_covered"], 0.0))
        for town_id in [*sorted(towns.unique()), "ALL"]:
            here = people.index if town_id == "ALL" else towns.index[towns == town_id]
            total = people[here].sum()
            rows.append(
                {
                    "town_id": town_id,
                    "town_name": names.get(town_id, town_id),
                    "kind": kind,
                    "walker": "standard",
                    "covered_share": shares[0][here].sum() / total,
                    "covered_share_after": shares[1][here].sum() / total,
                }
            )
    return pd.DataFrame(rows)


def _reached(
    residences: gpd.GeoDataFrame, before: pd.DataFrame, after: pd.DataFrame
) -> pd.DataFrame:
    """Return the residents within each walk by town and kind, today and with the sites."""
    people = residences.set_index("residence_id")["population"]
    towns = residences.set_index("residence_id")["town_id"]
    walks = [one.set_index(["kind", "residence_id"])["walk_m"] for one in (before, after)]
    rows = []
    for kind in before["kind"].unique():
        for town_id in [*sorted(towns.unique()), "ALL"]:
            here = people if town_id == "ALL" else people[towns == town_id]
            for within_m in (300.0, 500.0, 1000.0, 3000.0):
                near = [here[walk[kind].reindex(here.index) <= within_m].sum() for walk in walks]
                rows.append((town_id, kind, within_m, here.sum(), *near))
    columns = ("town_id", "kind", "within_m", "population")
    columns += ("reached_population", "reached_population_after")
    return pd.DataFrame(rows, columns=list(columns))


def with_hostile_names(tables: MapTables, text: str) -> MapTables:
    """Return the same tables with `text` in every text field that a page shows."""

    def spoil(table: gpd.GeoDataFrame | None, *columns: str) -> gpd.GeoDataFrame | None:
        return None if table is None else table.assign(**dict.fromkeys(columns, text))

    facilities = spoil(tables.facilities, "name", "address", "subtype", "opens_at")
    strange = facilities.iloc[:3].assign(
        kind=text, facility_id=[f"{text}{number}" for number in range(3)]
    )
    sites = spoil(tables.sites, "name", "reason_zh", "reason_en", "host_kind")
    return replace(
        tables,
        towns=spoil(tables.towns, "town_name"),
        residences=spoil(tables.residences, "name"),
        facilities=pd.concat([facilities, strange], ignore_index=True),
        zones=spoil(tables.zones, "name"),
        sites=sites.assign(candidate_id=[f"{text}{number}" for number in range(len(sites))]),
        problems=spoil(tables.problems, "name", "reason"),
        gates=spoil(tables.gates, "hours"),
        town_coverage=tables.town_coverage.assign(town_name=text),
    )
