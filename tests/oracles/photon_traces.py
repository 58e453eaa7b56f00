"""Numeric 4x4 Dirac traces of mu -> e a gamma and mu -> e nu nu gamma at one kinematic point, m_mu = 1, charge e = 1.

Nothing here imports ``darkfactory``. The spin s of a mu^- is a unit vector along which the muon is polarised.
"""

import math

import numpy as np

MASS_RATIO = 0.51099895 / 105.6583755
R = MASS_RATIO**2
METRIC = np.diag([1.0, -1.0, -1.0, -1.0])
_ZERO, _ONE = np.zeros((2, 2)), np.eye(2)
_SIGMA = [np.array(s, dtype=complex) for s in ([[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]])]
GAMMA = [np.block([[_ONE, _ZERO], [_ZERO, -_ONE]]).astype(complex)]
GAMMA += [np.block([[_ZERO, s], [-s, _ZERO]]) for s in _SIGMA]
GAMMA5 = 1j * GAMMA[0] @ GAMMA[1] @ GAMMA[2] @ GAMMA[3]
LEFT = (np.eye(4) - GAMMA5) / 2


def slash(p):
    return sum(METRIC[i, i] * p[i] * GAMMA[i] for i in range(4))


def bar(matrix):
    return GAMMA[0] @ matrix.conj().T @ GAMMA[0]


def minkowski(p, q):
    return float(np.asarray(p) @ METRIC @ np.asarray(q))


def momenta(x, y, cosine, m_e=MASS_RATIO):
    """Muon at rest, electron along z, photon in the x-z plane at ``cosine``."""
    p_e = math.sqrt((x / 2) ** 2 - m_e**2)
    sine = math.sqrt(max(1 - cosine**2, 0))
    muon = np.array([1.0, 0, 0, 0])
    electron = np.array([x / 2, 0, 0, p_e])
    photon = y / 2 * np.array([1.0, sine, 0, cosine])
    return muon, electron, photon


def emission(vertex, muon, electron, photon, m_e):
    """The four matrices that stand between ubar_e and u_mu with one photon off the line, one per Lorentz index."""
    inner = (slash(electron + photon) + m_e * np.eye(4)) / (2 * minkowski(electron, photon))
    outer = (slash(muon - photon) + np.eye(4)) / (-2 * minkowski(muon, photon))
    return [GAMMA[i] @ inner @ vertex + vertex @ outer @ GAMMA[i] for i in range(4)]


def muon_projector(muon, spin):
    four = np.array([0.0, *spin])
    return (slash(muon) + np.eye(4)) @ (np.eye(4) + GAMMA5 @ slash(four)) / 2


def alp_density(x, y, cosine, C_V, C_A, spin=(0, 0, 0), derivative=True, m_e=MASS_RATIO):
    """U of mu^- -> e^- a gamma: |M|^2 F^2 / (e^2 m_mu^2), final spins and polarisations summed."""
    muon, electron, photon = momenta(x, y, cosine, m_e)
    if derivative:
        vertex = slash(muon - electron - photon) @ (C_V * np.eye(4) + C_A * GAMMA5) / 2
    else:
        vertex = (C_V * (1 - m_e) * np.eye(4) - C_A * (1 + m_e) * GAMMA5) / 2
    lines = emission(vertex, muon, electron, photon, m_e)
    left, right = slash(electron) + m_e * np.eye(4), muon_projector(muon, spin)
    total = sum(-METRIC[i, i] * np.trace(left @ lines[i] @ right @ bar(lines[i])) for i in range(4))
    # F = 2 f_a / sqrt(|C_V|^2 + |C_A|^2), with f_a = 1 above
    return float(total.real) * 4 / (abs(C_V) ** 2 + abs(C_A) ** 2)


def radiative_density(x, y, cosine, spin=(0, 0, 0), m_e=MASS_RATIO):
    """W of mu^- -> e^- nu nu gamma: neutrinos integrated to Q_a Q_b - Q^2 g_ab, final spins summed."""
    muon, electron, photon = momenta(x, y, cosine, m_e)
    Q = muon - electron - photon
    lower = METRIC @ Q
    tensor = np.outer(lower, lower) - minkowski(Q, Q) * METRIC
    left, right = slash(electron) + m_e * np.eye(4), muon_projector(muon, spin)
    lines = [emission(GAMMA[a] @ LEFT, muon, electron, photon, m_e) for a in range(4)]
    total = 0.0
    for a in range(4):
        for b in range(4):
            for i in range(4):
                trace = np.trace(left @ lines[a][i] @ right @ bar(lines[b][i]))
                total += -METRIC[i, i] * tensor[a, b] * trace.real
    return float(total)
