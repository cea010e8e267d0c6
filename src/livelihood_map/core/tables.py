"""The tables between the stages, as data. The data dictionary is generated from here.

Lengths are metres (``_m``), times minutes (``_min``), areas square metres (``_m2``), shares 0 to 1
(``_share``), counts ``_n``. A walk that is missing is NaN. Geometry is in EPSG:4326 in files and in
one metric CRS between load and output.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from livelihood_map.core.schema import Column, TableSchema

STATUSES: Final = ("operating", "planned", "renovating", "closed")
PLACE_KINDS: Final = ("home", "office", "park", "station", "school", "hospital")
EDIT_ACTIONS: Final = ("path", "close_street", "open_gate", "close_gate", "add_outlet",
                       "move_outlet", "close_outlet", "drop_site", "move_site")  # fmt: skip
GAP_REASONS: Final = ("too_far", "unreachable", "off_network")
CANDIDATE_SOURCES: Final = ("host", "gap_cluster", "street", "listed")
STREETS_QUESTIONS: Final = ("same", "relaxed")
"""Whether a plan is set beside all streets under all its rules, or without some of them."""
SHORTFALLS: Final = ("few_candidates", "no_candidates", "nobody_uncovered", "only_needed")
"""Why a plan has fewer sites than were asked for."""
UNREACHED_REASONS: Final = ("unlisted", "town", "no_frontage", "off_network", "no_place")
"""Why no candidate that can be used reaches a demand point."""
VERDICTS: Final = ("agreed", "rejected", "proposed", "open")
CENTRE_LEVELS: Final = ("1", "7", "X")
"""Levels of the "1+7+X" layout: the district's centre, the seven below it, the communities'."""
BASE_KINDS: Final = (
    *("residential", "commercial", "industrial", "civic", "farmland", "green", "park", "water"),
    *("river", "canal", "stream", "railway", "metro", "expressway", "ramp", "station", "place"),
)
"""What the base map shows beside streets: areas first, then lines, then points."""
SUPPLY_UNITS: Final = ("m2", "seats")
PEOPLE_UNITS: Final = ("households", "dwellings", "floor_area", "outline", "registered")
"""What people are derived from where no file states them as they are."""
MEASURES: Final = ("walk_m", "supply_per_person")
"""What is told of its spread over people: metres to the nearest facility, supply within reach."""
DISTRICT_ID: Final = "ALL"
"""`town_id` of the row that sums up the whole district."""

_POLYGONS: Final = ("Polygon", "MultiPolygon")
_AMOUNT: Final = {"kind": "float", "minimum": 0}
_COUNT: Final = {"kind": "int", "minimum": 0}
_KINDS: Final[dict[str, dict[str, Any]]] = {
    "is": {"kind": "bool"},
    "m": _AMOUNT,
    "m2": _AMOUNT,
    "min": _AMOUNT,
    "n": _COUNT,
    "population": _AMOUNT,
    "rank": {"kind": "int", "minimum": 1},
    "share": {"kind": "float", "is_optional": True, "minimum": 0, "maximum": 1},
    "supply": _AMOUNT,
    "amount": _AMOUNT,
    "count": _COUNT,
    "number": {"kind": "float"},
}
"""What a column holds, by the unit in its name or the word behind the name."""


def _column(word: str, choices: dict[str, tuple[str, ...]]) -> Column:
    """Return the column that a word stands for; its closed list is taken out of `choices`."""
    name, _, stated = word.removesuffix("?").partition(":")
    unit = "is" if name.startswith("is_") else name.rpartition("_")[2]
    held = _KINDS[stated] if stated else _KINDS.get(unit, {"kind": "str"})
    column = Column(name, **held, choices=choices.pop(name, ()))
    return replace(column, is_optional=True) if word.endswith("?") else column


def _table(
    name: str,
    columns: str,
    /,
    *,
    key: str = "",
    geometry: tuple[str, ...] = (),
    **choices: tuple[str, ...],
) -> TableSchema:
    """Return a schema whose columns and key are told in words, in order.

    A column's name tells by its unit what it holds: ``walk_m`` an amount, ``is_open`` a flag,
    ``town_id`` text. Where it does not, a word behind a colon does: ``mean:amount``. A question
    mark behind both says that values may be missing. `choices` are closed lists of values.
    """
    told = tuple(_column(word, choices) for word in columns.split())
    if choices:
        raise KeyError(*choices)
    return TableSchema(name, told, tuple(key.split()), geometry)


TOWNS: Final = _table("towns", "town_id town_name aliases zone?", key="town_id", geometry=_POLYGONS)
RESIDENCES: Final = _table(
    "residences",
    "residence_id town_id? name dwellings_n:amount? population elderly_n:amount? area_m2? source"
    " derived_from? units_n:amount? buildings_n:amount? community? community_id?",
    key="residence_id",
    geometry=(*_POLYGONS, "Point"),
    derived_from=PEOPLE_UNITS,
)
DEMAND: Final = _table(
    "demand",
    "demand_id residence_id? town_id? name place_kind population workers:amount"
    " passengers:amount elderly_n:amount?",
    key="demand_id",
    geometry=("Point",),
    place_kind=PLACE_KINDS,
)
GATES: Final = _table(
    "gates",
    "gate_id residence_id is_open hours? is_inferred",
    key="gate_id",
    geometry=("Point",),
)
FACILITIES: Final = _table(
    "facilities",
    "facility_id kind subtype? name address? town_id? status opened_on? closed_on? opens_at?"
    " closes_at? area_m2? is_demonstration is_smart is_inside source",
    key="facility_id",
    geometry=("Point",),
    status=STATUSES,
)
REJECTS: Final = _table(
    "rejects",
    "source sheet? setting? row:count field? value? problem remedy raw",
)
ODDITIES: Final = TableSchema("oddities", REJECTS.columns)
INTAKE: Final = _table(
    "intake",
    "source sheet? setting? rows_n taken_n rejects_n notes_n encoding? datum?",
)
REGISTERS: Final = _table("registers", "kind source", key="kind")
REMAINDERS: Final = _table(
    "remainders",
    "town_id town_name population? listed_population remainder_n:number?",
    key="town_id",
)
CENTRES: Final = _table(
    "centres",
    "centre_id name level radius_m? town_id? source",
    key="centre_id",
    geometry=("Point", *_POLYGONS),
    level=CENTRE_LEVELS,
)
COMMUNITIES: Final = _table(
    "communities",
    "community_id name town_id? source",
    key="community_id",
)
BARRIERS: Final = _table(
    "barriers",
    "barrier_id kind",
    key="barrier_id",
    geometry=("LineString", "MultiLineString", *_POLYGONS),
    kind=("river", "railway", "expressway", "wall"),
)
BASE_FEATURES: Final = _table(
    "base_features",
    "feature_id kind name? name_en?",
    key="feature_id",
    geometry=("Point", "LineString", "MultiLineString", *_POLYGONS),
    kind=BASE_KINDS,
)
NODES: Final = _table("nodes", "node_id", key="node_id", geometry=("Point",))
EDGES: Final = _table(
    "edges",
    "u v key:count length_m highway is_bridge is_tunnel access? name?",
    key="u v key",
    geometry=("LineString",),
)
EDITS: Final = _table(
    "edits",
    "edit_id action residence_id? facility_id? candidate_id? kind? name?",
    key="edit_id",
    geometry=("Point", "LineString"),
    action=EDIT_ACTIONS,
)
JOINS: Final = _table(
    "joins",
    "point_id access_id u? v? key:count? along_m? offset_m? reason?",
    key="point_id access_id",
)
WALKS: Final = _table("walks", "origin_id dest_id walk_m", key="origin_id dest_id")
COVERAGE: Final = _table(
    "coverage",
    "demand_id kind walker facility_id? walk_m? walk_min? facilities_n tier_m? is_covered",
    key="demand_id kind walker",
)
RESIDENCE_COVERAGE: Final = _table(
    "residence_coverage",
    "residence_id kind walker facility_id? walk_m? walk_min? tier_m? is_covered covered_share"
    " dwelling_walk_m?",
    key="residence_id kind walker",
)
SERVICE_AREAS: Final = _table(
    "service_areas",
    "kind walker facility_id is_planned tier_m facilities_n area_m2",
    key="kind walker facility_id is_planned tier_m",
    geometry=_POLYGONS,
)
GAPS: Final = _table(
    "gaps",
    "demand_id kind reason walk_m? excess_m? zone_id?",
    key="demand_id kind",
    reason=GAP_REASONS,
)
ZONES: Final = _table(
    "zones",
    "zone_id name kind town_id? population workers:amount passengers:amount demand_n",
    key="zone_id",
    geometry=_POLYGONS,
)
CANDIDATES: Final = _table(
    "candidates",
    "candidate_id town_id? name source host_id? host_kind? is_fixed is_rejected excluded_by?"
    " excluded_area?",
    key="candidate_id",
    geometry=("Point",),
    source=CANDIDATE_SOURCES,
)
SITES: Final = _table(
    "sites",
    "rank candidate_id town_id? name source host_kind? zone_id? gained_population"
    " gained_workers:amount gained_passengers:amount gained_weight:amount gained_share"
    " cumulative_share nearest_existing_m? reason_zh reason_en firm_population?"
    " firm_workers:amount? firm_passengers:amount? is_second second_population?",
    key="rank",
    geometry=("Point",),
    source=CANDIDATE_SOURCES,
)
PLAN: Final = _table(
    "plan",
    "kind method status sites_n threshold_m objective:amount bound:amount gap_share seed:count"
    " best:amount phases_objective:amount? phases_bound:amount? phases_status?"
    " streets_bound:amount? streets_gap_share streets_question? list_price:amount?"
    " list_price_max:amount? ways_gain:amount? ways_gain_max:amount? shortfall? second_n?"
    " tolerance_share premises_n? premises_before_n? premises_bound_n? premises_status?",
    streets_question=STREETS_QUESTIONS,
    shortfall=SHORTFALLS,
)
LEVELS: Final = _table(
    "levels",
    "method level:rank threshold_m objective:amount best:amount bound:amount? gap_share status"
    " left:amount reachable_left:amount target_alone:amount? streets_bound:amount?"
    " streets_gap_share residents_more:number? people_more:number? residents_status?",
    key="method level",
)
UNREACHED: Final = _table(
    "unreached",
    "demand_id residence_id? town_id? name population workers:amount passengers:amount reason"
    " within_m",
    key="demand_id",
    geometry=("Point",),
    reason=UNREACHED_REASONS,
)
CURVE: Final = _table(
    "curve",
    "sites_n covered_population covered_share covered_population_max:amount"
    " covered_share_max:share is_proved is_plan firm_population? firm_population_max:amount?",
    key="sites_n",
)
REVIEW: Final = _table(
    "review",
    "candidate_id verdict remark? is_site price_population? price_population_max:amount?"
    " firm_price_population? is_proved",
    key="candidate_id",
    verdict=VERDICTS,
)
STABILITY: Final = _table(
    "stability",
    "candidate_id runs_n survival_share is_robust lost_in?",
    key="candidate_id",
)
SURVEY: Final = _table("survey", "surveyed_share slips_n")
TOWN_COVERAGE: Final = _table(
    "town_coverage",
    "town_id town_name kind walker residences_n population covered_population covered_share"
    " covered_residences_share covered_area_share aim_share? median_walk_min? p90_walk_min?"
    " facilities_n dwelling_covered_share?",
    key="town_id kind walker",
)
RESIDENCE_TIERS: Final = _table(
    "residence_tiers",
    "residence_id kind walker tier_m facilities_n",
    key="residence_id kind walker tier_m",
)
RESIDENCE_NEAREST: Final = _table(
    "residence_nearest",
    "residence_id kind walker rank facility_id walk_m walk_min",
    key="residence_id kind walker rank",
)
RESIDENCE_CIRCLE: Final = _table(
    "residence_circle",
    "residence_id walker kinds_n covered_n complete_share is_complete",
    key="residence_id walker",
)
RESIDENCE_SUPPLY: Final = _table(
    "residence_supply",
    "residence_id kind walker unit supply_per_person:amount",
    key="residence_id kind walker",
    unit=SUPPLY_UNITS,
)
FACILITY_SUPPLY: Final = _table(
    "facility_supply",
    "facility_id kind walker name town_id? is_inside unit? supply? asking_population"
    " supply_per_person:amount?",
    key="facility_id walker",
    unit=SUPPLY_UNITS,
)
TOWN_CIRCLE: Final = _table(
    "town_circle",
    "town_id town_name walker covered_n kinds_n population population_share residences_n"
    " residences_share",
    key="town_id walker covered_n",
)
TOWN_WALKS: Final = _table(
    "town_walks",
    "town_id town_name kind walker within_m population reached_population reached_share",
    key="town_id kind walker within_m",
)
TOWN_SUPPLY: Final = _table(
    "town_supply",
    "town_id town_name kind walker unit? facilities_n unknown_n supply population?"
    " reached_supply? supply_per_person:amount?",
    key="town_id kind walker",
    unit=SUPPLY_UNITS,
)
TOWN_EQUITY: Final = _table(
    "town_equity",
    "town_id town_name kind walker measure population mean:amount? worst_decile:amount?"
    " gini:amount? palma:amount?",
    key="town_id kind walker measure",
    measure=MEASURES,
)

SCHEMAS: Final[dict[str, TableSchema]] = {
    table.name: table for table in tuple(vars().values()) if isinstance(table, TableSchema)
}
"""Every table above by its name, in this order."""
