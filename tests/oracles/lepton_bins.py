"""Binned spectra of the visible lepton of decays at rest, integrated exactly over each bin."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes import michel, two_body_alp
from darkfactory.amplitudes.soft_radiation import LOWEST_Z, tail_exponent
from darkfactory.models import LfvAlp
from darkfactory.numerics.quadrature import unit_legendre

__all__ = ["line_bins", "line_cosine_bins", "michel_bins", "michel_cosine_bins"]

Array = NDArray[np.float64]


def _michel_cumulative(x: Array, order: str, m_i: float, m_j: float) -> tuple[Array, Array]:
    """Integrals of n0 and n1 from x to the endpoint, for an array of x."""
    x0 = m_j / michel.endpoint_energy(m_i, m_j)
    t, w = unit_legendre(200)
    span = 1 - np.clip(np.asarray(x, dtype=float), x0, 1.0)[:, None]
    # graded to both ends: logarithm at the endpoint, square root at the threshold
    shape = t**6 / (t**6 + (1 - t) ** 3)
    slope = t**5 * (1 - t) ** 2 * (6 - 3 * t) / (t**6 + (1 - t) ** 3) ** 2
    y = span * shape
    n0, n1 = michel.spectrum_functions(1 - y, y=y, order=order, m_i=m_i, m_j=m_j)
    weights = w * slope * span
    return np.sum(weights * n0, axis=1), np.sum(weights * n1, axis=1)


def michel_bins(edges: Any, order: str, m_i: float, m_j: float) -> Array:
    """Fraction of the leptons of l_i -> l_j nu nu in bins of x, all directions.

    Parameters
    ----------
    edges : array_like, shape (B + 1,)
        Bin edges in x = E/W, rising; what lies outside the spectrum counts nothing.
    order : {"born", "oalpha", "exp"}
        Order in alpha.
    m_i, m_j : float
        Masses of the decaying and the charged final lepton [MeV].

    Returns
    -------
    ndarray, shape (B,)
        Fractions; 1 in sum over the whole spectrum.

    Examples
    --------
    >>> from darkfactory.constants import M_E, M_MU
    >>> round(float(michel_bins([0.9, 1.0], "born", M_MU, M_E)[0]), 7)
    0.1981275
    """
    above, _ = _michel_cumulative(np.asarray(edges, dtype=float), order, m_i, m_j)
    return np.asarray(-2 * np.diff(above) / michel.normalization(order, m_i, m_j))


def michel_cosine_bins(edges: Any, polarization: float, order: str, m_i: float, m_j: float) -> Array:
    """Fraction of the leptons of l_i^+ -> l_j^+ nu nu in bins of the cosine to minus the spin, all energies.

    Parameters
    ----------
    edges : array_like, shape (B + 1,)
        Bin edges of the cosine, in [-1, 1].
    polarization : float
        Degree of polarisation in [-1, 1].
    order, m_i, m_j : str, float
        As in :func:`michel_bins`.

    Returns
    -------
    ndarray, shape (B,)
        Fractions; 1 in sum over [-1, 1].
    """
    n0, n1 = (float(total[0]) for total in _michel_cumulative(np.zeros(1), order, m_i, m_j))
    c = np.asarray(edges, dtype=float)
    return np.asarray(np.diff(c * n0 - polarization * c**2 / 2 * n1) / michel.normalization(order, m_i, m_j))


def line_bins(edges: Any, model: LfvAlp, tail: str, m_i: float, m_j: float) -> Array:
    """Fraction of the leptons of l_i -> l_j a in bins of x: a line, with its soft radiative tail or without.

    Parameters
    ----------
    edges : array_like, shape (B + 1,)
        Bin edges in x = E/W, rising.
    model : LfvAlp
        Its mass places the line.
    tail : {"soft", "none"}
        With the soft tail, what falls below half the line's energy is missing.
    m_i, m_j : float
        Masses of the decaying and the final lepton [MeV].

    Returns
    -------
    ndarray, shape (B,)
        Fractions.
    """
    x_a = 1 - model.mass**2 / (m_i**2 + m_j**2)
    z = np.asarray(edges, dtype=float) / x_a
    beta = float(tail_exponent(x_a, m_i, m_j)) if tail == "soft" else 0.0
    if beta == 0:
        below = np.where(z >= 1, 1.0, 0.0)
    else:
        lost = (1 - np.clip(z, LOWEST_Z, 1.0)) ** beta
        below = np.where(z >= 1, 1.0, 1 - lost)
    return np.asarray(np.diff(below))


def line_cosine_bins(edges: Any, model: LfvAlp, polarization: float, m_i: float, m_j: float) -> Array:
    """Fraction of the leptons of l_i^+ -> l_j^+ a in bins of the cosine to minus the spin.

    Parameters
    ----------
    edges : array_like, shape (B + 1,)
        Bin edges of the cosine, in [-1, 1].
    model : LfvAlp
        Its couplings and mass fix the asymmetry.
    polarization : float
        Degree of polarisation in [-1, 1].
    m_i, m_j : float
        Masses of the decaying and the final lepton [MeV].

    Returns
    -------
    ndarray, shape (B,)
        Fractions; 1 in sum over [-1, 1].
    """
    A = float(two_body_alp.asymmetry(m_i, m_j, model.mass, complex(model.C_V), complex(model.C_A)))
    c = np.asarray(edges, dtype=float)
    return np.asarray(np.diff(c / 2 + A * polarization * c**2 / 4))
