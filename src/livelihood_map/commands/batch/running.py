"""A list of districts -> the runs of all, and what they are together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from livelihood_map.commands.batch.budget import share_sites
from livelihood_map.commands.batch.districts import load_districts
from livelihood_map.commands.batch.jobs import Job, run_jobs
from livelihood_map.commands.batch.merging import DISTRICT, merge_districts, write_merged
from livelihood_map.commands.batch.outputs import draw_districts, tell_shares, write_book
from livelihood_map.core.errors import LivelihoodMapError, Problem
from livelihood_map.core.executors import open_executor
from livelihood_map.core.io import write_bytes
from livelihood_map.core.labels import Lang, label, use_lang
from livelihood_map.pipeline import open_workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from livelihood_map.commands.batch.budget import Shares
    from livelihood_map.commands.batch.districts import CityList
    from livelihood_map.commands.batch.jobs import Outcome
    from livelihood_map.pipeline import Workspace


def batch(
    path: Path,
    *,
    tell: Callable[[str], object],
    lang: Lang | None = None,
    workers_n: int = 1,
    memory_gb: float | None = None,
    scheduler: str | None = None,
) -> list[str]:
    """Return in words what the runs of many districts came to; what is fresh is not computed again.

    Each district is run by a process of its own. One that fails is told, tried once more and stops
    no other; tables, workbook and map are then those of the others.

    Parameters
    ----------
    path
        List of the districts, TOML.
    tell
        Is told one line whenever a district is done.
    lang
        Language that overrides the one in the list.
    workers_n
        Districts at a time on this computer.
    memory_gb
        Memory that each may take, GB; any when None. Held by the system on Linux alone.
    scheduler
        Address of a scheduler of dask.distributed whose workers run the districts; they must see
        the same files under the same paths.

    Raises
    ------
    SettingsError
        When anything is wrong with the list or with the settings of a district; all is listed.
    ClusterError
        When the scheduler does not answer.
    LivelihoodMapError
        When districts have failed twice; the others are done, and named with the reasons.
    OutputError
        When a file cannot be written.
    """
    listed = load_districts(path, lang=lang)
    lang = lang or listed.city.lang
    with use_lang(lang):
        jobs = [Job(one.name, str(one.path.resolve()), lang, memory_gb) for one in listed.districts]
        with open_executor(workers_n, scheduler=scheduler) as executor:
            outcomes = run_jobs(jobs, executor, tell=tell)
        done = {one.name for one in outcomes if one.status == "done"}
        settings = {one.name: one.settings for one in listed.districts if one.name in done}
        works = {name: open_workspace(own) for name, own in settings.items()}
        lines = _put_together(listed, outcomes, works) if works else []
        failed = [one for one in outcomes if one.name not in done]
        if not failed:
            return lines
        for line in lines:
            tell(line)
        raise LivelihoodMapError(
            "batch.some_failed",
            problems=[Problem("batch.failed", name=one.name, why=one.message) for one in failed],
            count=len(failed),
            total=len(outcomes),
        )


def _put_together(
    listed: CityList, outcomes: Sequence[Outcome], works: Mapping[str, Workspace[str]]
) -> list[str]:
    """Return in words what the districts are together; its files are written."""
    merged, folder = merge_districts(works), listed.output
    shares = _shares(listed, merged)
    lines = _tell_city(listed, merged)
    lines += [] if shares is None else tell_shares(shares, merged["plan"])
    notes = _notes(listed, works)
    date = max(work.date for work in works.values())
    written = write_merged(merged, folder / "tables")
    written.append(
        write_book(
            merged, outcomes, path=folder / "city.xlsx", shares=shares, notes=notes, date=date
        )
    )
    for name, content in draw_districts(merged, works, name=listed.city.name):
        written.append(write_bytes(content, folder / name))
    return [*lines, *notes, label("batch.written", count=len(written), path=folder)]


def _shares(listed: CityList, merged: Mapping[str, Any]) -> Shares | None:
    """Return how the districts share the city's new sites; None where each has its own number."""
    if listed.city.sites_n is None or "curve" not in merged:
        return None
    curves = dict(iter(merged["curve"].groupby(DISTRICT, sort=False)))
    return share_sites(curves, listed.city.sites_n)


def _tell_city(listed: CityList, merged: Mapping[str, Any]) -> list[str]:
    """Return how many districts and towns there are."""
    return [
        label(
            "batch.city",
            name=listed.city.name,
            districts=merged["towns"][DISTRICT].nunique(),
            listed=len(listed.districts),
            towns=len(merged["towns"]),
            residences=f"{len(merged['residences']):,}",
        )
    ]


def _notes(listed: CityList, works: Mapping[str, Workspace[str]]) -> list[str]:
    """Return what a reader must know: which districts are missing, what else the runs mark."""
    missing = [one.name for one in listed.districts if one.name not in works]
    join = label("batch.join")
    notes = [label("batch.missing", names=join.join(missing))] if missing else []
    marks: dict[str, list[str]] = {}
    for name, work in works.items():
        for mark in work.marks(*work.kinds):
            marks.setdefault(mark, []).append(name)
    notes += [
        mark
        if len(names) == len(works)
        else label("batch.of_district", name=join.join(names), fault=mark)
        for mark, names in marks.items()
    ]
    return notes
