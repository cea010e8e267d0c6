"""The survey of every market: sheets out, answers back, what they change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from livelihood_map.commands.yearly import common
from livelihood_map.commands.yearly.markets import measure_layout
from livelihood_map.core import tables
from livelihood_map.core.labels import label
from livelihood_map.core.names import name_towns, town_names
from livelihood_map.core.workbook import headings
from livelihood_map.load.survey_returns import read_returns
from livelihood_map.report.survey_forms import write_sheets

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from livelihood_map.pipeline.reads import YearReads
    from livelihood_map.pipeline.workspace import Workspace
    from livelihood_map.programme.market_survey import SurveyResult

_MARKET: Final = "wet_market"


def report_survey_sheets(work: Workspace[YearReads]) -> list[str]:
    """Return how many sheets were written, in words; one workbook a town in ``survey``.

    Raises
    ------
    LivelihoodMapError
        When an earlier stage has not run, or a file cannot be written.
    """
    questions = _questions(work)
    folder = work.folder / common.FOLDER / "survey"
    notes, files = work.marks(), name_towns(work["towns"])
    for town_id, own in questions.groupby("town_id", sort=True):
        title = label("survey.title", town=own["town_name"].iloc[0])
        path = folder / f"{files[town_id]}.xlsx"
        work.written.append(write_sheets(own, path, title=title, notes=notes, date=work.date))
    towns_n = questions["town_id"].nunique()
    return [label("survey.line_sheets", markets=len(questions), towns=towns_n)]


def _questions(work: Workspace[YearReads]) -> pd.DataFrame:
    from livelihood_map.programme import list_questions

    return list_questions(common.walkable(work, _MARKET), town_names(work["towns"]))


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
    markets = common.walkable(work, _MARKET)
    merged = merge_survey(markets, returns.answers)
    changes = merged.changes.assign(
        name=common.named(merged.changes, common.names_of(markets)),
        field=[label(f"survey.field_{name}") for name in merged.changes["field"]],
    )
    slips = returns.slips.drop(columns=["slip", "facility_id"])
    slips["is_taken"] = slips["is_taken"].astype(bool)
    heads = headings("survey.head", (*slips.columns, "before", "after"))
    before, after = _layouts(work, markets, merged)
    layout = before.merge(after, on="town_id", suffixes=("_before", "_after"))
    heads |= {
        f"{name}_{moment}": f"{label(f'programme.col_{name}')}{label(f'survey.{moment}')}"
        for name in ("area_m2", "area_ratio")
        for moment in ("before", "after")
    }
    shown = {
        "survey_towns": common.with_towns(work, merged.by_town, at=0),
        "survey_slips": slips,
        "survey_changes": changes[["name", "field", "before", "after"]],
        "survey_layout": common.with_towns(work, layout, at=0),
    }
    common.save(work, "survey", shown, work.marks(_MARKET), heads)
    figures = {"surveyed_share": [merged.surveyed_share], "slips_n": [len(slips)]}
    work.keep(survey=tables.SURVEY.conform(pd.DataFrame(figures)))
    return [
        label(
            "survey.line_read",
            share=common.percent(merged.surveyed_share),
            slips=len(slips),
            taken=int(returns.slips["is_taken"].sum()),
            changes=len(changes),
        )
    ]


def _layouts(
    work: Workspace[YearReads], markets: gpd.GeoDataFrame, merged: SurveyResult
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return floor area by town before and after the survey."""
    rule = {rule.id: rule for rule in work.standard.rules}.get("market_area")
    needed = {
        "area_m2": rule.value if rule else 1000.0,
        "per_people": (rule.per_people if rule else None) or 12_000.0,
    }
    before, after = (
        measure_layout(work, own, **needed).by_town[["town_id", "area_m2", "area_ratio"]]
        for own in (markets, merged.markets)
    )
    return before, after
