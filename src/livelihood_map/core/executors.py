"""Where whole jobs are done: on threads of this program, or on a cluster, by one interface.

Each job starts a process of its own, so that threads are enough here. A cluster is one of
dask.distributed, which is imported nowhere else and installed by the extra ``cluster``.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from livelihood_map.core.errors import LivelihoodMapError
from livelihood_map.core.extras import needed_by

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

_WAIT_S: Final = 5.0
"""A scheduler that has not answered by then is not there."""


class ClusterError(LivelihoodMapError):
    """A scheduler that does not answer."""


@contextmanager
def open_executor(workers_n: int, *, scheduler: str | None = None) -> Iterator[Executor]:
    """Return a context with what does jobs.

    Parameters
    ----------
    workers_n
        Jobs at a time on this computer.
    scheduler
        Address of a scheduler of dask.distributed, such as ``tcp://10.0.0.5:8786``; its workers do
        the jobs then, as many at a time as they have threads.

    Raises
    ------
    ClusterError
        When the scheduler does not answer.
    SettingsError
        When dask.distributed is not installed.

    Examples
    --------
    >>> with open_executor(2) as pool:
    ...     pool.submit(pow, 2, 5).result()
    32
    """
    if scheduler is None:
        with ThreadPoolExecutor(workers_n) as pool:
            yield pool
        return
    with needed_by("--scheduler"):
        from distributed import Client
    try:
        client = Client(scheduler, timeout=_WAIT_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ClusterError("batch.scheduler_absent", address=scheduler) from error
    with client, client.get_executor(pure=False) as pool:
        yield pool
