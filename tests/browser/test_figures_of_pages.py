"""Every figure that a page shows is one of the tables', with metres, denominator and people."""

from __future__ import annotations

import pytest
from shown_pages import passages_of_check, passages_of_planner
from table_facts import Tables
from told_figures import unexplained

from livelihood_map.core.labels import use_lang

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_figure_of_the_pages_is_a_tables(open_page, told_run, lang):
    """Legends, lists, cards, answers and sheets show no number that no table explains."""
    readers = {"planner": passages_of_planner, "check": passages_of_check}
    with use_lang(lang):
        work = told_run(lang)
        tables = Tables(work, lang)
        passages = []
        for name, read in readers.items():
            tab = open_page((work.maps / f"{name}.html").read_text("utf-8"))
            passages += read(tab, where=name)
            tab.assert_quiet()
        assert unexplained(passages, tables) == []
