"""Pages from templates: every text from the catalogue, every value escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from livelihood_map.core.labels import LANGS, Lang, current_lang, has_label, label
from livelihood_map.core.version import VERSION
from livelihood_map.office.slots import SLOTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from livelihood_map.core.errors import LivelihoodMapError

LANG_COOKIE: Final = "livelihood_map_lang"
STEPS: Final = ("data", "datum", "check", "question", "run", "results", "rounds")
"""Pages of a project in the order in which they are gone through."""


def _words(name: str, /, **values: object) -> str:
    return label(f"office.{name}", **values)


def _slot(slot: str) -> str:
    """Return what a file is in words."""
    section, _, kind = slot.partition(":")
    if kind:
        key = f"core.kind_{kind}"
        return label(key) if has_label(key) else kind
    return label(f"office.slot_{section}")


def _made() -> Environment:
    made = Environment(
        loader=PackageLoader("livelihood_map.office"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(t=_words, slot_name=_slot, steps=STEPS, slots=SLOTS, version=VERSION)
    return made


_TEMPLATES: Final = _made()


def lang_of(request: Request) -> Lang:
    """Return the language that somebody has chosen, else Chinese."""
    chosen = request.cookies.get(LANG_COOKIE, "zh")
    return "en" if chosen == "en" else "zh"


def render(template: str, values: Mapping[str, Any], status: int = 200) -> HTMLResponse:
    """Return a page.

    Parameters
    ----------
    template
        Its template.
    values
        What the template shows.
    status
        Status of the answer.
    """
    text = _TEMPLATES.get_template(template).render(
        lang=current_lang(),
        other_lang=next(lang for lang in LANGS if lang != current_lang()),
        **{"message": "", "project": None, "step": "", **values},
    )
    return HTMLResponse(text, status)


def error_page(error: LivelihoodMapError, status: int = 400, **values: Any) -> HTMLResponse:  # noqa: ANN401
    """Return the page of an error that somebody can mend."""
    return render("error.html", {"text": error.text(), **values}, status)
