"""Dark jets: how many lightest states they end as, and whether one of them decays where it is seen. Energies in GeV."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["decay_probability", "multiplicity"]


def multiplicity(mass_gev: Any, lightest_gev: float) -> Any:
    """Lightest states that a jet of mass M ends as: half of the most that fit, at least one (an assumption).

    Examples
    --------
    >>> multiplicity([1.0, 3.9, 4.1, 20.0], 1.0)
    array([ 1.,  1.,  2., 10.])
    """
    return np.maximum(np.floor(np.asarray(mass_gev, dtype=float) / (2 * lightest_gev)), 1.0)


def decay_probability(energy_gev: Any, number: Any, lightest_gev: float, lifetimes: Any) -> Any:
    """Probability that at least one of the lightest states of a jet decays along its path; they share its energy equally.

    Parameters
    ----------
    energy_gev, number : array_like
        Energy of the jet [GeV], and how many lightest states there are.
    lightest_gev : float
        Their mass [GeV].
    lifetimes : array_like
        Length of the path over c tau.

    Returns
    -------
    array
        In [0, 1], of the broadcast shape.

    Examples
    --------
    >>> round(float(decay_probability(10.0, 2, 3.0, 0.5)), 12)  # 1 - exp(-2 * 0.5 / (4/3))
    0.527633447259
    """
    gamma = np.asarray(energy_gev, dtype=float) / (np.asarray(number) * lightest_gev)
    boost = np.sqrt(np.maximum(gamma * gamma - 1, 1e-12))
    return -np.expm1(-np.asarray(number) * np.asarray(lifetimes) / boost)
