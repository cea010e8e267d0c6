"""Every text that a user sees, in Chinese and English, from one catalogue.

The catalogue is a folder of TOML files, one per part of the program. An entry

.. code-block:: toml

    [too_far]
    zh = "…{limit_m}…"
    en = "…{limit_m}…"

in ``network.toml`` has the key ``network.too_far``.
"""

from __future__ import annotations

import tomllib
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

Lang = Literal["zh", "en"]
LANGS: Final[tuple[Lang, ...]] = get_args(Lang)

OFFICE_LANG: Final[Lang] = "zh"
"""Language of what is made for an office, where nobody says otherwise."""
ANALYST_LANG: Final[Lang] = "en"
"""Language in which who calls from Python is answered, where nobody says otherwise."""

_current: ContextVar[Lang | None] = ContextVar("livelihood_map_lang", default=None)


@cache
def _section(name: str) -> Mapping[str, Mapping[str, str]]:
    """Return the entries of one catalogue file."""
    source = files("livelihood_map.core") / "catalogue" / f"{name}.toml"
    entries: dict[str, dict[str, str]] = tomllib.loads(source.read_text(encoding="utf-8"))
    return entries


def catalogue_keys() -> Iterator[str]:
    """Return every key of the catalogue, in file order.

    Raises
    ------
    tomllib.TOMLDecodeError
        When a catalogue file is not valid TOML.
    """
    folder = files("livelihood_map.core") / "catalogue"
    for source in sorted(folder.iterdir(), key=lambda item: item.name):
        if source.name.endswith(".toml"):
            section = source.name.removesuffix(".toml")
            yield from (f"{section}.{entry}" for entry in _section(section))


def template(key: str, lang: Lang | None = None) -> str:
    """Return the text of a catalogue entry with its placeholders left open.

    Parameters
    ----------
    key
        ``section.entry``.
    lang
        Language; None for the current one (see :func:`use_lang`).

    Raises
    ------
    KeyError
        When the catalogue has no such entry: a mistake in the program.
    """
    section, _, entry = key.partition(".")
    return _section(section)[entry][lang or current_lang()]


def label(key: str, lang: Lang | None = None, /, **values: object) -> str:
    """Return the text of a catalogue entry, its placeholders filled.

    Parameters
    ----------
    key
        ``section.entry``.
    lang
        Language; None for the current one (see :func:`use_lang`).
    **values
        One value for each placeholder of the entry.

    Raises
    ------
    KeyError
        When the entry or the value of a placeholder is missing: a mistake in the program.

    Examples
    --------
    >>> label("core.kind_wet_market", "zh"), label("core.kind_wet_market", "en")
    ('菜市场', 'Wet market')
    """
    text = template(key, lang)
    return text.format(**values) if values else text


def has_label(key: str) -> bool:
    """Return whether the catalogue holds this key.

    Raises
    ------
    FileNotFoundError
        When the section itself does not exist.
    """
    section, _, entry = key.partition(".")
    return entry in _section(section)


def name_of(prefix: str, value: object, lang: Lang | None = None) -> str:
    """Return the catalogue's word for a value of an open list, or the value itself.

    Parameters
    ----------
    prefix
        Key prefix such as ``core.kind``.
    value
        A member of the list, such as ``wet_market``; missing gives an empty text.
    lang
        Language; None for the current one.

    Raises
    ------
    FileNotFoundError
        When the section of `prefix` does not exist.

    Examples
    --------
    >>> name_of("core.kind", "breakfast", "en"), name_of("core.kind", "tea_house", "en")
    ('Breakfast outlet', 'tea_house')
    """
    if value is None or value != value:  # noqa: PLR0124  (NaN is the one value unequal to itself)
        return ""
    key = f"{prefix}_{value}"
    return label(key, lang) if has_label(key) else str(value)


def current_lang() -> Lang:
    """Return the language in which texts are written now."""
    return _current.get() or OFFICE_LANG


def spoken_lang() -> Lang:
    """Return the language in which who calls is answered: errors, and what shows itself.

    The command and the office program set theirs; who calls from Python and has set none with
    :class:`use_lang` is answered in English.
    """
    return _current.get() or ANALYST_LANG


class use_lang:  # noqa: N801  (reads as a verb: ``with use_lang("en"):``)
    """Context in which texts are written in `lang`; the former language returns at its end.

    Called on its own, ``use_lang("zh")`` sets the language from there on.

    Raises
    ------
    ValueError
        When `lang` is neither ``zh`` nor ``en``.

    Examples
    --------
    >>> with use_lang("en"):
    ...     label("core.kind_wet_market")
    'Wet market'
    """

    def __init__(self, lang: Lang) -> None:
        if lang not in LANGS:
            raise ValueError(f"lang must be one of {', '.join(LANGS)}, not {lang!r}")
        self._token = _current.set(lang)

    def __enter__(self) -> None:
        """Enter the context; the language was set when it was made."""

    def __exit__(self, *exception: object) -> None:
        """Restore the former language."""
        _current.reset(self._token)


if TYPE_CHECKING:
    _check: type[AbstractContextManager[None]] = use_lang
