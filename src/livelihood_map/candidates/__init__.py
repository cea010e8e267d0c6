"""Where an outlet could stand: hosts of the registers, listed parcels, every reachable street."""

from __future__ import annotations

from livelihood_map.candidates.exclusion import tell_exclusion
from livelihood_map.candidates.place_names import find_crossings
from livelihood_map.candidates.proposing import propose_candidates
from livelihood_map.candidates.street_places import Asking, list_asked

__all__ = ["Asking", "find_crossings", "list_asked", "propose_candidates", "tell_exclusion"]
