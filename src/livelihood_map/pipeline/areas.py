"""Service areas of a run: merged ones in every run, those of each facility when asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import pandas as pd

from livelihood_map.core import tables
from livelihood_map.core.io import write_geopackage, write_text
from livelihood_map.core.labels import label, name_of
from livelihood_map.core.qgis_style import ProjectLayer, StyleClass, project_content
from livelihood_map.core.telling import tell_metres
from livelihood_map.pipeline.site_selection import as_facilities
from livelihood_map.pipeline.walking import walk_options

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd

    from livelihood_map.pipeline.reads import AreaReads, OutlinedReads
    from livelihood_map.pipeline.workspace import Workspace

LAYER: Final = "service_areas"
"""Name of the layer of merged areas, without its suffix."""


def keep_areas(work: Workspace[OutlinedReads]) -> None:
    """Keep table ``service_areas`` of the measured kinds, and write it as a layer.

    Parameters
    ----------
    work
        A workspace that holds the tables up to the sites.

    Raises
    ------
    LivelihoodMapError
        When an earlier stage has not run, or the layer cannot be written.
    """
    settings, path = work.settings.coverage, work.folder / f"{LAYER}.gpkg"
    if settings.area_strip_m == 0:
        work.keep(service_areas=tables.SERVICE_AREAS.empty(work["demand"].crs))
        return
    work.keep(service_areas=outline(work, work.kinds))
    work.written.append(write_layer(work, work["service_areas"], path))
    work.written.append(write_project(work, work["service_areas"], path))


def outline(
    work: Workspace[AreaReads], kinds: Sequence[str], *, is_merged: bool = True
) -> gpd.GeoDataFrame:
    """Return table ``service_areas`` of some kinds, for the first walker of the settings.

    Suggested sites count where there is a plan.

    Parameters
    ----------
    work
        A workspace whose coverage stage has run.
    kinds
        Rows of the standard.
    is_merged
        Whether the facilities of a kind share one area per tier.

    Raises
    ------
    StandardError
        When the standard lacks a kind.
    """
    from livelihood_map.coverage import Outline, build_areas

    settings = work.settings.coverage
    return build_areas(
        work.network,
        work["facilities"],
        walk_options(work),
        standard=work.standard,
        kinds=kinds,
        walker=settings.walkers[0],
        planned=_planned(work),
        outline=Outline(
            strip_m=settings.area_strip_m,
            simplify_m=settings.area_simplify_m,
            is_merged=is_merged,
        ),
    )


def _planned(work: Workspace[Literal["sites"]]) -> gpd.GeoDataFrame | None:
    """Return the sites of the plan as facilities; None without a plan."""
    sites = work.get("sites")
    return None if sites is None else as_facilities(sites, kind=work.settings.siting.kind)


def write_layer(work: Workspace[AreaReads], areas: gpd.GeoDataFrame, path: Path) -> Path:
    """Return the path of service areas as a layer: named, and with what a reader must know.

    Parameters
    ----------
    work
        Workspace of the run.
    areas
        Table ``service_areas``.
    path
        File to write.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    known = [table for table in (work["facilities"], _planned(work)) if table is not None]
    names = pd.concat(known).set_index("facility_id")["name"]
    plans = {False: label("pipeline.areas_today"), True: label("pipeline.areas_planned")}
    notes = [tell_method(work), *work.marks(*areas["kind"].unique())]
    named: Any = areas.assign(
        kind_name=areas["kind"].map(lambda kind: name_of("core.kind", kind)),
        facility_name=areas["facility_id"].map(names).fillna(""),
        plan_name=areas["is_planned"].map(plans),
        is_estimated=work.is_estimated,
        strip_m=work.settings.coverage.area_strip_m,
        simplify_m=work.settings.coverage.area_simplify_m,
        note=" / ".join(notes),
    )
    style = (label("pipeline.areas_style"), _classes(areas))
    return write_geopackage(named, path, date=work.date, style=style)


def _classes(areas: gpd.GeoDataFrame) -> list[StyleClass]:
    """Return the classes of service areas: one a tier, in the colours of the maps."""
    from livelihood_map.mapping import coverage_bands

    tiers = sorted(areas["tier_m"].unique())
    if not tiers:
        return []
    bands = coverage_bands(tiers, tiers[-1])
    return [
        StyleClass(label("pipeline.areas_within", metres=tell_metres(tier)), "tier_m", tier,
                   band.colour, band.line)
        for tier, band in zip(tiers, bands, strict=False)
    ]  # fmt: skip


def write_project(work: Workspace[AreaReads], areas: gpd.GeoDataFrame, path: Path) -> Path:
    """Return the path of a QGIS project of a layer of service areas: a layer a kind and plan.

    Parameters
    ----------
    work
        Workspace of the run.
    areas
        Table ``service_areas``, as written by `write_layer`.
    path
        The GeoPackage; the project lies beside it, with the same name.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    pairs = areas[["kind", "is_planned"]].drop_duplicates().to_numpy()
    plans = {False: label("pipeline.areas_today"), True: label("pipeline.areas_planned")}
    layers = [
        ProjectLayer(
            f"{name_of('core.kind', kind)} · {plans[bool(planned)]}",
            f"{path.name}|layername={path.stem}|subset=\"kind\" = '{kind}'"
            f' AND "is_planned" = {int(planned)}',
            _classes(areas[(areas["kind"] == kind) & (areas["is_planned"] == planned)]),
            is_shown=number == 0,
        )
        for number, (kind, planned) in enumerate(pairs)
    ]
    title = " · ".join([work.settings.area.name, *work.marks(*areas["kind"].unique())])
    content = project_content(title, layers)
    return write_text(content, path.with_suffix(".qgs"))


def tell_method(work: Workspace[Literal["edges"]]) -> str:
    """Return in words how the areas are made, and to what tolerance.

    Parameters
    ----------
    work
        Workspace of the run.
    """
    settings = work.settings.coverage
    if work.is_estimated:
        return label("pipeline.areas_estimated", factor=f"{work.detour_factor:g}")
    return label(
        "pipeline.areas_exact",
        strip=f"{settings.area_strip_m:g}",
        tolerance=f"{settings.area_simplify_m:g}",
    )
