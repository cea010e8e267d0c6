"""What memory a run will take, told once its files are read and before the rest begins."""

from __future__ import annotations

import logging
from typing import Final

from livelihood_map.core.crew import keep_helpers
from livelihood_map.core.errors import SettingsError
from livelihood_map.core.labels import label

log = logging.getLogger(__name__)

_OWN_GB: Final = (1.0, 5.5)
_HELPER_GB: Final = (0.6, 1.5)
"""What a process takes at most: in any case, and more for a million streets; see benchmarks."""


def fit_memory(streets_n: int, limit_gb: float) -> None:
    """Return nothing; with less memory than all helpers take there will be fewer.

    Parameters
    ----------
    streets_n
        Rows of table ``edges``.
    limit_gb
        Memory that the run may take, GB.

    Raises
    ------
    SettingsError
        When one process alone would take more.
    """
    own, helper = (base + more * streets_n / 1_000_000 for base, more in (_OWN_GB, _HELPER_GB))
    need = f"{own:.1f}"
    if own > limit_gb:
        raise SettingsError("pipeline.memory_short", need=need, limit=f"{limit_gb:g}")
    helpers_n = keep_helpers(int((limit_gb - own) / helper))
    log.warning(
        "%s", label("pipeline.memory_need", need=f"{own + helpers_n * helper:.1f}", count=helpers_n)
    )
