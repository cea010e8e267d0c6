"""Files by their names: whether they are there, and what their endings promise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from livelihood_map.core.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

WORKBOOKS: Final = (".xlsx", ".xlsm", ".xls", ".html", ".htm")
TEXTS: Final = (".csv", ".tsv", ".txt")
LAYERS: Final = (".geojson", ".gpkg", ".shp", ".zip")
EXTRACTS: Final = (".pbf", ".osm", ".bz2", ".gz")


def existing_file(base: Path, path: str) -> Path:
    """Return a source's path from the folder of the settings.

    Raises
    ------
    SourceError
        When there is no such file.
    """
    file = base / path
    if not file.is_file():
        raise SourceError("load.no_file", path=path, folder=str(base))
    return file
