"""A lepton alone at an experiment: its spectra, integrated over the bins or by Monte Carlo, and the response to its events."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes import michel, two_body_alp
from darkfactory.errors import ClosedChannel, InvalidInput, in_range, require
from darkfactory.kinematics.cuts import parse_cut
from darkfactory.kinematics.observables import FinalState, observables_of
from darkfactory.processes import spin_vector
from darkfactory.processes.generator.histograms import Histogram
from darkfactory.processes.muon_decay.lepton_bins import bin_edges, cleaned
from darkfactory.processes.requests import parameters
from darkfactory.recorded.base import Binning, Record
from darkfactory.recorded.lepton_response import LeptonResponse
from darkfactory.recorded.lepton_setup import LEPTON_KEYS, SECTION, positron_counts
from darkfactory.recorded.leptons import PositronCounts
from darkfactory.settings import Settings, refuse_unread

__all__ = ["OBSERVABLES", "LeptonAlone"]

Array = NDArray[np.float64]
OBSERVABLES = {"x": "1", "E_e": "MeV", "m_miss2": "MeV^2"}
"""Observables of a measured energy, and their units."""


class LeptonAlone(Record):
    """A lepton beside what is not seen: l -> l' nu nu, l -> l' a, l -> l' nu nu X."""

    seen = "a lepton alone"
    detector = "detector.x_resolution"
    section = SECTION
    keys = LEPTON_KEYS

    @staticmethod
    def sees(state: FinalState) -> bool:
        """Whether one charged lepton is all that is seen."""
        return len(state.tracks) == 1 and not state.photons

    @property
    def options(self) -> frozenset[str]:
        """None for what is integrated; events and seed of a Monte Carlo."""
        return frozenset() if self.process.alone is not None else frozenset(("events", "seed"))

    def _counts(self, settings: Settings) -> PositronCounts:
        """Beam, acceptance and response; order and tail are read only where the process has them."""
        process, order, tail = self.process, "born", "none"
        if process.orders[1:]:
            order = str(settings["background_order"])
        elif process.tails:
            # as the background: a tail goes with radiative corrections
            tail = settings["signal_tail"] or ("none" if settings["background_order"] == "born" else "soft")
        return positron_counts(self.card, settings, process.parent, process.daughter, order=order, tail=tail)[0]

    def spectrum(self, observable: str, model: Any, binning: Binning, **options: Any) -> dict[str, Any]:
        """Expected counts per bin of the measured energy, in one of :data:`OBSERVABLES` (see :meth:`Record.spectrum`)."""
        boosted = self.card.value("detector.energy_frame", "rest") == "cm"
        allowed = [name for name in OBSERVABLES if not (boosted and name == "m_miss2")]
        if observable not in allowed:
            why = " and detector.energy_frame = cm" if boosted else ""
            raise InvalidInput(f"observable = {observable}: allowed {', '.join(allowed)} with an experiment{why}")
        settings = self.settings()
        counts = self._counts(settings)
        m_i, m_j = self.process.masses
        # the measured variable is the energy over the largest one of the spectrum, also where the parent flies
        unit = counts.response.largest * michel.endpoint_energy(m_i, m_j)
        edges = bin_edges(self.process, observable, *binning, unit=unit, measured=True)
        x = {"x": edges, "E_e": edges / unit, "m_miss2": 1 - edges / (m_i**2 + m_j**2)}[observable]
        errors: Array | None = None
        used: dict[str, Any] = {"polarization": counts.polarization}
        if self.process.alone is None:
            values, errors, more = self._by_monte_carlo(model, counts, x, **options)
            used |= more
        else:
            values = self._integrated(model, counts, x)
            used |= {"signal_tail": counts.tail} if self.process.tails else {"background_order": counts.order}
        refuse_unread(f"a spectrum of {self.title}", self.card, settings)
        return {
            "process": self.process.name,
            "observable": observable,
            "unit": OBSERVABLES[observable],
            "edges": edges,
            "values": cleaned(values),
            "errors": errors,
            "experiment": self.card.name,
            "settings": {**used, **parameters(model)},
            "references": self.references(),
            "order": counts.order,
        }

    def _integrated(self, model: Any, counts: PositronCounts, x: Array) -> Array:
        """Counts per bin of a Michel spectrum or a line, summed over the samples."""
        edges = np.sort(x)
        if model is None:
            per_bin = counts.background(edges)
        else:
            m_i, m_j = self.process.masses
            value = self.process.partial_width(model, "born") / self.process.denominator("exp")
            x_a = 1 - model.mass**2 / (m_i**2 + m_j**2)
            A = float(two_body_alp.asymmetry(m_i, m_j, model.mass, complex(model.C_V), complex(model.C_A)))
            per_bin = (
                value * counts.signal(edges, x_a, A) if value > 0 else np.zeros((len(x) - 1) * len(counts.samples))
            )
        total = per_bin.reshape(len(counts.samples), len(x) - 1).sum(axis=0)
        return np.asarray(total[::-1] if x[0] > x[-1] else total)

    def _by_monte_carlo(
        self, model: Any, counts: PositronCounts, x: Array, *, events: int = 2**20, seed: int = 0
    ) -> tuple[Array, Array, dict[str, Any]]:
        """Counts per bin at tree level, their statistical errors, and what was used."""
        require(in_range("events", events, 1, 1e10), in_range("seed", seed, 0))
        made, falling = Histogram(np.sort(x)), x[0] > x[-1]
        response = self._response(model, counts, None, int(seed))
        unit, first = michel.endpoint_energy(counts.m_i, counts.m_j), 0
        try:
            run = self.process.run(model, cut=response.preselection, polarization=self._spin(counts))
            for weight, _, momenta, *_ in run.weighted(int(events), int(seed), full=True):
                numbers = np.arange(first, first + len(weight), dtype=np.uint64)
                first += len(weight)
                energy = response.measured(numbers, momenta)["e"][:, 0]
                made.fill(weight * response.share(numbers, momenta), energy / unit)
        except ClosedChannel:
            first = 1
        scale = counts.decays / self.process.denominator("exp")
        values, errors = (scale * found[:: -1 if falling else 1] for found in made.mean(first))
        return values, errors, {"events": events, "seed": seed}

    def _spin(self, counts: PositronCounts) -> tuple[float, float, float]:
        """Mean spin vector of all muons; reversed samples count backwards."""
        fractions = sum(sample.fraction for sample in counts.samples)
        turned = sum(sample.fraction * sample.spin for sample in counts.samples) / fractions
        x, y, z = spin_vector(counts.polarization)
        return (x * turned, y * turned, z * turned)

    @property
    def polarization(self) -> Any:
        """Mean spin vector of the parents."""
        return self._spin(self._counts(self.settings()))

    def response(self, model: Any, *, cut: str | None, seed: int, charge: int) -> LeptonResponse:
        """Acceptance and resolution for events (see :meth:`Record.response`)."""
        if self.card.value("detector.energy_frame", "rest") == "cm":
            raise InvalidInput(
                f"detector.energy_frame = cm: events at {self.card.name} are allowed with rest only, since events are made "
                "at rest; a spectrum knows the flight of the parent"
            )
        counts = self._counts(self.settings())
        require(
            in_range("search.focus", counts.multiplier, 1, 1, remedy="events are focused with search.focus_mode=cone")
        )
        return self._response(model, counts, cut, seed)

    def _response(self, model: Any, counts: PositronCounts, cut: str | None, seed: int) -> LeptonResponse:
        # what is not seen is one missing particle, whatever it is
        state = replace(self.process.state(model), invisible=("nunu",))
        condition = parse_cut(cut, {name: o.count(state) for name, o in observables_of(state).items()})
        return LeptonResponse(counts, self.process.name, state, seed, condition)
