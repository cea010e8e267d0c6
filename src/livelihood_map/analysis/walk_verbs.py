"""The verbs of walking in one call each: frames, graphs or paths in, the same index out.

They are the stages: each brings what it was given into the tables that the stage takes, and calls
it. A call that names what only the stage takes (``cutoff_m``, ``threshold_m``) is the stage's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from livelihood_map.analysis.asking import (
    KIND,
    WALKER,
    meet,
    of_stage,
    one_kind,
    threshold,
)
from livelihood_map.analysis.measured import covered_note
from livelihood_map.analysis.on_index import on_index, with_measures
from livelihood_map.core.units import walk_minutes

if TYPE_CHECKING:
    from livelihood_map.analysis.asking import Ground
    from livelihood_map.analysis.given_places import PlacesLike
    from livelihood_map.analysis.given_streets import StreetsLike
    from livelihood_map.analysis.measured import Measured

SEARCH_M: Final = 3000.0
"""How far the nearest outlet is searched for, as in the settings."""
DIGITS: Final = 4


@of_stage("coverage", by="cutoff_m")
def measure_coverage(
    homes: PlacesLike,
    outlets: PlacesLike,
    streets: StreetsLike = None,
    *,
    minutes: float = 15,
    metres: float | None = None,
    people: str | None = None,
    walker: str = WALKER,
    search_m: float = SEARCH_M,
    **ground: Any,  # noqa: ANN401  (kind, barriers, limit_m, crs, standard)
) -> Measured:
    """Return for each home the nearest outlet on foot, the walk, and whether that is covered.

    Covered is decided in metres, rounded to 1 mm: 15 minutes are 1,000 m along the streets. It is
    the stage :func:`livelihood_map.coverage.measure_coverage`, which a call with ``cutoff_m`` (and
    its tables) reaches directly.

    Parameters
    ----------
    homes
        Where people are: a frame, series or file of points or areas (their inner points), any CRS.
    outlets
        Where they go. Of a run's table ``facilities`` those operate that count.
    streets
        A network, a graph or frames of OSMnx or momepy, lines, or a file; without any, walks are
        estimated from straight lines.
    minutes
        The walk that counts, at 1,000 m in 15 minutes.
    metres
        The same in metres, in place of `minutes`.
    people
        Column of `homes` with the people of each; ``population`` where there is one, else one each.
    walker
        Row of the standard.
    search_m
        How far the nearest outlet is searched for, metres.
    **ground
        ``kind``: of the outlets those of this kind; ``barriers``: lines that nobody steps across on
        the way to the street; ``limit_m``: longest way to it, 200 m; ``crs`` to measure in;
        ``standard``: planning standard or its name, which says who walks, and how far for a
        straight line where there are no streets.

    Returns
    -------
    The homes on their own index, in their own CRS, with walk_m and walk_min (missing beyond the
    search), outlet (the index label of the nearest), outlets_n (how many within the walk that
    counts), is_covered, and reason (why a home is on no street; missing where it is on one).

    Raises
    ------
    SchemaError, CrsError, SourceError
        When what was given cannot be used; the message names the call to make.
    StandardError
        When the standard lacks the walker.

    Examples
    --------
    >>> from livelihood_map import example_town, use_lang
    >>> town = example_town()
    >>> homes = town.residences.set_index("residence_id").to_crs("EPSG:4326")
    >>> with use_lang("en"):
    ...     coverage = measure_coverage(homes, town.facilities, (town.nodes, town.edges))
    >>> coverage[["walk_m", "walk_min", "is_covered"]].values.tolist()
    [[0.0, 0.0, True], [1200.0, 18.0, False]]
    >>> coverage.notes[0]
    '100 of 150 people (66.7%) reach an outlet within 1,000 m (15 min).'
    """
    on = meet(homes, outlets, streets, **ground)
    walk_m, walk_min = threshold(minutes, metres)
    table, joins = _coverage(on, people, walk_m, walk_min, walker, search_m)
    places = on.require_homes()
    rows = on_index(table.set_index("demand_id"), places.ids, places.frame.index)
    measures = pd.DataFrame(
        {
            "walk_m": rows["walk_m"],
            "walk_min": rows["walk_min"],
            "outlet": on.outlets.labels_of(rows["facility_id"]),
            "outlets_n": rows["facilities_n"],
            "is_covered": rows["is_covered"],
            "reason": on.reasons(joins, places),
        }
    )
    note = covered_note(
        measures["is_covered"].to_numpy(), places.people(people), metres=walk_m, minutes=walk_min
    )
    return on.told(with_measures(places.frame, measures), note, metres=walk_m)


def _coverage(
    on: Ground,
    people: str | None,
    walk_m: float,
    walk_min: float,
    walker: str,
    search_m: float,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return tables ``coverage`` and ``joins`` of the homes."""
    from livelihood_map.coverage import measure_coverage as measure

    on.demand(people)  # refuses people that are no number
    joins = on.joined(on.require_homes())
    table = measure(
        on.network,
        joins,
        on.facilities(),
        standard=one_kind(on.standard, metres=walk_m, minutes=walk_min),
        kinds=[KIND],
        walkers=[walker],
        cutoff_m=max(search_m, walk_m),
        limit_m=on.limit_m,
        barriers=on.barriers,
    )
    return table, joins


@of_stage("gaps", by="threshold_m")
def find_gaps(
    homes: PlacesLike,
    outlets: PlacesLike,
    streets: StreetsLike = None,
    *,
    minutes: float = 15,
    metres: float | None = None,
    people: str | None = None,
    walker: str = WALKER,
    search_m: float = SEARCH_M,
    **ground: Any,  # noqa: ANN401  (kind, barriers, limit_m, crs, standard)
) -> Measured:
    """Return the homes without an outlet within the walk that counts, each with the reason.

    It is the stage :func:`livelihood_map.gaps.find_gaps`, which a call with ``threshold_m`` (and
    its tables) reaches directly.

    Parameters
    ----------
    homes, outlets, streets, minutes, metres, people, walker, search_m, **ground
        As for :func:`livelihood_map.measure_coverage`.

    Returns
    -------
    The rows of the homes that are not covered, on their own index, with reason (``too_far``,
    ``unreachable`` or ``off_network``), walk_m, and excess_m, the metres beyond the walk that
    counts; homes where nobody lives are left out.

    Raises
    ------
    SchemaError, CrsError, SourceError
        When what was given cannot be used; the message names the call to make.

    Examples
    --------
    >>> from livelihood_map import example_town
    >>> town = example_town()
    >>> gaps = find_gaps(town.residences, town.facilities, (town.nodes, town.edges), minutes=15)
    >>> gaps[["residence_id", "reason", "excess_m"]].values.tolist()
    [['r2', 'too_far', 200.0]]
    """
    from livelihood_map.gaps import find_gaps as find

    on = meet(homes, outlets, streets, **ground)
    walk_m, walk_min = threshold(minutes, metres)
    table, joins = _coverage(on, people, walk_m, walk_min, walker, search_m)
    places, demand = on.require_homes(), on.demand(people)
    gaps = find(table, demand, joins, kind=KIND, threshold_m=walk_m, walker=walker)
    at = pd.Index(places.ids).get_indexer(pd.Index(gaps["demand_id"]))
    rows = gaps[["reason", "walk_m", "excess_m"]]
    frame = with_measures(places.frame.iloc[at], rows)
    is_covered = ~np.isin(np.arange(len(places.frame)), at)
    note = covered_note(is_covered, places.people(people), metres=walk_m, minutes=walk_min)
    return on.told(frame, note, metres=walk_m)


@of_stage("network", by="cutoff_m")
def measure_nearest(
    homes: PlacesLike,
    outlets: PlacesLike,
    streets: StreetsLike = None,
    *,
    search_m: float = SEARCH_M,
    **ground: Any,  # noqa: ANN401  (kind, barriers, limit_m, crs, standard)
) -> Measured:
    """Return for each home the nearest outlet on foot and the walk to it.

    It is the stage :func:`livelihood_map.network.measure_nearest`, which a call with ``cutoff_m``
    (and its tables) reaches directly.

    Parameters
    ----------
    homes, outlets, streets, search_m, **ground
        As for :func:`livelihood_map.measure_coverage`.

    Returns
    -------
    The homes on their own index with walk_m, walk_min (15 for 1,000 m), outlet and reason.

    Raises
    ------
    SchemaError, CrsError, SourceError
        When what was given cannot be used; the message names the call to make.

    Examples
    --------
    >>> from livelihood_map import example_town
    >>> town = example_town()
    >>> measure_nearest(town.residences, town.facilities, (town.nodes, town.edges))[
    ...     ["residence_id", "walk_m", "outlet"]
    ... ].values.tolist()
    [['r1', 0.0, 0], ['r2', 1200.0, 0]]
    """
    from livelihood_map.network import measure_nearest as measure

    on = meet(homes, outlets, streets, **ground)
    places = on.require_homes()
    joins = on.joined(places)
    walks = measure(on.network, joins, on.joined(on.outlets), cutoff_m=search_m)
    rows = on_index(walks.set_index("origin_id"), places.ids, places.frame.index)
    measures = pd.DataFrame(
        {
            "walk_m": rows["walk_m"],
            "walk_min": walk_minutes(rows["walk_m"]).round(DIGITS),
            "outlet": on.outlets.labels_of(rows["dest_id"]),
            "reason": on.reasons(joins, places),
        }
    )
    return on.told(with_measures(places.frame, measures))
