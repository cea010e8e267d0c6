"""All or nothing: whatever happens during a change-over, the old run or the new one is whole."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from livelihood_map.core.errors import LivelihoodMapError
from livelihood_map.core.io import OutputError
from livelihood_map.pipeline import changeover
from livelihood_map.pipeline.changeover import Change, Places, recover

OLD = {"output/a.txt": "old a", "output/towns/b.txt": "old b", "maps/m.html": "old m"}
NEW = {"output/a.txt": "new a", "output/towns/c.txt": "new c", "maps/m.html": "new m"}
POINTS = ("replace", "probe", "drop", "sync", "prune")


def lay(folder):
    """Return the places of an old run with the next one made aside."""
    places = Places(folder / "out", folder / "maps")
    for key, text in OLD.items():
        write(places.final(key), text)
        write(places.aside("previous", key), f"older {text}")
    for key, text in NEW.items():
        write(places.aside("next", key), text)
    return places


def write(path, text):
    """Write a file and its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def change_of(places):
    """Return the change from the old run to the new one."""
    return Change(places, retire=tuple(OLD), install=tuple(NEW))


def files_in(folder):
    """Return the content of every file by its place."""
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def state_of(places):
    """Return whether the old run or the new one is whole, with nothing left behind."""
    found = {
        key: text
        for root, folder in (("output", places.output), ("maps", places.maps))
        for key, text in ((f"{root}/{name}", text) for name, text in files_in(folder).items())
    }
    seen = {key: text for key, text in found.items() if "/.livelihood-map/" not in key}
    left = {key for key in found if "/.livelihood-map/" in key and "/previous/" not in key}
    assert not left
    assert seen in (OLD, NEW)
    return "old" if seen == OLD else "new"


def after(number, *, act):
    """Return the named calls of the change-over, of which one ends in `act`."""
    count = 0

    def wrapped(real):
        def call(*arguments):
            nonlocal count
            count += 1
            if count == number:
                act()
            return real(*arguments)

        return call

    return {name: wrapped(getattr(changeover, name)) for name in POINTS}


def test_a_change_over_leaves_the_new_run_and_keeps_the_old_one_once(tmp_path):
    """What came is there, what went lies in previous, and empty folders are gone."""
    places = lay(tmp_path)
    change_of(places).carry_out()
    assert state_of(places) == "new"
    assert {key: places.aside("previous", key).read_text() for key in OLD} == OLD
    assert not places.final("output/towns/b.txt").exists()


def test_a_process_killed_anywhere_leaves_one_whole_run_after_the_next_start(tmp_path):
    """At each call that changes a file a process dies; the next start finds old or new, whole."""
    states = []
    for number in range(1, 1000):
        places = lay(tmp_path / str(number))
        child = os.fork()
        if child == 0:
            for name, call in after(number, act=lambda: os._exit(9)).items():
                setattr(changeover, name, call)
            change_of(places).carry_out()
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        recover(places)
        states.append(state_of(places))
        if code == 0:
            break
    assert states.count("old") > 5
    assert states.count("new") > 10
    assert states == sorted(states, key=["old", "new"].index)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EIO])
def test_a_call_that_the_system_refuses_leaves_the_old_run_whole(tmp_path, monkeypatch, number):
    """Each move in turn is refused: one message, nothing has changed, nothing is left."""

    def refuse():
        raise OSError(number, os.strerror(number), str(tmp_path / "x"))

    texts = []
    for turn in range(1, 60):
        places = lay(tmp_path / str(turn))
        with monkeypatch.context() as patch:
            patch.setattr(changeover, "replace", after(turn, act=refuse)["replace"])
            try:
                change_of(places).carry_out()
            except OutputError as error:
                texts.append(error.text())
        recover(places)
        if state_of(places) == "new":
            break
    assert len(texts) > 5
    assert not any("\n" in text for text in texts)


def test_a_file_held_open_stops_the_change_before_anything_moved(tmp_path, monkeypatch):
    """Excel holds a file as Windows lets it: no move is made, and the message names the file."""
    places = lay(tmp_path)
    held = places.final("output/a.txt")
    moves = []
    rename = Path.rename

    def refuse(self, target):
        if self == held:
            raise PermissionError(errno.EACCES, "in use", str(self))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    monkeypatch.setattr(changeover, "move", lambda *pair: moves.append(pair))
    with pytest.raises(OutputError, match=r"a\.txt"):
        change_of(places).carry_out()
    monkeypatch.undo()
    assert moves == []
    recover(places)
    assert state_of(places) == "old"


def test_a_journal_of_each_state_is_finished(tmp_path):
    """A process that died is followed by one that goes on from where the journal says."""
    for state in ("retire", "install", "commit"):
        places = lay(tmp_path / state)
        change = change_of(places)
        for folder in places.parts("retired"):
            folder.mkdir(parents=True)
        if state != "retire":
            for key in OLD:
                changeover.move(places.final(key), places.aside("retired", key))
        if state == "commit":
            for key in NEW:
                changeover.move(places.aside("next", key), places.final(key))
        change._note(state)
        recover(places)
        assert state_of(places) == "new"


SOUND = {"state": "install", "maps": "../maps", "retire": [], "install": [], "source": "next"}
SOUND |= {"rotates": True}


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "x"},
        {"source": "/"},
        {"retire": "output/a"},
        {"retire": ["output/../../a"]},
        {"install": ["output//etc/a"]},
        {"install": [5]},
        {"maps": None},
        {"maps": "长" * 3000},
        {"install": ["maps/" + "长" * 3000]},
    ],
)
def test_a_journal_that_is_damaged_moves_nothing(tmp_path, wrong):
    """A journal of other parts, or that names files elsewhere, is refused by its path."""
    places = lay(tmp_path)
    places.journal.parent.mkdir(parents=True, exist_ok=True)
    places.journal.write_text(json.dumps(SOUND | wrong), "utf-8")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(LivelihoodMapError, match=r"change\.json"):
        recover(places)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("text", ["", "[]", "5", "{}", "[" * 100_000])
def test_a_journal_that_is_none_is_refused(tmp_path, text):
    """What is no journal at all is refused in the same words."""
    places = lay(tmp_path)
    places.journal.parent.mkdir(parents=True, exist_ok=True)
    places.journal.write_text(text, "utf-8")
    with pytest.raises(LivelihoodMapError, match=r"change\.json"):
        recover(places)
