"""Every figure that a run writes is one of its tables', with metres, denominator and people."""

from __future__ import annotations

import pytest
from table_facts import Tables
from told_figures import figures_in, passages_of_run, unexplained

from livelihood_map.core.labels import use_lang

SHIFTS = {"%": 0.3, "people": 1, "m": 1, "n": 1}
"""What is added to a figure so that it is wrong, by its unit."""


@pytest.fixture(params=["zh", "en"], scope="module")
def read(request, told_run):
    """Return a run of the office with workplaces, and its tables."""
    with use_lang(request.param):
        work = told_run(request.param)
        return work, Tables(work, request.param)


@pytest.fixture
def told(read):
    """Return the run and its tables; the test speaks their language, not that of the office."""
    with use_lang(read[1].lang):
        yield read


def test_every_figure_of_lists_books_briefs_and_lines_is_a_tables(told):
    """A number that no table explains, or a share without its words, stands nowhere."""
    work, tables = told
    assert unexplained(passages_of_run(work), tables) == []


def test_a_wrong_figure_is_found(told):
    """Nearly every figure that is shifted a little is one that no table explains.

    Counts are small: another of the same things often happens to be as many.
    """
    work, tables = told
    found = {unit: [] for unit in SHIFTS}
    for passage in passages_of_run(work):
        for number, unit, near in figures_in(passage, tables.lang):
            wrong = f"{float(number) + SHIFTS[unit]:.{1 if unit == '%' else 0}f}"
            found[unit].append(tables.explain(wrong, unit, near, passage) is not None)
    caught = {unit: sum(is_found) / len(is_found) for unit, is_found in found.items()}
    assert min(caught["%"], caught["people"], caught["m"]) > 0.8
    assert caught["n"] > 0.5
