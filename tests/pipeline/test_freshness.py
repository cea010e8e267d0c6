"""What is kept, what is computed again and why: right for every setting, file and question."""

from __future__ import annotations

import datetime as dt
import json
import pickle
import shutil
import subprocess
import sys
from dataclasses import fields, is_dataclass, replace

import pandas as pd
import pytest
from stale_stages import stale_by

from livelihood_map import pipeline
from livelihood_map.commands import ask
from livelihood_map.commands.replay import _why_other, go_back, replay
from livelihood_map.core.altering import altered
from livelihood_map.core.errors import LivelihoodMapError
from livelihood_map.core.io import data_path
from livelihood_map.core.settings import CommunitySource, load_settings
from livelihood_map.pipeline import running
from livelihood_map.pipeline.job import Job
from livelihood_map.pipeline.lock import BusyError
from livelihood_map.pipeline.questions import ASKED
from livelihood_map.pipeline.record import input_paths, read_record
from livelihood_map.pipeline.running import WAIT_S, dated, look_at, needed_by, places_of
from livelihood_map.pipeline.site_selection import _proof
from livelihood_map.pipeline.stage import Stage, UndeclaredError, narrow_settings
from livelihood_map.pipeline.stages import STAGES
from livelihood_map.pipeline.stored import StaleError


def cut_breakfast(path):
    """Cut the register of breakfast outlets to its first."""
    register = path.with_name("breakfast.csv")
    lines = register.read_text("utf-8-sig").splitlines(keepends=True)
    register.write_text("".join(lines[:2]), "utf-8-sig")


def steps_of(path):
    """Return what a run would do with each stage: the keys of its reasons."""
    settings = load_settings(path)
    job = look_at(settings, places_of(settings))
    return {step.name: [one.key for one in step.reasons] for step in job.look(STAGES.values())}


def test_nothing_changed_keeps_everything_and_writes_nothing(office):
    """The second run keeps every stage, says so, and leaves every file as it was."""
    out = office.parent / "out"
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.*")}
    work = pipeline.run(load_settings(office))
    assert [step.endswith("沿用") for step in work.steps] == [True] * len(STAGES)
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.*")} == before


def test_another_number_of_sites_computes_siting_and_what_follows(office):
    """Nothing before siting is computed again, and the reason names the setting."""
    office.write_text(office.read_text("utf-8").replace("sites_n = 3", "sites_n = 2"), "utf-8")
    work = pipeline.run(load_settings(office))
    told = dict(step.split("：", 1) for step in work.steps)
    assert [name for name, text in told.items() if text != "沿用"] == [
        "siting",
        "report",
        "areas",
        "mapping",
    ]
    assert "siting.sites_n：3 → 2" in told["siting"]
    assert len(work["sites"]) == 2


def test_reports_or_maps_alone(office):
    """One result is made with what it needs; what is there beside it stays while it is true."""
    office.write_text(office.read_text("utf-8").replace("sites_n = 3", "sites_n = 2"), "utf-8")
    folder, maps = office.parent / "out", office.parent / "maps"
    left = {"report": (True, False), "mapping": (True, True)}
    for only, (has_reports, has_maps) in left.items():
        work = pipeline.run(load_settings(office), only=only)
        told = [step.split("：", 1)[0] for step in work.steps]
        assert told == [*needed_by(STAGES[only]), only]
        assert (folder / "sites.xlsx").exists() == has_reports
        assert (maps / "planner.html").exists() == has_maps
    assert "report" not in needed_by(STAGES["mapping"])


def test_a_change_that_changes_no_table_stops_there(office):
    """A register with a blank line more is read again; what it gives is the same, and is kept."""
    with office.with_name("hosts.csv").open("a", encoding="utf-8") as file:
        file.write("\r\n")
    work = pipeline.run(load_settings(office))
    assert next(step for step in work.steps if "重算" in step).startswith("load")
    assert sum("沿用" in step for step in work.steps) >= len(STAGES) - 2


def leaves(section, place=""):
    """Return the dotted name of every setting."""
    for field in fields(section):
        value = getattr(section, field.name)
        name = f"{place}{field.name}"
        if is_dataclass(value):
            yield from leaves(value, f"{name}.")
        elif name != "base":
            yield name


def changed(settings, name):
    """Return settings in which one has another value."""
    section, _, rest = name.partition(".")
    before = getattr(settings, section)
    if rest:
        value = changed(before, rest)
    else:
        value = CommunitySource(path="x") if section == "communities" else other_value(before)
    return altered(settings, **{section: value})


def other_value(before):
    """Return a value unlike the one before; of a list one item less."""
    return (before[:-1] if before else ["x"]) if isinstance(before, list) else "x"


def reads(stage, name):
    """Return whether a stage declares a setting."""
    return any(name == key or name.startswith(f"{key}.") for key in stage.settings)


def decisions(settings, places, record, questions):
    """Return the stages that a run would compute, and the questions that would be refused."""
    job = Job(settings, places, record)
    job._holds = lambda entry: True
    stale = {step.name for step in job.look(STAGES.values()) if step.reasons}
    refused = {}
    for name, question in questions.items():
        job = Job(settings, places, record)
        job._holds = lambda entry: True
        job.seconds = dict.fromkeys(STAGES, 100.0)
        try:
            job.require(needed_by(question), limit_s=WAIT_S)
        except StaleError as error:
            refused[name] = {one.text("en").partition(": ")[0] for one in error.problems}
    return stale, refused


def named_by(question, stale):
    """Return the stages that a question must name: those that it needs, and that are stale."""
    return stale & set(needed_by(question))


def test_every_setting_is_decided_rightly_for_every_stage_and_question(demo_run):
    """Each setting changed in turn: who reads it is stale, and who needs them; nobody else.

    Of the questions a quarter is asked for each setting, in turn.
    """
    settings, places = dated(demo_run.settings), places_of(demo_run.settings)
    record = read_record(demo_run.folder)
    names = [name for name in leaves(settings) if name not in NOT_RECORDED]
    assert len(names) > 80
    for number, name in enumerate(names):
        questions = dict(list(ASKED.items())[number % 4 :: 4])
        other = changed(settings, name)
        if name in {"run.standard", "run.date"}:
            other = altered(settings, run=altered(settings.run, **OTHER[name]))
        touched = {key for key, stage in STAGES.items() if reads(stage, name)}
        stale, refused = decisions(other, places, record, questions)
        assert stale == stale_by(touched), name
        expected = {key: named_by(question, stale) for key, question in questions.items()}
        assert refused == {key: found for key, found in expected.items() if found}, name


NOT_RECORDED = {
    *("run.output", "run.maps", "run.what_if", "load.geocoder", "load.streets", "network.edits"),
    *("network.elevation", "load.totals", "load.centres", "report.font"),
}
"""Where results lie is no cause; the others name files that a test value cannot stand for."""
OTHER = {
    "run.standard": {"standard": str(data_path("standards", "cn-15min.toml"))},
    "run.date": {"date": dt.date(2024, 1, 1)},
}


def test_every_file_is_decided_rightly_for_every_stage_and_question(demo_run, tmp_path):
    """Each input file of the demo changed in turn: who opens it, and who needs them."""
    folder = tmp_path / "demo"
    shutil.copytree(demo_run.folder.parent, folder)
    settings = dated(load_settings(folder / "livelihood.toml"))
    places, record = places_of(settings), read_record(folder / "out")
    opened_by = {key: input_paths(settings, stage) for key, stage in STAGES.items()}
    files = {
        path for paths in opened_by.values() for path in paths.values() if path.parent == folder
    }
    assert len(files) > 8
    for path in sorted(files):
        content = path.read_bytes()
        path.write_bytes(content + b" ")
        touched = {key for key, paths in opened_by.items() if path in paths.values()}
        stale, refused = decisions(settings, places, record, ASKED)
        assert stale == stale_by(touched), path.name
        expected = {key: named_by(question, stale) for key, question in ASKED.items()}
        assert refused == {key: found for key, found in expected.items() if found}, path.name
        path.write_bytes(content)
    assert decisions(settings, places, record, ASKED) == (set(), {})


def test_a_stale_question_names_what_changed_and_what_to_run(office, monkeypatch):
    """Where computing takes long the question is refused: file, stage and command are named."""
    cut_breakfast(office)
    monkeypatch.setattr(running, "WAIT_S", -1.0)
    with pytest.raises(StaleError) as caught:
        ask(load_settings(office), "progress")
    said = caught.value.text()
    assert "livelihood-map run" in said
    assert "breakfast.csv" in said
    assert "load" in said


def test_a_question_is_answered_from_fresh_tables_and_leaves_the_run_alone(office):
    """Outlets taken out of the register are gone from the answer; the stored run stays whole."""
    stored = read_record(office.parent / "out")
    before = ask(load_settings(office), "mix")
    cut_breakfast(office)
    after = ask(load_settings(office), "mix")
    assert any("临时重算 load" in line for line in after)
    assert not any("临时重算" in line for line in before)
    record = read_record(office.parent / "out")
    assert {name: record["stages"][name] for name in STAGES} == stored["stages"]
    assert record["stages"]["ask_mix"]["needs"] != stored["stages"].get("ask_mix", {}).get("needs")


def test_a_stale_answer_leaves_with_the_run_that_it_belongs_to(office):
    """After a run with another register the old answer is gone, and the run says so."""
    ask(load_settings(office), "mix")
    answer = office.parent / "out" / "programme" / "mix.xlsx"
    assert answer.exists()
    pipeline.run(load_settings(office))
    assert answer.exists()
    cut_breakfast(office)
    work = pipeline.run(load_settings(office))
    assert not answer.exists()
    assert any("mix" in remark and "过时" in remark for remark in work.remarks)


def test_stale_tables_are_refused_in_python_too(office):
    """A workspace hands out a table that is true, and refuses one that is not."""
    cut_breakfast(office)
    work = pipeline.open_workspace(load_settings(office))
    with pytest.raises(StaleError, match=r"breakfast\.csv"):
        work["facilities"]
    with pytest.raises(StaleError, match="load"):
        work["sites"]


def test_a_run_from_a_late_stage_makes_the_earlier_ones_fresh(office):
    """With --from report after a change of the register, no report is made of two states."""
    cut_breakfast(office)
    work = pipeline.run(load_settings(office), first="report", last="report")
    assert len(work["facilities"].query("kind == 'breakfast'")) == 1
    assert steps_of(office)["report"] == []


def test_a_damaged_or_missing_table_is_computed_again(office):
    """A stored table that is not what was recorded counts as changed, not as a table."""
    path = office.parent / "out" / "tables" / "gaps" / "gaps.parquet"
    path.write_bytes(path.read_bytes()[:-10])
    assert steps_of(office)["gaps"] == ["freshness.output"]
    pipeline.run(load_settings(office))
    assert set(map(tuple, steps_of(office).values())) == {()}


def test_files_of_a_renamed_town_do_not_stay(office):
    """After a town has another name no list of its old name lies among the results."""
    office.write_text(
        office.read_text("utf-8").replace("documents = []", 'documents = ["workbooks"]'), "utf-8"
    )
    pipeline.run(load_settings(office))
    towns = office.parent / "out" / "towns"
    assert (towns / "西镇.xlsx").exists()
    for name in ("towns.geojson", "breakfast.csv", "hosts.csv"):
        path = office.with_name(name)
        path.write_bytes(path.read_bytes().replace("西镇".encode(), "新镇".encode()))
    pipeline.run(load_settings(office))
    assert sorted(path.name for path in towns.iterdir()) == ["东镇.xlsx", "新镇.xlsx"]


def test_a_file_changed_by_hand_is_kept_when_a_run_replaces_it(office):
    """Views written into the site list survive the next run under another name, and it says so."""
    path = office.parent / "out" / "sites.csv"
    path.write_text("我的意见", "utf-8")
    work = pipeline.run(load_settings(office))
    assert path.read_text("utf-8-sig") != "我的意见"
    (copy,) = (office.parent / "out" / "kept").iterdir()
    assert copy.read_text("utf-8") == "我的意见"
    assert any(copy.name in remark for remark in work.remarks)


def test_back_brings_the_run_before_and_back_again_the_last_one(office):
    """The run before is whole again, to the byte; once more brings the last one back."""

    def seen():
        out = office.parent / "out"
        files = [
            path
            for path in out.rglob("*")
            if path.is_file() and ".livelihood-map" not in path.parts
        ]
        return {
            path.relative_to(out): path.read_bytes() for path in files if path.name != "times.json"
        }

    first = seen()
    office.write_text(office.read_text("utf-8").replace("sites_n = 3", "sites_n = 2"), "utf-8")
    pipeline.run(load_settings(office))
    second = seen()
    assert first != second
    go_back(load_settings(office))
    assert seen() == first
    go_back(load_settings(office))
    assert seen() == second


def test_back_loses_nothing_that_was_changed_by_hand(office):
    """Views written into the last run's list are copied before the run before returns."""
    text = office.read_text("utf-8")
    office.write_text(text.replace("sites_n = 3", "sites_n = 2"), "utf-8")
    pipeline.run(load_settings(office))
    (office.parent / "out" / "sites.csv").write_text("我的意见", "utf-8")
    lines = go_back(load_settings(office))
    (copy,) = (office.parent / "out" / "kept").iterdir()
    assert copy.read_text("utf-8") == "我的意见"
    assert any(copy.name in line for line in lines)
    go_back(load_settings(office))
    assert (office.parent / "out" / "sites.csv").read_text("utf-8") == "我的意见"


def test_a_kind_less_is_a_change(office):
    """A list of settings counts whole, not by its first item."""
    text = office.read_text("utf-8")
    office.write_text(
        text.replace('kinds = ["breakfast", "wet_market"]', 'kinds = ["breakfast"]'), "utf-8"
    )
    assert "freshness.setting" in steps_of(office)["coverage"]


def test_a_key_that_no_page_shows_is_in_no_record(office):
    """The reader's own key of a map service stays out of the run record."""
    office.write_text(office.read_text("utf-8") + 'tianditu_key = "secret-1234"\n', "utf-8")
    pipeline.run(load_settings(office))
    assert "secret-1234" not in (office.parent / "out" / "run.json").read_text("utf-8")


def test_two_runs_at_once_are_one_run_and_a_word(office):
    """While one process works another is told its number; a dead one holds nobody up."""
    script = (
        "import sys, time; from pathlib import Path\n"
        "from livelihood_map.pipeline.lock import locked\n"
        "with locked([Path(sys.argv[1])]):\n    print('held', flush=True); time.sleep(60)\n"
    )
    folder = office.parent / "out" / ".livelihood-map"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(folder)], stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(BusyError, match=str(other.pid)):
            pipeline.run(load_settings(office))
        other.kill()
        other.wait()
    pipeline.run(load_settings(office))


def test_replay_gives_the_same_bytes_or_names_what_differs(office):
    """The record alone is enough to make the run again; each input changed by a byte is named."""
    record = office.parent / "out" / "run.json"
    (line,) = replay(record)
    assert "逐字节相同" in line
    for name in (
        "breakfast.csv",
        "markets.xlsx",
        "hosts.csv",
        "towns.geojson",
        "streets.osm",
        "compounds.geojson",
    ):
        path = office.with_name(name)
        content = path.read_bytes()
        path.write_bytes(content + b" ")
        with pytest.raises(LivelihoodMapError, match=name.replace(".", r"\.")):
            replay(record)
        path.write_bytes(content)
    text = json.loads(record.read_text("utf-8"))
    text["settings"]["siting"]["sites_n"] = 2
    record.write_text(json.dumps(text), "utf-8")
    with pytest.raises(LivelihoodMapError, match=r"siting\.sites_n"):
        replay(record)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"makes": {"sites": 2}}, "replay.other_plan"),
        ({"makes": {"sites": 2}, "solver": {"is_stopped_by_clock": True}}, "replay.clock_here"),
        ({"makes": {"sites": 2}, "needs": {"candidates": 2}}, "replay.other_bytes"),
        ({}, "replay.other_bytes"),
    ],
)
def test_a_replay_tells_another_plan_as_good_from_other_bytes(changes, key):
    """Another plan from equal inputs is told as such; everything else as a fault."""
    siting = {"needs": {}, "makes": {"sites": 1}, "solver": {"is_stopped_by_clock": False}}
    record = {"is_stopped_by_clock": False, "stages": {"siting": siting}}
    assert _why_other(record, {"siting": {**siting, **changes}}) == key


def test_a_plan_that_the_clock_stopped_is_marked_so():
    """The record says it where the clock stopped any part of a plan, not where work ended it."""
    rows = pd.DataFrame({"method": ["optimal", "greedy"], "status": ["optimal", "clock"],
                         "gap_share": [0.0, 0.1], "phases_status": [None, None]})  # fmt: skip
    assert _proof(rows)["is_stopped_by_clock"]
    for status in ("optimal", "time_limit"):
        assert not _proof(rows.assign(status=status))["is_stopped_by_clock"]


def test_a_stage_gets_what_it_has_declared_and_nothing_else(office_run):
    """Undeclared tables and settings are refused, read or made, alone or inside a section."""
    settings = load_settings(office_run)
    work = pipeline.open_workspace(settings)
    stage = Stage(name="x", run=list, needs=("towns",), settings=("coverage.cutoff_m", "gaps"))
    seen = work.seen_by(stage)
    assert len(seen["towns"]) == 2
    assert seen.settings.coverage.cutoff_m == settings.coverage.cutoff_m
    assert seen.settings.gaps == settings.gaps
    for ask_for in (
        lambda: seen["demand"],
        lambda: seen.keep(gaps=work["gaps"]),
        lambda: seen.settings.siting,
        lambda: seen.settings.coverage.kinds,
        lambda: replace(seen.settings.coverage, cutoff_m=1.0),
        lambda: pickle.loads(pickle.dumps(seen.settings)).siting,  # noqa: S301
    ):
        with pytest.raises(UndeclaredError):
            ask_for()
    assert narrow_settings(settings, ["run"]).run == settings.run


def test_every_table_is_made_by_one_stage_and_needed_in_order():
    """What a stage needs is made before it; no two stages make one table."""
    made = [table for stage in STAGES.values() for table in stage.makes]
    assert len(made) == len(set(made))
    done = set()
    for stage in STAGES.values():
        assert set(stage.needs) <= done, stage.name
        done |= set(stage.makes)


def test_stages_open_the_files_that_they_declare(office):
    """Under an audit hook no stage and no question opens another file of the office."""
    settings = load_settings(office)
    opened = set()
    sys.addaudithook(
        lambda event, args: opened.add(str(args[0])) if event == "open" and HOOK else None
    )
    HOOK.append(True)
    pipeline.run(settings, first="load")
    for question in ("check", "progress", "mix", "network", "areas"):
        ask(settings, question)
    HOOK.clear()
    declared = {
        str(path)
        for stage in (*STAGES.values(), *ASKED.values())
        for path in input_paths(settings, stage).values()
    }
    own = {name for name in opened if name.startswith(str(office.parent))}
    inputs = {name for name in own if "/out/" not in name and "/maps/" not in name}
    assert str(office.with_name("breakfast.csv")) in inputs
    assert inputs <= declared


HOOK = []
"""Whether files that are opened are noted: an audit hook cannot be taken away."""
