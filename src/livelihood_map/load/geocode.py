"""Coordinates for addresses, from the user's own key at Tianditu or Amap.

Answers are kept in a file beside the registers, so that an address is asked once, a run without
internet gives the same result, and two runs are equal. Questions are spaced in time. An answer that
only finds the road or the town is not taken for the house.
"""

from __future__ import annotations

import json
import logging
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from livelihood_map.core.errors import SourceError
from livelihood_map.core.io import write_text
from livelihood_map.load.datums import read_datum

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from livelihood_map.core.settings import GeocoderSettings

_LOG = logging.getLogger(__name__)
_TIMEOUT_S: Final = 20.0
KEYS: Final = {"tianditu": "TIANDITU_KEY", "amap": "AMAP_KEY"}
"""Environment variable that holds the user's key, by service."""
_LEVELS: Final = {
    "门牌号": 0.95,
    "门址": 0.95,
    "单元号": 0.95,
    "兴趣点": 0.85,
    "公交站台、地铁站": 0.85,
    "道路交叉路口": 0.7,
    "村庄": 0.6,
    "热点商圈": 0.5,
    "道路": 0.5,
    "开发区": 0.3,
    "乡镇": 0.2,
}
"""How sure an answer of Amap is, by the level at which it was found; others count 0.1."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where an address lies.

    Parameters
    ----------
    lon, lat
        WGS-84 degrees.
    datum
        Datum in which the service answered.
    confidence
        0-1, as the service tells or as its level of detail implies.
    """

    lon: float
    lat: float
    datum: str
    confidence: float


class GeocoderError(Exception):
    """The service cannot be reached or refuses the question; not a fault of the address."""


class Geocoder(Protocol):
    """Finds places by address."""

    name: str
    confidence_min: float

    def find(self, address: str) -> Found | None:
        """Return where an address lies; None when the service does not know it.

        Raises
        ------
        GeocoderError
            When the service cannot be reached or refuses the question.
        """


class Tianditu:
    """The geocoder of Tianditu (天地图); answers in CGCS2000.

    Parameters
    ----------
    key
        The user's key (tk) for server use.
    endpoint
        Address of the service.

    Raises
    ------
    Nothing.
    """

    name = "tianditu"
    datum = "CGCS2000"
    endpoint_default = "https://api.tianditu.gov.cn/geocoder"

    def __init__(self, key: str, *, endpoint: str | None = None) -> None:
        self._key = key
        self._endpoint = endpoint or self.endpoint_default

    def ask(self, address: str) -> tuple[float, float, float] | None:
        """Return longitude, latitude and confidence as the service answers them.

        Raises
        ------
        GeocoderError
            When the service cannot be reached or refuses the question.
        """
        question = json.dumps({"keyWord": address}, ensure_ascii=False)
        answer = _get(self._endpoint, {"ds": question, "tk": self._key})
        status = str(answer.get("status"))
        if status not in {"0", "101", "404"}:
            raise GeocoderError(str(answer.get("msg") or answer.get("resolve") or status))
        place = answer.get("location")
        if status != "0" or not isinstance(place, dict) or "lon" not in place:
            return None
        return float(place["lon"]), float(place["lat"]), float(place.get("score") or 0) / 100


class Amap:
    """The geocoder of Amap (高德); answers in GCJ-02.

    Parameters
    ----------
    key
        The user's key for web services.
    endpoint
        Address of the service.

    Raises
    ------
    Nothing.
    """

    name = "amap"
    datum = "GCJ-02"
    endpoint_default = "https://restapi.amap.com/v3/geocode/geo"

    def __init__(self, key: str, *, endpoint: str | None = None) -> None:
        self._key = key
        self._endpoint = endpoint or self.endpoint_default

    def ask(self, address: str) -> tuple[float, float, float] | None:
        """Return longitude, latitude and confidence as the service answers them.

        Raises
        ------
        GeocoderError
            When the service cannot be reached or refuses the question.
        """
        asked = {"address": address, "city": "021", "key": self._key, "output": "JSON"}
        answer = _get(self._endpoint, asked)
        if str(answer.get("status")) != "1":
            if str(answer.get("infocode")) == "30001":
                return None
            raise GeocoderError(str(answer.get("info") or answer.get("infocode")))
        places = answer.get("geocodes") or []
        if not places:
            return None
        lon, _, lat = str(places[0]["location"]).partition(",")
        return float(lon), float(lat), _LEVELS.get(str(places[0].get("level")), 0.1)


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
        When the cache is not what this class wrote.
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
        self._cache = cache
        self._pause_s = 1.0 / per_second
        self._prefix = prefix
        self._clock, self._sleep = clock, sleep
        self._last: float | None = None
        self._known: dict[str, list[float] | None] = _read_cache(cache).get(self.name, {})
        self._new_n = 0

    def find(self, address: str) -> Found | None:
        """Return where an address lies, from memory or from the service; None when unknown.

        Parameters
        ----------
        address
            As written in the register.

        Raises
        ------
        GeocoderError
            When the service cannot be reached or refuses the question.
        """
        question = address if "区" in address else f"{self._prefix}{address}"
        if question not in self._known:
            if self._last is not None:
                self._sleep(max(0.0, self._last + self._pause_s - self._clock()))
            self._last = self._clock()
            answer = self._service.ask(question)
            self._known[question] = None if answer is None else list(answer)
            self._new_n += 1
        known = self._known[question]
        if known is None:
            return None
        lon, lat = read_datum(self._service.datum).to_wgs84(np.array(known[0]), np.array(known[1]))
        return Found(float(lon), float(lat), self._service.datum, known[2])

    def save(self) -> None:
        """Write the answers, sorted, so that the file is the same for the same answers.

        Raises
        ------
        OutputError
            When the file cannot be written.
        """
        if self._new_n:
            every = {**_read_cache(self._cache), self.name: self._known}
            text = json.dumps(every, ensure_ascii=False, indent=1, sort_keys=True)
            write_text(text + "\n", self._cache)
            _LOG.info("geocoder %s: %d new answers", self.name, self._new_n)
            self._new_n = 0


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
        When the cache is not what this module wrote.
    """
    if settings is None:
        return None
    key = (os.environ if environment is None else environment).get(KEYS[settings.service], "")
    if not key:
        _LOG.warning("no geocoder: the variable %s is not set", KEYS[settings.service])
        return None
    return CachedGeocoder(
        SERVICES[settings.service](key, endpoint=settings.endpoint),
        cache=base / settings.cache,
        per_second=settings.per_second,
        confidence_min=settings.confidence_min,
        prefix=settings.prefix,
    )


def _get(endpoint: str, values: Mapping[str, str]) -> dict[str, Any]:
    """Return the JSON object that a service answers."""
    if urllib.parse.urlsplit(endpoint).scheme not in {"http", "https"}:
        raise GeocoderError(endpoint)
    address = f"{endpoint}?{urllib.parse.urlencode(values)}"
    try:
        with urllib.request.urlopen(address, timeout=_TIMEOUT_S) as answer:  # noqa: S310  (checked)
            content = json.loads(answer.read().decode("utf-8"))
    except urllib.error.HTTPError as error:
        with error:
            raise GeocoderError(f"HTTP {error.code}") from error
    except (OSError, ValueError) as error:
        raise GeocoderError(type(error).__name__) from error
    if not isinstance(content, dict):
        raise GeocoderError("JSON")
    return content


def _read_cache(path: Path) -> dict[str, dict[str, list[float] | None]]:
    """Return the answers kept so far, by service and question."""
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_text("utf-8"))
        return {name: dict(answers) for name, answers in content.items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise SourceError("load.cache_broken", path=path.name) from error
