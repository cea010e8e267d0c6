"""Projects: a folder each, found by id, never by path."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import tomlkit

from livelihood_map.core.errors import LivelihoodMapError, SettingsError
from livelihood_map.core.io import told
from livelihood_map.core.labels import current_lang, label
from livelihood_map.core.names import safe_name
from livelihood_map.office.toml_file import TomlFile

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS: Final = "livelihood.toml"
DATA: Final = "data"
OWN: Final = ".office"
"""Folder of what the program notes about a project: answers, logs; it can be dropped."""
PLACES: Final = {"output": "out", "maps": "maps"}
"""Folders of outputs and of maps where the settings name none."""
PROJECTS_MAX: Final = 500
_NEVER_COPIED: Final = (OWN, "out", "maps")


class NotThereError(LivelihoodMapError):
    """There is no such project, file or page."""


def id_of(text: str) -> str:
    """Return the id by which a folder or file is asked for."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


@dataclass(frozen=True)
class Project:
    """One project.

    Parameters
    ----------
    folder
        Its folder.
    """

    folder: Path

    @property
    def id(self) -> str:
        """Return the id by which it is asked for."""
        return id_of(self.folder.name)

    @property
    def settings(self) -> TomlFile:
        """Return its settings file."""
        return TomlFile(self.folder / SETTINGS)

    @property
    def data(self) -> Path:
        """Return the folder of the files that were handed over."""
        return self.folder / DATA

    @property
    def own(self) -> Path:
        """Return the folder of what the program notes; made when it is not there."""
        folder = self.folder / OWN
        with told(folder):
            folder.mkdir(exist_ok=True)
        return folder

    def content(self) -> dict[str, Any]:
        """Return what the settings file holds; nothing where it cannot be read."""
        try:
            content: dict[str, Any] = self.settings.document().unwrap()
        except (OSError, SettingsError):
            return {}
        return content

    def setting(self, dotted: str, default: Any = None) -> Any:  # noqa: ANN401  (a value of TOML)
        """Return one value of the settings file by its dotted name."""
        part: Any = self.content()
        for name in dotted.split("."):
            if not isinstance(part, dict) or name not in part:
                return default
            part = part[name]
        return part

    @property
    def title(self) -> str:
        """Return the name that the office gave it."""
        name = self.setting("area.name", "")
        return str(name) if name else self.folder.name

    def file(self, file_id: str) -> Path:
        """Return a file that was handed over, by its id.

        Raises
        ------
        NotThereError
            When there is none.
        """
        for path in self.files():
            if id_of(path.name) == file_id:
                return path
        raise NotThereError("office.not_there")

    def files(self) -> list[Path]:
        """Return the files that were handed over, by name; links are none of them."""
        if not self.data.is_dir() or self.data.is_symlink():
            return []
        here = (path for path in self.data.iterdir() if path.is_file() and not path.is_symlink())
        return sorted(path for path in here if not path.name.startswith("."))

    def finished(self) -> dt.datetime | None:
        """Return when the stored run ended; None when there is none."""
        try:
            times = self.place("output") / "times.json"
            return dt.datetime.fromisoformat(json.loads(times.read_text("utf-8"))["finished"])
        except (OSError, ValueError, KeyError, TypeError, NotThereError):
            return None

    def is_behind(self) -> bool:
        """Return whether settings or files have changed since the stored run ended."""
        finished = self.finished()
        if finished is None:
            return False
        changed = [path.stat().st_mtime for path in (self.settings.path, *self.files())]
        return max(changed) > finished.timestamp() + 1

    def place(self, key: str) -> Path:
        """Return the folder of outputs or of maps, as the settings name it.

        Parameters
        ----------
        key
            output or maps.

        Raises
        ------
        NotThereError
            When it leads out of the project.
        """
        named = str(self.setting(f"run.{key}", PLACES[key]))
        home, folder = self.folder.resolve(), (self.folder / named).resolve()
        if folder == home or not folder.is_relative_to(home):
            raise NotThereError("office.not_there")
        return folder


class Projects:
    """All projects below one folder.

    Parameters
    ----------
    root
        The folder; made when it does not exist.

    Raises
    ------
    OutputError
        When it cannot be made.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        with told(root):
            root.mkdir(parents=True, exist_ok=True)

    def every(self) -> list[Project]:
        """Return the projects, the last changed first."""
        there = [
            Project(folder)
            for folder in self.root.iterdir()
            if not folder.is_symlink() and _is_plain_file(folder / SETTINGS)
        ]
        return sorted(there, key=lambda one: one.settings.path.stat().st_mtime, reverse=True)

    def find(self, project_id: str) -> Project:
        """Return a project by its id.

        Raises
        ------
        NotThereError
            When there is none.
        """
        for project in self.every():
            if project.id == project_id:
                return project
        raise NotThereError("office.not_there")

    def new(self, title: str) -> Project:
        """Return a new project of a name, empty but for its settings file.

        Raises
        ------
        SettingsError
            When the name is empty or there are too many projects.
        """
        project = self._room_for(title)
        document = tomlkit.document()
        document.add(tomlkit.comment(label("office.toml_heading")))
        document["run"] = {"lang": current_lang()}
        document["area"] = {"name": title.strip()}
        with told(project.folder):
            project.data.mkdir(parents=True)
            project.settings.path.write_text(tomlkit.dumps(document), "utf-8", newline="\n")
        return project

    def copy(self, project: Project, title: str) -> Project:
        """Return a copy of a project's files and settings under another name, without its runs.

        Raises
        ------
        SettingsError
            When the name is empty or there are too many projects.
        """
        other = self._room_for(title)
        left_out = {
            *_NEVER_COPIED,
            *(str(project.setting(f"run.{key}")) for key in ("output", "maps")),
        }
        with told(other.folder):
            shutil.copytree(
                project.folder,
                other.folder,
                symlinks=True,
                ignore=lambda _, names: [name for name in names if name in left_out],
            )
        settings = other.settings

        def rename(document: tomlkit.TOMLDocument) -> None:
            document.setdefault("area", tomlkit.table())["name"] = title.strip()

        settings.change(rename, settings.version())
        return other

    def _room_for(self, title: str) -> Project:
        """Return a project whose folder is not there yet."""
        name = safe_name(title, limit=80)
        if not title.strip() or len(title) > 100:  # noqa: PLR2004  (what a page shows of a name)
            raise SettingsError("office.title_wanted")
        taken = [path.name for path in self.root.iterdir()]
        if len(taken) >= PROJECTS_MAX:
            raise SettingsError("office.too_many_projects", most=PROJECTS_MAX)
        free = (name, *(f"{name}-{number}" for number in range(2, PROJECTS_MAX + 2)))
        lower = {other.casefold() for other in taken}
        return Project(self.root / next(one for one in free if one.casefold() not in lower))


def _is_plain_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
