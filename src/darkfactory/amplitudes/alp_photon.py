r"""Decay mu -> e a gamma through a lepton-flavor-violating ALP: exact in m_e and m_a, with muon polarisation.

The photon is radiated by the charged leptons (tree level); the ALP-photon coupling is not included. Reduced variables:
x = 2 E_e / M, y = 2 E_gamma / M, mu = m_e / M, r = m_a^2 / M^2, in the rest frame of the muon of mass M. Real and
imaginary parts of C_V C_A* enter through 2 Re(C_V C_A*) only.
"""

from __future__ import annotations

from typing import Any

from darkfactory.backend import namespace
from darkfactory.constants import ALPHA, M_E, M_MU
from darkfactory.kinematics.lorentz import dot

__all__ = [
    "COUPLINGS",
    "coupling_monomials",
    "dalitz_limits",
    "form_factors",
    "invariant_form_factors",
    "invariant_spin_factors",
    "massless_density",
    "massless_electron_density",
    "pieces",
    "stokes",
    "width_density",
]

COUPLINGS = ("|C_V|^2", "|C_A|^2", "2 Re(C_V C_A*)")
"""Coupling monomials of :func:`pieces`, in order."""


def _reduced(m_a: Any, m_i: float, m_j: float) -> tuple[Any, float]:
    return (m_a / m_i) ** 2, m_j / m_i


def _kernel(x: Any, y: Any, z: Any, mu: Any) -> tuple[Any, Any, Any]:
    """Return eikonal factor J, h = y - z = 1 - x - r + mu^2 and h/(y z)."""
    h = y - z
    eikonal = 4 * x / (z * y) - 4 * mu**2 / z**2 - 4 / y**2
    return eikonal, h, h / (y * z)


def invariant_form_factors(x: Any, y: Any, z: Any, r: Any, mu: Any) -> tuple[Any, Any]:
    """Functions F_S and F_P of :func:`form_factors` from z = 2 k.q / m_i^2, without cancellation for collinear photons.

    Parameters
    ----------
    x, y, z : array_like
        Reduced energies of lepton and photon, and z = x + y - 1 + r - mu^2.
    r, mu : array_like
        (m_a / m_i)^2 and m_j / m_i.

    Returns
    -------
    F_S, F_P : arrays
        Dimensionless.
    """
    eikonal, h, ratio = _kernel(x, y, z, mu)
    common = 2 * h * ratio
    return ((1 + mu) ** 2 - r) * eikonal + common, ((1 - mu) ** 2 - r) * eikonal + common


def invariant_spin_factors(x: Any, y: Any, z: Any, mu: Any) -> tuple[Any, Any]:
    """Functions S_k and S_q: the spin term of l_i^- is S_k (P.k) / m_i + S_q (P.q) / E_q.

    Parameters
    ----------
    x, y, z, mu : array_like
        As for :func:`invariant_form_factors`.

    Returns
    -------
    S_k, S_q : arrays
        Dimensionless, multiply 2 Re(C_V C_A*) (1 - mu^2).
    """
    eikonal, _, ratio = _kernel(x, y, z, mu)
    return 2 * eikonal + 4 * ratio, 2 * ratio / z * ((x + y - z) * z - 2 * mu**2 * y)


def form_factors(x: Any, y: Any, m_a: Any, *, delta: Any = None, m_i: float = M_MU, m_j: float = M_E) -> Any:
    r"""Functions F_S and F_P of the unpolarised spectrum of l_i -> l_j a gamma.

    Parameters
    ----------
    x, y : array_like
        Reduced energies 2 E_j / m_i and 2 E_gamma / m_i.
    m_a : array_like
        ALP mass [MeV].
    delta : array_like, optional
        2 k.q / m_i^2, where it is known better than as x + y - 1 + r - mu^2 (collinear photons).
    m_i, m_j : float
        Masses of the decaying and the final lepton [MeV].

    Returns
    -------
    F_S, F_P : arrays
        Dimensionless, multiply |C_V|^2 (1-mu)^2 and |C_A|^2 (1+mu)^2; not clipped outside :func:`dalitz_limits`.

    Examples
    --------
    >>> F_S, F_P = form_factors(0.8, 0.5, 30.0)
    >>> round(float(F_S), 6), round(float(F_P), 6)
    (0.907159, 0.89139)
    """
    r, mu = _reduced(m_a, m_i, m_j)
    delta = x + y - 1 + r - mu**2 if delta is None else delta
    return invariant_form_factors(x, y, delta, r, mu)


def dalitz_limits(y: Any, m_a: Any, m_i: float = M_MU, m_j: float = M_E) -> tuple[Any, Any]:
    r"""Range of x at fixed y.

    Parameters
    ----------
    y : array_like
        Reduced photon energy, in [0, 1 - (sqrt(r) + mu)^2].
    m_a : array_like
        ALP mass [MeV].
    m_i, m_j : float
        Masses of the decaying and the final lepton [MeV].

    Returns
    -------
    x_min, x_max : arrays
        Equal where y is beyond its end (closed).

    Examples
    --------
    >>> low, high = dalitz_limits(0.5, 30.0)
    >>> round(float(low), 6), round(float(high), 6)
    (0.419433, 0.838782)
    """
    xp = namespace(y, m_a)
    r, mu = _reduced(m_a, m_i, m_j)
    y = xp.asarray(y)
    is_open = (y < 1 - (xp.sqrt(r) + mu) ** 2) & (y >= 0)
    rest = xp.where(is_open, 1 - y, 1.0)  # mass squared of the (lepton, ALP) system over m_i^2
    energy = (rest + mu**2 - r) / (2 * xp.sqrt(rest))
    root = xp.sqrt(rest)
    product = (root - mu - xp.sqrt(r)) * (root + mu + xp.sqrt(r)) * (root - mu + xp.sqrt(r)) * (root + mu - xp.sqrt(r))
    momentum = xp.sqrt(xp.where(is_open, product, 0.0)) / (2 * root)
    centre, half = (2 - y) * energy / root, y * momentum / root
    return (centre - half)[()], (centre + half)[()]


def width_density(
    x: Any, y: Any, m_a: Any, C_V: Any, C_A: Any, f_a: Any, *, m_i: float = M_MU, m_j: float = M_E
) -> Any:
    r"""Double differential width d^2Gamma / (dx dy) of l_i -> l_j a gamma [MeV], unpolarised.

    Parameters
    ----------
    x, y : array_like
        Reduced energies of lepton and photon.
    m_a : array_like
        ALP mass [MeV].
    C_V, C_A : array_like, complex
        Couplings.
    f_a : array_like
        Decay constant [MeV].
    m_i, m_j : float
        Masses of the decaying and the final lepton [MeV].

    Returns
    -------
    array
        [MeV]; exactly 0 outside the Dalitz region and for y <= 0. Diverges as 1/y for soft photons: integrate above
        a photon energy.

    Examples
    --------
    >>> round(float(width_density(0.8, 0.5, 30.0, 1, 1, 1e12)) * 1e24, 6)
    6.126791
    """
    xp = namespace(x, y, m_a, C_V, C_A, f_a)
    x, y = xp.asarray(x), xp.asarray(y)
    mu = m_j / m_i
    low, high = dalitz_limits(y, m_a, m_i, m_j)
    inside = (x >= low) & (x <= high) & (y > 0)
    delta = xp.where(inside, x + y - 1 + (m_a / m_i) ** 2 - mu**2, 1.0)
    x, y = xp.where(inside, x, 0.8), xp.where(inside, y, 0.5)
    F_S, F_P = form_factors(x, y, m_a, delta=delta, m_i=m_i, m_j=m_j)
    vector = xp.abs(C_V) ** 2 * (1 - mu) ** 2 * F_S
    axial = xp.abs(C_A) ** 2 * (1 + mu) ** 2 * F_P
    scale = xp.pi * ALPHA * m_i**2 / f_a**2 * m_i / (256 * xp.pi**3)
    return xp.where(inside, scale * (vector + axial), 0.0)[()]


def massless_electron_density(x: Any, y: Any, eta: Any) -> Any:
    r"""Spectrum f of mu -> e a gamma for a massless electron: dBR/(dx dy) = BR0 (alpha / 2 pi) f.

    Parameters
    ----------
    x, y : array_like
        Reduced energies of electron and photon.
    eta : array_like
        (m_a / m_mu)^2.

    Returns
    -------
    array
        f(x, y; eta), broadcast. Not cut at the border of phase space x + y >= 1 - eta, (1-x)(1-y) >= eta; collinear
        (x + y = 1 - eta) and soft (y = 0) singular.

    Notes
    -----
    At eta = 0 the known result for majoron emission :cite:`Hirsch:2009ee`.

    Examples
    --------
    >>> round(float(massless_electron_density(0.9, 0.3, 0.0)), 6)
    7.944444
    """
    numerator = (1 - x) * (2 - y - x * y) - 2 * eta * (2 - x) + eta**2 * (2 + y)
    return numerator / (y**2 * (x + y - 1 + eta))


def massless_density(x: Any, y: Any, m_a: Any, m_i: float = M_MU) -> Any:
    r"""Spectrum (1/Gamma(l_i -> l_j a)) d^2Gamma / (dx dy) for a massless final lepton and any m_a.

    Parameters
    ----------
    x, y : array_like
        Reduced energies of lepton and photon.
    m_a : array_like
        ALP mass [MeV].
    m_i : float
        Mass of the decaying lepton [MeV].

    Returns
    -------
    array
        Dimensionless; 0 outside 1 - r - y <= x <= 1 - r/(1-y). Collinear and soft divergent. Even with cuts that remove
        the collinear region it is off by 1.5% (m_a = 0) to 7% (80 MeV) for mu -> e: prefer :func:`width_density`.

    Examples
    --------
    >>> round(float(massless_density(0.8, 0.5, 0.0)), 8)
    0.0034068
    """
    xp = namespace(x, y, m_a)
    x, y = xp.asarray(x), xp.asarray(y)
    r = (m_a / m_i) ** 2
    inside = (y > 0) & (y < 1 - r) & (x > 1 - r - y) & (x <= 1 - r / xp.where(y < 1, 1 - y, 1.0))
    x, y = xp.where(inside, x, 0.8), xp.where(inside, y, 0.5)
    r = xp.where(inside, r, 0.0)
    return xp.where(inside, ALPHA / (2 * xp.pi) * massless_electron_density(x, y, r) / (1 - r) ** 2, 0.0)[()]


def pieces(k: Any, q: Any, m_a: Any, *, m_i: float = M_MU, m_j: float = M_E) -> Any:
    r"""Stokes components of l_i^- -> l_j^- a gamma for each monomial of :data:`COUPLINGS`, at f_a = 1 MeV.

    Parameters
    ----------
    k, q : array_like
        Momenta [MeV] of lepton and photon in the rest frame of l_i, shape (..., 4).
    m_a : array_like
        ALP mass [MeV]. It must be that of the momenta.
    m_i, m_j : float
        Masses of the decaying and the final lepton [MeV].

    Returns
    -------
    array
        Shape (..., 3, 4), [MeV^2]: summed with the couplings and divided by f_a^2 [MeV^2] it is (S_0, S_x, S_y, S_z).
    """
    xp = namespace(k, q)
    k, q = xp.asarray(k), xp.asarray(q)
    r, mu = _reduced(m_a, m_i, m_j)
    x, y = 2 * k[..., 0] / m_i, 2 * q[..., 0] / m_i
    delta = 2 * dot(k, q) / m_i**2
    F_S, F_P = invariant_form_factors(x, y, delta, r, mu)
    along_k, along_q = invariant_spin_factors(x, y, delta, mu)
    S = (along_k / m_i)[..., None] * k[..., 1:] + (along_q / q[..., 0])[..., None] * q[..., 1:]
    scale = xp.pi * ALPHA * m_i**2
    zero = xp.zeros_like(F_S)
    vector = xp.stack([scale * (1 - mu) ** 2 * F_S, zero, zero, zero], axis=-1)
    axial = xp.stack([scale * (1 + mu) ** 2 * F_P, zero, zero, zero], axis=-1)
    mixed = xp.concatenate([zero[..., None], scale * (1 - mu**2) * S], axis=-1)
    return xp.stack([vector, axial, mixed], axis=-2)


def stokes(
    k: Any, q: Any, m_a: Any, C_V: Any, C_A: Any, f_a: Any, *, m_i: float = M_MU, m_j: float = M_E
) -> Any:  # fmt: skip
    r"""Stokes components (S_0, S_x, S_y, S_z) of mu^- -> e^- a gamma; |M|^2 = S_0 + P.S for polarisation P.

    Parameters
    ----------
    k, q : array_like
        Momenta [MeV] of lepton and photon in the rest frame of the muon, shape (..., 4).
    m_a : array_like
        ALP mass [MeV].
    C_V, C_A : complex
        Couplings.
    f_a : float
        Decay constant [MeV].
    m_i, m_j : float
        Masses of the decaying and the final lepton [MeV].

    Returns
    -------
    array
        Shape (..., 4), dimensionless, summed over final spins. For mu^+ reverse the sign of the last three.

    Examples
    --------
    >>> from darkfactory.kinematics.lorentz import four_vector
    >>> k = four_vector(M_E, [13.933312578607, 13.803470020057, -18.458988264250])
    >>> q = four_vector(0.0, [16.316498231827, 11.854629873547, -8.802168174328])
    >>> [float(f"{s:.8e}") for s in stokes(k, q, 30.0, 1, 0.5 - 0.5j, 1e12)]
    [2.80258586e-19, 1.12597615e-19, 9.87275648e-20, -1.11051293e-19]
    """
    xp = namespace(k, q, C_V, C_A)
    weights = coupling_monomials(C_V, C_A)
    parts = pieces(k, q, m_a, m_i=m_i, m_j=m_j)
    return sum(xp.asarray(weight) * parts[..., n, :] for n, weight in enumerate(weights)) / f_a**2


def coupling_monomials(C_V: Any, C_A: Any) -> tuple[Any, Any, Any]:
    """Values of the monomials :data:`COUPLINGS` for couplings ``C_V``, ``C_A``."""
    xp = namespace(C_V, C_A)
    return xp.abs(C_V) ** 2, xp.abs(C_A) ** 2, 2 * xp.real(C_V * xp.conj(C_A))
