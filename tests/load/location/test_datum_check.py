"""A datum that is not what it is declared to be is caught, and nothing is changed."""

from __future__ import annotations

import json
from itertools import product

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Transformer
from register_files import CRS, HEADINGS, as_csv, source, take_all, towns_of_two

from livelihood_map.core import datum
from livelihood_map.core.settings import FacilitySource, ResidenceSource, TownSource
from livelihood_map.load.files.parsing import name_key
from livelihood_map.load.location.datum_check import DATUMS, Evidence, estimate_datum
from livelihood_map.load.location.datum_remarks import ground_doubts
from livelihood_map.load.location.town_lookup import TownFinder
from livelihood_map.load.registers import load_facilities
from livelihood_map.load.residences import load_residences
from livelihood_map.load.towns import load_towns

SHIFTS = {
    "WGS-84": lambda lon, lat: (lon, lat),
    "GCJ-02": datum.wgs84_to_gcj02,
    "BD-09": datum.wgs84_to_bd09,
}
TRUE_AND_DECLARED = list(product(DATUMS, DATUMS))


def random_points(count, seed=1):
    """Return points of the two test towns and the town of each."""
    random = np.random.default_rng(seed)
    lon, lat = random.uniform(121.33, 121.41, count), random.uniform(31.12, 31.16, count)
    return lon, lat, np.where(lon > 121.37, "310112006", "310112102").tolist()


@pytest.mark.parametrize(("true", "declared"), TRUE_AND_DECLARED)
def test_towns_in_the_rows_tell_the_datum(true, declared):
    """The towns that rows name tell the datum, whatever was declared."""
    lon, lat, towns = random_points(600)
    finder = TownFinder(towns_of_two(), crs=CRS)
    found = estimate_datum(
        *SHIFTS[true](lon, lat), Evidence(towns=towns), finder=finder, declared=declared
    )
    assert found.best == true
    assert found.is_contradicted == (true != declared)
    assert not found.is_mixture
    assert true in found.text("zh")
    assert true in found.text("en")


@pytest.mark.parametrize("true", DATUMS)
def test_streets_and_compounds_tell_the_datum(true):
    """Points that stand 15 m from streets and at compounds' edges tell the datum."""
    lon, lat, _ = random_points(400)
    x_m, y_m = Transformer.from_crs(4326, CRS, always_xy=True).transform(lon, lat)
    streets = shapely.linestrings(
        np.stack([np.column_stack([x_m - 20, y_m + 15]), np.column_stack([x_m + 20, y_m + 15])], 1)
    )
    outlines = shapely.box(x_m, y_m - 80, x_m + 80, y_m)
    for evidence in (Evidence(streets=streets), Evidence(outlines=outlines)):
        found = estimate_datum(
            *SHIFTS[true](lon, lat),
            evidence,
            finder=TownFinder(towns_of_two(), crs=CRS),
            declared="GCJ-02",
        )
        assert found.best == true
        assert found.is_contradicted == (true != "GCJ-02")


def test_names_in_another_source_tell_a_mixture():
    """A list of which a third is in another datum is called a mixture."""
    lon, lat, _ = random_points(300)
    x_m, y_m = Transformer.from_crs(4326, CRS, always_xy=True).transform(lon, lat)
    names = [f"小区{number}" for number in range(300)]
    known = {name_key(n): (x, y) for n, x, y in zip(names, x_m, y_m, strict=True)}
    lon_gcj, lat_gcj = datum.wgs84_to_gcj02(lon, lat)
    lon_bd, lat_bd = datum.wgs84_to_bd09(lon, lat)
    is_bd = np.arange(300) % 3 > 0
    found = estimate_datum(
        np.where(is_bd, lon_bd, lon_gcj),
        np.where(is_bd, lat_bd, lat_gcj),
        Evidence(names=names, known=known),
        finder=TownFinder(towns_of_two(), crs=CRS),
        declared="GCJ-02",
    )
    assert (found.best, found.is_contradicted, found.is_mixture) == ("BD-09", True, True)


def test_little_evidence_decides_nothing():
    """Three rows in the middle of a town tell nothing, and that is said."""
    found = estimate_datum(
        np.full(3, 121.39),
        np.full(3, 31.14),
        Evidence(towns=["310112006"] * 3),
        finder=TownFinder(towns_of_two(), crs=CRS),
        declared="GCJ-02",
    )
    assert (found.best, found.is_contradicted) == ("", False)
    assert "样本不足" in found.text("zh")


@pytest.mark.parametrize(("true", "declared"), TRUE_AND_DECLARED)
def test_a_register_that_looks_shifted_is_noted_and_not_changed(tmp_path, true, declared):
    """A doubtful datum is noted for the whole register; its points stay as declared."""
    lon, lat, towns = random_points(300, seed=2)
    east, north = SHIFTS[true](lon, lat)
    names = {"310112006": "古美路街道", "310112102": "七宝镇"}
    rows = [
        [n, names[town], f"店{n}", None, None, round(a, 7), round(b, 7)]
        for n, (town, a, b) in enumerate(zip(towns, east, north, strict=True))
    ]
    as_csv([HEADINGS, *rows])(tmp_path / "a.csv")
    result = take_all(tmp_path, [source("a.csv", datum=declared)])
    doubts = result.notes[result.notes["problem_key"] == "datum_suspect"]
    assert len(doubts) == (true != declared)
    assert set(doubts["row"]) <= {0}
    assert len(result.facilities) == 300


@pytest.mark.parametrize(("true", "declared"), TRUE_AND_DECLARED)
def test_a_register_off_the_streets_is_noted(tmp_path, true, declared):
    """Outlets that do not stand at streets and compounds give a note for their register."""
    lon, lat, _ = random_points(300, seed=3)
    x_m, y_m = Transformer.from_crs(4326, CRS, always_xy=True).transform(lon, lat)
    east, north = SHIFTS[true](lon, lat)
    rows = [
        [n, None, f"店{n}", None, None, round(a, 7), round(b, 7)]
        for n, (a, b) in enumerate(zip(east, north, strict=True))
    ]
    as_csv([HEADINGS, *rows])(tmp_path / "a.csv")
    result = take_all(tmp_path, [source("a.csv", datum=declared)])
    lines = shapely.linestrings(
        np.stack([np.column_stack([x_m - 20, y_m + 15]), np.column_stack([x_m + 20, y_m + 15])], 1)
    )
    homes = gpd.GeoDataFrame(geometry=shapely.box(x_m, y_m - 80, x_m + 80, y_m), crs=CRS)
    found = ground_doubts(
        result.facilities,
        result.counts,
        towns=towns_of_two().to_crs(CRS),
        streets=gpd.GeoDataFrame(geometry=lines, crs=CRS),
        residences=homes,
    )
    assert found["source"].tolist() == ["a.csv"] * (true != declared)
    assert all(true in text for text in found["problem"])


def test_without_streets_and_compounds_nothing_is_in_doubt(tmp_path):
    """Nothing to compare with, or no outlet, gives no doubt."""
    as_csv([HEADINGS, [1, None, "甲", None, None, 121.39, 31.14]])(tmp_path / "a.csv")
    nothing = gpd.GeoDataFrame(geometry=[], crs=CRS)
    for sources in ([source("a.csv")], []):
        result = take_all(tmp_path, sources)
        found = ground_doubts(
            result.facilities,
            result.counts,
            towns=towns_of_two().to_crs(CRS),
            streets=nothing,
            residences=nothing,
        )
        assert found.empty


# ---- the real lists of Minhang ----


@pytest.fixture(scope="module")
def minhang(request):
    """Return the folder, the towns and their finder."""
    folder = request.getfixturevalue("shared_data") / "minhang"
    towns = load_towns(TownSource(path="minhang_towns.geojson"), base=folder)
    return folder, towns, TownFinder(towns, crs=CRS)


def doubts_of(result):
    """Return what is said of the datum of whole files."""
    return result.notes.loc[result.notes["problem_key"] == "datum_suspect", "problem"].tolist()


@pytest.mark.real
@pytest.mark.parametrize(("declared", "is_doubted"), [("WGS-84", False), ("GCJ-02", True)])
def test_real_lists_are_recognised_as_what_they_are(minhang, declared, is_doubted):
    """The 2016 estates and the food places are WGS-84: GCJ-02 forced on them is flagged."""
    folder, towns, _ = minhang
    shared = {"towns": towns, "crs": CRS, "base": folder, "lang": "zh"}
    estates = load_residences(
        [ResidenceSource(path="estates_lianjia2016.geojson", datum=declared)], **shared
    )
    food = load_facilities(
        [FacilitySource(path="food_poi_amap_minhang.geojson", kind="food", datum=declared)],
        **shared,
    )
    for result in (estates, food):
        texts = doubts_of(result)
        assert bool(texts) == is_doubted
        assert all("WGS-84" in text for text in texts)


@pytest.mark.real
def test_wgs84_forced_on_real_gcj02_is_flagged(minhang):
    """The 2016 estates shifted to GCJ-02 and declared WGS-84 are flagged as GCJ-02."""
    folder, _, finder = minhang
    estates = gpd.read_file(folder / "estates_lianjia2016.geojson")
    found = estimate_datum(
        *datum.wgs84_to_gcj02(estates.geometry.x, estates.geometry.y),
        Evidence(towns=finder.by_name(estates["town"].tolist())),
        finder=finder,
        declared="WGS-84",
    )
    assert (found.best, found.is_contradicted) == ("GCJ-02", True)


@pytest.mark.real
def test_the_mixed_list_is_flagged_as_not_what_it_declares(minhang):
    """The list of 2023, declared GCJ-02, is flagged as a mixture with BD-09."""
    folder, _, finder = minhang
    known = gpd.read_file(folder / "estates_lianjia2016.geojson").to_crs(CRS)
    places = zip(known["name"], known.geometry.x, known.geometry.y, strict=True)
    listed = json.loads((folder / "estates_2023_mixed_datum.json").read_text("utf-8"))
    rows = [row for row in listed["communities"] if row["district"] == "闵行区"]
    found = estimate_datum(
        np.array([row["lng"] for row in rows]),
        np.array([row["lat"] for row in rows]),
        Evidence(
            is_said_inside=np.ones(len(rows), bool),
            names=[row["name"] for row in rows],
            known={name_key(name): (x, y) for name, x, y in places},
        ),
        finder=finder,
        declared="GCJ-02",
    )
    assert found.is_contradicted
    assert found.is_mixture
    assert found.best == "BD-09"


@pytest.mark.real
def test_the_mixed_list_is_flagged_when_it_is_taken_in(minhang):
    """Taken in as a register of the whole city, the mixed list bears the doubt."""
    folder, towns, _ = minhang
    path = "estates_2023_mixed_datum.json"
    result = load_facilities(
        [FacilitySource(path=path, kind="estate", datum="GCJ-02")],
        towns=towns,
        crs=CRS,
        base=folder,
        lang="en",
    )
    assert any("BD-09" in text for text in doubts_of(result))
    assert result.counts["rows_n"].sum() == 10_305
    assert len(result.facilities) + len(result.rejects) == 10_305
