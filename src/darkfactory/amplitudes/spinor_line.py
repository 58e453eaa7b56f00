r"""The lepton line in two-component spinors: currents, one emission, and the heavy vertex, as small array products.

Chiral basis, psi = (psi_L, psi_R), gamma5 = (-1, +1), p-slash = ((0, p.sigma), (p.sigmabar, 0)). Every array has its
points on the last axis; before it stand two matrix axes, and before those the spins of the final state. Currents are
kept as matrices J.sigma, in which a product of spinors is a dyad: (row sigmabar^mu col) sigma_mu = 2 col row (Fierz),
J.sigmabar = tr(J.sigma) - J.sigma, and A.B = (1/2) tr(A.sigma B.sigmabar).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from darkfactory.amplitudes.bosons import LfvAlp
from darkfactory.amplitudes.neutrino_pair import PAIR_COUPLING
from darkfactory.amplitudes.split import Split, settled
from darkfactory.backend import namespace

__all__ = [
    "Bispinors",
    "Currents",
    "antispinors",
    "bar_of",
    "bare_line",
    "contract",
    "current",
    "density_matrix",
    "line",
    "matmul",
    "matrix_product",
    "minkowski",
    "scalar_density",
    "sigma",
    "spinors",
    "sum_currents",
]

_EYE = np.eye(2)[:, :, None]


class Currents(NamedTuple):
    """What the line meets at the final (``_e``) and the decaying (``_mu``) lepton; None where there is none.

    Matrices J.sigma of the vector currents of left- and right-handed leptons, and factors of scalar couplings.
    """

    left_e: Any = None
    right_e: Any = None
    left_mu: Any = None
    right_mu: Any = None
    scalar_left_e: Any = None
    scalar_right_e: Any = None
    scalar_left_mu: Any = None
    scalar_right_mu: Any = None


class Bispinors(NamedTuple):
    """Amplitude before the heavy vertex, axes (..., spin, muon spin, 2, 2, points).

    ubar [...] gamma^mu P_L [...] u = tr(sigmabar^mu left), and with P_R tr(sigma^mu right).
    """

    left: Any
    right: Any


def minkowski(a: Any, b: Any) -> Any:
    """Product of momenta of shape (4, points)."""
    return a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3]


def matmul(a: Any, b: Any) -> Any:
    """Product of 2 x 2 matrices on the axes before the points."""
    return a[..., :, 0, None, :] * b[..., None, 0, :, :] + a[..., :, 1, None, :] * b[..., None, 1, :, :]


def matrix_product(a: Any, b: Any) -> Any:
    """A.B of two four-vectors given as A.sigmabar and B.sigma: (1/2) tr of the product."""
    return 0.5 * _trace_product(a, b)


def _trace_product(a: Any, b: Any) -> Any:
    return (
        a[..., 0, 0, :] * b[..., 0, 0, :]
        + a[..., 0, 1, :] * b[..., 1, 0, :]
        + a[..., 1, 0, :] * b[..., 0, 1, :]
        + a[..., 1, 1, :] * b[..., 1, 1, :]
    )


def sigma(p: Any) -> Any:
    """Matrix p.sigma = p^0 - p.sigma of real momenta (4, points)."""
    xp = namespace(p)
    zero = 0.0 * p[0]
    real = [[p[0] - p[3], -p[1]], [-p[1], p[0] + p[3]]]
    imag = [[zero, p[2]], [-p[2], zero]]
    return Split(*(xp.stack([xp.stack(row) for row in part]) for part in (real, imag)))


def bar_of(matrix: Any) -> Any:
    """J.sigmabar from J.sigma, and the reverse."""
    return (matrix[..., 0, 0, :] + matrix[..., 1, 1, :])[..., None, None, :] * _EYE - matrix


def spinors(p: Any, mass: Any) -> tuple[Any, Any]:
    """Rows ubar(p, s) by spin, (left, right) such that ubar.psi = left psi_L + right psi_R; norm 2 mass."""
    xp = namespace(p)
    slash = sigma(p) + mass * _EYE
    norm = 1 / xp.sqrt(2 * (p[0] + mass))
    # u = (sqrt(p.sigma) xi, sqrt(p.sigmabar) xi) with Hermitian roots; ubar takes u_R^+ to the left half
    return (bar_of(slash) * norm, slash * norm)


def antispinors(p: Any, mass: Any) -> tuple[Any, Any]:
    """Columns v(p, s), (left, right), axes (component, spin, points)."""
    left, right = spinors(p, mass)
    return right, -left


def current(rows: tuple[Any, Any], columns: tuple[Any, Any]) -> tuple[Any, Any]:
    """Matrices J.sigma of ubar gamma^mu P_L v and ubar gamma^mu P_R v, axes (spin of u, spin of v, 2, 2, points)."""
    left = 2 * _dyad(columns[0], rows[1])
    return left, bar_of(2 * _dyad(columns[1], rows[0]))


def _dyad(columns: Any, rows: Any) -> Any:
    return columns.axes("swapaxes", 0, 1)[None, :, :, None, :] * rows[:, None, None, :, :]


def scalar_density(rows: tuple[Any, Any], columns: tuple[Any, Any]) -> tuple[Any, Any]:
    """Densities ubar P_L v and ubar P_R v, axes (spin of u, spin of v, points)."""
    left, right = (matmul(rows[half], columns[half]) for half in (0, 1))
    return left, right


def sum_currents(parts: Sequence[Currents]) -> Currents:
    """Currents of several mediators added, field by field."""
    fields = []
    for field in zip(*parts, strict=True):
        terms = [term for term in field if term is not None]
        fields.append(sum(terms[1:], start=terms[0]) if terms else None)
    return Currents(*fields)


def _scaled(factor: Any, rows: Any) -> Any:
    """Rows times a factor per state, with the axes of the factor first."""
    return factor[..., None, None, :] * rows


def _emitted_rows(k: Any, r: Any, c: Currents, m_j: float) -> tuple[Any, Any]:
    """Left and right halves of ubar V S, axes (states, spin, component, points)."""
    left, right = spinors(k, m_j)
    new_left: Any = 0.0
    new_right: Any = 0.0
    if c.left_e is not None:
        new_left = new_left + matmul(right, bar_of(c.left_e))
        new_right = new_right + matmul(left, c.right_e)
    if c.scalar_left_e is not None:
        new_left = new_left + _scaled(c.scalar_left_e, left)
        new_right = new_right + _scaled(c.scalar_right_e, right)
    p = k + r
    weight = 1 / (minkowski(r, r) + 2 * minkowski(k, r))
    slash = sigma(p)
    return (
        weight * (matmul(new_right, bar_of(slash)) + m_j * new_left),
        weight * (matmul(new_left, slash) + m_j * new_right),
    )


def _muon_columns(r: Any, c: Currents, m_i: float) -> tuple[Any, Any]:
    """Left and right halves of S V u over sqrt(m_i), axes (states, component, muon spin, points)."""
    # at rest both halves of u are the unit matrix
    up: Any = 0.0
    down: Any = 0.0
    if c.left_mu is not None:
        up, down = up + c.right_mu, down + bar_of(c.left_mu)
    if c.scalar_left_mu is not None:
        up = up + _scaled(c.scalar_left_mu, _EYE)
        down = down + _scaled(c.scalar_right_mu, _EYE)
    weight = 1 / (minkowski(r, r) - 2 * m_i * r[0])
    slash = m_i * _EYE - sigma(r)
    return (
        weight * (matmul(slash, down) + m_i * up),
        weight * (matmul(bar_of(slash), up) + m_i * down),
    )


def _join(column: Any, row: Any, emitted: Any, m_i: float) -> Any:
    """Bispinor column row + 1 emitted, axes (states, spin, muon spin, 2, 2, points)."""
    after = column.axes("swapaxes", -3, -2)[..., None, :, :, None, :] * row[:, None, None, :, :]
    before = _EYE[:, :, :, None] * emitted[..., :, None, None, :, :]
    return m_i**0.5 * (after + before)


def line(k: Any, r: Any, currents: Currents, right: bool, m_i: float, m_j: float) -> Bispinors:
    """Bispinors of one emission of momentum ``r`` with given currents.

    Parameters
    ----------
    k, r : array
        Momenta [MeV] of the final lepton and the emission, shape (4, points).
    currents : Currents
        What is emitted; its state axes come first in the result.
    right : bool
        Whether the right-handed heavy vertex is wanted too.
    m_i, m_j : float
        Masses of the decaying and the final lepton [MeV].

    Returns
    -------
    Bispinors
        ``right`` is None unless wanted.
    """
    currents = settled(currents)
    rows, columns = settled(spinors(k, m_j)), settled(_muon_columns(r, currents, m_i))
    emitted = settled(_emitted_rows(k, r, currents, m_j))
    # gamma^mu P_L takes the left half of the column and the right half of the row; P_R the others
    left = _join(columns[0], rows[1], emitted[1], m_i)
    return Bispinors(left, _join(columns[1], rows[0], emitted[0], m_i) if right else None)


def bare_line(k: Any, right: bool, m_i: float, m_j: float) -> Bispinors:
    """Bispinors of the line without emission; see :func:`line`."""
    rows = spinors(k, m_j)
    halves = [m_i**0.5 * _EYE[:, :, :, None] * row[:, None, None, :, :] for row in (rows[1], rows[0])]
    return Bispinors(halves[0], halves[1] if right else None)


def density_matrix(amplitude: Any) -> Any:
    """(S_0, S_x, S_y, S_z), shape (4, points), of amplitudes (states, muon spin, points), summed over states."""
    xp = namespace(amplitude.real)
    axes = tuple(range(amplitude.ndim - 2))
    up, down = amplitude[..., 0, :], amplitude[..., 1, :]
    a, b = xp.sum(up.real**2 + up.imag**2, axis=axes), xp.sum(down.real**2 + down.imag**2, axis=axes)
    x = xp.sum(up.real * down.real + up.imag * down.imag, axis=axes)
    y = xp.sum(up.imag * down.real - up.real * down.imag, axis=axes)
    return xp.stack([0.5 * (a + b), x, y, 0.5 * (a - b)])


def contract(amplitude: Bispinors, q: Any, alp: LfvAlp | None, neutrinos: tuple[Any, Any] | None = None) -> Any:
    """Stokes components (4, points) at the heavy vertex of momentum ``q``: neutrino pair, two neutrinos, or ALP.

    Parameters
    ----------
    amplitude : Bispinors
        With all states of the final leptons first.
    q : array
        Momentum [MeV] of the heavy system, shape (4, points).
    alp : LfvAlp or None
        Couplings of the ALP, or None for neutrinos.
    neutrinos : tuple of arrays, optional
        Momenta [MeV] of nu_i and nubar_j, shape (4, points), of a pair that is not integrated: the squared amplitude
        then belongs to the phase space of both.

    Returns
    -------
    array
        Summed over the states.
    """
    amplitude = settled(amplitude)
    if neutrinos is not None:
        # J = ubar(nu_i) gamma P_L v(nubar_j); its contraction with the line by Fierz's identity, up to a sign
        left, _ = current(spinors(neutrinos[0], 0.0), antispinors(neutrinos[1], 0.0))
        spins = [settled(bar_of(left[i, j])) for i in (0, 1) for j in (0, 1)]
        squares = [density_matrix(_trace_product(spin, amplitude.left)) for spin in spins]
        return 12 * math.pi * PAIR_COUPLING * sum(squares[1:], start=squares[0])
    slash = sigma(q)
    along = _trace_product(bar_of(slash), amplitude.left)
    if alp is not None:
        c_L, c_R = (alp.C_V - alp.C_A) / (2 * alp.f_a), (alp.C_V + alp.C_A) / (2 * alp.f_a)
        return density_matrix(c_L * along + c_R * _trace_product(slash, amplitude.right))
    # L.L* = 2 [|tr left|^2 - sum |left|^2]
    trace = amplitude.left[..., 0, 0, :] + amplitude.left[..., 1, 1, :]
    entries = amplitude.left.axes("moveaxis", -4, -2)
    metric = 2 * (density_matrix(trace) - density_matrix(entries))
    return PAIR_COUPLING * (density_matrix(along) - minkowski(q, q) * metric)
