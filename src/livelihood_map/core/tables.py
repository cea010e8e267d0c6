"""The tables between the stages, as data. The data dictionary is generated from here.

Lengths are metres (``_m``), times minutes (``_min``), areas square metres (``_m2``), shares 0 to 1
(``_share``), counts ``_n``. A walk that is missing is NaN. Geometry is in EPSG:4326 in files and in
one metric CRS between load and output.
"""

from __future__ import annotations

from typing import Final

from livelihood_map.core.schema import Column, TableSchema

STATUSES: Final = ("operating", "planned", "renovating", "closed")
PLACE_KINDS: Final = ("home", "office", "park", "station", "school", "hospital")
GAP_REASONS: Final = ("too_far", "unreachable", "off_network")
CANDIDATE_SOURCES: Final = ("host", "gap_cluster", "street", "listed")
VERDICTS: Final = ("agreed", "rejected", "proposed", "open")
CENTRE_LEVELS: Final = ("1", "7", "X")
"""Levels of the "1+7+X" layout: the district's centre, the seven below it, the communities'."""
SUPPLY_UNITS: Final = ("m2", "seats")
MEASURES: Final = ("walk_m", "supply_per_person")
"""What is told of its spread over people: metres to the nearest facility, supply within reach."""
DISTRICT_ID: Final = "ALL"
"""`town_id` of the row that sums up the whole district."""

_POLYGONS: Final = ("Polygon", "MultiPolygon")


def _text(name: str, *choices: str) -> Column:
    return Column(name, "str", choices=choices)


def _maybe_text(name: str) -> Column:
    return Column(name, "str", is_optional=True)


def _amount(name: str) -> Column:
    return Column(name, "float", minimum=0)


def _maybe_amount(name: str) -> Column:
    return Column(name, "float", is_optional=True, minimum=0)


def _share(name: str) -> Column:
    return Column(name, "float", is_optional=True, minimum=0, maximum=1)


def _count(name: str) -> Column:
    return Column(name, "int", minimum=0)


def _flag(name: str) -> Column:
    return Column(name, "bool")


TOWNS: Final = TableSchema(
    "towns",
    (_text("town_id"), _text("town_name"), _text("aliases"), _maybe_text("zone")),
    ("town_id",),
    _POLYGONS,
)
RESIDENCES: Final = TableSchema(
    "residences",
    (
        _text("residence_id"),
        _maybe_text("town_id"),
        _text("name"),
        _maybe_amount("dwellings_n"),
        _amount("population"),
        _maybe_amount("elderly_n"),
        _maybe_amount("area_m2"),
        _text("source"),
    ),
    ("residence_id",),
    (*_POLYGONS, "Point"),
)
DEMAND: Final = TableSchema(
    "demand",
    (
        _text("demand_id"),
        _maybe_text("residence_id"),
        _maybe_text("town_id"),
        _text("name"),
        _text("place_kind", *PLACE_KINDS),
        _amount("population"),
        _amount("workers"),
        _maybe_amount("elderly_n"),
    ),
    ("demand_id",),
    ("Point",),
)
GATES: Final = TableSchema(
    "gates",
    (
        _text("gate_id"),
        _text("residence_id"),
        _flag("is_open"),
        _maybe_text("hours"),
        _flag("is_inferred"),
    ),
    ("gate_id",),
    ("Point",),
)
FACILITIES: Final = TableSchema(
    "facilities",
    (
        _text("facility_id"),
        _text("kind"),
        _maybe_text("subtype"),
        _text("name"),
        _maybe_text("address"),
        _maybe_text("town_id"),
        _text("status", *STATUSES),
        _maybe_text("opened_on"),
        _maybe_text("closed_on"),
        _maybe_text("opens_at"),
        _maybe_text("closes_at"),
        _maybe_amount("area_m2"),
        _flag("is_demonstration"),
        _flag("is_smart"),
        _flag("is_inside"),
        _text("source"),
    ),
    ("facility_id",),
    ("Point",),
)
REJECTS: Final = TableSchema(
    "rejects",
    (
        _text("source"),
        _maybe_text("sheet"),
        _maybe_text("setting"),
        _count("row"),
        _maybe_text("field"),
        _maybe_text("value"),
        _text("problem"),
        _text("remedy"),
        _text("raw"),
    ),
)
ODDITIES: Final = TableSchema("oddities", REJECTS.columns)
INTAKE: Final = TableSchema(
    "intake",
    (
        _text("source"),
        _maybe_text("sheet"),
        _maybe_text("setting"),
        _count("rows_n"),
        _count("taken_n"),
        _count("rejects_n"),
        _count("notes_n"),
        _maybe_text("encoding"),
        _maybe_text("datum"),
    ),
)
REMAINDERS: Final = TableSchema(
    "remainders",
    (
        _text("town_id"),
        _text("town_name"),
        _maybe_amount("population"),
        _amount("listed_population"),
        Column("remainder_n", "float", is_optional=True),
    ),
    ("town_id",),
)
CENTRES: Final = TableSchema(
    "centres",
    (
        _text("centre_id"),
        _text("name"),
        _text("level", *CENTRE_LEVELS),
        _maybe_amount("radius_m"),
        _maybe_text("town_id"),
        _text("source"),
    ),
    ("centre_id",),
    ("Point", *_POLYGONS),
)
BARRIERS: Final = TableSchema(
    "barriers",
    (_text("barrier_id"), _text("kind", "river", "railway", "expressway", "wall")),
    ("barrier_id",),
    ("LineString", "MultiLineString", *_POLYGONS),
)
NODES: Final = TableSchema("nodes", (_text("node_id"),), ("node_id",), ("Point",))
EDGES: Final = TableSchema(
    "edges",
    (
        _text("u"),
        _text("v"),
        _count("key"),
        _amount("length_m"),
        _text("highway"),
        _flag("is_bridge"),
        _flag("is_tunnel"),
        _maybe_text("access"),
        _maybe_text("name"),
    ),
    ("u", "v", "key"),
    ("LineString",),
)
EDITS: Final = TableSchema(
    "edits",
    (
        _text("edit_id"),
        _text("action", "path", "close_street", "open_gate", "close_gate"),
        _maybe_text("residence_id"),
    ),
    ("edit_id",),
    ("Point", "LineString"),
)
JOINS: Final = TableSchema(
    "joins",
    (
        _text("point_id"),
        _text("access_id"),
        _maybe_text("u"),
        _maybe_text("v"),
        Column("key", "int", is_optional=True, minimum=0),
        _maybe_amount("along_m"),
        _maybe_amount("offset_m"),
        _maybe_text("reason"),
    ),
    ("point_id", "access_id"),
)
WALKS: Final = TableSchema(
    "walks",
    (_text("origin_id"), _text("dest_id"), _amount("walk_m")),
    ("origin_id", "dest_id"),
)
COVERAGE: Final = TableSchema(
    "coverage",
    (
        _text("demand_id"),
        _text("kind"),
        _text("walker"),
        _maybe_text("facility_id"),
        _maybe_amount("walk_m"),
        _maybe_amount("walk_min"),
        _count("facilities_n"),
        _maybe_amount("tier_m"),
        _flag("is_covered"),
    ),
    ("demand_id", "kind", "walker"),
)
RESIDENCE_COVERAGE: Final = TableSchema(
    "residence_coverage",
    (
        _text("residence_id"),
        _text("kind"),
        _text("walker"),
        _maybe_text("facility_id"),
        _maybe_amount("walk_m"),
        _maybe_amount("walk_min"),
        _maybe_amount("tier_m"),
        _flag("is_covered"),
        _share("covered_share"),
    ),
    ("residence_id", "kind", "walker"),
)
SERVICE_AREAS: Final = TableSchema(
    "service_areas",
    (
        _text("kind"),
        _text("walker"),
        _text("facility_id"),
        _flag("is_planned"),
        _amount("tier_m"),
        _count("facilities_n"),
        _amount("area_m2"),
    ),
    ("kind", "walker", "facility_id", "is_planned", "tier_m"),
    _POLYGONS,
)
GAPS: Final = TableSchema(
    "gaps",
    (
        _text("demand_id"),
        _text("kind"),
        _text("reason", *GAP_REASONS),
        _maybe_amount("walk_m"),
        _maybe_amount("excess_m"),
        _maybe_text("zone_id"),
    ),
    ("demand_id", "kind"),
)
ZONES: Final = TableSchema(
    "zones",
    (
        _text("zone_id"),
        _text("name"),
        _text("kind"),
        _maybe_text("town_id"),
        _amount("population"),
        _count("demand_n"),
    ),
    ("zone_id",),
    _POLYGONS,
)
CANDIDATES: Final = TableSchema(
    "candidates",
    (
        _text("candidate_id"),
        _maybe_text("town_id"),
        _text("name"),
        _text("source", *CANDIDATE_SOURCES),
        _maybe_text("host_id"),
        _maybe_text("host_kind"),
        _flag("is_fixed"),
        _flag("is_rejected"),
        _maybe_text("excluded_by"),
        _maybe_text("excluded_area"),
    ),
    ("candidate_id",),
    ("Point",),
)
SITES: Final = TableSchema(
    "sites",
    (
        Column("rank", "int", minimum=1),
        _text("candidate_id"),
        _maybe_text("town_id"),
        _text("name"),
        _text("source", *CANDIDATE_SOURCES),
        _maybe_text("host_kind"),
        _maybe_text("zone_id"),
        _amount("gained_population"),
        _share("gained_share"),
        _share("cumulative_share"),
        _maybe_amount("nearest_existing_m"),
        _text("reason_zh"),
        _text("reason_en"),
    ),
    ("rank",),
    ("Point",),
)
PLAN: Final = TableSchema(
    "plan",
    (
        _text("kind"),
        _text("method"),
        _text("status"),
        _count("sites_n"),
        _amount("threshold_m"),
        _amount("objective"),
        _amount("bound"),
        _share("gap_share"),
        _count("seed"),
        _maybe_amount("phases_objective"),
        _maybe_amount("phases_bound"),
        _maybe_text("phases_status"),
    ),
)
CURVE: Final = TableSchema(
    "curve",
    (
        _count("sites_n"),
        _amount("covered_population"),
        _share("covered_share"),
        _amount("covered_population_max"),
        _share("covered_share_max"),
        _flag("is_proved"),
        _flag("is_plan"),
    ),
    ("sites_n",),
)
REVIEW: Final = TableSchema(
    "review",
    (
        _text("candidate_id"),
        _text("verdict", *VERDICTS),
        _maybe_text("remark"),
        _flag("is_site"),
        _maybe_amount("price_population"),
        _maybe_amount("price_population_max"),
        _flag("is_proved"),
    ),
    ("candidate_id",),
)
STABILITY: Final = TableSchema(
    "stability",
    (
        _text("candidate_id"),
        _count("runs_n"),
        _share("survival_share"),
        _flag("is_robust"),
        _maybe_text("lost_in"),
    ),
    ("candidate_id",),
)
SURVEY: Final = TableSchema("survey", (_share("surveyed_share"), _count("slips_n")), ())
TOWN_COVERAGE: Final = TableSchema(
    "town_coverage",
    (
        _text("town_id"),
        _text("town_name"),
        _text("kind"),
        _text("walker"),
        _count("residences_n"),
        _amount("population"),
        _amount("covered_population"),
        _share("covered_share"),
        _share("covered_residences_share"),
        _share("covered_area_share"),
        _maybe_amount("median_walk_min"),
        _maybe_amount("p90_walk_min"),
        _count("facilities_n"),
    ),
    ("town_id", "kind", "walker"),
)
RESIDENCE_TIERS: Final = TableSchema(
    "residence_tiers",
    (
        _text("residence_id"),
        _text("kind"),
        _text("walker"),
        _amount("tier_m"),
        _count("facilities_n"),
    ),
    ("residence_id", "kind", "walker", "tier_m"),
)
RESIDENCE_NEAREST: Final = TableSchema(
    "residence_nearest",
    (
        _text("residence_id"),
        _text("kind"),
        _text("walker"),
        Column("rank", "int", minimum=1),
        _text("facility_id"),
        _amount("walk_m"),
        _amount("walk_min"),
    ),
    ("residence_id", "kind", "walker", "rank"),
)
RESIDENCE_CIRCLE: Final = TableSchema(
    "residence_circle",
    (
        _text("residence_id"),
        _text("walker"),
        _count("kinds_n"),
        _count("covered_n"),
        _share("complete_share"),
        _flag("is_complete"),
    ),
    ("residence_id", "walker"),
)
RESIDENCE_SUPPLY: Final = TableSchema(
    "residence_supply",
    (
        _text("residence_id"),
        _text("kind"),
        _text("walker"),
        _text("unit", *SUPPLY_UNITS),
        _amount("supply_per_person"),
    ),
    ("residence_id", "kind", "walker"),
)
FACILITY_SUPPLY: Final = TableSchema(
    "facility_supply",
    (
        _text("facility_id"),
        _text("kind"),
        _text("walker"),
        _text("name"),
        _maybe_text("town_id"),
        _flag("is_inside"),
        Column("unit", "str", is_optional=True, choices=SUPPLY_UNITS),
        _maybe_amount("supply"),
        _amount("asking_population"),
        _maybe_amount("supply_per_person"),
    ),
    ("facility_id", "walker"),
)
TOWN_CIRCLE: Final = TableSchema(
    "town_circle",
    (
        _text("town_id"),
        _text("town_name"),
        _text("walker"),
        _count("covered_n"),
        _count("kinds_n"),
        _amount("population"),
        _share("population_share"),
        _count("residences_n"),
        _share("residences_share"),
    ),
    ("town_id", "walker", "covered_n"),
)
TOWN_WALKS: Final = TableSchema(
    "town_walks",
    (
        _text("town_id"),
        _text("town_name"),
        _text("kind"),
        _text("walker"),
        _amount("within_m"),
        _amount("population"),
        _amount("reached_population"),
        _share("reached_share"),
    ),
    ("town_id", "kind", "walker", "within_m"),
)
TOWN_SUPPLY: Final = TableSchema(
    "town_supply",
    (
        _text("town_id"),
        _text("town_name"),
        _text("kind"),
        _text("walker"),
        Column("unit", "str", is_optional=True, choices=SUPPLY_UNITS),
        _count("facilities_n"),
        _count("unknown_n"),
        _amount("supply"),
        _maybe_amount("population"),
        _maybe_amount("reached_supply"),
        _maybe_amount("supply_per_person"),
    ),
    ("town_id", "kind", "walker"),
)
TOWN_EQUITY: Final = TableSchema(
    "town_equity",
    (
        _text("town_id"),
        _text("town_name"),
        _text("kind"),
        _text("walker"),
        _text("measure", *MEASURES),
        _amount("population"),
        _maybe_amount("mean"),
        _maybe_amount("worst_decile"),
        _maybe_amount("gini"),
        _maybe_amount("palma"),
    ),
    ("town_id", "kind", "walker", "measure"),
)

SCHEMAS: Final[dict[str, TableSchema]] = {
    table.name: table for table in tuple(vars().values()) if isinstance(table, TableSchema)
}
"""Every table above by its name, in this order."""
