"""Observables of collisions of a beam with a target at rest: the electron or the hadrons that leave, and what is missing.

All but the mass of what is produced follow from what is seen and the energy of the beam, so that they exist as measured
too: see :mod:`darkfactory.kinematics.deep_inelastic` for the formulas.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from darkfactory.kinematics.deep_inelastic import beam_energy
from darkfactory.kinematics.lorentz import mass_squared
from darkfactory.kinematics.observable_kinds import (
    Momenta,
    Observable,
    endpoint,
    length,
    of_tracks,
    polar,
    signed_root,
    single,
    visible,
)
from darkfactory.kinematics.particles import FinalState

__all__ = ["COLLISIONS", "bjorken_x", "inelasticity"]


def _transfer(momenta: Momenta, state: FinalState) -> tuple[Any, Any]:
    """Energy that the target takes, and all that leaves it [MeV]."""
    seen = visible(momenta, state)
    return seen[..., 0] - state.p_initial[1][0], seen


def _virtuality(momenta: Momenta, state: FinalState) -> Any:
    nu, seen = _transfer(momenta, state)
    return length(seen) ** 2 - nu**2


def _massless_beam(momenta: Momenta, state: FinalState) -> Any:
    nu, seen = _transfer(momenta, state)
    return beam_energy(nu, length(seen), seen[..., 3] / length(seen))


def inelasticity(momenta: Momenta, state: FinalState) -> Any:
    """Part y of the energy of the beam that the target takes."""
    return _transfer(momenta, state)[0] / state.p_initial[0][0]


def bjorken_x(momenta: Momenta, state: FinalState) -> Any:
    """Q^2 / (2 m nu): 1 for a target that stays whole."""
    nu, target = _transfer(momenta, state)[0], state.p_initial[1][0]
    return _virtuality(momenta, state) / np.where(nu > 0, 2 * target * nu, np.inf)


def _scatters(state: FinalState) -> bool:
    return not state.decays


def _hadronic(state: FinalState) -> bool:
    return bool(state.hadrons)


def _broken(state: FinalState) -> bool:
    """Whether the target breaks up: its hadrons have no one mass."""
    return any(state[label].mass is None for label in state.hadrons)


def _beam(state: FinalState) -> tuple[float, float]:
    return 0.0, float(state.p_initial[0][0])


def _right_angle(state: FinalState) -> tuple[float, float]:
    return 0.0, math.pi / 2


def _momentum(state: FinalState) -> float:
    """Momentum of the target [MeV] above which there is hardly any, inf if nothing says so."""
    T, m = state.recoil_mev, state.initial[1].mass or 0.0
    return math.sqrt(T * T + 2 * T * m)


def _heaviest(state: FinalState) -> float:
    """Mass of X [MeV] that leaves the target so little momentum, M^2 / 2E, or that there is energy for."""
    most = state.parent_mass - (state.initial[1].mass or 0.0)
    return min(float(most), math.sqrt(2 * state.p_initial[0][0] * _momentum(state)))


COLLISIONS: tuple[Observable, ...] = (
    of_tracks(
        "T_e",
        "MeV",
        "kinetic energy",
        lambda p, s: p[..., 0] - s.track_mass,
        lambda s: (0.0, endpoint(s) - s.track_mass),
        _scatters,
    ),
    of_tracks("theta_e", "rad", "angle to the beam axis z", lambda p, s: polar(p), _right_angle, _scatters),
    of_tracks(
        "E_theta2",
        "MeV",
        "energy times the square of the angle to the beam axis z",
        lambda p, s: p[..., 0] * polar(p) ** 2,
        lambda s: (0.0, s.track_mass * math.pi**2 / 4),
        _scatters,
    ),
    single(
        "E_h",
        "MeV",
        "energy of the hadrons, or of the nucleus, beyond the mass of the target",
        lambda p, s: _transfer(p, s)[0],
        lambda s: _beam(s) if _broken(s) else (0.0, min(endpoint(s) - (s.initial[1].mass or 0.0), s.recoil_mev)),
        _hadronic,
    ),
    single(
        "theta_h",
        "rad",
        "angle of the hadrons to the beam axis z",
        lambda p, s: polar(visible(p, s)),
        _right_angle,
        _hadronic,
    ),
    single(
        "p_T_h",
        "MeV",
        "momentum of the hadrons across the beam",
        lambda p, s: np.hypot(visible(p, s)[..., 1], visible(p, s)[..., 2]),
        lambda s: (0.0, min(s.parent_mass / 2, _momentum(s))),
        _hadronic,
    ),
    single(
        "W",
        "MeV",
        "mass of the hadrons",
        lambda p, s: signed_root(mass_squared(visible(p, s))),
        lambda s: (0.0, s.parent_mass),
        _hadronic,
    ),
    single(
        "Q2",
        "MeV^2",
        "virtuality Q^2 of the exchange",
        _virtuality,
        lambda s: (0.0, min(s.mass_squared, _momentum(s) ** 2)),
        _scatters,
    ),
    single(
        "M_X",
        "MeV",
        "mass of what the beam turns into",
        lambda p, s: signed_root(mass_squared(p["X"])),
        lambda s: (0.0, _heaviest(s)),
        lambda s: not s.decays and "X" in s.invisible,
    ),
    single(
        "E_rec",
        "MeV",
        "energy of the beam from what is seen, if it stayed massless",
        _massless_beam,
        _beam,
        _scatters,
    ),
)
"""Observables that exist in collisions alone."""
