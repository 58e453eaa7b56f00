"""Streams of random numbers: keyed by seed, purpose and chunk, and nothing else."""

import numpy as np
import pytest

from darkfactory.errors import InvalidInput
from darkfactory.numerics.streams import CHUNK, chunks, stream


def test_the_same_key_gives_the_same_numbers():
    np.testing.assert_array_equal(stream(3, "mu -> e a", 2).random(50), stream(3, "mu -> e a", 2).random(50))


def test_different_keys_are_independent():
    keys = [(3, "a", 0), (4, "a", 0), (3, "b", 0), (3, "a", 1)]
    draws = np.array([stream(*key).random(20000) for key in keys])
    correlation = np.corrcoef(draws) - np.eye(len(keys))
    assert np.abs(correlation).max() < 4 / 20000**0.5


def test_the_stream_is_the_same_on_every_machine():
    """A pinned number: another one means other events for everybody."""
    assert stream(1, "mu -> e a").integers(0, 2**32) == 220558961


@pytest.mark.parametrize("n", [1, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK + 3])
def test_chunks_cover_everything(n):
    pieces = list(chunks(n))
    assert [number for number, _ in pieces] == list(range(len(pieces)))
    assert sum(size for _, size in pieces) == n
    assert all(0 < size <= CHUNK for _, size in pieces)


def test_a_negative_seed_is_refused():
    with pytest.raises(InvalidInput, match=r"seed = -1: allowed \[0,"):
        stream(-1, "x")
