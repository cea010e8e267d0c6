"""The way of the files: handed over, recognised, weighed, checked, corrected."""

from __future__ import annotations

import os
import re
import signal
import time

import pytest
from served_office import version_in
from small_office import register, write_csv, write_office

from livelihood_map.office.jobs import JobState
from livelihood_map.office.projects import Projects
from livelihood_map.office.results import list_made

SLOTS = {
    "breakfast.csv": "facilities:breakfast",
    "markets.xlsx": "facilities:wet_market",
    "compounds.geojson": "residences",
    "towns.geojson": "towns",
    "streets.osm": "streets",
}


@pytest.fixture(scope="module")
def handed_over(served, tmp_path_factory):
    """Return somebody, the address of a project and its folder, the office's files handed over."""
    folder = tmp_path_factory.mktemp("office")
    write_office(folder)
    (folder / "hosts.csv").unlink()
    rows = register([(1, 1), (2, 12), (9, 3), (5, 5)], "早餐")
    rows[2][5] = "不详"
    write_csv(folder / "breakfast.csv", rows)
    client, base = served.project("新区")
    files = [(path.name, path.read_bytes()) for path in sorted(folder.iterdir())]
    client.upload(f"{base}/upload", [one for one in files if not one[0].endswith(".toml")])
    project = served.app.state.projects.find(base.rpartition("/")[2])
    return client, base, project


def slots_shown(page):
    """Return address of the form and slot that is offered, by file name."""
    found = re.findall(
        r'<h2 class="grow">([^<]+)</h2>.*?action="(/p/\w+/files/\w+)/slot".*?'
        r'<option value="([^"]*)" selected',
        page.text,
        re.DOTALL,
    )
    return {name: (address, slot) for name, address, slot in found}


def test_from_files_to_corrected_rows(handed_over):
    """Files are recognised, weighed and checked, nothing is chosen; a corrected cell is taken."""
    client, base, project = handed_over
    seen = slots_shown(client.settle(f"{base}/data"))
    assert {name: slot for name, (_, slot) in seen.items()} == SLOTS
    assert project.setting("load") is None, "recognised is not entered"
    for address, slot in seen.values():
        version = version_in(client.get(f"{base}/data"))
        assert client.post(f"{address}/slot", slot=slot, version=version).status == 200
    client.settle(f"{base}/data")
    weighed = client.settle(f"{base}/datum")
    assert weighed.text.count("<svg") == 7, "two registers under three datums, the streets once"
    assert "写明街镇的 3 行中 3 行落在所写街镇内" in weighed.text
    assert 'datum = "' not in project.settings.text(), "nothing is chosen for anybody"

    client.post(f"{base}/start/check")
    refused = client.settle(f"{base}/check").text
    assert refused.count('class="note bad"') == 2, (
        "both registers wait for their datum, told at once"
    )
    for name in ("breakfast.csv", "markets.xlsx"):
        assert name in refused
        version = version_in(client.get(f"{base}/datum"))
        client.post(f"{seen[name][0]}/datum", datum="WGS-84", version=version)
    client.post(f"{base}/start/check")
    page = client.settle(f"{base}/check")
    assert "第 3 行" in page.text
    assert "不详" in page.text
    field = re.search(r'name="(c0-\d+)" value="不详"', page.text)[1]
    client.post(f"{base}/corrections", **{"version": version_in(page), field: "121.4"})
    after = client.settle(f"{base}/check")
    assert "不详" not in after.text
    assert project.setting("load.corrections") == ["data/corrections-1.xlsx"]


def test_an_office_that_leads_out_of_its_project_is_refused(handed_over):
    """Settings that name a file elsewhere are told by path, and nothing is read from there."""
    client, base, project = handed_over
    kept, page = project.settings.text(), client.get(f"{base}/editor")
    for wrong in ('made_by = ""\n[run]\noutput = "../elsewhere"', ""):
        text = kept.replace("data/towns.geojson", "../../../etc/passwd") if not wrong else kept
        text = (
            text.replace('lang = "zh"', 'lang = "zh"\noutput = "../elsewhere"') if wrong else text
        )
        client.post(f"{base}/editor", text=text, version=version_in(client.get(f"{base}/editor")))
        client.post(f"{base}/start/check")
        told = client.settle(f"{base}/check").text
        assert ("elsewhere" if wrong else "etc/passwd") in told
    assert page.status == 200
    assert not (project.folder.parent / "elsewhere").exists()
    client.post(f"{base}/editor", text=kept, version=version_in(client.get(f"{base}/editor")))


def test_a_task_that_dies_is_told_and_the_program_goes_on(served, handed_over):
    """A child that is killed leaves a line that says so; the next one works."""
    client, base, project = handed_over
    jobs = served.app.state.jobs
    jobs.start(project, "check")
    os.kill(jobs._children[project.id, "work"].pid, signal.SIGKILL)
    while jobs.state(project, "work").is_running:
        time.sleep(0.05)
    page = client.get(f"{base}/check")
    assert "-9" in page.text
    assert page.status == 200


def test_a_task_is_stopped_and_two_of_a_sort_do_not_run(served, handed_over):
    """Stop ends a task; while one is at work another is refused in words."""
    client, base, project = handed_over
    client.post(f"{base}/start/check")
    assert client.post(f"{base}/start/check").status == 422
    assert client.post(f"{base}/stop").status == 200
    assert served.app.state.jobs.state(project, "work").status == "stopped"


def test_results_are_listed_and_a_page_among_them_is_sandboxed(served, handed_over):
    """What was made opens by id; its scripts reach nothing of the program; links are skipped."""
    client, base, project = handed_over
    for name in ("maps", "out"):
        (project.folder / name).mkdir(exist_ok=True)
    (project.folder / "maps" / "planner.html").write_text("<p>map</p>", "utf-8")
    (project.folder / "out" / "secret.csv").symlink_to("/etc/passwd")
    made = {one.place: one for one in list_made(project)}
    assert "secret.csv" not in made
    page = client.get(f"{base}/made/{made['planner.html'].id}")
    assert page.text == "<p>map</p>"
    assert page.headers["content-security-policy"].startswith("sandbox ")
    assert "allow-same-origin" not in page.headers["content-security-policy"]
    assert client.get(f"{base}/results").status == 200
    assert client.get(f"{base}/rounds").status == 200


def test_a_project_that_was_never_asked_has_no_task(served, tmp_path):
    """Where nothing was started, nothing is at work and nothing failed."""
    project = Projects(tmp_path).new("新")
    assert served.app.state.jobs.state(project, "work") == JobState()
