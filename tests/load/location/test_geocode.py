"""Rows without coordinates, looked up by address at a service on this machine."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from register_files import HEADINGS, ROWS, as_csv, source, take_all

from livelihood_map.core import datum
from livelihood_map.core.settings import GeocoderSettings
from livelihood_map.load.location.geocode import (
    KEYS,
    Amap,
    CachedGeocoder,
    GeocoderError,
    Tianditu,
    open_geocoder,
)

PLACE = (121.385, 31.135)
KNOWN, VAGUE, UNKNOWN = "平南路1号", "平南路", "月球路1号"


class _Service(BaseHTTPRequestHandler):
    """Answers as the two services do, in their formats."""

    def do_GET(self):
        """Answer one question."""
        path = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(path.query).items()}
        self.server.asked.append(asked)
        if path.path == "/broken":
            return self._send(200, "<html>")
        if path.path == "/down":
            return self._send(503, "{}")
        answer = self._tianditu(asked) if path.path == "/tianditu" else self._amap(asked)
        return self._send(200, json.dumps(answer, ensure_ascii=False))

    def _tianditu(self, asked):
        if asked["tk"] != "right":
            return {"status": "1", "msg": "非法Key"}
        address = json.loads(asked["ds"])["keyWord"]
        if address.endswith(UNKNOWN):
            return {"status": "404", "msg": "无结果"}
        score = 95 if address.endswith(KNOWN) else 50
        place = {"lon": PLACE[0], "lat": PLACE[1], "score": score, "level": "门址"}
        return {"status": "0", "msg": "ok", "location": place}

    def _amap(self, asked):
        if asked["key"] != "right":
            return {"status": "0", "info": "INVALID_USER_KEY", "infocode": "10001"}
        if asked["address"].endswith(UNKNOWN):
            return {"status": "1", "count": "0", "geocodes": []}
        level = "门牌号" if asked["address"].endswith(KNOWN) else "道路"
        lon, lat = datum.wgs84_to_gcj02(*PLACE)
        place = {"location": f"{lon:.6f},{lat:.6f}", "level": level}
        return {"status": "1", "count": "1", "geocodes": [place]}

    def _send(self, status, text):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def service():
    """Return a server on this machine that answers like Tianditu and Amap."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Service)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def address_of(service, path):
    """Return the address of a path of the server."""
    return f"http://127.0.0.1:{service.server_port}/{path}"


def geocoder(service, folder, kind="tianditu", key="right", **settings):
    """Return a geocoder that asks the server and never really waits."""
    maker = {"tianditu": Tianditu, "amap": Amap}[kind]
    options = {"per_second": 2.0, "confidence_min": 0.8, "sleep": lambda _: None, **settings}
    asker = maker(key, endpoint=address_of(service, kind))
    return CachedGeocoder(asker, cache=folder / "geocodes.json", **options)


@pytest.mark.parametrize(("kind", "name"), [("tianditu", "CGCS2000"), ("amap", "GCJ-02")])
def test_an_address_is_found_in_wgs84_with_datum_and_confidence(service, tmp_path, kind, name):
    """The answer is brought to WGS-84 and keeps the service's datum and confidence."""
    found = geocoder(service, tmp_path, kind).find(KNOWN)
    assert (found.lon, found.lat) == pytest.approx(PLACE, abs=1e-6)
    assert (found.datum, found.confidence) == (name, 0.95)


@pytest.mark.parametrize("kind", ["tianditu", "amap"])
def test_rows_without_coordinates_are_placed_or_rejected(service, tmp_path, kind):
    """A sure answer places the row and is noted; a vague one and none reject it."""
    rows = [ROWS[0]] + [
        [n, None, f"店{n}", address, None, None, None]
        for n, address in enumerate((KNOWN, VAGUE, UNKNOWN), start=2)
    ]
    as_csv([HEADINGS, *rows])(tmp_path / "a.csv")
    asker = geocoder(service, tmp_path, kind)
    result = take_all(tmp_path, [source("a.csv", datum="BD-09")], geocoder=asker)
    assert result.rejects["problem_key"].tolist() == ["address_vague", "address_unknown"]
    assert result.notes["problem_key"].tolist() == ["address_found"]
    placed = result.facilities.set_index("name").loc["店2"]
    assert (placed["geocoded_by"], placed["geocoded_confidence"]) == (kind, 0.95)
    assert placed["town_id"] == "310112006"
    assert result.counts["rows_n"].sum() == len(result.facilities) + len(result.rejects)


def test_an_address_list_without_coordinate_columns_is_placed(service, tmp_path):
    """A register that has only addresses is taken in by them."""
    as_csv([["名称", "地址"], ["甲", KNOWN], ["乙", UNKNOWN]])(tmp_path / "a.csv")
    asker = geocoder(service, tmp_path)
    result = take_all(tmp_path, [source("a.csv")], geocoder=asker)
    assert result.facilities["name"].tolist() == ["甲"]
    assert result.rejects["row"].tolist() == [3]


def test_without_a_geocoder_the_rows_stay_rejected_with_the_remedy(tmp_path):
    """Without a key the rows stay in the rejects, which say what to do."""
    as_csv([["名称", "地址"], ["甲", KNOWN]])(tmp_path / "a.csv")
    result = take_all(tmp_path, [source("a.csv")])
    assert result.rejects["problem_key"].tolist() == ["no_coordinates"]
    assert "密钥" in result.rejects["remedy"].iloc[0]


def test_an_address_is_asked_once_and_remembered(service, tmp_path):
    """Found and unknown addresses are asked once, also by the next run without internet."""
    first = geocoder(service, tmp_path)
    for address in (KNOWN, UNKNOWN, KNOWN, UNKNOWN):
        first.find(address)
    assert len(service.asked) == 2
    before = (tmp_path / "geocodes.json").read_bytes()
    again = CachedGeocoder(
        Tianditu("right", endpoint="http://127.0.0.1:9/nobody"),
        cache=tmp_path / "geocodes.json",
        per_second=1,
        confidence_min=0.8,
    )
    assert again.find(KNOWN).confidence == 0.95
    assert again.find(UNKNOWN) is None
    assert (tmp_path / "geocodes.json").read_bytes() == before


def test_two_services_share_the_cache_without_mixing(service, tmp_path):
    """The answers of one service are not taken for those of the other."""
    for kind in ("tianditu", "amap"):
        asker = geocoder(service, tmp_path, kind)
        asker.find(KNOWN)
    assert len(service.asked) == 2
    lines = (tmp_path / "geocodes.json").read_text("utf-8").splitlines()
    assert [json.loads(line)["service"] for line in lines] == ["tianditu", "amap"]


def test_questions_are_spaced_in_time(service, tmp_path):
    """Questions wait until their turn: at two a second, half a second after the last."""
    now, pauses = [100.0], []

    def sleep(seconds):
        pauses.append(round(seconds, 3))
        now[0] += seconds

    asker = geocoder(service, tmp_path, per_second=2.0, clock=lambda: now[0], sleep=sleep)
    asker.find("甲路1号")
    now[0] += 0.2
    asker.find("乙路1号")
    now[0] += 5.0
    asker.find("丙路1号")
    assert pauses == [0.3, 0.0]


def test_the_district_is_put_before_a_bare_address(service, tmp_path):
    """A bare address is asked with the district; one that names a district is left alone."""
    asker = geocoder(service, tmp_path, "amap", prefix="上海市闵行区")
    asker.find(KNOWN)
    asker.find(f"徐汇区{KNOWN}")
    assert [asked["address"] for asked in service.asked] == [
        f"上海市闵行区{KNOWN}",
        f"徐汇区{KNOWN}",
    ]


@pytest.mark.parametrize("kind", ["tianditu", "amap"])
def test_a_wrong_key_rejects_the_rows_and_is_not_remembered(service, tmp_path, kind):
    """A refusal rejects the rows with the service's words and is asked again next time."""
    as_csv([["名称", "地址"], ["甲", KNOWN]])(tmp_path / "a.csv")
    asker = geocoder(service, tmp_path, kind, key="wrong")
    result = take_all(tmp_path, [source("a.csv")], geocoder=asker)
    assert result.rejects["problem_key"].tolist() == ["geocoder_silent"]
    assert not (tmp_path / "geocodes.json").exists()


@pytest.mark.parametrize("path", ["broken", "down"])
def test_a_service_that_fails_is_told(service, path):
    """Nonsense and HTTP errors are told as a failure of the service."""
    with pytest.raises(GeocoderError):
        Amap("right", endpoint=address_of(service, path)).ask(KNOWN)


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:9/", "file:///etc/hostname"])
def test_a_service_that_is_not_there_is_told(endpoint):
    """No answer, or an address that is not of the web, is told as a failure of the service."""
    with pytest.raises(GeocoderError):
        Tianditu("right", endpoint=endpoint).ask(KNOWN)


def test_the_key_comes_from_the_environment(tmp_path):
    """A geocoder opens only with settings and a key in the environment."""
    settings = GeocoderSettings(service="amap")
    assert open_geocoder(None, base=tmp_path, environment={KEYS["amap"]: "k"}) is None
    assert open_geocoder(settings, base=tmp_path, environment={}) is None
    opened = open_geocoder(settings, base=tmp_path, environment={KEYS["amap"]: "k"})
    assert opened.name == "amap"
