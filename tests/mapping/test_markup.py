"""Strings become nodes of a page in one place in each language, and nowhere by way of markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest
from hostile_names import hostile_settings
from invented_district import with_hostile_names

from livelihood_map.mapping import draw_check_page, draw_map

_OWN = files("livelihood_map.mapping") / "assets" / "own"
_LEAFLET = "/* @preserve\n * Leaflet 1."
_DOORS = (
    "value instanceof Node ? value : document.createTextNode(String(value))",
    "layer.bindTooltip((one) => text(name(one)), {",
    "layer.bindPopup((one) => text(card(one)), {",
    'L.divIcon({ className, iconSize: [side, side], html: el("span", attributes, letters) })',
    'el("a", { href: URL.createObjectURL(blob), download: name })',
    'el("a", { href: `./${path}` }, words)',
)
"""The places through which strings, names, cards, icons, files and links go; each stands once."""
_FORBIDDEN = re.compile(
    r"(?:inner|outer|insertAdjacent|set)HTML|innerText|outerText|srcdoc|createContextualFragment"
    r"|document\.write|DOMParser|createTextNode|\.textContent\s*[+]?=(?!=)|javascript:"
    r"|\beval\b|\bFunction\s*\(|set(?:Timeout|Interval)\(\s*[\"'`]"
    r"|bind(?:Tooltip|Popup)|set(?:Tooltip|Popup)?Content|\bmap\.open(?:Tooltip|Popup)"
    r"|[dD]ivIcon|L\.(?:popup|tooltip|Popup|Tooltip|DivOverlay|control\.layers|control\.attribution)"
    r"|addAttribution|\battribution\s*:|\bhtml\s*:|\b(?:href|src|action|formaction|style)\s*:"
)


def _offences(script: str) -> list[str]:
    """Return what in a script of ours may read a string as markup, beside the known doors."""
    for door in _DOORS:
        script = script.replace(door, "")
    return _FORBIDDEN.findall(script)


def _own_scripts() -> dict[str, str]:
    """Return every script of ours by its name."""
    found = (one for one in _OWN.iterdir() if one.name.endswith(".js"))
    return {one.name: one.read_text(encoding="utf-8") for one in found}


def test_own_scripts_read_no_string_as_markup():
    """Strings reach the page, Leaflet's tooltips, cards and icons through the known doors alone."""
    scripts = _own_scripts()
    assert len(scripts) > 10
    assert {name: _offences(script) for name, script in scripts.items() if _offences(script)} == {}


@pytest.mark.parametrize("door", _DOORS)
def test_each_door_stands_once(door):
    """What is excepted from the rule is there, in one place."""
    assert sum(script.count(door) for script in _own_scripts().values()) == 1


@pytest.mark.parametrize(
    "offence",
    [
        "box.innerHTML = one.name;",
        "box['outerHTML'] = one.name;",
        "box.insertAdjacentHTML('beforeend', one.name);",
        "box.setHTML(one.name);",
        "box.textContent = one.name;",
        "box.textContent += one.name;",
        "box.append(document.createTextNode(one.name));",
        "document.write(one.name);",
        "new DOMParser().parseFromString(one.name, 'text/html');",
        "document.createRange().createContextualFragment(one.name);",
        'el("iframe", { srcdoc: one.name });',
        'el("a", { href: one.link }, one.name);',
        'el("p", { style: one.style });',
        "setTimeout(`show(${one.name})`);",
        "layer.bindTooltip(() => one.name);",
        "layer.bindPopup(one.name, { maxWidth: 320 });",
        "layer.bindPopup(this.popup(one));",
        "layer.setTooltipContent(one.name);",
        "layer.getPopup().setContent(one.name);",
        "L.tooltip({ content: one.name });",
        "map.openPopup(one.name, place);",
        'L.divIcon({ className: "site", html: one.name });',
        "const options = { className, html: `<b>${one.name}</b>` };",
        "L.control.layers({ [one.name]: layer }).addTo(map);",
        "L.tileLayer(url, { attribution: one.name });",
        "map.attributionControl.addAttribution(one.name);",
    ],
)
def test_a_planted_offence_is_caught(offence):
    """A script that hands a string on as markup, or may do so, is found."""
    assert _offences(offence)


class _Elements(HTMLParser):
    """Keeps the elements of a page and the names of their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, ...]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        """Keep an element."""
        self.found.append((tag, *(name for name, _ in attrs)))


def test_names_add_no_element_to_what_python_writes(small_tables, map_settings, standard):
    """Titles, badges, notices and dates with markup in them leave a page's elements as they are."""
    spoiled = with_hostile_names(small_tables, '</title><img src=x onerror=hit>"\' onload="hit')
    settings, strange = hostile_settings()
    for draw, options in ((draw_map, {}), (draw_check_page, {"town_id": "t11"})):
        plain = draw(small_tables, settings=map_settings, standard=standard, **options)
        page = draw(spoiled, settings=settings, standard=strange, **options)
        assert _Elements(page).found == _Elements(plain).found
        assert len(_Elements(page).found) > 20


def test_the_frame_of_the_planners_map_reads_no_string_as_markup(
    small_tables, map_settings, standard
):
    """What folium writes beside Leaflet and our own scripts hands on no string either."""
    page = draw_map(small_tables, settings=map_settings, standard=standard)
    codes = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    own = _own_scripts().values()
    rest = [code for code in codes if code not in own and not code.startswith(_LEAFLET)]
    assert any("startPlanner" in code for code in rest)
    assert [_offences(code) for code in rest if _offences(code)] == []
