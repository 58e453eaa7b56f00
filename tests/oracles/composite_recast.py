"""Recast of published curves |U|^2(M) on the continuum (chapter 06, section 3.8), the spectrum of masses by brute force. GeV."""

import math

import numpy as np
from scipy.integrate import quad

from oracles import composite_decays as decays
from oracles import composite_density as density

M_PI = 0.13957039


def limit_at(table, mass):
    """ln U^2 linear in ln M of a table (mass [GeV], |U|^2), None outside."""
    m, u = table
    if not m[0] <= mass <= m[-1]:
        return None
    i = min(max(int(np.searchsorted(m, mass, side="right")) - 1, 0), len(m) - 2)
    share = math.log(mass / m[i]) / math.log(m[i + 1] / m[i])
    return math.exp((1 - share) * math.log(u[i]) + share * math.log(u[i + 1]))


PEAKS = {
    "pienu": {"parent": M_PI, "lepton": decays.M_E, "width": lambda m: 1e-3 * M_PI / m, "k": 2.0, "j": 6.0, "p": 1},
    "na62": {
        "parent": decays.M_K,
        "lepton": decays.M_MU,
        "width": lambda m: 1e-3 / (2 * m),
        "k": 1.5,
        "j": 11.25,
        "p": 3,
    },
}


class PeakFunctional:
    """F_M of a spectrum at a mass: the window less the polynomial through the sidebands."""

    def __init__(self, search, mass):
        self.search, self.mass = search, mass
        self.sigma = sigma = search["width"](mass)
        k, j = search["k"], search["j"]
        # the points of the sidebands, counted in steps of sigma/20
        steps = np.arange(math.ceil(k * 20 - 1e-9), math.floor(j * 20 + 1e-9) + 1) / 20
        self.z = np.concatenate([-steps[::-1], steps])
        powers = np.arange(search["p"] + 1)
        design = self.z[:, None] ** powers
        # the integral over the window of each power, against the coefficients of the fit
        moments = (k ** (powers + 1) - (-k) ** (powers + 1)) / (powers + 1)
        self.c = np.linalg.lstsq(design, np.eye(len(self.z)), rcond=None)[0].T @ moments * sigma

    def spectrum(self, values_at, window):
        """Of any spectrum, from its values in the sidebands and its integral over the window."""
        return window - self.c @ values_at(self.mass + self.z * self.sigma)

    def narrow(self, mass, sidebands=True):
        """Of a Gaussian line at another mass (or masses)."""
        mass = np.atleast_1d(np.asarray(mass, float))
        width = self.search["width"](mass)
        reach = self.search["k"] * self.sigma
        low, high = ((self.mass + end * reach - mass) / width / math.sqrt(2) for end in (-1, 1))
        window = np.array([(math.erf(b) - math.erf(a)) / 2 for a, b in zip(low, high, strict=True)])
        if not sidebands:
            return window
        away = (self.mass + self.z * self.sigma - mass[:, None]) / width[:, None]
        return window - np.exp(-(away**2) / 2) / (width[:, None] * math.sqrt(2 * math.pi)) @ self.c


def kernel_of(search, masses):
    """Rates of P -> l N per U^2."""
    return np.array([decays.meson_kernel(search["parent"], search["lepton"], m) for m in np.atleast_1d(masses)])


def mixing(search, dimension, gap, mass, sidebands=True):
    """u_net (or u_P without sidebands) at a mass, in t = (M^2-mu)^(Delta-3/2)."""
    functional = PeakFunctional(search, mass)
    a = dimension - 2.5
    end = min(search["parent"] - search["lepton"], mass + (search["j"] + 12) * functional.sigma)
    top = (end**2 - gap**2) ** (a + 1)
    # panels that are even in M on one side and in t on the other
    even = (np.linspace(gap, end, 60)[1:] ** 2 - gap**2) ** (a + 1)
    edges = np.unique(np.concatenate([[0.0], even, np.linspace(0, top, 12)]))
    u, w = np.polynomial.legendre.leggauss(12)
    middle, half = (edges[1:] + edges[:-1])[:, None] / 2, np.diff(edges)[:, None] / 2
    m = np.sqrt(gap**2 + (middle + half * u).ravel() ** (1 / (a + 1)))
    total = (half * w).ravel() @ (kernel_of(search, m) * functional.narrow(m, sidebands) / m**2)
    total *= density.amplitude(dimension) / (a + 1)
    return float(total / kernel_of(search, mass)[0] / functional.narrow(mass, sidebands)[0])


def tower(search, dimension, gap, mass, n=40_000):
    """u_net as a sum of narrow states, each with the density of one step in t."""
    functional = PeakFunctional(search, mass)
    end = min(search["parent"] - search["lepton"], mass + (search["j"] + 12) * functional.sigma)
    a = dimension - 2.5
    step = (end**2 - gap**2) ** (a + 1) / n
    m = np.sqrt(gap**2 + ((np.arange(n) + 0.5) * step) ** (1 / (a + 1)))
    total = step * np.sum(kernel_of(search, m) * functional.narrow(m) / m**2) * density.amplitude(dimension) / (a + 1)
    return float(total / kernel_of(search, mass)[0] / functional.narrow(mass)[0])


def peak_mass(search, table, dimension, gap):
    """The mass M_* of the largest u_net, on the grid of the chapter."""
    best = None
    for step in np.arange(-2.0, 6.05, 0.1):
        mass = gap + step * search["width"](gap)
        inside = table[0][0] <= mass <= table[0][-1]
        if inside and mass + search["j"] * search["width"](mass) < search["parent"] - search["lepton"]:
            value = mixing(search, dimension, gap, mass)
            if best is None or value > best[1]:
                best = (mass, value)
    return best


def median_limit(search, table, mass):
    near = np.abs(table[0] - mass) <= 3 * search["width"](mass)
    return float(np.median(table[1][near]))


def counting(table, dimension, gap, kernel=lambda m: 1.0):
    """Integral of dU^2/(m_hat^2 U^2_lim) over the table, rule 2."""
    points = [m for m in table[0] if m > gap]
    start = max(gap, table[0][0])
    a, mu = dimension - 2.5, gap**2
    total = 0.0
    for lo, hi in zip([start, *points[:-1]], points, strict=False):
        if hi <= lo:
            continue

        def integrand(t):
            m = min(max(math.sqrt(mu + t ** (1 / (a + 1))), table[0][0]), table[0][-1])
            return kernel(m) / m**2 / limit_at(table, m)

        total += quad(integrand, (lo**2 - mu) ** (a + 1), (hi**2 - mu) ** (a + 1), epsrel=1e-9, limit=200)[0] / (a + 1)
    return density.amplitude(dimension) * total


def displaced_cutoff(u2, dimension, gap, s0=4.0):
    """Lambda at which the lightest state has this mixing, rule 3."""
    return density.cutoff(u2 * gap**2 / decays.residue(dimension, gap, s0), dimension)


def inclusive(dimension, gap, m_cut=math.inf):
    """I of the inclusive rule for Z -> nu X: states fed by the continuum, slower ones counted more."""
    m_z = decays.M_Z
    p_one = (m_z**2 - gap**2) / (2 * m_z)
    k_one = decays.vector_decay(m_z, gap)
    top = min(m_z, m_cut)
    total, low = 0.0, gap
    while low < top:
        n = max(1, math.floor(low / (2 * gap) + 1e-9))
        high = min(top, 2 * gap * (n + 1))
        a, mu = dimension - 2.5, gap**2

        def integrand(t, n=n, a=a, mu=mu):
            m = math.sqrt(mu + t ** (1 / (a + 1)))
            e = (m_z**2 + m * m) / (2 * m_z) / n
            return decays.vector_decay(m_z, m) / k_one * n * p_one / math.sqrt(max(e * e - mu, 1e-12)) / m**2

        ends = (low**2 - mu) ** (a + 1), (high**2 - mu) ** (a + 1)
        total += quad(integrand, *ends, epsrel=1e-8, limit=200)[0] / (a + 1)
        low = high
    return density.amplitude(dimension) * total


def inclusive_cutoff(u2, dimension, gap, m_cut=math.inf):
    """Lambda of U_psi^2 times the fed mixing = U_lim^4."""
    product = decays.residue(dimension, gap) / gap**2 * inclusive(dimension, gap, m_cut)
    return density.cutoff(u2 / math.sqrt(product), dimension)
