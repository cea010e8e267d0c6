"""The two-town office with workplaces and pages: every figure that it shows is followed back."""

from __future__ import annotations

import pytest
from small_office import degrees, write_csv, write_office

from livelihood_map import pipeline
from livelihood_map.core.labels import use_lang
from livelihood_map.core.settings import load_settings
from livelihood_map.pipeline import reporting
from livelihood_map.report import briefs

_PAGES = """
[mapping]
check_pages = "district"
pictures = []
grid_m = 0
is_compressed = false
"""
_WORKPLACES = (
    ("一号商务楼", "办公", 900, 4.5, 4.2),
    ("二号产业园", "产业园区", 700, 11.5, 8.3),
    ("三号学校", "学校", 300, 2.4, 9.5),
    ("四号医院", "医院", 450, 14.2, 13.4),
)


def write_told_office(folder, lang: str):
    """Write the office and return the path of its settings."""
    path = write_office(folder)
    rows = [("名称", "类型", "早高峰人数", "经度", "纬度")]
    rows += [(*place[:3], *degrees(*place[3:])) for place in _WORKPLACES]
    write_csv(folder / "workplaces.csv", rows)
    text = path.read_text("utf-8")
    for before, after in (
        ('lang = "zh"', f'lang = "{lang}"'),
        ('name = "小区"', 'name = "示例区"'),
        ('path = "compounds.geojson"', 'path = "compounds.geojson"\nworkplaces = "workplaces.csv"'),
    ):
        text = text.replace(before, after)
    path.write_text(text + _PAGES, "utf-8")
    return path


def run_told_office(folder, lang: str):
    """Return the workspace of a run of the office, without the pictures of its briefs."""
    path = write_told_office(folder / "office", lang)
    with use_lang(lang), pytest.MonkeyPatch.context() as patch:
        patch.setattr(reporting, "draw_brief_maps", lambda _: {})
        patch.setattr(briefs, "draw_pictures", lambda *_, **__: [])
        return pipeline.run(load_settings(path))
