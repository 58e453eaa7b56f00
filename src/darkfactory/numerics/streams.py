"""Random numbers: counter-based streams, so that a result depends on the seed alone and not on chunks or workers.

Two kinds. :func:`stream` is NumPy's Philox, one generator per chunk. :func:`uniforms` computes the numbers of event i
from its number alone (the SplitMix64 finaliser over a Weyl sequence), the same bits in NumPy and in a compiled kernel,
on CPU and GPU: kernels need no state, and chunks may have any size.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from darkfactory.backend import bits_as_float, namespace
from darkfactory.errors import in_range, require

__all__ = ["CHUNK", "chunks", "stream", "stream_key", "uniforms", "uniforms_of"]

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


def stream_key(seed: int, purpose: str) -> int:
    """64-bit key of the numbers for ``purpose`` at ``seed``.

    Raises
    ------
    InvalidInput
        If the seed is negative.
    """
    require(in_range("seed", seed, 0))
    text = f"{int(seed)}/{purpose}".encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


def uniforms(key: Any, first: Any, count: int, dims: int) -> list[Any]:
    """Uniform numbers in (0, 1) of the events ``first``, ..., ``first + count - 1``.

    Parameters
    ----------
    key : uint64
        From :func:`stream_key`; a JAX scalar inside a kernel.
    first : uint64
        Number of the first event.
    count, dims : int
        Events, and numbers of each.

    Returns
    -------
    list of arrays
        One array of shape (count,) per dimension.

    Examples
    --------
    >>> import numpy as np
    >>> whole, part = (uniforms(np.uint64(7), np.uint64(start), 4 - start, 2)[1] for start in (0, 2))
    >>> bool((whole[2:] == part).all())
    True
    """
    xp = namespace(key, first)
    return uniforms_of(key, xp.asarray(first, dtype=xp.uint64) + xp.arange(count, dtype=xp.uint64), dims)


def uniforms_of(key: Any, events: Any, dims: int) -> list[Any]:
    """Uniform numbers in (0, 1) of any events, the same as :func:`uniforms` gives them.

    Parameters
    ----------
    key : uint64
        From :func:`stream_key`; a JAX scalar inside a kernel.
    events : array of uint64, shape (n,)
        Their numbers.
    dims : int
        Numbers of each event.

    Returns
    -------
    list of arrays
        One array of shape (n,) per dimension.

    Examples
    --------
    >>> import numpy as np
    >>> some = uniforms_of(np.uint64(7), np.array([3, 1], dtype=np.uint64), 2)[0]
    >>> bool((some == uniforms(np.uint64(7), np.uint64(0), 4, 2)[0][[3, 1]]).all())
    True
    """
    xp = namespace(key, events)
    event = xp.asarray(events, dtype=xp.uint64)
    start = xp.asarray(key, dtype=xp.uint64) + event * xp.asarray(dims, dtype=xp.uint64) * _word(xp, _WEYL)
    numbers = []
    for d in range(dims):
        z = start + _word(xp, (d + 1) * _WEYL)
        z = (z ^ (z >> _word(xp, 30))) * _word(xp, 0xBF58476D1CE4E5B9)
        z = (z ^ (z >> _word(xp, 27))) * _word(xp, 0x94D049BB133111EB)
        z = z ^ (z >> _word(xp, 31))
        # 52 bits as the mantissa of a number in [1, 2), then half a step up: never 0, never 1
        mantissa = (z >> _word(xp, 12)) | _word(xp, 0x3FF0000000000000)
        numbers.append(bits_as_float(mantissa) - (1 - 2.0**-53))
    return numbers


_WEYL = 0x9E3779B97F4A7C15


def _word(xp: Any, value: int) -> Any:
    return xp.asarray(np.uint64(value % 2**64))


def chunks(n: int) -> Iterator[tuple[int, int]]:
    """(number of the chunk, events in it) for ``n`` events in all."""
    for chunk in range(-(-n // CHUNK)):
        yield chunk, min(CHUNK, n - chunk * CHUNK)
