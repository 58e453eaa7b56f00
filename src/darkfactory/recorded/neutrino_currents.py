"""Charged and neutral currents of the neutrinos of an experiment: cross sections averaged over its flux, by kind of neutrino.

Only the shape of a flux enters; how many charged currents there are, the card says. A flux that counts interactions at single
energies is one of neutrinos, divided by the cross section. Energies in GeV.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes.deep_inelastic import NucleonTarget
from darkfactory.amplitudes.neutrino_nucleon import Continuum, HeavyNeutrino, cross_sections
from darkfactory.errors import InvalidInput
from darkfactory.experiments import Card
from darkfactory.experiments.beams.neutrinos import NeutrinoFlux, Neutrinos
from darkfactory.experiments.detectors.neutrino_target import NeutrinoTarget
from darkfactory.numerics.cache import kept

__all__ = ["Currents", "currents"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Currents:
    """Currents of one kind of neutrino, for its flux and within the range of hadronic energies.

    Attributes
    ----------
    flux : NeutrinoFlux
        Energies, and the weights of neutrinos.
    target : NucleonTarget
        What they hit.
    hadrons_gev : tuple of float
        Range of the hadronic energy [GeV].
    charged : float
        Charged currents of the flux.
    kept : float
        Share of the charged currents that lies within the range.
    mean_energy_gev : float
        Mean energy of the neutrinos that make charged currents within it [GeV].
    heavy : HeavyNeutrino
        Neutral currents of the flux into a heavy neutrino, per |U|^2; the first is that of the Standard Model.
    """

    flux: NeutrinoFlux
    target: NucleonTarget
    hadrons_gev: tuple[float, float]
    charged: float
    kept: float
    mean_energy_gev: float
    heavy: HeavyNeutrino

    @property
    def neutral_ratio(self) -> float:
        """Neutral over charged currents of the Standard Model."""
        return float(self.heavy.values[0]) / self.charged

    def ratio(self, mixing: Continuum) -> float:
        """R_X: dark jets per charged current and m_hat^2 (the unit of the continuum ``mixing``)."""
        return self.heavy.continuum(mixing) / self.charged


def currents(
    card: Card,
    flavor: str,
    pdf: str = "auto",
    sin2_theta_w: float = NucleonTarget.sin2_theta_w,
    flux: str | None = None,
) -> tuple[Currents, ...]:
    """Currents of the neutrinos of an experiment.

    Parameters
    ----------
    card : Card
        The experiment: a beam of neutrinos and its target.
    flavor : str
        ``e``, ``mu`` or ``tau``. Charged leptons are massless, also a tau.
    pdf : str
        Parton densities (see :func:`darkfactory.partons.find_densities`).
    sin2_theta_w : float
        Of the neutral currents.
    flux : str, optional
        Instead of ``beam.flux``.

    Returns
    -------
    tuple of Currents
        Of neutrinos, antineutrinos, or both, as the beam's mode says.

    Raises
    ------
    InvalidInput
        If no charged current lies within the range of hadronic energies.
    """
    beam, detector = card.beam, NeutrinoTarget.from_card(card)
    if not isinstance(beam, Neutrinos):
        raise InvalidInput(f"beam.particle = {beam.name}: allowed neutrino at {card.name}")
    target = NucleonTarget(beam.protons, pdf, sin2_theta_w)
    fluxes = [beam.flux(species, flux) for species in beam.species(flavor)]
    return tuple(_of_flux(made, target, detector.hadrons_gev) for made in fluxes)


def _of_flux(flux: NeutrinoFlux, target: NucleonTarget, hadrons_gev: tuple[float, float]) -> Currents:
    identity = (target.densities.identity, target.protons, target.sin2_theta_w, flux.species, flux.interactions)
    numbers = (flux.energies_gev.tolist(), flux.weights.tolist(), hadrons_gev[0], str(hadrons_gev[1]))
    found = kept("neutrino-currents", [*identity, *numbers], lambda: _averaged(flux, target, hadrons_gev))
    neutrinos = NeutrinoFlux(flux.species, flux.energies_gev, found["weights"], False, flux.note)
    heavy = HeavyNeutrino(float(found["highest"]), found["values"])
    charged, share, mean_energy = (float(number) for number in found["numbers"])
    return Currents(neutrinos, target, hadrons_gev, charged, share, mean_energy, heavy)


def _averaged(flux: NeutrinoFlux, target: NucleonTarget, hadrons_gev: tuple[float, float]) -> dict[str, Array]:
    """Averages over a flux: the weights of its neutrinos, charged currents, their share and mean energy, heavy neutrinos."""
    anti, E = flux.antineutrino, flux.energies_gev
    some = cross_sections(E, target, hadrons_gev)
    every = some if hadrons_gev == (0.0, np.inf) else cross_sections(E, target)
    weights = flux.weights / every.charged[int(anti)] if flux.interactions else flux.weights
    rates = weights * some.charged[int(anti)]
    charged = float(rates.sum())
    if not charged > 0:
        low, high = hadrons_gev
        raise InvalidInput(
            f"hadronic energies in [{low:g}, {high:g}] GeV: {flux.species} of at most {E.max():g} GeV make none; change "
            "detector.e_h_low_gev, or the flux"
        )
    heavy = some.averaged(weights, anti)
    numbers = np.array([charged, charged / float(weights @ every.charged[int(anti)]), float(rates @ E) / charged])
    return {"weights": weights, "numbers": numbers, "highest": np.array(heavy.highest_gev2), "values": heavy.values}
