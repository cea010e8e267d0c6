"""What if: changes made to the tables of a run, and coverage measured again, in one process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from livelihood_map.core.errors import Problem, SourceError
from livelihood_map.pipeline.site_selection import as_facilities
from livelihood_map.pipeline.walking import GATE_ACTIONS, STREET_ACTIONS, join_homes, measure

if TYPE_CHECKING:
    import geopandas as gpd

    from livelihood_map.pipeline.reads import WhatIfReads
    from livelihood_map.pipeline.workspace import Workspace

OUTLET_ACTIONS: Final = ("add_outlet", "move_outlet", "close_outlet")
SITE_ACTIONS: Final = ("drop_site", "move_site")
FOUND_M: Final = 20.0
"""A site that is not named is found within this distance of the point."""


@dataclass(frozen=True)
class WhatIf:
    """The tables of a run with changes made: what a run with these changes would measure.

    Parameters
    ----------
    work
        A workspace in which ``nodes``, ``edges``, ``gates``, ``joins``, ``facilities`` and
        ``sites`` are the changed ones; nothing of it is stored.
    edits
        Table ``edits`` that was made.
    """

    work: Workspace[WhatIfReads]
    edits: gpd.GeoDataFrame

    def measure(self, *, has_sites: bool = False) -> pd.DataFrame:
        """Return table ``coverage`` after the changes, as the coverage stage measures it.

        Parameters
        ----------
        has_sites
            Whether the sites of the plan count as open, as in ``coverage_after``.

        Raises
        ------
        LivelihoodMapError
            When the run has no sites and they are to count.
        """
        facilities = self.work["facilities"]
        if has_sites:
            opened = as_facilities(self.work["sites"], kind=self.work.settings.siting.kind)
            facilities = pd.concat([facilities, opened], ignore_index=True)
        return measure(self.work, facilities)


def what_if(work: Workspace[WhatIfReads], edits: gpd.GeoDataFrame) -> WhatIf:
    """Return a run with changes made to its tables; `work` itself stays as it is.

    Streets are changed first, then gates, then outlets and sites, each in the order of the table.
    Gates stand where they stood before: where they are inferred, a new path makes none and a
    closed street takes none away. Everything joins the streets anew, slopes are laid under them.

    Parameters
    ----------
    work
        A workspace that holds the tables up to the joins; the sites too where an edit names one.
    edits
        Table ``edits`` in the metric CRS of the run, as `load_edits` reads it.

    Raises
    ------
    SourceError
        Lists the edits whose outlet or site is not there.
    JoinError
        When an edit finds no street, gate or compound within 20 m.
    LivelihoodMapError
        When an edit names a site and the run has none.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import geopandas as gpd
    >>> import livelihood_map as lm
    >>> from livelihood_map.core.tables import EDITS
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     settings = lm.load_settings(lm.write_example(Path(folder), is_demo=True))
    ...     work = lm.run(settings, last="network")
    ...     market = work["facilities"].query("kind == 'wet_market' and status == 'operating'")[:1]
    ...     edits = market[["facility_id", "geometry"]].assign(edit_id="1", action="close_outlet")
    ...     after = what_if(work, EDITS.conform(edits)).work["facilities"]
    >>> after.set_index("facility_id").loc[market["facility_id"].iloc[0], "status"]
    'closed'
    """
    changed: dict[str, Any] = {}
    actions = edits["action"]
    if actions.isin(STREET_ACTIONS).any():
        changed |= _change_streets(work, edits[actions.isin(STREET_ACTIONS)])
    if actions.isin(GATE_ACTIONS).any():
        changed["gates"] = _change_gates(work, edits[actions.isin(GATE_ACTIONS)])
    if actions.isin(OUTLET_ACTIONS).any():
        changed["facilities"] = _change_outlets(work, edits[actions.isin(OUTLET_ACTIONS)])
    if actions.isin(SITE_ACTIONS).any():
        changed["sites"] = edit_sites(work["sites"], edits[actions.isin(SITE_ACTIONS)])
    trial = work.trial(**changed)
    if {"edges", "gates"} & changed.keys():
        trial = trial.trial(joins=join_homes(trial))
    return WhatIf(trial, edits)


def _change_streets(
    work: Workspace[WhatIfReads], edits: gpd.GeoDataFrame
) -> dict[str, gpd.GeoDataFrame]:
    """Return nodes and edges with paths added and streets closed, slopes laid under as in a run."""
    from livelihood_map.load.osm.elevation import grade_streets
    from livelihood_map.network import apply_edits

    nodes, edges, _ = apply_edits(
        work["nodes"], work["edges"], work["gates"], work["residences"], edits
    )
    elevation = work.settings.network.elevation
    if elevation is not None:
        edges = grade_streets(edges, elevation, base=Path(work.settings.base))
    return {"nodes": nodes, "edges": edges}


def _change_gates(work: Workspace[WhatIfReads], edits: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return gates with some opened, closed or added."""
    from livelihood_map.network import apply_edits

    nodes, edges = work["nodes"], work["edges"]
    return apply_edits(nodes, edges, work["gates"], work["residences"], edits)[2]


def _change_outlets(work: Workspace[WhatIfReads], edits: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return facilities with outlets opened, moved and closed."""
    from livelihood_map.load.outlet_edits import edit_outlets

    return edit_outlets(work["facilities"], edits, towns=work["towns"], kinds=work.kinds)


def edit_sites(sites: gpd.GeoDataFrame, edits: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return table ``sites`` without those that are dropped, others moved.

    A site is told by ``candidate_id``, or is the only one within 20 m of the point. Ranks stay, and
    the people that each site was chosen for: what the plan brings then is measured anew.

    Parameters
    ----------
    sites
        Table ``sites``; not changed in place.
    edits
        Table ``edits`` in the same CRS, of which those of sites are made.

    Raises
    ------
    SourceError
        Lists every edit whose site is not there.
    """
    kept, problems = sites.copy(), []
    for edit in edits.itertuples():
        if edit.action not in SITE_ACTIONS:
            continue
        found = find_site(kept, edit)
        if isinstance(found, Problem):
            problems.append(found)
            continue
        is_meant = kept["candidate_id"] == found
        if edit.action == "drop_site":
            kept = kept[~is_meant]
        else:
            kept.loc[is_meant, "geometry"] = edit.geometry
    if problems:
        raise SourceError("load.edits_refused", problems=problems)
    return kept.reset_index(drop=True)


def find_site(sites: gpd.GeoDataFrame, edit: Any) -> str | Problem:  # noqa: ANN401  (a row)
    """Return the id of the site that an edit means, or why it cannot be told.

    Parameters
    ----------
    sites
        Table ``sites``.
    edit
        Row of table ``edits``.
    """
    named = edit.candidate_id if isinstance(edit.candidate_id, str) else None
    if named is not None:
        is_meant = sites["candidate_id"] == named
    else:
        is_meant = sites.geometry.distance(edit.geometry) <= FOUND_M
    if int(is_meant.sum()) != 1:
        return Problem("pipeline.edit_site_lost", edit=edit.edit_id, value=named or "")
    return str(sites.loc[is_meant, "candidate_id"].iloc[0])
