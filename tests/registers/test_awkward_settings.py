"""Settings with extreme values are refused in plain words before anything is computed."""

from __future__ import annotations

import re

import pytest
from awkward_settings import FILES, WHOLE, with_value

from livelihood_map.core.errors import SettingsError
from livelihood_map.core.io import data_path
from livelihood_map.core.labels import LANGS
from livelihood_map.core.settings import load_settings
from livelihood_map.core.standards import load_standard
from livelihood_map.programme import load_programme


def test_there_are_forty():
    """Each of the files has a fault of its own."""
    assert len(FILES) >= 40


@pytest.mark.parametrize("fault", FILES)
def test_extreme_settings_are_refused_in_words(tmp_path, fault):
    """The message names the file and the key, and is in plain words of either language."""
    path = tmp_path / "own.toml"
    path.write_bytes(FILES[fault])
    with pytest.raises(SettingsError, match=r"own\.toml") as caught:
        load_settings(path)
    key = "" if fault in WHOLE else fault.split(" = ")[0]
    for lang in LANGS:
        text = caught.value.text(lang)
        assert key in text
        assert len(text) < 1500


@pytest.mark.parametrize("value", ["inf", "nan", "-1", "1e300", "9223372036854775808"])
@pytest.mark.parametrize(
    "key",
    ["walk_m", "threshold_m", "target_share", "speed_m_per_s", "signal_wait_s", "detour_factor"],
)
def test_a_standard_of_ones_own_is_held_to_what_can_be(tmp_path, key, value):
    """Each figure of a standard has a range; beyond it the key and the range are named."""
    text = (data_path("standards") / "cn-15min.toml").read_text("utf-8")
    changed = re.sub(rf"(?m)^{key} = .*$", f"{key} = {value}", text)
    (tmp_path / "own.toml").write_text(changed, "utf-8")
    with pytest.raises(SettingsError, match=r"own\.toml") as caught:
        load_standard("own.toml", base=tmp_path)
    assert all(key in caught.value.text(lang) for lang in LANGS)


@pytest.mark.parametrize(("key", "value"), [("year", "9999"), ("count_n", "-1"), ("share", "1.5")])
def test_a_programme_of_ones_own_is_held_to_what_can_be(tmp_path, key, value):
    """A year, a count and a share of a year's plan have a range as well."""
    text = (data_path("programme") / "minhang-2023.toml").read_text("utf-8")
    changed = re.sub(rf"(?m)^{key} = .*$", f"{key} = {value}", text, count=1)
    (tmp_path / "own.toml").write_text(changed, "utf-8")
    with pytest.raises(SettingsError, match=r"own\.toml") as caught:
        load_programme("own.toml", base=tmp_path)
    assert all(key in caught.value.text(lang) for lang in LANGS)


def test_sound_settings_stay_so(tmp_path):
    """A value within its range is taken where an extreme one is put."""
    (tmp_path / "own.toml").write_text(with_value("coverage.cutoff_m", "2500"), "utf-8")
    assert load_settings(tmp_path / "own.toml").coverage.cutoff_m == 2500
