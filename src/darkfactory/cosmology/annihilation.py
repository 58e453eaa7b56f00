r"""Annihilation of dark matter into Standard Model particles: cross sections, widths and thermal averages.

Dark photon: leptons and hadrons (R ratio), or leptons only. Spin-0 mediators: leptons only. The propagator has the
constant width of the mediator on its mass shell.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import ALPHA, LEPTON_MASS, M_MU
from darkfactory.cosmology.hadrons import r_ratio
from darkfactory.numerics.quadrature import unit_legendre

__all__ = ["DARK_MATTER", "Portal", "dark_photon", "leptonic_ratio", "spin_zero", "thermal_average"]

Array = NDArray[np.float64]

DARK_MATTER = {"scalar": (2, 0.5), "majorana": (2, 1.0), "pseudo-dirac": (4, 0.5)}
"""Kinds of dark matter: g of all species together, and <sigma v>_eff / <sigma v> of the equation for their sum."""


def _beta(s: Any, m: Any) -> Any:
    return np.sqrt(np.maximum(1 - 4 * np.asarray(m) ** 2 / s, 0.0))


def leptonic_ratio(s: Any) -> Any:
    """Sum over leptons of beta (1 + 2 m^2 / s), s in MeV^2: the leptonic part of R."""
    return sum(_beta(s, m) * (1 + 2 * m**2 / s) for m in LEPTON_MASS.values())


@dataclass(frozen=True)
class Portal:
    """A mediator between dark matter of mass m and the Standard Model, for a visible coupling of 1.

    Attributes
    ----------
    numerator : callable
        (s, m, velocity) -> sigma [(s - M^2)^2 + M^2 Gamma^2] [MeV^2] over the visible coupling squared; velocity is
        sqrt(1 - 4 m^2 / s), given because it cannot be had from s next to the threshold.
    visible_width : callable
        M -> width into Standard Model particles [MeV] over the visible coupling squared.
    dark_width : callable
        (M, m, velocity) -> width into dark matter [MeV], also of a mediator off its mass shell.
    pairs : str
        Kind of annihilation into two mediators, see :mod:`darkfactory.cosmology.mediator_pairs`.
    dark_coupling : float
        Coupling of the mediator to dark matter.
    """

    numerator: Callable[[Any, Any, Any], Any]
    visible_width: Callable[[Any], Any]
    dark_width: Callable[[Any, Any, Any], Any]
    pairs: str
    dark_coupling: float


def dark_photon(kind: str, alpha_D: float, leptophilic: bool = False) -> Portal:
    r"""Dark photon of kinetic mixing epsilon (the visible coupling) and dark fine-structure constant alpha_D.

    Parameters
    ----------
    kind : str
        ``scalar`` (complex), ``majorana`` (axial), ``pseudo-dirac`` (also Dirac).
    alpha_D : float
        Dark fine-structure constant.
    leptophilic : bool
        Leave out hadrons.

    Returns
    -------
    Portal
        Cross section into leptons and hadrons, and widths.
    """

    def ratio(E: Any) -> Any:
        return leptonic_ratio(E**2) if leptophilic else leptonic_ratio(E**2) + r_ratio(E)

    def numerator(s: Any, m: Any, velocity: Any) -> Any:
        X = (s + 2 * m**2) / velocity if kind == "pseudo-dirac" else velocity * s
        return 4 * np.pi * ALPHA * alpha_D / 3 * X * ratio(np.sqrt(s))

    def visible_width(M: Any) -> Any:
        return ALPHA * M / 3 * ratio(M)

    def dark_width(M: Any, m: Any, velocity: Any) -> Any:
        if kind == "pseudo-dirac":
            return alpha_D * M / 3 * velocity * (1 + 2 * m**2 / M**2)
        return alpha_D * M / (12 if kind == "scalar" else 6) * velocity**3

    return Portal(numerator, visible_width, dark_width, kind, math.sqrt(4 * np.pi * alpha_D))


def spin_zero(kind: str, g_chi: float) -> Portal:
    r"""Spin-0 mediator of Dirac dark matter: couplings g_chi and g_l = g_mu m_l / m_mu; g_mu is the visible coupling.

    Parameters
    ----------
    kind : str
        ``scalar`` (p-wave annihilation) or ``pseudoscalar`` (s-wave, also an ALP).
    g_chi : float
        Coupling to dark matter.

    Returns
    -------
    Portal
        Cross section into leptons only, and widths.
    """
    power = 3 if kind == "scalar" else 1
    weights = {m: (m / M_MU) ** 2 for m in LEPTON_MASS.values()}

    def numerator(s: Any, m: Any, velocity: Any) -> Any:
        initial = velocity if kind == "scalar" else 1 / velocity
        final = sum(weight * _beta(s, lepton) ** power for lepton, weight in weights.items())
        return g_chi**2 / (16 * np.pi) * s * initial * final

    def visible_width(M: Any) -> Any:
        return M / (8 * np.pi) * sum(weight * _beta(M**2, lepton) ** power for lepton, weight in weights.items())

    def dark_width(M: Any, m: Any, velocity: Any) -> Any:
        return M / (8 * np.pi) * g_chi**2 * velocity**power

    return Portal(numerator, visible_width, dark_width, f"{kind} mediator", g_chi)


def _ladder(low: float, high: float) -> list[float]:
    """Edges from low to high, geometric: coarse where only powers vary, fine where leptons and hadrons open."""
    if low >= high:
        return [high]
    middle = min(max(low, 0.03), high)
    coarse = np.geomspace(low, middle, math.ceil(math.log(middle / low)) + 1)
    fine = np.geomspace(middle, high, math.ceil(math.log(high / middle) / 0.14) + 1)
    return [*coarse[:-1], *fine]


def _nodes(x: Array, pole: float, width: float) -> tuple[Array, Array, Array]:
    """Nodes xi = s / m^2 - 4, distances xi - pole without cancellation, and weights, for every x at once.

    Panels grow geometrically away from the threshold and, if it lies above, from the pole down to its width; below or
    at the threshold the scale is how far away the pole is, at the pole itself any width that a coupling may give.
    """
    top = (2 + 45 / float(x.min())) ** 2 - 4
    t, w = unit_legendre(8)
    first = min(1 / float(x.max()), top / 2)
    core = min(0.1 * width, 0.5 * pole)
    if pole >= top or core >= 0.5 * pole > 0 or pole <= 0:
        edges = _ladder(min(first, 0.01 * abs(pole) if pole else 1e-36), top)
        points, rest = [edges[0] * t**2], [2 * edges[0] * t * w]
        for a, b in pairwise(edges):
            points.append(a * (b / a) ** t)
            rest.append(w * points[-1] * math.log(b / a))
        xi = np.concatenate(points)
        return xi, xi - pole, np.concatenate(rest)
    edges = _ladder(min(first, pole / 2), pole / 2)
    points, distances, rest = [edges[0] * t**2], [edges[0] * t**2 - pole], [2 * edges[0] * t * w]
    for a, b in pairwise(edges):
        points.append(a * (b / a) ** t)
        distances.append(points[-1] - pole)
        rest.append(w * points[-1] * math.log(b / a))
    for sign, reach in ((-1, pole / 2), (1, top - pole)):
        steps = _ladder(core, reach) if reach > core else [reach]
        away = [steps[0] * t] + [a * (b / a) ** t for a, b in pairwise(steps)]
        rest += [steps[0] * w] + [w * d * math.log(b / a) for d, (a, b) in zip(away[1:], pairwise(steps), strict=True)]
        distances += [sign * d for d in away]
        points += [pole + sign * d for d in away]
    return np.concatenate(points), np.concatenate(distances), np.concatenate(rest)


class ThermalAverage:
    """<sigma v> on a grid of x = m / T for several masses; the propagator is put in at each coupling.

    Parameters
    ----------
    portal : Portal
        Mediator.
    mass : ndarray, shape (M,)
        Dark-matter masses [MeV].
    ratio : float
        Mediator mass over dark-matter mass.
    x : ndarray, shape (N,)
        Inverse temperatures m / T.
    """

    def __init__(self, portal: Portal, mass: Array, ratio: float, x: Array) -> None:
        from scipy.special import kve

        self.portal, self.mass, self.ratio, self.x = portal, mass, ratio, x
        self.mediator = ratio * mass
        self._pole = (ratio - 2) * (ratio + 2)
        velocity = math.sqrt(max(self._pole, 0.0)) / ratio
        self.dark = portal.dark_width(self.mediator, mass, velocity)
        self.visible = portal.visible_width(self.mediator)
        xi, self._distance, weight = _nodes(x, self._pole, ratio**2 * float(np.min(self.dark / self.mediator)))
        self._root = np.sqrt(4 + xi)
        self._velocity = np.sqrt(xi) / self._root
        # 1 / (8 m^4 T K_2^2) sigma (s - 4 m^2) sqrt(s) K_1 ds in units of m, Bessel functions scaled
        excess = xi / (self._root + 2)
        bessel = kve(1, self._root * x[:, None]) / kve(2, x[:, None]) ** 2 * np.exp(-excess * x[:, None])
        kernel = x[:, None] / 8 * xi * self._root * bessel * weight
        self._kernel = np.where(excess * x[:, None] < 200, kernel, 0.0)  # denormal numbers are slow
        s = self._root**2 * mass[:, None] ** 2
        self._numerator = portal.numerator(s, mass[:, None], self._velocity)

    def _average(self, coupling: Array, width: Array) -> Array:
        """Average for M Gamma / m^2 of the propagator, shape (M, 1) or (M, nodes)."""
        # not a matrix product: threads change its last digit
        integral: Array = np.einsum("mn,xn->mx", self._numerator / (self._distance**2 + width**2), self._kernel)
        return (coupling**2 / self.mass**4)[:, None] * integral

    def __call__(self, coupling: Array) -> Array:
        """<sigma v> [MeV^-2], shape (M, N), for visible couplings of shape (M,)."""
        width = (self.dark + coupling**2 * self.visible) / self.mediator
        return self._average(coupling, self.ratio**2 * width[:, None])

    def running(self, coupling: Array) -> Array:
        """The same with a dark width that runs with s: what unitarity makes of a pole at the threshold."""
        root = self._root * self.mass[:, None]
        dark = self.portal.dark_width(root, self.mass[:, None], self._velocity) * root
        visible = coupling**2 * self.visible * self.mediator
        return self._average(coupling, (dark + visible[:, None]) / self.mass[:, None] ** 2)

    def at_rest(self, coupling: Array) -> Array:
        """Sigma v at v -> 0 [MeV^-2], shape (M,)."""
        velocity = 1e-8
        width = self.ratio**2 * (self.dark + coupling**2 * self.visible) / self.mediator
        numerator = self.portal.numerator(4 * self.mass**2, self.mass, velocity) * 2 * velocity
        found: Array = coupling**2 * numerator / (self._pole**2 + width**2) / self.mass**4
        return found


def thermal_average(portal: Portal, mass: float, ratio: float, x: float, coupling: float) -> float:
    r"""Thermally averaged annihilation cross section <sigma v> [MeV^-2].

    Parameters
    ----------
    portal : Portal
        Mediator, e.g. of :func:`dark_photon`.
    mass : float
        Dark-matter mass [MeV].
    ratio : float
        Mediator mass over dark-matter mass.
    x : float
        m / T.
    coupling : float
        Visible coupling.

    Returns
    -------
    float
        <sigma v> averaged over spins, Maxwell-Boltzmann.

    Examples
    --------
    >>> f"{1e6 * thermal_average(dark_photon('pseudo-dirac', 0.5), 10.0, 3.0, 17.0, 1e-5):.3e}"  # 1/GeV^2
    '8.008e-09'
    """
    average = ThermalAverage(portal, np.array([float(mass)]), ratio, np.array([float(x)]))
    return float(average(np.array([float(coupling)]))[0, 0])
