"""A project is a folder; its settings file is the one truth."""

from __future__ import annotations

import pytest
import tomlkit

from livelihood_map.core.errors import SettingsError
from livelihood_map.core.labels import LANGS, use_lang
from livelihood_map.core.settings import load_settings
from livelihood_map.office import slots
from livelihood_map.office.projects import NotThereError, Projects, id_of
from livelihood_map.office.question import fill, list_inputs
from livelihood_map.office.toml_file import MovedOnError


@pytest.fixture
def project(tmp_path):
    """Return a new project."""
    return Projects(tmp_path).new("试点")


def test_a_name_leads_nowhere_and_none_is_taken_twice(tmp_path):
    """Whatever a project is called, it becomes one new folder below the root."""
    projects = Projects(tmp_path)
    for title in ("../../x", "con", "a/b", "a:b", "新区 2026", "新区 2026", ".hidden", "x" * 100):
        assert projects.new(title).folder.parent == tmp_path
    assert len(projects.every()) == 8
    for title in ("", "  ", "x" * 101):
        with pytest.raises(SettingsError):
            projects.new(title)


def test_links_are_no_projects_and_no_files(tmp_path, project):
    """A link in place of a project, of its settings or of a file is not followed."""
    outside = tmp_path.parent / "outside"
    (outside / "data").mkdir(parents=True)
    (outside / "livelihood.toml").write_text("", "utf-8")
    (tmp_path / "link").symlink_to(outside)
    (project.data / "passwd.csv").symlink_to("/etc/passwd")
    assert [one.folder for one in Projects(tmp_path).every()] == [project.folder]
    assert project.files() == []
    with pytest.raises(NotThereError):
        project.file(id_of("passwd.csv"))


def test_a_copy_has_the_files_and_not_the_results(tmp_path, project):
    """A copy begins where the files are handed over and nothing has run."""
    (project.data / "a.csv").write_text("名称\n", "utf-8")
    (project.folder / "out").mkdir()
    (project.folder / "out" / "run.json").write_text("{}", "utf-8")
    copy = Projects(tmp_path).copy(project, "副本")
    assert copy.title == "副本"
    assert [path.name for path in copy.files()] == ["a.csv"]
    assert not (copy.folder / "out").exists()


def test_a_page_that_is_out_of_date_changes_nothing(project):
    """Of two windows the second to save is told, not obeyed."""
    settings, version = project.settings, project.settings.version()
    settings.change(lambda document: document["area"].update(made_by="甲"), version)
    with pytest.raises(MovedOnError):
        settings.change(lambda document: document["area"].update(made_by="乙"), version)
    assert project.setting("area.made_by") == "甲"


def test_comments_stay_and_mistakes_do_not_come_in(project):
    """A change keeps what somebody wrote beside it; one that breaks the settings is refused."""
    settings = project.settings
    settings.replace(f"# 我的说明\n{settings.text()}", settings.version())
    settings.change(lambda document: document["run"].update(seed=7), settings.version())
    assert settings.text().startswith("# 我的说明\n")
    for text in ("[area", "[area]\nname = 5\n", "[nothing]\na = 1\n"):
        with pytest.raises(SettingsError):
            settings.replace(text, settings.version())
    assert project.setting("run.seed") == 7


@pytest.mark.parametrize("slot", slots.SLOTS)
def test_a_file_is_entered_and_taken_out(project, slot):
    """What a file is stands in the settings once, and is gone when it is taken out."""
    document = project.settings.document()
    slots.enter(document, "homes.gpkg", "residences")
    slots.enter(document, "a.csv", slot)
    slots.enter(document, "a.csv", slot)
    mine = [s for s in slots.find_sources(document) if s.path == "data/a.csv"]
    assert [source.slot for source in mine] == [slot]
    tomlkit.parse(tomlkit.dumps(document))
    slots.enter(document, "a.csv", "")
    assert "data/a.csv" not in tomlkit.dumps(document)


def test_entered_files_are_settings_that_a_run_reads(project):
    """Towns, compounds with gates and a register make settings; no datum is stated for anybody."""

    def enter(document):
        for name, slot in (
            ("towns.geojson", "towns"),
            ("homes.xlsx", "residences"),
            ("gates.csv", "gates"),
            ("b.csv", "facilities:breakfast"),
        ):
            slots.enter(document, name, slot)

    project.settings.change(enter, project.settings.version())
    load = load_settings(project.settings.path).load
    assert (load.towns.path, load.residences[0].gates) == ("data/towns.geojson", "data/gates.csv")
    assert load.facilities[0].kind == "breakfast"
    assert {load.residences[0].datum, load.residences[0].gates_datum, load.facilities[0].datum} == {
        "auto"
    }


@pytest.mark.parametrize("lang", LANGS)
def test_the_form_has_every_setting_with_its_meaning(lang):
    """Each setting stands on the form once, described in the language of the page."""
    with use_lang(lang):
        inputs = [one for group in list_inputs({}).values() for one in group]
    names = [one.name for one in inputs]
    assert len(names) == len(set(names)) > 90
    assert all(one.about for one in inputs), [one.name for one in inputs if not one.about]


def test_what_is_typed_becomes_toml_and_back(project):
    """Numbers, lists, tables, dates and yes or no are read as the settings need them."""
    typed = {
        "siting.sites_n": ["12"],
        "siting.threshold_m": ["500"],
        "run.data_date": ["2026-06-30"],
        "siting.is_fair": ["true"],
        "coverage.kinds": ["", "breakfast", "wet_market"],
        "siting.phases": ["7\n5"],
        "siting.rules.town_min": ["西镇 = 3\n东镇＝2"],
        "siting.rules.fixed": ["c-1\nc-2"],
        "area.made_by": ["商务委"],
    }
    settings = project.settings
    settings.change(lambda document: fill(document, typed) and None, settings.version())
    assert project.setting("siting.sites_n") == 12
    assert project.setting("siting.phases") == [7, 5]
    assert project.setting("siting.rules.town_min") == {"西镇": 3, "东镇": 2}
    shown = {
        one.name: one.value for group in list_inputs(project.content()).values() for one in group
    }
    for name, texts in typed.items():
        assert shown[name].replace(" = ", "=") == "\n".join(t for t in texts if t).replace(
            "＝", "="
        ).replace(" = ", "=")
    settings.change(
        lambda document: fill(document, {"siting.threshold_m": [""]}) and None, settings.version()
    )
    assert project.setting("siting.threshold_m") is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("siting.sites_n", "many"),
        ("siting.sites_n", "1.5"),
        ("run.data_date", "30.6.2026"),
        ("siting.rules.town_min", "西镇 3"),
    ],
)
def test_what_cannot_be_read_is_told_where_it_stands(project, name, text):
    """A value that is none is refused by the name of its setting."""
    faults = fill(project.settings.document(), {name: [text]})
    assert [fault.values["where"] for fault in faults] == [name]
    assert text in faults[0].text()
