"""What parton densities of the proton are, wherever they come from."""

from __future__ import annotations

import abc
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["QUARKS", "PartonDensities"]

QUARKS = (1, 2, 3, 4, 5, -1, -2, -3, -4, -5)
"""Numbers of the quarks d, u, s, c, b and of their antiquarks."""


class PartonDensities(abc.ABC):
    """Densities of partons in the proton.

    Attributes
    ----------
    name : str
        What they are, for the notes of a result.
    identity : str
        Text that changes with their numbers: what is computed with them is kept under it.
    lowest_q2_gev2 : float
        Q^2 [GeV^2] below which they are frozen.
    notes : tuple of str
        What a user should know of them.
    """

    name: str
    identity: str
    lowest_q2_gev2: float
    notes: tuple[str, ...] = ()

    @abc.abstractmethod
    def xf(self, x: Any, q2_gev2: Any) -> Mapping[int, NDArray[np.float64]]:
        """Momentum densities x f(x, Q^2) by the number of the parton; 0 for x >= 1.

        Parameters
        ----------
        x : array_like
            Parts of the proton's momentum, > 0.
        q2_gev2 : array_like
            Q^2 [GeV^2], broadcast with ``x``.

        Returns
        -------
        dict
            Arrays of the common shape for :data:`QUARKS`, and 21 for gluons if they are known.
        """
