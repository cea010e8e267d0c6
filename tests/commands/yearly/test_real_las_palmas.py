"""The questions of the year's plan on a real city."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pandas as pd
import pytest

from livelihood_map.commands import ask
from livelihood_map.core.labels import use_lang
from livelihood_map.pipeline import open_workspace

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def settings(real_run, tmp_path_factory):
    """Return the settings of Las Palmas with a copy of its run."""
    run = real_run("las_palmas")
    out = shutil.copytree(run.folder, tmp_path_factory.mktemp("las_palmas") / "out")
    return replace(run.settings, run=replace(run.settings.run, output=str(out)))


def test_progress_phases_demonstration_and_comparison_on_las_palmas(settings, tmp_path):
    """Four questions of the plan are answered on real streets, homes and shops."""
    with use_lang("en"):
        assert any("83" in line for line in ask(settings, "progress"))
        work = open_workspace(settings)
        markets = work["facilities"]
        markets = markets[(markets["kind"] == "wet_market") & markets["is_inside"]]
        chosen = markets["facility_id"].head(8)
        path = tmp_path / "renovations.csv"
        pd.DataFrame({"编号": chosen, "工期": 2}).to_csv(path, index=False)
        planned = replace(settings.programme, renovations=str(path), at_a_time=2)
        lines = ask(replace(settings, programme=planned), "phases")
        assert "proved" in lines[0]
        assert "14" in ask(settings, "demonstration")[0]
        before = tmp_path / "before"
        shutil.copytree(settings.run.output, before)
        lines = ask(settings, "compare", other=before)
        assert all("0 people gained, 0 lost" in line for line in lines[:3])
