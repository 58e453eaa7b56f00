"""What a computation reads: cards, settings, published limits, for whoever asks which numbers are behind a result."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

__all__ = ["listening", "trace", "tracing"]

_OPEN: ContextVar[list[tuple[Any, ...]] | None] = ContextVar("darkfactory_trace", default=None)


def trace(kind: str, *things: Any) -> None:
    """Write down that something is read, where anybody listens (:func:`tracing`).

    Parameters
    ----------
    kind : str
        ``card`` (a card), ``settings`` (card, name of the search, its settings), ``limit`` (record, limit, CL that was asked
        for), ``run`` (verb, entries of its run block) or ``number`` (of the package: what, value, origin, source).
    *things : object
        What is read; cards and settings remember themselves which of their numbers were.
    """
    found = _OPEN.get()
    if found is not None:
        found.append((kind, *things))


@contextmanager
def tracing() -> Iterator[list[tuple[Any, ...]]]:
    """Listen to :func:`trace` in a ``with`` block.

    Examples
    --------
    >>> with tracing() as found:
    ...     trace("number", "width of h", 4.07e-3, "recalled", "LHC-HXSWG")
    >>> found[0][:2]
    ('number', 'width of h')
    """
    found: list[tuple[Any, ...]] = []
    token = _OPEN.set(found)
    try:
        yield found
    finally:
        _OPEN.reset(token)


def listening() -> bool:
    """Whether anybody listens: what is kept from an earlier run would then tell nothing."""
    return _OPEN.get() is not None
