"""Decay in flight: the probability to decay within a distance."""

from __future__ import annotations

from typing import Any

import numpy as np

from darkfactory.backend import namespace
from darkfactory.errors import in_range, positive, require

__all__ = ["prompt_probability"]


def prompt_probability(distance: Any, ctau: Any, momentum: Any, mass: Any) -> Any:
    """Probability to decay within a distance along the flight path, 1 - exp(-d m / (p c tau)).

    Parameters
    ----------
    distance : array_like
        Longest flight path [mm], >= 0.
    ctau : array_like
        Proper decay length c tau [mm], >= 0; 0 decays at once (1), inf never (0).
    momentum, mass : array_like
        Momentum and mass of what decays [MeV], momentum >= 0 and mass > 0.

    Returns
    -------
    array
        In [0, 1], broadcast shape; all digits are kept for long decay lengths.

    Raises
    ------
    InvalidInput
        Naming what lies outside its range; not for JAX arrays, which compiled kernels pass.

    Examples
    --------
    >>> round(float(prompt_probability(3.0, 5.0, 30.0, 10.0)), 6)
    0.181269
    >>> [float(prompt_probability(3.0, ctau, 30.0, 10.0)) for ctau in (0.0, float("inf"))]
    [1.0, 0.0]
    """
    xp = namespace(distance, ctau, momentum, mass)
    if xp is np:
        finite = np.where(np.isposinf(np.asarray(ctau, dtype=float)), 0.0, ctau)
        require(
            in_range("distance", distance, 0, unit="mm"),
            in_range("ctau", finite, 0, unit="mm", remedy="inf is allowed: a stable particle"),
            in_range("momentum", momentum, 0, unit="MeV"),
            positive("mass", mass, unit="MeV"),
        )
    ctau = xp.asarray(ctau, dtype=float)
    # mean decay length; longer ones than the cap give 0 to all digits
    length = xp.minimum(ctau, 1e200) * (xp.asarray(momentum) / mass)
    at_once = ~(750 * length > distance)
    inside = -xp.expm1(-distance / xp.where(at_once, 1.0, length))
    return xp.where(ctau == xp.inf, 0.0, xp.where(at_once, 1.0, inside))[()]
