"""What a verb returns: a frame on the index of what was given, which tells how it was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd

from livelihood_map.core.labels import label, spoken_lang

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.axes import Axes

    from livelihood_map.mapping.shown_map import ShownMap


class Measured(gpd.GeoDataFrame):  # type: ignore[misc]
    """A GeoDataFrame that says in words how it was measured; what is cut out of it is a plain one.

    ``attrs["measured"]`` holds what it says: the distance, who is counted, what was projected.
    """

    @classmethod
    def of(
        cls,
        frame: gpd.GeoDataFrame,
        notes: Iterable[str],
        *,
        outlets: gpd.GeoDataFrame | None = None,
        streets: gpd.GeoDataFrame | None = None,
        metres: float | None = None,
    ) -> Measured:
        """Return a frame that tells notes, and has beside it what its maps show with it.

        Parameters
        ----------
        frame
            The frame.
        notes
            How it was measured, a sentence each.
        outlets, streets
            What maps show beside it; nothing when None.
        metres
            The walk that counts, kept in ``attrs``.
        """
        made = cls(frame)
        made.attrs["measured"] = [*notes]
        if metres is not None:
            made.attrs["metres"] = metres
        beside = () if outlets is None else (outlets,)
        object.__setattr__(made, "_beside", (beside, streets))  # no column, as pandas would have it
        return made

    @property
    def notes(self) -> list[str]:
        """Return how it was measured, a sentence each."""
        return list(self.attrs.get("measured", []))

    def _repr_html_(self) -> str:
        """Return the notes and the table as a notebook shows them."""
        from livelihood_map.mapping import list_notes

        table = gpd.GeoDataFrame(self)._repr_html_()
        return list_notes(self.notes) + str(table)

    def explore(self, *others: gpd.GeoDataFrame, **options: Any) -> ShownMap:  # noqa: ANN401
        """Return a map of it that opens with no internet and can be added to as a ``folium.Map``.

        Parameters
        ----------
        *others
            Further frames on the map; the outlets that were measured to when there are none.
        **options
            See :func:`livelihood_map.mapping.show_frames`.
        """
        from livelihood_map.mapping import show_frames

        outlets, streets = self.beside
        options = {"lang": spoken_lang(), "streets": streets, **options}
        return show_frames(self, *(others or outlets), **options)

    def plot(self, *others: gpd.GeoDataFrame, **options: Any) -> Axes:  # noqa: ANN401
        """Return the axes of a static map of it.

        Parameters
        ----------
        *others
            Further frames on the map; the outlets that were measured to when there are none.
        **options
            See :func:`livelihood_map.mapping.plot_frames`.
        """
        from livelihood_map.mapping import plot_frames

        outlets, streets = self.beside
        options = {"lang": spoken_lang(), "streets": streets, **options}
        return plot_frames(self, *(others or outlets), **options)

    @property
    def beside(self) -> tuple[tuple[gpd.GeoDataFrame, ...], gpd.GeoDataFrame | None]:
        """Return the outlets and streets that lie around it; none of a copy."""
        none: tuple[tuple[gpd.GeoDataFrame, ...], None] = ((), None)
        beside: tuple[tuple[gpd.GeoDataFrame, ...], gpd.GeoDataFrame | None]
        beside = self.__dict__.get("_beside", none)
        return beside


def covered_note(is_covered: Any, people: Any, *, metres: float, minutes: float) -> str:  # noqa: ANN401
    """Return the sentence that says how many are covered.

    Parameters
    ----------
    is_covered
        Flags, one a place.
    people
        People of each place.
    metres, minutes
        The walk that counts.
    """
    total = float(people.sum())
    return label(
        "analysis.covered",
        spoken_lang(),
        covered=f"{float(people[is_covered].sum()):,.0f}",
        total=f"{total:,.0f}",
        share=f"{float(people[is_covered].sum()) / total if total else 0:.1%}",
        metres=f"{metres:,.0f}",
        minutes=f"{minutes:g}",
    )
