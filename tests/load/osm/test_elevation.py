"""Heights of a raster become the slopes of streets."""

from __future__ import annotations

import sys
import warnings

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from shapely import LineString

from livelihood_map.core.crs import local_transverse_mercator
from livelihood_map.core.errors import SettingsError, SourceError
from livelihood_map.load.osm import elevation
from livelihood_map.load.osm.elevation import grade_streets
from livelihood_map.network import tobler_factor

CRS = local_transverse_mercator(121.4666667)
EAST, NORTH = 490_000.0, 3_440_000.0


def write_plane(path, *, slope=0.1, cells=60, crs=CRS, hole=False, nodata=-9999):
    """Write a raster of cells of 10 m that rises to the east, from the north-west corner on."""
    heights = np.tile((np.arange(cells) + 0.5) * 10 * slope, (cells, 1)).astype("float32")
    if hole:
        heights[20:40, 20:40] = -9999
    grid = rasterio.Affine(10, 0, EAST, 0, -10, NORTH)
    with rasterio.open(
        path, "w", driver="GTiff", width=cells, height=cells, count=1, dtype="float32",
        crs=crs, transform=grid, nodata=nodata,
    ) as file:  # fmt: skip
        file.write(heights, 1)


def streets(*lines, is_bridge=False):
    """Return streets between corners given in metres east and south of the raster's corner."""
    shapes = [LineString([(EAST + x, NORTH - y) for x, y in line]) for line in lines]
    rows = {"is_bridge": is_bridge, "is_tunnel": False}
    return gpd.GeoDataFrame(rows, index=range(len(shapes)), geometry=shapes, crs=CRS)


def test_a_plane_gives_the_factor_of_its_slope(tmp_path):
    """Along the rise a street has the plane's slope, across it none, whichever way it is drawn."""
    write_plane(tmp_path / "a.tif")
    rise, back, level = [(50, 300), (450, 300)], [(450, 300), (50, 300)], [(300, 50), (300, 450)]
    found = grade_streets(streets(rise, back, level), "a.tif", base=tmp_path)["slope_factor"]
    steep = float(tobler_factor(np.array([0.1]))[0])
    assert found.to_numpy() == pytest.approx([steep, steep, 1.0], abs=1e-4)


def test_a_bridge_is_even_between_its_ends(tmp_path):
    """A bridge there and back over a rise has the heights of its ends only."""
    write_plane(tmp_path / "a.tif")
    there_and_back = [(50, 300), (450, 300), (50, 310)]
    on_ground = grade_streets(streets(there_and_back), "a.tif", base=tmp_path)
    bridge = grade_streets(streets(there_and_back, is_bridge=True), "a.tif", base=tmp_path)
    assert on_ground["slope_factor"].iloc[0] > 1.2
    assert bridge["slope_factor"].iloc[0] == pytest.approx(1.0, abs=1e-6)


def test_streets_without_heights_are_counted(tmp_path):
    """Beside the raster and in its holes there is no height: nothing is guessed."""
    write_plane(tmp_path / "a.tif", hole=True)
    lines = [(50, 50), (100, 50)], [(250, 300), (350, 300)], [(550, 300), (900, 300)]
    with pytest.raises(SourceError, match="3 段道路中的 2 段"):
        grade_streets(streets(*lines), "a.tif", base=tmp_path)


def test_a_raster_that_is_none_or_lies_nowhere_is_refused(tmp_path):
    """A file that is no raster, and one without a CRS, are named with what to do."""
    (tmp_path / "b.tif").write_text("x")
    with pytest.raises(SourceError, match=r"b\.tif"):
        grade_streets(streets([(50, 50), (100, 50)]), "b.tif", base=tmp_path)
    write_plane(tmp_path / "c.tif", crs=None)
    with pytest.raises(SourceError, match="坐标系"):
        grade_streets(streets([(50, 50), (100, 50)]), "c.tif", base=tmp_path)


def test_slopes_without_the_library_for_rasters_say_what_to_install(tmp_path, monkeypatch):
    """An office without rasterio learns what the setting needs, and that it can be left out."""
    write_plane(tmp_path / "a.tif")
    monkeypatch.setitem(sys.modules, "rasterio", None)
    with pytest.raises(SettingsError, match=r"network\.elevation.*pip install rasterio"):
        grade_streets(streets([(50, 50), (100, 50)]), "a.tif", base=tmp_path)


def test_a_small_raster_of_forty_billion_cells_is_refused(tmp_path):
    """A raster that claims more cells under the streets than its bytes can hold is not read."""
    with rasterio.open(
        tmp_path / "d.tif", "w", driver="GTiff", width=200_000, height=200_000, count=1,
        dtype="uint8", crs=CRS, transform=rasterio.Affine(0.1, 0, EAST, 0, -0.1, NORTH),
        tiled=True, blockxsize=4096, blockysize=4096, SPARSE_OK=True,
    ):  # fmt: skip
        pass
    with pytest.raises(SourceError, match=r"d\.tif"):
        grade_streets(streets([(50, 50), (15_000, 15_000)]), "d.tif", base=tmp_path)


def test_heights_that_no_ground_has_are_refused_by_their_range(tmp_path):
    """A mark for no data that the file does not declare is no height; the range is named."""
    write_plane(tmp_path / "a.tif", hole=True, nodata=None)
    with pytest.raises(SourceError, match=r"a\.tif.*-9999 米.*-500–9000"):
        grade_streets(streets([(250, 300), (350, 300)]), "a.tif", base=tmp_path)


def test_a_raster_without_a_place_is_refused(tmp_path):
    """A GeoTIFF whose cells have neither place nor size is named with what to do, not warned of."""
    options = {"driver": "GTiff", "width": 2, "height": 2, "count": 1, "dtype": "float32"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rasterio.open(tmp_path / "a.tif", "w", crs=CRS, **options).close()
    with pytest.raises(SourceError, match=r"a\.tif 没有写明像元"):
        grade_streets(streets([(50, 50), (100, 50)]), "a.tif", base=tmp_path)


def test_a_raster_too_fine_for_the_memory_is_refused(tmp_path, monkeypatch):
    """More cells under the streets than can be held are refused before they are read."""
    monkeypatch.setattr(elevation, "CELLS_MAX", 100)
    write_plane(tmp_path / "a.tif")
    with pytest.raises(SourceError, match=r"a\.tif.*100 个"):
        grade_streets(streets([(50, 50), (450, 50)]), "a.tif", base=tmp_path)
