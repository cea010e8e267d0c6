"""The stages: each takes tables from the workspace and leaves tables there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, cast

import pandas as pd

from livelihood_map.core import tables
from livelihood_map.core.crs import centre_lon, metric_crs
from livelihood_map.core.labels import current_lang, label
from livelihood_map.core.ordering import in_order
from livelihood_map.pipeline import reads
from livelihood_map.pipeline.areas import keep_areas
from livelihood_map.pipeline.candidate_places import find_candidates
from livelihood_map.pipeline.drawing import draw_maps
from livelihood_map.pipeline.intake_check import require_placed, require_usable
from livelihood_map.pipeline.measures import take_measures
from livelihood_map.pipeline.reporting import write_reports
from livelihood_map.pipeline.site_selection import keep_plan, prepare
from livelihood_map.pipeline.stage import MARKS, MEASURED, WALKS, declare
from livelihood_map.pipeline.trying import change_sites, try_changes
from livelihood_map.pipeline.walking import (
    join_homes,
    measure,
    place_gates,
    read_edits,
    split_edits,
    summarise_coverage,
    walks_within,
)

if TYPE_CHECKING:
    import geopandas as gpd

    from livelihood_map.core.settings import Settings
    from livelihood_map.load.centres import CentreResult
    from livelihood_map.load.communities import CommunityResult
    from livelihood_map.load.location.geocode import Geocoder
    from livelihood_map.load.osm.streets import StreetReport
    from livelihood_map.load.registers import RegisterResult
    from livelihood_map.load.residences import ResidenceResult
    from livelihood_map.pipeline.workspace import Workspace
    from livelihood_map.siting import SitePlan


def load_inputs(work: Workspace[Literal["towns"]]) -> None:
    """Return nothing; leave the outside files in the workspace as checked tables.

    Parameters
    ----------
    work
        Workspace of the run.

    Raises
    ------
    LivelihoodMapError
        When an input cannot be used.
    """
    from livelihood_map.load.census import remainder_lines
    from livelihood_map.load.location.datum_remarks import ground_doubts
    from livelihood_map.load.location.geocode import open_geocoder
    from livelihood_map.load.registers import list_registers
    from livelihood_map.load.towns import load_towns
    from livelihood_map.network import load_outlines_aside
    from livelihood_map.siting import load_kernels_aside

    load_kernels_aside()
    load_outlines_aside()
    settings = work.settings
    base = Path(settings.base)
    towns = load_towns(settings.load.towns, base=base)
    crs = metric_crs(settings.area.crs_metric, centre_lon=centre_lon(towns))
    towns = towns.to_crs(crs)
    geocoder = open_geocoder(settings.load.geocoder, base=base)
    loaded = facilities, homes, centres, parts = _read_sources(settings, towns, geocoder)
    work.remarks += [*remainder_lines(homes.remainders), *parts.remarks]
    rejects = pd.concat([source.rejects for source in loaded], ignore_index=True)
    intake = pd.concat(
        [tables.INTAKE.conform(source.counts) for source in loaded], ignore_index=True
    )
    require_usable(intake, rejects)
    require_placed(settings.load.corrections, intake, base=base)
    if settings.load.geocoder is not None:
        work.told["is_open"] = geocoder.is_open if geocoder else len(rejects) > 0
    work.remarks += [*(geocoder.remarks() if geocoder else ()), _account(intake)]
    work.keep(towns=towns)
    nodes, edges, barriers, features = _streets(work, parts.residences)
    registers = list_registers(settings.load.facilities, facilities.facilities)
    changed = try_changes(
        work,
        nodes=nodes,
        edges=edges,
        known_gates=homes.gates,
        residences=parts.residences,
        facilities=facilities.facilities,
        kinds=list(registers["kind"]),
    )
    shifted = ground_doubts(
        facilities.facilities,
        facilities.counts,
        towns=towns,
        streets=edges,
        residences=parts.residences,
    )
    oddities = pd.concat([*(source.notes for source in loaded), shifted], ignore_index=True)
    work.remarks += _tell_doubts(oddities)
    work.keep(
        **changed,
        residences=parts.residences,
        demand=homes.demand,
        rejects=rejects,
        oddities=oddities,
        intake=intake,
        barriers=barriers,
        base_features=features,
        remainders=homes.remainders,
        centres=centres.centres,
        communities=parts.communities,
        registers=registers,
    )


def _read_sources(
    settings: Settings, towns: gpd.GeoDataFrame, geocoder: Geocoder | None
) -> tuple[RegisterResult, ResidenceResult, CentreResult, CommunityResult]:
    """Return registers, compounds, centres and communities; refusals are told all at once."""
    from livelihood_map.load.centres import load_centres
    from livelihood_map.load.communities import load_communities
    from livelihood_map.load.files.refusals import Refusals
    from livelihood_map.load.registers import load_facilities
    from livelihood_map.load.residences import load_residences

    sources, refusals = settings.load, Refusals()
    given: dict[str, Any] = {
        "towns": towns,
        "crs": towns.crs,
        "base": Path(settings.base),
        "lang": current_lang(),
        "corrections": sources.corrections,
    }
    with refusals.gathering():
        facilities = load_facilities(sources.facilities, **given, geocoder=geocoder)
        refusals.add(facilities.rejects)
    with refusals.gathering():
        homes = load_residences(sources.residences, **given, totals=sources.totals)
        refusals.add(homes.rejects)
    with refusals.gathering():
        centres = load_centres(sources.centres, **given)
        refusals.add(centres.rejects)
    refusals.require_none()
    parts = load_communities(sources.communities, homes.residences, **given)
    return facilities, homes, centres, parts


def _tell_doubts(oddities: pd.DataFrame) -> list[str]:
    """Return which files seem to be in another datum than the settings say, in words."""
    doubts = oddities[oddities["problem_key"] == "datum_suspect"]
    return [f"{doubt.source} {doubt.problem}" for doubt in doubts.itertuples()]


def _account(intake: pd.DataFrame) -> str:
    """Return how many rows were read, taken and rejected, in words."""
    rows = intake[["rows_n", "taken_n", "rejects_n"]].sum()
    return label(
        "load.account",
        rows=f"{rows['rows_n']:,}",
        taken=f"{rows['taken_n']:,}",
        rejected=f"{rows['rejects_n']:,}",
    )


def _streets(
    work: Workspace[Literal["towns"]], residences: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, ...]:
    """Return nodes, edges, barriers and base map: edits of streets made, slopes laid under."""
    from livelihood_map.load.osm.base_features import load_base_features
    from livelihood_map.load.osm.elevation import grade_streets
    from livelihood_map.load.osm.streets import load_barriers, load_streets
    from livelihood_map.network import apply_edits

    settings, base, towns = work.settings, Path(work.settings.base), work["towns"]
    crs = towns.crs
    nodes, edges = tables.NODES.empty(crs), tables.EDGES.empty(crs)
    barriers, features = tables.BARRIERS.empty(crs), tables.BASE_FEATURES.empty(crs)
    if settings.load.streets is not None:
        extent: dict[str, Any] = {
            "area": towns.union_all(),
            "margin_m": settings.network.margin_m,
            "crs": crs,
            "base": base,
        }
        streets = load_streets(settings.load.streets, towns=towns, **extent)
        nodes, edges = streets.nodes, streets.edges
        barriers = tables.BARRIERS.conform(load_barriers(settings.load.streets, **extent))
        features = load_base_features(settings.load.streets, **extent)
        work.remarks.append(_told(streets.report))
    edits = read_edits(work)
    if edits is not None:
        none = tables.GATES.empty(crs)
        nodes, edges, _ = apply_edits(nodes, edges, none, residences, split_edits(edits)[0])
        work.remarks.append(
            label("network.edits_made", count=len(edits), path=settings.network.edits)
        )
    if settings.network.elevation is not None and len(edges):
        if settings.run.what_if is None:  # else after the changes
            edges = grade_streets(edges, settings.network.elevation, base=base)
        work.remarks.append(label("network.slopes", path=settings.network.elevation))
    return nodes, edges, barriers, features


def _told(report: StreetReport) -> str:
    """Return what became of the street source, in words."""
    return label(
        "streets.report",
        edges=f"{report.edges_n:,}",
        km=f"{report.length_m / 1000:,.0f}",
        not_walked=sum(report.ways_not_walked.values()),
        mended=report.ways_mended_n,
        dropped=report.ways_dropped_n,
        parts=report.parts_n,
        share=report.largest_share,
    )


def _network(work: Workspace[reads.NetworkReads | Literal["gates"]]) -> None:
    """Streets -> walking network; gates where none are known; demand points joined to it."""
    gates = place_gates(work, work.network)
    work.keep(gates=gates)
    work.keep(joins=join_homes(work))


def _coverage(
    work: Workspace[reads.CoverageReads | Literal["coverage", "residence_coverage"]],
) -> None:
    """Network and facilities -> who reaches what; by compound and town."""
    from livelihood_map.coverage import list_own

    own = list_own(work["facilities"], work["residences"], work["demand"])
    if own is not None:
        lost = own.loc[own["demand_id"].isna(), "facility_id"].nunique()
        count = own["facility_id"].nunique()
        work.remarks.append(label("coverage.residents_only", count=count, lost=lost))
    coverage = measure(work, work["facilities"])
    by_home, by_town = _with_dwelling(work, *summarise_coverage(work, coverage, work["facilities"]))
    settings = work.settings.coverage
    work.keep(
        coverage=coverage,
        residence_coverage=by_home,
        town_coverage=in_order(by_town, walker=settings.walkers, kind=work.kinds),
    )
    work.keep(**take_measures(work))


def _with_dwelling(
    work: Workspace[reads.CoverageReads], by_home: pd.DataFrame, by_town: pd.DataFrame
) -> list[pd.DataFrame]:
    """Return what was measured with the first walker's figures from the dwelling beside it."""
    if work.settings.network.start == "dwelling":
        return [by_home, by_town]
    walkers = work.settings.coverage.walkers[:1]
    joins = join_homes(work, start="dwelling")
    coverage = measure(work, work["facilities"], joins=joins, walkers=walkers)
    from_dwelling = summarise_coverage(work, coverage, work["facilities"])
    columns = ("residence_id", "walk_m"), ("town_id", "covered_share")
    return [
        table.drop(columns=f"dwelling_{figure}").merge(
            other[[place, "kind", "walker", figure]].rename(columns={figure: f"dwelling_{figure}"}),
            on=[place, "kind", "walker"],
            how="left",
        )
        for table, other, (place, figure) in zip(
            (by_home, by_town), from_dwelling, columns, strict=True
        )
    ]


def _gaps(work: Workspace[reads.GapReads]) -> None:
    """Coverage -> the uncovered, why, and the zones that they form."""
    work.keep(**find_gap_zones(work))


def find_gap_zones(work: Workspace[reads.GapReads]) -> dict[str, pd.DataFrame]:
    """Return tables ``gaps`` and ``zones`` of the measured kinds.

    Parameters
    ----------
    work
        A workspace that holds the tables up to the coverage.

    Raises
    ------
    StandardError
        When the standard lacks a kind.
    """
    from livelihood_map.gaps import find_gaps, find_zones

    settings = work.settings
    gaps_of_kinds = pd.concat(
        [
            find_gaps(
                work["coverage"],
                work["demand"],
                work["joins"],
                kind=kind,
                threshold_m=settings.gaps.threshold_m or work.standard.kind(kind).aim_m,
                walker=settings.coverage.walkers[0],
            )
            for kind in work.kinds
        ],
        ignore_index=True,
    )
    walks = None
    if settings.gaps.is_zoned_on_foot:
        uncovered = work["joins"][work["joins"]["point_id"].isin(gaps_of_kinds["demand_id"])]
        reach_m = settings.gaps.zone_reach_m
        walks = walks_within(work, uncovered, uncovered, cutoff_m=reach_m)
    gaps, zones = find_zones(
        gaps_of_kinds,
        work["demand"],
        work["residences"],
        work["towns"],
        settings=settings.gaps,
        walks=walks,
    )
    return {"gaps": gaps, "zones": zones}


def _candidates(work: Workspace[reads.CandidateReads]) -> None:
    """Gap zones, hosts and streets -> where an outlet could stand."""
    work.keep(candidates=change_sites(work, find_candidates(work)))


def _siting(work: Workspace[reads.SitingReads]) -> None:
    """Candidates -> the chosen sites, their curve, and the coverage as if they were open."""
    asked = prepare(work)
    keep_plan(work, asked, asked.choose())


def find_sites(work: Workspace[reads.AnewReads]) -> SitePlan:
    """Return a plan for the settings of a trial: gaps, candidates and sites found anew.

    Parameters
    ----------
    work
        A trial that holds the tables up to the coverage.

    Raises
    ------
    InfeasibleError
        When no plan keeps the rules.
    """
    zoned = cast(
        "Workspace[reads.CandidateReads | reads.SitingReads]", work.trial(**find_gap_zones(work))
    )
    return prepare(zoned.trial(candidates=find_candidates(zoned))).choose()


LOAD: Final = declare(
    "load",
    load_inputs,
    makes=" ".join(reads.list_tables(reads.Loaded)),
    settings="load area.crs_metric network.margin_m network.edits network.elevation"
    " network.are_gates_inferred run.what_if run.lang",
    files="load.towns.path load.towns.supplement load.residences.path load.residences.gates"
    " load.residences.workplaces load.facilities.path load.streets.path load.totals.path"
    " load.centres.path load.communities.path load.geocoder.cache load.corrections"
    " network.edits network.elevation run.what_if",
    rewrites="load.geocoder.cache",
)
NETWORK: Final = declare(
    "network",
    _network,
    reads=reads.NetworkReads,
    makes="gates joins",
    settings=f"{WALKS} network.are_gates_inferred network.edits network.start run.what_if run.lang",
    files="run.standard network.edits run.what_if",
)
COVERAGE: Final = declare(
    "coverage",
    _coverage,
    reads=reads.CoverageReads,
    makes="coverage residence_coverage town_coverage residence_tiers residence_nearest"
    " residence_circle residence_supply facility_supply town_circle town_walks town_supply"
    " town_equity",
    settings=f"{WALKS} {MEASURED} network.start coverage.nearest_n run.lang",
)
GAPS: Final = declare(
    "gaps",
    _gaps,
    reads=reads.GapReads,
    makes="gaps zones",
    settings=f"{WALKS} gaps coverage.kinds coverage.walkers run.lang",
)
CANDIDATES: Final = declare(
    "candidates",
    _candidates,
    reads=reads.CandidateReads,
    makes="candidates",
    settings="run.standard candidates coverage.walkers siting.kind siting.threshold_m"
    " siting.tiers_m siting.is_firm_first siting.model siting.rules run.what_if run.lang",
    files="run.standard candidates.listed candidates.excluded_areas run.what_if",
)
SITING: Final = declare(
    "siting",
    _siting,
    reads=reads.SitingReads,
    makes="sites plan levels unreached curve coverage_after residence_coverage_after"
    " town_coverage_after",
    settings=f"{WALKS} {MEASURED} siting run.seed run.lang",
)
AREAS: Final = declare(
    "areas",
    keep_areas,
    reads=reads.AreaReads,
    may_need="sites",
    makes="service_areas",
    settings=f"{MARKS} network.join_limit_m network.are_compounds_walled coverage.kinds"
    " coverage.walkers coverage.area_strip_m coverage.area_simplify_m siting.kind",
)
REPORT: Final = declare(
    "report",
    write_reports,
    reads=reads.ReportReads,
    may_need="stability",
    settings=f"{MARKS} {MEASURED} coverage.nearest_n siting load.corrections report mapping.paper",
    files="run.standard report.town_template report.district_template font",
)
MAPPING: Final = declare(
    "mapping",
    draw_maps,
    reads=reads.MapReads,
    settings=f"{MARKS} {WALKS} {MEASURED} coverage.area_strip_m coverage.area_simplify_m"
    " gaps.threshold_m siting.kind siting.threshold_m siting.weights siting.model siting.tiers_m"
    " siting.tier_weights siting.is_firm_first siting.premises_tolerance_share siting.rules"
    " report.font mapping",
    files="run.standard font",
)

STAGES: Final = {
    stage.name: stage
    for stage in (LOAD, NETWORK, COVERAGE, GAPS, CANDIDATES, SITING, REPORT, AREAS, MAPPING)
}
"""The stages in the order in which they run."""


SITING_ANEW: Final = declare(
    "siting anew",
    find_sites,
    reads=reads.AnewReads,
    settings=" ".join((*GAPS.settings, *CANDIDATES.settings, *SITING.settings)),
    files=" ".join((*GAPS.files, *CANDIDATES.files, *SITING.files)),
)
"""What :func:`find_sites` reads."""
