"""Rows in the order of the settings: kinds, walkers, towns as somebody has listed them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence


def in_order(table: pd.DataFrame, **orders: Sequence[str] | None) -> pd.DataFrame:
    """Return a table whose rows follow given orders, rows that are alike as they stood.

    Parameters
    ----------
    table
        Table with the columns named.
    **orders
        Values of each column in their order, the first column first; None for the order in which
        they first stand in the table.

    Raises
    ------
    KeyError
        When a column is missing.

    Examples
    --------
    >>> table = pd.DataFrame({"town_id": ["y", "y", "x", "x"], "kind": ["a", "b", "a", "b"]})
    >>> in_order(table, town_id=None, kind=["b", "a"]).values.tolist()
    [['y', 'b'], ['y', 'a'], ['x', 'b'], ['x', 'a']]
    """
    keys = [
        pd.Index(table[column].unique() if order is None else order).get_indexer(table[column])
        for column, order in orders.items()
    ]
    return table.iloc[np.lexsort(keys[::-1])].reset_index(drop=True)
