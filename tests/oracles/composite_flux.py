"""Averages over the neutrino beams of chapter 06, section 5, and the limits of section 7, from the tables alone. GeV."""

import functools
import math
import pathlib

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm as normal

from oracles import composite_decays as decays
from oracles import composite_density as density
from oracles import composite_nucleon as nucleon

TABLES = pathlib.Path(__file__).parents[2] / "src/darkfactory/experiments/fluxes"
NUTEV_CUT, NO_CUT = (20.0, 180.0), (0.0, math.inf)
FLAVORS = ("nue", "numu", "nutau", "nuebar", "numubar", "nutaubar")
SHIP_MEAN = {"nue": 59.0, "numu": 42.0, "nutau": 52.0, "nuebar": 46.0, "numubar": 36.0, "nutaubar": 70.0}
SHIP_CC = {"nue": 1.1e6, "numu": 2.7e6, "nutau": 3.2e4, "nuebar": 2.6e5, "numubar": 6.0e5, "nutaubar": 2.1e4}


def read(name):
    """{column: array} of a table with a header line `# columns:`."""
    lines = (TABLES / f"{name}.csv").read_text().splitlines()
    columns = next(line for line in lines if line.startswith("# columns:")).split(":")[1].strip().split(",")
    rows = np.array([[float(word) for word in line.split(",")] for line in lines if not line.startswith("#")])
    return dict(zip(columns, rows.T, strict=True))


def bell(e, mean, width):
    return np.exp(-((e - mean) ** 2) / (2 * width**2))


def shape(name, e):
    """Analytic flux shapes."""
    if name == "nutev":
        return np.where((e > 10) & (e < 500), bell(e, 75, 24) + 0.062 * bell(e, 185, 65), 0.0)
    if name == "nutevbar":
        return np.where((e > 10) & (e < 500), bell(e, 75, 24) + 0.045 * bell(e, 185, 65), 0.0)
    if name == "dune":
        tail = 0.025 * np.where(e > 1, np.exp(-(e - 2.5) / 6), 0.0)
        return np.where((e > 0.5) & (e < 60), bell(e, 2.5, 1.0) + tail, 0.0)
    flavor, a = name.split(":")[1], float(name.split(":")[2]) if name.count(":") > 1 else 0.0
    b = 400 * (a + 2) / SHIP_MEAN[flavor] - a - 3
    return (1 - e / 400) ** b * (e / 400) ** a


def beam(name):
    """(energies, weights): the flux times the step of the integral."""
    if name in ("nutev", "nutevbar"):
        e, w = nucleon.gauss(30, 15.0, 450.0)
    elif name == "dune":
        e, w = nucleon.gauss(40, 0.5, 60.0)
    elif name.startswith("ship"):
        e, w = nucleon.gauss(30, 1.0, 399.0)
    else:
        table, column = name.split("/")
        rows = read(table)
        e, flux = rows["E_GeV"], rows[column]
        step = np.zeros_like(e)  # trapezoid
        step[:-1] += np.diff(e) / 2
        step[1:] += np.diff(e) / 2
        return e[flux > 0], (flux * step)[flux > 0]
    return e, w * shape(name, e)


def sigma_x(energy, anti, cut, dimension, gap, m_cut=math.inf):
    """sigma_X/m_hat^2 at an energy, coarse."""
    return nucleon.triple(float(energy), dimension, gap, anti=anti, cut=cut, m_cut=m_cut, n=(32, 20, 16))


@functools.lru_cache(maxsize=4096)
def cc(energy, anti, cut):
    return nucleon.cc(energy, anti=anti, cut=cut, n=(32, 24))


def mean_cc(name, anti=False, cut=NO_CUT):
    """(mean energy of CC events, share of them that passes the cut)."""
    e, w = beam(name)
    whole = w * [cc(float(x), anti, NO_CUT) for x in e]
    kept = w * [cc(float(x), anti, cut) for x in e]
    return float(kept @ e / kept.sum()), float(kept.sum() / whole.sum())


def ratio_x(name, dimension, gap, anti=False, cut=NO_CUT, m_cut=math.inf):
    """r_X/m_hat^2."""
    e, w = beam(name)
    below = w * [cc(float(x), anti, cut) for x in e]
    above = w * [sigma_x(x, anti, cut, dimension, gap, m_cut) for x in e]
    return float(above.sum() / below.sum())


def forward(name, dimension, gap, m_cut=math.inf, flavor="mu"):
    """S of a forward detector: tables of events, neutrinos and antineutrinos."""
    rows = read(name)
    total = 0.0
    for anti in (False, True):
        numbers = rows[f"NCC_nu{flavor}{'bar' if anti else ''}"]
        for e, n in zip(rows["E_GeV"], numbers, strict=True):
            if n > 0:
                total += n * sigma_x(e, anti, NO_CUT, dimension, gap, m_cut) / cc(float(e), anti, NO_CUT)
    return total


# --- limits -----------------------------------------------------------------------------------------------------------


def cls_limit(best, sigma, level=0.05):
    """mu with Phi((best-mu)/sigma) = level Phi(best/sigma), by bisection."""
    return brentq(
        lambda mu: normal.cdf((best - mu) / sigma) - level * normal.cdf(best / sigma), 0.0, 10 * sigma + abs(best)
    )


def nutev_limit(r, sigma=(0.0013, 0.0027), pull=(-0.0034, -0.0016)):
    """Largest m_hat^2 from the ratios r/m_hat^2 of neutrinos and antineutrinos."""
    r, sigma, pull = np.array(r), np.array(sigma), np.array(pull)
    information = np.sum(r**2 / sigma**2)
    return cls_limit(float(np.sum(r * pull / sigma**2) / information), float(information**-0.5))


def invisible_limit(n_cc, systematic):
    """Largest number of events of a counting experiment."""
    n_nc = 0.32 * n_cc
    return 1.96 * math.sqrt((systematic * n_nc) ** 2 + n_nc)


def largest_root(excess, low=1.2, high=2000.0, n=60):
    """The largest Lambda at which signal(Lambda) - limit changes sign, or None."""
    grid = np.geomspace(low, high, n)
    values = [excess(x) for x in grid]
    for i in range(n - 2, -1, -1):
        if values[i] > 0 >= values[i + 1]:
            return brentq(excess, grid[i], grid[i + 1], rtol=1e-6)
    return None


# --- decays on the way ------------------------------------------------------------------------------------------------


class DecaySpectrum:
    """d sigma_HNL/dy at (M, v), y = v (1 - M^2/s): E_X = (1-y) E is needed besides M."""

    def __init__(self, energy, anti, n_mass=28, n=(48, 24)):
        self.energy = energy
        s = 2 * nucleon.M_N * energy
        self.top = math.sqrt(s)
        self.u = (1 - np.cos(np.pi * (np.arange(n_mass) + 0.5) / n_mass)) / 2
        self.w = (-1.0) ** np.arange(n_mass) * np.sin(np.pi * (np.arange(n_mass) + 0.5) / n_mass)
        v, self.wv = nucleon.gauss(n[1], 0.0, 1.0)
        self.v = v
        root, wroot = nucleon.gauss(n[0], 0.0, 1.0)
        tables = nucleon.partons.neutral_tables(0.5, anti)
        self.values = np.zeros((n_mass, n[1]))
        for i, u in enumerate(self.u):
            m2 = (self.top * u**2) ** 2
            y = v * (1 - m2 / s)
            low = m2 / (s * (1 - y))
            x = low + (1 - low) * root[:, None] ** 4
            wx = (1 - low) * 4 * (root**3 * wroot)[:, None]
            a = nucleon.partons.interpolate(tables, x, x * y * s)
            r = m2 / (x * s)
            inside = a[..., 0] * (1 - r) + a[..., 1] * (1 - y) * (1 - y - r)
            inside = inside * nucleon.propagator(x * y * s, nucleon.M_Z)
            self.values[i] = np.sum(wx * inside, axis=0) * (1 - m2 / s) * nucleon.prefactor(energy)

    def at(self, mass):
        """[mass, v]"""
        gap = np.sqrt(np.minimum(mass / self.top, 1.0))[:, None] - self.u
        gap[gap == 0] = 1e-300
        ratio = self.w / gap
        return ratio @ self.values / ratio.sum(axis=1)[:, None]

    def pieces(self, dimension, gap):
        """(weights, momentum/mass of each psi, number of them, M, E_X) per m_hat^2, on the grid [mass, v]."""
        m2, weight = density.nodes(dimension, gap, self.top**2, n=24, lowest=1e-9)
        if weight.sum() == 0:
            return None
        mass = np.sqrt(m2)
        d = density.amplitude(dimension) * (weight / m2)[:, None] * self.at(mass) * self.wv
        y = self.v * (1 - m2 / self.top**2)[:, None]
        e_x = (1 - y) * self.energy
        many = np.maximum(1, np.floor(mass / (2 * gap) * (1 + 1e-12)))[:, None]
        boost = np.sqrt(np.maximum((e_x / many / gap) ** 2 - 1, 1e-9))
        return d, boost, np.broadcast_to(many, d.shape), np.broadcast_to(mass[:, None], d.shape), e_x


def decayed(pieces, length, ctau):
    """Rate with at least one psi decayed: 1 minus the product of the chances to fly on, sharing E_X equally."""
    d, boost, many, _, _ = pieces
    return float(np.sum(d * -np.expm1(-many * length / (boost * ctau))))


class Tagged:
    """Events per m_hat^2 of a list of (energy, anti, CC events there) with a decay within a length, any Lambda."""

    def __init__(self, points, dimension, gap, kept):
        self.dimension, self.gap, self.parts = dimension, gap, []
        for e, anti, n in points:
            key = ("decay", round(float(e), 9), anti)
            if key not in kept:
                kept[key] = DecaySpectrum(float(e), anti)
            pieces = kept[key].pieces(dimension, gap)
            if pieces is not None and n > 0:
                self.parts.append((n / cc(float(e), anti, NO_CUT), pieces))

    def rate(self, length, cutoff):
        ctau = decays.ctau_m(self.gap, self.dimension, cutoff)
        return sum(factor * decayed(pieces, length, ctau) for factor, pieces in self.parts)

    def mean_energy(self):
        top = sum(factor * float(np.sum(p[0] * p[4])) for factor, p in self.parts)
        return top / sum(factor * float(np.sum(p[0])) for factor, p in self.parts)

    def limit(self, length, events=3.0, efficiency=0.5):
        def excess(log_cutoff):
            cutoff = math.exp(log_cutoff)
            return efficiency * density.insertion(cutoff, self.dimension) * self.rate(length, cutoff) - events

        return math.exp(brentq(excess, math.log(1.1), math.log(1e7), xtol=1e-7))
