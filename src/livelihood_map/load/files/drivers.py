"""Layers let in by what they are: GDAL opens only what its first bytes prove.

GDAL knows some sixty formats and picks one by a look at the content. Among them are files that do
nothing but point elsewhere, at an address of the network or at another file, under any name. So the
name decides which format is meant, the first bytes must agree, and what could still lead elsewhere
from within such a file is refused or written so that no other format is seen in it.
"""

from __future__ import annotations

import json
import re
import sqlite3
import zipfile
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from livelihood_map.core.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

STARTS: Final[Mapping[str, tuple[str, bytes]]] = {
    ".geojson": ("GeoJSON", b"{"),
    ".json": ("GeoJSON", b"{"),
    ".gpkg": ("GeoPackage", b"SQLite format 3\0"),
    ".shp": ("Shapefile", b"\x00\x00\x27\x0a"),
    ".zip": ("ZIP", b"PK\x03\x04"),
}
"""Name and first bytes of each format by the ending of the file's name."""
_BESIDE: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_UNPACKED: Final = (*_BESIDE, ".geojson", ".json", ".gpkg")
_UNPACKED_MAX: Final = 1_000_000_000
_MEANT_TO_LEAD: Final = (("<", "\\u003c"), ("gdal_streamed_alg", "gdal_streamed\\u005falg"))
"""What other formats are known by, and the same text as JSON may write it too."""
_CRS_NAME: Final = re.compile(
    r"(urn:(x-)?ogc:[\w:.\-]+|EPSG:\d+|OGC:CRS\d+|https?://(www\.)?opengis\.net/(def/)?crs/[\w/.\-]+)"
    r"|[\w ()+-]{1,80}",
    re.IGNORECASE,
)


def require_form(path: Path) -> None:
    """Return nothing when a layer is what its name says.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    SourceError
        When the ending is that of no format that is read, the first bytes are those of another
        format, or a GeoPackage has tables that lead out of it.
    """
    form = STARTS.get(path.suffix.lower())
    if form is None:
        known = ", ".join(STARTS)
        raise SourceError(
            "load.format_unknown", path=path.name, suffix=path.suffix.lower(), known=known
        )
    name, start = form
    with path.open("rb") as file:
        begins = file.read(64)
    if name == "GeoJSON":
        return  # its text is read as JSON, which is the stricter test
    if not begins.startswith(start):
        raise SourceError("load.layer_other_form", path=path.name, form=name)
    if name == "GeoPackage":
        _require_plain_tables(path)


def _require_plain_tables(path: Path) -> None:
    """Refuse a GeoPackage whose tables stand for other files; indexes of places are its own."""
    query = "SELECT name FROM sqlite_master WHERE sql LIKE '%virtual%table%' AND sql NOT LIKE ?"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as base:
            foreign = base.execute(query, ("%using%rtree%(%",)).fetchone()
    except (sqlite3.Error, UnicodeError) as error:
        raise SourceError("load.layer_broken", path=path.name, detail=str(error)) from error
    if foreign is not None:
        raise SourceError("load.layer_leads_out", path=path.name, value=str(foreign[0])[:80])


def harmless_geojson(text: str, name: str) -> str:
    """Return the text of a feature collection in which GDAL sees no other format.

    Parameters
    ----------
    text
        The text of the file.
    name
        File name for messages.

    Raises
    ------
    SourceError
        When it is no collection of features, holds none, holds what is no feature, or names its
        coordinate system by a link.
    """
    try:
        content = json.loads(text, object_pairs_hook=_stated_once)
    except (ValueError, RecursionError) as error:
        raise SourceError("load.json_broken", path=name, detail=str(error)) from error
    if not isinstance(content, dict) or not isinstance(content.get("features"), list):
        raise SourceError("load.geojson_no_features", path=name)
    if content.get("type") != "FeatureCollection":
        raise SourceError("load.geojson_no_features", path=name)
    if not content["features"]:
        raise SourceError("load.empty_register", path=name, sheet="")
    for row, feature in enumerate(content["features"], start=1):
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            shown = json.dumps(feature, ensure_ascii=False)[:80]
            raise SourceError("load.geojson_no_feature", path=name, row=row, value=shown)
    for stated in _stated_systems(content):
        if not _is_plain_system(stated):
            shown = json.dumps(stated, ensure_ascii=False)[:120]
            raise SourceError("load.crs_link", path=name, value=shown)
    for meant, same in _MEANT_TO_LEAD:
        text = text.replace(meant, same)
    return text


def _stated_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object; ValueError when it states its coordinate system twice."""
    held = dict(pairs)
    if len(held) < len(pairs) and sum(key == "crs" for key, _ in pairs) > 1:
        raise ValueError('"crs"')
    return held


def _stated_systems(content: Mapping[str, Any]) -> Iterator[object]:
    """Return each statement of a coordinate system: of the collection, a feature or a shape."""
    yield content.get("crs")
    for feature in content["features"]:
        waiting = [feature]
        while waiting:
            thing = waiting.pop()
            if isinstance(thing, dict):
                yield thing.get("crs")
                waiting.append(thing.get("geometry"))
                parts = thing.get("geometries")
                waiting += parts if isinstance(parts, list) else []


def _is_plain_system(stated: object) -> bool:
    """Return whether a coordinate system is none or stated by its name or code alone."""
    if stated is None:
        return True
    if not isinstance(stated, dict) or not isinstance(stated.get("properties"), dict):
        return False
    properties = stated["properties"]
    kind = str(stated.get("type", "")).lower()
    if kind == "epsg":
        return str(properties.get("code", "")).isdecimal()
    name = properties.get("name")
    return kind == "name" and isinstance(name, str) and _CRS_NAME.fullmatch(name) is not None


def unpack_layer(path: Path, layer: str | None, folder: Path) -> tuple[Path, str | None, str]:
    """Return the layer file of a zip, unpacked into a folder, the layer in it, and its name.

    Parameters
    ----------
    path
        The zip.
    layer
        Name of one of several files without its ending, or layer of a GeoPackage; None where
        there is only one.
    folder
        An empty folder.

    Raises
    ------
    SourceError
        When the zip is damaged or too large, holds no layer, several, or not the one named.
    """
    try:
        with zipfile.ZipFile(path) as parts:
            members = {_name_in(one): one for one in parts.infolist() if not one.is_dir()}
            chosen, inner = _chosen_member(path, list(members), layer)
            wanted = _wanted_members(path, members, chosen)
            unpacked = {suffix: folder / f"layer{suffix}" for suffix in _UNPACKED}
            for ending, one in wanted.items():
                unpacked[ending].write_bytes(parts.read(one))
    except SourceError:
        raise
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError) as error:
        raise SourceError("load.layer_broken", path=path.name, detail=str(error)) from error
    return unpacked[chosen.suffix.lower()], inner, chosen.stem


def _wanted_members(
    path: Path, members: Mapping[Path, zipfile.ZipInfo], chosen: Path
) -> dict[str, zipfile.ZipInfo]:
    """Return the members of a zip that make up a layer, by their ending."""
    beside = _BESIDE if chosen.suffix.lower() == ".shp" else (chosen.suffix.lower(),)
    wanted = {
        name.suffix.lower(): one
        for name, one in members.items()
        if name.with_suffix("") == chosen.with_suffix("") and name.suffix.lower() in beside
    }
    if sum(one.file_size for one in wanted.values()) > _UNPACKED_MAX:
        raise SourceError("load.layer_broken", path=path.name, detail="> 1 GB")
    return wanted


def _name_in(member: zipfile.ZipInfo) -> Path:
    """Return the name of a member; Chinese programs write it in GB18030 without saying so."""
    name = member.filename
    if not member.flag_bits & 0x800:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("gb18030")
    return Path(name)


def _chosen_member(path: Path, members: list[Path], layer: str | None) -> tuple[Path, str | None]:
    """Return the member of a zip that is the layer, and the layer within it."""
    layers = [name for name in members if name.suffix.lower() in STARTS and name.suffix != ".zip"]
    if not layers:
        known = ", ".join(suffix for suffix in STARTS if suffix != ".zip")
        raise SourceError("load.zip_without_layer", path=path.name, known=known)
    known = "、".join(name.stem for name in layers)
    if len(layers) == 1 and layers[0].suffix.lower() == ".gpkg":
        return layers[0], layer
    if layer is None and len(layers) > 1:
        raise SourceError("load.several_layers", path=path.name, known=known)
    for name in layers:
        if layer in {None, name.stem}:
            return name, None
    raise SourceError("load.no_layer", path=path.name, layer=layer, known=known)
