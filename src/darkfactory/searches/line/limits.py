"""Limits of a search for a line on a slice: from signal, background and gain to expected signal events and their errors."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from darkfactory.errors import InvalidInput
from darkfactory.processes.muon_decay.slices import PARTS
from darkfactory.searches.bins import ONE_COUNT, Axis, Bins
from darkfactory.searches.expectations import binned_limits, binned_observed
from darkfactory.searches.line.discrimination import Counts, jackknife_error
from darkfactory.settings import Setting
from darkfactory.statistics.counting import counting_limit, median_steps, poisson_quantile
from darkfactory.statistics.likelihood import BinnedModel
from darkfactory.statistics.limits import DISCOVERY, z_value
from darkfactory.statistics.line import (
    FLAT_INFORMATION,
    FLOATING,
    LineLimit,
    edge_information,
    flat_information,
    flat_information_near_edge,
    line_limit,
)
from darkfactory.statistics.poisson_significance import discovery_steps, first_count
from darkfactory.statistics.systematics import Linear, Nuisance

__all__ = ["LINE_KEYS", "Edge", "LineEvents", "Variable", "line_events"]

Array = NDArray[np.float64]
BINS_PER_SIGMA = 4
DEGENERATE = 1e-9
"""Information left by systematics, over that without, below which signal and systematics are the same."""

LINE_KEYS = (
    Setting(
        "analysis", "analytic", "closed form, or a binned likelihood fit", "choice", choices=("analytic", "binned")
    ),
    Setting("floating", "fixed", "what the fit changes of the background", "choice", choices=FLOATING),
    Setting("half_width", 10.0, "half width of the fitted window, in resolutions", low=4.0, high=100.0),
    Setting("precision", 0.004, "relative Monte Carlo error at which to stop", low=0.001, high=0.1),
    Setting("systematics.shape", 0.0, "relative, of the background under the line", "prior"),
)
"""Settings that the searches for a line share."""


@dataclass(frozen=True, eq=False)
class LineEvents:
    """Expected limit on signal events.

    Attributes
    ----------
    events : ndarray, shape (1 + PARTS,)
        Median of the whole sample, and with each subsample left out.
    band : ndarray, shape (5,)
        At -2 ... +2 standard deviations of the background.
    background : float
        Events in the window that is equivalent to the line, 3.545 sigma n_b.
    poisson : bool
        Whether the exact Poisson limit was used.
    limited_by : str
        ``statistics`` or a systematic.
    model : BinnedModel or None
        The likelihood of a binned analysis, its signal for one event.
    bins : Bins
        Its bins.
    at_bound : str
        Nuisances of it at an end of their range, with commas.
    """

    events: Array
    band: Array
    background: float
    poisson: bool
    limited_by: str
    model: BinnedModel | None = None
    bins: Bins = ONE_COUNT
    at_bound: str = ""

    def likelihood(self, branching_ratio: float) -> BinnedModel | None:
        """Likelihood with the signal of a unit branching ratio, for the branching ratio at the limit."""
        if self.model is None:
            return None
        return replace(self.model, signal=np.asarray(self.model.signal) * (float(self.events[0]) / branching_ratio))

    def error(self, signal: Array) -> float:
        """Relative error of limit over signal rate, for signal rates (1 + PARTS,)."""
        ratio = self.events / np.where(signal > 0, signal, 1.0)
        return jackknife_error(ratio[1:]) / float(ratio[0])


@dataclass(frozen=True, eq=False)
class Variable:
    """Variables of a binned analysis.

    Attributes
    ----------
    name, unit : str
        That in which the line stands.
    position : float
        Where.
    others : tuple of Axis
        Those of the bins of the counts.
    """

    name: str
    unit: str
    position: float
    others: tuple[Axis, ...] = ()


DISTANCE = Variable("distance", "1", 0.0)


@dataclass(frozen=True)
class Edge:
    """Edge of the background below the line, all in units of the variable.

    Attributes
    ----------
    distance : float
        Of the line above the edge.
    template : bool
        Whether the smeared edge is the background, or a flat one stands in for it.
    shift : float
        Prior width of a shift of the edge.
    """

    distance: float
    template: bool
    shift: float


def _information(edge: Edge | None, sigma: Array, events: Array, settings: Mapping[str, Any]) -> tuple[Array, Array]:
    """Information on the line with all systematics fixed, and with them."""
    ones = np.ones(1 + PARTS)
    known = FLAT_INFORMATION * ones
    floating = known
    if settings["floating"] != "fixed":
        floating = flat_information(settings["floating"], settings["half_width"]) * ones
    if edge is None:
        return known, floating
    place, shift = edge.distance / sigma, edge.shift / float(sigma[0])
    if edge.template:
        if settings["floating"] != "fixed":
            raise InvalidInput(f"search.floating = {settings['floating']}: allowed fixed with search.edge=template")
        return edge_information(place) * ones, edge_information(place, events, shift)
    # the shift takes its part of what the floating background leaves
    return known, floating * flat_information_near_edge(place, events, shift) / FLAT_INFORMATION


def line_events(
    counts: Counts,
    sigma: Array | float,
    scale: float,
    settings: Mapping[str, Any],
    cl: float,
    method: str,
    *,
    variable: Variable = DISTANCE,
    extra: float = 0.0,
    edge: Edge | None = None,
    data: Array | None = None,
) -> LineEvents | None:
    """Expected limit on the signal events of a line; None if a free shift of the edge can do all that the signal does.

    Parameters
    ----------
    counts : Counts
        Signal, background per unit of the variable, and gain.
    sigma : ndarray, shape (1 + PARTS,), or float
        Resolution in that unit, of all events and with each subsample left out.
    scale : float
        Events per accepted branching ratio.
    settings : mapping
        Those of :data:`LINE_KEYS`.
    cl, method : float, str
        Confidence level and method.
    variable : Variable
        Where the line stands.
    extra : float
        Further background per unit of the variable, distributed as the first.
    edge : Edge, optional
        Edge of the background; without it the background is flat.
    data : ndarray, shape (B,), optional
        Observed counts in the bins of a binned analysis; the limit is the observed one then.

    Returns
    -------
    LineEvents

    Raises
    ------
    InvalidInput
        If the shape of an edge is used together with a floating background, and for a free shape.
    """
    sigma = sigma * np.ones(1 + PARTS)
    density = scale * (counts.background + extra)
    events_per_sigma, kappa = sigma * density, float(settings["systematics.shape"])
    if not math.isfinite(kappa):
        raise InvalidInput(
            "search.systematics.shape = free: allowed a number > 0, or none; a free shape leaves no limit"
        )
    known, information = _information(edge, sigma, events_per_sigma, settings)
    if counts.cut is None:
        # what is fitted is common to all bins of the other variables, which the signal fills differently
        information = known - (known - information) / counts.gain**2
    if not information[0] > DEGENERATE * known[0]:
        return None
    found = line_limit(density, sigma, cl, method, information=information, gain=counts.gain, kappa=kappa)
    if found.poisson[0]:
        found = _narrower(found, cl, method, kappa)
    limited_by = "statistics"
    if information[0] < known[0] / 2:
        limited_by = "edge_shift"
    if kappa**2 * found.effective_background[0] > 1:
        limited_by = "shape"
    window = float(events_per_sigma[0] / FLAT_INFORMATION)
    analytic = LineEvents(found.events, found.band[0], window, bool(found.poisson[0]), limited_by)
    if settings["analysis"] == "analytic":
        return analytic
    spurious = kappa * float(found.effective_background[0])
    model, bins = _binned(counts, float(sigma[0]), density[0], settings, spurious, edge, variable)
    if found.poisson[0] and data is None:
        return LineEvents(analytic.events, analytic.band, window, True, limited_by, model, bins)
    fitted = binned_limits(model, cl, method)
    limit, few = float(fitted["branching_ratio"][0]), bool(fitted["poisson"][0] or found.poisson[0])
    if data is not None:
        limit = float(binned_observed(model, data[None], cl, method, np.array([few]))[0])
    by, ends = str(fitted["limited_by"][0]), str(fitted["at_bound"][0])
    events = found.events * (limit / float(found.events[0]))
    return LineEvents(events, fitted["band"][0], window, few, by, model, bins, ends)


def _narrower(found: LineLimit, cl: float, method: str, kappa: float) -> LineLimit:
    """Limit for few events of a part of the signal and its background, where that is better.

    The count goes in steps; just before one, less of both gives more. So more data never weaken the limit.
    """
    B = found.effective_background
    if method == DISCOVERY:
        z = z_value(cl, method)
        count = float(first_count(B[:1], z, np.array([kappa]))[0]) - 1
        part = discovery_steps(max(count, 1.0), z) / B
    else:
        count, method = float(poisson_quantile(0.5, B[0])), "cls"
        part = median_steps(max(count - 1, 0.0)) / B
    if count < 1:
        return found
    less = counting_limit(part * B, cl, method, kappa=kappa)
    events, band = less.events / part, less.band / part[:, None]
    return LineLimit(events, band, B, found.poisson) if events[0] < found.events[0] else found


def _binned(
    counts: Counts,
    sigma: float,
    density: float,
    settings: Mapping[str, Any],
    spurious: float,
    edge: Edge | None,
    variable: Variable,
) -> tuple[BinnedModel, Bins]:
    """Likelihood in bins of the mass variable times those of the counts; the signal is one event before a cut."""
    if not len(counts.signal_bins):
        raise InvalidInput("search.analysis = binned: allowed with bins of angles; angles=lr is analytic")
    W = float(settings["half_width"])
    edges = np.linspace(-W, W, round(2 * W) * BINS_PER_SIGMA + 1)
    line = np.diff(ndtr(edges))
    share_s = counts.signal_bins / counts.signal[0]
    share_b = counts.background_bins / counts.background[0]
    flat = np.diff(edges)
    if edge is not None and edge.template:
        above = edges + edge.distance / sigma
        # integral of Phi
        flat = np.diff(above * ndtr(above) + np.exp(-0.5 * above**2) / math.sqrt(2 * math.pi))
    used = share_b > 0
    signal = np.outer(share_s[used], line).ravel()
    background = density * sigma * np.outer(share_b[used], flat)
    t = (edges[1:] + edges[:-1]) / 2 / W
    moved: dict[str, tuple[Array, float]] = {}
    if settings["floating"] != "fixed":
        moved["level"] = (background.ravel(), math.inf)
    if settings["floating"] == "quadratic":
        moved["slope"] = ((background * t).ravel(), math.inf)
        moved["curvature"] = ((background * t**2).ravel(), math.inf)
    if edge is not None and edge.shift > 0:
        step = np.diff(ndtr(edges + edge.distance / sigma)) * density * sigma
        moved["edge_shift"] = (-np.outer(share_b[used], step).ravel(), edge.shift / sigma)
    if spurious > 0:
        moved["shape"] = (spurious * signal, 1.0)
    names = tuple(moved)
    templates = np.stack([background.ravel(), *(template for template, _ in moved.values())])
    nuisances = tuple(Nuisance(name, prior) for name, (_, prior) in moved.items())
    line_axis = Axis.of_edges(variable.name, variable.unit, variable.position + sigma * edges)
    bins = Bins((*variable.others, line_axis), np.repeat(used, len(line)))
    return BinnedModel(signal[None], templates, Linear(names), nuisances), bins
