"""Engines of decays with one charged lepton: alone, with a photon, with an X, and with an ALP."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from darkfactory.amplitudes import alp_photon, neutrino_pair, radiative_michel, two_body_alp
from darkfactory.backend import namespace
from darkfactory.constants import LEPTON_MASS
from darkfactory.errors import InfraredDivergence
from darkfactory.kinematics import maps
from darkfactory.kinematics.intervals import Interval
from darkfactory.kinematics.particles import FinalState, decay_state
from darkfactory.kinematics.phase_space import two_body_momentum
from darkfactory.models import Mediator
from darkfactory.processes.generator.engine import Engine, Setup
from darkfactory.processes.generator.regions import lepton_range, meet, missing_mass2_range, photon_range
from darkfactory.processes.muon_decay.emission import emitted

__all__ = [
    "GROWTH",
    "alp_engine",
    "alp_photon_engine",
    "boson_engine",
    "boson_pieces",
    "emission_energy",
    "michel_engine",
    "radiative_michel_engine",
    "renamed",
    "two_body_pieces",
]

Bounds = Mapping[str, Interval]


def renamed(sampler: Callable[..., Any], names: Mapping[str, str]) -> Callable[..., Any]:
    """Phase-space map whose particles are called as the final state calls them."""

    def call(u: Sequence[Any], k: Mapping[str, float]) -> tuple[dict[str, Any], Any]:
        momenta, weight = sampler(u, k)
        return {names.get(name, name): p for name, p in momenta.items()}, weight

    return call


def _one_piece(stokes: Any) -> Any:
    return stokes[..., None, :]


def _finite(interval: Interval, M: float) -> Interval:
    """Interval with an infinite end replaced by one beyond every mass, for use in kernels."""
    low, high = interval
    return max(low, -(M**2)), min(high, 4 * M**2)


def michel_engine(parent: str = "mu", daughter: str = "e") -> Engine:
    """Engine of l -> l' nu nu at tree level, flat in the lepton's energy."""
    M, m = LEPTON_MASS[parent], LEPTON_MASS[daughter]
    state = decay_state(f"{parent}+", e=f"{daughter}+", nunu="nunu")

    def sampler(u: Sequence[Any], k: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
        xp = namespace(*u)
        E = k["E_low"] + (k["E_high"] - k["E_low"]) * u[0]
        q2 = xp.maximum(k["M"] ** 2 + k["m"] ** 2 - 2 * k["M"] * E, 0.0)
        momenta, weight = maps.two_body((), {"M": k["M"], "m1": k["m"], "m2": xp.sqrt(q2)})
        slope = 2 * k["M"] * (k["E_high"] - k["E_low"]) / (2 * maps.PI)
        return {"e": momenta["first"], "nunu": momenta["second"]}, weight * slope

    def setup(model: Any, bounds: Bounds) -> Setup:
        low, high = lepton_range(bounds, state)
        high = min(high, (M**2 + m**2) / (2 * M))
        k = {"M": M, "m": m, "E_low": low, "E_high": max(low, high)}
        return Setup("flat", k, {"1": 1.0}, ((1.0,),), 1 / (2 * M))

    def pieces(p: Mapping[str, Any], k: Mapping[str, Any]) -> Any:
        return _one_piece(neutrino_pair.michel(p["e"], m_i=M, m_j=m))

    return Engine(state, 1, {"flat": sampler}, pieces, setup)


def two_body_pieces(M: float, m: float, momentum: Any, m_a: Any) -> Any:
    """Stokes components of l^- -> l'^- a for the three monomials at f_a = 1 MeV.

    Parameters
    ----------
    M, m : float
        Masses of the leptons [MeV].
    momentum : array
        Momentum of the final lepton [MeV], shape (..., 4).
    m_a : array_like
        ALP mass [MeV].

    Returns
    -------
    array
        Shape (..., 3, 4).
    """
    xp = namespace(momentum, m_a)
    p = two_body_momentum(M, m, m_a)
    flux = 8 * math.pi * M**2 / xp.where(p > 0, p, 1.0)
    vector, axial = (flux * two_body_alp.width(M, m, m_a, V, A, 1.0) for V, A in ((1.0, 0.0), (0.0, 1.0)))
    mixed = (vector + axial) * two_body_alp.asymmetry(M, m, m_a, 1.0, 1.0) / 2
    direction = momentum[..., 1:] / xp.maximum(p, 1e-300)
    one = xp.ones_like(momentum[..., 0])
    zero = 0.0 * one
    rows = [xp.stack([value * one, zero, zero, zero], axis=-1) for value in (vector, axial)]
    rows.append(xp.concatenate([zero[..., None], mixed * direction], axis=-1))
    return xp.stack(rows, axis=-2)


def alp_engine(parent: str = "mu", daughter: str = "e") -> Engine:
    """Engine of l -> l' a: only the orientation is random."""
    M, m = LEPTON_MASS[parent], LEPTON_MASS[daughter]
    state = decay_state(f"{parent}+", e=f"{daughter}+", a="a")

    def sampler(u: Sequence[Any], k: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
        momenta, weight = maps.two_body((), {"M": k["M"], "m1": k["m"], "m2": k["m_a"]})
        return {"e": momenta["first"], "a": momenta["second"]}, weight

    def setup(model: Any, bounds: Bounds) -> Setup:
        values, matrix = model.monomials()
        return Setup("fixed", {"M": M, "m": m, "m_a": model.mass}, values, matrix, 1 / (2 * M))

    def pieces(p: Mapping[str, Any], k: Mapping[str, Any]) -> Any:
        return two_body_pieces(M, m, p["e"], k["m_a"])

    return Engine(state, 0, {"fixed": sampler}, pieces, setup)


def photon_threshold(bounds: Bounds, state: FinalState, process: str) -> Interval:
    """Range of the photon energy; an infrared divergence is an error that names it."""
    low, high = photon_range(bounds, state)
    if not low > 0:
        raise InfraredDivergence(
            f"{process}: infrared divergence, the rate is infinite without a photon threshold; "
            "give a cut that implies one, such as 'E_gamma > 10' (MeV, > 0)"
        )
    return low, high


def alp_photon_engine(parent: str = "mu", daughter: str = "e") -> Engine:
    """Engine of l -> l' a gamma above a photon threshold."""
    M, m = LEPTON_MASS[parent], LEPTON_MASS[daughter]
    state = decay_state(f"{parent}+", e=f"{daughter}+", gamma="gamma", a="a")

    def setup(model: Any, bounds: Bounds) -> Setup:
        low, high = photon_threshold(bounds, state, f"{parent} -> {daughter} a gamma")
        values, matrix = model.monomials()
        q2 = model.mass**2
        k = {"M": M, "m": m, "mX": 0.0, "m_a": model.mass, "E_low": low, "E_high": high, "q2_low": q2, "q2_high": q2}
        return Setup("photon", k, values, matrix, 1 / (2 * M))

    def pieces(p: Mapping[str, Any], k: Mapping[str, Any]) -> Any:
        return alp_photon.pieces(p["e"], p["gamma"], k["m_a"], m_i=M, m_j=m)

    sampler = renamed(functools.partial(maps.emission, massless=True, pair=False), {"X": "gamma", "Q": "a"})
    return Engine(state, 2, {"photon": sampler}, pieces, setup)


def radiative_michel_engine(parent: str = "mu", daughter: str = "e") -> Engine:
    """Engine of l -> l' nu nu gamma above a photon threshold."""
    M, m = LEPTON_MASS[parent], LEPTON_MASS[daughter]
    state = decay_state(f"{parent}+", e=f"{daughter}+", gamma="gamma", nunu="nunu")

    def setup(model: Any, bounds: Bounds) -> Setup:
        low, high = photon_threshold(bounds, state, f"{parent} -> {daughter} nu nu gamma")
        q2 = _finite(meet((0.0, math.inf), missing_mass2_range(bounds)), M)
        k = {"M": M, "m": m, "mX": 0.0, "E_low": low, "E_high": high, "q2_low": q2[0], "q2_high": q2[1]}
        return Setup("photon", k, {"1": 1.0}, ((1.0,),), 1 / (2 * M))

    def pieces(p: Mapping[str, Any], k: Mapping[str, Any]) -> Any:
        return _one_piece(radiative_michel.stokes(p["e"], p["gamma"], m_i=M, m_j=m))

    def unpolarised(p: Mapping[str, Any], k: Mapping[str, Any], c: Sequence[Any]) -> Any:
        return c[0] * radiative_michel.unpolarised(p["e"], p["gamma"], m_i=M, m_j=m)

    sampler = renamed(functools.partial(maps.emission, massless=True, pair=True), {"X": "gamma", "Q": "nunu"})
    return Engine(state, 3, {"photon": sampler}, pieces, setup, unpolarised)


def boson_pieces(kind: Hashable, M: float, m: float) -> Callable[[Any, Any, Any], Any]:
    """Pieces (k, q, m_X) -> (..., n, 4) of l -> l' nu nu X for an X of this kind.

    Parameters
    ----------
    kind : hashable
        That of the model of X.
    M, m : float
        Masses of the leptons [MeV].

    Returns
    -------
    callable
        Of the momenta of lepton and X, and the mass of X.
    """
    return functools.partial(emitted(kind).pieces, m_i=M, m_j=m)


def emission_energy(model: Mediator, bounds: Bounds, M: float, process: str) -> Interval:
    """Range of the energy of X; a massless vector or scalar without a threshold is infrared divergent.

    Parameters
    ----------
    model : Mediator
        X.
    bounds : mapping
        Of the cut.
    M : float
        Mass of the parent [MeV].
    process : str
        Named by the error.

    Returns
    -------
    tuple of float
        Least and largest energy [MeV].
    """
    low, high = meet((0.0, M), bounds.get("E_X", (-math.inf, math.inf)))
    if model.mass == 0 and not low > 0:
        raise InfraredDivergence(
            f"{process}: infrared divergence, the rate of a massless X is not finite or not supported without a "
            "threshold; give model.mass > 0 MeV or a cut such as 'E_X > 1'"
        )
    return low, high


GROWTH = "axial or non-universal vector couplings: the rate grows as 1/mass^2, and neutrinos do not emit X here"


def boson_engine(kind: Hashable, parent: str = "mu", daughter: str = "e") -> Engine:
    """Engine of l -> l' nu nu X with an X of this kind that is not seen.

    Parameters
    ----------
    kind : hashable
        That of the model of X.
    parent, daughter : str
        Leptons.

    Returns
    -------
    Engine
        Unpolarised X summed over its helicities.
    """
    M, m = LEPTON_MASS[parent], LEPTON_MASS[daughter]
    state = decay_state(f"{parent}+", e=f"{daughter}+", nunu="nunu", X="X")
    amplitude = boson_pieces(kind, M, m)

    def setup(model: Any, bounds: Bounds) -> Setup:
        low, high = emission_energy(model, bounds, M, f"{parent} -> {daughter} nu nu X")
        values, matrix = model.monomials()
        k = {"M": M, "m": m, "mX": model.mass, "E_low": low, "E_high": high, "q2_low": 0.0, "q2_high": M**2}
        notes = (GROWTH,) if model.longitudinal_growth else ()
        return Setup("massive" if model.mass > 0 else "massless", k, values, matrix, 1 / (2 * M), notes)

    def pieces(p: Mapping[str, Any], k: Mapping[str, Any]) -> Any:
        return amplitude(p["e"], p["X"], k["mX"])

    samplers = {
        name: renamed(functools.partial(maps.emission, massless=name == "massless", pair=True), {"Q": "nunu"})
        for name in ("massive", "massless")
    }
    return Engine(state, 3, samplers, pieces, setup)
