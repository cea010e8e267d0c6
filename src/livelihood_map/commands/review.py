"""The towns' review: read back, solved again in a folder of its own, every refusal priced."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal

import geopandas as gpd
import pandas as pd

from livelihood_map.commands.site_views import is_changes, views_of_changes
from livelihood_map.core import tables
from livelihood_map.core.altering import altered
from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.core.errors import SettingsError
from livelihood_map.core.labels import has_label, label
from livelihood_map.core.names import town_names
from livelihood_map.core.people import tell_counted
from livelihood_map.core.workbook import Sheet, write_workbook, yes_no
from livelihood_map.load.site_feedback import read_views
from livelihood_map.pipeline.candidate_places import find_candidates
from livelihood_map.pipeline.changeover import Places
from livelihood_map.pipeline.questions import REVIEW
from livelihood_map.pipeline.record import new_record
from livelihood_map.pipeline.running import look_at, opened, places_of, put_in_place
from livelihood_map.pipeline.site_selection import keep_plan, prepare, siting_weights
from livelihood_map.pipeline.stages import STAGES
from livelihood_map.pipeline.summary import plan_lines

if TYPE_CHECKING:
    from pathlib import Path

    from livelihood_map.core.settings import Settings
    from livelihood_map.load.site_feedback import Views
    from livelihood_map.pipeline.job import Job
    from livelihood_map.pipeline.reads import ReviewReads
    from livelihood_map.pipeline.workspace import Workspace

NAME: Final = "review"
"""Name of the table, of the workbook and, with a number, of the folders."""
_AFTER: Final = ("report", "areas", "mapping")
_SLIPS_TOLD: Final = 40
_VIEWS: Final = ("rank", "town_name", "name", "candidate_id", "verdict", "remark", "is_site",
                 "price_population", "price_population_max", "firm_price_population", "is_proved",
                 "substitutes", "problem")  # fmt: skip


def review(
    settings: Settings, path: Path, *, plan: Path | None = None, output: Path | None = None
) -> list[str]:
    """Return what the towns' review does to the plan, in words; a new plan is written.

    Agreed sites stay, refused ones are avoided, proposals become listed candidates, and the stages
    from siting on run again on the stored tables. The new plan has its own folder with its tables,
    lists and maps, and ``review.xlsx`` with the views, the price of each refusal alone, the fate of
    each proposal and every slip. The list that was reviewed is never written to.

    Parameters
    ----------
    settings
        Settings of the run.
    path
        The list that came back, a folder of such lists, or a file of changes of sites.
    plan
        Output folder of the plan that was reviewed; that of the settings when None.
    output
        Folder of the new plan; the first free ``review-1``, ``review-2``, … when None.

    Raises
    ------
    SourceError
        When there is no list to read.
    SettingsError
        When the folder of the new plan holds a list already, or the model is another.
    StaleError
        When the plan was made from other inputs or by other settings.
    InfeasibleError
        When no plan keeps the rules together with the views.
    LivelihoodMapError
        When the plan's tables are not there.
    """
    if settings.siting.model != "covering":
        raise SettingsError("review.model_other", model=settings.siting.model)
    own = places_of(settings)
    places = own if plan is None else Places(plan.absolute(), plan.absolute() / "maps")
    folder = (output or _free_folder(own.output)).absolute()
    if (folder / "sites.xlsx").exists() or (folder / "tables").exists():
        raise SettingsError("review.folder_taken", path=folder)
    base = look_at(settings, places)
    base.require(list(STAGES)[: list(STAGES).index("siting") + 1])
    sites = _asked_about(base.work)
    office = frozenset(settings.siting.rules.fixed)
    if is_changes(path):
        views = views_of_changes(path, base.work["sites"], kind=settings.siting.kind, office=office)
    else:
        views = read_views(path, sites, office=office)
    lines = _read_lines(views)
    if (views.views["verdict"] == "open").all() and not len(views.proposals):
        return [*lines, label("review.line_nothing")]
    with opened(settings, Places(folder, folder / "maps")) as job:
        job.adopt(base)
        return [*lines, *_make_plan(job, sites, views)]


def _make_plan(job: Job, sites: pd.DataFrame, views: Views) -> list[str]:
    """Compute the new plan with all that follows it, and put it in its folder."""
    run = partial(_solve_again, sites=sites, views=views)
    lines = job.compute(altered(REVIEW, run=run)) or []
    job.pass_on(REVIEW.name, [STAGES["candidates"], STAGES["siting"]])
    for name in _AFTER:
        job.settle(STAGES[name])
    put_in_place(job, new_record(job.settings, job.places, job.entries), rotates=False)
    folder, written_n = job.places.output, len(job.work.written)
    return [*lines, label("pipeline.written_folder", path=folder, count=written_n)]


def _free_folder(folder: Path) -> Path:
    """Return the first folder of the series that does not exist."""
    number = 1
    while (folder / f"{NAME}-{number}").exists():
        number += 1
    return folder / f"{NAME}-{number}"


def _asked_about(work: Workspace[Literal["sites", "towns"]]) -> pd.DataFrame:
    """Return the sites of the plan as the towns see them."""
    sites = work["sites"]
    towns = town_names(work["towns"])
    places = sites.geometry.to_crs(STORAGE_CRS)
    return pd.DataFrame(
        {
            "rank": sites["rank"],
            "town_name": [towns.get(town, "") for town in sites["town_id"]],
            "name": sites["name"],
            "candidate_id": sites["candidate_id"],
            "lon": places.x.round(7),
            "lat": places.y.round(7),
        }
    )


def _solve_again(work: Workspace[ReviewReads], *, sites: pd.DataFrame, views: Views) -> list[str]:
    """Price every refusal, choose the new plan, keep it; return it in words."""
    from livelihood_map.siting import mark_views, price_refusals

    claimed, known = work["plan"], work["sites"]
    verdict = views.views.set_index("candidate_id")["verdict"]
    refused = [one for one in sites["candidate_id"] if verdict[one] == "rejected"]
    added, proposed = _as_candidates(work, views.proposals)
    candidates = pd.concat([work["candidates"], added], ignore_index=True)
    candidates = tables.CANDIDATES.conform(candidates)
    asked = prepare(work.trial(candidates=candidates))
    asked = replace(asked, known=frozenset(sites["candidate_id"]))
    is_new = candidates["candidate_id"].isin(added["candidate_id"])
    alone = candidates.assign(is_rejected=candidates["is_rejected"] | is_new)
    prices = price_refusals(alone, refused, claimed, work["levels"], known, asked.choose)
    agreed = verdict.index[verdict == "agreed"].tolist()
    marked = mark_views(candidates, agreed=agreed, refused=refused)
    asked = replace(asked, candidates=marked)
    chosen = asked.choose()
    work.keep(candidates=marked)
    keep_plan(work, asked, chosen)
    listed = _listed(work, sites, views, prices)
    keys = [one for one in proposed["candidate_id"] if isinstance(one, str)]
    work.keep(review=_as_table(listed, keys, chosen.sites))
    before = float(claimed["objective"].iloc[0])
    people = tell_counted(siting_weights(work))
    outcome = _outcomes(proposed, marked, chosen.sites)
    _write_workbook(work, listed, outcome, views.slips, people)
    kept = int(sites["candidate_id"].isin(chosen.sites["candidate_id"]).sum())
    return [
        *_price_lines(listed[listed["verdict"] == "rejected"]),
        label(
            "review.line_whole",
            before=f"{before:,.0f}",
            after=f"{chosen.objective:,.0f}",
            price=f"{before - chosen.objective:,.0f}",
            people=people,
        ),
        label(
            "review.line_change",
            kept=kept,
            gone=len(sites) - kept,
            added=int(chosen.sites["candidate_id"].isin(keys).sum()),
        ),
        *plan_lines(work),
    ]


def _as_candidates(
    work: Workspace[ReviewReads], proposals: pd.DataFrame
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return the proposals as listed candidates, and the proposals with the id of each."""
    points = gpd.points_from_xy(
        proposals["lon"].astype(float), proposals["lat"].astype(float), crs=STORAGE_CRS
    )
    keys = [f"{x:.5f}-{y:.5f}" for x, y in zip(points.x, points.y, strict=True)]
    proposed = proposals.assign(candidate_id=[f"listed-{key}" for key in keys])
    names = proposals["name"].where(proposals["name"] != "", label("review.proposal_name"))
    listed = gpd.GeoDataFrame({"name": names, "listed_id": keys}, geometry=points)
    is_first = ~proposed["candidate_id"].duplicated()
    is_first &= ~proposed["candidate_id"].isin(work["candidates"]["candidate_id"])
    if not is_first.any():
        return work["candidates"].iloc[:0], proposed
    return find_candidates(work, listed=listed[is_first.to_numpy()]), proposed


def _listed(
    work: Workspace[ReviewReads], sites: pd.DataFrame, views: Views, prices: pd.DataFrame
) -> pd.DataFrame:
    """Return the reviewed sites with view, price and whether they stay."""
    names = dict(zip(work["candidates"]["candidate_id"], work["candidates"]["name"], strict=True))
    listed = sites.merge(views.views, on="candidate_id", validate="one_to_one")
    listed = listed.merge(prices, on="candidate_id", how="left", validate="one_to_one")
    listed["is_site"] = listed["candidate_id"].isin(work["sites"]["candidate_id"])
    listed["is_proved"] = listed["is_proved"].eq(True)
    comma = label("review.and")
    listed["substitutes"] = [
        comma.join(str(names.get(one, one)) for one in text.split(";")) if text else ""
        for text in listed["substitutes"].fillna("").astype(str)
    ]
    return listed


def _as_table(listed: pd.DataFrame, proposed: list[str], sites: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return table ``review``: the reviewed sites, then the proposals."""
    names = [column.name for column in tables.REVIEW.columns]
    new = pd.DataFrame({"candidate_id": list(dict.fromkeys(proposed))})
    new = new[~new["candidate_id"].isin(listed["candidate_id"])].assign(
        verdict="proposed", is_proved=False
    )
    new["is_site"] = new["candidate_id"].isin(sites["candidate_id"])
    both = pd.concat([listed[names], new], ignore_index=True) if len(new) else listed[names]
    return tables.REVIEW.conform(both)


def _outcomes(
    proposed: pd.DataFrame, candidates: gpd.GeoDataFrame, sites: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Return the proposals with what became of each."""
    from livelihood_map.candidates import tell_exclusion

    outcomes = {}
    for row in candidates[candidates["is_rejected"]].itertuples():
        reason = tell_exclusion(row.excluded_by, row.excluded_area)
        outcomes[row.candidate_id] = label("review.outcome_barred", reason=reason)
    for row in sites.itertuples():
        outcomes[row.candidate_id] = label("review.outcome_site", rank=row.rank)
    usable = label("review.outcome_open")
    return proposed.assign(outcome=[outcomes.get(one, usable) for one in proposed["candidate_id"]])


def _write_workbook(
    work: Workspace[ReviewReads],
    listed: pd.DataFrame,
    outcome: pd.DataFrame,
    slips: pd.DataFrame,
    people: str,
) -> None:
    """Write views with prices, proposals and slips."""
    shown = listed.assign(
        verdict=[label(f"review.verdict_{word}") for word in listed["verdict"]],
        is_site=yes_no(listed["is_site"]),
        is_proved=yes_no(listed["is_proved"].where(listed["verdict"] == "rejected")),
        problem=listed["problem"].fillna(""),
    )
    notes = [*work.marks(work.settings.siting.kind), label("review.note_price", people=people)]
    numbers = dict.fromkeys((name for name in _VIEWS if "price" in name), "#,##0")
    sheets = [
        _sheet("views", shown, _VIEWS, notes=notes, formats=numbers),
        _sheet(
            "proposals",
            outcome,
            ("name", "lon", "lat", "remark", "outcome", "candidate_id", "source", "sheet", "row"),
            formats={"lon": "0.0000000", "lat": "0.0000000"},
        ),
        _sheet(
            "slips",
            slips.assign(is_taken=yes_no(slips["is_taken"])),
            tuple(slips.columns),
            widths={"problem": 50.0, "remedy": 50.0, "raw": 60.0},
        ),
    ]
    path = work.folder / f"{NAME}.xlsx"
    work.written.append(write_workbook(path, sheets, date=work.date))


def _sheet(title: str, table: pd.DataFrame, columns: tuple[str, ...], **more: Any) -> Sheet:  # noqa: ANN401
    """Return a sheet whose headings come from the site list where it has them."""
    heads = {
        name: label(
            f"review.head_{name}" if has_label(f"review.head_{name}") else f"report.site_{name}"
        )
        for name in columns
    }
    return Sheet(label(f"review.sheet_{title}"), table, heads, **more)


def _read_lines(views: Views) -> list[str]:
    """Return what was read, and the slips, in words."""
    counts = views.views["verdict"].value_counts()
    lines = [
        label(
            "review.line_read",
            agreed=counts.get("agreed", 0),
            rejected=counts.get("rejected", 0),
            open=counts.get("open", 0),
            proposed=len(views.proposals),
            slips=len(views.slips),
        )
    ]
    for slip in views.slips.head(_SLIPS_TOLD).to_dict("records"):
        key = "review.line_slip" if slip["row"] else "review.line_slip_lost"
        names = ("source", "sheet", "row", "field", "problem", "remedy")
        lines.append(label(key, **{name: slip[name] for name in names}))
    return lines


def _price_lines(refused: pd.DataFrame) -> list[str]:
    """Return the price of every refusal in words."""
    lines = []
    for row in refused.to_dict("records"):
        place = {"rank": row["rank"], "name": row["name"], "town": row["town_name"]}
        if pd.isna(row["price_population"]):
            lines.append(label("review.line_price_none", **place, problem=row["problem"]))
            continue
        most = f"{row['price_population_max']:,.0f}"
        proof = label(f"review.proof_{'yes' if row['is_proved'] else 'no'}", most=most)
        lines.append(
            label(
                "review.line_price",
                **place,
                price=f"{row['price_population']:,.0f}",
                proof=proof,
                substitutes=row["substitutes"] or label("review.nobody"),
            )
        )
    return lines
