r"""Squared amplitudes as Stokes components, and the invariants that the closed forms take.

A squared amplitude is (S_0, S_x, S_y, S_z) on the last axis, |M|^2(P) = S_0 + P.S for the polarisation vector P of the
decaying lepton, in its rest frame. Formulas are for l^-; see :func:`conjugate` for l^+. The array functions of this
folder check nothing, so that they can be traced.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from darkfactory.backend import jax, namespace

__all__ = [
    "average",
    "components",
    "conjugate",
    "invisible",
    "one_emission",
    "product",
    "settle",
    "sum_pieces",
    "three_leptons",
    "total",
    "vector",
    "vectors",
]

Pieces = Mapping[str, Mapping[str, Any]]


def components(p: Any) -> tuple[Any, Any, Any, Any]:
    """Components (E, px, py, pz) of momenta given as an array (..., 4) or already as a tuple of four arrays."""
    if isinstance(p, tuple):
        return p[0], p[1], p[2], p[3]
    p = namespace(p).asarray(p)
    return p[..., 0], p[..., 1], p[..., 2], p[..., 3]


def product(a: Any, b: Any) -> Any:
    """Minkowski product of momenta given as tuples of components."""
    return a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3]


def total(*momenta: Any) -> tuple[Any, ...]:
    """Sum of momenta given as tuples of components."""
    return tuple(sum(axis[1:], start=axis[0]) for axis in zip(*momenta, strict=True))


def invisible(mass: float, *visible: Any) -> tuple[Any, ...]:
    """Momentum of what is not seen of a particle of ``mass`` at rest, as a tuple of components."""
    seen = total(*visible)
    return (mass - seen[0], -seen[1], -seen[2], -seen[3])


def settle(values: Sequence[Any]) -> list[Any]:
    """Arrays computed to the end before they are used: a border for XLA's fusion, nothing under NumPy.

    XLA fuses producers into every consumer and computes shared parts again for each; where many outputs share a long
    calculation (the components of S, the spins of a line) that costs factors in run time and minutes of compilation.
    A rounding to the same precision is an operation that it does not move.

    Parameters
    ----------
    values : sequence of array_like
        Real arrays of one shape, up to broadcasting.

    Returns
    -------
    list of arrays
        The same values, broadcast.
    """
    xp = namespace(*values)
    if xp is np:
        return list(values)
    return list(jax().lax.reduce_precision(xp.stack(xp.broadcast_arrays(*values)), 11, 52))


def one_emission(k: Any, r: Any, r2: Any = 0.0, *, m_i: float, m_j: float) -> dict[str, Any]:
    """Arguments of the closed forms of l_i -> l_j (emission) (heavy), in units of ``m_i``.

    Parameters
    ----------
    k, r : array_like
        Momenta [MeV] of the final lepton and of the emitted boson, shape (..., 4) or tuples of components.
    r2 : array_like
        Mass squared of the boson [MeV^2].
    m_i, m_j : float
        Masses of the decaying and the final lepton [MeV].

    Returns
    -------
    dict
        ``m, D, E, q2, r2, kr, kq, rq``.
    """
    k, r = components(k), components(r)
    q = invisible(m_i, k, r)
    scale = 1 / m_i**2
    kr, r2 = scale * product(k, r), scale * r2
    return {
        "m": m_j / m_i,
        "D": 1 / (r2 - (2 / m_i) * r[0]),
        "E": 1 / (r2 + 2 * kr),
        "q2": scale * product(q, q),
        "r2": r2,
        "kr": kr,
        "kq": scale * product(k, q),
        "rq": scale * product(r, q),
    }


def three_leptons(k1: Any, k2: Any, k3: Any, *, m_i: float, m_j: float, q2: Any = None) -> dict[str, Any]:
    """Arguments of the closed forms of l_i -> l_j(k1) l_j(k2) l_j-bar(k3) (heavy), in units of ``m_i``.

    Parameters
    ----------
    k1, k2, k3 : array_like
        Momenta [MeV] of the two leptons of the sign of l_i and of the third, shape (..., 4).
    m_i, m_j : float
        Masses of the decaying and the final leptons [MeV].
    q2 : array_like, optional
        Mass squared of the heavy system [MeV^2], if known better than from the momenta.

    Returns
    -------
    dict
        ``m, D1, D2, K1, K2, E, q2`` and the products ``k1k2, k1k3, k2k3, k1q, k2q, k3q``.
    """
    k1, k2, k3 = components(k1), components(k2), components(k3)
    q = invisible(m_i, k1, k2, k3)
    scale, m = 1 / m_i**2, m_j / m_i
    k1k2, k1k3, k2k3 = scale * product(k1, k2), scale * product(k1, k3), scale * product(k2, k3)
    pair1, pair2 = 2 * (m * m + k2k3), 2 * (m * m + k1k3)
    return {
        "m": m,
        "D1": 1 / (pair1 - (2 / m_i) * (k2[0] + k3[0])),
        "D2": 1 / (pair2 - (2 / m_i) * (k1[0] + k3[0])),
        "K1": 1 / pair1,
        "K2": 1 / pair2,
        "E": 1 / (2 * (m * m + k1k2 + k1k3 + k2k3)),
        "q2": scale * (product(q, q) if q2 is None else q2),
        "k1k2": k1k2,
        "k1k3": k1k3,
        "k2k3": k2k3,
        "k1q": scale * product(k1, q),
        "k2q": scale * product(k2, q),
        "k3q": scale * product(k3, q),
    }


def _spatial(components: Mapping[str, Any], momenta: Mapping[str, Any], zero: Any, m_i: float) -> list[Any]:
    """[S_0, S_x, S_y, S_z] from coefficients."""
    S = [zero, zero, zero]
    for name, p in momenta.items():
        if name in components:
            weight = components[name] / m_i
            S = [S[axis] + weight * p[axis + 1] for axis in range(3)]
    if "ct" in components:
        weight, k, r = components["ct"] / m_i**2, momenta["ck"], momenta["cr"]
        for axis, (i, j) in enumerate(((2, 3), (3, 1), (1, 2))):
            S[axis] = S[axis] + weight * (k[i] * r[j] - k[j] * r[i])
    return [zero + components.get("S0", 0.0), *S]


def vector(components: Mapping[str, Any], momenta: Mapping[str, Any], m_i: float) -> Any:
    """(S_0, S_x, S_y, S_z) of one piece of a closed form.

    Parameters
    ----------
    components : mapping
        Values by name: ``S0``, coefficients ``ck``, ``c1``, ... of momenta, and ``ct`` of k x r.
    momenta : mapping
        Momenta [MeV] by the names of their coefficients, as tuples of components.
    m_i : float
        Mass of the decaying lepton [MeV], the unit of the coefficients.

    Returns
    -------
    array
        Shape (..., 4).
    """
    return vectors([components], momenta, m_i)[..., 0, :]


def vectors(rows: Sequence[Mapping[str, Any]], momenta: Mapping[str, Any], m_i: float) -> Any:
    """Stokes components of several pieces, shape (..., N, 4); see :func:`vector`."""
    keys = [(n, name) for n, row in enumerate(rows) for name in row]
    settled = dict(zip(keys, settle([rows[n][name] for n, name in keys]), strict=True))
    zero = 0.0 * sum(p[0] for p in momenta.values())
    entries = []
    for n, row in enumerate(rows):
        entries += _spatial({name: settled[n, name] for name in row}, momenta, zero, m_i)
    xp = namespace(*entries)
    return xp.stack(entries, axis=-1).reshape((*xp.shape(zero), len(rows), 4))


def _value(monomial: str, couplings: Mapping[str, Any]) -> Any:
    value: Any = 1.0
    for name in monomial.split():
        value = value * couplings[name]
    return value


def sum_pieces(pieces: Pieces, couplings: Mapping[str, Any]) -> dict[str, Any]:
    """Components of a closed form for given couplings: the sum over its monomials.

    Parameters
    ----------
    pieces : mapping
        As a generated function returns them: monomial -> component -> value.
    couplings : mapping
        Values of the couplings by the names of the FORM source.

    Returns
    -------
    dict
        Component -> value.
    """
    total: dict[str, Any] = {}
    for monomial, components in pieces.items():
        weight = _value(monomial, couplings)
        for name, value in components.items():
            total[name] = total[name] + weight * value if name in total else weight * value
    return total


def conjugate(stokes: Any) -> Any:
    """Stokes components of l^+ from those of l^-: S -> -S. Exact while no propagator has a width.

    With widths a part of S normal to the momenta does not flip: evaluate at reflected momenta and CP-conjugate
    couplings instead, as :func:`darkfactory.amplitudes.lepton_line.three_leptons` does with ``charge=+1``.
    """
    xp = namespace(stokes)
    return stokes * xp.asarray([1.0, -1.0, -1.0, -1.0])


def average(stokes: Any, polarization: Any, charge: int = -1) -> Any:
    """|M|^2 for the polarisation vector ``polarization``: S_0 + P.S.

    Parameters
    ----------
    stokes : array_like
        Components for l^-, shape (..., 4).
    polarization : array_like
        Polarisation vector, length at most 1, shape (..., 3).
    charge : {-1, 1}
        Charge of l; +1 applies :func:`conjugate`.

    Returns
    -------
    array
        Shape (...).
    """
    xp = namespace(stokes, polarization)
    return stokes[..., 0] - charge * xp.sum(stokes[..., 1:] * xp.asarray(polarization), axis=-1)
