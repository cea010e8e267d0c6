"""Broken shapes: one bad shape is one reject, crossings are mended and told, nothing takes long."""

from __future__ import annotations

import json
import math
import random
import time

import numpy as np
import pytest
import shapely
from register_files import CRS, towns_of_two

from livelihood_map.core.errors import LivelihoodMapError, SourceError
from livelihood_map.core.labels import LANGS
from livelihood_map.core.settings import FacilitySource, ResidenceSource, TownSource
from livelihood_map.load.files.shapes import CROSSINGS_MAX, is_tangle, mend
from livelihood_map.load.osm.line_layers import read_lines
from livelihood_map.load.parcels import load_excluded_areas, load_parcels
from livelihood_map.load.registers import load_facilities
from livelihood_map.load.residences import load_residences
from livelihood_map.load.towns import load_towns

SIDE = 0.001


def ring(x, y, side=SIDE):
    """Return the closed ring of a square."""
    return [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]


def polygon(corners):
    """Return a polygon as GeoJSON writes it, closed or not."""
    return {"type": "Polygon", "coordinates": [corners]}


def star(corners_n, seed=1):
    """Return a ring through corners in an order that is lost."""
    corners = np.random.default_rng(seed).random((corners_n, 2)) * SIDE + (121.39, 31.14)
    return [*corners.tolist(), corners[0].tolist()]


BOW = [[121.391, 31.14], [121.392, 31.141], [121.392, 31.14], [121.391, 31.141], [121.391, 31.14]]
GOOD = polygon(ring(121.38, 31.13))
BROKEN = {
    "unclosed": polygon(ring(121.39, 31.14)[:-1]),
    "two corners": polygon(ring(121.39, 31.14)[:2]),
    "huge": polygon([[1e300, 31.14], *ring(121.39, 31.14)[1:4], [1e300, 31.14]]),
    "off the globe": polygon([*ring(121.39, 31.14)[:2], [31.14, 121.39], [121.39, 31.14]]),
    "none": None,
}


def collection(shapes, **properties):
    """Return a collection of compounds with the shapes, named by their place in it."""
    features = [
        {
            "type": "Feature",
            "properties": {"名称": f"{n}号", "常住人口": 9, **properties},
            "geometry": g,
        }
        for n, g in enumerate(shapes, start=1)
    ]
    return {"type": "FeatureCollection", "features": features}


def write(folder, content):
    """Write a layer and return its path."""
    path = folder / "a.geojson"
    text = json.dumps(content, ensure_ascii=False).replace("Infinity", "1e999")
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return path


def homes(path):
    """Return what becomes of a layer of compounds."""
    return load_residences(
        [ResidenceSource(path=path.name)], towns=towns_of_two(), crs=CRS, base=path.parent
    )


def outlets(path):
    """Return what becomes of a layer of outlets."""
    source = FacilitySource(path=path.name, kind="breakfast")
    return load_facilities([source], towns=towns_of_two(), crs=CRS, base=path.parent)


@pytest.mark.parametrize("name", BROKEN)
def test_one_broken_shape_is_one_reject(tmp_path, name):
    """A shape that cannot be is rejected by its row with a remedy; its neighbours are taken."""
    path = write(tmp_path, collection([GOOD, BROKEN[name], polygon(ring(121.36, 31.14))]))
    found = homes(path)
    assert found.rejects[["row", "field"]].to_numpy().tolist() == [[2, "geometry"]]
    problem = "row_far" if name == "off the globe" else "no_shape"
    assert found.rejects["problem_key"].tolist() == [problem]
    assert found.rejects["remedy"].str.len().min() > 5
    assert sorted(found.residences["name"]) == ["1号", "3号"]
    assert np.isfinite(found.residences["area_m2"]).all()


def test_a_shape_that_crosses_itself_is_mended_and_told(tmp_path):
    """Both halves of a bow are kept, the row is taken, and a note says that it was mended."""
    found = homes(write(tmp_path, collection([GOOD, polygon(BOW)])))
    notes = found.notes[found.notes["row"] == 2]
    assert notes["problem_key"].tolist() == ["shape_mended"]
    bow = found.residences.set_index("name").loc["2号"]
    square = found.residences.set_index("name").loc["1号"]
    assert bow.geometry.is_valid
    assert bow["area_m2"] == pytest.approx(square["area_m2"] / 2, rel=0.01)


@pytest.mark.parametrize("corners_n", [300, 3000])
def test_a_tangle_is_given_up_within_seconds(tmp_path, corners_n):
    """Corners in a lost order are rejected by their row, and cost no minutes."""
    path = write(tmp_path, collection([GOOD, polygon(star(corners_n))]))
    started = time.process_time()
    found = homes(path), outlets(path)
    assert time.process_time() - started < 5
    for result in found:
        assert result.rejects[["row", "problem_key"]].to_numpy().tolist() == [[2, "shape_tangled"]]
        assert f"{CROSSINGS_MAX:,}" in result.rejects["problem"].iloc[0]


def test_towns_and_areas_of_the_office_name_the_row_of_a_bad_shape(tmp_path):
    """Layers that must be whole are refused with file and row of the first bad shape."""
    readers = (
        lambda path: load_towns(TownSource(path=path.name), base=path.parent),
        lambda path: load_parcels(path.name, crs=CRS, base=path.parent),
        lambda path: load_excluded_areas(path.name, crs=CRS, base=path.parent),
    )
    for bad in (polygon(star(3000)), BROKEN["unclosed"], BROKEN["huge"]):
        path = write(tmp_path, collection([GOOD, bad]))
        for reader in readers:
            with pytest.raises(SourceError) as caught:
                reader(path)
            assert all("a.geojson" in caught.value.text(lang) for lang in LANGS)
            assert "2" in caught.value.text("zh")


def test_crossings_are_counted_as_a_plain_count_does():
    """A boundary is a tangle exactly when more pairs of its sides cross than the bound."""
    for corners_n in (20, 70, 90, 100, 200):
        area = shapely.Polygon(star(corners_n))
        sides = [
            shapely.LineString(pair)
            for pair in zip(area.exterior.coords[:-1], area.exterior.coords[1:], strict=True)
        ]
        crossings_n = sum(
            int(shapely.crosses(side, sides[number + 1 :]).sum())
            for number, side in enumerate(sides)
        )
        assert is_tangle(area) == (crossings_n > CROSSINGS_MAX)


def test_sound_shapes_stay_as_they_are():
    """Points, lines and sound areas come out of mending as they went in."""
    shapes = np.array(
        [shapely.Point(1, 2), shapely.LineString([(0, 0), (1, 1)]), shapely.box(0, 0, 1, 1), None],
        dtype=object,
    )
    mended = mend(shapes)
    assert mended.shapes.tolist() == shapes.tolist()
    assert not (mended.is_mended | mended.is_tangled).any()


# --- any damage at all

WRONG = [None, True, 0, -1, 1e300, math.inf, "", "x", [], {}, [[]], [[[]]], 181, [1], [1, 2], "\0"]
WRONG += [[None, None], ["a", "b"], {"type": "Point"}, "Polygon", "GeometryCollection", "\ud800"]


def places(content, before=()):
    """Return the way to every value in a document."""
    found = [before] if before else []
    lists = dict(enumerate(content)) if isinstance(content, list) else {}
    for key, value in (content if isinstance(content, dict) else lists).items():
        found += places(value, (*before, key))
    return found


def damaged(chance):
    """Return a collection with one to three values replaced or left out."""
    content = collection([GOOD, {"type": "Point", "coordinates": [121.35, 31.15]}, polygon(BOW)])
    content["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    for _ in range(chance.choice((1, 1, 2, 3))):
        *way, last = chance.choice(places(content))
        inner = content
        for key in way:
            inner = inner[key]
        if chance.random() < 0.7:
            inner[last] = chance.choice(WRONG)
        else:
            del inner[last]
    return content


@pytest.mark.parametrize("reader", [homes, outlets])
def test_no_damage_of_a_layer_ends_in_a_trace(tmp_path, reader):
    """Whatever is damaged, the layer is refused in words, or the account of its rows closes."""
    taken_n = 0
    for seed in range(60):
        path = write(tmp_path, damaged(random.Random(seed)))  # noqa: S311  (a test)
        try:
            found = reader(path)
        except LivelihoodMapError as error:
            assert all(error.text(lang) for lang in LANGS)  # noqa: PT017  (either will do)
            continue
        taken_n += 1
        counts = found.counts[["rows_n", "taken_n", "rejects_n"]].sum()
        table = found.residences if reader is homes else found.facilities
        assert counts["rows_n"] == counts["taken_n"] + counts["rejects_n"]
        assert counts["taken_n"] == len(table)
        assert table.geometry.is_valid.all()
        assert np.isfinite(table.bounds.to_numpy()).all()
    assert 10 < taken_n < 60


def test_a_line_layer_takes_any_damage(tmp_path):
    """A street layer with a broken line is read without it, or refused in words."""
    line = {"type": "LineString", "coordinates": [[121.38, 31.13], [121.381, 31.131]]}
    short = {"type": "LineString", "coordinates": [[121.38, 31.13]]}
    for bad in (short, BROKEN["unclosed"], None):
        path = write(tmp_path, collection([line, bad]))
        lines, counts = read_lines(path, layer=None, datum="auto", columns={}, crs=CRS)
        assert len(lines.tags) == 1
        assert counts.read_n == 2
