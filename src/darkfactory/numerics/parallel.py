"""Threads: results of independent steps in order, computed a few steps ahead."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

__all__ = ["ordered"]

Result = TypeVar("Result")


def ordered(call: Callable[[int], Result], numbers: range, workers: int = 0) -> Iterator[Result]:
    """Results of ``call`` in order, computed by some threads a few steps ahead.

    Parameters
    ----------
    call : callable
        From a number to a result; must release the interpreter to gain anything.
    numbers : range
        What it is called with.
    workers : int
        Threads; 0 for one per core, up to 4.

    Yields
    ------
    object
        Results; at most ``workers + 2`` are held at a time.
    """
    workers = workers or min(os.cpu_count() or 1, 4)
    if workers == 1 or len(numbers) <= 1:
        yield from map(call, numbers)
        return
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[Any] = deque()
        try:
            for number in numbers:
                # what is in force here, such as records of the user's own, is in force there
                waiting.append(pool.submit(copy_context().run, call, number))
                if len(waiting) > workers + 1:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)  # of a caller who has seen enough, or an error
