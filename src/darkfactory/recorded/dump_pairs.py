"""Pairs X -> e+ e- behind a beam dump: single events and spectra, as many as the search for them expects.

The detector measures no momenta here: measured ones are the true ones, also of a lepton that misses the face.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import GEV
from darkfactory.errors import ClosedChannel, UnknownName, in_range, one_of, require
from darkfactory.eventfiles import EventRecord
from darkfactory.kinematics.cuts import parse_cut
from darkfactory.kinematics.observables import OBSERVABLES, observables_of
from darkfactory.kinematics.particles import FinalState
from darkfactory.processes import Process
from darkfactory.processes.generator.histograms import Histogram
from darkfactory.processes.generator.sample import draw
from darkfactory.processes.production import Production
from darkfactory.processes.requests import parameters
from darkfactory.recorded.base import Binning, Record
from darkfactory.recorded.beam_dump import DUMP_KEYS, SHAPES, BeamDump
from darkfactory.recorded.dump_decays import DECAY, PairsInFlight
from darkfactory.recorded.events import as_recorded, first_final, to_record
from darkfactory.settings import Settings, read_settings

__all__ = ["DumpPairs"]

Array = NDArray[np.float64]
Momenta = Mapping[str, Array]
EVENTS, MOST_EVENTS = 500_000, 2**24
"""Trials of a spectrum, and of anything."""
MEASURED = ("E_vis", "E_e", "p_T", "theta_e", "cos_theta", "m_ee", "cos_ee")
"""Observables of a pair in flight, that need not know what else was made."""


class DumpPairs(Record):
    """The pair of an X that decays behind a beam dump."""

    seen = "pairs behind a shield"
    detector = "detector.shield_m"
    section = "beam-dump"
    keys = DUMP_KEYS
    observable = "E_vis"

    @staticmethod
    def takes(process: Process) -> bool:
        """Whether something is made (see :meth:`Record.takes`)."""
        return isinstance(process, Production)

    @staticmethod
    def sees(state: FinalState) -> bool:
        """Whether the only tracks are those of an X."""
        return state.resonance is not None and state.tracks == state.resonance[1]

    @property
    def options(self) -> frozenset[str]:
        """Cut, seed, and number of trials of a spectrum."""
        return frozenset(("cut", "seed", "events"))

    def _pairs(self, model: Any, state: FinalState, cut: str | None) -> PairsInFlight:
        """What the dump makes and the detector sees of a model."""
        dump = BeamDump(self.card, self.settings["acceptance"], self.settings["production"])
        dump.require_model(model)
        dump.require_effect([model.mass])
        opened = dump.is_open(model.mass) and model.branching_ratio_ee > 0
        made = dump.bosons(model) if opened else None
        if made is None or not made.possible:
            raise ClosedChannel(f"{self.process.name} at {self.card.name}: closed for X of {model.mass:g} MeV")
        pair = replace(state, final=tuple((label, kind) for label, kind in state.final if label in state.tracks))
        known = observables_of(pair)
        counts = {name: known[name].count(pair) for name in MEASURED if name in known}
        return PairsInFlight(
            self.process.name,
            dump,
            made,
            SHAPES[model.spin](model),
            model.ctau_mm,
            model.branching_ratio_ee,
            pair,
            tuple(counts),
            parse_cut(cut, counts),
        )

    def _state(self, model: Any) -> tuple[FinalState, Settings]:
        """Particles, and the settings of the process, which are those of the card."""
        table = self.process.settings("events")
        settings = read_settings(
            table, self.process.name, ("card", {key.name: self.card.value(key.name) for key in table})
        )
        return self.process.state(model, settings), settings

    def events(
        self,
        model: Any,
        n: int,
        *,
        cut: str | None = None,
        keep_rejected: bool = False,
        options: Mapping[str, Any],
        **form: Any,
    ) -> EventRecord:
        """Record of events, whose weights add up to their expected number (see :meth:`Record.events`)."""
        self.require_no_more(options, form)
        seed, weighted = int(options["seed"]), bool(options["weighted"])
        require(in_range("n", n, 1, MOST_EVENTS), in_range("seed", seed, 0))
        state, settings = self._state(model)
        asked = self._pairs(model, state, cut)
        every = replace(asked, face=False)
        pairs = every if keep_rejected else asked
        sample = draw(pairs, int(n), seed, weighted, pairs.share)
        momenta = dict(sample.momenta)
        path = np.linalg.norm(momenta.pop(DECAY)[:, :3], axis=1)
        X = momenta["e2"] + momenta["e3"]
        momenta["rest"] = np.array(state.p_in) - X  # of a scattering: all else
        made = to_record(replace(sample, momenta=momenta), model, settings=settings)
        made = as_recorded(
            made,
            self.card,
            dict(zip(first_final(made), (momenta[name] for name in state.tracks), strict=False)),
            asked.share(sample.numbers, sample.momenta),
            cut=cut,
            keep_rejected=keep_rejected,
            efficiency=asked.dump.detector.efficiency,
            generated_rate=sample.width if keep_rejected else every.total(seed),
        )
        proper = path * asked.bosons.mass_gev * GEV / np.linalg.norm(X[:, 1:], axis=1)
        # there are no spins and no couplings to change: the flight depends on them
        none = np.zeros((0, 4))
        return replace(
            made, unit="events", normalization="", flights={"X": proper}, stokes=none, pieces=none, piece_names=()
        )

    def spectrum(self, observable: str, model: Any, binning: Binning, **options: Any) -> dict[str, Any]:
        """Expected events per bin (see :meth:`Record.spectrum`)."""
        cut, seed, trials = options.get("cut"), int(options.get("seed", 0)), int(options.get("events", EVENTS))
        require(in_range("events", trials, 1, MOST_EVENTS), in_range("seed", seed, 0))
        pairs = self._pairs(model, self._state(model)[0], cut)
        require(
            one_of(f"observable of {self.process.name} at {self.card.name}", observable, pairs.observables),
            error=UnknownName,
        )
        known = OBSERVABLES[observable]
        bins, low, high = binning
        blocks = (
            (weight * pairs.share(None, p), known.of(p, pairs.state))
            for weight, _, p, *_ in pairs.weighted(trials, seed)
        )
        first = next(blocks)
        seen = first[1][first[0] > 0]
        if not seen.size:
            raise ClosedChannel(f"{self.process.name} at {self.card.name}: none of {len(first[0])} decays is seen")
        start = float(seen.min()) if low is None else low
        stop = float(seen.max()) if high is None else high
        require(in_range("low", start, unit=known.unit), in_range("high", stop, unit=known.unit))
        require(in_range("low", start, high=stop, open_high=True, unit=known.unit))
        made = Histogram(np.linspace(start, stop, bins + 1))
        for weight, values in itertools.chain([first], blocks):
            made.fill(weight, values)
        efficiency = pairs.dump.detector.efficiency
        values, errors = (efficiency * part for part in made.mean(trials))
        return {
            "process": self.process.name,
            "observable": observable,
            "unit": known.unit,
            "edges": made.edges,
            "values": values,
            "errors": errors,
            "experiment": self.card.name,
            "settings": {"cut": cut or "", "seed": seed, "events": trials, **self.card.values(), **parameters(model)},
            "references": self.references(),
        }
