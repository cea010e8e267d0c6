"""The office program at work, for all tests of a module."""

from __future__ import annotations

import pytest
from served_office import served_office


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Return the program on a free port, with no project yet."""
    with served_office(tmp_path_factory.mktemp("projects")) as served:
        yield served
