from __future__ import annotations

import xml.etree.ElementTree as ET

import pandas as pd

from livelihood_map.report.difference_map import draw_difference

SVG = "{http://www.w3.org/2000/svg}"


def drawn(grid_town, *rows, **options):
    """Return the picture of these changes as a tree."""
    changes = pd.DataFrame(rows, columns=["demand_id", "people", "change"])
    text = draw_difference(changes, grid_town.demand, grid_town.towns, title="早餐", **options)
    return ET.fromstring(text)  # noqa: S314  (our own)


def test_each_change_has_a_circle_where_it_happened(grid_town):
    """Three changes, three circles; the largest number of people has the largest circle."""
    rows = [("d0_0", 10.0, "lost"), ("d4_4", 40.0, "gained"), ("d4_0", 10.0, "lost")]
    picture = drawn(grid_town, *rows, notes=["合成示例数据"])
    circles = list(picture.iter(f"{SVG}circle"))
    assert [circle.get("fill") for circle in circles] == ["#1b7f5c", "#a32020", "#a32020"]
    radii = [float(circle.get("r")) for circle in circles]
    assert radii[0] > radii[1] == radii[2]
    gained, south, north = circles
    assert float(gained.get("cx")) > float(south.get("cx"))
    assert float(north.get("cy")) < float(south.get("cy"))
    texts = [text.text for text in picture.iter(f"{SVG}text")]
    assert {"西镇", "东镇", "合成示例数据"} <= set(texts)
    assert "＋ 新覆盖 40　　－ 失去覆盖 20" in texts


def test_without_changes_the_towns_are_drawn_alone(grid_town):
    """Nobody gained, nobody lost: no circle."""
    picture = drawn(grid_town)
    assert list(picture.iter(f"{SVG}circle")) == []
    assert len(list(picture.iter(f"{SVG}path"))) == 2
