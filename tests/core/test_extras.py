"""What an office can do without is asked for in words."""

from __future__ import annotations

import pytest

from livelihood_map.core.errors import SettingsError
from livelihood_map.core.extras import needed_by


def test_a_library_that_is_not_installed_is_named_with_the_remedy():
    """The message says which setting needs what, how to install it, and what goes without."""
    with pytest.raises(SettingsError) as told, needed_by("network.elevation"):
        import no_such_raster_library  # noqa: F401
    for lang in ("zh", "en"):
        text = told.value.text(lang)
        assert "network.elevation" in text
        assert "python -m pip install no_such_raster_library" in text


def test_other_errors_of_a_library_pass_unchanged():
    """Only what is missing is a matter of installing; a broken library speaks for itself."""
    with pytest.raises(ImportError, match="no_such_name"), needed_by("network.elevation"):
        from livelihood_map import no_such_name  # noqa: F401
