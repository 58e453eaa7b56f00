"""Named observables of a process, as pure functions of the four-momenta; they take NumPy and JAX arrays alike.

An event is a mapping from particle to four-momentum (..., 4): ``e`` (or ``e1``, ``e2`` with the charge of the parent
and ``e3`` with the opposite one), ``gamma``, ``X``, ``a``, and ``nunu`` for the neutrino pair. Charged leptons and
photons are visible, everything else is missing. z is the beam axis.

An observable of several tracks has one value per track (or per pair of opposite charge) on the last axis.
"""

from __future__ import annotations

import math
from typing import Any

from darkfactory.backend import namespace
from darkfactory.errors import UnknownName, did_you_mean
from darkfactory.kinematics.collision_observables import COLLISIONS, bjorken_x, inelasticity
from darkfactory.kinematics.lorentz import mass_squared
from darkfactory.kinematics.observable_kinds import (
    Momenta,
    Observable,
    cosine,
    endpoint,
    length,
    of_pairs,
    of_tracks,
    opposite_pairs,
    signed_root,
    single,
    stacked,
    visible,
)
from darkfactory.kinematics.particles import FinalState

__all__ = ["OBSERVABLES", "Observable", "find_observable", "observables_of", "opposite_pairs"]


def _missing_mass2(momenta: Momenta, state: FinalState) -> Any:
    """(p_in - p_visible)^2."""
    seen = visible(momenta, state)
    E, *p = state.p_in
    product = E * seen[..., 0]
    if not state.decays:
        product = product - sum(component * seen[..., i] for i, component in enumerate(p, start=1))
    return state.mass_squared - 2 * product + mass_squared(seen)


def _missing_momentum(momenta: Momenta, state: FinalState) -> Any:
    seen = visible(momenta, state)
    if state.decays:
        return length(seen)
    xp = namespace(seen)
    return length(xp.stack([p - seen[..., i] for i, p in enumerate(state.p_in)], axis=-1))


def _energy_range(state: FinalState) -> tuple[float, float]:
    return 0.0, endpoint(state)


def _transverse_range(state: FinalState) -> tuple[float, float]:
    if state.decays:
        return _energy_range(state)
    # across to the beam in the frame of the centre of mass
    return 0.0, float(state.p_initial[0][0] * state.track_mass / state.parent_mass)


def _cosine_range(state: FinalState) -> tuple[float, float]:
    return -1.0, 1.0


def _track_cosine_range(state: FinalState) -> tuple[float, float]:
    return (-1.0 if state.decays else 0.0), 1.0


def _total_energy(state: FinalState) -> tuple[float, float]:
    return 0.0, state.p_in[0]


def _mass_range(state: FinalState) -> tuple[float, float]:
    return 0.0, state.parent_mass


def _mass2_range(state: FinalState) -> tuple[float, float]:
    return 0.0, state.parent_mass**2


def _has_photon(state: FinalState) -> bool:
    return len(state.photons) == 1


def _radiative(state: FinalState) -> bool:
    return _has_photon(state) and len(state.tracks) == 1


def _incomplete(state: FinalState) -> bool:
    return state.missing or bool(state.invisible)


def _energy_of(particle: str) -> Observable:
    return single(
        f"E_{particle}",
        "MeV",
        f"energy of {particle}",
        lambda p, s: p[particle][..., 0],
        _total_energy,
        lambda s: particle in s.invisible,
    )


def _x(momenta: Momenta, state: FinalState) -> Any:
    if not state.decays:
        return bjorken_x(momenta, state)
    return stacked([momenta[track][..., 0] / endpoint(state) for track in state.tracks])


def _angle(momenta: Momenta, state: FinalState) -> Any:
    cosine_of_both = cosine(momenta["e"], momenta["gamma"])
    return namespace(cosine_of_both).arccos(cosine_of_both)


_ALL = (
    of_tracks("E_e", "MeV", "energy", lambda p, s: p[..., 0], _energy_range),
    of_tracks("p_e", "MeV", "momentum", lambda p, s: length(p), _energy_range),
    of_tracks(
        "p_T",
        "MeV",
        "momentum across the beam",
        lambda p, s: namespace(p).hypot(p[..., 1], p[..., 2]),
        _transverse_range,
    ),
    of_tracks(
        "cos_theta",
        "1",
        "cosine to the beam axis z",
        lambda p, s: p[..., 3] / namespace(p).maximum(length(p), 1e-300),
        _track_cosine_range,
    ),
    of_pairs("m_ee", "MeV", "mass of an e+ e- pair", lambda p, q: signed_root(mass_squared(p + q)), _mass_range),
    of_pairs("cos_ee", "1", "cosine of the angle of an e+ e- pair", cosine, _cosine_range),
    single("E_gamma", "MeV", "energy of the photon", lambda p, s: p["gamma"][..., 0], _energy_range, _has_photon),
    Observable(
        "x",
        "1",
        "energy of the charged lepton over its endpoint W in a decay; Bjorken x of a target that breaks up",
        _x,
        lambda s: len(s.tracks) if s.decays else len(s.hadrons),
        lambda s: (0.0, 1.0),
    ),
    single(
        "y",
        "1",
        "2 E_gamma / m_parent of a decay; part of the beam's energy that the target gets in a scattering",
        lambda p, s: 2 * p["gamma"][..., 0] / s.parent_mass if s.decays else inelasticity(p, s),
        lambda s: (0.0, 1.0 if s.decays else min(s.recoil_mev / s.p_initial[0][0], 1.0)),
        lambda s: _has_photon(s) or not s.decays,
    ),
    single(
        "cos_theta_gamma",
        "1",
        "cosine of the photon to the beam axis z",
        lambda p, s: p["gamma"][..., 3] / p["gamma"][..., 0],
        _cosine_range,
        _has_photon,
    ),
    single(
        "cos_e_gamma",
        "1",
        "cosine of the angle between lepton and photon",
        lambda p, s: cosine(p["e"], p["gamma"]),
        _cosine_range,
        _radiative,
    ),
    single(
        "theta_e_gamma",
        "rad",
        "angle between lepton and photon",
        _angle,
        lambda s: (0.0, math.pi),
        _radiative,
    ),
    single(
        "m_vis",
        "MeV",
        "mass of everything visible",
        lambda p, s: signed_root(mass_squared(visible(p, s))),
        _mass_range,
        lambda s: True,
    ),
    single(
        "E_vis",
        "MeV",
        "energy of everything visible",
        lambda p, s: visible(p, s)[..., 0],
        _total_energy,
        lambda s: True,
    ),
    single(
        "E_miss",
        "MeV",
        "missing energy",
        lambda p, s: s.p_in[0] - visible(p, s)[..., 0],
        _total_energy,
        _incomplete,
    ),
    single("p_miss", "MeV", "missing momentum", _missing_momentum, _energy_range, _incomplete),
    single("m_miss2", "MeV^2", "missing mass squared, signed", _missing_mass2, _mass2_range, _incomplete),
    single(
        "m_miss",
        "MeV",
        "sign(m_miss2) sqrt|m_miss2|",
        lambda p, s: signed_root(_missing_mass2(p, s)),
        _mass_range,
        _incomplete,
    ),
    _energy_of("X"),
    _energy_of("a"),
    *COLLISIONS,
)

OBSERVABLES: dict[str, Observable] = {observable.name: observable for observable in _ALL}
"""Every observable by its name."""


def observables_of(state: FinalState) -> dict[str, Observable]:
    """Observables that exist in a final state, by name."""
    return {name: observable for name, observable in OBSERVABLES.items() if observable.count(state) > 0}


def find_observable(name: str, state: FinalState) -> Observable:
    """Observable ``name`` of a final state.

    Raises
    ------
    UnknownName
        If it does not exist there; what does and the near names are listed.

    Examples
    --------
    >>> from darkfactory.kinematics.particles import decay_state
    >>> find_observable("E_e", decay_state("mu+", e="e+", nunu="nunu")).unit
    'MeV'
    """
    known = observables_of(state)
    if name not in known:
        hint = did_you_mean(name, list(known))
        raise UnknownName(f"observable {name!r} does not exist here; observables: {', '.join(known)}{hint}")
    return known[name]
