r"""Search ``neutral-current``: neutrinos that break up into dark jets, as an excess of neutral currents or with a tag.

A jet that leaves without a trace adds to neutral over charged currents; one that decays, or shows in the missing mass, is
tagged and has no background. What goes with the insertion m_hat^2 is summed once for a gap, see
:mod:`darkfactory.recorded.dark_jets`; scales follow from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import SIN2_THETA_W
from darkfactory.experiments import Card
from darkfactory.experiments.beams.neutrinos import Neutrinos
from darkfactory.experiments.detectors.neutrino_target import NeutrinoTarget
from darkfactory.partons import PDF
from darkfactory.recorded.dark_jets import dark_jets
from darkfactory.recorded.neutrino_currents import Currents, currents
from darkfactory.searches.base import Example, Expectation, Limits, Search, closed_notes, listed
from darkfactory.searches.neutral_current.allowed import EXPECTED, Counted
from darkfactory.searches.neutral_current.data import PATHS, Data, data_of
from darkfactory.searches.neutral_current.scales import Scales
from darkfactory.searches.settings import STATISTICS_KEYS
from darkfactory.settings import Setting, Settings
from darkfactory.statistics.counting import POISSON_BELOW

__all__ = ["SEARCH"]

Array = NDArray[np.float64]
NEUTRAL = "nu N -> nu"
EFT_SHARE = 0.95
"""Share of the jets with M < Lambda from which on the effective theory is said to describe a limit."""
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
    PDF,
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
        """Limits at all gaps [MeV]; ``observed`` is a number of counted events."""
        data = data_of(self.card, self.typed, self.currents, cl, observed)
        other = data_of(self.card, self.typed, self.other, cl, observed) if self.other else None
        rows = [_row(self.model.at_mass(float(mass)), data, other) for mass in masses]
        band = np.stack([row["branching_ratio"] for row in rows])
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
            notes=(*closed_notes(masses[~is_open]), *_row_notes(rows, masses)),
        )


def _couplings(rows: Sequence[Mapping[str, Any]], level: int) -> dict[str, Array]:
    return {name: np.array([row[name][level] for row in rows]) for name in ("cutoff_gev", "cutoff_truncated_gev")}


def _row(model: Any, data: Data, other: Data | None) -> dict[str, Any]:
    """Limits at one gap, at every level of what is allowed."""
    jets = dark_jets(data.sources, model.mixing)
    scales = Scales(model, jets, data.allowed, data.light, data.path_m)
    levels = range(len(BANDS) if data.allowed.observed is None else len(BANDS) + 1)
    plain = np.array([scales.limit(level, model.truncated) for level in levels])
    cut = np.array([scales.limit(level, True) if level >= EXPECTED else 0.0 for level in levels])
    per_insertion = jets.total / sum(number for _, number in data.sources)
    ratio = np.array([model.insertion(scale) * per_insertion if scale > 0 else np.inf for scale in plain])
    quoted = float(plain[data.allowed.observed or EXPECTED])
    status = "closed" if not jets.total > 0 else "ok" if plain[EXPECTED] > 0 else "none"
    return {
        "status": status,
        "branching_ratio": ratio,
        "cutoff_gev": plain,
        "cutoff_truncated_gev": cut,
        "efficiency": data.efficiency * scales.seen(plain[EXPECTED]) if status != "closed" else 0.0,
        "extra": _about(model, scales, quoted) | {"flux_systematic": _other_flux(model, scales, other)},
    }


def _about(model: Any, scales: Scales, quoted: float) -> dict[str, float]:
    """What to know of a limit: how much of its signal lies below it, how heavy the jets are, how neutrinos mix there."""
    jets, ctau = scales.jets, model.ctau_at(quoted) if quoted > 0 else math.inf
    share = float(jets.below(quoted)) / jets.total if quoted > 0 else 0.0
    return {
        "f_val": share,
        "eft_valid": np.bool_(share >= EFT_SHARE),
        "m50_gev": jets.quantile(0.5),
        "m95_gev": jets.quantile(0.95),
        "U2_tot": model.insertion(quoted) * model.mixing.total if quoted > 0 else math.inf,
        "ctau_mm": ctau,
    }


def _other_flux(model: Any, scales: Scales, other: Data | None) -> float:
    """Relative change of the plain limit with the analytic flux in place of a table; inf where there is no other."""
    plain = scales.plain_limit(EXPECTED)
    if other is None or not plain > 0:
        return math.inf
    jets = dark_jets(other.sources, model.mixing)
    return Scales(model, jets, other.allowed, other.light).plain_limit(EXPECTED) / plain - 1


def _row_notes(rows: Sequence[Mapping[str, Any]], masses: Array) -> list[str]:
    """Notes on masses whose limits the effective theory does not describe, or at which there is none."""
    notes = []
    doubtful = [
        m for m, row in zip(masses, rows, strict=True) if row["status"] == "ok" and not row["extra"]["eft_valid"]
    ]
    if doubtful:
        notes.append(
            f"at {listed(doubtful)} MeV less than {EFT_SHARE:.0%} of the signal has M < cutoff_gev: the effective theory does "
            "not describe this limit; cutoff_truncated_gev keeps what it describes"
        )
    return notes
