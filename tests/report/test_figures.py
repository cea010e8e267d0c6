"""Every figure that a run writes is one of its tables', with metres, denominator and people."""

from __future__ import annotations

import pytest
from table_facts import Tables
from told_figures import figures_in, passages_of_run, unexplained

from livelihood_map.core.labels import use_lang

SHIFTS = {"%": 0.3, "people": 1, "m": 3, "n": 1}
"""What is added to a figure so that it is wrong; straight lines are known to a metre."""
LARGE = 50
"""A count from which on no other of the small office is one more."""


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
    """Every wrong number of people and large count is found, of shares and lengths nearly all.

    Small counts, ranks among two towns and numbers of tables happen to be those of other things, of
    which more than half are found; now and then a share is that of another distance or place.
    """
    work, tables = told
    found = {unit: [] for unit in (*SHIFTS, "large n")}
    for passage in passages_of_run(work):
        for number, unit, near in figures_in(passage, tables.lang):
            wrong = f"{float(number) + SHIFTS[unit]:.{1 if unit == '%' else 0}f}"
            is_found = tables.explain(wrong, unit, near, passage) is not None
            found[unit].append(is_found)
            if unit == "n" and float(number) >= LARGE:
                found["large n"].append(is_found)
    caught = {unit: sum(is_found) / len(is_found) for unit, is_found in found.items()}
    assert caught["people"] == caught["large n"] == 1
    assert min(caught["%"], caught["m"]) > 0.98
    assert caught["n"] > 0.5
