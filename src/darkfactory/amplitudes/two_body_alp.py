r"""Two-body decay l_i -> l_j a through a lepton-flavor-violating ALP, with exact masses.

The Lagrangian is d_mu a / (2 f_a) [C_V lbar_i g^mu l_j + C_A lbar_i g^mu g5 l_j] + h.c., so that
V+A (C_A = C_V) couples to right-handed leptons and F = 2 f_a / sqrt(|C_V|^2 + |C_A|^2).
"""

from __future__ import annotations

from typing import Any

from darkfactory.amplitudes import stokes as _stokes
from darkfactory.amplitudes.alp_photon import coupling_monomials
from darkfactory.amplitudes.generated import alp as generated
from darkfactory.backend import namespace
from darkfactory.constants import M_E, M_MU
from darkfactory.kinematics.phase_space import two_body_energy, two_body_momentum

__all__ = ["asymmetry", "pieces", "stokes", "width"]


def _partial_waves(m_i: Any, m_j: Any, m_a: Any, C_V: Any, C_A: Any) -> tuple[Any, Any, Any]:
    """Squared s-wave (vector) and p-wave (axial) amplitudes [MeV^3] and the momentum [MeV]."""
    xp = namespace(m_i, m_j, m_a, C_V, C_A)
    momentum = two_body_momentum(m_i, m_j, m_a)
    is_open = momentum > 0
    energy = xp.where(is_open, two_body_energy(m_i, m_j, m_a), m_j)
    # E - m_j = [(m_i - m_j)^2 - m_a^2] / (2 m_i) without cancellation
    kinetic = xp.where(is_open, (m_i - m_j - m_a) * (m_i - m_j + m_a) / (2 * m_i), 0.0)
    vector = xp.abs(C_V) ** 2 * (m_i - m_j) ** 2 * (energy + m_j)
    axial = xp.abs(C_A) ** 2 * (m_i + m_j) ** 2 * kinetic
    return vector, axial, momentum


def width(m_i: Any, m_j: Any, m_a: Any, C_V: Any, C_A: Any, f_a: Any) -> Any:
    r"""Partial width of l_i -> l_j a [MeV], exact in all masses, tree level, one charge.

    Parameters
    ----------
    m_i, m_j, m_a : array_like
        Masses of parent, lepton and ALP [MeV].
    C_V, C_A : array_like, complex
        Dimensionless couplings.
    f_a : array_like
        Decay constant [MeV].

    Returns
    -------
    array
        Width [MeV], broadcast; exactly 0 where the channel is closed.

    Notes
    -----
    Real and imaginary parts enter only through |C_V|^2 and |C_A|^2. Checked against explicit gamma-matrix traces.
    Eq. in :cite:`Calibbi:2020jvd`.

    Examples
    --------
    >>> from darkfactory.constants import M_E, M_MU, MUON_WIDTH
    >>> F = 1e13  # MeV: F = 1e10 GeV, V+A, so that |C_V| = |C_A| = 1 and f_a = F / sqrt(2)
    >>> round(float(width(M_MU, M_E, 0.0, 1.0, 1.0, F / 2**0.5) / MUON_WIDTH * 1e20) / 1e13, 5)
    7.83199
    """
    vector, axial, momentum = _partial_waves(m_i, m_j, m_a, C_V, C_A)
    return momentum / (16 * namespace(momentum).pi * f_a**2 * m_i) * (vector + axial)


def asymmetry(m_i: Any, m_j: Any, m_a: Any, C_V: Any, C_A: Any) -> Any:
    r"""Decay asymmetry A of (1/Gamma) dGamma/dcos = (1 + A P cos) / 2.

    ``cos`` is measured from the spin of l_i^-, or from minus the spin of l_i^+ (the beam axis of a surface mu+).

    Parameters
    ----------
    m_i, m_j, m_a : array_like
        Masses of parent, lepton and ALP [MeV].
    C_V, C_A : array_like, complex
        Couplings; only their ratio matters, not both 0.

    Returns
    -------
    array
        A in [-1, 1]: +1 for V+A and -1 for V-A far from threshold, 0 for pure V or A and where closed.

    Examples
    --------
    >>> from darkfactory.constants import M_E, M_MU
    >>> round(float(asymmetry(M_MU, M_E, 105.0, 1.0, 1.0)), 6)  # near threshold only the s wave survives
    0.634097
    """
    xp = namespace(m_i, m_j, m_a, C_V, C_A)
    vector, axial, momentum = _partial_waves(m_i, m_j, m_a, C_V, C_A)
    interference = 2 * xp.real(C_V * xp.conj(C_A)) * (m_i - m_j) * (m_i + m_j) * momentum
    is_open = momentum > 0
    total = xp.where(is_open, vector + axial, 1.0)
    return xp.where(is_open, xp.clip(interference / total, -1.0, 1.0), 0.0)[()]


def pieces(k: Any, *, m_i: float = M_MU, m_j: float = M_E) -> Any:
    r"""Stokes components of l_i^- -> l_j^- a for |C_V|^2, |C_A|^2 and 2 Re(C_V C_A*), at f_a = 1 MeV.

    Parameters
    ----------
    k : array_like
        Momentum [MeV] of the final lepton in the rest frame of l_i, shape (..., 4); the ALP mass follows from it.
    m_i, m_j : float
        Masses of the decaying and the final lepton [MeV].

    Returns
    -------
    array
        Shape (..., 3, 4), [MeV^4]; see :func:`darkfactory.amplitudes.alp_photon.pieces`.
    """
    k = _stokes.components(k)
    m, energy = m_j / m_i, k[0] / m_i
    # P.k = k.q + m^2 in units of m_i
    found = generated.polarised(m=m, kq=energy - m * m)
    rows = [found["CV CV"], found["CA CA"], {"ck": 0.5 * found["CV CA"]["ck"] + 0.0 * k[0]}]
    return m_i**4 / 4 * _stokes.vectors(rows, {"ck": k}, m_i)


def stokes(k: Any, C_V: Any, C_A: Any, f_a: Any, *, m_i: float = M_MU, m_j: float = M_E) -> Any:
    r"""Stokes components (S_0, S_x, S_y, S_z) of l_i^- -> l_j^- a; for l_i^+ reverse the last three.

    Parameters
    ----------
    k : array_like
        Momentum [MeV] of the final lepton in the rest frame of l_i, shape (..., 4).
    C_V, C_A : complex
        Couplings.
    f_a : float
        Decay constant [MeV].
    m_i, m_j : float
        Masses of the decaying and the final lepton [MeV].

    Returns
    -------
    array
        Shape (..., 4), [MeV^2]; the width is S_0 p / (8 pi m_i^2).
    """
    parts = pieces(k, m_i=m_i, m_j=m_j)
    weights = coupling_monomials(C_V, C_A)
    return sum(weight * parts[..., n, :] for n, weight in enumerate(weights)) / f_a**2
