"""All or nothing: a run is made aside and takes the place of the last one in one step.

Everything new lies in ``next`` beside what it replaces, so that each move is a renaming on one
file system. The journal says how far the change-over has come::

    (no journal)   next may hold anything; the old run is whole; what is noted may be taken up
    retire         old files move to retired; nothing new has been installed
    install        all old files are away; new files move into place
    commit         the new run is whole; retired becomes previous

Whoever starts next, under the lock, finishes what the journal says; a file that cannot be moved
makes it undo everything instead. Each move can be repeated: it is done when its source is gone.
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from livelihood_map.core.errors import LivelihoodMapError
from livelihood_map.core.io import output_error, told

if TYPE_CHECKING:
    from collections.abc import Iterable

ASIDE: Final = ".livelihood-map"
"""Folder beside the outputs for what is no output: the next run, the run before, the lock."""
JOURNAL: Final = "change.json"
UNFINISHED: Final = "unfinished.json"
"""What the stages of a run that broke off have left in ``next``."""
OUTPUT: Final = "output"
MAPS: Final = "maps"
_STATES: Final = ("retire", "install", "commit")
_SOURCES: Final = ("next", "previous")


@dataclass(frozen=True)
class Places:
    """Where the files of a run lie; each is named by its root and its path below it.

    Parameters
    ----------
    output, maps
        Folders of outputs and of maps.
    """

    output: Path
    maps: Path

    def root(self, key: str) -> Path:
        """Return the folder that a file's name starts from."""
        return self.maps if key.partition("/")[0] == MAPS else self.output

    def final(self, key: str) -> Path:
        """Return where a file of the run lies."""
        return self.root(key) / key.partition("/")[2]

    def aside(self, part: str, key: str) -> Path:
        """Return where a file lies in ``next``, ``retired`` or ``previous``."""
        return self.root(key) / ASIDE / part / key

    def next_folder(self, root: str) -> Path:
        """Return the folder in which the next run writes the files of a root."""
        return self.aside("next", f"{root}/")

    def key_of(self, path: Path) -> str:
        """Return the name of a file that the next run has written."""
        for root in (OUTPUT, MAPS):
            folder = self.next_folder(root)
            if path.is_relative_to(folder):
                return f"{root}/{path.relative_to(folder).as_posix()}"
        raise ValueError(path)

    def parts(self, name: str) -> list[Path]:
        """Return the folders of one part beside outputs and maps."""
        return list(dict.fromkeys((self.output / ASIDE / name, self.maps / ASIDE / name)))

    def keys_in(self, part: str) -> list[str]:
        """Return the names of all files in a part."""
        return sorted(
            path.relative_to(folder).as_posix()
            for folder in self.parts(part)
            for path in folder.rglob("*")
            if path.is_file()
        )

    @property
    def journal(self) -> Path:
        """Return where the journal lies while a change-over is under way."""
        return self.output / ASIDE / JOURNAL

    @property
    def unfinished(self) -> Path:
        """Return where it is noted what a run under way has made."""
        return self.output / ASIDE / UNFINISHED


@dataclass(frozen=True)
class Change:
    """One change-over.

    Parameters
    ----------
    places
        Where its files lie.
    retire
        Files of the last run that go, or make room for new ones.
    install
        Files that come.
    source
        Part that new files come from: ``next``, or ``previous`` on the way back.
    rotates
        Whether what goes is kept as the run before; else it is dropped.
    """

    places: Places
    retire: tuple[str, ...]
    install: tuple[str, ...]
    source: str = "next"
    rotates: bool = True

    def carry_out(self) -> None:
        """Change over from the last run to the next.

        Raises
        ------
        OutputError
            When a file is held open or cannot be moved; nothing has changed then.
        """
        places = self.places
        with told(places.output):
            sync(places.aside(self.source, key) for key in self.install)
            for key in {*self.retire, *self.install}:
                probe(places.final(key))
            for key in self.install:
                with told(places.final(key)):
                    places.final(key).parent.mkdir(parents=True, exist_ok=True)
            for folder in places.parts("retired"):
                drop(folder)
                folder.mkdir(parents=True)
            self._note("retire")
        self._go_on("retire")

    def _note(self, state: str) -> None:
        """Write how far the change-over has come, so that it survives a power cut."""
        content = {
            "state": state,
            "maps": relative(self.places.maps, self.places.output),
            "retire": self.retire,
            "install": self.install,
            "source": self.source,
            "rotates": self.rotates,
        }
        draft = self.places.journal.with_suffix(".draft")
        draft.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        sync([draft])
        replace(draft, self.places.journal)
        if os.name == "posix":
            folder = os.open(self.places.journal.parent, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)

    def _go_on(self, state: str) -> None:
        """Do what is left from a state on; undo everything when a file cannot be moved."""
        places = self.places
        try:
            if state == "retire":
                for key in self.retire:
                    if not places.aside("retired", key).exists():
                        move(places.final(key), places.aside("retired", key))
                self._note("install")
            if state in {"retire", "install"}:
                for key in self.install:
                    move(places.aside(self.source, key), places.final(key))
                self._note("commit")
        except OSError as error:
            self._undo()
            raise output_error(error, Path(error.filename or places.output)) from error
        # The new run is whole: what cannot be cleared up now is cleared up at the next start.
        with suppress(OSError):
            self._commit()

    def _commit(self) -> None:
        """Keep what went as the run before, and clear up."""
        for key in self.retire:
            prune(self.places.final(key).parent, self.places.root(key))
        for retired in self.places.parts("retired"):
            if self.rotates and retired.exists():
                drop(retired.with_name("previous"))
                replace(retired, retired.with_name("previous"))
        clear(self.places)

    def _undo(self) -> None:
        """Put everything back: what was installed aside again, what had gone into its place."""
        places = self.places
        for key in reversed(self.install):
            if not places.aside(self.source, key).exists():
                move(places.final(key), places.aside(self.source, key))
        with suppress(OSError):
            self._note("retire")
        for key in reversed(self.retire):
            move(places.aside("retired", key), places.final(key))
        for key in self.install:
            prune(places.final(key).parent, places.root(key))
        clear(places)


def recover(places: Places, *, is_resumed: bool = False) -> None:
    """Finish or undo what a killed process left, and clear up; the lock must be held.

    Parameters
    ----------
    places
        Where the files of the run lie.
    is_resumed
        Whether what a run that broke off has made stays, to be taken up.

    Raises
    ------
    OutputError
        When a file of the change-over is held open.
    LivelihoodMapError
        When the journal is damaged.
    """
    places.journal.with_suffix(".draft").unlink(missing_ok=True)
    try:
        change, state = _read_journal(places)
    except FileNotFoundError:
        if not (is_resumed and places.unfinished.exists()):
            clear(places)
        return
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise LivelihoodMapError("freshness.journal", path=str(places.journal)) from error
    change._go_on(state)  # noqa: SLF001  (the same module)


def _read_journal(places: Places) -> tuple[Change, str]:
    """Return the change-over that the journal tells of, and how far it has come."""
    left: dict[str, Any] = json.loads(places.journal.read_text("utf-8"))
    names = ("retire", "install")
    if not all(isinstance(left[name], list) and all(map(is_key, left[name])) for name in names):
        raise ValueError(left)
    if left["state"] not in _STATES or left["source"] not in _SOURCES:
        raise ValueError(left)
    there = Places(places.output, places.output / left["maps"])
    retire, install = (tuple(left[name]) for name in names)
    for place in (there.maps, *map(there.final, (*retire, *install))):
        try:
            place.exists()
        except OSError as error:  # such as a name that is too long
            raise ValueError(left) from error
    return Change(there, retire, install, left["source"], bool(left["rotates"])), left["state"]


def is_key(key: object) -> bool:
    """Return whether a text names a file of a run: below its outputs or its maps, nowhere else.

    Examples
    --------
    >>> is_key("output/tables/towns.parquet"), is_key("output/../../a"), is_key("maps//etc/a")
    (True, False, False)
    """
    if not isinstance(key, str) or "\0" in key:
        return False
    root, _, below = key.partition("/")
    path = Path(below)
    return root in {OUTPUT, MAPS} and bool(below) and not path.anchor and ".." not in path.parts


def clear(places: Places) -> None:
    """Drop the journal, then what lies aside of a run that is done with."""
    places.journal.unlink(missing_ok=True)
    places.unfinished.unlink(missing_ok=True)
    for name in ("next", "retired"):
        for folder in places.parts(name):
            drop(folder)


# ---- the few calls that change files; tests stop the process between them ----


def move(source: Path, target: Path) -> None:
    """Move a file that is still there; one that is gone has been moved before."""
    if source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        replace(source, target)


def replace(source: Path, target: Path) -> None:
    """Rename a file or folder over another."""
    source.replace(target)


def probe(path: Path) -> None:
    """Find out whether a file can be moved: Windows refuses to rename one that is held open."""
    if path.exists():
        with told(path):
            path.rename(path)


def drop(folder: Path) -> None:
    """Remove a folder with all that is in it, when it is there."""
    if folder.exists():
        shutil.rmtree(folder)


def prune(folder: Path, root: Path) -> None:
    """Remove a folder and those above it up to the root as far as they are empty."""
    while folder != root and folder.is_relative_to(root):
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


def sync(paths: Iterable[Path]) -> None:
    """Write files through to the disk."""
    for path in paths:
        with path.open("rb+") as file:
            os.fsync(file.fileno())


def relative(path: Path, start: Path) -> str:
    """Return a path as seen from a folder, ``/`` between folders; absolute on another drive."""
    try:
        return Path(os.path.relpath(path, start)).as_posix()
    except ValueError:
        return path.resolve().as_posix()
