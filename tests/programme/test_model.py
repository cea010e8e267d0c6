from __future__ import annotations

import pytest

from livelihood_map.core.errors import SettingsError
from livelihood_map.core.io import data_path
from livelihood_map.programme import ProgrammeError, load_programme

SHIPPED = data_path("programme", "minhang-2023.toml")


def test_the_shipped_programme_loads_with_its_five_targets():
    """Each target has a goal, a source and a name in both languages."""
    programme = load_programme("minhang-2023")
    goals = {target.id: target.goal for target in programme.targets}
    assert goals["breakfast_new"] == 83
    assert goals["market_survey"] == 1.0
    assert programme.target("market_renovated").name("zh") == "标准化菜市场改造"
    assert programme.target("market_renovated").name("en").startswith("wet markets")


def test_an_unknown_programme_is_refused_with_the_known_ones():
    """The message lists what exists."""
    with pytest.raises(ProgrammeError, match="minhang-2023"):
        load_programme("minhang-1999")


def test_an_unknown_target_is_refused_with_the_known_ones():
    """The message lists the targets."""
    with pytest.raises(ProgrammeError, match="breakfast_new"):
        load_programme("minhang-2023").target("tea")


def test_every_mistake_of_a_programme_file_is_listed(tmp_path):
    """Two wrong values give two problems."""
    text = SHIPPED.read_text(encoding="utf-8")
    text = text.replace("count_n = 83", 'count_n = "many"').replace("year = 2023", "year = 20.5", 1)
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as error:
        load_programme("own.toml", base=tmp_path)
    assert len(error.value.problems) >= 2


def test_a_file_that_is_not_toml_is_refused(tmp_path):
    """The line is named."""
    (tmp_path / "own.toml").write_text("[programme\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="TOML"):
        load_programme("own.toml", base=tmp_path)


def test_quotas_must_add_up_to_the_target(tmp_path):
    """82 shared out of 83 is refused; 83 is taken."""
    text = SHIPPED.read_text(encoding="utf-8")
    quota = '\n[[quotas]]\ntarget = "breakfast_new"\ntown_id = "{}"\ncount_n = {}\n'
    path = tmp_path / "own.toml"
    path.write_text(text + quota.format("a", 80) + quota.format("b", 2), encoding="utf-8")
    with pytest.raises(ProgrammeError, match="82"):
        load_programme("own.toml", base=tmp_path)
    path.write_text(text + quota.format("a", 80) + quota.format("b", 3), encoding="utf-8")
    assert len(load_programme("own.toml", base=tmp_path).quotas) == 2
