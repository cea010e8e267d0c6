"""The parts list (SBOM) that goes with the wheel: what runs, what is shipped, under which licence.

``python -m supply_chain.parts_list FILE`` writes it in CycloneDX's JSON. It is made from the run
lock, the licences and the manifest of vendored files alone: the same files give the same bytes.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from livelihood_map.mapping.assets import manifest
from supply_chain.licences import read_licences
from supply_chain.locks import Pin, read_lock

ROOT: Final = Path(__file__).resolve().parents[2]


def build_parts_list(root: Path = ROOT) -> str:
    """Return the parts list of the project in a folder.

    Raises
    ------
    KeyError
        When the licence of a part is not set down.
    ValueError
        When the lock holds anything but pins.
    tomllib.TOMLDecodeError
        When the project, the licences or the manifest of vendored files are not valid TOML.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pins = read_lock(root / "requirements.lock")
    ours = _component("pypi", project["name"], project["version"], project["license"])
    ours.type = ComponentType.APPLICATION
    installed = _installed(pins)
    shipped = {(asset.package, asset.version, asset.licence) for asset in manifest()[0]}
    shipped_parts = [_component("npm", *part) for part in shipped]
    bom = Bom(
        metadata=BomMetaData(component=ours), components=[*installed.values(), *shipped_parts]
    )
    bom.metadata.timestamp = None  # type: ignore[assignment]
    for pin, component in installed.items():
        asking = [other for by, other in installed.items() if by.name in pin.via]
        for other in [*asking, *([ours] if ours.name in pin.via else [])]:
            bom.register_dependency(other, [component])
    bom.register_dependency(ours, shipped_parts)
    named = "\n".join(sorted(component.bom_ref.value or "" for component in bom.components))
    bom.serial_number = uuid5(NAMESPACE_URL, f"{ours.bom_ref.value}\n{named}")
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def _installed(pins: tuple[Pin, ...]) -> dict[Pin, Component]:
    """Return the parts that set-up installs, each with where it does so."""
    licences = read_licences().parts
    installed = {pin: _component("pypi", pin.name, pin.version, licences[pin.name]) for pin in pins}
    for pin, component in installed.items():
        if pin.marker is not None:
            component.properties.add(Property(name="marker", value=str(pin.marker)))
    return installed


def _component(kind: str, name: str, version: str, licence: str) -> Component:
    """Return one part as CycloneDX knows it, named by its package URL."""
    space, _, base = name.rpartition("/")
    purl = PackageURL(kind, space or None, base, version)
    return Component(
        name=name,
        version=version,
        purl=purl,
        bom_ref=purl.to_string(),
        licenses=[LicenseExpression(licence)],
        type=ComponentType.LIBRARY,
    )


def main(arguments: list[str]) -> None:
    """Write the parts list into the named file."""
    Path(arguments[0]).write_text(build_parts_list(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
