"""What a brief finds: how an area stands, what is wrong and why, what to do, the worst first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pandas as pd

from livelihood_map.core.labels import current_lang, label, name_of
from livelihood_map.core.tables import DISTRICT_ID, GAP_REASONS
from livelihood_map.core.telling import name_kind, tell_metres, tell_people
from livelihood_map.report import sentences
from livelihood_map.report.letter_style import letter_style
from livelihood_map.report.overview_sheet import rank_towns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import geopandas as gpd

    from livelihood_map.core.standards import KindRow
    from livelihood_map.report.context import ReportContext

LOWEST: Final = 3
"""Towns that a comparison names."""


Point: TypeAlias = dict[str, str]
"""A numbered point: ``head``, a sentence of its own, and ``text``, what is to say of it."""


@dataclass(frozen=True, kw_only=True)
class Area:
    """What a brief is about.

    Parameters
    ----------
    place
        Name of the town or district.
    figures
        Its rows of ``town_coverage`` for the first walker, by kind as in the settings.
    by_town
        The same rows of all towns and of the district.
    circle
        Its rows of ``town_circle``.
    uncovered
        Its compounds that are not covered.
    zones, sites
        Its gap zones and suggested sites; None without a plan.
    is_district
        Whether it is the district.
    named_n
        Compounds and sites that a sentence names; of zones one less. With fewer than 0 the causes
        do not name the zones either, which the recommendations do.
    """

    place: str
    figures: pd.DataFrame
    by_town: pd.DataFrame
    circle: pd.DataFrame
    uncovered: pd.DataFrame
    zones: gpd.GeoDataFrame | None
    sites: gpd.GeoDataFrame | None
    is_district: bool
    named_n: int = 3


def tell_overview(area: Area, context: ReportContext) -> list[str]:
    """Return how the area stands: its compounds, then each kind, compared with the others.

    Parameters
    ----------
    area
        What the brief is about.
    context
        What a report must know beside its tables.

    Raises
    ------
    StandardError
        When the standard lacks a kind.
    """
    told = [
        _joined(
            [
                label(
                    "report.brief_homes",
                    place=area.place,
                    residences_n=sentences.tell_count(area.figures["residences_n"].max()),
                ),
                sentences.tell_circle(area.circle, kinds=context.kinds, standard=context.standard),
            ]
        )
    ]
    for figure in area.figures.to_dict("records"):
        row = context.standard.kind(figure["kind"])
        if not figure["population"]:
            told.append(label("report.brief_nobody", kind=name_kind(row)))
            continue
        compared = "" if area.is_district else _beside(area, figure, row)
        covered = sentences.tell_covered(figure, row=row, place=area.place, compared=compared)
        told.append(_joined([covered, *(_lowest(area, row) if area.is_district else ())]))
    return [*told, *context.basis.tell_absent()]


def _beside(area: Area, figure: Mapping[Any, Any], row: KindRow) -> str:
    """Return how a town stands beside the district, and its rank; nothing among few towns."""
    own = area.by_town[area.by_town["kind"] == row.id]
    whole = own.loc[own["town_id"] == DISTRICT_ID, "covered_share"].squeeze()
    rank = rank_towns(own)[own["town_id"] == figure["town_id"]].squeeze()
    towns_n = int((own["town_id"] != DISTRICT_ID).sum())
    if pd.isna(rank) or towns_n < LOWEST:
        return ""
    return label(
        "report.brief_beside", share=sentences.tell_share(whole), towns_n=towns_n, rank=rank
    )


def _lowest(area: Area, row: KindRow) -> Iterator[str]:
    """Yield the towns with the lowest share; nothing among few towns."""
    own = area.by_town[(area.by_town["kind"] == row.id) & (area.by_town["town_id"] != DISTRICT_ID)]
    ranked = own.dropna(subset="covered_share").sort_values("covered_share", kind="stable")
    if len(ranked) <= LOWEST:
        return
    told = [
        label("report.brief_named_share", name=name, share=sentences.tell_share(share))
        for name, share in ranked.head(LOWEST)[["town_name", "covered_share"]].to_numpy()
    ]
    yield label(
        "report.brief_lowest",
        towns=label("report.and").join(told),
        threshold_m=tell_metres(row.threshold_m),
        people=tell_people(row),
    )


def tell_problems(area: Area, context: ReportContext) -> list[Point]:
    """Return what is wrong, most people first: kinds that leave people uncovered.

    Parameters
    ----------
    area
        What the brief is about.
    context
        What a report must know beside its tables.

    Raises
    ------
    StandardError
        When the standard lacks a kind.
    """
    figures = area.figures.assign(
        lost=area.figures["population"] - area.figures["covered_population"]
    )
    worst = figures[figures["lost"].round() > 0].sort_values("lost", ascending=False)
    if worst.empty:
        return [_point(1, label("report.brief_no_problem"), "")]
    points = []
    for number, figure in enumerate(worst.to_dict("records"), start=1):
        row = context.standard.kind(figure["kind"])
        homes = area.uncovered[area.uncovered["kind"] == row.id]
        words: dict[str, Any] = {
            "kind": name_kind(row),
            "threshold_m": tell_metres(row.threshold_m),
            "people": tell_people(row),
            "lost": sentences.tell_count(figure["lost"]),
        }
        among = ""
        if len(homes):
            among = label("report.brief_lost_homes", count=sentences.tell_count(len(homes)))
            if area.named_n > 0:
                names = _largest(homes, area.named_n)
                among += label("report.brief_lost_names", names=names)
        among += sentences.tell_missed(figure, row=row)
        told = label("report.brief_lost", **words, homes=among)
        points.append(_point(number, label("report.brief_problem", **words), told))
    return points


def tell_causes(area: Area, context: ReportContext) -> list[str]:
    """Return why people are uncovered: outlets too far, none at all, no street; and where.

    Parameters
    ----------
    area
        What the brief is about.
    context
        What a report must know beside its tables.

    Raises
    ------
    StandardError
        When the standard lacks a kind.
    """
    rows = [context.standard.kind(kind) for kind in context.kinds]
    told = []
    metres = sorted({row.threshold_m for row in rows})
    words = {
        "threshold_m": label("report.and").join(map(tell_metres, metres)),
        "cutoff_m": tell_metres(context.settings.coverage.cutoff_m),
    }
    for reason in GAP_REASONS:
        counts = area.uncovered.loc[area.uncovered["reason"] == reason, "kind"].value_counts()
        parts = [
            label(
                "report.brief_cause_part",
                kind=name_kind(row),
                count=sentences.tell_count(counts[row.id]),
            )
            for row in rows
            if row.id in counts
        ]
        if parts:
            parts_told = label("report.and").join(parts)
            told.append(label(f"report.brief_cause_{reason}", parts=parts_told, **words))
    gathered = _zones_by_kind(area, context, named_n=0)
    if gathered and area.named_n >= 0:
        parts = [label("report.brief_zones_part", kind=k, zones=z) for k, z in gathered.items()]
        told.append(
            label("report.brief_cause_zones", parts=label("report.brief_parts").join(parts))
        )
    return told or [label("report.brief_no_cause")]


def tell_advice(area: Area, context: ReportContext) -> list[Point]:
    """Return what to do: the sites of the plan, then where the other kinds lack outlets.

    Parameters
    ----------
    area
        What the brief is about.
    context
        What a report must know beside its tables.

    Raises
    ------
    StandardError
        When the standard lacks a kind.
    """
    kind = context.settings.siting.kind
    told: list[tuple[str, str]] = []
    if area.sites is not None and len(area.sites):
        told.append(_tell_plan(area, context))
    others = _zones_by_kind(area, context, named_n=max(area.named_n - 1, 1), but=kind)
    if others:
        parts = label("report.and").join(
            label("report.brief_advice_zones_part", kind=name, zones=zones)
            for name, zones in others.items()
        )
        told.append(
            (
                label("report.brief_advice_zones"),
                label("report.brief_advice_zones_text", parts=parts),
            )
        )
    key = "district" if area.is_district else "town"
    told.append(
        (label(f"report.brief_advice_{key}"),
         label(f"report.brief_advice_{key}_text", sheet=label("report.sheet_sign_off")))
    )  # fmt: skip
    return [_point(number, *one) for number, one in enumerate(told, start=1)]


def _tell_plan(area: Area, context: ReportContext) -> tuple[str, str]:
    """Return the advice to open the sites of the plan, and what they bring."""
    siting, sites = context.settings.siting, area.sites
    if sites is None:
        return "", ""
    kind, threshold_m = name_of("core.kind", siting.kind), context.siting_threshold_m
    told = [sentences.tell_gain(sites, threshold_m=threshold_m)]
    row = context.standard.kind(siting.kind)
    figures = area.figures[area.figures["kind"] == siting.kind].to_dict("records")
    if figures and "covered_share_after" in figures[0]:
        told += sentences.tell_change(figures[0], row)
    if area.named_n <= 0:
        return label("report.brief_advice_sites", kind=kind, count=len(sites)), _joined(told)
    first = sites.sort_values("rank").head(area.named_n)["name"]
    key = "report.brief_first_sites" if len(sites) > area.named_n else "report.brief_all_sites"
    told.append(label(key, names=label("report.and").join(first)))
    return label("report.brief_advice_sites", kind=kind, count=len(sites)), _joined(told)


def _zones_by_kind(
    area: Area, context: ReportContext, *, named_n: int, but: str = ""
) -> dict[str, str]:
    """Return the gap zones with most residents, by the name of their kind; 0: the first's name."""
    if area.zones is None:
        return {}
    told = {}
    for kind in context.kinds:
        zones = area.zones[(area.zones["kind"] == kind) & (area.zones["population"].round() > 0)]
        if kind != but and len(zones):
            largest = zones.sort_values("population", ascending=False, kind="stable")
            told[name_of("core.kind", kind)] = (
                _largest(zones, named_n) if named_n else largest["name"].iloc[0]
            )
    return told


def _largest(rows: pd.DataFrame, named_n: int) -> str:
    """Return the names with the most residents, and these."""
    largest = rows.sort_values("population", ascending=False, kind="stable").head(named_n)
    told = [
        label("report.brief_named_people", name=name, people=sentences.tell_count(people))
        for name, people in zip(largest["name"], largest["population"], strict=True)
    ]
    return label("report.and").join(told)


def tell_attachments() -> list[str]:
    """Return the line that names the annexes."""
    names = [
        label("report.brief_attachment", number=number, name=label(f"report.brief_annex_{name}"))
        for number, name in enumerate(("pictures", "tables"), start=1)
    ]
    return [label("report.brief_attachments", names="　".join(names))]


def sign(context: ReportContext) -> list[str]:
    """Return office and date at their places in the line; the date alone where no office is set."""
    return place_signature(context.settings.area.made_by, context.date)


def place_signature(office: str, date: Any) -> list[str]:  # noqa: ANN401
    """Return office and date, set from the left by blanks as wide as a character.

    The date begins two characters to the right of the office, which ends two before the margin; a
    longer date ends there instead, and the office gives way.

    Parameters
    ----------
    office
        Name of the office; empty for none.
    date
        The date.

    Examples
    --------
    >>> import datetime as dt
    >>> [line.count("　") for line in place_signature("某区商务委员会", dt.date(2026, 1, 5))]
    [0, 17, 19]
    """
    told = label(
        "report.brief_date",
        year=date.year,
        month=f"{date:%B}" if current_lang() == "en" else date.month,
        day=date.day,
    )
    if current_lang() == "en":
        return ["", *([office] if office else []), told]
    wide = sum(0.5 if letter.isascii() else 1.0 for letter in told)
    line = letter_style().letters_a_line
    date_at = int(min(line - 2 - wide, line - len(office)))
    lines = [""]
    if office:
        lines.append("　" * max(date_at - 2, 0) + office)
    return [*lines, "　" * date_at + told]


def _point(number: int, head: str, text: str) -> Point:
    """Return a numbered point."""
    numbers: Sequence[str] = label("report.brief_points").split("|")
    told = label("report.brief_point", number=numbers[number - 1], head=head)
    return {"head": told, "text": text}


def _joined(parts: Iterable[str]) -> str:
    """Return sentences as one paragraph."""
    return ("" if current_lang() == "zh" else " ").join(parts)
