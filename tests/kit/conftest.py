from __future__ import annotations

import pytest
from small_kit import write_kit


@pytest.fixture
def kit(tmp_path):
    """Return a kit of one wheel on a stick."""
    return write_kit(tmp_path / "stick")
