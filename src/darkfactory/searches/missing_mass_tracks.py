r"""Search for mu -> e e e a as a bump in the missing mass squared of three tracks at Mu3e.

Internal conversion, mu -> e e e nu nu, is a smooth background that begins at zero missing mass with exactly the density of a
massless V-A ALP: there no visible variable helps but the missing mass itself. V+A differs if the muon is polarised: the
direction of all three tracks to the spin is binned then.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import M_E, M_MU
from darkfactory.experiments import Card
from darkfactory.experiments.beams.stopped_muons import StoppedMuons
from darkfactory.experiments.detectors.tracks import TrackDetector
from darkfactory.models import LfvAlp
from darkfactory.numerics.cache import kept
from darkfactory.processes.muon_decay.slices import Slice, missing_mass_slice
from darkfactory.recorded.track_setup import TrackSetup, line_widths, missing_mass2
from darkfactory.searches.base import LFV_SCANNED, Example, Search
from darkfactory.searches.bins import Axis
from darkfactory.searches.line.discrimination import Counts, by_bins, by_likelihood, by_total
from darkfactory.searches.line.limits import LINE_KEYS, Edge, Variable, line_events
from darkfactory.searches.pointwise import Point, Pointwise
from darkfactory.searches.settings import STATISTICS_KEYS
from darkfactory.settings import Setting, Settings

__all__ = ["KEYS", "SEARCH", "MissingMassTracks"]

Array = NDArray[np.float64]
SOURCES = ("mu -> e e e nu nu",)
SPIN_BINS = 20
TOTAL_PRECISION = 0.01
"""Relative error of the rate without acceptance, which enters branching ratio and efficiency but not F."""

KEYS = (
    *STATISTICS_KEYS,
    Setting(
        "edge",
        "flat",
        "background at zero missing mass: flat, or the smeared edge that it is",
        "choice",
        choices=("flat", "template"),
    ),
    Setting(
        "angles",
        "spin",
        "none, bins of the cosine of all tracks to the spin, or likelihood ratio",
        "choice",
        choices=("none", "spin", "lr"),
    ),
    Setting("systematics.edge_shift", 0.0, "shift of the edge at zero missing mass", "prior", "MeV^2"),
    *LINE_KEYS,
)


@dataclass(frozen=True)
class MissingMassTracks:
    """The search at one experiment and one mass.

    Attributes
    ----------
    setup : TrackSetup
        Detector, exposure and polarization.
    settings : dict
        Typed settings of the search.
    model : LfvAlp
        Its couplings; only their ratio counts.
    mass : float
        ALP mass [MeV].
    """

    setup: TrackSetup
    settings: Mapping[str, Any]
    model: LfvAlp
    mass: float

    @functools.cached_property
    def made(self) -> Slice:
        """Events on the slice."""
        return missing_mass_slice(self.mass, self.setup.detector, precision=self.settings["precision"])

    @functools.cached_property
    def signal(self) -> Array:
        """Branching ratio of each event at F = 1 GeV."""
        return self.setup.along_spin(self.made.alp(complex(self.model.C_V), complex(self.model.C_A)))

    @functools.cached_property
    def sigma(self) -> Array:
        """Resolution of the missing mass squared [MeV^2], of all events and with each subsample left out."""
        return line_widths(self.made, self.signal, self.setup.detector, missing_mass2)

    @property
    def angles(self) -> str:
        """Choice of angles; without polarization they tell nothing, and the setting is not asked for."""
        return str(self.settings["angles"]) if self.setup.polarization else "none"

    def counts(self, angles: str) -> Counts:
        """Signal, background per MeV^2 and gain of a choice of angles (see :data:`KEYS`)."""
        made, background = self.made, self.setup.along_spin(self.made.background)
        if angles == "lr":
            return by_likelihood(self.signal, background, made.part)
        if angles == "none" or self.setup.polarization == 0:
            return by_total(self.signal, background, made.part)
        e1, e2, e3 = made.momenta
        p = (e1 + e2 + e3)[:, 1:]
        c = p[:, 2] / np.maximum(np.linalg.norm(p, axis=1), 1e-300)
        bins = np.minimum(((c + 1) / 2 * SPIN_BINS).astype(np.int64), SPIN_BINS - 1)
        return by_bins(self.signal, background, made.part, bins, SPIN_BINS)

    def total(self) -> float:
        """Branching ratio of mu -> e e e a at F = 1 GeV without acceptance: without spin V and A do not interfere."""

        def make() -> Mapping[str, Array]:
            made = missing_mass_slice(self.mass, None, precision=TOTAL_PRECISION)
            return {"squares": np.array([made.alp(*pair)[:, 0].sum() for pair in ((1.0, 0.0), (0.0, 1.0))])}

        squares = kept("coefficients", ["missing mass, without acceptance", self.mass, TOTAL_PRECISION], make)[
            "squares"
        ]
        share = np.array([abs(self.model.C_V) ** 2, abs(self.model.C_A) ** 2])
        return float(squares @ share / share.sum())

    def coefficients(self) -> tuple[Counts, Array, float] | None:
        """Counts at F = 1 GeV, resolution and total rate, from the disk if they are known; None without acceptance."""
        s, scale = self.settings, math.hypot(abs(self.model.C_V), abs(self.model.C_A))
        couplings = repr(complex(self.model.C_V) / scale), repr(complex(self.model.C_A) / scale)
        detector = repr(self.setup.detector)
        what = ["missing mass", self.mass, *couplings, detector, self.setup.polarization, self.angles, s["precision"]]

        def make() -> Mapping[str, Array]:
            if not len(self.made):
                return {}
            return self.counts(self.angles).arrays() | {"sigma": self.sigma, "total": np.array(self.total())}

        found = kept("coefficients", what, make)
        if not found:
            return None
        return Counts.from_arrays(found), found["sigma"], float(found["total"])

    @property
    def variable(self) -> Variable:
        """Missing mass squared, and the cosine of all tracks to the spin where it is binned."""
        cosines = Axis.of_edges("cos_theta", "1", np.linspace(-1, 1, SPIN_BINS + 1))
        return Variable("m_miss2", "MeV^2", self.mass**2, (cosines,) if self.angles == "spin" else ())

    def point(self, cl: float, method: str, data: Array | None = None) -> Point:
        """Limit at this mass, the observed one of counts if there are any; its ``x`` is 1/F [1/GeV]."""
        if not self.mass < M_MU - 3 * M_E:
            return Point("closed")
        made = self.coefficients()
        if made is None:
            return Point("no-acceptance")
        s, (counts, sigma, total) = self.settings, made
        found = line_events(
            counts,
            sigma,
            self.setup.scale,
            s,
            cl,
            method,
            variable=self.variable,
            edge=Edge(self.mass**2, s["edge"] == "template", s["systematics.edge_shift"]),
            data=data,
        )
        if found is None:
            return Point("degenerate")
        if not 0 < found.events[0] < math.inf:  # no counts allow that
            return Point("ok", x=float(found.events[0]), branching_ratio=float(found.events[0]))
        rate = float(counts.signal[0])
        x2 = float(found.events[0]) / (self.setup.scale * rate)
        return Point(
            "ok",
            x=math.sqrt(x2),
            branching_ratio=total * x2,
            band=total * found.band / (self.setup.scale * rate),
            relative_error=math.hypot(found.error(counts.signal), TOTAL_PRECISION),
            efficiency=self.setup.detector.efficiency * rate / total,
            background=found.background,
            backgrounds=dict.fromkeys(SOURCES, 1.0),
            limited_by=found.limited_by,
            poisson=found.poisson,
            at_bound=found.at_bound,
            extra={
                "F_relative_error": found.error(counts.signal) / 2,
                "sigma_m_miss2": float(sigma[0]),
                "gain": float(counts.gain[0]),
                "signal_events": float(found.events[0]),
                "limit_over_background": float(found.events[0]) / max(found.background, 1e-300),
            },
            model=found.likelihood(total * x2),
            bins=found.bins,
        )


def _set_up(card: Card, settings: Settings, model: LfvAlp, masses: Array, cl: float, method: str) -> Pointwise:
    setup = TrackSetup.from_card(card)
    card.ignores("detector.prompt_distance")  # nothing here decays in flight
    priors = {name: float(settings[f"systematics.{name}"]) for name in ("shape", "edge_shift")}
    return Pointwise(
        settings={**settings.echo(), "polarization_used": setup.polarization},
        at=lambda mass, cl, method: MissingMassTracks(setup, settings, model, mass).point(cl, method),
        at_counts=lambda mass, data: MissingMassTracks(setup, settings, model, mass).point(cl, method, data),
        couplings=lambda x: {"F_gev": np.where(np.isfinite(x), 1 / np.where(np.isfinite(x), x, 1.0), 0.0)},
        sources=SOURCES,
        line=("sigma_m_miss2", 2),
        quadratic=True,
        nuisances={name: prior for name, prior in priors.items() if prior > 0},
        notes=lambda found: (*_notes(settings, masses, found.extra), *found.notes, *setup.notes),
        scanned=LFV_SCANNED,
        seed=0,
    )


def _notes(settings: Mapping[str, Any], masses: Array, extra: Mapping[str, Array]) -> list[str]:
    sigma = extra.get("sigma_m_miss2", np.zeros(len(masses)))
    near = np.isfinite(sigma) & (masses**2 < 3 * np.where(np.isfinite(sigma), sigma, 0.0))
    if settings["systematics.edge_shift"] > 0 or not near.any():
        return []
    return [
        f"up to {masses[near].max():g} MeV statistics only: a shift of the edge at zero missing mass is a false massless signal, "
        "search.systematics.edge_shift=1e-2 shows what 0.01 MeV^2 (1e-6 of the momentum scale) does"
    ]


SEARCH = Search(
    name="missing-mass-tracks",
    title="bump of mu -> e e e a in the missing mass of three tracks",
    process="mu -> e e e a",
    bins="m_miss2",
    cards=("mu3e-phase1", "mu3e-phase2"),
    backgrounds=SOURCES,
    keys=KEYS,
    takes="lfv-alp",
    methods=("cls", "profile", "fisher"),
    cl=0.95,
    method="cls",
    couplings=("F_gev",),
    set_up=_set_up,
    example=Example(30.0, {"search.precision": 0.1}),
    references=("arXiv:2311.17915", "Cowan:2010js"),
    needs=(StoppedMuons, TrackDetector),
)
