from __future__ import annotations

import xml.etree.ElementTree as ET

import pandas as pd
import pytest

from livelihood_map.core.labels import use_lang
from livelihood_map.programme import phase_renovations
from livelihood_map.report.gantt import draw_gantt

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def plan(grid_town, walks_to, people_of):
    """Return the phases of two markets."""
    markets = grid_town.facilities((0, 0), (4, 4), kind="wet_market")
    return phase_renovations(
        people_of(grid_town),
        walks_to(grid_town, markets),
        pd.DataFrame({"facility_id": ["wet_market0", "wet_market1"], "months_n": [2, 1]}),
        open_ids=[],
        months=["2023-01", "2023-02", "2023-03"],
        threshold_m=100.0,
    )


def test_each_market_has_a_bar_as_long_as_its_months(plan):
    """Two bars, the first twice as long as the second but for the gaps; three columns below."""
    names = {"wet_market0": "甲 & 乙市场", "wet_market1": "丙市场"}
    picture = ET.fromstring(draw_gantt(plan, names, notes=["合成示例数据"]))  # noqa: S314  (our own)
    bars = [r for r in picture.iter(f"{SVG}rect") if r.get("rx")]
    assert [float(bar.get("width")) for bar in bars] in ([104.0, 50.0], [50.0, 104.0])
    texts = [text.text for text in picture.iter(f"{SVG}text")]
    assert "甲 & 乙市场" in texts
    assert "合成示例数据" in texts
    assert len(list(picture.iter(f"{SVG}rect"))) == 1 + 2 + 3


def test_the_picture_speaks_english_too(plan):
    """The language of the run decides."""
    with use_lang("en"):
        text = draw_gantt(plan, {"wet_market0": "A", "wet_market1": "B"})
    assert "proved: no order is better" in text
