"""The inputs looked at before a run: what was read, and the rows that were not taken in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from livelihood_map.pipeline.reporting import write_reject_list
from livelihood_map.pipeline.summary import load_lines

if TYPE_CHECKING:
    from livelihood_map.pipeline.reads import Loaded
    from livelihood_map.pipeline.workspace import Workspace


def check_inputs(work: Workspace[Loaded]) -> list[str]:
    """Return what the inputs hold, in words; the rows that were not taken in are listed."""
    write_reject_list(work, folder=work.folder / "check")
    return [*load_lines(work), *work.basis.tell()]
