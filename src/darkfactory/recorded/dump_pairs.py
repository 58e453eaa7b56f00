"""Pairs X -> e+ e- behind a beam dump: single events and spectra, the same numbers of events as the search for them expects.

X starts on the beam axis at the start of the target, at time 0; it decays behind the shield, and its leptons go straight to the
face. Momenta are exact four-vectors; the correlation of the plane of the decay with that of production is not included. The
detector measures no momenta here: measured ones are the true ones, also of a lepton that misses the face.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes.resonant_annihilation import resonance_integral
from darkfactory.constants import GEV, M_E
from darkfactory.errors import ClosedChannel, UnknownName, in_range, one_of, require
from darkfactory.eventfiles import EventRecord, Recorded
from darkfactory.kinematics.cuts import Cut, parse_cut
from darkfactory.kinematics.flight import decay_length
from darkfactory.kinematics.lorentz import boost
from darkfactory.kinematics.observables import OBSERVABLES, observables_of
from darkfactory.kinematics.orientation import turned
from darkfactory.kinematics.pair_on_disc import DecayShape
from darkfactory.kinematics.particles import FinalState
from darkfactory.numerics.cache import remembered
from darkfactory.numerics.importance_grid import apply_grid, flat_grid, refine
from darkfactory.numerics.streams import stream_key, uniforms
from darkfactory.processes.generator.histograms import Histogram
from darkfactory.processes.generator.run import BLOCK
from darkfactory.processes.generator.sample import draw
from darkfactory.processes.production import Production
from darkfactory.processes.requests import parameters, require_understood
from darkfactory.recorded.base import Binning, Record
from darkfactory.recorded.beam_dump import DUMP_KEYS, PRODUCTIONS, SHAPES, WIDTHS, BeamDump
from darkfactory.recorded.dump_bosons import ElectronBosons, ProtonBosons
from darkfactory.recorded.electron_dump import ElectronDump
from darkfactory.recorded.events import to_record
from darkfactory.settings import Settings, read_settings

__all__ = ["DumpPairs"]

Array = NDArray[np.float64]
Momenta = Mapping[str, Array]
MM_PER_M = 1e3
ROUNDS, TRAINING = 8, 32768
TOTAL_BLOCKS = 4
"""Blocks from which the number of decays before the acceptance is found."""
EVENTS, MOST_EVENTS = 500_000, 2**26
"""Trials of a spectrum, and of anything."""
MEASURED = ("E_vis", "E_e", "p_T", "theta_e", "cos_theta", "m_ee", "cos_ee")
"""Observables of a pair in flight, that need not know what else was made."""
DECAY = "decay"
"""Where and when X decays (x, y, z, ct) [mm], next to the momenta."""


@dataclass(frozen=True)
class PairsInFlight:
    """Decays behind the shield, with weights that add up to their expected number.

    Attributes
    ----------
    name : str
        Process; keys the random numbers.
    dump : BeamDump
        The experiment.
    bosons : ElectronBosons or ProtonBosons
        What it makes.
    shape : DecayShape
        Of the decay.
    ctau_mm, branching_ratio : float
        Decay length of X, and branching ratio into e e.
    asked : bool
        Whether the detector decides which numbers are important; all decays are alike otherwise.
    """

    name: str
    dump: BeamDump
    bosons: ElectronBosons | ProtonBosons
    shape: DecayShape
    ctau_mm: float
    branching_ratio: float
    state: FinalState
    observables: tuple[str, ...]
    cut: Cut
    face: bool = True
    about = "the shield"
    spin = (0.0, 0.0, 0.0)
    charge = 0

    @property
    def key(self) -> tuple[Any, ...]:
        """What events depend on besides the seed."""
        dump = (self.dump.dump, self.dump.acceptance, self.cut) if self.face else ()
        return ("dump", self.bosons, self.shape, self.ctau_mm, self.branching_ratio, dump)

    @property
    def monomials(self) -> dict[str, float]:
        """No couplings to change: the flight depends on them."""
        return {"1": 1.0}

    def pieces(self, momenta: Momenta) -> dict[str, Array]:
        """The only one."""
        return {"1": self._stokes(len(momenta[DECAY]))}

    @staticmethod
    def _stokes(n: int) -> Array:
        return np.tile([1.0, 0.0, 0.0, 0.0], (n, 1))

    @property
    def dims(self) -> int:
        """Numbers of each event: of X, cosine and azimuth of the decay, distance."""
        return self.bosons.dims + 3

    def made(self, u: list[Array]) -> tuple[Array, dict[str, Array]]:
        """Weights, momenta [MeV], and vertices of uniform numbers."""
        found = self.bosons.made(u[:-3])
        X, m = found.momentum * GEV, self.bosons.mass_gev * GEV
        cosine = 2 * u[-3] - 1
        one, two, zero_one, zero_two = self.shape
        shape = (1 - found.zero) * (one + two * cosine**2) + found.zero * (zero_one + zero_two * cosine**2)
        lepton = turned(cosine, 2 * np.pi * u[-2], found.axis) * np.sqrt((m / 2 - M_E) * (m / 2 + M_E))
        positron = boost(np.concatenate([np.full((len(X), 1), m / 2), lepton], axis=1), X[:, 1:] / X[:, :1])
        size = np.linalg.norm(X[:, 1:], axis=1)
        # exponential in the distance along the beam, between shield and end of the decay volume; what flies back is lost
        along = np.maximum(X[:, 3] / size, 1e-9)
        mean = np.maximum(decay_length(self.ctau_mm, size, m) * along, 1e-280)
        shield, decay = self.dump.detector.shield_m * MM_PER_M, self.dump.detector.decay_m * MM_PER_M
        inside = -np.expm1(-decay / mean)
        path = (shield - mean * np.log1p(-u[-1] * inside)) / along
        weight = found.weight * shape * self.branching_ratio * np.exp(-shield / mean) * inside * (X[:, 3] > 0)
        at = np.concatenate([X[:, 1:], X[:, :1]], axis=1) * (path / size)[:, None]
        others = {name: p * GEV for name, p in found.others.items()}
        return weight, {"e2": positron, "e3": X - positron, DECAY: at} | others

    def share(self, numbers: Any, momenta: Momenta) -> Array:
        """Part of each event (n,) that the detector takes, without the flat efficiency (see ``search.acceptance``)."""
        leptons = (momenta["e2"], momenta["e3"])
        if not self.face:
            return np.ones(len(leptons[0]))
        passed = np.asarray(
            self.cut.passes({name: OBSERVABLES[name].of(momenta, self.state) for name in self.cut.names})
        )
        return np.asarray(passed * self._taken(momenta[DECAY][:, :3], leptons), dtype=float)

    def _taken(self, start: Array, leptons: tuple[Array, Array]) -> Array:
        """The same without the cut."""
        acceptance, threshold = self.dump.acceptance, self.dump.detector.threshold_gev * GEV
        X = leptons[0] + leptons[1]
        enough = X[:, 0] > threshold
        if self.dump.detector.face_radius_m is None:
            return np.asarray(enough, dtype=float)
        if acceptance == "line":
            return np.asarray(enough & self._hits(start, X))
        first, second = (self._hits(start, p) for p in leptons)
        if acceptance == "both":
            return np.asarray(enough & first & second)
        above = leptons[0][:, 0] * first, leptons[1][:, 0] * second
        if acceptance == "energy":
            return np.asarray(above[0] + above[1] > threshold)
        return np.asarray(((above[0] > threshold) * 1.0 + (above[1] > threshold)) / 2)

    def _hits(self, start: Array, p: Array) -> NDArray[np.bool_]:
        """Whether lines through some points hit the face."""
        detector = self.dump.detector
        steps = (detector.plane_m * MM_PER_M - start[:, 2]) / np.where(p[:, 3] > 0, p[:, 3], np.inf)
        x = start[:, 0] + steps * p[:, 1] - detector.off_axis_m * MM_PER_M
        y = start[:, 1] + steps * p[:, 2]
        distance = np.maximum(np.abs(x), np.abs(y)) if detector.face == "square" else np.hypot(x, y)
        return np.asarray((p[:, 3] > 0) & (distance < (detector.face_radius_m or np.inf) * MM_PER_M))

    @functools.cached_property
    def grid(self) -> Array:
        """Importance grid, trained once; the same for every seed."""
        return remembered(("grid", *self.key), self._train)

    def _train(self) -> Array:
        grid, key = flat_grid(self.dims), np.uint64(stream_key(0, f"training {self.name}"))
        for step in range(ROUNDS):
            u = uniforms(key, np.uint64(step * TRAINING), TRAINING, self.dims)
            weight, momenta = self._on(grid, u)
            grid = refine(grid, u, (weight * self.share(None, momenta)) ** 2)
        return grid

    def _on(self, grid: Array, u: list[Array]) -> tuple[Array, dict[str, Array]]:
        adapted, jacobian = apply_grid(u, grid)
        weight, momenta = self.made(adapted)
        return weight * jacobian, momenta

    def weighted(self, n: int, seed: int, *, full: bool = True, purpose: str = "events") -> Iterator[tuple[Any, ...]]:
        """Events block by block, as :meth:`darkfactory.processes.generator.run.Run.weighted`."""
        key = np.uint64(stream_key(seed, f"{purpose} {self.name}"))
        for first in range(0, n, BLOCK):
            count = min(BLOCK, n - first)
            *u, spare = uniforms(key, np.uint64(first), count, self.dims + 1)
            weight, momenta = self._on(self.grid, u)
            yield weight, None, momenta, self._stokes(count), spare

    def total(self, seed: int) -> float:
        """Expected number."""
        blocks = self.weighted(TOTAL_BLOCKS * BLOCK, seed, purpose="total")
        return sum(float(weight.sum()) for weight, *_ in blocks) / (TOTAL_BLOCKS * BLOCK)


class DumpPairs(Record):
    """The pair of an X that decays behind a beam dump."""

    seen = "pairs behind a shield"
    detector = "detector.shield_m"
    section = "beam-dump"
    keys = DUMP_KEYS
    observable = "E_vis"
    of = Production

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
        if not dump.is_open(model.mass) or not model.branching_ratio_ee:
            raise ClosedChannel(f"{self.process.name} at {self.card.name}: closed for X of {model.mass:g} MeV")
        mass_gev = model.mass / GEV
        if isinstance(dump.dump, ElectronDump):
            secondaries, annihilation = PRODUCTIONS[dump.production]
            width = WIDTHS[model.spin](model.mass, *model.electron_vertices) / GEV
            resonance = float(resonance_integral(model.spin, mass_gev, width)) if annihilation else None
            made: Any = ElectronBosons(dump.dump, mass_gev, model.spin, model.electron_vertices, secondaries, resonance)
        else:
            made = ProtonBosons(dump.dump, mass_gev, model.epsilon)
        pair = replace(state, final=tuple((label, kind) for label, kind in state.final if label in state.tracks))
        known = observables_of(pair)
        counts = {name: known[name].count(pair) for name in MEASURED if name in known}
        shape = SHAPES[model.spin](model)
        return PairsInFlight(
            self.process.name,
            dump,
            made,
            shape,
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
        usual = {"charge": 1, "polarization": None, "norm": "exp", "neutrinos": "pair"}
        changed = {
            name: None if value == usual[name] else value
            for name, value in (dict(options) | form).items()
            if name in usual
        }
        require_understood(f"the events of {self.process.name} at {self.card.name}", changed, ())
        seed, weighted = int(options["seed"]), bool(options["weighted"])
        require(in_range("n", n, 1, MOST_EVENTS), in_range("seed", seed, 0))
        state, settings = self._state(model)
        asked = self._pairs(model, state, cut)
        every = replace(asked, face=False)
        pairs = every if keep_rejected else asked
        sample = draw(pairs, int(n), seed, weighted, pairs.share)
        taken = asked.share(sample.numbers, sample.momenta)
        momenta = dict(sample.momenta)
        path = np.linalg.norm(momenta.pop(DECAY)[:, :3], axis=1)
        X = momenta["e2"] + momenta["e3"]
        made = to_record(
            replace(sample, momenta=momenta | {"rest": np.array(state.p_in) - X}), model, settings=settings
        )
        efficiency = asked.dump.detector.efficiency
        weights = made.weights * efficiency * (taken if keep_rejected else 1.0)
        error = float(np.sqrt(weights @ weights)) if keep_rejected else made.model["rate_error"] * efficiency
        tracks = [made.names.index(name) for name in ("e+_2", "e-_3")]
        recorded = Recorded(
            experiment=self.card.name,
            names=tuple(made.names[i] for i in tracks),
            momenta=made.momenta[:, tracks],
            accepted=taken > 0,
            generated=made.weights if keep_rejected else made.weights / taken,
            efficiency=efficiency,
            generated_rate=float(made.weights.sum()) if keep_rejected else every.total(seed),
            settings={"cut": cut or "", **self.card.values()},
        )
        return replace(
            made,
            weights=weights,
            pieces=weights[:, None],
            unit="events",
            normalization="",
            model={**made.model, "rate_error": error},
            references=self.references(),
            recorded=recorded,
            flights={"X": path * asked.bosons.mass_gev * GEV / np.linalg.norm(X[:, 1:], axis=1)},
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
