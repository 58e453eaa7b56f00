r"""Dark radiation from a very light ALP: Boltzmann equation of l_i -> l_j a with back reaction, m_a << eV."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import CMB_TEMPERATURE, LEPTON_MASS
from darkfactory.cosmology.boltzmann import relax_singles
from darkfactory.cosmology.freeze_in import reaction_density
from darkfactory.cosmology.scattering import REFERENCE_SCALE_GEV
from darkfactory.cosmology.thermodynamics import ENTROPY_TODAY, TABLES, bath
from darkfactory.errors import in_range, one_of, positive, require
from darkfactory.processes.muon_decay.scales import leptons

__all__ = ["alp_yield", "delta_n_eff", "scale_of_delta_n_eff"]

Array = NDArray[np.float64]
_ZETA_3 = 1.2020569031595942
_STEPS = 1200


def alp_yield(channel: str, F_gev: Any, table: str = "fit") -> tuple[Array, Array]:
    r"""Yield of a massless ALP and its ratio to equilibrium at the end, from l_i -> l_j a and its inverse.

    Parameters
    ----------
    channel : str
        ``mu -> e a``, ``tau -> e a``, ``tau -> mu a`` (or ``mu-e``, ...).
    F_gev : array_like
        Scale F = 2 f_a / C [GeV], > 0.
    table : str
        Degrees of freedom, ``fit`` or ``lattice``.

    Returns
    -------
    Y, fraction : ndarray
        Yield, and Y / Y_eq at T = m_i / 60.

    Raises
    ------
    InvalidInput, UnknownName
        For numbers outside their domain and unknown names.

    Examples
    --------
    >>> _, fraction = alp_yield("mu-e", [5.5e9])
    >>> bool(5e-4 < fraction[0] < 2e-3)  # on the freeze-in line the ALP is far from equilibrium
    True
    """
    require(positive("F_gev", F_gev, unit="GeV"), one_of("table", table, TABLES))
    m_i = LEPTON_MASS[leptons(channel)[0]]
    step = math.log(6000.0) / _STEPS
    T = m_i * 100 * np.exp(-step * (np.arange(_STEPS) + 0.5))
    state = bath(T, table)
    equilibrium = _ZETA_3 * T**3 / (np.pi**2 * state.entropy)
    scales = np.atleast_1d(np.asarray(F_gev, dtype=float))
    gamma = reaction_density(channel, T)[:, None] * (REFERENCE_SCALE_GEV / (scales / 2)) ** 2
    rate = (state.clock / (state.hubble * state.entropy))[:, None] * gamma / equilibrium[:, None]
    Y = relax_singles(np.zeros(len(scales)), rate, np.repeat(equilibrium[:, None], len(scales), axis=1), step)
    return Y, Y / equilibrium[-1]


def delta_n_eff(channel: str, F_gev: Any, table: str = "fit") -> Any:
    r"""Contribution of a massless ALP to N_eff, 4/7 (11/4)^(4/3) (T_a / T_0)^4 (see :func:`alp_yield`).

    Examples
    --------
    >>> print(*(f"{value:.3g}" for value in delta_n_eff("mu-e", [1e8, 1e9])))
    0.484 0.00428
    """
    Y, _ = alp_yield(channel, F_gev, table)
    cubed = np.pi**2 * ENTROPY_TODAY * Y / _ZETA_3 / CMB_TEMPERATURE**3
    return (4 / 7 * (11 / 4) ** (4 / 3) * cubed ** (4 / 3)).reshape(np.shape(F_gev))[()]


def scale_of_delta_n_eff(channel: str, limit: float = 0.30, table: str = "fit") -> float:
    """Lower limit on F [GeV] from an upper limit on Delta N_eff.

    Parameters
    ----------
    channel, table
        See :func:`alp_yield`.
    limit : float
        Upper limit on Delta N_eff, in (0, 0.5).

    Returns
    -------
    float
        F [GeV].

    Raises
    ------
    InvalidInput, UnknownName
        For numbers outside their domain and unknown names.

    Examples
    --------
    >>> f"{scale_of_delta_n_eff('mu-e'):.2e}"
    '1.60e+08'
    """
    from scipy.optimize import brentq

    require(in_range("limit", limit, 0, 0.5, open_low=True, open_high=True))
    m_i = LEPTON_MASS[leptons(channel)[0]]

    def off(ln_F: float) -> float:
        return math.log(float(delta_n_eff(channel, math.exp(ln_F), table)) / limit)

    center = math.log(2e8 if m_i < 1e3 else 3e7)
    found: Any = brentq(off, center - 10, center + 8, xtol=1e-6)
    return math.exp(found)
