"""The same outlet twice: within one register and across registers."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from livelihood_map.core.crs import require_metric
from livelihood_map.load.files.parsing import name_key
from livelihood_map.load.files.raw import is_blank, text_of
from livelihood_map.load.location.addresses import parse_address

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from livelihood_map.core.arrays import Floats
    from livelihood_map.load.files.intake import Intake
    from livelihood_map.load.files.row_faults import Fault

SAME_PLACE_M: Final = 20.0
"""Two rows of one name and kind this near to one another are one outlet."""
SAME_ADDRESS_M: Final = 200.0
"""So are two rows of one name, kind and address this near to one another."""
PROPOSE_M: Final = 60.0
"""Pairs up to this far apart are compared by name."""
CROWD_N: Final = 200
"""More points than this within reach share a made-up place, such as a town's centre."""
PROPOSE_SCORE: Final = 0.75
"""Pairs with at least this score are proposed."""
_BRANCH: Final = re.compile(r"[(（\[【·・]([^()（）\[\]【】]*)[)）\]】]?")
_GENERIC: Final = re.compile(
    r"早餐|早点|菜市场|标准化|农贸市场|服务点|家政|门店|有限公司|餐饮|上海市?|^[^\d路街弄号小]{2,3}区(?=..)|店"
)
_ORDINALS: Final = re.compile(r"[\d一二三四五六七八九十东南西北]+")


def find_duplicates(facilities: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return pairs of facilities that may be one outlet, with a score; nothing is merged.

    Compared are pairs of one kind and status within `PROPOSE_M`. The score (0-1) is six tenths the
    likeness of the names [1]_, three tenths nearness, one tenth the same address. Branches of a
    chain that name different places, and names that differ by a number or a direction, are kept
    apart whatever their likeness.

    Parameters
    ----------
    facilities
        The facilities table in a metric CRS.

    Returns
    -------
    pandas.DataFrame
        first_id, second_id, first_name, second_name, score, distance_m; the best first.

    Raises
    ------
    CrsError
        When the table is not in metres.

    References
    ----------
    .. [1] Indel similarity, https://rapidfuzz.github.io/RapidFuzz/
    """
    require_metric(facilities.crs, what="facilities")
    x_m, y_m = facilities.geometry.x.to_numpy(), facilities.geometry.y.to_numpy()
    columns = ("facility_id", "name", "address", "kind", "status")
    ids, names, addresses, kinds, statuses = (facilities[name].tolist() for name in columns)
    pairs = []
    for one, two in _near_pairs(x_m, y_m):
        if kinds[one] != kinds[two] or statuses[one] != statuses[two]:
            continue
        likeness = name_likeness(names[one], names[two])
        off_m = math.hypot(x_m[one] - x_m[two], y_m[one] - y_m[two])
        keys = [parse_address(text_of(addresses[n])).key for n in (one, two)]
        is_same = keys[0] == keys[1] != ""
        score = 0.6 * likeness + 0.3 * (1 - off_m / PROPOSE_M) + 0.1 * is_same
        if likeness and score >= PROPOSE_SCORE:
            first, second = sorted((one, two), key=lambda n: ids[n])
            pairs.append(
                (ids[first], ids[second], names[first], names[second], score, round(off_m, 1))
            )
    heads = ("first_id", "second_id", "first_name", "second_name", "score", "distance_m")
    table = pd.DataFrame(pairs, columns=list(heads))
    table["score"] = table["score"].astype("float64").round(3)
    order = ["score", "first_id", "second_id"]
    return table.sort_values(order, ascending=[False, True, True], ignore_index=True)


def note_duplicates(
    pairs: pd.DataFrame, rows: pd.DataFrame, ids: list[str], tables: Sequence[Intake]
) -> list[Fault]:
    """Return a note for the second of each pair that may be one outlet.

    Parameters
    ----------
    pairs
        From :func:`find_duplicates`.
    rows
        The taken rows with their origin.
    ids
        Facility id of each row.
    tables
        The tables that they come from.
    """
    place = {facility_id: position for position, facility_id in enumerate(ids)}
    notes = []
    for pair in pairs.itertuples(index=False):
        first, second = place[pair.first_id], place[pair.second_id]
        shown = {"score": f"{pair.score:.2f}", "distance_m": f"{pair.distance_m:.0f}"}
        named = {"other": pair.first_name, **shown}
        notes.append(_fault(rows, second, first, tables, "load.duplicate_likely", **named))
    return notes


def _near_pairs(x_m: Floats, y_m: Floats) -> list[tuple[int, int]]:
    """Return pairs within `PROPOSE_M`; places shared by more than `CROWD_N` are left out."""
    from scipy.spatial import cKDTree

    places = np.column_stack([x_m, y_m])
    around = cKDTree(places).query_ball_point(places, PROPOSE_M, return_length=True)
    lone = np.flatnonzero(around <= CROWD_N)
    near = cKDTree(places[lone]).query_pairs(PROPOSE_M, output_type="ndarray")
    return [(one, two) for one, two in lone[near].tolist()]


def name_likeness(first: str, second: str) -> float:
    """Return how alike two names of outlets are, 0-1; 0 for two branches of one chain.

    Parameters
    ----------
    first, second
        Names as written.

    Examples
    --------
    >>> name_likeness("肯德基（龙柏店）", "肯德基（虹桥店）")
    0.0
    >>> round(name_likeness("老盛昌汤包", "老盛昌 汤包馆"), 2)
    0.91
    """
    from rapidfuzz import fuzz

    branches = [_BRANCH.findall(name) for name in (first, second)]
    keys = [[name_key(text) for text in texts if name_key(text)] for texts in branches]
    if keys[0] and keys[1] and keys[0] != keys[1]:
        return 0.0
    cores = [name_key(_BRANCH.sub("", name)) or name_key(name) for name in (first, second)]
    if _ORDINALS.findall(cores[0]) != _ORDINALS.findall(cores[1]):
        return 0.0
    plain = [_GENERIC.sub("", core) or core for core in cores]
    return min(fuzz.ratio(*cores), fuzz.ratio(*plain)) / 100


def merge_duplicates(rows: pd.DataFrame, tables: Sequence[Intake]) -> pd.DataFrame:
    """Return the rows without repetitions; each row left out is rejected in its table.

    The rule: same kind, same status, same name but for spaces and marks, and either not more than
    `SAME_PLACE_M` apart or at the same address not more than `SAME_ADDRESS_M` apart. The fuller
    row is kept; among equals the order of the file decides nothing.

    Parameters
    ----------
    rows
        Taken rows of all registers with kind, status, name, x_m, y_m and their origin: ``_table``,
        the number of the table, and ``_position``, the row in it.
    tables
        The tables that they come from.
    """
    if rows.empty:
        return rows
    keys = rows["kind"] + "|" + rows["status"] + "|" + rows["name"].map(name_key)
    is_kept = np.ones(len(rows), bool)
    addresses = rows["address"].tolist()
    x_m, y_m = rows["x_m"].to_numpy(float), rows["y_m"].to_numpy(float)
    groups = rows.groupby(keys, sort=True).indices
    for positions in groups.values():
        if len(positions) == 1:
            continue
        kept: dict[tuple[int, int], list[int]] = {}
        at_address: dict[str, int] = {}
        for position in _fullest_first(rows, positions.tolist(), tables):
            first = _near(kept, x_m, y_m, position)
            address = parse_address(addresses[position] or "").key
            other = at_address.get(address)
            if first is None and other is not None:
                off_m = math.hypot(x_m[other] - x_m[position], y_m[other] - y_m[position])
                first = other if off_m <= SAME_ADDRESS_M else None
            if first is None:
                kept.setdefault(_square(x_m[position], y_m[position]), []).append(position)
                if address:
                    at_address.setdefault(address, position)
            else:
                is_kept[position] = False
                named = {"name": rows["name"].iloc[position]}
                fault = _fault(rows, position, first, tables, "load.duplicate", **named)
                table, row = _origin(rows, position, tables)
                table.turn_down(row, fault)
    return rows[is_kept].reset_index(drop=True)


def _fullest_first(rows: pd.DataFrame, positions: list[int], tables: Sequence[Intake]) -> list[int]:
    """Return positions by the number of filled cells, then by content."""
    shown = rows.iloc[positions].drop(columns=["source", "_table", "_position"])
    contents = [
        [str(cell) for cell in row if not is_blank(cell)]
        for row in shown.itertuples(index=False, name=None)
    ]
    origins = [_origin(rows, position, tables) for position in positions]
    raws = [table.raw_of(row) for table, row in origins]
    ranked = sorted(zip(contents, raws, positions, strict=True), key=lambda r: (-len(r[0]), r[:2]))
    return [position for _, _, position in ranked]


def _origin(rows: pd.DataFrame, position: int, tables: Sequence[Intake]) -> tuple[Intake, int]:
    """Return the table that a row comes from, and its position there."""
    return tables[rows["_table"].iloc[position]], int(rows["_position"].iloc[position])


def _square(x_m: float, y_m: float) -> tuple[int, int]:
    """Return the square, `SAME_PLACE_M` wide, that a point lies in."""
    return math.floor(x_m / SAME_PLACE_M), math.floor(y_m / SAME_PLACE_M)


def _near(
    kept: dict[tuple[int, int], list[int]], x_m: Floats, y_m: Floats, position: int
) -> int | None:
    """Return a kept row within `SAME_PLACE_M` of another, looking in the nine squares around."""
    x, y = float(x_m[position]), float(y_m[position])
    column, row = _square(x, y)
    for east in (column - 1, column, column + 1):
        for north in (row - 1, row, row + 1):
            for other in kept.get((east, north), ()):
                if math.hypot(x_m[other] - x, y_m[other] - y) <= SAME_PLACE_M:
                    return other
    return None


def _fault(
    rows: pd.DataFrame,
    position: int,
    like: int,
    tables: Sequence[Intake],
    problem: str,
    **values: object,
) -> Fault:
    """Return the fault of a row that another one is like."""
    table, row = _origin(rows, position, tables)
    other_table, other_row = _origin(rows, like, tables)
    values |= {
        "other_source": other_table.table.source,
        "other_row": int(other_table.table.rows[other_row]),
    }
    return table.fault(row, problem, field="name", value=rows["name"].iloc[position], **values)
