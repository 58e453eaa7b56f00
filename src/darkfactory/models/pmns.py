"""Mixing matrix of the light neutrinos."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["pmns"]

Matrix = NDArray[np.complex128]


def pmns(theta12: float, theta13: float, theta23: float, delta: float) -> Matrix:
    r"""Unitary matrix R_23 Delta^dagger R_13 Delta R_12 with the PDG phase, no Majorana phases.

    Parameters
    ----------
    theta12, theta13, theta23, delta : float
        Angles and phase [rad].

    Returns
    -------
    ndarray, shape (3, 3)
        Rows e, mu, tau; columns 1, 2, 3.

    Examples
    --------
    >>> from darkfactory.constants import PMNS_ANGLES
    >>> U = pmns(**PMNS_ANGLES)
    >>> abs(U[0, 2]).round(4) == np.sin(PMNS_ANGLES["theta13"]).round(4)
    np.True_
    """
    s12, c12 = math.sin(theta12), math.cos(theta12)
    s13, c13 = math.sin(theta13), math.cos(theta13)
    s23, c23 = math.sin(theta23), math.cos(theta23)
    phase = complex(math.cos(delta), math.sin(delta))
    r23 = np.array([[1, 0, 0], [0, c23, s23], [0, -s23, c23]], dtype=complex)
    r13 = np.array([[c13, 0, s13 * phase.conjugate()], [0, 1, 0], [-s13 * phase, 0, c13]])
    r12 = np.array([[c12, s12, 0], [-s12, c12, 0], [0, 0, 1]], dtype=complex)
    return np.asarray(r23 @ r13 @ r12)
