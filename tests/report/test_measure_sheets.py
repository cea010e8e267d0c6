"""The sheets of measures hold the right figures, recomputed here from the tables of the run."""

from __future__ import annotations

from functools import cache

import numpy as np
import openpyxl
import pandas as pd
import pytest

from livelihood_map.core.labels import label, name_of, use_lang
from livelihood_map.core.telling import name_kind, tell_kind, tell_metres
from livelihood_map.network import join_points, measure_walks

SHEETS = ("homes", "walks", "supply", "outlets", "evenness")


@cache
def read_sheet(path, sheet):
    """Return a sheet as a table, found by its frozen row of headings."""
    page = openpyxl.load_workbook(path)[label(f"report.sheet_{sheet}")]
    rows = list(page.iter_rows(values_only=True))
    top = int(page.freeze_panes[1:]) - 2
    return pd.DataFrame(rows[top + 1 :], columns=rows[top])


@pytest.fixture(scope="module")
def district(demo_run):
    """Return the path of the district's workbook of the demo."""
    return demo_run.folder / "annex" / "district.xlsx"


@pytest.fixture(scope="module")
def walks(demo_run):
    """Return every walk within 3 km on the demo, by facility kind, measured here anew."""
    facilities = demo_run["facilities"]
    is_counted = (facilities["status"] == "operating") & ~facilities["subtype"].isin(
        demo_run.standard.walkless_subtypes("breakfast")
    )
    counted = facilities[is_counted & facilities["kind"].isin(demo_run.settings.coverage.kinds)]
    assert not facilities["is_residents_only"].any()
    barriers = demo_run["barriers"]
    places = join_points(
        demo_run.network, counted, id_column="facility_id", limit_m=200, barriers=barriers
    )
    found = measure_walks(demo_run.network, demo_run["joins"], places, cutoff_m=3000)
    columns = counted[["facility_id", "kind", "name", "area_m2"]]
    return found.merge(columns, left_on="dest_id", right_on="facility_id")


def town_of(demo_run):
    """Return names of towns by id."""
    towns = demo_run["towns"]
    return dict(zip(towns["town_id"], towns["town_name"], strict=True))


def test_every_workbook_has_the_sheets(demo_run):
    """The annexes of district and towns show the measures, with the method among the notes."""
    folder = demo_run.folder / "annex"
    books = [folder / "district.xlsx", *(folder / "towns").glob("*.xlsx")]
    assert len(books) == 15
    for path in books[:3]:
        book = openpyxl.load_workbook(path)
        notes = [row[1] for row in book[label("core.notes_title")].iter_rows(values_only=True)]
        for sheet in SHEETS:
            assert label(f"report.sheet_{sheet}") in book.sheetnames
            assert label(f"report.{sheet}_method") in notes


def test_kinds_stand_in_the_order_of_the_settings(demo_run, district):
    """On every sheet that lists kinds they come as the planner wrote them, not by the alphabet."""
    kinds = demo_run.settings.coverage.kinds
    assert kinds != sorted(kinds)
    rows = [demo_run.standard.kind(kind) for kind in kinds]
    named = {name: row.id for row in rows for name in (name_kind(row), tell_kind(row))}
    listed = []
    for path in (district, demo_run.folder / "district.xlsx", demo_run.folder / "coverage.xlsx"):
        for page in openpyxl.load_workbook(path):
            for column in page.iter_cols(values_only=True):
                found = list(dict.fromkeys(named[one] for one in column if one in named))
                if len(found) > 1:
                    listed.append(page.title)
                    assert found == [kind for kind in kinds if kind in found], page.title
    assert len(listed) >= 8


def test_a_town_is_shown_with_the_district_and_its_own_compounds(demo_run):
    """A town's workbook lists its compounds, and its figures beside those of the district."""
    town_id, name = next(iter(town_of(demo_run).items()))
    path = f"towns/{town_id}_{name}.xlsx"
    homes = read_sheet(demo_run.folder / "annex" / path, "homes")
    assert set(homes[label("report.compound_town_name")]) == {name}
    circle = read_sheet(demo_run.folder / path, "circle")[label("report.circle_town_name")]
    assert circle.tolist() == [name, label("coverage.district")]


def test_numbers_and_names_around_compounds_are_those_of_the_walks(demo_run, district, walks):
    """For compounds with one demand point, tiers and names follow from the walks at once."""
    demand = pd.DataFrame(demo_run["demand"].drop(columns="geometry"))
    demand = demand[demand["place_kind"] == "home"]
    single = demand.drop_duplicates("residence_id", keep=False)
    place = single.set_index("residence_id")["demand_id"]
    homes = read_sheet(district, "homes")
    homes = homes[homes[label("report.compound_residence_id")].isin(place.index)]
    names = {name_of("core.kind", kind): kind for kind in demo_run.settings.coverage.kinds}
    groups = dict(list(walks.groupby(["origin_id", "kind"])))
    assert len(homes) > 1000
    for row in homes.iloc[::7].to_dict("records"):
        kind = names[row[label("report.compound_kind_name")]]
        origin = place[row[label("report.compound_residence_id")]]
        own = groups.get((origin, kind), walks.iloc[:0]).sort_values(["walk_m", "dest_id"])
        for tier in (300, 500, 1000):
            assert row[label("report.home_within", tier_m=tier)] == (own["walk_m"] <= tier).sum()
        told = [row[label("report.home_nearest", rank=rank)] for rank in (1, 2, 3)]
        assert [name for name in told if isinstance(name, str)] == own["name"].tolist()[:3]


def test_the_circle_is_complete_for_those_near_every_kind(demo_run, walks):
    """The share with all kinds is that of residents with a walk within 1,000 m to each kind."""
    near = walks[walks["walk_m"] <= 1000].groupby("origin_id")["kind"].nunique()
    demand = demo_run["demand"]
    kinds_n = near.reindex(demand["demand_id"], fill_value=0).to_numpy()
    people, towns = demand["population"].to_numpy(), demand["town_id"].to_numpy()
    sheet = read_sheet(demo_run.folder / "district.xlsx", "circle").set_index(
        label("report.circle_town_name")
    )
    heading = label("report.circle_complete", kinds_n=3, threshold_m=tell_metres(1000))
    for town_id, name in town_of(demo_run).items():
        here = towns == town_id
        expected = people[here & (kinds_n == 3)].sum() / people[here].sum()
        assert sheet.loc[name, heading] == pytest.approx(expected)
    expected = people[kinds_n == 3].sum() / people.sum()
    assert sheet.loc[label("coverage.district"), heading] == pytest.approx(expected)


def test_the_distribution_is_that_of_the_nearest_walks(demo_run, district, walks):
    """Shares within each step follow from the shortest walk of each demand point."""
    demand = demo_run["demand"].set_index("demand_id")
    sheet = read_sheet(district, "walks")
    whole = sheet[sheet[label("report.walks_town_name")] == label("coverage.district")]
    for kind in demo_run.settings.coverage.kinds:
        people = demand[
            ["population", "workers", "passengers"][: 3 if kind == "breakfast" else 1]
        ].sum(axis=1)
        nearest = walks[walks["kind"] == kind].groupby("origin_id")["walk_m"].min()
        nearest = nearest.reindex(demand.index).fillna(np.inf)
        kind_name = label("report.walks_kind_name")
        row = whole[whole[kind_name] == tell_kind(demo_run.standard.kind(kind))].iloc[0]
        for step in (100, 700, 1000, 1500, 3000):
            expected = people[nearest <= step].sum() / people.sum()
            heading = label("report.walks_within", step_m=tell_metres(step))
            assert row[heading] == pytest.approx(expected)


def test_supply_by_town_follows_from_the_two_steps(demo_run, district, walks):
    """Floor area shared with Gaussian weights, added up over towns, is what the sheet tells."""
    markets = walks[(walks["kind"] == "wet_market") & (walks["walk_m"] <= 1000)]
    demand = demo_run["demand"].set_index("demand_id")
    homes, outlets = demand.index.tolist(), sorted(set(markets["dest_id"]))
    weight = np.zeros((len(homes), len(outlets)))
    place = {name: at for at, name in enumerate(homes)}
    column = {name: at for at, name in enumerate(outlets)}
    for row in markets.itertuples():
        decay = (np.exp(-((row.walk_m / 1000) ** 2) / 2) - np.exp(-0.5)) / (1 - np.exp(-0.5))
        weight[place[row.origin_id], column[row.dest_id]] = decay
    people = demand["population"].to_numpy()
    floor = markets.drop_duplicates("dest_id").set_index("dest_id")["area_m2"]
    asking = people @ weight
    share = floor.reindex(outlets).fillna(0).to_numpy() / np.where(asking > 0, asking, np.inf)
    reached = people * (weight @ share)
    sheet = read_sheet(district, "supply")
    market = name_of("core.kind", "wet_market")
    sheet = sheet[sheet[label("report.supply_kind_name")] == market]
    sheet = sheet.set_index(label("report.supply_town_name"))
    heading = label("report.supply_per_thousand")
    for town_id, name in town_of(demo_run).items():
        here = (demand["town_id"] == town_id).to_numpy()
        expected = 1000 * reached[here].sum() / people[here].sum()
        assert sheet.loc[name, heading] == pytest.approx(expected)
    whole = sheet.loc[label("coverage.district")]
    assert whole[heading] == pytest.approx(1000 * reached.sum() / people.sum())
    each = weight @ share
    apart = np.abs(each[:, None] - each[None, :]) * people[:, None] * people[None, :]
    gini = apart.sum() / (2 * reached.sum() * people.sum())
    assert whole[label("report.supply_gini")] == pytest.approx(gini)


def test_unknown_supply_is_counted_and_labelled(demo_run, district):
    """Every counted market without a floor area is labelled; kinds without any have no figure."""
    facilities = demo_run["facilities"]
    is_market = (facilities["kind"] == "wet_market") & (facilities["status"] == "operating")
    markets = facilities[is_market]
    outlets = read_sheet(district, "outlets")
    assert len(outlets) == len(markets)
    state = outlets.set_index(label("report.outlet_facility_id"))[label("report.outlet_state")]
    unknown = set(state.index[state == label("report.outlet_unknown")])
    assert unknown == set(markets.loc[markets["area_m2"].isna(), "facility_id"])
    assert unknown
    sheet = read_sheet(district, "supply")
    rest = sheet[sheet[label("report.supply_kind_name")] != name_of("core.kind", "wet_market")]
    assert rest[label("report.supply_per_thousand")].isna().all()
    counts = rest[[label(f"report.supply_{name}") for name in ("facilities_n", "unknown_n")]]
    assert (counts.iloc[:, 0] == counts.iloc[:, 1]).all()


def test_walks_are_compared_between_the_towns(demo_run, district, walks):
    """Between the towns the Gini is that of their mean walks, weighted by people."""
    demand = demo_run["demand"].set_index("demand_id")
    own = walks[walks["kind"] == "wet_market"].groupby("origin_id")["walk_m"].min()
    walk_m = own.reindex(demand.index).fillna(3000.0)
    people = demand["population"]
    crowd = people.groupby(demand["town_id"]).sum()
    mean = (walk_m * people).groupby(demand["town_id"]).sum() / crowd
    apart = np.abs(np.subtract.outer(mean.to_numpy(), mean.to_numpy()))
    apart *= np.outer(crowd, crowd)
    gini = apart.sum() / (2 * (mean * crowd).sum() * crowd.sum())
    sheet = read_sheet(district, "evenness")
    is_market = sheet[label("report.evenness_kind_name")] == name_of("core.kind", "wet_market")
    rows = sheet[is_market].set_index(label("report.evenness_town_name"))
    told = rows.loc[label("coverage.between"), label("report.evenness_gini")]
    assert told == pytest.approx(gini)


def test_the_sheets_speak_english(demo_run):
    """Titles, headings, notes and units of every sheet are English in an English run."""
    from livelihood_map.pipeline.reporting import report_context, report_tables
    from livelihood_map.report.figures import measure_evenness
    from livelihood_map.report.measure_sheets import list_homes, measure_sheets

    with use_lang("en"):
        tables, context = report_tables(demo_run), report_context(demo_run)
        evenness = measure_evenness(tables, standard=context.standard, cutoff_m=3000)
        for sheet in measure_sheets(
            tables, list_homes(tables), evenness, town_id="ALL", context=context
        ):
            texts = [sheet.title, *sheet.headings.values()]
            assert all(text.isascii() or "²" in text for text in texts), sheet.title
            assert set(sheet.columns) == set(sheet.headings), sheet.title
