"""Numbers that users give to a process: spins, norms, and parameters that no result can represent."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from darkfactory.errors import InvalidInput, in_range, require

__all__ = ["NORMS", "representable", "spin_vector"]

NORMS = ("exp", "lo")
"""What a branching ratio is over: hbar/tau, or the width of l -> e nu nu at tree level."""


@contextlib.contextmanager
def representable(what: str) -> Iterator[None]:
    """Turn over- and underflow of what is computed inside into an error of the user's numbers."""
    try:
        yield
    except ArithmeticError as error:
        raise InvalidInput(
            f"{what}: parameters beyond the range of numbers ({error.args[-1] if error.args else error}); "
            "allowed values nearer to those of physics"
        ) from None


def spin_vector(polarization: Any) -> tuple[float, float, float]:
    """Spin vector from itself, or from a degree P in [0, 1]: (0, 0, -P), the spin of a surface mu+ along the beam z.

    Raises
    ------
    InvalidInput
        If it is longer than 1, not finite, or has not one or three components.

    Examples
    --------
    >>> spin_vector(0.85)
    (0.0, 0.0, -0.85)
    """
    try:
        numbers = np.asarray(polarization, dtype=float)
    except (TypeError, ValueError):
        numbers = np.zeros(2)
    if numbers.shape == ():
        require(in_range("polarization", float(numbers), 0, 1, remedy="a degree, or give the spin vector x,y,z"))
        return (0.0, 0.0, -float(numbers) + 0.0)
    if numbers.shape != (3,):
        raise InvalidInput(f"polarization = {polarization!r}: must be a degree in [0, 1] or a vector of three numbers")
    require(in_range("|polarization|", float(np.sqrt(numbers @ numbers)), 0, 1 + 1e-12))
    x, y, z = (float(number) for number in numbers)
    return (x, y, z)
