"""One run or question under way: which stages are fresh, and the computing of the others."""

from __future__ import annotations

import datetime as dt
import logging
import math
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from livelihood_map.core.altering import altered
from livelihood_map.core.crew import processor_s
from livelihood_map.core.errors import Problem
from livelihood_map.core.io import told, write_table
from livelihood_map.core.labels import Lang, label
from livelihood_map.core.memory import peak_bytes
from livelihood_map.core.standards import load_standard
from livelihood_map.pipeline.changeover import MAPS, OUTPUT
from livelihood_map.pipeline.freshness import find_reasons
from livelihood_map.pipeline.questions import ASKED, MAKERS
from livelihood_map.pipeline.record import (
    hash_file,
    hash_inputs,
    hash_there,
    hash_value,
    input_paths,
    program,
    read_times,
    read_values,
)
from livelihood_map.pipeline.stages import STAGES
from livelihood_map.pipeline.stored import StaleError, Stored, table_key
from livelihood_map.pipeline.workspace import Workspace, schema_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from livelihood_map.core.settings import Settings
    from livelihood_map.pipeline.changeover import Places
    from livelihood_map.pipeline.stage import Stage
    from livelihood_map.pipeline.unfinished import Unfinished

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Step:
    """What becomes of one stage: kept without a reason, else computed because of them."""

    name: str
    reasons: list[Problem]
    is_taken_up: bool = False
    """Whether a run that broke off had computed it."""

    def reasons_text(self, lang: Lang | None = None) -> str:
        """Return the reasons in words."""
        return label("freshness.join", lang).join(one.text(lang) for one in self.reasons)

    def text(self, lang: Lang | None = None) -> str:
        """Return the step in words, one line."""
        if self.is_taken_up:
            return label("freshness.taken_up", lang, stage=self.name)
        if not self.reasons:
            return label("freshness.kept", lang, stage=self.name)
        return label("freshness.computed", lang, stage=self.name, why=self.reasons_text(lang))


class Job:
    """One run or question under way.

    Parameters
    ----------
    settings
        Settings of the run, with the date that is printed filled in.
    places
        Where its files lie.
    old
        Record of the stored run; None where there is none.
    """

    def __init__(
        self,
        settings: Settings,
        places: Places,
        old: dict[str, Any] | None,
    ) -> None:
        self.settings, self.places, self.old = settings, places, old
        self.entries: dict[str, dict[str, Any]] = {}
        self.steps: list[Step] = []
        self.unfinished: Unfinished | None = None
        self.on_step: Callable[[Step], None] | None = None
        self.seconds = read_times(places.output)
        self.processor_s: dict[str, float] = {}
        self.memory_mb: dict[str, int] = {}
        self._hashes: dict[Path, str | None] = {}
        self.tables = Stored(places, self.entries)
        self.work: Workspace[str] = Workspace(
            settings=settings,
            standard=load_standard(settings.run.standard, base=settings.base),
            folder=places.next_folder(OUTPUT),
            maps=places.next_folder(MAPS),
            home=places.output,
            date=settings.run.date or dt.date.min,
            stored=self.tables,
        )

    def stored_entries(self) -> dict[str, dict[str, Any]]:
        """Return what the stored record says of each stage."""
        return {} if self.old is None else dict(self.old["stages"])

    def inputs(self) -> set[Path]:
        """Return the files that were read as inputs so far."""
        return {path.resolve() for path in self._hashes}

    # ---- what is fresh ----

    def question(self, stage: Stage) -> dict[str, Any]:
        """Return what a stage would be made from now; a table that will be computed has no hash."""
        needs = {}
        for name in (*stage.needs, *stage.may_need):
            maker = MAKERS[name]
            if maker in ASKED and maker not in self.entries:
                self.look([ASKED[maker]])
            made = self.entries.get(maker, {"makes": {}})["makes"].get(name)
            if made is not None or name in stage.needs:
                needs[f"{maker}/{name}"] = made and made["hash"]
        return {
            "program": program(),
            "settings": read_values(self.settings, stage),
            "files": self._hash_files(stage),
            "needs": needs,
        }

    def _hash_files(self, stage: Stage, *, is_again: bool = False) -> dict[str, str | None]:
        """Return the hashes of a stage's files; each is read once unless asked again."""
        paths = input_paths(self.settings, stage)
        new = {n: p for n, p in paths.items() if is_again or p not in self._hashes}
        self._hashes |= {paths[name]: made for name, made in hash_inputs(new).items()}
        return {name: self._hashes[path] for name, path in sorted(paths.items())}

    def reasons(self, stage: Stage, *, has_outputs: bool | None = None) -> list[Problem]:
        """Return why a stage has to be computed; `has_outputs` None looks whether all is there."""
        then = self.stored_entries().get(stage.name)
        if then is None or self.old is None:
            return find_reasons({}, None, has_outputs=False)
        if has_outputs is None:
            has_outputs = self._holds(then)
        then = {**then, "program": self.old["programs"][then["program"]]}
        return find_reasons(self.question(stage), then, has_outputs=has_outputs)

    def _holds(self, entry: dict[str, Any]) -> bool:
        """Return whether all files of a stage are there as they were made."""
        outputs = entry["outputs"].items()
        return all(hash_there(self.places.final(key)) == made for key, made in outputs)

    def look(self, stages: Iterable[Stage]) -> list[Step]:
        """Return what a run would do with these stages, and take those that are kept as settled."""
        steps = []
        for stage in stages:
            step = Step(stage.name, self.reasons(stage))
            if not step.reasons:
                self.entries[stage.name] = self.stored_entries()[stage.name]
            steps.append(step)
        return steps

    def require(self, names: Iterable[str], *, limit_s: float = 0.0) -> list[Step]:
        """Return which stages are stale; refuse when computing them would take longer.

        Raises
        ------
        StaleError
            Names every stage that is not fresh, and why.
        """
        stale = [step for step in self.look(STAGES[name] for name in names) if step.reasons]
        unknown = 0.0 if limit_s == math.inf else math.inf
        if sum(self.seconds.get(step.name, unknown) for step in stale) > limit_s:
            problems = [
                Problem("freshness.stale_stage", stage=step.name, why=reason)
                for step in stale
                for reason in step.reasons
            ]
            raise StaleError("freshness.stale", problems=problems)
        return stale

    def adopt(self, base: Job) -> None:
        """Take over the stages that another job has settled, with copies of their tables."""
        for name, entry in base.entries.items():
            tables = {table_key(name, table): table for table in entry["makes"]}
            for key, table in tables.items():
                target = self.places.aside("next", key)
                with told(target):
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(base.tables.path_of(name, table), target)
            outputs = {key: made for key, made in entry["outputs"].items() if key in tables}
            self.entries[name] = {**entry, "outputs": outputs}

    def pass_on(self, maker: str, stages: Iterable[Stage]) -> None:
        """Enter tables that a question has made as those of the stages that they belong to."""
        whole = self.entries[maker]
        for stage in stages:
            keys = [table_key(stage.name, name) for name in stage.makes]
            self.entries[stage.name] = {
                **self.entries[stage.name],
                "needs": self.question(stage)["needs"],
                "makes": {name: whole["makes"].pop(name) for name in stage.makes},
                "outputs": {key: whole["outputs"].pop(key) for key in keys},
                **({"solver": whole["solver"]} if stage.name == "siting" else {}),
            }

    # ---- computing ----

    def settle(self, stage: Stage, *, is_forced: bool = False) -> None:
        """Keep a stage that is fresh, compute one that is not."""
        self.entries.pop(stage.name, None)
        (step,) = self.look([stage])
        if is_forced and not step.reasons:
            step = Step(stage.name, [Problem("freshness.forced")])
        if step.reasons and not is_forced and self._take_up(stage):
            step = altered(step, is_taken_up=True)
        elif self.unfinished is not None:
            self.unfinished.drop(stage.name)
        self.steps.append(step)
        if self.on_step is not None:
            self.on_step(step)
        if step.reasons and not step.is_taken_up:
            self.compute(stage)

    def _take_up(self, stage: Stage) -> bool:
        """Return whether a run that broke off has made this stage as it would be made now."""
        if self.unfinished is None:
            return False
        entry = self.unfinished.take(stage.name, self.question(stage))
        if entry is None:
            return False
        self.entries[stage.name] = entry
        made = {table_key(stage.name, name) for name in entry["makes"]}
        keys = [key for key in entry["outputs"] if key not in made]
        self.work.written += [self.places.aside("next", key) for key in keys]
        return True

    def made(self) -> dict[str, dict[str, Any]]:
        """Return what the record says of the stages whose files lie in the next run."""
        kept = {step.name for step in self.steps if not step.reasons}
        return {name: entry for name, entry in self.entries.items() if name not in kept}

    def compute(self, stage: Stage) -> list[str] | None:
        """Compute a stage into the next run, enter it, and return what a question answers.

        Raises
        ------
        StaleError
            When one of its files changed while it worked.
        LivelihoodMapError
            When an input cannot be used or a file cannot be written.
        """
        started, used = time.perf_counter(), processor_s()
        question = self.question(stage)
        mark = hash_value({**question, "program": program()["livelihood-map"]})[:8]
        for name in stage.makes:
            self.work.tables.pop(name, None)
        seen = self.work.seen_by(stage, mark=mark)
        lines: list[str] | None = stage.run(seen)
        makes = {name: self._store(name, seen) for name in stage.makes if name in seen.tables}
        written = [*(self.tables.path_of(MAKERS[name], name) for name in makes), *seen.written]
        self.work.written += seen.written
        self.entries[stage.name] = {
            "program": hash_value(question["program"])[:8],
            "settings": question["settings"],
            "files": self._unchanged(stage, question["files"]),
            "needs": question["needs"],
            "makes": makes,
            "outputs": {self.places.key_of(path): hash_file(path) for path in written},
            "mark": mark,
            "remarks": seen.remarks,
            **seen.told,
        }
        self.seconds[stage.name] = round(time.perf_counter() - started, 3)
        self.processor_s[stage.name] = round(processor_s() - used, 3)
        self.memory_mb[stage.name] = peak_bytes() // 1_000_000
        self._tell(stage.name)
        return lines

    def _tell(self, name: str) -> None:
        """Log what a stage took."""
        seconds, memory = f"{self.seconds[name]:.1f}", f"{self.memory_mb[name] / 1000:.1f}"
        log.info("%s", label("pipeline.stage_done", stage=name, seconds=seconds, memory=memory))

    def _store(self, name: str, seen: Workspace[str]) -> dict[str, Any]:
        table = seen.tables[name]
        path = self.places.aside("next", table_key(MAKERS[name], name))
        return {
            "hash": hash_file(write_table(table, path, schema_of(name))),
            "rows": len(table),
        }

    def _unchanged(self, stage: Stage, before: dict[str, str | None]) -> dict[str, str | None]:
        """Return the hashes of a stage's files after it; refuse when one changed meanwhile."""
        after = self._hash_files(stage, is_again=True)
        own = input_paths(self.settings, altered(stage, files=stage.rewrites))
        for name in before.keys() | after.keys():
            if name not in own and before.get(name) != after.get(name):
                raise StaleError("freshness.changed_meanwhile", path=name)
        return after
