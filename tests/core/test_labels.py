from __future__ import annotations

import ast
import re
import string
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

import livelihood_map
from livelihood_map.core.errors import LivelihoodMapError, Problem
from livelihood_map.core.io import data_path
from livelihood_map.core.labels import (
    LANGS,
    catalogue_keys,
    current_lang,
    has_label,
    label,
    name_of,
    template,
    use_lang,
)
from livelihood_map.core.settings import load_settings

PACKAGE = Path(livelihood_map.__file__).parent
HAN = re.compile(r"[\u4e00-\u9fff]")


def placeholders(text: str) -> set[str]:
    """Return the names in braces of a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_entry_exists_in_both_languages():
    """Every entry has a Chinese and an English text with the same placeholders."""
    texts = {key: [template(key, lang) for lang in LANGS] for key in catalogue_keys()}
    assert len(texts) > 2000
    assert [key for key, both in texts.items() if not all(both)] == []
    other = [key for key, (zh, en) in texts.items() if placeholders(zh) != placeholders(en)]
    assert other == []


def test_english_text_has_no_chinese_sentence():
    """English texts are English; only quoted names such as 街镇 stand in Chinese."""
    mixed = [key for key in catalogue_keys() if len(HAN.findall(template(key, "en"))) > 24]
    assert mixed == []


def literal_keys() -> set[str]:
    """Return every string in the package that looks like a catalogue key."""
    sections = {path.stem for path in (PACKAGE / "core" / "catalogue").glob("*.toml")}
    pattern = re.compile(rf"^({'|'.join(sections)})\.[a-z][A-Za-z0-9_]*$")
    found = set()
    nodes = (
        n for path in PACKAGE.rglob("*.py") for n in ast.walk(ast.parse(path.read_text("utf-8")))
    )
    for node in nodes:
        value = node.value if isinstance(node, ast.Constant) else None
        if isinstance(value, str) and pattern.match(value):
            found.add(value.rstrip("_"))
    return found


def settings_keys():
    """Return ``section.key`` of every setting, which stages declare."""
    settings = load_settings(data_path("demo", "livelihood.toml"))
    for section in fields(settings):
        whole = getattr(settings, section.name)
        if is_dataclass(whole):
            yield from (f"{section.name}.{key.name}" for key in fields(whole))


def test_every_key_in_the_code_is_in_the_catalogue():
    """No text can be missing at run time: a key in the code is an entry or the stem of entries."""
    keys = set(catalogue_keys())
    modules = {path.relative_to(PACKAGE).with_suffix("") for path in PACKAGE.rglob("*.py")}
    others = {".".join(module.parts) for module in modules} | set(settings_keys())
    others |= {
        "coverage.xlsx",
        "candidates.xlsx",
    }
    lost = {
        key
        for key in literal_keys() - others
        if key not in keys and not any(other.startswith(f"{key}_") for other in keys)
    }
    assert lost == set()


def test_language_returns_after_the_context():
    """A text is in the language of its context and the former language comes back."""
    with use_lang("en"):
        assert label("core.kind_wet_market") == "Wet market"
    assert current_lang() == "zh"
    assert label("core.kind_wet_market") == "菜市场"


def test_unknown_language_is_refused():
    """There are two languages and no third."""
    with pytest.raises(ValueError, match="fr"), use_lang("fr"):
        pass


def test_open_lists_fall_back_to_the_value():
    """A kind that the catalogue does not know is shown as it is; a missing one as nothing."""
    assert name_of("core.kind", "tea_house") == "tea_house"
    assert name_of("core.kind", None) == ""
    assert name_of("core.kind", float("nan")) == ""
    assert not has_label("core.kind_tea_house")


def test_a_long_value_is_cut_in_a_message():
    """A cell may hold a whole file; a message shows its beginning."""
    error = LivelihoodMapError("core.settings_absent", path="长" * 5000)
    assert all("长…" in error.text(lang) and len(error.text(lang)) < 1000 for lang in LANGS)


def test_the_first_hundred_problems_are_listed_and_the_rest_counted():
    """A list whose every row is wrong does not fill the screen without end."""
    problems = [Problem("core.settings_empty", where=f"a{number}") for number in range(300)]
    error = LivelihoodMapError("core.settings_absent", path="a", problems=problems)
    for lang in LANGS:
        lines = error.text(lang).splitlines()
        assert len(lines) == 102
        assert "200" in lines[-1]
