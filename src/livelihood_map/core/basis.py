"""What a run's figures rest on that no file states: kinds without a register, factors, guesses.

Every output bears the same sentences, so that what is not known reads nowhere as 0, and what was
derived nowhere as counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from livelihood_map.core.labels import Lang, label, name_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

_AREAS: Final = frozenset(("floor_area", "outline"))
"""Told as square metres a person; the others as people by the unit."""


@dataclass(frozen=True, kw_only=True)
class DerivedPeople:
    """People that were derived, all from the same thing.

    Parameters
    ----------
    derived_from
        One of `livelihood_map.core.tables.PEOPLE_UNITS`.
    residences_n
        Compounds concerned.
    people
        People in them.
    units_n
        What the people were derived from in all: dwellings, square metres, people registered.
    """

    derived_from: str
    residences_n: int
    people: float
    units_n: float

    def tell(self, lang: Lang | None = None) -> str:
        """Return how many people were derived from what, with the factor.

        Examples
        --------
        >>> derived = DerivedPeople(
        ...     derived_from="dwellings", residences_n=3, people=750.0, units_n=300.0
        ... )
        >>> derived.tell("en").partition(", ")[2]
        'from dwellings at 2.5 people each'
        """
        is_area = self.derived_from in _AREAS
        over, under = (self.units_n, self.people) if is_area else (self.people, self.units_n)
        return label(
            f"core.mark_people_{self.derived_from}",
            lang,
            residences_n=f"{self.residences_n:,}",
            people=f"{self.people:,.0f}",
            factor=f"{over / under:.3g}" if under > 0 else "–",
        )


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What a run's figures rest on that no file states.

    Parameters
    ----------
    absent_kinds
        Kinds of the settings that no register was given of, in their order.
    derived
        People that were derived, by what they were derived from.
    gates_n, gated_residences_n
        Inferred gates, and compounds that have them.
    start
        Where walks start, ``gate`` or ``dwelling``; nothing is said where it is empty.
    start_source
        Where it was read that they start at the gate.
    """

    absent_kinds: tuple[str, ...] = ()
    derived: tuple[DerivedPeople, ...] = ()
    gates_n: int = 0
    gated_residences_n: int = 0
    start: str = ""
    start_source: str = ""

    def tell_absent(self, lang: Lang | None = None) -> list[str]:
        """Return a line for each kind that no register was given of.

        Examples
        --------
        >>> Basis(absent_kinds=("breakfast",)).tell_absent("en")
        ['Breakfast outlet: no register given']
        """
        return [
            label("core.kind_absent", lang, kind=name_of("core.kind", kind, lang))
            for kind in self.absent_kinds
        ]

    def tell(self, lang: Lang | None = None) -> list[str]:
        """Return a sentence for each thing; none where everything was given.

        Examples
        --------
        >>> Basis(absent_kinds=("breakfast",)).tell("en")[0]
        'No register given: Breakfast outlet. Who is covered is not known; it is not 0'
        """
        told = []
        if self.absent_kinds:
            kinds = label("core.list_join", lang).join(
                name_of("core.kind", kind, lang) for kind in self.absent_kinds
            )
            told.append(label("core.mark_absent", lang, kinds=kinds))
        told += [one.tell(lang) for one in self.derived]
        if self.gates_n:
            told.append(
                label(
                    "core.mark_gates",
                    lang,
                    gates_n=f"{self.gates_n:,}",
                    residences_n=f"{self.gated_residences_n:,}",
                )
            )
        if self.start:
            source = self.start_source or label("core.start_unsourced", lang)
            told.append(label(f"core.mark_start_{self.start}", lang, source=source))
        return told


def find_basis(
    kinds: Sequence[str],
    registers: pd.DataFrame,
    residences: pd.DataFrame,
    gates: pd.DataFrame | None = None,
) -> Basis:
    """Return what the figures of a run rest on that no file states.

    Parameters
    ----------
    kinds
        Kinds of the settings.
    registers, residences
        Tables of the run.
    gates
        Table ``gates``; None before gates are inferred.

    Raises
    ------
    KeyError
        When a table lacks a column.

    Examples
    --------
    >>> import pandas as pd
    >>> registers = pd.DataFrame({"kind": ["wet_market"]})
    >>> homes = pd.DataFrame({"population": [50.0, 70.0], "derived_from": ["households", None],
    ...                       "units_n": [20.0, None]})
    >>> basis = find_basis(["wet_market", "breakfast"], registers, homes)
    >>> basis.absent_kinds, basis.derived[0].residences_n, basis.derived[0].people
    (('breakfast',), 1, 50.0)
    """
    given = set(registers["kind"])
    inferred = None if gates is None else gates[gates["is_inferred"]]
    return Basis(
        absent_kinds=tuple(kind for kind in kinds if kind not in given),
        derived=tuple(
            DerivedPeople(
                derived_from=str(unit),
                residences_n=len(rows),
                people=float(rows["population"].sum()),
                units_n=float(rows["units_n"].sum()),
            )
            for unit, rows in residences.groupby("derived_from", sort=True)
        ),
        gates_n=0 if inferred is None else len(inferred),
        gated_residences_n=0 if inferred is None else inferred["residence_id"].nunique(),
    )
