"""The walkable streets, from an OpenStreetMap extract, a street layer or OpenStreetMap itself.

The only importer of OSMnx, which fetches extracts by place name; reading, the rules of who walks
where, and exact lengths are done here. OSMnx's own way from file to graph takes many times the
processor time (``make bench-demo``), drops the private ways inside compounds, and stops at ways
that an extract has cut.
"""

from __future__ import annotations

import json
import logging
import socket
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from livelihood_map.core.crs import STORAGE_CRS, local_transverse_mercator, require_metric
from livelihood_map.core.errors import Problem, SourceError
from livelihood_map.core.faults import one_line
from livelihood_map.core.labels import label
from livelihood_map.core.tables import EDGES, NODES
from livelihood_map.load.osm.barrier_lines import barriers_table, read_barriers
from livelihood_map.load.osm.chains import join_stretches
from livelihood_map.load.osm.cover import covered_shares
from livelihood_map.load.osm.features import street_file
from livelihood_map.load.osm.line_layers import read_lines, take_lines
from livelihood_map.load.osm.polylines import build_steps, build_stretches, build_tables
from livelihood_map.load.osm.ways import is_osm, read_ways, write_extract

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyproj
    import requests
    from shapely.geometry.base import BaseGeometry

    from livelihood_map.core.settings import StreetSource
    from livelihood_map.load.osm.polylines import Polylines, Steps
    from livelihood_map.load.osm.ways import WayCounts

COVER_MIN_SHARE: Final = 0.5
"""A town less covered than this is taken for one that the extract leaves out."""
_TRIES_MAX: Final = 5
"""How often one question is put to a service that is busy."""
_DETAIL_SHOWN: Final = 200
_SET_FOR_STREETS: Final = ("cache_only_mode", "requests_kwargs")
"""Settings of OSMnx that a question for streets changes."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetReport:
    """What became of a street source.

    Parameters
    ----------
    path
        The source.
    ways_read_n
        Ways or lines read.
    ways_not_walked
        Of these, those that nobody walks, by reason (texts ``streets.not_walked_<reason>``).
    ways_mended_n
        Ways that lost nodes at the edge of the extract; their parts are kept.
    ways_dropped_n
        Ways of which nothing was left there, or rows that are not lines.
    nodes_n, edges_n
        Rows of the two tables.
    length_m
        Length of all edges in metres.
    parts_n
        Number of parts of the network that no street connects.
    largest_share
        Share of the length that lies in the largest part, 0 to 1.
    covered_share
        Share of each town's area (by name) that a street comes near; empty when no towns were
        given.
    """

    path: str
    ways_read_n: int
    ways_not_walked: Mapping[str, int]
    ways_mended_n: int
    ways_dropped_n: int
    nodes_n: int
    edges_n: int
    length_m: float
    parts_n: int
    largest_share: float
    covered_share: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Streets:
    """The walking network as tables, and the report of how it came about.

    Parameters
    ----------
    nodes, edges
        The tables ``nodes`` and ``edges`` in the metric CRS; every edge is walked both ways.
    report
        Counts for the run's report.
    """

    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    report: StreetReport


def load_streets(
    source: StreetSource,
    *,
    area: BaseGeometry,
    margin_m: float,
    crs: pyproj.CRS,
    base: Path | str,
    towns: gpd.GeoDataFrame | None = None,
) -> Streets:
    """Return the walkable streets of the district and its surroundings.

    Parameters
    ----------
    source
        An OpenStreetMap extract (``.osm.pbf``, ``.osm``) or a layer of street lines.
    area
        The district, in `crs`.
    margin_m
        How far beyond the district streets are kept, metres: at least the longest walk, because
        walks leave the district and supply outside serves people inside.
    crs
        The metric CRS in which lengths are measured.
    base
        Folder that the source's path starts from.
    towns
        Towns in `crs`; when given, each must be covered by the streets.

    Raises
    ------
    SourceError
        When the file is absent or broken, or the streets do not cover the towns.
    CrsError
        When `crs` is not metric, or the source's datum is unknown or not declared.

    Examples
    --------
    >>> import livelihood_map as lm
    >>> from livelihood_map.core.io import data_path
    >>> demo = data_path("demo")
    >>> sources = lm.load_settings(demo / "livelihood.toml").load
    >>> towns = lm.load_towns(sources.towns, base=demo).to_crs("EPSG:4549")
    >>> streets = load_streets(
    ...     sources.streets, area=towns.geometry.iloc[0], margin_m=100, crs=towns.crs, base=demo
    ... )
    >>> len(streets.edges) > 1000
    True
    """
    started = time.perf_counter()
    require_metric(crs, what="crs")
    path = street_file(base, source)
    reach = shapely.simplify(area.buffer(margin_m), min(10.0, margin_m / 10))
    shapely.prepare(reach)
    lines, counts = _read(source, path, crs=crs, reach=reach)
    steps = build_steps(lines, is_inside=shapely.contains_xy(reach, lines.x, lines.y))
    if not len(steps.a):
        raise _not_covering(path, towns)
    nodes, edges = _build(lines, steps, crs)
    covered_share = {} if towns is None else covered_shares(edges, towns)
    if any(share < COVER_MIN_SHARE for share in covered_share.values()):
        raise _not_covering(path, towns, covered_share)
    report = _report(path, counts, nodes, edges, covered_share)
    log.info(
        "streets: %d ways read, %d edges, %.0f km, %.1f s",
        report.ways_read_n,
        report.edges_n,
        report.length_m / 1000,
        time.perf_counter() - started,
    )
    return Streets(nodes, edges, report)


def join_lines(
    frame: gpd.GeoDataFrame, *, crs: pyproj.CRS
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, WayCounts]:
    """Return nodes, edges and counts of a frame of street lines, which meet at shared vertices.

    Parameters
    ----------
    frame
        Lines in any CRS that it states; ``highway`` and the like say who walks them.
    crs
        The metric CRS.

    Raises
    ------
    SourceError
        When there is no line that anybody walks.
    CrsError
        When the frame states no CRS.
    """
    lines, counts = take_lines(frame, crs=crs)
    steps = build_steps(lines, is_inside=np.ones(len(lines.x), np.bool_))
    if not len(steps.a):
        raise SourceError("streets.no_lines", path="GeoDataFrame", count=len(frame))
    return *_build(lines, steps, crs), counts


def _build(
    lines: Polylines, steps: Steps, crs: pyproj.CRS
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return the tables of nodes and edges of walked lines."""
    stretches = build_stretches(steps, lines.tags)
    chains = join_stretches(steps, stretches)
    nodes, edges = build_tables(steps, stretches, chains, lines=lines, crs=crs)
    return NODES.conform(nodes), EDGES.conform(edges)


def load_barriers(
    source: StreetSource,
    *,
    area: BaseGeometry,
    margin_m: float,
    crs: pyproj.CRS,
    base: Path | str,
) -> gpd.GeoDataFrame:
    """Return what nobody crosses on the way to a street: rivers, railways and expressways.

    Parameters
    ----------
    source
        An OpenStreetMap extract; a layer of street lines knows no barriers.
    area
        The district, in `crs`.
    margin_m
        How far beyond the district barriers are kept, metres.
    crs
        The metric CRS.
    base
        Folder that the source's path starts from.

    Returns
    -------
    Lines with barrier_id and kind (river, railway, expressway), by ascending OpenStreetMap number;
    what a tunnel hides or a bridge carries is no barrier.

    Raises
    ------
    SourceError
        When the file is absent or broken.
    CrsError
        When `crs` is not metric.
    """
    require_metric(crs, what="crs")
    path = street_file(base, source)
    if not is_osm(path):
        return barriers_table({"barrier_id": [], "kind": []}, gpd.GeoSeries([], crs=crs))
    barriers = read_barriers(path, crs=crs)
    reach = area.buffer(margin_m)
    shapely.prepare(reach)
    return barriers[barriers.intersects(reach)].reset_index(drop=True)


def fetch_streets(
    place: str | BaseGeometry,
    path: Path | str,
    *,
    endpoint: str | None = None,
    geocoder: str | None = None,
    margin_m: float = 2000.0,
) -> Path:
    """Return the path of an ``.osm`` file with all streets in and around a place.

    Everything tagged ``highway`` is fetched with all its tags through OSMnx; who walks where is
    decided when the file is loaded. Nothing is fetched unless this function is called, and a file
    that is there is replaced only when everything has come.

    Parameters
    ----------
    place
        A place's name for Nominatim, as full as possible, or its outline in EPSG:4326.
    path
        File to write, ``.osm``.
    endpoint
        Address of an Overpass service, up to and without ``/interpreter``; None for the public
        one, whose limits OSMnx then keeps.
    geocoder
        Address of a Nominatim service; None for the public one.
    margin_m
        How far beyond the outline streets are fetched, metres.

    Raises
    ------
    SourceError
        When the place is unknown, the service cannot be reached or has no streets there.
    OutputError
        When the file cannot be written.
    """
    started = time.perf_counter()
    target = Path(path)
    with TemporaryDirectory() as folder, _osmnx_settings(folder, endpoint, geocoder) as service:
        outline = _outline_of(place) if isinstance(place, str) else place
        answers = _overpass_answers(_widened(outline, margin_m), Path(folder), service)
        try:
            ways_n = write_extract(answers, target)
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            detail = label("streets.answer_broken")
            raise SourceError("streets.fetch_failed", endpoint=service, detail=detail) from error
    if not ways_n:
        name = place if isinstance(place, str) else str(target)
        raise SourceError("streets.fetch_empty", endpoint=service, place=name)
    log.info("fetch: %d ways, %.1f s", ways_n, time.perf_counter() - started)
    return target


@contextmanager
def _osmnx_settings(folder: str, endpoint: str | None, geocoder: str | None) -> Iterator[str]:
    """Return a context with OSMnx set to keep answers in `folder`; gives the service's address."""
    from osmnx import settings

    wanted: dict[str, object] = {"use_cache": True, "cache_folder": folder}
    if endpoint is not None:
        # The slots of the public service are no concern of a service of one's own.
        wanted |= {"overpass_url": endpoint, "overpass_rate_limit": False}
    if geocoder is not None:
        wanted["nominatim_url"] = geocoder
    former = {name: getattr(settings, name) for name in (*wanted, *_SET_FOR_STREETS)}
    resolve = socket.getaddrinfo  # OSMnx pins the service's address there and leaves it so
    try:
        for name, value in wanted.items():
            setattr(settings, name, value)
        yield str(settings.overpass_url)
    finally:
        for name, value in former.items():
            setattr(settings, name, value)
        socket.getaddrinfo = resolve


def _outline_of(place: str) -> BaseGeometry:
    """Return the outline of a place from Nominatim, EPSG:4326."""
    import osmnx
    from requests import RequestException

    try:
        return osmnx.geocoder.geocode_to_gdf(place).geometry.iloc[0]
    except RequestException as error:
        address = osmnx.settings.nominatim_url
        detail = _told(error)
        raise SourceError("streets.fetch_failed", endpoint=address, detail=detail) from error
    # No answer, a point where an outline is needed, or nothing that Nominatim would say.
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        detail = _told(error)
        raise SourceError("streets.fetch_place_unknown", place=place, detail=detail) from error


def _widened(outline: BaseGeometry, margin_m: float) -> BaseGeometry:
    """Return an outline in EPSG:4326 with a margin in metres around it."""
    column = gpd.GeoSeries([outline], crs=STORAGE_CRS)
    metric = local_transverse_mercator(float(outline.centroid.x))
    # Kept in few vertices: the service gets every one of them with the question.
    wide = column.to_crs(metric).buffer(margin_m).simplify(margin_m / 20)
    return wide.to_crs(STORAGE_CRS).iloc[0]


def _overpass_answers(outline: BaseGeometry, folder: Path, service: str) -> list[dict[str, Any]]:
    """Return Overpass's own answers for everything tagged ``highway`` inside an outline."""
    import osmnx
    from requests import RequestException

    asked: dict[object, int] = {}

    def count(response: requests.Response, *_: object, **__: object) -> None:
        """Count how often each question for streets was asked; OSMnx itself would never give up."""
        if response.request.method == "POST":
            question = response.request.body
            asked[question] = asked.get(question, 0) + 1
            if asked[question] >= _TRIES_MAX and not response.ok:
                response.close()
                raise RequestException(f"HTTP {response.status_code}")

    osmnx.settings.cache_only_mode = True
    osmnx.settings.requests_kwargs = {
        **osmnx.settings.requests_kwargs,
        "hooks": {"response": count},
    }
    try:
        osmnx.graph.graph_from_polygon(outline, custom_filter='["highway"]', retain_all=True)
    except InterruptedError:
        pass  # how OSMnx says that the answers are in its cache, as asked
    except (RequestException, ValueError) as error:
        detail = _told(error)
        raise SourceError("streets.fetch_failed", endpoint=service, detail=detail) from error
    stored = (json.loads(file.read_text("utf-8")) for file in sorted(folder.glob("*.json")))
    answers = [answer for answer in stored if isinstance(answer, dict)]
    if len(answers) < max(len(asked), 1):  # OSMnx keeps none with a remark, such as a time-out
        raise SourceError("streets.fetch_failed", endpoint=service, detail=label("streets.remark"))
    return answers


def _told(error: Exception) -> str:
    """Return the beginning of what an error says; a service may send a whole web page."""
    return one_line(error)[:_DETAIL_SHOWN]


def _read(
    source: StreetSource, path: Path, *, crs: pyproj.CRS, reach: BaseGeometry
) -> tuple[Polylines, WayCounts]:
    """Return the walked lines of either sort of source."""
    if is_osm(path):
        return read_ways(path, crs=crs, bounds=reach.bounds)
    return read_lines(path, layer=source.layer, datum=source.datum, columns=source.columns, crs=crs)


def _report(
    path: Path,
    counts: WayCounts,
    nodes: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame,
    covered_share: Mapping[str, float],
) -> StreetReport:
    """Return the report of a network."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    position = pd.Index(nodes["node_id"])
    u, v = position.get_indexer(edges["u"]), position.get_indexer(edges["v"])
    size = len(nodes)
    links = coo_array((np.ones(len(u), np.int8), (u, v)), shape=(size, size))
    parts_n, part = connected_components(links, directed=False)
    length_m = np.bincount(part[u], weights=edges["length_m"], minlength=parts_n)
    return StreetReport(
        path=str(path),
        ways_read_n=counts.read_n,
        ways_not_walked=counts.not_walked,
        ways_mended_n=counts.mended_n,
        ways_dropped_n=counts.dropped_n,
        nodes_n=size,
        edges_n=len(edges),
        length_m=float(length_m.sum()),
        parts_n=int(parts_n),
        largest_share=float(length_m.max() / length_m.sum()) if length_m.sum() else 0.0,
        covered_share=covered_share,
    )


def _not_covering(
    path: Path,
    towns: gpd.GeoDataFrame | None,
    shares: Mapping[str, float] | None = None,
) -> SourceError:
    """Return the error that names the towns which the streets leave out."""
    if towns is None:
        return SourceError("streets.none_near", path=str(path))
    names = [str(name) for name in towns["town_name"]]
    share_of = shares or dict.fromkeys(names, 0.0)
    problems = [
        Problem("streets.not_covering_town", town=name, share=share_of[name])
        if share_of[name]
        else Problem("streets.not_covering_at_all", town=name)
        for name in names
        if share_of[name] < COVER_MIN_SHARE
    ]
    return SourceError(
        "streets.not_covering", problems=problems, path=str(path), count=len(problems)
    )
