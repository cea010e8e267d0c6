"""Take the pictures: run the demo in each language, open its pages, keep what looks as before."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PIL import Image

from doc_pictures.office import served, set_lang, write_project
from doc_pictures.scenes import LANGS, OFFICE, SCENES
from livelihood_map.office.pages import LANG_COOKIE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from doc_pictures.scenes import Scene
    from livelihood_map.core.labels import Lang

CHROMIUM: Final = os.environ.get("CHROMIUM", "/usr/bin/chromium")
_FLAGS: Final = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")
_QUALITY: Final = 82
_MEAN: Final = 1.5
"""Mean difference of channels, of 255, up to which pictures look alike: packing alone made 0.84."""
_SEEN: Final = 40
_SEEN_SHARE: Final = 0.002
"""Share of pixels that may differ by more than `_SEEN`: letters that another machine sets anew."""


def take_pictures(demo: Path, work: Path, images: Path) -> Iterator[tuple[str, bool]]:
    """Write the pictures and yield the name of each, and whether it is another than before.

    Parameters
    ----------
    demo
        The demo district.
    work
        Folder for the runs.
    images
        Folder of the pictures.

    Raises
    ------
    LivelihoodMapError
        When a run fails.
    playwright.sync_api.Error
        When Chromium cannot be started or a page fails.
    """
    from playwright.sync_api import sync_playwright

    images.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_FLAGS))
        root = work / "projects"
        settings = write_project(demo, root)
        for lang in LANGS:
            set_lang(settings, lang)
            maps = _draw_maps(settings, lang)
            with served(root) as (origin, keys):
                office = _open_office(browser, origin, keys.new_link(), lang)
                for scene in SCENES:
                    shown = _show(office, scene) if scene.is_office else _take(browser, scene, maps)
                    path = images / f"{scene.name}.{lang}.webp"
                    is_new = not (path.exists() and look_alike(path.read_bytes(), shown))
                    if is_new:
                        path.write_bytes(shown)
                    yield path.name, is_new
                office.context.close()
        browser.close()


def _draw_maps(path: Path, lang: Lang) -> Path:
    """Run a project in a language and return the folder of its maps."""
    from livelihood_map import load_settings
    from livelihood_map.core.labels import use_lang
    from livelihood_map.pipeline import run

    settings = load_settings(path)
    with use_lang(lang):
        run(settings)
    return path.parent / "maps"


def _open_office(browser: Any, origin: str, link: str, lang: Lang) -> Any:  # noqa: ANN401
    """Return the office program's start page in a language, the demo's project checked."""
    width, height = OFFICE[0].size
    context = browser.new_context(viewport={"width": width, "height": height})
    context.add_cookies([{"name": LANG_COOKIE, "value": lang, "url": origin}])
    page = context.new_page()
    page.goto(f"{origin}/open?key={link}")
    page.wait_for_url(f"{origin}/")
    page.locator("h3 a").first.click()
    base = page.url.rpartition("/")[0]
    page.goto(f"{base}/check")
    page.locator("form[action$='/start/check'] button").click()
    _settle(page)
    page.base = base
    return page


def _show(page: Any, scene: Scene) -> bytes:  # noqa: ANN401  (of playwright)
    """Return the picture of a page of the office program, when nothing is at work on it."""
    page.goto(f"{page.base}/{scene.file}" if scene.file else page.base.partition("/p/")[0])
    _settle(page)
    with Image.open(io.BytesIO(page.screenshot())) as drawn:
        return _pack(drawn.convert("RGB"))


def _settle(page: Any) -> None:  # noqa: ANN401  (of playwright)
    """Wait until nothing is at work on a page of the office program."""
    quiet_n = 0
    while quiet_n < 2:  # noqa: PLR2004  (a page that has ended its work loads itself anew)
        page.wait_for_load_state()
        page.wait_for_timeout(400)
        quiet_n = 0 if page.locator("[hx-get]").count() else quiet_n + 1


def _take(browser: Any, scene: Scene, maps: Path) -> bytes:  # noqa: ANN401  (of playwright)
    """Return the picture of a scene."""
    file = min(maps.glob(scene.file))
    if file.suffix == ".png":
        with Image.open(file) as drawn:
            return _pack(drawn.convert("RGB").resize(scene.size, Image.Resampling.LANCZOS))
    width, height = scene.size
    context = browser.new_context(
        viewport={"width": width, "height": height}, offline=True, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(file.resolve().as_uri())
    page.wait_for_selector("html[data-ready]", timeout=90_000)
    if scene.script:
        page.evaluate(f"() => {{{scene.script}}}")
    page.wait_for_timeout(1_000)
    taken = page.screenshot()
    context.close()
    with Image.open(io.BytesIO(taken)) as drawn:
        return _pack(drawn.convert("RGB"))


def _pack(picture: Image.Image) -> bytes:
    """Return a picture as a small WebP, the same bytes for the same picture."""
    target = io.BytesIO()
    picture.save(target, format="WEBP", quality=_QUALITY, method=6)
    return target.getvalue()


def look_alike(first: bytes, second: bytes) -> bool:
    """Return whether two files show the same, but for the smoothing of some letters.

    Raises
    ------
    PIL.UnidentifiedImageError
        When one of them is no picture.
    """
    one, other = (
        np.asarray(Image.open(io.BytesIO(one)).convert("RGB"), np.int16) for one in (first, second)
    )
    if one.shape != other.shape:
        return False
    apart = np.abs(one - other)
    seen = (apart.max(axis=2) > _SEEN).mean()
    return bool(apart.mean() <= _MEAN and seen <= _SEEN_SHARE)
