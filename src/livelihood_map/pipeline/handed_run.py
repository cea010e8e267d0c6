"""A run as it is handed to who called it: it shows itself, and answers what changes would bring."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Self

import geopandas as gpd
import pandas as pd

from livelihood_map.core.errors import SchemaError
from livelihood_map.core.labels import label, name_of, spoken_lang
from livelihood_map.core.tables import DISTRICT_ID, EDITS
from livelihood_map.pipeline.what_if import what_if
from livelihood_map.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Collection

    from matplotlib.axes import Axes

    from livelihood_map.mapping import MapTables
    from livelihood_map.mapping.shown_map import ShownMap


class Run(Workspace[str]):
    """The workspace of a run, which displays itself in a notebook.

    ``run["coverage"]`` is a table; ``run.explore("breakfast")`` a map to look around in,
    ``run.plot("breakfast")`` a static one; ``run.with_changes(…)`` the run with outlets opened and
    closed, measured as the planner's page and a run with the same changes measure it.
    """

    @classmethod
    def of(cls, work: Workspace[str]) -> Self:
        """Return a workspace as it is handed out."""
        return cls(**{one.name: getattr(work, one.name) for one in fields(work)})

    def __repr__(self) -> str:
        """Return the district and the tables that are there, in a line."""
        area = self.settings.area.name
        return f"<Run {area}, {self.date}: {', '.join(sorted(self.tables)) or '–'}>"

    def _repr_html_(self) -> str:
        """Return the district's coverage as a notebook shows it."""
        from livelihood_map.mapping import list_notes

        lang = spoken_lang()
        notes = [f"{self.settings.area.name} · {self.date}"]
        if self.settings.run.what_if is not None:
            notes.append(label("pipeline.shown_tried", lang))
        table = self.get("town_coverage")
        if table is None:
            return list_notes([*notes, label("pipeline.shown_not_measured", lang)])
        whole = table[table["town_id"] == DISTRICT_ID]
        columns = ["population", "covered_population", "covered_share", "facilities_n"]
        named = whole[columns].set_axis([name_of("core.kind", one, lang) for one in whole["kind"]])
        html = named.to_html(formatters=["{:,.0f}".format, "{:,.0f}".format, "{:.1%}".format, str])
        return list_notes(notes) + str(html)

    def explore(self, kind: str | None = None, **options: Any) -> ShownMap:  # noqa: ANN401
        """Return a map of who is covered by a kind, its outlets and sites; it needs no internet.

        Parameters
        ----------
        kind
            Kind of the settings; that of the sites when None.
        **options
            See :func:`livelihood_map.mapping.show_frames`.

        Raises
        ------
        SchemaError
            When the kind was not measured.
        """
        from livelihood_map.mapping import show_frames

        frames, given = self._shown(kind or self.settings.siting.kind)
        return show_frames(*frames, **{**given, **options})

    def plot(self, kind: str | None = None, **options: Any) -> Axes:  # noqa: ANN401
        """Return the axes of a static map of the same.

        Parameters
        ----------
        kind
            Kind of the settings; that of the sites when None.
        **options
            See :func:`livelihood_map.mapping.plot_frames`.

        Raises
        ------
        SchemaError
            When the kind was not measured.
        """
        from livelihood_map.mapping import plot_frames

        frames, given = self._shown(kind or self.settings.siting.kind)
        return plot_frames(*frames, **{**given, **options})

    def plot_towns(self, kind: str | None = None, *, after: Run | None = None) -> Axes:
        """Return the axes of a bar for each town: the share of its people that a kind covers.

        Parameters
        ----------
        kind
            Kind of the settings; that of the sites when None.
        after
            The run with changes, to set beside it; the plan carried out, where there is one, if
            None.

        Raises
        ------
        SchemaError
            When the kind was not measured.
        """
        from livelihood_map.mapping import plot_shares

        kind = kind or self.settings.siting.kind
        before = self._shares(kind, "covered_share", self["town_coverage"])
        planned = self.get("town_coverage_after") if after is None else after["town_coverage"]
        column = "covered_share_after" if after is None else "covered_share"
        new = None if planned is None else self._shares(kind, column, planned)
        order = before.sort_values(ascending=False).index
        return plot_shares(
            order.tolist(),
            before[order].tolist(),
            None if new is None else new.reindex(order).tolist(),
            lang=spoken_lang(),
            added=label(f"mapping.shown_{'planned' if after is None else 'after'}", spoken_lang()),
            title=self._names(kind)[0],
        )

    def _shares(self, kind: str, column: str, table: pd.DataFrame) -> pd.Series[float]:
        """Return a share of every town by its name, for the first walker."""
        walker = self.settings.coverage.walkers[0]
        own = table[(table["kind"] == kind) & (table["walker"] == walker)]
        own = own[own["town_id"] != DISTRICT_ID]
        if not len(own):
            known = ", ".join(sorted(set(table["kind"])))
            raise SchemaError("pipeline.shown_kind_absent", kind=kind, known=known)
        return own.set_index("town_name")[column]

    def homes(self, kind: str) -> gpd.GeoDataFrame:
        """Return the compounds with their coverage by a kind, for the first walker.

        Parameters
        ----------
        kind
            Kind of the settings.

        Raises
        ------
        SchemaError
            When the kind was not measured.
        """
        coverage, walker = self["residence_coverage"], self.settings.coverage.walkers[0]
        own = coverage[(coverage["kind"] == kind) & (coverage["walker"] == walker)]
        if not len(own):
            known = ", ".join(sorted(set(coverage["kind"])))
            raise SchemaError("pipeline.shown_kind_absent", kind=kind, known=known)
        measures = own[["residence_id", "walk_m", "walk_min", "is_covered", "facility_id"]]
        homes = self["residences"][["residence_id", "name", "population", "geometry"]]
        merged = homes.merge(measures, on="residence_id", how="inner")
        return gpd.GeoDataFrame(merged, geometry="geometry", crs=homes.crs)

    def map_tables(self) -> MapTables:
        """Return what the planner's page of the run shows, as `draw_map` takes it.

        Raises
        ------
        LivelihoodMapError
            When a stage has not run.
        """
        from livelihood_map.pipeline.drawing import page_tables

        return page_tables(self)

    def with_changes(
        self,
        *,
        add: gpd.GeoDataFrame | gpd.GeoSeries | None = None,
        close: Collection[str] = (),
        kind: str | None = None,
        edits: gpd.GeoDataFrame | None = None,
    ) -> Self:
        """Return the run with outlets opened and closed, measured again; nothing is stored.

        It is what the planner's page shows of the same changes, and ``run --what-if`` computes.

        Parameters
        ----------
        add
            Outlets that open: points in any CRS, with ``kind`` and ``name`` where they have them.
        close
            Ids of outlets that close, as in table ``facilities``.
        kind
            Kind of the outlets that open without one of their own; that of the sites when None.
        edits
            Table ``edits`` of further changes (paths, gates, moves), made before these.

        Raises
        ------
        SourceError
            When an outlet is not there or closed already, or no register of a kind was given.
        JoinError
            When a change finds no street or gate.

        Examples
        --------
        >>> import tempfile
        >>> from pathlib import Path
        >>> import livelihood_map as lm
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     settings = lm.load_settings(lm.write_example(Path(folder), is_demo=True))
        ...     run = lm.run(settings, last="coverage")
        ...     market = run["facilities"].query("kind == 'wet_market'")["facility_id"].iloc[0]
        ...     after = run.with_changes(close=[market])
        >>> before, changed = run.covered("wet_market"), after.covered("wet_market")
        >>> changed <= before
        True
        """
        table = self._edits(add, list(close), kind or self.settings.siting.kind, edits)
        changed = what_if(self, table)
        coverage = changed.measure()
        return self._with_coverage(changed.work, coverage)

    def covered(self, kind: str) -> float:
        """Return the people of the whole district within the threshold of a kind.

        Parameters
        ----------
        kind
            Kind of the settings.

        Raises
        ------
        KeyError
            When nothing was measured.
        """
        table = self["town_coverage"]
        walker = self.settings.coverage.walkers[0]
        own = table[(table["town_id"] == DISTRICT_ID) & (table["walker"] == walker)]
        return float(own.loc[own["kind"] == kind, "covered_population"].iloc[0])

    def _with_coverage(self, work: Workspace[Any], coverage: pd.DataFrame) -> Self:
        """Return a trial with what was measured on it."""
        from livelihood_map.core.ordering import in_order
        from livelihood_map.pipeline.walking import summarise_coverage

        by_home, by_town = summarise_coverage(work, coverage, work["facilities"])
        by_town = in_order(by_town, walker=self.settings.coverage.walkers, kind=self.kinds)
        return type(self).of(
            work.trial(coverage=coverage, residence_coverage=by_home, town_coverage=by_town)
        )

    def _edits(
        self,
        add: gpd.GeoDataFrame | gpd.GeoSeries | None,
        close: list[str],
        kind: str,
        edits: gpd.GeoDataFrame | None,
    ) -> gpd.GeoDataFrame:
        """Return table ``edits`` of all changes."""
        facilities, parts = self["facilities"], [] if edits is None else [edits]
        if add is not None:
            points = add.to_frame("geometry") if isinstance(add, gpd.GeoSeries) else add
            points = points.to_crs(facilities.crs).reset_index(drop=True)
            texts = {name: points[name] for name in ("kind", "name") if name in points}
            opened = gpd.GeoDataFrame(
                {"kind": kind, **texts}, index=points.index, geometry=points.geometry
            )
            parts.append(opened.assign(action="add_outlet"))
        if close:
            known = facilities.set_index("facility_id").geometry
            spots = [known.get(name, facilities.geometry.iloc[0]) for name in close]
            shut = gpd.GeoDataFrame({"facility_id": close}, geometry=spots, crs=facilities.crs)
            parts.append(shut.assign(action="close_outlet"))
        if not parts:
            return EDITS.empty(facilities.crs)
        table = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=facilities.crs)
        given = table.get("edit_id", pd.Series(index=table.index, dtype="str"))
        numbers = pd.Series([f"py-{number}" for number in range(1, len(table) + 1)])
        return EDITS.conform(table.assign(edit_id=given.fillna(numbers)))

    def _others(self, kind: str) -> tuple[gpd.GeoDataFrame, ...]:
        """Return the outlets of a kind that operate, and the sites of a plan for it."""
        facilities = self["facilities"]
        own = facilities[(facilities["kind"] == kind) & (facilities["status"] == "operating")]
        sites = self.get("sites") if kind == self.settings.siting.kind else None
        return (own,) if sites is None or not len(sites) else (own, sites)

    def _shown(self, kind: str) -> tuple[list[gpd.GeoDataFrame], dict[str, Any]]:
        """Return what a map of a kind shows, and how it names it."""
        names = self._names(kind)
        given = {"lang": spoken_lang(), "streets": self["edges"], "title": names[0]}
        return [self.homes(kind), *self._others(kind)], {**given, "names": names}

    def _names(self, kind: str) -> tuple[str, ...]:
        """Return the names of homes, outlets and sites in the legend."""
        lang = spoken_lang()
        return (
            f"{self.settings.area.name} · {name_of('core.kind', kind, lang)}",
            name_of("core.kind", kind, lang),
            label("mapping.shown_sites", lang),
        )
