"""The towns' views on the sites, read back from lists and maps: every slip named, nothing lost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from livelihood_map.core.errors import SourceError
from livelihood_map.core.labels import LANGS, label
from livelihood_map.load.files.list_rows import ListRow, Slips, find_lists
from livelihood_map.load.files.parsing import degrees_or_none
from livelihood_map.load.files.raw import is_blank, key_of, text_of, without_personal
from livelihood_map.load.files.row_faults import slips_table

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS: Final = ("rank", "town_name", "name", "candidate_id", "agreed", "remark", "lon", "lat")
"""What is read of a list; headings are those of the site list, in either language."""
MOVED_MAX_DEG: Final = 2e-5
"""About 2 m: a site whose coordinates in the list differ more has been moved."""
SAME_PLACE_M: Final = 50.0
"""A view is of the site that stands at most this far from where the view was given, whatever its id
and number are now: an earlier run's list is read by place."""
_DEGREE_M: Final = 111_195.0
_SUFFIXES: Final = frozenset((".xlsx", ".xlsm", ".xls", ".et", ".ods", ".csv", ".txt"))
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


def read_views(path: Path, sites: pd.DataFrame, *, office: frozenset[str] = frozenset()) -> Views:
    """Return what the towns said in a list, a file saved by the map, or a folder of both.

    Parameters
    ----------
    path
        ``sites.xlsx`` or a town's workbook with its columns filled in, the CSV that a page saves,
        a text file into which the text that a page gives was pasted, or a folder of such files.
        Lists of an earlier run are read too: a row is of the site within 50 m of its coordinates.
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
    return Views(views, proposals, slips_table(reader.slips.faults, subject="candidate_id"))


def _files(path: Path) -> list[Path]:
    """Return the files to read."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise SourceError("review.no_file", path=path)
    lists = [one for one in sorted(path.iterdir()) if one.suffix.lower() in _SUFFIXES]
    lists = [one for one in lists if not one.name.startswith("~$")]
    if not lists:
        raise SourceError("review.no_lists", path=path)
    return lists


def _words(name: str) -> frozenset[str]:
    """Return the words of a list in the catalogue, of both languages, as they are compared."""
    words = [word for lang in LANGS for word in label(f"review.words_{name}", lang).split("|")]
    return frozenset(key_of(word) for word in words)


def _headings() -> dict[str, str]:
    """Return our column by heading as it is compared."""
    names = {key_of(label(f"report.site_{name}", lang)): name for name in COLUMNS for lang in LANGS}
    return names | dict.fromkeys(_words("heading"), "agreed")


def _heading(column: str) -> str:
    """Return the heading under which a column of ours is shown."""
    return label(f"report.site_{column}") if column in COLUMNS else column


def _shown(cell: object) -> str:
    """Return a cell as it may be shown, without personal numbers."""
    return without_personal(text_of(cell))


def _has_views(columns: set[str]) -> bool:
    """Return whether a row of headings names views and what they are of."""
    return "agreed" in columns and bool({"candidate_id", "name", "rank"} & columns)


class _Reader:
    """Reads the lists one after the other; a site may stand in several."""

    def __init__(self, sites: pd.DataFrame, office: frozenset[str]) -> None:
        self.verdicts: dict[str, tuple[str, str]] = {}
        self.proposals: list[dict[str, Any]] = []
        self.slips = Slips("review", _heading, _shown)
        self._office = office
        self._known = {str(row["candidate_id"]): row for row in sites.to_dict("records")}
        self._ids = list(self._known)
        self._lon = sites["lon"].to_numpy(dtype=float)
        self._lat = sites["lat"].to_numpy(dtype=float)
        self._verdict_of = dict.fromkeys(_words("agree"), "agreed")
        self._verdict_of |= dict.fromkeys(_words("reject"), "rejected")
        self._verdict_of |= dict.fromkeys(_words("new"), "proposed")
        self._seen: set[str] = set()
        self._contradicted: set[str] = set()
        self._towns: set[object] = set()

    def read(self, path: Path) -> None:
        """Read every list of one file."""
        tables = find_lists(path, _headings(), _has_views)
        if not tables:
            raise SourceError("review.no_table", path=path.name, heading=_heading("agreed"))
        for row in (row for table in tables for row in table.rows()):
            if any(map(row.has, COLUMNS)):
                self._view(row)
            else:
                text = " ".join(text_of(cell) for cell in row.written if not is_blank(cell))
                self.slips.add("row_unknown", replace(row, cells={"": text}), "", text)

    def _view(self, row: ListRow) -> None:
        """Take one row: a site's view, or a proposal."""
        written = row.text("agreed")
        verdict = self._verdict_of.get(key_of(written), "") if written else "open"
        one = self._identify(row)
        if one is None:
            if row.text("candidate_id"):
                written = row.text("candidate_id")
                metres = f"{SAME_PLACE_M:g}"
                self.slips.add("id_unknown", row, "candidate_id", written, metres=metres)
            elif verdict == "proposed" or row.has("lon"):
                self._proposal(row)
            else:
                self.slips.add("row_unknown", row, "name", row.text("name") or written)
            return
        row = replace(row, subject=one)
        self._compare(row)
        if verdict in {"", "proposed"}:
            self.slips.add("verdict_unknown", row, "agreed", written)
            verdict = "open"
        elif verdict == "rejected" and one in self._office:
            self.slips.add("fixed_by_office", row, "agreed", written)
            verdict = "open"
        elif verdict == "rejected" and not row.text("remark"):
            self.slips.add("remark_absent", row, "remark", "", is_taken=True)
        elif verdict == "open" and row.text("remark"):
            self.slips.add("remark_alone", row, "remark", row.text("remark"))
        self._note(row, verdict)

    def _identify(self, row: ListRow) -> str | None:
        """Return which site a row means: by place and id, else by number and name."""
        written, near = row.text("candidate_id"), self._near(row)
        if written in self._known and (near is None or written in near or self._is_named(row)):
            return written
        if near:
            return self._say_known(row, near[0], "id_moved", metres=f"{SAME_PLACE_M:g}")
        rank, name = row.text("rank"), key_of(row.text("name"))
        same = [
            one
            for one, site in self._known.items()
            if str(site["rank"]) == rank and key_of(text_of(site["name"])) == name
        ]
        return self._say_known(row, same[0], "id_wrong") if len(same) == 1 else None

    def _near(self, row: ListRow) -> list[str] | None:
        """Return the sites at the place of a row, the nearest first; None when it has no place."""
        lon, lat = (degrees_or_none(row.cells.get(column)) for column in ("lon", "lat"))
        if lon is None or lat is None:
            return None
        east = (self._lon - lon) * np.cos(np.radians(lat))
        metres = np.hypot(east, self._lat - lat) * _DEGREE_M
        return [self._ids[at] for at in np.argsort(metres) if metres[at] <= SAME_PLACE_M]

    def _is_named(self, row: ListRow) -> bool:
        """Return whether a row bears the name of the site of its id: its place was changed."""
        known = self._known[row.text("candidate_id")]
        return key_of(row.text("name")) == key_of(text_of(known["name"]))

    def _say_known(self, row: ListRow, one: str, kind: str, **told: object) -> str:
        """Return the site that a row means, and note that its id is another."""
        written = row.text("candidate_id")
        if written:
            meant = replace(row, subject=one)
            self.slips.add(kind, meant, "candidate_id", written, is_taken=True, **told)
        return one

    def _compare(self, row: ListRow) -> None:
        """Note what a row says otherwise than the plan."""
        known = self._known[row.subject]
        name = row.text("name")
        if name and key_of(name) != key_of(text_of(known["name"])):
            self.slips.add("name_changed", row, "name", name, is_taken=True)
        for column in ("lon", "lat"):
            written = row.text(column)
            if not written:
                continue
            degrees = degrees_or_none(row.cells.get(column))
            if degrees is None or abs(degrees - float(known[column])) > MOVED_MAX_DEG:
                self.slips.add("place_changed", row, column, written, is_taken=True)
                return

    def _note(self, row: ListRow, verdict: str) -> None:
        """Keep the view of a row; two views of one site that differ leave it open."""
        one, remark = row.subject, _shown(row.cells.get("remark"))
        self._towns.add(self._known[one]["town_name"])
        before = self.verdicts.get(one)
        if one in self._contradicted:
            return
        if before is not None and "open" not in {before[0], verdict}:
            is_same = before[0] == verdict
            kind = "repeated" if is_same else "contradicted"
            self.slips.add(kind, row, "agreed", row.text("agreed"), is_taken=is_same)
            if not is_same:
                self._contradicted.add(one)
                self.verdicts[one] = ("open", before[1])
            return
        self._seen.add(one)
        if before is None or before[0] == "open":
            self.verdicts[one] = (verdict, remark)

    def _proposal(self, row: ListRow) -> None:
        """Keep a place that a town proposes."""
        degrees = {column: degrees_or_none(row.cells.get(column)) for column in ("lon", "lat")}
        for column, value in degrees.items():
            if value is None or not np.isfinite(value):
                self.slips.add("place_absent", row, column, row.text(column))
                return
        self.proposals.append(
            {
                "name": row.text("name"),
                **degrees,
                "remark": _shown(row.cells.get("remark")),
                "source": row.source,
                "sheet": row.sheet,
                "row": row.row,
            }
        )

    def find_missing(self) -> None:
        """Note the sites whose rows are gone from the lists of their towns."""
        for one, site in self._known.items():
            if one not in self._seen and site["town_name"] in self._towns:
                cells = {name: site.get(name) for name in COLUMNS}
                gone = ListRow("", "", 0, cells, subject=one)
                self.slips.add("row_absent", gone, "name", site["name"])
