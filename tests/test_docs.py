"""What README and docs say is what the program does."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from contextlib import chdir
from itertools import pairwise
from pathlib import Path

import pytest
from docs_hooks import HOOKS

from livelihood_map.cli import build_cli, main
from livelihood_map.core.labels import LANGS, catalogue_keys, has_label, use_lang
from livelihood_map.core.settings import load_settings
from livelihood_map.core.tables import SCHEMAS
from livelihood_map.pipeline import STAGES

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    *(ROOT / name for name in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"livelihood-map(?:\s+--lang \w+)?\s+([a-z][a-z-]*)")
LONG_OR_ONLINE = {"batch", "demo", "fetch"}
"""Commands whose blocks are read, not run: two have tests of their own, the last is online."""
RUN_ONCE = set()
"""Command lines that have run: the same line on several pages runs once."""


def blocks(language):
    """Return page and text of every block in one language."""
    return [
        pytest.param(page, text, id=f"{page.relative_to(ROOT)}-{number}")
        for page in PAGES
        for number, (found, text) in enumerate(FENCE.findall(page.read_text(encoding="utf-8")))
        if found == language
    ]


# ---- commands ----


def test_every_command_and_option_stands_in_the_docs():
    """The page of commands names every command, argument and option, in both languages."""
    page = HOOKS.commands_page()
    for lang in LANGS:
        with use_lang(lang):
            cli = build_cli()
            for name, command in cli.commands.items():
                assert f"## livelihood-map {name}\n" in page
                for parameter in command.params:
                    assert parameter.help
                    assert parameter.help.replace("|", "\\|") in page


def test_every_command_that_the_docs_name_exists():
    """README and docs name no command and no long option that the program lacks."""
    cli = build_cli()
    options = {"--help", "--version", "--lang"}
    for command in cli.commands.values():
        options |= {word for p in command.params for word in p.opts if word.startswith("--")}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        code = re.findall(r"`[^`\n]+`", text)
        code += [line for _, block in FENCE.findall(text) for line in block.splitlines()]
        for piece in code:
            assert set(COMMAND.findall(piece)) <= set(cli.commands), (page.name, piece)
            if "livelihood-map" in piece or piece.startswith("`--"):
                found = set(re.findall(r"(?<!\S)`?(--[a-z-]+)", piece))
                assert found <= options, (page.name, piece)


# ---- settings ----


def known_settings():
    """Return the dotted path of every setting."""
    return {
        f"{path.strip('[]')}.{name}"
        for path, section in HOOKS.sections(HOOKS.Settings)
        for name, *_ in HOOKS.entries(section)
    }


def test_every_setting_is_explained():
    """Every setting stands in its page with a meaning; every section has its sentence."""
    page = HOOKS.settings_page()
    for path, section in HOOKS.sections(HOOKS.Settings):
        assert f"## {path}\n" in page
        assert section.__doc__
        for name, _, _, meaning in HOOKS.entries(section):
            assert meaning, f"{path} {name} has no docstring"
            assert f"`{path.strip('[]')}.{name}`" in page


def test_every_setting_is_explained_in_chinese():
    """Each setting has its Chinese meaning, and each meaning belongs to a setting."""
    said = HOOKS.chinese_settings()
    assert set(said) == known_settings()
    assert all(meaning.endswith("。") for meaning in said.values())


def test_every_setting_that_the_docs_name_exists():
    """A dotted name of a section in README or docs is a setting."""
    sections = {path.strip("[]") for path, _ in HOOKS.sections(HOOKS.Settings)}
    tops = {path.partition(".")[0] for path in sections}
    known = known_settings() | sections
    named = re.compile(r"`((?:" + "|".join(sorted(tops)) + r")(?:\.[a-z_]+)+)`")
    for page in PAGES:
        for name in named.findall(page.read_text(encoding="utf-8")):
            is_file = name.endswith((".xlsx", ".docx", ".csv", ".html", ".json"))
            assert name in known or is_file, (page.name, name)


@pytest.mark.parametrize(("page", "text"), blocks("toml"))
def test_settings_in_the_docs_are_accepted(page, text, tmp_path):
    """Every block of settings is accepted as it stands, beside the settings that are required."""
    block = tomllib.loads(text)
    content = {"area": {"name": "某某区"}, "load": {"towns": {"path": "towns.geojson"}}}
    for section, values in block.items():
        content[section] = {**content.get(section, {}), **values}
    path = tmp_path / "livelihood.toml"
    path.write_text(to_toml(content), encoding="utf-8")
    load_settings(path)


def to_toml(content, prefix=""):
    """Return a settings file; inline tables everywhere below the sections."""
    lines = []
    for section, values in content.items():
        lines.append(f"[{section}]")
        lines += [f"{name} = {inline(value)}" for name, value in values.items()]
    return "\n".join(lines)


def inline(value):
    """Return a value as inline TOML."""
    if isinstance(value, dict):
        pairs = (f"{json.dumps(k, ensure_ascii=False)} = {inline(v)}" for k, v in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(inline(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


# ---- columns ----


def test_every_column_is_explained_and_nothing_else():
    """Each column has a meaning in the catalogue, and each meaning belongs to a column."""
    columns = {(n, c.name) for n, schema in SCHEMAS.items() for c in schema.columns}
    lost = {
        f"{table}.{column}"
        for table, column in columns
        if not has_label(f"columns.{column}") and not has_label(f"columns.{table}_{column}")
    }
    assert lost == set()
    allowed = {column for _, column in columns} | {f"{t}_{c}" for t, c in columns} | {"geometry"}
    said = {key.removeprefix("columns.") for key in catalogue_keys() if key.startswith("columns.")}
    assert said - allowed == set()


def test_every_column_stands_in_the_data_dictionary():
    """The page of tables names every table and column; the command prints them."""
    page = HOOKS.tables_page()
    parts = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL))
    assert set(parts) == set(SCHEMAS)
    for name, schema in SCHEMAS.items():
        for column in schema.column_names:
            assert f"| `{column}` |" in parts[name]


# ---- stages and records ----


def test_the_flow_that_the_docs_draw_is_that_of_the_program():
    """Where a page draws the stages in a line, it is the order in which they run."""
    drawn = [
        line
        for page in PAGES
        for found, text in FENCE.findall(page.read_text(encoding="utf-8"))
        for line in text.splitlines()
        if found == "text" and line.startswith("load -> ")
    ]
    assert len(drawn) > 2
    assert {tuple(line.split(" -> ")) for line in drawn} == {tuple(STAGES)}


@pytest.mark.parametrize("name", ["docs/how-to/runs.md", "docs/zh/runs.md"])
def test_every_key_of_the_run_record_is_explained(name, whole_office):
    """The page on runs names every key of a record and of its stages."""
    record = json.loads((whole_office / "my-district" / "out" / "run.json").read_text("utf-8"))
    keys = set(record) | {key for entry in record["stages"].values() for key in entry}
    text = (ROOT / name).read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    assert keys <= set(re.findall(r"`(\w+)`", " ".join(rows)))


# ---- code ----


@pytest.fixture(scope="module")
def offices(whole_office, tmp_path_factory):
    """Return the office by the language of its last run; the run before was in the other one."""
    folder = tmp_path_factory.mktemp("docs-by-lang")
    english = shutil.copytree(whole_office, folder / "en")
    settings = "my-district/livelihood.toml"
    with chdir(english):
        assert main(["run", settings, "-q", "--lang", "en"]) == 0
    chinese = shutil.copytree(english, folder / "zh")
    with chdir(chinese), use_lang("zh"):
        assert main(["back", settings]) == 0
    return {"en": english, "zh": chinese}


@pytest.fixture(scope="module")
def whole_office(shared_office_with_workbooks, tmp_path_factory):
    """Return a folder in which the office's files lie in ``my-district``."""
    folder = tmp_path_factory.mktemp("docs")
    shutil.copytree(shared_office_with_workbooks.parent, folder / "my-district")
    return folder


@pytest.mark.parametrize(("page", "text"), blocks("sh"))
def test_commands_in_the_docs_run(page, text, offices, tmp_path, monkeypatch):
    """Every command line of README and docs ends with exit code 0, or is a target of make.

    Each block has an office for itself, last run in the block's language.
    """
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    here = shutil.copytree(offices["en" if "--lang en" in text else "zh"], tmp_path / "office")
    for line in text.splitlines():
        words = shlex.split(line, comments=True)
        if not words:
            continue
        if words[0] == "make":
            assert all(re.search(f"^{target}:", makefile, re.MULTILINE) for target in words[1:])
            continue
        assert words[0] == "livelihood-map", f"{page.name}: {line}"
        monkeypatch.chdir(tmp_path if words[1] == "init" else here)
        if words[1] in LONG_OR_ONLINE:
            command = build_cli().commands[words[1]]
            command.make_context(words[1], words[2:])
        elif tuple(words) not in RUN_ONCE:
            assert main(words[1:]) == 0, f"{page.name}: {line}"
            RUN_ONCE.add(tuple(words))


@pytest.mark.parametrize(("page", "text"), blocks("bat"))
def test_windows_lines_name_what_is_there(page, text):
    """The lines for Windows call what exists, and install only what is locked."""
    for line in text.splitlines():
        program, *words = line.split()
        assert program.removeprefix(".venv\\Scripts\\") in {"py", "python", "livelihood-map"}
        for option, name in pairwise(words):
            assert option != "-r" or (ROOT / name).exists()
        assert "install" not in words or {"--require-hashes", "--no-deps"} & set(words)
        if program.endswith("livelihood-map"):
            build_cli().commands[words[0]].make_context(words[0], words[1:])


def test_python_in_the_docs_runs(whole_office, monkeypatch, capsys):
    """The Python blocks of each page run one after the other."""
    monkeypatch.chdir(whole_office)
    for page in PAGES:
        scope = {}
        for found, text in FENCE.findall(page.read_text(encoding="utf-8")):
            if found == "python":
                exec(compile(text, str(page), "exec"), scope)  # noqa: S102
    assert "covered_share" in capsys.readouterr().out


def test_blocks_have_a_known_language():
    """Every block says what it is, so that none escapes the tests above."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        opened = re.findall(r"^```(.*)$", text, re.MULTILINE)[::2]
        assert set(opened) <= {"sh", "bat", "toml", "python", "text"}, page.name
        assert not re.search(r"^    (?:make|livelihood-map) ", text, re.MULTILINE), page.name


# ---- the site ----


def test_site_builds_without_a_warning(tmp_path):
    """The documentation builds with warnings as errors, and loads nothing from elsewhere."""
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", str(tmp_path / "site")],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
    )
    assert done.returncode == 0, done.stderr
    for page in (tmp_path / "site").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        loaded = re.findall(r'(?:src|<link[^>]+href)="(https?://[^"]+)"', text)
        assert loaded == [], page.name


def test_readme_links_lead_somewhere():
    """Every relative link of README and docs leads to a file."""
    generated = {ROOT / "docs" / name for name in HOOKS.generated_pages()}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#\s]+)", text):
            if target.startswith("http"):
                continue
            place = (page.parent / target).resolve()
            assert place.exists() or place in generated, (page.name, target)


def test_english_and_chinese_pages_pair_one_to_one():
    """Every English page has a Chinese one of the same name, and the other way round."""
    docs = ROOT / "docs"
    every = {path.relative_to(docs).as_posix() for path in docs.rglob("*.md")}
    every |= HOOKS.generated_pages()
    chinese = [path.removeprefix("zh/") for path in every if path.startswith("zh/")]
    english = [path for path in every if not path.startswith("zh/")]
    names = [path if path.startswith("notebooks/") else Path(path).name for path in english]
    assert sorted(names) == sorted(chinese)


def test_the_menu_names_each_page_in_both_languages():
    """What the menu holds in English it holds in Chinese, in the same order."""
    lines = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("nav:")[2].splitlines()
    found = [re.search(r": (\S+\.md)$", line) for line in lines]
    paths = [one[1] for one in found if one]
    chinese = [Path(path).name for path in paths if path.startswith("zh/")]
    english = [Path(path).name for path in paths if not path.startswith("zh/")]
    assert english == chinese


def test_a_notebook_s_page_is_of_one_language():
    """A page takes of each bilingual paragraph and heading the part in its language."""
    in_language = HOOKS.in_language
    text = "# 1 五行 · Five lines\n\n谁没有？\n\nWho has none?"
    assert in_language(text, "en") == "# 1 Five lines\n\nWho has none?"
    assert in_language(text, "zh") == "# 1 五行\n\n谁没有？"
