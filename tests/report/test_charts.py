from __future__ import annotations

from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from reported_town import report_context, report_tables

from livelihood_map.core.fonts import FontError, find_chinese_font
from livelihood_map.report.charts import (
    curve_of_sites,
    draw_curve,
    draw_evenness,
    draw_towns,
    draw_walks,
    reached_share,
)
from livelihood_map.report.figures import measure_evenness


@pytest.fixture(scope="module", autouse=True)
def _has_font():
    """Charts need a Chinese font."""
    try:
        find_chinese_font()
    except FontError:
        pytest.skip("no Chinese font here: install fonts-noto-cjk")


def draw_all() -> list[bytes]:
    """Return one chart of each sort."""
    tables, standard = report_tables(), report_context().standard
    rows = {"kind": "breakfast", "walker": "standard", "standard": standard}
    return [
        draw_towns(tables.town_coverage, **rows),
        draw_walks(tables, **rows),
        draw_walks(tables, **rows, town_id="east"),
        draw_evenness(
            measure_evenness(tables, standard=standard, cutoff_m=2000),
            kind="breakfast",
        ),
        draw_curve(curve_of_sites(tables.sites), kind="breakfast", threshold_m=500),
    ]


def test_charts_are_pictures_and_the_same_to_the_byte():
    """Each chart is a PNG of the width of a page, and two drawings are equal."""
    from PIL import Image

    first = draw_all()
    assert first == draw_all()
    for picture in first:
        with Image.open(BytesIO(picture)) as image:
            assert image.format == "PNG"
            assert image.width == 1228


def test_no_glyph_is_missing():
    """No character of the charts is drawn as an empty box: matplotlib would warn."""
    draw_all()


def test_a_long_name_leaves_the_chart_its_room():
    """A town's name of a hundred letters is shortened: matplotlib would warn of a lost plot."""
    tables, standard = report_tables(), report_context().standard
    by_town = tables.town_coverage.assign(town_name="很长的名字" * 20)
    draw_towns(by_town, kind="breakfast", walker="standard", standard=standard)


def test_curve_starts_without_sites_and_ends_with_the_plan():
    """The first point is the coverage before any site, the last that of the whole plan."""
    curve = curve_of_sites(report_tables().sites)
    assert curve["sites_n"].tolist() == [0, 1]
    assert curve["covered_share"].tolist() == pytest.approx([0.4, 0.6])


def test_no_curve_without_shares():
    """Sites that know no shares have no curve."""
    sites = report_tables().sites.assign(cumulative_share=np.nan)
    assert curve_of_sites(sites).empty


def test_reached_share_counts_those_who_reach_nothing():
    """The curve ends at the share of people who reach something, not at one."""
    _, shares = reached_share(np.array([2.0, np.nan]), np.array([3.0, 1.0]))
    assert shares[-1] == 0.75


def test_share_at_the_quarter_is_the_covered_share():
    """The curve at 15 minutes is the covered share of the table."""
    tables = report_tables()
    rows = tables.coverage[
        (tables.coverage["kind"] == "wet_market") & (tables.coverage["walker"] == "standard")
    ]
    people = rows["demand_id"].map(tables.demand.set_index("demand_id")["population"])
    minutes, shares = reached_share(rows["walk_min"].to_numpy(), people.to_numpy())
    told = shares[np.searchsorted(minutes, 15, side="right") - 1]
    own = tables.town_coverage.set_index(["town_id", "kind", "walker"])["covered_share"]
    assert told == pytest.approx(own["ALL", "wet_market", "standard"])


def test_towns_without_a_plan_show_the_present_only():
    """Without columns after the plan the chart is drawn all the same."""
    table = report_tables().town_coverage
    present = table[[name for name in table.columns if not name.endswith("_after")]]
    picture = draw_towns(
        pd.DataFrame(present),
        kind="breakfast",
        walker="standard",
        standard=report_context().standard,
    )
    assert picture.startswith(b"\x89PNG")
