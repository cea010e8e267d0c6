"""Measures in words: how far, of which people; one wording for every map, sheet and line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from livelihood_map.core.labels import current_lang, has_label, label
from livelihood_map.core.units import walk_minutes

if TYPE_CHECKING:
    from livelihood_map.core.labels import Lang
    from livelihood_map.core.standards import KindRow, Walker


def tell_metres(metres: float, lang: Lang | None = None) -> str:
    """Return a distance of the standard as it is written, without its unit.

    Examples
    --------
    >>> tell_metres(1000.0, "zh"), tell_metres(1000.0, "en")
    ('1000', '1,000')
    """
    return f"{metres:g}" if (lang or current_lang()) == "zh" else f"{metres:,g}"


def name_kind(row: KindRow, lang: Lang | None = None) -> str:
    """Return the name of a kind: the catalogue's, for kinds of an office's own the standard's.

    Raises
    ------
    KeyError
        When the catalogue lacks the language: a mistake in the program.
    """
    key = f"core.kind_{row.id}"
    return label(key, lang) if has_label(key) else row.name(lang)


def tell_people(row: KindRow, lang: Lang | None = None) -> str:
    """Return whose people a kind counts.

    Raises
    ------
    KeyError
        When the catalogue lacks a word: a mistake in the program.

    Examples
    --------
    >>> import livelihood_map as lm
    >>> tell_people(lm.load_standard("cn-15min").kind("wet_market"), "en")
    'residents'
    """
    return label(f"core.people_{row.demand}", lang)


def tell_denominator(row: KindRow, lang: Lang | None = None) -> str:
    """Return what the target share of a kind is a share of: its people, or compounds.

    Raises
    ------
    KeyError
        When the catalogue lacks a word: a mistake in the program.
    """
    is_people = row.denominator == "people"
    return (
        tell_people(row, lang) if is_people else label(f"core.denominator_{row.denominator}", lang)
    )


def tell_minutes_of(row: KindRow, metres: float) -> str:
    """Return the whole minutes that a distance of a kind stands for."""
    known = dict(zip(row.tiers_m, row.tiers_min, strict=True))
    return f"{known.get(metres, float(walk_minutes(metres))):.0f}"


def tell_reach(
    row: KindRow, metres: float, lang: Lang | None = None, *, walker: Walker | None = None
) -> str:
    """Return a distance of a kind with its unit: minutes for those who walk by time.

    Raises
    ------
    KeyError
        When the catalogue lacks a word: a mistake in the program.
    """
    if walker is not None and walker.mode == "time":
        return label("core.reach_min", lang, minutes=tell_minutes_of(row, metres))
    return label("core.reach_m", lang, metres=tell_metres(metres, lang))


def tell_measure(row: KindRow, lang: Lang | None = None, *, walker: Walker | None = None) -> str:
    """Return whose people a kind counts, within which walk they are covered and at the target.

    Parameters
    ----------
    row
        The kind's row of the standard.
    lang
        Language; None for the current one.
    walker
        Who walks: for walkers by time the minutes are told; None for one by distance.

    Raises
    ------
    KeyError
        When the catalogue lacks a word: a mistake in the program.

    Examples
    --------
    >>> import livelihood_map as lm
    >>> tell_measure(lm.load_standard("cn-15min").kind("wet_market"), "en")
    'residents; covered 1,000 m, target 500 m'
    """
    reach = tell_reach(row, row.threshold_m, lang, walker=walker)
    covered = label("core.measure_covered", lang, reach=reach)
    if row.target_m is not None:
        reach = tell_reach(row, row.target_m, lang, walker=walker)
        covered += label("core.measure_target", lang, reach=reach)
    return label("core.measure", lang, people=tell_people(row, lang), covered=covered)


def tell_gap(reason: str, cutoff_m: float, lang: Lang | None = None) -> str:
    """Return why somebody is not covered.

    Parameters
    ----------
    reason
        A member of `livelihood_map.core.tables.GAP_REASONS`.
    cutoff_m
        Distance searched, metres.
    lang
        Language; None for the current one.

    Raises
    ------
    KeyError
        When there is no such reason.

    Examples
    --------
    >>> tell_gap("unreachable", 3000.0, "en")
    'none within 3,000 m on foot'
    """
    return label(f"core.gap_{reason}", lang, cutoff_m=tell_metres(cutoff_m, lang))


def tell_kind(row: KindRow, lang: Lang | None = None, *, walker: Walker | None = None) -> str:
    """Return the name of a kind with its measure; parameters as of `tell_measure`.

    Raises
    ------
    KeyError
        When the catalogue lacks a word: a mistake in the program.

    Examples
    --------
    >>> import livelihood_map as lm
    >>> tell_kind(lm.load_standard("cn-15min").kind("housekeeping"), "en")
    'Housekeeping service (residents; covered 1,000 m)'
    """
    measure = tell_measure(row, lang, walker=walker)
    return label("core.measured_kind", lang, kind=name_kind(row, lang), measure=measure)
