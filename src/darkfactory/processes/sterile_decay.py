"""Decays through a sterile neutrino N: mu -> e nu N, N -> nu X, and the chain of both with X -> e e.

Tree level with exact masses. In the chain N -> nu X and X -> e e are isotropic: helicities of N and X are summed.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from darkfactory.amplitudes import sterile
from darkfactory.backend import namespace
from darkfactory.constants import M_E, M_MU
from darkfactory.kinematics import maps
from darkfactory.kinematics.cuts import Cut
from darkfactory.kinematics.intervals import Interval
from darkfactory.kinematics.pair_decays import decay_in_flight
from darkfactory.kinematics.particles import PARTICLES, decay_state
from darkfactory.kinematics.phase_space import two_body_momentum
from darkfactory.processes.decay import Decay
from darkfactory.processes.generator.engine import Engine, Setup

__all__ = ["PROCESSES"]

Answer = tuple[float, float, str] | None
NEUTRINOS = {"mu": ("nu_e", "Nbar", "nubar_mu"), "e": ("nubar_mu", "N", "nu_e")}
"""Of a mu+ by the neutrino that N takes the place of: the other neutrino, N, and what N decays into."""


def _particles(kind: Hashable) -> tuple[str, str, str]:
    return NEUTRINOS[str(kind or "mu")]


def _parameters(model: Any) -> dict[str, float]:
    bounds = {"E_low": model.mass_N, "E_high": M_MU, "q2_low": 0.0, "q2_high": 0.0}
    return {"M": M_MU, "m": M_E, "mX": model.mass_N, **bounds}


def _muon(u: Sequence[Any], k: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
    momenta, weight = maps.emission(u, k, massless=False, pair=False)
    return {"e": momenta["e"], "N": momenta["X"], "nu": momenta["Q"]}, weight


def _closed(model: Any) -> bool:
    return not (model.mass_N + M_E < M_MU and model.U2 > 0)


def production_engine(kind: Hashable) -> Engine:
    """Engine of mu -> e nu N for the flavor that N mixes with."""
    other, N, _ = _particles(kind)
    state = decay_state("mu+", e="e+", nu=other, N=N)

    def setup(model: Any, bounds: Mapping[str, Interval]) -> Setup:
        return Setup("massive", _parameters(model), {"U2": model.U2}, ((1.0,),), 1 / (2 * M_MU))

    def pieces(p: Mapping[str, Any], k: Mapping[str, Any]) -> Any:
        return sterile.stokes(p["e"], p["N"], str(kind or "mu"))[..., None, :]

    return Engine(state, 2, {"massive": _muon}, pieces, setup)


def chain_engine(kind: Hashable) -> Engine:
    """Engine of mu -> e nu N, N -> nu X, X -> e e in narrow width; nu_N and X are from N, e2 and e3 from X."""
    other, N, after = _particles(kind)
    state = decay_state("mu+", ("X", ("e2", "e3")), e1="e+", e2="e+", e3="e-", nu=other, nu_N=after)
    state = replace(state, before=(PARTICLES[N], ("nu_N", "e2", "e3")))

    def setup(model: Any, bounds: Mapping[str, Interval]) -> Setup:
        k = _parameters(model) | {"m_A": model.mass}
        # each decay gives its branching ratio 1: the inverse of its phase space
        of_N = 4 * math.pi * model.mass_N / float(two_body_momentum(model.mass_N, 0.0, model.mass))
        of_X = 4 * math.pi * model.mass / float(two_body_momentum(model.mass, M_E, M_E))
        return Setup("massive", k, {"U2": model.U2}, ((1.0,),), of_N * of_X / (2 * M_MU))

    def sampler(u: Sequence[Any], k: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
        p, weight = _muon(u[:2], k)
        nu, X, of_N = decay_in_flight(u[2:4], p["N"], k["mX"], 0.0, k["m_A"])
        one, two, of_X = decay_in_flight(u[4:6], X, k["m_A"], k["m"], k["m"])
        return {"e1": p["e"], "e2": one, "e3": two, "nu": p["nu"], "nu_N": nu}, weight * of_N * of_X

    def pieces(p: Mapping[str, Any], k: Mapping[str, Any]) -> Any:
        return sterile.stokes(p["e1"], p["nu_N"] + p["e2"] + p["e3"], str(kind or "mu"))[..., None, :]

    return Engine(state, 6, {"massive": sampler}, pieces, setup)


def decay_engine(kind: Hashable) -> Engine:
    """Engine of N -> nu X for an unpolarized N at rest."""
    _, N, after = _particles(kind)
    state = decay_state(N, nu=after, X="X")

    def setup(model: Any, bounds: Mapping[str, Interval]) -> Setup:
        p = float(two_body_momentum(model.mass_N, 0.0, model.mass))
        k = {"M": model.mass_N, "m_A": model.mass}
        return Setup("fixed", k, {"U2": model.U2}, ((model.width_N / model.U2,),), 4 * math.pi * model.mass_N / p)

    def sampler(u: Sequence[Any], k: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
        momenta, weight = maps.two_body((), {"M": k["M"], "m1": 0.0, "m2": k["m_A"]})
        return {"nu": momenta["first"], "X": momenta["second"]}, weight

    def pieces(p: Mapping[str, Any], k: Mapping[str, Any]) -> Any:
        xp = namespace(p["X"])
        return xp.asarray([1.0, 0.0, 0.0, 0.0]) * xp.ones_like(p["X"])[..., None, :]

    return Engine(state, 0, {"fixed": sampler}, pieces, setup)


def _made(process: Decay, model: Any, cut: Cut, order: str, spin: float = 0.0) -> Answer:
    """Width of mu -> e nu N, by quadrature over the energy of N."""
    return None if cut.tree is not None else (model.U2 * sterile.width(model.mass_N, model.flavor), 0.0, "quadrature")


def _decayed(process: Decay, model: Any, cut: Cut, order: str, spin: float = 0.0) -> Answer:
    return None if cut.tree is not None else (model.width_N, 0.0, "closed form")


PROCESSES = (
    Decay(
        name="mu -> e nu N",
        title="muon decay into a sterile neutrino that is not seen, exact masses, tree level",
        takes="sterile",
        engine=production_engine,
        closed=_closed,
        exact=_made,
        references=("ParticleDataGroup:2024cfk",),
    ),
    Decay(
        name="mu -> e nu N, N -> nu X, X -> e e",
        title="the same with N decaying into a neutrino and a dark photon, and that into e+ e-, isotropic, in narrow width",
        takes="sterile",
        engine=chain_engine,
        closed=_closed,
        exact=_made,
        references=("ParticleDataGroup:2024cfk",),
    ),
    Decay(
        name="N -> nu X",
        title="partial width of a sterile neutrino at rest into a neutrino and a dark photon, tree level",
        parent="N",
        takes="sterile",
        engine=decay_engine,
        closed=lambda model: not model.width_N > 0,
        exact=_decayed,
        default_observable="E_X",
        references=("ParticleDataGroup:2024cfk",),
    ),
)
