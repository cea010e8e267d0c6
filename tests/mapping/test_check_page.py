"""What the check page holds, for the district and for a town."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from invented_district import with_hostile_names

from livelihood_map.core.errors import SchemaError
from livelihood_map.core.settings import MappingSettings
from livelihood_map.mapping import draw_check_page, lay_grid
from livelihood_map.mapping.payload import read_payload
from livelihood_map.mapping.pinyin import syllables


@pytest.fixture(scope="module")
def page(small_tables, map_settings, standard):
    """Return the check page of the small district."""
    return draw_check_page(small_tables, settings=map_settings, standard=standard)


def _walks(section: dict, kind: str) -> np.ndarray:
    return np.cumsum(section["kinds"][kind]["walk_m"])


def test_two_builds_are_the_same_to_the_byte(page, small_tables, map_settings, standard):
    """Nothing random or dated enters a page."""
    again = draw_check_page(small_tables, settings=map_settings, standard=standard)
    assert again == page


def test_every_mark_is_on_the_page(page):
    """Internal use, review number, dates, standard and the synthetic mark are in the markup."""
    for text in (
        "试验区便民设施步行查询",
        "内部工作用图，未经审核不得公开",
        "审图号：（未送审）",
        "合成示例数据",
        "数据日期：2023-03-01",
        "采用标准：一刻钟便民生活圈",
    ):
        assert text in page


def test_the_lattice_lies_inside_the_towns(small_tables):
    """Every point of the lattice lies in the district, about a step from its neighbours."""
    grid = lay_grid(small_tables.towns, step_m=500)
    outline = shapely.union_all(small_tables.towns.geometry.to_numpy())
    assert shapely.covers(outline, grid.geometry.to_numpy()).all()
    area = outline.area / 500**2
    assert len(grid) == pytest.approx(area, rel=0.03)
    row = grid[grid["row"] == grid["row"].iloc[0]]
    steps = np.diff(row.geometry.x.to_numpy())
    assert steps == pytest.approx(500, rel=0.01)
    assert grid["demand_id"].is_unique


def test_a_part_of_the_district_has_the_same_lattice(small_tables):
    """The lattice of one town is a part of that of the district: answers agree between pages."""
    whole = lay_grid(small_tables.towns, step_m=300)
    part = lay_grid(small_tables.towns.iloc[[4]], step_m=300)
    assert set(part["demand_id"]) <= set(whole["demand_id"])


@pytest.mark.parametrize("step_m", [0.0, -100.0])
def test_a_lattice_needs_a_step(small_tables, step_m):
    """A step that is not positive is a mistake."""
    with pytest.raises(ValueError, match=str(step_m)):
        lay_grid(small_tables.towns, step_m=step_m)


def test_every_cell_holds_the_walk_of_the_table(page, small_tables):
    """Cells hold the measured walk, rounded up to a metre, and the facility that it leads to."""
    content = read_payload(page)
    section = read_payload(page, "grid")
    walks = _walks(section, "breakfast")
    nearest = np.cumsum(section["kinds"]["breakfast"]["facility"])
    table = small_tables.grid_coverage.query("kind == 'breakfast'").set_index("demand_id")
    names = small_tables.facilities.set_index("facility_id")["name"]
    assert (walks >= -1).sum() == len(small_tables.grid)
    for row in small_tables.grid.iloc[::97].itertuples():
        cell = (row.row - section["first_row"]) * section["columns"]
        cell += row.column - section["first_column"]
        known = table.loc[row.demand_id]
        if pd.isna(known["walk_m"]):
            assert walks[cell] == -1
            continue
        assert walks[cell] == np.ceil(known["walk_m"])
        shown = content["facilities"]["name"][nearest[cell]]
        assert shown == names[known["facility_id"]]


def test_a_town_page_holds_the_town_only(small_tables, map_settings, standard):
    """A town's page lists its own compounds, and every outlet that they walk to."""
    page = draw_check_page(small_tables, settings=map_settings, standard=standard, town_id="t11")
    content = read_payload(page)
    homes = small_tables.residences.query("town_id == 't11'")
    assert [one["name"] for one in content["residences"]] == homes["name"].tolist()
    assert len(content["towns"]) == 1
    covered = small_tables.coverage.query("kind == 'wet_market'").set_index("residence_id")
    for index, residence_id in enumerate(homes["residence_id"]):
        walk_m = covered.loc[residence_id, "walk_m"]
        shown = content["coverage"]["wet_market"]
        assert shown["walk_m"][index] == (None if pd.isna(walk_m) else round(walk_m))
        assert (shown["facility"][index] is None) == pd.isna(walk_m)


def test_the_town_and_the_district_answer_alike(page, small_tables, map_settings, standard):
    """A cell holds the same walk on the town's page as on the district's."""
    whole = read_payload(page, "grid")
    page = draw_check_page(small_tables, settings=map_settings, standard=standard, town_id="t11")
    part = read_payload(page, "grid")
    far, near = _walks(whole, "wet_market"), _walks(part, "wet_market")
    for cell in range(0, near.size, 53):
        row = cell // part["columns"] + part["first_row"] - whole["first_row"]
        column = cell % part["columns"] + part["first_column"] - whole["first_column"]
        if near[cell] != -2:
            assert near[cell] == far[row * whole["columns"] + column]


def test_an_unknown_town_is_an_error(small_tables, map_settings, standard):
    """A page for a town that does not exist is refused."""
    with pytest.raises(SchemaError, match="街镇"):
        draw_check_page(small_tables, settings=map_settings, standard=standard, town_id="none")


def test_reasons_are_told_in_words(small_tables, map_settings, standard):
    """The gap reason of a compound stands on the page in the page's language."""
    reasons = pd.DataFrame(
        {"residence_id": ["r0001"], "kind": ["breakfast"], "reason": ["unreachable"]}
    )
    tables = replace(small_tables, reasons=reasons)
    page = draw_check_page(tables, settings=map_settings, standard=standard, lang="en")
    texts = read_payload(page)["reasons"]["breakfast"]
    assert texts[0] == ""
    assert texts[1] == "none within 3,000 m on foot"


def test_hostile_names_stay_text(small_tables, map_settings, standard):
    """Markup in a name never becomes markup in the page."""
    text = "</script><img src=x onerror=alert(1)>\"'`${1}\\u003c\u2028&{{7*7}}"
    plain = replace(map_settings, mapping=MappingSettings(is_compressed=False))
    spoiled = with_hostile_names(small_tables, text)
    page = draw_check_page(spoiled, settings=plain, standard=standard, town_id="t11")
    assert "<img" not in page
    assert read_payload(page)["residences"][0]["name"].startswith("</script><img")


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("莘庄", "xin zhuang"),
        ("重庆公寓", "chong qing gong yu"),
        ("绿地香颂", "lv di xiang song"),
        ("Tesco 3号", "t e s c o 3 hao"),
        ("（１期）·Ｘ", "1 qi x"),
        ("", ""),
    ],
)
def test_the_first_reading_fits_the_name(name, typed):
    """The reading that fits the phrase comes first; letters and digits stand for themselves."""
    assert " ".join(word.split("/")[0] for word in syllables(name).split()) == typed


def test_every_character_of_a_name_has_one_word():
    """A character that no dictionary knows stands for itself, and none is lost."""
    for name in ("𠮷野家", "龘靐齉", "A中B文", "ⅢB"):
        assert len(syllables(name).split()) >= len(name.replace(" ", ""))


def test_a_town_without_compounds_has_a_page(small_tables, map_settings, standard):
    """A town in which nobody lives still answers clicks."""
    homes = small_tables.residences
    tables = replace(small_tables, residences=homes[homes["town_id"] != "t11"])
    page = draw_check_page(tables, settings=map_settings, standard=standard, town_id="t11")
    content = read_payload(page)
    assert content["residences"] == []
    assert list(content["coverage"]) == ["wet_market", "breakfast", "housekeeping"]
    assert (_walks(read_payload(page, "grid"), "breakfast") >= 0).any()
