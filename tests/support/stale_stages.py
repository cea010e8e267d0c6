"""What a change makes stale, by the declarations alone."""

from __future__ import annotations

from livelihood_map.pipeline.questions import MAKERS
from livelihood_map.pipeline.stages import STAGES


def stale_by(names_of_cause):
    """Return the stages that a cause makes stale: those that it touches, and who needs them."""
    stale = set()
    for name, stage in STAGES.items():
        if name in names_of_cause or {MAKERS[t] for t in (*stage.needs, *stage.may_need)} & stale:
            stale.add(name)
    return stale
