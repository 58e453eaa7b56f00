r"""Search ``neutral-current``: neutrinos that break up into dark jets, as an excess of neutral currents or with a tag.

A jet that leaves without a trace adds to neutral over charged currents; one that decays, or shows in the missing mass, is
tagged and has no background. What goes with the insertion m_hat^2 is summed once for a gap, see
:mod:`darkfactory.recorded.dark_jets`; scales follow from it.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import GEV, SIN2_THETA_W
from darkfactory.errors import one_of, require
from darkfactory.experiments import Card
from darkfactory.experiments.beams.neutrinos import Neutrinos
from darkfactory.experiments.detectors.neutrino_target import NeutrinoTarget
from darkfactory.partons import PDF
from darkfactory.processes.neutrino_nucleon import Breakup
from darkfactory.recorded.dark_jets import dark_jets
from darkfactory.recorded.neutrino_currents import Currents, currents
from darkfactory.searches.base import Anew, Example, Expectation, Limits, Search, closed_notes, listed
from darkfactory.searches.bins import ExpectedCounts, counted_once
from darkfactory.searches.data import counts_in
from darkfactory.searches.neutral_current.allowed import EXPECTED, Counted
from darkfactory.searches.neutral_current.data import PATHS, Data, data_of
from darkfactory.searches.neutral_current.decays import DECAY_KEYS, decay_limits
from darkfactory.searches.neutral_current.scales import LOWEST_GEV, Scales
from darkfactory.searches.settings import STATISTICS_KEYS
from darkfactory.settings import Setting, Settings
from darkfactory.statistics.counting import POISSON_BELOW
from darkfactory.statistics.limits import BANDS
from darkfactory.statistics.look_elsewhere import Upcrossings, rice

__all__ = ["SEARCH"]

Array = NDArray[np.float64]
NEUTRAL = "nu N -> nu"
EFT_SHARE = 0.95
"""Share of the jets with M < Lambda from which on the effective theory is said to describe a limit."""
UNLIKELY = 10.0
"""Errors between measured and predicted ratios from which on one of them is doubted aloud."""
KEYS = (
    *STATISTICS_KEYS,
    Setting(
        "signal",
        "invisible",
        "what is counted: neutral currents (invisible jets), or jets with a tag that has no background (a displaced vertex, the "
        "tail of the missing mass)",
        "choice",
        choices=("invisible", "tagged"),
    ),
    Setting(
        "decay",
        "none",
        "where one of the lightest states of a tagged jet must decay: nowhere, along the path in the target, or with the decay "
        "volume behind it",
        "choice",
        choices=("none", *PATHS),
    ),
    Setting(
        "measured",
        None,
        "measured neutral over charged currents of neutrinos, antineutrinos",
        "numbers",
        low=0.0,
        length=2,
    ),
    Setting("predicted", None, "the same of the Standard Model", "numbers", low=0.0, length=2),
    Setting("error", None, "errors of the measured ratios", "numbers", low=0.0, open_low=True, length=2),
    Setting("theory_error", 0.0, "error of the predicted ratios", low=0.0, high=1.0),
    Setting(
        "systematic", 0.0, "relative error of neutral over charged currents where events are counted", low=0.0, high=1.0
    ),
    Setting(
        "nc_over_cc", 0.32, "neutral over charged currents of the Standard Model, for counted events", low=0.0, high=1.0
    ),
    Setting("sin2_theta_w", SIN2_THETA_W, "sin^2(theta_W) of neutral currents; 0.2230 on shell", low=0.0, high=1.0),
    dataclasses.replace(PDF, name="pdf"),
    *DECAY_KEYS,
)


@dataclass(frozen=True, eq=False, kw_only=True)
class NeutralCurrents(Expectation):
    """Limits of this search, one mass at a time.

    Attributes
    ----------
    card, typed, model : Card, Settings, Model
        Experiment, settings, and what neutrinos are; its gap is the mass.
    currents : tuple of Currents
        Of the neutrinos that the beam counts.
    other : tuple of Currents
        The same with the analytic flux, where a table is used and the card has both; empty otherwise.
    """

    card: Card
    typed: Settings
    model: Any
    currents: tuple[Currents, ...]
    other: tuple[Currents, ...] = ()

    def limits(self, masses: Array, cl: float, method: str, observed: Any = None) -> Limits:
        """Limits at all gaps [MeV]; ``observed`` is a number of counted events, or a file of it."""
        seen = counts_in(observed, lambda: self.limits(masses, cl, method).counts(), masses)
        each = seen if isinstance(seen, list) else [seen] * len(masses)
        every = [data_of(self.card, self.typed, self.currents, cl, method, count) for count in each]
        others = [
            data_of(self.card, self.typed, self.other, cl, method, count) if self.other else None for count in each
        ]
        rows = [
            _row(self._at(float(mass)), data, other, self.typed)
            for mass, data, other in zip(masses, every, others, strict=True)
        ]
        data = every[0]
        band = np.stack([row["branching_ratio"] for row in rows])

        def expected() -> tuple[ExpectedCounts | None, ...]:
            kappa = self.typed["systematic"] if data.background else 0.0
            return tuple(_expected(row, data, kappa) for row in rows)

        is_open, level = np.array([row["status"] != "closed" for row in rows]), data.allowed.observed
        few = isinstance(data.allowed, Counted) and data.background < POISSON_BELOW
        return Limits(
            branching_ratio=band[:, EXPECTED].copy(),
            band=band[:, : len(BANDS)],
            status=np.array([row["status"] for row in rows]).astype("<U20"),
            poisson=is_open & few,
            at_bound=np.full(len(rows), "", dtype="<U1"),
            limited_by=np.full(len(rows), data.limited_by),
            error=np.zeros(len(rows)),
            signal_efficiency=np.array([row["efficiency"] for row in rows]),
            background=np.where(is_open, data.background, 0.0),
            backgrounds={NEUTRAL: np.where(is_open, data.background, 0.0)},
            couplings=_couplings(rows, EXPECTED),
            nuisances={},
            observed=None if level is None else {"branching_ratio": band[:, level], **_couplings(rows, level)},
            extra={name: np.array([row["extra"][name] for row in rows]) for name in rows[0]["extra"]},
            counts=expected,
            notes=(*self._closed_notes(masses[~is_open]), *_row_notes(rows, masses)),
        )

    def _closed_notes(self, masses: Array) -> Iterator[str]:
        """Why no jets are made at gaps [MeV]: there are none below the model's highest mass, or energy lacks."""
        highest = self.model.highest_at(math.inf)
        yield from closed_notes(masses[masses < highest * GEV])
        if (masses >= highest * GEV).any():
            above = listed(masses[masses >= highest * GEV])
            yield f"no dark jets at {above} MeV: the gap is above model.mcut_gev = {highest:g} GeV, where the spectrum ends"

    def upcrossings(self, masses: Array, found: Limits, how: str, anew: Anew, seed: int) -> Upcrossings:
        """None: all gaps are looked for in the same counts or ratios."""
        require(one_of("look-elsewhere of a search in one count", how, ("none", "gross-vitells")))
        return rice(0.0)

    def _at(self, mass: float) -> Any:
        """The model with a gap [MeV]; its own cut-off does not matter, but must be above."""
        gap = mass / GEV
        return dataclasses.replace(self.model, gap_gev=gap, cutoff_gev=max(self.model.cutoff_gev, 2 * gap))


def _couplings(rows: Sequence[Mapping[str, Any]], level: int) -> dict[str, Array]:
    return {name: np.array([row[name][level] for row in rows]) for name in ("cutoff_gev", "cutoff_truncated_gev")}


def _row(model: Any, data: Data, other: Data | None, settings: Settings) -> dict[str, Any]:
    """Limits at one gap, at every level of what is allowed."""
    highest = model.highest_at(math.inf)
    jets = dark_jets(data.sources, model.mixing, highest)
    scales = Scales(model, jets, data.allowed, data.light, data.path_m)
    found, cut = scales.limits(False), scales.limits(True)
    plain = np.where(np.isfinite(found), found, 0.0)
    per_insertion = jets.total / sum(number for _, number in data.sources)
    level = data.allowed.observed or EXPECTED
    quoted = plain[level]
    # where nothing depends on Lambda the limit is one on the mixing, if jets need not decay
    free = bool(np.isinf(scales.plain).any()) and math.isinf(data.path_m)
    insertions = [model.insertion(scale) if scale > 0 else math.inf for scale in plain]
    about = _about(model, scales, float(quoted)) | decay_limits(model, settings)
    if free:
        insertions = scales.insertions.tolist()
        about |= {"f_val": 1.0, "eft_valid": np.bool_(True)}
        about["U2_total"] = insertions[level] * model.total_mixing(model.cutoff_gev) / model.insertion(model.cutoff_gev)
    if other is not None and quoted > 0:
        again = Scales(model, dark_jets(other.sources, model.mixing, highest), other.allowed, other.light)
        about["flux_systematic"] = again.plain[EXPECTED] / scales.plain[EXPECTED] - 1
    if isinstance(data.allowed, Counted):
        about["signal_events"] = float(data.allowed.events[EXPECTED])
    return {
        "status": _status(jets.total, float(found[EXPECTED])),
        "branching_ratio": [insertion * per_insertion for insertion in insertions],
        "cutoff_gev": plain,
        "cutoff_truncated_gev": np.where(np.isfinite(cut), cut, 0.0),
        "efficiency": data.efficiency * scales.seen(float(plain[EXPECTED])) if plain[EXPECTED] > 0 else 0.0,
        "mixing": model.total_mixing(float(quoted), jets.quantile(0.95)) if quoted > 0 else 0.0,
        "extra": about,
    }


def _expected(row: Mapping[str, Any], data: Data, kappa: float) -> ExpectedCounts | None:
    """The count, with the signal at the expected limit; None where ratios are measured, or closed."""
    if not isinstance(data.allowed, Counted) or row["status"] == "closed":
        return None
    limit = row["branching_ratio"][EXPECTED]
    signal = data.allowed.events[EXPECTED] / limit if 0 < limit < math.inf else 0.0
    return counted_once(float(signal), data.background, kappa)


def _status(rate: float, found: float) -> str:
    """Word for a rate per m_hat^2 and what was found of Lambda."""
    if not rate > 0:
        return "closed"
    return "ok" if 0 < found < math.inf else "none" if found == 0 else "excluded-by-fixed"


def _about(model: Any, scales: Scales, quoted: float) -> dict[str, Any]:
    """What to know of a limit: how much of its signal lies below it, how heavy the jets are, how neutrinos mix there."""
    jets = scales.jets
    share = scales.below(quoted) if quoted > 0 else 0.0
    return {
        "f_val": share,
        "eft_valid": np.bool_(share >= EFT_SHARE),
        "m50_gev": jets.quantile(0.5),
        "m95_gev": jets.quantile(0.95),
        "U2_total": model.total_mixing(quoted) if quoted > 0 else math.inf,
        "ctau_mm": model.ctau_at(quoted) if quoted > 0 else math.inf,
        "flux_systematic": math.inf,
        "signal_events": math.inf,
    }


def _row_notes(rows: Sequence[Mapping[str, Any]], masses: Array) -> list[str]:
    """Notes on masses at which there is no limit, or one that the theory does not describe."""

    def at(condition: Callable[[Mapping[str, Any]], bool]) -> str:
        return listed([mass for mass, row in zip(masses, rows, strict=True) if condition(row)])

    notes = []
    if free := at(lambda row: row["status"] == "excluded-by-fixed" and math.isfinite(row["extra"]["U2_total"])):
        notes.append(
            f"at {free} MeV nothing depends on cutoff_gev: the limit is that on branching_ratio, and U2_total, of a heavy neutral "
            "lepton"
        )
    if none := at(lambda row: row["status"] == "none"):
        notes.append(f"none at {none} MeV: the signal stays below its limit at every Lambda above {LOWEST_GEV:g} GeV")
    if doubtful := at(lambda row: row["status"] == "ok" and not row["extra"]["eft_valid"]):
        notes.append(
            f"at {doubtful} MeV less than {EFT_SHARE:.0%} of the signal has M < cutoff_gev: the effective theory does not "
            "describe this limit; cutoff_truncated_gev keeps what it describes"
        )
    if large := at(lambda row: row["mixing"] > 1):
        notes.append(f"at {large} MeV the total mixing of states below m95_gev is above 1: perturbation theory fails")
    return notes


def _notes(card: Card, settings: Settings, found: Sequence[Currents], limits: Limits) -> list[str]:
    """What a reader must know of this search."""
    notes = [
        "branching_ratio is that of dark jets and charged currents, R_X = sigma_X/sigma_CC, averaged over the kinds of neutrino",
        "f_val, eft_valid, U2_total and ctau_mm belong to the observed limit, the expected one without data; cutoff_z_gev and so "
        "on are limits of other decays at the same point",
    ]
    first = found[0]
    of_nucleon = Breakup(first.mean_energy_gev, first.flux.antineutrino, first.target).notes(first.hadrons_gev)
    notes += [current.flux.note for current in found]
    notes += [
        f"neutral currents at {first.mean_energy_gev:.4g} GeV, the mean of charged ones: {note}" for note in of_nucleon
    ]
    if "tau" in first.flux.species:
        notes.append("charged currents are those of massless leptons: of tau neutrinos too many, and R_X too small")
    if settings["signal"] == "invisible":
        own = {key: q for key, q in card.section("neutral-current").items() if settings.origins.get(key) != "user"}
        if recalled := [f"search.{key}" for key, quantity in own.items() if quantity.provenance == "recalled"]:
            notes.append(f"recalled, not checked against a publication: {', '.join(recalled)}")
        if settings["measured"] is not None:
            notes.append("no correction for events that move between short and long ones, +-20% of R_X")
            pulls = np.subtract(settings["measured"], settings["predicted"]) / np.array(settings["error"])
            if (worst := float(np.abs(pulls).max())) > UNLIKELY:
                notes.append(
                    f"search.measured is {worst:.3g} errors away from search.predicted: one of them is not what it says"
                )
    return [*notes, *limits.notes]


def _set_up(card: Card, settings: Settings, model: Any, masses: Array, cl: float, method: str) -> NeutralCurrents:
    def averaged(flux: str | None = None) -> tuple[Currents, ...]:
        return currents(card, model.flavor, settings["pdf"], settings["sin2_theta_w"], flux)

    found, beam = averaged(), card.beam
    assert isinstance(beam, Neutrinos)
    both = card.value("beam.flux") == "table" and all(beam.has_shape(current.flux.species) for current in found)
    return NeutralCurrents(
        settings=settings.echo(),
        notes=lambda limits: _notes(card, settings, found, limits),
        scanned=("cutoff_gev",),
        card=card,
        typed=settings,
        model=model,
        currents=found,
        other=averaged("analytic") if both else (),
    )


SEARCH = Search(
    name="neutral-current",
    title="neutrinos that break up into dark jets: more neutral than charged currents, or jets with a tag",
    process="nu N -> X",
    bins="NC/CC, or counts",
    cards=("ship", "nutev", "dune", "fasernu", "fasernu2", "flare", "sndlhc"),
    backgrounds=(NEUTRAL,),
    keys=KEYS,
    takes="continuum",
    methods=("cls",),
    cl=0.95,
    method="cls",
    couplings=("cutoff_gev", "cutoff_truncated_gev"),
    set_up=_set_up,
    # twice the dimension is five: the signal goes with the inverse square of the scale
    example=Example(1000.0, settings={"model.dimension": 2.5}, plain={"search.systematic": 0.0}, closed=40000.0),
    references=("Borrello:2026",),
    needs=(Neutrinos, NeutrinoTarget),
    shown=("f_val", "eft_valid", "U2_total", *(f"cutoff_{name}_gev" for name in "zhwk")),
)
