"""Places along every street, in towns whose best places are arithmetic."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from drawn_streets import DrawnTown

from livelihood_map.candidates import Asking, list_asked
from livelihood_map.candidates.street_places import find_street_places
from livelihood_map.core.settings import FRONTAGE, SitingSettings
from livelihood_map.network import join_points, measure_walks
from livelihood_map.siting import choose_sites

STAR = """
   c
   |
a--+--b
"""
RING = """
+-a-+
|   |
|   |
+-b-+
"""
SPUR = """
a-+-b
  |
  |
  |
  C
"""
BEHIND = """
   c
   %
a--+--b
"""
SQUARE = """
+-----+
|     |
a     b
|     |
+-----+
"""


def places_of(town, within_m, *, areas=None, barred=None, apart_m=0.0):
    """Return the street's candidates of a town where nobody has an outlet yet."""
    asked = pd.DataFrame({"point_id": town.demand["demand_id"], "within_m": within_m})
    asking = Asking(
        network=town.network, joins=town.joins, asked=asked, barred=barred, apart_m=apart_m
    )
    return find_street_places(asking, town.towns, classes=FRONTAGE, areas=areas)


def reached_from(town, places, within_m):
    """Return whom each candidate reaches when it is joined and walked to as in a run."""
    at = join_points(town.network, places, id_column="candidate_id", limit_m=1.0)
    walks = measure_walks(town.network, town.joins, at, cutoff_m=within_m)
    near = walks.groupby("dest_id")["origin_id"].agg(lambda ids: "".join(sorted(ids)))
    return places["candidate_id"].map(near)


@pytest.mark.parametrize(
    ("picture", "within_m", "expected"),
    [
        pytest.param("a--------b", 450.0, ["ab"], id="mid-edge"),
        pytest.param("a-------b", 400.0, ["ab"], id="two homes with one midpoint"),
        pytest.param("a-------b", 399.9, ["a", "b"], id="a midpoint too far from both"),
        pytest.param("---a---", 250.0, ["a"], id="one home"),
        pytest.param("a--===--b", 400.0, ["a", "b"], id="the middle is a bridge"),
        pytest.param("a--===--b", 600.0, ["ab"], id="the end of a bridge, across which one walks"),
        pytest.param("a--:::--b", 400.0, ["a", "b"], id="the middle is a footpath"),
        pytest.param("a--%%%--b", 900.0, ["a", "b"], id="no way through a private way"),
        pytest.param("a--%b", 300.0, ["ab"], id="out of a private way into the street"),
        pytest.param(STAR, 300.0, ["abc"], id="the junction alone"),
        pytest.param(STAR, 250.0, ["ac", "bc"], id="on either side of the junction"),
        pytest.param(BEHIND, 300.0, ["abc"], id="a home behind a wall"),
        pytest.param(RING, 350.0, ["ab"], id="two midpoints of a ring, one of them kept"),
        pytest.param(SQUARE, 500.0, ["ab"], id="round the block"),
        pytest.param(SPUR, 300.0, ["Cab"], id="down the spur, not at the junction"),
        pytest.param("a----b----c----d", 300.0, ["ab", "bc", "cd"], id="neighbours two by two"),
        pytest.param(":a:", 300.0, [], id="no street with a front"),
    ],
)
def test_the_best_places_of_a_drawn_town_are_kept_and_no_others(picture, within_m, expected):
    """Each set of homes that can be reached together stands once, unless another holds it."""
    town = DrawnTown(picture)
    places = places_of(town, within_m)
    streets = places[places["excluded_by"].isna()]
    assert sorted(reached_from(town, streets, within_m)) == expected


@pytest.mark.parametrize(
    ("picture", "within_m", "place"),
    [
        ("a--------b", 450.0, (0.0, 4.5)),
        (STAR, 300.0, (0.0, 3.0)),
        ("a--===--b", 600.0, (0.0, 2.0)),
        (SPUR, 300.0, (3.0, 2.0)),
    ],
)
def test_a_place_stands_where_arithmetic_puts_it(picture, within_m, place):
    """The only place that reaches everybody is found to the millimetre."""
    town = DrawnTown(picture)
    places = places_of(town, within_m)
    row, column = town.place(places.geometry.iloc[0])
    assert (row, column) == pytest.approx(place, abs=1e-4)


def test_other_ways_are_kept_aside_where_they_would_bring_more():
    """A footpath's middle that reaches both homes is a candidate rejected for want of a front."""
    town = DrawnTown("a--:::--b")
    places = places_of(town, 400.0)
    ways = places[places["excluded_by"] == "no_frontage"]
    assert reached_from(town, ways, 400.0).tolist() == ["ab"]
    assert not (places_of(DrawnTown("a--===--b"), 400.0)["excluded_by"] == "no_frontage").any()


def test_a_border_keeps_a_place_on_either_side():
    """Where the best stretch lies in two towns each has its place: rules may tell them apart."""
    town = DrawnTown("a----b", halves=True)
    places = places_of(town, 300.0)
    assert reached_from(town, places, 300.0).tolist() == ["ab", "ab"]
    assert sorted(town.place(point)[1] for point in places.geometry) == [2.25, 2.75]


def test_where_outlets_keep_apart_each_square_keeps_a_place():
    """With a rule of 200 m the 800 m around one home hold a place every 200 m, not one in all."""
    town = DrawnTown("-----a-----")
    assert len(places_of(town, 400.0)) == 1
    columns = [town.place(point)[1] for point in places_of(town, 400.0, apart_m=200.0).geometry]
    assert sorted(int(column // 2) for column in columns) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("word", ["areas", "barred"])
def test_nothing_stands_in_areas_of_the_office_or_in_water(word):
    """With the middle stretch barred no place reaches both homes, and none lies inside."""
    town = DrawnTown("a-------b")
    lake = shapely.box(*town._xy(-1, 3), *town._xy(1, 5))
    shapes = gpd.GeoSeries([lake], crs=town.towns.crs)
    given = {word: shapes if word == "barred" else gpd.GeoDataFrame(geometry=shapes)}
    places = places_of(town, 450.0, **given)
    assert sorted(reached_from(town, places, 450.0)) == ["a", "b"]
    assert not places.intersects(shapely.buffer(lake, -0.001)).any()


def test_ids_are_unique_and_say_where():
    """Places within a metre of one another have ids of their own."""
    town = DrawnTown("a----b----c----d")
    places = places_of(town, 250.2)
    assert places["candidate_id"].is_unique
    assert places["candidate_id"].str.startswith("street-121.").all()


def test_those_who_ask_live_there_and_have_no_outlet_within_the_walk():
    """A home asks once for each walk without an outlet within it, an empty one never."""
    town = DrawnTown("a-b-c")
    demand = town.demand.assign(population=[10.0, 10.0, 0.0])
    coverage = pd.DataFrame(
        {"demand_id": ["a", "b", "c"], "kind": "breakfast", "walker": "standard",
         "walk_m": [400.0, 800.0, None]}
    )  # fmt: skip
    asked = list_asked(
        demand, coverage, kind="breakfast", walker="standard", within_m=[1000.0, 500.0]
    )
    assert asked.to_numpy().tolist() == [["b", 500.0]]


def plan_of(town, sites_n, *within_m):
    """Return the plan of a town where nobody has an outlet yet, the first walk first."""
    asked = list_asked(
        town.demand, nowhere(town), kind="breakfast", walker="standard", within_m=within_m
    )
    asking = Asking(network=town.network, joins=town.joins, asked=asked)
    places = find_street_places(asking, town.towns, classes=FRONTAGE)
    places = places.assign(
        town_id="west", is_rejected=False, is_fixed=False, name=places["candidate_id"]
    )
    at = join_points(town.network, places, id_column="candidate_id", limit_m=1.0)
    walks = measure_walks(town.network, town.joins, at, cutoff_m=max(within_m))
    settings = SitingSettings(sites_n=sites_n, tiers_m=list(within_m))
    return choose_sites(
        places, town.demand, walks, nowhere(town), settings=settings, threshold_m=within_m[-1],
        seed=1,
    )  # fmt: skip


def nowhere(town):
    """Return the coverage of a town without outlets."""
    return pd.DataFrame(
        {"demand_id": town.demand["demand_id"], "kind": "breakfast", "walker": "standard"}
    ).assign(walk_m=float("nan"))


def test_two_sites_of_a_drawn_street_reach_what_arithmetic_says():
    """Of four homes in a row both outer pairs are reached, and no place would be better."""
    plan = plan_of(DrawnTown("A----b----c----D"), 2, 250.0)
    assert (plan.objective, plan.bound, plan.status) == (220.0, 220.0, "optimal")


@pytest.mark.parametrize(
    ("picture", "sites_n", "within_m", "expected"),
    [
        pytest.param("a--------b", 1, (450.0, 200.0), [20, 0], id="both by the middle, none near"),
        pytest.param("A--------b", 1, (450.0, 200.0), [110, 0], id="a hundred wait for ten"),
        pytest.param("A--------b", 2, (450.0, 200.0), [110, 110], id="the second site comes near"),
        pytest.param("a--===--b", 1, (600.0, 400.0), [20, 10], id="at the end of the bridge"),
        pytest.param(STAR, 1, (300.0, 200.0), [30, 10], id="the junction"),
        pytest.param(STAR, 2, (300.0, 200.0), [30, 20], id="one site may leave the junction"),
        pytest.param(RING, 1, (350.0, 200.0), [20, 0], id="half round the ring"),
        pytest.param("a----b----c----d", 2, (300.0, 250.0), [40, 40], id="two by two"),
    ],
)
def test_the_first_walk_goes_before_the_second_in_a_drawn_town(
    picture, sites_n, within_m, expected
):
    """As many as arithmetic allows within the longer walk, then within the shorter, proved."""
    plan = plan_of(DrawnTown(picture), sites_n, *within_m)
    assert plan.levels["best"].tolist() == plan.levels["bound"].tolist() == expected
    assert plan.objective == expected[1]
