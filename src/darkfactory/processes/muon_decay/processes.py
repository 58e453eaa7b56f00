"""Decays of muons and taus, and of what they emit, by the name that physicists write."""

from __future__ import annotations

from darkfactory.amplitudes import michel
from darkfactory.processes.decay import Decay
from darkfactory.processes.muon_decay import widths as exact
from darkfactory.processes.muon_decay.one_lepton import (
    alp_engine,
    alp_photon_engine,
    boson_engine,
    michel_engine,
    radiative_michel_engine,
)
from darkfactory.processes.muon_decay.three_leptons import (
    alp_resonance_engine,
    boson_resonance_engine,
    mediated_engine,
    three_lepton_alp_engine,
    three_lepton_engine,
    x_decay_engine,
)

__all__ = ["PROCESSES"]


def _to_lepton_and_alp(parent: str, daughter: str) -> Decay:
    return Decay(
        name=f"{parent} -> {daughter} a",
        title=f"{parent} to {daughter} and an invisible lepton-flavor-violating ALP, exact masses, tree level",
        parent=parent,
        daughter=daughter,
        takes="lfv-alp",
        engine=lambda kind: alp_engine(parent, daughter),
        closed=exact.alp_closed(parent, daughter, 1),
        exact=exact.alp_width,
        tails=("none", "soft"),
        alone=exact.alp_line,
        references=("Calibbi:2020jvd",),
    )


def _to_lepton_and_neutrinos(parent: str, daughter: str) -> Decay:
    return Decay(
        name=f"{parent} -> {daughter} nu nu",
        title=f"{parent} to {daughter} and neutrinos, exact mass at tree level; to O(alpha), exponentiated, incl. photons",
        parent=parent,
        daughter=daughter,
        engine=lambda kind: michel_engine(parent, daughter),
        exact=exact.michel_width,
        orders=michel.ORDERS,
        default_order="exp",
        alone=exact.michel_spectrum,
        references=("Kinoshita:1958ru", "ParticleDataGroup:2024cfk"),
    )


PROCESSES = (
    _to_lepton_and_neutrinos("mu", "e"),
    Decay(
        name="mu -> e nu nu gamma",
        title="radiative muon decay above a photon threshold, exact electron mass, tree level",
        engine=lambda kind: radiative_michel_engine(),
        exact=exact.emission,
        references=("ParticleDataGroup:2024cfk",),
    ),
    Decay(
        name="mu -> e e e nu nu",
        title="muon decay with internal conversion, tree level; with a model also through X, with all interference",
        takes="exchange",
        optional=True,
        engine=lambda kind: three_lepton_engine() if kind is None else mediated_engine(kind),
        references=("ParticleDataGroup:2024cfk",),
    ),
    _to_lepton_and_alp("mu", "e"),
    Decay(
        name="mu -> e a gamma",
        title="muon to electron, photon and an invisible LFV ALP above a photon threshold, exact masses, tree level",
        takes="lfv-alp",
        engine=lambda kind: alp_photon_engine(),
        closed=exact.alp_closed("mu", "e", 1),
        exact=exact.emission,
        references=("Calibbi:2020jvd",),
    ),
    Decay(
        name="mu -> e e e a",
        title="muon to three electrons and an invisible LFV ALP, pair from a virtual photon, exact masses, tree level",
        takes="lfv-alp",
        engine=lambda kind: three_lepton_alp_engine(),
        closed=exact.alp_closed("mu", "e", 3),
        references=("Calibbi:2020jvd",),
    ),
    Decay(
        name="mu -> e nu nu X",
        title="muon decay with emission of an invisible X from the charged leptons, exact masses, tree level",
        takes="mediator",
        engine=boson_engine,
        closed=exact.x_closed(1),
        exact=exact.emission,
        references=("ParticleDataGroup:2024cfk",),
    ),
    Decay(
        name="mu -> e nu nu X, X -> e e",
        title="the same with X decaying into e+ e-, in narrow width with spin correlations",
        takes="mediator",
        engine=boson_resonance_engine,
        closed=exact.x_closed(3),
        exact=exact.boson_resonance,
        references=("ParticleDataGroup:2024cfk",),
    ),
    Decay(
        name="mu -> e a, a -> e e",
        title="muon to electron and an LFV ALP that decays into e+ e-, in narrow width, no neutrinos",
        takes="lfv-alp",
        engine=lambda kind: alp_resonance_engine(),
        closed=exact.alp_closed("mu", "e", 3, decays=True),
        exact=exact.alp_resonance,
        references=("Calibbi:2020jvd",),
    ),
    Decay(
        name="X -> e e",
        title="partial width of an X at rest into e+ e-, tree level",
        parent="X",
        takes="electrons",
        usual="dark-photon",
        engine=lambda kind: x_decay_engine(),
        closed=lambda model: not model.width_ee > 0,
        exact=exact.x_width,
        references=("ParticleDataGroup:2024cfk",),
    ),
    _to_lepton_and_neutrinos("tau", "e"),
    _to_lepton_and_neutrinos("tau", "mu"),
    _to_lepton_and_alp("tau", "e"),
    _to_lepton_and_alp("tau", "mu"),
)
