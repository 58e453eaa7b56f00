"""Named observables of a process, as pure functions of the four-momenta; they take NumPy and JAX arrays alike.

An event is a mapping from particle to four-momentum (..., 4): ``e`` (or ``e1``, ``e2`` with the charge of the parent
and ``e3`` with the opposite one), ``gamma``, ``X``, ``a``, and ``nunu`` for the neutrino pair. Charged leptons and
photons are visible, everything else is missing. z is the beam axis.

An observable of several tracks has one value per track (or per pair of opposite charge) on the last axis.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from darkfactory.backend import namespace
from darkfactory.errors import UnknownName, did_you_mean
from darkfactory.kinematics.lorentz import mass_squared
from darkfactory.kinematics.particles import FinalState

__all__ = ["OBSERVABLES", "Observable", "find_observable", "observables_of", "opposite_pairs"]

Momenta = Mapping[str, Any]


@dataclass(frozen=True)
class Observable:
    """One named observable.

    Attributes
    ----------
    name, unit, title : str
        As in cuts and spectra; ``1`` for dimensionless; in words.
    of : callable
        (momenta, final state) -> array (...), or (..., k) if it has several values.
    count : callable
        Final state -> how many values it has there; 0 if it does not exist.
    limits : callable
        Final state -> range of the values, where spectra are binned by default.
    """

    name: str
    unit: str
    title: str
    of: Callable[[Momenta, FinalState], Any]
    count: Callable[[FinalState], int]
    limits: Callable[[FinalState], tuple[float, float]]

    @property
    def oriented(self) -> bool:
        """Whether it depends on the orientation of the decay to the beam axis."""
        return self.name in _ORIENTED


def opposite_pairs(state: FinalState) -> tuple[tuple[str, str], ...]:
    """Pairs of tracks of opposite charge, that of the charge of the first track in front."""
    charges = {name: state[name].charge for name in state.tracks}
    same = [name for name in state.tracks if charges[name] == charges[state.tracks[0]]]
    return tuple((name, other) for name in same for other in state.tracks if other not in same)


def _stack(values: list[Any]) -> Any:
    if len(values) == 1:
        return values[0]
    return namespace(*values).stack(values, axis=-1)


def _length(p: Any) -> Any:
    xp = namespace(p)
    return xp.sqrt(xp.sum(p[..., 1:] ** 2, axis=-1))


def _cosine(p: Any, q: Any) -> Any:
    xp = namespace(p, q)
    product = xp.sum(p[..., 1:] * q[..., 1:], axis=-1)
    return xp.clip(product / xp.maximum(_length(p) * _length(q), 1e-300), -1.0, 1.0)


def _total(momenta: Momenta, names: tuple[str, ...]) -> Any:
    return sum((momenta[name] for name in names[1:]), start=momenta[names[0]])


def _visible(momenta: Momenta, state: FinalState) -> Any:
    return _total(momenta, state.tracks + state.photons)


def _missing_mass2(momenta: Momenta, state: FinalState) -> Any:
    """(p_in - p_visible)^2."""
    seen = _visible(momenta, state)
    E, *p = state.p_in
    product = E * seen[..., 0]
    if not state.decays:
        product = product - sum(component * seen[..., i] for i, component in enumerate(p, start=1))
    return state.mass_squared - 2 * product + mass_squared(seen)


def _missing_momentum(momenta: Momenta, state: FinalState) -> Any:
    seen = _visible(momenta, state)
    if state.decays:
        return _length(seen)
    xp = namespace(seen)
    return _length(xp.stack([p - seen[..., i] for i, p in enumerate(state.p_in)], axis=-1))


def _signed_root(value: Any) -> Any:
    xp = namespace(value)
    return xp.sign(value) * xp.sqrt(xp.abs(value))


def _any(state: FinalState) -> bool:
    return True


def _track(
    name: str,
    unit: str,
    title: str,
    function: Callable[..., Any],
    limits: Callable[..., Any],
    exists: Callable[[FinalState], bool] = _any,
) -> Observable:
    """Observable with one value per charged lepton."""

    def of(momenta: Momenta, state: FinalState) -> Any:
        return _stack([function(momenta[track], state) for track in state.tracks])

    def count(state: FinalState) -> int:
        return len(state.tracks) if exists(state) else 0

    return Observable(name, unit, f"{title} of the charged lepton", of, count, limits)


def _pair(name: str, unit: str, title: str, function: Callable[..., Any], limits: Callable[..., Any]) -> Observable:
    """Observable with one value per pair of opposite charge."""

    def of(momenta: Momenta, state: FinalState) -> Any:
        return _stack([function(momenta[one], momenta[other]) for one, other in opposite_pairs(state)])

    return Observable(name, unit, title, of, lambda state: len(opposite_pairs(state)), limits)


def _single(
    name: str,
    unit: str,
    title: str,
    function: Callable[..., Any],
    limits: Callable[..., Any],
    exists: Callable[..., bool],
) -> Observable:
    """Observable with one value."""
    return Observable(name, unit, title, function, lambda state: int(exists(state)), limits)


def _endpoint(state: FinalState) -> float:
    """Largest energy of a charged lepton [MeV]."""
    if not state.decays:
        # backwards in the frame of the centre of mass: the target takes all the momentum it can
        E, m = state.p_initial[0][0], state.track_mass
        return float(m + 2 * E**2 / (2 * E + m))
    if state.parent == "X" and not state.invisible:
        return state.parent_mass / 2  # type: ignore[no-any-return]
    return (state.parent_mass**2 + state.track_mass**2) / (2 * state.parent_mass)  # type: ignore[no-any-return]


def _energy_range(state: FinalState) -> tuple[float, float]:
    return 0.0, _endpoint(state)


def _transverse_range(state: FinalState) -> tuple[float, float]:
    if state.decays:
        return _energy_range(state)
    # across to the beam in the frame of the centre of mass
    return 0.0, float(state.p_initial[0][0] * state.track_mass / state.parent_mass)


def _cosine_range(state: FinalState) -> tuple[float, float]:
    return -1.0, 1.0


def _track_cosine_range(state: FinalState) -> tuple[float, float]:
    return (-1.0 if state.decays else 0.0), 1.0


def _polar(p: Any) -> Any:
    """Angle to z [rad], all digits of a small one."""
    xp = namespace(p)
    return xp.arctan2(xp.hypot(p[..., 1], p[..., 2]), p[..., 3])


def _inelasticity(momenta: Momenta, state: FinalState) -> Any:
    beam, target = state.p_initial
    return (_visible(momenta, state)[..., 0] - target[0]) / beam[0]


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


def _decays(state: FinalState) -> bool:
    return state.decays


def _scatters(state: FinalState) -> bool:
    return not state.decays


def _energy_of(particle: str) -> Observable:
    return _single(
        f"E_{particle}",
        "MeV",
        f"energy of {particle}",
        lambda p, s: p[particle][..., 0],
        _mass_range,
        lambda s: particle in s.invisible,
    )


def _angle(momenta: Momenta, state: FinalState) -> Any:
    cosine = _cosine(momenta["e"], momenta["gamma"])
    return namespace(cosine).arccos(cosine)


_ALL = (
    _track("E_e", "MeV", "energy", lambda p, s: p[..., 0], _energy_range),
    _track("p_e", "MeV", "momentum", lambda p, s: _length(p), _energy_range),
    _track(
        "p_T",
        "MeV",
        "momentum across the beam",
        lambda p, s: namespace(p).hypot(p[..., 1], p[..., 2]),
        _transverse_range,
    ),
    _track(
        "x",
        "1",
        "energy over its endpoint W",
        lambda p, s: p[..., 0] / _endpoint(s),
        lambda s: (0.0, 1.0),
        _decays,
    ),
    _track(
        "T_e",
        "MeV",
        "kinetic energy",
        lambda p, s: p[..., 0] - s.track_mass,
        lambda s: (0.0, _endpoint(s) - s.track_mass),
        _scatters,
    ),
    _track(
        "theta_e", "rad", "angle to the beam axis z", lambda p, s: _polar(p), lambda s: (0.0, math.pi / 2), _scatters
    ),
    _track(
        "E_theta2",
        "MeV",
        "energy times the square of the angle to the beam axis z",
        lambda p, s: p[..., 0] * _polar(p) ** 2,
        lambda s: (0.0, s.track_mass * math.pi**2 / 4),
        _scatters,
    ),
    _track(
        "cos_theta",
        "1",
        "cosine to the beam axis z",
        lambda p, s: p[..., 3] / namespace(p).maximum(_length(p), 1e-300),
        _track_cosine_range,
    ),
    _pair("m_ee", "MeV", "mass of an e+ e- pair", lambda p, q: _signed_root(mass_squared(p + q)), _mass_range),
    _pair("cos_ee", "1", "cosine of the angle of an e+ e- pair", _cosine, _cosine_range),
    _single("E_gamma", "MeV", "energy of the photon", lambda p, s: p["gamma"][..., 0], _energy_range, _has_photon),
    _single(
        "y",
        "1",
        "2 E_gamma / m_parent of a decay; part of the beam's energy that the target gets in a scattering",
        lambda p, s: 2 * p["gamma"][..., 0] / s.parent_mass if s.decays else _inelasticity(p, s),
        lambda s: (0.0, 1.0),
        lambda s: _has_photon(s) or _scatters(s),
    ),
    _single(
        "cos_theta_gamma",
        "1",
        "cosine of the photon to the beam axis z",
        lambda p, s: p["gamma"][..., 3] / p["gamma"][..., 0],
        _cosine_range,
        _has_photon,
    ),
    _single(
        "cos_e_gamma",
        "1",
        "cosine of the angle between lepton and photon",
        lambda p, s: _cosine(p["e"], p["gamma"]),
        _cosine_range,
        _radiative,
    ),
    _single(
        "theta_e_gamma",
        "rad",
        "angle between lepton and photon",
        _angle,
        lambda s: (0.0, math.pi),
        _radiative,
    ),
    _single(
        "m_vis",
        "MeV",
        "mass of everything visible",
        lambda p, s: _signed_root(mass_squared(_visible(p, s))),
        _mass_range,
        _any,
    ),
    _single("E_vis", "MeV", "energy of everything visible", lambda p, s: _visible(p, s)[..., 0], _mass_range, _any),
    _single(
        "E_miss",
        "MeV",
        "missing energy",
        lambda p, s: s.p_in[0] - _visible(p, s)[..., 0],
        _mass_range,
        _incomplete,
    ),
    _single("p_miss", "MeV", "missing momentum", _missing_momentum, _energy_range, _incomplete),
    _single("m_miss2", "MeV^2", "missing mass squared, signed", _missing_mass2, _mass2_range, _incomplete),
    _single(
        "m_miss",
        "MeV",
        "sign(m_miss2) sqrt|m_miss2|",
        lambda p, s: _signed_root(_missing_mass2(p, s)),
        _mass_range,
        _incomplete,
    ),
    _energy_of("X"),
    _energy_of("a"),
)

_ORIENTED = ("p_T", "cos_theta", "theta_e", "E_theta2", "cos_theta_gamma")

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
