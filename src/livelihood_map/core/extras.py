"""Libraries that an office can do without: what a setting needs is told when it is missing."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from livelihood_map.core.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def needed_by(setting: str) -> Iterator[None]:
    """Return a context for the imports of what one setting alone needs.

    Parameters
    ----------
    setting
        Dotted name of the setting.

    Raises
    ------
    SettingsError
        When a library that is imported inside is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise SettingsError("core.extra_missing", setting=setting, part=error.name) from error
