"""What the towns' views mean for the plan: kept, avoided, added, and what each refusal costs."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import pandas as pd

from livelihood_map.core.errors import InfeasibleError
from livelihood_map.core.progress_bar import track
from livelihood_map.core.tables import CANDIDATES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import geopandas as gpd

    from livelihood_map.siting.site_plan import SitePlan

log = logging.getLogger(__name__)

REFUSED: Final = "town"
"""Word in ``excluded_by`` of a candidate that its town refuses."""
_PRICES: Final = (
    "candidate_id",
    "price_population",
    "price_population_max",
    "firm_price_population",
    "is_proved",
    "substitutes",
    "problem",
)


def mark_views(
    candidates: gpd.GeoDataFrame, *, agreed: Collection[str], refused: Collection[str]
) -> gpd.GeoDataFrame:
    """Return table ``candidates`` in which agreed ones are fixed and refused ones rejected.

    Parameters
    ----------
    candidates
        Table ``candidates``.
    agreed, refused
        Ids of candidates. A refused one is not fixed any more.

    Raises
    ------
    SchemaError
        When the result breaks its schema: a mistake in the program.
    """
    ids = candidates["candidate_id"]
    is_refused = ids.isin(list(refused))
    marked = candidates.copy()
    marked["is_fixed"] = (candidates["is_fixed"] | ids.isin(list(agreed))) & ~is_refused
    marked["is_rejected"] = candidates["is_rejected"] | is_refused
    marked["excluded_by"] = candidates["excluded_by"].mask(is_refused, REFUSED)
    return CANDIDATES.conform(marked)


def price_refusals(
    candidates: gpd.GeoDataFrame,
    refused: Collection[str],
    plan: pd.DataFrame,
    levels: pd.DataFrame,
    sites: gpd.GeoDataFrame,
    choose: Callable[[gpd.GeoDataFrame], SitePlan],
) -> pd.DataFrame:
    """Return what each refusal costs when it is the only one: people that the plan loses.

    For every refused site the question is asked again without that candidate, all else as it was.
    The price is the people of the plan less those of the answer, both before premises that exist
    are put first; its upper end uses the plan's bound. It is proved when plan and answer both are;
    then the two are equal.

    Parameters
    ----------
    candidates
        Table ``candidates`` of the plan.
    refused
        Ids of sites.
    plan, levels
        Tables ``plan`` and ``levels``: what the plan claims.
    sites
        Table ``sites`` of the plan.
    choose
        Returns the plan for candidates marked otherwise.

    Returns
    -------
    DataFrame
        candidate_id, price_population, price_population_max (missing where no plan is left),
        firm_price_population (what is lost at the first level; missing where there is one alone),
        is_proved, substitutes (ids of the sites that come in, joined by ``;``), problem (why no
        plan is left, otherwise empty); in the order of `refused`.

    Raises
    ------
    KeyError
        When a table lacks a column.
    """
    claimed = plan.iloc[0]
    own = levels.loc[levels["method"] == claimed["method"], "best"]
    before = set(sites["candidate_id"])
    rows: list[tuple[object, ...]] = []
    for candidate in track(list(refused), "review.pricing"):
        try:
            answer = choose(mark_views(candidates, agreed=(), refused=[candidate]))
        except InfeasibleError as error:
            rows.append((candidate, None, None, None, False, "", error.text()))
            continue
        low = max(0.0, float(claimed["best"]) - answer.reached)
        high = max(low, float(claimed["bound"]) - answer.reached)
        is_proved = claimed["status"] == answer.status == "optimal"
        ranked = answer.sites.sort_values("rank")["candidate_id"]
        new = ";".join(one for one in ranked if one not in before)
        firm = None
        if len(own) > 1:
            firm = round(max(0.0, float(own.iloc[0] - answer.levels["best"].iloc[0])), 3)
        rows.append((candidate, round(low, 3), round(high, 3), firm, is_proved, new, ""))
    log.info("price_refusals: %d refused sites, each asked without", len(rows))
    table = pd.DataFrame(rows, columns=list(_PRICES))
    prices = ["price_population", "price_population_max", "firm_price_population"]
    return table.astype(dict.fromkeys(prices, "float64") | {"is_proved": "bool"})
