"""The notebooks run on the demo, show a map and a plot each, and answer a question by a table."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from livelihood_map.core.io import data_path

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def test_the_notebooks_are_there():
    """Six numbered walk-throughs are shipped, and the list names each."""
    assert [path.name[:2] for path in NOTEBOOKS] == ["01", "02", "03", "04", "05", "06"]
    listed = re.findall(r"^\| (\d\d) \|", (FOLDER / "README.md").read_text("utf-8"), re.MULTILINE)
    assert listed == [path.name[:2] for path in NOTEBOOKS]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_clean(path):
    """A notebook holds no output and no count, defines no function, and is short."""
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert all("def " not in cell.source and "lambda" not in cell.source for cell in code)
    assert len(notebook.cells) <= 20
    assert all("livelihood_map." not in cell.source for cell in code)


@pytest.fixture(scope="module")
def answers(demo_run):
    """Return by notebook the figures that its last cell must tell, from the tables of the run."""
    markets = demo_run["town_coverage"].query("kind == 'wet_market' and town_id != 'ALL'")
    worst = markets.loc[markets["covered_share"].idxmin()]
    sites = demo_run["sites"].sort_values("rank")
    people = sites[["gained_population", "gained_workers", "gained_passengers"]].sum(axis="columns")
    homes = demo_run.homes("wet_market")
    served = homes[homes["is_covered"]].groupby("facility_id")["population"].sum()
    lost = demo_run.covered("wet_market") - demo_run.with_changes(close=[served.idxmax()]).covered(
        "wet_market"
    )
    return {
        "01": [f"{demo_run['residences']['population'].sum():,.0f}"],
        "02": [worst["town_name"], f"{worst['covered_share']:.1%}"],
        "03": [f"{people.head(20).sum():,.0f}", f"{people.sum():,.0f}"],
        "04": [f"{lost:,.0f}"],
        "05": [],
        "06": [f"{demo_run['edges']['length_m'].sum() / 1000:,.0f}"],
    }


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_answers_its_question(path, answers, demo_run, tmp_path, monkeypatch):
    """Every cell runs; a map and a plot are shown; the answer's figures are those of the tables."""
    if not path.stem.startswith("01"):
        shutil.copytree(demo_run.folder.parent, tmp_path / "demo")
        shutil.copy(data_path("demo") / "livelihood.toml", tmp_path / "demo")
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
    monkeypatch.delenv("LAS_PALMAS", raising=False)
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=240, resources={"metadata": {"path": tmp_path}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output.output_type == "error"]
    shown = [output.get("data", {}) for output in outputs]
    assert any("<iframe" in data.get("text/html", "") for data in shown)
    assert any("image/png" in data for data in shown)
    answer = shown[-1]["text/plain"]
    assert [figure for figure in answers[path.stem[:2]] if figure not in answer] == []
