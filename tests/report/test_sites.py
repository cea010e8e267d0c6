"""The list of all candidates: what became of each, and why."""

from __future__ import annotations

import datetime as dt

import openpyxl
import pytest
from lattice_siting import lattice_candidates, lattice_question

from livelihood_map.core.labels import use_lang
from livelihood_map.report import write_candidates


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_candidate_is_a_site_or_says_why_not(grid_town, tmp_path, lang):
    """A site has its rank, a barred place its reason with the area's name, others are open."""
    places = [(0, 0), (2, 2), (4, 4)]
    candidates = lattice_candidates(
        grid_town,
        places,
        is_rejected=[False, False, True],
        excluded_by=[None, None, "area"],
        excluded_area=[None, None, "河道蓝线"],
    )
    *_, choose = lattice_question(grid_town, candidates=candidates, sites_n=1)
    plan = choose()
    with use_lang(lang):
        path = write_candidates(
            candidates,
            plan.sites,
            grid_town.towns,
            path=tmp_path / "candidates.xlsx",
            notes=["一行"],
            date=dt.date(2023, 1, 1),
        )
    rows = list(openpyxl.load_workbook(path).active.iter_rows(values_only=True))
    cells = {row[-1]: row for row in rows}
    chosen = plan.sites["candidate_id"].iloc[0]
    told = {one: cells[one][4] for one in candidates["candidate_id"]}
    open_one = next(one for one in ("c0_0", "c2_2") if one != chosen)
    site, usable = {"zh": ("入选，第 1 位", "可用，未入选"),
                    "en": ("A site, rank 1", "Usable, not chosen")}[lang]  # fmt: skip
    assert (told[chosen], told[open_one]) == (site, usable)
    assert "河道蓝线" in told["c4_4"]
