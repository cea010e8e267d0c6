"""Routes from the command line: metres, whole minutes, the gate, what lies in the way."""

from __future__ import annotations

import geopandas as gpd
import pytest
from small_office import degrees

from livelihood_map import pipeline
from livelihood_map.commands import ask
from livelihood_map.core.errors import LivelihoodMapError
from livelihood_map.core.labels import name_of
from livelihood_map.core.settings import load_settings


@pytest.fixture(scope="module")
def office(shared_office):
    """Return the settings of the office whose coverage has been measured."""
    return load_settings(shared_office)


def layer(office):
    """Return the layer of routes."""
    return gpd.read_file(office.resolve(office.run.output) / "route.geojson")


def test_routes_lead_to_the_nearest_of_each_kind(office):
    """Walk and outlet are those of the coverage; the line is as long as the walk."""
    work = pipeline.open_workspace(office)
    lines = ask(office, "route", start="新村4-2")
    routes = layer(office).set_index("kind")
    home = work["demand"].set_index("name").loc["新村4-2", "demand_id"]
    own = work["coverage"].set_index("demand_id").loc[home].set_index("kind")
    assert list(routes.index) == office.coverage.kinds
    for kind, row in own.iterrows():
        assert routes.loc[kind, "walk_m"] == row["walk_m"]
        assert routes.loc[kind, "dest_id"] == row["facility_id"]
        length = routes.to_crs(work["towns"].crs).loc[kind, "geometry"].length
        assert length == pytest.approx(row["walk_m"], abs=0.2)
        told = next(line for line in lines if line.startswith(name_of("core.kind", kind)))
        assert f"步行 {row['walk_m']:,.0f} 米，约 {int(row['walk_min'] + 0.5)} 分钟" in told
    assert set(routes["gate_id"]) <= set(
        work["joins"].set_index("point_id").loc[[home], "access_id"]
    )
    assert any("推定" in line for line in lines)


def test_any_place_may_be_the_start_and_any_outlet_the_end(office):
    """From longitude and latitude, to one outlet by its name; the way to the street counts."""
    lon, lat = degrees(1.0, 3.0)
    lines = ask(office, "route", start=f"{lon},{lat}", to="早餐1")
    (route,) = layer(office).to_dict("records")
    assert route["dest_name"] == "早餐1"
    assert route["walk_m"] == pytest.approx(300.0, abs=0.5)
    assert "步行 300 米，约 5 分钟（直线 300 米）" in lines[1]
    ask(office, "route", start=f"{lon},{lat}", kind="wet_market")
    assert layer(office)["kind"].tolist() == ["wet_market"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"start": "新村4"}, "新村4-0、新村4-10、新村4-12"),
        ({"start": "新村4-2", "to": "早餐"}, "早餐1、早餐2、早餐3"),
        ({"start": "新村4-2", "kind": "housekeeping"}, "家政"),
    ],
)
def test_what_is_not_known_is_told_with_what_is_like_it(office, asked, said):
    """A name of nothing names what is like it; a kind without a register says so."""
    with pytest.raises(LivelihoodMapError, match=said):
        ask(office, "route", **asked)
