"""Where rows lie: coordinates in any declared datum, or the reason why they are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

from livelihood_map.core.errors import SourceError
from livelihood_map.load.files.parsing import degrees_of, pair_of
from livelihood_map.load.location.datums import AUTO, KNOWN, Datum, datum_of_crs, read_datum
from livelihood_map.load.location.geocode import GeocoderStoppedError
from livelihood_map.load.location.geocode_services import GeocoderError
from livelihood_map.load.location.town_lookup import FAR_KM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from livelihood_map.core.arrays import Bools, Floats
    from livelihood_map.load.files.intake import Intake
    from livelihood_map.load.location.geocode import Geocoder
    from livelihood_map.load.location.geocode_services import GeocodedPlace
    from livelihood_map.load.location.town_lookup import TownFinder


_MAJORITY: Final = 0.5
_LOCAL_GRID_MAX_M: Final = 100_000.0
_DEGREES: Final = (("lon", "lat"), ("x", "y"))
_METRES: Final = (("east", "north"), ("y", "x"))


class Located(NamedTuple):
    """Where the rows of a table lie."""

    lon: Floats
    """WGS-84 degrees; NaN for a row that is not taken."""
    lat: Floats
    by_address: Mapping[int, GeocodedPlace]
    """Places that a geocoder found, by position of the row."""


def datum_of(intake: Intake, declared: str) -> Datum:
    """Return the datum of a table: the declared one, or the one that its file states.

    Parameters
    ----------
    intake
        The table.
    declared
        As in the settings; ``auto`` takes the file's own statement.

    Raises
    ------
    SourceError
        When neither is there, the datum is unknown, or the two contradict each other.
    """
    table = intake.table
    stated = None if table.crs is None else datum_of_crs(table.crs)
    if declared.strip().lower() == AUTO:
        if stated is None:
            raise intake.refusal("load.datum_missing", known=KNOWN)
        return stated
    datum = read_datum(declared)
    if stated is not None and datum.is_projected != stated.is_projected:
        raise SourceError(
            "load.datum_contradiction", path=table.source, value=datum.name, stated=stated.name
        )
    return datum


def own_or(declared: str, intake: Intake, fallback: str) -> str:
    """Return the datum declared for a table, or that of its main file when nothing states one.

    Parameters
    ----------
    declared
        Datum declared for the table itself; ``auto`` when none is.
    intake
        The table.
    fallback
        Datum declared for the file that it belongs to.
    """
    is_stated = declared.strip().lower() != AUTO or intake.table.crs is not None
    return declared if is_stated else fallback


def locate(
    intake: Intake, declared: str, finder: TownFinder, *, geocoder: Geocoder | None = None
) -> Located:
    """Return where every row lies that is still taken.

    Rows without usable coordinates are rejected in `intake` and get NaN.

    Parameters
    ----------
    intake
        The table.
    declared
        Its datum as in the settings.
    finder
        The towns, against which far and swapped coordinates are found.
    geocoder
        Finds rows without coordinates by their address; None leaves them rejected.

    Raises
    ------
    SourceError
        When the whole table cannot be placed: no coordinate columns, axes swapped throughout,
        metres declared as degrees, another place altogether.
    """
    datum = datum_of(intake, declared)
    by_address: dict[int, GeocodedPlace] = {}
    if intake.table.geometry is not None:
        east, north = _of_shapes(intake)
    else:
        east, north, by_address = _of_cells(intake, datum, geocoder)
    lon, lat = _checked(intake, datum, finder, east, north)
    for position, place in by_address.items():
        lon[position], lat[position] = place.lon, place.lat
    off_km = finder.off_km(lon, lat)
    is_astray = off_km > FAR_KM
    far = [f"{km:.0f}" for km in np.nan_to_num(off_km).tolist()]
    intake.reject(is_astray, "address", "load.row_far", km=far, limit_km=FAR_KM)
    lon, lat = (np.where(is_astray, np.nan, degrees) for degrees in (lon, lat))
    return Located(lon, lat, by_address)


def _of_shapes(intake: Intake) -> tuple[Floats, Floats]:
    """Return the coordinates of the points of a layer; areas count by a point inside them."""
    shapes = np.asarray(intake.table.geometry, dtype=object)
    is_empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    intake.reject(is_empty, "geometry", "load.no_shape")
    kinds = shapely.get_type_id(shapes)
    is_several = (kinds == 4) & (shapely.get_num_geometries(shapes) > 1)  # noqa: PLR2004  (points)
    is_line = (np.isin(kinds, (1, 2, 5, 7)) | is_several) & ~is_empty
    intake.reject(is_line, "geometry", "load.shape_is_line")
    points = shapes.copy()
    is_area = np.isin(kinds, (3, 4, 6)) & ~is_empty
    points[is_area] = shapely.point_on_surface(shapes[is_area])
    points[is_empty | is_line] = None
    return shapely.get_x(points), shapely.get_y(points)


def _of_cells(
    intake: Intake, datum: Datum, geocoder: Geocoder | None
) -> tuple[Floats, Floats, dict[int, GeocodedPlace]]:
    """Return the coordinates of the cells of a table, east first, and the places of addresses."""
    rows_n = len(intake.is_taken)
    first, second = _fields(intake, datum)
    if first != "lonlat":
        return _of_two_columns(intake, first, second, geocoder)
    if intake.has("lonlat"):
        pairs = intake.read("lonlat", pair_of, "load.coordinate_unreadable", is_needed=True)
        is_missing = np.array([pair is None for pair in pairs], bool)
        by_address = _reject_missing(intake, "lonlat", is_missing, geocoder)
        both = np.array([pair or (np.nan, np.nan) for pair in pairs], float).reshape(-1, 2)
        return both[:, 0], both[:, 1], by_address
    if intake.has("address"):
        by_address = _reject_missing(intake, "address", np.ones(rows_n, bool), geocoder)
        return np.full(rows_n, np.nan), np.full(rows_n, np.nan), by_address
    fields = "east / north" if datum.is_projected else "lon / lat"
    raise intake.refusal("load.no_coordinate_columns", fields=fields)


def _of_two_columns(
    intake: Intake, first: str, second: str, geocoder: Geocoder | None
) -> tuple[Floats, Floats, dict[int, GeocodedPlace]]:
    """Return the numbers of two columns, and the places of addresses; other rows rejected."""
    values = {}
    for field in (first, second):
        read = intake.read(field, degrees_of, "load.coordinate_unreadable", is_needed=True)
        values[field] = np.array([np.nan if v is None else v for v in read], float)
    is_missing = {field: np.isnan(v) for field, v in values.items()}
    is_zero = (values[first] == 0) & (values[second] == 0)
    is_none = (is_missing[first] & is_missing[second]) | is_zero
    by_address = _reject_missing(intake, first, is_none, geocoder)
    for field in (first, second):
        intake.reject(is_missing[field] & ~is_none, field, "load.coordinate_half")
        values[field][is_none] = np.nan
    return values[first], values[second], by_address


def _reject_missing(
    intake: Intake, field: str, is_missing: Bools, geocoder: Geocoder | None
) -> dict[int, GeocodedPlace]:
    """Return the places of rows without coordinates by their address; reject the others."""
    addresses = intake.texts("address")
    has_address = np.array([bool(text) for text in addresses], bool)
    wanted = is_missing & has_address
    by_address: dict[int, GeocodedPlace] = {}
    if geocoder is not None:
        for position in np.flatnonzero(wanted & intake.is_taken).tolist():
            place = _look_up(intake, position, addresses[position], geocoder)
            if place is not None:
                by_address[position] = place
        wanted[list(by_address)] = False
    intake.reject(wanted, field, "load.no_coordinates", address=addresses)
    intake.reject(is_missing & ~has_address, field, "load.no_place")
    return by_address


def _look_up(
    intake: Intake, position: int, address: str, geocoder: Geocoder
) -> GeocodedPlace | None:
    """Return where a row's address lies, noted; None when it is not found, the row rejected."""
    shown: dict[str, object] = {"value": address, "service": geocoder.name}
    try:
        place = geocoder.find(address)
    except GeocoderStoppedError as error:
        shown["limit"] = error.values["limit"]
        intake.reject_row(position, "address", error.key, **shown)
        return None
    except GeocoderError as error:
        shown["detail"] = error.text(intake.lang)
        intake.reject_row(position, "address", "load.geocoder_silent", **shown)
        return None
    if place is None:
        intake.reject_row(position, "address", "load.address_unknown", **shown)
        return None
    shown |= {"datum": place.datum, "confidence": f"{place.confidence:.0%}"}
    if place.confidence < geocoder.confidence_min:
        intake.reject_row(position, "address", "load.address_vague", **shown)
        return None
    intake.note_row(position, "address", "load.address_found", **shown)
    return place


def _checked(
    intake: Intake, datum: Datum, finder: TownFinder, east: Floats, north: Floats
) -> tuple[Floats, Floats]:
    """Return WGS-84 degrees; refuse what is swapped, in other units or far away."""
    has_both = intake.is_taken & np.isfinite(east) & np.isfinite(north)
    east, north = np.where(has_both, east, np.nan), np.where(has_both, north, np.nan)
    lon, lat = datum.to_wgs84(*_in_range(datum, east, north))
    off_km = finder.off_km(lon, lat)
    is_far = has_both & ~(off_km <= FAR_KM)
    swapped = datum.to_wgs84(*_in_range(datum, north, east))
    is_swapped = is_far & (finder.off_km(*swapped) <= FAR_KM)
    is_beyond = (np.abs(east) > 180) | (np.abs(north) > 180)  # noqa: PLR2004  (degrees)
    is_metric = is_far & is_beyond & (not datum.is_projected)
    is_small = is_far & (np.hypot(east, north) < _LOCAL_GRID_MAX_M)
    is_local = is_small & (is_metric | datum.is_projected)
    shown = [f"{a:.10g}, {b:.10g}" for a, b in zip(east.tolist(), north.tolist(), strict=True)]
    field = _fields(intake, datum)[0]
    most = max(_MAJORITY * has_both.sum(), 1)
    for key, is_bad, is_whole in (
        ("load.layer_swapped", is_swapped, is_swapped.sum() > most),
        ("load.layer_local_grid", is_local, is_local.sum() > most),
        ("load.layer_metric", is_metric, is_metric.sum() > most),
        ("load.layer_far", is_far, is_far.sum() == has_both.sum() > 1),
    ):
        if is_whole:
            _refuse(intake, key, is_bad, datum, shown)
    intake.reject(is_swapped, field, "load.row_swapped", value=shown)
    intake.reject(is_metric, field, "load.row_metric", value=shown)
    far = [f"{km:.0f}" if np.isfinite(km) else "?" for km in off_km.tolist()]
    intake.reject(is_far, field, "load.row_far", value=shown, km=far, limit_km=FAR_KM)
    is_placed = has_both & ~is_far
    return np.where(is_placed, lon, np.nan), np.where(is_placed, lat, np.nan)


def _in_range(datum: Datum, east: Floats, north: Floats) -> tuple[Floats, ...]:
    """Return coordinates with those that no degree can be made missing."""
    if datum.is_projected:
        return east, north
    is_possible = (np.abs(east) <= 180) & (np.abs(north) <= 90)  # noqa: PLR2004  (degrees)
    return np.where(is_possible, east, np.nan), np.where(is_possible, north, np.nan)


def _fields(intake: Intake, datum: Datum) -> tuple[str, str]:
    """Return the two fields, east first, from which the coordinates were read."""
    if intake.table.geometry is not None:
        return "geometry", "geometry"
    for first, second in _METRES if datum.is_projected else _DEGREES:
        if intake.has(first, second):
            return first, second
    return "lonlat", "lonlat"


def _refuse(intake: Intake, key: str, is_bad: Bools, datum: Datum, shown: list[str]) -> None:
    """Refuse the whole table, naming its first bad row."""
    position = int(np.flatnonzero(is_bad)[0])
    first, second = _fields(intake, datum)
    raise intake.refusal(
        key,
        row=int(intake.table.rows[position]),
        count=int(is_bad.sum()),
        first=intake.heading(first),
        second=intake.heading(second),
        first_field=first,
        second_field=second,
        value=shown[position],
        datum=datum.name,
        limit_km=FAR_KM,
    )
