"""The public names of the package."""

from __future__ import annotations

import inspect

import pytest

import livelihood_map as lm


@pytest.mark.parametrize("name", [name for name in lm.__all__ if name != "__version__"])
def test_every_public_name_is_a_documented_function(name):
    """Each stable name leads to a function that says what it returns."""
    function = getattr(lm, name)
    assert callable(function)
    assert inspect.getdoc(function)


def test_unknown_name_is_an_attribute_error():
    """A name that does not exist is refused as Python refuses it."""
    with pytest.raises(AttributeError, match="nonsense"):
        _ = lm.nonsense
