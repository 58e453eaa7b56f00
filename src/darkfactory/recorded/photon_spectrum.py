"""A positron and a photon at an experiment: the missing mass with its backgrounds, and the response to events."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes.alp_photon_missing_mass import reference_branching_ratio
from darkfactory.constants import M_MU
from darkfactory.errors import InvalidInput, in_range, require
from darkfactory.kinematics.cuts import parse_cut
from darkfactory.kinematics.observables import observables_of
from darkfactory.kinematics.particles import FinalState
from darkfactory.processes.muon_decay.lepton_bins import cleaned
from darkfactory.processes.requests import parameters
from darkfactory.recorded.base import Binning, as_seen
from darkfactory.recorded.events import DecayRecord
from darkfactory.recorded.missing_mass import PAIR_KEYS, SECTION, RecordedPairs
from darkfactory.recorded.pair_response import PairResponse

__all__ = ["ElectronAndPhoton"]

Array = NDArray[np.float64]


class ElectronAndPhoton(DecayRecord):
    """A positron and a photon beside what is not seen: mu -> e nu nu gamma, mu -> e a gamma."""

    seen = "electron and photon"
    detector = "detector.positron_cos_theta"
    section = SECTION
    keys = PAIR_KEYS
    observable = "m_miss2"

    @staticmethod
    def sees(state: FinalState) -> bool:
        """Whether one charged lepton and one photon are seen."""
        return len(state.tracks) == 1 and len(state.photons) == 1

    @property
    def options(self) -> frozenset[str]:
        """None: everything is integrated, and the windows average over the spin."""
        return frozenset()

    def spectrum(self, observable: str, model: Any, binning: Binning, **options: Any) -> dict[str, Any]:
        """Expected events per bin of the missing mass squared, smeared with the resolution of each event.

        Components are radiative decays (with a signal) and random coincidences (see :meth:`Record.spectrum`).
        """
        if observable != "m_miss2":
            raise InvalidInput(f"observable = {observable}: {self.process.name} at an experiment allows m_miss2")
        setup = RecordedPairs.from_card(self.card, self.settings)
        bins, low, high = binning
        start = setup.edges[0] * M_MU**2 if low is None else low
        stop = setup.edges[-1] * M_MU**2 if high is None else high
        require(
            in_range("low", start, -(M_MU**2), stop, open_high=True, unit="MeV^2"),
            in_range("high", stop, start, M_MU**2, open_low=True, unit="MeV^2"),
        )
        edges = np.linspace(start, stop, bins + 1)
        reduced = edges / M_MU**2
        radiative = setup.signal_scale * setup.histogram(setup.rates.radiative_events(), reduced)
        components: dict[str, Array] = {
            "random": setup.random_scale * setup.histogram(setup.rates.random_events(), reduced)
        }
        values = radiative
        if model is not None:
            components = {"radiative": radiative, **components}
            values = np.zeros(bins)
            if model.mass < setup.rates.heaviest:
                scale = setup.signal_scale * reference_branching_ratio(model.F_gev)
                values = scale * setup.histogram(setup.rates.alp_events(model.mass), reduced)
        used = {"stopping_rate": setup.stopping_rate, "live_time_s": setup.live_time, "prescale": setup.prescale}
        return {
            "process": self.process.name,
            "observable": observable,
            "unit": "MeV^2",
            "edges": edges,
            "values": cleaned(values),
            "components": components,
            "experiment": self.card.name,
            "settings": {**setup.rates.parameters, **used, **parameters(model)},
            "references": ("Jho:2022snj", "Kuno:1999jp", *self.card.references),
        }

    def response(self, model: Any, *, cut: str | None, seed: int, charge: int) -> PairResponse:
        """Windows, thresholds, efficiencies and resolutions for events (see :meth:`Record.response`)."""
        setup = RecordedPairs.from_card(self.card, self.settings)
        # random coincidences go with the rate of muons
        self.card.ignores(*(key for key in self.card.beam.exposure_keys if key != "beam.stopping_rate"))
        state = as_seen(self.process.state(model))
        condition = parse_cut(cut, {name: o.count(state) for name, o in observables_of(state).items()})
        return PairResponse(setup=setup, process=self.process.name, state=state, seed=seed, cut=condition)
