"""A double click sets the program up once, from verified parts alone, and opens it."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from small_kit import (
    WORDS,
    everything_in,
    fake_python,
    parts_of,
    programs_in,
    start,
    write_kit,
)

from kit.building import HERE, SYSTEMS

_SPEC = importlib.util.spec_from_file_location("kit_start", HERE / "start.py")
beginning = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(beginning)


def told(key, lang="zh"):
    """Return the beginning of a message, as far as nothing is filled in."""
    return WORDS[key][lang].strip().partition("{")[0]


@pytest.mark.parametrize(
    "name", ["with blanks", "早餐规划（2026）", "x" * 200, "a'b & c; $HOME %PATH%"]
)
def test_any_path_of_the_stick_will_do(tmp_path, name):
    """Blanks, Chinese, 200 characters and signs in the path of the kit change nothing."""
    kit = write_kit(tmp_path / name)
    done = start(kit, home=tmp_path / "家 home")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "asked ['serve']" in done.stdout
    assert "livelihood-map-programs" in done.stdout


def test_nothing_is_written_but_below_the_users_own_folder(kit, tmp_path):
    """A stick that is read-only and a user without rights will do: both stay as they were."""
    before = everything_in(tmp_path)
    if os.geteuid():  # root writes in spite of it
        for folder in (kit, kit / "kit", kit / "kit" / "wheels"):
            folder.chmod(0o555)
    assert start(kit, home=tmp_path / "home").returncode == 0
    kept = {
        path: data for path, data in everything_in(tmp_path).items() if "home" not in path.parts
    }
    assert kept == before


def test_the_second_start_unpacks_nothing(kit, tmp_path):
    """What is in place is opened as it is; the stick's parts are not even read."""
    assert told("setting_up") in start(kit, home=tmp_path / "home").stdout
    for wheel in (kit / "kit" / "wheels").iterdir():
        wheel.unlink()
    done = start(kit, "demo", "out", home=tmp_path / "home")
    assert told("setting_up") not in done.stdout
    assert "asked ['demo', 'out']" in done.stdout


def test_a_newer_kit_goes_over_an_older_one(kit, tmp_path):
    """The newer program is opened from then on, by either kit; only one older is kept."""
    home, versions = tmp_path / "home", {"2026-01-01": kit}
    start(kit, home=home)
    for made in ("2026-02-01", "2026-03-01"):
        versions[made] = write_kit(tmp_path / made, made=made)
        assert parts_of(versions[made])["id"] in start(versions[made], home=home).stdout
    done = start(kit, home=home)
    assert told("older_kit") in done.stdout
    assert parts_of(versions["2026-03-01"])["id"] in done.stdout
    assert len(programs_in(home)) == 2


def test_a_damaged_part_is_named_and_nothing_is_put_in_place(kit, tmp_path):
    """A wheel of another checksum, a missing one, or a missing list ends the start in words."""
    wheel = next((kit / "kit" / "wheels").iterdir())
    whole = wheel.read_bytes()
    wheel.write_bytes(whole[:-1] + b"x")
    for _ in range(2):
        done = start(kit, home=tmp_path / "home")
        assert done.returncode == 1
        assert told("damaged") + wheel.name in done.stdout
        assert programs_in(tmp_path / "home") == []
        wheel.unlink(missing_ok=True)
    (kit / "kit" / "kit.json").write_text("{", "utf-8")
    assert told("damaged") + "kit.json" in start(kit, home=tmp_path / "home").stdout


def test_what_cannot_be_imported_is_not_put_in_place(tmp_path):
    """A part that fails on this computer leaves no program behind, and says which it was."""
    kit = write_kit(tmp_path / "stick", imports=["livelihood_map.cli", "livelihood_map.nothing"])
    done = start(kit, home=tmp_path / "home")
    assert done.returncode == 1
    assert "No module named 'livelihood_map.nothing'" in done.stdout
    assert programs_in(tmp_path / "home") == []


def test_too_little_room_and_a_closed_folder_are_told(tmp_path):
    """A full disk and a folder that cannot be made end the start in words."""
    kit = write_kit(tmp_path / "stick", unpacked=10**15)
    assert told("no_room") in start(kit, home=tmp_path / "home").stdout
    (tmp_path / "closed").write_text("a file", "utf-8")
    done = start(write_kit(tmp_path / "other"), home=tmp_path / "closed")
    assert told("not_writable") in done.stdout


def test_what_a_cut_off_set_up_left_is_removed(kit, tmp_path):
    """A start that was killed leaves a folder aside; a later one clears it away and succeeds."""
    left = tmp_path / "home" / "livelihood-map-programs" / "next-1"
    left.mkdir(parents=True)
    os.utime(left, (time.time() - 7200,) * 2)
    assert start(kit, home=tmp_path / "home").returncode == 0
    assert programs_in(tmp_path / "home") == [parts_of(kit)["id"]]


def test_a_kit_of_another_system_says_so(tmp_path):
    """Windows' folder on Linux, and the other way round, ends in words."""
    kit = write_kit(tmp_path / "stick", system=SYSTEMS[0])
    content = (kit / "kit" / "kit.json").read_text("utf-8")
    (kit / "kit" / "kit.json").write_text(
        re.sub('"system": ".*"', '"system": "Linus"', content), "utf-8"
    )
    assert told("other_system") in start(kit, home=tmp_path / "home").stdout


@pytest.mark.skipif(os.name == "nt", reason="the fakes are shell scripts")
@pytest.mark.parametrize(
    ("said", "code", "shown"),
    [
        ("3 12 32 C:\\Python312-32\\python.exe", 0, "3.12, 32 bit: C:\\Python312-32\\python.exe"),
        ("3 9 64 /usr/bin/python3.9", 0, "3.9, 64 bit"),
        ("Python was not found; run without arguments to install", 49, "–"),
        ("3 12 64 /usr/bin/python3.12", 1, "–"),
        ("", 0, "–"),
    ],
)
def test_a_python_is_known_by_running_it(tmp_path, monkeypatch, said, code, shown):
    """32 bit, another version, the shop's stub and what fails are refused, and told."""
    fake = fake_python(tmp_path / "有 空格" / "python.exe", said, code)
    monkeypatch.setattr(beginning, "KIT", tmp_path)
    kit = {"python": "3.12", "system": "Windows", "installer": "python-3.12.10-amd64.exe"}
    with pytest.raises(beginning.ToldError) as error:
        beginning.find_python(kit, [[str(fake)], [str(fake)], [str(tmp_path / "missing")]])
    assert error.value.key == "no_python_windows"
    assert shown in error.value.values["found"]
    assert error.value.values["found"].count("\n") == 0
    good = fake_python(tmp_path / "good", "3 12 64 /opt/a b/python")
    assert beginning.find_python(kit, [[str(fake)], [str(good)]]) == "/opt/a b/python"


def test_without_python_the_installer_is_named(tmp_path):
    """Where no Python fits, the installer to put beside the start is said in both languages."""
    kit = write_kit(tmp_path / "stick", python="3.99", installer="python-3.99.exe")
    done = start(kit, home=tmp_path / "home")
    assert done.returncode == 1
    for lang in ("zh", "en"):
        assert told(f"no_python_{parts_of(kit)['system'].lower()}", lang) in done.stdout
    assert done.stdout.count("python-3.99.exe") == 2
    assert f"{sys.version_info.major}.{sys.version_info.minor}, 64 bit: " in done.stdout


def test_python_is_not_led_elsewhere(kit, tmp_path):
    """PYTHONHOME, PYTHONPATH and PYTHONSTARTUP of the computer do not reach the program."""
    (tmp_path / "livelihood_map").mkdir()
    (tmp_path / "livelihood_map" / "cli.py").write_text("raise SystemExit(9)", "utf-8")
    done = start(kit, home=tmp_path / "home", PYTHONPATH=str(tmp_path))
    assert done.returncode == 0


def test_the_file_of_the_double_click_is_what_windows_needs(tmp_path):
    """At most 15 lines of ASCII that end in CRLF; every file that it names is there."""
    kit = write_kit(tmp_path / "stick", system=SYSTEMS[0])
    content = (kit / "开始.bat").read_bytes()
    assert content.isascii()
    lines = content.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert len(lines) - 1 <= 15
    named = re.findall(r"kit\\([\w.-]+)", content.decode())
    assert set(named) == {"start.py", "no-python.txt"}
    assert all((kit / "kit" / name).is_file() for name in named)
    assert set(re.findall(r"python-[\w.-]+exe", content.decode())) == {SYSTEMS[0].installer}
    assert SYSTEMS[0].installer in (kit / "kit" / "no-python.txt").read_text("utf-8")


@pytest.mark.skipif(os.name == "nt", reason="a shell script")
def test_the_start_of_linux_finds_a_python_and_asks_it(kit, tmp_path):
    """The shell script hands everything to the Python file, from wherever it is called."""
    environment = {**os.environ, "XDG_DATA_HOME": str(tmp_path / "home")}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(
        [str(kit / "start.sh"), "demo"], cwd="/", env=environment, capture_output=True,
        encoding="utf-8", check=False, timeout=60,
    )  # fmt: skip
    assert "asked ['demo']" in done.stdout, done.stdout + done.stderr


def test_an_old_python_can_tell_that_it_is_old():
    """The start is understood by Python 3.8, so that it can say what is wanted."""
    ast.parse((HERE / "start.py").read_text("utf-8"), feature_version=(3, 8))
