"""A lepton alone at an experiment: its spectra, integrated over the bins or by Monte Carlo, and the response to its events."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes import michel, two_body_alp
from darkfactory.errors import InvalidInput, in_range, require
from darkfactory.kinematics.cuts import parse_cut
from darkfactory.kinematics.observables import observables_of
from darkfactory.kinematics.particles import FinalState
from darkfactory.processes import spin_vector
from darkfactory.processes.muon_decay.lepton_bins import bin_edges, cleaned
from darkfactory.processes.requests import parameters
from darkfactory.recorded.base import Binning, as_seen, histogram_of_measured
from darkfactory.recorded.events import DecayRecord
from darkfactory.recorded.lepton_response import LeptonResponse
from darkfactory.recorded.lepton_setup import LEPTON_KEYS, SECTION, positron_counts
from darkfactory.recorded.leptons import PositronCounts

__all__ = ["LeptonAlone"]

Array = NDArray[np.float64]
OBSERVABLES = {"x": "1", "E_e": "MeV", "m_miss2": "MeV^2"}
"""Observables of a measured energy, and their units."""
IN_FLIGHT = ("E_e", "p_e", "p_T", "cos_theta")
"""Observables of a measured momentum that need not know the rest frame of the parent."""


class LeptonAlone(DecayRecord):
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

    @functools.cached_property
    def counts(self) -> PositronCounts:
        """Beam, acceptance and response; order and tail are read only where the process has them."""
        process, settings, order, tail = self.process, self.settings, "born", "none"
        if process.orders[1:]:
            order = str(settings["background_order"])
        elif process.tails:
            # as the background: a tail goes with radiative corrections
            tail = settings["signal_tail"] or ("none" if settings["background_order"] == "born" else "soft")
        return positron_counts(self.card, settings, process.parent, process.daughter, order=order, tail=tail)[0]

    @property
    def _flies(self) -> bool:
        return self.counts.response.boost_gamma > 1

    def spectrum(self, observable: str, model: Any, binning: Binning, **options: Any) -> dict[str, Any]:
        """Expected counts per bin of the measured energy, as x, E_e or m_miss2 (see :meth:`Record.spectrum`)."""
        counts = self.counts
        allowed = [name for name in OBSERVABLES if not (self._flies and name == "m_miss2")]
        if observable not in allowed:
            why = " and detector.energy_frame = cm" if self._flies else ""
            raise InvalidInput(f"observable = {observable}: allowed {', '.join(allowed)} with an experiment{why}")
        m_i, m_j = self.process.masses
        # the measured variable is the energy over the largest one of the spectrum, also where the parent flies
        unit = counts.response.largest * michel.endpoint_energy(m_i, m_j)
        edges = bin_edges(self.process, observable, *binning, unit=unit, measured=True)
        x = {"x": edges, "E_e": edges / unit, "m_miss2": 1 - edges / (m_i**2 + m_j**2)}[observable]
        errors: Array | None = None
        used: dict[str, Any] = {"polarization": counts.polarization}
        if self.process.alone is None:
            values, errors, more = self._by_monte_carlo(model, x, unit, **options)
            used |= more
        else:
            values = self._integrated(model, x)
            used |= {"signal_tail": counts.tail} if self.process.tails else {"background_order": counts.order}
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

    def _integrated(self, model: Any, x: Array) -> Array:
        """Counts per bin of a Michel spectrum or a line, summed over the samples."""
        edges, counts = np.sort(x), self.counts
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
        self, model: Any, x: Array, unit: float, *, events: int = 2**20, seed: int = 0
    ) -> tuple[Array, Array, dict[str, Any]]:
        """Counts per bin at tree level, their statistical errors, and what was used."""
        require(in_range("events", events, 1, 1e10), in_range("seed", seed, 0))
        response = self._response(model, None, int(seed))
        (name,) = response.state.tracks
        found = histogram_of_measured(
            response,
            self.process,
            model,
            lambda measured: np.asarray(measured[name][:, 0] / unit),
            np.sort(x),
            events=events,
            seed=seed,
            polarization=self.polarization,
        )
        scale = self.counts.decays / self.process.denominator("exp")
        values, errors = (scale * per_bin[:: -1 if x[0] > x[-1] else 1] for per_bin in found)
        return values, errors, {"events": events, "seed": seed}

    @property
    def polarization(self) -> Any:
        """Mean spin vector of all parents; reversed samples count backwards."""
        samples = self.counts.samples
        turned = sum(sample.fraction * sample.spin for sample in samples) / sum(sample.fraction for sample in samples)
        x, y, z = spin_vector(self.counts.polarization)
        return (x * turned, y * turned, z * turned)

    def response(self, model: Any, *, cut: str | None, seed: int, charge: int) -> LeptonResponse:
        """Acceptance and resolution for events (see :meth:`Record.response`)."""
        require(
            in_range(
                "search.focus", self.counts.multiplier, 1, 1, remedy="events are focused with search.focus_mode=cone"
            )
        )
        # events are those of one decay, at tree level
        self.card.ignores(*self.card.beam.exposure_keys)
        self.settings.ignores("background_order", "signal_tail")
        return self._response(model, cut, seed)

    def _response(self, model: Any, cut: str | None, seed: int) -> LeptonResponse:
        state = as_seen(self.process.state(model))
        known = {
            name: o.count(state) for name, o in observables_of(state).items() if not self._flies or name in IN_FLIGHT
        }
        condition = parse_cut(cut, known)
        return LeptonResponse(counts=self.counts, process=self.process.name, state=state, seed=seed, cut=condition)
