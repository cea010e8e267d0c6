"""Names that say an outlet is not open, and names that only sound so."""

from __future__ import annotations

import pytest
from small_office import register, write_csv, write_office

from livelihood_map.core.settings import load_settings
from livelihood_map.load.closed_names import closing_word
from livelihood_map.load.registers import load_facilities
from livelihood_map.load.towns import load_towns

SAY_CLOSED = {
    "肯德基(陈行店)(装修中)": "装修中",
    "雅宴（莲花路）（暂停营业）": "暂停营业",
    "久久丫鸭颈王(景谷路店)(建设中)": "建设中",
    "张记早点（转让）": "转让",
    "巴比馒头-停业": "停业",
    "老盛昌 搬迁": "搬迁",
    "麦当劳装修中": "装修中",
    "全家（即将开业）": "即将开业",
    "IES José Saramago (cerrado)": "cerrado",
    "Bakery (CLOSED)": "closed",
}
ONLY_SOUND_SO = (
    "24小时不停业早点",
    "全年不歇业便利店",
    "搬迁安置小区菜市场",
    "技术转让中心食堂",
    "装修市场早餐店",
    "Charmé Closet",
    "Enclosed Garden Café",
    "关门山路早餐",
    "建设中路早餐店",
    "家电维修中心食堂",
    "改造街菜场",
)


@pytest.mark.parametrize("name", SAY_CLOSED)
def test_the_word_is_found(name):
    """A name that says the outlet is closed, moving or not open yet gives the word."""
    assert closing_word(name) == SAY_CLOSED[name]


@pytest.mark.parametrize("name", ONLY_SOUND_SO)
def test_other_meanings_are_left_alone(name):
    """Names of places and shops that hold such a word with another meaning are not odd."""
    assert closing_word(name) is None


def test_such_an_outlet_is_kept_and_told(tmp_path):
    """The row is taken and stands among the oddities with its word; one with a status does not."""
    settings = load_settings(write_office(tmp_path))
    rows = register([(1, 1), (2, 12), (9, 3)], "早餐")
    rows[0].append("状态")
    for row, name, status in zip(
        rows[1:], ("早点（装修中）", "面馆（停业）", "豆浆店"), ("", "停业", ""), strict=True
    ):
        row[2] = name
        row.append(status)
    write_csv(tmp_path / "breakfast.csv", rows)
    towns = load_towns(settings.load.towns, base=tmp_path).to_crs("EPSG:4549")
    loaded = load_facilities(
        settings.load.facilities[:1], towns=towns, crs=towns.crs, base=tmp_path
    )
    assert set(loaded.facilities["name"]) == {"早点（装修中）", "面馆（停业）", "豆浆店"}
    told = loaded.notes[loaded.notes["problem_key"] == "name_says_closed"]
    assert told[["row", "value"]].values.tolist() == [[2, "早点（装修中）"]]
    assert "装修中" in told["problem"].iloc[0]
    assert "状态" in told["remedy"].iloc[0]
