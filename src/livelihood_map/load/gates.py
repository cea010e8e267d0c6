"""Gates of compounds: where the people of a walled compound can get out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from livelihood_map.load.files import parsing
from livelihood_map.load.files.headings import Headings
from livelihood_map.load.files.members import Members
from livelihood_map.load.files.parsing import name_key
from livelihood_map.load.location.coordinates import locate, own_or
from livelihood_map.load.location.placement import metric_points, place_ids

if TYPE_CHECKING:
    from livelihood_map.core.settings import ResidenceSource
    from livelihood_map.load.files.account import Account
    from livelihood_map.load.files.intake import Intake
    from livelihood_map.load.location.town_lookup import TownFinder


def read_gates(
    account: Account,
    source: ResidenceSource,
    residences: gpd.GeoDataFrame,
    finder: TownFinder,
    *,
    setting: str,
) -> list[gpd.GeoDataFrame]:
    """Return the gates of the file that a source names, one part a sheet; none without a file.

    Parameters
    ----------
    account
        Opens the file and keeps account of its rows.
    source
        The compounds that the gates belong to, with the file, datum and headings of the gates.
    residences
        The compounds; a gate names one by its id, or by a name that only one has.
    finder
        The towns.
    setting
        Where the settings name the file.

    Raises
    ------
    SourceError
        When the file cannot be used as a whole.
    """
    if source.gates is None:
        return []
    headings = Headings("gates", source.gates_columns)
    intakes = account.open(source.gates, headings, setting=setting)
    return [_gates(intake, source, residences, finder) for intake in intakes]


def _gates(
    intake: Intake, source: ResidenceSource, residences: gpd.GeoDataFrame, finder: TownFinder
) -> gpd.GeoDataFrame:
    """Return the gates of one table."""
    intake.require("residence", "load.no_residence_column")
    homes = Members(residences["residence_id"], residences["name"], key=name_key)
    named = [homes.find(text) for text in intake.texts("residence")]
    owner = [ids[0] if len(ids) == 1 else None for ids in named]
    intake.reject_empty(owner, "residence", "load.gate_without_residence")
    is_open = intake.read(
        "is_open", parsing.is_yes, "load.yes_no_unreadable", is_needed=True, default=True
    )
    declared = own_or(source.gates_datum, intake, source.datum)
    points = metric_points(locate(intake, declared, finder), finder)
    told = (intake.texts("code"), owner, intake.texts("name"))
    ids = place_ids("gate-", *told, x_m=points.x.to_numpy(), y_m=points.y.to_numpy())
    field = "code" if intake.has("code") else "residence"
    intake.reject_repeated(ids, field, "load.gate_repeated")
    table = gpd.GeoDataFrame(
        {
            "gate_id": ids,
            "residence_id": owner,
            "is_open": np.array(is_open, bool),
            "hours": [text or None for text in intake.texts("hours")],
            "is_inferred": False,
        },
        geometry=points,
    )
    return table[intake.is_taken]
