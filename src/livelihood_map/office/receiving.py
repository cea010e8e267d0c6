"""Files that a browser hands over: few enough, small enough, and only into the project's folder."""

from __future__ import annotations

import shutil
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from python_multipart.exceptions import FormParserError
from starlette.formparsers import MultiPartException, MultiPartParser

from livelihood_map.core.errors import SettingsError
from livelihood_map.core.io import told, writing
from livelihood_map.core.names import LONGEST_NAME, safe_name
from livelihood_map.load.files.paths import EXTRACTS, LAYERS, TEXTS, WORKBOOKS
from livelihood_map.office.looking import BESIDE

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.datastructures import FormData
    from starlette.requests import Request

FILES_MAX: Final = 60
"""Files of one upload."""
FILE_MAX: Final = 300_000_000
"""Bytes of one file."""
ALL_MAX: Final = 500
"""Files of a project."""
FREE_MIN: Final = 300_000_000
"""Bytes that stay free on the disk."""
ENDINGS: Final = (
    *WORKBOOKS, *TEXTS, *LAYERS, *EXTRACTS, ".json", ".tif", ".tiff", ".docx", ".ttf", ".otf",
    *BESIDE,
)  # fmt: skip
"""Endings that the program can do something with."""


async def read_form(request: Request) -> FormData:
    """Return the fields of a form with its files, which lie on the disk by then.

    Parameters
    ----------
    request
        Its size has been limited before; this limits how many parts there are.

    Raises
    ------
    SettingsError
        When it is no such form, or holds too many parts.
    """
    parser = _WholeForm(request.headers, request.stream(), max_files=FILES_MAX, max_fields=50)
    form = None
    try:
        form = await parser.parse()
    except (MultiPartException, FormParserError, KeyError) as error:
        raise SettingsError("office.upload_broken", most=FILES_MAX) from error
    finally:
        if form is None or not parser.is_whole:
            parser.drop_files()
    if not parser.is_whole:
        raise SettingsError("office.upload_broken", most=FILES_MAX)
    return form


class _WholeForm(MultiPartParser):
    """Knows whether a form came with its end: one that was cut off is none."""

    is_whole = False

    def on_end(self) -> None:
        """Note that the last boundary has come."""
        self.is_whole = True
        super().on_end()

    def drop_files(self) -> None:
        """Close what lies on the disk of files that did not come whole."""
        for file in self._files_to_close_on_error:
            file.close()


def keep_file(upload: Any, folder: Path) -> str:  # noqa: ANN401  (a file of the framework)
    """Return the name under which a file is kept; one of that name makes way for it.

    Parameters
    ----------
    upload
        The file; its name may be anything.
    folder
        Where it goes.

    Raises
    ------
    SettingsError
        When it is too large, of no known ending, or there is no room.
    OutputError
        When it cannot be written.
    """
    name = PurePosixPath((upload.filename or "").replace("\\", "/")).name
    ending = PurePosixPath(name).suffix.lower()
    if ending not in ENDINGS:
        known = ", ".join(ENDINGS)
        raise SettingsError("office.ending_unknown", path=name, known=known)
    if upload.size is not None and upload.size > FILE_MAX:
        raise SettingsError("office.file_large", path=name, most=FILE_MAX // 1_000_000)
    with told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(folder).free < FREE_MIN + (upload.size or 0):
            raise SettingsError("office.disk_full", path=name)
        if sum(1 for _ in folder.iterdir()) >= ALL_MAX:
            raise SettingsError("office.files_many", most=ALL_MAX)
    stem = safe_name(name[: len(name) - len(ending)], limit=LONGEST_NAME - 10)
    kept = f"{stem.lstrip('.') or '_'}{ending}"
    with writing(folder / kept) as draft, draft.open("wb") as file:
        shutil.copyfileobj(upload.file, file, 1 << 20)
    return kept
