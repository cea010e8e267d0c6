"""Questions about the streets of a run: what looks wrong, and who is served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Never

from livelihood_map.commands.differences import (
    catalogued,
    compare,
    difference_lines,
    difference_sheet,
)
from livelihood_map.core.errors import SettingsError
from livelihood_map.core.io import write_geojson
from livelihood_map.core.labels import label, name_of
from livelihood_map.core.names import safe_names
from livelihood_map.core.workbook import write_workbook
from livelihood_map.pipeline.areas import LAYER, outline, tell_method, write_layer, write_project
from livelihood_map.pipeline.walking import join_homes, measure, open_network

if TYPE_CHECKING:
    import pandas as pd

    from livelihood_map.pipeline.reads import CoverageReads, OutlinedReads
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
        catalogued("findings", findings, FINDINGS_COLUMNS, work.marks()),
        difference_sheet(work, "openness", opened),
    ]
    path = work.folder / "network_report.xlsx"
    work.written.append(write_workbook(path, sheets, date=work.date))
    if len(findings):
        work.written.append(write_geojson(findings, work.folder / "network_report.geojson"))
    counts = findings["what"].value_counts(sort=False)
    lines = [label("network.line_finding", what=what, count=n) for what, n in counts.items()]
    lines = lines or [label("network.line_sound")]
    return [*lines, *difference_lines(work, "network.line_openness", opened)]


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
        path = work.folder / f"{name}.gpkg"
        work.written += [write_layer(work, areas, path), write_project(work, areas, path)]
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
    before = measure(work, work["facilities"], joins=join_homes(work))
    return compare(work, before, _open_coverage(work))


def _open_coverage(work: Workspace[CoverageReads]) -> pd.DataFrame:
    """Return the coverage when every gate is open and everyone may walk through compounds."""
    network = open_network(work)
    joins = join_homes(work, network=network, are_compounds_open=True)
    return measure(
        work, work["facilities"], joins=joins, network=network, barriers=work["barriers"]
    )
