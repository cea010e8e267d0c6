"""A run shows itself, and answers what changes would bring as a run with them does."""

from __future__ import annotations

import html

import folium
import geopandas as gpd
import pandas as pd
import pytest

import livelihood_map as lm
from livelihood_map.core.errors import SchemaError, SourceError
from livelihood_map.core.labels import use_lang
from livelihood_map.core.tables import EDITS
from livelihood_map.pipeline.what_if import what_if


@pytest.fixture(scope="module")
def run(office_run):
    """Return the run of the two-town office, opened."""
    return lm.open_workspace(lm.load_settings(office_run))


def test_a_run_is_a_line_and_a_table_and_no_page_of_settings(run):
    """In a notebook a run is its district's coverage; printed it is one line."""
    assert len(repr(run)) < 400
    with use_lang("en"):
        shown = run._repr_html_()
    assert "Breakfast outlet" in shown
    whole = run["town_coverage"].query("town_id == 'ALL' and kind == 'breakfast'")
    assert f"{whole['covered_share'].iloc[0]:.1%}" in shown


def test_the_map_of_a_run_is_a_folium_map_that_opens_with_no_internet(run, tmp_path):
    """What is added with Folium is on the page, and the page asks for nothing."""
    shown = run.explore("breakfast")
    assert isinstance(shown, folium.Map)
    folium.CircleMarker([31.05, 121.37], radius=31).add_to(shown)
    shown.save(tmp_path / "map.html")
    page = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert '"radius": 31' in page
    assert "default-src &#x27;none&#x27;" in page
    assert 'src="http' not in page
    assert html.unescape(shown._repr_html_()).count("showFrames(") == page.count("showFrames(")


def test_what_would_need_the_internet_is_refused_by_name(run):
    """A tile layer or a library from outside cannot be in a page that opens without internet."""
    shown = run.explore("breakfast")
    folium.Marker([31.05, 121.37], popup="x").add_to(shown)
    with pytest.raises(SourceError):
        shown.page()


def test_the_planner_s_map_is_an_object_too(run):
    """The page of the object is the page that the run has written, but for its mark."""
    shown = lm.draw_map(run)
    assert isinstance(shown, folium.Map)
    written = (run.maps / "planner.html").read_text(encoding="utf-8")
    assert abs(len(shown.page()) - len(written)) < 500


def test_the_map_counts_the_compounds_of_the_table(run):
    """Covered and not covered on the map are as many as in the table."""
    homes = run.homes("breakfast")
    own = run["residence_coverage"].query("kind == 'breakfast' and walker == 'standard'")
    assert len(homes) == len(own)
    axes = run.plot("breakfast")
    words = [text.get_text() for text in axes.get_legend().get_texts()]
    counts = homes["is_covered"].value_counts()
    assert {f"{counts[True]:,}", f"{counts[False]:,}"} <= {word.split(" · ")[-1] for word in words}


def test_changes_give_what_a_file_of_the_same_changes_gives(run):
    """Opening one outlet and closing another is measured as the same table of edits is."""
    facilities = run["facilities"].query("kind == 'breakfast' and status == 'operating'")
    close = facilities["facility_id"].iloc[0]
    place = run["residences"].geometry.iloc[[7]].representative_point()
    after = run.with_changes(add=place.to_crs("EPSG:4326"), close=[close])
    edits = gpd.GeoDataFrame(
        {"edit_id": ["1", "2"], "action": ["add_outlet", "close_outlet"],
         "kind": ["breakfast", None], "facility_id": [None, close]},
        geometry=[place.iloc[0], facilities.geometry.iloc[0]], crs=facilities.crs,
    )  # fmt: skip
    same = what_if(run, EDITS.conform(edits)).measure()
    columns = ["demand_id", "kind", "walk_m", "is_covered"]
    pd.testing.assert_frame_equal(after["coverage"][columns], same[columns], atol=0.002)
    assert after.covered("breakfast") != run.covered("breakfast")
    assert run["facilities"].equals(lm.open_workspace(run.settings)["facilities"])


def test_no_change_changes_nothing(run):
    """Without a change the coverage is that of the run."""
    pd.testing.assert_frame_equal(run.with_changes()["coverage"], run["coverage"])


def test_an_outlet_that_is_not_there_cannot_close(run):
    """A closure of an unknown outlet is told, not passed over."""
    with pytest.raises(SourceError, match="nowhere"):
        run.with_changes(close=["nowhere"])


def test_a_kind_that_was_not_measured_is_told(run):
    """A map of a kind that the run lacks names the kinds that it has."""
    with pytest.raises(SchemaError, match="wet_market"):
        run.explore("housekeeping")
