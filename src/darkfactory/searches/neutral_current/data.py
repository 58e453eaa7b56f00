"""What an experiment counts of dark jets and what its data allow: measured ratios, counted neutral currents, tagged jets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import require
from darkfactory.experiments import Card
from darkfactory.experiments.beams.neutrinos import Neutrinos
from darkfactory.experiments.detectors.neutrino_target import NeutrinoTarget
from darkfactory.recorded.neutrino_currents import Currents
from darkfactory.searches.neutral_current.allowed import Allowed, Counted, Ratios
from darkfactory.settings import Settings
from darkfactory.statistics.counting import counting_limit, counting_observed

__all__ = ["PATHS", "Data", "data_of"]

Array = NDArray[np.float64]
PATHS = {"target": "detector.target_path_m", "volume": "detector.decay_volume_m"}
"""Keys of a card that say how long the path is along which a jet is seen to decay."""


@dataclass(frozen=True, eq=False)
class Data:
    """What an experiment counts, and what it allows.

    Attributes
    ----------
    sources : tuple of (Currents, float)
        Kinds of neutrino, and how many charged currents of each count (1 for ratios).
    allowed : Allowed
        Of signals in their unit.
    background : float
        Neutral currents of the Standard Model that are counted.
    efficiency : float
        Share of the jets that counts, before they must decay.
    path_m : float
        Path along which they must decay [m]; inf if they need not.
    limited_by : str
        What the limit hangs on most.
    """

    sources: tuple[tuple[Currents, float], ...]
    allowed: Allowed
    background: float = 0.0
    efficiency: float = 1.0
    path_m: float = math.inf
    limited_by: str = "statistics"

    @property
    def light(self) -> Array:
        """Neutral currents of the Standard Model of every kind of neutrino, in the unit of the sources; 0 with a tag."""
        counts = 0.0 if isinstance(self.allowed, Counted) and not self.background else 1.0
        return np.array([counts * current.neutral_ratio * number for current, number in self.sources])


def data_of(
    card: Card, settings: Settings, found: Sequence[Currents], cl: float, method: str, observed: Any = None
) -> Data:
    """Data of an experiment.

    Parameters
    ----------
    card, settings : Card, Settings
        Experiment and settings of the search.
    found : sequence of Currents
        Of the neutrinos that its beam counts.
    cl, method : float, str
        Confidence level; ``cls`` or ``discovery``.
    observed : array_like, optional
        Number of counted events.

    Raises
    ------
    InvalidInput
        If ratios are asked for without all of their numbers, or counted events where ratios are measured.
    CardError
        If the card does not say how many charged currents there are.
    """
    unused = ["energy_resolution", "angle_constant", "angle_stochastic", "target_path_m", "decay_volume_m"]
    tagged = settings["signal"] == "tagged"
    if not tagged and settings["measured"] is not None:
        require(
            *(
                f"search.{key}: missing; search.measured needs it"
                for key in ("predicted", "error")
                if settings[key] is None
            ),
            None
            if all("mu" in current.flux.species for current in found)
            else f"model.flavor: allowed mu at {card.name}, whose search.measured are ratios of muon neutrinos",
            None
            if observed is None
            else "observed counts: allowed where events are counted; set search.measured instead",
        )
        card.ignores(*NeutrinoTarget.keys(*unused, "mass_t", "efficiency", "signal_efficiency"))
        measured, predicted, error = (
            np.array(settings[key])[[int(current.flux.antineutrino) for current in found]]
            for key in ("measured", "predicted", "error")
        )
        allowed = Ratios(measured - predicted, np.hypot(error, settings["theory_error"]), cl, method)
        return Data(tuple((current, 1.0) for current in found), allowed, limited_by="measured ratios")
    beam, detector = card.beam, NeutrinoTarget.from_card(card)
    assert isinstance(beam, Neutrinos)
    card.ignores(*NeutrinoTarget.keys(*unused, *(() if tagged else ("signal_efficiency",))))
    efficiency = detector.efficiency * (detector.signal_efficiency if tagged else 1.0)
    sources = tuple(
        (current, beam.interactions(current.flux.species, detector.mass_t) * current.kept * efficiency)
        for current in found
    )
    background, kappa, path, limited = 0.0, 0.0, math.inf, "statistics"
    if not tagged:
        background, kappa = settings["nc_over_cc"] * sum(number for _, number in sources), settings["systematic"]
        limited = "systematic" if kappa**2 * background > 1 else limited
    elif settings["decay"] != "none":
        path = float(card.value(PATHS[settings["decay"]]))
    events = counting_limit(background, cl, method, kappa=kappa).band
    if observed is None:
        return Data(sources, Counted(events), background, efficiency, path, limited)
    count = np.asarray(observed, dtype=float)
    require(None if count.size == 1 else f"observed counts have shape {count.shape}: allowed one number")
    seen = counting_observed(count.reshape(()), background, cl, kappa)
    return Data(sources, Counted(np.append(events, seen), len(events)), background, efficiency, path, limited)
