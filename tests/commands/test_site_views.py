"""A file of changes is read as a review of the sites that it drops, moves or adds."""

from __future__ import annotations

import json

import pytest
from small_office import degrees

from livelihood_map import pipeline
from livelihood_map.commands.review import review
from livelihood_map.commands.site_views import views_of_changes
from livelihood_map.core.errors import SourceError
from livelihood_map.core.settings import load_settings


@pytest.fixture(scope="module")
def run(shared_office):
    """Return the office's stored run."""
    return pipeline.open_workspace(load_settings(shared_office))


def write(run, *rows):
    """Write changes given as (action, lattice place, columns) and return the file."""
    features = [
        {
            "type": "Feature",
            "properties": {"action": action, **columns},
            "geometry": {"type": "Point", "coordinates": degrees(*place)},
        }
        for action, place, columns in rows
    ]
    path = run.settings.resolve("changes.geojson")
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def read(run, *rows, office=()):
    """Return the views of changes."""
    path = write(run, *rows)
    return views_of_changes(path, run["sites"], kind="breakfast", office=frozenset(office))


def test_a_moved_site_is_refused_and_its_new_place_proposed(run):
    """Dropped and moved sites are refused, new places proposed, all other sites left open."""
    ids = run["sites"]["candidate_id"].tolist()
    views = read(
        run,
        ("drop_site", (1, 1), {"candidate_id": ids[0]}),
        ("move_site", (5, 5), {"candidate_id": ids[1], "name": "新址"}),
        ("add_outlet", (7, 7), {"kind": "breakfast"}),
    )
    verdicts = views.views.set_index("candidate_id")["verdict"]
    assert verdicts[ids].tolist() == ["rejected", "rejected"] + ["open"] * (len(ids) - 2)
    assert views.proposals["name"].tolist() == ["新址", ""]
    places = views.proposals[["lon", "lat"]].to_numpy().tolist()
    assert places == [pytest.approx(degrees(5, 5)), pytest.approx(degrees(7, 7))]
    assert views.slips.empty


def test_what_a_review_cannot_do_is_told_at_once(run):
    """A change of another kind, a site that is gone and one that the office has fixed."""
    ids = run["sites"]["candidate_id"].tolist()
    with pytest.raises(SourceError) as caught:
        read(
            run,
            ("close_outlet", (1, 1), {}),
            ("add_outlet", (1, 1), {"kind": "wet_market"}),
            ("drop_site", (1, 1), {"candidate_id": "gone-7"}),
            ("drop_site", (1, 1), {"candidate_id": ids[0]}),
            office=ids[:1],
        )
    told = [str(problem) for problem in caught.value.problems]
    assert len(told) == 4
    for text, word in zip(
        told, ("--what-if", "--what-if", "gone-7", "siting.rules.fixed"), strict=True
    ):
        assert word in text


def test_a_review_takes_the_file(run, tmp_path):
    """The new plan has not the dropped site; its price stands among the lines."""
    first = run["sites"].iloc[0]
    path = write(run, ("drop_site", (1, 1), {"candidate_id": first["candidate_id"]}))
    lines = review(run.settings, path, output=tmp_path / "reviewed")
    assert any(first["name"] in line for line in lines)
    assert (tmp_path / "reviewed" / "sites.xlsx").exists()
