"""Single positrons and single photons of muon decays: what random coincidences are made of.

Probabilities per muon decay. Photons come from radiative decays (inclusive), from annihilation in flight of the
positrons in matter, and, if asked for, from their bremsstrahlung.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes import annihilation
from darkfactory.constants import AVOGADRO, M_E, M_MU
from darkfactory.errors import in_range, positive, require
from darkfactory.numerics.quadrature import unit_legendre

__all__ = [
    "HIGHEST_PHOTON",
    "annihilation_above",
    "annihilation_spectrum",
    "bremsstrahlung_spectrum",
    "michel_spectrum",
]

Array = NDArray[np.float64]
_E_MAX = M_MU / 2
HIGHEST_PHOTON = float(annihilation.highest_photon(M_MU / 2) * 2 / M_MU)
"""Reduced energy above which positrons of muon decay make no photon."""


def michel_spectrum(x: Any) -> Any:
    """Positron spectrum dB/dx = 2 x^2 (3 - 2x), for m_e = 0 and without radiative corrections.

    Examples
    --------
    >>> michel_spectrum(1.0)
    2.0
    """
    return 2 * x * x * (3 - 2 * x)


def _target(areal_density: float, z_over_a: float) -> float:
    """Electrons per cm^2."""
    require(in_range("aif_density", areal_density, 0, unit="g/cm^2"), positive("aif_z_over_a", z_over_a))
    return areal_density * z_over_a * AVOGADRO


def annihilation_above(k: float, areal_density: float, z_over_a: float = 0.54) -> float:
    """Photons of annihilation in flight above energy ``k`` per muon; thin matter, no energy loss.

    Parameters
    ----------
    k : float
        Photon energy [MeV], > m_e.
    areal_density : float
        Effective areal density that positrons cross [g/cm^2].
    z_over_a : float
        Electrons per nucleon.

    Returns
    -------
    float
        Photons per muon.

    Raises
    ------
    InvalidInput
        For numbers outside their domain.

    Examples
    --------
    >>> f"{annihilation_above(10.0, 0.1):.3e}"
    '5.399e-04'
    """
    require(in_range("k", k, M_E, open_low=True, unit="MeV"))
    electrons = _target(areal_density, z_over_a)
    start = annihilation.lowest_positron_energy(k)
    if start >= _E_MAX:
        return 0.0
    energy, weight = _above(np.array([start]), 96)
    cross = annihilation.photon_cross_section_above_cm2(k, energy)
    return float(electrons * np.sum(weight * michel_spectrum(energy / _E_MAX) / _E_MAX * cross))


def _above(start: Array, count: int) -> tuple[Array, Array]:
    """Nodes and weights of positron energies from ``start`` to the endpoint, dense at the start."""
    t, w = unit_legendre(count)
    span = np.log1p(np.maximum(_E_MAX - start, 0.0) / M_E)[:, None]
    growth = np.exp(span * t)
    return start[:, None] + M_E * (growth - 1), w * span * M_E * growth


def annihilation_spectrum(y: Any, areal_density: float, z_over_a: float = 0.54) -> Any:
    """Photon spectrum dB/dy of annihilation in flight per muon (see :func:`annihilation_above`), y = 2 k / m_mu."""
    k = np.atleast_1d(np.asarray(y, dtype=float)) * M_MU / 2
    electrons = _target(areal_density, z_over_a)
    start = np.minimum(annihilation.lowest_positron_energy(np.maximum(k, 2 * M_E)), _E_MAX)
    energy, weight = _above(start, 64)
    # the first node lies on the kinematic border up to rounding
    cross = annihilation.photon_cross_section_cm2_per_mev(k[:, None] * (1 - 1e-14), energy)
    density = np.sum(weight * michel_spectrum(energy / _E_MAX) / _E_MAX * cross, axis=1)
    return (electrons * density * M_MU / 2).reshape(np.shape(y))[()]


def bremsstrahlung_spectrum(y: Any, radiation_lengths: float) -> Any:
    """Photon spectrum dB/dy of external bremsstrahlung of the positrons per muon; thin matter.

    Parameters
    ----------
    y : array_like
        Reduced photon energy 2 k / m_mu.
    radiation_lengths : float
        Thickness crossed, in radiation lengths.

    Returns
    -------
    array
        dB/dy.

    Examples
    --------
    >>> round(float(bremsstrahlung_spectrum(0.5, 0.01)), 6)
    0.014722
    """
    require(in_range("bremsstrahlung_thickness", radiation_lengths, 0))
    k = np.atleast_1d(np.asarray(y, dtype=float)) * M_MU / 2
    t, w = unit_legendre(48)
    span = np.maximum(_E_MAX - k, 0.0)[:, None]
    energy = k[:, None] + span * t
    dense = annihilation.bremsstrahlung_per_radiation_length(k[:, None], energy)
    density = np.sum(w * span * michel_spectrum(energy / _E_MAX) / _E_MAX * dense, axis=1)
    return (radiation_lengths * density * M_MU / 2).reshape(np.shape(y))[()]
