"""A source of which nothing could be used stops the run, and a correction that has no place."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from livelihood_map.core.errors import SourceError
from livelihood_map.core.workbook import write_workbook
from livelihood_map.load.files.corrections import rejects_sheets
from livelihood_map.pipeline.intake_check import require_placed, require_usable


def rejects_of(setting, problem, rows_n):
    """Return so many rejects of one setting."""
    return pd.DataFrame(
        {
            "source": "a.osm",
            "sheet": None,
            "setting": setting,
            "row": range(1, rows_n + 1),
            "problem": "没有坐标",
            "remedy": "补上",
            "problem_key": problem,
        }
    )


def intake_of(*counts):
    """Return table ``intake``: rows read and taken of one file in several sections."""
    return pd.DataFrame(
        [
            {
                "source": "a.osm",
                "setting": f"load.facilities[{n}]",
                "rows_n": rows,
                "taken_n": taken,
            }
            for n, (rows, taken) in enumerate(counts, start=1)
        ]
    )


def test_a_section_of_a_shared_file_without_any_row_is_named():
    """Rows of the first section of a file do not hide that its second section has none."""
    with pytest.raises(SourceError) as refusal:
        require_usable(
            intake_of((5, 5), (2, 0)), rejects_of("load.facilities[2]", "no_coordinates", 2)
        )
    for lang in ("zh", "en"):
        assert "load.facilities[2]" in refusal.value.text(lang)
        assert "a.osm" in refusal.value.text(lang)


def test_repeated_rows_and_nothing_read_are_no_harm():
    """A section that only repeats another, or for which the file holds nothing, stops no run."""
    repeated = rejects_of("load.facilities[2]", "duplicate", 2)
    assert require_usable(intake_of((5, 5), (2, 0), (0, 0)), repeated) is None


def test_a_correction_that_no_setting_reads_is_named(tmp_path):
    """A corrected row is refused by list, file, setting and row once its file is not read there."""
    texts = {"sheet": "", "field": "名称", "value": "", "raw": "{}"}
    lists = rejects_sheets(rejects_of("load.facilities[2]", "no_coordinates", 1).assign(**texts))
    write_workbook(tmp_path / "fixed.xlsx", lists, date=dt.date(2023, 6, 30))
    intake = intake_of((5, 5), (2, 2)).assign(sheet="")
    assert require_placed("fixed.xlsx", intake, base=tmp_path) is None
    with pytest.raises(SourceError) as refusal:
        require_placed("fixed.xlsx", intake[:1], base=tmp_path)
    for lang in ("zh", "en"):
        text = refusal.value.text(lang)
        assert all(one in text for one in ("fixed.xlsx", "a.osm", "load.facilities[2]", "1"))
