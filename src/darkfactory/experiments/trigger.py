r"""A trigger on a photon and a positron in coincidence: what it lets through, and how much beam its bandwidth allows.

True coincidences come at a rate a R, random ones at b R^2 in the muon stopping rate R. Online there are the photon energy,
a timing-counter hit and their times; in the standard mode also a match of directions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import InvalidInput, in_range, one_of, positive, require
from darkfactory.experiments.card import Card

__all__ = ["MODES", "Trigger", "equal_rate", "filling_rate"]

Array = NDArray[np.float64]
MODES = ("standard", "proposed")
"""Trigger of mu -> e gamma with a match of directions, and the one proposed for missing mass without."""


@dataclass(frozen=True)
class Trigger:
    """Online selection.

    Attributes
    ----------
    threshold : float
        Photon threshold [MeV].
    window : float
        Full online window of the time difference [s].
    rate_cap : float
        Events that can be written per second.
    mode : {"standard", "proposed"}
        With or without match of directions.
    direction_match : float
        Largest angle from back to back [rad], used in the standard mode.
    efficiency : float
        Trigger and readout.
    photon_sigma : float
        Width of the online photon energy [MeV]; 0 is a step.
    rc_scale, rc_scale_high : float
        Factor on the online rate of random coincidences: nominal, and pessimistic.
    rmd_scale : float
        Factor on the online rate of radiative decays.
    rc_table : tuple of (threshold, coefficient)
        Measured coefficients b [s] that replace the model (without factor) if not empty.
    """

    threshold: float
    window: float
    rate_cap: float
    mode: str = "proposed"
    direction_match: float = math.pi
    efficiency: float = 1.0
    photon_sigma: float = 0.0
    rc_scale: float = 1.0
    rc_scale_high: float = 1.0
    rmd_scale: float = 1.0
    rc_table: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        require(
            positive("trigger.threshold", self.threshold, unit="MeV"),
            positive("trigger.window", self.window, unit="s"),
            positive("trigger.rate_cap", self.rate_cap, unit="1/s"),
            one_of("trigger.mode", self.mode, MODES),
            in_range("trigger.efficiency", self.efficiency, 0, 1, open_low=True),
            in_range("trigger.photon_resolution", self.photon_sigma, 0, unit="MeV"),
            positive("trigger.rc_scale", self.rc_scale),
            positive("trigger.rmd_scale", self.rmd_scale),
            in_range("trigger.rc_scale_high", self.rc_scale_high, self.rc_scale),
        )

    @classmethod
    def from_card(cls, card: Card) -> Trigger:
        """Read the ``trigger`` section of a card.

        In the standard mode the threshold is ``trigger.standard_threshold``, unless the user sets another one.
        """
        mode = card.value("trigger.mode", "proposed")
        threshold = card.value("trigger.threshold")
        if mode == "standard" and card.quantity("trigger.threshold").tag != "user":
            threshold = card.value("trigger.standard_threshold", threshold)
        scale = card.value("trigger.rc_scale", 1.0)
        high = card.value("trigger.rc_scale_high", scale)
        if card.has("trigger.rc_scale_high") and card.quantity("trigger.rc_scale_high").tag != "user":
            high = max(high, scale)
        trigger = cls(
            threshold=threshold,
            window=card.value("trigger.window"),
            rate_cap=card.value("trigger.rate_cap"),
            mode=mode,
            direction_match=card.value("trigger.direction_match", math.pi),
            efficiency=card.value("trigger.efficiency", 1.0),
            photon_sigma=card.value("trigger.photon_resolution", 0.0),
            rc_scale=scale,
            rc_scale_high=high,
            rmd_scale=card.value("trigger.rmd_scale", 1.0),
            rc_table=card.value("trigger.rc_table", ()),
        )
        if mode != "standard":
            card.ignores("trigger.direction_match", "trigger.standard_threshold")
        return trigger

    @property
    def largest_cosine(self) -> float:
        """Largest cosine of the opening angle that passes; 1 without match of directions."""
        return -math.cos(self.direction_match) if self.mode == "standard" else 1.0

    @property
    def lowest_energy(self) -> float:
        """Photon energy [MeV] below which nothing passes: the threshold, or five widths below it."""
        return max(self.threshold - 5 * self.photon_sigma, 0.05 * self.threshold)

    def turn_on(self, energy: Any) -> Any:
        """Efficiency against the photon energy [MeV].

        Examples
        --------
        >>> float(Trigger(10.0, 20e-9, 10.0, photon_sigma=1.0).turn_on(10.0))
        0.5
        """
        from scipy.special import erfc

        energy = np.asarray(energy, dtype=float)
        if self.photon_sigma == 0:
            return np.where(energy >= self.threshold, 1.0, 0.0)[()]
        return (0.5 * erfc((self.threshold - energy) / (math.sqrt(2) * self.photon_sigma)))[()]

    def measured_coefficient(self) -> float | None:
        """Coefficient b [s] of the measured table at the threshold, logarithmic in between; None without a table.

        Raises
        ------
        InvalidInput
            If the table does not reach the threshold.
        """
        if not self.rc_table:
            return None
        nodes, values = np.array(self.rc_table).T
        if not nodes[0] <= self.threshold <= nodes[-1]:
            raise InvalidInput(
                f"trigger.threshold = {self.threshold:g}: allowed [{nodes[0]:g}, {nodes[-1]:g}] MeV, the range of "
                "trigger.rc_table; extend the table"
            )
        require(positive("trigger.rc_table", values, unit="s"))
        return float(np.exp(np.interp(self.threshold, nodes, np.log(values))))


def filling_rate(a: Any, b: Any, cap: Any, c: Any = 0.0) -> Any:
    """Muon stopping rate [1/s] at which all coincidences fill the bandwidth: a R + b R^2 + c R^3 = cap.

    Parameters
    ----------
    a : array_like
        True coincidences per muon, >= 0.
    b : array_like
        Random coincidences per second and squared muon rate [s], >= 0.
    cap : array_like
        Events that can be written per second, > 0.
    c : array_like
        Random coincidences with photons that pile up, per second and cubed muon rate [s^2], >= 0.

    Returns
    -------
    array
        2 cap / (a + sqrt(a^2 + 4 b cap)) without pile-up; inf where nothing triggers.

    Raises
    ------
    InvalidInput
        For numbers outside their domain.

    Examples
    --------
    >>> float(filling_rate(1e-6, 0.0, 10.0)), float(filling_rate(0.0, 1e-13, 10.0))
    (10000000.0, 10000000.0)
    """
    require(
        in_range("a", a, 0),
        in_range("b", b, 0, unit="s"),
        in_range("c", c, 0, unit="s^2"),
        positive("trigger.rate_cap", cap, unit="1/s"),
    )
    a, b, c = (np.asarray(value, dtype=float) for value in (a, b, c))
    below = a + np.sqrt(a * a + 4 * b * cap)
    rate = np.divide(2 * cap, below, out=np.full(np.shape(below), np.inf), where=below > 0)
    if np.any(c > 0):
        # Newton from above on a rising convex function; either term alone bounds the rate
        rate = np.minimum(rate, np.cbrt(cap / np.where(c > 0, c, 1e-300)))
        for _ in range(60):
            excess = ((c * rate + b) * rate + a) * rate - cap
            rate = rate - np.maximum(excess, 0.0) / ((3 * c * rate + 2 * b) * rate + a)
    return rate[()]


def equal_rate(a: Any, b: Any, c: Any = 0.0) -> Any:
    """Muon stopping rate [1/s] at which random coincidences overtake true ones, a = b R + c R^2; inf without random ones.

    Parameters
    ----------
    a, b, c : array_like
        As for :func:`filling_rate`.

    Examples
    --------
    >>> float(equal_rate(1e-6, 1e-12))
    1000000.0
    """
    a, b, c = (np.asarray(value, dtype=float) for value in (a, b, c))
    below = b + np.sqrt(b * b + 4 * c * a)
    return np.divide(2 * a, below, out=np.full(np.broadcast(a, below).shape, np.inf), where=below > 0)[()]
