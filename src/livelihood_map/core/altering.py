"""Settings, and other dataclasses, with some values changed."""

from __future__ import annotations

from typing import Any, TypeVar

Section = TypeVar("Section")


def altered(settings: Section, **changes: Any) -> Section:  # noqa: ANN401  (values of fields)
    """Return settings, or a section of them, with other values; what was narrow stays narrow.

    Other than `dataclasses.replace` it asks for no value that the settings do not hold.

    Parameters
    ----------
    settings
        Settings, a section of them, or any other dataclass.
    **changes
        Values by field.

    Examples
    --------
    >>> from livelihood_map.core.settings import AreaSettings
    >>> altered(AreaSettings(name="a"), name="b").name
    'b'
    """
    other = object.__new__(type(settings))
    vars(other).update(vars(settings), **changes)
    return other
