r"""Decays l_i -> l_j nu nu X with X a real vector, scalar, pseudoscalar or derivatively coupled ALP, polarised.

Closed forms written by FORM; the neutrinos are integrated. X is radiated by the charged leptons only: a gauged
lepton-flavour symmetry also needs emission from the neutrinos. Tree level, exact in all masses.

A vector sums -g_ab + q_a q_b / m_X^2. The second part is the square of an amplitude of spin 0 (pseudoscalar couplings
2 m_l g_A and a contact term g_L^e - g_L^mu, g_L = g_V - g_A), so that it is kept without cancellations; it grows as
1/m_X^2 unless g_A = 0 and g_V is universal.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from darkfactory.amplitudes import stokes
from darkfactory.amplitudes.generated import scalar_boson, vector_boson
from darkfactory.amplitudes.neutrino_pair import PAIR_COUPLING
from darkfactory.constants import M_E, M_MU

__all__ = [
    "ALP_COUPLINGS",
    "SCALAR_COUPLINGS",
    "VECTOR_COUPLINGS",
    "alp_pieces",
    "combine",
    "derivative_alp",
    "monomials",
    "scalar",
    "scalar_pieces",
    "vector",
    "vector_pieces",
]

VECTOR_COUPLINGS = ("g_V_e", "g_A_e", "g_V_mu", "g_A_mu")
"""Couplings of the vector; ``_e`` is the final, ``_mu`` the decaying lepton."""
SCALAR_COUPLINGS = ("g_S_e", "g_P_e", "g_S_mu", "g_P_mu")
"""Couplings of the spin-0 boson: lbar (g_S + i g_P gamma5) l."""
ALP_COUPLINGS = ("C_e", "C_mu")
"""Couplings of the derivative ALP: d_mu a / (2 f_a) C_l lbar gamma^mu gamma5 l."""


def monomials(couplings: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the products of two couplings in the order of the pieces: all pairs a, b with a before or equal b.

    Examples
    --------
    >>> monomials(("C_e", "C_mu"))
    [('C_e', 'C_e'), ('C_e', 'C_mu'), ('C_mu', 'C_mu')]
    """
    return list(itertools.combinations_with_replacement(couplings, 2))


def combine(pieces: Any, couplings: Mapping[str, Any]) -> Any:
    """Stokes components for given couplings from pieces per monomial.

    Parameters
    ----------
    pieces : array_like
        Shape (..., N, 4), N = n (n+1) / 2, in the order of :func:`monomials`.
    couplings : mapping
        The n couplings by name, in the order of the pieces; real numbers.

    Returns
    -------
    array
        Shape (..., 4).
    """
    products = [couplings[a] * couplings[b] for a, b in monomials(tuple(couplings))]
    return sum(weight * pieces[..., n, :] for n, weight in enumerate(products))


Components = dict[str, Any]
Basis = Mapping[str, Mapping[str, Any]]


def _change_basis(pieces: Mapping[str, Components], basis: Basis, names: tuple[str, ...]) -> list[Components]:
    """Coefficients per monomial of ``names`` from those of the FORM couplings, each a linear form of ``names``."""
    order = {pair: n for n, pair in enumerate(monomials(names))}
    rows: list[Components] = [{} for _ in order]
    for monomial, components in pieces.items():
        left, right = (basis.get(name, {}) for name in monomial.split())
        for (a, weight_a), (b, weight_b) in itertools.product(left.items(), right.items()):
            row = rows[order[(a, b) if (a, b) in order else (b, a)]]
            for name, value in components.items():
                row[name] = row.get(name, 0.0) + weight_a * weight_b * value
    return rows


def _single(pieces: Mapping[str, Components], couplings: Mapping[str, Any]) -> Components:
    """Coefficients for given FORM couplings; those not named are 0."""
    used = {m: row for m, row in pieces.items() if all(name in couplings for name in m.split())}
    return stokes.sum_pieces(used, couplings)


def _added(a: Components, b: Components, weight: Any) -> Components:
    return {name: a.get(name, 0.0) + weight * b.get(name, 0.0) for name in a | b}


def _invariants(k: Any, r: Any, m_X: Any, m_i: float, m_j: float) -> dict[str, Any]:
    return stokes.one_emission(k, r, m_X**2, m_i=m_i, m_j=m_j)


# couplings of the FORM source as linear forms of ours
_CHIRAL: Basis = {
    "Le": {"g_V_e": 1.0, "g_A_e": -1.0},
    "Re": {"g_V_e": 1.0, "g_A_e": 1.0},
    "Lm": {"g_V_mu": 1.0, "g_A_mu": -1.0},
    "Rm": {"g_V_mu": 1.0, "g_A_mu": 1.0},
}
_SPIN0: Basis = {"Se": {"g_S_e": 1.0}, "Pe": {"g_P_e": 1.0}, "Sm": {"g_S_mu": 1.0}, "Pm": {"g_P_mu": 1.0}}


def _longitudinal(m: float) -> Basis:
    """Longitudinal vector times its mass, in units of m_i: 2 m_l g_A pseudoscalars and the contact g_L^e - g_L^mu."""
    contact = {"g_V_e": 1.0, "g_A_e": -1.0, "g_V_mu": -1.0, "g_A_mu": 1.0}
    return {"Pe": {"g_A_e": -2 * m}, "Pm": {"g_A_mu": -2.0}, "C": contact}


def _derivative(m_i: float, m_j: float) -> Basis:
    """Derivative ALP at f_a = 1 MeV: pseudoscalars -m_l C_l / f_a, contact -(C_e - C_mu) / 2 f_a in units of 1/m_i."""
    return {"Pe": {"C_e": -m_j}, "Pm": {"C_mu": -m_i}, "C": {"C_e": -m_i / 2, "C_mu": m_i / 2}}


def _linear(basis: Basis, given: Mapping[str, Any]) -> dict[str, Any]:
    """Values of the FORM couplings for values of ours."""
    return {name: sum(weight * given[ours] for ours, weight in form.items()) for name, form in basis.items()}


def _scale(m_i: float) -> float:
    return PAIR_COUPLING * m_i**2


def vector_pieces(k: Any, r: Any, m_X: float, *, m_i: float = M_MU, m_j: float = M_E) -> Any:
    r"""Stokes components of l_i^- -> l_j^- nu nu X, X a vector, for each monomial of :data:`VECTOR_COUPLINGS`.

    Parameters
    ----------
    k, r : array_like
        Momenta [MeV] of the charged lepton and X in the rest frame of l_i, shape (..., 4).
    m_X : float
        Mass of X [MeV], > 0; it must be that of the momenta.
    m_i, m_j : float
        Masses of the decaying and the final charged lepton [MeV].

    Returns
    -------
    array
        Shape (..., 10, 4) in the order of ``monomials(VECTOR_COUPLINGS)``, [MeV^-2]; see :func:`combine`.
    """
    k, r = stokes.components(k), stokes.components(r)
    arguments = _invariants(k, r, m_X, m_i, m_j)
    rows = _change_basis(vector_boson.polarised(**arguments), _CHIRAL, VECTOR_COUPLINGS)
    rest = _change_basis(scalar_boson.polarised(**arguments), _longitudinal(m_j / m_i), VECTOR_COUPLINGS)
    rows = [_added(row, other, (m_i / m_X) ** 2) for row, other in zip(rows, rest, strict=True)]
    return _scale(m_i) * stokes.vectors(rows, {"ck": k, "cr": r}, m_i)


def vector(
    k: Any,
    r: Any,
    m_X: float,
    *,
    g_V_e: float = 0.0,
    g_A_e: float = 0.0,
    g_V_mu: float = 0.0,
    g_A_mu: float = 0.0,
    m_i: float = M_MU,
    m_j: float = M_E,
) -> Any:
    r"""Stokes components of l_i^- -> l_j^- nu nu X with X a vector, X_mu lbar gamma^mu (g_V + g_A gamma5) l.

    Parameters
    ----------
    k, r : array_like
        Momenta [MeV] of the charged lepton and X in the rest frame of l_i, shape (..., 4).
    m_X : float
        Mass of X [MeV], > 0.
    g_V_e, g_A_e, g_V_mu, g_A_mu : float
        Couplings to the final (``e``) and the decaying (``mu``) lepton. A dark photon has g_V = epsilon e for both.
    m_i, m_j : float
        Masses of the decaying and the final charged lepton [MeV].

    Returns
    -------
    array
        (S_0, S_x, S_y, S_z), shape (..., 4), [MeV^-2].

    Examples
    --------
    >>> from darkfactory.kinematics.lorentz import four_vector
    >>> k, r = four_vector(M_E, [10.0, 5.0, -20.0]), four_vector(20.0, [-6.0, 7.0, 11.0])
    >>> [float(f"{s:.6e}") for s in vector(k, r, 20.0, g_V_e=0.3, g_A_e=0.2, g_V_mu=-0.1, g_A_mu=0.5)]
    [1.004062e-18, -1.086364e-19, 2.854293e-20, 2.089868e-19]
    """
    k, r = stokes.components(k), stokes.components(r)
    given = {"g_V_e": g_V_e, "g_A_e": g_A_e, "g_V_mu": g_V_mu, "g_A_mu": g_A_mu}
    arguments = _invariants(k, r, m_X, m_i, m_j)
    metric = _single(vector_boson.polarised(**arguments), _linear(_CHIRAL, given))
    rest = _single(scalar_boson.polarised(**arguments), _linear(_longitudinal(m_j / m_i), given))
    return _scale(m_i) * stokes.vector(_added(metric, rest, (m_i / m_X) ** 2), {"ck": k, "cr": r}, m_i)


def scalar_pieces(k: Any, r: Any, m_X: float, *, m_i: float = M_MU, m_j: float = M_E) -> Any:
    r"""Stokes components of l_i^- -> l_j^- nu nu X, X of spin 0, for each monomial of :data:`SCALAR_COUPLINGS`.

    Parameters
    ----------
    k, r : array_like
        Momenta [MeV] of the charged lepton and X in the rest frame of l_i, shape (..., 4).
    m_X : float
        Mass of X [MeV]; it must be that of the momenta.
    m_i, m_j : float
        Masses of the decaying and the final charged lepton [MeV].

    Returns
    -------
    array
        Shape (..., 10, 4) in the order of ``monomials(SCALAR_COUPLINGS)``, [MeV^-2]. Products g_S g_P (CP violation)
        give only a polarisation along k x r, which does not flip between l^- and l^+ when g_P -> -g_P does.
    """
    k, r = stokes.components(k), stokes.components(r)
    pieces = scalar_boson.polarised(**_invariants(k, r, m_X, m_i, m_j))
    return _scale(m_i) * stokes.vectors(_change_basis(pieces, _SPIN0, SCALAR_COUPLINGS), {"ck": k, "cr": r}, m_i)


def scalar(
    k: Any,
    r: Any,
    m_X: float,
    *,
    g_S_e: float = 0.0,
    g_P_e: float = 0.0,
    g_S_mu: float = 0.0,
    g_P_mu: float = 0.0,
    m_i: float = M_MU,
    m_j: float = M_E,
) -> Any:
    r"""Stokes components of l_i^- -> l_j^- nu nu X with X of spin 0, X lbar (g_S + i g_P gamma5) l.

    Parameters
    ----------
    k, r : array_like
        Momenta [MeV] of the charged lepton and X in the rest frame of l_i, shape (..., 4).
    m_X : float
        Mass of X [MeV].
    g_S_e, g_P_e, g_S_mu, g_P_mu : float
        Couplings to the final (``e``) and the decaying (``mu``) lepton.
    m_i, m_j : float
        Masses of the decaying and the final charged lepton [MeV].

    Returns
    -------
    array
        (S_0, S_x, S_y, S_z), shape (..., 4), [MeV^-2].

    Examples
    --------
    >>> from darkfactory.kinematics.lorentz import four_vector
    >>> k, r = four_vector(M_E, [10.0, 5.0, -20.0]), four_vector(20.0, [-6.0, 7.0, 11.0])
    >>> [float(f"{s:.6e}") for s in scalar(k, r, 20.0, g_S_e=1.0)]
    [2.123667e-19, -4.184446e-20, -7.003088e-21, 8.2297e-20]
    """
    k, r = stokes.components(k), stokes.components(r)
    given = {"Se": g_S_e, "Pe": g_P_e, "Sm": g_S_mu, "Pm": g_P_mu}
    pieces = scalar_boson.polarised(**_invariants(k, r, m_X, m_i, m_j))
    return _scale(m_i) * stokes.vector(_single(pieces, given), {"ck": k, "cr": r}, m_i)


def alp_pieces(k: Any, r: Any, m_X: float, *, m_i: float = M_MU, m_j: float = M_E) -> Any:
    r"""Stokes components of l_i^- -> l_j^- nu nu a, a derivatively coupled, for each monomial of :data:`ALP_COUPLINGS`.

    Parameters
    ----------
    k, r : array_like
        Momenta [MeV] of the charged lepton and the ALP in the rest frame of l_i, shape (..., 4).
    m_X : float
        ALP mass [MeV]; it must be that of the momenta.
    m_i, m_j : float
        Masses of the decaying and the final charged lepton [MeV].

    Returns
    -------
    array
        Shape (..., 3, 4), dimensionless: divide by f_a^2 [MeV^2].
    """
    k, r = stokes.components(k), stokes.components(r)
    pieces = scalar_boson.polarised(**_invariants(k, r, m_X, m_i, m_j))
    return _scale(m_i) * stokes.vectors(
        _change_basis(pieces, _derivative(m_i, m_j), ALP_COUPLINGS), {"ck": k, "cr": r}, m_i
    )


def derivative_alp(
    k: Any, r: Any, m_X: float, *, C_e: float = 0.0, C_mu: float = 0.0, f_a: float, m_i: float = M_MU, m_j: float = M_E
) -> Any:
    r"""Stokes components of l_i^- -> l_j^- nu nu a with d_mu a / (2 f_a) C_l lbar gamma^mu gamma5 l.

    Equal to a pseudoscalar with g_P^l = m_l C_l / f_a only if C_e = C_mu; else there is a contact amplitude.

    Parameters
    ----------
    k, r : array_like
        Momenta [MeV] of the charged lepton and the ALP in the rest frame of l_i, shape (..., 4).
    m_X : float
        ALP mass [MeV].
    C_e, C_mu : float
        Couplings to the final and the decaying lepton.
    f_a : float
        Decay constant [MeV].
    m_i, m_j : float
        Masses of the decaying and the final charged lepton [MeV].

    Returns
    -------
    array
        (S_0, S_x, S_y, S_z), shape (..., 4), [MeV^-2].

    Examples
    --------
    >>> from darkfactory.kinematics.lorentz import four_vector
    >>> k, r = four_vector(M_E, [10.0, 5.0, -20.0]), four_vector(20.0, [-6.0, 7.0, 11.0])
    >>> [float(f"{s:.6e}") for s in derivative_alp(k, r, 20.0, C_e=1.0, f_a=1e3)]
    [1.976961e-22, 1.409006e-23, -1.753949e-23, -2.572167e-23]
    """
    k, r = stokes.components(k), stokes.components(r)
    given = _linear(_derivative(m_i, m_j), {"C_e": C_e, "C_mu": C_mu})
    pieces = scalar_boson.polarised(**_invariants(k, r, m_X, m_i, m_j))
    return _scale(m_i) * stokes.vector(_single(pieces, given), {"ck": k, "cr": r}, m_i) / f_a**2
