"""What the planner's map needs to try changes and save them: words, and names for the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from livelihood_map.core.labels import catalogue_keys, label, template
from livelihood_map.mapping.page_marks import file_name
from livelihood_map.mapping.page_network import MAX_EDGES_N

if TYPE_CHECKING:
    from livelihood_map.mapping.inputs import PageInputs
    from livelihood_map.mapping.page_network import PageNetwork

_PREFIX: Final = "mapping.whatif_"


def what_if_section(page: PageInputs, network: PageNetwork) -> dict[str, Any] | None:
    """Return words and names for the walks and changes of a page; None where it tells no walks.

    Parameters
    ----------
    page
        What the page is drawn from.
    network
        What it walks on.

    Returns
    -------
    dict or None
        ``words``; ``minutes_per_metre`` of the first walker; name of the ``file`` that is saved,
        without its ending, and the ``command`` that takes it. Where the page cannot walk: the name
        of the ``tab`` and the ``refusal`` in words.

    Raises
    ------
    KeyError
        When the catalogue lacks a word.
    StandardError
        When the standard lacks the walker.
    """
    lang = page.lang
    if network.packed is None:
        if not network.refusal:
            return None
        why = label(f"mapping.no_what_if_{network.refusal}", lang, limit_n=f"{MAX_EDGES_N:,}")
        return {"tab": label("mapping.whatif_tab", lang), "refusal": why}
    file = file_name("mapping.what_if_file", page.settings.area.name, lang)
    walker = page.standard.walker(page.walker)
    return {
        "words": {
            key.removeprefix(_PREFIX): template(key, lang)
            for key in catalogue_keys()
            if key.startswith(_PREFIX)
        },
        "is_town": page.town_id is not None,
        "minutes_per_metre": 1.0 / walker.speed_m_per_min,
        "file": file,
        "command": label("mapping.what_if_command", lang, file=f"{file}.geojson"),
    }
