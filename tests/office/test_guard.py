"""Whoever is not let in gets nowhere, and nothing comes from another page."""

from __future__ import annotations

import itertools
import socket
import time

import pytest
from served_office import served_office

from livelihood_map.office import guard
from livelihood_map.office.application import _CHANGED, _SHOWN
from livelihood_map.office.guard import HEADERS, OPEN_PATHS, STATIC

HOSTS = [
    "evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "user@127.0.0.1:{port}",
    "127.0.0.1:{port}.evil.example", "localhost.evil.example:{port}", "", "[::1]:{port}",
    "0.0.0.0:{port}", "127.1:{port}", "2130706433:{port}", "127.0.0.1:{port}@evil.example",
]  # fmt: skip
TRAVERSALS = [
    "..", "../..", "%2e%2e", "%2e%2e%2f%2e%2e", "..%5c..", "....//", "%00", "~", "etc%2fpasswd",
    "livelihood.toml", "C:%5cWindows", "..%c0%af..", "%252e%252e", ".office", "data", "*", "con",
    "0" * 12, "f" * 4000,
]  # fmt: skip


def addresses():
    """Return every address of the program with words in its gaps."""
    for path in [*_SHOWN, *_CHANGED, "/p/{project}/upload"]:
        filled = path
        for gap in ("project", "file", "made", "town", "sort", "task", "name"):
            filled = filled.replace(f"{{{gap}}}", "0" * 12)
        yield filled


def test_a_stranger_gets_nothing(served):
    """Without the cookie every address but the way in and the style sheet refuses, all methods."""
    stranger = served.visitor()
    for path, method in itertools.product(addresses(), ["GET", "POST", "HEAD"]):
        if path in OPEN_PATHS or path.startswith(STATIC):
            continue
        assert stranger.ask(method, path).status == 401, (method, path)


@pytest.mark.parametrize("host", HOSTS)
def test_another_host_is_refused(served, host):
    """A name that is not the program's own is refused, whoever asks: a page may rebind its name."""
    client = served.client()
    for path in ("/", "/open", "/static/style.css"):
        answer = client.get(path, Host=host.format(port=served.port))
        assert answer.status == 400, (host, path)


def test_two_hosts_and_none_are_refused(served):
    """A request with two names, or with none, is none of ours."""
    for head in ("", f"Host: 127.0.0.1:{served.port}\r\nHost: 127.0.0.1:{served.port}\r\n"):
        with socket.create_connection(("127.0.0.1", served.port), 10) as raw:
            raw.sendall(f"GET / HTTP/1.1\r\n{head}Connection: close\r\n\r\n".encode())
            assert raw.recv(4096).split()[1] == b"400"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1"},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Origin": "http://127.0.0.1:{port}.evil.example"},
        {"Origin": None, "Sec-Fetch-Site": None},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": ""},
        {"Origin": None, "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_change_from_another_page_is_refused(served, headers):
    """With the cookie and all, a form of another page changes nothing."""
    client = served.client()
    sent = {n: v and v.format(port=served.port) for n, v in headers.items()}
    for path in ["/projects", "/lang", "/leave", "/login", *(p for p in addresses() if "/p/" in p)]:
        assert client.ask("POST", path, b"title=x", sent).status in {403, 405}, path
    assert client.get("/").status == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
def test_other_methods_are_refused(served, method):
    """What a page of ours never asks is not answered."""
    assert served.client().ask(method, "/").status == 405


def test_no_path_leads_anywhere(served):
    """Ids are looked up, so that words of the file system in their place find nothing."""
    client, base = served.project("路径")
    for word in TRAVERSALS:
        for path in (
            f"/p/{word}/data",
            f"{base}/made/{word}",
            f"{base}/town/{word}",
            f"{base}/job/{word}",
            f"/static/{word}",
            f"/static/../{word}",
            f"/{word}",
        ):
            answer = client.get(path)
            assert answer.status in {404, 400, 307}, (path, answer.status)
            assert b"root:" not in answer.body
        for path in (
            f"{base}/files/{word}/slot",
            f"{base}/files/{word}/remove",
            f"{base}/start/{word}",
        ):
            assert client.post(path, slot="towns", version="0").status in {404, 400, 307}, path


def test_every_answer_bears_the_headers_of_safety(served):
    """Pages, refusals and files that are not there all bear them."""
    client, base = served.project("头")
    for answer in (
        client.get("/"),
        client.get(f"{base}/data"),
        client.get("/nowhere"),
        client.get("/", Host="evil"),
        client.get("/static/htmx.js"),
        served.visitor().get("/"),
    ):
        assert {n: answer.headers[n] for n in HEADERS} == HEADERS, answer.path


def test_a_link_works_once_and_its_cookie_is_for_this_site_alone(served):
    """The key of the link is spent with the first use; the cookie is out of reach of scripts."""
    key = served.keys.new_link()
    answer = served.visitor().get(f"/open?key={key}")
    cookie = answer.headers["set-cookie"].lower()
    assert answer.status == 200
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert key not in cookie
    assert served.visitor().get(f"/open?key={key}").status == 401
    assert served.visitor().get("/open").status == 401
    assert served.visitor().get("/open?key=").status == 401


def test_wrong_cookies_are_strangers(served):
    """A cookie that is not ours, however it is written, opens nothing."""
    name = served.app.state.cookie
    for value in ("", "x", "../..", '"', "ä", "a" * 5000, served.keys.session[:-1]):
        stranger = served.visitor()
        sent = f"{name}={value}".encode().decode("latin-1")
        assert stranger.get("/", Cookie=sent).status in {400, 401}, value


def test_other_addresses_ask_for_the_offices_own_token(tmp_path):
    """With a token of the office's own, it opens the program and nothing else does."""
    own = "an-office-of-its-own"
    with served_office(tmp_path, own=own) as served:
        visitor = served.visitor()
        assert visitor.get("/login").status == 200
        assert visitor.post("/login", token=own[:-1]).status == 401
        assert visitor.get("/").status == 401
        assert visitor.post("/login", token=own).status == 200
        assert visitor.get("/").status == 200


def test_a_body_that_is_too_large_is_refused_while_it_comes(served, monkeypatch):
    """A length beyond the limit is refused at once, a body that grows beyond it on the way."""
    monkeypatch.setattr(guard, "BODY_MAX", 10_000)
    client = served.client()
    assert client.post("/projects", title="x" * 20_000).status == 413
    assert client.ask("POST", "/projects", b"", {"Content-Length": "99999999999"}).status in {
        400,
        413,
    }
    head = (
        f"POST /projects HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nOrigin: {client.origin}\r\n"
        f"Cookie: {served.app.state.cookie}={served.keys.session}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", served.port), 10) as raw:
        raw.sendall(head.encode())
        for _ in range(8):
            raw.sendall(b"800\r\n" + b"a" * 2048 + b"\r\n")
        assert raw.recv(4096).split()[1] == b"413"
    assert client.get("/").status == 200


def test_a_request_that_stands_still_is_given_up(served, monkeypatch):
    """Somebody who sends half a form holds nobody up."""
    monkeypatch.setattr(guard, "STALL_S", 0.2)
    client = served.client()
    head = (
        f"POST /projects HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nOrigin: {client.origin}\r\n"
        f"Cookie: {served.app.state.cookie}={served.keys.session}\r\nContent-Length: 500\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\ntitle="
    )
    with socket.create_connection(("127.0.0.1", served.port), 10) as raw:
        raw.sendall(head.encode())
        time.sleep(0.5)
        assert raw.recv(4096).split()[1] == b"408"


def test_the_way_back_after_the_language_stays_here(served):
    """The page that one goes back to is one of ours, whatever the form says."""
    client = served.client()
    for back in (
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:1",
        "\n/",
    ):
        answer = client.post("/lang", follows=False, lang="en", back=back)
        assert answer.headers["location"] == "/", back
    assert (
        client.post("/lang", follows=False, lang="zh", back="/p/x/data").headers["location"]
        == "/p/x/data"
    )
