"""Setting up the forward-positron search: beam, samples and response of a card as binned likelihood models."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes import two_body_alp
from darkfactory.errors import InvalidInput
from darkfactory.experiments import Card
from darkfactory.models import LfvAlp
from darkfactory.processes.muon_decay import scales as lfv_decay
from darkfactory.recorded.lepton_setup import positron_counts
from darkfactory.recorded.leptons import PositronCounts
from darkfactory.searches.bins import Axis, Bins
from darkfactory.settings import Settings
from darkfactory.statistics import BinnedModel, Nuisance
from darkfactory.statistics.interpolation import Chebyshev
from darkfactory.statistics.systematics import Basis, Linear, Norm, Product

__all__ = ["CHANNELS", "SYSTEMATICS", "ForwardPositron"]

Array = NDArray[np.float64]
CHANNELS = tuple(f"{parent}-{daughter}" for parent, daughter in lfv_decay.CHANNELS.values())
"""Channels by their short names: mu-e, tau-e, tau-mu."""
SYSTEMATICS = ("normalization", "polarization", "energy_scale", "resolution", "radiative")
"""Names of the nuisances, as in ``search.systematics.*``."""
SPINS = {1: "beam", -1: "flipped"}
"""Names of the spin samples: as the beam has it, and reversed."""
MEMORY = 4.0
"""Memory [GiB] that the matrix from true to measured energies may take."""


@dataclass(frozen=True)
class ForwardPositron:
    """The search set up for one experiment.

    Attributes
    ----------
    channel : str
        mu-e, tau-e or tau-mu.
    counts : PositronCounts
        Beam, acceptance, response and orders.
    systematics : dict
        Prior widths by name; 0 absent, inf free.
    settings : dict
        Typed settings of the search.
    """

    channel: str
    counts: PositronCounts
    systematics: Mapping[str, float]
    settings: Settings

    @classmethod
    def from_card(cls, card: Card, settings: Settings) -> ForwardPositron:
        """Set the search up from an experiment's card and typed settings.

        Raises
        ------
        InvalidInput
            If channel and beam do not fit, the focused cone exceeds the sphere, or tail and order are mixed.
        """
        channel = settings["channel"]
        parent, daughter = lfv_decay.leptons(channel)
        _check_channel(card, channel)
        order = settings["background_order"]
        tail = settings["signal_tail"] or ("none" if order == "born" else "soft")
        if (tail == "none") != (order == "born") and not settings["mixed_orders"]:
            raise InvalidInput(
                f"search.signal_tail = {tail} with search.background_order = {order}: a tail goes with oalpha and exp, none "
                "with born, or a massless line looks unlike a shifted edge; search.mixed_orders=true to insist"
            )
        counts, focus = positron_counts(card, settings, parent, daughter, order=order, tail=tail)
        systematics = {name: settings[f"systematics.{name}"] for name in SYSTEMATICS}
        return cls(channel, counts, systematics, settings | {"signal_tail": tail, "focus": focus})

    def line(self, mass: Any) -> Any:
        """Position x_a = 1 - m_a^2 / (m_i^2 + m_j^2) of the line of an ALP of ``mass`` [MeV]."""
        return 1 - np.asarray(mass, dtype=float) ** 2 / (self.counts.m_i**2 + self.counts.m_j**2)

    def is_open(self, mass: Any) -> Any:
        """Whether the decay into an ALP of ``mass`` [MeV] is allowed."""
        return np.asarray(mass, dtype=float) < self.counts.m_i - self.counts.m_j

    def edges(self, masses: Array) -> Array:
        """Bin edges in x: shape (B + 1,) common to all masses, or (H, B + 1) around each line.

        Raises
        ------
        InvalidInput
            If the range leaves out a line.
        """
        dx, s = self.counts.response.resolution, self.settings
        lines = self.line(masses[self.is_open(masses)])
        half = s["window"] or (s["window_resolutions"] or 0.0) * dx
        if half:
            count = s["bins"] or round(2 * half * s["bins_per_resolution"] / dx)
            if count < 2:
                least = 1.5 * dx / (2 * s["bins_per_resolution"])
                raise InvalidInput(
                    f"search.window = {half:g}: allowed above {least:.3g} for two bins; widen it or set search.bins"
                )
            self._affordable(count, float(np.min(lines, initial=1.0)) - half, 1.0 + half, len(masses))
            # closed masses have no line; theirs are bins at the endpoint, without signal
            centres = np.where(self.is_open(masses), self.line(masses), 1.0)
            return np.asarray(centres[:, None] + np.linspace(-half, half, count + 1))
        heaviest = float(np.min(lines)) if len(lines) else 1.0
        low = s["x_low"]
        if low is None:
            low = max(min(0.85, heaviest - 10 * dx), -5 * dx)
        elif heaviest - 4 * dx < low:
            raise InvalidInput(
                f"search.x_low = {low:g}: the line at x = {heaviest:.4g} needs 4 resolutions of {dx:g} below it; "
                + (f"allowed up to {heaviest - 4 * dx:.4g}, or leave it out" if heaviest > 4 * dx else "leave it out")
            )
        high = 1 + 5 * dx
        count = s["bins"] or round((high - low) * s["bins_per_resolution"] / dx)
        self._affordable(count, low, high, 1)
        return np.linspace(low, high, count + 1)

    def bins(self, masses: Array) -> tuple[Bins, ...]:
        """Bins of the samples in x, cos(theta) and spin: those of all masses, or of each where they lie around its line."""
        samples = self.counts.samples
        cosines = list(dict.fromkeys(sample.cos_theta for sample in samples))
        spins = tuple(dict.fromkeys(SPINS[sample.spin] for sample in samples))
        others = (Axis("cos_theta", "1", np.array(cosines)), Axis("spin", labels=spins))
        edges = np.atleast_2d(self.edges(masses))
        return tuple(Bins((*others, Axis.of_edges("x", "1", row))) for row in edges)

    def _affordable(self, count: int, low: float, high: float, ranges: int) -> None:
        """Refuse bins that need more than :data:`MEMORY`, before any of them is made."""
        points = self.counts.points(low, high)
        # the matrix, its exponents and its differences at once; some tens of templates for each range of bins
        need = 8 * count * (3.2 * points + 40 * ranges * len(self.counts.samples)) / 2**30
        if need > MEMORY:
            raise InvalidInput(
                f"{count:.4g} bins with {points:.4g} points of the spectrum need about {need:.3g} GiB: allowed {MEMORY:g}; "
                "fewer bins (search.bins, search.bins_per_resolution), a narrower range (search.window_resolutions=10, "
                "search.x_low) or a wider detector.x_resolution"
            )

    def asymmetry(self, model: LfvAlp, masses: Array) -> Array:
        """Decay asymmetry of the signal at each mass."""
        m = self.counts
        return np.asarray(two_body_alp.asymmetry(m.m_i, m.m_j, masses, complex(model.C_V), complex(model.C_A)))

    def binned_model(self, model: LfvAlp, masses: Array, *, linear: bool = False) -> BinnedModel:
        """Signal and background templates of all mass hypotheses with the nuisances.

        Parameters
        ----------
        model : LfvAlp
            Its couplings fix the asymmetry of the signal; its own mass is not used.
        masses : ndarray, shape (H,)
            Mass hypotheses [MeV].
        linear : bool
            Expand the background to first order in the nuisances (exact derivatives) instead of tabulating the
            dependence on scale and resolution.

        Returns
        -------
        BinnedModel
            Parameter of interest: the branching ratio. Closed masses have no signal.
        """
        edges = self.edges(masses)
        local = edges.ndim == 2
        A, lines, is_open = self.asymmetry(model, masses), self.line(masses), self.is_open(masses)
        rows = edges if local else [edges] * len(masses)
        signal = [
            self.counts.signal(row, x_a, a) if ok else np.zeros((len(row) - 1) * len(self.counts.samples))
            for row, x_a, a, ok in zip(rows, lines, A, is_open, strict=True)
        ]
        build = self._linear_background if linear else self._tabulated_background
        if local:
            tables = [build(row) for row in edges]
            templates, basis = np.stack([t for t, _ in tables]), tables[0][1]
        else:
            templates, basis = build(edges)
        nuisances = tuple(self._nuisance(name) for name in basis.names)
        return BinnedModel(signal=np.stack(signal), templates=templates, basis=basis, nuisances=nuisances)

    def _active(self) -> tuple[str, ...]:
        return tuple(name for name in SYSTEMATICS if self.systematics[name] > 0)

    def _nuisance(self, name: str) -> Nuisance:
        P, dx = self.counts.polarization, self.counts.response.resolution
        bounds = {"polarization": (-1 - P, 1 - P), "normalization": (-0.99, math.inf)}.get(name, (-math.inf, math.inf))
        # a first-order expansion holds while the shift is small against the resolution
        linear_range = {"energy_scale": 0.1 * dx, "resolution": 0.15}.get(name, math.inf)
        return Nuisance(name, self.systematics[name], *bounds, linear_range=linear_range)

    def _linear_background(self, edges: Array) -> tuple[Array, Basis]:
        derivatives = self.counts.background_derivatives(edges)
        if "radiative" in self._active():
            derivatives["radiative"] = self.counts.radiative_difference(edges)
        templates = [derivatives["normalization"], *(derivatives[name] for name in self._active())]
        return np.stack(templates), Linear(self._active())

    def _tabulated_background(self, edges: Array) -> tuple[Array, Basis]:
        active, dx = self._active(), self.counts.response.resolution
        caps = {"energy_scale": (0.5 * dx, dx), "resolution": (0.5, 1.0)}
        factors: list[Chebyshev] = []
        axes = []
        for name, (cap, natural) in caps.items():
            if name not in active:
                axes.append(np.zeros(1))
                continue
            half = min(6 * self.systematics[name], cap)
            degree = 2 * math.ceil(2 + 6 * half / natural)
            factors.append(Chebyshev(name, half, degree))
            axes.append(factors[-1].nodes)
        orders = [self.counts]
        if "radiative" in active:
            orders += [replace(self.counts, order="exp"), replace(self.counts, order="oalpha")]
        tables = [order.background_table(edges, *axes) for order in orders]
        counts, slope = tables[0]
        grids = [[counts, slope] if "polarization" in active else [counts]]
        if "radiative" in active:
            difference = [exp - oalpha for exp, oalpha in zip(tables[1], tables[2], strict=True)]
            grids.append(difference if "polarization" in active else difference[:1])
        templates = np.reshape(grids, (-1, counts.shape[-1]))
        head: list[Basis] = [Norm("normalization")] if "normalization" in active else []
        head += [Linear((name,)) for name in ("radiative", "polarization") if name in active]
        return templates, Product((*head, *factors)) if head or factors else Linear(())


def _check_channel(card: Card, channel: str) -> None:
    particle = card.value("beam.particle")
    expected = "muon" if channel == "mu-e" else "tau"
    if particle != expected:
        options = ", ".join(c for c in CHANNELS if c.startswith("mu-") == (particle == "muon"))
        raise InvalidInput(
            f"search.channel = {channel}: the experiment {card.name} makes {particle}s; allowed {options}, "
            f"or an experiment with {expected}s"
        )
