r"""Radiative tail of the positron line of l_i -> l_j a: exponentiated soft photons.

The line at x_a becomes x = x_a z with density D(z) on z in [1/2, 1]. Two forms: ``soft``, D = beta (1-z)^(beta-1), and
``leading-log``, which adds the hard-collinear factor. Neither has the non-logarithmic terms of relative size alpha/pi.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import ALPHA, M_E, M_MU
from darkfactory.errors import one_of, positive, require
from darkfactory.numerics.quadrature import panels, unit_legendre

__all__ = ["LOWEST_Z", "TAILS", "tail_exponent", "tail_quadrature"]

Array = NDArray[np.float64]
TAILS = ("soft", "leading-log")
"""Forms of the tail."""

LOWEST_Z = 0.5
"""The tail is followed down to half the energy of the line; what lies below is dropped."""


def tail_exponent(x_a: Any, m_i: float = M_MU, m_j: float = M_E) -> Any:
    """Exponent beta_a = (2 alpha/pi) (ln(x_a m_i/m_j) - 1) of a line at ``x_a``, 0 where it would be negative.

    Parameters
    ----------
    x_a : array_like
        Position of the line, E/W.
    m_i, m_j : float
        Masses of the decaying and the final lepton [MeV].

    Returns
    -------
    array
        beta_a >= 0.

    Examples
    --------
    >>> round(float(0.5 ** tail_exponent(1.0)), 5)  # fraction of a massless ALP's line above half its energy
    0.98615
    """
    ratio = np.maximum(np.asarray(x_a, dtype=float) * m_i / m_j, np.e)
    return 2 * ALPHA / np.pi * (np.log(ratio) - 1)


def tail_quadrature(
    x_a: float, form: str = "soft", *, resolution: float = 0.01, m_i: float = M_MU, m_j: float = M_E
) -> tuple[Array, Array]:
    r"""Nodes x and weights of the integral of D over the tail of a line, for smooth functions of width ``resolution``.

    Near the line (within two resolutions) u = (1-z)^beta_a, in which D is flat; beyond, panels of a few resolutions.

    Parameters
    ----------
    x_a : float
        Position of the line.
    form : {"soft", "leading-log"}
        Form of the tail.
    resolution : float
        Width in x on which the integrand changes.
    m_i, m_j : float
        Masses of the decaying and the final lepton [MeV].

    Returns
    -------
    x, weight : ndarray, shape (nodes,)
        The weights sum to the fraction above half the line's energy. A line too soft to radiate (beta_a = 0) is one node.

    Raises
    ------
    InvalidInput
        For an unknown form, or a resolution that is not positive.

    Examples
    --------
    >>> x, weight = tail_quadrature(1.0)
    >>> round(float(weight.sum()), 5), round(float(weight[x < 0.95].sum()), 3)
    (0.98615, 0.045)
    """
    require(one_of("signal_tail", form, TAILS), positive("resolution", resolution, unit="units of x"))
    beta = float(tail_exponent(x_a, m_i, m_j))
    if beta == 0:
        return np.array([x_a]), np.ones(1)
    whole = 1 - LOWEST_Z
    core = min(whole, 2 * resolution / x_a)
    u, w = unit_legendre(100)
    # u^(1/beta) underflows for the softest nodes, which then sit on the line
    one_minus_z, weight = core * u ** (1 / beta), w * core**beta
    if core < whole:
        v, wv = panels(max(4, math.ceil((whole - core) * x_a / (3 * resolution))))
        far = core + (whole - core) * v**2
        one_minus_z = np.concatenate([one_minus_z, far])
        weight = np.concatenate([weight, wv * 2 * v * (whole - core) * beta * far ** (beta - 1)])
    if form == "leading-log":
        # D_LL / D_soft at each node
        weight = weight * (1 + 0.75 * beta - (2 - one_minus_z) * one_minus_z ** (1 - beta) / 2)
    return x_a * (1 - one_minus_z), weight
