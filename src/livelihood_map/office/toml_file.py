"""The settings file of a project: the one truth, changed by key with its comments kept."""

from __future__ import annotations

import hashlib
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import tomlkit
from tomlkit.exceptions import TOMLKitError

from livelihood_map.core.document import check_document
from livelihood_map.core.errors import LivelihoodMapError, SettingsError
from livelihood_map.core.faults import one_line
from livelihood_map.core.io import writing
from livelihood_map.core.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from livelihood_map.core.errors import Problem

_CHANGING: Final = Lock()
_UNFILLED: Final = ("load", "load.towns", "area", "area.name")
"""What a project lacks at its beginning; a mistake for a run alone."""


class MovedOnError(LivelihoodMapError):
    """Somebody else has changed the settings since the page was shown."""


class TomlFile:
    """One settings file.

    Parameters
    ----------
    path
        Where it lies.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def text(self) -> str:
        """Return the file as it stands.

        Raises
        ------
        SettingsError
            When it is not UTF-8.
        """
        try:
            return self.path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise SettingsError("core.settings_encoding", path=self.path.name) from error

    def version(self) -> str:
        """Return a mark that is another one after every change."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()[:16]

    def document(self) -> tomlkit.TOMLDocument:
        """Return the content, comments included.

        Raises
        ------
        SettingsError
            When it is not TOML.
        """
        return parse(self.text(), self.path.name)

    def change(self, edit: Callable[[tomlkit.TOMLDocument], None], version: str) -> None:
        """Change the content, if it is still the one that was shown.

        Parameters
        ----------
        edit
            Changes the content in place.
        version
            Mark of the content that was shown.

        Raises
        ------
        MovedOnError
            When it has changed since.
        SettingsError
            When it is not TOML, or would have more mistakes than before.
        """

        def changed() -> str:
            document = self.document()
            edit(document)
            return tomlkit.dumps(document)

        self._put(changed, version)

    def replace(self, text: str, version: str) -> None:
        """Put another text in the place of the whole; parameters and errors as of `change`."""
        self._put(lambda: text.replace("\r\n", "\n"), version)

    def _put(self, make: Callable[[], str], version: str) -> None:
        with _CHANGING:
            if version != self.version():
                raise MovedOnError("office.moved_on")
            text = make()
            faults = mistakes(parse(text, self.path.name).unwrap(), self.path)
            if faults:
                raise SettingsError(
                    "core.settings_broken",
                    problems=faults,
                    path=self.path.name,
                    count=len(faults),
                )
            with writing(self.path) as draft:
                draft.write_text(text, encoding="utf-8", newline="\n")


def parse(text: str, name: str) -> tomlkit.TOMLDocument:
    """Return a text as TOML with its comments.

    Raises
    ------
    SettingsError
        When it is not TOML.
    """
    try:
        return tomlkit.parse(text)
    except (TOMLKitError, ValueError, RecursionError) as error:
        detail = one_line(error)
        raise SettingsError("core.settings_not_toml", path=name, detail=detail) from error


def mistakes(content: Mapping[str, Any], path: Path) -> list[Problem]:
    """Return the mistakes of a file that may still be unfinished.

    Parameters
    ----------
    content
        What the file holds.
    path
        The file.
    """
    whole = {**content, "base": str(path.resolve().parent)}
    try:
        check_document(whole, Settings, path=path, broken="core.settings_broken")
    except SettingsError as error:
        return [fault for fault in error.problems if not _is_unfilled(fault)]
    return []


def _is_unfilled(fault: Problem) -> bool:
    is_missing = fault.key == "core.settings_missing_key"
    return is_missing and fault.values.get("where") in _UNFILLED
