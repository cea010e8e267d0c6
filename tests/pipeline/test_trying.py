"""A run that tries changes out gives what the changed tables give, aside, and says what it is."""

from __future__ import annotations

import json

import geopandas as gpd
import openpyxl
import pytest
from shapely import LineString, Point

from livelihood_map import pipeline
from livelihood_map.cli import main
from livelihood_map.core.settings import load_settings
from livelihood_map.core.tables import EDITS
from livelihood_map.pipeline.what_if import what_if


@pytest.fixture(scope="module")
def base(shared_office):
    """Return the office's stored run."""
    return pipeline.open_workspace(load_settings(shared_office))


def write(base, *rows):
    """Write changes given as (action, shape, columns); return file and table."""
    listed = [{"edit_id": str(n), "action": row[0], **row[2]} for n, row in enumerate(rows, 1)]
    edits = EDITS.conform(
        gpd.GeoDataFrame(listed, geometry=[row[1] for row in rows], crs=base["towns"].crs)
    )
    path = base.settings.resolve("changes.geojson")
    features = json.loads(edits.to_crs(4326).to_json(drop_id=True))["features"]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path, edits


def tried(base, path, folder, **stages):
    """Return a run that tries a file of changes out in a folder."""
    return pipeline.run(pipeline.set_aside(base.settings, path, folder), **stages)


def test_a_run_that_tries_changes_gives_what_the_changed_tables_give(base, tmp_path):
    """Outlets, a path, a street and gates: walks and gates are equal to those changed in place."""
    market = base["facilities"].query("kind == 'wet_market'").iloc[0]
    gates, edges = base["gates"], base["edges"]
    street = edges.iloc[len(edges) // 2].geometry.interpolate(0.5, normalized=True)
    home = base["residences"].iloc[5]
    middle = home.geometry.centroid
    path, edits = write(
        base,
        ("close_outlet", market.geometry, {"facility_id": market["facility_id"]}),
        ("add_outlet", Point(middle.x + 90, middle.y), {"kind": "wet_market", "name": "新菜场"}),
        ("path", LineString([(middle.x - 90, middle.y), (middle.x + 90, middle.y + 3)]), {}),
        ("close_street", street, {}),
        ("close_gate", gates.iloc[0].geometry, {"residence_id": gates.iloc[0]["residence_id"]}),
        ("open_gate", Point(middle.x + 30, middle.y),
         {"residence_id": home["residence_id"]}),
    )  # fmt: skip
    stored = {name: base[name] for name in ("coverage", "gates", "facilities", "edges")}
    run = tried(base, path, tmp_path / "tried", last="coverage")
    expected = what_if(base, edits)
    assert (
        run["gates"]
        .drop(columns="geometry")
        .equals(expected.work["gates"].drop(columns="geometry"))
    )
    assert run["coverage"].equals(expected.measure())
    assert not run["coverage"]["walk_m"].equals(stored["coverage"]["walk_m"])
    again = pipeline.open_workspace(base.settings)
    assert all(again[name].equals(table) for name, table in stored.items())


def test_dropped_sites_are_left_out_and_moved_ones_stand_elsewhere(base, tmp_path):
    """The plan of such a run holds the moved site and not the dropped one; both are told."""
    sites = base["sites"]
    first, second = sites.iloc[0], sites.iloc[1]
    place = Point(second.geometry.x + 150, second.geometry.y)
    path, _ = write(
        base,
        ("drop_site", first.geometry, {"candidate_id": first["candidate_id"]}),
        ("move_site", place, {"candidate_id": second["candidate_id"], "name": "新址"}),
        ("drop_site", place, {"candidate_id": "gone-7"}),
    )
    run = tried(base, path, tmp_path / "tried", last="siting")
    chosen = run["sites"]
    assert not {first["candidate_id"], second["candidate_id"]} & {*chosen["candidate_id"]}
    moved = chosen[chosen["candidate_id"] == "listed-edit-2"]
    assert moved["name"].tolist() == ["新址"]
    assert moved.geometry.iloc[0].distance(place) < 0.01
    assert any("gone-7" in remark for remark in run.remarks)
    dropped = run["candidates"].set_index("candidate_id").loc[first["candidate_id"]]
    assert (dropped["is_rejected"], dropped["excluded_by"]) == (True, "what_if")


@pytest.mark.parametrize(
    ("lang", "said"), [("zh", "假设方案，不是现状"), ("en", "What if, not the state")]
)
def test_every_output_says_that_it_is_a_what_if(base, shared_office, tmp_path, capsys, lang, said):
    """The command, workbooks and pages name the file of changes; the run itself is left alone."""
    market = base["facilities"].query("kind == 'wet_market'").iloc[0]
    path, _ = write(base, ("close_outlet", market.geometry, {"facility_id": market["facility_id"]}))
    before = {file: file.read_bytes() for file in base.folder.rglob("*.json")}
    folder = tmp_path / lang
    given = ["run", str(shared_office), "--what-if", str(path), "--out", str(folder)]
    assert main([*given, "--lang", lang, "-q"]) == 0
    assert said in capsys.readouterr().out
    assert said in (folder / "maps" / "planner.html").read_text("utf-8")
    for name in ("coverage.xlsx", "sites.xlsx"):
        book = openpyxl.load_workbook(folder / name)
        for page in book:
            cells = [str(cell.value) for row in page.iter_rows(max_row=40) for cell in row]
            assert any(said in cell for cell in cells), (name, page.title)
    assert {file: file.read_bytes() for file in base.folder.rglob("*.json")} == before
    assert main(["replay", str(folder / "run.json"), "--lang", lang, "-q"]) == 0
