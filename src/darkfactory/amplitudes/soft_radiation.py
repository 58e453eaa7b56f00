r"""Radiative tail of the positron line of l_i -> l_j a: exponentiated soft photons.

The line at x_a becomes x = x_a z with density D(z) on z in [1/2, 1]. Two forms: ``soft``, D = beta (1-z)^(beta-1), and
``leading-log``, which adds the hard-collinear factor. Neither has the non-logarithmic terms of relative size alpha/pi.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from darkfactory.constants import ALPHA, M_E, M_MU
from darkfactory.errors import one_of, require
from darkfactory.quadrature import unit_legendre

__all__ = ["TAILS", "tail_exponent", "tail_quadrature"]

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
    x_a: Any, form: str = "soft", *, nodes: int = 200, m_i: float = M_MU, m_j: float = M_E
) -> tuple[Any, Any]:
    r"""Nodes x and weights of the integral of D over the tail of lines at ``x_a``.

    Parameters
    ----------
    x_a : array_like
        Positions of the lines, shape (H,).
    form : {"soft", "leading-log"}
        Form of the tail.
    nodes : int
        Gauss-Legendre nodes in u = (1-z)^beta_a, in which the density is flat.
    m_i, m_j : float
        Masses of the decaying and the final lepton [MeV].

    Returns
    -------
    x, weight : ndarray
        Shape (H, nodes); the weights of a line sum to its fraction above half its energy. A line too soft to radiate
        (beta_a = 0) has all its weight at x_a.

    Raises
    ------
    InvalidInput
        For an unknown form.
    """
    require(one_of("signal_tail", form, TAILS))
    x_a = np.atleast_1d(np.asarray(x_a, dtype=float))[:, None]
    beta = tail_exponent(x_a, m_i, m_j)
    u, w = unit_legendre(nodes)
    safe = np.where(beta > 0, beta, 1.0)
    top = (1 - LOWEST_Z) ** safe
    u, w = top * u, top * w
    one_minus_z = u ** (1 / safe)
    weight = w.copy()
    if form == "leading-log":
        # D_LL / D_soft at each node
        weight *= 1 + 0.75 * safe - (2 - one_minus_z) * one_minus_z ** (1 - safe) / 2
    radiates = beta > 0
    x = np.where(radiates, x_a * (1 - one_minus_z), x_a)
    return x, np.where(radiates, weight, 1 / nodes)
