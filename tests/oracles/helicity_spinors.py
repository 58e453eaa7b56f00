"""Amplitudes of muon decay from explicit Dirac matrices and spinors in NumPy (chapter 01, sections 2 and 3.2).

The slow, independent second form of everything in ``darkfactory.amplitudes``: nothing here comes from the package, the
constants included. All functions take four-momenta (n, 4) or (4,) in the muon rest frame [MeV] and return Stokes
vectors (n, 4), (S_0, S_x, S_y, S_z), for mu- or (``charge=+1``, by v spinors, not by a sign rule) for mu+.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

M_MU = 105.6583755
M_E = 0.51099895
G_F = 1.1663788e-11
ALPHA = 1 / 137.035999
E_CHARGE = np.sqrt(4 * np.pi * ALPHA)
HBAR, TAU_MU = 6.582119569e-22, 2.1969811e-6

SIGMA = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
_ZERO, _ONE = np.zeros((2, 2)), np.eye(2)
GAMMA = np.array([np.block([[_ZERO, _ONE], [_ONE, _ZERO]])] + [np.block([[_ZERO, s], [-s, _ZERO]]) for s in SIGMA])
GAMMA5 = np.diag([-1.0, -1.0, 1.0, 1.0])
LEFT = (np.eye(4) - GAMMA5) / 2
METRIC = np.array([1.0, -1.0, -1.0, -1.0])
MUON_AT_REST = np.array([M_MU, 0.0, 0.0, 0.0])
_FLIP = np.array([[0.0, -1.0], [1.0, 0.0]])  # -i sigma_2: rest-frame spinors of antiparticles of spin up, down


def on_shell(momentum, mass):
    """Four-momenta of three-momenta."""
    momentum = np.asarray(momentum, dtype=float)
    energy = np.sqrt(np.sum(momentum**2, axis=-1) + mass**2)
    return np.concatenate([energy[..., None], momentum], axis=-1)


def dot(a, b):
    """Minkowski product (without conjugation)."""
    return np.sum(a * b * METRIC, axis=-1)


def slash(p):
    """p_mu gamma^mu of real or complex vectors."""
    p = np.asarray(p)
    result = np.zeros((*p.shape[:-1], 4, 4), dtype=complex)
    transverse, conjugate = p[..., 1] - 1j * p[..., 2], p[..., 1] + 1j * p[..., 2]
    result[..., 0, 2], result[..., 1, 3] = p[..., 0] - p[..., 3], p[..., 0] + p[..., 3]
    result[..., 0, 3], result[..., 1, 2] = -transverse, -conjugate
    result[..., 2, 0], result[..., 3, 1] = p[..., 0] + p[..., 3], p[..., 0] - p[..., 3]
    result[..., 2, 1], result[..., 3, 0] = transverse, conjugate
    return result


def _roots(p, mass):
    """sqrt(p.sigma), sqrt(p.sigmabar), shape (n, 2, 2)."""
    p = np.asarray(p, dtype=float)
    spin = np.einsum("...i,iab->...ab", p[..., 1:], SIGMA)
    size = (p[..., 0] + mass)[..., None, None]
    return (size * _ONE - spin) / np.sqrt(2 * size), (size * _ONE + spin) / np.sqrt(2 * size)


def u_spinors(p, mass):
    """u(p, s), shape (n, 4, 2), the last axis the spin in the rest frame along z."""
    left, right = _roots(p, mass)
    return np.concatenate([left, right], axis=-2)


def v_spinors(p, mass):
    """v(p, s) of the antiparticle with spin s, shape (n, 4, 2)."""
    left, right = _roots(p, mass)
    return np.concatenate([left, -right], axis=-2) @ _FLIP


def bar(spinors):
    """Dirac adjoint, shape (n, 2, 4)."""
    return np.conj(np.swapaxes(spinors, -1, -2)) @ GAMMA[0]


# heavy vertices


@dataclass(frozen=True)
class Weak:
    """V-A vertex to a pair of massless neutrinos, already integrated over their directions (3.1)."""


@dataclass(frozen=True)
class LfvAlp:
    """ALP with d_mu a / (2 f_a) [C_V ebar g^mu mu + C_A ebar g^mu g5 mu] + h.c., f_a in MeV."""

    C_V: complex = 1.0
    C_A: complex = 0.0
    f_a: float = 1e12


def heavy_vertex(heavy, momentum, charge):
    """Matrices of the heavy vertex, shape (n or 1, 4 or 1, 4, 4); its Dirac conjugate for mu+."""
    if isinstance(heavy, Weak):
        return (GAMMA @ LEFT)[None]
    vector, axial = complex(heavy.C_V), complex(heavy.C_A)
    if charge > 0:
        vector, axial = vector.conjugate(), axial.conjugate()
    return (slash(momentum) @ (vector * np.eye(4) + axial * GAMMA5) / (2 * heavy.f_a))[..., None, :, :]


def stokes(amplitude, heavy, momentum):
    """Stokes vector of amplitudes (n, E, H, s_e..., s_mu), contracted with the neutrino tensor if the vertex is V-A."""

    def density(a, b):
        flat = (a.shape[0], -1)
        return np.sum(a.reshape(flat) * np.conj(b.reshape(flat)), axis=1)

    def product(a, b):
        if not isinstance(heavy, Weak):
            return density(a, b)
        lower = (momentum * METRIC)[:, None, :].reshape(len(momentum), 1, 4, *[1] * (a.ndim - 3))
        along = density(np.sum(lower * a, axis=2), np.sum(lower * b, axis=2))
        squares = sum(METRIC[m] * density(a[:, :, m], b[:, :, m]) for m in range(4))
        return 8 * G_F**2 / (12 * np.pi) * (along - dot(momentum, momentum) * squares)

    up, down = amplitude[..., 0], amplitude[..., 1]
    uu, dd, ud = product(up, up).real, product(down, down).real, product(up, down)
    return np.stack([(uu + dd) / 2, ud.real, ud.imag, (uu - dd) / 2], axis=-1)


# emissions


@dataclass(frozen=True)
class Vector:
    """X_mu lbar g^mu (g_V + g_A g5) l; a photon has mass 0 and equal g_V."""

    mass: float
    g_V_e: float = 0.0
    g_A_e: float = 0.0
    g_V_mu: float = 0.0
    g_A_mu: float = 0.0
    width: float = 0.0

    def vertex(self, lepton, current):
        """Matrix of a lepton's vertex contracted with a current or a polarisation (n, ..., 4)."""
        g_V, g_A = (self.g_V_e, self.g_A_e) if lepton == "e" else (self.g_V_mu, self.g_A_mu)
        return slash(current) @ (g_V * np.eye(4) + g_A * GAMMA5)

    def vertices(self, q):
        """V_e and V_mu for every state of a real X, shape (n, states, 4, 4)."""
        states = polarisations(q, self.mass)
        return self.vertex("e", states), self.vertex("mu", states)

    def pair(self, k2, k3, resonant_only):
        """V_e, V_mu of X* -> e e, shape (n, 2, 2, 4, 4): the spins of the same-sign lepton and of the other."""
        return lambda left, right: self._pair(k2 + k3, left, right, resonant_only)

    def _pair(self, q, left, right, resonant_only):
        matrices = GAMMA @ (self.g_V_e * np.eye(4) + self.g_A_e * GAMMA5)
        current = np.einsum("...sa,mab,...bt->...stm", left, matrices, right)
        s = dot(q, q)
        if self.mass > 0:
            q_ = q[..., None, None, :]
            current = current - q_ * dot(q_, current)[..., None] / self.mass**2
        bottom = 1.0 if resonant_only else (s - self.mass**2 + 1j * self.mass * self.width)[..., None, None, None]
        current = current / bottom
        return self.vertex("e", current), self.vertex("mu", current)


@dataclass(frozen=True)
class Scalar:
    """phi lbar (g_S + i g_P g5) l."""

    mass: float
    g_S_e: float = 0.0
    g_P_e: float = 0.0
    g_S_mu: float = 0.0
    g_P_mu: float = 0.0
    width: float = 0.0

    def vertex(self, lepton):
        """Matrix of a lepton's vertex."""
        g_S, g_P = (self.g_S_e, self.g_P_e) if lepton == "e" else (self.g_S_mu, self.g_P_mu)
        return g_S * np.eye(4) + 1j * g_P * GAMMA5

    def vertices(self, q):
        """V_e and V_mu, shape (1, 1, 4, 4)."""
        return self.vertex("e")[None, None], self.vertex("mu")[None, None]

    def pair(self, k2, k3, resonant_only):
        """As for :class:`Vector`; the minus is that of the scalar against the vector propagator."""

        def build(left, right):
            q = k2 + k3
            bottom = 1.0 if resonant_only else dot(q, q) - self.mass**2 + 1j * self.mass * self.width
            current = -np.einsum("...sa,ab,...bt->...st", left, self.vertex("e"), right)
            current = current[..., None, None] / np.asarray(bottom)[..., None, None, None, None]
            return current * self.vertex("e"), current * self.vertex("mu")

        return build


@dataclass(frozen=True)
class DerivativeAlp:
    """d_mu a / (2 f_a) sum_l C_l lbar g^mu g5 l, f_a in MeV."""

    mass: float
    C_e: float = 0.0
    C_mu: float = 0.0
    f_a: float = 1e3

    def vertices(self, q):
        """V_e and V_mu, shape (n, 1, 4, 4)."""
        common = slash(q)[..., None, :, :] @ GAMMA5 / (2 * self.f_a)
        return self.C_e * common, self.C_mu * common


def photon(charge=E_CHARGE):
    """The photon, coupled with ``charge``."""
    return Vector(0.0, g_V_e=charge, g_V_mu=charge)


PHOTON = photon()


def polarisations(q, mass):
    """Real transverse polarisations, and the longitudinal one of a massive vector, shape (n, 2 or 3, 4)."""
    space = q[..., 1:]
    size = np.sqrt(np.sum(space**2, axis=-1, keepdims=True))
    unit = space / size
    helper = np.where(np.abs(unit[..., 2:3]) < 0.9, np.array([0.0, 0.0, 1.0]), np.array([1.0, 0.0, 0.0]))
    first = np.cross(unit, helper)
    first /= np.sqrt(np.sum(first**2, axis=-1, keepdims=True))
    second = np.cross(unit, first)
    states = [np.concatenate([np.zeros_like(size), e], axis=-1) for e in (first, second)]
    if mass > 0:
        states.append(np.concatenate([size, q[..., :1] * unit], axis=-1) / mass)
    return np.stack(states, axis=-2)


# the line


def _propagator(p, mass, sign=1):
    return (sign * slash(p) + mass * np.eye(4)) / (dot(p, p) - mass**2)[..., None, None]


def line(p, k, q, v_e, v_mu, gamma, charge):
    """Amplitude (n, E, H, s_e, s_mu) with one emission of momentum q: E states of it, H components of the vertex."""
    if charge < 0:
        electron, muon = bar(u_spinors(k, M_E)), u_spinors(p, M_MU)
        row = electron[:, None] @ v_e @ _propagator(k + q, M_E)[:, None]
        column = _propagator(p - q, M_MU)[:, None] @ v_mu @ muon[..., None, :, :]
        first = row[:, :, None] @ (gamma @ muon[..., None, :, :])[:, None]
        second = (electron[:, None] @ gamma)[:, None] @ column[:, :, None]
        return first + second
    electron, muon = v_spinors(k, M_E), bar(v_spinors(p, M_MU))
    column = _propagator(k + q, M_E, -1)[:, None] @ v_e @ electron[:, None]
    row = muon[..., None, :, :] @ v_mu @ _propagator(p - q, M_MU, -1)[:, None]
    first = (muon[..., None, :, :] @ gamma)[:, None] @ column[:, :, None]
    second = row[:, :, None] @ (gamma @ electron[:, None])[:, None]
    return np.swapaxes(first + second, -1, -2)


def _batch(*momenta):
    momenta = [np.atleast_2d(np.asarray(p, dtype=float)) for p in momenta]
    n = max(len(p) for p in momenta)
    return [np.broadcast_to(p, (n, 4)) for p in momenta]


def stokes_tree(heavy, k, *, charge=-1, p=MUON_AT_REST):
    """Mu -> e + heavy."""
    p, k = _batch(p, k)
    gamma = heavy_vertex(heavy, p - k, charge)
    if charge < 0:
        amplitude = bar(u_spinors(k, M_E))[:, None] @ gamma @ u_spinors(p, M_MU)[:, None]
    else:
        amplitude = np.swapaxes(bar(v_spinors(p, M_MU))[:, None] @ gamma @ v_spinors(k, M_E)[:, None], -1, -2)
    return stokes(amplitude[:, None], heavy, p - k)


def stokes_emission(heavy, k, q, emission, *, charge=-1, p=MUON_AT_REST, vertices=None):
    """Mu -> e + heavy + X for a real X; ``vertices`` replaces its V_e, V_mu."""
    p, k, q = _batch(p, k, q)
    v_e, v_mu = emission.vertices(q) if vertices is None else vertices
    gamma = heavy_vertex(heavy, p - k - q, charge)
    return stokes(line(p, k, q, v_e, v_mu, gamma, charge), heavy, p - k - q)


def _pair_line(heavy, p, k1, k2, k3, mediators, charge, resonant_only, heavy_momentum):
    """Amplitude (n, 1, H, s_1, s_2, s_3, s_mu)."""
    if charge < 0:
        left, right = bar(u_spinors(k2, M_E)), v_spinors(k3, M_E)
    else:
        left, right = bar(u_spinors(k3, M_E)), v_spinors(k2, M_E)
    v_e = v_mu = 0
    for mediator in mediators:
        one_e, one_mu = mediator.pair(k2, k3, resonant_only)(left, right)
        v_e, v_mu = v_e + one_e, v_mu + one_mu
    n = len(k1)
    shape = (n, 4, 4, 4)
    gamma = heavy_vertex(heavy, heavy_momentum, charge)
    amplitude = line(p, k1, k2 + k3, v_e.reshape(shape), v_mu.reshape(shape), gamma, charge)
    amplitude = amplitude.reshape(n, 2, 2, *amplitude.shape[2:])  # left spin, right spin, H, s_1, s_mu
    if charge > 0:
        amplitude = np.swapaxes(amplitude, 1, 2)  # left is k3 there
    return np.transpose(amplitude, (0, 3, 4, 1, 2, 5))[:, None]


def stokes_three(
    heavy, k1, k2, k3, mediators=(PHOTON,), *, exchange=True, charge=-1, p=MUON_AT_REST, resonant_only=False
):
    """Mu -> e e e + heavy; k3 is the lepton of opposite sign. ``resonant_only``: propagator denominators are 1."""
    p, k1, k2, k3 = _batch(p, k1, k2, k3)
    rest = p - k1 - k2 - k3
    amplitude = _pair_line(heavy, p, k1, k2, k3, mediators, charge, resonant_only, rest)
    if exchange:
        swapped = _pair_line(heavy, p, k2, k1, k3, mediators, charge, resonant_only, rest)
        amplitude = amplitude - np.swapaxes(swapped, 3, 4)
    return stokes(amplitude, heavy, rest)


def stokes_resonance(alp, k1, k2, k3, scalar, *, exchange=True, charge=-1, p=MUON_AT_REST, resonant_only=False):
    """Mu -> e a*, a* -> e e: the ALP's flavor-violating vertex, its diagonal ones in ``scalar`` (mass, width, g_e)."""
    p, k1, k2, k3 = _batch(p, k1, k2, k3)

    def one(k, k_pair):
        q = k_pair + k3
        gamma = heavy_vertex(alp, q, charge)[:, 0]
        if charge < 0:
            first = bar(u_spinors(k, M_E)) @ gamma @ u_spinors(p, M_MU)
            pair = bar(u_spinors(k_pair, M_E)) @ scalar.vertex("e") @ v_spinors(k3, M_E)
        else:
            first = np.swapaxes(bar(v_spinors(p, M_MU)) @ gamma @ v_spinors(k, M_E), -1, -2)
            pair = np.swapaxes(bar(u_spinors(k3, M_E)) @ scalar.vertex("e") @ v_spinors(k_pair, M_E), -1, -2)
        bottom = 1.0 if resonant_only else dot(q, q) - scalar.mass**2 + 1j * scalar.mass * scalar.width
        product = np.einsum("nis,njt->nijts", first, pair)
        return product / np.asarray(bottom)[..., None, None, None, None]

    amplitude = one(k1, k2)
    if exchange:
        amplitude = amplitude - np.swapaxes(one(k2, k1), 1, 2)
    return stokes(amplitude[:, None, None], alp, k1)


# widths of X -> e e and two-body rates


def width_to_electrons(mediator, mass_e=M_E):
    """Width [MeV] of a vector or scalar to e e."""
    m = mediator.mass
    if m <= 2 * mass_e:
        return 0.0
    beta2 = 1 - 4 * mass_e**2 / m**2
    if isinstance(mediator, Vector):
        vector, axial = mediator.g_V_e**2, mediator.g_A_e**2
        return m * np.sqrt(beta2) / (12 * np.pi) * (vector * (1 + 2 * mass_e**2 / m**2) + axial * beta2)
    return m * np.sqrt(beta2) / (8 * np.pi) * (mediator.g_S_e**2 * beta2 + mediator.g_P_e**2)


def tree_width(mass_ratio_squared=(M_E / M_MU) ** 2):
    """Gamma_0 f(mu^2) [MeV]."""
    t = mass_ratio_squared
    return G_F**2 * M_MU**5 / (192 * np.pi**3) * (1 - 8 * t + 8 * t**3 - t**4 - 12 * t**2 * np.log(t))
