"""What all tests share: the lattice town, the real data, one run on the demo district."""

from __future__ import annotations

from pathlib import Path

import pytest
from grid import GridTown, build_grid_town

from livelihood_map.core.labels import use_lang

ROOT = Path(__file__).resolve().parent.parent


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
def _chinese():
    """Every test starts in the language of the office."""
    with use_lang("zh"):
        yield


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory):
    """Return the workspace of one whole run on the demo district; read it, never change it."""
    from livelihood_map import pipeline
    from livelihood_map.core.settings import load_settings

    folder = tmp_path_factory.mktemp("demo")
    with use_lang("zh"):
        settings = load_settings(pipeline.write_example(folder, is_demo=True))
        return pipeline.run(settings)
