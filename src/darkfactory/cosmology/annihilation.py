r"""Annihilation of dark matter into Standard Model particles: cross sections, widths and thermal averages.

Dark photon: leptons and hadrons (R ratio). Spin-0 mediators: leptons only.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import ALPHA, LEPTON_MASS, M_MU
from darkfactory.cosmology.hadrons import r_ratio
from darkfactory.quadrature import panels, unit_legendre

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
        (s, m) -> sigma [(s - M^2)^2 + M^2 Gamma^2] [MeV^2] over the visible coupling squared.
    visible_width : callable
        M -> width into Standard Model particles [MeV] over the visible coupling squared.
    dark_width : callable
        (M, m) -> width into dark matter [MeV].
    """

    numerator: Callable[[Any, Any], Any]
    visible_width: Callable[[Any], Any]
    dark_width: Callable[[Any, Any], Any]


def dark_photon(kind: str, alpha_D: float) -> Portal:
    r"""Dark photon of kinetic mixing epsilon (the visible coupling) and dark fine-structure constant alpha_D.

    Parameters
    ----------
    kind : str
        ``scalar`` (complex), ``majorana`` (axial), ``pseudo-dirac`` (also Dirac).
    alpha_D : float
        Dark fine-structure constant.

    Returns
    -------
    Portal
        Cross section into leptons and hadrons, and widths.
    """

    def numerator(s: Any, m: Any) -> Any:
        beta = _beta(s, m)
        X = (s + 2 * m**2) / beta if kind == "pseudo-dirac" else beta * s
        return 4 * np.pi * ALPHA * alpha_D / 3 * X * (leptonic_ratio(s) + r_ratio(np.sqrt(s)))

    def visible_width(M: Any) -> Any:
        return ALPHA * M / 3 * (leptonic_ratio(M**2) + r_ratio(M))

    def dark_width(M: Any, m: Any) -> Any:
        beta = _beta(M**2, m)
        if kind == "pseudo-dirac":
            return alpha_D * M / 3 * beta * (1 + 2 * m**2 / M**2)
        return alpha_D * M / (12 if kind == "scalar" else 6) * beta**3

    return Portal(numerator, visible_width, dark_width)


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

    def numerator(s: Any, m: Any) -> Any:
        initial = _beta(s, m) if kind == "scalar" else 1 / _beta(s, m)
        final = sum(weight * _beta(s, lepton) ** power for lepton, weight in weights.items())
        return g_chi**2 / (16 * np.pi) * s * initial * final

    def visible_width(M: Any) -> Any:
        return M / (8 * np.pi) * sum(weight * _beta(M**2, lepton) ** power for lepton, weight in weights.items())

    def dark_width(M: Any, m: Any) -> Any:
        return M / (8 * np.pi) * g_chi**2 * _beta(M**2, m) ** power

    return Portal(numerator, visible_width, dark_width)


def _nodes(x: Array, ratio: float, relative_width: float) -> tuple[Array, Array]:
    """Nodes of sqrt(s) / m and weights, shape (x, nodes), for a pole at ``ratio``; dense around it if it is narrow."""
    u, w = panels(13)
    span = 45 / x[:, None]
    root, weight = 2 + span * u**2, 2 * span * u * w
    if relative_width > 0.05 or ratio <= 2:
        return root, weight
    t, w_t = unit_legendre(64)
    core = min(30 * relative_width, 0.9 * (1 - 4 / ratio**2)) * ratio**2
    found = []
    for n, top in enumerate(2 + 45 / x):
        if top**2 <= ratio**2 + core:
            edges, pole = [0.0, 1.0], False
        else:
            edges = [0.0, math.sqrt((math.sqrt(ratio**2 - core) - 2) / (top - 2))]
            edges += [math.sqrt((math.sqrt(ratio**2 + core) - 2) / (top - 2)), 1.0]
            pole = True
        found.append(_panels(edges, pole, float(span[n, 0]), ratio, relative_width, t, w_t))
    return np.array([f[0] for f in found]), np.array([f[1] for f in found])


def _panels(
    edges: list[float], pole: bool, span: float, ratio: float, relative_width: float, t: Array, w: Array
) -> tuple[Array, Array]:
    """Nodes and weights of one temperature: three panels, the middle one flattening the Breit-Wigner; or one range."""
    if not pole:
        u, w_u = panels(3 * len(t) // 16)
        return 2 + span * u**2, 2 * span * u * w_u
    roots, weights = [], []
    low, left, right, high = edges
    # towards the pole the outer panels are logarithmic in the distance |s - M^2|
    for start, stop in ((low, left), (right, high)):
        s_start, s_stop = ((2 + span * e**2) ** 2 - ratio**2 for e in (start, stop))
        sign = 1 if s_start > 0 else -1
        distance = abs(s_start) * (s_stop / s_start) ** t
        s = ratio**2 + sign * distance
        roots.append(np.sqrt(s))
        weights.append(w * distance * abs(math.log(s_stop / s_start)) / (2 * np.sqrt(s)))
    half = math.atan(((2 + span * right**2) ** 2 - ratio**2) / (ratio**2 * relative_width))
    theta = half * (2 * t - 1)
    s = ratio**2 * (1 + relative_width * np.tan(theta))
    roots.append(np.sqrt(s))
    weights.append(2 * half * w * ratio**2 * relative_width / np.cos(theta) ** 2 / (2 * np.sqrt(s)))
    return np.concatenate(roots), np.concatenate(weights)


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
        self.dark = portal.dark_width(self.mediator, mass)
        self.visible = portal.visible_width(self.mediator)
        narrow = float(np.min(self.dark / self.mediator)) if ratio > 2 else 0.0
        root, weight = _nodes(x, ratio, narrow)
        # 1 / (8 m^4 T K_2^2) sigma (s - 4 m^2) sqrt(s) K_1 ds in units of m, Bessel functions scaled
        bessel = kve(1, root * x[:, None]) / kve(2, x[:, None]) ** 2 * np.exp(-(root - 2) * x[:, None])
        self._kernel = x[:, None] / 8 * (root**2 - 4) * root * bessel * 2 * root * weight
        s = root[None] ** 2 * mass[:, None, None] ** 2
        self._weighted = self._kernel * portal.numerator(s, mass[:, None, None])
        self._detuning = (root**2 - ratio**2) ** 2

    def __call__(self, coupling: Array) -> Array:
        """<sigma v> [MeV^-2], shape (M, N), for visible couplings of shape (M,)."""
        width = (self.dark + coupling**2 * self.visible) / self.mediator
        detuning = self._detuning[None] + (self.ratio**2 * width[:, None, None]) ** 2
        integral: Array = (self._weighted / detuning).sum(axis=-1)
        return (coupling**2 / self.mass**4)[:, None] * integral

    def at_rest(self, coupling: Array) -> Array:
        """Sigma v at v -> 0 [MeV^-2], shape (M,)."""
        near = 4 * self.mass**2 * (1 + 1e-10)
        width = self.dark + coupling**2 * self.visible
        propagator = (near - self.mediator**2) ** 2 + (self.mediator * width) ** 2
        v = 2 * _beta(near, self.mass)
        found: Array = coupling**2 * self.portal.numerator(near, self.mass) / propagator * v
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
