"""The inputs looked at before a run: what was read, and the rows that were not taken in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from livelihood_map.core.labels import label
from livelihood_map.pipeline.reporting import write_reject_list
from livelihood_map.pipeline.summary import load_lines

if TYPE_CHECKING:
    from livelihood_map.pipeline.reads import Loaded
    from livelihood_map.pipeline.workspace import Workspace

SHOWN: Final = 200
"""Rows with a fault that are told in words; all stand in the list of rejects."""
_TOLD: Final = ("source", "sheet", "row", "problem", "remedy")


def check_inputs(work: Workspace[Loaded]) -> list[str]:
    """Return what the inputs hold, in words; the rows that were not taken in are listed."""
    write_reject_list(work, folder=work.folder / "check")
    return [*load_lines(work), *_fault_lines(work), *work.basis.tell()]


def _fault_lines(work: Workspace[Loaded]) -> list[str]:
    """Return every row that was not taken in, with what is wrong and what to do."""
    rows = work["rejects"].fillna({"sheet": ""}).head(SHOWN).to_dict("records")
    lines = [label("load.reject_line", **{name: row[name] for name in _TOLD}) for row in rows]
    more = len(work["rejects"]) - len(rows)
    return [f"  {line}" for line in lines] + (
        [label("core.more_problems", count=more)] if more else []
    )
