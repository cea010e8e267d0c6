"""What stops, and what is carried, is told on the pages in the words of an office."""

from __future__ import annotations

import re

import pytest
from office_walk import write_files
from small_office import register, write_csv

SETTINGS = """
[run]
lang = "zh"
[area]
name = "新区"
[load.towns]
path = "data/街镇边界.geojson"
[[load.residences]]
path = "data/居住小区.geojson"
"""
REGISTER = '\n[[load.facilities]]\npath = "data/{name}"\nkind = "{kind}"\n{datum}'


@pytest.fixture(scope="module")
def project(served, tmp_path_factory):
    """Return somebody, the address of a project and the project, with towns and compounds."""
    folder = tmp_path_factory.mktemp("files")
    files, _ = write_files(folder)
    places = [(column, row) for row in range(1, 16, 4) for column in range(1, 16, 4)]
    rows = register(places, "早餐")
    write_csv(folder / "忘记.csv", rows)
    heads = [*rows[0][:-2], rows[0][-1], rows[0][-2]]
    write_csv(folder / "对调.csv", [heads, *rows[1:]])
    write_csv(folder / "空表.csv", rows[:1])
    client, base = served.project("新区")
    named = [*files, *(folder / f"{name}.csv" for name in ("忘记", "对调", "空表"))]
    client.upload(f"{base}/upload", [(path.name, path.read_bytes()) for path in named])
    return client, base, served.app.state.projects.find(base.rpartition("/")[2])


def checked(project, *registers, more=""):
    """Return the page of mistakes after a check of registers: name, kind, datum."""
    client, base, own = project
    listed = "".join(
        REGISTER.format(name=name, kind=kind, datum=f'datum = "{datum}"\n' if datum else "")
        for name, kind, datum in registers
    )
    own.settings.path.write_text(SETTINGS + listed + more, "utf-8")
    client.post(f"{base}/start/check")
    return client.settle(f"{base}/check").text


def test_what_is_forgotten_swapped_or_empty_is_told_at_once(project):
    """A datum nobody stated, columns the wrong way round and an empty list each stop, by name."""
    page = checked(
        project,
        ("忘记.csv", "breakfast", ""),
        ("对调.csv", "wet_market", "WGS-84"),
        ("空表.csv", "convenience", "WGS-84"),
    )
    told = re.findall(r'class="note bad">(.*?)</p>', page, re.DOTALL)
    assert len(told) == 3
    for name, word in (("忘记", "没有声明坐标系"), ("对调", "写反"), ("空表", "没有")):
        assert any(name in one and word in one for one in told), (name, told)


def test_a_wrong_datum_is_doubted_and_missing_streets_are_said(project):
    """What was stated is carried, and the page says what speaks against it and what is lost."""
    client, base, _ = project
    page = checked(project, ("早餐网点（高德）.csv", "breakfast", "WGS-84"))
    assert "坐标系可疑" in page
    assert "GCJ-02" in page
    assert "步行距离按直线估算" in client.get(f"{base}/run").text
    page = checked(
        project,
        ("早餐网点（高德）.csv", "breakfast", "GCJ-02"),
        more='[load.streets]\npath = "data/道路.osm"\n',
    )
    assert "坐标系可疑" not in page
    assert "步行距离按直线估算" not in client.get(f"{base}/run").text
