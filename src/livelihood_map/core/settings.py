"""The settings of a run: one section per stage, frozen, every mistake reported at once.

A settings file is TOML. Paths in it are relative to the file. Units stand in the key. An unknown
key is refused with the nearest known one as remedy.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import field
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from livelihood_map.core.document import check_document, read_toml, unknown_key
from livelihood_map.core.labels import Lang
from livelihood_map.core.people import Group
from livelihood_map.core.quantities import (
    NUMBER_MAX,
    Count,
    Factor,
    Metres,
    MetresOrNone,
    Money,
    Number,
    People,
    Seconds,
    Share,
    Step,
    Weight,
)

_CONFIG: Final = ConfigDict(extra="forbid", use_attribute_docstrings=True, strict=True)

Frontage = Literal[
    "bridleway", "corridor", "cycleway", "footway", "living_street", "path", "pedestrian",
    "primary", "primary_link", "residential", "road", "secondary", "secondary_link", "service",
    "steps", "tertiary", "tertiary_link", "track", "trunk", "trunk_link", "unclassified",
]  # fmt: skip
FRONTAGE: Final[tuple[Frontage, ...]] = (
    "living_street", "pedestrian", "primary", "residential", "road", "secondary", "service",
    "tertiary", "trunk", "unclassified",
)  # fmt: skip
"""Classes of street along which a shop can have its front, where the settings name none."""
Method = Literal["cluster", "greedy", "optimal"]
Text = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class RunSettings:
    """What holds for the whole run."""

    lang: Lang = "zh"
    """Language of messages and outputs: zh or en."""
    output: str = "out"
    """Folder for tables and workbooks."""
    maps: str = "maps"
    """Folder for maps."""
    seed: Count = 20230215
    """Seed of everything that draws at random."""
    date: dt.date | None = None
    """Date printed on the outputs; today when left out."""
    data_date: dt.date | None = None
    """Date at which the data were true: printed, and the day of progress; the run's by default."""
    is_synthetic: bool = False
    """Whether the inputs are invented; every output then says so."""
    standard: Text = "cn-15min"
    """Planning standard: a shipped name or the path of a TOML file of your own."""
    what_if: str | None = None
    """Layer of changes that are tried out: the results are no state of things, and say so."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class AreaSettings:
    """The district."""

    name: Text
    """Name printed on the outputs, such as 某某区."""
    crs_metric: Text = "auto"
    """CRS in which lengths are measured: auto, or an EPSG code in metres."""
    review_number: str = ""
    """Map review number (审图号); empty while the map has not been reviewed."""
    made_by: str = ""
    """Office that makes the maps (编制单位), printed on them; empty for none."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class TownSource:
    """Boundaries of the towns (街镇)."""

    path: Text
    """GeoJSON, GeoPackage, Shapefile, or an OSM extract with administrative boundaries."""
    layer: str | None = None
    """Layer of a GeoPackage; the only one when left out."""
    datum: str = "auto"
    """WGS-84, CGCS2000, GCJ-02, BD-09 or an EPSG code; auto reads it from the file."""
    columns: dict[str, str] = field(default_factory=dict)
    """Our column name = the file's heading, for headings that are not recognised."""
    admin_level: Annotated[int, Field(ge=1, le=12)] = 8
    """Of an OSM extract: level of its boundaries that are the towns; in China 8."""
    within: str | None = None
    """Of an OSM extract: name of the district whose towns are taken; all when left out."""
    supplement: str | None = None
    """Second file of boundaries: units that only it has are cut out of the towns of the first."""
    supplement_columns: dict[str, str] = field(default_factory=dict)
    """Our column name = the heading of the second file."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class FacilitySource:
    """One register of facilities."""

    path: Text
    """xlsx, xls, csv, GeoJSON, GeoPackage, Shapefile, or an OSM extract with `tags`."""
    kind: Text | None = None
    """Kind of all its rows (wet_market, breakfast, housekeeping, convenience, …)."""
    sheet: str | None = None
    """Sheet of a workbook; every sheet with a recognised header when left out."""
    layer: str | None = None
    """Layer of a GeoPackage; the only one when left out."""
    datum: str = "auto"
    """WGS-84, CGCS2000, GCJ-02, BD-09 or an EPSG code; auto only where the file states it."""
    columns: dict[str, str] = field(default_factory=dict)
    """Our column name = the file's heading, for headings that are not recognised."""
    encoding: str | None = None
    """Encoding of a text file or Shapefile; found when left out."""
    header_row: Annotated[int, Field(ge=1, le=1_048_576)] | None = None
    """Row of the headings as Excel numbers it; found when left out."""
    values: dict[str, str] = field(default_factory=dict)
    """Word in the register = what it means (a kind, subtype or status of ours)."""
    subtype: str | None = None
    """Subtype of all its rows, where the register has no such column."""
    tags: dict[str, list[str]] = field(default_factory=dict)
    """For an OSM extract: key = values, any of which makes a facility of this kind."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class ResidenceSource:
    """Where people live and work."""

    path: Text
    """Compounds as polygons or points, or an OSM extract."""
    layer: str | None = None
    """Layer of a GeoPackage; the only one when left out."""
    sheet: str | None = None
    """Sheet of a workbook."""
    datum: str = "auto"
    """WGS-84, CGCS2000, GCJ-02, BD-09 or an EPSG code; auto only where the file states it."""
    columns: dict[str, str] = field(default_factory=dict)
    """Our column name = the file's heading, for headings that are not recognised."""
    encoding: str | None = None
    """Encoding of a text file or Shapefile; found when left out."""
    header_row: Annotated[int, Field(ge=1, le=1_048_576)] | None = None
    """Row of the headings as Excel numbers it; found when left out."""
    gates: str | None = None
    """File of the compounds' gates, when there is one."""
    gates_datum: str = "auto"
    """Datum of the gates' file; where neither it nor the file says, that of the compounds."""
    gates_columns: dict[str, str] = field(default_factory=dict)
    """Our column name = the heading of the gates' file."""
    workplaces: str | None = None
    """File of the morning workplaces, when there is one."""
    workplaces_datum: str = "auto"
    """Datum of the workplaces; where neither it nor the file says, that of the compounds."""
    workplaces_columns: dict[str, str] = field(default_factory=dict)
    """Our column name = the heading of the workplaces' file."""
    population_total: People | None = None
    """People of the whole district, spread by floor area when the file has no population."""
    persons_per_dwelling: Annotated[float, Field(gt=0, le=100)] = 2.5
    """People in a dwelling where only dwellings are known."""
    levels_default: Annotated[float, Field(gt=0, le=200)] = 3.0
    """Storeys of a building of an OSM extract that states none."""
    cell_m: Step = 100.0
    """Side of the squares into which buildings outside small residential areas are gathered."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class StreetSource:
    """The walkable streets."""

    path: Text
    """.osm.pbf, .osm, GeoJSON, GeoPackage or Shapefile."""
    layer: str | None = None
    """Layer of a GeoPackage; the only one when left out."""
    datum: str = "auto"
    """WGS-84, CGCS2000, GCJ-02, BD-09 or an EPSG code; auto reads it from the file."""
    columns: dict[str, str] = field(default_factory=dict)
    """Our column name (highway, name, is_bridge, is_tunnel) = the file's heading."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class TotalsSource:
    """People of each town by a census."""

    path: Text
    """xlsx, xls or csv with town and people, and older people or their share where known."""
    method: Literal["remainder", "spread"] = "remainder"
    """remainder states what no compound has; spread makes the compounds add up to the totals."""
    sheet: str | None = None
    """Sheet of a workbook."""
    columns: dict[str, str] = field(default_factory=dict)
    """Our column name = the file's heading, for headings that are not recognised."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class CentreSource:
    """The commercial centres of the "1+7+X" layout."""

    path: Text
    """Name, level (1, 7 or X) and, where known, service radius; points or areas."""
    layer: str | None = None
    """Layer of a GeoPackage; the only one when left out."""
    sheet: str | None = None
    """Sheet of a workbook."""
    datum: str = "auto"
    """WGS-84, CGCS2000, GCJ-02, BD-09 or an EPSG code; auto only where the file states it."""
    columns: dict[str, str] = field(default_factory=dict)
    """Our column name = the file's heading, for headings that are not recognised."""
    encoding: str | None = None
    """Encoding of a text file or Shapefile; found when left out."""
    header_row: Annotated[int, Field(ge=1, le=1_048_576)] | None = None
    """Row of the headings as Excel numbers it; found when left out."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class CommunitySource:
    """The communities (居村委), by which a target may count."""

    path: Text
    """Codes of 12 digits and names: a layer of areas, or a list that the compounds' own column of
    communities refers to."""
    layer: str | None = None
    """Layer of a GeoPackage; the only one when left out."""
    sheet: str | None = None
    """Sheet of a workbook."""
    datum: str = "auto"
    """WGS-84, CGCS2000, GCJ-02, BD-09 or an EPSG code; auto only where the file states it."""
    columns: dict[str, str] = field(default_factory=dict)
    """Our column name = the file's heading, for headings that are not recognised."""
    encoding: str | None = None
    """Encoding of a text file or Shapefile; found when left out."""
    header_row: Annotated[int, Field(ge=1, le=1_048_576)] | None = None
    """Row of the headings as Excel numbers it; found when left out."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class GeocoderSettings:
    """Where rows without coordinates are looked up by address, with the user's own key."""

    service: Literal["tianditu", "amap"]
    """tianditu (key in the variable TIANDITU_KEY) or amap (key in AMAP_KEY)."""
    cache: Text = "geocodes.json"
    """File of the answers, so that an address is asked once."""
    per_second: Annotated[float, Field(ge=0.001, le=1_000)] = 2.0
    """Questions a second at most."""
    confidence_min: Share = 0.8
    """Answers less sure than this are not used."""
    prefix: str = ""
    """Put before an address that names no district, such as the city and the district."""
    endpoint: str | None = None
    """Address of the service, when it is not the usual one."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class LoadSettings:
    """The outside files."""

    towns: TownSource
    """Boundaries of the towns."""
    residences: list[ResidenceSource] = field(default_factory=list)
    """Residential compounds, one table or more."""
    facilities: list[FacilitySource] = field(default_factory=list)
    """Registers of facilities, one or more."""
    streets: StreetSource | None = None
    """Walkable streets; without them walks are estimated from straight lines."""
    totals: TotalsSource | None = None
    """People of each town by a census."""
    centres: CentreSource | None = None
    """Commercial centres of the "1+7+X" layout; none are shown when left out."""
    communities: CommunitySource | None = None
    """Communities (居村委); compounds stand in for them when left out."""
    geocoder: GeocoderSettings | None = None
    """Looks up addresses of rows without coordinates; they stay rejected when left out."""
    corrections: str | list[str] = field(default_factory=list)
    """Corrected copies of rejects.xlsx in turn; their rows take the place of those rejected."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class NetworkSettings:
    """The walking network."""

    join_limit_m: Metres = 200.0
    """How far a point may lie from the street that it is joined to."""
    margin_m: Metres = 2000.0
    """How far beyond the district streets are read."""
    detour_factor: Factor | None = None
    """Walk = straight line times this when there are no streets; the standard's when left out."""
    start: Literal["dwelling", "gate"] = "gate"
    """Where a walk starts: at the compound's gate, as the standard words it, or at the home."""
    are_compounds_walled: bool = False
    """Whether a facility inside a compound with known gates is reached through these alone."""
    are_gates_inferred: bool = True
    """Whether compounds without known gates get them where ways cross or touch their outline."""
    edits: str | None = None
    """Layer of edits to streets and gates that are made before anything is measured."""
    elevation: str | None = None
    """GeoTIFF of ground heights: walkers in time mode are slower on slopes."""
    max_pairs_n: Number = 50_000_000
    """Most walks between two sets of points that are kept at once, about 40 bytes each."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class CoverageSettings:
    """Who is covered."""

    kinds: list[str] = field(default_factory=lambda: ["wet_market", "breakfast", "housekeeping"])
    """Kinds to measure; each is a row of the planning standard."""
    walkers: list[str] = field(default_factory=lambda: ["standard"])
    """Walkers of the planning standard."""
    at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] | None = None
    """Time of day, such as 06:30, at which gates and facilities must be open; any when left out."""
    cutoff_m: Metres = 3000.0
    """How far the nearest facility is searched for."""
    nearest_n: Annotated[int, Field(ge=1, le=100)] = 3
    """How many of the nearest facilities of each kind are named for each compound."""
    area_strip_m: MetresOrNone = 25.0
    """Half the width of the strip along a street in service areas; 0 for no service areas."""
    area_simplify_m: MetresOrNone = 1.0
    """How far a simplified outline of a service area may lie from the exact one."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class GapSettings:
    """The uncovered and the zones that they form."""

    threshold_m: Metres | None = None
    """A walk longer than this is a gap; the standard's target when left out."""
    zone_reach_m: Metres = 600.0
    """Uncovered points this near to one another belong to one zone."""
    zone_population: People = 1500.0
    """People that must be near one another to form a zone."""
    is_zoned_on_foot: bool = True
    """Whether `zone_reach_m` is measured along the streets, so that zones end at a barrier."""
    zone_span_m: Metres = 2500.0
    """A zone wider or higher than this is cut in two, and so on."""
    zone_method: Literal["dbscan", "hdbscan"] = "dbscan"
    """dbscan: one density. hdbscan: density may vary from place to place. Both weigh by people."""
    zone_points_n: Annotated[int, Field(ge=2, le=NUMBER_MAX)] = 5
    """Smallest number of demand points in a zone found by hdbscan, before wide ones are cut."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class CandidateSettings:
    """Where an outlet could stand."""

    host_kinds: list[str] = field(
        default_factory=lambda: [
            "wet_market",
            "convenience",
            "supermarket",
            "neighbourhood_centre",
            "canteen",
            "metro_exit",
        ]
    )
    """Kinds of the registers that can host an outlet."""
    frontage: list[Frontage] = field(default_factory=lambda: list(FRONTAGE))
    """Classes of street (OpenStreetMap's highway) along which an outlet can have its front."""
    street_spacing_m: Step = 150.0
    """Distance between further candidate points along the streets of gap zones."""
    outlet_clear_m: MetresOrNone = 30.0
    """A host this near to an open outlet of the kind is taken to have one already."""
    duplicate_m: MetresOrNone = 15.0
    """Of hosts this near to one another only the first stays a candidate."""
    listed: str | None = None
    """Layer of parcels that the office lists as candidates."""
    is_listed_only: bool = False
    """Whether only the parcels of `listed` can become sites; what that costs is then printed."""
    excluded_areas: str | None = None
    """Layer of areas in which nothing may be opened."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class SitingRules:
    """What the office demands of every plan. Towns by id or name; * is every one."""

    town_min: dict[str, Count] = field(default_factory=dict)
    """Town = fewest new sites."""
    town_max: dict[str, Count] = field(default_factory=dict)
    """Town = most new sites."""
    town_floor_share: dict[str, Share] = field(default_factory=dict)
    """Town = share of its people that old and new outlets together must reach."""
    spacing_m: MetresOrNone = 0.0
    """Two new sites are at least this far apart."""
    existing_spacing_m: MetresOrNone = 0.0
    """A new site is at least this far from every existing outlet of the kind."""
    spacing_by: Literal["straight", "walk"] = "straight"
    """How both are measured: straight line, or on foot; a run without streets measures straight."""
    host_min_share: dict[str, Share] = field(default_factory=dict)
    """Host kind, or street, listed, gap_cluster = smallest share of the new sites."""
    host_max_share: dict[str, Share] = field(default_factory=dict)
    """Host kind, or street, listed, gap_cluster = largest share of the new sites."""
    fixed: list[str] = field(default_factory=list)
    """Candidates that must be sites."""
    excluded: list[str] = field(default_factory=list)
    """Candidates that must not be sites."""
    costs: dict[str, Money] = field(default_factory=dict)
    """Host kind, or street, listed, gap_cluster = cost of a site; * for all others."""
    budget: Money | None = None
    """Most that all new sites together may cost."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class SitingSettings:
    """Which sites to choose."""

    kind: Text = "breakfast"
    """Kind of the new facilities."""
    sites_n: Annotated[int, Field(ge=1, le=100_000)] = 83
    """How many."""
    method: Method = "optimal"
    """cluster, greedy or optimal."""
    threshold_m: Metres | None = None
    """Walk within which a site serves; the standard's target when left out."""
    is_firm_first: bool = True
    """First as few people as possible beyond the standard's threshold, where a firm source sets one
    and it is longer than the walk that serves; then as many as possible within the walk that
    serves. False asks for the second alone. For the model covering without `tiers_m`."""
    premises_tolerance_share: Share = 0.01
    """Of the plans that reach all but at most this share of the people at every level, the one with
    most sites in premises that exist: hosts and listed parcels. 0 takes the plan that reaches most.
    For the model covering and the method optimal."""
    is_needed_only: bool = False
    """Fewer sites than `sites_n` where fewer reach all whom any could, at every level; otherwise
    the rest stand where most people gain a second outlet. For the model covering."""
    weights: dict[Group, Weight] = field(default_factory=dict)
    """Weight of each group of people in the objective: residents (population), morning workers
    (workers), station passengers (passengers), older residents (elderly_n); one that is left out
    counts nothing. Whom the standard counts, each 1, when empty."""
    time_limit_s: Seconds = 60.0
    """Longest work for the solver, as the seconds that it takes on an ordinary computer."""
    model: Literal[
        "covering", "set_cover", "p_median", "p_centre", "capacity", "backup", "gradual"
    ] = "covering"
    """covering: most people reached. set_cover: fewest sites for all (`sites_n` is not used).
    p_median: least walk of all. p_centre: shortest longest walk. capacity: a site serves only so
    many. backup: a second outlet counts too. gradual: a longer walk counts less."""
    capacity_people: People = 3000.0
    """People that one site can serve, for the model capacity."""
    backup_weight: Share = 0.5
    """Weight of a second outlet within reach, for the model backup."""
    tiers_m: list[Metres] = field(default_factory=list)
    """Walks counted one after the other, such as 1000, 500, 300; as `is_firm_first` when empty."""
    tier_weights: list[Weight] = field(default_factory=list)
    """Weight of each of `tiers_m`; without weights the first tier goes before the second.
    For the model gradual: tiers rise, and these are the falling shares that count."""
    is_fair: bool = False
    """Raise the town that is served worst as far as possible before all else."""
    phases: list[Number] = field(default_factory=list)
    """Sites opened in each phase, adding up to `sites_n`; in such an order that the people covered
    while each phase is the last, added up over the phases, are most."""
    phase_lengths: list[Annotated[float, Field(gt=0, le=10_000)]] = field(default_factory=list)
    """Length of each of `phases` (months, say) in that sum; all equal when empty."""
    rules: SitingRules = field(default_factory=SitingRules)
    """What the office demands of every plan."""
    curve_n: Annotated[int, Field(ge=0, le=100_000)] = 150
    """Last number of sites of the curve that shows what each further site adds."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class StabilitySettings:
    """How the list of sites is tried against what is not known exactly."""

    speed_share: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """The walk that counts is made longer and shorter by this share, as by another speed."""
    shift_m: Metres = 50.0
    """Facilities and candidates are moved by up to this distance, in any direction."""
    shifts_n: Annotated[int, Field(ge=0, le=1_000)] = 5
    """How many times they are moved, each time otherwise."""
    reach_m: Metres = 200.0
    """A site survives when the other plan has one within this distance, straight line."""
    robust_share: Share = 0.8
    """A site that survives in at least this share of the runs is robust."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class MappingSettings:
    """The maps."""

    simplify_m: MetresOrNone = 1.0
    """Tolerance to which outlines are simplified for drawing."""
    is_compressed: bool = True
    """Whether pages hold their content packed (gzip); false writes it as plain JSON."""
    grid_m: MetresOrNone = 100.0
    """Step of the lattice that answers clicks anywhere on the check pages; 0 for none."""
    check_pages: Literal["none", "district", "towns"] = "towns"
    """Check pages for town staff: none, one for the district, or also one for each town."""
    pictures: list[Literal["png", "pdf"]] = field(default_factory=lambda: ["png"])
    """Formats of the static maps for reports; an empty list for none."""
    paper: Literal["A4", "A3"] = "A4"
    """Paper of the static maps; it lies upright or across, as the area is shown larger."""
    tiles_above_n: Count = 150_000
    """With more streets than this, a page holds them as vector tiles (PMTiles), else as lines."""
    city_above_n: Count = 3_000
    """With more compounds than this, the planner's map and the district's check page show main
    roads alone, and each town has a map with its streets, names and details."""
    online_base: Literal["none", "tianditu", "amap"] = "none"
    """Online base map that a reader of the planner's map may switch on; none names no address."""
    tianditu_key: str = ""
    """Your own key of Tianditu; left out of the page unless `is_key_written`."""
    is_key_written: bool = False
    """Whether the key stands in the page for everybody to read; else the reader is asked for it."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class ReportSettings:
    """The workbooks, briefs and lists."""

    formats: list[Literal["xlsx", "csv", "geojson"]] = field(
        default_factory=lambda: ["xlsx", "csv", "geojson"]
    )
    """Formats of the site list."""
    documents: list[Literal["workbooks", "briefs"]] = field(
        default_factory=lambda: ["workbooks", "briefs"]
    )
    """workbooks: Excel, district and towns. briefs: Word and HTML, district and towns."""
    town_template: str | None = None
    """Word template of a town's brief, to replace ours; ours lies in briefs/templates."""
    district_template: str | None = None
    """Word template of the district's report, to replace ours."""
    paper: Literal["A4", "A3"] = "A4"
    """Paper of the workbooks; they lie across it, in 10 pt."""
    loss_share: Share = 0.2
    """Existing outlets that lose more than this share of the people nearest to them are listed."""
    font: str | None = None
    """Font file for charts; a font with Chinese glyphs of the system when left out."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class ProgrammeSettings:
    """The year's plan."""

    name: str = ""
    """Year's plan: the path of a TOML file of your own, or a shipped name; none when empty."""
    renovations: str | None = None
    """List of the markets to renovate: name or id, months, earliest month; csv or workbook."""
    schedule: str | None = None
    """List of openings and closings with dates: name or id, date, event; csv or workbook."""
    at_a_time: Number | None = None
    """Most markets shut for renovation in one month; no limit when left out."""
    quotas: Literal["none", "uncovered"] = "none"
    """Towns' quotas where the plan has none: none, or shared out by the people uncovered."""
    new_markets_n: Annotated[int, Field(ge=0, le=100_000)] = 0
    """How many new wet markets the layout proposes with the siting engine; 0 for none."""
    demonstration_weights: dict[Literal["people", "weak", "digital", "chain"], Share] = field(
        default_factory=lambda: {"people": 0.35, "weak": 0.35, "digital": 0.15, "chain": 0.15}
    )
    """Weight of each criterion for demonstration outlets."""
    demonstration_per_town: Number | None = 2
    """Most demonstration outlets in one town."""
    demonstration_spacing_m: MetresOrNone = 1000.0
    """Least distance between two new demonstration outlets."""
    delivery_radius_m: Metres = 3000.0
    """How far an outlet delivers when its register does not say."""
    hours: list[str] = field(default_factory=lambda: ["06:00", "07:00", "08:00", "09:00", "10:00"])
    """Times of the day at which open outlets are counted."""
    time_limit_s: Seconds = 30.0
    """Longest time for each solve."""


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class Settings:
    """Everything that a run needs to know, one section per stage."""

    area: AreaSettings
    load: LoadSettings
    run: RunSettings = field(default_factory=RunSettings)
    network: NetworkSettings = field(default_factory=NetworkSettings)
    coverage: CoverageSettings = field(default_factory=CoverageSettings)
    gaps: GapSettings = field(default_factory=GapSettings)
    candidates: CandidateSettings = field(default_factory=CandidateSettings)
    siting: SitingSettings = field(default_factory=SitingSettings)
    stability: StabilitySettings = field(default_factory=StabilitySettings)
    mapping: MappingSettings = field(default_factory=MappingSettings)
    report: ReportSettings = field(default_factory=ReportSettings)
    programme: ProgrammeSettings = field(default_factory=ProgrammeSettings)
    base: str = "."
    """Folder that relative paths start from: that of the settings file. Not written in it."""

    def resolve(self, path: str) -> Path:
        """Return a path of the settings as a path from the folder of the settings file."""
        return Path(os.path.normpath(Path(self.base) / path))

    @property
    def font_path(self) -> Path | None:
        """Return the font file for Chinese text in pictures; None to search the system's fonts."""
        return self.resolve(self.report.font) if self.report.font else None


def load_settings(path: Path | str, *, lang: Lang | None = None) -> Settings:
    """Return the settings of a TOML file.

    Parameters
    ----------
    path
        The file, UTF-8 with or without BOM.
    lang
        Language that overrides the one in the file.

    Raises
    ------
    SettingsError
        When the file is absent, not TOML, or has mistakes; all of them in ``.problems``.

    Examples
    --------
    >>> from livelihood_map.core.io import data_path
    >>> demo = data_path("demo")
    >>> load_settings(demo / "livelihood.toml").siting.sites_n
    83
    """
    source = Path(path)
    content = read_toml(source)
    problems = [unknown_key("base", Settings)] if "base" in content else []
    content["base"] = str(source.resolve().parent)
    if lang is not None and isinstance(content.setdefault("run", {}), dict):
        content["run"]["lang"] = lang
    return check_document(
        content, Settings, path=source, broken="core.settings_broken", problems=problems
    )
