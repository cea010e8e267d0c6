"""Rows by id -> rows on the index that was given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


def on_index(values: Any, ids: pd.Series[str], index: pd.Index[Any]) -> Any:  # noqa: ANN401
    """Return rows by id as rows on an index, in the order of the ids.

    Parameters
    ----------
    values
        Frame or series by id.
    ids
        An id for each label of the index.
    index
        The index that is kept.
    """
    kept = values.reindex(ids)
    kept.index = index
    return kept


def with_measures(frame: gpd.GeoDataFrame, measures: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return a frame with measures behind its columns, in the place of any of their names."""
    own = frame.drop(columns=[name for name in measures.columns if name in frame])
    measures = measures.set_axis(np.arange(len(own)), axis="index")
    joined = own.reset_index(drop=True).join(measures)
    joined.index = frame.index
    return joined
