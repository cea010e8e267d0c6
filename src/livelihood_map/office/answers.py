"""What tasks have found out about a project, kept beside it until they find out anew."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from livelihood_map.core.io import write_text

if TYPE_CHECKING:
    from livelihood_map.office.projects import Project

ANSWERS: Final = ("files", "datums", "check")


def write_answer(project: Project, name: str, content: dict[str, Any]) -> None:
    """Keep an answer in the place of the last of its name.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    write_text(json.dumps(content, ensure_ascii=False), project.own / f"{name}.json")


def read_answer(project: Project, name: str) -> dict[str, Any]:
    """Return the last answer of a name; an empty one when there is none."""
    try:
        content = json.loads((project.own / f"{name}.json").read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
