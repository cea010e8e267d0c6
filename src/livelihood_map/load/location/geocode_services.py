"""The two services that find places by address, and how each says that it knows none.

Whatever else a service sends - a web page, another shape of answer, nothing at all - is a failure
of the service and says nothing about the address.
"""

from __future__ import annotations

import json
import math
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import Future
from dataclasses import dataclass
from http.client import HTTPException
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

from livelihood_map.core.errors import LivelihoodMapError
from livelihood_map.core.faults import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

_TIMEOUT_S: Final = 20.0
_ANSWER_BYTES_MAX: Final = 1_000_000
_DETAIL_SHOWN: Final = 100
_LON_MAX, _LAT_MAX = 180.0, 90.0
_NOTHING: Final[tuple[object, ...]] = (None, "", [], {})
"""What stands in an answer where there is nothing; Amap writes ``[]`` for an empty text."""
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
_AMAP_UNKNOWN: Final = ("20000", "30001")
"""Amap's codes for an address that it cannot take or cannot match."""

Place = tuple[float, float, float]
"""Longitude, latitude and confidence (0-1)."""


@dataclass(frozen=True, slots=True)
class GeocodedPlace:
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


class GeocoderError(LivelihoodMapError):
    """The service cannot be reached or refuses the question; not a fault of the address."""


class _Service:
    """A geocoder with the user's own key."""

    endpoint_default: str

    def __init__(self, key: str, *, endpoint: str | None = None) -> None:
        self._key = key
        self._endpoint = endpoint or self.endpoint_default


class Tianditu(_Service):
    """The geocoder of Tianditu (天地图); answers in CGCS2000.

    Parameters
    ----------
    key
        The user's key (tk) for server use.
    endpoint
        Address of the service.
    """

    name = "tianditu"
    datum = "CGCS2000"
    endpoint_default = "https://api.tianditu.gov.cn/geocoder"

    def ask(self, address: str) -> Place | None:
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
            raise _refusal(answer, "msg", "resolve", "code", "status")
        place = answer.get("location")
        if status != "0" or place in _NOTHING:
            return None
        if not isinstance(place, dict):
            raise GeocoderError("load.geocoder_unreadable")
        score = place.get("score")
        sure = 0.0 if score in _NOTHING else _number(score) / 100
        return _place(place.get("lon"), place.get("lat"), sure)


class Amap(_Service):
    """The geocoder of Amap (高德); answers in GCJ-02.

    Parameters
    ----------
    key
        The user's key for web services.
    endpoint
        Address of the service.
    """

    name = "amap"
    datum = "GCJ-02"
    endpoint_default = "https://restapi.amap.com/v3/geocode/geo"

    def ask(self, address: str) -> Place | None:
        """Return longitude, latitude and confidence as the service answers them.

        Raises
        ------
        GeocoderError
            When the service cannot be reached or refuses the question.
        """
        asked = {"address": address, "city": "021", "key": self._key, "output": "JSON"}
        answer = _get(self._endpoint, asked)
        if str(answer.get("status")) != "1":
            if str(answer.get("infocode")) in _AMAP_UNKNOWN:
                return None
            raise _refusal(answer, "info", "infocode", "status")
        places = answer.get("geocodes")
        if places in _NOTHING:
            return None
        first = places[0] if isinstance(places, list) else None
        if not isinstance(first, dict):
            raise GeocoderError("load.geocoder_unreadable")
        location = first.get("location")
        if location in _NOTHING:
            return None
        lon, _, lat = str(location).partition(",")
        return _place(lon, lat, _LEVELS.get(str(first.get("level")), 0.1))


def _refusal(answer: Mapping[str, Any], *names: str) -> GeocoderError:
    """Return the error that says why a service refuses, in the first of its words there is."""
    said = next((answer[name] for name in names if answer.get(name) not in _NOTHING), None)
    if said is None:
        return GeocoderError("load.geocoder_unreadable")
    return GeocoderError("load.geocoder_refuses", detail=one_line(said)[:_DETAIL_SHOWN])


def _place(lon: object, lat: object, confidence: float) -> Place | None:
    """Return a place as numbers; None where the answer leaves it empty or puts it at 0, 0."""
    if lon in _NOTHING and lat in _NOTHING:
        return None
    place = (_number(lon), _number(lat), min(max(confidence, 0.0), 1.0))
    if abs(place[0]) > _LON_MAX or abs(place[1]) > _LAT_MAX:
        raise GeocoderError("load.geocoder_unreadable")
    return place if any(place[:2]) else None


def _number(value: object) -> float:
    """Return a number of an answer, which may stand there as a text."""
    try:
        number = float(str(value))
    except ValueError as error:
        raise GeocoderError("load.geocoder_unreadable") from error
    if not math.isfinite(number):
        raise GeocoderError("load.geocoder_unreadable")
    return number


def _get(endpoint: str, values: Mapping[str, str]) -> dict[str, Any]:
    """Return the JSON object that a service answers."""
    if urllib.parse.urlsplit(endpoint).scheme not in {"http", "https"}:
        raise GeocoderError("load.geocoder_address", endpoint=endpoint)
    try:
        content = _fetched(f"{endpoint}?{urllib.parse.urlencode(values)}")
    except urllib.error.HTTPError as error:
        with error:
            raise GeocoderError("load.geocoder_refuses", detail=f"HTTP {error.code}") from error
    except TimeoutError as error:
        raise GeocoderError("load.geocoder_late", seconds=_TIMEOUT_S) from error
    except OSError as error:
        detail = one_line(getattr(error, "reason", error))[:_DETAIL_SHOWN]
        raise GeocoderError("load.geocoder_unreachable", detail=detail) from error
    except (HTTPException, ValueError) as error:  # their words may hold the key
        detail = type(error).__name__
        raise GeocoderError("load.geocoder_unreachable", detail=detail) from error
    if len(content) > _ANSWER_BYTES_MAX:
        raise GeocoderError("load.geocoder_unreadable")
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise GeocoderError("load.geocoder_unreadable") from error
    if not isinstance(answer, dict):
        raise GeocoderError("load.geocoder_unreadable")
    return answer


def _fetched(address: str) -> bytes:
    """Return an answer that comes in time.

    It is waited for in a thread of its own: urllib's limit holds for each packet, not for the whole
    of name look-up, connection and answer.
    """
    answer: Future[bytes] = Future()

    def ask() -> None:
        try:
            answer.set_result(_read(address))
        except Exception as error:  # noqa: BLE001  (raised again by whoever waits)
            answer.set_exception(error)

    Thread(target=ask, daemon=True).start()
    return answer.result(_TIMEOUT_S)


def _read(address: str) -> bytes:
    """Return an answer, at most one byte more than is allowed."""
    with urllib.request.urlopen(address, timeout=_TIMEOUT_S) as answer:  # noqa: S310  (checked)
        content: bytes = answer.read(_ANSWER_BYTES_MAX + 1)
    return content
