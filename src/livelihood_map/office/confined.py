"""Settings that lead nowhere out of the project's folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from livelihood_map.core.altering import altered
from livelihood_map.core.errors import Problem, SettingsError
from livelihood_map.core.io import data_path
from livelihood_map.pipeline.questions import ASKED
from livelihood_map.pipeline.record import FONT, input_paths
from livelihood_map.pipeline.running import places_of
from livelihood_map.pipeline.stages import STAGES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from livelihood_map.core.settings import Settings


def require_inside(settings: Settings, folder: Path) -> None:
    """Return nothing when all files that a run reads and writes lie in the project's folder.

    Parameters
    ----------
    settings
        Settings of the project.
    folder
        Its folder.

    Raises
    ------
    SettingsError
        Names every path that leads out of it.
    """
    home = folder.resolve()
    allowed = (home, data_path("standards").parent.resolve())
    outside = sorted(
        {
            name
            for name, path in _paths(settings)
            if not any(path.resolve().is_relative_to(place) for place in allowed)
        }
    )
    if outside:
        problems = [Problem("office.path_outside", path=name) for name in outside]
        raise SettingsError("office.paths_outside", problems=problems, folder=folder.name)


def _paths(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Return every path that the settings name, as it stands there and in full."""
    for stage in (*STAGES.values(), *ASKED.values()):
        named = altered(stage, files=tuple(key for key in stage.files if key != FONT))
        yield from input_paths(settings, named).items()
    report, places = settings.report, places_of(settings)
    for text in (report.town_template, report.district_template, report.font):
        if text is not None:
            yield text, settings.resolve(text)
    yield settings.run.output, places.output
    yield settings.run.maps, places.maps
