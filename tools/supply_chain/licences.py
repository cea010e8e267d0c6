"""The licence of each part that runs, as it was read and set down."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

LICENCES: Final = Path(__file__).with_name("licences.toml")
"""Where they are set down."""
_OPERATOR: Final = re.compile(r" (?:AND|OR) |[()]")


@dataclass(frozen=True)
class Licences:
    """What was read of the licences of all parts."""

    permissive: frozenset[str]
    """SPDX names of licences that ask for their notice alone."""
    copyleft: frozenset[str]
    """SPDX names of licences that ask for more."""
    parts: Mapping[str, str]
    """SPDX expression by the normalised name of the part."""
    inside: Mapping[str, Mapping[str, str]]
    """SPDX expression by library under copyleft, by the part whose built files hold it."""


def read_licences(path: Path = LICENCES) -> Licences:
    """Return what was set down.

    Raises
    ------
    tomllib.TOMLDecodeError
        When the file is not valid TOML.
    """
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return Licences(
        permissive=frozenset(content["permissive"]),
        copyleft=frozenset(content["copyleft"]),
        parts=content["parts"],
        inside=content["inside"],
    )


def licences_in(expression: str) -> set[str]:
    """Return the single licences that an SPDX expression names.

    Parameters
    ----------
    expression
        Such as ``MIT AND (Zlib OR 0BSD)``; a licence with its exception is one.
    """
    return {name.strip() for name in _OPERATOR.split(expression) if name.strip()}
