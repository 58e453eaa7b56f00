r"""Explicit 4x4 Dirac algebra: l_i -> l_j a and the polarised Michel spectrum.

Dirac representation, metric (+,-,-,-), spinors obtained by applying (pslash + m) to rest spinors, antiparticle
spinors by charge conjugation, so that "spin" is always the physical spin of the particle or antiparticle.
All angles are measured from the *spin* of the parent; chapter 03 uses c = -cos_spin for a surface mu+.
"""

import math

import numpy as np

from oracles.inputs import (
    CHIRALITY,
    ELECTRON_MASS_MEV,
    FERMI_CONSTANT_MEV2,
    HBAR_MEV_S,
    LIFETIME_S,
    MASS_MEV,
    MUON_MASS_MEV,
)

SIGMA = [np.array(s, dtype=complex) for s in ([[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]])]
ZERO, ONE = np.zeros((2, 2)), np.eye(2)
GAMMA = [np.block([[ONE, ZERO], [ZERO, -ONE]]).astype(complex)]
GAMMA += [np.block([[ZERO, s], [-s, ZERO]]) for s in SIGMA]
GAMMA5 = 1j * GAMMA[0] @ GAMMA[1] @ GAMMA[2] @ GAMMA[3]
LEFT = (np.eye(4) - GAMMA5) / 2.0
METRIC = np.array([1.0, -1.0, -1.0, -1.0])


def slash(momentum):
    """gamma^mu p_mu for a four-vector (E, px, py, pz)."""
    return sum(METRIC[mu] * momentum[mu] * GAMMA[mu] for mu in range(4))


def u_spinor(momentum, mass, spin_up):
    """u(p, s), spin along +z (``spin_up``) or -z in the rest frame; ubar u = 2 m."""
    chi = np.array([1, 0, 0, 0] if spin_up else [0, 1, 0, 0], dtype=complex)
    return (slash(momentum) + mass * np.eye(4)) @ chi / math.sqrt(momentum[0] + mass)


def v_spinor(momentum, mass, spin_up):
    """v(p, s) = i gamma^2 u(p, s)^*: the antiparticle of physical spin s."""
    return 1j * GAMMA[2] @ u_spinor(momentum, mass, spin_up).conj()


def bar(spinor):
    """Dirac adjoint of a spinor."""
    return spinor.conj() @ GAMMA[0]


def bar_matrix(matrix):
    """gamma^0 M^dagger gamma^0."""
    return GAMMA[0] @ matrix.conj().T @ GAMMA[0]


def two_body_momentum(parent_mass, daughter_mass, alp_mass):
    """Momentum of the daughter in the parent rest frame [MeV]; 0 when closed."""
    if alp_mass >= parent_mass - daughter_mass:
        return 0.0
    energy = (parent_mass**2 + daughter_mass**2 - alp_mass**2) / (2.0 * parent_mass)
    return math.sqrt(energy**2 - daughter_mass**2)


def squared_amplitude(
    cos_spin, *, c_v, c_a, f_a_mev, parent_mass, daughter_mass, alp_mass, polarization=1.0, charge=-1
):
    """|M|^2 of l_i -> l_j a, daughter spins summed, parent polarised by ``polarization`` along +z."""
    p = two_body_momentum(parent_mass, daughter_mass, alp_mass)
    sin = math.sqrt(max(0.0, 1.0 - cos_spin**2))
    parent = np.array([parent_mass, 0.0, 0.0, 0.0])
    daughter = np.array([math.sqrt(p * p + daughter_mass**2), p * sin, 0.0, p * cos_spin])
    vertex = slash(parent - daughter) @ (c_v * np.eye(4) + c_a * GAMMA5) / (2.0 * f_a_mev)
    total = 0.0
    for parent_up in (True, False):
        weight = (1.0 + polarization) / 2.0 if parent_up else (1.0 - polarization) / 2.0
        for daughter_up in (True, False):
            if charge < 0:
                amplitude = (
                    bar(u_spinor(daughter, daughter_mass, daughter_up))
                    @ vertex
                    @ u_spinor(parent, parent_mass, parent_up)
                )
            else:  # the h.c. term: parent antilepton in, daughter antilepton out
                amplitude = (
                    bar(v_spinor(parent, parent_mass, parent_up))
                    @ bar_matrix(vertex)
                    @ v_spinor(daughter, daughter_mass, daughter_up)
                )
            total += weight * abs(amplitude) ** 2
    return total


def _masses(parent, daughter):
    return {"parent_mass": MASS_MEV.get(parent, parent), "daughter_mass": MASS_MEV.get(daughter, daughter)}


def differential_width(
    cos_spin, *, c_v, c_a, f_a_mev, parent="mu", daughter="e", alp_mass=0.0, polarization=1.0, charge=-1
):
    """dGamma/dcos_spin [MeV]; ``parent``/``daughter`` are names or masses in MeV."""
    masses = _masses(parent, daughter)
    p = two_body_momentum(masses["parent_mass"], masses["daughter_mass"], alp_mass)
    if p == 0.0:
        return 0.0
    square = squared_amplitude(
        cos_spin,
        c_v=c_v,
        c_a=c_a,
        f_a_mev=f_a_mev,
        alp_mass=alp_mass,
        polarization=polarization,
        charge=charge,
        **masses,
    )
    return p / (16.0 * math.pi * masses["parent_mass"] ** 2) * square


def width(**settings):
    """Gamma(l_i -> l_j a) [MeV]: 4-point Gauss integral of `differential_width` (linear in cos)."""
    nodes, weights = np.polynomial.legendre.leggauss(4)
    return sum(w * differential_width(c, **settings) for c, w in zip(nodes, weights, strict=True))


def spin_asymmetry(**settings):
    """a in dGamma/dcos_spin ~ 1 + a P cos_spin, from the rates at cos_spin = +-1 and P = 1.

    a = +A for l- and -A for l+ (A of chapter 03).
    """
    forward = differential_width(1.0, **{**settings, "polarization": 1.0})
    backward = differential_width(-1.0, **{**settings, "polarization": 1.0})
    return (forward - backward) / (forward + backward)


def beam_asymmetry(chirality, alp_mass=0.0, parent="mu", daughter="e"):
    """A of chapter 03: the coefficient of P c for l+ with c measured from minus the spin."""
    c_v, c_a = CHIRALITY[chirality] if isinstance(chirality, str) else chirality
    couplings = {"c_v": c_v, "c_a": c_a, "f_a_mev": 1.0}
    return -spin_asymmetry(parent=parent, daughter=daughter, alp_mass=alp_mass, charge=+1, **couplings)


def branching_ratio(f_ij_gev, *, parent="mu", daughter="e", alp_mass=0.0, c_v=1.0, c_a=0.0):
    """Gamma(l_i -> l_j a) tau_i / hbar for F_ij = 2 f_a / sqrt(|C_V|^2 + |C_A|^2) in GeV."""
    f_a_mev = 0.5e3 * f_ij_gev * math.hypot(abs(c_v), abs(c_a))
    gamma = width(c_v=c_v, c_a=c_a, f_a_mev=f_a_mev, parent=parent, daughter=daughter, alp_mass=alp_mass)
    return gamma * LIFETIME_S[parent] / HBAR_MEV_S


def scale_from_branching_ratio(br, **settings):
    """F_ij [GeV] whose branching ratio is ``br`` (BR ~ F^-2)."""
    return math.sqrt(branching_ratio(1.0, **settings) / br)


def _neutrino_average(pair, square, n_theta=6, n_phi=8):
    """Integral over dOmega* of ``square(nu_1, nu_2)`` for two massless particles of total momentum ``pair``."""
    energy, vector = pair[0], pair[1:]
    q2 = energy**2 - vector @ vector
    mass = math.sqrt(max(q2, 0.0))
    nodes, weights = np.polynomial.legendre.leggauss(n_theta)
    total = 0.0
    for c, w in zip(nodes, weights, strict=True):
        s = math.sqrt(1.0 - c * c)
        for k in range(n_phi):
            phi = 2.0 * math.pi * (k + 0.5) / n_phi
            direction = np.array([s * math.cos(phi), s * math.sin(phi), c])
            # boost (mass/2)(1, direction) by the four-velocity pair/mass
            along = vector @ direction
            nu_energy = (energy + along) / 2.0
            nu_vector = mass / 2.0 * direction + vector / 2.0 * (1.0 + along / (energy + mass))
            first = np.concatenate([[nu_energy], nu_vector])
            total += w * 2.0 * math.pi / n_phi * square(first, pair - first)
    return total


def _current_tensor(left_matrix, right_matrix):
    """T^{mu nu} = Tr[left gamma^mu P_L right bar(gamma^nu P_L)]."""
    vertices = [g @ LEFT for g in GAMMA]
    adjoints = [bar_matrix(v) for v in vertices]
    return np.array([[np.trace(left_matrix @ v @ right_matrix @ a) for a in adjoints] for v in vertices])


def michel_rate(
    x, cos_spin, *, polarization=1.0, charge=-1, parent_mass=MUON_MASS_MEV, daughter_mass=ELECTRON_MASS_MEV
):
    """d2Gamma/dx dcos_spin [MeV] of l -> l' nu nubar, tree level, exact masses, explicit neutrinos.

    The charge-changing order of the Fermi interaction is used (muon with its own neutrino), spinor lines squared as
    traces, the neutrino pair integrated numerically. x = E/W with W the endpoint.
    """
    endpoint = (parent_mass**2 + daughter_mass**2) / (2.0 * parent_mass)
    energy = x * endpoint
    if energy <= daughter_mass or x >= 1.0:
        return 0.0
    p = math.sqrt(energy**2 - daughter_mass**2)
    parent = np.array([parent_mass, 0.0, 0.0, 0.0])
    lepton = np.array([energy, p * math.sqrt(max(0.0, 1.0 - cos_spin**2)), 0.0, p * cos_spin])
    make, sign = (u_spinor, 1.0) if charge < 0 else (v_spinor, -1.0)
    parent_matrix = np.zeros((4, 4), dtype=complex)
    for up, weight in ((True, (1.0 + polarization) / 2.0), (False, (1.0 - polarization) / 2.0)):
        spinor = make(parent, parent_mass, up)
        parent_matrix += weight * np.outer(spinor, bar(spinor))
    lepton_matrix = slash(lepton) + sign * daughter_mass * np.eye(4)

    def square(own_neutrino, other_neutrino):
        if charge < 0:  # [ubar(nu_mu) g PL u(mu)] [ubar(e) g PL v(nubar_e)]
            first = _current_tensor(slash(own_neutrino), parent_matrix)
            second = _current_tensor(lepton_matrix, slash(other_neutrino))
        else:  # [vbar(mu) g PL v(nubar_mu)] [ubar(nu_e) g PL v(e)]
            first = _current_tensor(parent_matrix, slash(own_neutrino))
            second = _current_tensor(slash(other_neutrino), lepton_matrix)
        contracted = np.einsum("mn,mn,m,n->", first, second, METRIC, METRIC)
        return (4.0 * FERMI_CONSTANT_MEV2 / math.sqrt(2.0)) ** 2 * contracted.real

    two_body = _neutrino_average(parent - lepton, square) / (32.0 * math.pi**2)
    return endpoint * p / (8.0 * math.pi**2) * two_body / (2.0 * parent_mass)


def michel_total_width(*, polarization=0.0, charge=-1, n_x=24):
    """Integral of `michel_rate` over x and cos [MeV] (substitution x = cosh to tame the threshold)."""
    endpoint = (MUON_MASS_MEV**2 + ELECTRON_MASS_MEV**2) / (2.0 * MUON_MASS_MEV)
    x0 = ELECTRON_MASS_MEV / endpoint
    top = math.acosh(1.0 / x0)
    nodes, weights = np.polynomial.legendre.leggauss(n_x)
    cosines, cos_weights = np.polynomial.legendre.leggauss(2)
    total = 0.0
    for node, weight in zip(nodes, weights, strict=True):
        eta = top * (node + 1.0) / 2.0
        jacobian = x0 * math.sinh(eta) * top / 2.0
        for c, cw in zip(cosines, cos_weights, strict=True):
            total += (
                weight * cw * jacobian * michel_rate(x0 * math.cosh(eta), c, polarization=polarization, charge=charge)
            )
    return total
