"""Every compound knows its community: by where it lies, or by what its register says."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from grid import build_grid_town
from shapely import box

from livelihood_map.core.settings import CommunitySource
from livelihood_map.load.communities import load_communities


@pytest.fixture
def town():
    """Return the lattice town, west and east."""
    return build_grid_town(size=4, spacing_m=100)


def load(town, tmp_path, name, residences=None):
    """Return the communities of a file for the compounds of the lattice town."""
    homes = town.residences if residences is None else residences
    source = CommunitySource(path=name, datum="WGS-84")
    return load_communities(
        source, homes, towns=town.towns, crs=homes.crs, base=tmp_path, lang="zh"
    )


def test_a_list_is_found_by_code_or_by_a_name_of_the_town(town, tmp_path):
    """A code, or a name that one community of the compound's town bears; others stay open."""
    text = (
        "街镇,居委代码,居委会名称\n西镇,310112001001,第一居委会\n"
        "东镇,310112002001,第一居委会\n东镇,310112002002,第二居委会\n"
    )
    (tmp_path / "a.csv").write_text(text, "utf-8")
    homes = town.residences.copy()
    homes["community"] = None
    west, east = (homes.index[homes["town_id"] == one] for one in ("west", "east"))
    homes.loc[west[:2], "community"] = "第一居委会"
    homes.loc[east[:1], "community"] = "第一居委会"
    homes.loc[east[1:2], "community"] = "310112002002"
    homes.loc[east[2:3], "community"] = "没有的居委会"
    read = load(town, tmp_path, "a.csv", homes)
    assert read.communities["community_id"].tolist() == [
        "310112001001", "310112002001", "310112002002",
    ]  # fmt: skip
    found = read.residences.set_index("residence_id")["community_id"]
    ids = homes["residence_id"]
    assert found[ids[west[:2]]].tolist() == ["310112001001"] * 2
    assert found[ids[east[:2]]].tolist() == ["310112002001", "310112002002"]
    assert found.isna().sum() == len(homes) - 4
    assert f"{len(homes)} 个小区中 {len(homes) - 4} 个未归入居村委" in read.remarks[0]


def test_a_layer_gives_each_compound_the_area_in_which_it_lies(town, tmp_path):
    """Two areas side by side hold the compounds of either side."""
    left, low, right, high = town.residences.total_bounds
    middle = (left + right) / 2
    areas = gpd.GeoDataFrame(
        {"code": ["310112001001", "310112001002"], "name": ["甲居委会", "乙居委会"]},
        geometry=[
            box(left - 9, low - 9, middle, high + 9),
            box(middle, low - 9, right + 9, high + 9),
        ],
        crs=town.residences.crs,
    )
    areas.to_crs(4326).to_file(tmp_path / "a.geojson")
    homes = load(town, tmp_path, "a.geojson").residences
    is_left = homes.geometry.representative_point().x < middle
    assert set(homes.loc[is_left, "community_id"]) == {"310112001001"}
    assert set(homes.loc[~is_left, "community_id"]) == {"310112001002"}


@pytest.mark.parametrize("code", ["31011200100", "310112001abc", ""])
def test_a_code_that_has_not_twelve_digits_is_rejected(town, tmp_path, code):
    """The row is told with its remedy, the others are taken."""
    (tmp_path / "a.csv").write_text(f"代码,名称\n{code},甲\n310112001002,乙\n", "utf-8")
    read = load(town, tmp_path, "a.csv")
    assert read.communities["name"].tolist() == ["乙"]
    assert len(read.rejects) == 1
    assert "12 位" in read.rejects["remedy"].iloc[0]


def test_without_a_source_nothing_is_known(town):
    """No table, no id, no remark."""
    homes = town.residences
    read = load_communities(None, homes, towns=town.towns, crs=homes.crs, base=None)
    assert read.communities.empty
    assert read.residences["community_id"].isna().all()
    assert not read.remarks


def test_the_real_list_of_minhang_is_read_whole(shared_data, town):
    """All 596 communities with their codes; each code begins with that of its town."""
    source = CommunitySource(path="minhang/minhang_juwei_2023.csv")
    homes = town.residences
    read = load_communities(
        source, homes, towns=town.towns, crs=homes.crs, base=shared_data, lang="zh"
    )
    assert len(read.communities) == 596
    assert read.rejects.empty
    stated = pd.read_csv(shared_data / source.path, dtype=str, encoding="utf-8-sig")
    assert set(read.communities["community_id"]) == set(stated["code"])
