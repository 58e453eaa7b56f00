r"""A trigger on a photon and a positron in coincidence: what it lets through, and how much beam its bandwidth allows.

True coincidences come at a rate a R, random ones at b R^2 in the muon stopping rate R. Online there are the photon energy,
a timing-counter hit and their times; in the standard mode also a match of directions.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import InvalidInput, in_range, positive, require
from darkfactory.experiments.declarations import Declared, Numbers, choice, number, of_card, positive_number, share
from darkfactory.settings import Setting

__all__ = ["MODES", "Trigger", "equal_rate", "filling_rate"]

Array = NDArray[np.float64]
MODES = ("standard", "proposed")
"""Trigger with a match of directions, and the one proposed for missing mass without."""


@dataclass(frozen=True)
class Trigger(Declared):
    """Online selection."""

    mode: str = of_card(
        choice("trigger.mode", "standard asks for back-to-back directions, proposed does not", *MODES),
        "proposed",
        kw_only=True,
    )
    threshold: float = of_card(
        positive_number("trigger.threshold", "photon energy threshold", "MeV"), need="photon threshold"
    )
    direction_match: float = of_card(
        number(
            "trigger.direction_match",
            "largest angle from back to back that the standard mode accepts",
            "rad",
            0.0,
            math.pi,
            open_low=True,
        ),
        math.pi,
        kw_only=True,
    )
    window: float = of_card(
        positive_number("trigger.window", "full online window of the time difference of positron and photon", "s"),
        need="online time window",
    )
    rate_cap: float = of_card(
        positive_number("trigger.rate_cap", "events that can be written", "1/s"), need="rate that can be written"
    )
    efficiency: float = of_card(share("trigger.efficiency", "efficiency of trigger and readout"), 1.0)
    photon_sigma: float = of_card(
        number(
            "trigger.photon_resolution",
            "Gaussian width of the online photon energy; 0 is a step at the threshold",
            "MeV",
            low=0.0,
        ),
        0.0,
    )
    rc_scale: float = of_card(
        positive_number("trigger.rc_scale", "factor on the modelled online rate of random coincidences"), 1.0
    )
    rc_scale_high: float = of_card(
        positive_number("trigger.rc_scale_high", "the same at the pessimistic end of its uncertainty"), 1.0
    )
    rmd_scale: float = of_card(
        positive_number("trigger.rmd_scale", "factor on the modelled online rate of radiative decays"), 1.0
    )
    rc_table: tuple[tuple[float, float], ...] = of_card(
        number(
            "trigger.rc_table",
            "measured [threshold in MeV, coefficient in s] of random coincidences per (muon rate)^2, replaces the model",
            low=0.0,
            kind="table",
        ),
        (),
    )
    others: ClassVar[tuple[Setting, ...]] = (
        positive_number(
            "trigger.standard_threshold", "photon energy threshold of the standard mode, if another", "MeV"
        ),
    )

    def contradictions(self) -> list[str | None]:
        """A pessimistic factor below the nominal one."""
        return [in_range("trigger.rc_scale_high", self.rc_scale_high, self.rc_scale)]

    @classmethod
    def card_problems(cls, values: Mapping[str, Any], user: Set[str]) -> list[str]:
        """A mode without what it needs, and ends of an uncertainty in the wrong order."""
        problems = []
        if values.get("trigger.mode") == "standard" and "trigger.direction_match" not in values:
            problems.append(
                "trigger.direction_match: missing; trigger.mode = standard needs it (or trigger.mode = proposed)"
            )
        base, high = values.get("trigger.rc_scale", 1.0), values.get("trigger.rc_scale_high")
        # the card's own upper end moves up with a factor that the user gives alone
        alone = "trigger.rc_scale" in user and "trigger.rc_scale_high" not in user
        if high is not None and high < base and not alone:
            problems.append(f"trigger.rc_scale_high = {high:g}: allowed from trigger.rc_scale = {base:g} up; raise it")
        return problems

    @classmethod
    def from_card(cls, card: Numbers, **chosen: Any) -> Self:
        """Read the ``trigger`` section of a card; arguments and errors as for :class:`Declared`.

        In the standard mode the threshold is ``trigger.standard_threshold``, unless the user sets another one.
        """
        scale = card.value("trigger.rc_scale", 1.0)
        if not card.has("trigger.rc_scale_high"):
            chosen.setdefault("rc_scale_high", scale)
        elif card.quantity("trigger.rc_scale_high").tag != "user":
            chosen.setdefault("rc_scale_high", max(card.value("trigger.rc_scale_high"), scale))
        if card.value("trigger.mode", "proposed") == "standard" and card.quantity("trigger.threshold").tag != "user":
            chosen.setdefault("threshold", card.value("trigger.standard_threshold", card.value("trigger.threshold")))
        return super().from_card(card, **chosen)

    @property
    def idle(self) -> tuple[str, ...]:
        """What only the standard mode asks for."""
        return () if self.mode == "standard" else ("trigger.direction_match", "trigger.standard_threshold")

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
