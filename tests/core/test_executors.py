"""Jobs on threads or on a cluster, by one interface."""

from __future__ import annotations

import sys

import pytest

from livelihood_map.core.errors import SettingsError
from livelihood_map.core.executors import ClusterError, open_executor


def test_jobs_on_this_computer_come_back_in_any_number():
    """Without a scheduler threads of this program do the jobs, as many at a time as asked for."""
    with open_executor(2) as pool:
        assert [job.result() for job in [pool.submit(pow, 2, n) for n in range(5)]] == [
            1, 2, 4, 8, 16,
        ]  # fmt: skip


def test_a_scheduler_without_what_speaks_to_it_is_one_line(monkeypatch):
    """Where the extra is not installed the message names the part and the way to get it."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SettingsError) as caught, open_executor(1, scheduler="tcp://10.0.0.5:8786"):
        pass
    text = caught.value.text("en")
    assert "--scheduler" in text
    assert "pip install distributed" in text


def test_a_scheduler_that_is_not_there_is_one_line():
    """The message names the address, and nothing waits for it longer than some seconds."""
    pytest.importorskip("distributed", reason="the extra cluster is not installed")
    with pytest.raises(ClusterError) as caught, open_executor(1, scheduler="tcp://127.0.0.1:9"):
        pass
    assert "tcp://127.0.0.1:9" in caught.value.text("en")
    assert "\n" not in caught.value.text("en")
