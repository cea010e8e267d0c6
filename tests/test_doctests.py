"""The examples in docstrings are true."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil

import pytest

import livelihood_map

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(livelihood_map.__path__, "livelihood_map.")
    if not module.name.endswith("__main__")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_a_module_are_true(name):
    """Every example in the docstrings of a module gives what it says."""
    module = importlib.import_module(name)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL
    assert doctest.testmod(module, optionflags=flags).failed == 0


@pytest.mark.parametrize("room", ["coverage", "gaps", "network"])
def test_every_function_that_a_room_gives_out_has_an_example(room):
    """A function of coverage, gaps or network shows what it does on figures checked by eye."""
    module = importlib.import_module(f"livelihood_map.{room}")
    functions = [
        function
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if not name.startswith("_") and function.__module__.startswith(module.__name__)
    ]
    assert functions
    assert [one.__name__ for one in functions if ">>>" not in inspect.getdoc(one)] == []
