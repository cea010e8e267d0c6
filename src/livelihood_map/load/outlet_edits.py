"""Changes of outlets: opened, moved and closed ones in table ``facilities``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from livelihood_map.core.errors import Problem, SourceError
from livelihood_map.core.labels import label, name_of
from livelihood_map.core.tables import FACILITIES
from livelihood_map.load.location.town_lookup import TownFinder

if TYPE_CHECKING:
    from collections.abc import Collection

FOUND_M: Final = 20.0
"""An outlet that is not named is found within this distance of the point."""
OWN: Final = "edit:"
"""Beginning of the id of an outlet that a change opens."""


def edit_outlets(
    facilities: gpd.GeoDataFrame,
    edits: gpd.GeoDataFrame,
    *,
    towns: gpd.GeoDataFrame,
    kinds: Collection[str],
) -> gpd.GeoDataFrame:
    """Return table ``facilities`` with outlets opened, moved and closed, in the order of the edits.

    An outlet that is opened is public and operates, its id is ``edit:`` and that of the edit. One
    that moves keeps all but its place, address and town. The one that is meant is told by
    ``facility_id``, or is the only operating one (of the ``kind``, where told) within 20 m.

    Parameters
    ----------
    facilities
        Table ``facilities``; not changed in place.
    edits
        Table ``edits`` in the same metric CRS, of which those of outlets are made.
    towns
        Table ``towns``.
    kinds
        Kinds that may be opened: those of which a register was given.

    Raises
    ------
    SourceError
        Lists every edit that names a kind of no register, or whose outlet is not there, is closed
        already, or is not the only one.

    Examples
    --------
    The outlet of the example town closes, and another opens 100 m east of it:

    >>> import geopandas as gpd
    >>> import shapely
    >>> import livelihood_map as lm
    >>> town = lm.example_town()
    >>> first = town.facilities.geometry.iloc[0]
    >>> beside = shapely.Point(first.x + 100, first.y)
    >>> edits = gpd.GeoDataFrame(
    ...     {"edit_id": ["1", "2"], "action": ["close_outlet", "add_outlet"],
    ...      "facility_id": ["f1", None], "kind": [None, "breakfast"], "name": None},
    ...     geometry=[first, beside], crs=town.facilities.crs)
    >>> after = edit_outlets(town.facilities, edits, towns=town.towns, kinds=["breakfast"])
    >>> after[["facility_id", "status"]].values.tolist()
    [['f1', 'closed'], ['edit:2', 'operating']]
    """
    finder = TownFinder(towns, crs=facilities.crs)
    changed, problems = facilities.copy(), []
    for edit in edits.itertuples():
        if edit.action == "add_outlet":
            kind = edit.kind if isinstance(edit.kind, str) else None
            if kind not in kinds:
                known = label("core.list_join").join(name_of("core.kind", one) for one in kinds)
                problems.append(
                    Problem("load.edit_kind", edit=edit.edit_id, value=kind or "", known=known)
                )
                continue
            changed = _with_new(changed, edit, finder)
        elif edit.action in {"move_outlet", "close_outlet"}:
            found = _find(changed, edit)
            if isinstance(found, Problem):
                problems.append(found)
            elif edit.action == "close_outlet":
                changed.loc[found, "status"] = "closed"
            else:
                _move(changed, found, edit.geometry, finder)
    if problems:
        raise SourceError("load.edits_refused", problems=problems)
    return FACILITIES.conform(changed)


def _find(facilities: gpd.GeoDataFrame, edit: Any) -> int | Problem:  # noqa: ANN401  (a row)
    """Return the index of the outlet that an edit means, or why it cannot be told."""
    named = {"edit": edit.edit_id, "limit_m": FOUND_M}
    is_open = facilities["status"] == "operating"
    if isinstance(edit.facility_id, str):
        is_meant = facilities["facility_id"] == edit.facility_id
        if not is_meant.any():
            return Problem("load.edit_outlet_unknown", **named, value=edit.facility_id)
        if not (is_meant & is_open).any():
            return Problem("load.edit_outlet_closed", **named, value=edit.facility_id)
        return int(facilities.index[is_meant][0])
    is_near = is_open & (facilities.geometry.distance(edit.geometry) <= FOUND_M)
    if isinstance(edit.kind, str):
        is_near &= facilities["kind"] == edit.kind
    near = facilities[is_near]
    if len(near) == 1:
        return int(near.index[0])
    if near.empty:
        return Problem("load.edit_outlet_lost", **named)
    ids = label("core.list_join").join(near["facility_id"])
    return Problem("load.edit_outlet_several", **named, ids=ids)


def _with_new(
    facilities: gpd.GeoDataFrame,
    edit: Any,  # noqa: ANN401  (a row)
    finder: TownFinder,
) -> gpd.GeoDataFrame:
    """Return the outlets with the one that an edit opens."""
    name = edit.name if isinstance(edit.name, str) else label("load.edit_name", edit=edit.edit_id)
    row = {column: False for column in facilities if facilities[column].dtype == np.bool_} | {
        "facility_id": f"{OWN}{edit.edit_id}",
        "kind": edit.kind,
        "name": name,
        "status": "operating",
        "source": label("load.edit_source"),
    }
    new = gpd.GeoDataFrame([row], geometry=[edit.geometry], crs=facilities.crs)
    new = new.reindex(columns=facilities.columns)
    types = {name: facilities[name].dtype for name in facilities if name != "geometry"}
    both = pd.concat([facilities, new.astype(types)], ignore_index=True)
    changed = gpd.GeoDataFrame(both, geometry="geometry", crs=facilities.crs)
    _settle(changed, int(changed.index[-1]), finder)
    return changed


def _move(facilities: gpd.GeoDataFrame, row: int, place: Any, finder: TownFinder) -> None:  # noqa: ANN401
    """Put an outlet at another place, whose address is not known."""
    facilities.loc[[row], "geometry"] = gpd.GeoSeries([place], index=[row], crs=facilities.crs)
    if "address" in facilities:
        facilities.loc[row, "address"] = None
    _settle(facilities, row, finder)


def _settle(facilities: gpd.GeoDataFrame, row: int, finder: TownFinder) -> None:
    """Write down the town that an outlet lies in, and whether it lies in one."""
    place: Any = facilities.geometry.loc[row]
    (town,) = finder.by_place(np.array([place.x]), np.array([place.y]))
    facilities.loc[row, "town_id"] = town
    facilities.loc[row, "is_inside"] = town is not None
