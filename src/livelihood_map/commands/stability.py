"""How stable the list is: the plan chosen again under other speeds, places, people and gates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Never

from livelihood_map.core.altering import altered
from livelihood_map.core.errors import InfeasibleError
from livelihood_map.core.labels import label
from livelihood_map.core.names import town_names
from livelihood_map.core.people import CROWDS
from livelihood_map.core.progress_bar import track
from livelihood_map.core.workbook import Sheet, headings, write_workbook, yes_no
from livelihood_map.pipeline.site_selection import prepare, siting_weights
from livelihood_map.pipeline.walking import join_homes, measure, open_network

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import geopandas as gpd
    import pandas as pd

    from livelihood_map.core.people import Group
    from livelihood_map.pipeline.reads import StabilityReads
    from livelihood_map.pipeline.siting_question import Asked
    from livelihood_map.pipeline.workspace import Workspace

_WEIGHTS: Final[dict[str, dict[Group, float]]] = {
    "residents": {"population": 1.0},
    "everyone": dict.fromkeys(CROWDS, 1.0),
    "elderly": {"elderly_n": 1.0},
}
_TOLD: Final = 10


@dataclass(frozen=True)
class Trial:
    """One way of taking things otherwise.

    Parameters
    ----------
    name
        ``speed_slower``, ``speed_faster``, ``people_…``, ``gates_open``, ``gates_walled`` or
        ``shift_1``, ``shift_2``, …; ``review.run_<word>`` of the catalogue says it in words.
    ask
        Returns what the plan of the trial is chosen from.
    """

    name: str
    ask: Callable[[], Asked]


def try_stability(work: Workspace[StabilityReads]) -> list[str]:
    """Return how stable the plan is, in words; its table and workbook are written.

    The plan is chosen again, each time with one thing otherwise: a walk that counts ten per cent
    longer or shorter, as at another speed; facilities and candidates moved by up to 50 m; other
    people counted; compounds open to all, or reached through their gates alone. Of plans that reach
    the same people, one with more of the stored sites is taken, so that a site is lost for a reason
    only. A site survives when the other plan has one within ``stability.reach_m`` of it.

    Parameters
    ----------
    work
        A workspace that holds the tables up to the sites.

    Raises
    ------
    LivelihoodMapError
        When a file cannot be written.
    """
    from livelihood_map.siting import measure_survival

    sites, asked = work["sites"], work.settings.stability
    places = work["candidates"].set_index("candidate_id").geometry
    plans: dict[str, gpd.GeoDataFrame] = {}
    rows: list[dict[str, Any]] = []
    known = frozenset(sites["candidate_id"])
    for trial in track(list(_trials(work)), "review.trying"):
        try:
            plan = replace(trial.ask(), known=known).choose()
        except InfeasibleError as error:
            rows.append({"run": run_name(trial.name), "problem": error.text()})
            continue
        ids = plan.sites["candidate_id"]
        plans[trial.name] = plan.sites.set_geometry(places.loc[ids].to_numpy(), crs=sites.crs)
        rows.append(
            {
                "run": run_name(trial.name),
                "objective": plan.objective,
                "gap_share": min(plan.gap, 1.0),
                "same_n": int(ids.isin(known).sum()),
                "problem": "",
            }
        )
    table = measure_survival(sites, plans, reach_m=asked.reach_m, robust_share=asked.robust_share)
    work.keep(stability=table)
    _write_workbook(work, table, rows, list(plans))
    return _lines(work, table, rows)


def run_name(name: str) -> str:
    """Return the name of a run in words.

    Raises
    ------
    KeyError
        When the catalogue lacks the word: a mistake in the program.
    """
    word, _, number = name.partition("_")
    if word == "shift":
        return label("review.run_shift", number=number)
    return label(f"review.run_{name}")


def _trials(work: Workspace[StabilityReads]) -> Iterator[Trial]:
    """Return the trials, those that would change nothing left out."""
    share = work.settings.stability.speed_share
    kind = work.settings.siting.kind
    walker = work.settings.coverage.walkers[0]
    measured = altered(work.settings.coverage, kinds=[kind], walkers=[walker])
    light = work.trial(altered(work.settings, coverage=measured))
    base = prepare(light)
    yield Trial("speed_slower", lambda: _paced(base, 1.0 - share))
    yield Trial("speed_faster", lambda: _paced(base, 1.0 + share))
    own = siting_weights(work)
    for name, weights in _WEIGHTS.items():
        has_people = all(base.demand[group].fillna(0.0).sum() > 0 for group in weights)
        if weights != own and has_people:
            other = replace(base, settings=replace(base.settings, weights=weights))
            yield Trial(f"people_{name}", lambda other=other: other)  # type: ignore[misc]
    if len(work["gates"]):
        yield Trial("gates_open", lambda: _open(light))
        if not work.settings.network.are_compounds_walled:
            yield Trial("gates_walled", lambda: _walled(light))
    for number in range(1, work.settings.stability.shifts_n + 1):
        yield Trial(f"shift_{number}", lambda number=number: _shifted(light, number))  # type: ignore[misc]


def _paced(base: Asked, factor: float) -> Asked:
    """Return the question with another walk that counts: the way of the same time."""
    tiers = [round(tier * factor, 3) for tier in base.settings.tiers_m]
    settings = replace(base.settings, tiers_m=tiers)
    return replace(base, settings=settings, threshold_m=round(base.threshold_m * factor, 3))


def _open(work: Workspace[StabilityReads]) -> Asked:
    """Return the question when everybody may walk through every compound."""
    streets = open_network(work)
    joins = join_homes(work, network=streets, are_compounds_open=True)
    return _measured(replace(work, built={"network": streets}), joins=joins)


def _walled(work: Workspace[StabilityReads]) -> Asked:
    """Return the question when compounds with known gates are entered through these alone."""
    walled = altered(work.settings.network, are_compounds_walled=True)
    trial = work.trial(altered(work.settings, network=walled))
    return _measured(trial, joins=join_homes(trial))


def _shifted(work: Workspace[StabilityReads], number: int) -> Asked:
    """Return the question with facilities and candidates moved a little."""
    from livelihood_map.siting import shift_points

    move = partial(
        shift_points,
        shift_m=work.settings.stability.shift_m,
        seed=work.settings.run.seed + number,
    )
    return _measured(
        work,
        facilities=move(work["facilities"], id_column="facility_id"),
        candidates=move(work["candidates"], id_column="candidate_id"),
    )


def _measured(work: Workspace[StabilityReads], **tables: Any) -> Asked:  # noqa: ANN401  (tables of a trial)
    """Return the question with other tables, coverage measured anew."""
    trial = work.trial(**tables)
    return prepare(trial.trial(coverage=measure(trial, trial["facilities"])))


def _write_workbook(
    work: Workspace[StabilityReads],
    table: pd.DataFrame,
    rows: list[dict[str, Any]],
    names: list[str],
) -> None:
    """Write which site survives where, and what each run gave."""
    import pandas as pd

    sites = work["sites"][["candidate_id", "rank", "town_id", "name"]]
    towns = town_names(work["towns"])
    lost = [set(text.split(";")) if isinstance(text, str) else set() for text in table["lost_in"]]
    shown = table.merge(sites, on="candidate_id", validate="one_to_one").assign(
        town_name=lambda rows: [towns.get(town, "") for town in rows["town_id"]],
        robust=yes_no(table["is_robust"]),
        **{name: yes_no(name not in gone for gone in lost) for name in names},
    )
    heads = headings("report.site", ("rank", "town_name", "name", "survival_share", "robust"))
    heads |= {name: run_name(name) for name in names} | headings("report.site", ["candidate_id"])
    columns = ("run", "objective", "gap_share", "same_n", "problem")
    sheets = [
        Sheet(
            label("review.sheet_stability"),
            shown,
            heads,
            notes=[*work.marks(work.settings.siting.kind), _rule(work)],
            formats={"survival_share": "0%"},
        ),
        Sheet(
            label("review.sheet_runs"),
            pd.DataFrame(rows, columns=list(columns)),
            headings("review.head", columns),
            formats={"objective": "#,##0", "gap_share": "0.00%"},
            widths={"problem": 50.0},
        ),
    ]
    path = work.folder / "stability.xlsx"
    work.written.append(write_workbook(path, sheets, date=work.date))


def _rule(work: Workspace[Never]) -> str:
    """Return when a site survives and is robust, in words."""
    asked = work.settings.stability
    return label(
        "review.note_stability", reach_m=f"{asked.reach_m:g}", share=f"{asked.robust_share:.0%}"
    )


def _lines(
    work: Workspace[StabilityReads], table: pd.DataFrame, rows: list[dict[str, Any]]
) -> list[str]:
    """Return what was found, the least stable sites first, in words."""
    names = work["sites"].set_index("candidate_id")["name"]
    failed = [row for row in rows if row["problem"]]
    lines = [
        label(
            "review.line_stability",
            runs=len(rows) - len(failed),
            robust=int(table["is_robust"].sum()),
            sites=len(table),
        ),
        _rule(work),
    ]
    lines += [
        label("review.line_run_failed", run=row["run"], problem=row["problem"]) for row in failed
    ]
    weakest = table[~table["is_robust"]].sort_values("survival_share", kind="stable")
    for row in weakest.head(_TOLD).to_dict("records"):
        gone = label("review.and").join(map(run_name, str(row["lost_in"]).split(";")))
        share = f"{row['survival_share']:.0%}"
        place = names[row["candidate_id"]]
        lines.append(label("review.line_weak", name=place, share=share, runs=gone))
    return lines
