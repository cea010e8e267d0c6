"""Known gates -> those of a run: inferred where none is known, then changed by edits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import geopandas as gpd

    from livelihood_map.network import Network
    from livelihood_map.pipeline.workspace import Workspace

_GATE_ACTIONS: Final = ("open_gate", "close_gate")


def read_edits(work: Workspace) -> gpd.GeoDataFrame | None:
    """Return table ``edits`` that the settings name; None where they name none.

    Parameters
    ----------
    work
        A workspace that holds the towns, whose CRS counts.

    Raises
    ------
    LivelihoodMapError
        When the file cannot be used.
    """
    from livelihood_map.load.edits import load_edits

    settings = work.settings
    if settings.network.edits is None:
        return None
    return load_edits(settings.network.edits, crs=work["towns"].crs, base=Path(settings.base))


def split_edits(edits: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return the edits of streets and those of gates.

    Parameters
    ----------
    edits
        Table ``edits``.

    Raises
    ------
    KeyError
        When the column ``action`` is missing.
    """
    is_gate = edits["action"].isin(_GATE_ACTIONS)
    return edits[~is_gate], edits[is_gate]


def place_gates(
    work: Workspace, network: Network, *, trial: gpd.GeoDataFrame | None = None
) -> gpd.GeoDataFrame:
    """Return table ``gates`` of a run: known ones, inferred ones, and what edits change of both.

    Gates are inferred before edits are made, so that an edit may close or add to them, and a trial
    of edits gives what a run with these edits gives.

    Parameters
    ----------
    work
        A workspace whose load stage has run.
    network
        The network on which gates are inferred.
    trial
        Edits of gates to make besides those of the settings.

    Raises
    ------
    JoinError
        When an edit finds no gate or compound.
    """
    from livelihood_map.network import apply_edits, infer_gates

    gates: gpd.GeoDataFrame = work["known_gates"]
    if work.settings.network.are_gates_inferred:
        gates = infer_gates(network, work["residences"], gates)
    edits = read_edits(work)
    for own in (None if edits is None else split_edits(edits)[1], trial):
        if own is not None:
            _, _, gates = apply_edits(work["nodes"], work["edges"], gates, work["residences"], own)
    return gates
