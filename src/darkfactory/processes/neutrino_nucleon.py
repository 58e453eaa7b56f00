"""Neutrinos that break up a nucleon: into a dark jet X, and by the neutral and charged currents of the Standard Model.

Rates and spectra are quadratures, also within a range of the hadronic energy; all else that is asked is a Monte Carlo.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes.deep_inelastic import NucleonTarget, charged_density, neutral_density, s_gev2
from darkfactory.amplitudes.neutrino_nucleon import HeavyNeutrino, cross_sections
from darkfactory.amplitudes.nucleon_target_mass import target_mass_neutrino
from darkfactory.constants import GEV, SIN2_THETA_W
from darkfactory.errors import InvalidInput
from darkfactory.kinematics.cuts import parse_cut
from darkfactory.kinematics.observables import Observable, observables_of
from darkfactory.kinematics.particles import PARTICLES, FinalState
from darkfactory.partons import PDF
from darkfactory.processes.base import Binning, Estimate
from darkfactory.processes.generator.collisions import BeamEnergies, Collision, CollisionRun
from darkfactory.processes.nucleon_collision import NucleonCollision, collision
from darkfactory.processes.nucleon_spectra import BINNED, Region
from darkfactory.processes.produced import MASSLESS, Continuum, Produced
from darkfactory.processes.recoil_collision import ANTINEUTRINO
from darkfactory.processes.requests import model_of
from darkfactory.processes.sampled import SampledScattering
from darkfactory.settings import Setting, Settings, read_settings

__all__ = ["MIXING_ANGLE", "PROCESSES", "TARGET", "nucleon_target"]

Array = NDArray[np.float64]
ENERGY = Setting("beam.energy_gev", 120.0, "energy of the neutrinos", unit="GeV", low=1e-3, high=1e6)
PROTONS = {"isoscalar": 0.5, "proton": 1.0, "neutron": 0.0}
TARGET = (
    Setting(
        "target.nucleon",
        "isoscalar",
        "nucleon that is hit, the mean of both for isoscalar",
        "choice",
        choices=tuple(PROTONS),
        instead_of=("target.Z", "target.A"),
    ),
    Setting("target.Z", None, "protons of the nucleus instead", low=0.0, high=118.0, instead_of=("target.nucleon",)),
    Setting("target.A", None, "its nucleons", low=1.0, high=300.0, instead_of=("target.nucleon",)),
    PDF,
)
MIXING_ANGLE = Setting("target.sin2_theta_w", SIN2_THETA_W, "weak mixing angle of the quarks' couplings", low=0, high=1)
CHARM = Setting(
    "target.charm_mass_gev", 1.3, "mass of slow rescaling; 0 for no threshold", unit="GeV", low=0.0, high=10
)
KINEMATICS = Setting(
    "target.kinematics",
    "partonic",
    "massless nucleons, or structure functions with the mass of the nucleon (below 10 GeV)",
    "choice",
    choices=("partonic", "target-mass"),
)
_MORE = {"sin2_theta_w": MIXING_ANGLE.name, "charm_mass_gev": CHARM.name}
PRECISION = 1e-4
"""Of the quadratures, for given parton densities."""
SOFT_Q2, SOFT_W, SOFT = 1.0, 2.0, 0.3
"""Q^2 [GeV^2] and W [GeV] below which partons are an average over resonances, and the part of a rate that is worth a note."""


def nucleon_target(settings: Settings) -> NucleonTarget:
    """Target of settings: :data:`TARGET` and what else there is of it.

    Raises
    ------
    InvalidInput
        If only one of charge and mass number is given, or the charge is larger.
    """
    Z, A = settings["target.Z"], settings["target.A"]
    protons = PROTONS[settings["target.nucleon"]]
    if Z is not None or A is not None:
        if Z is None or A is None or Z > A:
            shown = ", ".join(
                f"target.{key} = {'none' if number is None else f'{number:g}'}" for key, number in (("Z", Z), ("A", A))
            )
            raise InvalidInput(f"{shown}: give both, Z up to A")
        protons = Z / A
    more = {key: settings[name] for key, name in _MORE.items() if name in settings}
    return NucleonTarget(protons, settings[PDF.name], **more)


@dataclass(frozen=True, eq=False)
class Breakup:
    """A neutrino of one energy that breaks up a nucleon: what is integrated.

    Attributes
    ----------
    energy_gev : float
        Of the neutrino [GeV].
    antineutrino : bool
        Antineutrinos instead.
    target : NucleonTarget
        What it hits.
    flavor, label : str
        Its flavor, and the label of what it becomes: ``X``, ``nu`` or ``l``.
    produced : Produced
        Masses of that.
    scale : float
        What the masses are per unit of.
    massive_target : bool
        Whether the mass of the nucleon is kept.
    of_model : tuple of str
        What to say of the model at this energy.
    """

    energy_gev: float
    antineutrino: bool
    target: NucleonTarget
    label: str = "nu"
    flavor: str = "mu"
    produced: Produced = MASSLESS
    scale: float = 1.0
    massive_target: bool = False
    of_model: tuple[str, ...] = ()

    @property
    def state(self) -> FinalState:
        """Particles, with the momentum of beam and target."""
        anti, nucleon = "bar" if self.antineutrino else "", PARTICLES["nucleon"]
        beam, E = PARTICLES[f"nu{anti}_{self.flavor}"], GEV * self.energy_gev
        lepton = PARTICLES[f"{self.flavor}{'+' if anti else '-'}"]
        final = {"X": PARTICLES[f"dark_jet{anti}"], "nu": beam, "l": lepton}[self.label]
        hadrons = ("h", PARTICLES["hadrons"])
        return FinalState((beam, nucleon), (hadrons, (self.label, final)), (E + (nucleon.mass or 0.0), 0.0, 0.0, E))

    def density(self, x: Array, y: Array) -> Array:
        """D^2 sigma/dx dy [cm^2] of partons."""
        if self.label == "l":
            return charged_density(x, y, self.energy_gev, self.target, self.antineutrino)
        moments = self.produced.moments
        return self.scale * neutral_density(x, y, self.energy_gev, self.target, self.antineutrino, moments)

    def region(self, hadrons_gev: tuple[float, float]) -> Region:
        """Where x and y lie for hadrons in a range of energy [GeV]."""
        low, high = (min(end / self.energy_gev, 1.0) for end in hadrons_gev)
        return Region(self.energy_gev, low, high, self.produced.lowest_gev2)

    def heavy(self, hadrons_gev: tuple[float, float]) -> HeavyNeutrino:
        """Cross section per unit of dU^2 against the mass."""
        if self.massive_target:
            return target_mass_neutrino(self.energy_gev, self.antineutrino, self.target, hadrons_gev)
        return cross_sections(self.energy_gev, self.target, hadrons_gev).at(0, self.antineutrino)

    def total(self, hadrons_gev: tuple[float, float]) -> float:
        """Cross section [cm^2]."""
        if self.label == "l":
            found = cross_sections(self.energy_gev, self.target, hadrons_gev).charged[int(self.antineutrino), 0]
            return float(found)
        heavy = self.heavy(hadrons_gev)
        return self.scale * float(self.produced.integral(heavy, heavy.highest_gev2))

    def binned(self, observable: str, edges: Array, hadrons_gev: tuple[float, float]) -> Array:
        """Cross section [cm^2] per bin of an observable, edges in its unit."""
        if observable == "M_X":
            heavy = self.heavy(hadrons_gev)
            ends = np.clip(edges / GEV, 0.0, None) ** 2
            below = [self.produced.integral(heavy, min(end, heavy.highest_gev2)) for end in ends]
            return self.scale * np.diff(below)
        unit = {"E_h": GEV, "W": GEV, "Q2": GEV**2}.get(observable, 1.0)
        return self.region(hadrons_gev).binned(self.density, observable, edges / unit)

    def notes(self, hadrons_gev: tuple[float, float]) -> tuple[str, ...]:
        """What to say of the cross section."""
        densities, region = self.target.densities, self.region(hadrons_gev)
        found = list(densities.notes) or [f"parton densities: {densities.name}"]
        whole = region.integral(self.density)
        if whole > 0 and (soft := 1 - region.integral(self.density, SOFT_Q2, SOFT_W) / whole) > SOFT:
            found.append(
                f"{soft:.0%} of the rate has Q^2 < 1 GeV^2 or W < 2 GeV, where partons are an average over resonances (duality)"
            )
        return (*found, *self.of_model)


def _built(label: str, model: Any, settings: Settings) -> Breakup:
    """What a model and settings ask for."""
    known = {
        "energy_gev": settings[ENERGY.name],
        "antineutrino": settings[ANTINEUTRINO.name],
        "target": nucleon_target(settings),
        "massive_target": settings.get(KINEMATICS.name) == "target-mass",
        "label": label,
    }
    if label != "X":
        return Breakup(**known)
    root_s = s_gev2(known["energy_gev"]) ** 0.5
    notes = model.notes_to(root_s, "sqrt(s)")
    of_model = {"flavor": model.flavor, "scale": float(model.insertion()), "of_model": notes}
    return Breakup(**known, **of_model, produced=Continuum(model.mixing, model.highest_gev))


@dataclass(frozen=True, eq=False)
class NeutrinoNucleon(SampledScattering):
    """Deep inelastic scattering of neutrinos off nucleons at rest, leading order.

    Attributes
    ----------
    label : str
        What the neutrino becomes, see :class:`Breakup`.
    """

    label: str = "nu"
    default_observable: str = "E_h"

    def options(self, verb: str) -> frozenset[str]:
        """Options that have a meaning (see :class:`~darkfactory.processes.base.Process`)."""
        if self.label == "l":  # no Monte Carlo
            return frozenset(() if verb == "events" else ("cut",))
        return super().options(verb)

    def settings(self, verb: str) -> tuple[Setting, ...]:
        """Settings; the mass of the nucleon can be kept in a rate alone."""
        if self.label == "l":
            return () if verb == "events" else self.table
        return (*super().settings(verb), KINEMATICS) if verb == "rate" else super().settings(verb)

    @property
    def collides(self) -> bool:
        """Whether its events can be drawn for a beam of any energies: not those of charged leptons."""
        return self.label != "l"

    def _breakup(self, model: Any, settings: Settings | None) -> Breakup:
        model = model_of(self, None, {}) if model is None else model
        return _built(self.label, model, read_settings(self.table, self.name) if settings is None else settings)

    def collide(
        self,
        model: Any = None,
        settings: Settings | None = None,
        beam: BeamEnergies | None = None,
        hadrons_gev: tuple[float, float] = (0.0, math.inf),
    ) -> Collision:
        """How its events are drawn (see :meth:`darkfactory.processes.scattering.Scattering.collide`)."""
        if not self.collides:
            raise InvalidInput(f"{self.name}: its events are not made; use rate or spectrum")
        asked = self._breakup(model, settings)
        made = cross_sections(beam.energies_gev if beam else asked.energy_gev, asked.target, hadrons_gev)
        heavy = [made.at(i, asked.antineutrino) for i in range(len(made.energies_gev))]
        values = asked.scale * np.array([asked.produced.integral(at, at.highest_gev2) for at in heavy])
        monomials = {"m_hat^2" if self.label == "X" else "1": asked.scale}
        partons = NucleonCollision(asked.target, asked.antineutrino, asked.produced, hadrons_gev)
        identity = (asked.target, asked.antineutrino, hadrons_gev, model)
        energies = beam or BeamEnergies.one(asked.energy_gev)
        return collision(self.label, partons, energies, values, asked.flavor, monomials, identity)

    def run(self, model: Any, settings: Settings | None, cut: str | None = None) -> CollisionRun:
        """Prepared Monte Carlo; a range of hadronic energies is where it draws."""
        hadrons = self._hadrons(cut, self._breakup(model, settings)) if self.collides else None
        if hadrons is None or hadrons == (0.0, math.inf) or not hadrons[1] > 0:
            return super().run(model, settings, cut)
        return CollisionRun.of(self.name, self.collide(model, settings, hadrons_gev=hadrons), parse_cut(None, {}))

    def state(self, model: Any = None, settings: Settings | None = None) -> FinalState:
        """Particles, with the momentum of beam and target."""
        return self._breakup(model, settings).state

    def observables(self, model: Any = None, settings: Settings | None = None) -> dict[str, Observable]:
        """Observables of the hadrons, and of X."""
        found = observables_of(self.state(model, settings))
        return {name: found[name] for name in BINNED} if self.label == "l" else found

    def _hadrons(self, cut: str | None, asked: Breakup) -> tuple[float, float] | None:
        """Range of the hadronic energy [GeV] if that is all that a cut says."""
        names = BINNED if self.label == "l" else observables_of(asked.state)
        parsed = parse_cut(cut, dict.fromkeys(names, 1))
        if parsed.tree is None:
            return 0.0, math.inf
        if not parsed.exact or set(parsed.bounds) - {"E_h", "y"}:
            if self.label == "l":
                raise InvalidInput(f"cut = {cut!r}: {self.name} takes ranges of E_h and y alone")
            return None
        units = {"E_h": GEV, "y": 1 / asked.energy_gev}
        ends = [(low / units[name], high / units[name]) for name, (low, high) in parsed.bounds.items()]
        low, high = max(0.0, *(low for low, _ in ends)), min(high for _, high in ends)
        return (low, high) if low < high else (0.0, 0.0)

    def total(
        self, model: Any, settings: Settings, *, cut: str | None = None, precision: float = 1e-3, seed: int = 0
    ) -> Estimate:
        """Cross section [cm^2], by quadrature if a cut says no more than a range of E_h or y."""
        asked = self._breakup(model, settings)
        hadrons = self._hadrons(cut, asked)
        if hadrons is None:
            found = super().total(model, settings, cut=cut, precision=precision, seed=seed)
            return replace(found, notes=found.notes + asked.notes((0.0, math.inf)))
        value = asked.total(hadrons) if hadrons[1] > 0 else 0.0
        return Estimate(
            value,
            PRECISION * value,
            "quadrature" if value > 0 else "closed channel",
            notes=asked.notes(hadrons) if value > 0 else (),
            unit=self.unit,
            order=self.order,
            parameters={} if model is None else model.parameters(),
            references=self.references,
        )

    def spectrum(
        self,
        observable: str,
        model: Any,
        settings: Settings,
        binning: Binning,
        *,
        cut: str | None = None,
        events: int | None = None,
        seed: int = 0,
    ) -> dict[str, Any]:
        """Cross section [cm^2] per bin: a quadrature where there is one, unless events are asked for.

        Parameters
        ----------
        observable, model, settings, binning, cut : object
            As for :meth:`darkfactory.processes.sampled.SampledScattering.spectrum`.
        events, seed : int, optional
            Weighted events of a Monte Carlo, and its seed.

        Returns
        -------
        dict
            By name; exactly 0 for a closed channel.
        """
        asked = self._breakup(model, settings)
        hadrons = self._hadrons(cut, asked)
        if hadrons is None or events is not None or observable not in (*BINNED, "M_X"):
            number = 2**20 if events is None else events
            return super().spectrum(observable, model, settings, binning, cut=cut, events=number, seed=seed)
        edges, fields = self.bins(observable, self.observables(model, settings), asked.state, binning)
        value = asked.total(hadrons) if hadrons[1] > 0 else 0.0
        values = asked.binned(observable, edges, hadrons) if value > 0 else np.zeros(binning[0])
        return {
            **fields,
            "values": values,
            "notes": asked.notes(hadrons),
            "settings": {**self.echo(settings), "cut": cut or ""},
        }


BEAM = (ENERGY, ANTINEUTRINO, *TARGET)
_REFERENCES = ("ParticleDataGroup:2024cfk", "Schmidt:2015zda")
PROCESSES = (
    NeutrinoNucleon(
        name="nu N -> X",
        title="a neutrino that turns into a dark jet X and breaks up a nucleon, leading order",
        label="X",
        table=(*BEAM, MIXING_ANGLE),
        takes="continuum",
        references=_REFERENCES,
    ),
    NeutrinoNucleon(
        name="nu N -> nu",
        title="neutral current of a neutrino that breaks up a nucleon, leading order",
        table=(*BEAM, MIXING_ANGLE),
        references=_REFERENCES,
    ),
    NeutrinoNucleon(
        name="nu N -> l",
        title="charged current of a neutrino that breaks up a nucleon, leading order, massless lepton",
        label="l",
        table=(*BEAM, CHARM),
        references=_REFERENCES,
    ),
)
