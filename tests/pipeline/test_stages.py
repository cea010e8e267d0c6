"""What the docs say of stages and changes is what the stages declare."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from docs_hooks import HOOKS
from stale_stages import stale_by

from livelihood_map.pipeline.questions import ASKED
from livelihood_map.pipeline.stages import STAGES

DOCS = Path(__file__).resolve().parents[2] / "docs"
PARTS = HOOKS.stage_parts
SETTINGS = HOOKS.setting_names()
ROWS = PARTS.decisions(SETTINGS)


def cells_of(sort, name):
    """Return what the page says of a change, by stage."""
    (cells,) = [cells for kind, names, cells in ROWS if kind == sort and name in names]
    return cells


@pytest.mark.parametrize(
    ("sort", "name", "marks"),
    [
        ("files", "load.facilities.path", "●○○○○○○○○"),
        ("files", "load.streets.path", "●○○○○○○○○"),
        ("files", "candidates.excluded_areas", "––––●○○○○"),
        ("files", "programme.schedule", "–––––––––"),
        ("settings", "siting.sites_n", "–––––●●○○"),
        ("settings", "siting.kind", "––––●●●●●"),
        ("settings", "coverage.area_strip_m", "–––––––●●"),
        ("settings", "mapping.grid_m", "––––––––●"),
        ("settings", "report.documents", "––––––●––"),
        ("settings", "stability.reach_m", "––––––○––"),
        ("settings", "run.output", "–––––––––"),
    ],
)
def test_cells_checked_by_hand(sort, name, marks):
    """A change makes of each stage what somebody who knows the stages would say."""
    assert "".join(cells_of(sort, name)[stage] for stage in STAGES) == marks


def test_what_the_page_calls_stale_is_what_a_run_computes():
    """In every row the stages that are not kept are those that the freshness tests expect."""
    for _, names, cells in ROWS:
        touched = {stage for stage, mark in cells.items() if mark == PARTS.COMPUTED}
        stale = {stage for stage, mark in cells.items() if mark != PARTS.KEPT}
        behind_an_answer = {"report"} if names and names[0].startswith("stability.") else set()
        assert stale == stale_by(touched) | behind_an_answer, names


def test_every_setting_and_every_file_has_its_row():
    """No setting and no declared file is left out, and none stands twice."""
    for sort, wanted in (
        ("settings", SETTINGS),
        ("files", {key for stage in (*STAGES.values(), *ASKED.values()) for key in stage.files}),
    ):
        named = [name for kind, names, _ in ROWS for name in names if kind == sort]
        assert sorted(named) == sorted(wanted)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_parts_name_every_stage_and_question(lang):
    """Flow and tables hold each stage and each command, in both languages."""
    parts = PARTS.parts(lang, SETTINGS)
    for stage in STAGES:
        assert f">{stage}</text>" in parts["flow"]
        assert f"| `{stage}` |" in parts["stages"]
        assert f"`{stage}`" in parts["decisions"]
    for question in ASKED:
        name = question.removeprefix("ask_")
        assert re.search(rf">[^<]*\b{name}\b[^<]*</text>", parts["flow"])
        assert f"| `{name}` |" in parts["questions"]


def test_the_flow_leaves_out_ways_round_by_a_third_stage():
    """An arrow leads to each stage but the first, and none is implied by two others."""
    arrows = PARTS.arrows()
    assert ("siting", "report") in arrows
    assert ("areas", "mapping") in arrows
    assert ("load", "coverage") not in arrows
    assert {two for _, two in arrows} == set(STAGES) - {"load"}


@pytest.mark.parametrize("folder", ["", "zh/"])
def test_each_part_stands_on_a_page_of_each_language(folder):
    """Pages ask for parts that there are, and for all of them."""
    pages = ["architecture.md", f"{folder or 'how-to/'}runs.md".removeprefix(folder)]
    texts = [(DOCS / folder / page).read_text(encoding="utf-8") for page in pages]
    asked = HOOKS.WRITTEN.findall("".join(texts))
    assert sorted(asked) == sorted(PARTS.parts("en", SETTINGS))
