"""Every awkward file is read, or refused in words that name it and say what to do."""

from __future__ import annotations

import warnings
from collections import Counter

import pytest
from awkward_cases import CASES
from awkward_files import FILES, keys_of
from fuzz_guard import outcome

IDS = [f"{one.reader}: {one.fault}" for one in FILES]


def test_every_reader_has_eight():
    """Each reader has eight awkward files of its own; those of workbooks are registers."""
    counts = Counter(one.reader for one in FILES)
    counts["xlsx"] += sum(case.file.endswith((".xlsx", ".xls")) for case in CASES)
    assert len(counts) >= 13
    assert min(counts.values()) >= 8
    assert len(set(IDS)) == len(IDS)


@pytest.mark.parametrize("awkward", FILES, ids=IDS)
def test_an_awkward_file_is_told(tmp_path, awkward):
    """What is wrong is told by its key, of the file or of its row; what is sound is read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        awkward.write(tmp_path / awkward.file)
    results = []

    def read(folder):
        try:
            results.append(awkward.read(folder))
        except Exception as error:
            results.append(error)
            raise
        return results[0]

    ended = outcome(read, tmp_path, named=awkward.file.split(".")[0])
    assert ended.detail == ""
    keys = keys_of(results[0])
    assert any(awkward.told in key for key in keys) if awkward.told else not keys
