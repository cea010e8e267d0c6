"""What several stages ask of the walking network, with the settings of the run filled in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import pandas as pd

from livelihood_map.core import tables
from livelihood_map.core.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from livelihood_map.network import Network, WalkOptions
    from livelihood_map.pipeline.reads import NetworkReads, Streets, Walked
    from livelihood_map.pipeline.workspace import Workspace


def barriers_of(work: Workspace[Walked]) -> gpd.GeoDataFrame:
    """Return what nobody steps across on the way to a street.

    Rivers, railways and expressways of the street source; with ``network.are_compounds_walled``
    also the outlines of the compounds whose gates are known.

    Parameters
    ----------
    work
        A workspace whose load stage has run.

    Raises
    ------
    LivelihoodMapError
        When the load stage has not run.
    """
    barriers: gpd.GeoDataFrame = work["barriers"]
    if not work.settings.network.are_compounds_walled:
        return barriers
    homes = work["residences"]
    is_walled = homes["residence_id"].isin(work["gates"]["residence_id"])
    is_walled &= homes.geometry.geom_type != "Point"
    walls = homes.loc[is_walled, ["residence_id", "geometry"]]
    walls = walls.rename(columns={"residence_id": "barrier_id"}).assign(kind="wall")
    return tables.BARRIERS.conform(pd.concat([barriers, walls], ignore_index=True))


def walk_options(work: Workspace[Walked]) -> WalkOptions:
    """Return how places are joined to the streets in a run.

    Parameters
    ----------
    work
        A workspace whose load stage has run.

    Raises
    ------
    LivelihoodMapError
        When the load stage has not run.
    """
    from livelihood_map.network import WalkOptions

    return WalkOptions(
        limit_m=work.settings.network.join_limit_m,
        at=work.settings.coverage.at,
        barriers=barriers_of(work),
        gates=work["gates"],
    )


def measured_options(work: Workspace[Walked], facilities: gpd.GeoDataFrame) -> WalkOptions:
    """Return how facilities are joined and walked to, some by residents of their compound alone.

    Parameters
    ----------
    work
        A workspace whose load stage has run.
    facilities
        Table ``facilities``.

    Raises
    ------
    LivelihoodMapError
        When the load stage has not run.
    """
    from livelihood_map.coverage import list_own

    return replace(
        walk_options(work),
        own=list_own(facilities, work["residences"], work["demand"]),
        max_pairs_n=work.settings.network.max_pairs_n,
    )


def join_places(
    work: Workspace[Walked], places: gpd.GeoDataFrame, *, id_column: str
) -> pd.DataFrame:
    """Return table ``joins`` of facilities, candidates or any other points.

    Parameters
    ----------
    work
        A workspace whose load stage has run.
    places
        Points with unique ids.
    id_column
        Column of the ids.

    Raises
    ------
    JoinError
        When ids repeat.
    """
    from livelihood_map.network import join_facilities

    return join_facilities(work.network, places, walk_options(work), id_column=id_column)


def join_homes(work: Workspace[Walked], **otherwise: Any) -> pd.DataFrame:  # noqa: ANN401
    """Return table ``joins`` of the demand points, through the open gates of their compounds.

    Parameters
    ----------
    work
        A workspace whose load stage has run.
    **otherwise
        What :func:`livelihood_map.network.join_demand` is given otherwise than a run gives it.

    Raises
    ------
    JoinError
        When ids repeat.
    """
    from livelihood_map.network import join_demand

    given = {
        "network": work.network,
        "gates": work["gates"],
        "limit_m": work.settings.network.join_limit_m,
        "start": work.settings.network.start,
        "at": work.settings.coverage.at,
        "barriers": barriers_of(work),
    }
    return join_demand(demand=work["demand"], **given | otherwise)


def open_network(work: Workspace[Streets]) -> Network:
    """Return the network when everybody may walk through every compound.

    Parameters
    ----------
    work
        A workspace whose load stage has run.

    Raises
    ------
    LivelihoodMapError
        When the load stage has not run.
    """
    from livelihood_map.network import build_network

    if work.is_estimated:
        return work.network
    return build_network(work["nodes"], work["edges"], through_private=True)


def walks_within(
    work: Workspace[Streets], origins: pd.DataFrame, goals: pd.DataFrame, *, cutoff_m: float
) -> pd.DataFrame:
    """Return table ``walks`` of all pairs within the cut-off, no more than the settings allow.

    Parameters
    ----------
    work
        A workspace whose load stage has run.
    origins, goals
        Tables ``joins``.
    cutoff_m
        Longest walk, metres.

    Raises
    ------
    JoinError
        When the cut-off is out of range, or ``network.max_pairs_n`` does not suffice.
    """
    from livelihood_map.network import measure_walks

    most = work.settings.network.max_pairs_n
    return measure_walks(work.network, origins, goals, cutoff_m=cutoff_m, max_pairs_n=most)


def measure(
    work: Workspace[Walked | Literal["joins", "registers"]],
    facilities: gpd.GeoDataFrame,
    *,
    joins: pd.DataFrame | None = None,
    network: Network | None = None,
    walkers: Sequence[str] | None = None,
    **otherwise: Any,  # noqa: ANN401
) -> pd.DataFrame:
    """Return table ``coverage``: what these facilities give to the demand, or to other points.

    Parameters
    ----------
    work
        A workspace whose network stage has run.
    facilities
        Table ``facilities``.
    joins
        Joined points that ask; the demand points when None.
    network
        Network to walk on; that of the run when None.
    walkers
        Walkers; those of the settings when None.
    **otherwise
        Fields of :class:`livelihood_map.network.WalkOptions` that differ from those of the run.

    Raises
    ------
    StandardError
        When the standard lacks a kind or a walker.
    """
    from livelihood_map.coverage import measure_coverage

    return measure_coverage(
        work.network if network is None else network,
        work["joins"] if joins is None else joins,
        facilities,
        standard=work.standard,
        kinds=work.kinds,
        walkers=work.settings.coverage.walkers if walkers is None else walkers,
        cutoff_m=work.settings.coverage.cutoff_m,
        options=replace(measured_options(work, facilities), **otherwise),
    )


def summarise_coverage(
    work: Workspace[Walked | Literal["towns"]], coverage: pd.DataFrame, facilities: gpd.GeoDataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return tables ``residence_coverage`` and ``town_coverage`` of what was measured.

    Parameters
    ----------
    work
        A workspace whose load stage has run.
    coverage
        Table ``coverage``.
    facilities
        The facilities that it was measured from.

    Raises
    ------
    StandardError
        When the standard lacks a kind.
    """
    from livelihood_map.coverage import summarise_residences, summarise_towns

    demand, homes, towns = work["demand"], work["residences"], work["towns"]
    return (
        summarise_residences(coverage, demand, homes),
        summarise_towns(coverage, demand, homes, facilities, towns, standard=work.standard),
    )


def pairs_within(
    work: Workspace[Walked | Literal["facilities"]],
    joins: pd.DataFrame,
    *,
    kinds: Sequence[str],
    cutoff_m: float,
) -> pd.DataFrame:
    """Return the walks of the first walker of the settings to every facility that counts.

    Parameters
    ----------
    work
        A workspace whose network stage has run.
    joins
        Joined demand points that ask.
    kinds
        Kinds of the facilities.
    cutoff_m
        Longest walk, metres.

    Raises
    ------
    JoinError
        When there are too many pairs.
    """
    from livelihood_map.coverage import measure_pairs

    return measure_pairs(
        work.network,
        joins,
        work["facilities"],
        standard=work.standard,
        kinds=kinds,
        walker=work.settings.coverage.walkers[0],
        cutoff_m=cutoff_m,
        options=measured_options(work, work["facilities"]),
    )


def find_ways(
    work: Workspace[Walked | Literal["facilities"]],
    joins: pd.DataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    points: gpd.GeoSeries,
    kinds: Sequence[str],
) -> gpd.GeoDataFrame:
    """Return the routes of points to the nearest facility of each kind, for the first walker.

    Parameters
    ----------
    work
        A workspace whose network stage has run.
    joins
        Table ``joins`` of the points.
    facilities
        The facilities that may be walked to.
    points
        Where the points lie, by their id.
    kinds
        Kinds of the facilities.

    Raises
    ------
    StandardError
        When the standard lacks a kind or the walker.
    """
    from livelihood_map.coverage import find_journeys

    return find_journeys(
        work.network,
        (points, joins),
        facilities,
        standard=work.standard,
        kinds=kinds,
        walker=work.settings.coverage.walkers[0],
        cutoff_m=work.settings.coverage.cutoff_m,
        options=measured_options(work, facilities),
    )


STREET_ACTIONS: Final = ("path", "close_street")
GATE_ACTIONS: Final = ("open_gate", "close_gate")


def read_edits(work: Workspace[Literal["towns"]]) -> gpd.GeoDataFrame | None:
    """Return table ``edits`` of the layer that every run makes; None where the settings name none.

    Parameters
    ----------
    work
        A workspace that holds the towns, whose CRS counts.

    Raises
    ------
    LivelihoodMapError
        When the file cannot be used, or changes outlets or sites.
    """
    edits = _load_edits(work, work.settings.network.edits)
    if edits is not None and not edits["action"].isin(STREET_ACTIONS + GATE_ACTIONS).all():
        raise SourceError("network.edits_of_outlets", path=work.settings.network.edits)
    return edits


def read_what_if(work: Workspace[Literal["towns"]]) -> gpd.GeoDataFrame | None:
    """Return table ``edits`` of the changes that a run tries out; None where it tries none.

    Parameters
    ----------
    work
        A workspace that holds the towns, whose CRS counts.

    Raises
    ------
    LivelihoodMapError
        When the file cannot be used.
    """
    return _load_edits(work, work.settings.run.what_if)


def _load_edits(work: Workspace[Literal["towns"]], path: str | None) -> gpd.GeoDataFrame | None:
    """Return table ``edits`` of a file of the settings."""
    from livelihood_map.load.edits import load_edits

    if path is None:
        return None
    return load_edits(path, crs=work["towns"].crs, base=Path(work.settings.base))


def split_edits(edits: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return the edits of streets and those of gates; those of outlets and sites are neither.

    Parameters
    ----------
    edits
        Table ``edits``.

    Raises
    ------
    KeyError
        When the column ``action`` is missing.
    """
    actions = edits["action"]
    return edits[actions.isin(STREET_ACTIONS)], edits[actions.isin(GATE_ACTIONS)]


def place_gates(work: Workspace[NetworkReads], network: Network) -> gpd.GeoDataFrame:
    """Return table ``gates`` of a run: known ones, inferred ones, and what edits change of both.

    Gates are inferred before edits are made, so that an edit may close or add to them. Where
    changes are tried out they were inferred before streets changed, as the load stage left them.

    Parameters
    ----------
    work
        A workspace whose load stage has run.
    network
        The network on which gates are inferred.

    Raises
    ------
    JoinError
        When an edit finds no gate or compound.
    """
    from livelihood_map.network import apply_edits, infer_gates

    tried, gates = read_what_if(work), work["known_gates"]
    if work.settings.network.are_gates_inferred and tried is None:
        gates = infer_gates(network, work["residences"], gates)
    for edits in (read_edits(work), tried):
        if edits is not None:
            own = split_edits(edits)[1]
            _, _, gates = apply_edits(work["nodes"], work["edges"], gates, work["residences"], own)
    return gates
