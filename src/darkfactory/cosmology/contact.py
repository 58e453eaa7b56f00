r"""How strongly a dark-photon portal couples both sectors: thermal contact, and freeze-in where there is none."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import DARK_MATTER_OMEGA_H2
from darkfactory.cosmology.annihilation import DARK_MATTER, ThermalAverage, dark_photon
from darkfactory.cosmology.freeze_out import check_target
from darkfactory.cosmology.thermodynamics import bath, yield_of
from darkfactory.errors import one_of, require

__all__ = ["contact_coupling", "freeze_in_coupling"]

Array = NDArray[np.float64]
_X = np.geomspace(0.3, 100.0, 160)


def _rates(dm: str, masses: Array, r: float, alpha_D: float) -> tuple[Array, Array]:
    """Pair rate c Y_eq per e-fold at epsilon = 1 (width of dark decays only), and Y_eq; shape (M, x)."""
    from scipy.special import kve

    g, effective = DARK_MATTER[dm]
    average = ThermalAverage(dark_photon(dm, alpha_D), masses, r, _X)
    tiny = np.full(len(masses), 1e-12)
    sigma_v = average(tiny) / tiny[:, None] ** 2
    T = masses[:, None] / _X
    state = bath(T)
    equilibrium = g * masses[:, None] ** 2 * T / (2 * np.pi**2) * kve(2, _X) * np.exp(-_X) / state.entropy
    return effective * sigma_v * state.entropy / state.hubble * state.clock * equilibrium, equilibrium


def contact_coupling(dm: str, mass: Any, *, r: float = 3.0, alpha_D: float = 0.5) -> Array:
    """Smallest epsilon for which annihilation is faster than the expansion at some temperature below 3 m_chi.

    Parameters
    ----------
    dm : str
        ``scalar``, ``majorana`` or ``pseudo-dirac``.
    mass : array_like
        Dark-matter masses [MeV], 1 MeV to 10 GeV.
    r : float
        m_A' / m_chi, > 2: decays of the dark photon into dark matter are open.
    alpha_D : float
        Dark fine-structure constant.

    Returns
    -------
    ndarray
        epsilon; above, both sectors are in thermal contact.

    Raises
    ------
    InvalidInput
        For numbers outside their domain.

    Examples
    --------
    >>> from darkfactory.cosmology.freeze_out import thermal_target
    >>> bool(contact_coupling("scalar", 100.0)[0] < thermal_target("scalar", 100.0).coupling[0])
    True
    """
    require(one_of("dm", dm, DARK_MATTER))
    rate, _ = _rates(dm, check_target(mass, r, 1.0, "fit", alpha_D=alpha_D), r, alpha_D)
    return np.asarray(1 / np.sqrt(np.max(rate, axis=1)))


def freeze_in_coupling(
    dm: str, mass: Any, *, r: float = 3.0, alpha_D: float = 0.5, omega: float = DARK_MATTER_OMEGA_H2
) -> Array:
    """Value of epsilon for which pairs made by the bath, never in contact, are all of dark matter.

    Parameters
    ----------
    dm, mass, r, alpha_D
        As for :func:`contact_coupling`.
    omega : float
        Omega h^2.

    Returns
    -------
    ndarray
        epsilon: temperatures below 3 m_chi, Maxwell-Boltzmann; decays of a dark photon in the bath are not included.

    Raises
    ------
    InvalidInput
        For numbers outside their domain.

    Examples
    --------
    >>> bool(freeze_in_coupling("scalar", 100.0)[0] < 1e-3 * contact_coupling("scalar", 100.0)[0])
    True
    """
    require(one_of("dm", dm, DARK_MATTER))
    masses = check_target(mass, r, omega, "fit", alpha_D=alpha_D)
    rate, equilibrium = _rates(dm, masses, r, alpha_D)
    made = np.trapezoid(rate * equilibrium, np.log(_X), axis=1)
    return np.asarray(np.sqrt(yield_of(masses, omega) / made))
