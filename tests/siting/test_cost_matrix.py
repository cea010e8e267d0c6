"""Maximal covering on a matrix gives what spopt gives, in every form that a matrix comes in."""

from __future__ import annotations

import warnings
from functools import cache

import numpy as np
import pandas as pd
import pulp
import pytest
from scipy import sparse
from spopt.locate import MCLP

from livelihood_map.siting import solve_mclp

RADIUS = 300.0


@cache
def drawn():
    """Return costs of 60 rows by 25 columns, and weights."""
    draw = np.random.default_rng(7)
    spots, places = draw.uniform(0, 1500, (60, 2)), draw.uniform(0, 1500, (25, 2))
    return np.hypot(*(spots[:, None] - places).transpose(2, 0, 1)), draw.integers(1, 90, 60)


@cache
def by_spopt(p):
    """Return the weight that spopt's maximal covering reaches."""
    costs, weights = drawn()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of PuLP, about its next version
        model = MCLP.from_cost_matrix(costs, weights, RADIUS, p)
        return model.solve(pulp.PULP_CBC_CMD(msg=False)).problem.objective.value()


def flags(costs):
    """Return the flags of who covers whom, for a call without a radius."""
    return costs <= RADIUS


def stored(costs):
    """Return a sparse matrix that holds the short costs alone."""
    return sparse.csr_array(np.where(costs <= 2 * RADIUS, costs, 0))


FORMS = {
    "array": (np.asarray, RADIUS),
    "float32": (lambda costs: np.ceil(costs).astype(np.float32), np.ceil(RADIUS)),
    "frame": (pd.DataFrame, RADIUS),
    "with NaN": (lambda costs: np.where(costs <= 2 * RADIUS, costs, np.nan), RADIUS),
    "sparse": (stored, RADIUS),
    "flags": (flags, None),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("p", [3, 6])
def test_a_matrix_in_any_form_gives_the_optimum_of_spopt(form, p):
    """The objective is spopt's, proved: the bound is reached and the status says so."""
    costs, weights = drawn()
    shape, radius = FORMS[form]
    choice = solve_mclp(shape(costs), weights, p, radius=radius)
    assert choice.objective == choice.bound == by_spopt(p)
    assert (choice.status, choice.gap, len(choice.chosen)) == ("optimal", 0.0, p)
    assert weights[choice.is_covered].sum() == choice.objective


def test_labels_of_a_frame_are_kept():
    """Chosen are the columns by name; who is covered stands on the frame's index."""
    costs = pd.DataFrame([[0.0, 9.0], [9.0, 0.0]], index=["a", "b"], columns=["x", "y"])
    choice = solve_mclp(costs, [1, 2], 1, radius=5)
    assert choice.chosen == ("y",)
    assert choice.is_covered.to_dict() == {"a": False, "b": True}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"radius": None}, "radius="),
        ({"p": 3}, "columns"),
        ({"weights": [1]}, "one value a row"),
        ({"weights": [1, -1]}, "not negative"),
    ],
)
def test_what_does_not_fit_is_told(change, said):
    """Costs without a radius, too many columns, weights that do not fit: each names its remedy."""
    asked = {"weights": [1, 2], "p": 1, "radius": 5.0, **change}
    matrix = np.array([[0.0, 9.0], [9.0, 0.5]])
    with pytest.raises(ValueError, match=said):
        solve_mclp(matrix, asked["weights"], asked["p"], radius=asked["radius"])
