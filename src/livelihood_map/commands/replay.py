"""A recorded run once more, and the way back to the run before."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from livelihood_map.commands.answers import find_question
from livelihood_map.core.document import check_document
from livelihood_map.core.errors import LivelihoodMapError, Problem, SourceError
from livelihood_map.core.labels import label, use_lang
from livelihood_map.core.settings import Settings
from livelihood_map.pipeline.changeover import OUTPUT, Change, Places
from livelihood_map.pipeline.freshness import find_reasons
from livelihood_map.pipeline.questions import ASKED, REVIEW
from livelihood_map.pipeline.record import (
    FORM,
    RECORD,
    files_of,
    hash_inputs,
    hash_there,
    input_paths,
    is_record,
    program,
    read_record,
    read_values,
)
from livelihood_map.pipeline.running import BOOKS, copy_changed, opened, places_of
from livelihood_map.pipeline.stages import STAGES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from livelihood_map.pipeline.job import Job
    from livelihood_map.pipeline.stage import Stage


def replay(path: Path) -> list[str]:
    """Return in words that a recorded run gives the same files again, to the byte.

    Everything is computed anew in a temporary folder, with the settings and the date of the record
    and the files that lie there now; the recorded run is not touched.

    Parameters
    ----------
    path
        The run record ``run.json``.

    Raises
    ------
    SourceError
        When it is no run record, or one of another form.
    LivelihoodMapError
        Names each input, setting or version that differs; or, when none does, each file that came
        out otherwise, and whether the clock had stopped the recorded plan.
    """
    record = _read(path)
    settings = _settings_of(record, path)
    problems = _differences(record, settings)
    if problems:
        raise LivelihoodMapError("replay.other_question", problems=problems, path=str(path))
    with TemporaryDirectory() as scratch, use_lang(settings.run.lang):
        places = Places(Path(scratch) / "out", Path(scratch) / "maps")
        with opened(settings, places) as job:
            for name in _order(record):
                job.settle(_stage_of(name))
            entries, again = job.entries, files_of({"stages": job.entries})
    wanted = files_of({"stages": {name: record["stages"][name] for name in _order(record)}})
    other = sorted(k for k in wanted.keys() | again.keys() if wanted.get(k) != again.get(k))
    if other:
        problems = [Problem("replay.file", name=name) for name in other]
        raise LivelihoodMapError(_why_other(record, entries), problems=problems, path=str(path))
    lines = [label("replay.same", count=len(again), path=path)]
    if record["is_stopped_by_clock"]:
        lines.append(label("replay.clock_same"))
    return lines


def _why_other(record: Mapping[str, Any], entries: Mapping[str, Any]) -> str:
    """Return the message that tells why files came out otherwise.

    The search for a plan ends by the work that it has done. Only on a machine so busy that the
    clock stops it may it end elsewhere, or where another processor adds up otherwise.
    """
    if record["is_stopped_by_clock"]:
        return "replay.clock"
    then, now = record["stages"].get("siting"), entries.get("siting")
    if not then or not now or then["needs"] != now["needs"] or then["makes"] == now["makes"]:
        return "replay.other_bytes"
    if now["solver"]["is_stopped_by_clock"]:
        return "replay.clock_here"
    return "replay.other_plan" if then["solver"] == now["solver"] else "replay.other_bytes"


def _read(path: Path) -> dict[str, Any]:
    """Return a run record that can be replayed."""
    try:
        record: dict[str, Any] = json.loads(path.read_text("utf-8"))
        form, stages = record["form"], record["stages"]
    except FileNotFoundError as error:
        raise SourceError("replay.absent", path=str(path)) from error
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise SourceError("replay.no_record", path=str(path)) from error
    if form != FORM:
        raise SourceError("replay.other_form", path=str(path), form=form, own=FORM)
    if not is_record(record):
        raise SourceError("replay.no_record", path=str(path))
    if REVIEW.name in stages:
        raise SourceError("replay.review", path=str(path))
    if not stages.keys() & STAGES.keys():
        raise SourceError("replay.no_stages", path=str(path))
    return record


def _settings_of(record: Mapping[str, Any], path: Path) -> Settings:
    """Return the settings of a record, its paths from where the settings file lay."""
    base = str((path.resolve().parent / record["base"]).resolve())
    content = {**record["settings"], "base": base}
    return check_document(content, Settings, path=path, broken="core.settings_broken")


def _stage_of(name: str) -> Stage:
    """Return a stage, or a question with its answer, by its name in the record."""
    return STAGES.get(name) or find_question(name.removeprefix("ask_"))


def _order(record: Mapping[str, Any]) -> list[str]:
    """Return the recorded stages in the order in which they run, with what a report shows."""
    names: list[str] = []
    for name, stage in STAGES.items():
        makers = [one.name for one in ASKED.values() if {*one.makes} & {*stage.may_need}]
        names += [one for one in (*makers, name) if one in record["stages"]]
    return names


def _differences(record: Mapping[str, Any], settings: Settings) -> list[Problem]:
    """Return which input, setting or version is another than that of the record."""
    reasons: dict[str, Problem] = {}
    for name in _order(record):
        stage, entry = _stage_of(name), record["stages"][name]
        now = {
            "program": program(),
            "settings": read_values(settings, stage),
            "files": hash_inputs(input_paths(settings, stage)),
            "needs": entry["needs"],
        }
        then = {**entry, "program": record["programs"][entry["program"]], "is_open": False}
        for reason in find_reasons(now, then, has_outputs=True):
            reasons.setdefault(reason.text(), reason)
    return list(reasons.values())


def go_back(settings: Settings) -> list[str]:
    """Return in words that the run before is in its place again; the last one is now kept instead.

    Parameters
    ----------
    settings
        Settings of the run.

    Raises
    ------
    LivelihoodMapError
        When no run before is kept, or a file of it is missing.
    OutputError
        When a file is held open; nothing has changed then.
    """
    places = places_of(settings)
    with opened(settings, places) as job:
        return _change_back(job)


def _require_whole(places: Places, wanted: Mapping[str, str], install: Collection[str]) -> None:
    """Refuse to go back where a file of the run before is missing, or has another content."""
    for key, made in wanted.items():
        path = places.aside("previous", key) if key in install else places.final(key)
        if hash_there(path) is None or (key not in install and hash_there(path) != made):
            raise LivelihoodMapError("replay.previous_broken", path=str(path))


def _change_back(job: Job) -> list[str]:
    places = job.places
    before = read_record(places.aside("previous", f"{OUTPUT}/"))
    if before is None or job.old is None:
        raise LivelihoodMapError("replay.no_previous", path=str(places.output))
    stashed, wanted = places.keys_in("previous"), files_of(before)
    install = [key for key in stashed if key in wanted or key in BOOKS]
    _require_whole(places, wanted, install)
    now = files_of(job.old)
    retire = [key for key in now if key in install or key not in wanted]
    copy_changed(job, retire, now)
    retire += [key for key in BOOKS if places.final(key).exists()]
    Change(places, tuple(sorted(retire)), tuple(install), source="previous").carry_out()
    line = label("replay.back", path=places.output, date=before["date"], record=RECORD)
    return [line, *job.work.remarks]
