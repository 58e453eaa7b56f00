"""Neutrinos that fly through a detector: a flux from a table, a shape, or a file, and how many of them interact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import CardError, InvalidInput, UnknownName, one_of, require
from darkfactory.experiments.beams.base import Beam
from darkfactory.experiments.beams.electrons_on_target import ENERGY, TARGET
from darkfactory.experiments.beams.protons_on_target import PROTONS
from darkfactory.experiments.beams.tau_pairs import LUMINOSITY
from darkfactory.experiments.declarations import Need, choice, number, positive_number
from darkfactory.experiments.flux_tables import SPECIES, FluxTable, read_flux, shipped_flux, shipped_fluxes
from darkfactory.numerics.quadrature import unit_legendre
from darkfactory.settings import Setting

__all__ = ["BEAM", "NeutrinoFlux", "Neutrinos"]

Array = NDArray[np.float64]
NODES = 40
"""Energies of an analytic shape."""
SIGMAS = 5.0
"""Ends of a Gaussian beam."""
MODES = {"neutrino": (False,), "antineutrino": (True,), "both": (False, True)}


def _numbers(name: str, doc: str, unit: str = "1", length: int = 0) -> Setting:
    return Setting(name, None, doc, "numbers", unit, 0.0, length=length)


FLUX = choice(
    "beam.flux",
    "flux: the shipped table, the analytic shape, the user's file, one energy, or a Gaussian about one",
    *("table", "analytic", "file", "monochromatic", "gaussian"),
)
MODE = choice("beam.mode", "whether neutrinos, antineutrinos or both are counted", *MODES)
TABLE = Setting("beam.flux_table", None, "shipped table of the flux of neutrinos", "text")
TABLE_BAR = Setting("beam.flux_table_bar", None, "shipped table of the flux of antineutrinos", "text")
FILE = Setting("beam.flux_file", None, "file of the flux: E_GeV and flux, or the seven columns of GLoBES", "text")
LOBES = _numbers("beam.lobes", "analytic flux of neutrinos: height, mean and width [GeV] of Gaussians", "GeV")
LOBES_BAR = _numbers("beam.lobes_bar", "the same of antineutrinos: height, mean and width of Gaussians", "GeV")
TAIL = _numbers(
    "beam.tail", "exponential tail of both: height, at this energy, decay energy, begins at [GeV]", "GeV", 4
)
MEANS = _numbers("beam.mean_energy_gev", f"mean energies of CC interactions of {', '.join(SPECIES)}", "GeV", 6)
ENDPOINT = positive_number("beam.endpoint_gev", "energy E0 at which (1 - E/E0)^b (E/E0)^a ends; b from the mean", "GeV")
RISE = number("beam.low_energy_power", "the power a of that flux", low=-1.0, high=10.0, open_low=True)
RANGE = _numbers("beam.energy_range_gev", "lowest and highest energy of the analytic flux", "GeV", 2)
SPREAD = positive_number("beam.energy_spread", "relative width sigma_E/E of a Gaussian beam", high=1.0)
COUNTS = _numbers("beam.cc_interactions", f"charged-current interactions of {', '.join(SPECIES)}", length=6)
COUNTED = positive_number("beam.cc_exposure", "pot, or luminosity_per_fb, in which these (or those of a table) happen")
NUCLEUS = TARGET[:2]
COUNTED_MASS = positive_number("beam.cc_mass_t", "mass of the detector in which they happen", "t")


@dataclass(frozen=True, eq=False)
class NeutrinoFlux:
    """Energies of one kind of neutrino, and what they weigh: a sum over them is an integral over the flux.

    Attributes
    ----------
    species : str
        One of ``SPECIES``.
    energies_gev, weights : ndarray, shape (n,)
        Energies [GeV]; flux times the step of the integral, in any unit.
    interactions : bool
        Whether the weights count charged-current interactions at each energy, and not neutrinos.
    note : str
        Where it is from, and whom to name.
    """

    species: str
    energies_gev: Array
    weights: Array
    interactions: bool
    note: str

    @property
    def antineutrino(self) -> bool:
        """Whether these are antineutrinos."""
        return self.species.endswith("bar")


class Neutrinos(Beam):
    """Neutrinos that fly through a detector; what makes them gives the exposure."""

    name = "neutrino"
    counted = "exposure"
    parent = "nu"
    settings = (
        *(PROTONS, LUMINOSITY, FLUX, MODE, TABLE, TABLE_BAR, FILE, LOBES, LOBES_BAR, TAIL, MEANS, ENDPOINT, RISE),
        *(RANGE, ENERGY, SPREAD, COUNTS, COUNTED, COUNTED_MASS, *NUCLEUS),
    )
    needs = (
        Need("exposure of the neutrino beam", ((PROTONS.name,), (LUMINOSITY.name,))),
        Need("kind of flux", ((FLUX.name,),)),
        Need("choice of neutrinos or antineutrinos", ((MODE.name,),)),
    )

    @property
    def exposure(self) -> float:
        """Protons on target, or integrated luminosity [1/fb]."""
        return float(self.card.value(PROTONS.name if self.card.has(PROTONS.name) else LUMINOSITY.name))

    @property
    def protons(self) -> float:
        """Protons per nucleon of what they hit, Z/A; a half, as many as neutrons, if the card gives no nucleus."""
        Z, A = (setting.name for setting in NUCLEUS)
        return float(self.card.value(Z) / self.card.value(A)) if self.card.has(Z) or self.card.has(A) else 0.5

    def species(self, flavor: str) -> tuple[str, ...]:
        """Kinds of neutrino of a flavor (e, mu, tau) that the mode counts."""
        return tuple(f"nu{flavor}{'bar' if anti else ''}" for anti in MODES[self.card.value(MODE.name)])

    def flux(self, species: str, kind: str | None = None) -> NeutrinoFlux:
        """Flux of one kind of neutrino.

        Parameters
        ----------
        species : str
            One of ``SPECIES``.
        kind : str, optional
            Instead of ``beam.flux``.

        Raises
        ------
        DarkfactoryError
            If the card has no such flux of these neutrinos; for a file that is none.
        """
        kind = kind or self.card.value(FLUX.name)
        if kind == "table":
            return self._tabulated(species)
        if kind == "file":
            path = self.card.value(FILE.name)
            return _of_table(species, read_flux(path), f"flux of {species}: {path}")
        if kind == "analytic":
            return self._analytic(species)
        energy = float(self.card.value(ENERGY.name))
        if kind == "monochromatic":
            return NeutrinoFlux(species, np.array([energy]), np.ones(1), False, f"{species} of {energy:g} GeV")
        width = energy * float(self.card.value(SPREAD.name))
        t, weight = unit_legendre(NODES)
        low, high = max(energy - SIGMAS * width, 0.0), energy + SIGMAS * width
        E = low + (high - low) * t
        about = f"{species} of {energy:g} GeV with a Gaussian spread of {width:g} GeV"
        return NeutrinoFlux(species, E, weight * _bell(E, energy, width), False, about)

    def has_shape(self, species: str) -> bool:
        """Whether the card gives an analytic flux of these neutrinos."""
        lobes = LOBES_BAR if species.endswith("bar") else LOBES
        return self.card.has(ENDPOINT.name) or ("mu" in species and self.card.has(lobes.name))

    def interactions(self, species: str, mass_t: float) -> float:
        """Charged-current interactions in a detector of some mass [t]: those of the card or table, scaled to its exposure.

        Parameters
        ----------
        species : str
            One of ``SPECIES``.
        mass_t : float
            Mass of the detector [t].
        """
        flux = self.flux(species)
        number = flux.weights.sum() if flux.interactions else self.card.value(COUNTS.name)[SPECIES.index(species)]
        return float(
            number * self.exposure / self.card.value(COUNTED.name) * mass_t / self.card.value(COUNTED_MASS.name)
        )

    def _tabulated(self, species: str) -> NeutrinoFlux:
        key = TABLE_BAR if species.endswith("bar") else TABLE
        name = self.card.value(key.name, None)
        table = shipped_flux(name) if name else None
        if table is not None:
            return _of_table(species, table, table.attribution)
        if name and self.card.quantity(key.name).tag == "user":  # a card may be ahead of this package, a user mistypes
            remedy = "beam.flux=file takes one of your own"
            require(f"{one_of(key.name, name, shipped_fluxes())}; {remedy}", error=UnknownName)
        lacking = f"{f'{key.name} = {name}: ' if name else ''}no table of {species} is shipped"
        if not self.has_shape(species):
            raise CardError(
                f"{lacking}, and the card has no analytic flux of them; give beam.flux_file and beam.flux=file"
            )
        found = self._analytic(species)
        return NeutrinoFlux(species, found.energies_gev, found.weights, False, f"{lacking}: {found.note}")

    def _analytic(self, species: str) -> NeutrinoFlux:
        if not self.has_shape(species):
            raise InvalidInput(
                f"beam.flux = analytic: the card has none of {species}; take another flavor or beam.flux=file"
            )
        low, high = self.card.value(RANGE.name)
        t, weight = unit_legendre(NODES)
        E = low + (high - low) * t
        if self.card.has(ENDPOINT.name):
            end, a = float(self.card.value(ENDPOINT.name)), float(self.card.value(RISE.name))
            mean = self.card.value(MEANS.name)[SPECIES.index(species)]
            x, b = E / end, end * (a + 2) / mean - a - 3
            shape, about = (1 - x) ** b * x**a, f"(1 - E/E0)^{b:.4g} (E/E0)^{a:g}, E0 = {end:g} GeV"
        else:
            lobes = self.card.value((LOBES_BAR if species.endswith("bar") else LOBES).name)
            shape = sum(h * _bell(E, m, s) for h, m, s in zip(lobes[::3], lobes[1::3], lobes[2::3], strict=True))
            about = f"{len(lobes) // 3} Gaussian lobe(s)"
            if self.card.has(TAIL.name):
                height, at, scale, start = self.card.value(TAIL.name)
                shape, about = shape + height * (start < E) * np.exp((at - E) / scale), f"{about}, exponential tail"
        return NeutrinoFlux(species, E, (high - low) * weight * shape, False, f"analytic flux of {species}: {about}")

    @classmethod
    def card_problems(cls, values: Mapping[str, Any]) -> list[str]:
        """Lists of a wrong length or order, and a flux that ends below its mean energy."""
        problems = []
        for setting in (LOBES, LOBES_BAR):
            lobes = values.get(setting.name, (1.0, 1.0, 1.0))
            if len(lobes) % 3 or not all(lobes[2::3]):
                problems.append(f"{setting.name} = {lobes}: allowed height, mean, width > 0 of each lobe")
        Z, A = (values.get(setting.name) for setting in NUCLEUS)
        if (Z is None) != (A is None) or (Z is not None and Z > A):
            problems.append(f"target.Z = {Z}, target.A = {A}: allowed both, Z up to A, or neither")
        low, high = values.get(RANGE.name, (1.0, 2.0))
        end = values.get(ENDPOINT.name, high)
        if not 0 < low < high <= end:
            problems.append(
                f"{RANGE.name} = ({low:g}, {high:g}) GeV: allowed 0 < lowest < highest <= {end:g} GeV, its end"
            )
        if TAIL.name in values and values[TAIL.name][2] <= 0:
            problems.append(f"{TAIL.name} = {values[TAIL.name]}: allowed a decay energy > 0, the third number")
        if ENDPOINT.name in values and not all(0 < mean < end for mean in values.get(MEANS.name, ())):
            problems.append(
                f"{MEANS.name} = {values[MEANS.name]} GeV: allowed within (0, {end:g}) GeV, beam.endpoint_gev"
            )
        return problems


def _of_table(species: str, table: FluxTable, note: str) -> NeutrinoFlux:
    return NeutrinoFlux(species, *table.points(species), table.interactions, note)


def _bell(E: Array, mean: float, width: float) -> Array:
    return np.exp(-0.5 * ((E - mean) / width) ** 2)


BEAM = Neutrinos
