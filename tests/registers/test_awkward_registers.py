"""Every awkward file gives the table and the rejects that it should."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from awkward_cases import CASES
from pyproj import Transformer
from register_files import CRS, POINTS, source, take, take_all

from livelihood_map.core.errors import LivelihoodMapError, SourceError
from livelihood_map.core.labels import LANGS
from livelihood_map.core.tables import FACILITIES, REJECTS

TO_DEGREES = Transformer.from_crs(CRS, 4326, always_xy=True)
SOUND = [case for case in CASES if not case.refused]
MOVED = {
    "outlets outside the district",
    "a point within 50 m of its town's border",
    "EPSG:4550 read as UTM 51N",
}
REFUSED = [case for case in CASES if case.refused]


def names_of(cases):
    """Return the faults as test ids."""
    return [case.fault for case in cases]


def faults(found):
    """Return row and problem of rejects or notes."""
    return tuple(sorted(zip(found["row"], found["problem_key"], strict=True)))


def require_places(found):
    """Require that an outlet stands where it stands, to half a metre, whatever the datum."""
    for name, point in zip(found["name"], found.geometry, strict=True):
        if name in POINTS:
            lon, lat = TO_DEGREES.transform(point.x, point.y)
            assert np.allclose((lon, lat), POINTS[name], atol=4e-6), name


def test_the_set_is_large_enough():
    """There are at least forty awkward files, each with a fault of its own."""
    assert len({case.fault for case in CASES}) == len(CASES) >= 40


@pytest.mark.parametrize("case", SOUND, ids=names_of(SOUND))
def test_awkward_file_is_taken_in(tmp_path, case):
    """Every row is taken with its values at its place, or rejected for the right reason."""
    case.write(tmp_path / case.file)
    result = take(tmp_path, case.file, **case.settings)
    FACILITIES.check(result.facilities)
    REJECTS.check(result.rejects)
    assert sorted(result.facilities["name"]) == sorted(case.taken)
    assert faults(result.rejects) == tuple(sorted(case.rejects))
    notes = result.notes[result.notes["problem_key"] != "headings_unused"]
    assert faults(notes) == tuple(sorted(case.notes))
    counts = result.counts[["rows_n", "taken_n", "rejects_n"]].sum()
    assert counts["taken_n"] == len(result.facilities)
    assert counts["rejects_n"] == len(result.rejects)
    assert counts["rows_n"] == counts["taken_n"] + counts["rejects_n"]
    by_name = result.facilities.set_index("name")
    for column, wanted in case.shows.items():
        found = by_name.loc[list(case.taken), column]
        assert [None if pd.isna(value) else value for value in found] == [
            None if pd.isna(value) else value for value in wanted
        ]
    if case.fault not in MOVED:
        require_places(result.facilities)


@pytest.mark.parametrize("case", REFUSED, ids=names_of(REFUSED))
def test_file_that_cannot_be_used_is_refused(tmp_path, case):
    """A file that cannot be used as a whole is refused in words, with its name where it has one."""
    case.write(tmp_path / case.file)
    with pytest.raises(SourceError) as caught:
        take(tmp_path, case.file, **case.settings)
    assert isinstance(caught.value, LivelihoodMapError)
    assert caught.value.key == case.refused
    nameless = ("load.datum_unknown", "load.local_grid", "load.fields_unknown")
    for lang in LANGS:
        text = caught.value.text(lang)
        assert case.refused in nameless or case.file.split(".")[0] in text


def test_several_registers_keep_one_account(tmp_path):
    """The counts of several files add up, and each reject names its file."""
    chosen = [case for case in SOUND if case.rejects][:5]
    sources = []
    for number, case in enumerate(chosen):
        name = f"{number}.{case.file.split('.')[1]}"
        case.write(tmp_path / name)
        sources.append(source(name, **case.settings))
    result = take_all(tmp_path, sources, lang="en")
    counts = result.counts[["rows_n", "taken_n", "rejects_n"]].sum()
    assert counts["rows_n"] == counts["taken_n"] + counts["rejects_n"]
    assert counts["taken_n"] == len(result.facilities)
    assert set(result.rejects["source"]) <= {item.path for item in sources}


def test_no_personal_data_leave_the_reader(tmp_path):
    """Names of persons and telephone numbers are in no column of any result."""
    case = next(c for c in CASES if c.fault.startswith("names of persons"))
    case.write(tmp_path / case.file)
    result = take(tmp_path, case.file, **case.settings)
    for table in (result.facilities.drop(columns="geometry"), result.rejects, result.notes):
        text = table.to_csv()
        for secret in ("张三", "李四", "13812345678", "13912345678", "13712345678", "021-1234"):
            assert secret not in text
