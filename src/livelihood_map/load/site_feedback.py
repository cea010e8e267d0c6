"""The towns' views on the sites, read back from lists and maps: every slip named, nothing lost."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from livelihood_map.core.errors import SourceError
from livelihood_map.core.labels import LANGS, label
from livelihood_map.load.files.parsing import degrees_of
from livelihood_map.load.files.raw import is_blank, key_of, text_of, without_personal
from livelihood_map.load.files.text_files import read_csv_cells
from livelihood_map.load.files.workbook_reader import read_workbook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from livelihood_map.load.files.raw import Grid

COLUMNS: Final = ("rank", "town_name", "name", "candidate_id", "agreed", "remark", "lon", "lat")
"""What is read of a list; headings are those of the site list, in either language."""
MOVED_MAX_DEG: Final = 2e-5
"""About 2 m: a site whose coordinates in the list differ more has been moved."""
_SUFFIXES: Final = frozenset((".xlsx", ".xlsm", ".xls", ".et", ".ods", ".csv"))
_SLIPS: Final = ("source", "sheet", "row", "candidate_id", "field", "value", "problem", "remedy",
                 "is_taken", "raw")  # fmt: skip
_PROPOSALS: Final = ("name", "lon", "lat", "remark", "source", "sheet", "row")


@dataclass(frozen=True)
class Views:
    """What the towns said.

    Parameters
    ----------
    views
        candidate_id, verdict (``agreed``, ``rejected`` or ``open``), remark: one row a site.
    proposals
        name, lon, lat (WGS-84), remark, source, sheet, row: places that the towns propose.
    slips
        source, sheet, row, candidate_id, field, value, problem, remedy, is_taken (the row counts
        all the same) and raw (the whole row as it was written, JSON).
    """

    views: pd.DataFrame
    proposals: pd.DataFrame
    slips: pd.DataFrame


@dataclass
class _Line:
    """One row of a list."""

    source: str
    sheet: str
    row: int
    cells: dict[str, object]
    candidate_id: str = ""

    @property
    def raw(self) -> str:
        """Return the row as it was written, without personal numbers."""
        texts = {name: without_personal(text_of(value)) for name, value in self.cells.items()}
        return json.dumps(texts, ensure_ascii=False)

    def text(self, name: str) -> str:
        """Return a cell as text, empty where there is none."""
        return text_of(self.cells.get(name))


def read_views(path: Path, sites: pd.DataFrame, *, office: frozenset[str] = frozenset()) -> Views:
    """Return what the towns said in a list, a file saved by the map, or a folder of both.

    Parameters
    ----------
    path
        ``sites.xlsx`` or a town's workbook with its columns filled in, the CSV that the planner's
        map saves, or a folder of such files.
    sites
        The plan that they were asked about: candidate_id, rank, name, town_name, lon, lat (WGS-84).
    office
        Ids of sites that the settings fix: no town can refuse them.

    Raises
    ------
    SourceError
        When there is no such file, or it holds no list of sites.
    """
    reader = _Reader(sites, office)
    for file in _files(path):
        reader.read(file)
    reader.find_missing()
    verdicts = [reader.verdicts.get(one, ("open", "")) for one in sites["candidate_id"]]
    views = pd.DataFrame(
        {
            "candidate_id": sites["candidate_id"].to_numpy(),
            "verdict": [verdict for verdict, _ in verdicts],
            "remark": [remark for _, remark in verdicts],
        }
    )
    proposals = pd.DataFrame(reader.proposals, columns=list(_PROPOSALS))
    return Views(views, proposals, pd.DataFrame(reader.slips, columns=list(_SLIPS)))


def _files(path: Path) -> list[Path]:
    """Return the files to read."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise SourceError("review.no_file", path=path)
    found = [one for one in sorted(path.iterdir()) if one.suffix.lower() in _SUFFIXES]
    found = [one for one in found if not one.name.startswith("~$")]
    if not found:
        raise SourceError("review.no_lists", path=path)
    return found


def _words(name: str) -> frozenset[str]:
    """Return the words of a list in the catalogue, of both languages, as they are compared."""
    words = [word for lang in LANGS for word in label(f"review.words_{name}", lang).split("|")]
    return frozenset(key_of(word) for word in words)


def _headings() -> dict[str, str]:
    """Return our column by heading as it is compared."""
    found = {key_of(label(f"report.site_{name}", lang)): name for name in COLUMNS for lang in LANGS}
    return found | dict.fromkeys(_words("heading"), "agreed")


@dataclass
class _Reader:
    sites: pd.DataFrame
    office: frozenset[str]
    verdicts: dict[str, tuple[str, str]] = field(default_factory=dict)
    proposals: list[dict[str, Any]] = field(default_factory=list)
    slips: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._known = {str(row["candidate_id"]): row for row in self.sites.to_dict("records")}
        self._headings = _headings()
        self._verdict_of = dict.fromkeys(_words("agree"), "agreed")
        self._verdict_of |= dict.fromkeys(_words("reject"), "rejected")
        self._verdict_of |= dict.fromkeys(_words("new"), "proposed")
        self._seen: dict[str, _Line] = {}
        self._contradicted: set[str] = set()
        self._towns: set[object] = set()

    def slip(
        self, kind: str, line: _Line, column: str = "", value: str = "", *, is_taken: bool = False
    ) -> None:
        """Note one slip."""
        shown = without_personal(value)
        name = label(f"report.site_{column}") if column in COLUMNS else column
        values: dict[str, Any] = {"value": shown, "field": name}
        self.slips.append(
            {
                "source": line.source,
                "sheet": line.sheet,
                "row": line.row,
                "candidate_id": line.candidate_id,
                "field": name,
                "value": shown,
                "problem": label(f"review.slip_{kind}", **values),
                "remedy": label(f"review.remedy_{kind}"),
                "is_taken": is_taken,
                "raw": line.raw,
            }
        )

    def read(self, path: Path) -> None:
        """Read every list of one file."""
        is_csv = path.suffix.lower() == ".csv"
        grids = read_csv_cells(path, encoding=None) if is_csv else read_workbook(path, sheet=None)
        tables = [(grid, found) for grid in grids if (found := self._header(grid)) is not None]
        if not tables:
            raise SourceError(
                "review.no_table", path=path.name, heading=label("report.site_agreed")
            )
        for grid, (top, columns) in tables:
            self._table(path.name, grid, top, columns)

    def _header(self, grid: Grid) -> tuple[int, dict[int, str]] | None:
        """Return the header's row and our column by position: the first row with a view."""
        for top, row in enumerate(grid.rows):
            names = {at: self._headings.get(key_of(text_of(cell))) for at, cell in enumerate(row)}
            columns = {at: name for at, name in names.items() if name is not None}
            has_key = {"candidate_id", "name", "rank"} & set(columns.values())
            if "agreed" in columns.values() and has_key:
                return top, columns
        return None

    def _table(self, source: str, grid: Grid, top: int, columns: Mapping[int, str]) -> None:
        for number, row in enumerate(grid.rows[top + 1 :], start=top + 2):
            cells = {name: row[at] if at < len(row) else None for at, name in columns.items()}
            if not all(is_blank(value) for value in cells.values()):
                self._line(_Line(source, grid.sheet, number, cells))
            elif not all(map(is_blank, row)):
                rest: Sequence[object] = [cell for cell in row if not is_blank(cell)]
                line = _Line(source, grid.sheet, number, {"": " ".join(map(text_of, rest))})
                self.slip("row_unknown", line, "", line.text(""))

    def _line(self, line: _Line) -> None:
        """Take one row: a site's view, or a proposal."""
        written = line.text("agreed")
        verdict = self._verdict_of.get(key_of(written), "") if written else "open"
        if not self._identify(line):
            if line.text("candidate_id"):
                self.slip("id_unknown", line, "candidate_id", line.text("candidate_id"))
            elif verdict == "proposed" or not is_blank(line.cells.get("lon")):
                self._proposal(line)
            else:
                self.slip("row_unknown", line, "name", line.text("name") or written)
            return
        self._compare(line)
        if verdict in {"", "proposed"}:
            self.slip("verdict_unknown", line, "agreed", written)
            verdict = "open"
        elif verdict == "rejected" and line.candidate_id in self.office:
            self.slip("fixed_by_office", line, "agreed", written)
            verdict = "open"
        elif verdict == "rejected" and not line.text("remark"):
            self.slip("remark_absent", line, "remark", "", is_taken=True)
        elif verdict == "open" and line.text("remark"):
            self.slip("remark_alone", line, "remark", line.text("remark"))
        self._note(line, verdict)

    def _identify(self, line: _Line) -> bool:
        """Find out which site a row means: by id, else by number and name."""
        written = line.text("candidate_id")
        if written in self._known:
            line.candidate_id = written
            return True
        rank, name = line.text("rank"), key_of(line.text("name"))
        same = [
            one
            for one, row in self._known.items()
            if str(row["rank"]) == rank and key_of(text_of(row["name"])) == name
        ]
        if len(same) != 1:
            return False
        line.candidate_id = same[0]
        if written:
            self.slip("id_wrong", line, "candidate_id", written, is_taken=True)
        return True

    def _compare(self, line: _Line) -> None:
        """Note what a row says otherwise than the plan."""
        known = self._known[line.candidate_id]
        name = line.text("name")
        if name and key_of(name) != key_of(text_of(known["name"])):
            self.slip("name_changed", line, "name", name, is_taken=True)
        for column in ("lon", "lat"):
            written = line.text(column)
            if not written:
                continue
            try:
                degrees = degrees_of(line.cells[column])
            except ValueError:
                degrees = None
            if degrees is None or abs(degrees - float(known[column])) > MOVED_MAX_DEG:
                self.slip("place_changed", line, column, written, is_taken=True)
                return

    def _note(self, line: _Line, verdict: str) -> None:
        """Keep the view of a row; two views of one site that differ leave it open."""
        one, remark = line.candidate_id, without_personal(line.text("remark"))
        self._towns.add(self._known[one]["town_name"])
        before = self.verdicts.get(one)
        if one in self._contradicted:
            return
        if before is not None and "open" not in {before[0], verdict}:
            is_same = before[0] == verdict
            kind = "repeated" if is_same else "contradicted"
            self.slip(kind, line, "agreed", line.text("agreed"), is_taken=is_same)
            if not is_same:
                self._contradicted.add(one)
                self.verdicts[one] = ("open", before[1])
            return
        self._seen.setdefault(one, line)
        if before is None or before[0] == "open":
            self.verdicts[one] = (verdict, remark)

    def _proposal(self, line: _Line) -> None:
        """Keep a place that a town proposes."""
        degrees = {}
        for column in ("lon", "lat"):
            try:
                degrees[column] = degrees_of(line.cells.get(column))
            except ValueError:
                degrees[column] = None
            value = degrees[column]
            if value is None or not np.isfinite(value):
                self.slip("place_absent", line, column, line.text(column))
                return
        self.proposals.append(
            {
                "name": line.text("name"),
                **degrees,
                "remark": without_personal(line.text("remark")),
                "source": line.source,
                "sheet": line.sheet,
                "row": line.row,
            }
        )

    def find_missing(self) -> None:
        """Note the sites whose rows are gone from the lists of their towns."""
        for one, row in self._known.items():
            if one not in self._seen and row["town_name"] in self._towns:
                cells = {name: row.get(name) for name in COLUMNS}
                self.slip("row_absent", _Line("", "", 0, cells, one), "name", text_of(row["name"]))
