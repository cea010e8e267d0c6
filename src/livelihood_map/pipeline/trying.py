"""A run that tries changes out: made where the inputs are loaded and where candidates are found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import geopandas as gpd
import pandas as pd

from livelihood_map.core import tables
from livelihood_map.core.altering import altered
from livelihood_map.core.labels import label
from livelihood_map.pipeline.candidate_places import find_candidates
from livelihood_map.pipeline.changeover import relative
from livelihood_map.pipeline.walking import read_what_if, split_edits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.core.settings import Settings
    from livelihood_map.pipeline.reads import CandidateReads
    from livelihood_map.pipeline.workspace import Workspace

FOLDER: Final = "what-if"
"""Name, with a number, of the folders of results that try changes out."""
TRIED: Final = "what_if"
"""Word in ``excluded_by`` of a candidate whose site is dropped."""
FOUND_M: Final = 20.0
"""A site that is not named is the nearest candidate within this distance of the point."""


def set_aside(settings: Settings, what_if: Path | None, output: Path | None) -> Settings:
    """Return settings whose results go to a folder of their own, trying changes out where given.

    Parameters
    ----------
    settings
        Settings of the run.
    what_if
        Layer of changes; None tries none, or those of the settings.
    output
        Folder of the results, maps in ``maps`` below it; where it is None, that of the settings, or
        with changes the first free ``what-if-1``, ``what-if-2``, … in it.
    """
    run = settings.run
    if what_if is not None:
        named = relative(what_if.absolute(), Path(settings.base).absolute())
        run = altered(run, what_if=named)
        folder, number = settings.resolve(run.output), 1
        while (folder / f"{FOLDER}-{number}").exists():
            number += 1
        output = output or folder / f"{FOLDER}-{number}"
    if output is None:
        return settings
    folder = output.absolute()
    return altered(settings, run=altered(run, output=str(folder), maps=str(folder / "maps")))


def try_changes(
    work: Workspace[Literal["towns"]],
    *,
    nodes: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame,
    known_gates: gpd.GeoDataFrame,
    residences: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    kinds: Sequence[str],
) -> dict[str, gpd.GeoDataFrame]:
    """Return the loaded tables with the changes of streets and outlets that a run tries out.

    Gates are inferred here, on the streets as they are, so that they stand where they stand today.

    Parameters
    ----------
    work
        A workspace that holds the towns.
    nodes, edges, known_gates, residences, facilities
        Tables as loaded.
    kinds
        Kinds of which a register was given.

    Returns
    -------
    Tables ``nodes``, ``edges``, ``known_gates`` and ``facilities``.

    Raises
    ------
    LivelihoodMapError
        When the changes cannot be read or made.
    """
    from livelihood_map.load.osm.elevation import grade_streets
    from livelihood_map.load.outlet_edits import edit_outlets
    from livelihood_map.network import apply_edits, build_network, infer_gates

    edits, settings = read_what_if(work), work.settings
    made = {"nodes": nodes, "edges": edges, "known_gates": known_gates, "facilities": facilities}
    if edits is None:
        return made
    if settings.network.are_gates_inferred and len(edges):
        made["known_gates"] = infer_gates(build_network(nodes, edges), residences, known_gates)
    none = tables.GATES.empty(work["towns"].crs)
    nodes, edges, _ = apply_edits(nodes, edges, none, residences, split_edits(edits)[0])
    if settings.network.elevation is not None and len(edges):
        edges = grade_streets(edges, settings.network.elevation, base=Path(settings.base))
    outlets = edit_outlets(facilities, edits, towns=work["towns"], kinds=kinds)
    path = Path(str(settings.run.what_if)).name
    work.remarks.append(label("pipeline.what_if_made", count=len(edits), path=path))
    return {**made, "nodes": nodes, "edges": edges, "facilities": outlets}


def change_sites(work: Workspace[CandidateReads], candidates: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return table ``candidates`` with the sites that a run tries to drop or move.

    The candidate of a dropped site is left out of the plan; for one that moves the new place is a
    listed candidate that the plan must hold. A site that is no candidate any more, because of the
    other changes, is told in the remarks.

    Parameters
    ----------
    work
        A workspace that holds the tables up to the zones.
    candidates
        Table ``candidates``.

    Raises
    ------
    LivelihoodMapError
        When the changes cannot be read.
    """
    edits = read_what_if(work)
    if edits is None or not edits["action"].isin(["drop_site", "move_site"]).any():
        return candidates
    own = edits[edits["action"].isin(["drop_site", "move_site"])]
    is_dropped = pd.Series(data=False, index=candidates.index)
    for edit in own.itertuples():
        row = _find(candidates, edit)
        if row is None:
            named = edit.candidate_id if isinstance(edit.candidate_id, str) else ""
            work.remarks.append(label("pipeline.what_if_no_site", edit=edit.edit_id, value=named))
        else:
            is_dropped[row] = True
    marked = candidates.copy()
    marked["is_fixed"] &= ~is_dropped
    marked["is_rejected"] |= is_dropped
    marked["excluded_by"] = marked["excluded_by"].mask(is_dropped, TRIED)
    moved = own[own["action"] == "move_site"]
    if len(moved):
        names = [label("pipeline.what_if_site", edit=edit) for edit in moved["edit_id"]]
        listed = gpd.GeoDataFrame(
            {"name": moved["name"].fillna(pd.Series(names, index=moved.index)),
             "listed_id": "edit-" + moved["edit_id"], "is_fixed": True},
            geometry=moved.geometry,
        )  # fmt: skip
        marked = pd.concat([marked, find_candidates(work, listed=listed)], ignore_index=True)
    return tables.CANDIDATES.conform(marked)


def _find(candidates: gpd.GeoDataFrame, edit: Any) -> Any:  # noqa: ANN401  (a row, an index)
    """Return the index of the candidate that an edit means; None where there is none."""
    if isinstance(edit.candidate_id, str):
        meant = candidates.index[candidates["candidate_id"] == edit.candidate_id]
        return meant[0] if len(meant) else None
    apart = candidates.geometry.distance(edit.geometry)
    return apart.idxmin() if len(apart) and apart.min() <= FOUND_M else None
