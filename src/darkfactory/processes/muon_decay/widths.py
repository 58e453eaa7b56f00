"""Widths without Monte Carlo: closed forms and quadratures, for the cuts that they can take."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from darkfactory.amplitudes import michel, two_body_alp
from darkfactory.constants import LEPTON_MASS, M_E, M_MU
from darkfactory.errors import InvalidInput
from darkfactory.kinematics.cuts import Cut
from darkfactory.processes.generator.emission_quadrature import EmissionRange, emission_width
from darkfactory.processes.generator.engine import Engine, cached_engine
from darkfactory.processes.generator.regions import (
    cosine_range,
    lepton_range,
    meet,
    missing_energy_range,
    missing_mass2_range,
)
from darkfactory.processes.muon_decay.lepton_alone import Line, Michel, passing_fraction
from darkfactory.processes.muon_decay.one_lepton import boson_engine
from darkfactory.processes.muon_decay.three_leptons import require_pair_decay

if TYPE_CHECKING:
    from darkfactory.processes.decay import Decay

__all__ = [
    "CONVERGED",
    "alp_closed",
    "alp_line",
    "alp_resonance",
    "alp_width",
    "boson_resonance",
    "emission",
    "michel_spectrum",
    "michel_width",
    "x_closed",
    "x_width",
]

CONVERGED = 1e-3
"""Relative difference of two rules above which a quadrature is not trusted."""
Answer = tuple[float, float, str] | None
"""Width [MeV], error [MeV] and method, or None where only Monte Carlo can answer."""


def alp_closed(parent: str, daughter: str, leptons: int, decays: bool = False) -> Callable[[Any], bool]:
    """Whether l -> (leptons) a is closed, as a function of the model; with ``decays`` a -> e e counts too.

    Parameters
    ----------
    parent, daughter : str
        Leptons.
    leptons : int
        Number of final leptons.
    decays : bool
        Whether the ALP decays.

    Returns
    -------
    callable
        Model -> bool.
    """
    limit = LEPTON_MASS[parent] - LEPTON_MASS[daughter] * (1 if decays else leptons)

    def closed(model: Any) -> bool:
        return bool(model.mass >= limit or (decays and model.mass <= 2 * M_E))

    return closed


def x_closed(leptons: int) -> Callable[[Any], bool]:
    """Whether mu -> e nu nu X is closed, as a function of the model; with three leptons X -> e e counts too."""

    def closed(model: Any) -> bool:
        return bool(model.mass >= M_MU - M_E or (leptons == 3 and model.mass <= 2 * M_E))

    return closed


def alp_width(process: Decay, model: Any, cut: Cut, order: str, spin: float = 0.0) -> Answer:
    """Closed form of l -> l' a; with a cut times the part of the line that passes.

    Parameters
    ----------
    process, model, cut, order, spin : Process, object, Cut, str, float
        What is asked for; ``spin`` as for :class:`darkfactory.processes.muon_decay.lepton_alone.Michel`.

    Returns
    -------
    tuple or None
        Width [MeV], error [MeV] and method.

    Raises
    ------
    InvalidInput
        If the couplings are so large or small that the width is no number.
    """
    m_i, m_j = process.masses
    width = float(two_body_alp.width(m_i, m_j, model.mass, complex(model.C_V), complex(model.C_A), model.f_a))
    if not (0 < width < math.inf):
        raise InvalidInput(
            f"model.f_a_gev = {model.f_a_gev:g}, C_V = {model.C_V:g}, C_A = {model.C_A:g}: the width of {process.name} is "
            "beyond the range of numbers; allowed scales of about 1e-140 to 1e140 GeV"
        )
    if cut.tree is None:
        return width, 0.0, "closed form"
    fraction, error = passing_fraction(alp_line(process, model, order, spin), process.state(model), cut)
    return width * fraction, width * error, "closed form"


def alp_resonance(process: Decay, model: Any, cut: Cut, order: str, spin: float = 0.0) -> Answer:
    """Width of mu -> e a times the branching ratio of a -> e e, without cuts.

    Parameters
    ----------
    process, model, cut, order, spin : Process, object, Cut, str, float
        What is asked for; ``spin`` as for :class:`darkfactory.processes.muon_decay.lepton_alone.Michel`.

    Returns
    -------
    tuple or None
        Width [MeV], error [MeV] and method; None where only Monte Carlo can answer.

    Raises
    ------
    InvalidInput
        If a has no width into e+ e-.
    """
    require_pair_decay(model)
    if cut.tree is not None:
        return None
    found = alp_width(process, model, cut, order)
    return found and (found[0] * model.branching_ratio_ee, 0.0, "closed form, narrow width")


def x_width(process: Decay, model: Any, cut: Cut, order: str, spin: float = 0.0) -> Answer:
    """Closed form of X -> e e: the partial width.

    Parameters
    ----------
    process, model, cut, order, spin : Process, object, Cut, str, float
        What is asked for; ``spin`` as for :class:`darkfactory.processes.muon_decay.lepton_alone.Michel`.

    Returns
    -------
    tuple or None
        Width [MeV], error [MeV] and method; None where only Monte Carlo can answer.
    """
    return None if cut.tree is not None else (model.width_ee, 0.0, "closed form")


def michel_spectrum(process: Decay, model: Any, order: str, spin: float = 0.0, tail: str = "none") -> Michel:
    """Spectrum of the lepton of l -> l' nu nu, see :class:`darkfactory.processes.muon_decay.lepton_alone.Michel`."""
    return Michel(order, *process.masses, spin)


def alp_line(process: Decay, model: Any, order: str, spin: float = 0.0, tail: str = "none") -> Line:
    """Spectrum of the lepton of l -> l' a, see :class:`darkfactory.processes.muon_decay.lepton_alone.Line`."""
    return Line(model, tail, *process.masses, spin)


def michel_width(process: Decay, model: Any, cut: Cut, order: str, spin: float = 0.0) -> Answer:
    """Michel decay at any order, with any cut; what is radiated counts as missing.

    Parameters
    ----------
    process, model, cut, order, spin : Process, object, Cut, str, float
        What is asked for; ``spin`` as for :class:`darkfactory.processes.muon_decay.lepton_alone.Michel`.

    Returns
    -------
    tuple or None
        Width [MeV], error [MeV] and method; None where the quadrature does not converge.
    """
    width = michel.total_width(order, *process.masses)
    if cut.tree is None:
        return width, 0.0, "quadrature"
    fraction, error = passing_fraction(michel_spectrum(process, model, order, spin), process.state(), cut)
    return None if error > CONVERGED * fraction else (width * fraction, width * error, "quadrature")


def _from_lepton_alone(cut: Cut, state: Any) -> tuple[float, float]:
    """Range of the lepton's energy if it is all that is seen: missing energy and mass are functions of it."""
    M, m = state.parent_mass, state.track_mass
    missing = missing_energy_range(cut.bounds, M)
    low, high = missing_mass2_range(cut.bounds)
    squared = ((M**2 + m**2 - high) / (2 * M), (M**2 + m**2 - low) / (2 * M))
    return meet(lepton_range(cut.bounds, state), (M - missing[1], M - missing[0]), squared)


def emission(process: Decay, model: Any, cut: Cut, order: str, spin: float = 0.0) -> Answer:
    """Quadrature of l -> l' X Q for cuts on the energies of X and the lepton, and with a photon on the angle.

    Parameters
    ----------
    process, model, cut, order, spin : Process, object, Cut, str, float
        What is asked for; ``spin`` as for :class:`darkfactory.processes.muon_decay.lepton_alone.Michel`.

    Returns
    -------
    tuple or None
        Width [MeV], error [MeV] and method; None where only Monte Carlo can answer.
    """
    return _emission(cached_engine(process, model), model, cut)


SOFT = 1e-6
"""Photon energy [MeV] below which the spectrum is k times 1/E, up to terms of order E/m, and momenta lose digits."""


def _emission(engine: Engine, model: Any, cut: Cut) -> Answer:
    setup = engine.setup(model, cut.bounds)
    state, k = engine.state, setup.parameters
    photon = bool(state.photons)
    allowed = {"E_e", "x", "p_e"} | ({"E_gamma", "y"} if photon else {"E_X", "E_miss", "E_vis", "m_miss2", "m_miss"})
    pair = k["q2_high"] > k["q2_low"]
    if photon and pair:
        allowed |= {"cos_e_gamma", "theta_e_gamma", "m_miss2", "m_miss"}
    if not cut.exact or not set(cut.bounds) <= allowed:
        return None
    if cut.empty:
        return 0.0, 0.0, "quadrature"
    energy = lepton_range(cut.bounds, state) if photon else _from_lepton_alone(cut, state)
    region = EmissionRange(
        M=k["M"],
        m=k["m"],
        mX=k["mX"],
        energy_X=(k["E_low"], k["E_high"]),
        energy=energy,
        cosine=cosine_range(cut.bounds),
        q2=(k["q2_low"], k["q2_high"]) if pair else (k["q2_low"], k["q2_low"]),
    )
    if model is not None and k["mX"] == 0 and not k["E_low"] > 0:
        return None
    names = {"X": state.photons[0] if photon else "X", "Q": "a" if not pair else "nunu"}

    def stokes(momenta: Any) -> Any:
        renamed = {names.get(name, name): p for name, p in momenta.items()}
        return np.asarray(engine.spin_average(renamed, k, setup.coefficients))[..., None]

    if not (photon and region.energy_X[0] < SOFT < region.energy_X[1]):
        return (*emission_width(stokes, region), "quadrature")
    hard, error = emission_width(stokes, replace(region, energy_X=(SOFT, region.energy_X[1])))
    octave, octave_error = emission_width(stokes, replace(region, energy_X=(SOFT, 2 * SOFT)))
    octaves = math.log2(SOFT / region.energy_X[0])
    return hard + octaves * octave, error + octaves * octave_error, "quadrature, soft photons in the limit 1/E"


def boson_resonance(process: Decay, model: Any, cut: Cut, order: str, spin: float = 0.0) -> Answer:
    """Width of mu -> e nu nu X times the branching ratio of X -> e e, without cuts.

    Parameters
    ----------
    process, model, cut, order, spin : Process, object, Cut, str, float
        What is asked for; ``spin`` as for :class:`darkfactory.processes.muon_decay.lepton_alone.Michel`.

    Returns
    -------
    tuple or None
        Width [MeV], error [MeV] and method; None where only Monte Carlo can answer.
    """
    if cut.tree is not None or not model.mass > 0:
        return None
    found = _emission(boson_engine(model.kind), model, cut)
    return found and (
        found[0] * model.branching_ratio_ee,
        found[1] * model.branching_ratio_ee,
        "quadrature, narrow width",
    )
