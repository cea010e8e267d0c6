"""The command line: what it says, and with which exit code."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from livelihood_map import __version__
from livelihood_map.cli import GROUPS, QUESTIONS, build_cli, main
from livelihood_map.core.labels import LANGS, use_lang

COMMANDS = {
    *("demo", "init", "fetch", "serve", "check", "inspect", "run", "batch", "review", "stability"),
    "network",
    "route",
    *("areas", "edits", *QUESTIONS, "survey-read", "compare", "back", "replay", "tables"),
}


@pytest.mark.parametrize("lang", LANGS)
def test_every_command_and_option_has_help(lang):
    """Every command, argument and option is explained in both languages."""
    with use_lang(lang):
        cli = build_cli()
        assert set(cli.commands) == COMMANDS
        for command in [cli, *cli.commands.values()]:
            assert command.help
            assert all(parameter.help for parameter in command.params)


@pytest.mark.parametrize(("lang", "word"), [("zh", "用法"), ("en", "Usage")])
def test_help_speaks_the_asked_language(capsys, lang, word):
    """--lang decides the language of the help, headings included."""
    assert main(["run", "--help", "--lang", lang]) == 0
    assert word in capsys.readouterr().out


def test_help_loads_no_heavy_library():
    """--help answers at once because it loads none of the heavy libraries."""
    code = "import sys; from livelihood_map.cli import main; main(['--help']); "
    code += "sys.exit(any(m in sys.modules for m in ('pandas', 'numpy', 'numba', 'folium')))"
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert done.returncode == 0


def test_version_is_that_of_the_package(capsys):
    """--version prints the version."""
    assert main(["--version"]) == 0
    assert __version__ in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", [["run"], ["nonsense"], ["run", "a.toml", "--nonsense"], ["demo", "--lang", "fr"]]
)
def test_wrong_command_line_is_a_usage_error(capsys, words):
    """A wrong command line ends with exit code 2 and points to --help."""
    assert main(words) == 2
    assert "--help" in capsys.readouterr().err


@pytest.mark.parametrize(("lang", "word"), [("zh", "找不到设置文件"), ("en", "no settings file")])
def test_mendable_error_is_told_plainly(capsys, tmp_path, lang, word):
    """What the user can mend ends with exit code 1 and a message, not a traceback."""
    assert main(["run", str(tmp_path / "none.toml"), "--lang", lang]) == 1
    said = capsys.readouterr().err
    assert word in said
    assert "Traceback" not in said


def test_our_own_mistakes_show_their_trace(monkeypatch):
    """Anything else is a mistake of ours and is not hidden."""
    monkeypatch.setattr("livelihood_map.core.settings.load_settings", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        main(["run", "a.toml"])


def test_tables_prints_the_data_dictionary(capsys):
    """`tables` lists every table and column."""
    assert main(["tables"]) == 0
    said = capsys.readouterr().out
    assert "town_coverage" in said
    assert "walk_m" in said


@pytest.mark.parametrize("lang", LANGS)
def test_the_language_may_stand_before_the_command(tmp_path, lang):
    """--lang before a command's name says the same as after it."""
    from livelihood_map.core.settings import load_settings

    assert main(["--lang", lang, "init", str(tmp_path)]) == 0
    assert load_settings(tmp_path / "livelihood.toml").run.lang == lang


@pytest.mark.parametrize("lang", LANGS)
def test_init_gives_a_file_that_the_settings_accept(tmp_path, capsys, lang):
    """`init` writes a file without mistakes; a file that was edited is not overwritten."""
    from livelihood_map.core.settings import load_settings

    assert main(["init", str(tmp_path), "--lang", lang]) == 0
    path = tmp_path / "livelihood.toml"
    assert str(path) in capsys.readouterr().out
    assert load_settings(path).run.lang == lang
    path.write_text(path.read_text("utf-8") + "\n# mine\n", encoding="utf-8")
    assert main(["init", str(tmp_path), "--lang", lang]) == 1
    assert path.read_text("utf-8").endswith("# mine\n")


def test_every_question_of_the_year_has_its_command():
    """The names of the commands are those of the questions."""
    from livelihood_map.commands import yearly

    assert {*QUESTIONS, "survey-read", "compare"} == set(yearly.YEARLY)


@pytest.mark.parametrize("lang", LANGS)
def test_the_help_has_every_command_in_one_group(lang):
    """Commands stand in groups by what they are for, each once."""
    assert sorted(name for names in GROUPS.values() for name in names) == sorted(COMMANDS)
    with use_lang(lang):
        said = build_cli().get_help(click.Context(build_cli()))
    assert all(f"  {name} " in said for name in COMMANDS)


@pytest.mark.parametrize("lang", LANGS)
def test_init_states_no_datum(tmp_path, lang):
    """A file to fill in states the datum of nothing: who does not think of it is asked."""
    from livelihood_map.core.settings import load_settings

    assert main(["init", str(tmp_path), "--lang", lang]) == 0
    load = load_settings(tmp_path / "livelihood.toml").load
    assert {source.datum for source in (load.towns, *load.residences, *load.facilities)} == {"auto"}


def test_no_default_names_a_district():
    """What an office did not state comes from no district's own plan, standard or address."""
    from livelihood_map.core.io import data_path
    from livelihood_map.core.settings import GeocoderSettings, ProgrammeSettings, RunSettings

    said = f"{GeocoderSettings(service='amap')} {ProgrammeSettings()} {RunSettings()}"
    said += data_path("standards", f"{RunSettings().standard}.toml").read_text("utf-8")
    said += "".join(path.read_text("utf-8") for path in data_path("templates").rglob("*.toml"))
    for word in ("闵行", "Minhang", "minhang", "310112"):
        assert word not in said, word
