"""Slow, independent forms of the cosmology: adaptive quadrature, stiff ODE solvers, gamma matrices. GeV inside."""

import math
from itertools import pairwise

import numpy as np
from scipy.integrate import dblquad, quad, solve_ivp
from scipy.special import kn, kve

M = {"e": 0.51099895e-3, "mu": 0.1056583755, "tau": 1.77693}
PLANCK = 1.220890e19
ALPHA = 1 / 137.035999
OMEGA_PER_GEV = 2.75939e8


def fermi_or_bose(x, sign, entropy):
    """Integral of one degree of freedom over that of a massless one, energy or entropy; sign +1 for fermions."""

    def energy(u):
        E = math.hypot(u, x)
        weight = u**2 * E if not entropy else u**2 * (E + u**2 / (3 * E))
        return weight / (math.exp(E) + sign)

    massless = (7 / 8 if sign > 0 else 1) * math.pi**4 / 15 * (4 / 3 if entropy else 1)
    return quad(energy, 0, 60, limit=200)[0] / massless


def alp_width(i, j, f_over_C):
    """Width for V+A, massless ALP [GeV], written with the Kallen function."""
    mi, mj = M[i], M[j]
    lam = (mi**2 - mj**2) ** 2
    sides = ((mi - mj) ** 2 * (mi + mj) ** 2) / 2 + ((mi + mj) ** 2 * (mi - mj) ** 2) / 2
    return math.sqrt(lam) / (64 * math.pi * mi**3 * f_over_C**2) * sides


def reaction_density(i, j, T, f_over_C, quantum=True):
    """Reaction density of l_i -> l_j a [GeV^4] by adaptive quadrature."""
    mi, mj = M[i], M[j]
    e_star, p_star = (mi**2 + mj**2) / (2 * mi), (mi**2 - mj**2) / (2 * mi)

    def integrand(c, p):
        E = math.hypot(p, mi)
        Ej = (E * e_star + p * p_star * c) / mi
        f = 1 / (math.exp(E / T) + 1) if quantum else math.exp(-E / T)
        free = 1 - 1 / (math.exp(Ej / T) + 1) if quantum else 1.0
        return p**2 * mi / E * f * free / 2

    value = dblquad(integrand, 0, 40 * T, -1, 1, epsrel=1e-7)[0]
    return 4 * alp_width(i, j, f_over_C) / (2 * math.pi**2) * value


def freeze_in_by_ode(i, j, bath, f_over_C=5e9, mass=50e-6):
    """Omega h^2 in Maxwell-Boltzmann statistics by a stiff ODE; ``bath`` maps T [MeV] to g_rho, g_s, slope."""
    mi = M[i]
    rate = alp_width(i, j, f_over_C)

    def slope(t, _Y):
        T = mi * math.exp(-t)
        state = bath(1e3 * T)
        g_rho, g_s, d = float(state.g_rho), float(state.g_s), float(state.slope)
        H = math.sqrt(4 * math.pi**3 * g_rho / 45) * T**2 / PLANCK
        s = 2 * math.pi**2 / 45 * g_s * T**3
        gamma = 4 * mi**2 * T / (2 * math.pi**2) * kn(1, mi / T) * rate
        return [(1 + d / 3) * gamma / (H * s)]

    found = solve_ivp(slope, (-math.log(100), math.log(60)), [0.0], rtol=1e-8, atol=1e-20, max_step=0.05)
    return OMEGA_PER_GEV * mass * found.y[0, -1]


def loop_function(tau):
    """1 - tau h^2 with h^2 = -1/2 int dx/x ln(1 - 4 x (1 - x) / tau - i 0)."""
    import mpmath

    t = mpmath.mpf(tau)

    def f(x):
        z = 1 - 4 * x * (1 - x) / t
        return (mpmath.log(abs(z)) - (mpmath.pi * 1j if z < 0 else 0)) / x

    points = [0, 1] if t > 1 else [0, (1 - mpmath.sqrt(1 - t)) / 2, (1 + mpmath.sqrt(1 - t)) / 2, 1]
    return complex(1 + t * mpmath.quad(f, points) / 2)


# gamma matrices in the Dirac basis
_S = [np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.array([[1, 0], [0, -1]])]
_Z, _I = np.zeros((2, 2)), np.eye(2)
GAMMA = [np.block([[_I, _Z], [_Z, -_I]])] + [np.block([[_Z, s], [-s, _Z]]) for s in _S]
GAMMA5 = np.block([[_Z, _I], [_I, _Z]]).astype(complex)
METRIC = np.diag([1.0, -1, -1, -1])


def slash(p):
    return sum(METRIC[n, n] * p[n] * GAMMA[n] for n in range(4))


def _squared(vertices, left, right):
    """Spin sum of -g_mn M^m M^n* between slash + mass matrices ``left`` and ``right``."""
    total = 0.0
    for n in range(4):
        bar = GAMMA[0] @ vertices[n].conj().T @ GAMMA[0]
        total -= METRIC[n, n] * np.trace(left @ vertices[n] @ right @ bar)
    return float(total.real)


def two_to_two(s, m, kind, e=0.302822):
    """Cross section of l lbar -> gamma a (``annihilation``) or l gamma -> l a (``compton``), C / f_a = 1, by traces."""
    one = np.eye(4)
    root = math.sqrt(s)
    nodes, weights = np.polynomial.legendre.leggauss(60)
    total = 0.0
    for c, w in zip(nodes, weights, strict=True):
        sine = math.sqrt(1 - c**2)
        if kind == "annihilation":
            E, k = root / 2, math.sqrt(s / 4 - m**2)
            p1, p2 = np.array([E, 0, 0, k]), np.array([E, 0, 0, -k])
            out = root / 2
            photon, a = out * np.array([1, sine, 0, c]), out * np.array([1, -sine, 0, -c])
            inner, outer, initial = p1 - photon, p1 - a, k
            left, right = slash(p2) - m * one, slash(p1) + m * one
            final = out
        else:
            k = (s - m**2) / (2 * root)
            p1, photon = np.array([(s + m**2) / (2 * root), 0, 0, k]), np.array([k, 0, 0, -k])
            a = k * np.array([1, sine, 0, c])
            p2 = p1 + photon - a
            inner, outer, initial = p1 + photon, p1 - a, k
            left, right = slash(p2) + m * one, slash(p1) + m * one
            final = k
        axial = slash(a) @ GAMMA5 / 2

        def line(q):
            return (slash(q) + m * one) / (q @ METRIC @ q - m**2)

        vertices = [e * (axial @ line(inner) @ GAMMA[n] + GAMMA[n] @ line(outer) @ axial) for n in range(4)]
        total += w * _squared(vertices, left, right)
    # the average over 4 spin states; the sign of a closed loop with an antiparticle is that of -(slash p2 - m)
    squared = abs(total) / 4
    return squared * final / initial / (32 * math.pi * s)


def electron_relic(kind, m_chi, epsilon, bath, r=3.0, alpha_D=0.5):
    """Omega h^2 of dark matter that annihilates into e+ e- only (m_chi below 50 MeV): quad and a stiff solver."""
    mA = r * m_chi

    def beta(s, m):
        return math.sqrt(max(1 - 4 * m**2 / s, 0.0))

    def sigma(s):
        X = (s + 2 * m_chi**2) / beta(s, m_chi) if kind == "pseudo-dirac" else beta(s, m_chi) * s
        b = beta(mA**2, m_chi)
        dark = {"pseudo-dirac": alpha_D * mA / 3 * b * (1 + 2 / r**2), "scalar": alpha_D * mA / 12 * b**3}
        dark["majorana"] = alpha_D * mA / 6 * b**3
        R = sum(beta(s, m) * (1 + 2 * m**2 / s) for m in M.values() if s > 4 * m**2)
        width = dark[kind] + ALPHA * epsilon**2 * mA / 3
        return 4 * math.pi * ALPHA * alpha_D * epsilon**2 / 3 * X * R / ((s - mA**2) ** 2 + mA**2 * width**2)

    def average(x):
        T = m_chi / x

        def f(u):  # sqrt s = 2 m + T u^2
            w = 2 * m_chi + T * u**2
            s = w**2
            return sigma(s) * (s - 4 * m_chi**2) * s * 2 * kve(1, w / T) * math.exp(-(u**2)) * 2 * T * u

        return quad(f, 0, 7, limit=200, epsrel=1e-7)[0] / (8 * m_chi**4 * T * kve(2, x) ** 2)

    g, effective = {"scalar": (2, 0.5), "majorana": (2, 1.0), "pseudo-dirac": (4, 0.5)}[kind]
    ln_x = np.linspace(math.log(5), math.log(1500), 60)
    ln_sigma = np.log([average(x) for x in np.exp(ln_x)])

    def state(x):
        b = bath(1e3 * m_chi / x)
        T = m_chi / x
        H = math.sqrt(4 * math.pi**3 * float(b.g_rho) / 45) * T**2 / PLANCK
        s = 2 * math.pi**2 / 45 * float(b.g_s) * T**3
        ln_eq = math.log(g * m_chi**2 * T / (2 * math.pi**2 * s) * kve(2, x)) - x
        return H, s, ln_eq, 1 + float(b.slope) / 3

    def rhs(t, W):
        x = math.exp(t)
        H, s, ln_eq, clock = state(x)
        c = s * effective * math.exp(np.interp(t, ln_x, ln_sigma)) / H * clock
        return [-c * math.exp(W[0]) * (1 - math.exp(min(2 * (ln_eq - W[0]), 50)))]

    found = solve_ivp(rhs, (ln_x[0], ln_x[-1]), [state(5.0)[2]], method="Radau", rtol=1e-6, atol=1e-9)
    return OMEGA_PER_GEV * m_chi * math.exp(found.y[0, -1])


def _polarisations(k, mass):
    """Three real polarisation vectors of a massive vector of momentum k in the x-z plane."""
    size = math.sqrt(k[1] ** 2 + k[3] ** 2)
    n = k[1:] / size
    return [
        np.array([0.0, 0, 1, 0]),
        np.array([0.0, n[2], 0, -n[0]]),
        np.array([size, *(k[0] * n)]) / mass,
    ]


def mediator_pairs(kind, s, M, angles=40):
    """Cross section of two dark-matter particles of mass 1 into two mediators of mass M over g^4, diagram by diagram.

    Explicit polarisation vectors and gamma matrices, traces over the spins, the angle by quadrature.
    """
    E = math.sqrt(s) / 2
    p, k = math.sqrt(E**2 - 1), math.sqrt(E**2 - M**2)
    p1, p2 = np.array([E, 0, 0, p]), np.array([E, 0, 0, -p])
    one, total = np.eye(4), 0.0

    def dot(a, b):
        return a @ METRIC @ b

    for c, w in zip(*np.polynomial.legendre.leggauss(angles), strict=True):
        sine = math.sqrt(1 - c**2)
        k1, k2 = np.array([E, k * sine, 0, k * c]), np.array([E, -k * sine, 0, -k * c])
        t, u = dot(p1 - k1, p1 - k1) - 1, dot(p1 - k2, p1 - k2) - 1
        vectors = (
            [(None, None)]
            if "mediator" in kind
            else [(e1, e2) for e1 in _polarisations(k1, M) for e2 in _polarisations(k2, M)]
        )
        for e1, e2 in vectors:
            if kind == "scalar":
                left = dot(2 * p1 - k1, e1) * dot(2 * p2 - k2, e2) / t
                right = dot(2 * p1 - k2, e2) * dot(2 * p2 - k1, e1) / u
                total += w * (left + right + 2 * dot(e1, e2)) ** 2
                continue
            if "mediator" in kind:
                first = second = one if kind == "scalar mediator" else 1j * GAMMA5
            else:
                turn = GAMMA5 if kind == "majorana" else one
                first, second = slash(e1) @ turn, slash(e2) @ turn
            vertex = second @ (slash(p1 - k1) + one) @ first / t + first @ (slash(p1 - k2) + one) @ second / u
            bar = GAMMA[0] @ vertex.conj().T @ GAMMA[0]
            total += w * np.trace((slash(p2) - one) @ vertex @ (slash(p1) + one) @ bar).real / 4
    # identical mediators: half; flux 4 p sqrt(s); phase space k / (4 pi sqrt(s)) dc / 2
    return total / 2 * k / (8 * math.pi * math.sqrt(s)) / (4 * p * math.sqrt(s))


def electron_average(kind, m, r, alpha_D, epsilon, x, running=False):
    """<sigma v> [MeV^-2] into leptons with quad pieces that close in on threshold and pole; m in MeV."""
    pole, leptons = (r - 2) * (r + 2), [1e3 * value for value in M.values()]

    def ratio(s):
        return sum(math.sqrt(1 - 4 * f**2 / s) * (1 + 2 * f**2 / s) for f in leptons if s > 4 * f**2)

    def dark(s, b):
        return alpha_D / 3 * {"pseudo-dirac": b * (1 + 2 / s), "scalar": b**3 / 4, "majorana": b**3 / 2}[kind]

    visible = ALPHA * epsilon**2 / 3 * ratio((r * m) ** 2)
    fixed = dark(r**2, math.sqrt(max(pole, 0.0)) / r)

    def f(xi, distance):
        s = 4 + xi
        b, w = math.sqrt(xi / s), math.sqrt(s)
        width = (s * dark(s, b) if running else r**2 * fixed) + r**2 * visible
        X = (s + 2) / b if kind == "pseudo-dirac" else b * s
        sigma = 4 * math.pi * ALPHA * alpha_D * epsilon**2 / 3 * X * ratio(s * m**2) / (distance**2 + width**2)
        bessel = kve(1, w * x) / kve(2, x) ** 2 * math.exp(-(xi / (w + 2)) * x)
        return x / 8 * sigma * xi * w * bessel / m**2

    top = math.log((2 + 45 / x) ** 2 - 4)
    scale = math.log(abs(pole) / 1e12) if pole else -90.0

    def pieces(g, low, high):
        edges = np.append(np.arange(low, high, 1.0), high)
        return sum(quad(g, a, b, epsrel=1e-10)[0] for a, b in pairwise(edges))

    if pole <= 0:
        return pieces(lambda v: math.exp(v) * f(math.exp(v), math.exp(v) - pole), scale, top)
    below = pieces(lambda v: math.exp(v) * f(math.exp(v), math.exp(v) - pole), scale, math.log(pole / 2))
    left = pieces(lambda v: math.exp(v) * f(pole - math.exp(v), -math.exp(v)), scale - 10, math.log(pole / 2))
    right = pieces(lambda v: math.exp(v) * f(pole + math.exp(v), math.exp(v)), scale - 10, top)
    return below + left + right


def relic_with_pairs(kind, m, r, alpha_D, epsilon, bath, threshold_only=False):
    """Omega h^2 for electrons and two mediators: quad, brute-force amplitudes, a stiff solver; m in MeV, m < 50.

    ``threshold_only``: the reverse process at rest, by detailed balance, for all energies.
    """
    ln_x = np.linspace(math.log(5), math.log(1500), 48)
    visible = np.log([electron_average(kind, m, r, alpha_D, epsilon, float(x)) for x in np.exp(ln_x)])
    g4 = (4 * math.pi * alpha_D) ** 2
    # sigma over the velocity of the mediators is smooth: polynomial in 1 / s
    nodes = np.cos(math.pi * (np.arange(24) + 0.5) / 24)
    v = (1 + nodes) / 2 * (1 - 1e-6) / (4 * r**2)
    values = [mediator_pairs(kind, 1 / a, r, 24) / math.sqrt(1 - 4 * r**2 * a) for a in v]
    smooth = np.polynomial.Chebyshev.fit(v, values, 20)

    def pairs(x):
        if threshold_only:
            at_rest = 2 * float(smooth(1 / (4 * r**2))) * (1 - 1 / r**2) * g4 / m**2
            return at_rest * (r**2 * kve(2, r * x) / kve(2, x)) ** 2

        def h(y):  # sqrt s = 2 r + y^2 / x
            w = 2 * r + y**2 / x
            sigma = float(smooth(1 / w**2)) * math.sqrt(1 - 4 * r**2 / w**2)
            return sigma * (w**2 - 4) * w**2 * 2 * kve(1, w * x) * math.exp(-(y**2)) * 2 * y / x

        return x / 8 * quad(h, 0, 7, epsrel=1e-8)[0] / kve(2, x) ** 2 * g4 / m**2

    scaled = np.log([pairs(float(x)) for x in np.exp(ln_x)])
    from scipy.interpolate import make_interp_spline

    s_vis, s_pair = make_interp_spline(ln_x, visible), make_interp_spline(ln_x, scaled)
    g, effective = {"scalar": (2, 0.5), "majorana": (2, 1.0), "pseudo-dirac": (4, 0.5)}[kind]

    def rhs(t, W):
        x = math.exp(t)
        T = m / x
        b = bath(T)
        H = math.sqrt(4 * math.pi**3 * float(b.g_rho) / 45) * T**2 / (1e3 * PLANCK)
        s = 2 * math.pi**2 / 45 * float(b.g_s) * T**3
        ln_eq = math.log(g * m**2 * T / (2 * math.pi**2 * s) * kve(2, x)) - x
        sigma = math.exp(s_vis(t)) + math.exp(s_pair(t) - 2 * (r - 1) * x)
        c = s * effective * sigma / H * (1 + float(b.slope) / 3)
        return [-c * math.exp(W[0]) * (1 - math.exp(min(2 * (ln_eq - W[0]), 50)))]

    T = m / 5
    b = bath(T)
    start = math.log(g * m**2 * T / (2 * math.pi**2 * 2 * math.pi**2 / 45 * float(b.g_s) * T**3) * kve(2, 5.0)) - 5
    found = solve_ivp(rhs, (ln_x[0], ln_x[-1]), [start], method="Radau", rtol=1e-6, atol=1e-9)
    return OMEGA_PER_GEV * m * 1e-3 * math.exp(found.y[0, -1])
