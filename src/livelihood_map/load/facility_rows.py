"""The rows of one register as outlets: kind, status, place, and what else it tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from livelihood_map.load.closed_names import note_closed_names
from livelihood_map.load.files import parsing
from livelihood_map.load.files.credit_code import credit_code_of
from livelihood_map.load.location.coordinates import datum_of, locate
from livelihood_map.load.location.datum_remarks import note_doubt
from livelihood_map.load.location.placement import match_towns, metric_points

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from livelihood_map.core.settings import FacilitySource
    from livelihood_map.load.files.intake import Intake
    from livelihood_map.load.location.coordinates import Located
    from livelihood_map.load.location.geocode import Geocoder
    from livelihood_map.load.location.town_lookup import TownFinder


def read_outlets(
    intake: Intake,
    source: FacilitySource,
    finder: TownFinder,
    known: Mapping[str, tuple[float, float]],
    geocoder: Geocoder | None,
) -> pd.DataFrame:
    """Return the rows of one table that can be taken, with WGS-84 and metric coordinates.

    Parameters
    ----------
    intake
        The table; gets the rejects and notes of its rows.
    source
        How the settings describe it.
    finder
        The towns, in the metric CRS of the result.
    known
        Metric coordinates by name of outlets of other registers.
    geocoder
        Finds rows without coordinates by their address; None leaves them rejected.

    Raises
    ------
    SourceError
        When the table as a whole lacks what is needed.
    """
    if not intake.has("company"):
        intake.require("name", "load.no_name_column")
    companies = intake.texts("company")
    names = [name or firm for name, firm in zip(intake.texts("name"), companies, strict=True)]
    intake.reject_empty(names, "name", "load.no_name")
    kinds = _kinds(intake, source)
    statuses = intake.read(
        "status",
        lambda cell: parsing.word_of(cell, "status", source.values),
        "load.status_unknown",
        is_needed=True,
        default="operating",
    )
    note_closed_names(intake, names, statuses)
    closed = intake.read("closed_on", parsing.date_of, "load.closing_unreadable", is_needed=True)
    located = locate(intake, source.datum, finder, geocoder=geocoder)
    lon, lat = located.lon, located.lat
    declared = datum_of(intake, source.datum).name
    note_doubt(intake, declared, lon, lat, finder=finder, names=names, known=known)
    points = metric_points(located, finder)
    x_m, y_m = points.x.to_numpy(), points.y.to_numpy()
    rows = pd.DataFrame(
        {
            "kind": kinds,
            "name": names,
            "status": statuses,
            "closed_on": closed,
            "town_id": match_towns(intake, finder, x_m, y_m),
            **_details(intake, source, kinds),
            "company": companies,
            "source": intake.table.source,
            **_looked_up(intake, located, geocoder),
            "lon": lon,
            "lat": lat,
            "x_m": x_m,
            "y_m": y_m,
            "_position": np.arange(len(names)),
        }
    )
    return rows[intake.is_taken]


def _kinds(intake: Intake, source: FacilitySource) -> list[str]:
    """Return the kind of each row: that of the source, or the one its column says."""
    if source.kind is not None:
        return [source.kind] * len(intake.is_taken)
    field = "kind" if intake.has("kind") else "type"
    if not intake.has(field):
        raise intake.refusal("load.no_kind_column")
    kinds = intake.read(
        field,
        lambda cell: parsing.word_of(cell, "kind", source.values),
        "load.kind_unknown",
        is_needed=True,
        default="",
    )
    intake.reject_empty(kinds, field, "load.no_kind")
    return kinds


def _details(intake: Intake, source: FacilitySource, kinds: Sequence[str]) -> dict[str, list[Any]]:
    """Return what a register says of each row beyond name, kind, status and place."""
    spells = intake.read("hours", parsing.hours_of, "load.hours_unreadable")
    opens = intake.read("opens_at", parsing.time_of, "load.hours_unreadable")
    closes = intake.read("closes_at", parsing.time_of, "load.hours_unreadable")
    flags = {
        field: intake.read(field, parsing.is_yes, "load.yes_no_unreadable", default=False)
        for field in (
            "is_demonstration",
            "is_smart",
            "is_residents_only",
            "has_housekeeping",
            "is_leading",
        )
    }
    return {
        "subtype": _subtypes(intake, source, kinds),
        "address": intake.texts("address"),
        "opened_on": intake.read("opened_on", parsing.date_of, "load.date_unreadable"),
        "renovated_on": intake.read("renovated_on", parsing.date_of, "load.date_unreadable"),
        "opens_at": [s[0] if s else o for s, o in zip(spells, opens, strict=True)],
        "closes_at": [s[1] if s else c for s, c in zip(spells, closes, strict=True)],
        "area_m2": intake.amounts("area_m2", "load.area_unreadable").tolist(),
        "stalls_n": intake.amounts("stalls_n", "load.number_unreadable").tolist(),
        "seats_n": intake.amounts("seats_n", "load.number_unreadable").tolist(),
        "code": intake.texts("code"),
        "credit_code": intake.read("credit_code", credit_code_of, "load.credit_code_unreadable"),
        **flags,
    }


def _looked_up(intake: Intake, located: Located, geocoder: Geocoder | None) -> dict[str, list[Any]]:
    """Return by whom, in which datum and how surely rows were placed by their address."""
    places = [located.by_address.get(position) for position in range(len(intake.is_taken))]
    name = geocoder.name if geocoder is not None else ""
    return {
        "geocoded_by": [name if place else "" for place in places],
        "geocoded_datum": [place.datum if place else "" for place in places],
        "geocoded_confidence": [place.confidence if place else np.nan for place in places],
    }


def _subtypes(intake: Intake, source: FacilitySource, kinds: Sequence[str]) -> list[str | None]:
    """Return the subtype of each row by the shipped rules, or that of the source."""
    field = "subtype" if intake.has("subtype") else "type"
    if source.subtype is not None or not intake.has(field):
        return [source.subtype] * len(intake.is_taken)
    if source.kind is None:
        is_kind = not intake.has("kind") and field == "type"
        if is_kind or len(set(kinds) - {""}) != 1:
            return [None] * len(intake.is_taken)
    kind = next(iter(set(kinds) - {""}), "")

    def meaning(cell: object) -> str | None:
        try:
            return parsing.word_of(cell, "none", source.values)
        except ValueError:
            return parsing.subtype_of(cell, kind)

    return intake.read(field, meaning, "load.subtype_unknown")
