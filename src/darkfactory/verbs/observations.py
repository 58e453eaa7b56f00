"""What counts say beside a limit: best fit, significance, pulls, goodness of fit; pseudo-data with a known signal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from darkfactory.errors import InvalidInput, is_flag, one_of, require, whole
from darkfactory.glossary import Column
from darkfactory.plotting import draw_counts
from darkfactory.searches.base import SearchResult, listed
from darkfactory.searches.bins import Axis, ExpectedCounts
from darkfactory.searches.counts import read_data
from darkfactory.searches.data import CountTable, Data, Workspace, counts_in
from darkfactory.searches.discovery import scan_upcrossings, scanned_masses
from darkfactory.statistics.look_elsewhere import Upcrossings, global_p_value
from darkfactory.statistics.significance import Significance, significance
from darkfactory.statistics.toys import ToyFits, toy_fits
from darkfactory.verbs.pseudo_data import Asimov, injected

__all__ = ["Observation", "asked_for", "observe"]

Array = NDArray[np.float64]
SPARSE = 5.0
"""Mean expected events of a bin below which the goodness of fit is that of toys, and not of chi^2."""
GOODNESS_TOYS = 255
"""Toys for it: p-values down to 1/256."""
SURE_Z = 3.0
"""Significance at which it is asked how events are counted in a scan."""
LEVELS = {"m2": -2, "m1": -1, "median": 0, "p1": 1, "p2": 2}
MOST_TOYS = 100_000
ENDLESS = 1e300
"""What no coupling gives, in quantiles: more than what one does."""


def asked_for(arguments: Mapping[str, Any]) -> tuple[dict[str, Any], Data | Array | None]:
    """Arguments of a reach with the counts themselves, since a file may change, and the counts.

    Parameters
    ----------
    arguments : mapping
        Of the verb, by name.

    Raises
    ------
    InvalidInput
        If some of them do not go together, or the counts cannot be read.
    """
    given, pseudo, elsewhere = arguments["data"], arguments["asimov"] or arguments["toys"], arguments["look_elsewhere"]
    require(
        "data, asimov: allowed one of them; pseudo-data stand in place of data"
        if given is not None and arguments["asimov"]
        else None,
        f"inject = {arguments['inject']}: a signal in pseudo-data; give asimov or toys too"
        if arguments["inject"] is not None and not pseudo
        else None,
        "seed: changes nothing without look-elsewhere=toys, or toys"
        if arguments["seed"] and not arguments["toys"] and elsewhere != "toys"
        else None,
        f"look-elsewhere = {elsewhere}: changes nothing without discovery, e.g. discovery=5, or data"
        if elsewhere != "none" and arguments["discovery"] is None and given is None and not arguments["asimov"]
        else None,
        None if arguments["toys"] is None else whole("toys", arguments["toys"], 1, MOST_TOYS),
        whole("seed", arguments["seed"], 0, 2**64 - 1),
        is_flag("asimov", arguments["asimov"]),
    )
    if arguments["asimov"]:
        return {**arguments}, Asimov(arguments["inject"])
    counts = None if given is None else read_data(given)
    return {**arguments, "data": counts.content if isinstance(counts, (CountTable, Workspace)) else counts}, counts


@dataclass(frozen=True, eq=False)
class Observation:
    """Data of a reach and what they say at each mass.

    Attributes
    ----------
    counts : tuple of ndarray or None
        Counts in the bins of each mass; empty without data.
    fits : tuple of dict or None
        Best fit at each mass; empty without data.
    toys : tuple of dict or None
        Distributions over pseudo-experiments; empty without.
    notes : tuple of str
        What the reader must know.
    """

    counts: tuple[Array | None, ...] = ()
    fits: tuple[dict[str, Any] | None, ...] = ()
    toys: tuple[dict[str, Any] | None, ...] = ()
    notes: tuple[str, ...] = ()

    def row(self, h: int) -> dict[str, Any]:
        """Entries of a mass in JSON; none where it is closed."""
        every = {"fit": self.fits, "toys": self.toys}
        return {name: entry for name, found in every.items() if found and (entry := found[h]) is not None}

    def anywhere(self, result: SearchResult, look_elsewhere: str, seed: int) -> Observation:
        """The same with global p-values: of an excess as significant as this one at any mass.

        Parameters
        ----------
        result, look_elsewhere, seed
            As of :func:`~darkfactory.searches.discovery.discovery_of`.
        """
        if look_elsewhere == "none":
            return self
        upcrossings, masses = scan_upcrossings(result, SURE_Z, look_elsewhere, seed), scanned_masses(result)
        fits = tuple(fit and fit | _anywhere(fit, upcrossings) for fit in self.fits)
        note = f"global p-values: of a scan from {masses[0]:g} to {masses[-1]:g} MeV ({look_elsewhere})"
        return replace(self, fits=fits, notes=(*self.notes, note))

    @property
    def largest(self) -> int:
        """Number of the mass with the most significant excess; the first one without any."""
        p = [1.0 if fit is None else fit["p_value"] for fit in self.fits]
        return int(np.argmin(p)) if p else 0

    def plot(self, h: int, expected: ExpectedCounts | None, title: str, figure: Any = None) -> Any:
        """Draw the counts of a mass along the axis of the line, with background and signal as they are fitted.

        Parameters
        ----------
        h : int
            Number of the mass.
        expected : ExpectedCounts or None
            What is expected there.
        title : str
            Above the drawing.
        figure : Figure, optional
            Where; a new one otherwise.

        Returns
        -------
        Figure
            Counts with Poisson errors, and below them what is left of counts and signal without the background.

        Raises
        ------
        InvalidInput
            Without counts at that mass.
        """
        counts = self.counts[h] if self.counts else None
        require(
            None if counts is not None else f"{title}: no counts to draw; give data or asimov, at a mass that is open"
        )
        assert expected is not None
        assert counts is not None
        found, bins = significance(expected.model, counts), expected.bins
        background, both = (expected.model.expectation(mu, found.theta[0])[0] for mu in (0.0, found.best_fit[0]))
        axis = bins.axes[-1] if bins.axes else Axis("count", "1", np.array([[-0.5, 0.5]]))
        drawn = np.stack([bins.along_line(values).reshape(-1) for values in (counts, background, both)])
        label = f"best fit, BR = {found.best_fit[0]:.3g}"
        return draw_counts(axis.intervals, drawn, axis.label, title=title, label=label, figure=figure)

    def columns(self) -> dict[str, Column]:
        """What the entries mean, by the name of their columns."""
        found = {name: Column(name, unit, doc) for name, (unit, doc) in _COLUMNS.items()}
        for fit in self.fits:
            for name in (fit or {}).get("pulls", ()):
                doc = f"{name} at the best fit, over its prior width; as it is if it is free"
                found[f"fit.pulls.{name}"] = Column(f"fit.pulls.{name}", "1", doc)
        for what in ("limit", "best_fit", "z"):
            for level, sigma in LEVELS.items():
                name = f"toys.{what}.{level}"
                found[name] = Column(name, "1", f"{what} of the pseudo-experiments, quantile at {sigma:+d} sigma")
            name = f"toys.experiments.{what}"
            found[name] = Column(name, "", f"{what} of every pseudo-experiment; none where a fit failed")
        return found


_COLUMNS = {
    "fit.branching_ratio": ("1", "best-fit branching ratio, of either sign; none if no coupling gives as many events"),
    "fit.error": ("1", "its error, from the curvature of the likelihood"),
    "fit.z": ("1", "local significance of an excess in standard deviations, 0 for a deficit"),
    "fit.p_value": ("1", "local p-value of the background alone"),
    "fit.global_p_value": ("1", "p-value of such an excess at any of the masses"),
    "fit.global_z": ("1", "its significance in standard deviations"),
    "fit.exact": ("", "whether the p-value is that of the Poisson count in a window, because there are few events"),
    "fit.deviance": ("1", "2 ln of the likelihood of the saturated model over that of the best fit"),
    "fit.ndf": ("1", "its degrees of freedom"),
    "fit.goodness": ("1", "probability of a larger deviance, of the best fit"),
    "fit.goodness_background": ("1", "the same without a signal"),
    "fit.goodness_from": ("", "chi2, or toys where there are few events per bin"),
    "fit.status": ("", "ok, or why there is no number"),
    "toys.n": ("1", "pseudo-experiments"),
    "toys.failed": ("1", "those whose fit failed, left out of the quantiles"),
    "toys.injected": ("1", "branching ratio of the signal in them"),
    "toys.best_fit.mean": ("1", "mean best-fit branching ratio of the pseudo-experiments"),
    "toys.best_fit.error": ("1", "statistical error of that mean"),
}


def observe(
    result: SearchResult, data: Data | Array | None, cl: float, method: str, asked: Mapping[str, Any]
) -> Observation:
    """Fit data, and pseudo-experiments, at every mass.

    Parameters
    ----------
    result : SearchResult
        Limits of the search.
    data : Data, ndarray or None
        Counts.
    cl, method : float, str
        Of the limits of the pseudo-experiments.
    asked : mapping
        ``toys``, ``seed``, ``inject`` (see :func:`injected`) and ``look_elsewhere`` of the verb. Toys of each mass have the same
        streams, so that it does not depend on its neighbours.

    Returns
    -------
    Observation
    """
    toys, seed = asked["toys"], asked["seed"]
    if data is None and not toys:
        return Observation()
    expected = result.counts()
    notes: list[str] = []
    counts: tuple[Array | None, ...] = ()
    if data is not None:
        data = data.of(result.process, result.expectation) if isinstance(data, Asimov) else data
        counts = _by_mass(counts_in(data, lambda: expected, result.masses), expected)
        notes += _notes(data, counts, result, expected)
    pairs = zip(counts, expected, strict=True) if counts else ()
    fits = tuple(None if n is None or one is None else _fit(one, n) for n, one in pairs)
    made: list[dict[str, Any] | None] = []
    if toys:
        require(one_of("method of limits from toys", method, ("profile", "cls")))
        ratios, sizes = injected(asked["inject"], result.expectation, expected)
        for h, one in enumerate(expected):
            if one is None or one.model.closed[0]:
                made.append(None)
                continue
            few = bool(result.poisson[h]) or len(one.bins) == 1
            drawn = toy_fits(one.model, toys, seed, cl, method, mu_true=float(sizes[h]), few=few)
            made.append(_distributions(float(ratios[h]), drawn, one))
    notes += _of_masses(
        result, expected, [(fits and fits[h]) or (made and made[h]) for h in range(len(expected))], toys
    )
    found = Observation(counts, fits, tuple(made), tuple(notes))
    return found.anywhere(result, asked["look_elsewhere"], seed) if data is not None else found


def _of_masses(
    result: SearchResult, expected: Sequence[ExpectedCounts | None], found: Sequence[Any], toys: int | None
) -> list[str]:
    """Where nothing was fitted, and what a fit to a single count means; refused if no toys can be drawn at all."""
    notes, silent = [], np.array([not one for one in found]) & (result.status != "closed")
    if silent.any():
        told = list(dict.fromkeys(result.status[silent].tolist()))
        if toys and silent.all() and "ok" in told:
            raise InvalidInput(
                f"toys = {toys}: nothing is counted here that can be drawn; take search.analysis=binned where the search has that, "
                "or counted events in place of measured ratios"
            )
        notes.append(f"no fits at {listed(result.masses[silent])} MeV: {', '.join(told)}")
    if any(entry and one is not None and one.curve is not None for entry, one in zip(found, expected, strict=True)):
        notes.append(
            "a single count: best fits and toys are given as branching ratios of the weakest coupling with as many signal events, "
            "for the two need not be proportional; none where no coupling gives as many"
        )
    return notes


def _by_mass(counts: Any, expected: Sequence[ExpectedCounts | None]) -> tuple[Array | None, ...]:
    """Counts in the bins of each mass, also of plain numbers: a list for all masses, or a row or number for each."""
    masses = len(expected)
    if not isinstance(counts, list):
        given = np.asarray(counts, dtype=float)
        bins = next((len(one.bins) for one in expected if one is not None), 0)
        each = given.ndim == 2 or (bins == 1 and given.size == masses)
        counts = [given[h].reshape(-1) for h in range(masses)] if each and given.ndim else [given.reshape(-1)] * masses
    return tuple(None if one is None or one.model.closed[0] else n for n, one in zip(counts, expected, strict=True))


def _notes(
    data: Any, counts: Sequence[Array | None], result: SearchResult, expected: Sequence[ExpectedCounts | None]
) -> list[str]:
    if isinstance(data, Asimov):
        ratios = injected(data.inject, result.expectation, expected)[0]
        said = f"a signal of branching ratio {ratios[0]:.4g}" if np.any(ratios > 0) else "no signal"
        more = " at the first mass, each mass with its own" if len(set(ratios.tolist())) > 1 else ""
        return [f"pseudo-data: what is expected with {said}{more}; no fluctuations"]
    fractions = [n for n in counts if n is not None and np.any(n != np.round(n))]
    if not fractions:
        return []
    first = fractions[0][fractions[0] != np.round(fractions[0])][0]
    return [f"counts that are no integers (first {first:.6g}): taken as pseudo-data"]


def _fit(one: ExpectedCounts, counts: Array) -> dict[str, Any]:
    """Best fit of one mass as an entry of JSON."""
    found = significance(one.model, counts)
    goodness = {"goodness": found.goodness[0], "goodness_background": found.goodness_background[0]}
    sparse = one.background.sum() < SPARSE * one.model.live.sum()
    if sparse and found.status[0] in ("ok", "nonlinear"):
        goodness = _goodness_of_toys(one, found)
    best, above = one.branching_ratio([found.best_fit[0], found.best_fit[0] + found.error[0]]).tolist()
    pulls = np.where(np.isfinite(one.model.priors), found.theta[0] / one.model.priors, found.theta[0])
    return {
        "branching_ratio": _finite(best),
        "error": _finite(above - best),
        "z": _finite(found.z[0]),
        "p_value": float(found.p_value[0]),
        "exact": bool(found.poisson[0]),
        "deviance": _finite(found.deviance[0]),
        "ndf": int(found.ndf[0]),
        **{name: float(value) for name, value in goodness.items()},
        "goodness_from": "toys" if sparse else "chi2",
        "pulls": dict(zip(found.nuisances, pulls.tolist(), strict=True)),
        "status": str(found.status[0]),
    }


def _anywhere(fit: Mapping[str, Any], upcrossings: Upcrossings) -> dict[str, float | None]:
    """Global p-value and significance of the excess of one mass."""
    local = fit["z"]
    p = 0.0 if local is None else min(max(global_p_value(local, upcrossings), fit["p_value"]), 1.0)
    return {"global_p_value": p, "global_z": _finite(max(-ndtri(p), 0.0))}


def _goodness_of_toys(one: ExpectedCounts, found: Significance) -> dict[str, float]:
    """Probabilities of larger deviances, with and without a signal, among toys of the background as it was fitted."""
    made = toy_fits(one.model, GOODNESS_TOYS, theta=found.theta_background[0])
    pairs = {
        "goodness": (made.deviance, found.deviance[0]),
        "goodness_background": (made.deviance_background, found.deviance_background[0]),
    }
    return {name: (1.0 + np.sum(values >= seen)) / (1.0 + len(values)) for name, (values, seen) in pairs.items()}


def _distributions(size: float, made: ToyFits, one: ExpectedCounts) -> dict[str, Any]:
    """Pseudo-experiments of one mass as an entry of JSON."""
    good = made.good
    fits = one.branching_ratio(made.best_fit)
    numbers = {"limit": one.branching_ratio(made.limit), "best_fit": fits, "z": made.z}
    found: dict[str, Any] = {"n": len(good), "failed": int((~good).sum()), "injected": size}
    for name, values in numbers.items():
        kept = np.minimum(values[good & ~np.isnan(values)], ENDLESS)
        quantiles = np.quantile(kept, ndtr(list(LEVELS.values()))) if kept.size else np.full(len(LEVELS), np.inf)
        quantiles = np.where(quantiles > 1e-3 * ENDLESS, np.inf, quantiles)
        found[name] = {level: _finite(value) for level, value in zip(LEVELS, quantiles, strict=True)}
    best = fits[good]
    if best.size > 1 and np.all(np.isfinite(best)):
        found["best_fit"] |= {"mean": float(best.mean()), "error": float(best.std(ddof=1) / np.sqrt(best.size))}
    each = {
        name: [_finite(value) if ok else None for value, ok in zip(values, good, strict=True)]
        for name, values in numbers.items()
    }
    return {**found, "experiments": each}


def _finite(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None
