"""Settings with extreme values are refused in plain words before anything is computed."""

from __future__ import annotations

import pytest
from awkward_settings import FILES, WHOLE, with_value

from livelihood_map.core.errors import SettingsError
from livelihood_map.core.labels import LANGS
from livelihood_map.core.settings import load_settings


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


def test_sound_settings_stay_so(tmp_path):
    """A value within its range is taken where an extreme one is put."""
    (tmp_path / "own.toml").write_text(with_value("coverage.cutoff_m", "2500"), "utf-8")
    assert load_settings(tmp_path / "own.toml").coverage.cutoff_m == 2500
