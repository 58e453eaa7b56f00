r"""Displaced e+ e- pairs in muon decay at Mu3e: events in a window of m_ee with a vertex away from the target.

The signal at a coupling is the accepted branching ratio of events whose X decays in the fiducial volume, in the direction
in which it flies (N before it); one sample of events per mass serves all couplings. A signal without neutrinos is
reconstructed as a whole muon; one with neutrinos points back to the stop of the muon, as long as the particle that makes it
decays at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import HBAR_C_MEV_MM
from darkfactory.experiments import Card
from darkfactory.experiments.beams.stopped_muons import StoppedMuons
from darkfactory.experiments.detectors.decay_volume import DecayVolume
from darkfactory.experiments.detectors.tracks import TrackDetector
from darkfactory.kinematics.flight import decays_between
from darkfactory.models import COUPLINGS, CouplingScan, Model
from darkfactory.numerics.parallel import ordered
from darkfactory.recorded.track_setup import TrackSetup
from darkfactory.searches.base import Example, Limits, Search, intervals_by_coupling, listed
from darkfactory.searches.ee_displaced.backgrounds import BACKGROUND_KEYS, BHABHA_END, SOURCES, Window
from darkfactory.searches.ee_displaced.pairs import Chain, Pairs, accepted_pairs, chain_of
from darkfactory.searches.expectations import Counting
from darkfactory.searches.settings import STATISTICS_KEYS
from darkfactory.settings import Setting, Settings

__all__ = ["KEYS", "SEARCH", "DisplacedPairs"]

Array = NDArray[np.float64]
Rows = NDArray[np.intp]
IDLE = ("momentum_resolution", "momentum_resolution_slope", "angle_resolution", "prompt_distance")
"""Numbers of the track detector without effect: the window of m_ee is a setting."""
SCAN = np.exp(np.arange(-28.0, 18.0, 0.4))
"""Couplings, over their usual size, at which the search for the edges of what is excluded looks."""
CHUNK = 512
"""Couplings at a time: bounded memory."""
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
        (x, numbers of the masses) -> decay length c tau [mm].
    """

    reported: Callable[[Array], Mapping[str, Array]]
    seen: NDArray[np.bool_]
    exposure: float
    ctau: Callable[[Array, Rows], Array]

    def limits(self, masses: Array, cl: float, method: str, observed: Any = None) -> Limits:
        """Limits at all masses; ``observed`` are counts in the window, one number or shape (H,)."""
        found = super().limits(masses, cl, method, observed)
        x, status = found.couplings[self.coupling], found.status.copy()
        status[self.is_open & ~self.seen] = "no-acceptance"
        rows = np.flatnonzero((x > 0) & np.isfinite(x))
        efficiency, ctau = np.zeros(len(x)), np.full(len(x), math.inf)
        efficiency[rows] = self.signal(x[rows], rows) / (self.exposure * found.branching_ratio[rows])
        ctau[rows] = self.ctau(x[rows], rows)
        seen = found.observed
        return replace(
            found,
            status=status,
            signal_efficiency=efficiency,
            couplings=self._reported(x),
            excluded=intervals_by_coupling(self.reported, (found.excluded or {})[self.coupling]),
            observed=None
            if seen is None
            else {"branching_ratio": seen["branching_ratio"], **self._reported(seen[self.coupling])},
            extra={"ctau_mm": ctau},
        )

    def _reported(self, x: Array) -> dict[str, Array]:
        with np.errstate(divide="ignore"):
            return dict(self.reported(x))


@dataclass(frozen=True, eq=False)
class _Signals:
    """Signals of the masses with accepted pairs: everything that a coupling multiplies, stacked.

    Rates and widths are polynomials of second degree in x: three of their values say all.
    """

    rows: NDArray[np.intp]
    mass: Array
    edges: Array
    signal: Array
    total: Array
    values: Array
    width_ee: Array
    width_N: Array
    mass_N: float
    least_width: float
    fixed: float | None
    size: float

    @classmethod
    def of(cls, made: Mapping[int, tuple[CouplingScan, Pairs]], fixed: float | None) -> _Signals | None:
        """Stack the scans and pairs of the masses; None if there are none."""
        if not made:
            return None
        scans, pairs = [scan for scan, _ in made.values()], [p for _, p in made.values()]
        size = scans[0].typical
        at = [[scan.at(n * size) for n in (1, 2, 3)] for scan in scans]
        names = list(pairs[0].signal)
        values = [[[scan.monomials(n * size)[name] for n in (1, 2, 3)] for name in names] for scan in scans]
        return cls(
            rows=np.array(list(made)),
            mass=np.array([scan.start.mass for scan in scans]),
            edges=pairs[0].edges,
            signal=np.stack([[p.signal[name] for name in names] for p in pairs]),
            total=np.array([[p.total[name] for name in names] for p in pairs]),
            values=_polynomial(np.array(values)),
            width_ee=_polynomial(np.array([[model.width_ee for model in three] for three in at])),
            width_N=_polynomial(np.array([[getattr(model, "width_N", 0.0) for model in three] for three in at])),
            mass_N=at[0][0].sterile_mass,
            least_width=float(scans[0].start.total_width or 0.0),
            fixed=fixed,
            size=size,
        )

    def _at(self, x: Array, places: Rows) -> tuple[Array, Array, Array, Array]:
        """Powers of x (K, 3); values of the monomials (K, M), decay length (K,) and branching ratio into e e (K,)."""
        powers = (x / self.size)[:, None] ** np.arange(3)
        values = np.einsum("kmp,kp->km", self.values[places], powers)
        if self.fixed is not None:
            return powers, values, np.full(len(x), self.fixed), np.ones(len(x))
        width_ee = np.einsum("kp,kp->k", self.width_ee[places], powers)
        width = np.maximum(width_ee, self.least_width)
        return powers, values, HBAR_C_MEV_MM / np.maximum(width, 1e-290), width_ee / np.maximum(width, 1e-290)

    def accepted(self, x: Array, rows: Rows) -> Array:
        """Accepted branching ratio at couplings (K,) and numbers of masses (K,)."""
        found = np.empty(len(x))
        for start in range(0, len(x), CHUNK):
            some = slice(start, start + CHUNK)
            found[some] = self._accepted(x[some], np.searchsorted(self.rows, rows[some]))
        return found

    def _accepted(self, x: Array, places: Rows) -> Array:
        powers, values, ctau, branching = self._at(x, places)
        decays = decays_between(self.edges, ctau / self.mass[places])
        if self.mass_N > 0:
            width_N = np.einsum("kp,kp->k", self.width_N[places], powers)
            before = decays_between(self.edges, HBAR_C_MEV_MM / np.maximum(width_N, 1e-290) / self.mass_N)
            seen = np.empty(values.shape)
            for place in np.unique(places):
                some = places == place
                seen[some] = np.einsum("mkj,kj->km", before[some] @ self.signal[place], decays[some])
        else:
            seen = np.einsum("kmj,kj->km", self.signal[places], decays)
        return np.asarray(np.maximum(np.einsum("km,km->k", values, seen), 0.0) * branching)

    def branching_ratio(self, x: Array, rows: Rows) -> Array:
        """Branching ratio at couplings, without acceptance."""
        places = np.searchsorted(self.rows, rows)
        _, values, _, branching = self._at(x, places)
        return np.asarray(np.einsum("km,km->k", values, self.total[places]) * branching)

    def ctau(self, x: Array, rows: Rows) -> Array:
        """Decay length c tau of X [mm] at couplings."""
        return self._at(x, np.searchsorted(self.rows, rows))[2]


def _polynomial(values: Array) -> Array:
    """Coefficients (..., 3) of a polynomial from its values at 1, 2, 3; what is rounding is 0."""
    one, two, three = np.moveaxis(values, -1, 0)
    square = (three - 2 * two + one) / 2
    linear = two - one - 3 * square
    found = np.stack([one - linear - square, linear, square], axis=-1)
    return np.where(np.abs(found) > 1e-12 * np.abs(values).max(axis=-1, keepdims=True), found, 0.0)


def _set_up(card: Card, settings: Settings, model: Model, masses: Array, cl: float, method: str) -> DisplacedPairs:
    setup, s, chain = TrackSetup.from_card(card), settings, chain_of(model)
    # neither a resolution nor what is prompt changes a count
    card.ignores(*TrackDetector.keys(*IDLE))
    volume = DecayVolume.from_card(card, wall_distance=s["d_min"])
    is_open, usual, made = _accepted(model, s, setup, volume, masses)
    acceptance, conversion = np.zeros(len(masses)), np.zeros(len(masses))
    for h, (scan, pairs) in made.items():
        acceptance[h], conversion[h] = pairs.acceptance(scan.monomials(scan.typical * WEAK)), pairs.conversion
    signals = _Signals.of(made, s["ctau"])

    def of_seen(name: str, factor: float = 1.0) -> Callable[[Array, Rows], Array]:
        def call(x: Array, rows: Rows) -> Array:
            found, some = np.zeros(len(x)), acceptance[rows] > 0
            if some.any():
                found[some] = factor * getattr(signals, name)(x[some], rows[some])
            return found

        return call

    softest = 2 * setup.detector.least_momentum
    window = Window(s, card, volume, masses, acceptance, conversion, chain.neutrinos, softest)
    return DisplacedPairs(
        settings={**s.echo(), "polarization_used": setup.polarization, "seen_length_mm": volume.seen_length},
        notes=lambda found: (*found.notes, *_notes(s, found, masses, chain), *setup.notes),
        process=chain.process,
        scanned=usual.scanned,
        seed=0,
        signal=of_seen("accepted", setup.scale),
        branching_ratio=of_seen("branching_ratio"),
        backgrounds=window.expected(setup.scale),
        is_open=is_open,
        signal_efficiency=acceptance,
        coupling="x",
        scan=usual.typical * SCAN,
        kappa=s["systematics.background"],
        half_width=s["window"],
        reported=usual.reported,
        observable="m_ee",
        seen=acceptance > 0,
        exposure=setup.exposure,
        ctau=of_seen("ctau"),
    )


def _accepted(
    model: Any, settings: Settings, setup: TrackSetup, volume: DecayVolume, masses: Array
) -> tuple[NDArray[np.bool_], CouplingScan, dict[int, tuple[CouplingScan, Pairs]]]:
    """Which masses are open, the line in the space of couplings, and at the masses where any are: accepted pairs."""
    coupling = settings["coupling"] or model.pair_coupling
    lifetime, precision = "model" if settings["ctau"] is None else "prompt", settings["precision"]
    low, high = model.pair_masses
    is_open = (low < masses) & (masses < high)
    rows = np.flatnonzero(is_open).tolist()

    def at(h: int) -> tuple[CouplingScan, Pairs | None]:
        scan = model.at_mass(float(masses[rows[h]])).scan(coupling, lifetime)
        return scan, accepted_pairs(scan.kind, setup, volume, precision)

    found = list(zip(rows, ordered(at, range(len(rows))), strict=True))
    usual = found[0][1][0] if found else model.scan(coupling, lifetime)
    return is_open, usual, {h: (scan, pairs) for h, (scan, pairs) in found if pairs is not None}


def _notes(settings: Settings, found: Limits, masses: Array, chain: Chain) -> list[str]:
    notes = []
    light = (found.status == "ok") & (masses - settings["window"] < BHABHA_END)
    if light.any():
        notes.append(
            f"m_ee at {listed(masses[light])} MeV: Bhabha pairs up to {BHABHA_END:.1f} MeV are in the window, all of them, and "
            "the model of conversions is not meant for it; search above 8 MeV"
        )
    if chain.flights > 1:
        notes.append("N -> nu X is taken as isotropic")
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
    example=Example(10.0, {"search.precision": 0.1}, plain={"search.ctau": 10.0}),
    usual="dark-photon",
    references=("Echenard:2014lma", "Perrevoort:2018ttp"),
    needs=(StoppedMuons, TrackDetector, DecayVolume),
)
