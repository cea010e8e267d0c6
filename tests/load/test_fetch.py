"""Fetching streets by name, against a local server that answers as Nominatim and Overpass do."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import geopandas as gpd
import osmnx
import pytest
from shapely import box

from livelihood_map.cli import main
from livelihood_map.core.crs import local_transverse_mercator
from livelihood_map.core.errors import SourceError
from livelihood_map.core.settings import StreetSource
from livelihood_map.load.osm.streets import fetch_streets, load_streets

OUTLINE = box(121.40, 31.10, 121.42, 31.12)
FOUND = {
    "place_id": 240_000_001,
    "licence": "Data © OpenStreetMap contributors, ODbL 1.0. http://osm.org/copyright",
    "osm_type": "relation",
    "osm_id": 1_278_250,
    "lat": "31.1100000",
    "lon": "121.4100000",
    "class": "boundary",
    "type": "administrative",
    "place_rank": 12,
    "importance": 0.48,
    "addresstype": "city_district",
    "name": "闵行区",
    "display_name": "闵行区, 上海市, 中国",
    "boundingbox": ["31.10", "31.12", "121.40", "121.42"],
    "geojson": {"type": "Polygon", "coordinates": [list(OUTLINE.exterior.coords)]},
}
STREETS = {
    "version": 0.6,
    "generator": "Overpass API 0.7.62.1 084b4234",
    "osm3s": {
        "timestamp_osm_base": "2023-02-15T00:00:00Z",
        "copyright": "The data included in this document is from www.openstreetmap.org.",
    },
    "elements": [
        {
            "type": "way",
            "id": 20,
            "nodes": [1, 2, 3],
            "tags": {"highway": "residential", "name": '莘松路 "西段" & <南>'},
        },
        {
            "type": "way",
            "id": 10,
            "nodes": [2, 4],
            "tags": {"highway": "service", "access": "private"},
        },
        {"type": "node", "id": 3, "lat": 31.11, "lon": 121.412},
        {"type": "node", "id": 1, "lat": 31.11, "lon": 121.41},
        {"type": "node", "id": 2, "lat": 31.11, "lon": 121.411, "tags": {"highway": "crossing"}},
        {"type": "node", "id": 4, "lat": 31.111, "lon": 121.411},
    ],
}


@contextmanager
def serving(search=(200, [FOUND]), interpreter=(200, STREETS)):
    """Serve one answer for place names and one for streets; give the address and the requests."""
    requests = []

    class Service(BaseHTTPRequestHandler):
        def answer(self, status, content):
            body = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            requests.append(("search", parse_qs(urlsplit(self.path).query)))
            self.answer(*search)

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            requests.append(("interpreter", parse_qs(body)))
            self.answer(*interpreter)

        def log_message(self, *parts):
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", requests
    finally:
        server.shutdown()
        server.server_close()


class OneAfterTheOther:
    """Answers that differ from question to question."""

    def __init__(self, answers, last):
        self.answers, self.last = answers, last

    def __iter__(self):
        return iter((200, next(self.answers, self.last)))


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    """OSMnx waits a second between questions; no test waits."""
    monkeypatch.setattr("time.sleep", lambda _: None)


def fetch(path, address, place="闵行区, 上海市", **options):
    """Fetch from the local server."""
    return fetch_streets(place, path, endpoint=f"{address}/api", geocoder=address, **options)


def test_streets_are_fetched_by_name_and_load(tmp_path):
    """A place's name gives an extract that loads, with private ways and odd names intact."""
    with serving() as (address, requests):
        path = fetch(tmp_path / "streets.osm", address)
    assert [kind for kind, _ in requests] == ["search", "interpreter"]
    assert requests[0][1]["q"] == ["闵行区, 上海市"]
    question = requests[1][1]["data"][0]
    assert '(way["highway"](poly:' in question
    crs = local_transverse_mercator(121.4666667)
    area = gpd.GeoSeries([OUTLINE], crs=4326).to_crs(crs).iloc[0]
    streets = load_streets(
        StreetSource(path=path.name), area=area, margin_m=100, crs=crs, base=path.parent
    )
    assert streets.edges["name"].dropna().tolist() == ['莘松路 "西段" & <南>'] * 2
    assert streets.edges["access"].dropna().tolist() == ["private"]


def test_the_command_fetches_too(tmp_path, capsys):
    """`fetch` takes the addresses of one's own services and names the file."""
    with serving() as (address, _):
        words = ["fetch", "闵行区, 上海市", str(tmp_path / "a.osm"), "--geocoder", address]
        assert main([*words, "--endpoint", f"{address}/api"]) == 0
    assert "a.osm" in capsys.readouterr().out
    with serving(search=(200, [])) as (address, _):
        assert main([*words[:-1], address, "--endpoint", f"{address}/api"]) == 1
    assert "找不到“闵行区, 上海市”的范围" in capsys.readouterr().err


def test_the_same_answer_gives_the_same_file(tmp_path):
    """The order of an answer does not show in the file."""
    turned = {**STREETS, "elements": STREETS["elements"][::-1]}
    with serving() as (address, _):
        first = fetch(tmp_path / "a.osm", address)
    with serving(interpreter=(200, turned)) as (address, _):
        second = fetch(tmp_path / "b.osm", address)
    assert first.read_bytes() == second.read_bytes()


def test_an_outline_needs_no_name(tmp_path):
    """With an outline no place is looked up, and the question reaches the margin beyond it."""
    with serving() as (address, requests):
        fetch(tmp_path / "a.osm", address, place=OUTLINE, margin_m=2000)
    assert [kind for kind, _ in requests] == ["interpreter"]
    corners = requests[0][1]["data"][0].partition("poly:'")[2].partition("'")[0].split()
    longitudes = [float(value) for value in corners[1::2]]
    assert min(longitudes) < 121.40 - 0.02
    assert max(longitudes) > 121.42 + 0.02


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    """OSMnx's settings and the name service are as before, and no cache folder appears."""
    monkeypatch.chdir(tmp_path)
    names = ("overpass_url", "nominatim_url", "cache_folder", "cache_only_mode", "use_cache")
    names += ("requests_kwargs",)
    before = [getattr(osmnx.settings, name) for name in names]
    resolve = socket.getaddrinfo
    with serving() as (address, _):
        fetch(tmp_path / "a.osm", address)
    assert [getattr(osmnx.settings, name) for name in names] == before
    assert socket.getaddrinfo is resolve
    assert [path.name for path in tmp_path.iterdir()] == ["a.osm"]


@pytest.mark.parametrize(
    "answer",
    [[], [{**FOUND, "geojson": {"type": "Point", "coordinates": [121.41, 31.11]}}]],
    ids=["nothing", "a point"],
)
def test_an_unknown_place_is_named(tmp_path, answer):
    """A place without an outline is refused with how to write it."""
    with serving(search=(200, answer)) as (address, _), pytest.raises(SourceError) as caught:
        fetch(tmp_path / "a.osm", address)
    assert "找不到“闵行区, 上海市”的范围" in str(caught.value)


@pytest.mark.parametrize(
    "answer",
    [
        (400, b"<html><body>bad request</body></html>"),
        (200, b"<html><body>busy</body></html>"),
        (200, {"elements": [], "remark": "runtime error: Query timed out after 180 seconds"}),
    ],
    ids=["refused", "not JSON", "timed out"],
)
def test_a_failing_service_is_named(tmp_path, answer):
    """A refusal, a web page or an answer cut short gives the address and what to do."""
    with serving(interpreter=answer) as (address, _), pytest.raises(SourceError) as caught:
        fetch(tmp_path / "a.osm", address)
    assert f"无法从 {address}/api 下载道路" in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_no_service_at_all_is_named(tmp_path):
    """Without a server at the address the error says so."""
    with serving() as (address, _):
        pass
    with pytest.raises(SourceError, match="无法从"):
        fetch(tmp_path / "a.osm", address)


def test_a_place_without_streets_leaves_no_file(tmp_path):
    """An answer without any street is an error and leaves nothing that looks like an extract."""
    empty = {**STREETS, "elements": []}
    with serving(interpreter=(200, empty)) as (address, _), pytest.raises(SourceError) as caught:
        fetch(tmp_path / "a.osm", address)
    assert "没有给出" in str(caught.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "answer",
    [
        {**STREETS, "elements": []},
        {"elements": [], "remark": "runtime error: Query timed out"},
        {"version": 0.6},
        {**STREETS, "elements": [{"type": "way", "id": 20}]},
        {**STREETS, "elements": STREETS["elements"][:4]},
        {**STREETS, "elements": [*STREETS["elements"][:5], {**STREETS["elements"][5], "lat": "?"}]},
        {**STREETS, "elements": 7},
    ],
    ids=["empty", "timed out", "no list", "half a way", "nodes missing", "no number", "other type"],
)
def test_a_file_that_is_there_survives_a_bad_answer(tmp_path, answer):
    """Streets fetched before stay as they were when the answer is empty, cut short or broken."""
    path = tmp_path / "a.osm"
    path.write_text("before", "utf-8")
    with serving(interpreter=(200, answer)) as (address, _), pytest.raises(SourceError) as caught:
        fetch(path, address)
    assert "\n" not in str(caught.value)
    assert path.read_text("utf-8") == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_one_piece_that_fails_fails_the_whole(tmp_path, monkeypatch):
    """Of a large area fetched in pieces, no file is made when the service answers one in part."""
    monkeypatch.setattr(osmnx.settings, "max_query_area_size", 3e6)
    timed_out = {"elements": [], "remark": "runtime error: Query timed out"}
    answers = iter([STREETS, timed_out])
    pieces = OneAfterTheOther(answers, last=STREETS)
    with serving(interpreter=pieces) as (address, requests), pytest.raises(SourceError) as caught:
        fetch(tmp_path / "a.osm", address, margin_m=0)
    assert len(requests) > 3
    assert "没有完整作答" in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_service_that_stays_busy_is_given_up(tmp_path):
    """A question that a busy service turns away five times is put no sixth time."""
    with (
        serving(interpreter=(504, {})) as (address, requests),
        pytest.raises(SourceError) as caught,
    ):
        fetch(tmp_path / "a.osm", address)
    assert "HTTP 504" in str(caught.value)
    assert len(requests) == 1 + 5


@pytest.mark.parametrize("found", [[{"place_id": 1}], [7], b"<html>" * 1000, {"error": "busy"}])
def test_nonsense_in_place_of_an_outline_is_told_in_short(tmp_path, found):
    """Whatever else comes for a place's name is an error of one short line."""
    with serving(search=(200, found)) as (address, _), pytest.raises(SourceError) as caught:
        fetch(tmp_path / "a.osm", address)
    assert len(str(caught.value)) < 400
    assert "\n" not in str(caught.value)
