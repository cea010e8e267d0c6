"""Tables -> compact, safe text inside a page: encoded lines, clean names, escaped JSON."""

from __future__ import annotations

import base64
import gzip
import json
import math
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from livelihood_map.core.arrays import Floats, Longs

_SCALE: Final = 1e5
_FIVE_BITS: Final = 32
_TEN_BITS: Final = 1 << 10
_SHORT: Final = 1 << 13
_UNSAFE: Final = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}
_KEPT_FORMAT: Final = frozenset("\u200c\u200d")
_UNFIT: Final = frozenset({"Cc", "Cf", "Cs", "Cn", "Co"})


class _Fit(dict[int, int | str | None]):
    """What each character becomes, by its number: itself, a blank, or nothing."""

    def __missing__(self, number: int) -> int | str | None:
        """Look a character up once."""
        char = chr(number)
        is_kept = char in _KEPT_FORMAT or unicodedata.category(char) not in _UNFIT
        self[number] = " " if char.isspace() else number if is_kept else None
        return self[number]


_FIT: Final = _Fit()


def clean_text(value: object, *, limit: int = 300) -> str:
    r"""Return a value from a table as text that is fit to show: one line, bounded, no controls.

    Parameters
    ----------
    value
        Anything; missing values give an empty text.
    limit
        Longest text in characters; more is cut off with an ellipsis.

    Examples
    --------
    >>> clean_text("莘庄\u202e\n一村\x00"), clean_text(float("nan")), clean_text("abc", limit=2)
    ('莘庄 一村', '', 'a…')
    """
    if value is None or value != value:  # noqa: PLR0124  (NaN is the one value unequal to itself)
        return ""
    text = str(value)
    if text == "<NA>":
        return ""
    spaced = text[: limit * 4].translate(_FIT)
    single = " ".join(spaced.split())
    return single if len(single) <= limit else single[: limit - 1] + "…"


def clean_number(value: object, digits: int = 0) -> float | int | None:
    """Return a number rounded for the page, or None when it is missing or not finite.

    Raises
    ------
    TypeError
        When `value` is not a number.

    Examples
    --------
    >>> clean_number(12.34, 1), clean_number(12.6), clean_number(float("nan"))
    (12.3, 13, None)
    """
    if value is None or value != value:  # noqa: PLR0124  (NaN is the one value unequal to itself)
        return None
    number = float(value)  # type: ignore[arg-type]
    if not math.isfinite(number):
        return None
    return round(number, digits) if digits else round(number)


def encode_line(lonlat: Floats) -> str:
    """Return a line as Google's encoded polyline: 1e-5 degrees, differences, printable text.

    Parameters
    ----------
    lonlat
        Longitudes and latitudes in degrees, shape (n, 2).

    Raises
    ------
    IndexError
        When `lonlat` has another shape.

    Notes
    -----
    One part in 100,000 of a degree is at most 1.11 m.

    Examples
    --------
    >>> encode_line(np.array([[-120.2, 38.5], [-120.95, 40.7], [-126.453, 43.252]]))
    '_p~iF~ps|U_ulLnnqC_mqNvxq`@'
    """
    return encode_lines(lonlat, np.zeros(len(lonlat), dtype=np.int64))[0] if len(lonlat) else ""


def encode_lines(lonlat: Floats, owner: Longs) -> list[str]:
    """Return many lines at once, each as :func:`encode_line` writes it.

    Parameters
    ----------
    lonlat
        Longitudes and latitudes of all lines, one line after the other, shape (n, 2).
    owner
        Number of the line of each point, rising, shape (n,).

    Raises
    ------
    IndexError
        When `lonlat` has another shape.

    Examples
    --------
    >>> encode_lines(np.array([[0, 0], [0, 0.00001], [0, 0]]), np.array([0, 0, 1]))
    ['??A?', '??']
    """
    if not len(lonlat):
        return []
    whole = np.rint(lonlat[:, 1::-1] * _SCALE).astype(np.int64)
    starts = np.flatnonzero(np.diff(owner, prepend=owner[0] - 1))
    steps = np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    steps[starts] = whole[starts]
    signed = np.where(steps < 0, ~(steps << 1), steps << 1).ravel()
    short = _short_words()
    words = [short[one] if one < _SHORT else _long_word(one) for one in signed.tolist()]
    ends = [*(2 * starts[1:]).tolist(), len(words)]
    return ["".join(words[i:j]) for i, j in zip((2 * starts).tolist(), ends, strict=True)]


@cache
def _short_words() -> list[str]:
    """Return the text of the small differences, which are nearly all."""
    return [_word(number) for number in range(_SHORT)]


@cache
def _begun_words() -> list[str]:
    """Return the text of the lowest ten bits of a number that goes on after them."""
    return [_word(_TEN_BITS | number)[:2] for number in range(_TEN_BITS)]


def _word(number: int) -> str:
    """Return the text of one difference, five bits a character, lowest first."""
    chars = []
    while number >= _FIVE_BITS:
        chars.append(chr((_FIVE_BITS | (number & 31)) + 63))
        number >>= 5
    chars.append(chr(number + 63))
    return "".join(chars)


def _long_word(number: int) -> str:
    """Return the text of a large difference, such as that from nought to where a line begins."""
    begun, text = _begun_words(), ""
    while number >= _SHORT:
        text += begun[number & (_TEN_BITS - 1)]
        number >>= 10
    return text + _short_words()[number]


def encode_shape(geometry: shapely.Geometry) -> list[list[str]]:
    """Return a Polygon or MultiPolygon in degrees as ``[[ring, hole…], …]`` of encoded lines.

    Raises
    ------
    AttributeError
        When `geometry` is not polygonal.

    Examples
    --------
    >>> len(encode_shape(shapely.box(121, 31, 121.1, 31.1))[0])
    1
    """
    polygons = geometry.geoms if geometry.geom_type == "MultiPolygon" else [geometry]
    return [
        [
            encode_line(np.asarray(ring.coords)[:-1])
            for ring in (polygon.exterior, *polygon.interiors)
        ]
        for polygon in polygons
        if not polygon.is_empty
    ]


def encode_points(geometry: Iterable[shapely.Geometry]) -> str:
    """Return points in degrees as one encoded line.

    Raises
    ------
    ValueError
        When a geometry is not a point.
    """
    return encode_line(shapely.get_coordinates(list(geometry)))


def safe_json(content: Any) -> str:  # noqa: ANN401  (anything that JSON can hold)
    r"""Return JSON that cannot end a script element nor break a JavaScript string.

    Raises
    ------
    TypeError, ValueError
        When `content` holds what JSON cannot, NaN included.

    Examples
    --------
    >>> safe_json({"name": "</script>&"})
    '{"name":"\\u003c/script\\u003e\\u0026"}'
    """
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.translate(_UNSAFE)


def payload_element(content: Any, *, name: str, is_compressed: bool) -> str:  # noqa: ANN401
    """Return the ``<script type="application/json">`` element that holds `content`.

    Parameters
    ----------
    content
        Anything that JSON can hold.
    name
        Element id.
    is_compressed
        Whether it is stored as gzip in base64 (browsers without DecompressionStream then unpack
        it with a few lines of the page's own), or as plain JSON.

    Raises
    ------
    TypeError, ValueError
        When `content` holds what JSON cannot.
    """
    text = safe_json(content)
    encoding = "plain"
    if is_compressed:
        packed = _gzip(text.encode("utf-8"))
        text, encoding = base64.b64encode(packed).decode("ascii"), "gzip"
    return f'<script type="application/json" id="{name}" data-encoding="{encoding}">{text}</script>'


def bytes_element(content: bytes, *, name: str) -> str:
    """Return the element that holds bytes, as gzip in base64.

    Parameters
    ----------
    content
        Any bytes.
    name
        Element id.
    """
    text = base64.b64encode(_gzip(content)).decode("ascii")
    return f'<script type="application/json" id="{name}" data-encoding="gzip">{text}</script>'


def _gzip(content: bytes) -> bytes:
    """Return bytes as gzip, the same on every computer."""
    packed = gzip.compress(content, compresslevel=7, mtime=0)
    # The tenth byte names the operating system; 255 ("unknown") makes every build alike.
    return packed[:9] + b"\xff" + packed[10:]


def read_payload(page: str, name: str = "payload") -> Any:  # noqa: ANN401
    """Return what :func:`payload_element` stored in a page; for tests and for tools.

    Raises
    ------
    ValueError
        When the page has no such element.
    """
    start = page.index(f'id="{name}" data-encoding="')
    head = page.index(">", start)
    text = page[head + 1 : page.index("</script>", head)]
    if 'data-encoding="gzip"' in page[start:head]:
        text = gzip.decompress(base64.b64decode(text)).decode("utf-8")
    return json.loads(text)


def column_list(values: Sequence[object], digits: int = 0) -> list[float | int | None]:
    """Return a column of numbers rounded for the page.

    Raises
    ------
    TypeError
        When a value is not a number.
    """
    return [clean_number(value, digits) for value in values]
