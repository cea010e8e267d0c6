"""Rows without a place: what may tell it, the ground to point at, and the cells that state it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

import pyproj
import shapely

from livelihood_map.core.errors import LivelihoodMapError, SettingsError
from livelihood_map.load.files.headings import Headings
from livelihood_map.load.location.datums import AUTO, read_datum
from livelihood_map.load.place_proposals import Known, Unplaced, propose_places
from livelihood_map.office.answers import read_answer
from livelihood_map.office.drawing import draw_ground
from livelihood_map.office.ground import load_ground
from livelihood_map.office.looking import sources_by_name
from livelihood_map.office.projects import Projects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from livelihood_map.core.settings import Settings
    from livelihood_map.office.ground import Ground
    from livelihood_map.office.projects import Project
    from livelihood_map.office.slots import Source

UNPLACED: Final = ("no_coordinates", "no_place", "address_unknown", "address_vague")
"""Problems of rows that lack nothing but their place."""
ROWS_MAX: Final = 200
"""Rows that the page shows at a time."""
MARGIN_M: Final = 500.0
_PAIRS: Final = {False: (("lon", "lat"), ("x", "y")), True: (("east", "north"), ("y", "x"))}
_NEW: Final = {False: ("经度", "纬度"), True: ("东坐标", "北坐标")}
"""Headings that every section knows, east first, for tables without any."""


def find_unplaced(project: Project) -> list[dict[str, Any]]:
    """Return the rows without a place as the last check found them."""
    faults = read_answer(project, "check").get("faults", [])
    return [fault for fault in faults if fault.get("problem_key") in UNPLACED]


def mark_places(project: Project) -> str:
    """Return a mark of the rows without a place; what was found for others is not true."""
    rows = [(f["source"], f["sheet"], f["row"], f["raw"]) for f in find_unplaced(project)]
    text = json.dumps([rows, project.settings.version()], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def look_for_places(project: Project, settings: Settings) -> dict[str, Any]:
    """Return what may tell the place of each row, and the drawing to point at.

    Parameters
    ----------
    project
        The project, checked before.
    settings
        Its settings.

    Raises
    ------
    LivelihoodMapError
        When the towns cannot be read.
    """
    sources = sources_by_name(project)
    ground = load_ground(project, sources)
    rows = find_unplaced(project)[:ROWS_MAX]
    asked = [_asked(row, sources.get(row["source"])) for row in rows]
    known = [*_earlier(project, ground), *_compounds(settings, ground), *_streets(ground)]
    west, south, east, north = ground.towns.total_bounds
    window = (west - MARGIN_M, south - MARGIN_M, east + MARGIN_M, north + MARGIN_M)
    drawing = draw_ground(
        window, borders=ground.borders, streets=ground.lines, outlines=ground.outlines
    )
    proposals = [
        [
            {
                "how": one.how,
                "name": one.name,
                "source": one.source,
                "x": round(one.x_m - window[0], 1),
                "y": round(window[3] - one.y_m, 1),
            }
            for one in found
        ]
        for found in propose_places(asked, known)
    ]
    return {
        "mark": mark_places(project),
        "rows": [
            {"name": a.name, "address": a.address, "proposals": p}
            for a, p in zip(asked, proposals, strict=True)
        ],
        "drawing": drawing,
        "corner": [window[0], window[3]],
        "crs": ground.crs.to_wkt(),
    }


def _asked(row: Mapping[str, Any], source: Source | None) -> Unplaced:
    """Return name and address of a row by the headings that mean them."""
    if source is None:
        return Unplaced("", "")
    headings = Headings(source.section, source.columns)
    texts = {"name": "", "address": ""}
    for heading, cell in row["cells"].items():
        for field in headings.fields_of(heading) & texts.keys():
            texts[field] = texts[field] or str(cell or "")
    return Unplaced(**texts)


def _earlier(project: Project, ground: Ground) -> Iterator[Known]:
    """Return the outlets of every project's last run, this one's and those of earlier years."""
    import geopandas as gpd

    every = [project, *(p for p in Projects(project.folder.parent).every() if p.id != project.id)]
    for one in every:
        for path in sorted(one.place("output").glob("tables/*/facilities.parquet")):
            try:
                outlets = gpd.read_parquet(path).to_crs(ground.crs)
            except (OSError, ValueError):
                continue
            addresses = outlets["address"].fillna("")
            for name, address, point in zip(outlets["name"], addresses, outlets.geometry):  # noqa: B905
                yield Known("earlier", str(name), str(address), point.x, point.y, one.title)


def _compounds(settings: Settings, ground: Ground) -> Iterator[Known]:
    """Return the compounds that have a name."""
    from livelihood_map.load.residences import load_residences

    load = settings.load
    try:
        homes = load_residences(
            load.residences,
            towns=ground.towns,
            crs=ground.crs,
            base=settings.resolve("."),
            corrections=load.corrections,
        ).residences
    except LivelihoodMapError:
        return
    named = homes[homes["name"].notna()]
    for name, point in zip(named["name"], named.geometry.representative_point(), strict=True):
        yield Known("compound", str(name), "", point.x, point.y)


def _streets(ground: Ground) -> Iterator[Known]:
    """Return the streets that have a name, each with the middle of its parts."""
    if ground.streets is None or "name" not in ground.streets:
        return
    named = ground.streets[ground.streets["name"].notna()]
    for name, parts in named.groupby("name").geometry:
        whole = shapely.union_all(parts.array)
        middle = shapely.centroid(whole)
        point = shapely.get_point(shapely.shortest_line(whole, middle), 0)
        yield Known("street", str(name), "", point.x, point.y)


def cells_of_place(
    row: Mapping[str, Any], source: Source, found: Mapping[str, Any], x: float, y: float
) -> dict[str, str]:
    """Return the cells that state a place in a row's own columns and datum.

    Parameters
    ----------
    row
        The row.
    source
        Its file in the settings.
    found
        As of `look_for_places`.
    x, y
        Metres from the north-western corner of the drawing, east and south.

    Raises
    ------
    SettingsError
        When the datum of the file is not stated, or the place lies outside the drawing.
    """
    if source.datum.strip().lower() == AUTO:
        raise SettingsError("office.place_needs_datum", path=row["source"])
    if not (0 <= x <= found["drawing"]["width"] and 0 <= y <= found["drawing"]["height"]):
        raise SettingsError("office.place_outside")
    datum = read_datum(source.datum)
    west, north = found["corner"]
    way = pyproj.Transformer.from_crs(found["crs"], "EPSG:4326", always_xy=True)
    east_of, north_of = datum.from_wgs84(*way.transform(west + x, north - y))
    texts = [f"{value:.{2 if datum.is_projected else 6}f}" for value in (east_of, north_of)]
    headings = Headings(source.section, source.columns)
    by_field = {field: heading for heading in row["cells"] for field in headings.fields_of(heading)}
    for fields in _PAIRS[datum.is_projected]:
        if all(field in by_field for field in fields):
            return dict(zip((by_field[field] for field in fields), texts, strict=True))
    if "lonlat" in by_field and not datum.is_projected:
        return {by_field["lonlat"]: ",".join(texts)}
    return dict(zip(_NEW[datum.is_projected], texts, strict=True))


def read_places(
    rows: Sequence[Mapping[str, Any]],
    found: Mapping[str, Any],
    sources: Mapping[str, Source],
    typed: Mapping[str, list[str]],
) -> dict[int, dict[str, str]]:
    """Return the cells of the rows whose place somebody has decided, by position of the row.

    Parameters
    ----------
    rows
        The rows without a place as the page showed them.
    found
        As of `look_for_places`.
    sources
        What the settings name, by file name.
    typed
        What the page sent: ``how-3`` is empty (left as it is), the number of a proposal, or
        ``map`` with metres in ``x-3`` and ``y-3``.

    Raises
    ------
    SettingsError
        When a place cannot be read, or as of `cells_of_place`.
    """
    chosen: dict[int, dict[str, str]] = {}
    for position, (row, told) in enumerate(zip(rows, found["rows"], strict=False)):
        how = typed.get(f"how-{position}", [""])[0]
        if not how:
            continue
        try:
            if how == "map":
                x, y = (float(typed[f"{axis}-{position}"][0]) for axis in ("x", "y"))
            else:
                proposal = told["proposals"][int(how)]
                x, y = proposal["x"], proposal["y"]
            source = sources[row["source"]]
        except (KeyError, IndexError, ValueError) as error:
            raise SettingsError("office.place_unread", name=told["name"]) from error
        chosen[position] = cells_of_place(row, source, found, x, y)
    return chosen
