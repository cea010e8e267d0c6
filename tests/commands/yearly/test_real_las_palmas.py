"""The questions of the year's plan on a real city."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from livelihood_map.commands import ask
from livelihood_map.core.labels import use_lang
from livelihood_map.core.settings import load_settings
from livelihood_map.pipeline import open_workspace

pytestmark = pytest.mark.real
SETTINGS = Path(__file__).parents[2] / "real" / "las_palmas.toml"


@pytest.fixture(scope="module")
def settings(shared_data, tmp_path_factory):
    """Return the settings of Las Palmas with outputs of their own."""
    folder = tmp_path_factory.mktemp("las_palmas")
    settings = load_settings(SETTINGS)
    outputs = replace(settings.run, output=str(folder / "out"), maps=str(folder / "maps"))
    return replace(settings, run=outputs)


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
