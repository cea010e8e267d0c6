"""Tables of a stored run: read while they are true, refused in words when they are not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from livelihood_map.core.errors import LivelihoodMapError
from livelihood_map.core.io import read_table
from livelihood_map.pipeline.changeover import OUTPUT, Places
from livelihood_map.pipeline.record import hash_there, read_record
from livelihood_map.pipeline.workspace import schema_of

if TYPE_CHECKING:
    from pathlib import Path

    from livelihood_map.core.errors import Problem


class StaleError(LivelihoodMapError):
    """What is stored was made from other inputs, by other settings or by another program."""


def table_key(maker: str, name: str) -> str:
    """Return the name of a stored table's file: it lies in the folder of the stage that made it."""
    return f"{OUTPUT}/tables/{maker}/{name}.parquet"


def read_other(folder: Path, name: str) -> Any:  # noqa: ANN401  (GeoDataFrame or DataFrame)
    """Return a table of another run, as it was made.

    Parameters
    ----------
    folder
        Output folder of that run.
    name
        Name of the table.

    Raises
    ------
    LivelihoodMapError
        When the folder holds no run that has made it, or its file is not that of the run.
    """
    record = read_record(folder)
    table = record and Stored(Places(folder, folder), record["stages"])(name)
    if table is None:
        raise LivelihoodMapError("freshness.no_run", path=str(folder))
    return table


@dataclass(frozen=True)
class Stored:
    """The tables of a stored run, or of the next one as far as it has come.

    Parameters
    ----------
    places
        Where they lie.
    entries
        What the record says of each stage that is true.
    stale
        Why tables of others are not.
    """

    places: Places
    entries: dict[str, dict[str, Any]]
    stale: dict[str, list[Problem]] = field(default_factory=dict)

    def __call__(self, name: str) -> Any:  # noqa: ANN401  (GeoDataFrame, DataFrame or None)
        """Return a table; None where the run has none.

        Raises
        ------
        StaleError
            When it is no longer true; names what has changed and what to run.
        LivelihoodMapError
            When its file is damaged.
        """
        if name in self.stale:
            raise StaleError("freshness.stale", problems=self.stale[name])
        maker = next((one for one, entry in self.entries.items() if name in entry["makes"]), None)
        if maker is None:
            return None
        path = self.path_of(maker, name)
        if hash_there(path) != self.entries[maker]["makes"][name]["hash"]:
            raise StaleError("freshness.other_run", path=str(path))
        return read_table(path, schema_of(name))

    def path_of(self, maker: str, name: str) -> Path:
        """Return where a table lies: in the next run when that has made it."""
        key = table_key(maker, name)
        path = self.places.aside("next", key)
        return path if path.exists() else self.places.final(key)
