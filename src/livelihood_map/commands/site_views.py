"""A file of changes read as a review: sites dropped or moved, places proposed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.core.errors import Problem, SourceError
from livelihood_map.core.labels import label
from livelihood_map.load.edits import load_edits
from livelihood_map.load.files.row_faults import slips_table
from livelihood_map.load.site_feedback import Views
from livelihood_map.pipeline.what_if import SITE_ACTIONS, find_site

if TYPE_CHECKING:
    import geopandas as gpd

_LAYERS: Final = frozenset((".geojson", ".json", ".gpkg", ".shp"))
_PROPOSALS: Final = ("name", "lon", "lat", "remark", "source", "sheet", "row")


def is_changes(path: Path) -> bool:
    """Return whether a file is a layer of changes, not a list of sites."""
    return path.suffix.lower() in _LAYERS


def views_of_changes(
    path: Path, sites: gpd.GeoDataFrame, *, kind: str, office: frozenset[str]
) -> Views:
    """Return the views that a file of changes states: what a meeting did to the plan's sites.

    A site that is dropped or moved is refused, the place that it moves to and every outlet of the
    kind that opens are proposed; all other sites are open.

    Parameters
    ----------
    path
        Layer of changes, see `livelihood_map.load.edits.load_edits`.
    sites
        Table ``sites`` of the plan, in its metric CRS.
    kind
        Kind that is sited.
    office
        Ids of sites that the settings fix: they cannot be refused.

    Raises
    ------
    SourceError
        When the file cannot be used; lists every change that is of no site, whose site is not in
        the plan or is fixed.
    """
    edits = load_edits(str(path.resolve()), crs=sites.crs, base=Path())
    refused, proposed, problems = {}, [], []
    places = edits.geometry.representative_point().to_crs(STORAGE_CRS)
    for edit, place in zip(edits.itertuples(), places, strict=True):
        remark = label("review.change_remark", edit=edit.edit_id, path=path.name)
        is_new = edit.action == "add_outlet" and edit.kind == kind
        if edit.action in SITE_ACTIONS:
            found = find_site(sites, edit)
            if isinstance(found, Problem):
                problems.append(found)
                continue
            if found in office:
                problems.append(Problem("review.change_office", edit=edit.edit_id, value=found))
            refused[found] = remark
        elif not is_new:
            problems.append(Problem("review.change_other", edit=edit.edit_id))
        if is_new or edit.action == "move_site":
            name = edit.name if isinstance(edit.name, str) else ""
            number = int(edit.Index) + 1
            proposed.append((name, place.x, place.y, remark, path.name, "", number))
    if problems:
        raise SourceError("load.edits_refused", problems=problems)
    ids = sites["candidate_id"]
    views = pd.DataFrame(
        {
            "candidate_id": ids.to_numpy(),
            "verdict": ["rejected" if one in refused else "open" for one in ids],
            "remark": [refused.get(one, "") for one in ids],
        }
    )
    proposals = pd.DataFrame(proposed, columns=list(_PROPOSALS))
    return Views(views, proposals, slips_table([], subject="candidate_id"))
