"""Where rows without coordinates may lie: by earlier lists, compounds and streets; never taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from livelihood_map.load.files.parsing import name_key
from livelihood_map.load.location.addresses import parse_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

NAME_MIN: Final = 3
"""Characters from which on the name of a compound inside an address is taken for that compound."""
EACH_MAX: Final = 3
"""Proposals of one sort that a row gets."""


@dataclass(frozen=True)
class Known:
    """Something whose place is known.

    Parameters
    ----------
    how
        earlier (an outlet of a list that was placed), compound or street.
    name
        Its name.
    address
        Its address; empty where there is none.
    x_m, y_m
        Metric coordinates; of a street its middle.
    source
        Where it is known from.
    """

    how: str
    name: str
    address: str
    x_m: float
    y_m: float
    source: str = ""


@dataclass(frozen=True)
class Unplaced:
    """A row without coordinates.

    Parameters
    ----------
    name, address
        As written; empty where it has none.
    """

    name: str
    address: str


def propose_places(rows: Sequence[Unplaced], known: Iterable[Known]) -> list[list[Known]]:
    """Return for each row what may tell its place, the surest first; somebody has to decide.

    An outlet of an earlier list is proposed where name or whole address (road, lane, number) are
    the same, a compound where its name stands in the address or the name, a street where the
    address names it.

    Parameters
    ----------
    rows
        The rows.
    known
        Whatever has a name and a place, all in one metric CRS.

    Examples
    --------
    >>> street = Known("street", "莲花路", "", 500.0, 0.0)
    >>> compound = Known("compound", "莲花新村", "", 480.0, 90.0)
    >>> row = Unplaced("王记早餐", "莲花路18号（莲花新村北门）")
    >>> [one.how for one in propose_places([row], [street, compound])[0]]
    ['compound', 'street']
    """
    by_name: dict[str, list[Known]] = {}
    by_address: dict[str, list[Known]] = {}
    by_road: dict[str, list[Known]] = {}
    compounds = []
    for one in known:
        if one.how == "earlier":
            _enter(by_name, name_key(one.name), one)
            _enter(by_address, parse_address(one.address).key if one.address else "", one)
        elif one.how == "compound":
            if len(name_key(one.name)) >= NAME_MIN:
                compounds.append((name_key(one.name), one))
        else:
            _enter(by_road, one.name, one)
    compounds.sort(key=lambda pair: -len(pair[0]))
    proposed = []
    for row in rows:
        address = parse_address(row.address) if row.address else None
        text = name_key(row.address + row.name)
        found = [
            *_of(by_name, name_key(row.name)),
            *_of(by_address, address.key if address else ""),
            *[one for name, one in compounds if name in text][:EACH_MAX],
            *_of(by_road, _road_of(row.address, by_road)),
        ]
        proposed.append(list(dict.fromkeys(found)))
    return proposed


def _road_of(address: str, by_road: Mapping[str, object]) -> str:
    """Return the road of an address as written, else the longest known name that stands in it."""
    road = parse_address(address).road if address else ""
    if road in by_road:
        return road
    return max((name for name in by_road if name in address), key=len, default="")


def _enter(table: dict[str, list[Known]], key: str, one: Known) -> None:
    if key:
        table.setdefault(key, []).append(one)


def _of(table: Mapping[str, list[Known]], key: str) -> list[Known]:
    return table.get(key, [])[:EACH_MAX] if key else []
