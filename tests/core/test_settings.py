from __future__ import annotations

import datetime as dt

import pytest

from livelihood_map.core.document import find_slips
from livelihood_map.core.errors import SettingsError
from livelihood_map.core.labels import LANGS, use_lang
from livelihood_map.core.settings import load_settings

GOOD = """
[area]
name = "闵行区"
[load.towns]
path = "towns.geojson"
"""


@pytest.fixture
def settings_file(tmp_path):
    """Return a function that writes a settings file and returns its path."""

    def write(text: str, encoding: str = "utf-8"):
        path = tmp_path / "livelihood.toml"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def test_smallest_file_gives_defaults(settings_file):
    """A file that names district and towns is enough; paths start at the file."""
    settings = load_settings(settings_file(GOOD))
    assert settings.siting.sites_n == 83
    assert settings.coverage.kinds == ["wet_market", "breakfast", "housekeeping"]
    assert settings.resolve("x.csv").parent == settings_file(GOOD).parent


def test_byte_order_mark_and_dates_are_read(settings_file):
    """Files saved by Notepad are read; TOML dates are dates."""
    path = settings_file(GOOD + "[run]\ndate = 2023-12-31\n", "utf-8-sig")
    assert load_settings(path).run.date == dt.date(2023, 12, 31)


@pytest.mark.parametrize("lang", LANGS)
def test_all_mistakes_come_at_once_with_path_and_remedy(settings_file, lang):
    """Every mistake is listed with its dotted path; a mistyped key gets the nearest known one."""
    text = """
[load.towns]
path = ""
[[load.facilities]]
path = "a.csv"
knid = "breakfast"
[run]
lang = "fr"
seed = 1.5
[siting]
sites_n = 0
methd = "cluster"
[nonsense]
x = 1
"""
    with use_lang(lang), pytest.raises(SettingsError) as error:
        load_settings(settings_file(text))
    shown = error.value.text(lang)
    assert len(error.value.problems) == 8
    for words in (
        "area",
        "load.towns.path",
        "load.facilities[1].knid",
        '"kind"' if lang == "en" else "“kind”",
        "run.lang",
        "zh, en",
        "run.seed",
        "siting.sites_n",
        "siting.methd",
        "nonsense",
    ):
        assert words in shown


@pytest.mark.parametrize(
    ("text", "encoding", "words"),
    [
        ("[area\n", "utf-8", "TOML"),
        ('[area]\nname = "闵行区"\n', "gb18030", "UTF-8"),
    ],
)
def test_unreadable_file_is_named_with_a_remedy(settings_file, text, encoding, words):
    """A file that is not TOML, or not UTF-8, is refused with what to do."""
    with pytest.raises(SettingsError, match=words):
        load_settings(settings_file(text, encoding))


def test_absent_file_points_to_init(tmp_path):
    """A settings file that is not there leads to the command that makes one."""
    with pytest.raises(SettingsError, match="init"):
        load_settings(tmp_path / "none.toml")


def test_numbers_are_never_read_from_text(settings_file):
    """A number in quotes is a mistake, not a number."""
    with pytest.raises(SettingsError, match="sites_n"):
        load_settings(settings_file(GOOD + '[siting]\nsites_n = "83"\n'))


def test_language_of_the_call_wins(settings_file):
    """--lang overrides the language in the file."""
    assert load_settings(settings_file(GOOD), lang="en").run.lang == "en"


def test_base_is_not_a_setting(settings_file):
    """The folder of the file cannot be set in the file."""
    with pytest.raises(SettingsError, match="base"):
        load_settings(settings_file('base = "/"\n' + GOOD))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    ("line", "corrected"),
    [
        ("name = “甲区”", 'name = "甲区"'),
        ('name ＝ "甲区"', 'name = "甲区"'),
        (r'path = "D:\早餐\towns.shp"', 'path = "D:/早餐/towns.shp"'),
        (r'path = "C:\new\towns.shp"', 'path = "C:/new/towns.shp"'),
    ],
)
def test_a_slip_of_the_keyboard_is_told_with_the_corrected_line(tmp_path, lang, line, corrected):
    """Chinese quotes and single backslashes are told by line, with what to write instead."""
    path = tmp_path / "livelihood.toml"
    path.write_text(f"# 说明\n{line}\n", "utf-8")
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    told = caught.value.text(lang)
    assert corrected in told
    assert "2" in told


def test_what_is_right_is_no_slip():
    """Quotes of Chinese in a text, doubled backslashes, literal strings and notes are as meant."""
    text = 'name = "“甲”区"\n' + r'a = "C:\\x"' + "\n" + r"b = 'C:\x'" + "\n" + r'# "C:\x"' + "\n"
    assert list(find_slips(text)) == []
