"""Pairs of taus from e+e- collisions."""

from __future__ import annotations

from darkfactory.constants import GEV, M_TAU
from darkfactory.experiments.beams.base import Beam
from darkfactory.experiments.declarations import Need, number, positive_number
from darkfactory.parsing import HUGE

__all__ = ["BEAM", "TauPairs"]

PAIRS_PER_FB_NB = 1e6
"""Events per (1/fb * nb)."""
LUMINOSITY = positive_number("beam.luminosity_per_fb", "integrated luminosity", "1/fb")
CROSS_SECTION = positive_number("beam.tau_pair_cross_section_nb", "cross section of e+e- -> tau+tau-", "nb")
PAIRS = positive_number(
    "beam.tau_pairs", "tau pairs produced; replaces luminosity_per_fb and tau_pair_cross_section_nb"
)
SQRT_S = number("beam.sqrt_s_gev", "centre-of-mass energy, above 2 m_tau", "GeV", 2 * M_TAU / GEV, HUGE, open_low=True)


class TauPairs(Beam):
    """Pairs of taus from e+e- collisions, unpolarised."""

    name = "tau"
    counted = "tau_pairs"
    parent = "tau"
    settings = (LUMINOSITY, CROSS_SECTION, PAIRS, SQRT_S)
    needs = (
        Need("number of tau pairs", ((LUMINOSITY.name, CROSS_SECTION.name), (PAIRS.name,))),
        Need("centre-of-mass energy", ((SQRT_S.name,),)),
    )

    @property
    def tau_pairs(self) -> float:
        """Tau pairs produced (two taus each, before any tag): tau_pairs, or luminosity * cross section."""
        if self.card.has(PAIRS.name):
            return float(self.card.value(PAIRS.name))
        product = self.card.value(LUMINOSITY.name) * self.card.value(CROSS_SECTION.name)
        return float(product * PAIRS_PER_FB_NB)

    @property
    def exposure(self) -> float:
        """Taus that decay, two of each pair."""
        return 2 * self.tau_pairs


BEAM = TauPairs
