"""The gate through which every page goes."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest

from livelihood_map.core.errors import SourceError
from livelihood_map.mapping import assets
from livelihood_map.mapping.page import finish_page

_FRAME = "<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"


def _finish(head: str = "", body: str = "") -> str:
    return finish_page(_FRAME.format(head=head, body=body), lang="zh")


def test_every_vendored_file_has_the_checksum_of_the_manifest():
    """A vendored file is used only when it is the file that was reviewed."""
    for asset in assets.manifest()[0]:
        assert hashlib.sha256(assets.read_asset(asset.path)).hexdigest() == asset.sha256


def test_a_changed_vendored_file_is_refused(monkeypatch):
    """A vendored file that was altered stops the page."""
    monkeypatch.setattr(assets, "_bytes", lambda path: b"altered")
    manifest = assets.manifest()
    monkeypatch.setattr(assets, "manifest", lambda: manifest)
    with pytest.raises(SourceError, match="leaflet"):
        assets.read_asset("leaflet/leaflet.js")


def test_every_link_of_folium_is_known():
    """Whatever folium links to is either vendored or known to be of no use to our pages."""
    import folium

    for _, link in (*folium.Map.default_js, *folium.Map.default_css):
        text = assets.text_for(link, scripts="")
        assert text is None or len(text) > 1000


def test_a_link_is_replaced_by_the_vendored_file():
    """A script from outside becomes a script in the page."""
    page = _finish('<script src="https://cdn.example/npm/leaflet@1.9.3/dist/leaflet.js"></script>')
    assert "cdn.example" not in page
    assert "L.Canvas" in page or "Leaflet 1.9.4" in page


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ('<script src="https://cdn.example/other.js"></script>', ""),
        ('<link rel="stylesheet" href="//cdn.example/a.css">', ""),
        ('<link rel="icon" href="https://cdn.example/a.ico">', ""),
        ("<style>@import 'a.css';</style>", ""),
        ("<style>p { background: url(https://cdn.example/a.png) }</style>", ""),
        ("", '<img src="http://cdn.example/a.png">'),
        ("", '<img srcset="a.png 2x">'),
        ("", '<iframe srcdoc="x"></iframe>'),
        ("", '<p onclick="go()">x</p>'),
        ("", '<p style="color:red">x</p>'),
        ("", '<form action="https://cdn.example/"></form>'),
    ],
)
def test_anything_else_from_outside_is_refused(head, body):
    """An address, inline handler or inline style that is not known stops the page."""
    with pytest.raises(SourceError):
        _finish(head, body)


def test_a_dropped_link_that_a_script_needs_is_refused():
    """A dropped file, such as jQuery, is left out only while no script uses it."""
    link = '<script src="https://cdn.example/jquery-3.7.1.min.js"></script>'
    assert "jquery" not in _finish(link)
    with pytest.raises(SourceError):
        _finish(link, "<script>$(document).ready(go)</script>")


def test_the_policy_allows_exactly_the_code_of_the_page():
    """The policy names the hash of each script and style, and nothing outside."""
    page = _finish("<style>p{}</style>", "<script>let a = 1;</script>")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
    digest = base64.b64encode(hashlib.sha256(b"let a = 1;").digest()).decode()
    assert f"sha256-{digest}" in policy
    assert "default-src &#x27;none&#x27;" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_the_policy_comes_before_any_code():
    """Nothing runs before the policy holds."""
    page = _finish("<script>let a = 1;</script>")
    assert page.index("Content-Security-Policy") < page.index("<script>")


def test_pages_may_be_zoomed_by_the_reader():
    """Folium's ban on zooming is lifted: readers with weak sight need it."""
    page = _finish('<meta name="viewport" content="width=device-width, user-scalable=no" />')
    assert "user-scalable" not in page


def test_the_notice_names_every_vendored_package():
    """Version and licence of each vendored package stand in NOTICE."""
    text = (Path(__file__).parents[2] / "NOTICE").read_text(encoding="utf-8")
    for package, (version, licence) in assets.notices().items():
        assert f"{package} {version}".lower() in text.lower()
        assert licence in text
