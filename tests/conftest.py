"""What all tests share: the lattice town, the real data, one run on the demo district."""

from __future__ import annotations

import logging
import pickle
import shutil
import time
from contextlib import suppress
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import compiled_loops
import pytest
from grid import GridTown, build_grid_town
from small_office import write_office
from told_office import run_told_office

from livelihood_map.core.labels import use_lang
from livelihood_map.network import build_network, join_demand, join_points, measure_walks

ROOT = Path(__file__).resolve().parent.parent
LONGEST_BUILD_S = 600
LIGHT = """
[report]
documents = []
[mapping]
check_pages = "none"
pictures = []
grid_m = 0
"""
"""Settings that leave out of the office's run what its tests do not read."""
UNDRAWN = """
[report]
documents = ["workbooks"]
[mapping]
pictures = []
"""
"""Settings that leave out of the demo's run what its tests do not read."""


@pytest.fixture
def grid_town() -> GridTown:
    """Return the 5 × 5 lattice with 100 m between corners."""
    return build_grid_town()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real data beside the checkout, or skip and say why."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real data are not here: expected the folder ../shared/data")
    return folder


@pytest.fixture(autouse=True)
def _as_at_the_start():
    """Every test starts in the language of the office, and no command before it was quiet."""
    logging.disable(logging.NOTSET)
    logging.getLogger().setLevel(logging.WARNING)
    for name, logger in logging.root.manager.loggerDict.items():
        if name.partition(".")[0] == "livelihood_map" and isinstance(logger, logging.Logger):
            logger.setLevel(logging.NOTSET)
            logger.propagate, logger.disabled = True, False
    with use_lang("zh"):
        yield


@pytest.fixture(scope="session", autouse=True)
def _processors_shared(worker_id):
    """Workers of one run have the processors already: a command called in one has no helpers."""
    with pytest.MonkeyPatch.context() as patch:
        if worker_id != "master":
            patch.setattr("livelihood_map.core.crew.processors", lambda: 1)
        yield


@pytest.fixture(scope="session", autouse=True)
def _loops_compiled(tmp_path_factory, worker_id):
    """Workers of one run compile the loops side by side, a part each, and begin when all are."""
    if worker_id == "master":
        return
    folders = {
        tmp_path_factory.getbasetemp().parent / f"loops-{name}": compile_part
        for name, compile_part in compiled_loops.PARTS.items()
    }
    for folder, compile_part in folders.items():
        with suppress(FileExistsError):
            folder.mkdir()
            try:
                compile_part()
            finally:
                folder.with_suffix(".done").touch()
    for folder in folders:
        wait_until(folder.with_suffix(".done").exists, what=folder.name)


@pytest.fixture(scope="session")
def build_once(tmp_path_factory, worker_id):
    """Return a function that builds something in a folder; workers of one run share what it is."""

    def build_it(name, build):
        if worker_id == "master":
            return build(tmp_path_factory.mktemp(name))
        folder = tmp_path_factory.getbasetemp().parent / name
        stored = folder.with_name(f"{name}.pickle")
        try:
            folder.mkdir()
        except FileExistsError:
            return wait_for(stored)
        built = None
        try:
            built = build(folder)
        finally:
            part = stored.with_suffix(".part")
            part.write_bytes(pickle.dumps(built))
            part.rename(stored)
        return built

    return build_it


def wait_for(stored):
    """Return what another worker builds, or fail when it could not."""
    wait_until(stored.exists, what=stored.stem)
    built = pickle.loads(stored.read_bytes())  # noqa: S301  (from this very run)
    return built if built is not None else pytest.fail(f"{stored.stem} was not built")


def wait_until(is_done, *, what):
    """Wait for another worker, or fail when it takes too long."""
    for _ in range(LONGEST_BUILD_S * 10):
        if is_done():
            return
        time.sleep(0.1)
    pytest.fail(f"{what} was not built within {LONGEST_BUILD_S} s")


@pytest.fixture(scope="session")
def demo_run(build_once):
    """Return the workspace of one run on the demo district; read it, never change it."""
    from livelihood_map import pipeline
    from livelihood_map.core.settings import load_settings

    def run(folder):
        path = pipeline.write_example(folder, is_demo=True)
        path.write_text(path.read_text("utf-8") + UNDRAWN, "utf-8")
        with use_lang("zh"):
            return pipeline.run(load_settings(path))

    return build_once("demo", run)


@pytest.fixture(scope="session")
def office_run(build_once):
    """Return the settings file of the two-town office with its run; read it, never change it."""
    from livelihood_map import pipeline
    from livelihood_map.core.settings import load_settings

    def run(folder):
        path = write_office(folder / "office")
        path.write_text(path.read_text("utf-8") + LIGHT, "utf-8")
        with use_lang("zh"):
            pipeline.run(load_settings(path))
        return path

    return build_once("office", run)


@pytest.fixture(scope="session")
def real_run(shared_data, build_once):
    """Return a function that gives the run of a real city; read it, never change it."""
    return cache(lambda name: build_once(name, partial(run_real, name)))


def run_real(name, folder):
    """Return the workspace of a run of a real city whose outputs go to a folder."""
    from livelihood_map import pipeline
    from livelihood_map.core.settings import load_settings

    settings = load_settings(ROOT / "tests" / "real" / f"{name}.toml")
    outputs = replace(settings.run, output=str(folder / "out"), maps=str(folder / "maps"))
    with use_lang(settings.run.lang):
        return pipeline.run(replace(settings, run=outputs))


@pytest.fixture(scope="session")
def told_run(build_once):
    """Return a function that gives the run of the office whose figures are read, in a language."""
    return cache(lambda lang: build_once(f"told-{lang}", partial(run_told_office, lang=lang)))


@pytest.fixture
def office(office_run, tmp_path):
    """Return the settings file of a copy of the two-town office with its run."""
    return copied_office(office_run, tmp_path)


@pytest.fixture(scope="module")
def shared_office(office_run, tmp_path_factory):
    """Return the settings file of a copy that the tests of one module share."""
    return copied_office(office_run, tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def shared_office_with_workbooks(shared_office):
    """Return the settings file of such a copy whose run has written workbooks too."""
    from livelihood_map.cli import main

    text = shared_office.read_text("utf-8")
    shared_office.write_text(text.replace("documents = []", 'documents = ["workbooks"]'), "utf-8")
    with use_lang("zh"):
        assert main(["run", str(shared_office), "-q"]) == 0
    return shared_office


def copied_office(office_run, folder):
    """Return the settings file of a copy of the office below a folder."""
    return shutil.copytree(office_run.parent, folder / "office") / office_run.name


@pytest.fixture
def walks_to():
    """Return a function that measures all walks from a town's demand to its facilities."""

    def measure(town, facilities, *, cutoff_m=3000.0):
        network = build_network(town.nodes, town.edges)
        starts = join_demand(network, town.demand, town.gates, limit_m=50.0)
        goals = join_points(network, facilities, id_column="facility_id", limit_m=50.0)
        return measure_walks(network, starts, goals, cutoff_m=cutoff_m)

    return measure


@pytest.fixture
def people_of():
    """Return a function that gives a town's demand with the people to count."""

    def count(town):
        return town.demand.assign(people=town.demand["population"])

    return count
