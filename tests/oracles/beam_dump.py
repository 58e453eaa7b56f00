"""Beam dumps in the slow, plain form of chapter 05, sections 3.6 to 3.8: quad, brute force, Dirac traces, four-vectors.

GeV and m. A dump is a plain dict of the numbers of the chapter's table.
"""

import itertools
import math

import numpy as np
from scipy.integrate import dblquad, quad
from scipy.special import rgamma, spence

M_E = 0.51099895e-3
ALPHA = 1 / 137.035999
M_P, M_PI, M_PI0 = 0.93827208816, 0.13957039, 0.1349768
E_CHARGE = math.sqrt(4 * math.pi * ALPHA)


def form_factor(t, z, a):
    screened = 111 * z ** (-1 / 3) / M_E
    inner = 773 * z ** (-2 / 3) / M_E
    d = 0.164 * a ** (-2 / 3)
    elastic = z**2 * (screened**2 * t / (1 + screened**2 * t)) ** 2 * (1 + t / d) ** -2
    proton = (1 + t * (2.79**2 - 1) / (4 * M_P**2)) / (1 + t / 0.71) ** 4
    return elastic + z * (inner**2 * t / (1 + inner**2 * t)) ** 2 * proton**2


def chi(energy, m, z, a):
    low, high = (m * m / (2 * energy)) ** 2, m * m + M_E**2
    cuts = np.geomspace(low, high, 9)
    return sum(
        quad(lambda t: (t - low) / t**2 * form_factor(t, z, a), *pair, epsabs=0, epsrel=1e-10)[0]
        for pair in itertools.pairwise(cuts)
    )


# e gamma -> e X by explicit matrices

SIGMA = [np.array(s, dtype=complex) for s in ([[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]])]
GAMMA = [np.diag([1, 1, -1, -1]).astype(complex)]
GAMMA += [np.block([[np.zeros((2, 2)), s], [-s, np.zeros((2, 2))]]) for s in SIGMA]
GAMMA5 = 1j * GAMMA[0] @ GAMMA[1] @ GAMMA[2] @ GAMMA[3]
METRIC = np.array([1.0, -1.0, -1.0, -1.0])
ONE = np.eye(4)


def dot(a, b):
    return float(np.sum(METRIC * a * b))


def slash(p):
    return sum(METRIC[i] * p[i] * GAMMA[i] for i in range(4))


def compton(x, m, u):
    """Momenta of e(p) gamma(q) -> e(p') X(k) in the CM with p.k and p'.k of the chapter's U = U0 + u, gamma along -z."""
    big_u = m * m * (1 - x) / x + M_E**2 * x + u
    s = M_E**2 + big_u / (1 - x)
    root = math.sqrt(s)
    q = (s - M_E**2) / (2 * root)
    p_in = np.array([math.hypot(q, M_E), 0, 0, q])
    photon = np.array([q, 0, 0, -q])
    e_x = (s + m * m - M_E**2) / (2 * root)
    size = math.sqrt(e_x**2 - m * m)
    # (p - k)^2 = m_e^2 - U
    cosine = (e_x * p_in[0] - (m * m + big_u) / 2) / (size * q)
    k = np.array([e_x, size * math.sqrt(max(1 - cosine**2, 0.0)), 0, size * cosine])
    return p_in, photon, p_in + photon - k, k


def compton_squared(x, m, u, vertex, polarisation=None):
    """Squared amplitude, averaged over spins and summed over X: vertex(mu) for a vector (mu = 0..3), or one matrix.

    ``polarisation`` of a vector: "zero" is helicity 0, k/m - m q/(k.q) with the direction q of the target photon.
    """
    p, q, p_out, k = compton(x, m, u)
    s_channel = (slash(p) + slash(q) + M_E * ONE) / (2 * dot(p, q))
    u_channel = (slash(p) - slash(k) + M_E * ONE) / (dot(p - k, p - k) - M_E**2)
    if callable(vertex):
        if polarisation == "zero":
            e = k / m - m * q / dot(k, q)
            modes = [(sum(METRIC[i] * e[i] * vertex(i) for i in range(4)), 1.0)]
        else:
            # -g + k k / m^2
            modes = [(vertex(i), -METRIC[i]) for i in range(4)]
            modes.append((sum(METRIC[i] * k[i] / m * vertex(i) for i in range(4)), 1.0))
    else:
        modes = [(vertex, 1.0)]
    total = 0.0
    for matrix, sign in modes:
        for mu in range(4):
            m_mu = E_CHARGE * (matrix @ s_channel @ GAMMA[mu] + GAMMA[mu] @ u_channel @ matrix)
            bar = GAMMA[0] @ m_mu.conj().T @ GAMMA[0]
            trace = np.trace((slash(p_out) + M_E * ONE) @ m_mu @ (slash(p) + M_E * ONE) @ bar)
            total += -METRIC[mu] * sign * trace.real
    return total / 4


def bracket(x, m, u, vertex, polarisation=None):
    """d sigma / dx du over chi beta from the traces: (alpha/pi) (1 - x) |M|^2 / (16 pi U^2)."""
    big_u = m * m * (1 - x) / x + M_E**2 * x + u
    squared = compton_squared(x, m, u, vertex, polarisation)
    return ALPHA / math.pi * (1 - x) / (16 * math.pi * big_u**2) * squared


def vector_vertex(g_v, g_a):
    return lambda mu: GAMMA[mu] @ (g_v * ONE + g_a * GAMMA5)


def scalar_vertex(g_s, g_p):
    return g_s * ONE + 1j * g_p * GAMMA5


# production in the chapter's closed form


def coefficients(kind, x, m):
    """N, a0, b0, l0 of a dark photon (epsilon = 1) or a pseudoscalar (g = 1)."""
    if kind == "A":
        return 4 * ALPHA**3, 1 - x + x * x / 2, x * (1 - x) * (m * m + 2 * M_E**2), 2 * (1 - x) ** 2 * m * m / x
    return ALPHA**2 / (4 * math.pi), x * x, 2 * x * (1 - x) * m * m, 0.0


def width(kind, m):
    bs = math.sqrt(1 - 4 * M_E**2 / m**2)
    return ALPHA * m / 3 * (1 + 2 * M_E**2 / m**2) * bs if kind == "A" else m / (8 * math.pi) * bs


def below(kind, x, m, energy, theta):
    """Bracket integrated over u up to the angle theta, by quad."""
    n, a0, b0, _ = coefficients(kind, x, m)
    u0 = m * m * (1 - x) / x + M_E**2 * x
    top = math.log1p(energy**2 * x * theta**2 / u0)
    # u = U0 (e^s - 1)
    return n * quad(lambda s: (a0 - b0 * u0 * math.expm1(s) * math.exp(-2 * s) / u0**2) * math.exp(-s) / u0, 0, top)[0]


def losses(log_ratio, length):
    """Integral of L^{bt-1} / Gamma(bt) over t."""
    y, b = math.log(log_ratio), 4 / 3
    top = min(b * length, 60.0)
    cuts = sorted({0.0, top, *(min(c, top) for c in (1 / (1 + abs(y)), 5 / (1 + abs(y)), 10.0, 25.0))})
    pairs = itertools.pairwise(cuts)
    return sum(quad(lambda s: math.exp(s * y) * rgamma(s), *pair, epsrel=1e-9)[0] for pair in pairs) / b / log_ratio


def moyal_free_length(log_ratio):
    """Closed check: b E0 times the track length density of an infinite target."""
    tail = quad(lambda u: math.exp(u - log_ratio * math.exp(u)) / (u * u + math.pi**2), -60, math.log(700 / log_ratio))[
        0
    ]
    return math.exp(log_ratio) + tail


def line_events(dump, kind, m, coupling, angle=True):
    """N of section 3.6 for `line`, midpoint sums on very fine maps of both end points."""
    z, a, x0 = dump["target"]
    e0, low = dump["beam"], max(dump["cut"], 2 * m)
    theta = dump["radius"] / dump["face"] if angle else math.inf
    lam_1 = 1.973269804e-16 / (width(kind, m) * coupling**2)
    peak = M_E**2 / m**2
    knots = np.geomspace(low, e0, 60)
    log_chi = np.array([math.log(chi(e, m, z, a)) for e in knots])
    # (L ln L) smooth: table of the losses against ln L
    grid = np.linspace(math.log(math.log(e0 / low) * 1.01), -60, 600)
    table = np.log([losses(math.exp(y), dump["length"]) * math.exp(y) for y in grid])
    total = 0.0
    middle = (low + e0) / 2
    step_t = (np.arange(150) + 0.5) / 150
    first = low * (middle / low) ** step_t
    ends = (e0 - middle) * (1e-3 * e0 * peak / (e0 - middle)) ** step_t
    span = -math.log(1e-3 * e0 * peak / (e0 - middle))
    for e_k, w_k in zip([*first, *(e0 - ends)], [*first * math.log(middle / low), *ends * span], strict=True):
        top = math.log(e0 / e_k)
        # v near L -> 0, w near x -> 1
        v = (np.arange(400) + 0.5) / 400
        loss_a = np.log(top / 2) + 1 - 1 / v
        w = v * math.log1p(top / 2 / peak)
        rest = peak * np.expm1(w)
        y = np.concatenate([loss_a, np.log(top - rest)])
        dy = np.concatenate([1 / v**2, math.log1p(top / 2 / peak) * (rest + peak) / (top - rest)]) / 400
        share = np.concatenate([top - np.exp(loss_a), rest])
        x, one = np.exp(-share), -np.expm1(-share)
        # below the table L times the losses is 1 / (b ln^2 L) to 1e-2 of what is left there
        h = np.where(y > -60, np.exp(np.interp(y, grid[::-1], table[::-1])), 0.75 / y**2)
        n, a0, b0, _ = coefficients(kind, x, m)
        a0 = one + x * x / 2 if kind == "A" else a0
        b0 = b0 / (1 - x + (x == 1)) * one
        u0 = m * m * one / x + M_E**2 * x
        u_m = (e_k / x) ** 2 * x * theta**2
        big = u0 + u_m
        shape = a0 * (1 / u0 - 1 / big) - b0 * ((0.5 / u0**2 - 0.5 / big**2) - u0 * (1 / 3 / u0**3 - 1 / 3 / big**3))
        flux = np.exp(np.interp(np.log(e_k / x), np.log(knots), log_chi))
        p_k = math.sqrt(e_k**2 - m * m)
        lam = p_k / m * lam_1
        fly = math.exp(-dump["shield"] / lam) * -math.expm1(-dump["decay"] / lam)
        total += w_k / 150 * np.sum(dy * h / e0 * n * flux * shape) * p_k / e_k * fly
    return dump["electrons"] * 6.02214076e23 * x0 / a * 3.893793721e-28 * coupling**2 * total


# decay leptons by four-vectors


def accepted(option, kind, helicity, energy, m, distance, rho, radius, cut, n=400_000, seed=1):
    """Share of decays that are taken, and its error: stratified c, random azimuth, leptons boosted one by one."""
    rng = np.random.default_rng(seed)
    c = 2 * (np.arange(n) + rng.random(n)) / n - 1
    phi = 2 * math.pi * rng.random(n)
    bs = math.sqrt(1 - 4 * M_E**2 / m**2)
    weight = np.ones(n)
    if kind == "A":
        shape = 1 - bs**2 * (1 - c**2) / 2 if helicity else 1 - bs**2 * c**2
        weight = shape / (1 - bs**2 / 3)
    gamma, beta = energy / m, math.sqrt(1 - (m / energy) ** 2)
    hits, energies = [], []
    for sign in (1, -1):
        px = sign * m / 2 * bs * np.sqrt(1 - c**2) * np.cos(phi)
        py = sign * m / 2 * bs * np.sqrt(1 - c**2) * np.sin(phi)
        pz = gamma * (sign * m / 2 * bs * c + beta * m / 2)
        energies.append(gamma * (m / 2 + beta * sign * m / 2 * bs * c))
        forward = pz > 0
        safe = np.where(forward, pz, 1)
        hits.append(forward & (np.hypot(rho + distance * px / safe, distance * py / safe) < radius))
    plus, minus = hits
    if option == "both":
        taken = (plus & minus & (energy > cut)).astype(float)
    elif option == "energy":
        taken = (energies[0] * plus + energies[1] * minus > cut).astype(float)
    else:
        taken = (plus & (energies[0] > cut)) / 2 + (minus & (energies[1] > cut)) / 2
    product = weight * taken
    return product.mean(), product.std() / math.sqrt(n)


def both_on_the_axis(energy, m, distance, radius):
    """Share of isotropic decays on the axis with both leptons on the disc: -c2, with the e+ missing between c1 and c2 < 0."""
    gamma, beta = energy / m, math.sqrt(1 - (m / energy) ** 2)
    b, q = beta / math.sqrt(1 - 4 * M_E**2 / m**2), radius * gamma / distance
    return (q * q * b - math.sqrt(1 + q * q - q * q * b * b)) / (1 + q * q)


# the shower in approximation A


def shower(log_ratio, cells=300, screening=0.0122):
    """E dT/dE at L = ln(E0/E) of the primary electron, and of all positrons, in a target without end.

    Electrons that cross the energy E are those that came in, and those of pairs made above it: an integral equation for the
    tracks at all energies above, cell by cell on a grid that is fine at both ends.
    """
    c = 4 / 3 + 2 * screening
    edge = log_ratio * (1 - np.cos(np.linspace(0, math.pi, cells + 1))) / 2
    high, middle = edge[1:], (edge[:-1] + edge[1:]) / 2

    # integrals from 0 to y = L - L' of: losses beyond y, photons of e^-y, electrons of a pair above e^-y
    def losing(y):
        one = -np.expm1(-y)
        return c * (math.pi**2 / 6 - spence(one) - one) + one + np.expm1(-2 * y) / 4

    def radiating(y):
        return c * (y + np.expm1(-y)) - np.expm1(-2 * y) / 2

    def splitting(y):
        halves, thirds = y + np.expm1(-2 * y) / 2, y + np.expm1(-3 * y) / 3
        return y + np.expm1(-y) - c * (halves / 2 - thirds / 3)

    def weights(primitive, points):
        y = points[:, None] - edge
        return -np.diff(primitive(np.maximum(y, 0.0)), axis=1)

    loss, gain = weights(losing, high), 2 * weights(splitting, high)
    photon = weights(radiating, middle) / (7 / 9 - screening / 3)
    primary = np.linalg.solve(loss, np.ones(cells))
    everything = np.linalg.solve(loss - gain @ photon, np.ones(cells))
    at = [np.interp(log_ratio * 0.98, middle, f) for f in (primary, (everything - primary) / 2)]
    return log_ratio * 0.98, *at


def resonance(m, vertex, spin):
    """Integral of sigma(e+ e- -> X) over the energy of the positron [GeV^-1] on an electron at rest, by traces."""
    half, size = m / 2, math.sqrt(m * m / 4 - M_E**2)
    electron, positron = np.array([half, 0, 0, size]), np.array([half, 0, 0, -size])
    modes = [(vertex, 1.0)] if spin == 0 else [(vertex(i), 1.0) for i in (1, 2, 3)]  # at rest
    squared = 0.0
    for matrix, sign in modes:
        bar = GAMMA[0] @ matrix.conj().T @ GAMMA[0]
        trace = np.trace((slash(positron) - M_E * ONE) @ matrix @ (slash(electron) + M_E * ONE) @ bar)
        squared += sign * trace.real / 4
    energy = m * m / (2 * M_E) - M_E
    flux = 4 * M_E * math.sqrt(energy**2 - M_E**2)
    # 2 pi delta(s - m^2), ds = 2 m_e dE
    return squared / flux * 2 * math.pi / (2 * M_E)


def annihilation_events(dump, kind, m, coupling, option, scattering, n=400_000):
    """N of section 3.6c (c): random scattering and point of decay, leptons by four-vectors; its error."""
    rng = np.random.default_rng(7)
    z, a, x0 = dump["target"]
    energy = m * m / (2 * M_E)
    log_ratio, _, track = shower(math.log(dump["beam"] / energy) / 0.98)
    assert math.isclose(dump["beam"] * math.exp(-log_ratio), energy)
    integral = 2 * math.pi**2 * ALPHA / M_E if kind == "A" else math.pi / (4 * M_E)
    made = dump["electrons"] * 6.02214076e23 * z * x0 / a * 3.893793721e-28 * track / energy * integral * coupling**2
    lam = math.sqrt(energy**2 - m * m) / m * 1.973269804e-16 / (width(kind, m) * coupling**2)
    within = -math.expm1(-dump["decay"] / lam)
    point = -lam * np.log1p(-within * rng.random(n))
    # root mean square of the angle in space
    angles = scattering / energy / math.sqrt(2) * rng.standard_normal((2, n))
    rho, distance = np.hypot(*angles) * dump["face"], dump["face"] - dump["shield"] - point
    share, error = accepted(option, kind, 1, energy, m, distance, rho, dump["radius"], dump["cut"], n)
    scale = made * math.exp(-dump["shield"] / lam) * within
    return scale * share, scale * error


# proton dumps


def pion_cross_section(beam, p_long, p_t):
    """E d^3 sigma / dp^3 of the average of pi+ and pi- in mb/GeV^2."""
    s = 2 * M_P * (M_P + beam)
    root = math.sqrt(s)
    energy = math.sqrt(p_long**2 + p_t**2 + M_PI**2)
    gamma, gamma_beta = (beam + M_P) / root, math.sqrt(beam**2 - M_P**2) / root
    x = (gamma * energy - gamma_beta * p_long) / ((s - 4 * M_P**2 + M_PI**2) / (2 * root))
    if x >= 1:
        return 0.0
    a, b = 6.10 / x**0.153, 6.10**2 / (2 * x**0.478)
    plus = 62.3 * (1 - x) ** 3.45 * (1 + 1.57 * x) * x**-0.517 * (1 + a * p_t + b * p_t**2) * math.exp(-a * p_t)
    return plus * (1 + 1 / (1.05 * (1 + x) ** 2.65)) / 2


def multiplicity(beam):
    """Neutral pions per interaction: rapidity in the CM and p_T."""
    s = 2 * M_P * (M_P + beam)
    root = math.sqrt(s)
    gamma, gamma_beta = (beam + M_P) / root, math.sqrt(beam**2 - M_P**2) / root

    def integrand(p_t, y):
        m_t = math.hypot(p_t, M_PI)
        p_long = gamma * m_t * math.sinh(y) + gamma_beta * m_t * math.cosh(y)
        return 2 * math.pi * p_t * pion_cross_section(beam, p_long, p_t)

    top = math.acosh(root / 2 / M_PI)
    return 2 * dblquad(integrand, 0, top, 0, 3.0, epsabs=1e-2, epsrel=1e-4)[0] / 180


def proton_events(dump, m, coupling, n=1_000_000, seed=2):
    """Monte Carlo of pi0 -> gamma A' by four-vectors: events and their error."""
    rng = np.random.default_rng(seed)
    beam, cut = dump["beam"], dump["cut"]
    log_p = rng.uniform(math.log(0.3), math.log(beam), n)
    p_t = rng.uniform(0, 1.5, n)
    p_long = np.exp(log_p)
    s = 2 * M_P * (M_P + beam)
    root = math.sqrt(s)
    energy_plus = np.sqrt(p_long**2 + p_t**2 + M_PI**2)
    gamma, gamma_beta = (beam + M_P) / root, math.sqrt(beam**2 - M_P**2) / root
    x = (gamma * energy_plus - gamma_beta * p_long) / ((s - 4 * M_P**2 + M_PI**2) / (2 * root))
    x_in = np.where(x < 1, x, 0.5)
    a, b = 6.10 / x_in**0.153, 6.10**2 / (2 * x_in**0.478)
    plus = 62.3 * (1 - x_in) ** 3.45 * (1 + 1.57 * x_in) * x_in**-0.517 * (1 + a * p_t + b * p_t**2) * np.exp(-a * p_t)
    density = np.where(x < 1, plus * (1 + 1 / (1.05 * (1 + x_in) ** 2.65)) / 2 / 180, 0)
    weight = density * 2 * math.pi * p_t / energy_plus * p_long * math.log(beam / 0.3) * 1.5
    # decay in the rest frame of the pi0, then a boost along its momentum
    energy = np.sqrt(p_long**2 + p_t**2 + M_PI0**2)
    star, star_e = (M_PI0**2 - m**2) / (2 * M_PI0), (M_PI0**2 + m**2) / (2 * M_PI0)
    c, phi = rng.uniform(-1, 1, n), rng.uniform(0, 2 * math.pi, n)
    pion = np.stack([p_t, np.zeros(n), p_long])
    k = star * np.stack([np.sqrt(1 - c**2) * np.cos(phi), np.sqrt(1 - c**2) * np.sin(phi), c])
    along = np.sum(pion * k, axis=0)
    k_e = (energy * star_e + along) / M_PI0
    k = k + pion * (along / (M_PI0 * (energy + M_PI0)) + star_e / M_PI0)
    plane = dump["shield"] + dump["decay"]
    # by symmetry about the beam every azimuth is as likely: turn A' about it, to where the face is
    window = math.pi
    if dump["off_axis"] > 0:
        window = math.asin(min(1.0, 1.5 * dump["radius"] / (dump["off_axis"] - dump["radius"])))
    turn = rng.uniform(-window, window, n)
    distance = plane * np.hypot(k[0], k[1]) / k[2]
    hit_x, hit_y = distance * np.cos(turn) - dump["off_axis"], distance * np.sin(turn)
    if dump["square"]:
        hit = (abs(hit_x) < dump["radius"]) & (abs(hit_y) < dump["radius"])
    else:
        hit = np.hypot(hit_x, hit_y) < dump["radius"]
    lam = np.sqrt(k_e**2 - m**2) / m * 1.973269804e-16 / (width("A", m) * coupling**2)
    seen = np.exp(-dump["shield"] / lam) * -np.expm1(-dump["decay"] / lam)
    events = weight * window / math.pi * hit * (k[2] > 0) * (k_e > cut) * seen
    scale = dump["protons"] * 2 * coupling**2 * (1 - m**2 / M_PI0**2) ** 3 * 0.98823
    return scale * events.mean(), scale * events.std() / math.sqrt(n)
