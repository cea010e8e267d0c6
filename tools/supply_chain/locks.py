"""The locks: which version of each part is installed, and the checksums that it must have."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from packaging.markers import Marker

if TYPE_CHECKING:
    from pathlib import Path

_PIN: Final = re.compile(
    r"(?P<name>[a-z0-9-]+)==(?P<version>[\w.+!]+)(?: ; (?P<marker>[^\\\n]+?))?"
    r"(?P<hashes>(?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n"
    r"(?P<via>(?:    #.*\n)+)"
)
_ASKING: Final = re.compile(r"#(?: via|  ) ([a-z0-9][a-z0-9-]*)")


@dataclass(frozen=True)
class Pin:
    """One part at one version."""

    name: str
    """Name of the distribution, normalised."""
    version: str
    """The version."""
    marker: Marker | None
    """Where it is installed; everywhere when None."""
    sha256: frozenset[str]
    """Checksums of the files that may be installed, hexadecimal."""
    via: frozenset[str]
    """Names of the parts that ask for it; our own name for what we ask for ourselves."""


def read_lock(path: Path) -> tuple[Pin, ...]:
    """Return the pins of a lock, as they stand.

    Raises
    ------
    ValueError
        When a line is neither a pin with its checksums nor a word on who asks for it.
    """
    text = path.read_text(encoding="utf-8")
    rest = _PIN.sub("", text)
    if rest:
        raise ValueError(f"{path.name}: {rest.splitlines()[0]}")
    return tuple(_pin(match) for match in _PIN.finditer(text))


def _pin(match: re.Match[str]) -> Pin:
    """Return one pin as a lock writes it."""
    marker = match["marker"]
    return Pin(
        name=match["name"],
        version=match["version"],
        marker=None if marker is None else Marker(marker),
        sha256=frozenset(re.findall(r"sha256:(\w+)", match["hashes"])),
        via=frozenset(_ASKING.findall(match["via"])),
    )
