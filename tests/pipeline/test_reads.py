"""Tables are declared once, as types: what a function may read is what its stage has declared."""

from __future__ import annotations

import shutil
from typing import Literal, get_args

import pytest
from mypy import api

from livelihood_map.commands.answers import ANSWERS
from livelihood_map.commands.review import _solve_again
from livelihood_map.pipeline import reads, workspace
from livelihood_map.pipeline.questions import ASKED, REVIEW
from livelihood_map.pipeline.stages import CANDIDATES, GAPS, SITING, SITING_ANEW, STAGES

RUNS = [
    *((stage, stage.run) for stage in (*STAGES.values(), SITING_ANEW)),
    *((ASKED[f"ask_{name}"], run) for name, run in ANSWERS.items()),
    (REVIEW, _solve_again),
]
PLANTED = """
from typing import Literal
from livelihood_map.pipeline.reads import CandidateReads, GapReads
from livelihood_map.pipeline.workspace import Workspace

def find_candidates(work: Workspace[CandidateReads]) -> None:
    work["zones"]

def find_gaps(work: Workspace[GapReads], whole: Workspace[str]) -> None:
    work["coverage"], work.network, work.marks(), work.trial()["towns"]
    find_candidates(whole)
    {wrong}
"""


def read_by(run):
    """Return the tables that a function may read by the type of its workspace."""
    known = {**vars(reads), "reads": reads, "Workspace": workspace.Workspace, "Literal": Literal}
    (names,) = get_args(eval(run.__annotations__["work"], known))  # noqa: S307  (our own source)
    return set(reads.list_tables(names))


@pytest.mark.parametrize(("stage", "run"), RUNS, ids=[stage.name for stage, _ in RUNS])
def test_a_function_reads_what_its_stage_declares(stage, run):
    """The type names the declared tables, and besides them only what the stage makes itself."""
    declared = {*stage.needs, *stage.may_need}
    assert declared <= read_by(run) <= declared | {*stage.makes}


def test_finding_sites_anew_needs_what_its_stages_need_of_others():
    """Gaps, candidates and sites are found from what none of the three makes."""
    parts = (GAPS, CANDIDATES, SITING)
    made = {table for stage in parts for table in stage.makes}
    assert {*SITING_ANEW.needs} == {table for stage in parts for table in stage.needs} - made


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("pass", "Success"),
        ('work["sites"]', "Invalid index type"),
        ('work.get("sites")', 'Argument 1 to "get"'),
        ("find_candidates(work)", 'Argument 1 to "find_candidates"'),
    ],
)
def test_asking_for_an_undeclared_table_is_a_type_error(tmp_path, wrong, said):
    """Mypy takes what is declared and refuses another table, and a helper that reads another."""
    package = tmp_path / "livelihood_map" / "pipeline"
    package.mkdir(parents=True)
    for folder in (package.parent, package):
        (folder / "__init__.py").touch()
    (tmp_path / "planted.py").write_text(PLANTED.format(wrong=wrong), encoding="utf-8")
    files = [str(tmp_path / "planted.py")]
    files += [shutil.copy(module.__file__, package) for module in (reads, workspace)]
    options = ["--follow-imports=skip", "--ignore-missing-imports", "--config-file="]
    out, _, _ = api.run([*options, f"--cache-dir={tmp_path.parent / 'mypy'}", *files])
    assert said in out
    assert out.count(" error: ") == (wrong != "pass"), out
