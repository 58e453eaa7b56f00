"""The numbers behind a limit, one row each: elasticity, change, range, what bettering it brings, nuisance after the fit."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from darkfactory.auditing import Row, unsettable
from darkfactory.errors import DarkfactoryError, InvalidInput
from darkfactory.numerics.elasticity import MOST, Change, elasticity, power_law_end
from darkfactory.searches.base import is_scale
from darkfactory.settings import Setting
from darkfactory.statistics import expected_limit, fisher_information, observed_limit
from darkfactory.statistics.gradient import LimitGradient, limit_gradient, normalised_by
from darkfactory.verbs.varied import Varied, nuisance_key, setting_of

__all__ = ["Ranking"]

Array = NDArray[np.float64]
TENTH = 1.1
"""Factor of the change that is drawn of a number without a standard deviation."""
ROUNDING = 1e-6
"""Elasticity below which a number has no better direction."""
LIKE = 1e-6
"""Difference of the powers of a shift up and one down, up to which a number goes with a power."""
EMPTY = (
    *("elasticity", "elasticity_error", "elasticity_up", "elasticity_down", "computed", "change", "up", "down"),
    *("low", "high", "better", "improved", "gain", "prior", "postfit", "pull"),
)
"""Columns that are filled one after another."""


class _Enough(Exception):
    """The time is used up."""


class Ranking:
    """Rows of all numbers, filled in the order of what matters most.

    Parameters
    ----------
    varied : Varied
        The limits as numbers change; its first name is the limit that is meant.
    improve : float, optional
        Factor by which numbers are bettered.

    Attributes
    ----------
    rows : list of dict
        One per number.
    """

    def __init__(self, varied: Varied, improve: float | None) -> None:
        self.varied, self.improve = varied, improve
        self.scale = is_scale(varied.names[0])
        self.rows: list[Row] = []
        self.changes: dict[int, Change] = {}
        self.powers: dict[int, Array] = {}
        self.gradient = _gradient(varied)

    def run(self, found: Sequence[Row], budget: float | None, evaluations: int | None) -> bool:
        """Fill all rows; whether there was an end to it before.

        Parameters
        ----------
        found : sequence of dict
            Numbers, see :func:`darkfactory.auditing.numbers_behind`.
        budget, evaluations : float, int, optional
            Seconds, and limits, after which to stop.
        """
        last = math.inf if budget is None else time.monotonic() + budget

        def before() -> None:
            if time.monotonic() > last or (evaluations is not None and self.varied.evaluations >= evaluations):
                raise _Enough

        self._list(found)
        self._nuisances()
        self.varied.before = before
        try:
            known = [number for number in self.changes if self._exact(number) is not None]
            for number in (*known, *(number for number in self.changes if number not in known)):
                self._elasticity(number)
            order = self.sorted_rows()
            for fill in (self._changed, self._better, self._range):
                for row in order:
                    self._filled(row, fill)
        except _Enough:
            for row in self.rows:
                row["status"] = row["status"] or "not computed: the time is used up (budget)"
                if row["status"] == "computed" and row["low"] is None:
                    row["status"] = "computed; the time for its range is used up (budget)"
            return True
        return False

    def sorted_rows(self) -> list[Row]:
        """Rows by the size of the elasticity."""
        return sorted(
            self.rows, key=lambda row: -1.0 if row["elasticity"] is None else abs(row["elasticity"]), reverse=True
        )

    def _row(self, **known: object) -> Row:
        """A row without numbers, and with the limits beside the first."""
        others = {f"elasticities.{name}": None for name in self.varied.names[1:]}
        row: Row = {**known, **dict.fromkeys(EMPTY), **others, "status": ""}
        self.rows.append(row)
        return row

    def _list(self, found: Sequence[Row]) -> None:
        """Rows of everything that was read, once each, and of what the likelihood itself expects."""
        unique = {(row["stands_in"], row["number"], str(row["value"]), row["origin"]): row for row in found}
        for row in unique.values():
            made = self._row(**row)
            if reason := unsettable(row):
                made["status"] = f"not computed: {reason}"
            else:
                self.changes[len(self.rows) - 1] = self.varied.change(row["number"], row["value"])
        for number, source, signal, templates in _factors(self.varied):
            self._row(
                number=f"likelihood.{number}", value=1.0, unit="", origin="likelihood", stands_in="", source=source
            )
            self.changes[len(self.rows) - 1] = self.varied.of_likelihood(signal, templates)
            self.powers[len(self.rows) - 1] = np.append(signal, templates)

    def _nuisances(self) -> None:
        """Widths, pulls and changes by a standard deviation of all nuisances, in the rows of their priors."""
        model, made = self.varied.likelihood, self.varied.made
        if model is None:
            return
        found = expected_limit(model, made.cl, made.method)
        width = fisher_information(model).widths[0]
        up, down = _one_sigma(self.varied, width)
        for k, nuisance in enumerate(model.nuisances):
            row = next((row for row in self.rows if row["number"] in nuisance_key(nuisance.name)), None)
            if row is None or row["postfit"] is not None:  # one of several categories, or without a setting
                about = {"number": f"nuisance.{nuisance.name}", "value": None, "unit": "", "origin": "likelihood"}
                row = self._row(**about, stands_in="", source="nuisance of the likelihood")
                row["status"] = "not computed: no number that can be set alone"
            row["prior"] = None if nuisance.free else float(nuisance.prior)
            if math.isfinite(width[k]):
                row["postfit"], row["pull"] = float(width[k]), float(found.theta[0, k] / width[k])
            if up[k] is not None or down[k] is not None:
                row["change"], row["up"], row["down"] = "one sigma", up[k], down[k]

    def _elasticity(self, number: int) -> None:
        """Fill in the elasticity of a number."""
        row = self.rows[number]
        if (exact := self._exact(number)) is not None:
            self._written(row, exact, np.zeros(len(exact)), "exact")
            row["elasticity_up"] = row["elasticity_down"] = row["elasticity"]
            row["status"] = "computed"
            return
        try:
            found = elasticity(self.changes[number])
        except DarkfactoryError as error:
            row["status"] = f"not computed: {str(error).splitlines()[0]}"
            return
        row["elasticity_up"] = None if found.up is None else float(found.up[0])
        row["elasticity_down"] = None if found.down is None else float(found.down[0])
        self._written(row, found.value, found.error, "differences")
        row["status"] = f"computed on one side: {found.refused}" if found.refused else "computed"
        if not found.smooth:
            row["status"] += f" with steps of {found.step:g}: smaller ones show the grain of a sample or of counts"
        elif (exact := self._exact(number)) is not None:  # signal and background went with powers of it
            self._written(row, exact, np.zeros(len(exact)), "exact")

    def _written(self, row: Row, value: Array, error: Array | None, computed: str) -> None:
        row["elasticity"], row["computed"] = float(value[0]), computed
        row["elasticity_error"] = None if error is None else float(error[0])
        for name, one in zip(self.varied.names[1:], value[1:], strict=True):
            row[f"elasticities.{name}"] = float(one)

    def _exact(self, number: int) -> Array | None:
        """Elasticities by derivatives of the likelihood, where they are known."""
        gradient, row = self.gradient, self.rows[number]
        if gradient is None:
            return None
        if places := self.varied.nuisances(row["number"]):
            return float(gradient.of_priors()[0, places].sum()) * self.varied.slopes()
        powers = self.powers.get(number)
        if powers is None and not row["number"].startswith("model."):  # which the conversion of limits may know
            powers = _common([p for (key, _), p in self.varied.powers.items() if key == row["number"]])
        return None if powers is None else float(gradient.elasticity(powers[0], powers[1:])[0]) * self.varied.slopes()

    def _filled(self, row: Row, fill: Callable[[Row, Change, Setting | None], None]) -> None:
        """Fill in further columns of a number that has an elasticity."""
        change = self.changes.get(next(k for k, other in enumerate(self.rows) if other is row))
        if change is not None and row["elasticity"] is not None:
            fill(row, change, setting_of(row["number"], self.varied.made.search, self.varied.made.model))

    def _changed(self, row: Row, change: Change, setting: Setting | None) -> None:
        """Fill in the change that is drawn, where it is not that of a nuisance."""
        if row["change"] is None:
            row["up"], row["down"] = (_relative(change, factor) for factor in (TENTH, 1 / TENTH))
            row["change"] = "factor 1.1"

    def _range(self, row: Row, change: Change, setting: Setting | None) -> None:
        """Fill in where the power law ends."""
        slope = row["elasticity"]
        ends = [power_law_end(change, slope, sign, _room(row["value"], setting, sign)) for sign in (-1, 1)]
        row["low"], row["high"] = ends

    def _better(self, row: Row, change: Change, setting: Setting | None) -> None:
        """Fill in the limit with a better number."""
        towards = row["elasticity"] * (1 if self.scale else -1)
        if abs(towards) < ROUNDING or self.improve is None:
            return
        sign = 1 if towards > 0 else -1
        factor = math.exp(sign * min(math.log(self.improve), _room(row["value"], setting, sign)))
        try:
            moved, y = change(factor)
        except DarkfactoryError as error:
            row["status"] += f"; not bettered: {str(error).splitlines()[0]}"
            return
        name = self.varied.names[0]
        row["better"] = row["value"] * math.exp(moved)
        row["improved"] = self.varied.limits[name] * math.exp(float(y[0]))
        row["gain"] = math.exp(float(y[0]) * (1 if self.scale else -1))


def _gradient(varied: Varied) -> LimitGradient | None:
    """Derivatives of the limit of a likelihood, where there are any."""
    if varied.likelihood is None:
        return None
    found = limit_gradient(varied.likelihood, expected_limit(varied.likelihood, varied.made.cl, varied.made.method))
    return found if found.known[0] else None


def _factors(varied: Varied) -> list[tuple[str, str, float, Array]]:
    """Factors on what a likelihood expects: name, meaning, powers of signal and templates."""
    model = varied.likelihood
    if model is None:
        return []
    every = np.ones(model._basis.size)
    found: list[tuple[str, str, float, Array]] = [
        ("exposure", "factor on signal and backgrounds", 1.0, every),
        ("signal", "factor on the signal alone, as of its efficiency", 1.0, 0 * every),
        ("background", "factor on all backgrounds", 0.0, every),
    ]
    for name in model.names:
        own: Array = normalised_by(model, name).astype(float)
        if 0 < own.sum() < len(own):
            found.append((f"background.{name}", f"factor on the background that {name} normalises", 0.0, own))
    return found


def _one_sigma(varied: Varied, width: Array) -> tuple[list[float | None], list[float | None]]:
    """Relative change of the limit if a nuisance is one standard deviation (after the fit) off in the data."""
    model, made = varied.likelihood, varied.made
    assert model is not None
    count = len(model.nuisances)
    unknown: list[float | None] = [None] * count
    if not count or made.method == "fisher" or made.result.poisson[0] or not np.all(np.isfinite(width)):
        return unknown, unknown
    lower, upper = model.bounds
    shifts = np.clip(np.concatenate([np.diag(width), -np.diag(width)]), lower, upper)
    data = np.concatenate([model.expectation(0.0, shift)[:1] for shift in shifts])
    try:
        found = observed_limit(model.select([0] * len(shifts)), np.maximum(data, 0.0), made.cl, made.method)
    except InvalidInput:
        return unknown, unknown
    change = found.limit / float(expected_limit(model, made.cl, made.method).limit[0])
    if is_scale(varied.names[0]) or varied.names[0] != "branching_ratio":
        change = change ** varied.slopes()[0]
    listed = [float(x) - 1 if ok else None for x, ok in zip(change, found.status == "ok", strict=True)]
    return listed[:count], listed[count:]


def _relative(change: Change, factor: float) -> float | None:
    """Relative change of the limit for a factor on a number; None where it is not allowed."""
    try:
        return math.expm1(float(change(factor)[1][0]))
    except DarkfactoryError:
        return None


def _room(value: float, setting: Setting | None, sign: int) -> float:
    """Logarithm of the largest factor (``sign`` 1) or divisor (-1) that a number may have."""
    if setting is None:
        return MOST
    away = (sign > 0) == (value > 0)
    end, is_open = (setting.high, setting.open_high) if away else (setting.low, setting.open_low)
    ratio = end / value if sign > 0 else value / end if end else math.inf
    room = math.log(ratio) if ratio > 0 else MOST
    return min(MOST, max(room * (1 - 1e-9 if is_open else 1), 0.0))


def _common(powers: Sequence[Array]) -> Array | None:
    """Powers that shifts up and down agree upon."""
    if len(powers) < 2 or any(np.max(np.abs(one - powers[0])) > LIKE for one in powers):
        return None
    return powers[0]
