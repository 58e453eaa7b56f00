"""Random numbers: counter-based streams, so that a result depends on the seed alone and not on chunks or workers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np

from darkfactory.errors import in_range, require

__all__ = ["CHUNK", "chunks", "stream"]

CHUNK = 65536
"""Events of one stream; event i always comes from stream i // CHUNK."""


def stream(seed: int, purpose: str, chunk: int = 0) -> np.random.Generator:
    """Random generator keyed by seed, purpose and chunk; different keys are independent.

    Parameters
    ----------
    seed : int
        The user's seed, >= 0.
    purpose : str
        What the numbers are for, e.g. the process.
    chunk : int
        Number of the chunk.

    Returns
    -------
    numpy.random.Generator
        Philox generator at the start of its stream.

    Raises
    ------
    InvalidInput
        If the seed is negative.

    Examples
    --------
    >>> bool(stream(1, "mu -> e a").random() == stream(1, "mu -> e a").random())
    True
    """
    require(in_range("seed", seed, 0))
    word = int.from_bytes(hashlib.blake2b(purpose.encode(), digest_size=8).digest(), "big")
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([int(seed), word, int(chunk)])))


def chunks(n: int) -> Iterator[tuple[int, int]]:
    """(number of the chunk, events in it) for ``n`` events in all."""
    for chunk in range(-(-n // CHUNK)):
        yield chunk, min(CHUNK, n - chunk * CHUNK)
