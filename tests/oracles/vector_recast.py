"""Slow second form of the recast of dark-photon limits (chapter 07, sections 2, 3.6, 5): couplings x_f in units of epsilon e.

Widths with alpha and an R ratio of its own, decays in proper time summed bin by bin, edges by looking at many couplings.
"""

from __future__ import annotations

import cmath
import math

import numpy as np

ALPHA = 1 / 137.035999
MASSES = {"e": 0.51099895e-3, "mu": 0.1056583755, "tau": 1.77693}
M_PI = 0.13957039
DARK_PHOTON = {"e": -1, "mu": -1, "tau": -1, "u": 2 / 3, "d": -1 / 3, "s": -1 / 3, "nu_e": 0, "nu_mu": 0, "nu_tau": 0}
B_MINUS_L = {"e": -1, "mu": -1, "tau": -1, "u": 1 / 3, "d": 1 / 3, "s": 1 / 3, "nu_e": -1, "nu_mu": -1, "nu_tau": -1}
PROTON, NEUTRON = 0.08, 1.0
PROTOPHOBIC = {
    **dict.fromkeys(("nu_e", "nu_mu", "nu_tau"), 0.05),
    **dict.fromkeys(("e", "mu", "tau"), 0.3),
    "u": (2 * PROTON - NEUTRON) / 3,
    "d": (2 * NEUTRON - PROTON) / 3,
    "s": (2 * NEUTRON - PROTON) / 3,
}


def resonance(s, m, gamma):
    """Gounaris-Sakurai form of the chapter, GeV."""

    def k(at):
        return math.sqrt(at - 4 * M_PI**2) / 2

    def h(at):
        return 2 / math.pi * k(at) / math.sqrt(at) * math.log((math.sqrt(at) + 2 * k(at)) / (2 * M_PI))

    at = m * m
    slope = h(at) * (1 / (8 * k(at) ** 2) - 1 / (2 * at)) + 1 / (2 * math.pi * at)
    f = gamma * at / k(at) ** 3 * (k(s) ** 2 * (h(s) - h(at)) + (at - s) * k(at) ** 2 * slope)
    log = math.log((m + 2 * k(at)) / (2 * M_PI))
    d = 3 / math.pi * (M_PI / k(at)) ** 2 * log + m / (2 * math.pi * k(at)) - M_PI**2 * m / (math.pi * k(at) ** 3)
    return at * (1 + d * gamma / m) / (at - s + f - 1j * m * gamma * (k(s) / k(at)) ** 3 * m / math.sqrt(s))


def pions_and_omega(m):
    """R of two pions, and of the omega, below 0.9 GeV."""
    if m <= 2 * M_PI:
        return 0.0, 0.0
    s = m * m
    form = (resonance(s, 0.77526, 0.1474) - 0.115 * resonance(s, 1.465, 0.40)) / (1 - 0.115)
    omega = 9 / ALPHA**2 * s * 0.60e-6 * 8.68e-3 / ((s - 0.78266**2) ** 2 + (0.78266 * 8.68e-3) ** 2)
    return (1 - 4 * M_PI**2 / s) ** 1.5 * abs(complex(form)) ** 2 / 4, omega if m > 3 * M_PI else 0.0


def widths(m, x):
    """Partial widths [GeV] of a vector of m < 0.9 GeV for epsilon = 1, by final state; and their sum."""
    unit = ALPHA * m / 3
    found = {}
    for lepton in ("e", "mu"):
        r = (MASSES[lepton] / m) ** 2
        found[lepton] = 0.0 if 4 * r >= 1 else unit * x[lepton] ** 2 * cmath.sqrt(1 - 4 * r).real * (1 + 2 * r)
    pions, omega = pions_and_omega(m)
    # of the electromagnetic current (2u - d)/3 half of u - d is the isovector, a sixth of u + d the isoscalar part
    isovector, isoscalar = (x["u"] - x["d"]) / 2, (x["u"] + x["d"]) / 2
    found["pipi"] = unit * pions * (isovector / (1 / 2)) ** 2
    found["omega"] = unit * omega * (isoscalar / (1 / 6)) ** 2
    # one chirality: half of a massless Dirac fermion
    found["nu"] = sum(unit / 2 * x[f"nu_{flavor}"] ** 2 for flavor in ("e", "mu", "tau"))
    return found, math.fsum(found.values())


def production(mode, x):
    """Rate over that of a dark photon with epsilon = 1."""
    quarks = {"u": 2 / 3, "d": -1 / 3, "s": -1 / 3}
    content = {"pi0": {"u": 1, "d": -1}, "eta": {"u": 1, "d": 1, "s": -1}}
    if mode in content:
        made = sum(c * quarks[q] * x[q] for q, c in content[mode].items())
        usual = sum(c * quarks[q] * quarks[q] for q, c in content[mode].items())
        return (made / usual) ** 2
    if mode == "proton":
        return (2 * x["u"] + x["d"]) ** 2
    return (x["e"] / DARK_PHOTON["e"]) ** 2


def decays(start, stop, width, steps=4000):
    """Probability to decay between two proper times (any unit, that of 1/width), bin by bin."""
    t = np.linspace(start, stop, steps + 1)
    middle = (t[1:] + t[:-1]) / 2
    return float(np.sum(np.exp(-middle * width) * width * np.diff(t)))


def prompt(m, epsilon, x, modes, seen):
    """Limit on the scale (coupling over e) of couplings x, of a prompt search with a limit on epsilon."""
    rates = []
    for mode in modes:
        for states in seen:
            usual, new = (
                production(mode, y) * sum(widths(m, y)[0][state] for state in states) / widths(m, y)[1]
                for y in (DARK_PHOTON, x)
            )
            rates.append(new / usual)
    return epsilon / math.sqrt(min(rates))


def displaced(m, low, high, x, mode, seen, lengths):
    """Both edges of a displaced search, without any root finder but halving of intervals."""
    shield, volume = lengths
    usual, new = (widths(m, y) for y in (DARK_PHOTON, x))
    usual_share, new_share = (sum(of[0][state] for state in seen) / of[1] for of in (usual, new))

    def events(scale, start, width, rate):
        return rate * scale**2 * decays(start, start * (1 + volume / shield), width * scale**2)

    def halved(function, one, other):
        sign = function(one) > 0
        for _ in range(60):
            middle = math.sqrt(one * other)
            one, other = (middle, other) if (function(middle) > 0) == sign else (one, middle)
        return math.sqrt(one * other)

    def between_edges(start):
        return events(low, start, usual[1], 1.0) - events(high, start, usual[1], 1.0)

    start = halved(between_edges, 1e-3 / (usual[1] * high**2), 60 / (usual[1] * high**2))
    allowed = events(low, start, usual[1], usual_share)
    rate = production(mode, x) * new_share

    def excess(scale):
        return events(scale, start, new[1], rate) - allowed

    scales = np.geomspace(low / 100, high * 100, 300)
    over = [excess(scale) > 0 for scale in scales]
    first, last = over.index(True), len(over) - 1 - over[::-1].index(True)
    return halved(excess, scales[first - 1], scales[first]), halved(excess, scales[last], scales[last + 1])
