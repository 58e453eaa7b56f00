"""Trigger rates of an experiment against photon threshold and beam intensity, and the intensity its bandwidth allows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import CardError, InvalidInput, in_range, one_of, positive, require
from darkfactory.experiments import Card, list_cards, load_card
from darkfactory.experiments.detectors.electron_photon import OFFLINE
from darkfactory.experiments.trigger import MODES
from darkfactory.glossary import Column
from darkfactory.recorded.electron_photon import HALF, PhotonRates
from darkfactory.result import Result, card_entries, run_block
from darkfactory.searches.cards import lacking, load_experiment
from darkfactory.searches.scan import recalled_notes
from darkfactory.settings import mass_points, refuse_unread, split_settings

__all__ = ["TriggerRates", "trigger"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class TriggerRates(Result):
    """Trigger rates at one or several photon thresholds.

    Attributes
    ----------
    experiment : str
        Name of the card.
    mode : str
        ``standard`` or ``proposed``.
    points : tuple of dict
        One per threshold: threshold [MeV], stopping_rate, rmd_rate, rc_rate, max_stopping_rate, equal_rate [1/s], band,
        benchmarks and what they follow from. None where a rate is infinite.
    settings : dict
        Every number of the card.
    references : tuple of str
        Citation keys.
    notes : tuple of str
        What a reader must know.
    """

    kind: ClassVar[str] = "trigger"
    axis: ClassVar[str] = "threshold"

    experiment: str
    mode: str
    points: tuple[Mapping[str, Any], ...]
    settings: Mapping[str, Any]
    references: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def words(self) -> dict[str, Any]:
        """What JSON says beside the rows."""
        return {"experiment": self.experiment, "trigger": self.mode, "settings": dict(self.settings)}

    @property
    def title(self) -> str:
        """Line above the table."""
        return f"trigger rates of {self.experiment}, {self.mode} trigger"

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One row per threshold."""
        return [dict(point) for point in self.points]

    def own_columns(self) -> Mapping[str, Column]:
        """Ends of the band."""
        full = "muon rate that fills the bandwidth, benchmark "
        return {f"band.{end}": Column(end, "1/s", full + name) for end, name in (("low", "B"), ("high", "A"))}

    def plot(self, ax: Any = None) -> Any:
        """Draw the muon rate that fills the bandwidth against threshold, with its band; return the axes."""
        from darkfactory.plotting import axes_of, draw_against, numbers_of

        names = ("threshold", "max_stopping_rate")
        x, y = ((name, numbers_of(self.rows, name)) for name in names)
        low, high = (numbers_of([point["band"] for point in self.points], end) for end in ("low", "high"))
        return draw_against(axes_of(ax), x, y, label=self.experiment, bands=[(low, high, "benchmarks B to A")])


def trigger(
    experiment: str = "meg2",
    *,
    threshold: str | float | Sequence[float] | Array | None = None,
    stopping_rate: float | None = None,
    mode: str | None = None,
    settings: Mapping[str, Any] | None = None,
) -> TriggerRates:
    """Trigger rates of radiative muon decays and of random coincidences, and the muon rate that fills the bandwidth.

    Parameters
    ----------
    experiment : str
        Name of a shipped card or path of your own.
    threshold : number, array or ``START:STOP:N``, optional
        Photon thresholds [MeV]; the card's by default.
    stopping_rate : float, optional
        Muons stopped per second; the card's by default.
    mode : {"standard", "proposed"}, optional
        With or without match of directions; the card's by default.
    settings : mapping, optional
        Overrides with prefixes ``beam.``, ``detector.``, ``trigger.``.

    Returns
    -------
    TriggerRates
        One point per threshold.

    Raises
    ------
    DarkfactoryError
        For unknown names and values outside their domain.

    Examples
    --------
    >>> point = trigger("meg2", threshold=10).points[0]
    >>> f"{point['max_stopping_rate']:.3e} muons/s fill 10 Hz: {point['band']['low']:.3e} to {point['band']['high']:.3e}"
    '3.753e+06 muons/s fill 10 Hz: 1.745e+06 to 3.753e+06'
    """
    asked = dict(locals())
    model, rest = split_settings(settings)
    if model:
        raise InvalidInput(
            f"model.{next(iter(model))}: a trigger takes no model; allowed beam.*, detector.*, trigger.*"
        )
    if mode is not None:
        require(one_of("trigger", mode, MODES))
        rest["trigger.mode"] = mode
    if stopping_rate is not None:
        require(positive("stopping_rate", stopping_rate, unit="1/s"))
    card = load_experiment(experiment, rest)
    try:
        rates = PhotonRates.from_card(card)
    except CardError as missing:
        raise lacking(card, "has no photon trigger", missing, _with_trigger()) from None
    beam = stopping_rate if stopping_rate is not None else card.value("beam.stopping_rate", None)
    points = [rates.trigger.threshold] if threshold is None else _thresholds(threshold)
    rows = tuple(_point(rates.at_threshold(value), beam) for value in points)
    card.ignores(*OFFLINE)
    refuse_unread(f"the trigger of {card.name}", card)
    return TriggerRates(
        experiment=card.name,
        mode=rates.trigger.mode,
        points=rows,
        settings=card.values(),
        references=tuple(dict.fromkeys(("Jho:2022snj", "Kuno:1999jp", *card.references))),
        notes=_notes(card, rates, rows),
        run=run_block(trigger, asked, settings=card_entries(card), card=card),
    )


def _with_trigger() -> list[str]:
    """Shipped cards whose photon trigger can be computed."""
    found = []
    for name in list_cards():
        try:
            PhotonRates.from_card(load_card(name))
        except (CardError, InvalidInput):
            continue
        found.append(name)
    return found


def _thresholds(given: Any) -> list[float]:
    try:
        values = [float(value) for value in mass_points(given)]
    except InvalidInput as refused:
        raise InvalidInput(str(refused).replace("mass", "threshold")) from None
    require(in_range("threshold", values, 0, open_low=True, unit="MeV", remedy="the photon spectrum is infinite at 0"))
    return values


def _point(rates: PhotonRates, beam: float | None) -> dict[str, Any]:
    """Row of one threshold."""
    t = rates.trigger
    a, cap = rates.radiative_coefficient, t.rate_cap
    scales = {"A": t.rc_scale, "B": t.rc_scale_high}
    fill = {name: rates.filling_rate(scale) for name, scale in scales.items()}
    closed = t.threshold >= HALF * (1 - 1e-12) and a == 0
    row: dict[str, Any] = {"threshold": t.threshold, "stopping_rate": beam}
    if beam is not None:
        rmd, rc = (float(value) for value in rates.rate(beam))
        total = rmd + rc
        row |= {
            "rmd_rate": rmd,
            "rc_rate": rc,
            "total_rate": total,
            "prescale": min(1.0, cap / total) if total else 1.0,
        }
    else:
        row |= dict.fromkeys(("rmd_rate", "rc_rate", "total_rate", "prescale"))
    row |= {
        "max_stopping_rate": _finite(fill["A"]),
        "equal_rate": _finite(rates.equal_rate()),
        "band": {"low": _finite(fill["B"]), "high": _finite(fill["A"])},
        "rmd_coefficient": a,
        "rc_coefficient_s": rates.random_coefficient(),
        "pileup_coefficient_s2": rates.pileup_coefficient(),
        "p_positron": rates.positron_probability,
        "p_photon": rates.photon_probability,
        "status": "closed" if closed else "ok",
        "benchmarks": {name: _benchmark(rates, scale, fill[name]) for name, scale in scales.items()},
    }
    return row


def _benchmark(rates: PhotonRates, scale: float, fill: float) -> dict[str, float | None]:
    """Rates at the muon rate that fills the bandwidth for one factor on the random coincidences."""
    rmd, rc = rates.rate(fill, scale) if math.isfinite(fill) else (0.0, 0.0)
    return {"rc_scale": scale, "stopping_rate": _finite(fill), "rmd_rate": float(rmd), "rc_rate": float(rc)}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _notes(card: Card, rates: PhotonRates, rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    t = rates.trigger
    notes = [
        f"{t.rate_cap:g} Hz can be written; band: random coincidences x {t.rc_scale_high:g} (B) to x {t.rc_scale:g} (A)",
        "radiative decays (RMD) grow with the muon rate, random coincidences (RC) with its square; equal_rate: RMD = RC",
    ]
    if any((row["prescale"] or 1.0) < 1 - 1e-9 for row in rows):
        notes.append("exceeds cap: where the total rate is above the bandwidth, prescale = cap / total is written")
    if any(row["status"] == "closed" for row in rows):
        notes.append(f"kinematically closed: no photon of muon decay has more than {HALF:.5g} MeV")
    if any(row["threshold"] < 10 for row in rows):
        notes.append("below 10 MeV noise and pile-up of the calorimeter are not modelled")
    return (*notes, *recalled_notes(card))
