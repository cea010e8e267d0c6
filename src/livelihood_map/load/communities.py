"""Communities (居村委): a layer or a list with 12-digit codes, and that of each compound."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from livelihood_map.core.labels import current_lang, label, use_lang
from livelihood_map.core.tables import COMMUNITIES, RESIDENCES
from livelihood_map.load.files.account import Account, how_to_read
from livelihood_map.load.files.headings import Headings
from livelihood_map.load.files.parsing import name_key
from livelihood_map.load.files.raw import text_of
from livelihood_map.load.location.coordinates import locate
from livelihood_map.load.location.placement import inner_xy, metric_shapes
from livelihood_map.load.location.town_lookup import TownFinder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd

    from livelihood_map.core.arrays import Shapes
    from livelihood_map.core.labels import Lang
    from livelihood_map.core.settings import CommunitySource
    from livelihood_map.load.files.intake import Intake

log = logging.getLogger(__name__)
_CODE: Final = re.compile(r"\d{12}")
_TOWN_DIGITS: Final = 9


@dataclass(frozen=True)
class CommunityResult:
    """What became of the rows of the communities.

    Parameters
    ----------
    communities
        Table ``communities``, sorted by id.
    residences
        The compounds, each with the id of its community where it is known.
    rejects, notes, counts
        As of every register.
    remarks
        How many compounds have no community, in words; nothing where all have one.
    """

    communities: pd.DataFrame
    residences: gpd.GeoDataFrame
    rejects: pd.DataFrame
    notes: pd.DataFrame
    counts: pd.DataFrame
    remarks: Sequence[str]


def load_communities(
    source: CommunitySource | None,
    residences: gpd.GeoDataFrame,
    *,
    towns: gpd.GeoDataFrame,
    crs: object,
    base: Path,
    lang: Lang | None = None,
    corrections: str | Sequence[str] | None = None,
) -> CommunityResult:
    """Return the communities, and the compounds with theirs; none without a source.

    A compound belongs to the area in which it lies; where the source is a list without areas, to
    the community that its own register names, by code or by a name that one in its town bears.

    Parameters
    ----------
    source
        The layer or list as the settings name it, or None.
    residences
        Table ``residences`` in a metric CRS.
    towns
        The towns table, EPSG:4326 or metric.
    crs
        Metric CRS of the compounds.
    base
        Folder that paths start from.
    lang
        Language of problems and remedies; None for the current one.
    corrections
        Corrected lists of rejects in turn.

    Raises
    ------
    SourceError
        When the file cannot be used as a whole.
    """
    account = Account(base, corrections if source is not None else None)
    parts: list[pd.DataFrame] = [COMMUNITIES.empty().assign(shape=None)]
    with use_lang(lang or current_lang()):
        if source is not None:
            finder = TownFinder(towns, crs=crs)
            headings = Headings("communities", source.columns)
            given = how_to_read(source)
            intakes = account.open(source.path, headings, setting="load.communities", **given)
            parts += [_communities(intake, source, finder) for intake in intakes]
        table = pd.concat(parts[1:] or parts, ignore_index=True).sort_values("community_id")
        homes = residences.assign(community_id=_placed(residences, table))
        missing_n = int(homes["community_id"].isna().sum())
        remarks = []
        if source is not None and missing_n:
            remarks = [label("load.homes_without_community", count=missing_n, total=len(homes))]
    if source is not None:
        log.info("communities: %d, %d compounds without one", len(table), missing_n)
    known = COMMUNITIES.conform(table.drop(columns="shape"))
    return CommunityResult(
        known,
        RESIDENCES.conform(homes),
        account.rejects(),
        account.notes(),
        account.counts(),
        remarks,
    )


def _communities(intake: Intake, source: CommunitySource, finder: TownFinder) -> pd.DataFrame:
    """Return the communities of one table, with their areas where it has some."""
    intake.require("name", "load.no_name_column")
    intake.require("code", "load.no_community_code")
    names = intake.texts("name")
    intake.reject_empty(names, "name", "load.no_name")
    codes = intake.read("code", _code, "load.community_code", is_needed=True, default="")
    intake.reject_empty(codes, "code", "load.community_without_code")
    intake.reject_repeated(codes, "code", "load.community_repeated")
    shapes: Shapes = np.full(len(names), None, dtype=object)
    if intake.table.geometry is not None:
        shapes = metric_shapes(intake, source.datum, locate(intake, source.datum, finder), finder)
    by_code = finder.by_name([code[:_TOWN_DIGITS] for code in codes])
    by_name = finder.by_name(intake.texts("town"))
    table = pd.DataFrame(
        {
            "community_id": codes,
            "name": names,
            "town_id": [own or other for own, other in zip(by_code, by_name, strict=True)],
            "source": intake.table.source,
            "shape": shapes,
        }
    )
    return table[intake.is_taken]


def _code(cell: object) -> str | None:
    """Return a code of twelve digits; None for an empty cell.

    Examples
    --------
    >>> _code("310112001001"), _code("")
    ('310112001001', None)
    """
    text = "".join(text_of(cell).split())
    if text and not _CODE.fullmatch(text):
        raise ValueError(text)
    return text or None


def _placed(residences: gpd.GeoDataFrame, table: pd.DataFrame) -> list[str | None]:
    """Return the community of each compound."""
    if table["shape"].notna().any():
        x_m, y_m = inner_xy(np.asarray(residences.geometry.array, dtype=object))
        tree = shapely.STRtree(table["shape"].to_numpy(dtype=object))
        home, area = tree.query(shapely.points(x_m, y_m), predicate="intersects")
        found: list[str | None] = [None] * len(residences)
        ids = table["community_id"].to_numpy(dtype=object)
        for position, row in sorted(zip(home.tolist(), area.tolist(), strict=True), reverse=True):
            found[position] = str(ids[row])
        return found
    known = set(table["community_id"])
    named: dict[tuple[object, str], set[str]] = {}
    for town, name, code in table[["town_id", "name", "community_id"]].to_numpy():
        named.setdefault((town, name_key(name)), set()).add(code)
    stated = residences["community"] if "community" in residences else [None] * len(residences)
    return [_stated(text, town, known, named)
            for text, town in zip(stated, residences["town_id"], strict=True)]  # fmt: skip


def _stated(
    text: object, town: object, known: set[str], named: dict[tuple[object, str], set[str]]
) -> str | None:
    """Return the community that a compound's own register names; None where it names no one."""
    written = text.strip() if isinstance(text, str) else ""
    if written in known:
        return written
    codes = named.get((town, name_key(written)), set()) if written else set()
    return next(iter(codes)) if len(codes) == 1 else None
