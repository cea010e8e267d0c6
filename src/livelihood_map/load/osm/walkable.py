"""Which ways of a street extract people walk, and what is kept of their tags.

The rules follow the pedestrian's view rather than a router's for cars. Sidewalks, crossings,
steps, corridors, living streets, service ways, cycle ways, tracks and paths are kept, and so are
private ways, because the ways inside a walled compound are private and its residents walk them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

NOT_BUILT: Final = frozenset(
    ("construction", "proposed", "planned", "abandoned", "razed", "disused", "demolished")
)
NOT_A_WAY: Final = frozenset(
    (
        *("bus_stop", "emergency_bay", "escape", "no", "raceway", "rest_area", "services"),
        *("toll_gantry", "traffic_signals", "via_ferrata"),
    )
)
MOTOR_ONLY: Final = frozenset(("motorway", "motorway_link", "busway", "bus_guideway"))
TRUNK: Final = frozenset(("trunk", "trunk_link"))

_FOOT_ALLOWED: Final = frozenset(
    ("yes", "designated", "permissive", "official", "destination", "customers", "private")
)
_FOOT_FORBIDDEN: Final = frozenset(("no", "use_sidepath"))
_CLOSED: Final = frozenset(("no", "military", "emergency"))
_SIDEWALK: Final = frozenset(("both", "left", "right", "yes"))
_NO_SIDEWALK: Final = frozenset(("no", "none"))
_SIDEWALK_KEYS: Final = ("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right")
_PUBLIC: Final = frozenset(("yes", "public", "designated", "official"))
NOT_TRUE: Final = frozenset(("", "no", "F", "f", "false", "False", "0"))
"""What `bridge` and `tunnel` say where there is none, in extracts and in line layers."""
_OPEN_PASSAGES: Final = frozenset(("building_passage", "culvert"))

REASONS: Final = ("motor", "foot_no", "access_no", "area", "not_built", "not_a_way")
"""Why a way is not walked; each has a text ``streets.not_walked_<reason>``."""


class WayTags(NamedTuple):
    """What the edges keep of a way's tags."""

    highway: str
    is_bridge: bool
    is_tunnel: bool
    access: str | None
    name: str | None
    name_en: str | None = None


def not_walked_reason(tags: Mapping[str, str]) -> str | None:
    """Return why nobody walks a way, or None when people do.

    Parameters
    ----------
    tags
        Tags of an OpenStreetMap way that has ``highway``, or of a line of a street layer under
        the same names.

    Examples
    --------
    >>> not_walked_reason({"highway": "motorway"}), not_walked_reason({"highway": "footway"})
    ('motor', None)
    >>> not_walked_reason({"highway": "trunk", "motorroad": "yes", "sidewalk": "both"}) is None
    True
    """
    highway = tags.get("highway", "road")
    foot = tags.get("foot", "")
    is_allowed = foot in _FOOT_ALLOWED
    is_motor = _is_motor_only(tags, highway) and not _has_sidewalk(tags)
    checks = (
        ("not_built", highway in NOT_BUILT),
        ("not_a_way", highway in NOT_A_WAY),
        ("area", tags.get("area") == "yes"),
        ("foot_no", foot in _FOOT_FORBIDDEN),
        ("motor", is_motor and not is_allowed),
        ("access_no", tags.get("access") in _CLOSED and not is_allowed),
    )
    return next((reason for reason, holds in checks if holds), None)


def way_tags(tags: Mapping[str, str]) -> WayTags:
    """Return what the edges keep of a walked way.

    Parameters
    ----------
    tags
        As for :func:`not_walked_reason`.

    Examples
    --------
    >>> way_tags({"highway": "service", "access": "private", "bridge": "yes"})
    WayTags(highway='service', is_bridge=True, is_tunnel=False, access='private', name=None,
        name_en=None)
    """
    tunnel = tags.get("tunnel", "")
    access = tags.get("foot") or tags.get("access")
    return WayTags(
        highway=tags.get("highway", "road"),
        is_bridge=tags.get("bridge", "") not in NOT_TRUE,
        is_tunnel=tunnel not in NOT_TRUE and tunnel not in _OPEN_PASSAGES,
        access=None if access in _PUBLIC else access,
        name=tags.get("name") or None,
        name_en=tags.get("name:en") or tags.get("name_en") or None,
    )


def is_signal(tags: Mapping[str, str]) -> bool:
    """Return whether walkers wait for a green light at a node.

    Parameters
    ----------
    tags
        Tags of an OpenStreetMap node.

    Examples
    --------
    >>> is_signal({"highway": "crossing", "crossing": "traffic_signals"})
    True
    >>> is_signal({"highway": "traffic_signals", "traffic_signals:direction": "forward"})
    False
    """
    if "traffic_signals" in tags.get("crossing", "") or tags.get("crossing:signals") == "yes":
        return True
    # A signal for one direction stands at the stop line and not where people cross.
    is_for_cars = "traffic_signals:direction" in tags or "direction" in tags
    return tags.get("highway") == "traffic_signals" and not is_for_cars


def _is_motor_only(tags: Mapping[str, str], highway: str) -> bool:
    """Return whether a way is meant for motor traffic alone unless it has a sidewalk."""
    if highway in MOTOR_ONLY or tags.get("motorroad") == "yes":
        return True
    return highway in TRUNK and (
        tags.get("expressway") == "yes" or tags.get("sidewalk") in _NO_SIDEWALK
    )


def _has_sidewalk(tags: Mapping[str, str]) -> bool:
    """Return whether a way has a sidewalk on either side that is part of it."""
    return any(tags.get(key) in _SIDEWALK for key in _SIDEWALK_KEYS)
