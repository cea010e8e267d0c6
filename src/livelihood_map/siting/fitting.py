"""How many sites a plan has: as many as were asked for, as there is room for, or as are needed."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from livelihood_map.core.budget import Budget
from livelihood_map.core.errors import InfeasibleError
from livelihood_map.siting.constraints import build_rules
from livelihood_map.siting.solver import Asked, cover_everyone, forced

if TYPE_CHECKING:
    from livelihood_map.core.settings import SitingSettings
    from livelihood_map.siting.instance import Instance

NEEDED_SHARE: Final = 0.25
"""Share of the time limit for finding how many sites are needed."""


def fit_number(
    instance: Instance,
    settings: SitingSettings,
    *,
    seed: int,
    **told: Any,  # noqa: ANN401  (what build_rules takes)
) -> SitingSettings | None:
    """Return settings that ask for as many sites as there can be; None where there is none.

    Parameters
    ----------
    **told
        As :func:`~livelihood_map.siting.constraints.build_rules` takes them.

    Raises
    ------
    InfeasibleError
        When a rule names a town or candidate that is not there.
    """
    stack, fewer = instance.stack, int(np.count_nonzero(~instance.banned))
    _, banned = forced(build_rules(instance, settings, **told), stack.candidate_n)
    is_needed = stack.weights[stack.counts(np.flatnonzero(~banned)) > 0].any()
    is_free = settings.model == "set_cover"
    is_only_needed = settings.is_needed_only and settings.model == "covering"
    if not fewer or (not is_needed and (is_free or is_only_needed)):
        return None
    if is_free:
        return settings
    if is_only_needed:
        fewer = min(fewer, _count_needed(instance, settings, seed, **told))
    return _of_fewer(settings, fewer)


def _count_needed(
    instance: Instance,
    settings: SitingSettings,
    seed: int,
    **told: Any,  # noqa: ANN401
) -> int:
    """Return the fewest sites that reach all whom any could at every level under the rules.

    The number asked for where that was not found in time, or where no number does it.
    """
    stack = instance.stack
    rules = build_rules(instance, replace(settings, model="set_cover"), **told)
    asked = Asked(
        stack.matrix(),
        stack.weights.astype(np.float64),
        settings.sites_n,
        seed,
        Budget(settings.time_limit_s * NEEDED_SHARE),
        rules,
        stack,
    )
    try:
        return len(cover_everyone(asked, 1.0, must=stack.weights > 0).chosen)
    except InfeasibleError:
        return settings.sites_n


def _of_fewer(settings: SitingSettings, most_n: int) -> SitingSettings:
    """Return settings that ask for no more sites than there are, the last phases cut first."""
    if settings.sites_n <= most_n:
        return settings
    opened = [min(total, most_n) for total in accumulate(settings.phases)]
    sizes = [now - before for before, now in zip([0, *opened], opened, strict=False)]
    phases = [size for size in sizes if size]
    return replace(
        settings, sites_n=most_n, phases=phases, phase_lengths=settings.phase_lengths[: len(phases)]
    )
