r"""The neutrino pair of lepton decay, integrated, and the Michel decay as Stokes components.

For massless neutrinos of total momentum Q, int dPhi_2 sum |M|^2 = c (Q_mu Q_nu - Q^2 g_munu) L^mu L^nu* with
c = 8 G_F^2 / (12 pi): the pair is one particle of mass^2 Q^2 and dGamma = (1/2M) |M|^2 dPhi(visible + Q) dQ^2/(2 pi).
"""

from __future__ import annotations

import math
from typing import Any

from darkfactory.amplitudes import stokes
from darkfactory.amplitudes.generated import michel as generated
from darkfactory.constants import FERMI_CONSTANT, M_E, M_MU

__all__ = ["PAIR_COUPLING", "michel"]

PAIR_COUPLING = 8 * FERMI_CONSTANT**2 / (12 * math.pi)
"""Factor 8 G_F^2 / (12 pi) [MeV^-4] of the integrated neutrino pair."""


def michel(k: Any, *, m_i: float = M_MU, m_j: float = M_E) -> Any:
    r"""Stokes components of l_i^- -> l_j^- nu nu at tree level, neutrinos integrated.

    Parameters
    ----------
    k : array_like
        Momentum [MeV] of the final lepton in the rest frame of l_i, shape (..., 4).
    m_i, m_j : float
        Masses of the decaying and the final lepton [MeV].

    Returns
    -------
    array
        (S_0, S_x, S_y, S_z), shape (..., 4), dimensionless; with dGamma = S/(2 m_i) d^3k/((2 pi)^3 2E).

    Examples
    --------
    >>> from darkfactory.kinematics.lorentz import four_vector
    >>> [float(f"{s:.6e}") for s in michel(four_vector(M_E, [10.0, 5.0, -20.0]))]
    [1.664051e-15, 4.509307e-17, 2.254654e-17, -9.018614e-17]
    """
    k = stokes.components(k)
    m, energy = m_j / m_i, k[0] / m_i
    pieces = generated.polarised(m=m, q2=1 - 2 * energy + m * m, kq=energy - m * m)[""]
    return PAIR_COUPLING * m_i**4 * stokes.vector(pieces, {"ck": k}, m_i)
