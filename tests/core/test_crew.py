"""A crew changes nothing but the time that work takes."""

from __future__ import annotations

import os

import crew_tasks
import pytest

from livelihood_map.core.crew import begin_aside, crew, do_each

KEYS = list(range(40))


@pytest.fixture
def given(tmp_path):
    """Let one helper work; return what the tasks of the tests are given."""
    with crew(1):
        yield os.getpid(), str(tmp_path)


def test_without_helpers_all_is_done_here():
    """On a single processor this process does every task, and none that nobody awaits."""
    with crew(0):
        begin_aside(os.abort)
        assert list(do_each(pow, 2, range(9))) == [2**key for key in range(9)]


def test_two_do_a_part_each_and_the_order_stays(given):
    """Two processes share the keys; results come in the order of the keys."""
    done = list(do_each(crew_tasks.tell_place, given, KEYS))
    assert [key for key, _ in done] == KEYS
    assert {is_beside for _, is_beside in done} == {True, False}


def test_what_is_given_later_holds_for_later_tasks(given):
    """A helper that holds what was given before works with what is given now."""
    list(do_each(crew_tasks.tell_place, given, KEYS))
    assert list(do_each(pow, 3, KEYS)) == [3**key for key in KEYS]


@pytest.mark.parametrize("task", [crew_tasks.die_beside, crew_tasks.return_open_file])
def test_a_lost_helper_loses_no_task(given, task):
    """What a helper died of, or could not hand over, is done here, as is all that follows."""
    assert list(do_each(task, given, KEYS)) == KEYS
    assert list(do_each(pow, 1, KEYS)) == [1] * len(KEYS)


def test_an_error_is_that_of_the_task(given):
    """The error of a task is raised here, and the helper is there for the next."""
    with pytest.raises(KeyError):
        list(do_each(crew_tasks.fail, given, KEYS))
    assert list(do_each(pow, 1, KEYS)) == [1] * len(KEYS)


def test_what_is_logged_is_said_once(given, caplog):
    """Each line that a task logs is said by this process, once."""
    list(do_each(crew_tasks.log_key, given, KEYS))
    assert sorted(caplog.messages) == sorted(f"key {key}" for key in KEYS)
