"""Streets as analysts hold them -> a walking network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import geopandas as gpd

from livelihood_map.analysis.given_places import find_crs, is_metric
from livelihood_map.core.errors import SchemaError, SourceError
from livelihood_map.core.labels import label, spoken_lang
from livelihood_map.network import StraightNetwork, WalkNetwork, build_network

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from livelihood_map.load.osm.street_graphs import StreetGraph
    from livelihood_map.network import Network

StreetsLike: TypeAlias = (
    "WalkNetwork | StraightNetwork | StreetGraph | tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]"
    " | gpd.GeoDataFrame | Path | str | None"
)
"""Streets: a network, a graph, nodes and edges, lines, the path of a file; None for none."""
_FRAMES: tuple[str, ...] = (".parquet", ".feather")


class Walked(NamedTuple):
    """A network, and what was done to the streets, in words."""

    network: Network
    notes: tuple[str, ...]


def from_osmnx(
    graph: StreetGraph | gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame | None = None,
    *,
    crs: Any = None,  # noqa: ANN401  (whatever pyproj reads)
    through_private: bool = False,
) -> WalkNetwork:
    """Return the walking network of a graph of OSMnx or momepy, or of their nodes and edges.

    Every edge is walked both ways, whatever its direction. Edges that nobody walks by their tags
    (motorways, ``foot=no``, …) are left out and counted in the log; for walks take OSMnx's
    ``network_type="walk"``, or ``"all_private"`` with the ways inside compounds.

    Parameters
    ----------
    graph
        A graph of OSMnx, a primal graph of momepy, or a frame of nodes.
    edges
        The frame of edges, where `graph` is the nodes.
    crs
        CRS to measure in; a transverse Mercator of the place when None.
    through_private
        Whether everyone may walk through private ways.

    Raises
    ------
    CrsError
        When the streets state no CRS, or `crs` does not measure metres.
    SchemaError
        When ids or places of nodes are not there.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.MultiDiGraph(crs="EPSG:4326")
    >>> graph.add_node(1, x=121.40, y=31.10)
    >>> graph.add_node(2, x=121.41, y=31.10)
    >>> _ = graph.add_edge(1, 2, highway="footway"), graph.add_edge(2, 1, highway="footway")
    >>> network = from_osmnx(graph)
    >>> network.edges_n, round(network.lengths_m[0])
    (1, 954)
    """
    given = graph if edges is None else (graph, edges)
    return _take(given, crs=crs, through_private=through_private).network  # type: ignore[return-value]


def take_streets(
    streets: StreetsLike,
    *,
    crs: Any,  # noqa: ANN401  (whatever pyproj reads)
    around: BaseGeometry,
    detour_factor: float,
) -> Walked:
    """Return the walking network of streets in any form, measured in one CRS.

    Parameters
    ----------
    streets
        See `StreetsLike`. A network is taken as it is.
    crs
        The metric CRS.
    around
        Where files of streets are read, in `crs`.
    detour_factor
        Walk over straight line, where there are no streets.

    Raises
    ------
    SchemaError, CrsError, SourceError
        When the streets cannot be used.
    """
    if isinstance(streets, (WalkNetwork, StraightNetwork)):
        return Walked(streets, ())
    if streets is None:
        from livelihood_map.network import build_straight_network

        note = label("analysis.estimated", spoken_lang(), factor=f"{detour_factor:g}")
        return Walked(build_straight_network(detour_factor=detour_factor, crs=crs), (note,))
    if isinstance(streets, (str, Path)):
        return _read_file(Path(streets), crs=crs, around=around)
    return _take(streets, crs=crs)


def _take(streets: Any, *, crs: Any, through_private: bool = False) -> Walked:  # noqa: ANN401
    """Return the network of a graph, of frames or of lines."""
    from livelihood_map.load.osm.street_graphs import read_frames, read_graph

    if isinstance(streets, (tuple, list)) and len(streets) == 2:  # noqa: PLR2004  (nodes, edges)
        nodes, edges = (_as_frame(one) for one in streets)
        if crs is None:
            crs = nodes.crs if _are_ours(nodes, edges) and is_metric(nodes.crs) else find_crs(nodes)
        if _are_ours(nodes, edges):
            return _built(nodes.to_crs(crs), edges.to_crs(crs), 0, through_private)
        return _built(*read_frames(nodes, edges, crs=crs), through_private)
    if isinstance(streets, gpd.GeoDataFrame):
        from livelihood_map.load.osm.streets import join_lines

        nodes, edges, counts = join_lines(streets, crs=crs or find_crs(streets))
        return _built(nodes, edges, sum(counts.not_walked.values()), through_private)
    if hasattr(streets, "edges") and hasattr(streets, "graph"):
        crs = crs or find_crs(_nodes_of(streets))
        return _built(*read_graph(streets, crs=crs), through_private)
    raise SchemaError("analysis.no_streets", found=type(streets).__name__)


def _as_frame(given: Any) -> gpd.GeoDataFrame:  # noqa: ANN401  (whatever was given)
    """Return a frame, or refuse what is none."""
    if not isinstance(given, gpd.GeoDataFrame):
        raise SchemaError("analysis.no_streets", found=type(given).__name__)
    return given


def _are_ours(nodes: gpd.GeoDataFrame, edges: gpd.GeoDataFrame) -> bool:
    """Return whether frames are the tables of a run."""
    return "node_id" in nodes and {"u", "v", "key", "length_m"} <= set(edges)


def _nodes_of(graph: StreetGraph) -> gpd.GeoDataFrame:
    """Return the places of a graph's nodes."""
    from livelihood_map.core.errors import CrsError
    from livelihood_map.load.osm.street_graphs import place_of

    crs = graph.graph.get("crs")
    if crs is None:
        raise CrsError("streets.graph_no_crs")
    places = [place_of(name, told) for name, told in graph.nodes(data=True)]
    return gpd.GeoDataFrame(geometry=places, crs=crs)


def _built(
    nodes: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame,
    not_walked_n: int,
    through_private: bool,  # noqa: FBT001
) -> Walked:
    """Return the network of tables, and what is to be said of them."""
    network = build_network(nodes, edges, through_private=through_private)
    lang = spoken_lang()
    notes = (label("analysis.not_walked", lang, count=not_walked_n),) if not_walked_n else ()
    return Walked(network, notes)


def _read_file(path: Path, *, crs: Any, around: BaseGeometry) -> Walked:  # noqa: ANN401
    """Return the network of a file: an OpenStreetMap extract or a layer of lines."""
    if not path.exists():
        raise SourceError("analysis.file_absent", what="streets", path=str(path))
    if path.suffix.lower() == ".graphml":
        raise SchemaError("analysis.graphml", path=path.name)
    if path.suffix.lower() in _FRAMES:
        read = gpd.read_parquet if path.suffix.lower() == ".parquet" else gpd.read_feather
        return _take(read(path), crs=crs)
    from livelihood_map.core.settings import NetworkSettings, StreetSource
    from livelihood_map.load.osm.streets import load_streets

    source, margin_m = StreetSource(path=str(path)), NetworkSettings().margin_m
    loaded = load_streets(source, area=around, margin_m=margin_m, crs=crs, base=Path())
    return Walked(build_network(loaded.nodes, loaded.edges), ())
