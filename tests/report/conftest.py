"""The papers of the lattice town, written once for the tests that print and read them."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pandas as pd
import pytest
from PIL import Image
from reported_town import report_context, report_tables

from livelihood_map.core.labels import use_lang
from livelihood_map.report import write_briefs, write_workbooks


@pytest.fixture(scope="session")
def documents(tmp_path_factory):
    """Return the folder of workbooks and briefs of the lattice town."""
    folder = tmp_path_factory.mktemp("documents")
    with use_lang("zh"):
        write_workbooks(report_tables(), folder=folder, context=report_context())
        full = replace(report_tables(), sites=many_sites())
        plans = dict.fromkeys(("before", "after"), blank_map())
        maps = dict.fromkeys(("ALL", "west", "east"), plans)
        write_briefs(full, folder=folder / "briefs", context=report_context(), maps=maps)
    return folder


def many_sites():
    """Return sites as a full town has them: seven of them, with long reasons."""
    one = report_tables().sites
    sites = pd.concat([one] * 7, ignore_index=True)
    sites["rank"] = range(1, 8)
    sites["reason_zh"] = "步行500米内新增覆盖居民约10,935人、早高峰就业约2,754人；" * 3
    return sites


def blank_map():
    """Return a picture in the shape of a map."""
    held = BytesIO()
    Image.new("RGB", (1200, 696), "white").save(held, "PNG")
    return held.getvalue()
