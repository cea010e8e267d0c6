"""Third-party and own files that pages are made of, each checked before it is used."""

from __future__ import annotations

import base64
import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from livelihood_map.core.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OWN_PREFIX: Final = "own:"
_MODULE_PREFIX: Final = "page:"
MODULES: Final = (
    *("projection", "columns", "pack", "boxes", "along", "heap", "streets", "paths", "snap"),
    *("walk", "access", "state", "trace", "route", "best", "counts", "history"),
    *("whatif", "saved"),
)
"""Our modules in the folder ``page`` that compute, each before those that import it."""
_STYLE_URL: Final = re.compile(r"""url\(\s*['"]?([^'")]+)['"]?\s*\)""")


@dataclass(frozen=True)
class Asset:
    """A vendored file."""

    path: str
    """Path inside the folder of assets."""
    package: str
    """Package it comes from."""
    version: str
    """Version of the package."""
    licence: str
    """SPDX identifier."""
    sha256: str
    """Checksum of the file, hexadecimal."""
    replaces: str | None = None
    """Regular expression for the outside links that it stands for."""
    is_module: bool = False
    """Whether it is an ES module, which enters a page as a plain script."""


@dataclass(frozen=True)
class Dropped:
    """An outside link that folium writes and our pages do not need."""

    matches: str
    """Regular expression for the link."""
    unless: Sequence[str] = ()
    """Texts in a script that would need it after all."""


@cache
def manifest() -> tuple[tuple[Asset, ...], tuple[Dropped, ...]]:
    """Return the vendored files and the links that are dropped, as the manifest lists them.

    Raises
    ------
    tomllib.TOMLDecodeError
        When the manifest is not valid TOML.
    """
    content = tomllib.loads(_bytes("assets.toml").decode("utf-8"))
    assets = tuple(Asset(**entry) for entry in content["asset"])
    return assets, tuple(Dropped(**entry) for entry in content["dropped"])


def _bytes(path: str) -> bytes:
    """Return the content of a file in the folder of assets."""
    return (files("livelihood_map.mapping") / "assets" / path).read_bytes()


def read_asset(path: str) -> bytes:
    """Return a vendored file whose checksum was verified.

    Raises
    ------
    SourceError
        When the file differs from its checksum or is not in the manifest.
    """
    asset = next((one for one in manifest()[0] if one.path == path), None)
    if asset is None:
        raise SourceError("mapping.asset_unknown", path=path)
    content = _bytes(path)
    if hashlib.sha256(content).hexdigest() != asset.sha256:
        raise SourceError("mapping.asset_changed", path=path, version=asset.version)
    return content


def own_text(name: str) -> str:
    """Return one of our own scripts or style sheets.

    Raises
    ------
    FileNotFoundError
        When there is no such file.
    """
    return _bytes(f"own/{name}").decode("utf-8")


def module_text(name: str) -> str:
    """Return one of our own modules as a plain script.

    Raises
    ------
    FileNotFoundError
        When there is no such file.
    """
    module = files("livelihood_map.mapping") / "page" / name
    return _as_plain_script(module.read_text(encoding="utf-8"))


def text_for(link: str, scripts: str) -> str | None:
    """Return what stands in a page for a link: a file's text, or None when it is dropped.

    Parameters
    ----------
    link
        An outside link, such as folium writes, or ``own:NAME``, or ``page:NAME``.
    scripts
        All inline script of the page, to see whether a dropped link is needed.

    Raises
    ------
    SourceError
        When the link is not in the manifest, or is dropped but needed.
    """
    if link.startswith(_OWN_PREFIX):
        return own_text(link.removeprefix(_OWN_PREFIX))
    if link.startswith(_MODULE_PREFIX):
        return module_text(link.removeprefix(_MODULE_PREFIX))
    assets, dropped = manifest()
    for asset in assets:
        if asset.replaces and re.search(asset.replaces, link):
            text = read_asset(asset.path).decode("utf-8")
            if asset.path.endswith(".css"):
                return inline_images(text, asset.path)
            return _as_plain_script(text) if asset.is_module else _strip_map(text)
    for one in dropped:
        if re.search(one.matches, link):
            needed = next((text for text in one.unless if text in scripts), None)
            if needed is None:
                return None
            raise SourceError("mapping.link_needed", url=link, text=needed)
    raise SourceError("mapping.foreign_url", url=link)


def _strip_map(script: str) -> str:
    """Return a script without the link to its source map."""
    return re.sub(r"\n?//# sourceMappingURL=\S+\s*$", "\n", script)


def _as_plain_script(module: str) -> str:
    """Return an ES module as a plain script: imports dropped, exported names global."""
    return re.sub(r"^(import .*;|export (default )?)", "", module, flags=re.MULTILINE)


def inline_images(style: str, path: str) -> str:
    """Return a style sheet whose vendored pictures are inside it as ``data:`` addresses.

    Parameters
    ----------
    style
        The style sheet.
    path
        Its path in the folder of assets; pictures are looked up beside it.

    Raises
    ------
    SourceError
        When it names a picture that is not vendored.
    """
    folder = path.rpartition("/")[0]
    without_vml = re.sub(r"\s*behavior:\s*url\(#default#VML\);", "", style)

    def replace(match: re.Match[str]) -> str:
        picture = read_asset(f"{folder}/{match[1]}")
        return f"url(data:image/png;base64,{base64.b64encode(picture).decode('ascii')})"

    return _STYLE_URL.sub(replace, without_vml)


def notices() -> Mapping[str, tuple[str, str]]:
    """Return version and licence of every vendored package, for the notice file.

    Raises
    ------
    tomllib.TOMLDecodeError
        When the manifest is not valid TOML.
    """
    return {asset.package: (asset.version, asset.licence) for asset in manifest()[0]}
