r"""The lepton line at amplitude level: two-component spinors for what has no reasonable closed form.

Sums of mediators (photon, vectors, scalars) with widths and exchange, resonances in narrow width with spin
correlations, and mu -> e a*, a* -> e e. Everything that a closed form covers can be computed here too, as a check. The
chiral currents of all mediators are summed before they meet the line, so that the cost hardly depends on their number.

Momenta are in the rest frame of the decaying lepton, in MeV, as arrays (..., 4) or tuples of components; formulas are
for l^-, ``charge=+1`` applies CP (reflected momenta, conjugate couplings). No factor 1/2 for identical leptons.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from darkfactory.amplitudes.bosons import DerivativeAlp, LfvAlp, LfvResonance, Photon, Scalar, Vector
from darkfactory.amplitudes.spinor_line import (
    Bispinors,
    Currents,
    antispinors,
    bar_of,
    bare_line,
    contract,
    current,
    density_matrix,
    line,
    matmul,
    matrix_product,
    minkowski,
    scalar_density,
    sigma,
    spinors,
    sum_currents,
)
from darkfactory.amplitudes.split import settled, split
from darkfactory.backend import namespace
from darkfactory.constants import M_E, M_MU

__all__ = ["emission", "narrow_resonance", "no_emission", "polarization_sum", "resonance", "three_leptons"]

Boson = Photon | Vector | Scalar
Neutrinos = tuple[Any, Any]
"""Momenta [MeV] of the neutrino of the sign of l_i and of the other, in the rest frame of l_i, shape (..., 4)."""


def _pair_currents(k2: Any, k3: Any, mediators: Sequence[Boson], m_j: float, on_shell: bool) -> Currents:
    """Currents of the pair through all mediators, summed; axes (spin of k2, spin of k3, 2, 2, points)."""
    rows, columns = settled(spinors(k2, m_j)), settled(antispinors(k3, m_j))
    r = k2 + k3
    vectors, densities = settled(current(rows, columns)), settled(scalar_density(rows, columns))
    return sum_currents([_through(boson, r, vectors, densities, on_shell) for boson in mediators])


def _through(boson: Boson, r: Any, vectors: Any, densities: Any, on_shell: bool) -> Currents:
    """Currents that one mediator carries from the pair to the line."""
    s = minkowski(r, r)
    if isinstance(boson, Scalar):
        g, gc = boson.g_S_e + 1j * boson.g_P_e, boson.g_S_e - 1j * boson.g_P_e
        h, hc = boson.g_S_mu + 1j * boson.g_P_mu, boson.g_S_mu - 1j * boson.g_P_mu
        # the sign is that of a scalar against a vector propagator
        J = settled(-(gc * densities[0] + g * densities[1]) / _denominator(s, boson, on_shell))
        return Currents(scalar_left_e=gc * J, scalar_right_e=g * J, scalar_left_mu=hc * J, scalar_right_mu=h * J)
    if isinstance(boson, Photon):
        J = boson.charge**2 / s * (vectors[0] + vectors[1])
        return Currents(J, J, J, J)
    g_L, g_R = boson.g_V_e - boson.g_A_e, boson.g_V_e + boson.g_A_e
    h_L, h_R = boson.g_V_mu - boson.g_A_mu, boson.g_V_mu + boson.g_A_mu
    slash = sigma(r)
    j = g_L * vectors[0] + g_R * vectors[1]
    j = j - matrix_product(bar_of(slash), j)[..., None, None, :] / boson.mass**2 * slash
    J = settled(j / _denominator(s, boson, on_shell))
    return Currents(g_L * J, g_R * J, h_L * J, h_R * J)


def _denominator(s: Any, boson: Any, on_shell: bool) -> Any:
    return 1.0 if on_shell else split(s - boson.mass**2, boson.mass * boson.width)


def _prepare(charge: int, *momenta: Any) -> tuple[list[Any], tuple[int, ...]]:
    """Momenta as arrays (4, points), reflected for l^+, and the shape of the points."""
    xp = namespace(*momenta)
    shape = xp.broadcast_shapes(*(xp.shape(p)[:-1] for p in momenta))
    signs = xp.asarray([1.0, -1.0, -1.0, -1.0] if charge > 0 else [1.0] * 4)
    flat = [(xp.broadcast_to(xp.asarray(p) * signs, (*shape, 4))).reshape(-1, 4).T for p in momenta]
    return flat, shape


def _rest(m_i: float, total: Any) -> Any:
    xp = namespace(total)
    return xp.asarray([m_i, 0.0, 0.0, 0.0])[:, None] - total


def _finish(stokes: Any, shape: tuple[int, ...]) -> Any:
    return stokes.T.reshape((*shape, 4))


def _conjugate(thing: Any) -> Any:
    """CP-conjugate couplings: complex conjugates, g_P of the other sign."""
    if thing is None or isinstance(thing, (Photon, Vector, DerivativeAlp)):
        return thing
    xp = namespace(*thing)
    changes = {name: xp.conj(getattr(thing, name)) for name in ("C_V", "C_A") if hasattr(thing, name)}
    changes |= {name: -getattr(thing, name) for name in ("g_P_e", "g_P_mu") if hasattr(thing, name)}
    return thing._replace(**changes)


def three_leptons(
    k1: Any,
    k2: Any,
    k3: Any,
    mediators: Sequence[Boson],
    *,
    alp: LfvAlp | None = None,
    neutrinos: Neutrinos | None = None,
    exchange: bool = True,
    on_shell: bool = False,
    charge: int = -1,
    m_i: float = M_MU,
    m_j: float = M_E,
) -> Any:
    r"""Stokes components of l_i -> l_j(k1) l_j(k2) l_j-bar(k3) + (nu nu | LFV ALP) through any sum of mediators.

    Parameters
    ----------
    k1, k2, k3 : array_like
        Momenta [MeV] of the two leptons of the sign of l_i and of the third, shape (..., 4).
    mediators : sequence of Photon, Vector, Scalar
        Added before squaring.
    alp : LfvAlp, optional
        The heavy vertex is a derivatively coupled ALP instead of the neutrino pair.
    neutrinos : tuple of array_like, optional
        Momenta of a neutrino pair that is not integrated, see :data:`Neutrinos`.
    exchange : bool
        Without it the pair is (k2, k3) alone.
    on_shell : bool
        Denominators of the mediators are 1: the numerator of the narrow-width approximation.
    charge : {-1, 1}
        Charge of l_i.
    m_i, m_j : float
        Masses of the decaying and the final leptons [MeV].

    Returns
    -------
    array
        (S_0, S_x, S_y, S_z), shape (..., 4), [MeV^-4] with neutrinos, [MeV^-2] with an ALP. No factor 1/2.

    Examples
    --------
    >>> from darkfactory.kinematics.lorentz import four_vector
    >>> k = [four_vector(M_E, p) for p in ([10.0, 5.0, -20.0], [-12.0, 8.0, 15.0], [4.0, -9.0, 3.0])]
    >>> [float(f"{s:.6e}") for s in three_leptons(*k, [Photon()], exchange=False)]
    [9.129352e-24, -2.334037e-24, -4.428935e-25, 3.81907e-24]
    """
    (k1, k2, k3, *pair), shape = _prepare(charge, k1, k2, k3, *(neutrinos or ()))
    if charge > 0:
        mediators, alp = [_conjugate(b) for b in mediators], _conjugate(alp)
    right = alp is not None
    amplitude = line(k1, k2 + k3, _pair_currents(k2, k3, mediators, m_j, on_shell), right, m_i, m_j)
    if exchange:
        # axes (spin of k1, k3, k2) of the exchanged line
        other = line(k2, k1 + k3, _pair_currents(k1, k3, mediators, m_j, on_shell), right, m_i, m_j)
        amplitude = Bispinors(
            amplitude.left - other.left.axes("swapaxes", 0, 2),
            amplitude.right - other.right.axes("swapaxes", 0, 2) if right else None,
        )
    return _finish(contract(amplitude, _rest(m_i, k1 + k2 + k3), alp, (pair[0], pair[1]) if pair else None), shape)


def narrow_resonance(k1: Any, k2: Any, k3: Any, boson: Vector | Scalar, **options: Any) -> Any:
    """Numerator of X -> l_j(k2) l_j-bar(k3) in narrow width, with spin correlations; see :func:`three_leptons`.

    The rate is |M|^2 / (2 m_X Gamma_X) over phase space with (k2+k3)^2 = m_X^2 fixed and no ds/2pi; no factor 1/2,
    since the two assignments are distinct resonant regions.
    """
    return three_leptons(k1, k2, k3, [boson], exchange=False, on_shell=True, **options)


def resonance(
    k1: Any, k2: Any, k3: Any, boson: LfvResonance, *, exchange: bool = True, charge: int = -1,
    m_i: float = M_MU, m_j: float = M_E,
) -> Any:  # fmt: skip
    r"""Stokes components of l_i -> l_j(k1) a*, a* -> l_j(k2) l_j-bar(k3), neutrinoless.

    Parameters
    ----------
    k1, k2, k3 : array_like
        Momenta [MeV] in the rest frame of l_i, shape (..., 4), which add up to (m_i, 0, 0, 0).
    boson : LfvResonance
        Mass, width and couplings.
    exchange : bool
        Without it the pair is (k2, k3) alone.
    charge : {-1, 1}
        Charge of l_i.
    m_i, m_j : float
        Masses of the decaying and the final leptons [MeV].

    Returns
    -------
    array
        (S_0, S_x, S_y, S_z), shape (..., 4), dimensionless. No factor 1/2.
    """
    (k1, k2, k3), shape = _prepare(charge, k1, k2, k3)
    boson = _conjugate(boson) if charge > 0 else boson
    amplitude = _resonant(k1, k2, k3, boson, m_i, m_j)
    if exchange:
        amplitude = amplitude - _resonant(k2, k1, k3, boson, m_i, m_j).axes("swapaxes", 0, 2)
    return _finish(density_matrix(amplitude), shape)


def _resonant(k1: Any, k2: Any, k3: Any, a: LfvResonance, m_i: float, m_j: float) -> Any:
    """Amplitudes of one assignment, axes (spin of k2, k3, k1, muon spin, points)."""
    r = k2 + k3
    slash, rows = sigma(r), spinors(k1, m_j)
    c_L, c_R = (a.C_V - a.C_A) / (2 * a.f_a), (a.C_V + a.C_A) / (2 * a.f_a)
    vertex = m_i**0.5 * (c_L * matmul(rows[1], bar_of(slash)) + c_R * matmul(rows[0], slash))
    left, right = scalar_density(spinors(k2, m_j), antispinors(k3, m_j))
    g, gc = a.g_S_e + 1j * a.g_P_e, a.g_S_e - 1j * a.g_P_e
    J = (gc * left + g * right) / _denominator(minkowski(r, r), a, False)
    return J[:, :, None, None, :] * vertex


def no_emission(
    k: Any, *, alp: LfvAlp | None = None, neutrinos: Neutrinos | None = None, charge: int = -1,
    m_i: float = M_MU, m_j: float = M_E,
) -> Any:  # fmt: skip
    """Stokes components of l_i -> l_j(k) + (nu nu | LFV ALP).

    Parameters
    ----------
    k : array_like
        Momentum [MeV] in the rest frame of l_i, shape (..., 4).
    alp : LfvAlp, optional
        The heavy vertex is a derivatively coupled ALP instead of the neutrino pair.
    neutrinos : tuple of array_like, optional
        Momenta of a neutrino pair that is not integrated, see :data:`Neutrinos`.
    charge : {-1, 1}
        Charge of l_i.
    m_i, m_j : float
        Masses of the decaying and the final lepton [MeV].

    Returns
    -------
    array
        (S_0, S_x, S_y, S_z), shape (..., 4); dimensionless with neutrinos, [MeV^2] with an ALP.
    """
    (k, *pair), shape = _prepare(charge, k, *(neutrinos or ()))
    alp = _conjugate(alp) if charge > 0 else alp
    both = (pair[0], pair[1]) if pair else None
    return _finish(contract(bare_line(k, alp is not None, m_i, m_j), _rest(m_i, k), alp, both), shape)


def emission(
    k: Any,
    r: Any,
    boson: Boson | DerivativeAlp,
    *,
    alp: LfvAlp | None = None,
    neutrinos: Neutrinos | None = None,
    charge: int = -1,
    m_i: float = M_MU,
    m_j: float = M_E,
) -> Any:
    """Stokes components of l_i -> l_j(k) X(r) + (nu nu | LFV ALP) with an on-shell boson X.

    Parameters
    ----------
    k, r : array_like
        Momenta [MeV] of the charged lepton and X in the rest frame of l_i, shape (..., 4).
    boson : Photon, Vector, Scalar or DerivativeAlp
        What is emitted; polarisations are summed.
    alp : LfvAlp, optional
        The heavy vertex is a derivatively coupled ALP instead of the neutrino pair.
    neutrinos : tuple of array_like, optional
        Momenta of a neutrino pair that is not integrated, see :data:`Neutrinos`.
    charge : {-1, 1}
        Charge of l_i.
    m_i, m_j : float
        Masses of the decaying and the final lepton [MeV].

    Returns
    -------
    array
        (S_0, S_x, S_y, S_z), shape (..., 4), [MeV^-2] with neutrinos, dimensionless with an ALP.
    """
    (k, r, *pair), shape = _prepare(charge, k, r, *(neutrinos or ()))
    if charge > 0:
        boson, alp = _conjugate(boson), _conjugate(alp)
    q, right, both = _rest(m_i, k + r), alp is not None, (pair[0], pair[1]) if pair else None
    terms = [
        weight * contract(line(k, r, c, right, m_i, m_j), q, alp, both) for weight, c in polarization_sum(r, boson)
    ]
    return _finish(sum(terms[1:], start=terms[0]), shape)


def polarization_sum(r: Any, boson: Any) -> Iterator[tuple[Any, Currents]]:
    """Weights and currents whose weighted squares are the sum over polarisations of an emitted boson.

    Parameters
    ----------
    r : array
        Its momentum [MeV], shape (4, points).
    boson : Photon, Vector, Scalar or DerivativeAlp
        The boson.

    Yields
    ------
    weight, currents
        Four unit vectors with weights -g and, for a massive vector, r with 1/m_X^2; one term for spin 0.
    """
    one = split(namespace(r).ones_like(r[0]), 0.0)
    if isinstance(boson, Scalar):
        g, h = boson.g_S_e + 1j * boson.g_P_e, boson.g_S_mu + 1j * boson.g_P_mu
        gc, hc = boson.g_S_e - 1j * boson.g_P_e, boson.g_S_mu - 1j * boson.g_P_mu
        factors = (gc * one, g * one, hc * one, h * one)
        yield 1.0, Currents(None, None, None, None, *factors)
        return
    if isinstance(boson, DerivativeAlp):
        g_e, g_mu = boson.C_e / (2 * boson.f_a), boson.C_mu / (2 * boson.f_a)
        yield 1.0, _vector_currents(sigma(r), -g_e, g_e, -g_mu, g_mu)
        return
    if isinstance(boson, Photon):
        couplings = (boson.charge,) * 4
    else:
        left, right = boson.g_V_e - boson.g_A_e, boson.g_V_e + boson.g_A_e
        couplings = (left, right, boson.g_V_mu - boson.g_A_mu, boson.g_V_mu + boson.g_A_mu)
        yield 1 / boson.mass**2, _vector_currents(sigma(r), *couplings)
    for axis in range(4):
        unit = np.eye(4)[axis][:, None]
        yield (-1.0 if axis == 0 else 1.0), _vector_currents(sigma(unit), *couplings)


def _vector_currents(slash: Any, left_e: Any, right_e: Any, left_mu: Any, right_mu: Any) -> Currents:
    return Currents(left_e * slash, right_e * slash, left_mu * slash, right_mu * slash)
