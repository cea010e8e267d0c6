"""The page walks as the engine does: a second implementation, compared edit by edit."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest
import shapely
from engine_session import EngineSession
from even_lattice import build_even_lattice
from page_walker import NodeWalker
from random_edits import RandomEdits
from walked_district import CRS, CUTOFF_M, EAST, KINDS, NORTH, STANDARD, build_walked_district

from livelihood_map.coverage import find_journeys, select_middle
from livelihood_map.load.edits import load_edits
from livelihood_map.mapping.assets import MODULES, module_text
from livelihood_map.mapping.walk_pack import pack_walks

GATES_OF_ROUTE = ("gate_id", "dest_gate_id")
COVERS = {
    kind: {"target": STANDARD.kind(kind).aim_m, "threshold": STANDARD.kind(kind).threshold_m}
    for kind in KINDS
}


@pytest.fixture(scope="module")
def told():
    """Return the tables of the drawn district."""
    return build_walked_district()


@pytest.fixture(scope="module")
def engine(told):
    """Return the engine's side."""
    return EngineSession(told, standard=STANDARD, cutoff_m=CUTOFF_M)


@pytest.fixture
def page(told):
    """Return the page's side."""
    walker = NodeWalker()
    walker.load(packed(told))
    yield walker
    walker.close()


def written(value):
    """Return a text of a table, empty where it is missing."""
    return value if isinstance(value, str) else ""


def packed(told):
    """Return the bytes for a page."""
    given = {"standard": STANDARD, "kinds": list(KINDS), "cutoff_m": CUTOFF_M}
    return pack_walks(told, walker=STANDARD.walker("standard"), **given)


def test_random_edits_give_the_engine_s_walks(page, engine):
    """After every one of 50 random edits each walk is the engine's to the millimetre."""
    edits = RandomEdits(page, engine, seed=20, kinds=KINDS, covers=COVERS)
    account = edits.run(50)
    assert account.differences == []
    assert {"add", "close", "gate", "path", "undo"} <= set(account.by_action)


def test_edits_are_refused_for_the_engine_s_reasons(page):
    """An outlet without a street is refused, and so is what is already so; nothing changes."""
    before = page.ask("measure", kind="breakfast")
    far = page.edit("addOutlet", "breakfast", {"x": EAST - 5000, "y": NORTH}, "x")
    near = page.edit("addOutlet", "breakfast", {"x": EAST - 400, "y": NORTH}, "x")
    assert [far["reason"], near["reason"]] == ["off_network", "too_far"]
    assert page.edit("addOutlet", "school", {"x": EAST, "y": NORTH}, "x")["reason"] == "unknown"
    assert page.edit("openGate", 0)["reason"] == "open"
    assert page.edit("shutGate", 10_000)["reason"] == "unknown"
    assert page.edit("addPath", [{"x": EAST, "y": NORTH}])["reason"] == "too_short"
    assert page.ask("measure", kind="breakfast") == before


def test_undo_and_redo_go_back_and_forth(page):
    """Taking an edit back gives the walks before it; making it again those after it."""
    before = page.ask("measure", kind="wet_market")
    assert page.edit("closeOutlet", 0)["isDone"]
    after = page.ask("measure", kind="wet_market")
    assert after != before
    page.edit("undo")
    assert page.ask("measure", kind="wet_market") == before
    page.edit("redo")
    assert page.ask("measure", kind="wet_market") == after


def test_who_gains_and_who_loses_adds_up_to_the_totals(page, told):
    """The people of the towns add up to the whole, and changes to the difference of the totals."""
    for number in np.flatnonzero(told.outlets["kind"] == "breakfast")[:-2].tolist():
        page.edit("closeOutlet", number)
    rows = page.ask("totals", kind="breakfast")
    whole = {crowd["name"]: crowd for crowd in rows[-1]["crowds"]}
    for name, crowd in whole.items():
        parts = [one for row in rows[:-1] for one in row["crowds"] if one["name"] == name]
        assert sum(one["all"] for one in parts) == crowd["all"]
    people = told.demand.sort_values("demand_id")["population"].to_numpy()
    changes = page.ask("changes", kind="breakfast")
    lost = sum(people[one["demand"]] * (one["after"][1] - one["before"][1]) for one in changes)
    before, after = whole["population"]["threshold"]
    assert lost == after - before < 0


def test_a_route_is_as_long_as_the_walk_and_keeps_to_the_streets(page, told):
    """The line of a route is as long as its walk, and keeps to the streets behind the gate."""
    streets = shapely.STRtree(told.network.lines)
    reached = 0
    for point in range(len(told.demand)):
        for kind in KINDS:
            route = page.ask("route", **{"from": {"demand": point}}, kind=kind)
            if not route["isReached"]:
                continue
            reached += 1
            line = shapely.LineString(route["line"]) if len(route["line"]) > 1 else None
            length = 0.0 if line is None else line.length
            assert abs(length - route["mm"] / 1000) < 0.002
            if line is None or not route["steps"]:  # an outlet of its own: straight
                continue
            vertices = shapely.points(
                route["line"][2 if route["gate"] >= 0 else 1 : -2 if route["goalGate"] >= 0 else -1]
            )
            _, away = streets.query_nearest(vertices, all_matches=False, return_distance=True)
            assert away.max(initial=0.0) < 0.5
    assert reached > len(told.demand)


def test_of_equals_both_sides_take_the_same_edge_and_name_the_same_outlet():
    """Where edges and outlets are exactly as near as others, rules 4 and 8 decide on both sides."""
    told = build_even_lattice()
    walker = NodeWalker()
    walker.load(packed(told))
    engine = EngineSession(told, standard=STANDARD, cutoff_m=CUTOFF_M)
    for kind in KINDS:
        mm, outlet = engine.walks(kind)
        ours = walker.ask("measure", kind=kind)
        assert (ours["mm"], ours["outlet"]) == (mm.tolist(), outlet.tolist())
    joins = engine.now["joins"]
    own = told.network.edge_numbers(joins["u"], joins["v"], joins["key"])
    assert walker.ask("joins") == own.tolist()
    walker.close()


def test_a_compound_is_coloured_by_its_middle_demand_point(page, told):
    """The walk of a compound is that of the point from which half of its people walk no farther."""
    engine = EngineSession(told, standard=STANDARD, cutoff_m=CUTOFF_M)
    residences = pd.DataFrame({"residence_id": told.homes})
    for kind in KINDS:
        mm, _ = engine.walks(kind)
        coverage = engine.demand[["demand_id"]].assign(
            kind=kind,
            walker="standard",
            walk_m=np.where(mm < 0, np.nan, mm / 1000),
            is_covered=True,
        )
        middle = select_middle(coverage, engine.demand, residences).set_index("residence_id")
        theirs = (middle["walk_m"] * 1000).round().fillna(-1).astype(int)
        ours = dict(page.ask("homes", kind=kind))
        assert {told.homes[home]: walk for home, walk in ours.items()} == theirs.to_dict()


def test_a_route_tells_what_the_command_tells(page, told, engine):
    """Outlet, metres, gates, barriers and the outlet nearer by air are those of `find_journeys`."""
    engine.walks(KINDS[0])
    points, ids = engine.demand.set_index("demand_id").geometry, engine.first["outlets"]
    journeys = find_journeys(
        told.network, (points, engine.first["joins"]), told.outlets, standard=STANDARD,
        kinds=KINDS, walker="standard", cutoff_m=CUTOFF_M, options=told.options,
    )  # fmt: skip
    names, gates = ids["facility_id"].tolist(), engine.first["gates"]["gate_id"].tolist()
    for row in journeys.to_dict("records"):
        point = points.index.get_loc(row["origin_id"])
        route = page.ask("route", **{"from": {"demand": point}}, kind=row["kind"])
        assert route["isReached"] == isinstance(row["dest_id"], str)
        if route["isReached"]:
            assert names[route["outlet"]] == row["dest_id"]
            assert route["mm"] == round(row["walk_m"] * 1000)
            assert route["straightM"] == pytest.approx(row["straight_m"], abs=6e-4)
            assert ";".join(route["barriers"]) == written(row["barriers"])
            ends = [gates[one] if one >= 0 else None for one in (route["gate"], route["goalGate"])]
            assert ends == [written(row[one]) or None for one in GATES_OF_ROUTE]
        nearer = route["nearer"]
        assert (nearer is not None) == isinstance(row["nearer_id"], str)
        if nearer is not None:
            assert names[nearer["outlet"]] == row["nearer_id"]
            assert ";".join(nearer["barriers"]) == written(row["nearer_barriers"])
            metres = row["nearer_walk_m"]
            assert nearer["mm"] == (-1 if np.isnan(metres) else round(metres * 1000))
    assert journeys["nearer_id"].notna().sum() > 20
    assert journeys["barriers"].notna().sum() > 20
    assert journeys["dest_id"].isin(told.options.own["facility_id"]).any()


def test_modules_enter_a_page_as_scripts_whose_names_stand_once():
    """Modules lose imports and exports on the way into a page; no other script has their names."""
    declared = re.compile(r"^(?:async )?(?:function|class|const|let|var) (\w+)", re.MULTILINE)
    texts = [module_text(f"{name}.js") for name in MODULES]
    assert not any(re.search(r"^(?:import|export)\b", text, re.MULTILINE) for text in texts)
    own = files("livelihood_map.mapping") / "assets" / "own"
    texts += [one.read_text("utf-8") for one in own.iterdir() if one.name.endswith(".js")]
    names = [name for text in texts for name in set(declared.findall(text))]
    ours = {name for text in texts[: len(MODULES)] for name in declared.findall(text)}
    assert len(ours) > 40
    assert sorted(name for name in ours if names.count(name) > 1) == []
    assert {"unpackWalks", "createScenario"} <= ours


def test_the_best_place_for_one_more_is_the_engine_s(page, told):
    """After every edit the best candidate, and whom it gains, are the engine's plan of one site."""
    engine = EngineSession(told, standard=STANDARD, cutoff_m=CUTOFF_M)
    edits = RandomEdits(page, engine, seed=4, kinds=["breakfast"], covers=COVERS)
    found = set()
    for number in range(1, 9):
        edits.run(number)
        best = page.ask("best", kind="breakfast")
        candidate, gained = engine.best_one_more("breakfast")
        assert (best["id"], best["gained"]) == (candidate, pytest.approx(gained))
        found.add(candidate)
        page.edit("addOutlet", "breakfast", {"x": best["x"], "y": best["y"]}, "best")
        x, y = page.ask("metres", places=page.ask("degrees", places=[[best["x"], best["y"]]]))[0]
        engine.add_outlet("breakfast", x, y)
    assert len(found) > 3
    assert page.ask("best", kind="housekeeping") is None


def test_a_saved_scenario_opens_as_the_same_and_is_read_by_the_commands(page, told, tmp_path):
    """The file holds what the scenario has become, and the commands read every change of it."""
    homes = list(told.homes)
    x, y = told.demand.geometry.iloc[0].coords[0]
    page.edit("addPath", [{"x": x, "y": y - 120}, {"x": x + 90, "y": y + 60}])
    page.edit("shutGate", 0)
    page.edit("addGate", homes.index(told.gates["residence_id"].iloc[4]), {"x": x, "y": y})
    page.edit("closeOutlet", 0)
    page.edit("moveOutlet", 1, {"x": EAST + 300, "y": NORTH + 200})
    gone = page.edit("addOutlet", "breakfast", {"x": EAST + 20, "y": NORTH + 10}, "gone")
    page.edit("closeOutlet", gone["outlet"])
    page.edit("addOutlet", "housekeeping", {"x": EAST + 500, "y": NORTH + 20}, "新店")
    before = {kind: page.ask("measure", kind=kind)["mm"] for kind in KINDS}
    saved = page.ask("save")
    page.edit("clear")
    assert page.ask("open", content=saved) == []
    assert {kind: page.ask("measure", kind=kind)["mm"] for kind in KINDS} == before
    assert [one["geometry"] for one in page.ask("save")["features"]] == [
        one["geometry"] for one in saved["features"]
    ]
    path = tmp_path / "changes.geojson"
    path.write_text(json.dumps(saved, ensure_ascii=False), encoding="utf-8")
    edits = load_edits(str(path), crs=CRS, base=tmp_path)
    assert edits["action"].tolist() == [one["properties"]["action"] for one in saved["features"]]
    assert edits["name"].dropna().tolist() == ["新店"]


def test_changes_that_a_file_cannot_mean_are_told(page):
    """What cannot be made of a file is listed by its number and reason; the rest is made."""
    point = {"type": "Point", "coordinates": [121.36, 31.09]}
    features = [
        {"properties": {"action": "close_street"}, "geometry": point},
        {"properties": {"action": "close_outlet", "facility_id": "nobody"}, "geometry": point},
        {"properties": {"action": "path"}, "geometry": point},
        {"properties": {"action": "close_outlet", "facility_id": "f00"}, "geometry": point},
        None,
    ]
    failed = page.ask("open", content={"features": features})
    reasons = {1: "action", 2: "unknown", 3: "shape", 5: "shape"}
    assert {one["number"]: one["reason"] for one in failed} == reasons
    assert page.ask("open", content="no file") == []
