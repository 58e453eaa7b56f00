"""Compute the chunks of a scan by workers of Dask: processes on this machine, or those of any scheduler."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import resource_tracker
from typing import Any

from darkfactory.conversions import optional
from darkfactory.errors import DarkfactoryError, InvalidInput
from darkfactory.scans.call import SECONDS, Call, Piece, work
from darkfactory.scans.grid import Chunk
from darkfactory.version import code_fingerprint

__all__ = ["Queue", "local_cluster", "spread"]

AHEAD = 16
"""Most chunks that a worker is given at a time."""
DEATHS = 3
"""Workers that may die at a chunk before it counts as failed: they also die of other causes."""
OF_WORKERS = {
    "MALLOC_ARENA_MAX": 1,
    "MALLOC_TRIM_THRESHOLD_": 1 << 32,
    "MALLOC_MMAP_THRESHOLD_": 1 << 32,
    "PJRT_NPROC": 1,
}
"""Environment of our own workers. Memory that is free stays with them (glibc): Dask has it given back at every turn, and to
fetch it anew, page by page, costs as much time of the kernel as the fits take of ours. A fit takes one core (XLA): the others
have workers of their own."""
ONE_THREAD = "--xla_cpu_multi_thread_eigen=false"
"""Flag for the same, beside what the user has there."""
NOT_WATCHED = {"distributed.worker.profile.enabled": False}
"""Dask looks a hundred times a second where a worker is, for a page that nobody sees."""
LOOK = 2.0
"""Time [s] after which one looks which workers there are."""
PATIENCE = 20
"""Time [s] to wait for a scheduler to answer."""
_LOG = logging.getLogger("darkfactory")


class Queue:
    """Chunks that nobody computes yet, by group: a worker stays at its group as long as there is something left of it.

    Parameters
    ----------
    chunks : sequence of Chunk
        All of them, in order.
    """

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self.groups: dict[int, deque[Chunk]] = {}
        for chunk in chunks:
            self.groups.setdefault(chunk.group, deque()).append(chunk)
        self.at: dict[str, int] = {}
        self.deaths: dict[int, int] = {}

    def __bool__(self) -> bool:
        return bool(self.groups)

    def give_back(self, chunks: Sequence[Chunk]) -> None:
        """Put chunks back, to be the next ones of their group."""
        for chunk in reversed(chunks):
            self.groups.setdefault(chunk.group, deque()).appendleft(chunk)

    def lost(self, call: Call, chunks: Sequence[Chunk]) -> list[Piece]:
        """Put back what was at a worker that died, to be tried alone; what saw too many die has failed.

        Parameters
        ----------
        call : Call
            The scan.
        chunks : sequence of Chunk
            What the worker had.
        """
        failed = []
        for chunk in chunks:
            self.deaths[chunk.number] = self.deaths.get(chunk.number, 0) + 1
            if self.deaths[chunk.number] > DEATHS:
                failed.append(call.failed(chunk, f"{DEATHS + 1} workers died here; it may need more memory"))
                del self.deaths[chunk.number]
        done = {piece.chunk for piece in failed}
        self.give_back([chunk for chunk in chunks if chunk.number not in done])
        return failed

    def take(self, worker: str, workers: int) -> list[Chunk]:
        """Some chunks for a worker: of its group, of one that nobody is at, or of the largest one.

        Parameters
        ----------
        worker : str
            Its name.
        workers : int
            How many there are.
        """
        group = self.at.get(worker, -1)
        if group not in self.groups:
            theirs = {at for other, at in self.at.items() if other != worker}
            largest = max(self.groups, key=lambda number: len(self.groups[number]))
            group = next((number for number in self.groups if number not in theirs), largest)
        self.at[worker] = group
        left = self.groups[group]
        # at the end there is to be something for everybody
        most = min(AHEAD, len(left) if len(self.groups) > workers else -(-len(left) // (2 * workers)))
        found = [left.popleft()]
        while len(found) < most and not self.deaths.keys() & {found[0].number, left[0].number}:
            found.append(left.popleft())
        if not left:
            del self.groups[group]
        return found


def spread(
    call: Call, chunks: Sequence[Chunk], save: Callable[[Sequence[Piece]], None], workers: int, scheduler: str | None
) -> None:
    """Compute by workers.

    Parameters
    ----------
    call : Call
        The scan.
    chunks : sequence of Chunk
        What to compute.
    save : callable
        Takes pieces as they come.
    workers : int
        Processes on this machine, without a scheduler.
    scheduler : str, optional
        Address.

    Raises
    ------
    DarkfactoryError
        If there is no scheduler, its workers cannot compute, or of the call.
    """
    distributed = optional("distributed", "scale", "a scan with several workers")
    queue, code = Queue(chunks), code_fingerprint(__name__)
    running: dict[Any, tuple[str, list[Chunk]]] = {}
    with _client(distributed, workers, scheduler) as client:
        while queue or running:
            known = client.scheduler_info()["workers"]
            for future in [one for one, (name, _) in running.items() if name not in known]:
                future.cancel()
                save(queue.lost(call, running.pop(future)[1]))
            for name, about in known.items():
                # one more than it can do at a time, so that none waits for us; what may kill it has it for itself
                room = 1 if queue.deaths else about["nthreads"] + 1
                while queue and sum(name == at for at, _ in running.values()) < room:
                    mine = queue.take(name, len(known))
                    future = client.submit(work, call, mine, SECONDS, code, workers=[name], pure=False)
                    running[future] = (name, mine)
            if not running:
                _LOG.info("no worker at the scheduler yet")
                time.sleep(1.0)
                continue
            with suppress(TimeoutError):
                distributed.wait(list(running), timeout=LOOK, return_when="FIRST_COMPLETED")
            alive = client.scheduler_info()["workers"]
            for future in [one for one, (name, _) in running.items() if one.done() and name in alive]:
                name, mine = running.pop(future)
                try:
                    pieces = future.result(timeout=PATIENCE)
                except (distributed.KilledWorker, TimeoutError):  # its worker is gone, with what it found
                    future.cancel()
                    save(queue.lost(call, mine))
                    continue
                except DarkfactoryError:
                    raise
                except Exception as error:
                    told = f"{type(error).__name__}: {error}"
                    raise InvalidInput(f"the worker {name} cannot compute: {told}") from None
                save(pieces)
                queue.give_back(mine[len(pieces) :])
                for piece in pieces:
                    queue.deaths.pop(piece.chunk, None)


@contextmanager
def local_cluster(workers: int) -> Iterator[Any]:
    """A scheduler with processes of this machine, of one thread each.

    Parameters
    ----------
    workers : int
        How many.

    Yields
    ------
    distributed.LocalCluster
        Its ``scheduler_address`` can be given to others.
    """
    distributed = optional("distributed", "scale", "a scan with several workers")
    import dask

    how = {"threads_per_worker": 1, "dashboard_address": ":0", "memory_limit": 0}
    environ = OF_WORKERS | {"XLA_FLAGS": f"{os.environ.get('XLA_FLAGS', '')} {ONE_THREAD}".strip()}
    with (
        dask.config.set(
            NOT_WATCHED | {f"distributed.nanny.pre-spawn-environ.{key}": value for key, value in environ.items()}
        ),
        ExitStack() as stack,
    ):
        with _deaf():
            local = distributed.LocalCluster(n_workers=workers, silence_logs=logging.CRITICAL, **how)
            cluster = stack.enter_context(local)
        yield cluster


@contextmanager
def _deaf() -> Iterator[None]:
    """Processes of threads that begin in here do not hear Ctrl-C, which a terminal sends to all: who started them ends them."""
    resource_tracker.ensure_running()  # its start would let signals through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _client(distributed: Any, workers: int, scheduler: str | None) -> Iterator[Any]:
    """Connection to the scheduler; without one, to one of our own with so many processes."""
    with ExitStack() as stack:
        try:
            address = stack.enter_context(local_cluster(workers)) if scheduler is None else scheduler
            client = distributed.Client(address, timeout=PATIENCE)
            stack.enter_context(client)
        except (OSError, ValueError, TimeoutError) as error:
            raise InvalidInput(
                f"scheduler = {scheduler or 'of this machine'}: does not answer ({error}); give the address that "
                "`dask scheduler` prints, e.g. tcp://host:8786"
            ) from None
        yield client
