"""The pages say what the catalogue holds, all of it, and nothing else."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

import livelihood_map
from livelihood_map.core.labels import catalogue_keys, has_label
from livelihood_map.office.pages import STEPS
from livelihood_map.office.slots import SLOTS
from livelihood_map.office.tasks import TASKS

PACKAGE = Path(livelihood_map.__file__).parent
TEMPLATES = {
    path.name: path.read_text("utf-8") for path in (PACKAGE / "office" / "templates").iterdir()
}
SAID = "".join([*TEMPLATES.values(), *(p.read_text("utf-8") for p in PACKAGE.rglob("*.py"))])


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_word_of_a_page_is_in_the_catalogue(name):
    """A page names only entries that are there."""
    for key in re.findall(r"\bt\([\"']([a-z_]+)[\"'](?! ?~)", TEMPLATES[name]):
        assert has_label(f"office.{key}"), key


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_page_holds_words_scripts_or_styles_of_its_own(name):
    """Words come from the catalogue; scripts and styles from files, as the policy asks."""
    text = re.sub(r"{{.*?}}|{%.*?%}", "", TEMPLATES[name], flags=re.DOTALL)
    assert not re.search(r"[\u4e00-\u9fff]", text.replace("、", ""))
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script>|javascript:|\|\s*safe", text)
    assert "http:" not in text
    assert "https:" not in text


@pytest.mark.parametrize("key", [key for key in catalogue_keys() if key.startswith("office.")])
def test_every_entry_is_said_somewhere(key):
    """No entry is left over: its name stands in a page or a module, or its stem does."""
    name = key.removeprefix("office.")
    stems = [name[:at] for at, letter in enumerate(name) if letter == "_"]
    assert re.search(rf"[\"'](office\.)?{name}[\"']", SAID) or any(
        re.search(rf'"(office\.)?{stem}_(" ~|[{{])', SAID) or f'f"office.{stem}_{{' in SAID
        for stem in stems
    )


def test_every_step_task_and_slot_has_its_word():
    """What the pages name by rule has an entry each."""
    for name in [*(f"step_{one}" for one in STEPS), *(f"task_{one}" for one in TASKS)]:
        assert has_label(f"office.{name}"), name
    for slot in SLOTS:
        section, _, kind = slot.partition(":")
        assert has_label(f"core.kind_{kind}" if kind else f"office.slot_{section}"), slot


def test_the_assets_ask_for_nothing_outside():
    """Style and script name no other address."""
    for name in ("style.css", "page.js", "icon.svg"):
        text = (files("livelihood_map.office") / "assets" / name).read_text("utf-8")
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text), name
        assert "@import" not in text
