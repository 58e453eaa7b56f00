r"""Bhabha scattering e+ e- -> e+ e- at tree level with the exact electron mass: t and s channel and their interference.

A positron on an electron at rest: the electron is knocked on, and both leave as a pair of low invariant mass. Averaged
over spins before, summed after. Not included: vacuum polarisation and every other radiative correction, photon
emission, Z exchange, the binding and screening of atomic electrons (so small momentum transfers diverge).
"""

from __future__ import annotations

import math
from typing import Any

from darkfactory.backend import namespace
from darkfactory.constants import ALPHA, CLASSICAL_ELECTRON_RADIUS_CM, M_E
from darkfactory.errors import in_range, require

__all__ = ["cross_section_cm2_per_mev", "pair_cross_section_cm2", "squared_amplitude"]

_M2 = M_E**2
_AREA = math.pi * CLASSICAL_ELECTRON_RADIUS_CM**2


def _coefficients(s: Any) -> tuple[Any, Any, Any, Any, Any]:
    """Coefficients of t^-2, t^-1, 1, t, t^2 in the squared amplitude over 64 pi^2 alpha^2."""
    share = 1 / (s * s)
    return (
        (s - 2 * _M2) ** 2,
        2 * (s - 2 * _M2 * _M2 / s),
        3 + 4 * _M2 * _M2 * share,
        2 * (s - 2 * _M2) * share,
        share,
    )


def squared_amplitude(s: Any, t: Any) -> Any:
    r"""Squared amplitude of e+ e- -> e+ e-, averaged over the spins before and summed over those after.

    Parameters
    ----------
    s, t : array_like
        Squares of the total energy and of the momentum transfer between the positrons [MeV^2], s > 4 m_e^2 and t < 0,
        broadcast together. Not checked.

    Returns
    -------
    array
        Dimensionless, normalised so that dsigma/dt = \|M\|^2 / (16 pi s (s - 4 m_e^2)).

    Examples
    --------
    Without masses it is 2 e^4 [(s^2 + u^2)/t^2 + (t^2 + u^2)/s^2 + 2 u^2/(s t)], at t = u = -s/2: 9 e^4.

    >>> round(float(squared_amplitude(1e8, -5e7)) / (4 * math.pi * ALPHA) ** 2, 6)
    9.0
    """
    xp = namespace(s, t)
    s, t = xp.asarray(s), xp.asarray(t)
    c_2, c_1, c_0, d_1, d_2 = _coefficients(s)
    return 64 * math.pi**2 * ALPHA**2 * (((c_2 / t + c_1) / t) + c_0 + t * (d_1 + t * d_2))


def cross_section_cm2_per_mev(final_energy: Any, energy: Any) -> Any:
    """Spectrum d sigma / dE' of the scattered positron, on one electron at rest.

    Parameters
    ----------
    final_energy : array_like
        Total energy E' of the positron after [MeV]; the electron gets E + m_e - E'.
    energy : array_like
        Total energy E of the positron before [MeV], > m_e; broadcast with ``final_energy``.

    Returns
    -------
    array
        [cm^2/MeV]; 0 outside m_e <= E' <= E, and inf at E' = E, where nothing screens the photon exchange.

    Raises
    ------
    InvalidInput
        For an energy that is not above m_e; not for JAX arrays.

    Examples
    --------
    >>> f"{cross_section_cm2_per_mev(25.0, 50.0):.4e}"
    '2.2689e-28'
    """
    xp = namespace(final_energy, energy)
    if xp.__name__ == "numpy":
        require(
            in_range("energy", energy, M_E, unit="MeV", open_low=True, remedy="it is the total energy of the positron"),
            in_range("final_energy", final_energy, unit="MeV"),
        )
    final_energy, energy = xp.asarray(final_energy, dtype=float), xp.asarray(energy, dtype=float)
    lost = energy - final_energy
    inside = (lost > 0) & (final_energy >= M_E)
    s = 2 * M_E * (M_E + energy)
    shape = squared_amplitude(s, xp.where(inside, -2 * M_E * lost, -1.0)) / (64 * math.pi**2 * ALPHA**2)
    # dt = 2 m dE'
    value = 8 * _AREA * M_E * _M2 * shape / (s * (s - 4 * _M2))
    return xp.where(inside, value, xp.where(lost == 0, xp.inf, 0.0))[()]


def pair_cross_section_cm2(energy: Any, threshold: Any) -> Any:
    """Cross section for a positron on an electron at rest to leave two leptons above a threshold.

    Parameters
    ----------
    energy : array_like
        Total energy of the positron before [MeV], > m_e.
    threshold : array_like
        Lowest total energy of both the positron and the electron after [MeV], > m_e; broadcast with ``energy``.

    Returns
    -------
    array
        [cm^2], in closed form; 0 for E + m_e below twice the threshold.

    Raises
    ------
    InvalidInput
        For an energy or threshold that is not above m_e; not for JAX arrays.

    Examples
    --------
    >>> f"{pair_cross_section_cm2(50.0, 10.0):.4e}", float(pair_cross_section_cm2(15.0, 10.0))
    ('1.2833e-26', 0.0)
    """
    xp = namespace(energy, threshold)
    if xp.__name__ == "numpy":
        require(
            in_range("energy", energy, M_E, unit="MeV", open_low=True, remedy="it is the total energy of the positron"),
            in_range(
                "threshold", threshold, M_E, unit="MeV", open_low=True, remedy="soft recoils without limit diverge"
            ),
        )
    energy, threshold = xp.asarray(energy, dtype=float), xp.asarray(threshold, dtype=float)
    s = 2 * M_E * (M_E + energy)
    # the momentum transfers t run from far to near
    near = -2 * M_E * (threshold - M_E)
    span = 2 * M_E * xp.maximum(energy + M_E - 2 * threshold, 0.0)
    far = near - span
    c_2, c_1, c_0, d_1, d_2 = _coefficients(s)
    powers = d_1 * (near + far) / 2 + d_2 * (near * near + near * far + far * far) / 3
    integral = span * (c_2 / (near * far) + c_0 + powers) - c_1 * xp.log1p(-span / near)
    return (4 * _AREA * _M2 * integral / (s * (s - 4 * _M2)))[()]
