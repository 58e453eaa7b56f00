"""What an experiment behind a beam dump sees of a boson X, from its card: made in the target, and decaying behind the shield."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from functools import partial
from typing import Any

from darkfactory.amplitudes.dark_bremsstrahlung import BRACKETS
from darkfactory.amplitudes.pion_production import NEUTRAL_PION_GEV
from darkfactory.amplitudes.resonant_annihilation import resonance_integral
from darkfactory.constants import GEV, M_E
from darkfactory.errors import InvalidInput, one_of, require
from darkfactory.experiments import Card
from darkfactory.experiments.beams.electrons_on_target import ElectronsOnTarget
from darkfactory.experiments.detectors.behind_shield import DumpDetector
from darkfactory.kinematics.pair_on_disc import DecayShape, scalar_shape, vector_shape
from darkfactory.models import offering
from darkfactory.models.mediator import scalar_width, vector_width
from darkfactory.recorded.dump_bosons import ElectronBosons, ProtonBosons
from darkfactory.recorded.electron_dump import (
    ACCEPTANCES,
    DumpKernel,
    DumpYield,
    ElectronDump,
    Grid,
    electron_dump_kernel,
)
from darkfactory.recorded.proton_dump import ProtonDump, proton_dump_yield
from darkfactory.settings import Setting

__all__ = ["DUMP_KEYS", "SHAPES", "BeamDump"]

PRODUCTIONS = {
    "iww": (False, False),
    "iww+secondaries": (True, False),
    "iww+annihilation": (False, True),
    "all": (True, True),
}
"""Whether the secondaries of the shower radiate X, and whether its positrons annihilate, beside the primary electrons."""


DUMP_KEYS = (
    Setting(
        "acceptance",
        "both",
        "what is asked of the leptons: both in the face; the energy of those in it above the threshold; one given lepton; or of "
        "the line of X alone",
        "choice",
        choices=ACCEPTANCES,
    ),
    Setting(
        "production",
        "iww",
        "what makes X in an electron dump: bremsstrahlung of the primary electrons; also of the e+- of their shower (an upper "
        "bound: along the beam); also e+ e- -> X of its positrons; all of it",
        "choice",
        choices=tuple(PRODUCTIONS),
    ),
)


class BeamDump:
    """A beam dump of a card.

    Parameters
    ----------
    card : Card
        The experiment, with electrons or protons on target.
    acceptance : str
        One of :data:`darkfactory.recorded.electron_dump.ACCEPTANCES`: what is asked of the decay leptons.
    production : str
        One of ``PRODUCTIONS``: what makes X in the shower of an electron.

    Raises
    ------
    InvalidInput
        If leptons are asked for without a face, or in a proton dump; if a shower is.
    """

    def __init__(self, card: Card, acceptance: str, production: str = "iww") -> None:
        self.card, self.acceptance, self.production = card, acceptance, production
        self.detector = detector = DumpDetector.from_card(card)
        self.electrons = isinstance(card.beam, ElectronsOnTarget)
        self.energy_gev = float(card.value("beam.energy_gev"))
        self.exposure = card.beam.exposure
        allowed = f"search.acceptance = {acceptance}: allowed line at {card.name}"
        if acceptance != "line" and not self.electrons:
            raise InvalidInput(
                f"{allowed}; decay leptons are not followed in a proton dump: with both in the face the weakest excluded "
                "coupling is 0 to 8% stronger at nucal, 1 to 7% at charm, the strongest the same to 1%"
            )
        if acceptance != "line" and detector.face_radius_m is None:
            raise InvalidInput(f"{allowed}, which has no detector.face_radius_m; set it, or take line")
        if production != "iww" and not self.electrons:
            raise InvalidInput(
                f"search.production = {production}: allowed iww at {card.name}; protons make no such shower"
            )
        radius = detector.face_radius_m
        if self.electrons:
            names = ("target.Z", "target.A", "target.X0", "target.thickness")
            charge, mass_number, length, thickness = (float(card.value(name)) for name in names)
            self.dump: ElectronDump | ProtonDump = ElectronDump(
                charge,
                mass_number,
                length,
                self.energy_gev,
                self.exposure,
                detector.shield_m,
                detector.decay_m,
                thickness,
                detector.threshold_gev,
                math.inf if radius is None else radius,
                detector.plane_m,
            )
            return
        if radius is None:
            raise InvalidInput(f"detector.face_radius_m: missing at {card.name}; a proton dump needs a face")
        self.dump = ProtonDump(
            self.energy_gev,
            self.exposure,
            detector.shield_m,
            detector.decay_m,
            detector.threshold_gev,
            radius,
            detector.off_axis_m,
            detector.face == "square",
        )

    def require_model(self, model: Any) -> None:
        """Refuse a model that this dump cannot make.

        Raises
        ------
        InvalidInput
            For a proton dump and an X that does not couple to quarks.
        """
        if not self.electrons and "quarks" not in model.offers:
            require(
                one_of(
                    f"model of {self.card.name}, where neutral pions decay into gamma X", model.name, offering("quarks")
                )
            )

    def require_effect(self, masses: Any) -> None:
        """Refuse annihilation where no mass [MeV] is that of positrons above the threshold.

        Raises
        ------
        InvalidInput
            If it would change nothing.
        """
        dump = self.dump
        if self.production != "iww+annihilation" or not isinstance(dump, ElectronDump):
            return
        if not any(dump.annihilates(mass / GEV) for mass in masses):
            # m^2 / (2 m_e) between the threshold, or 2 m, and the beam
            low, high = (math.sqrt(2 * M_E * GEV * energy) for energy in (dump.threshold_gev, dump.beam_energy_gev))
            raise InvalidInput(
                f"search.production = iww+annihilation: changes nothing at {self.card.name} at these masses; positrons make X "
                f"of {max(low, 4 * M_E):.3g} to {high:.3g} MeV; take iww"
            )

    def is_open(self, mass: float) -> bool:
        """Whether an X of a mass [MeV] can be made, and decay into e+ e-."""
        highest = GEV * (self.energy_gev / 2 if self.electrons else NEUTRAL_PION_GEV)
        return 2 * M_E < mass < highest

    def yield_at(self, model: Any) -> DumpYield:
        """Yield of the couplings of a model, of which only the electron's count, at its mass.

        Parameters
        ----------
        model : Model
            It offers ``electrons``.
        """
        mass_gev = model.mass / GEV
        one, other = model.electron_vertices
        if isinstance(self.dump, ProtonDump):
            made = _proton_yield(self.dump, mass_gev)
            share = model.epsilon**2
            return DumpYield(made.boost, made.position_m, made.seen * share, made.shield_m, made.made * share)
        kernel = _kernel(self.dump, mass_gev, model.spin, self.acceptance, self.production)
        return kernel.yield_of((one**2, other**2), SHAPES[model.spin](model))

    def bosons(self, model: Any) -> ElectronBosons | ProtonBosons:
        """The X of the same yield one by one, before they decay."""
        mass_gev = model.mass / GEV
        if isinstance(self.dump, ProtonDump):
            return ProtonBosons(self.dump, mass_gev, model.epsilon)
        secondaries, annihilation = PRODUCTIONS[self.production]
        width = WIDTHS[model.spin](model.mass, *model.electron_vertices) / GEV
        resonance = float(resonance_integral(model.spin, mass_gev, width)) if annihilation else None
        return ElectronBosons(self.dump, mass_gev, model.spin, model.electron_vertices, secondaries, resonance)


def _vector_shape(model: Any) -> DecayShape:
    g_V, g_A = model.electron_vertices
    square = (1 - 2 * M_E / model.mass) * (1 + 2 * M_E / model.mass)
    vector, axial = g_V**2 * (1 + 2 * (M_E / model.mass) ** 2), g_A**2 * square
    return vector_shape(math.sqrt(square), axial / (vector + axial))


SHAPES: dict[int, Callable[[Any], DecayShape]] = {0: lambda model: scalar_shape(), 1: _vector_shape}
"""Shape of the decay of a model, by its spin."""


WIDTHS = {0: scalar_width, 1: vector_width}
"""Width into e+ e- by the spin."""
UNIT_COUPLINGS = ((1.0, 0.0), (0.0, 1.0))


@functools.lru_cache(maxsize=512)
def _kernel(dump: ElectronDump, mass_gev: float, spin: int, acceptance: str, production: str) -> DumpKernel:
    """Kernel of both couplings of a spin, kept: whoever changes couplings needs no new one."""
    both = [partial(_bracket, BRACKETS[spin], mass_gev, *pair) for pair in UNIT_COUPLINGS]
    secondaries, annihilation = PRODUCTIONS[production]
    widths = [WIDTHS[spin](mass_gev * GEV, *pair) / GEV for pair in UNIT_COUPLINGS]
    resonances = [resonance_integral(spin, mass_gev, width) for width in widths] if annihilation else None
    # X of one energy have a sharp place from which both leptons hit the face
    grid = Grid(position=65) if annihilation else Grid()
    return electron_dump_kernel(dump, mass_gev, both, acceptance, grid, secondaries, resonances)


def _bracket(bracket: Any, mass_gev: float, one: float, other: float, x: Any, rest: Any) -> Any:
    return bracket(x, mass_gev, one, other, rest)


@functools.lru_cache(maxsize=512)
def _proton_yield(dump: ProtonDump, mass_gev: float) -> DumpYield:
    return proton_dump_yield(dump, mass_gev)
