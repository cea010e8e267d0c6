"""Runs and questions: what is fresh is kept, the rest computed aside, all of it put in place.

A run settles its stages in order. Each is kept where nothing that it was made from has changed,
else computed into the next run; the next run then takes the place of the last as a whole.
"""

from __future__ import annotations

import datetime as dt
import logging
import math
import shutil
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from livelihood_map.core.altering import altered
from livelihood_map.core.errors import LivelihoodMapError, Problem, SettingsError
from livelihood_map.core.io import OutputError, told
from livelihood_map.core.labels import current_lang, label
from livelihood_map.core.progress_bar import track
from livelihood_map.pipeline.changeover import ASIDE, OUTPUT, Change, Places, clear, recover
from livelihood_map.pipeline.handed_run import Run
from livelihood_map.pipeline.job import Job, Step
from livelihood_map.pipeline.lock import locked
from livelihood_map.pipeline.memory_need import fit_memory
from livelihood_map.pipeline.questions import ASKED, MAKERS
from livelihood_map.pipeline.record import (
    RECORD,
    TIMES,
    files_of,
    hash_file,
    hash_there,
    new_record,
    read_record,
    write_json,
)
from livelihood_map.pipeline.stages import STAGES
from livelihood_map.pipeline.stored import Stored
from livelihood_map.pipeline.summary import written_lines
from livelihood_map.pipeline.unfinished import Unfinished, note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from livelihood_map.core.settings import Settings
    from livelihood_map.pipeline.stage import Stage
    from livelihood_map.pipeline.workspace import Workspace

log = logging.getLogger(__name__)

WAIT_S: Final = 10.0
"""A question computes what is stale itself when that took no longer than this last time."""
KEPT: Final = "kept"
"""Folder of files that somebody changed by hand and that a run replaces."""
BOOKS: Final = (f"{OUTPUT}/{RECORD}", f"{OUTPUT}/{TIMES}")
LAST: Final = next(reversed(STAGES))


def places_of(settings: Settings, *, maps: Path | None = None) -> Places:
    """Return where the files of a run lie."""
    return Places(
        settings.resolve(settings.run.output).absolute(),
        (maps or settings.resolve(settings.run.maps)).absolute(),
    )


def dated(settings: Settings) -> Settings:
    """Return settings as a run uses them: with date and language; without a key that it hides."""
    date = settings.run.date or dt.datetime.now(tz=dt.UTC).astimezone().date()
    mapping = settings.mapping
    if not mapping.is_key_written:
        mapping = altered(mapping, tianditu_key="")
    run = altered(settings.run, date=date, lang=current_lang())
    return altered(settings, run=run, mapping=mapping)


@contextmanager
def opened(settings: Settings, places: Places, *, is_resumed: bool = False) -> Iterator[Job]:
    """Return a context with a job that nobody else disturbs, after what a killed one has left.

    Parameters
    ----------
    settings
        Settings of the run.
    places
        Where its files lie.
    is_resumed
        Whether what stages had made stays when the job breaks off, and is there for the next; not
        after a fault of the disk, which may be full.

    Raises
    ------
    BusyError
        When another process works there.
    OutputError
        When what is left cannot be cleared up.
    """
    with locked(folder / ASIDE for folder in (places.output, places.maps)):
        with told(places.output):
            recover(places, is_resumed=is_resumed)
        is_kept = False
        try:
            yield Job(dated(settings), places, read_record(places.output))
        except BaseException as error:
            is_kept = is_resumed and not _is_of_disk(error) and places.unfinished.exists()
            raise
        finally:
            if not (is_kept or places.journal.exists()):
                with suppress(OSError):
                    clear(places)


def _is_of_disk(error: BaseException) -> bool:
    """Return whether files could not be written, or the system refused something else."""
    if isinstance(error, LivelihoodMapError):
        return isinstance(error, OutputError)
    return isinstance(error, OSError)


def run(
    settings: Settings,
    *,
    first: str | None = None,
    last: str = LAST,
    only: str | None = None,
    maps: Path | None = None,
    memory_gb: float | None = None,
    on_step: Callable[[Step], None] | None = None,
) -> Run:
    """Return the workspace after a run: what is fresh was kept, the rest computed.

    The results take the place of the last run all at once, when everything has gone well; the last
    run is kept once, to go back to. What the stages of a run that broke off had made is taken up.

    Parameters
    ----------
    settings
        Settings of the run.
    first
        Stage from which on everything is computed, fresh or not.
    last
        Stage after which nothing more is computed; what stands there stays while it is true.
    only
        Stage that is wanted, if not all are: it is computed, with what it needs, up to `last`.
    maps
        Folder for the maps, when it is not that of the settings.
    memory_gb
        Memory that the run may take, GB; any when None.
    on_step
        Is told each stage before it is computed, or that it was kept; nobody when None.

    Raises
    ------
    SettingsError
        When a stage has no such name, `first` comes after `last`, or more memory would be needed.
    BusyError
        When another run works in the folder.
    LivelihoodMapError
        When an input cannot be used or a plan is impossible.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import livelihood_map as lm
    >>> with TemporaryDirectory() as folder:
    ...     settings = lm.load_settings(lm.write_example(Path(folder), is_demo=True))
    ...     work = lm.run(settings, last="load")
    ...     len(work["towns"]), len(work["facilities"]) > 2000
    (14, True)
    """
    names = list(STAGES)
    for name in (first or last, last, only or last):
        if name not in STAGES:
            raise SettingsError("pipeline.stage_unknown", stage=name, stages=", ".join(names))
    begin, end = names.index(first) if first else len(names), names.index(last)
    if first and begin > end:
        raise SettingsError("pipeline.stages_reversed", first=first, last=last)
    wanted = names[: end + 1]
    if only:
        wanted = [name for name in wanted if name in {*needed_by(STAGES[only]), only}]
    with opened(settings, places_of(settings, maps=maps), is_resumed=True) as job:
        job.unfinished = Unfinished(job.places)
        job.unfinished.keep_only(wanted)
        job.on_step = on_step
        for name in track(wanted, "pipeline.running"):
            job.settle(STAGES[name], is_forced=names.index(name) >= begin)
            if made := job.made():
                note(job.places, new_record(job.settings, job.places, made))
            if name == "load" and memory_gb is not None:
                fit_memory(job.entries[name]["makes"]["edges"]["rows"], memory_gb)
        job.look([STAGES[name] for name in names if name not in wanted])
        _drop_stale_answers(job)
        put_in_place(job, new_record(job.settings, job.places, job.entries), rotates=True)
        return _handed_out(job, job.work, wanted)


def _drop_stale_answers(job: Job) -> None:
    """Keep the answers that are still true; the others leave with the last run."""
    for name, entry in job.stored_entries().items():
        if name in STAGES or name in job.entries:
            continue
        stage = ASKED.get(name.partition(" ")[0])
        reasons = (
            job.reasons(altered(stage, name=name), has_outputs=True)
            if stage
            else [Problem("freshness.unknown")]
        )
        if not reasons:
            job.entries[name] = entry
            continue
        text = Step(name, reasons).reasons_text()
        job.work.remarks.append(
            label("freshness.answer_gone", name=name.removeprefix("ask_"), why=text)
        )


def put_in_place(job: Job, record: dict[str, Any], *, rotates: bool) -> None:
    """Put what was made aside in the place of what stands there; nothing where it is the same.

    Parameters
    ----------
    job
        The job that has made it.
    record
        The record that will stand beside it.
    rotates
        Whether what goes is kept as the run before.

    Raises
    ------
    OutputError
        When a file is held open, or one would be written over an input; nothing has changed then.
    """
    places, old, new = job.places, files_of(job.old), files_of(record)
    install = [
        key
        for key in places.keys_in("next")
        if new.get(key) == hash_file(places.aside("next", key)) != hash_there(places.final(key))
    ]
    if record != job.old:
        install += _write_books(job, record)
    if not install:
        return
    inputs = job.inputs()
    for key in install:
        if places.final(key).resolve() in inputs:
            raise OutputError("freshness.over_input", path=str(places.final(key)))
    gone = [key for key in old if key not in new and places.final(key).resolve() not in inputs]
    retire = _without_changed(job, gone, old)
    retire += [key for key in install if places.final(key).exists()]
    copy_changed(job, install, old)
    rotates &= record != job.old
    Change(places, tuple(sorted(set(retire))), tuple(install), rotates=rotates).carry_out()


def _write_books(job: Job, record: dict[str, Any]) -> tuple[str, ...]:
    """Write the record and, beside it, when the run ended and what each stage took."""
    folder = job.places.next_folder(OUTPUT)
    write_json(record, folder / RECORD)
    now = dt.datetime.now(tz=dt.UTC).astimezone().isoformat(timespec="seconds")
    seconds = {name: job.seconds[name] for name in record["stages"] if name in job.seconds}
    times = {
        "finished": now,
        "seconds": seconds,
        "processor_s": job.processor_s,
        "memory_mb": job.memory_mb,
    }
    write_json(times, folder / TIMES)
    return BOOKS


def _without_changed(job: Job, gone: list[str], old: Mapping[str, str]) -> list[str]:
    """Return the files that go; one that somebody has changed by hand is left and told."""
    unchanged = []
    for key in gone:
        path = job.places.final(key)
        if hash_there(path) not in {None, old[key]}:
            job.work.remarks.append(label("freshness.left", path=path))
        else:
            unchanged.append(key)
    return unchanged


def copy_changed(job: Job, keys: Iterable[str], old: Mapping[str, str]) -> None:
    """Copy what somebody changed by hand, or put there, before it gives way.

    Parameters
    ----------
    job
        The job under way, whose remarks tell it.
    keys
        Files that give way.
    old
        Hash of each file as it was made.

    Raises
    ------
    OutputError
        When a copy cannot be written.
    """
    for key in keys:
        path = job.places.final(key)
        there = hash_there(path)
        if old and key not in BOOKS and there not in {None, old.get(key)}:
            place = job.places.root(key) / KEPT / f"{path.stem}-{there[:8]}{path.suffix}"
            with told(place):
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, place)
            job.work.remarks.append(label("freshness.copied", path=path, copy=place))


def _handed_out(job: Job, work: Workspace[str], names: list[str]) -> Run:
    """Return the workspace of a finished job: its files where they lie now, told in its steps."""
    places = job.places
    remarks = [remark for name in names for remark in job.entries[name]["remarks"]]
    handed = replace(
        work,
        folder=places.output,
        maps=places.maps,
        home=places.output,
        tables=dict(work.tables),
        written=[places.final(places.key_of(path)) for path in work.written],
        remarks=[*remarks, *work.remarks],
        steps=[step.text() for step in job.steps],
        stored=Stored(places, dict(job.entries)),
    )
    return Run.of(handed)


def open_workspace(settings: Settings, *, maps: Path | None = None) -> Run:
    """Return the workspace of the stored run; a table that is no longer true is refused.

    Parameters
    ----------
    settings
        Settings of the run.
    maps
        Folder of the maps, when it is not that of the settings.

    Raises
    ------
    StandardError
        When the planning standard does not exist.
    BusyError
        When a run is being put in place at this moment.
    """
    job = look_at(settings, places_of(settings, maps=maps))
    every = [*STAGES.values(), *(stage for stage in ASKED.values() if stage.makes)]
    stages = {stage.name: stage for stage in every}
    stale = {
        table: step.reasons
        for step in job.look(every)
        for table in stages[step.name].makes
        if step.reasons and (step.name in STAGES or step.name in job.stored_entries())
    }
    opened = replace(
        job.work,
        folder=job.places.output,
        maps=job.places.maps,
        stored=Stored(job.places, job.entries, stale),
    )
    return Run.of(opened)


def look_at(settings: Settings, places: Places) -> Job:
    """Return a job that only reads; what a killed process has left is cleared up before.

    Raises
    ------
    BusyError
        When a run is being put in place at this moment.
    """
    if places.journal.exists():
        with opened(settings, places):
            log.info("cleared up %s", places.output)
    return Job(dated(settings), places, read_record(places.output))


def foresee(settings: Settings) -> list[Step]:
    """Return what a run would do with each stage: keep it, or compute it, and why.

    Parameters
    ----------
    settings
        Settings of the run.

    Raises
    ------
    BusyError
        When a run is being put in place at this moment.
    """
    return look_at(settings, places_of(settings)).look(STAGES.values())


def answer(
    settings: Settings,
    question: Stage,
    *,
    maps: Path | None = None,
    is_of_inputs: bool = False,
    **arguments: object,
) -> list[str]:
    """Return the answer to a question in words; its files are put in place together.

    What the question reads is made fresh: where nothing has run yet, the stages that it needs are
    run; what has become stale is computed for this answer alone when that takes a moment. The
    stored run stays as it is.

    Parameters
    ----------
    settings
        Settings of the run.
    question
        The question, with what answers it.
    maps
        Folder of the maps, when it is not that of the settings.
    is_of_inputs
        Whether it is asked before a run: what is stale is computed however long it takes, and no
        run is stored; the answer tells of the inputs alone.
    **arguments
        What the question asks for beside the settings.

    Raises
    ------
    StaleError
        When computing what is stale would take longer; names what has changed and what to run.
    BusyError
        When another process works in the folder.
    LivelihoodMapError
        When an input cannot be used, or the question has no answer.
    """
    words = [f"{name}={value}" for name, value in sorted(arguments.items())
             if value and not isinstance(value, Path)]  # fmt: skip
    name, run = " ".join([question.name, *words]), partial(question.run, **arguments)
    stage = altered(question, name=name, run=run)
    needed = needed_by(stage)
    places = places_of(settings, maps=maps)
    with opened(settings, places) as job:
        if not is_of_inputs and not job.stored_entries().keys() & STAGES.keys():
            for name in needed:
                job.settle(STAGES[name])
            record = new_record(job.settings, places, {**job.stored_entries(), **job.entries})
            put_in_place(job, record, rotates=True)
        asked = Job(job.settings, places, read_record(places.output))
        lines = _answer(asked, stage, needed, limit_s=math.inf if is_of_inputs else WAIT_S)
        return [*lines, *(asked.entries["load"]["remarks"] if is_of_inputs else [])]


def needed_by(stage: Stage) -> list[str]:
    """Return the stages whose tables a stage or a question reads, with all that these need."""
    makers = {MAKERS[name] for name in (*stage.needs, *stage.may_need)} & STAGES.keys()
    before = {name for maker in makers for name in needed_by(STAGES[maker])}
    return [name for name in STAGES if name in makers | before]


def _answer(job: Job, stage: Stage, needed: list[str], *, limit_s: float) -> list[str]:
    """Return the answer of an opened job, its files in place."""
    stale = job.require(needed, limit_s=limit_s)
    for name in needed:
        job.settle(STAGES[name])
    lines = job.compute(stage) or []
    made = job.entries[stage.name]
    kept = {  # an answer whose file this one writes anew stands no more
        name: entry
        for name, entry in job.stored_entries().items()
        if name in STAGES or not entry["outputs"].keys() & made["outputs"].keys()
    }
    entries = {**kept, stage.name: made}
    for later in STAGES.values():
        if not stale and later.name in entries and {*later.may_need} & {*stage.makes}:
            job.settle(later)
            lines.append(job.steps[-1].text())
            entries[later.name] = job.entries[later.name]
    written = [job.places.final(job.places.key_of(path)) for path in job.work.written]
    put_in_place(job, new_record(job.settings, job.places, entries, old=job.old), rotates=False)
    return [
        *lines,
        *(
            label("freshness.for_this_answer", stage=step.name, why=step.reasons_text())
            for step in stale
        ),
        *job.work.remarks,
        *written_lines(written),
    ]
