"""Coordinates for addresses, from the user's own key at Tianditu or Amap.

Answers are kept in a file beside the registers as they come, so that an address is asked once, a
run without internet gives the same result, and a run that is stopped loses nothing. Questions are
spaced in time, and a service that fails five times in a row is left alone. An answer that only
finds the road or the town is not taken for the house.
"""

from __future__ import annotations

import logging
import os
import time
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from livelihood_map.core.labels import label
from livelihood_map.load.location.datums import read_datum
from livelihood_map.load.location.geocode_cache import GeocodeCache
from livelihood_map.load.location.geocode_services import (
    Amap,
    GeocodedPlace,
    GeocoderError,
    Tianditu,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from livelihood_map.core.settings import GeocoderSettings
    from livelihood_map.load.location.geocode_services import Place

log = logging.getLogger(__name__)
KEYS: Final = {"tianditu": "TIANDITU_KEY", "amap": "AMAP_KEY"}
"""Environment variable that holds the user's key, by service."""
FAILURES_MAX: Final = 5
"""Failures in a row after which a service is asked no more."""


class GeocoderStoppedError(GeocoderError):
    """The service failed so often in a row that it is asked no more in this run."""


class Geocoder(Protocol):
    """Finds places by address."""

    name: str
    confidence_min: float

    def find(self, address: str) -> GeocodedPlace | None:
        """Return where an address lies; None when the service does not know it.

        Raises
        ------
        GeocoderError
            When the service cannot be reached or refuses the question.
        """


SERVICES: Final[dict[str, type[Tianditu | Amap]]] = {"tianditu": Tianditu, "amap": Amap}


class CachedGeocoder:
    """A service with memory and patience.

    Parameters
    ----------
    service
        Tianditu or Amap.
    cache
        File of the answers so far; made when it does not exist.
    per_second
        Questions a second at most.
    confidence_min
        Answers below this are not used.
    prefix
        Put before an address that names no district.
    clock, sleep
        Time in seconds and a pause; replaced in tests.

    Raises
    ------
    SourceError
        When the cache cannot be read or is not what this class wrote.
    """

    def __init__(
        self,
        service: Tianditu | Amap,
        *,
        cache: Path,
        per_second: float,
        confidence_min: float,
        prefix: str = "",
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = service.name
        self.confidence_min = confidence_min
        self._service = service
        self._known = GeocodeCache(cache)
        self._pause_s = 1.0 / per_second
        self._prefix = prefix
        self._clock, self._sleep = clock, sleep
        self._last: float | None = None
        self._failures_n = 0
        self._unanswered: set[str] = set()

    def find(self, address: str) -> GeocodedPlace | None:
        """Return where an address lies, from memory or from the service; None when unknown.

        Parameters
        ----------
        address
            As written in the register.

        Raises
        ------
        GeocoderError
            When the service cannot be reached or refuses the question.
        GeocoderStoppedError
            When it did so five times in a row; it is then asked no more.
        OutputError
            When the answer cannot be kept.
        """
        question = address if "区" in address else f"{self._prefix}{address}"
        asked = (self.name, question)
        if asked not in self._known:
            self._unanswered.add(question)
            self._known[asked] = self._ask(question)
            self._unanswered.discard(question)
        known = self._known[asked]
        if known is None:
            return None
        lon, lat = read_datum(self._service.datum).to_wgs84(np.array(known[0]), np.array(known[1]))
        return GeocodedPlace(float(lon), float(lat), self._service.datum, known[2])

    def _ask(self, question: str) -> Place | None:
        """Return the service's answer, asked when it is its turn and unless it is dead."""
        if self._failures_n >= FAILURES_MAX:
            raise GeocoderStoppedError(
                "load.geocoder_stopped", service=self.name, limit=FAILURES_MAX, value=question
            )
        if self._last is not None:
            self._sleep(max(0.0, self._last + self._pause_s - self._clock()))
        self._last = self._clock()
        try:
            answer = self._service.ask(question)
        except GeocoderError:
            self._failures_n += 1
            raise
        self._failures_n = 0
        return answer

    def remarks(self) -> list[str]:
        """Return what is left to ask and what was cut short in the file of answers, in words."""
        said = []
        if self._known.is_torn:
            said.append(label("load.cache_torn", path=self._known.path))
        if self._unanswered:
            count = len(self._unanswered)
            said.append(label("load.geocoder_left", service=self.name, count=count))
        return said

    @property
    def is_open(self) -> bool:
        """Return whether an address was asked for that has no answer yet."""
        return bool(self._unanswered)


def open_geocoder(
    settings: GeocoderSettings | None,
    *,
    base: Path,
    environment: Mapping[str, str] | None = None,
) -> CachedGeocoder | None:
    """Return the geocoder of the settings; None when none is set or the key is not there.

    Parameters
    ----------
    settings
        The section ``load.geocoder``; None when it is left out.
    base
        Folder that the cache's path starts from.
    environment
        Environment variables; those of the process when None.

    Raises
    ------
    SourceError
        When the cache cannot be read or is not what this module wrote.
    """
    if settings is None:
        return None
    key = (os.environ if environment is None else environment).get(KEYS[settings.service], "")
    if not key:
        log.warning("no geocoder: the variable %s is not set", KEYS[settings.service])
        return None
    return CachedGeocoder(
        SERVICES[settings.service](key, endpoint=settings.endpoint),
        cache=base / settings.cache,
        per_second=settings.per_second,
        confidence_min=settings.confidence_min,
        prefix=settings.prefix,
    )
