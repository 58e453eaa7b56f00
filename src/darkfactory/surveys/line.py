"""The common coordinate of a survey: one coupling of a model along which everything else moves with it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from darkfactory.errors import InvalidInput, one_of, require
from darkfactory.processes.muon_decay.scales import canonical, leptons
from darkfactory.searches.base import LFV_SCANNED, is_scale
from darkfactory.surveys.intervals import Interval

__all__ = ["Line"]


@dataclass(frozen=True)
class Line:
    """A coupling of a model, and how other quantities go with it.

    Attributes
    ----------
    model : Model
        As given.
    name : str
        Of the coupling, with its unit: ``F_gev``, ``epsilon``, ``g_ee`` ...
    scanned : str or None
        What searches that offer several couplings are asked for.
    channel : str
        Pair of leptons of an LFV model; empty of others.
    here : mapping
        The model's ``quantities`` somewhere on the line.
    moving : frozenset of str
        Those that are not the same everywhere on it.
    keys : frozenset of str
        Settings of the model that say where on the line it is.
    by_ratio : bool
        Whether couplings say a direction first: those of which the common one is 1 or more are ratios.
    """

    model: Any
    name: str
    scanned: str | None
    channel: str
    here: Mapping[str, float]
    moving: frozenset[str]
    keys: frozenset[str]
    by_ratio: bool = False

    @classmethod
    def of(cls, model: Any, coupling: str | None, channel: str | None) -> Line:
        """Line of a model along one of its couplings, by default the one that searches scan.

        Parameters
        ----------
        model : Model
            The model.
        coupling : str, optional
            One of its ``scannable``.
        channel : str, optional
            ``mu-e`` (the default), ``tau-mu`` or ``tau-e``, of an LFV model.

        Raises
        ------
        InvalidInput
            For a model without a coupling to scan; another coupling; a channel that has no effect.
        """
        quantities = model.quantities()
        lfv = "F_gev" in quantities
        if channel is not None and not lfv:
            raise InvalidInput(
                f"channel = {channel}: {model.name} has no coupling of two different leptons; leave it out"
            )
        pair = "-".join(leptons(canonical(channel or "mu-e"))) if lfv else ""
        if not quantities:
            raise InvalidInput(
                f"model = {model.name}: has no coupling that searches or published limits are in; heavy neutral leptons: "
                "composite-neutrino with model.dimension=1.5 and model.flavor"
            )
        if "continuum" in model.offers:
            name = next(iter(quantities))
            require(one_of("coupling", coupling or name, (name,)))
            return cls(model, name, None, pair, quantities, frozenset(quantities), frozenset(("cutoff_gev", "y")))
        first = next(iter(model.scan(None, "prompt").reported(np.ones(1))))
        allowed = [known for known in model.scannable if known in quantities] or [first]
        name = coupling or first
        require(one_of("coupling", name, allowed))
        scanned = name if name in model.scannable else None
        scan = model.scan(scanned, "prompt")
        one, two = (scan.at(n * scan.typical).quantities() for n in (1.0, 2.0))
        moving = frozenset(key for key, value in one.items() if two[key] != value)
        keys = {*scan.scanned, name, *(() if scan.scanned else scan.reported(np.ones(1)))}
        keys |= {key for key in LFV_SCANNED if is_scale(key)} if lfv else set()
        return cls(model, name, scanned, pair, one, moving, frozenset(keys), not scan.scanned)

    @property
    def scale(self) -> bool:
        """Whether the coupling is a scale: weak where it is large."""
        return is_scale(self.name)

    @property
    def value(self) -> float:
        """The model's own."""
        return float(self.model.quantities()[self.name])

    def converted(self, quantity: str, value: float) -> float:
        """The coupling where a quantity has a value; inf or 0 at its ends."""
        same = is_scale(quantity) == self.scale
        if value in (0.0, math.inf):
            return value if same else (0.0 if value else math.inf)
        ratio = value / self.here[quantity]
        return self.here[self.name] * (ratio if same else 1 / ratio)

    def interval(self, quantity: str, low: float, high: float) -> Interval:
        """Interval of the coupling, from one of a quantity (0 and inf where it has no end)."""
        ends = sorted((self.converted(quantity, low), self.converted(quantity, high)))
        return ends[0], ends[1]

    def beyond(self, limit: float | None) -> tuple[Interval, ...]:
        """What a limit excludes: couplings above, scales below; nothing without one."""
        if not limit or not math.isfinite(limit):
            return ()
        return ((0.0, limit),) if self.scale else ((limit, math.inf),)

    def weakest(self, intervals: tuple[Interval, ...]) -> float | None:
        """End of intervals at the weakest coupling; None without one that is finite and not 0."""
        end = (
            max((high for _, high in intervals), default=0.0)
            if self.scale
            else min((a for a, _ in intervals), default=0.0)
        )
        return end if 0 < end < math.inf else None

    def strongest(self, intervals: tuple[Interval, ...]) -> float | None:
        """End of intervals at the strongest coupling; None without one that is finite and not 0."""
        end = min((a for a, _ in intervals), default=0.0) if self.scale else max((b for _, b in intervals), default=0.0)
        return end if 0 < end < math.inf else None

    def gain(self, weak: float, strong: float) -> float:
        """By which factor one coupling is weaker than another: above 1 if it is."""
        return weak / strong if self.scale else strong / weak
