"""The survey of every market: sheets out, answers back, what they change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from livelihood_map.commands.yearly.common import (
    FOLDER,
    as_sheet,
    count_people,
    counted,
    find_walks,
    named,
    names_of,
    percent,
    save,
    town_names,
    yes_no,
)
from livelihood_map.core import tables
from livelihood_map.core.labels import label
from livelihood_map.core.names import name_towns
from livelihood_map.load.survey_returns import read_returns
from livelihood_map.report.survey_forms import write_sheets

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from livelihood_map.pipeline.reads import YearReads
    from livelihood_map.pipeline.workspace import Workspace
    from livelihood_map.programme.market_survey import SurveyResult

_MARKET: Final = "wet_market"
_HEADS: Final = (
    "source",
    "sheet",
    "row",
    "field",
    "value",
    "problem",
    "remedy",
    "is_taken",
    "raw",
    "before",
    "after",
)


def report_survey_sheets(work: Workspace[YearReads]) -> list[str]:
    """Return how many sheets were written, in words; one workbook a town in ``survey``.

    Raises
    ------
    LivelihoodMapError
        When an earlier stage has not run, or a file cannot be written.
    """
    questions = _questions(work)
    folder = work.folder / FOLDER / "survey"
    notes, files = work.marks(), name_towns(work["towns"])
    for town_id, own in questions.groupby("town_id", sort=True):
        title = label("survey.title", town=own["town_name"].iloc[0])
        path = folder / f"{files[town_id]}.xlsx"
        work.written.append(write_sheets(own, path, title=title, notes=notes, date=work.date))
    towns_n = questions["town_id"].nunique()
    return [label("survey.line_sheets", markets=len(questions), towns=towns_n)]


def _questions(work: Workspace[YearReads]) -> pd.DataFrame:
    from livelihood_map.programme import list_questions

    towns = work["towns"]
    names = dict(zip(towns["town_id"], towns["town_name"], strict=True))
    return list_questions(counted(work, _MARKET), names)


def report_survey(work: Workspace[YearReads], *, folder: Path) -> list[str]:
    """Return what came back and what it changes, in words; write ``survey.xlsx``.

    Parameters
    ----------
    work
        Workspace of the run.
    folder
        Folder of the workbooks that came back.

    Raises
    ------
    SourceError
        When the folder holds no workbook.
    LivelihoodMapError
        When an earlier stage has not run.
    """
    from livelihood_map.programme import merge_survey

    paths = [path for path in folder.glob("*.xls*") if not path.name.startswith("~")]
    as_of = work.settings.run.data_date or work.date
    returns = read_returns(paths, _questions(work), as_of=as_of)
    markets = counted(work, _MARKET)
    result = merge_survey(markets, returns.answers)
    notes = work.marks(_MARKET)
    by_town = result.by_town.copy()
    by_town.insert(0, "town_name", town_names(work, by_town["town_id"]))
    by_town.loc[by_town["town_id"] == "ALL", "town_name"] = label("programme.district")
    changes = result.changes.assign(
        name=named(result.changes, names_of(markets)),
        field=[label(f"survey.field_{name}") for name in result.changes["field"]],
    )
    slips = returns.slips.assign(is_taken=yes_no(returns.slips["is_taken"]))
    headings = {name: label(f"survey.head_{name}") for name in _HEADS}
    before, after = _layouts(work, markets, result)
    layout = before.merge(after, on="town_id", suffixes=("_before", "_after"))
    layout.insert(0, "town_name", town_names(work, layout["town_id"]))
    layout.loc[layout["town_id"] == "ALL", "town_name"] = label("programme.district")
    headings |= {
        f"{name}_{moment}": f"{label(f'programme.col_{name}')}{label(f'survey.{moment}')}"
        for name in ("area_m2", "area_ratio")
        for moment in ("before", "after")
    }
    save(
        work,
        "survey",
        [
            as_sheet("survey_towns", by_town.drop(columns="town_id"), notes),
            as_sheet(
                "survey_slips", slips.drop(columns=["slip", "facility_id"]), notes, **headings
            ),
            as_sheet(
                "survey_changes", changes[["name", "field", "before", "after"]], notes, **headings
            ),
            as_sheet("survey_layout", layout.drop(columns="town_id"), notes, **headings),
        ],
    )
    found = {"surveyed_share": [result.surveyed_share], "slips_n": [len(slips)]}
    work.keep(survey=tables.SURVEY.conform(pd.DataFrame(found)))
    return [
        label(
            "survey.line_read",
            share=percent(result.surveyed_share),
            slips=len(slips),
            taken=int(returns.slips["is_taken"].sum()),
            changes=len(changes),
        )
    ]


def _layouts(
    work: Workspace[YearReads], markets: gpd.GeoDataFrame, result: SurveyResult
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return floor area by town before and after the survey."""
    from livelihood_map.programme import measure_market_layout

    rules = {rule.id: rule for rule in work.standard.rules}
    rule = rules.get("market_area")
    both = []
    for own in (markets, result.markets):
        layout = measure_market_layout(
            own,
            count_people(work, _MARKET),
            find_walks(work, own, cutoff_m=work.settings.coverage.cutoff_m),
            work["towns"],
            threshold_m=work.standard.kind(_MARKET).threshold_m,
            area_m2=rule.value if rule else 1000.0,
            per_people=(rule.per_people if rule else None) or 12_000.0,
        )
        both.append(layout.by_town[["town_id", "area_m2", "area_ratio"]])
    return both[0], both[1]
