"""Geocoders that answer strangely or not at all, and the file that keeps every answer."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from register_files import as_csv, source, take_all

from livelihood_map.core.errors import SourceError
from livelihood_map.core.io import OutputError
from livelihood_map.load.location import geocode_services
from livelihood_map.load.location.geocode import (
    FAILURES_MAX,
    Amap,
    CachedGeocoder,
    GeocoderError,
    GeocoderStoppedError,
    Tianditu,
)

NO_PLACES = ([], None, "", {})
AT = "121.385,31.135"
UNKNOWN = {
    "tianditu": [
        {"status": "404", "msg": "无结果"},
        {"status": 101, "msg": "无结果"},
        {"status": "0", "msg": "ok"},
        *({"status": "0", "location": location} for location in NO_PLACES),
        *({"status": 0, "location": {"lon": empty, "lat": empty}} for empty in NO_PLACES),
        {"status": "0", "location": {"score": 90}},
        {"status": "0", "location": {"lon": "0", "lat": 0.0, "score": 90}},
    ],
    "amap": [
        {"status": "0", "info": "ENGINE_RESPONSE_DATA_ERROR", "infocode": "30001"},
        {"status": 0, "info": "INVALID_PARAMS", "infocode": 20000},
        {"status": "1", "count": "0"},
        *({"status": 1, "geocodes": places} for places in NO_PLACES),
        *({"status": "1", "geocodes": [{"location": location}]} for location in NO_PLACES),
        {"status": "1", "geocodes": [{"level": "门牌号"}]},
        {"status": "1", "geocodes": [{"location": "0,0"}]},
    ],
}
NONSENSE = {
    "tianditu": [
        {"status": "0", "location": AT},
        {"status": "0", "location": [121.4, 31.1]},
        {"status": "0", "location": {"lon": 121.4}},
        {"status": "0", "location": {"lon": "east", "lat": 31.1}},
        {"status": "0", "location": {"lon": 1214.0, "lat": 31.1}},
        {"status": "0", "location": {"lon": float("nan"), "lat": 31.1}},
        {"status": "0", "location": {"lon": 121.4, "lat": 31.1, "score": "high"}},
        {},
    ],
    "amap": [
        {"status": "1", "geocodes": [None]},
        {"status": "1", "geocodes": "none"},
        {"status": "1", "geocodes": {"location": AT}},
        {"status": "1", "geocodes": [{"location": "121.4"}]},
        {"status": "1", "geocodes": [{"location": "31.1;121.4"}]},
        {"status": "1", "geocodes": [{"location": 7}]},
        {"status": "1", "geocodes": [{"location": "121.4,1e999"}]},
        {},
    ],
}
REFUSALS = {
    "tianditu": [{"status": "1", "msg": "非法Key"}, {"code": 301005, "msg": "超过访问频率\n限制"}],
    "amap": [{"status": "0", "info": "USER_DAILY_QUERY_OVER_LIMIT", "infocode": "10044"}],
}
MAKERS = {"tianditu": Tianditu, "amap": Amap}


def cases(table):
    """Return services with each of their answers."""
    return [pytest.param(kind, answer) for kind, found in table.items() for answer in found]


class Service(BaseHTTPRequestHandler):
    """Sends what the test says."""

    def do_GET(self):
        """Answer one question."""
        self.send_response(self.server.status)
        self.end_headers()
        for piece in self.server.pieces:
            self.wfile.write(piece)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def service():
    """Return a server on this machine that answers 200 and what its `pieces` are."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.status, server.pieces = 200, []
    server.address = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def asked(monkeypatch, kind, answer):
    """Return what a service makes of an answer."""
    monkeypatch.setattr(geocode_services, "_fetched", lambda _: json.dumps(answer).encode())
    return MAKERS[kind]("key").ask("平南路1号")


@pytest.mark.parametrize(("kind", "answer"), cases(UNKNOWN))
def test_every_form_of_none_is_none(monkeypatch, kind, answer):
    """However a service says that it knows no such address, it is read so."""
    assert asked(monkeypatch, kind, answer) is None


@pytest.mark.parametrize(("kind", "answer"), cases(NONSENSE))
def test_an_answer_of_another_shape_is_no_answer(monkeypatch, kind, answer):
    """An answer that cannot be understood is a failure of the service, not of the address."""
    with pytest.raises(GeocoderError, match="无法识别"):
        asked(monkeypatch, kind, answer)


@pytest.mark.parametrize(("kind", "answer"), cases(REFUSALS))
def test_a_refusal_is_told_in_the_services_words(monkeypatch, kind, answer):
    """A wrong key or a used-up quota is told in the service's words, on one line."""
    with pytest.raises(GeocoderError) as caught:
        asked(monkeypatch, kind, answer)
    assert "服务提示：" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_texts_and_numbers_are_read_alike(monkeypatch):
    """Degrees and scores may come as texts; a missing score counts as not sure at all."""
    place = {"lon": "121.4", "lat": 31.1, "score": "95"}
    found = asked(monkeypatch, "tianditu", {"status": 0, "location": place})
    assert found == (121.4, 31.1, 0.95)
    del place["score"]
    assert asked(monkeypatch, "tianditu", {"status": 0, "location": place})[2] == 0
    geocodes = [{"location": AT, "level": []}]
    found = asked(monkeypatch, "amap", {"status": 1, "geocodes": geocodes})
    assert found == (121.385, 31.135, 0.1)


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>log in</html>", b"[]", b"7", b"\xff\xfe{}", b"[" * 100_000, b'"' + b"x" * 10**6],
    ids=["nothing", "web page", "list", "number", "bytes", "deep", "too large"],
)
def test_what_is_no_object_of_json_is_told(service, content):
    """A web page, an empty, a huge or an endless answer is told as a failure of the service."""
    service.pieces = [content]
    with pytest.raises(GeocoderError, match="无法识别"):
        Amap("key", endpoint=service.address).ask("平南路1号")


def test_an_error_page_is_told_by_its_number(service):
    """An error page is told by its number, and the key is not."""
    service.status, service.pieces = 502, [b"<html>Bad gateway</html>"]
    with pytest.raises(GeocoderError, match="HTTP 502"):
        Tianditu("key", endpoint=service.address).ask("平南路1号")


def test_the_key_is_in_no_message(monkeypatch):
    """An address of a service that cannot be used is told without the key in it."""
    with pytest.raises(GeocoderError) as caught:
        Tianditu("secret", endpoint="http://127.0.0.1:9/a b").ask("平南路1号")
    assert "secret" not in str(caught.value)


def test_a_service_that_dawdles_is_not_waited_for(service, monkeypatch):
    """The whole answer must come in time, not only each piece of it."""
    monkeypatch.setattr(geocode_services, "_TIMEOUT_S", 0.3)
    is_over = threading.Event()

    def dawdle():
        while not is_over.wait(0.05):
            yield b" "

    service.pieces = dawdle()
    started = time.monotonic()
    with pytest.raises(GeocoderError, match="没有答复"):
        Amap("key", endpoint=service.address).ask("平南路1号")
    assert time.monotonic() - started < 2
    is_over.set()


class Fake:
    """A service that answers as told, and counts."""

    name = "tianditu"
    datum = "CGCS2000"

    def __init__(self, *answers, last=None):
        self.answers, self.last, self.asked = list(answers), last, []

    def ask(self, address):
        """Answer one question."""
        self.asked.append(address)
        answer = self.answers.pop(0) if self.answers else self.last
        if isinstance(answer, Exception):
            raise answer
        return answer


DEAD = GeocoderError("load.geocoder_unreachable", detail="refused")
PLACE = (121.385, 31.135, 0.95)


def geocoder(fake, path):
    """Return a geocoder that asks the fake and never waits."""
    return CachedGeocoder(fake, cache=path, per_second=1, confidence_min=0.8, sleep=lambda _: None)


@pytest.fixture
def cache(tmp_path):
    """Return where the answers are kept."""
    return tmp_path / "geocodes.json"


def find_all(asker, count):
    """Ask for so many addresses; return the class of error of each, None where there is none."""
    errors = []
    for number in range(count):
        try:
            asker.find(f"平南路{number}号")
            errors.append(None)
        except GeocoderError as error:
            errors.append(type(error))
    return errors


def test_a_dead_service_is_left_alone_and_the_rest_asked_next_time(cache):
    """After five failures in a row nothing more is asked; the next run asks only what is left."""
    fake = Fake(PLACE, None, last=DEAD)
    asker = geocoder(fake, cache)
    errors = find_all(asker, 10)
    assert errors == [None] * 2 + [GeocoderError] * FAILURES_MAX + [GeocoderStoppedError] * 3
    assert len(fake.asked) == 2 + FAILURES_MAX
    (remark,) = asker.remarks()
    assert "还有 8 个地址" in remark
    again = Fake(last=PLACE)
    asker = geocoder(again, cache)
    assert find_all(asker, 10) == [None] * 10
    assert again.asked == [f"平南路{number}号" for number in range(2, 10)]
    assert asker.remarks() == []


def test_failures_between_answers_stop_nothing(cache):
    """Only failures in a row count."""
    fake = Fake(*([DEAD] * 4 + [PLACE]) * 3)
    assert find_all(geocoder(fake, cache), 15).count(GeocoderStoppedError) == 0


def test_rows_that_were_not_asked_say_so(tmp_path, cache):
    """Rows after the fifth failure are rejected as not asked, with what the next run does."""
    rows = [[f"店{n}", f"平南路{n}号"] for n in range(8)]
    as_csv([["名称", "地址"], *rows])(tmp_path / "a.csv")
    result = take_all(tmp_path, [source("a.csv")], geocoder=geocoder(Fake(last=DEAD), cache))
    keys = result.rejects["problem_key"].tolist()
    assert keys == ["geocoder_silent"] * 5 + ["geocoder_stopped"] * 3
    assert "只会查询还没有答复的地址" in result.rejects["remedy"].iloc[-1]
    assert "平南路7号" in result.rejects["problem"].iloc[-1]


KILLED = """
import os, sys
from pathlib import Path
from livelihood_map.load.location.geocode import CachedGeocoder

class Fake:
    name, datum = "tianditu", "CGCS2000"
    def ask(self, address):
        if address == "3":
            os._exit(9)
        return 121.4, 31.1, 0.9

asker = CachedGeocoder(Fake(), cache=Path(sys.argv[1]), per_second=1e9, confidence_min=0)
for number in range(9):
    asker.find(str(number))
"""


def test_a_run_that_is_killed_has_kept_its_answers(cache):
    """Each answer is in the file when the next question goes out."""
    done = subprocess.run([sys.executable, "-c", KILLED, str(cache)], check=False)
    assert done.returncode == 9
    lines = [json.loads(line) for line in cache.read_text("utf-8").splitlines()]
    assert [line["address"] for line in lines] == ["0", "1", "2"]


@pytest.mark.parametrize("lon", ["1e300", "NaN", "-181", "9" * 400])
def test_an_answer_that_is_no_place_names_its_line(cache, lon):
    """An answer in the file that lies nowhere on earth is refused with its line."""
    known = f'{{"lon": {lon}, "lat": 1, "confidence": 1}}'
    cache.write_text(
        '{"service": "amap", "address": "x", "answer": null}\n'
        f'{{"service": "amap", "address": "y", "answer": {known}}}\n'
    )
    with pytest.raises(SourceError, match=r"geocodes\.json.*2"):
        geocoder(Fake(), cache)


def test_keeping_answers_takes_time_by_their_number(cache):
    """What is written for an answer does not grow with the answers before it."""
    asker = geocoder(Fake(last=PLACE), cache)
    find_all(asker, 2)
    number, before = cache.stat().st_ino, cache.stat().st_size
    find_all(asker, 3)
    assert cache.stat().st_ino == number
    assert cache.stat().st_size == before * 3 // 2


@pytest.mark.parametrize(
    "tail", [b'{"service": "tian', b"{", bytes(40), '{"service": "天'.encode()[:-1]]
)
def test_a_line_cut_short_is_asked_again(cache, tail):
    """A torn last line costs that one answer, is told, and is gone with the next answer."""
    find_all(geocoder(Fake(last=PLACE), cache), 3)
    whole = cache.read_bytes()
    cache.write_bytes(whole + tail)
    fake = Fake(last=PLACE)
    asker = geocoder(fake, cache)
    assert "最后一行不完整" in asker.remarks()[0]
    find_all(asker, 4)
    assert fake.asked == ["平南路3号"]
    assert cache.read_bytes().startswith(whole)
    assert len(cache.read_bytes().splitlines()) == 4
    assert geocoder(fake, cache).remarks() == []


def test_a_file_saved_by_an_editor_is_read(cache):
    """Byte order mark, Windows line ends and a missing last line end lose nothing."""
    find_all(geocoder(Fake(last=PLACE), cache), 3)
    text = cache.read_text("utf-8").rstrip("\n").replace("\n", "\r\n")
    cache.write_bytes(b"\xef\xbb\xbf" + text.encode())
    fake = Fake(last=PLACE)
    asker = geocoder(fake, cache)
    assert find_all(asker, 4) == [None] * 4
    assert asker.remarks() == []
    assert fake.asked == ["平南路3号"]
    assert len(cache.read_bytes().splitlines()) == 4


GOOD = '{"service": "tianditu", "address": "甲", "answer": null}'


@pytest.mark.parametrize(
    "line",
    [
        "[1",
        "名称,地址",
        '{"service": "tianditu"}',
        '{"service": 1, "address": "乙", "answer": null}',
        '{"service": "tianditu", "address": "乙", "answer": {"lon": 1, "lat": 2}}',
        '{"service": "amap", "address": "乙", "answer": {"lon": 1, "lat": 2, "confidence": NaN}}',
        '{"service": "amap", "address": "乙", "answer": {"lon": "1", "lat": 2, "confidence": 1}}',
    ],
)
def test_a_damaged_line_is_named_and_nothing_overwritten(cache, line):
    """A line that is not ours is refused with its number, and the file stays as it is."""
    cache.write_text(f"{GOOD}\n{line}\n{GOOD}\n", "utf-8")
    before = cache.read_bytes()
    with pytest.raises(SourceError, match="第 2 行") as caught:
        geocoder(Fake(), cache)
    assert str(cache) in str(caught.value)
    assert cache.read_bytes() == before


@pytest.mark.parametrize("text", ["[1", "名称,地址", "<html>"])
def test_another_file_is_not_taken_for_a_torn_line(cache, text):
    """A file of one line that is not ours is refused rather than replaced."""
    cache.write_text(text, "utf-8")
    with pytest.raises(SourceError, match="第 1 行"):
        geocoder(Fake(), cache)


def test_answers_of_the_former_sort_of_file_are_kept(cache):
    """A file of one object is read, and is one answer a line after the next answer."""
    former = {"amap": {"甲": None}, "tianditu": {"平南路0号": list(PLACE), "平南路1号": None}}
    cache.write_text(json.dumps(former, ensure_ascii=False, indent=1), "utf-8")
    fake = Fake(last=PLACE)
    find_all(geocoder(fake, cache), 3)
    assert fake.asked == ["平南路2号"]
    lines = [json.loads(line) for line in cache.read_text("utf-8").splitlines()]
    assert [line["service"] for line in lines] == ["amap", "tianditu", "tianditu", "tianditu"]


def test_a_damaged_file_of_the_former_sort_is_refused(cache):
    """An answer of the former sort that is none is named by its address."""
    cache.write_text('{"tianditu": {"甲": [1, 2]}}', "utf-8")
    with pytest.raises(SourceError, match="甲"):
        geocoder(Fake(), cache)


def test_an_answer_that_cannot_be_kept_stops_the_run(cache):
    """Where the file cannot be written, nothing more is asked, and the file is named."""
    cache.mkdir()
    with pytest.raises(SourceError, match=r"geocodes\.json"):
        geocoder(Fake(), cache)
    cache.rmdir()
    asker = geocoder(Fake(last=PLACE), cache)
    cache.mkdir()
    with pytest.raises(OutputError, match="却是一个目录"):
        asker.find("平南路1号")


@pytest.mark.skipif(os.name == "nt", reason="the disk is filled as other systems do it")
def test_half_an_answer_on_a_full_disk_is_mended_by_the_next(cache, monkeypatch):
    """After an answer that was written half, the file is made anew with the next one."""
    asker = geocoder(Fake(last=PLACE), cache)
    find_all(asker, 1)

    def fill(text, path):
        with path.open("a", encoding="utf-8") as file:
            file.write(text[:9])
        raise OutputError("core.artefact_absent", path=str(path)) from OSError(errno.ENOSPC, "")

    with monkeypatch.context() as patched:
        patched.setattr("livelihood_map.load.location.geocode_cache.append_text", fill)
        with pytest.raises(OutputError):
            find_all(asker, 2)
    assert find_all(asker, 3) == [None] * 3
    assert len([json.loads(line) for line in cache.read_text("utf-8").splitlines()]) == 3
