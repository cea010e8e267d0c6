"""The measures of compounds and towns: arithmetic on a lattice, and what must always hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from grid import build_grid_town
from hypothesis import given, settings
from hypothesis import strategies as st
from measured_town import measure_town

from livelihood_map.core import tables
from livelihood_map.core.settings import (
    AreaSettings,
    CoverageSettings,
    LoadSettings,
    Settings,
    TownSource,
)
from livelihood_map.coverage import gaussian_decay
from livelihood_map.coverage.equity_tables import lay_steps

KINDS = ["wet_market", "breakfast"]
calm = settings(deadline=None, derandomize=True, max_examples=12)
corners = st.tuples(st.integers(0, 4), st.integers(0, 4))


def settings_of(kinds=tuple(KINDS), **coverage):
    """Return settings of a run with these kinds."""
    return Settings(
        area=AreaSettings(name="格子区"),
        load=LoadSettings(towns=TownSource(path="towns.geojson")),
        coverage=CoverageSettings(kinds=list(kinds), **coverage),
    )


def outlets(town, *markets, breakfast=(), **columns):
    """Return markets and breakfast outlets at corners of the lattice."""
    parts = [town.facilities(*markets, kind="wet_market", **columns)] if markets else []
    parts += [town.facilities(*breakfast, kind="breakfast")] if breakfast else []
    return pd.concat(parts, ignore_index=True) if parts else tables.FACILITIES.empty(town.towns.crs)


def test_numbers_within_tiers_are_steps_on_the_lattice():
    """With 100 m between corners a market counts within 300 m for who is three steps away."""
    town = build_grid_town()
    found, _ = measure_town(
        town, outlets(town, (0, 0), (0, 4)), settings=settings_of(["wet_market"])
    )
    near = found["residence_tiers"].query("tier_m == 300").set_index("residence_id")
    drawn = {}
    for name, number in near["facilities_n"].items():
        row, column = (int(part) for part in name[1:].split("_"))
        assert number == (row + column <= 3) + (row + 4 - column <= 3)
        drawn[name] = number == 2
    assert town.picture(pd.Series(drawn), by="residence_id") == (
        ".....\n.....\n.....\n..#..\n.###."
    )


@calm
@given(st.lists(corners, max_size=6, unique=True))
def test_a_longer_tier_never_counts_fewer(places):
    """Numbers rise with the tier, and that of the threshold is the number of the coverage."""
    town = build_grid_town(spacing_m=170)
    found, work = measure_town(town, outlets(town, *places), settings=settings_of(["wet_market"]))
    wide = found["residence_tiers"].pivot_table("facilities_n", "residence_id", "tier_m")
    assert (wide.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)
    own = work["coverage"].set_index("demand_id")["facilities_n"]
    assert wide[1000.0].tolist() == [own[f"d{name[1:]}"] for name in wide.index]


def test_the_nearest_are_named_beyond_the_threshold_too():
    """K facilities are named as far as the search goes; the first is that of the coverage."""
    town = build_grid_town(spacing_m=400)
    places = outlets(town, (0, 0), (0, 2), (0, 4), (4, 4))
    found, work = measure_town(town, places, settings=settings_of(["wet_market"], nearest_n=3))
    nearest = found["residence_nearest"].set_index(["residence_id", "rank"])
    assert nearest.loc["r0_0", "walk_m"].tolist() == [0.0, 800.0, 1600.0]
    assert nearest.loc["r0_0", "facility_id"].tolist() == [f"wet_market{n}" for n in range(3)]
    assert nearest.loc[("r0_0", 2), "walk_min"] == pytest.approx(12.0)
    first = nearest.xs(1, level="rank")
    homes = work["residence_coverage"].set_index("residence_id")
    assert first["facility_id"].to_dict() == homes["facility_id"].to_dict()
    assert first["walk_m"].to_dict() == homes["walk_m"].to_dict()


def test_nothing_beyond_the_distance_searched_is_named():
    """A compound with one facility within the cut-off names one, however many are asked for."""
    town = build_grid_town(spacing_m=400)
    asked = settings_of(["wet_market"], nearest_n=5, cutoff_m=1200.0)
    found, _ = measure_town(town, outlets(town, (0, 0), (0, 4)), settings=asked)
    nearest = found["residence_nearest"]
    assert nearest["walk_m"].max() == 1200.0
    assert (nearest["residence_id"] == "r0_0").sum() == 1
    assert "r4_2" not in set(nearest["residence_id"])


def test_the_circle_is_complete_where_both_kinds_are_near():
    """Market in the west, breakfast in the east: the circle is complete only between them."""
    town = build_grid_town(spacing_m=500)
    found, _ = measure_town(town, outlets(town, (2, 1), breakfast=[(2, 3)]), settings=settings_of())
    circle = found["residence_circle"].set_index("residence_id")
    assert town.picture(circle["is_complete"], by="residence_id") == (
        ".....\n..#..\n.###.\n..#..\n....."
    )
    by_town = found["town_circle"].set_index(["town_id", "covered_n"])
    assert by_town.loc[("west", 2), "population"] == 40.0
    assert by_town.loc[("west", 2), "residences_share"] == pytest.approx(4 / 15)
    assert by_town.loc[("ALL", 2), "population_share"] == pytest.approx(5 / 25)


@calm
@given(st.lists(corners, max_size=4, unique=True), st.lists(corners, max_size=4, unique=True))
def test_towns_add_up_to_the_district(markets, breakfast):
    """People, compounds, facilities and supply of the towns are those of the district."""
    town = build_grid_town(spacing_m=300)
    places = outlets(town, *markets, breakfast=breakfast, area_m2=500.0)
    towns = np.where(places.geometry.x < town.at(0, 2.5).x, "west", "east")
    found, _ = measure_town(town, places.assign(town_id=towns), settings=settings_of())
    for name, key, sums in (
        ("town_circle", ["covered_n"], ["population", "residences_n"]),
        ("town_walks", ["kind", "within_m"], ["population", "reached_population"]),
        ("town_supply", ["kind"], ["facilities_n", "unknown_n", "supply"]),
        ("town_supply", ["kind"], ["population", "reached_supply"]),
    ):
        table = found[name]
        is_all = table["town_id"] == "ALL"
        parts = table[~is_all].groupby(key)[sums].sum()
        whole = table[is_all].set_index(key)[sums].fillna(0)
        pd.testing.assert_frame_equal(parts, whole.loc[parts.index], check_exact=False)
    shares = found["town_circle"].groupby("town_id")[["population_share", "residences_share"]]
    assert np.allclose(shares.sum(), 1)


@calm
@given(
    st.lists(st.tuples(corners, st.booleans()), min_size=1, max_size=5, unique_by=lambda x: x[0])
)
def test_supply_adds_up_and_the_unknown_takes_no_part(markets):
    """All people reach the known supply together, as if the unknown markets were not there."""
    town = build_grid_town(spacing_m=300)
    area = [750.0 if is_known else None for _, is_known in markets]
    places = outlets(town, *(place for place, _ in markets), area_m2=area)
    found, _ = measure_town(town, places, settings=settings_of(["wet_market"]))
    known_n = sum(is_known for _, is_known in markets)
    whole = found["town_supply"].set_index("town_id").loc["ALL"]
    assert whole["unknown_n"] == len(markets) - known_n
    if not known_n:
        assert pd.isna(whole["reached_supply"])
        assert pd.isna(whole["unit"])
        assert found["residence_supply"].empty
        return
    assert whole["reached_supply"] == pytest.approx(750 * known_n)
    stated = places[places["area_m2"].notna()].reset_index(drop=True)
    alone, _ = measure_town(town, stated, settings=settings_of(["wet_market"]))
    pd.testing.assert_frame_equal(found["residence_supply"], alone["residence_supply"])


def test_supply_is_that_of_the_formula():
    """The middle market of 900 m² is shared with Gaussian weights; who is at the edge gets none."""
    town = build_grid_town(spacing_m=250)
    found, _ = measure_town(
        town, outlets(town, (2, 2), area_m2=900.0), settings=settings_of(["wet_market"])
    )
    steps = {f"r{r}_{c}": abs(r - 2) + abs(c - 2) for r in range(5) for c in range(5)}
    weight = {name: float(gaussian_decay(np.array(250.0 * n), threshold_m=1000))
              for name, n in steps.items()}  # fmt: skip
    asking = 10 * sum(weight.values())
    listed = found["facility_supply"].iloc[0]
    assert listed["asking_population"] == pytest.approx(asking)
    assert listed["supply_per_person"] == pytest.approx(900 / asking)
    told = found["residence_supply"].set_index("residence_id")["supply_per_person"].to_dict()
    assert told == pytest.approx({name: 900 / asking * w for name, w in weight.items()})
    assert told["r0_0"] == 0.0


def test_seats_are_the_supply_where_no_floor_is_stated():
    """The unit is what more of the kind's facilities state; the others are then unknown."""
    town = build_grid_town()
    places = outlets(town, (0, 0), (0, 1), (0, 2), area_m2=[100.0, None, None]).assign(
        seats_n=[None, 20.0, 30.0]
    )
    found, _ = measure_town(town, places, settings=settings_of(["wet_market"]))
    listed = found["facility_supply"].set_index("facility_id")
    assert set(listed["unit"]) == {"seats"}
    assert listed["supply"].fillna(-1).tolist() == [-1.0, 20.0, 30.0]


def test_the_distribution_holds_the_covered_share():
    """Within the threshold walk those whom the coverage counts, by town and kind."""
    town = build_grid_town(spacing_m=400)
    found, work = measure_town(
        town, outlets(town, (0, 0), breakfast=[(4, 4)]), settings=settings_of()
    )
    within = found["town_walks"].query("within_m == 1000").set_index(["town_id", "kind"])
    table = work["town_coverage"].set_index(["town_id", "kind"])
    told = within["reached_share"].to_dict()
    assert told == pytest.approx(table["covered_share"].to_dict())
    rises = found["town_walks"].groupby(["town_id", "kind"])["reached_share"].diff()
    assert (rises.dropna() >= 0).all()


def test_steps_hold_every_tier_and_end_with_the_search():
    """Steps of 100 m up to the last tier, of 500 m beyond, with the tiers and the cut-off."""
    assert lay_steps((300, 450), cutoff_m=1600) == [100, 200, 300, 400, 450, 500, 1000, 1500, 1600]
    assert lay_steps((1000,), cutoff_m=800)[-1] == 800


def test_equity_stands_for_walks_and_supply():
    """Two towns alike in walks differ not between them; the west alone reaches the market."""
    town = build_grid_town(size=4, spacing_m=300)
    walks = outlets(town, breakfast=[(1, 0), (1, 3)])
    market = outlets(town, (1, 0), area_m2=1000.0)
    found, _ = measure_town(
        town, pd.concat([walks, market], ignore_index=True),
        settings=settings_of(cutoff_m=1000.0),
    )  # fmt: skip
    order = found["town_equity"].query("kind == 'breakfast'")["town_id"].tolist()
    assert order == ["west", "east", "BETWEEN", "ALL"]
    table = found["town_equity"].set_index(["kind", "measure", "town_id"]).sort_index()
    even = table.loc[("breakfast", "walk_m")]
    assert even.loc["BETWEEN", "gini"] == pytest.approx(0)
    assert even.loc["west", "mean"] == pytest.approx(even.loc["ALL", "mean"])
    supply = table.loc[("wet_market", "supply_per_person")]
    assert supply.loc["ALL", "mean"] == pytest.approx(1000 / 160)
    assert supply.loc["west", "mean"] > supply.loc["east", "mean"]
    assert ("breakfast", "supply_per_person") not in table.index.droplevel("town_id")


def test_a_district_without_facilities_has_all_its_tables():
    """Nothing is within reach of anybody, nothing is named, and every table keeps its schema."""
    town = build_grid_town()
    found, _ = measure_town(town, outlets(town), settings=settings_of())
    for name, table in found.items():
        tables.SCHEMAS[name].check(table)
    assert found["residence_nearest"].empty
    assert (found["residence_tiers"]["facilities_n"] == 0).all()
    assert found["town_supply"]["facilities_n"].tolist() == [0] * 6
    assert (found["town_walks"]["reached_share"] == 0).all()


def test_demand_in_no_town_has_a_row_of_its_own():
    """Who lives in no town counts in the district alone."""
    town = build_grid_town()
    demand = town.demand.copy()
    demand.loc[demand["demand_id"] == "d0_0", "town_id"] = None
    found, _ = measure_town(
        town, outlets(town, (0, 0), area_m2=10.0), settings=settings_of(["wet_market"]),
        demand=demand,
    )  # fmt: skip
    for name in ("town_walks", "town_supply", "town_equity"):
        rows = found[name].drop_duplicates("town_id").set_index("town_id")
        assert rows.loc["", "population"] == 10.0
        assert rows.loc["ALL", "population"] == 250.0


def test_a_walker_by_time_counts_what_he_makes_in_the_minutes():
    """At 0.8 m/s fewer facilities lie within the minutes of a tier than for the standard walker."""
    town = build_grid_town(spacing_m=180)
    places = outlets(town, (0, 0), (2, 2), (4, 4))
    slow, work = measure_town(
        town, places, settings=settings_of(["wet_market"], walkers=["elderly"])
    )
    speed = work.standard.walker("elderly").speed_m_per_s * 60
    minutes = dict(zip((300, 500, 1000), (5, 10, 15), strict=True))
    for row in slow["residence_tiers"].itertuples():
        r, c = (int(part) for part in row.residence_id[1:].split("_"))
        walks = [180 * (abs(r - a) + abs(c - a)) for a in (0, 2, 4)]
        assert row.facilities_n == sum(w <= minutes[row.tier_m] * speed + 1e-6 for w in walks)
    assert set(slow["town_equity"]["walker"]) == {"elderly"}
