"""Small registers as offices hand them over, each with one fault, written when a test runs."""

from __future__ import annotations

import csv
import io
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import geopandas as gpd
import openpyxl
from shapely import MultiPolygon, Point, box

from livelihood_map.core.crs import STORAGE_CRS, local_transverse_mercator
from livelihood_map.core.settings import FacilitySource
from livelihood_map.load.registers import load_facilities

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CRS = local_transverse_mercator(121.4666667)
HEADINGS = ["序号", "街镇", "网点名称", "地址", "业态", "经度", "纬度"]
ROWS = [
    [1, "古美路街道", "甲记早餐", "平南路1号", "特色单店", 121.390000, 31.140000],
    [2, "古美路街道", "乙记早餐", "古龙路2号", "便利店+早餐", 121.385000, 31.135000],
    [3, "七宝镇", "丙记早餐", "漕宝路3号", "流动餐车", 121.350000, 31.150000],
]
NAMES = ("甲记早餐", "乙记早餐", "丙记早餐")
POINTS = dict(zip(NAMES, ((row[5], row[6]) for row in ROWS), strict=True))


def towns_of_two():
    """Return a district of two towns: 七宝镇 in the west, 古美路街道 in the east."""
    return gpd.GeoDataFrame(
        {
            "town_id": ["310112006", "310112102"],
            "town_name": ["古美路街道", "七宝镇"],
            "aliases": ["古美街道;古美", "七宝"],
            "zone": ["主城区", "主城区"],
        },
        geometry=[
            MultiPolygon([box(121.37, 31.12, 121.41, 31.16)]),
            MultiPolygon([box(121.33, 31.12, 121.37, 31.16)]),
        ],
        crs=STORAGE_CRS,
    )


def take(folder: Path, path: str, **settings):
    """Return what becomes of one register of breakfast outlets, texts in Chinese."""
    return take_all(folder, [source(path, **settings)])


def source(path: str, **settings) -> FacilitySource:
    """Return the settings of one register of breakfast outlets in WGS-84."""
    return FacilitySource(path=path, **{"kind": "breakfast", "datum": "WGS-84", **settings})


def take_all(folder: Path, sources, lang="zh", **settings):
    """Return what becomes of several registers."""
    return load_facilities(
        sources, towns=towns_of_two(), crs=CRS, base=folder, lang=lang, **settings
    )


def table(headings=None, rows=None, **columns):
    """Return the sound register with columns replaced or added: heading = values."""
    names = list(headings or HEADINGS)
    cells = [list(row) for row in (ROWS if rows is None else rows)]
    for heading, values in columns.items():
        if heading not in names:
            names.append(heading)
            cells = [[*row, None] for row in cells]
        for row, value in zip(cells, values, strict=True):
            row[names.index(heading)] = value
    return [names, *cells]


def renamed(**headings):
    """Return the sound register with headings renamed: old = new."""
    return [[headings.get(name, name) for name in HEADINGS], *ROWS]


def without(*headings):
    """Return the sound register without some columns."""
    keep = [n for n, name in enumerate(HEADINGS) if name not in headings]
    return [[row[n] for n in keep] for row in [HEADINGS, *ROWS]]


def as_csv(rows, encoding="utf-8", delimiter=","):
    """Return a writer of these rows as text."""

    def write(path: Path) -> None:
        stream = io.StringIO()
        csv.writer(stream, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
        path.write_bytes(stream.getvalue().encode(encoding))

    return write


def as_text(text, encoding="utf-8"):
    """Return a writer of a text as it is."""

    def write(path: Path) -> None:
        path.write_bytes(text.encode(encoding))

    return write


def as_xlsx(rows, *, merged=(), others=(), hidden=()):
    """Return a writer of a workbook: further sheets as (title, rows), merged ranges like A1:G1."""

    def write(path: Path) -> None:
        book = openpyxl.Workbook()
        book.active.title = "早餐网点"
        for page, content in [(book.active, rows)] + [
            (book.create_sheet(title), content) for title, content in others
        ]:
            for row in content:
                page.append(row)
        for span in merged:
            book.active.merge_cells(span)
        for title in hidden:
            book[title].sheet_state = "hidden"
        book.save(path)

    return write


def as_html(rows, encoding="utf-8", spans=()):
    """Return a writer of a web page with a table; `spans` are (row, column, rowspan)."""

    def write(path: Path) -> None:
        covered = {(row + down, column) for row, column, high in spans for down in range(1, high)}
        high = {(row, column): size for row, column, size in spans}
        lines = []
        for number, row in enumerate(rows):
            cells = "".join(
                f"<td rowspan={high.get((number, column), 1)}>{'' if cell is None else cell}</td>"
                for column, cell in enumerate(row)
                if (number, column) not in covered
            )
            lines.append(f"<tr>{cells}</tr>")
        page = f"<html><meta charset='{encoding}'><table>{''.join(lines)}</table></html>"
        path.write_bytes(page.encode(encoding))

    return write


def as_xls(rows):
    """Return a writer of a BIFF8 workbook in an OLE2 file, as Excel 97 writes it."""

    def record(number, content=b""):
        return struct.pack("<HH", number, len(content)) + content

    def text(value):
        return struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")

    def write(path: Path) -> None:
        cells = b""
        for row, line in enumerate(rows):
            for column, value in enumerate(line):
                if isinstance(value, str):
                    cells += record(0x0204, struct.pack("<HHH", row, column, 0) + text(value))
                elif value is not None:
                    cells += record(0x0203, struct.pack("<HHHd", row, column, 0, float(value)))
        begin = struct.pack("<HHHH", 0x0600, 0x0005, 0x0DBB, 0x07CC) + b"\0" * 8
        title = "早餐网点"
        head = record(0x0809, begin) + record(0x0042, struct.pack("<H", 1200))
        name = struct.pack("<BB", len(title), 1) + title.encode("utf-16-le")
        bound_size = 4 + 6 + len(name)
        start = len(head) + bound_size + 4
        bound = record(0x0085, struct.pack("<IBB", start, 0, 0) + name)
        page = struct.pack("<HHHH", 0x0600, 0x0010, 0x0DBB, 0x07CC) + b"\0" * 8
        stream = head + bound + record(0x000A) + record(0x0809, page) + cells + record(0x000A)
        path.write_bytes(_ole2(stream.ljust(4096, b"\0")))

    return write


def _ole2(stream: bytes) -> bytes:
    """Return an OLE2 file that holds one stream named Workbook."""
    size = 512
    stream += b"\0" * (-len(stream) % size)
    sectors = len(stream) // size
    free, end, table_mark = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    chain = [*range(1, sectors), end]
    allocation = [*chain, end, table_mark]
    allocation += [free] * (size // 4 - len(allocation))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, 1, sectors, 0, 4096, end, 0, end, 0)
    header += struct.pack("<I", sectors + 1) + struct.pack("<I", free) * 108

    def entry(name, kind, child, start, length):
        written = (name + "\0").encode("utf-16-le")
        return (
            written.ljust(64, b"\0")
            + struct.pack("<HBBIII", len(written), kind, 1, free, free, child)
            + b"\0" * 36
            + struct.pack("<IQ", start, length)
        )

    folder = entry("Root Entry", 5, 1, end, 0) + entry("Workbook", 2, free, 0, len(stream))
    folder += (b"\0" * 68 + struct.pack("<III", free, free, free) + b"\0" * 48) * 2
    return header + stream + folder + struct.pack(f"<{size // 4}I", *allocation)


def as_layer(driver, *, encoding=None, cpg=None, crs=STORAGE_CRS, points=None, more=()):
    """Return a writer of a layer of points; `cpg` overwrites or (empty) removes the side file."""

    def write(path: Path) -> None:
        shapes = [Point(row[5], row[6]) for row in ROWS] if points is None else points
        layer = gpd.GeoDataFrame(
            {"name": list(NAMES), "town": [row[1] for row in ROWS]}, geometry=shapes, crs=crs
        )
        options = {"encoding": encoding} if encoding else {}
        layer.to_file(path, driver=driver, **options)
        for title in more:
            layer.to_file(path, driver=driver, layer=title)
        side = path.with_suffix(".cpg")
        if cpg == "":
            side.unlink(missing_ok=True)
        elif cpg is not None:
            side.write_text(cpg, "ascii")

    return write


@dataclass(frozen=True)
class Case:
    """One awkward file and what must become of it.

    Parameters
    ----------
    fault
        The one thing that is awkward about it.
    file
        Its name.
    write
        Writes it.
    settings
        What the settings say of it beyond kind and datum.
    taken
        Names of the rows that are taken.
    rejects
        Row number and problem of each row that is not.
    notes
        Row number and oddity of rows that are taken all the same.
    refused
        Key of the error when the file is refused as a whole.
    shows
        Column of the facilities and its values in the order of `taken`.
    """

    fault: str
    file: str
    write: Callable[[Path], None]
    settings: dict[str, object] = field(default_factory=dict)
    taken: tuple[str, ...] = NAMES
    rejects: tuple[tuple[int, str], ...] = ()
    notes: tuple[tuple[int, str], ...] = ()
    refused: str = ""
    shows: dict[str, tuple[object, ...]] = field(default_factory=dict)
