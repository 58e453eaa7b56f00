"""Checks of momenta and couplings at the border: the array functions of this folder check nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from darkfactory.constants import M_MU
from darkfactory.errors import InvalidInput, in_range, one_of, positive, require

__all__ = ["require_finite_rate", "require_physical", "require_spin"]


def _mass_squared(p: Any) -> Any:
    return p[..., 0] ** 2 - np.sum(p[..., 1:] ** 2, axis=-1)


def _worst(name: str, what: str, violation: Any, shown: Any, allowed: str) -> str | None:
    """Problem text for the largest violation (in units of the tolerance), None if all are below 1."""
    worst = int(np.argmax(violation))
    if not np.ravel(violation)[worst] > 1:
        return None
    return f"{name}: {what} = {np.ravel(shown)[worst]:.8g} MeV^2 at point {worst}, allowed {allowed}"


def require_physical(
    momenta: Mapping[str, Any],
    masses: Mapping[str, float],
    *,
    heavy_mass: float | None = None,
    m_i: float = M_MU,
    tolerance: float = 1e-8,
) -> None:
    """Raise unless all visible momenta are on shell and what is left of the decaying lepton is physical.

    Parameters
    ----------
    momenta : mapping
        Name -> momenta [MeV] in the rest frame of the decaying lepton, shape (..., 4).
    masses : mapping
        Name -> mass [MeV] of the same particles.
    heavy_mass : float, optional
        Mass [MeV] of the invisible particle; without it the invisible system is a neutrino pair, of mass^2 >= 0.
    m_i : float
        Mass of the decaying lepton [MeV].
    tolerance : float
        Allowed violation of p^2 = m^2 relative to E^2, and of the invisible mass^2 relative to m_i^2.

    Raises
    ------
    InvalidInput
        Names the worst violation of each kind; also for numbers that are not finite.

    Examples
    --------
    >>> require_physical({"k": np.array([40.0, 0.0, 0.0, 39.0])}, {"k": 0.51099895})
    Traceback (most recent call last):
    ...
    darkfactory.errors.InvalidInput: k: p^2 = 79 MeV^2 at point 0, allowed m^2 = 0.261119927 MeV^2 (on shell)
    """
    arrays = {name: np.asarray(p, dtype=float) for name, p in momenta.items()}
    require(
        *(f"{name}: last axis has {p.shape[-1:]} entries, allowed 4 (E, px, py, pz)" for name, p in arrays.items()
          if p.shape[-1:] != (4,)),
    )  # fmt: skip
    require(*(in_range(f"momentum {name}", p, unit="MeV") for name, p in arrays.items()))
    problems = []
    for name, p in arrays.items():
        square = _mass_squared(p)
        limit = tolerance * np.maximum(p[..., 0] ** 2, masses[name] ** 2) + 1e-300
        off = np.abs(square - masses[name] ** 2) / limit
        problems.append(_worst(name, "p^2", off, square, f"m^2 = {masses[name] ** 2:.9g} MeV^2 (on shell)"))
        problems.append(in_range(f"energy of {name}", p[..., 0], 0.0, m_i, unit="MeV"))
    rest = np.asarray([m_i, 0.0, 0.0, 0.0]) - sum(arrays.values())
    q2 = _mass_squared(rest)
    if heavy_mass is None:
        violation, allowed = -q2 / (tolerance * m_i**2), "q^2 >= 0 for the neutrino pair"
    else:
        violation, allowed = np.abs(q2 - heavy_mass**2) / (tolerance * m_i**2), f"{heavy_mass**2:.9g} MeV^2"
    problems.append(_worst("invisible system", "q^2", violation, q2, allowed))
    require(*problems, error=InvalidInput)


def require_spin(polarization: Any, charge: int) -> None:
    """Raise unless ``polarization`` is a vector of length <= 1 (shape (..., 3)) and ``charge`` is 1 or -1.

    Examples
    --------
    >>> require_spin((0.0, 0.0, -0.85), 1)
    """
    vector = np.asarray(polarization, dtype=float)
    require(
        None if vector.shape[-1:] == (3,) else f"polarization has shape {vector.shape}, allowed (..., 3): a vector",
        in_range("length of the polarization", np.sqrt(np.sum(vector**2, axis=-1)), 0.0, 1.0 + 1e-12),
        one_of("charge", charge, (1, -1)),
    )


def require_finite_rate(mass: float, g_V_e: float, g_A_e: float, g_V_mu: float, g_A_mu: float) -> None:
    """Raise for a massless vector with axial or non-universal couplings: its longitudinal rate diverges.

    Parameters
    ----------
    mass : float
        Mass of the vector [MeV].
    g_V_e, g_A_e, g_V_mu, g_A_mu : float
        Its couplings.

    Raises
    ------
    InvalidInput
        With the couplings that a massless vector may have.
    """
    require(in_range("mass", mass, 0.0, unit="MeV"))
    if g_A_e or g_A_mu or g_V_e != g_V_mu:
        remedy = "axial or non-universal couplings (g_V_e != g_V_mu) grow as 1/mass^2; a massless vector needs g_A = 0"
        require(positive("mass", mass, unit="MeV", remedy=remedy))
