"""The answers of geocoders, kept one a line in the order in which they came.

Each is written when it comes, so that a run that is stopped loses none; a line that was cut short
when it was written last is left out and asked again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from livelihood_map.core.errors import SourceError
from livelihood_map.core.faults import reason_of
from livelihood_map.core.io import append_text, write_text

if TYPE_CHECKING:
    from pathlib import Path

    from livelihood_map.load.location.geocode_services import Place

_FIELDS: Final = ("lon", "lat", "confidence")
_DEGREES_MAX: Final = 180.0
"""No longitude, latitude or confidence is larger; NaN is not smaller either."""
_BEGINNING: Final = b'{"service": '


class GeocodeCache:
    """Answers by service and question; None where the service does not know the address.

    Parameters
    ----------
    path
        The file; made with the first answer.

    Attributes
    ----------
    is_torn : bool
        Whether the last line of the file was cut short.

    Raises
    ------
    SourceError
        When the file cannot be read or a line is not what this class wrote.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.is_torn = False
        self._is_tidy = True
        self._known: dict[tuple[str, str], Place | None] = {}
        self._read()

    def __contains__(self, asked: tuple[str, str]) -> bool:
        """Return whether the answer to service and question is known."""
        return asked in self._known

    def __getitem__(self, asked: tuple[str, str]) -> Place | None:
        """Return the answer to service and question."""
        return self._known[asked]

    def __setitem__(self, asked: tuple[str, str], answer: Place | None) -> None:
        """Keep an answer, in the file too."""
        self._known[asked] = answer
        was_tidy, self._is_tidy = self._is_tidy, False
        if was_tidy:
            append_text(_line(asked, answer), self.path)
        else:
            write_text("".join(_line(*item) for item in self._known.items()), self.path)
        self._is_tidy = True

    def _read(self) -> None:
        """Read the file, if there is one."""
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            reason = reason_of(error, self.path)
            raise SourceError("core.file_failed", path=str(self.path), reason=reason) from error
        if self._read_former(content):
            return
        *lines, last = content.split(b"\n")
        self._is_tidy = not last
        self.is_torn = bool(last.strip()) and _is_torn(last) and not self._take(last)
        if not self.is_torn:
            lines.append(last)
        for number, line in enumerate(lines, start=1):
            if line.strip() and not self._take(line):
                raise SourceError("load.cache_broken", path=str(self.path), line=number)

    def _take(self, line: bytes) -> bool:
        """Take the answer of one line; return whether it is one."""
        try:
            read = json.loads(line)
            asked = (read["service"], read["address"])
            answer = None if read["answer"] is None else [read["answer"][name] for name in _FIELDS]
        except (ValueError, TypeError, LookupError, RecursionError):
            return False
        return self._keep(asked, answer)

    def _read_former(self, content: bytes) -> bool:
        """Take the answers of a file of the former sort, one object; return whether it is one."""
        try:
            services = json.loads(content)
        except (ValueError, RecursionError):
            return False
        if not isinstance(services, dict) or not all(
            isinstance(answers, dict) for answers in services.values()
        ):
            return False
        self._is_tidy = False
        for service, answers in services.items():
            for address, answer in answers.items():
                if not self._keep((service, address), answer):
                    raise SourceError("load.cache_broken", path=str(self.path), line=address)
        return True

    def _keep(self, asked: tuple[Any, Any], answer: Any) -> bool:  # noqa: ANN401
        """Keep an answer that was read; return whether it is one."""
        if not all(isinstance(text, str) for text in asked):
            return False
        if answer is None:
            self._known[asked] = None
            return True
        if not isinstance(answer, list) or len(answer) != len(_FIELDS):
            return False
        if not all(type(value) in {int, float} and abs(value) <= _DEGREES_MAX for value in answer):
            return False
        lon, lat, confidence = map(float, answer)
        self._known[asked] = (lon, lat, confidence)
        return True


def _is_torn(line: bytes) -> bool:
    """Return whether a line begins as ours do, or is what a disk leaves in the place of one."""
    begun = line.rstrip(b"\0")
    return begun.startswith(_BEGINNING) or _BEGINNING.startswith(begun)


def _line(asked: tuple[str, str], answer: Place | None) -> str:
    """Return one answer as it stands in the file."""
    service, address = asked
    named = None if answer is None else dict(zip(_FIELDS, answer, strict=True))
    kept = {"service": service, "address": address, "answer": named}
    return json.dumps(kept, ensure_ascii=False) + "\n"
