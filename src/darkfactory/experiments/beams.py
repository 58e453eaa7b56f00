"""Kinds of beam: what sets one, what a card must give of it, and how many particles it makes.

``beam.particle`` chooses the kind. A new one is a class here and an entry of :data:`BEAMS`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from darkfactory.constants import GEV, M_TAU
from darkfactory.experiments.declarations import Need, choice, number, positive_number
from darkfactory.parsing import HUGE
from darkfactory.settings import Setting
from darkfactory.units import SECONDS_PER_DAY

if TYPE_CHECKING:
    from darkfactory.experiments.card import Card

__all__ = ["BEAMS", "PARTICLE", "Beam", "StoppedMuons", "TauPairs"]

PAIRS_PER_FB_NB = 1e6
"""Events per (1/fb * nb)."""


class Beam(ABC):
    """What a beam makes; a kind is a class, never an object: all its numbers stand in the card."""

    particle: ClassVar[str]
    """Word of ``beam.particle``."""
    counted: ClassVar[str]
    """Name of what :meth:`exposure` counts, as cards have it."""
    settings: ClassVar[tuple[Setting, ...]]
    """Keys of a card that only this kind of beam has."""
    needs: ClassVar[tuple[Need, ...]]
    """What a card with this beam must give."""

    @staticmethod
    @abstractmethod
    def exposure(card: Card) -> float:
        """Number of what the beam makes, from the keys of a card."""

    @classmethod
    def card_problems(cls, values: Mapping[str, Any]) -> list[str]:
        """What does not fit this beam in the values of a card, each within its range."""
        return []


class StoppedMuons(Beam):
    """Muons that stop in a target and decay at rest, polarised along the beam."""

    particle = "muon"
    counted = "exposure"
    settings = (
        positive_number("beam.stopping_rate", "muons stopped per second", "1/s", particle="muon"),
        positive_number("beam.days", "live time", "d", particle="muon"),
        positive_number(
            "beam.exposure_muons", "stopped and decayed muons; replaces stopping_rate and days", particle="muon"
        ),
        number(
            "beam.polarization",
            "degree of polarization of the muon spin, which is antiparallel to the beam",
            low=0,
            high=1,
            particle="muon",
        ),
    )
    needs = (
        Need("number of stopped muons", (("beam.stopping_rate", "beam.days"), ("beam.exposure_muons",))),
        Need("polarization of the beam", (("beam.polarization",),)),
    )

    @staticmethod
    def exposure(card: Card) -> float:
        """Stopped and decayed muons: exposure_muons, or stopping_rate * days * 86400."""
        if card.has("beam.exposure_muons"):
            return float(card.value("beam.exposure_muons"))
        return float(card.value("beam.stopping_rate") * card.value("beam.days") * SECONDS_PER_DAY)

    @classmethod
    def card_problems(cls, values: Mapping[str, Any]) -> list[str]:
        """An energy that is not measured where the muon rests."""
        frame = values.get("detector.energy_frame", "rest")
        if frame == "rest":
            return []
        return [f"detector.energy_frame = {frame}: allowed rest; stopped muons decay at rest"]


class TauPairs(Beam):
    """Pairs of taus from e+e- collisions."""

    particle = "tau"
    counted = "tau_pairs"
    settings = (
        positive_number("beam.luminosity_per_fb", "integrated luminosity", "1/fb", particle="tau"),
        positive_number("beam.tau_pair_cross_section_nb", "cross section of e+e- -> tau+tau-", "nb", particle="tau"),
        positive_number(
            "beam.tau_pairs",
            "tau pairs produced; replaces luminosity_per_fb and tau_pair_cross_section_nb",
            particle="tau",
        ),
        number(
            "beam.sqrt_s_gev",
            "centre-of-mass energy, above 2 m_tau",
            "GeV",
            2 * M_TAU / GEV,
            HUGE,
            open_low=True,
            particle="tau",
        ),
    )
    needs = (
        Need(
            "number of tau pairs",
            (("beam.luminosity_per_fb", "beam.tau_pair_cross_section_nb"), ("beam.tau_pairs",)),
        ),
        Need("centre-of-mass energy", (("beam.sqrt_s_gev",),)),
    )

    @staticmethod
    def exposure(card: Card) -> float:
        """Tau pairs produced (two taus each, before any tag): tau_pairs, or luminosity * cross section."""
        if card.has("beam.tau_pairs"):
            return float(card.value("beam.tau_pairs"))
        product = card.value("beam.luminosity_per_fb") * card.value("beam.tau_pair_cross_section_nb")
        return float(product * PAIRS_PER_FB_NB)


BEAMS: dict[str, type[Beam]] = {beam.particle: beam for beam in (StoppedMuons, TauPairs)}
"""Kinds of beam by the word of ``beam.particle``."""

PARTICLE = choice("beam.particle", "the lepton that decays", *BEAMS)
"""The key that chooses."""
