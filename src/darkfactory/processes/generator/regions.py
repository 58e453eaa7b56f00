"""Bounds of a cut on observables, translated into ranges of the integration variables."""

from __future__ import annotations

import math
from collections.abc import Mapping

from darkfactory.kinematics.intervals import Interval
from darkfactory.kinematics.particles import FinalState

__all__ = ["cosine_range", "lepton_range", "meet", "missing_energy_range", "missing_mass2_range", "photon_range"]

Bounds = Mapping[str, Interval]
EVERYTHING: Interval = (-math.inf, math.inf)


def meet(*ranges: Interval) -> Interval:
    """Common part of ranges; its low end is above its high end if there is none."""
    return max(low for low, _ in ranges), min(high for _, high in ranges)


def _scaled(bounds: Bounds, name: str, factor: float) -> Interval:
    low, high = bounds.get(name, EVERYTHING)
    return factor * low, factor * high


def _squared(bounds: Bounds, name: str, shift: float = 0.0) -> Interval:
    """Range of sign(v) v^2 + shift from that of v."""
    low, high = bounds.get(name, EVERYTHING)
    return math.copysign(low * low, low) + shift, math.copysign(high * high, high) + shift


def lepton_range(bounds: Bounds, state: FinalState) -> Interval:
    """Range of the lepton's energy [MeV] from E_e, x and p_e."""
    m = state.track_mass
    endpoint = (state.parent_mass**2 + m**2) / (2 * state.parent_mass)
    low, high = bounds.get("p_e", EVERYTHING)
    momentum = (math.hypot(m, low) if low > 0 else m, math.hypot(m, high) if high >= 0 else -math.inf)
    return meet((m, state.parent_mass), bounds.get("E_e", EVERYTHING), _scaled(bounds, "x", endpoint), momentum)


def photon_range(bounds: Bounds, state: FinalState) -> Interval:
    """Range of the photon's energy [MeV] from E_gamma and y."""
    M = state.parent_mass
    return meet((0.0, M), bounds.get("E_gamma", EVERYTHING), _scaled(bounds, "y", M / 2))


def cosine_range(bounds: Bounds) -> Interval:
    """Range of the cosine between lepton and photon from cos_e_gamma and theta_e_gamma."""
    low, high = bounds.get("theta_e_gamma", (0.0, math.pi))
    angle = (math.cos(min(max(high, 0.0), math.pi)), math.cos(min(max(low, 0.0), math.pi)))
    if high < 0 or low > math.pi:
        angle = (1.0, -1.0)
    return meet((-1.0, 1.0), bounds.get("cos_e_gamma", EVERYTHING), angle)


def missing_mass2_range(bounds: Bounds) -> Interval:
    """Range of the missing mass squared [MeV^2] from m_miss2 and m_miss."""
    return meet(bounds.get("m_miss2", EVERYTHING), _squared(bounds, "m_miss"))


def missing_energy_range(bounds: Bounds, M: float) -> Interval:
    """Range of the missing energy [MeV] from E_miss and E_vis."""
    low, high = bounds.get("E_vis", EVERYTHING)
    return meet((0.0, M), bounds.get("E_miss", EVERYTHING), (M - high, M - low))
