"""A map that a notebook shows, that anything of Folium's can be added to, and that is one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import folium

from livelihood_map.mapping.page import escape

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

HEIGHT_PX = 560


class ShownMap(folium.Map):
    """A ``folium.Map`` whose page needs nothing from outside: it opens with no internet.

    It displays itself at the end of a notebook's cell; ``folium.CircleMarker(…).add_to(shown)``
    adds to it; `save` writes it as one file. What would need the internet (tiles, icons, pop-ups
    that load a library) is refused when the page is made, by name.

    Parameters
    ----------
    finish
        Makes the page that needs nothing out of the one that Folium renders.
    **options
        Options of ``folium.Map``.
    """

    def __init__(self, finish: Callable[[str], str], **options: Any) -> None:  # noqa: ANN401
        super().__init__(**options)
        self._finish = finish

    def page(self) -> str:
        """Return the page, everything in it.

        Raises
        ------
        SourceError
            When something was added that loads what is not in the page.
        """
        return self._finish(str(self.get_root().render()))

    def save(self, outfile: str | os.PathLike[str], **options: Any) -> None:  # type: ignore[override]  # noqa: ANN401
        """Write the page as one file.

        Parameters
        ----------
        outfile
            The file.
        **options
            Those of Folium, of which none applies: there is nothing outside the file.

        Raises
        ------
        SourceError
            When something was added that loads what is not in the page.
        """
        del options
        Path(outfile).write_text(self.page(), encoding="utf-8", newline="\n")

    def _repr_html_(self, **options: Any) -> str:  # noqa: ANN401  (as Folium has it)
        """Return the page inside a frame of a notebook."""
        del options
        return (
            f'<iframe srcdoc="{escape(self.page())}" width="100%" height="{HEIGHT_PX}"'
            ' style="border:1px solid #d0d4d8"></iframe>'
        )
