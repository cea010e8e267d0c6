"""The pictures of README and docs: taken by the script, small, in the language of the page."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from doc_pictures import LANGS, SCENES, file_names, look_alike

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
PAGES = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").rglob("*.md"))]
_IMAGE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)|<img[^>]*src=\"([^\"]+)\"")


def _shown() -> list[tuple[Path, Path]]:
    """Return page and file of every image."""
    return [
        (page, (page.parent / (match[1] or match[2])).resolve())
        for page in PAGES
        for match in _IMAGE.finditer(page.read_text(encoding="utf-8"))
    ]


def test_every_image_is_taken_by_the_script():
    """No image of README or docs is made by hand, none is missing, none lies there unused."""
    assert {path.name for _, path in _shown()} == set(file_names())
    assert {path.parent for _, path in _shown()} == {IMAGES}
    assert {path.name for path in IMAGES.iterdir()} == set(file_names())


def test_each_page_shows_pictures_of_its_language():
    """Chinese pages show the Chinese program, English ones the English."""
    for page, path in _shown():
        is_chinese = "zh" in page.relative_to(ROOT).as_posix().lower()
        assert path.suffixes[0] == (".zh" if is_chinese else ".en"), page


def test_the_pictures_are_small_and_of_their_size():
    """All together take at most 4 MB; each is as large as its scene says."""
    assert sum(path.stat().st_size for path in IMAGES.iterdir()) <= 4_000_000
    for scene in SCENES:
        for lang in LANGS:
            with Image.open(IMAGES / f"{scene.name}.{lang}.webp") as picture:
                assert picture.size == scene.size


def _png(pixels: np.ndarray) -> bytes:
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, format="PNG")
    return target.getvalue()


@pytest.mark.parametrize(("share", "is_alike"), [(0.0, True), (0.001, True), (0.02, False)])
def test_a_picture_is_kept_while_it_looks_as_before(share, is_alike):
    """Letters that are smoothed otherwise are no change, a mark more is one."""
    rng = np.random.default_rng(1)
    before = rng.integers(0, 255, (200, 300, 3), dtype=np.uint8)
    after = before.copy()
    after.reshape(-1, 3)[: int(share * 60_000)] ^= 255
    assert look_alike(_png(before), _png(after)) is is_alike
    assert not look_alike(_png(before), _png(before[:100]))
