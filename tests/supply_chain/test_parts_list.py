"""The parts list says what runs and what is shipped, no more and no less."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from livelihood_map.mapping.assets import manifest
from supply_chain.licences import read_licences
from supply_chain.locks import read_lock
from supply_chain.parts_list import build_parts_list

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = (ROOT / "livelihood-map.cdx.json").read_text("utf-8")
LISTED = json.loads(WRITTEN)


def test_the_list_is_made_from_the_lock_as_it_stands():
    """Made anew from lock, licences and manifest, the list that goes with the wheel is the same."""
    assert build_parts_list() == WRITTEN
    assert "timestamp" not in LISTED["metadata"]


def test_the_list_keeps_the_schema_of_cyclonedx():
    """Programs that read parts lists can read this one."""
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(WRITTEN) is None


def test_the_list_has_each_pinned_part_with_its_licence_and_each_vendored_one():
    """What set-up installs and what the wheel holds of others is listed, and nothing else."""
    pins = {(pin.name, pin.version) for pin in read_lock(ROOT / "requirements.lock")}
    vendored = {(asset.package, asset.version) for asset in manifest()[0]}
    parts = {(part["name"], part["version"]): part for part in LISTED["components"]}
    assert len(parts) == len(LISTED["components"])
    assert set(parts) == pins | vendored
    for name, version in pins:
        licence = read_licences().parts[name]
        assert parts[name, version]["licenses"] == [{"expression": licence}]


def test_the_list_says_who_asks_for_what():
    """The program depends on what it declares; each part is asked for by another."""
    asked = {entry["ref"]: entry.get("dependsOn", []) for entry in LISTED["dependencies"]}
    ours = LISTED["metadata"]["component"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert (ours["name"], ours["version"]) == (project["name"], project["version"])
    assert any(ref.startswith("pkg:pypi/shapely@") for ref in asked[ours["bom-ref"]])
    assert {ref for refs in asked.values() for ref in refs} == {
        part["bom-ref"] for part in LISTED["components"]
    }
