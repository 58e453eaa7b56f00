"""A sign of life of what takes its time, on standard error."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import click

__all__ = ["asked", "tell", "working"]

PATIENCE = 2.0
"""Seconds after which a command that is not at a terminal says what it is doing."""


def tell(text: str) -> None:
    """Print a line on standard error, if there is one."""
    with suppress(OSError, ValueError):
        click.echo(text, err=True)


def asked(key: str) -> Any:
    """What an option that every command has said, by its key; None without a command."""
    context = click.get_current_context(silent=True)
    return None if context is None else context.meta.get(key)


class _Stages(logging.Handler):
    """The stage that a computation is in, of what the package says at the level INFO.

    Parameters
    ----------
    doing : str
        What is done as a whole.
    show : callable
        Called with both.
    """

    def __init__(self, doing: str, show: Callable[[str], Any]) -> None:
        super().__init__()
        self.doing, self.show = doing, show

    def emit(self, record: logging.LogRecord) -> None:
        """Show the new stage."""
        self.show(f"{self.doing}: {record.getMessage()}")


class _Told:
    """Stages where there is no terminal: one line for each that lasts, the first after :data:`PATIENCE`.

    Parameters
    ----------
    doing : str
        What is done as a whole: the stage it begins with.
    """

    def __init__(self, doing: str) -> None:
        self.now, self.over = doing, threading.Event()
        self.thread = threading.Thread(target=self._tell, daemon=True)

    def _tell(self) -> None:
        told = set()
        while not self.over.wait(PATIENCE):
            if self.now not in told:
                told.add(self.now)
                tell(f"{self.now} ...")

    def show(self, stage: str) -> None:
        """Say so if it lasts."""
        self.now = stage

    def __enter__(self) -> _Told:
        self.thread.start()
        return self

    def __exit__(self, *error: Any) -> None:
        self.over.set()
        self.thread.join()


@contextmanager
def _heard(handler: logging.Handler, level: int) -> Iterator[None]:
    """Hear what the package says meanwhile."""
    logger = logging.getLogger("darkfactory")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(level)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)


@contextmanager
def working(text: str) -> Iterator[None]:
    """Say on standard error that something takes its time, and its stages: a sign that moves at a terminal, elsewhere lines.

    ``-q`` says nothing; ``-v`` says when it began, all that the package does meanwhile, and how long it took.
    """
    if asked("darkfactory.quiet"):
        yield
    elif asked("darkfactory.verbose"):
        start = time.monotonic()
        tell(f"{text} ...")
        with _heard(logging.StreamHandler(sys.stderr), logging.DEBUG):
            yield
            tell(f"{text}: {time.monotonic() - start:.1f} s")
    elif sys.stderr.isatty():
        from rich.console import Console

        with Console(stderr=True).status(text) as status, _heard(_Stages(text, status.update), logging.INFO):
            yield
    else:
        with _Told(text) as told, _heard(_Stages(text, told.show), logging.INFO):
            yield
