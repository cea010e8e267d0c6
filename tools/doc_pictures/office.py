"""The office program at work: the demo district as one of its projects, served on loopback."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import tomlkit
import uvicorn

from livelihood_map.office.application import build_app
from livelihood_map.office.keys import Keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SETTINGS: Final = "livelihood.toml"


def write_project(demo: Path, root: Path) -> Path:
    """Return the settings file of a new project that holds the demo district.

    Parameters
    ----------
    demo
        The demo district.
    root
        Folder of the projects.
    """
    folder = root / "demo"
    (folder / "data").mkdir(parents=True)
    settings = (demo / SETTINGS).read_text(encoding="utf-8")
    for path in demo.iterdir():
        if path.name not in {"README.md", SETTINGS}:
            shutil.copy(path, folder / "data")
            settings = settings.replace(f'"{path.name}"', f'"data/{path.name}"')
    (folder / SETTINGS).write_text(settings, encoding="utf-8")
    return folder / SETTINGS


def set_lang(settings: Path, lang: str) -> None:
    """State the language of a project's results, and that the district has one check page."""
    document = tomlkit.parse(settings.read_text(encoding="utf-8"))
    document["run"]["lang"] = lang
    document.setdefault("mapping", tomlkit.table())["check_pages"] = "towns"
    settings.write_text(tomlkit.dumps(document), encoding="utf-8")


@contextmanager
def served(root: Path) -> Iterator[tuple[str, Keys]]:
    """Return a context with the program's address and its keys.

    Parameters
    ----------
    root
        Folder of the projects.
    """
    listening, keys = socket.create_server(("127.0.0.1", 0)), Keys(None)
    host = f"127.0.0.1:{listening.getsockname()[1]}"
    app = build_app(root, keys, hosts=frozenset({host}))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False, ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"http://{host}", keys
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
