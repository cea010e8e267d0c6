"""Service areas of a run: a table, a layer for GIS programs, and a command for single outlets."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from small_office import write_office

from livelihood_map import pipeline
from livelihood_map.cli import main
from livelihood_map.core.settings import load_settings


@pytest.fixture(scope="module")
def office_work(shared_office):
    """Return the workspace of the office's run up to the areas; read it, never change it."""
    return pipeline.run(load_settings(shared_office), last="areas")


def test_a_run_leaves_its_areas_as_a_layer(office_work):
    """The GeoPackage holds every area in degrees, named in Chinese, with how it was made."""
    path = office_work.folder / "service_areas.gpkg"
    assert path.exists()
    layer, table = gpd.read_file(path, layer=path.stem), office_work["service_areas"]
    assert layer.crs.to_epsg() == 4326
    assert len(layer) == len(table) == 9
    assert layer.loc[layer["kind"] == "breakfast", "kind_name"].unique().tolist() == ["早餐网点"]
    assert sorted(layer["plan_name"].unique()) == ["建议网点新增后", "现状"]
    assert (layer[["strip_m", "simplify_m"]] == [25, 1]).all(axis=None)
    assert not layer["is_estimated"].any()
    assert layer["note"].str.contains("街道每侧 25 米，轮廓按 1 米容差简化").all()
    assert layer.to_crs(table.crs).area.to_numpy() == pytest.approx(table["area_m2"], rel=1e-6)
    assert shapely.is_valid(layer.geometry.to_numpy()).all()


def test_a_project_of_qgis_lies_beside_the_layer(office_work):
    """Each kind and plan is a layer of the project, restricted to its own rows."""
    table = office_work["service_areas"]
    project = (office_work.folder / "service_areas.qgs").read_text("utf-8")
    pairs = table[["kind", "is_planned"]].drop_duplicates()
    assert project.count("<maplayer") == len(pairs)
    for kind, planned in pairs.to_numpy():
        assert f'"kind" = \'{kind}\' AND "is_planned" = {int(planned)}' in project


def test_with_the_plan_areas_grow_for_its_kind_alone(office_work):
    """Suggested sites add ground to breakfast at every tier, and no row to another kind."""
    table = office_work["service_areas"].set_index(["kind", "is_planned", "tier_m"])
    assert set(table.loc[:, True, :].index.get_level_values("kind")) == {"breakfast"}
    for tier_m in (300, 500, 1000):
        today, planned = (table.loc["breakfast", yes, tier_m] for yes in (False, True))
        assert planned["area_m2"] > today["area_m2"] + 1000
        assert planned["facilities_n"] == today["facilities_n"] + len(office_work["sites"])
        assert planned.geometry.buffer(0.01).covers(today.geometry)


def test_without_streets_the_areas_are_called_an_estimate(tmp_path):
    """Circles from straight lines say so in every row of the layer."""
    settings = load_settings(write_office(tmp_path))
    bare = replace(settings, load=replace(settings.load, streets=None))
    work = pipeline.run(bare, last="areas")
    layer = gpd.read_file(work.folder / "service_areas.gpkg", layer="service_areas")
    assert layer["is_estimated"].all()
    assert layer["note"].str.startswith("服务范围（估算）").all()


def test_areas_can_be_switched_off(tmp_path, capsys):
    """A strip of no width makes an empty table, removes an old layer; the command says so."""
    path = write_office(tmp_path)
    pipeline.run(load_settings(path), last="areas")
    layer = tmp_path / "out" / "service_areas.gpkg"
    assert layer.exists()
    text = path.read_text("utf-8")
    path.write_text(text.replace("[coverage]\n", "[coverage]\narea_strip_m = 0\n"), "utf-8")
    work = pipeline.run(load_settings(path), first="areas", last="mapping")
    assert work["service_areas"].empty
    assert not layer.exists()
    assert main(["areas", str(path)]) == 1
    assert "area_strip_m" in capsys.readouterr().err


def test_a_kind_without_outlets_gives_an_empty_layer(office_work, capsys):
    """A kind of the standard that no register holds is written without a row, not refused."""
    path = office_work.settings.resolve("livelihood.toml")
    assert main(["areas", str(path), "--kind", "housekeeping"]) == 0
    layer = office_work.folder / "service_areas_housekeeping.gpkg"
    assert str(layer) in capsys.readouterr().out
    assert gpd.read_file(layer, layer=layer.stem).empty


def test_the_command_outlines_each_outlet(office_work, capsys):
    """With --each every outlet has its own area and name; --kind leaves the others out."""
    path = office_work.settings.resolve("livelihood.toml")
    assert main(["areas", str(path), "--kind", "wet_market", "--each"]) == 0
    said = capsys.readouterr().out
    assert "菜市场（现状）步行 500 米：2 处设施" in said
    layer = gpd.read_file(
        office_work.folder / "service_areas_each_wet_market.gpkg",
        layer="service_areas_each_wet_market",
    )
    markets = office_work["facilities"].query("kind == 'wet_market'").set_index("facility_id")
    assert sorted(set(layer["facility_id"])) == sorted(markets.index)
    assert layer["facility_name"].tolist() == markets["name"].loc[layer["facility_id"]].tolist()
    for row in layer.to_crs(markets.crs).itertuples():
        assert row.geometry.distance(markets.geometry[row.facility_id]) < 50


def test_the_command_gives_the_areas_of_the_run(office_work, capsys):
    """Without options the command writes what the run wrote; an unknown kind is refused plainly."""
    path = office_work.settings.resolve("livelihood.toml")
    layer = office_work.folder / "service_areas.gpkg"
    before = layer.read_bytes()
    assert main(["areas", str(path)]) == 0
    assert layer.read_bytes() == before
    assert str(layer) in capsys.readouterr().out
    assert main(["areas", str(path), "--kind", "茶馆"]) == 1
    assert "breakfast" in capsys.readouterr().err


def test_in_the_demo_covered_homes_reach_the_street_inside_the_area(demo_run):
    """Of the homes within a tier each has a gate whose street lies in the tier's merged area."""
    joins = demo_run["joins"].dropna(subset="u").reset_index(drop=True)
    lines = demo_run["edges"].set_index(["u", "v", "key"]).geometry
    keys = list(zip(joins["u"], joins["v"], joins["key"].astype(int), strict=True))
    places = lines.loc[keys].interpolate(joins["along_m"].to_numpy()).to_numpy()
    areas = demo_run["service_areas"].set_index(["kind", "is_planned", "tier_m"]).geometry
    for kind in demo_run.settings.coverage.kinds:
        for plan, suffix in ((False, ""), (True, "_after")):
            if plan and kind != "breakfast":
                continue
            coverage = demo_run[f"coverage{suffix}"].query("kind == @kind")
            walk_m = coverage.set_index("demand_id")["walk_m"]
            for tier_m in (300, 500, 1000):
                tree = shapely.STRtree(shapely.get_parts(areas[kind, plan, tier_m]))
                is_held = np.zeros(len(places), bool)
                is_held[tree.query(places, predicate="dwithin", distance=1.0)[0]] = True
                held = set(joins.loc[is_held, "point_id"])
                within = walk_m.index[walk_m <= tier_m]
                assert len(within) > 100
                assert set(within) <= held
