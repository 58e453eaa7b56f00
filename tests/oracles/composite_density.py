"""The spectral density of a composite neutrino from section 2 of chapter 06, with mpmath and plain quadrature. GeV."""

import itertools
import math

import mpmath as mp
import numpy as np

G_F = 1.1663788e-5
VEV = (math.sqrt(2) * G_F) ** -0.5
CM2 = 0.3893793721e-27


def kappa(dimension, norm="free"):
    """Normalisation relative to `free`."""
    return {
        "free": lambda d: 1.0,
        "gff": lambda d: 2 / (2 * d - 1),
        "cft": lambda d: 4 * math.pi**2 / (2 * d - 1),
        "unparticle": lambda d: (4 * math.pi**2) ** (1.5 - d),
    }[norm](dimension)


def amplitude(dimension, norm="free"):
    """A_Delta."""
    d = dimension - 0.5
    return kappa(dimension, norm) * 4 / 4**d / math.gamma(d) / math.gamma(d - 1)


def amplitude_from_phase_space(dimension):
    """A_Delta of `unparticle` from Georgi's phase space of d = Delta - 1/2 massless particles, over 2 pi."""
    d = dimension - 0.5
    georgi = 16 * math.pi**2.5 / (2 * math.pi) ** (2 * d) * math.gamma(d + 0.5) / math.gamma(d - 1) / math.gamma(2 * d)
    return georgi / (2 * math.pi)


def wightman(dimension, x):
    """x^(2 Delta - 1) 4 pi^2 times the integral of rho over free massive propagators at distance x: kappa."""
    a = mp.mpf(dimension) - 2.5

    def integrand(t):  # t = M^(2a+2), flat in the density
        m = t ** (1 / (2 * a + 2))
        return m * mp.besselk(1, m * x) / (4 * mp.pi**2 * x) / (a + 1)

    total = mp.quad(integrand, [0, *((mp.mpf(end) / x) ** (2 * a + 2) for end in ("1e-5", 1, 10, 60))])
    return amplitude(dimension) * total * mp.mpf(x) ** (2 * dimension - 1) * 4 * mp.pi**2


def j_moments(dimension, gap, top2):
    """J_0 and J_1 by quadrature in the variable (M^2-mu)^(a+1), which flattens the gap."""
    a, mu = mp.mpf(dimension) - 2.5, mp.mpf(gap) ** 2
    if top2 <= mu:
        return 0.0, 0.0
    end = (mp.mpf(top2) - mu) ** (a + 1)
    pieces = [end * mp.mpf(10) ** -k for k in range(12, -1, -1)]

    def over_mass(t):
        return 1 / (mu + t ** (1 / (a + 1)))

    j0 = mp.quad(over_mass, [0, *pieces]) / (a + 1)
    return float(j0), float(mp.quad(lambda t: 1, [0, end]) / (a + 1))


def nodes(dimension, gap, top2, n=48, lowest=1e-18):
    """Points M^2 and weights of the integral of dM^2 (M^2-gap^2)^(Delta-5/2); panels in ln(M^2-gap^2).

    What lies below the first panel is one more point at the gap.
    """
    a, mu = dimension - 2.5, gap**2
    width = top2 - mu
    if width <= 0:
        return np.array([mu]), np.zeros(1)
    u, w = np.polynomial.legendre.leggauss(n)
    edges = np.linspace(math.log(lowest), 0.0, 13)
    v = np.concatenate([(lo + hi) / 2 + (hi - lo) / 2 * u for lo, hi in itertools.pairwise(edges)])
    dv = np.concatenate([(hi - lo) / 2 * w for lo, hi in itertools.pairwise(edges)])
    z = width * np.exp(v)
    tail = (width * lowest) ** (a + 1) / (a + 1)
    return np.concatenate([[mu], mu + z]), np.concatenate([[tail], z ** (a + 1) * dv])


def over_density(kernel, dimension, gap, top2, norm="free", over_mass=True, lower2=0.0):
    """Integral of A (M^2-mu)^a kernel(M) [/M^2] dM^2: a rate per m_hat^2 when the kernel is that of a heavy neutrino."""
    m2, weight = nodes(dimension, gap, top2)
    value = np.array(kernel(np.sqrt(m2)), float)
    value = value * (m2 >= lower2) / (m2 if over_mass else 1.0)
    return amplitude(dimension, norm) * float(np.sum(weight * value))


def total_mixing(dimension, gap):
    """U^2_tot/m_hat^2 for 3/2 < Delta < 5/2 by quadrature to infinity."""
    a, mu = mp.mpf(dimension) - 2.5, mp.mpf(gap) ** 2
    low = mp.quad(lambda t: 1 / (mu + t ** (1 / (a + 1))), [0, mu ** (a + 1)]) / (a + 1)
    high = mp.quad(lambda t: 1 / (1 + mu * t ** (1 / -a)), [0, mu**a]) / -a  # t = (M^2-mu)^a
    return float(amplitude(dimension) * (low + high))


def insertion(cutoff, dimension, y=1.0):
    """m_hat^2."""
    return 0.5 * (y * VEV) ** 2 * cutoff ** (3 - 2 * dimension)


def cutoff(m_hat2, dimension, y=1.0):
    """Lambda from m_hat^2."""
    return (0.5 * (y * VEV) ** 2 / m_hat2) ** (1 / (2 * dimension - 3))
