"""The planner's map as an object: shown in a notebook, added to, saved as one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from livelihood_map.core.labels import Lang
    from livelihood_map.core.settings import Settings
    from livelihood_map.core.standards import PlanningStandard
    from livelihood_map.mapping import MapTables
    from livelihood_map.mapping.shown_map import ShownMap


@runtime_checkable
class Mapped(Protocol):
    """What a run has: settings, standard, and what its pages show."""

    settings: Settings
    standard: PlanningStandard

    def map_tables(self) -> MapTables:
        """Return what the planner's page shows."""
        ...


def draw_map(
    shown: Mapped | MapTables,
    *,
    settings: Settings | None = None,
    standard: PlanningStandard | None = None,
    town_id: str | None = None,
    lang: Lang | None = None,
) -> ShownMap:
    """Return the planner's map: it displays in a notebook, is a ``folium.Map``, saves one file.

    Parameters
    ----------
    shown
        A run, or the tables of :class:`livelihood_map.mapping.MapTables`.
    settings, standard
        Those of the tables; of a run its own when None.
    town_id
        The town, shown with all details; None for the whole.
    lang
        Language of the map; that of the run when None.

    Raises
    ------
    TypeError
        When tables come without settings or standard.
    LivelihoodMapError
        When a stage of the run has not run, a table is in no metric CRS, or there is no such town.

    Examples
    --------
    >>> import livelihood_map as lm
    >>> from livelihood_map.core.io import data_path
    >>> settings = lm.load_settings(data_path("demo") / "livelihood.toml")
    >>> town, standard = lm.example_town(), lm.load_standard("cn-15min")
    >>> network = lm.build_network(town.nodes, town.edges)
    >>> joins = lm.join_demand(network, town.demand, town.gates, limit_m=100)
    >>> coverage = lm.measure_coverage(
    ...     network, joins, town.facilities, standard=standard, kinds=["breakfast"],
    ...     walkers=["standard"], cutoff_m=3000, limit_m=100,
    ... )
    >>> from livelihood_map.mapping import MapTables
    >>> shown = lm.draw_map(
    ...     MapTables(
    ...         towns=town.towns, residences=town.residences, facilities=town.facilities,
    ...         edges=town.edges,
    ...         coverage=lm.summarise_residences(coverage, town.demand, town.residences),
    ...     ),
    ...     settings=settings, standard=standard,
    ... )
    >>> import folium
    >>> isinstance(shown, folium.Map), shown.page().startswith("<!DOCTYPE html>")
    (True, True)
    """
    from livelihood_map.mapping import show_planner

    if isinstance(shown, Mapped):
        settings, standard = settings or shown.settings, standard or shown.standard
        shown = shown.map_tables()
    if settings is None or standard is None:
        raise TypeError("tables need settings= and standard=; a run has its own")
    return show_planner(shown, settings=settings, standard=standard, town_id=town_id, lang=lang)
