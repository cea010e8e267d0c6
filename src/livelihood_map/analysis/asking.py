"""What the verbs share: places and streets brought together, and the call of a stage told apart."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from functools import wraps
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from livelihood_map.analysis.given_places import Places, find_crs, read_places, take_places
from livelihood_map.analysis.given_streets import take_streets
from livelihood_map.analysis.measured import Measured
from livelihood_map.core.errors import SchemaError
from livelihood_map.core.labels import label, spoken_lang
from livelihood_map.core.standards import KindRow, load_standard
from livelihood_map.core.tables import DEMAND, FACILITIES, STATUSES
from livelihood_map.core.units import STANDARD_SPEED_M_PER_MIN, round_mm, walk_minutes
from livelihood_map.network import StraightNetwork, WalkNetwork, join_points

if TYPE_CHECKING:
    from collections.abc import Callable

    from livelihood_map.core.standards import PlanningStandard
    from livelihood_map.network import Network

log = logging.getLogger(__name__)
Verb = TypeVar("Verb", bound="Callable[..., Any]")
KIND: Final = "outlet"
"""Kind of every outlet that a verb is given."""
WALKER: Final = "standard"
JOIN_LIMIT_M: Final = 200.0
"""How far a place may lie from its street, as in the settings."""


def of_stage(stage: str, *, by: str) -> Callable[[Verb], Verb]:
    """Return a decorator: a call with keyword `by`, which stages alone take, is the stage's.

    Parameters
    ----------
    stage
        Module of the stage, within the package; the verb has the same name there.
    by
        A keyword that every call of the stage names.
    """

    def wrap(verb: Verb) -> Verb:
        @wraps(verb)
        def call(*given: Any, **fields: Any) -> Any:  # noqa: ANN401  (as the verb, or the stage)
            if by in fields:
                module = import_module(f"livelihood_map.{stage}")
                return getattr(module, verb.__name__)(*given, **fields)
            return verb(*given, **fields)

        return cast("Verb", call)

    return wrap


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Places on their streets.

    Parameters
    ----------
    network
        The walking network.
    homes, outlets
        Places that walks begin and end at; None where a verb has none.
    barriers
        What the way to the street never crosses.
    limit_m
        Longest way to the street, metres.
    standard
        Who walks, and how far where there are no streets.
    notes
        What was done to what was given, in words.
    """

    network: Network
    homes: Places | None
    outlets: Places
    barriers: gpd.GeoDataFrame | None
    limit_m: float
    standard: PlanningStandard
    notes: tuple[str, ...]

    def joined(self, places: Places) -> pd.DataFrame:
        """Return table ``joins`` of places."""
        return join_points(
            self.network,
            places.points,
            id_column="place_id",
            limit_m=self.limit_m,
            barriers=self.barriers,
        )

    def facilities(self) -> gpd.GeoDataFrame:
        """Return the outlets as table ``facilities``."""
        points = self.outlets.points.rename(columns={"place_id": "facility_id"})
        return FACILITIES.conform(
            points.assign(
                kind=KIND,
                name=points["facility_id"],
                status="operating",
                is_demonstration=False,
                is_smart=False,
                is_inside=True,
                source="outlets",
            )
        )

    def demand(self, people: str | None) -> gpd.GeoDataFrame:
        """Return the homes as table ``demand``, people from a column."""
        homes = self.require_homes()
        points = homes.points.rename(columns={"place_id": "demand_id"})
        return DEMAND.conform(
            points.assign(
                name=homes.names,
                place_kind="home",
                population=homes.people(people),
                workers=0.0,
                passengers=0.0,
            )
        )

    def require_homes(self) -> Places:
        """Return the homes, which the verb was given."""
        if self.homes is None:
            raise TypeError("homes")
        return self.homes

    def told(self, frame: gpd.GeoDataFrame, *notes: str, metres: float | None = None) -> Measured:
        """Return a frame that tells how it was measured, with outlets and streets for its maps."""
        streets = None if isinstance(self.network, StraightNetwork) else self.network.edges
        return Measured.of(
            frame, (*notes, *self.notes), outlets=self.outlets.frame, streets=streets, metres=metres
        )

    def reasons(self, joins: pd.DataFrame, places: Places) -> pd.Series[str]:
        """Return why places are on no street, on their index; missing where they are."""
        reason = joins.drop_duplicates("point_id").set_index("point_id")["reason"]
        return pd.Series(
            reason.reindex(places.ids).to_numpy(), index=places.frame.index, dtype="str"
        )


def meet(
    homes: object,
    outlets: object,
    streets: Any,  # noqa: ANN401  (any form of streets)
    *,
    kind: str | None = None,
    barriers: gpd.GeoDataFrame | None = None,
    limit_m: float = JOIN_LIMIT_M,
    crs: Any = None,  # noqa: ANN401  (whatever pyproj reads)
    standard: str | PlanningStandard = "cn-15min",
) -> Ground:
    """Return homes and outlets on their streets, all in one metric CRS.

    Parameters
    ----------
    homes
        Places that walks begin at; None for none.
    outlets
        Places that walks end at.
    streets
        Streets in any form.
    kind
        Kind of the outlets that count, by their column ``kind``; every outlet when None.
    barriers
        Lines or areas that nobody steps across on the way to the street, any CRS.
    limit_m
        Longest way to the street, metres.
    crs
        CRS to measure in; that of a network or of a run's tables, else one of the place when None.
    standard
        Planning standard, whose detour factor is walked where there are no streets.

    Raises
    ------
    SchemaError, CrsError, SourceError
        When what was given cannot be used; the message names the call to make.
    """
    frame = None if homes is None else read_places(homes, what="homes")
    stands, notes = _counted(read_places(outlets, what="outlets"), kind)
    first = frame if frame is not None and len(frame) else stands
    crs = _crs_of(streets, crs) or find_crs(first)
    given = [one.geometry.to_crs(crs) for one in (frame, stands) if one is not None]
    corners = np.concatenate([shapely.get_coordinates(one) for one in given])
    around = shapely.convex_hull(shapely.multipoints(corners))
    rows = load_standard(standard) if isinstance(standard, str) else standard
    factor = rows.straight_line.detour_factor
    walked = take_streets(streets, crs=crs, around=around, detour_factor=factor)
    crs = walked.network.crs
    places = None if frame is None else take_places(frame, crs, what="homes")
    ends = take_places(stands, crs, what="outlets")
    said = (*notes, *walked.notes, *(places.notes if places else ()), *ends.notes)
    for note in said:
        log.info("%s", note)
    if barriers is not None:
        barriers = _as_barriers(barriers, crs)
    return Ground(
        network=walked.network,
        homes=places,
        outlets=ends,
        barriers=barriers,
        limit_m=limit_m,
        standard=rows,
        notes=said,
    )


def _crs_of(streets: Any, crs: Any) -> Any:  # noqa: ANN401  (streets and CRS in any form)
    """Return the CRS that is asked for, or that streets which are ours are measured in."""
    if isinstance(streets, (WalkNetwork, StraightNetwork)):
        return streets.crs
    if crs is None and isinstance(streets, tuple) and len(streets) == 2:  # noqa: PLR2004
        from livelihood_map.analysis.given_places import is_metric

        nodes = streets[0]
        if isinstance(nodes, gpd.GeoDataFrame) and "node_id" in nodes and is_metric(nodes.crs):
            return nodes.crs
    return crs


def _counted(outlets: gpd.GeoDataFrame, kind: str | None) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Return the outlets of a kind that operate, and what is to be said of the others."""
    notes: list[str] = []
    if kind is not None:
        if "kind" not in outlets or kind not in set(outlets["kind"]):
            known = sorted({str(one) for one in outlets["kind"]}) if "kind" in outlets else []
            raise SchemaError("analysis.kind_absent", kind=kind, known=", ".join(known) or "–")
        outlets = outlets[outlets["kind"] == kind]
    if "status" in outlets and outlets["status"].isin(STATUSES).all():
        is_open = outlets["status"] == "operating"
        if not is_open.all():
            notes.append(
                label("analysis.not_operating", spoken_lang(), count=int((~is_open).sum()))
            )
        outlets = outlets[is_open]
    if not len(outlets):
        notes.append(label("analysis.no_outlets", spoken_lang()))
    return outlets, notes


def _as_barriers(barriers: gpd.GeoDataFrame, crs: Any) -> gpd.GeoDataFrame:  # noqa: ANN401
    """Return lines or areas as table ``barriers``."""
    kinds = barriers.get("kind", "river")
    ids = [str(row) for row in range(len(barriers))]
    shapes = barriers.geometry.to_crs(crs).to_numpy()
    return gpd.GeoDataFrame({"barrier_id": ids, "kind": kinds}, geometry=shapes, crs=crs)


def threshold(minutes: float, metres: float | None) -> tuple[float, float]:
    """Return metres and minutes of the walk that counts: 15 minutes are 1,000 m.

    Parameters
    ----------
    minutes
        Minutes, taken where no metres are given.
    metres
        Metres, or None.

    Raises
    ------
    ValueError
        When the walk is not longer than 0.

    Examples
    --------
    >>> threshold(15, None), threshold(15, 500)
    ((1000.0, 15.0), (500.0, 7.5))
    """
    walk_m = float(round_mm(minutes * STANDARD_SPEED_M_PER_MIN) if metres is None else metres)
    if not walk_m > 0:
        raise ValueError(f"the walk must be longer than 0, not {walk_m:g} m")
    return walk_m, float(round_mm(walk_minutes(walk_m)))


def one_kind(standard: PlanningStandard, *, metres: float, minutes: float) -> PlanningStandard:
    """Return a standard whose one kind is covered within a walk.

    Parameters
    ----------
    standard
        The standard that walkers and detour factor come from.
    metres, minutes
        The walk that counts.
    """
    row = KindRow(
        id=KIND,
        name_zh="网点",
        name_en="Outlet",
        tiers_m=(metres,),
        tiers_min=(minutes,),
        threshold_m=metres,
    )
    return replace(standard, kinds=(row,))
