"""Is a stored result still true? One question a cue; the answers in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from livelihood_map.core.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SHOWN_AT_MOST = 60


def find_reasons(
    now: Mapping[str, Any], then: Mapping[str, Any] | None, *, has_outputs: bool
) -> list[Problem]:
    """Return why a stage has to be computed; empty when what is stored is still true.

    Parameters
    ----------
    now
        What the stage would be made from: ``program``, ``settings``, ``files`` and ``needs``.
    then
        The same of what is stored, with ``is_open``; None when nothing is.
    has_outputs
        Whether all that the stage made is there, unchanged.
    """
    if then is None:
        return [Problem("freshness.first")]
    reasons = [
        *_program(now["program"], then["program"]),
        *_settings(now["settings"], then["settings"]),
        *_files(now["files"], then["files"]),
        *_tables(now["needs"], then["needs"]),
    ]
    if then.get("is_open"):
        reasons.append(Problem("freshness.open"))
    if not has_outputs:
        reasons.append(Problem("freshness.output"))
    return reasons


def _changed(now: Mapping[str, Any], then: Mapping[str, Any]) -> list[str]:
    """Return the names under which two mappings differ, sorted."""
    return [name for name in sorted(now.keys() | then.keys()) if now.get(name) != then.get(name)]


def _program(now: Mapping[str, Any], then: Mapping[str, Any]) -> Iterator[Problem]:
    changed = _changed(now, then)
    for name in sorted(changed, key=lambda one: (one == "code", one)):
        if name != "code":
            values = {"before": then.get(name) or "–", "after": now.get(name) or "–"}
            yield Problem("freshness.version", name=name, **values)
        elif changed == ["code"]:
            yield Problem("freshness.code")


def _settings(now: Mapping[str, Any], then: Mapping[str, Any]) -> Iterator[Problem]:
    for key in _changed(now, then):
        for place, before, after in differences(then.get(key), now.get(key), key):
            yield Problem(
                "freshness.setting", name=place, before=_shown(before), after=_shown(after)
            )


def differences(before: Any, after: Any, place: str) -> Iterator[tuple[str, Any, Any]]:  # noqa: ANN401
    """Return where two values of settings differ: dotted place, value before, value after.

    Examples
    --------
    >>> list(differences({"a": 1, "b": [1, 2]}, {"a": 1, "b": [1, 3]}, "siting"))
    [('siting.b.2', 2, 3)]
    """
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            yield from differences(before.get(name), after.get(name), f"{place}.{name}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (old, new) in enumerate(zip(before, after, strict=True), start=1):
            yield from differences(old, new, f"{place}.{number}")
    else:
        yield place, before, after


def _shown(value: Any) -> str:  # noqa: ANN401  (a value of a setting)
    text = "–" if value is None else str(value)
    return text if len(text) <= _SHOWN_AT_MOST else f"{text[:_SHOWN_AT_MOST]}…"


def _files(now: Mapping[str, Any], then: Mapping[str, Any]) -> Iterator[Problem]:
    for name in _changed(now, then):
        before, after = then.get(name), now.get(name)
        word = "gone" if after is None else "new" if before is None else "changed"
        yield Problem(f"freshness.file_{word}", name=name)


def _tables(now: Mapping[str, Any], then: Mapping[str, Any]) -> Iterator[Problem]:
    """Return which stages' tables, named ``stage/table``, are others or will be."""
    stages = {name.partition("/")[0].removeprefix("ask_") for name in _changed(now, then)}
    if stages:
        yield Problem("freshness.tables", names=", ".join(sorted(stages)))
