r"""Displaced e+ e- pairs in muon decay at Mu3e: events in a window of m_ee with a vertex away from the target.

The signal at a coupling is the accepted branching ratio, times the probability that X (and before it N) decays in the
fiducial volume; one sample of events per mass serves all couplings. Directions are taken as isotropic with respect to the
stop. A signal without neutrinos is reconstructed as a whole muon; one with neutrinos points back to the stop of the muon, as
long as the particle that makes it decays at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.experiments import Card
from darkfactory.experiments.beams.stopped_muons import StoppedMuons
from darkfactory.experiments.detectors.decay_volume import DecayVolume
from darkfactory.experiments.detectors.tracks import TrackDetector
from darkfactory.kinematics.flight import decay_length
from darkfactory.models import COUPLINGS, CouplingScan, Model
from darkfactory.numerics.parallel import ordered
from darkfactory.recorded.track_setup import TrackSetup
from darkfactory.searches.base import Limits, Search, is_scale, listed
from darkfactory.searches.ee_displaced.backgrounds import BACKGROUND_KEYS, BHABHA_END, SOURCES, expected
from darkfactory.searches.ee_displaced.pairs import Chain, Pairs, accepted_pairs, chain_of
from darkfactory.searches.expectations import Counting
from darkfactory.searches.settings import STATISTICS_KEYS
from darkfactory.settings import Setting, Settings

__all__ = ["KEYS", "SEARCH", "DisplacedPairs"]

Array = NDArray[np.float64]
Rows = NDArray[np.intp]
SCAN = np.exp(np.arange(-28.0, 18.0, 0.4))
"""Couplings, over their usual size, at which the search for the edges of what is excluded looks."""
WEAK = 1e-9
"""Coupling over its usual size at which the acceptance of backgrounds is that of the signal: of what is fixed, if anything is."""

KEYS = (
    *STATISTICS_KEYS,
    Setting(
        "coupling", None, "coupling that is scanned; ratio: all at their ratio", "choice", choices=(*COUPLINGS, "ratio")
    ),
    Setting(
        "ctau",
        None,
        "decay length c tau of X, which then decays into e e only; that of the model by default",
        unit="mm",
        low=0.0,
        open_low=True,
    ),
    Setting("d_min", 2.0, "least distance of the vertex from the wall of the target", unit="mm", low=0.0),
    Setting("window", 1.0, "half width of the window of m_ee", unit="MeV", low=0.0, open_low=True),
    Setting("precision", 0.02, "relative statistical error of the signal", low=1e-4, high=1.0),
    Setting("systematics.background", 0.0, "relative error of the background", low=0.0),
    *BACKGROUND_KEYS,
)


@dataclass(frozen=True, eq=False, kw_only=True)
class DisplacedPairs(Counting):
    """Displaced pairs as a function of a parameter x of the couplings.

    Attributes
    ----------
    reported : callable
        Limits on x -> limits on couplings by name.
    seen : ndarray of bool, shape (H,)
        Whether any pair is accepted.
    exposure : float
        Muons.
    ctau : callable
        (x, mass) -> decay length c tau [mm].
    """

    reported: Callable[[Array], Mapping[str, Array]]
    seen: NDArray[np.bool_]
    exposure: float
    ctau: Callable[[float, float], float]

    def limits(self, masses: Array, cl: float, method: str, observed: Any = None) -> Limits:
        """Limits at all masses; ``observed`` are counts in the window, one number or shape (H,)."""
        found = super().limits(masses, cl, method, observed)
        x, status = found.couplings[self.coupling], found.status.copy()
        status[self.is_open & ~self.seen] = "no-acceptance"
        rows = np.flatnonzero((x > 0) & np.isfinite(x))
        efficiency, ctau = np.zeros(len(x)), np.full(len(x), math.inf)
        efficiency[rows] = self.signal(x[rows], rows) / (self.exposure * found.branching_ratio[rows])
        ctau[rows] = [self.ctau(x[h], masses[h]) for h in rows]
        seen = found.observed
        return replace(
            found,
            status=status,
            signal_efficiency=efficiency,
            couplings=self._reported(x),
            excluded=self._intervals(found.excluded or {}),
            observed=None
            if seen is None
            else {"branching_ratio": seen["branching_ratio"], **self._reported(seen[self.coupling])},
            extra={"ctau_mm": ctau},
        )

    def _reported(self, x: Array) -> dict[str, Array]:
        with np.errstate(divide="ignore"):
            return dict(self.reported(x))

    def _intervals(self, excluded: Mapping[str, tuple[Array, ...]]) -> dict[str, tuple[Array, ...]]:
        """Excluded intervals by coupling; those of a scale run the other way."""
        edges = [self._edges(pairs) for pairs in excluded[self.coupling]]
        return {name: tuple(found[name] for found in edges) for name in edges[0]}

    def _edges(self, pairs: Array) -> dict[str, Array]:
        with np.errstate(divide="ignore"):
            found = self.reported(pairs)
        return {
            name: np.sort(np.where(pairs == 0, np.inf, edges) if is_scale(name) else edges, axis=None).reshape(-1, 2)
            for name, edges in found.items()
        }


@dataclass(frozen=True, eq=False)
class _Signal:
    """Signal of one mass at an experiment."""

    scan: CouplingScan
    chain: Chain
    pairs: Pairs
    volume: DecayVolume
    mass: float
    fixed: float | None

    def decay(self, x: float) -> tuple[float, float]:
        """Decay length c tau [mm] of X, and its branching ratio into e e."""
        return self.scan.decay(x) if self.fixed is None else (self.fixed, 1.0)

    def accepted(self, x: float) -> float:
        """Accepted branching ratio at a coupling."""
        ctau, branching = self.decay(x)
        length = decay_length(ctau, self.pairs.momentum, self.mass)
        if self.chain.flights == 1:
            seen = self.volume.probability(length)
        else:
            model = self.scan.at(x)
            before = decay_length(model.ctau_N_mm, self.pairs.parent, model.mass_N)
            seen = self.volume.probability_of_two(before, length)
        return float(self.pairs.weights(self.scan.monomials(x)) @ seen) * branching

    def branching_ratio(self, x: float) -> float:
        """Branching ratio at a coupling, without acceptance."""
        return self.pairs.branching_ratio(self.scan.monomials(x)) * self.decay(x)[1]


def _set_up(card: Card, settings: Settings, model: Model, masses: Array, cl: float, method: str) -> DisplacedPairs:
    setup, s, chain = TrackSetup.from_card(card), settings, chain_of(model)
    volume = DecayVolume.from_card(card, wall_distance=s["d_min"])
    lifetime = "model" if s["ctau"] is None else "prompt"
    line: Any = model
    coupling = s["coupling"] or line.pair_coupling

    def scan_at(mass: float) -> CouplingScan:
        scan: CouplingScan = line.at_mass(mass).scan(coupling, lifetime)
        return scan

    low, high = line.pair_masses
    is_open = (low < masses) & (masses < high)
    open_rows = np.flatnonzero(is_open)
    first = line.at_mass(masses[open_rows[0]]) if len(open_rows) else line
    usual = first.scan(coupling, lifetime)

    def at(h: int) -> _Signal | None:
        mass = float(masses[open_rows[h]])
        scan = scan_at(mass)
        pairs = accepted_pairs(scan.kind, setup, s["precision"])
        return None if pairs is None else _Signal(scan, chain, pairs, volume, mass, s["ctau"])

    signals = dict(zip(open_rows.tolist(), ordered(at, range(len(open_rows))), strict=True))
    made = {h: signal for h, signal in signals.items() if signal is not None}
    seen = np.zeros(len(masses), dtype=bool)
    acceptance, conversion = np.zeros(len(masses)), np.zeros(len(masses))
    for h, signal in made.items():
        acceptance[h] = signal.pairs.acceptance(signal.scan.monomials(signal.scan.typical * WEAK))
        conversion[h], seen[h] = signal.pairs.conversion, acceptance[h] > 0

    def value(of: str, factor: float) -> Callable[[Array, Rows], Array]:
        def call(x: Array, rows: Rows) -> Array:
            return np.array(
                [
                    factor * getattr(made[h], of)(at) if h in made else 0.0
                    for at, h in zip(x.tolist(), rows.tolist(), strict=True)
                ]
            )

        return call

    return DisplacedPairs(
        settings={**s.echo(), "polarization_used": setup.polarization, "seen_length_mm": volume.seen_length},
        notes=lambda found: (*found.notes, *_notes(s, found, masses, chain), *setup.notes),
        process=chain.process,
        scanned=usual.scanned,
        seed=0,
        signal=value("accepted", setup.scale),
        branching_ratio=value("branching_ratio", 1.0),
        backgrounds=expected(
            s,
            card,
            volume,
            masses,
            acceptance=acceptance,
            conversion=conversion,
            neutrinos=chain.neutrinos,
            scale=setup.scale,
            softest=2 * setup.detector.least_momentum,
        ),
        is_open=is_open,
        signal_efficiency=acceptance,
        coupling="x",
        scan=usual.typical * SCAN,
        kappa=s["systematics.background"],
        reported=usual.reported,
        seen=seen,
        exposure=setup.exposure,
        ctau=lambda x, mass: s["ctau"] or scan_at(mass).decay(x)[0],
    )


def _notes(settings: Settings, found: Limits, masses: Array, chain: Chain) -> list[str]:
    notes = []
    light = (found.status == "ok") & (masses - settings["window"] < BHABHA_END)
    if light.any():
        notes.append(
            f"m_ee at {listed(masses[light])} MeV: Bhabha pairs up to {BHABHA_END:.1f} MeV are in the window, all of them, and "
            "the model of conversions is not meant for it; search above 8 MeV"
        )
    if chain.flights > 1:
        notes.append("N -> nu X is taken as isotropic, and X as flying in the direction of N")
    return notes


SEARCH = Search(
    name="ee-displaced",
    title="displaced e+e- pairs in muon decay, counted in a window of m_ee",
    process="mu -> e nu nu X, X -> e e",
    bins="one count in m_ee and displaced vertex",
    cards=("mu3e-phase1", "mu3e-phase2"),
    backgrounds=SOURCES,
    keys=KEYS,
    takes="pair",
    methods=("cls",),
    cl=0.95,
    method="cls",
    couplings=(*COUPLINGS, "F_gev", "f_a_gev"),
    set_up=_set_up,
    references=("Echenard:2014lma", "Perrevoort:2018ttp"),
    needs=(StoppedMuons, TrackDetector, DecayVolume),
)
