"""Explicit massless neutrinos in the charge-changing (unFierzed) order, against the tensor of chapter 01, 3.1.

|M|^2 with [nubar_mu g_a P_L mu][ebar g^a P_L nu_e] is evaluated for every spin and integrated over the directions of
the neutrinos in their rest frame. It is a polynomial of degree 2 in that direction, so that a product rule of
Gauss-Legendre and equidistant points is exact.
"""

from __future__ import annotations

import numpy as np

from oracles.helicity_spinors import (
    G_F,
    GAMMA,
    LEFT,
    M_E,
    M_MU,
    METRIC,
    MUON_AT_REST,
    PHOTON,
    bar,
    dot,
    slash,
    u_spinors,
    v_spinors,
)

_CURRENT = GAMMA @ LEFT


def boost(p, frame):
    """Vectors ``p`` given in the rest frame of ``frame``, in the frame where ``frame`` is given."""
    mass = np.sqrt(np.maximum(dot(frame, frame), 0.0))
    beta_p = np.sum(frame[..., 1:] * p[..., 1:], axis=-1)
    energy = (frame[..., 0] * p[..., 0] + beta_p) / mass
    space = p[..., 1:] + frame[..., 1:] * ((p[..., 0] + energy) / (frame[..., 0] + mass))[..., None]
    return np.concatenate([energy[..., None], space], axis=-1)


def _propagator(p, mass):
    return (slash(p) + mass * np.eye(4)) / (dot(p, p) - mass**2)[..., None, None]


def amplitude(p, k, q, v_e, v_mu, neutrino, antineutrino):
    """Amplitude (n, E, s_nu, s_e, s_nubar, s_mu) of mu-(p) -> e-(k) nu_mu nubar_e + emission; q None: none.

    Massless neutrinos have one helicity each; the other spinors vanish under P_L and are summed over with the rest.
    """
    muon, electron = u_spinors(p, M_MU)[:, None], bar(u_spinors(k, M_E))[:, None]
    out = bar(u_spinors(neutrino, 0.0))[:, None]
    anti = v_spinors(antineutrino, 0.0)[:, None]
    coupling = 4 * G_F / np.sqrt(2)
    muon_0 = np.einsum("neis,mst,netj->nmeij", out, _CURRENT, muon)  # e: axis of the emission, length 1
    electron_0 = np.einsum("neis,mst,netj->nmeij", electron, _CURRENT, anti)
    if q is None:
        pieces = [(muon_0, electron_0)]
    else:
        muon_1 = _propagator(p - q, M_MU)[:, None] @ v_mu @ muon
        electron_1 = electron @ v_e @ _propagator(k + q, M_E)[:, None]
        pieces = [
            (muon_0, np.einsum("neis,mst,netj->nmeij", electron_1, _CURRENT, anti)),
            (np.einsum("neis,mst,netj->nmeij", out, _CURRENT, muon_1), electron_0),
        ]
    total = 0
    for left, right in pieces:
        left, right = np.broadcast_arrays(left, right)
        total = total + np.einsum("m,nmeac,nmebd->neabdc", METRIC, left, right)
    return coupling * total


def density(amplitudes):
    """Stokes vectors (n, 4) of amplitudes (n, ..., s_mu)."""
    n = len(amplitudes)
    up, down = amplitudes[..., 0].reshape(n, -1), amplitudes[..., 1].reshape(n, -1)
    uu, dd = np.sum(np.abs(up) ** 2, axis=1), np.sum(np.abs(down) ** 2, axis=1)
    ud = np.sum(up * np.conj(down), axis=1)
    return np.stack([(uu + dd) / 2, ud.real, ud.imag, (uu - dd) / 2], axis=-1)


def directions():
    """Unit vectors and weights (sum 1) of a rule exact for polynomials of degree 3 on the sphere."""
    z, w = np.polynomial.legendre.leggauss(3)
    phi = 2 * np.pi * (np.arange(6) + 0.3) / 6
    z, phi = np.repeat(z, 6), np.tile(phi, 3)
    sine = np.sqrt(1 - z**2)
    return np.stack([sine * np.cos(phi), sine * np.sin(phi), z], axis=-1), np.repeat(w / 2, 6) / 6


def neutrinos(Q, unit):
    """Momenta of nu_mu and nubar_e along ``unit`` in the rest frame of Q."""
    half = np.sqrt(dot(Q, Q)) / 2
    first = np.concatenate([half[:, None], half[:, None] * unit], axis=-1)
    second = np.concatenate([half[:, None], -half[:, None] * unit], axis=-1)
    return boost(first, Q), boost(second, Q)


def integrated(p, k, others, q, v_e, v_mu, exchange=None):
    """Stokes vectors integrated over the phase space of the neutrinos, dPhi_2 = 1/(8 pi) x mean over directions.

    ``others`` is the sum of the momenta besides k; ``exchange`` a second (k, q, v_e, v_mu, transpose) to subtract.
    """
    Q = p - k - others
    total = 0
    for unit, weight in zip(*directions(), strict=True):
        first, second = neutrinos(Q, np.broadcast_to(unit, (len(Q), 3)))
        value = amplitude(p, k, q, v_e, v_mu, first, second)
        if exchange is not None:
            k_, q_, e_, mu_, swap = exchange
            value = value - swap(amplitude(p, k_, q_, e_, mu_, first, second))
        total = total + weight / (8 * np.pi) * density(value)
    return total


def stokes_tree(k):
    """Michel decay of mu-."""
    k = np.atleast_2d(k)
    p = np.broadcast_to(MUON_AT_REST, k.shape)
    return integrated(p, k, 0 * k, None, None, None)


def stokes_emission(k, q, emission):
    """Mu- -> e- nu nu X."""
    k, q = np.atleast_2d(k), np.atleast_2d(q)
    p = np.broadcast_to(MUON_AT_REST, k.shape)
    v_e, v_mu = emission.vertices(q)
    return integrated(p, k, q, q, v_e, v_mu)


def pair_vertices(k2, k3, mediators):
    """V_e, V_mu of a virtual pair, spins (s_2, s_3) flattened."""
    left, right = bar(u_spinors(k2, M_E)), v_spinors(k3, M_E)
    parts = [mediator.pair(k2, k3, False)(left, right) for mediator in mediators]
    return tuple(sum(part[i] for part in parts).reshape(len(k2), 4, 4, 4) for i in (0, 1))


def _swap(value):
    """Exchange the spins of the two same-sign leptons in (n, (s_2, s_3), nu, s_1, nubar, s_mu)."""
    n = len(value)
    shaped = value.reshape(n, 2, 2, 2, 2, 2, 2)  # n, s_2, s_3, nu, s_1, nubar, s_mu
    return np.swapaxes(shaped, 1, 4).reshape(value.shape)


def stokes_three(k1, k2, k3, mediators=(PHOTON,), *, exchange=True):
    """Mu- -> e- e- e+ nu nu."""
    k1, k2, k3 = (np.atleast_2d(k) for k in (k1, k2, k3))
    p = np.broadcast_to(MUON_AT_REST, k1.shape)
    v_e, v_mu = pair_vertices(k2, k3, mediators)
    swapped = (k2, k1 + k3, *pair_vertices(k1, k3, mediators), _swap) if exchange else None
    return integrated(p, k1, k2 + k3, k2 + k3, v_e, v_mu, swapped)


def squared_three_explicit(k1, k2, k3, neutrino, antineutrino, mediators=(PHOTON,), *, exchange=True):
    """S_0 and S of mu- -> e- e- e+ nu_mu nubar_e at given neutrinos, for five-body Monte Carlo."""
    p = np.broadcast_to(MUON_AT_REST, k1.shape)
    value = amplitude(p, k1, k2 + k3, *pair_vertices(k2, k3, mediators), neutrino, antineutrino)
    if exchange:
        second = amplitude(p, k2, k1 + k3, *pair_vertices(k1, k3, mediators), neutrino, antineutrino)
        value = value - _swap(second)
    return density(value)


def squared_emission_explicit(k, q, emission, neutrino, antineutrino):
    """S_0 and S of mu- -> e- nu_mu nubar_e X at given neutrinos."""
    p = np.broadcast_to(MUON_AT_REST, k.shape)
    return density(amplitude(p, k, q, *emission.vertices(q), neutrino, antineutrino))
