"""Densities and sums of the slice method of chapter 04, section 3.7: events at fixed m_ee or missing mass squared."""

from __future__ import annotations

import numpy as np

from oracles import mu3e_amplitudes as amp
from oracles.mu3e_amplitudes import ALPHA, GAMMA_MU, M_E, M_MU
from oracles.mu3e_phase_space import production

CHIRALITIES = {"V-A": (1.0, -1.0), "V+A": (1.0, 1.0), "V": (1.0, 0.0), "A": (0.0, 1.0)}


# densities: (S_0, S_x, S_y, S_z) of dBR per unit weight


def resonance_signal(events, m_x, model):
    """Narrow-width density; "vector" per eps^2, spin 0 a list of pieces (g_ee^2, g_mumu^2, g_ee g_mumu)."""
    if model == "vector":
        stokes = amp.chunked(amp.vector_stokes, *events.tracks, events.q2)
        return stokes / (2 * M_MU * GAMMA_MU * 2 * m_x * amp.width_to_electrons("vector", m_x))
    k = events.p2 + events.p3
    pieces = amp.chunked(lambda p, k, q2: amp.spin0_stokes(p, k, q2, model), events.p1, k, events.q2)
    beta = np.sqrt(1 - 4 * M_E**2 / m_x**2)  # the two-body factor of the isotropic decay is in the weight
    return [piece * 8 * np.pi / beta / (2 * M_MU * GAMMA_MU) for piece in pieces]


def background_in_mass(events, m_x):
    """dBR_SM/dm_ee density, both combinations counted."""
    stokes = amp.chunked(amp.sm_stokes, *events.tracks, events.q2)
    return 2 * m_x / (2 * np.pi) * stokes / (2 * M_MU * GAMMA_MU)


def alp_signal(events, chiralities=tuple(CHIRALITIES), scale=1e3):
    """BR x F^2 densities of 3ea [``scale`` MeV]^2, one per chirality."""
    couplings = [CHIRALITIES[name] for name in chiralities]
    f_a = 1e12
    stokes = amp.chunked(lambda *p: amp.lfv_stokes(*p, couplings, f_a), *events.tracks)
    sizes = [(2 * f_a / scale) ** 2 / (v * v + a * a) for v, a in couplings]
    return [s * size / (2 * M_MU * GAMMA_MU) for s, size in zip(stokes, sizes, strict=True)]


def sm_rate(events, exchange=True):
    """SM dBR density, for free Q^2."""
    stokes = amp.chunked(lambda *a: amp.sm_stokes(*a, exchange=exchange), *events.tracks, events.q2)
    return stokes / (2 * M_MU * GAMMA_MU)


def background_in_missing_mass(events):
    """dBR_SM/dQ^2 density on a slice of Q^2."""
    return sm_rate(events) / (2 * np.pi)


# sums and gains


def cosine(a, b):
    """Cosine of the angle of two momenta."""
    return np.sum(a[1:] * b[1:], axis=0) / np.sqrt(np.sum(a[1:] ** 2, axis=0) * np.sum(b[1:] ** 2, axis=0))


def angles(events):
    """c13 and c12: electron and positron of the pair to the other positron."""
    return cosine(events.p1, events.p3), cosine(events.p1, events.p2)


def _bins(values, number):
    return np.clip(((values + 1) / 2 * number).astype(int), 0, number - 1)


def binned_gain(index, signal, background):
    """R = sqrt(sum_k S_k^2/b_k b) / S, empty-background bins dropped."""
    s, b = np.bincount(index, signal), np.bincount(index, background)
    keep = b > 0
    return float(np.sqrt(np.sum(s[keep] ** 2 / b[keep]) * b.sum()) / s.sum())


def gain(events, signal, background, option, cut=None, bins=15):
    """R of options none, cut, 1d, 2d, lr; signal and background are densities of the events (S_0)."""
    ws, wb = events.weight * signal, events.weight * background
    if option == "none":
        return 1.0
    if option == "lr":
        return float(np.sqrt(np.sum(ws * signal / background) * wb.sum()) / ws.sum())
    c13, c12 = angles(events)
    if option == "cut":
        keep = c13 < cut
        return float(ws[keep].sum() / ws.sum() / np.sqrt(wb[keep].sum() / wb.sum()))
    index = _bins(c13, bins)
    if option == "2d":
        index = index * bins + _bins(c12, bins)
    return binned_gain(index, ws, wb)


def polarised(stokes, degree):
    """Density for a spin along -z with a degree."""
    return stokes[0] - degree * stokes[3]


def polarisation_gain(events, signal, background, degree, bins=20):
    """R with bins of cos(p1 + p2 + p3, spin axis), and R of the likelihood; Stokes densities."""
    total = events.p1 + events.p2 + events.p3
    along = total[3] / np.sqrt(np.sum(total[1:] ** 2, axis=0))
    s, b = polarised(signal, degree), polarised(background, degree)
    binned = binned_gain(_bins(along, bins), events.weight * s, events.weight * b)
    return binned, gain(events, s, b, "lr")


# totals by quadrature


def _total_points(m_x, nodes):
    t, w = np.polynomial.legendre.leggauss(nodes)
    t, w = (t + 1) / 2, w / 2
    grid = np.array(np.meshgrid(t, t, t, indexing="ij")).reshape(3, -1)
    return production(m_x, grid, np.einsum("i,j,k->ijk", w, w, w).ravel())


def total_production(m_x, model, nodes=24):
    """Uncut BR at BR(X -> ee) = 1: a number per eps^2 for "vector", three pieces for spin 0."""
    if m_x >= M_MU - M_E:
        return 0.0 if model == "vector" else [0.0, 0.0, 0.0]
    p1, k, q2, weight = _total_points(m_x, nodes)
    weight = weight / (2 * M_MU * GAMMA_MU)
    if model == "vector":
        return float(np.sum(weight * amp.polarised_vector_stokes(p1, k, q2)[0]))
    return [float(np.sum(weight * piece[0])) for piece in amp.spin0_stokes(p1, k, q2, model)]


def spectrum_via_electron(m_x, nodes=24):
    """|p| of X and weights of the uncut spectrum of a pseudoscalar with g_mumu = 0."""
    p1, k, q2, weight = _total_points(m_x, nodes)
    return np.sqrt(np.sum(k[1:] ** 2, axis=0)), weight * amp.spin0_stokes(p1, k, q2, "pseudoscalar")[0][0]


def direct_conversion(mass_nodes=24, nodes=24):
    """BR of mu -> 3e 2nu without exchange: int ds/s alpha/(3 pi) (1 + 2 m^2/s) beta BR(mu -> e nu nu V)."""
    t, w = np.polynomial.legendre.leggauss(mass_nodes)
    t, w = (t + 1) / 2, w / 2
    t, w = t * t * (3 - 2 * t), w * 6 * t * (1 - t)
    logarithm = np.log((M_MU - M_E) ** 2 / (4 * M_E**2))
    s = 4 * M_E**2 * np.exp(logarithm * t)
    kernel = ALPHA / (3 * np.pi) * (1 + 2 * M_E**2 / s) * np.sqrt(1 - 4 * M_E**2 / s)
    return logarithm * sum(
        a * b * total_production(np.sqrt(c), "vector", nodes) for a, b, c in zip(w, kernel, s, strict=True)
    )
