"""Best working point of the missing-mass search: trigger threshold and muon rate under the bandwidth budget."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import InvalidInput
from darkfactory.numerics.optimum import Interval
from darkfactory.searches.base import listed
from darkfactory.searches.missing_mass_photon.likelihood import MissingMassPhoton
from darkfactory.statistics.expected import few_events
from darkfactory.statistics.fisher import fisher_information
from darkfactory.statistics.limits import z_value

__all__ = ["WorkingPoints", "best_working_points", "limits_at"]

Array = NDArray[np.float64]
THRESHOLDS = 9
"""Thresholds of the coarse scan, evenly spaced in their logarithm."""
SHARES = (1.0, 0.7, 0.5, 0.3)
"""Muon rates that are tried, over the one that fills the bandwidth."""


@dataclass(frozen=True, eq=False)
class WorkingPoints:
    """Best working point at each mass.

    Attributes
    ----------
    threshold : ndarray, shape (H,)
        Photon threshold [MeV]; 0 where the mass is closed everywhere.
    stopping_rate : ndarray, shape (H,)
        Muons per second.
    branching_ratio : ndarray, shape (H,)
        Limit there; inf where closed.
    thresholds : Interval
        Where the threshold was looked for.
    """

    threshold: Array
    stopping_rate: Array
    branching_ratio: Array
    thresholds: Interval

    def notes(self, masses: Array) -> tuple[str, ...]:
        """Notes on best thresholds that are at an end of their range."""
        said = []
        for end, value in (("low", self.thresholds.low), ("high", self.thresholds.high)):
            at = [m for m, t in zip(masses, self.threshold, strict=True) if t > 0 and self.thresholds.end(t) == end]
            if at:
                said.append(
                    f"best threshold at the {end} end of its range, {value:g} MeV, at {listed(at)} MeV: another "
                    f"search.optimise_{end} may give a stronger limit"
                )
        return tuple(said)


def limits_at(setup: MissingMassPhoton, threshold: float, masses: Array, cl: float, method: str) -> dict[float, Array]:
    """Gaussian limits (exact for few events) at one threshold, by muon rate [1/s]: the filling one and fractions of it.

    Parameters
    ----------
    setup : MissingMassPhoton
        The search; its own threshold and muon rate do not matter.
    threshold : float
        Photon threshold [MeV].
    masses : ndarray
        Mass hypotheses [MeV].
    cl, method : float, str
        Confidence level and method whose z is used.

    Returns
    -------
    dict
        Muon rate -> limits on BR(mu -> e a), inf where closed.
    """
    rates = setup.rates.at_threshold(threshold)
    full = rates.filling_rate()
    if not np.isfinite(full):
        return {}
    reference = replace(setup, rates=rates, stopping_rate=full)
    signal, _ = reference.signals(masses)
    z, found = z_value(cl, method), {}
    base = reference.binned_model(signal)
    if base.closed.all():
        return {}
    for share in SHARES:
        # radiative decays and signal go with R, random coincidences with R^2: the histograms are made once
        scaled = _at_share(reference, share).binned_model(share * signal)
        exact = few_events(scaled, cl)[:, 2]
        found[share * full] = np.where(np.isfinite(exact), exact, z * fisher_information(scaled).sigma)
    return found


def _at_share(setup: MissingMassPhoton, share: float) -> MissingMassPhoton:
    scaled = setup.at_rate(share * setup.stopping_rate)
    object.__setattr__(scaled, "_unit_templates", setup._unit_templates)
    object.__setattr__(scaled, "_radiative", setup._radiative)
    object.__setattr__(scaled, "_random", setup._random)
    return scaled


def best_working_points(setup: MissingMassPhoton, masses: Array, cl: float, method: str) -> WorkingPoints:
    """Threshold and muon rate with the strongest limit at each mass, under the bandwidth budget.

    A coarse scan over ``search.optimise_low`` to ``search.optimise_high``, then a finer one around the best threshold
    of all masses together.

    Parameters
    ----------
    setup : MissingMassPhoton
        The search at any working point.
    masses : ndarray
        Mass hypotheses [MeV].
    cl, method : float, str
        Confidence level and method.

    Returns
    -------
    WorkingPoints
        One per mass.

    Raises
    ------
    InvalidInput
        If the range of thresholds is empty.
    """
    low, high = setup.settings["optimise_low"], setup.settings["optimise_high"]
    if not low < high:
        raise InvalidInput(f"search.optimise_low = {low:g}: allowed below search.optimise_high = {high:g}; swap them")
    best: dict[str, Any] = {"threshold": np.zeros(len(masses)), "rate": np.zeros(len(masses))}
    best["limit"] = np.full(len(masses), np.inf)
    for threshold in Interval(low, high, log=True).points(THRESHOLDS):
        _improve(best, setup, float(threshold), masses, cl, method)
    ratio = (high / low) ** (1 / (THRESHOLDS - 1))
    around = np.unique(best["threshold"][np.isfinite(best["limit"])])[:3]
    fine = {round(float(t * ratio**e), 9) for t in around for e in (-0.5, 0.5)}
    for threshold in sorted(t for t in fine if low < t < high):
        _improve(best, setup, threshold, masses, cl, method)
    return WorkingPoints(best["threshold"], best["rate"], best["limit"], Interval(low, high, log=True))


def _improve(
    best: dict[str, Any], setup: MissingMassPhoton, threshold: float, masses: Array, cl: float, method: str
) -> None:
    for rate, limit in limits_at(setup, threshold, masses, cl, method).items():
        better = limit < best["limit"]
        best["limit"] = np.where(better, limit, best["limit"])
        best["threshold"] = np.where(better, threshold, best["threshold"])
        best["rate"] = np.where(better, rate, best["rate"])
