"""What a stage declares: the tables that it needs and makes, the settings it reads, its files.

The workspace hands a stage what it has declared and nothing else, so that a declaration says what
a result was made from, and what a change makes stale.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from livelihood_map.pipeline.reads import list_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from livelihood_map.core.settings import Settings

WALKS: Final = (
    "run.standard network.detour_factor network.join_limit_m network.are_compounds_walled"
    " network.max_pairs_n coverage.at"
)
"""Settings that every walk depends on."""
MEASURED: Final = "coverage.kinds coverage.walkers coverage.cutoff_m"
"""Settings that say what is measured."""
MARKS: Final = (
    "area coverage.at coverage.kinds network.detour_factor network.start run.data_date run.date"
    " run.is_synthetic run.lang run.standard run.what_if"
)
"""Settings that stand on every output."""


class UndeclaredError(RuntimeError):
    """A stage asked for what it has not declared: a mistake in the program."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage, or one question that is asked of a run.

    Parameters
    ----------
    name
        Name of the stage, of the folder of its tables and of its entry in the run record.
    run
        Takes the workspace; a question returns its answer in words.
    needs, may_need
        Tables that it reads; the latter only where they are there.
    makes
        Tables that it leaves in the workspace.
    settings
        Settings that it reads: ``section`` or ``section.key``.
    files
        Settings whose values name the files that it opens; ``font`` is the font for Chinese text.
    rewrites
        Those of `files` that it writes to as well.
    """

    name: str
    run: Callable[..., Any]
    needs: tuple[str, ...] = ()
    may_need: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    rewrites: tuple[str, ...] = ()

    def may_read(self, table: str) -> bool:
        """Return whether a table is declared."""
        return table in self.needs or table in self.may_need or table in self.makes


def declare(
    name: str,
    run: Callable[..., Any],
    *,
    reads: object = None,
    files: str = "run.standard",
    **lists: str,
) -> Stage:
    """Return a stage; its lists are words with blanks between them, each counted once.

    Parameters
    ----------
    name, run
        As in :class:`Stage`.
    reads
        The tables that it needs, and those of ``may_need``, as a type of
        :mod:`livelihood_map.pipeline.reads`.
    files
        As in :class:`Stage`.
    **lists
        Its other lists.

    Examples
    --------
    >>> from typing import Literal
    >>> stage = declare("x", list, reads=Literal["towns", "sites"], may_need="sites")
    >>> stage.needs, stage.may_need, stage.files
    (('towns',), ('sites',), ('run.standard',))
    """
    words = {field: _words(text) for field, text in {**lists, "files": files}.items()}
    needs = tuple(one for one in list_tables(reads) if one not in words.get("may_need", ()))
    return Stage(name=name, run=run, needs=needs, **words)


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.split()))


@cache
def _narrow_class(kind: Any) -> Any:  # noqa: ANN401  (a class of settings)
    """Return a class of settings that refuses the fields which an object of it does not hold."""
    own = {field.name for field in fields(kind)}

    def read(self: object, name: str) -> object:
        if name in own and name not in object.__getattribute__(self, "__dict__"):
            raise UndeclaredError(f"{kind.__name__}.{name}")
        return object.__getattribute__(self, name)

    def reduce(self: object) -> tuple[object, ...]:
        return _narrowed, (kind, object.__getattribute__(self, "__dict__"))

    methods = {"__getattribute__": read, "__reduce__": reduce, "__module__": kind.__module__}
    return type(kind.__name__, (kind,), methods)


def _narrowed(kind: Any, held: dict[str, Any]) -> Any:  # noqa: ANN401  (a class, an object of it)
    """Return settings, or a section of them, that hold nothing but `held`."""
    narrow = object.__new__(_narrow_class(kind))
    vars(narrow).update(held)
    return narrow


def narrow_settings(settings: Settings, keys: Iterable[str]) -> Settings:
    """Return settings that hold the declared keys alone; any other raises `UndeclaredError`.

    Parameters
    ----------
    settings
        All settings.
    keys
        ``section`` or ``section.key``.
    """
    wanted: dict[str, set[str]] = {}
    for key in keys:
        section, _, name = key.partition(".")
        wanted.setdefault(section, set()).add(name)
    held: dict[str, Any] = {"base": settings.base}
    for section, names in wanted.items():
        whole = getattr(settings, section)
        own = {name: getattr(whole, name) for name in names if name}
        held[section] = whole if "" in names else _narrowed(type(whole), own)
    narrow: Settings = _narrowed(type(settings), held)
    return narrow


def plain(value: Any) -> Any:  # noqa: ANN401  (what JSON can hold)
    """Return settings as JSON holds them.

    Examples
    --------
    >>> import datetime as dt
    >>> plain({"date": dt.date(2023, 6, 30), "kinds": ("a", "b")})
    {'date': '2023-06-30', 'kinds': ['a', 'b']}
    """
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def value_at(settings: Any, key: str) -> Any:  # noqa: ANN401  (a value of a setting)
    """Return the value that stands under a dotted key."""
    for name in key.split("."):
        settings = getattr(settings, name)
    return settings


def values_at(settings: Any, key: str) -> Iterator[Any]:  # noqa: ANN401  (any section)
    """Return the values that stand under a dotted key, in every item of the lists on the way."""
    if isinstance(settings, list | tuple):
        for item in settings:
            yield from values_at(item, key)
    elif settings is not None and not key:
        yield settings
    elif settings is not None:
        name, _, rest = key.partition(".")
        yield from values_at(getattr(settings, name), rest)
