r"""Chapter 05 of the Mu3e part alone, in slow and plain form: Monte Carlo, scipy quadrature, explicit 4x4 Dirac matrices.

Lengths in mm, energies in MeV unless a name says GeV; nothing here imports the package.
"""

import math

import numpy as np
from scipy.integrate import quad
from scipy.special import erfc

from oracles.gamma_traces import GAMMA, GAMMA5, LEFT, METRIC, bar_matrix, slash
from oracles.inputs import ALPHA, ELECTRON_MASS_MEV, FERMI_CONSTANT_MEV2, HBAR_MEV_S, LIFETIME_S, MUON_MASS_MEV

M, ME, GF = MUON_MASS_MEV, ELECTRON_MASS_MEV, FERMI_CONSTANT_MEV2
GAMMA_EXP = HBAR_MEV_S / LIFETIME_S["mu"]
CONE_RADIUS, CONE_HALF_LENGTH = 19.0, 50.0
AVOGADRO = 6.02214076e23
GEV2_CM2 = 3.893793721e-28

# --- section 3.4: geometry -------------------------------------------------------------------------------------------


def fiducial(points, d_min, radius=22.0, half_length=60.0):
    """Whether points are inside the cylinder and further than d_min from the wall, by projection on the segment."""
    rho, z = np.hypot(points[:, 0], points[:, 1]), np.abs(points[:, 2])
    along = np.array([-CONE_RADIUS, CONE_HALF_LENGTH])
    share = ((rho - CONE_RADIUS) * along[0] + z * along[1]) / (along @ along)
    share = np.clip(share, 0.0, 1.0)
    distance = np.hypot(rho - CONE_RADIUS - share * along[0], z - share * along[1])
    return (rho < radius) & (z < half_length) & (distance > d_min)


def flights(n, seed):
    """Stops uniform in z and azimuth, and isotropic directions."""
    rng = np.random.default_rng(seed)
    z = rng.uniform(-CONE_HALF_LENGTH, CONE_HALF_LENGTH, n)
    phi, turn = rng.uniform(0, 2 * np.pi, (2, n))
    rho = CONE_RADIUS * (1 - np.abs(z) / CONE_HALF_LENGTH)
    cosine = rng.uniform(-1, 1, n)
    sine = np.sqrt(1 - cosine**2)
    start = np.stack([rho * np.cos(phi), rho * np.sin(phi), z], axis=1)
    return start, np.stack([sine * np.cos(turn), sine * np.sin(turn), cosine], axis=1), rng


def decay_probability(lengths, d_min=2.0, n=400_000, seed=1):
    """Mean and error of a fiducial decay, the flight the sum of exponentials of mean ``lengths``."""
    start, direction, rng = flights(n, seed)
    distance = sum(rng.exponential(length, n) for length in lengths)
    seen = fiducial(start + distance[:, None] * direction, d_min)
    return seen.mean(), seen.std() / math.sqrt(n)


def seen_length(d_min, n=400_000, seed=2):
    """Integral of f(l) over l, and its error."""
    start, direction, rng = flights(n, seed)
    distance = rng.uniform(0.0, 130.0, n)
    seen = fiducial(start + distance[:, None] * direction, d_min)
    return 130 * seen.mean(), 130 * seen.std() / math.sqrt(n)


# --- section 3.2: mu -> e nu nu X ------------------------------------------------------------------------------------


def trace(pe, k, m_x, kind, g_e, g_mu, kappa=0.0):
    """T of section 3.2 by explicit matrices: kind ``pseudoscalar``, ``derivative`` (g = C / 2f) or ``vector``."""
    p = np.array([M, 0.0, 0.0, 0.0])
    q = p - pe - k
    one = np.eye(4)
    mu_side = (slash(p - k) + M * one) / (m_x**2 - 2 * (p[0] * k[0]))
    pe_k = pe[0] * k[0] - pe[1:] @ k[1:]
    e_side = (slash(pe + k) + ME * one) / (m_x**2 + 2 * pe_k)
    if kind == "vector":
        vertices = [(GAMMA[nu], -METRIC[nu]) for nu in range(4)]
    elif kind == "derivative":
        vertices = [(1j * slash(k) @ GAMMA5, 1.0)]
    else:
        vertices = [(1j * GAMMA5, 1.0)]
    q2 = q[0] ** 2 - q[1:] @ q[1:]
    total = 0.0
    for vertex, weight in vertices:
        line = [
            -(GAMMA[a] @ LEFT @ mu_side @ (g_mu * vertex) + (g_e * vertex) @ e_side @ GAMMA[a] @ LEFT)
            + 1j * kappa * GAMMA[a] @ LEFT
            for a in range(4)
        ]
        for a in range(4):
            for b in range(4):
                tensor = METRIC[a] * q[a] * METRIC[b] * q[b] - q2 * (METRIC[a] if a == b else 0.0)
                if tensor:
                    product = (slash(pe) + ME * one) @ line[a] @ (slash(p) + M * one) @ bar_matrix(line[b])
                    total += weight * tensor * np.trace(product).real
    return total


def event(E_e, E_x, m_x, cosine):
    """Momenta of electron and X at energies and an opening angle."""
    p_e, p_x = math.sqrt(E_e**2 - ME**2), math.sqrt(E_x**2 - m_x**2)
    electron = np.array([E_e, p_e * math.sqrt(1 - cosine**2), 0.0, p_e * cosine])
    return electron, np.array([E_x, 0.0, 0.0, p_x])


def contact_branching_ratio(nodes=40):
    """BR/kappa^2 of the contact term alone for a massless X: T is 2 [2 (q.p)(q.p_e) + q^2 p.p_e], X and e (nu nu) in turn."""
    total = 0.0
    for E_x, w_x in _legendre(0.0, (M**2 - ME**2) / (2 * M), nodes):
        s = M**2 - 2 * M * E_x
        for q2, w_q in _legendre(0.0, (math.sqrt(s) - ME) ** 2, nodes):
            E0 = (s + ME**2 - q2) / (2 * math.sqrt(s))
            p0 = math.sqrt(E0**2 - ME**2)
            for c, w_c in _legendre(-1.0, 1.0, 2):
                E_e = ((M - E_x) * E0 - E_x * p0 * c) / math.sqrt(s)
                T = 2 * (2 * M * (M - E_x - E_e) * (s - q2 - ME**2) / 2 + q2 * M * E_e)
                # E dE / 4 pi^2 of X, p0 / 4 pi sqrt(s) dc / 2 of the electron, dq^2 / 2 pi of the neutrinos
                total += (
                    w_x * w_q * w_c * T * E_x / (4 * math.pi**2) * p0 / (8 * math.pi * math.sqrt(s)) / (2 * math.pi)
                )
    return 8 * GF**2 / (12 * math.pi) / 2 * total / (2 * M) / GAMMA_EXP


def _legendre(low, high, n):
    node, weight = np.polynomial.legendre.leggauss(n)
    return zip((low + high) / 2 + (high - low) / 2 * node, (high - low) / 2 * weight, strict=True)


# --- section 3.3: sterile neutrinos, m_e = 0 ----------------------------------------------------------------------------


def sterile_spectrum(E, m_n, flavor):
    """dGamma/dE_N per |U|^2."""
    p_n = math.sqrt(max(E**2 - m_n**2, 0.0))
    q2 = M**2 + m_n**2 - 2 * M * E
    p_pn, q_p, q_pn = M * E, M * (M - E), M * E - m_n**2
    t = (q2 * p_pn + 2 * q_p * q_pn) / 12 if flavor == "mu" else p_pn * q2 / 2
    return 64 * GF**2 * t * p_n / (4 * math.pi**2 * 8 * math.pi) / (2 * M)


def sterile_moments(m_n, flavor):
    """(width over G_F^2 M^5 / 192 pi^3, mean energy)."""
    high = (M**2 + m_n**2) / (2 * M)
    total = quad(lambda E: sterile_spectrum(E, m_n, flavor), m_n, high, epsabs=0, epsrel=1e-10)[0]
    first = quad(lambda E: E * sterile_spectrum(E, m_n, flavor), m_n, high, epsabs=0, epsrel=1e-10)[0]
    return total / (GF**2 * M**5 / (192 * math.pi**3)), first / total


def phase_space(x):
    """I(x)."""
    return 1 - 8 * x + 8 * x**3 - x**4 - 12 * x**2 * math.log(x)


def two_body(mass, a, b, u, v):
    """Isotropic two-body decay at rest: momentum four-vectors (n, 4)."""
    p = np.sqrt(np.maximum((mass**2 - (a + b) ** 2) * (mass**2 - (a - b) ** 2), 0.0)) / (2 * mass)
    c, phi = 2 * u - 1, 2 * np.pi * v
    s = np.sqrt(1 - c * c)
    n = np.stack([s * np.cos(phi), s * np.sin(phi), c], axis=-1) * p[:, None]
    return (np.column_stack([np.sqrt(a**2 + p**2), n]), np.column_stack([np.sqrt(b**2 + p**2), -n]), p)


def boosted(k, frame):
    """Four-vectors given in the rest frame of ``frame``, seen where that moves."""
    mass = np.sqrt(frame[:, 0] ** 2 - np.sum(frame[:, 1:] ** 2, axis=1))
    along = np.sum(frame[:, 1:] * k[:, 1:], axis=1)
    energy = (frame[:, 0] * k[:, 0] + along) / mass
    factor = (k[:, 0] + energy) / (frame[:, 0] + mass)
    return np.column_stack([energy, k[:, 1:] + frame[:, 1:] * factor[:, None]])


def sterile_events(m_n, n, seed):
    """Events of mu -> N (e nu) with weights dPhi3; (e, nu, N, weight)."""
    u = np.random.default_rng(seed).random((5, n))
    top = M - m_n
    m_pair = ME + (top - ME) * u[0]
    full = np.full(n, M)
    pair, sterile, p_n = two_body(full, m_pair, m_n, u[1], u[2])
    electron, neutrino, p_e = two_body(m_pair, ME, 0.0, u[3], u[4])
    weight = p_n / (4 * np.pi * M) * p_e / (4 * np.pi * m_pair) * 2 * m_pair * (top - ME) / (2 * np.pi)
    return boosted(electron, pair), boosted(neutrino, pair), sterile, weight


def sterile_weight(electron, neutrino, sterile, flavor):
    """Spin-averaged squared amplitude 64 G^2 (p.k)(..)."""

    def dot(a, b):
        return a[:, 0] * b[:, 0] - np.sum(a[:, 1:] * b[:, 1:], axis=1)

    if flavor == "mu":
        return 64 * GF**2 * M * neutrino[:, 0] * dot(electron, sterile)
    return 64 * GF**2 * M * sterile[:, 0] * dot(electron, neutrino)


def sterile_chain(m_n, m_a, flavor, n, seed):
    """Events of mu -> e nu N, N -> nu A', A' -> e e: three tracks, momenta of N and A', weights."""
    electron, neutrino, sterile, weight = sterile_events(m_n, n, seed)
    weight = weight * sterile_weight(electron, neutrino, sterile, flavor)
    u = np.random.default_rng(seed + 1).random((4, n))
    dark, _, _ = two_body(np.full(n, m_n), m_a, 0.0, u[0], u[1])
    dark = boosted(dark, sterile)
    plus, minus, _ = two_body(np.full(n, m_a), ME, ME, u[2], u[3])
    return [electron, boosted(plus, dark), boosted(minus, dark)], [sterile, dark], weight


def alp_chain(m_a, n, seed):
    """Events of mu -> e a, a -> e e, all directions alike: three tracks, the momentum of a, weights."""
    u = np.random.default_rng(seed).random((4, n))
    alp, electron, _ = two_body(np.full(n, M), m_a, ME, u[0], u[1])
    plus, minus, _ = two_body(np.full(n, m_a), ME, ME, u[2], u[3])
    return [electron, boosted(plus, alp), boosted(minus, alp)], [alp], np.ones(n)


def track_cut(tracks):
    """Whether all tracks have p_T > 10 MeV and |cos| < 0.8."""
    passed = np.ones(len(tracks[0]), dtype=bool)
    for t in tracks:
        p_t = np.hypot(t[:, 1], t[:, 2])
        passed &= (p_t > 10) & (np.abs(t[:, 3]) < 0.8 * np.hypot(p_t, t[:, 3]))
    return passed


def sterile_acceptance(m_n, m_a, flavor, n=200_000, seed=3):
    """Share of chains with three tracks of p_T > 10 MeV and |cos| < 0.8, and the mean momentum of accepted A'."""
    tracks, (_, dark), weight = sterile_chain(m_n, m_a, flavor, n, seed)
    momentum = np.sqrt(np.sum(dark[:, 1:] ** 2, axis=1))
    seen = weight * track_cut(tracks)
    return seen.sum() / weight.sum(), (seen * momentum).sum() / seen.sum(), (weight * momentum).sum() / weight.sum()


def flown(momenta, ctau, masses, weight, tries=8, seed=11, d_min=2.0):
    """Share of events that decay in the fiducial volume, and its error: particles fly one after the other as they were made."""
    rng, seen = np.random.default_rng(seed), np.zeros(len(weight))
    for _ in range(tries):
        position, _, _ = flights(len(weight), rng.integers(2**31))
        for p, length, mass in zip(momenta, ctau, masses, strict=True):
            position = position + rng.exponential(length / mass, len(weight))[:, None] * p[:, 1:]
        seen += fiducial(position, d_min) / tries
    share = weight @ seen / weight.sum()
    return share, np.sqrt(weight**2 @ (seen - share) ** 2) / weight.sum()


# --- section 3.5: backgrounds ---------------------------------------------------------------------------------------------


def radiative_spectrum(y):
    """dB/dy over G_F^2 M^5 / 192 pi^3, m_e -> 0."""
    P = 3 - 2 * y + 4 * y**2 - 2 * y**3
    logs = math.log(M**2 / ME**2) + math.log(1 - y)
    rest = -17 / 2 + 23 * y / 6 - 101 * y**2 / 12 + 55 * y**3 / 12
    return ALPHA / (3 * math.pi) * (1 - y) / y * (P * logs + rest)


def radiative_above(energy):
    """Integral of the spectrum above a photon energy."""
    return quad(radiative_spectrum, 2 * energy / M, 1 - ME**2 / M**2, epsrel=1e-9)[0]


def effective_flux(E, m, Z, A):
    """chi of section 3.6, all in GeV."""
    me = ME / 1000
    t_min, t_max = (m * m / (2 * E)) ** 2, m * m + me * me
    a, d, a2 = 111 * Z ** (-1 / 3) / me, 0.164 * A ** (-2 / 3), 773 * Z ** (-2 / 3) / me

    def integrand(log_t):
        t = math.exp(log_t)
        elastic = Z**2 * (a * a * t / (1 + a * a * t)) ** 2 / (1 + t / d) ** 2
        form = (1 + t * (2.79**2 - 1) / (4 * 0.938272**2)) / (1 + t / 0.71) ** 4
        inelastic = Z * (a2 * a2 * t / (1 + a2 * a2 * t)) ** 2 * form**2
        return (t - t_min) / t * (elastic + inelastic)

    return quad(integrand, math.log(t_min), math.log(t_max), epsrel=1e-8, limit=400)[0] if t_max > t_min else 0.0


def conversion_cross_section(low, high, E, Z, A):
    """Pairs of mass between ``low`` and ``high`` per photon of energy E (MeV) and atom [cm^2]."""
    me = ME / 1000

    def integrand(log_m2):
        m2 = math.exp(log_m2)
        r = me * me / m2
        b = math.sqrt(1 - 4 * r)
        L = math.log((1 + b) / (1 - b))
        sigma = 4 * math.pi * ALPHA**2 / m2 * ((1 + 4 * r - 8 * r * r) * L - b * (1 + 4 * r))
        return ALPHA / math.pi * effective_flux(E / 1000, math.sqrt(m2), Z, A) * sigma

    ends = [2 * math.log(m / 1000) for m in (low, high)]
    return GEV2_CM2 * sum(w * integrand(x) for x, w in _legendre(*ends, 40 if high > 2 * low else 6))


def conversions(low, high, thickness, Z, A, softest=20.0, nodes=24):
    """Radiative decays whose photon converts into a pair of mass between ``low`` and ``high``, per muon."""
    total = 0.0
    for E, w in _legendre(max(low, softest), M / 2, nodes):
        inside = conversion_cross_section(low, min(high, E), E, Z, A)
        total += w * 2 / M * radiative_spectrum(2 * E / M) * inside
    return AVOGADRO * thickness / A * total


def rossi(T, E):
    """Bhabha dsigma/dT [cm^2/MeV], Rossi's form."""
    g = E / ME
    b2, e, y = 1 - 1 / g**2, T / (E - ME), 1 / (g + 1)
    B1, B2, B4 = 2 - y**2, (1 - 2 * y) * (3 + y**2), (1 - 2 * y) ** 3
    B3 = B4 + (1 - 2 * y) ** 2
    radius = ALPHA * 1.973269804e-11 / ME
    density = 2 * math.pi * radius**2 / (g - 1) * (1 / (b2 * e * e) - B1 / e + B2 - B3 * e + B4 * e * e)
    return density / (E - ME)


def michel_averaged_bhabha(threshold=10.0):
    """Mean cross section with both kinetic energies above a threshold [cm^2]."""
    end = M / 2
    total = 0.0
    for E, w in _legendre(2 * threshold + ME, end, 40):
        x = E / end
        sigma = sum(v * rossi(T, E) for T, v in _legendre(threshold, E - ME - threshold, 16))
        total += w / end * 2 * x * x * (3 - 2 * x) * sigma
    return total


def misvertexed(d_min=2.0, s_v=0.3, f_tail=1e-6, d_tail=2.0):
    """P_mis."""
    return erfc(d_min / (math.sqrt(2) * s_v)) + f_tail * math.exp(-d_min / d_tail)


def direct_conversion_per_mev(m, c_v):
    """dBR/dm of SM pair emission from C_V(m), without exchange of the positrons."""
    ratio = ME**2 / m**2
    return 2 * m * ALPHA / (3 * math.pi * m * m) * (1 + 2 * ratio) * math.sqrt(1 - 4 * ratio) * c_v


# --- section 3.8 -------------------------------------------------------------------------------------------------------


def pseudoscalar_moment(m_a, m_l):
    """Delta a_l / g^2."""
    found = quad(lambda x: (1 - x) ** 3 / ((1 - x) ** 2 + x * m_a**2 / m_l**2), 0, 1, epsabs=0, epsrel=1e-11)[0]
    return -found / (8 * math.pi**2)
