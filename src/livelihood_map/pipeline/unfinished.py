"""A run that broke off: what its stages had made is noted as each ends, and taken up by the next.

The note lies beside ``next``, where the files are that it tells of. It is a run record as far as it
came, so a stage is taken up by the same rule by which a stored one is kept: nothing that it was
made from has changed, and all that it made is there.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from livelihood_map.core.io import told
from livelihood_map.pipeline.freshness import find_reasons
from livelihood_map.pipeline.record import FORM, files_of, hash_there, is_record, write_json

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from livelihood_map.pipeline.changeover import Places

_NOTHING: Final[dict[str, Any]] = {"programs": {}, "stages": {}}


class Unfinished:
    """What a run that broke off had made.

    Parameters
    ----------
    places
        Where the files of the run lie.
    """

    def __init__(self, places: Places) -> None:
        self.places = places
        self.record = _read(places)

    def keep_only(self, names: Collection[str]) -> None:
        """Remove the files of all other stages, and those of the stage that was under way.

        Parameters
        ----------
        names
            Stages that the next run settles.

        Raises
        ------
        OutputError
            When a file cannot be removed.
        """
        stages = self.record["stages"]
        self.record = {**self.record, "stages": {n: stages[n] for n in stages if n in names}}
        noted = files_of(self.record)
        with told(self.places.output):
            for key in self.places.keys_in("next"):
                if key not in noted:
                    self.places.aside("next", key).unlink()

    def take(self, name: str, now: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return what the record says of a stage that can be taken up; else remove its files.

        Parameters
        ----------
        name
            The stage.
        now
            What it would be made from.

        Raises
        ------
        OutputError
            When a file cannot be removed.
        """
        entry: dict[str, Any] | None = self.record["stages"].get(name)
        if entry is None:
            return None
        there = {key: self.places.aside("next", key) for key in entry["outputs"]}
        has_outputs = all(hash_there(path) == entry["outputs"][key] for key, path in there.items())
        then = {**entry, "program": self.record["programs"][entry["program"]]}
        if not find_reasons(now, then, has_outputs=has_outputs):
            return entry
        self.drop(name)
        return None

    def drop(self, name: str) -> None:
        """Remove the files of a stage that is not taken up.

        Parameters
        ----------
        name
            The stage; nothing is removed where it is not noted.

        Raises
        ------
        OutputError
            When a file cannot be removed.
        """
        entry = self.record["stages"].pop(name, _NOTHING | {"outputs": {}})
        with told(self.places.output):
            for key in entry["outputs"]:
                self.places.aside("next", key).unlink(missing_ok=True)


def note(places: Places, record: dict[str, Any]) -> None:
    """Write how far a run has come.

    Parameters
    ----------
    places
        Where its files lie.
    record
        Its record so far.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    write_json(record, places.unfinished)


def _read(places: Places) -> dict[str, Any]:
    """Return the record of a run that broke off; one without stages where there is none."""
    with suppress(OSError, ValueError, RecursionError):
        record = json.loads(places.unfinished.read_text("utf-8"))
        if is_record(record) and record.get("form") == FORM:
            return dict(record)
    return {**_NOTHING, "stages": {}}
