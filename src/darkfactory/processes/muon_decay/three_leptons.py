"""Engines of decays with an e+ e- pair: from a virtual photon, a mediator of finite width, or an X on shell."""

from __future__ import annotations

import functools
import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from darkfactory.amplitudes import bosons, lepton_line, three_leptons
from darkfactory.backend import namespace
from darkfactory.constants import M_E, M_MU
from darkfactory.errors import InvalidInput
from darkfactory.kinematics import maps, pair_decays
from darkfactory.kinematics.intervals import Interval
from darkfactory.kinematics.particles import decay_state
from darkfactory.kinematics.phase_space import two_body_momentum
from darkfactory.models import LfvAlp, Mediator
from darkfactory.processes.generator.engine import Engine, Setup
from darkfactory.processes.generator.regions import meet, missing_energy_range, missing_mass2_range
from darkfactory.processes.muon_decay.emission import emitted
from darkfactory.processes.muon_decay.one_lepton import (
    GROWTH,
    boson_pieces,
    two_body_pieces,
)

__all__ = [
    "alp_resonance_engine",
    "boson_resonance_engine",
    "mediated_engine",
    "require_pair_decay",
    "three_lepton_alp_engine",
    "three_lepton_engine",
    "x_decay_engine",
]

Bounds = Mapping[str, Interval]
TRACKS = {"e1": "e+", "e2": "e+", "e3": "e-"}
LOW_ENERGY = 0.25
"""Missing energy over the muon mass below which the map for small missing energies is used."""
NARROWEST = 1e-9
"""Width over mass below which a resonance is not resolved by floating-point invariants."""


def _missing_parameters(bounds: Bounds, M: float, m: float, mass: float) -> dict[str, float]:
    E_low, E_high = missing_energy_range(bounds, M)
    q2_low, q2_high = meet((mass**2, M**2), missing_mass2_range(bounds)) if mass == 0 else (mass**2, mass**2)
    return {
        "M": M,
        "m": m,
        "E_low": E_low,
        "E_high": max(E_high, E_low),
        "q2_low": q2_low,
        "q2_high": max(q2_high, q2_low),
    }


def three_lepton_engine() -> Engine:
    """Engine of mu -> e e e nu nu in the Standard Model, identical leptons counted once."""
    state = decay_state("mu+", **TRACKS, nunu="nunu")

    def setup(model: Any, bounds: Bounds) -> Setup:
        k = _missing_parameters(bounds, M_MU, M_E, 0.0)
        variant = "low" if k["E_high"] < LOW_ENERGY * M_MU else "smooth"
        return Setup(variant, k, {"1": 1.0}, ((1.0,),), 0.5 / (2 * M_MU))

    def pieces(p: Mapping[str, Any], k: Mapping[str, Any]) -> Any:
        return three_leptons.nu_nu(p["e1"], p["e2"], p["e3"])[..., None, :]

    def unpolarised(p: Mapping[str, Any], k: Mapping[str, Any], c: Sequence[Any]) -> Any:
        return c[0] * three_leptons.nu_nu_unpolarised(p["e1"], p["e2"], p["e3"])

    samplers = {name: _missing_sampler("nunu", pair=True, low_energy=name == "low") for name in ("smooth", "low")}
    return Engine(state, 6, samplers, pieces, setup, unpolarised, identical=("e1", "e2"))


def _missing_sampler(name: str, **options: bool) -> Any:
    def call(u: Sequence[Any], k: Mapping[str, float]) -> tuple[dict[str, Any], Any]:
        momenta, weight = maps.three_leptons(u, k, **options)
        momenta[name] = momenta.pop("Q")
        return momenta, weight

    return call


def three_lepton_alp_engine() -> Engine:
    """Engine of mu -> e e e a, identical leptons counted once."""
    state = decay_state("mu+", **TRACKS, a="a")

    def setup(model: Any, bounds: Bounds) -> Setup:
        values, matrix = model.monomials()
        k = _missing_parameters(bounds, M_MU, M_E, 0.0) | {"q2_low": model.mass**2, "q2_high": model.mass**2}
        return Setup("smooth", k | {"m_a": model.mass}, values, matrix, 0.5 / (2 * M_MU))

    def pieces(p: Mapping[str, Any], k: Mapping[str, Any]) -> Any:
        return three_leptons.alp_pieces(p["e1"], p["e2"], p["e3"], k["m_a"])

    def unpolarised(p: Mapping[str, Any], k: Mapping[str, Any], c: Sequence[Any]) -> Any:
        parts = three_leptons.alp_unpolarised(p["e1"], p["e2"], p["e3"], k["m_a"])
        return c[0] * parts[..., 0] + c[1] * parts[..., 1]

    samplers = {"smooth": _missing_sampler("a", pair=False)}
    return Engine(state, 5, samplers, pieces, setup, unpolarised, identical=("e1", "e2"))


def _boson(k: Mapping[str, Any], scale: float = 1.0) -> tuple[Any, ...]:
    """Mass, width and vertices, multiplied by ``scale``, of a mediator from the parameters of a kernel."""
    return (k["mX"], k["width"], *(scale * k[f"g{n}"] for n in range(4)))


def _boson_parameters(model: Mediator) -> dict[str, float]:
    return {"mX": model.mass, "width": model.width} | {f"g{n}": g for n, g in enumerate(model.vertices)}


def mediated_engine(kind: Hashable) -> Engine:
    """Engine of mu -> e e e nu nu through photon and a mediator X of finite width, with all interference."""
    state = decay_state("mu+", **TRACKS, nunu="nunu")
    propagator = emitted(kind).propagator
    assert propagator is not None  # a model of this kind does not offer an exchange

    def setup(model: Any, bounds: Bounds) -> Setup:
        k = _missing_parameters(bounds, M_MU, M_E, 0.0) | _boson_parameters(model) | {"share": 0.5}
        resonant = 2 * M_E < model.mass < M_MU - M_E
        if not model.mass > 0:
            raise InvalidInput("model.mass = 0 MeV: allowed (0, inf) MeV for an X that interferes with the photon")
        if resonant and not model.width > NARROWEST * model.mass:
            raise InvalidInput(
                f"width of X = {model.width:g} MeV: allowed ({NARROWEST * model.mass:g}, inf) MeV for a resonance "
                "inside phase space; use 'mu -> e nu nu X, X -> e e' (narrow width)"
            )
        # powers of the couplings' common scale: photon alone, interference, X alone
        values = {"1": 1.0, "g^2": 1.0, "g^4": 1.0}
        unit = tuple(tuple(1.0 if i == j else 0.0 for j in range(3)) for i in range(3))
        notes = (GROWTH,) if model.longitudinal_growth else ()
        return Setup("resonant" if resonant else "smooth", k, values, unit, 0.5 / (2 * M_MU), notes)

    def at_scale(p: Mapping[str, Any], k: Mapping[str, Any], scale: float, charge: int = -1) -> Any:
        mediators = [bosons.Photon()] + ([propagator(*_boson(k, scale))] if scale else [])
        return lepton_line.three_leptons(p["e1"], p["e2"], p["e3"], mediators, charge=charge)

    def pieces(p: Mapping[str, Any], k: Mapping[str, Any]) -> Any:
        nothing, once, twice = (at_scale(p, k, scale) for scale in (0.0, 1.0, 2**0.5))
        # t = scale^2: S(t) = S(0) + t B + t^2 C at t = 1, 2
        C = (twice - 2 * once + nothing) / 2
        return namespace(once).stack([nothing, once - nothing - C, C], axis=-2)

    def summed(p: Mapping[str, Any], k: Mapping[str, Any], c: Sequence[Any], charge: int) -> Any:
        return at_scale(p, k, 1.0, charge)

    def unpolarised(p: Mapping[str, Any], k: Mapping[str, Any], c: Sequence[Any]) -> Any:
        return at_scale(p, k, 1.0)[..., 0]

    samplers = {
        "smooth": _missing_sampler("nunu", pair=True),
        "resonant": _missing_sampler("nunu", pair=True, resonant=True),
    }
    return Engine(state, 6, samplers, pieces, setup, unpolarised, summed, identical=("e1", "e2"))


def _decay_of(sampler: Any, name: str) -> Any:
    """Phase-space map followed by the decay of ``name``, whose mass is mX, into e2 e3."""

    def call(u: Sequence[Any], k: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
        momenta, weight = sampler(u[:-2], k)
        one, other, slope = pair_decays.pair_decay(u[-2:], momenta[name], k["mX"], k["m"])
        found = {"e1": momenta["e"], "e2": one, "e3": other}
        return found | {rest: p for rest, p in momenta.items() if rest not in ("e", name)}, weight * slope

    return call


def _isotropic(mass: float, branching_ratio: float) -> float:
    """Squared amplitude of a decay of spin 0 in narrow width, so that its phase space gives the branching ratio."""
    p = float(two_body_momentum(mass, M_E, M_E))
    return branching_ratio * 4 * math.pi * mass / p if p > 0 else 0.0


def _width_notes(model: Any) -> tuple[str, ...]:
    if model.width <= 0.1 * model.mass:
        return ()
    return (f"width of X = {model.width:g} MeV is more than a tenth of its mass: narrow width is a poor approximation",)


def boson_resonance_engine(kind: Hashable) -> Engine:
    """Engine of mu -> e nu nu X, X -> e e in narrow width, with spin correlations; e1 is not from X."""
    state = decay_state("mu+", ("X", ("e2", "e3")), **TRACKS, nunu="nunu")
    production = boson_pieces(kind, M_MU, M_E)
    correlated = emitted(kind).resonance

    def setup(model: Any, bounds: Bounds) -> Setup:
        q2 = meet((0.0, M_MU**2), missing_mass2_range(bounds))
        k = {"M": M_MU, "m": M_E, "E_low": 0.0, "E_high": M_MU, "q2_low": q2[0], "q2_high": max(q2)}
        notes = _width_notes(model) + ((GROWTH,) if model.longitudinal_growth else ())
        if correlated is not None:
            flux = 1 / (2 * model.mass * model.width) if model.width > 0 else 0.0
            name, value = model.common_scale()
            matrix: tuple[tuple[float, ...], ...] = ((1 / value if value else 0.0,),)
            return Setup("massive", k | _boson_parameters(model), {name: value}, matrix, flux / (2 * M_MU), notes)
        values, matrix = model.monomials()
        factor = _isotropic(model.mass, model.branching_ratio_ee) / (2 * M_MU)
        return Setup("massive", k | {"mX": model.mass}, values, matrix, factor, notes)

    def pieces(p: Mapping[str, Any], k: Mapping[str, Any]) -> Any:
        if correlated is not None:
            return correlated(p["e1"], p["e2"], p["e3"], *_boson(k))[..., None, :]
        return production(p["e1"], p["e2"] + p["e3"], k["mX"])

    emission = functools.partial(maps.emission, massless=False, pair=True)

    def sampler(u: Sequence[Any], k: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
        momenta, weight = _decay_of(emission, "X")(u, k)
        momenta["nunu"] = momenta.pop("Q")
        return momenta, weight

    return Engine(state, 5, {"massive": sampler}, pieces, setup)


def require_pair_decay(model: LfvAlp) -> None:
    """Raise :class:`InvalidInput` if an ALP above threshold has no width into e+ e-."""
    if model.mass > 2 * M_E and not model.width > 0:
        raise InvalidInput("model.C_e = 0: a does not decay into e e; give model.C_e (its size matters for ctau only)")


def alp_resonance_engine() -> Engine:
    """Engine of mu -> e a, a -> e e in narrow width; e1 is not from a."""
    state = decay_state("mu+", ("a", ("e2", "e3")), **TRACKS)

    def setup(model: Any, bounds: Bounds) -> Setup:
        values, matrix = model.monomials()
        require_pair_decay(model)
        factor = _isotropic(model.mass, model.branching_ratio_ee) / (2 * M_MU)
        return Setup("fixed", {"M": M_MU, "m": M_E, "mX": model.mass}, values, matrix, factor, _width_notes(model))

    def two_body(u: Sequence[Any], k: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
        momenta, weight = maps.two_body((), {"M": k["M"], "m1": k["m"], "m2": k["mX"]})
        return {"e": momenta["first"], "a": momenta["second"]}, weight

    def pieces(p: Mapping[str, Any], k: Mapping[str, Any]) -> Any:
        return two_body_pieces(M_MU, M_E, p["e1"], k["mX"])

    return Engine(state, 2, {"fixed": _decay_of(two_body, "a")}, pieces, setup)


def x_decay_engine() -> Engine:
    """Engine of X -> e e for an unpolarised X at rest."""
    state = decay_state("X", e1="e+", e3="e-")

    def setup(model: Any, bounds: Bounds) -> Setup:
        p = float(two_body_momentum(model.mass, M_E, M_E))
        scale = model.width_ee * 4 * math.pi * model.mass / p if p > 0 else 0.0
        return Setup("fixed", {"M": model.mass, "m": M_E}, {"1": 1.0}, ((1.0,),), scale)

    def sampler(u: Sequence[Any], k: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
        momenta, weight = maps.two_body((), {"M": k["M"], "m1": k["m"], "m2": k["m"]})
        return {"e1": momenta["first"], "e3": momenta["second"]}, weight

    def pieces(p: Mapping[str, Any], k: Mapping[str, Any]) -> Any:
        xp = namespace(p["e1"])
        return xp.asarray([1.0, 0.0, 0.0, 0.0]) * xp.ones_like(p["e1"])[..., None, :]

    return Engine(state, 0, {"fixed": sampler}, pieces, setup)
