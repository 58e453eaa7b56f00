r"""A massless beam that turns into mass M_X on a target at rest, which recoils or breaks up: kinematics in one variable more.

The target takes the energy nu and the momentum q; Q^2 = q^2 - nu^2. It stays whole for Q^2 = 2 m nu, and is broken into
a system of mass W^2 = m^2 + 2 m nu - Q^2 otherwise: x = Q^2 / 2 m nu. Energies, momenta and masses in any one unit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["beam_energy", "cos_theta_h", "missing_mass_squared", "recoil_energies", "scattered"]

Array = NDArray[np.float64]


def cos_theta_h(E: Any, nu: Any, Q2: Any, M2: Any) -> Any:
    """Cosine of the angle between the beam and the momentum that the target takes.

    Parameters
    ----------
    E, nu, Q2, M2 : array_like
        Energy of the beam, energy and virtuality that the target takes, squared mass of what the beam turns into.

    Returns
    -------
    array
        Above 1 where no such event exists (as for partons on a massless target).
    """
    return (M2 + Q2 + 2 * E * nu) / (2 * E * np.sqrt(nu * nu + Q2))


def missing_mass_squared(E: Any, nu: Any, q: Any, cosine: Any) -> Any:
    """Squared mass of what a beam of known energy turned into, from what the target takes; negative by resolution.

    Parameters
    ----------
    E, nu, q, cosine : array_like
        Energy of the beam; energy, momentum and cosine of its angle that the target takes.

    Examples
    --------
    >>> E, nu, Q2, M2 = 120.0, 30.0, 8.0, 25.0
    >>> round(float(missing_mass_squared(E, nu, np.hypot(nu, Q2**0.5), cos_theta_h(E, nu, Q2, M2))), 9)
    25.0
    """
    return nu * nu - q * q + 2 * E * (q * cosine - nu)


def beam_energy(nu: Any, q: Any, cosine: Any) -> Any:
    """Energy of the beam if it stayed massless: below the true one where it did not; inf where no energy is enough.

    Parameters
    ----------
    nu, q, cosine : array_like
        As in :func:`missing_mass_squared`.
    """
    along = np.asarray(q * cosine - nu)
    return np.where(along > 0, (q * q - nu * nu) / np.where(along > 0, 2 * along, 1.0), np.inf)[()]


def recoil_energies(E: Any, m: Any, M2: Any) -> tuple[Any, Any]:
    """Lowest and highest kinetic energy of a target that stays whole.

    Parameters
    ----------
    E, m, M2 : array_like
        Energy of the beam, mass of the target, squared mass of what the beam turns into.

    Returns
    -------
    low, high : array
        Both 0 where there is not enough energy.
    """
    free = E - M2 / (2 * m)
    momentum = np.sqrt(np.maximum(free * free - M2, 0.0))
    is_open = (free > 0) & (free * free >= M2)
    high = np.where(is_open, (E * E - (E + m) * M2 / (2 * m) + E * momentum) / (2 * E + m), 0.0)
    # their product is exact, their difference is not
    low = M2 * M2 / (4 * m * (2 * E + m)) / np.where(high > 0, high, np.inf)
    return low, high[()]


def scattered(E: Any, m: Any, nu: Any, Q2: Any, M2: Any, phi: Any = 0.0) -> tuple[Array, Array]:
    """Four-momenta of what the target becomes and of what the beam turns into; the beam is along z.

    Parameters
    ----------
    E, m : array_like
        Energy of the beam, mass of the target.
    nu, Q2, M2 : array_like
        Energy and virtuality that the target takes, squared mass of what the beam turns into.
    phi : array_like
        Azimuth.

    Returns
    -------
    struck, produced : ndarray, shape (..., 4)
        Their sum is that of beam and target; off the mass shell where :func:`cos_theta_h` is above 1.
    """
    along = nu + (M2 + Q2) / (2 * E)
    # of q^2 - along^2, without the large squares of energies
    across = np.sqrt(np.maximum(Q2 - (M2 + Q2) * (along + nu) / (2 * E), 0.0))
    struck = np.stack(np.broadcast_arrays(m + nu, across * np.cos(phi), across * np.sin(phi), along), axis=-1)
    return struck, np.stack(np.broadcast_arrays(E - nu, -struck[..., 1], -struck[..., 2], E - along), axis=-1)
