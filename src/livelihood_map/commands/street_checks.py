"""Questions about the streets of a run: what looks wrong, what a change would do, who is served."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Never

from livelihood_map.core.errors import SettingsError
from livelihood_map.core.io import write_geojson
from livelihood_map.core.labels import label, name_of
from livelihood_map.core.names import safe_names
from livelihood_map.core.ordering import in_order
from livelihood_map.core.workbook import Sheet, headings, write_workbook
from livelihood_map.pipeline.areas import LAYER, outline, tell_method, write_layer
from livelihood_map.pipeline.walking import (
    barriers_of,
    join_homes,
    measure,
    open_network,
    place_gates,
    split_edits,
)

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from livelihood_map.network import Network
    from livelihood_map.pipeline.reads import CoverageReads, EditReads, OutlinedReads
    from livelihood_map.pipeline.workspace import Workspace

FINDINGS_COLUMNS: Final = ("finding_id", "what", "size_m", "name")


def report_network(work: Workspace[CoverageReads]) -> list[str]:
    """Return what looks wrong in the network, in words; ``network_report.xlsx`` tells all.

    The workbook holds the findings and what opening all compounds would change; the GeoJSON is a
    layer to repair the map from.

    Parameters
    ----------
    work
        A workspace that holds the tables up to the joins.

    Raises
    ------
    LivelihoodMapError
        When a file cannot be written.
    """
    from livelihood_map.network import inspect_network

    findings = inspect_network(
        work.network,
        joins=work["joins"],
        residences=work["residences"],
        barriers=work["barriers"],
        area=work["towns"].union_all(),
    )
    opened = compare_openness(work)
    sheets = [
        _sheet("findings", findings, FINDINGS_COLUMNS, work.marks()),
        _difference_sheet(work, "openness", opened),
    ]
    path = work.folder / "network_report.xlsx"
    work.written.append(write_workbook(path, sheets, date=work.date))
    if len(findings):
        work.written.append(write_geojson(findings, work.folder / "network_report.geojson"))
    counts = findings["what"].value_counts(sort=False)
    lines = [label("network.line_finding", what=what, count=n) for what, n in counts.items()]
    lines = lines or [label("network.line_sound")]
    return [*lines, *_difference_lines(work, "network.line_openness", opened)]


def try_edits(work: Workspace[EditReads], *, path: Path) -> list[str]:
    """Return what edits to the network would change, in words; ``edits.xlsx`` tells all.

    Parameters
    ----------
    work
        A workspace that holds the tables up to the joins.
    path
        Layer of edits, see `livelihood_map.load.edits.load_edits`.

    Raises
    ------
    LivelihoodMapError
        When the layer cannot be used, or an edit finds no street, gate or compound.
    """
    from livelihood_map.load.edits import load_edits

    edits = load_edits(str(path.resolve()), crs=work["demand"].crs, base=Path())
    of_streets, of_gates = split_edits(edits)
    network = _edited(work, of_streets)
    changed = _compare(work, _cover(work, network, place_gates(work, network, trial=of_gates)))
    sheet = _difference_sheet(work, "edits", changed)
    target = work.folder / "edits.xlsx"
    work.written.append(write_workbook(target, [sheet], date=work.date))
    lines = [label("network.line_edits", count=len(edits), path=path.name)]
    return [*lines, *_difference_lines(work, "network.line_difference", changed)]


def _edited(work: Workspace[CoverageReads], edits: gpd.GeoDataFrame) -> Network:
    """Return the network with edits of streets made, slopes laid under it as in a run."""
    from livelihood_map.load.osm.elevation import grade_streets
    from livelihood_map.network import apply_edits, build_network

    if edits.empty:
        same: Network = work.network
        return same
    nodes, edges, _ = apply_edits(
        work["nodes"], work["edges"], work["gates"], work["residences"], edits
    )
    elevation = work.settings.network.elevation
    if elevation is not None:
        edges = grade_streets(edges, elevation, base=Path(work.settings.base))
    return build_network(nodes, edges)


def report_areas(
    work: Workspace[OutlinedReads], *, kind: str | None = None, is_each: bool = False
) -> list[str]:
    """Return the service areas in words; a layer holds them.

    The merged areas of all measured kinds are those of the run, whose layer lies there.

    Parameters
    ----------
    work
        A workspace that holds the tables up to the areas; suggested sites count where there are.
    kind
        Row of the standard; the measured kinds when None.
    is_each
        Whether each facility has its own area.

    Raises
    ------
    SettingsError
        When the settings switch service areas off, or no measured kind has a register.
    StandardError
        When the standard has no such kind.
    LivelihoodMapError
        When the layer cannot be written.
    """
    settings = work.settings
    if settings.coverage.area_strip_m == 0:
        raise SettingsError("pipeline.areas_off")
    kinds = work.kinds if kind is None else [kind]
    for one in kinds:
        work.standard.kind(one)
    name = safe_names(_list_layers(work))[is_each, kind or ""]
    if name == LAYER:
        areas = work["service_areas"]
    else:
        areas = outline(work, kinds, is_merged=not is_each)
        work.written.append(write_layer(work, areas, work.folder / f"{name}.gpkg"))
    grouped = areas.groupby(["kind", "is_planned", "tier_m"], sort=True)
    lines = [
        label(
            "pipeline.areas_each" if is_each else "pipeline.areas_merged",
            kind=name_of("core.kind", of_kind),
            plan=label(f"pipeline.areas_{'planned' if is_planned else 'today'}"),
            tier_m=f"{tier_m:g}",
            count=f"{len(rows) if is_each else rows['facilities_n'].iloc[0]:,}",
            km2=f"{(rows['area_m2'].mean() if is_each else rows['area_m2'].sum()) / 1e6:,.2f}",
        )
        for (of_kind, is_planned, tier_m), rows in sorted(
            grouped, key=lambda group: kinds.index(group[0][0])
        )
    ]
    lies = work.home / f"{LAYER}.gpkg" if name == LAYER and work.home else None
    given = set(work["registers"]["kind"])
    lines += [
        label("core.kind_absent", kind=name_of("core.kind", one))
        for one in (work.settings.coverage.kinds if kind is None else kinds)
        if one not in given
    ]
    return [tell_method(work), *lines, *([label("pipeline.areas_lie", path=lies)] if lies else [])]


def _list_layers(work: Workspace[Never]) -> dict[tuple[bool, str], str]:
    """Return what each layer that may be asked for is called after: of outlets or not, which kind.

    All are named at once, so that the layer of one kind never takes the place of another's.
    """
    kinds = {"": "", **{row.id: f"_{row.id}" for row in work.standard.kinds}}
    called = {(False, kind): f"{LAYER}{words}" for kind, words in kinds.items()}
    called |= {(True, kind): f"{LAYER}_each{words}" for kind, words in kinds.items()}
    return called


def compare_openness(work: Workspace[CoverageReads]) -> pd.DataFrame:
    """Return what opening every compound would change: the run beside an open-compound run.

    Parameters
    ----------
    work
        Workspace whose coverage stage has run.

    Raises
    ------
    LivelihoodMapError
        When the coverage stage has not run.
    """
    opened = _cover(work, open_network(work), work["gates"], are_compounds_open=True)
    return _compare(work, opened)


def _compare(work: Workspace[CoverageReads], after: pd.DataFrame) -> pd.DataFrame:
    """Return the difference of another run from one of these settings, rows in their order.

    The latter is measured anew, because the settings may have changed since the last run.
    """
    from livelihood_map.coverage import compare_coverage

    before = measure(work, work["facilities"], joins=join_homes(work))
    changed = compare_coverage(before, after, work["demand"])
    return in_order(changed, kind=work.kinds, walker=work.settings.coverage.walkers)


def _cover(
    work: Workspace[CoverageReads],
    network: Network,
    gates: gpd.GeoDataFrame,
    *,
    are_compounds_open: bool = False,
) -> pd.DataFrame:
    """Return the coverage on another network or with other gates."""
    joins = join_homes(work, network=network, gates=gates, are_compounds_open=are_compounds_open)
    barriers = work["barriers"] if are_compounds_open else barriers_of(work)
    given = {"network": network, "gates": gates, "barriers": barriers}
    return measure(work, work["facilities"], joins=joins, **given)


def _sheet(title: str, table: pd.DataFrame, columns: tuple[str, ...], notes: list[str]) -> Sheet:
    """Return a sheet whose title and headings come from the catalogue."""
    title = label(f"network.sheet_{title}")
    return Sheet(title, table, headings("network.col", columns), notes=notes)


def _difference_sheet(work: Workspace[CoverageReads], title: str, changed: pd.DataFrame) -> Sheet:
    """Return a sheet with the difference of two runs."""
    shown = changed.assign(
        kind=[name_of("core.kind", kind) for kind in changed["kind"]],
        walker=[work.standard.walker(walker).name() for walker in changed["walker"]],
        mean_change_m=changed["mean_change_m"].round(1),
    )
    notes = [*work.marks(*work.kinds), label(f"network.note_{title}")]
    return _sheet(title, shown, tuple(changed.columns), notes)


def _difference_lines(work: Workspace[Never], key: str, changed: pd.DataFrame) -> list[str]:
    """Return one line per kind on who gains and who loses, for the first walker."""
    walker = work.settings.coverage.walkers[0]
    rows: Any = changed[changed["walker"] == walker].itertuples()
    return [
        label(
            key,
            kind=name_of("core.kind", row.kind),
            gained=f"{row.gained_population:,.0f}",
            lost=f"{row.lost_population:,.0f}",
            shorter=f"{row.shorter_population:,.0f}",
            longer=f"{row.longer_population:,.0f}",
        )
        for row in rows
    ]
