"""What a build looks at before it builds: the vendored files are those that were reviewed."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ASSETS: Final = Path("src", "livelihood_map", "mapping", "assets")
OURS: Final = "own/"
"""Our own scripts and styles lie there."""


def find_faults(folder: Path) -> list[str]:
    """Return the vendored files below a folder that the manifest in it does not vouch for.

    Parameters
    ----------
    folder
        Folder of assets; ``assets.toml`` in it lists each file with its checksum.

    Raises
    ------
    tomllib.TOMLDecodeError
        When the manifest is not valid TOML.
    """
    manifest = tomllib.loads((folder / "assets.toml").read_text(encoding="utf-8"))
    listed = {entry["path"]: entry["sha256"] for entry in manifest["asset"]}
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    there = {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in files.items()
        if path.is_file() and name != "assets.toml" and not name.startswith(OURS)
    }
    return sorted(name for name in listed | there if listed.get(name) != there.get(name))


class VendoredFiles(BuildHookInterface):  # type: ignore[type-arg]
    """Refuses to build with a vendored file that is changed, missing or not listed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Look at the vendored files.

        Raises
        ------
        ValueError
            When one is not the file that was reviewed.
        """
        if faults := find_faults(Path(self.root) / ASSETS):
            raise ValueError(f"{ASSETS.as_posix()}: not as in assets.toml: {', '.join(faults)}")
