"""Charts as PNG: the same to the byte for the same figures, with Chinese text."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from livelihood_map.core.fonts import PNG_PACKING, chinese_pictures
from livelihood_map.core.labels import label, name_of
from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.core.telling import tell_metres, tell_people
from livelihood_map.coverage.equity import BETWEEN_ID
from livelihood_map.coverage.selection import count_people
from livelihood_map.report.context import of_area

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from livelihood_map.core.standards import PlanningStandard
    from livelihood_map.report.context import ReportTables

BEFORE, AFTER, AIM = "#9AA5B1", "#2166AC", "#B2182B"
_DPI: Final = 200
_WIDTH_IN: Final = 6.14
"""As wide as the text of a letter, so that type is printed as it is drawn."""
_LONGEST_MIN: Final = 45.0
_LETTERS: Final = 20
"""Letters of a town's name that are written at most, so that the chart keeps its room."""


def draw_towns(
    town_coverage: pd.DataFrame,
    *,
    kind: str,
    walker: str,
    standard: PlanningStandard,
    font: Path | None = None,
) -> bytes:
    """Return the chart of coverage by town, before and after the plan, with the target.

    Parameters
    ----------
    town_coverage
        Table ``town_coverage``; without columns ``*_after`` only the present is drawn.
    kind, walker
        Rows that are drawn.
    standard
        Planning standard of the run.
    font
        Font file; the system's fonts are searched when None.

    Returns
    -------
    PNG.

    Raises
    ------
    FontError
        When there is no font with Chinese glyphs.
    StandardError
        When the standard lacks the kind.
    """
    rows = town_coverage[(town_coverage["kind"] == kind) & (town_coverage["walker"] == walker)]
    rows = rows[rows["population"] > 0].iloc[::-1]
    places = np.arange(len(rows))
    before = rows["covered_share"].to_numpy(np.float64) * 100
    row = standard.kind(kind)
    with chinese_pictures(font):
        figure, axes = _blank(height_in=0.9 + 0.27 * len(rows))
        if "covered_share_after" in rows.columns:
            after = rows["covered_share_after"].to_numpy(np.float64) * 100
            axes.barh(places, after, height=0.7, color=AFTER, label=label("report.chart_after"))
        axes.barh(places, before, height=0.7, color=BEFORE, label=label("report.chart_before"))
        if row.target_share is not None and row.denominator == "people":
            _mark_line(axes, row.target_share * 100, label("report.chart_target"))
        axes.set_yticks(places, _shortened(rows["town_name"]))
        axes.set_xlim(0, 100)
        axes.set_xlabel(
            label(
                "report.chart_towns_x",
                kind=name_of("core.kind", kind),
                threshold_m=tell_metres(row.threshold_m),
                people=tell_people(row),
            )
        )
        _legend(axes)
        return _png(figure)


def draw_walks(
    tables: ReportTables,
    *,
    kind: str,
    walker: str,
    standard: PlanningStandard,
    town_id: str = DISTRICT_ID,
    font: Path | None = None,
) -> bytes:
    """Return the chart of how many people reach the nearest facility within which time.

    Parameters
    ----------
    tables
        Tables of the run.
    kind, walker
        Rows that are drawn.
    standard
        Planning standard of the run.
    town_id
        Town whose people are counted, or the district.
    font
        Font file; the system's fonts are searched when None.

    Returns
    -------
    PNG.

    Raises
    ------
    FontError
        When there is no font with Chinese glyphs.
    StandardError
        When the standard lacks the kind.
    """
    shown = [("before", BEFORE, tables.coverage)]
    if tables.coverage_after is not None:
        shown.append(("after", AFTER, tables.coverage_after))
    demand = of_area(tables.demand, town_id)
    people = count_people(demand, standard=standard, kind=kind)
    weights = dict(zip(demand["demand_id"], people, strict=True))
    with chinese_pictures(font):
        figure, axes = _blank(height_in=2.6)
        for name, colour, coverage in shown:
            rows = coverage[(coverage["kind"] == kind) & (coverage["walker"] == walker)]
            rows = rows[rows["demand_id"].isin(weights)]
            minutes, shares = reached_share(
                rows["walk_min"].to_numpy(np.float64),
                rows["demand_id"].map(weights).to_numpy(np.float64),
            )
            style = {"color": colour, "linewidth": 2, "label": label(f"report.chart_{name}")}
            axes.step(minutes, shares * 100, where="post", **style)
        _mark_line(axes, 15, label("report.chart_quarter"))
        axes.set_xlim(0, _LONGEST_MIN)
        axes.set_ylim(0, 100)
        axes.set_xlabel(label("report.chart_walks_x", kind=name_of("core.kind", kind)))
        axes.set_ylabel(
            label(
                "report.chart_walks_y",
                people=tell_people(standard.kind(kind)),
            )
        )
        _legend(axes)
        return _png(figure)


def reached_share(
    minutes: NDArray[np.float64], people: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the curve of people who reach a facility within each time.

    Parameters
    ----------
    minutes
        Walk of each place, minutes; NaN where nothing is reached.
    people
        People at each place.

    Returns
    -------
    Minutes, rising from 0, and the share of all people within them, 0–1.

    Examples
    --------
    >>> reached_share(np.array([5.0, np.nan, 3.0]), np.array([1.0, 2.0, 1.0]))
    (array([0., 3., 5.]), array([0.  , 0.25, 0.5 ]))
    """
    is_reached = ~np.isnan(minutes)
    order = np.argsort(minutes[is_reached], kind="stable")
    total = people.sum()
    shares = np.cumsum(people[is_reached][order]) / (total if total > 0 else np.nan)
    return np.r_[0.0, minutes[is_reached][order]], np.r_[0.0, shares]


def draw_evenness(evenness: pd.DataFrame, *, kind: str, font: Path | None = None) -> bytes:
    """Return the chart of mean walk and walk of the worst-off tenth, by town.

    Parameters
    ----------
    evenness
        Figures of :func:`~livelihood_map.report.figures.measure_evenness`.
    kind
        Kind that is drawn.
    font
        Font file; the system's fonts are searched when None.

    Returns
    -------
    PNG.

    Raises
    ------
    FontError
        When there is no font with Chinese glyphs.
    """
    is_shown = (evenness["kind"] == kind) & (evenness["population"] > 0)
    rows = evenness[is_shown & (evenness["town_id"] != BETWEEN_ID)].iloc[::-1]
    places = np.arange(len(rows))
    shown = [("before", "", BEFORE, 0.14)]
    if "mean_m_after" in rows.columns:
        shown.append(("after", "_after", AFTER, -0.14))
    with chinese_pictures(font):
        figure, axes = _blank(height_in=0.9 + 0.27 * len(rows))
        for name, end, colour, lift in shown:
            mean, worst = rows[f"mean_m{end}"], rows[f"worst_decile_m{end}"]
            axes.hlines(places + lift, mean, worst, color=colour, linewidth=2)
            axes.plot(mean, places + lift, "o", color=colour, markersize=4,
                      label=label(f"report.chart_mean_{name}"))  # fmt: skip
            axes.plot(worst, places + lift, "|", color=colour, markersize=8,
                      label=label(f"report.chart_worst_{name}"))  # fmt: skip
        axes.set_yticks(places, _shortened(rows["town_name"]))
        axes.set_xlim(left=0)
        axes.set_xlabel(label("report.chart_evenness_x", kind=name_of("core.kind", kind)))
        _legend(axes, columns_n=4)
        return _png(figure)


def draw_curve(
    curve: pd.DataFrame, *, kind: str, threshold_m: float, font: Path | None = None
) -> bytes:
    """Return the chart of what each further site adds.

    Parameters
    ----------
    curve
        ``sites_n`` and ``covered_share`` of people, rising, the last row being the plan; or table
        ``curve``, whose upper end is drawn as a band and whose row of the plan is marked.
    kind
        Kind of the sites.
    threshold_m
        Walk within which a site serves.
    font
        Font file; the system's fonts are searched when None.

    Returns
    -------
    PNG.

    Raises
    ------
    FontError
        When there is no font with Chinese glyphs.
    """
    sites_n = curve["sites_n"].to_numpy(np.float64)
    shares = curve["covered_share"].to_numpy(np.float64) * 100
    is_whole = "is_plan" in curve.columns
    plan = int(np.flatnonzero(curve["is_plan"])[0]) if is_whole else len(curve) - 1
    with chinese_pictures(font):
        figure, axes = _blank(height_in=2.6)
        line = np.maximum.accumulate(shares)
        axes.plot(sites_n, line, color=AFTER, linewidth=2)
        if is_whole:
            most = curve["covered_share_max"].to_numpy(np.float64) * 100
            text = label("report.chart_curve_most")
            axes.fill_between(sites_n, line, np.maximum(most, line), color=BEFORE, label=text)
            _legend(axes)
        axes.plot(sites_n[plan], shares[plan], "o", color=AFTER)
        text = label("report.chart_plan", sites_n=int(sites_n[plan]), share=f"{shares[plan]:.1f}%")
        axes.annotate(
            text,
            (sites_n[plan], shares[plan]),
            xytext=(-4, -26),
            textcoords="offset points",
            ha="left" if is_whole else "right",
            color=AFTER,
            fontsize=10,
        )
        axes.set_xlim(0, sites_n[-1] * 1.03)
        end = "_whole" if is_whole else ""
        axes.set_xlabel(label(f"report.chart_curve{end}_x", kind=name_of("core.kind", kind)))
        axes.set_ylabel(label(f"report.chart_curve{end}_y", threshold_m=tell_metres(threshold_m)))
        return _png(figure)


def curve_of_sites(sites: pd.DataFrame) -> pd.DataFrame:
    """Return what each further site adds, in the order of the ranks, from none to all.

    Parameters
    ----------
    sites
        Table ``sites``.

    Returns
    -------
    ``sites_n`` and ``covered_share``; empty when the sites know no shares.

    Raises
    ------
    KeyError
        When the table lacks a column of its schema.
    """
    import pandas as pd

    ranked = sites.sort_values("rank")
    if ranked.empty or ranked["cumulative_share"].isna().any():
        return pd.DataFrame({"sites_n": [], "covered_share": []})
    start = ranked["cumulative_share"].iloc[0] - ranked["gained_share"].iloc[0]
    shares = [max(start, 0.0), *ranked["cumulative_share"]]
    return pd.DataFrame({"sites_n": range(len(shares)), "covered_share": shares})


def _blank(*, height_in: float) -> tuple[Any, Any]:
    """Return an empty picture with quiet axes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH_IN, height_in), dpi=_DPI, layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#E5E8EB", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=9.5)
    axes.xaxis.label.set_fontsize(10)
    axes.yaxis.label.set_fontsize(10)
    return figure, axes


def _mark_line(axes: Any, at: float, text: str) -> None:  # noqa: ANN401  (matplotlib axes)
    axes.axvline(at, color=AIM, linewidth=1.2, linestyle="--", label=text)


def _legend(axes: Any, *, columns_n: int = 3) -> None:  # noqa: ANN401
    place = {"loc": "lower center", "bbox_to_anchor": (0.5, 1.0)}
    axes.legend(**place, ncols=columns_n, frameon=False, fontsize=9.5)


def _shortened(names: pd.Series[str]) -> list[str]:
    """Return names as they are written beside an axis."""
    return [f"{name[:_LETTERS]}…" if len(name) > _LETTERS else name for name in names]


def _png(figure: Any) -> bytes:  # noqa: ANN401
    held = BytesIO()
    figure.savefig(held, format="png", metadata={"Software": None}, pil_kwargs=PNG_PACKING)
    return held.getvalue()
