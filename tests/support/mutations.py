"""Damage of files, drawn at random: of their bytes, and of what their format means by them."""

from __future__ import annotations

import io
import json
import re
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.parquet as pq
from hostile_names import HOSTILE_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

NUMBERS = (
    "NaN", "Infinity", "-Infinity", "1e300", "-1e300", "1e-300", "1e400", "-1", "0", "-0.0", "",
    "9223372036854775808", "-9223372036854775809", "2147483648", "65536", "255", "181", "91",
    "0.1.2", "1,234", "１２", "٣", "²", "0x10", "1_000", "true", "9" * 400,
)  # fmt: skip
"""What may stand where a number did."""
TEXTS = (
    *HOSTILE_NAMES[:-1], "", " ", "　", "=1+1", '"', '""', "'", ",", "\n", "\r\n", "\t", "\x00",
    "🍜", "合计", "NaN", "null", "None", "#REF!", "../../../etc/passwd", "/etc/passwd", "C:\\a",
    "\\\\away\\a", "{{ x.__class__ }}", "{% for a in range(9) %}", "\ud7ff", "\ufeff", "\u202e",
    "长" * 3000, "2023-02-31", "25:61", "121°22′53.4″", "31.14", "经度", "网点名称", "EPSG:4326",
    "EPSG:999999", "火星坐标", "GCJ-02", "file:///etc/passwd", "/vsicurl/{trap}", "{trap}",
    "{secret}",
)  # fmt: skip
"""What may stand where a text did; the trap and the secret stand for what nobody may open."""
_ENCODINGS = ("utf-16", "utf-16-le", "gb18030", "utf-8-sig", "latin-1", "utf-32")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?")
_TOKEN = re.compile(r'"[^"\n]*"|>[^<>]*<|(?<=[,\t;])[^,\t;\n]*|<[^>]*>|\w+')


def damaged_bytes(content: bytes, chance: Random) -> bytes:
    """Return the bytes with some flipped, cut out, put in, doubled or moved."""
    held = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        at = chance.randrange(len(held) + 1)
        size = min(chance.choice((1, 1, 4, 16, 200)), len(held) - at)
        act = chance.randrange(6)
        if act == 0 and at < len(held):
            held[at] ^= 1 << chance.randrange(8)
        elif act == 1 and at < len(held):
            held[at : at + size] = bytes([chance.choice((0, 0xFF, 0x80, 0x3C))]) * size
        elif act == 2:
            del held[at : at + size]
        elif act == 3:
            held[at:at] = chance.randbytes(chance.choice((1, 2, 8)))
        elif act == 4:
            held[at:at] = held[at : at + size] * chance.choice((1, 1, 50))
        elif chance.random() < 0.4:
            del held[at:]
    return bytes(held)


def damaged_text(content: bytes, chance: Random) -> bytes:
    """Return a text with a number, a text, a line or its encoding replaced by another."""
    text = content.decode("utf-8", "replace")
    for _ in range(chance.choice((1, 1, 1, 1, 2, 4))):
        act = chance.randrange(8)
        if act < 3:
            text = _replaced(text, _NUMBER, chance.choice(NUMBERS), chance)
        elif act < 5:
            old = chance.choice(_TOKEN.findall(text) or [""])
            new = chance.choice(TEXTS)
            ends = (old[:1], old[-1:]) if old[:1] in {'"', ">", "<"} else ("", "")
            text = text.replace(old, ends[0] + new + ends[1], 1) if old else text
        elif act == 5:
            text = _relined(text, chance)
        elif act == 6 and chance.random() < 0.5:
            at = chance.randrange(len(text) + 1)
            text = text[:at] + chance.choice(("[", "{", '"', "<", "&", "]]>", "\0")) + text[at:]
        else:
            text = _replaced(text, _TOKEN, "", chance)
    if chance.random() < 0.12:
        return text.encode(chance.choice(_ENCODINGS), "replace")
    return text.encode("utf-8", "replace")


_ATTRIBUTE = re.compile(r'(?<==")[^"]*(?=")')
_ELEMENT = re.compile(r"<[^/?!][^<>]*>")


def damaged_xml(content: bytes, chance: Random) -> bytes:
    """Return XML with an attribute of another value, or an element gone or doubled."""
    if chance.random() < 0.25:
        return damaged_text(content, chance)
    text = content.decode("utf-8", "replace")
    for _ in range(chance.choice((1, 1, 1, 3))):
        if chance.random() < 0.75:
            value = chance.choice(NUMBERS) if chance.random() < 0.6 else chance.choice(TEXTS)
            text = _replaced(text, _ATTRIBUTE, escape(value, {'"': "&quot;"}), chance)
        else:
            old = chance.choice(_ELEMENT.findall(text) or [""])
            text = text.replace(old, chance.choice(("", old * 2)) if old[-2:] == "/>" else old, 1)
    return text.encode("utf-8", "replace")


def _replaced(text: str, pattern: re.Pattern[str], new: str, chance: Random) -> str:
    """Return the text with one place that fits a pattern replaced."""
    places = list(pattern.finditer(text))
    if not places:
        return text + new
    place = chance.choice(places)
    return text[: place.start()] + new + text[place.end() :]


def _relined(text: str, chance: Random) -> str:
    """Return the text with a line dropped, doubled, moved, or said a thousand times."""
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    act = chance.randrange(4)
    if act == 0:
        del lines[at]
    elif act == 1:
        lines.insert(at, lines[at])
    elif act == 2:
        lines.insert(chance.randrange(len(lines)), lines.pop(at))
    elif len(text) < 20_000:
        lines[at:at] = [lines[at]] * 300
    return "\n".join(lines)


def damaged_json(content: bytes, chance: Random) -> bytes:
    """Return JSON with a value, key or part replaced, dropped, doubled or nested deeply."""
    try:
        held = json.loads(content)
    except ValueError:
        return damaged_text(content, chance)
    for _ in range(chance.choice((1, 1, 2, 3))):
        path, value = chance.choice(list(_nodes(held)))
        held = _with(held, path, _other_value(value, chance), chance)
    text = json.dumps(held, ensure_ascii=chance.random() < 0.3)
    if chance.random() < 0.05:
        deep = chance.choice((50, 5_000, 100_000))
        text = text.replace("[", "[" * deep, 1).replace("]", "]" * deep, 1)
    return text.encode(chance.choice(("utf-8",) * 12 + _ENCODINGS), "replace")


def _nodes(value: Any, path: tuple[Any, ...] = ()) -> Any:
    """Return every part of a JSON value with its path."""
    yield path, value
    if isinstance(value, (dict, list)):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _nodes(part, (*path, key))


def _other_value(value: Any, chance: Random) -> Any:
    """Return what may stand in place of a value."""
    numbers = (float("nan"), float("inf"), 1e300, -1, 0, 2**63, -(2**70), 1e-300, True)
    others = (None, [], {}, [[]], chance.choice(numbers), chance.choice(TEXTS))
    if isinstance(value, (int, float)):
        return chance.choice((*numbers, *numbers, value * 1e6, *others))
    if isinstance(value, str):
        return chance.choice((chance.choice(TEXTS), chance.choice(TEXTS), *others))
    if isinstance(value, list):
        cut = chance.randrange(len(value) + 1)
        return chance.choice((value[:cut], value[cut:], value * 2, [value], value[::-1], *others))
    return chance.choice(others)


def _with(held: Any, path: tuple[Any, ...], value: Any, chance: Random) -> Any:
    """Return a JSON value with one part replaced, dropped or doubled."""
    if not path:
        return value if chance.random() < 0.2 else held
    parent = held
    for key in path[:-1]:
        parent = parent[key]
    act = chance.randrange(6)
    if act == 0:
        del parent[path[-1]]
    elif act == 1 and isinstance(parent, list):
        parent.insert(path[-1], parent[path[-1]])
    elif act == 1:
        parent[chance.choice(TEXTS)] = parent[path[-1]]
    else:
        parent[path[-1]] = value
    return held


def damaged_zip(content: bytes, chance: Random) -> bytes:
    """Return a zip with one member damaged, dropped, doubled or renamed, packed again."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        members = {name: parts.read(name) for name in parts.namelist()}
    name = chance.choice([one for one in members if members[one]])
    act = chance.randrange(12)
    if act == 0:
        del members[name]
    elif act == 1:
        members[chance.choice(TEXTS)[:200].strip("\0") or "a"] = members.pop(name)
    elif act == 2:
        members[name] = b""
    else:
        members[name] = damage_of(name)(members[name], chance)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as parts:
        for one, inner in members.items():
            parts.writestr(one, inner)
    return held.getvalue()


_HEADERS = {".shp": 100, ".shx": 100, ".dbf": 160, ".gpkg": 100, ".tif": 400, ".xls": 1024}
"""Bytes at the beginning in which a format keeps its counts and sizes."""


def damaged_header(size: int) -> Callable[[bytes, Random], bytes]:
    """Return a way to damage the counts and sizes in the first bytes of a file."""

    def damage(content: bytes, chance: Random) -> bytes:
        held = bytearray(content)
        width, form = chance.choice(((1, "B"), (2, "<H"), (4, "<I"), (4, ">I"), (8, "<d")))
        at = chance.randrange(max(min(size, len(held)) - width, 1))
        values = (0, 1, 2, 127, 255, 256, 65535, 2**31 - 1, 2**31, 2**32 - 1)
        value = chance.choice(values) & (256**width - 1)
        wild = (float("nan"), 1e300, -1.0)
        new = struct.pack(form, chance.choice(wild) if form == "<d" else value)
        held[at : at + width] = new
        return bytes(held)

    return damage


def damaged_pbf(content: bytes, chance: Random) -> bytes:
    """Return a binary extract with one of its blobs damaged inside and packed again."""
    blobs, at = [], 0
    while at + 4 <= len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        header = content[at + 4 : at + 4 + size]
        length = header[-1] if header[-2:-1] == b"\x18" else 0
        if not length and len(header) > 3:
            length = (header[-2] & 0x7F) | header[-1] << 7
        body = content[at + 4 + size : at + 4 + size + length]
        blobs.append((b"OSMHeader" if b"OSMHeader" in header else b"OSMData", body))
        at += 4 + size + length
    chosen = chance.randrange(len(blobs))
    return b"".join(
        _blob(name, body, chance if number == chosen else None)
        for number, (name, body) in enumerate(blobs)
    )


def _blob(name: bytes, body: bytes, chance: Random | None) -> bytes:
    """Return one blob of a binary extract, damaged inside where there is a chance."""
    start = body.find(b"\x78")
    try:
        raw = zlib.decompressobj().decompress(body[start:])
    except zlib.error:
        raw = body
    if chance is not None and raw and chance.random() < 0.6:
        at = chance.randrange(len(raw))
        raw = raw[:at] + chance.randbytes(1) + raw[at + 1 :]
    elif chance is not None:
        raw = damaged_bytes(raw, chance)
    packed = zlib.compress(raw)
    body = b"\x10" + _varint(len(raw)) + b"\x1a" + _varint(len(packed)) + packed
    header = b"\x0a" + _varint(len(name)) + name + b"\x18" + _varint(len(body))
    return len(header).to_bytes(4, "big") + header + body


def _varint(value: int) -> bytes:
    """Return a whole number as protobuf writes it."""
    parts = []
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def damaged_parquet(content: bytes, chance: Random) -> bytes:
    """Return a stored table with a column gone, renamed, of another type, or without its notes."""
    table = pq.read_table(io.BytesIO(content))
    at = chance.randrange(table.num_columns)
    name = table.column_names[at]
    act = chance.randrange(7)
    if act == 0:
        table = table.drop_columns([name])
    elif act == 1:
        table = table.rename_columns(
            [chance.choice(TEXTS) if one == name else one for one in table.column_names]
        )
    elif act == 2:
        held_notes = table.schema.metadata or {}
        notes = {key: damaged_json(value, chance) for key, value in held_notes.items()}
        table = table.replace_schema_metadata(chance.choice((None, notes, notes)))
    elif act == 3:
        table = pa.concat_tables([table, table])
    else:
        values = (None, "x", 1e300, float("nan"), -1, b"\x01\x02", [1], chance.choice(TEXTS))
        column = pa.array([chance.choice(values)]).take(pa.array([0] * table.num_rows))
        table = table.set_column(at, name, column)
    held = io.BytesIO()
    pq.write_table(table, held)
    return held.getvalue()


def damage_of(name: str) -> Callable[[bytes, Random], bytes]:
    """Return how a file of this name is damaged in the way of its format."""
    ending = "." + name.lower().rpartition(".")[2]
    if ending in {".json", ".geojson"}:
        return damaged_json
    if ending in {".xlsx", ".docx", ".zip", ".ods"}:
        return damaged_zip
    if ending in _HEADERS:
        return damaged_header(_HEADERS[ending])
    if ending in {".osm", ".xml", ".rels"}:
        return damaged_xml
    special = {".pbf": damaged_pbf, ".parquet": damaged_parquet}
    return special.get(ending, damaged_text)


def damaged(name: str, content: bytes, chance: Random) -> bytes:
    """Return the content of a file damaged in the way of its format, by its bytes, or both."""
    way = chance.random()
    if way < 0.7:
        content = damage_of(name)(content, chance)
    if way > 0.6:
        content = damaged_bytes(content, chance)
    return content
