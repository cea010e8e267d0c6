"""What is marked on the pages: gates by state, and outlets for the residents of a compound."""

from __future__ import annotations

from dataclasses import replace

from livelihood_map.mapping import draw_check_page, draw_map
from livelihood_map.mapping.payload import read_payload


def test_gates_are_told_apart_as_open_closed_and_inferred(small_tables, map_settings, standard):
    """Each gate stands on the map with its compound, state and hours."""
    shown = read_payload(draw_map(small_tables, settings=map_settings, standard=standard))["gates"]
    assert shown["state"][:3] == ["inferred", "closed", "open"]
    assert shown["home"] == list(range(len(small_tables.residences)))
    assert shown["hours"][:2] == ["", "06:00-22:00"]


def test_the_check_page_names_the_compounds_whose_gates_are_inferred(
    small_tables, map_settings, standard
):
    """For the district and for a town, by the page's own order of compounds."""
    inferred = set(small_tables.gates.query("is_inferred")["residence_id"])
    for town_id in (None, "t11"):
        page = draw_check_page(
            small_tables, settings=map_settings, standard=standard, town_id=town_id
        )
        homes = small_tables.residences
        ids = homes.loc[(homes["town_id"] == town_id) | (town_id is None), "residence_id"]
        wanted = [index for index, home in enumerate(ids) if home in inferred]
        assert wanted
        assert read_payload(page)["inferred_gates"] == wanted


def test_without_gates_there_is_no_mark(small_tables, map_settings, standard):
    """Neither a layer nor a note."""
    tables = replace(small_tables, gates=None)
    page = draw_map(tables, settings=map_settings, standard=standard)
    assert read_payload(page)["gates"]["home"] == []
    page = draw_check_page(tables, settings=map_settings, standard=standard)
    assert read_payload(page)["inferred_gates"] == []


def test_outlets_for_residents_only_are_marked(small_tables, map_settings, standard):
    """A register without the column, or with an empty cell, marks none."""
    outlets = small_tables.facilities
    flags = outlets["is_residents_only"].astype(object)
    flags.iloc[0] = None
    for column, count in ((flags, flags.eq(other=True).sum()), (None, 0)):
        chosen = outlets.drop(columns="is_residents_only")
        if column is not None:
            chosen = chosen.assign(is_residents_only=column)
        tables = replace(small_tables, facilities=chosen)
        page = draw_map(tables, settings=map_settings, standard=standard)
        marked = read_payload(page)["facilities"]["residents_only"]
        assert len(marked) == count
        assert 0 not in marked


def test_pages_name_the_office_that_made_them(small_tables, map_settings, standard):
    """As the settings give it, in the foot line and below what is saved; else nothing is said."""
    area = replace(map_settings.area, made_by="某某区商务委员会")
    page = draw_map(small_tables, settings=replace(map_settings, area=area), standard=standard)
    assert "编制单位：某某区商务委员会" in page.split('id="foot"')[1].split("</footer>")[0]
    assert read_payload(page)["block"][0] == "编制单位：某某区商务委员会"
    bare = draw_map(small_tables, settings=map_settings, standard=standard)
    assert "编制单位" not in bare.split('id="foot"')[1].split("</footer>")[0]


def test_sheets_of_real_streets_name_their_source(small_tables, map_settings, standard):
    """The licence asks for it on prints and pictures too; invented streets have none."""
    real = replace(map_settings, run=replace(map_settings.run, is_synthetic=False))
    for settings, is_named in ((real, True), (map_settings, False)):
        page = draw_map(small_tables, settings=settings, standard=standard)
        notes = read_payload(page)["notes"]
        assert any("© OpenStreetMap" in note for note in notes) is is_named
