"""Newest request wins: a thread that computes what was asked last, and forgets what was asked while it was at work."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["Latest"]

Asked = TypeVar("Asked")
Found = TypeVar("Found")


class Latest(Generic[Asked, Found]):
    """Answers what was asked last.

    Parameters
    ----------
    compute : callable
        Request -> answer; must not raise.
    deliver : callable
        Called with every answer, in the thread.
    pause : float
        Seconds to wait for a newer request before one is computed.
    """

    def __init__(
        self, compute: Callable[[Asked], Found], deliver: Callable[[Found], None], pause: float = 0.03
    ) -> None:
        self._compute, self._deliver, self._pause = compute, deliver, pause
        self._asked: list[Asked] = []
        self._changed, self._closed = threading.Condition(), False
        self._thread = threading.Thread(target=self._run, daemon=True, name="darkfactory explorer")
        self._thread.start()

    def ask(self, request: Asked) -> None:
        """Ask; what waits already is forgotten."""
        with self._changed:
            self._asked = [request]
            self._changed.notify()

    def close(self) -> None:
        """Compute nothing more."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._asked or self._closed)
                # the hand is still moving
                while not self._closed and (asked := self._asked):
                    self._changed.wait(self._pause)
                    if self._asked is asked:
                        break
                if self._closed:
                    return
                (request,), self._asked = self._asked, []
            self._deliver(self._compute(request))
