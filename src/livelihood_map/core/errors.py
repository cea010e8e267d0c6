"""The errors a user can meet.

::

    LivelihoodMapError
    ├── SettingsError    (ValueError)   the settings file
    ├── SourceError      (OSError)      an outside file or service
    ├── SchemaError      (ValueError)   a table that breaks its schema; `.problems` lists all
    ├── CrsError         (ValueError)   a coordinate system that cannot be used here
    ├── JoinError        (ValueError)   points that find no street
    └── InfeasibleError  (ValueError)   rules that no plan can keep

Each holds a catalogue key and its values, so that its text exists in Chinese and English: the
command and the office program speak their user's language, Python English unless told otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

from livelihood_map.core.labels import label, spoken_lang

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from livelihood_map.core.labels import Lang

_SHOWN_MAX: Final = 500
"""Characters of a value that a message shows."""
_LISTED_MAX: Final = 100


class Problem:
    """One fault, as a catalogue key and its values; `text` writes it in a language."""

    __slots__ = ("key", "values")

    def __init__(self, key: str, /, **values: object) -> None:
        self.key = key
        self.values = values

    def text(self, lang: Lang | None = None) -> str:
        """Return the fault in words.

        Raises
        ------
        KeyError
            When the catalogue lacks the key or a placeholder's value.
        """
        return label(self.key, lang, **_worded(self.values, lang))

    def __str__(self) -> str:
        """Return the fault in the current language."""
        return self.text()

    def __repr__(self) -> str:
        """Return key and values for a developer."""
        return f"Problem({self.key!r}, {self.values!r})"


def _worded(values: Mapping[str, object], lang: Lang | None) -> dict[str, object]:
    """Return the values with faults among them written in the language, and long texts cut."""
    return {name: _shown(value, lang) for name, value in values.items()}


def _shown(value: object, lang: Lang | None) -> object:
    """Return one value as a message shows it: a cell may hold a whole file."""
    if isinstance(value, Problem):
        return value.text(lang)
    if isinstance(value, str) and len(value) > _SHOWN_MAX:
        return f"{value[:_SHOWN_MAX]}…"
    return value


class LivelihoodMapError(Exception):
    """Anything that the user can mend; printed plainly with its remedy.

    Parameters
    ----------
    key
        Catalogue key of the message.
    problems
        The single faults behind it, each listed below the message.
    **values
        One value for each placeholder of the message.
    """

    def __init__(self, key: str, /, *, problems: Sequence[Problem] = (), **values: object) -> None:
        self.key = key
        self.values = values
        self.problems = tuple(problems)
        super().__init__(key)

    @classmethod
    def of(cls, problem: Problem) -> Self:
        """Return the error that says nothing but this one fault."""
        error = cls(problem.key)
        error.values = problem.values
        return error

    def text(self, lang: Lang | None = None) -> str:
        """Return message and problems in words, one problem a line; the first hundred of them.

        Raises
        ------
        KeyError
            When the catalogue lacks the key or a placeholder's value.
        """
        lines = [label(self.key, lang, **_worded(self.values, lang))]
        lines += [f"  - {problem.text(lang)}" for problem in self.problems[:_LISTED_MAX]]
        more_n = len(self.problems) - _LISTED_MAX
        if more_n > 0:
            lines.append(label("core.more_problems", lang, count=more_n))
        return "\n".join(lines)

    def __str__(self) -> str:
        """Return the text in the language in which who calls is answered."""
        return self.text(spoken_lang())


class SettingsError(LivelihoodMapError, ValueError):
    """The settings file has mistakes; all of them are in `problems`."""


class SourceError(LivelihoodMapError, OSError):
    """An outside file or service cannot be used."""


class SchemaError(LivelihoodMapError, ValueError):
    """A table breaks its schema; every breach is in `problems`."""


class CrsError(LivelihoodMapError, ValueError):
    """A coordinate reference system cannot be used for this."""


class JoinError(LivelihoodMapError, ValueError):
    """Points cannot be joined to the streets."""


class InfeasibleError(LivelihoodMapError, ValueError):
    """No plan keeps all rules; `problems` names the rules that clash."""
