"""A build holds what was reviewed."""

from __future__ import annotations

import importlib.util
import shutil
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

import livelihood_map

ROOT = Path(__file__).resolve().parent.parent
ASSETS = Path(livelihood_map.__file__).parent / "mapping" / "assets"


def load_hook():
    """Return the module that a build looks into first."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def project(tmp_path):
    """Return a project whose build reads our hook, our parts list and our vendored files."""
    for name in ("hatch_build.py", "livelihood-map.cdx.json", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    package = tmp_path / "src" / "livelihood_map"
    shutil.copytree(ASSETS, package / "mapping" / "assets")
    (package / "__init__.py").write_text('"""A package."""\n', encoding="utf-8")
    (tmp_path / "data").mkdir()
    return tmp_path


def build(project):
    """Return the wheel that is built from a project."""
    return Path(next(iter(WheelBuilder(str(project)).build(directory=str(project / "dist")))))


def test_a_wheel_holds_its_parts_list(project):
    """The parts list lies inside the wheel, where programs look for it."""
    with zipfile.ZipFile(build(project)) as wheel:
        held = next(name for name in wheel.namelist() if name.endswith(".cdx.json"))
        assert held == "livelihood_map-0.1.0.dist-info/sboms/livelihood-map.cdx.json"
        assert wheel.read(held) == (ROOT / "livelihood-map.cdx.json").read_bytes()


def change(assets):
    """Change one byte of a vendored file."""
    with (assets / "leaflet" / "leaflet.js").open("ab") as file:
        file.write(b" ")
    return "leaflet/leaflet.js"


def lose(assets):
    """Drop a vendored file."""
    (assets / "pbf" / "LICENSE").unlink()
    return "pbf/LICENSE"


def slip_in(assets):
    """Add a file that nobody listed."""
    (assets / "leaflet" / "more.js").write_text("more()")
    return "leaflet/more.js"


@pytest.mark.parametrize("spoil", [change, lose, slip_in])
def test_a_vendored_file_that_is_not_as_reviewed_stops_the_build(project, spoil):
    """A file changed, lost or slipped in is named, and no wheel is built."""
    name = spoil(project / "src" / "livelihood_map" / "mapping" / "assets")
    with pytest.raises(ValueError, match=name):
        build(project)
    assert not list((project / "dist").glob("*.whl"))


def test_the_vendored_files_here_are_as_reviewed():
    """What lies in the package is what its manifest lists."""
    assert load_hook().find_faults(ASSETS) == []
