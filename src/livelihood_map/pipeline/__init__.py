"""The stages in order. Only this package knows what comes before what.

::

    load -> network -> coverage -> gaps -> candidates -> siting -> report -> areas -> mapping

Each stage declares the tables that it needs and makes, the settings that it reads and the files
that it opens (`stage`, `stages`); a run keeps what is fresh and computes the rest (`running`).
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

from livelihood_map.core.errors import SettingsError
from livelihood_map.core.io import data_path, told
from livelihood_map.core.labels import current_lang
from livelihood_map.pipeline import stages
from livelihood_map.pipeline.handed_run import Run
from livelihood_map.pipeline.running import answer, foresee, open_workspace, run
from livelihood_map.pipeline.summary import load_lines, summarise
from livelihood_map.pipeline.trying import set_aside
from livelihood_map.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "STAGES",
    "Run",
    "Workspace",
    "answer",
    "foresee",
    "load_lines",
    "open_workspace",
    "run",
    "set_aside",
    "summarise",
    "write_example",
]

STAGES: Final = tuple(stages.STAGES)


def write_example(folder: Path, *, is_demo: bool) -> Path:
    """Return the path of a settings file to start from, with what it refers to beside it.

    Parameters
    ----------
    folder
        Folder to write to; made when it does not exist.
    is_demo
        True copies the synthetic demo district, false a commented file to fill in.

    Raises
    ------
    SettingsError
        When the folder already holds a settings file that is not the shipped one.
    """
    source = data_path("demo") if is_demo else data_path("templates", current_lang())
    target = folder / "livelihood.toml"
    if target.exists() and target.read_bytes() != (source / "livelihood.toml").read_bytes():
        raise SettingsError("pipeline.example_exists", path=str(target))
    with told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for item in sorted(source.iterdir()):
            shutil.copyfile(item, folder / item.name)
    return target
