"""The stages in order. Only this package knows what comes before what.

::

    load -> network -> coverage -> gaps -> candidates -> siting -> areas -> report -> mapping

Each stage takes tables from the workspace and leaves tables there, numbered in the order in which
they arise, so that a run can start from any of them.
"""

from __future__ import annotations

import logging
import shutil
import time
from typing import TYPE_CHECKING, Final

from livelihood_map.core.errors import SettingsError
from livelihood_map.core.io import data_path
from livelihood_map.core.labels import current_lang, label
from livelihood_map.core.progress import track
from livelihood_map.pipeline import stages
from livelihood_map.pipeline.reporting import write_reject_list
from livelihood_map.pipeline.telling import load_lines, summarise, written_lines
from livelihood_map.pipeline.workspace import ARTEFACTS, Workspace, open_workspace

if TYPE_CHECKING:
    from pathlib import Path

    from livelihood_map.core.settings import Settings

__all__ = [
    "ARTEFACTS",
    "STAGES",
    "Workspace",
    "check_inputs",
    "load_lines",
    "open_workspace",
    "run",
    "summarise",
    "write_example",
]

log = logging.getLogger(__name__)

STAGES: Final = tuple(stages.STAGES)


def run(
    settings: Settings,
    *,
    first: str = STAGES[0],
    last: str = STAGES[-1],
    maps: Path | None = None,
) -> Workspace:
    """Return the workspace after the stages `first` to `last`.

    Parameters
    ----------
    settings
        Settings of the run.
    first, last
        Names of stages; what lies before `first` is read from the output folder.
    maps
        Folder for the maps, when it is not that of the settings.

    Raises
    ------
    SettingsError
        When a stage has no such name, or `first` comes after `last`.
    LivelihoodMapError
        When an input cannot be used or a plan is impossible.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import livelihood_map as lm
    >>> with TemporaryDirectory() as folder:
    ...     settings = lm.load_settings(lm.write_example(Path(folder), is_demo=True))
    ...     work = lm.run(settings, last="load")
    >>> len(work["towns"]), len(work["facilities"]) > 2000
    (14, True)
    """
    for name in (first, last):
        if name not in STAGES:
            raise SettingsError("pipeline.stage_unknown", stage=name, stages=", ".join(STAGES))
    wanted = STAGES[STAGES.index(first) : STAGES.index(last) + 1]
    if not wanted:
        raise SettingsError("pipeline.stages_reversed", first=first, last=last)
    work = open_workspace(settings, maps=maps)
    for name in track(wanted, "pipeline.running"):
        started = time.perf_counter()
        stages.STAGES[name](work)
        log.info(
            "%s",
            label(
                "pipeline.stage_done", stage=name, seconds=f"{time.perf_counter() - started:.1f}"
            ),
        )
    return work


def check_inputs(settings: Settings) -> list[str]:
    """Return what the inputs hold, in words, without computing anything.

    The tables are stored, so that a run can go on from them, and the rows that were not taken in
    are written as ``rejects.xlsx``.

    Parameters
    ----------
    settings
        Settings of the run.

    Raises
    ------
    LivelihoodMapError
        When an input cannot be used.
    """
    work = open_workspace(settings)
    stages.load_inputs(work)
    write_reject_list(work)
    return [*load_lines(work), *work.remarks, *written_lines(work)]


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
    folder.mkdir(parents=True, exist_ok=True)
    for item in sorted(source.iterdir()):
        shutil.copyfile(item, folder / item.name)
    return target
