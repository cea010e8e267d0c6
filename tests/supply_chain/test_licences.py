"""Each part that runs is under a licence that was read and that an office can live with."""

from __future__ import annotations

from importlib.metadata import metadata
from pathlib import Path

import pytest
from docs_hooks import HOOKS
from packaging.licenses import canonicalize_license_expression

from supply_chain.licences import licences_in, read_licences
from supply_chain.locks import read_lock

ROOT = Path(__file__).resolve().parents[2]
LICENCES = read_licences()
PINS = read_lock(ROOT / "requirements.lock")
PARTS = sorted({pin.name for pin in PINS})
HERE = [pin.name for pin in PINS if pin.marker is None or pin.marker.evaluate()]
FAMILIES = {
    "Apache": "Apache-2.0",
    "BSD": "BSD-",
    "LGPL": "LGPL-",
    "MIT": "MIT",
    "MPL": "MPL-2.0",
    "Python Software Foundation": "PSF-2.0",
}
"""How parts without an SPDX expression word their licence, and how its name begins."""


def test_each_part_that_runs_has_its_licence_set_down():
    """Every part of the run lock stands in the list, and nothing else."""
    assert sorted(LICENCES.parts) == PARTS
    assert set(LICENCES.inside) <= set(PARTS)


@pytest.mark.parametrize("part", HERE)
def test_the_licence_set_down_is_the_one_that_the_part_states(part):
    """What is installed states the licence that was read; a change of licence is seen."""
    stated = metadata(part)
    noted = LICENCES.parts[part]
    if expression := stated.get("License-Expression"):
        assert canonicalize_license_expression(expression) == noted
        return
    classified = [line for line in stated.get_all("Classifier", []) if "License ::" in line]
    words = " ".join([*classified, stated.get("License", "")[:60]])
    begun = {name for word, name in FAMILIES.items() if word in words}
    assert any(noted.startswith(name) for name in begun), words


def test_each_licence_is_one_that_was_allowed():
    """No part brings a licence that nobody has looked at."""
    inside = {name for held in LICENCES.inside.values() for name in held.values()}
    for expression in {*LICENCES.parts.values(), *inside}:
        assert canonicalize_license_expression(expression) == expression
        assert licences_in(expression) <= LICENCES.permissive | LICENCES.copyleft


def test_the_notice_names_each_part_under_copyleft():
    """NOTICE names what asks for more than its notice, with its licence and how it is used."""
    notice = (ROOT / "NOTICE").read_text("utf-8")
    told = {line for line in notice.splitlines() if line.startswith("* ")}
    wanted = {part: LICENCES.parts[part] for part in PARTS}
    for held in LICENCES.inside.values():
        wanted |= held
    for name, expression in wanted.items():
        if licences_in(expression) & LICENCES.copyleft:
            assert any(f"* {name} ({expression})" in line for line in told), name


def test_an_expression_is_taken_apart():
    """A licence with its exception is one; brackets and operators are none."""
    assert licences_in("MIT AND (Zlib OR Apache-2.0 WITH LLVM-exception)") == {
        "MIT",
        "Zlib",
        "Apache-2.0 WITH LLVM-exception",
    }


def test_the_docs_name_each_part_with_its_licence():
    """The page of parts has a row for every part that runs."""
    page = HOOKS.parts_page()
    for part, licence in LICENCES.parts.items():
        assert f"| {part} | {licence} |" in page
