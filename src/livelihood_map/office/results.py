"""What a project's runs have made: listed, opened by id, bound together by town."""

from __future__ import annotations

import io
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from livelihood_map.core.labels import has_label, label
from livelihood_map.core.names import safe_name
from livelihood_map.office.projects import PLACES, NotThereError, id_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from livelihood_map.office.projects import Project

GROUPS: Final = (
    "maps",
    "check",
    "books",
    "briefs",
    "lists",
    "pictures",
    "checked",
    "tried",
    "more",
)
"""Groups of files in the order of the page."""
_NEVER: Final = ("tables", ".livelihood-map", "kept", "templates")
_NO_RESULT: Final = ("run.json", "times.json")
_KINDS: Final = {
    ".html": "text/html; charset=utf-8",
    ".png": "image/png",
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".csv": "text/csv; charset=utf-8",
    ".geojson": "application/geo+json",
    ".gpkg": "application/geopackage+sqlite3",
}
_SHOWN: Final = (".html", ".png", ".pdf")
"""Endings that a browser shows; others are handed over as files."""
ZIP_MAX: Final = 500_000_000


@dataclass(frozen=True)
class Made:
    """One file that was made.

    Parameters
    ----------
    id
        Id by which it is asked for.
    path
        The file.
    place
        Its path below the folder of outputs or of maps.
    group
        One of `GROUPS`.
    """

    id: str
    path: Path
    place: str
    group: str

    @property
    def title(self) -> str:
        """Return what it is in words, else its name."""
        if self.group == "tried":
            return self.place
        key = f"office.made_{self.place.replace('/', '_').replace('.', '_')}"
        return label(key) if has_label(key) else self.path.name

    @property
    def kind(self) -> str:
        """Return its type as a browser is told it."""
        return _KINDS.get(self.path.suffix.lower(), "application/octet-stream")

    @property
    def is_shown(self) -> bool:
        """Return whether a browser shows it rather than storing it."""
        return self.path.suffix.lower() in _SHOWN

    @property
    def is_page(self) -> bool:
        """Return whether it is a page with scripts of its own."""
        return self.path.suffix.lower() == ".html"


def list_made(project: Project) -> list[Made]:
    """Return the files of a project's run, by group and name; links are none of them."""
    found: dict[str, Made] = {}
    for key in PLACES:
        try:
            root = project.place(key)
        except NotThereError:
            continue
        for path in _files_below(root):
            place = path.relative_to(root).as_posix()
            if place in _NO_RESULT or place.startswith("."):
                continue
            made_id = id_of(f"{key}/{place}")
            found[made_id] = Made(made_id, path, place, _group_of(key, place))
    order = {group: number for number, group in enumerate(GROUPS)}
    return sorted(found.values(), key=lambda one: (order[one.group], one.place))


def _files_below(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root, followlinks=False):
        folders[:] = [name for name in folders if name not in _NEVER]
        for name in names:
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink():
                yield path


def _group_of(root: str, place: str) -> str:
    top, _, rest = place.partition("/")
    if root == "maps":
        if top == "pictures":
            return "pictures"
        return "check" if top.startswith("check") else "maps"
    if top.startswith("what-if-"):
        return "tried"
    known = {
        "annex": "books",
        "briefs": "briefs",
        "check": "checked",
        "district.xlsx": "books",
        "towns": "books",
    }
    return known.get(top, "more" if rest else "lists")


def find_made(project: Project, made_id: str) -> Made:
    """Return a file that was made, by its id.

    Raises
    ------
    NotThereError
        When there is none.
    """
    for one in list_made(project):
        if one.id == made_id:
            return one
    raise NotThereError("office.not_there")


def by_town(made: list[Made]) -> dict[str, list[Made]]:
    """Return the files of each town that has a workbook, a brief or a page of its own."""
    towns: dict[str, list[Made]] = {}
    for one in made:
        is_of_town = one.place.startswith(
            ("towns/", "annex/towns/", "briefs/towns/", "check/", "planner/")
        )
        if is_of_town and one.group != "checked":
            towns.setdefault(one.path.stem, []).append(one)
    return dict(sorted(towns.items()))


def name_town(stem: str) -> str:
    """Return a town's name without the code before it."""
    code, _, name = stem.partition("_")
    return name if name and code.isdigit() else stem


def zip_town(project: Project, town_id: str) -> tuple[str, bytes]:
    """Return the name and the bytes of one archive with all files of a town.

    Raises
    ------
    NotThereError
        When there is no such town, or its files are more than an archive takes.
    """
    for stem, made in by_town(list_made(project)).items():
        if id_of(stem) == town_id and sum(one.path.stat().st_size for one in made) < ZIP_MAX:
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
                for one in made:
                    archive.write(one.path, one.place)
            return f"{safe_name(stem)}.zip", packed.getvalue()
    raise NotThereError("office.not_there")
