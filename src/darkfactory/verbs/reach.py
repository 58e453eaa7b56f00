"""Reach: a search at an experiment, turned from a limit on a rate into a limit on the model's coupling."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import CardError, InvalidInput, one_of, require
from darkfactory.glossary import GLOSSARY, Column, column
from darkfactory.models import MODELS, Model, find_model
from darkfactory.processes.requests import name_of
from darkfactory.result import Result, card_entries, entries, run_block, setting_columns
from darkfactory.searches.base import SearchResult, is_scale
from darkfactory.searches.cards import lacking
from darkfactory.searches.counts import Given
from darkfactory.searches.discovery import Discovery, discovery_of
from darkfactory.searches.scan import run_search
from darkfactory.searches.template import Template
from darkfactory.settings import refuse_unread
from darkfactory.statistics import to_pyhf, z_value
from darkfactory.verbs.observations import Observation, asked_for, observe
from darkfactory.verbs.requests import requested

__all__ = ["Reach", "reach"]

Array = NDArray[np.float64]
BAND_NAMES = ("m2", "m1", "median", "p1", "p2")


@dataclass(frozen=True, eq=False, repr=False)
class Reach(Result):
    """Expected reach of one search at one experiment for one model.

    Attributes
    ----------
    search, experiment, model : str
        Names.
    cl, z : float
        Confidence level and the number of standard deviations at which the method sets its median limit.
    method : str
        Statistical method.
    parameters : dict
        The model's couplings and, for named chiralities, the chirality.
    result : SearchResult
        Limits on the branching ratio over hbar/tau and on couplings, with status and what limits them.
    observation : Observation
        Counts of the user or pseudo-data, and what they say beside observed limits.
    discovery : Discovery, optional
        What the median experiment sees, where that was asked for.
    """

    kind: ClassVar[str] = "reach"
    axis: ClassVar[str] = "mass"

    search: str
    experiment: str
    model: str
    cl: float
    z: float
    method: str
    parameters: Mapping[str, Any]
    result: SearchResult
    observation: Observation = field(default_factory=Observation)
    discovery: Discovery | None = None

    @property
    def masses(self) -> Array:
        """Mass hypotheses [MeV]."""
        return self.result.masses

    @property
    def branching_ratio(self) -> Array:
        """Median expected upper limit on the branching ratio; inf where none is quoted."""
        return self.result.branching_ratio

    @property
    def couplings(self) -> Mapping[str, Array]:
        """Limits on couplings by name and unit: lower ones on scales (``F_gev``), upper ones on all others."""
        return self.result.couplings

    @property
    def F_gev(self) -> Array:
        """Lower limits on F [GeV] of a search for an LFV ALP; 0 where the channel is closed or nothing is quoted."""
        return self.couplings["F_gev"]

    @property
    def references(self) -> tuple[str, ...]:
        """Citation keys of everything used."""
        return tuple(dict.fromkeys(self.result.references))

    def point(self, h: int) -> dict[str, Any]:
        """Row ``h`` as it is written to JSON; what is not quoted is None."""
        r = self.result
        row: dict[str, Any] = {
            "mass": float(r.masses[h]),
            "status": str(r.status[h]),
            "expected": self._limits(h, {"branching_ratio": r.branching_ratio, **r.couplings}),
            "observed": None if r.observed is None else self._limits(h, r.observed),
            "error": float(r.error[h]),
            "band": {name: _finite(x) for name, x in zip(BAND_NAMES, r.band[h], strict=True) if name != "median"},
            "signal_efficiency": float(r.signal_efficiency[h]),
            "background": float(r.background[h]),
            "backgrounds": {source: float(counts[h]) for source, counts in r.backgrounds.items()},
            "limited_by": str(r.limited_by[h]) or None,
        }
        if r.excluded is not None:
            row["excluded"] = {name: [_edges(pair) for pair in edges[h]] for name, edges in r.excluded.items()}
        row |= self._discovered(h)
        return row | {name: _finite(values[h]) for name, values in r.extra.items()} | self.observation.row(h)

    def _limits(self, h: int, limits: Mapping[str, Array]) -> dict[str, float | None]:
        """Limits of row ``h`` on the branching ratio and on couplings."""
        return {name: _coupling(name, values[h], self.result.status[h]) for name, values in limits.items()}

    def _discovered(self, h: int) -> dict[str, Any]:
        """What row ``h`` says of a discovery; nothing if it was not asked for."""
        if (seen := self.discovery) is None:
            return {}
        reached = {"branching_ratio": seen.branching_ratio, **seen.couplings}
        about = {"z": seen.z, "z_local": seen.z_local, "trial_factor": seen.trial_factor}
        found = {name: _coupling(name, values[h], seen.status[h]) for name, values in reached.items()}
        row: dict[str, Any] = {"discovery": found | about}
        if seen.intervals is not None:
            row["discoverable"] = {name: [_edges(pair) for pair in edges[h]] for name, edges in seen.intervals.items()}
        return row

    def to_pyhf(self, mass: float | None = None) -> dict[str, Any]:
        """The likelihood of one mass as a pyhf workspace; its parameter of interest is the branching ratio, scaled.

        Its observations are the counts that were given, the expected background without any.

        Parameters
        ----------
        mass : float, optional
            One of the masses [MeV]; not needed where there is one.

        Raises
        ------
        DarkfactoryError
            For another mass or none of several, a free shape, which pyhf cannot express, and a closed channel.
        """
        if mass is None and len(self.masses) != 1:
            raise InvalidInput(f"mass: {len(self.masses)} points; a pyhf workspace holds one, give a single --mass")
        h = 0 if mass is None else self._place(mass)
        if (model := self.result.likelihood(h)) is None:
            hint = "; take search.analysis=binned" if self.result.settings.get("analysis") == "analytic" else ""
            raise InvalidInput(f"{self.search} at {self.masses[h]:g} MeV: no binned likelihood to export{hint}")
        data, band = self.observation.counts[h : h + 1] or (None,), self.result.band[h]
        return to_pyhf(model, data[0], reach=float(np.max(band[np.isfinite(band)], initial=0.0)))

    def _place(self, mass: float) -> int:
        require(one_of("mass", float(mass), self.masses.tolist()))
        return int(np.flatnonzero(self.masses == mass)[0])

    @property
    def template(self) -> Template:
        """Bins of the search with what is expected in them, for counts of one's own."""
        return Template(self.search, self.result, self.run)

    @property
    def words(self) -> dict[str, Any]:
        """What JSON says beside the rows."""
        return {
            "search": self.search,
            "experiment": self.experiment,
            "model": self.model,
            "model_parameters": dict(self.parameters),
            "process": self.result.process,
            "cl": self.cl,
            "method": self.method,
            "z": self.z,
            "seed": self.result.seed,
            "settings": self.settings,
            "nuisances": {name: _finite_or_word(prior) for name, prior in self.result.nuisances.items()},
        }

    @property
    def title(self) -> str:
        """Line above the table."""
        return f"{self.result.process} at {self.experiment}, {self.parameters.get('chirality', self.model)}"

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One row per mass."""
        return [self.point(h) for h in range(len(self.masses))]

    @property
    def settings(self) -> dict[str, Any]:
        """Settings of the search as they were used."""
        return {key: _finite_or_word(v) for key, v in self.result.settings.items() if key not in ("cl", "method")}

    @functools.cached_property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know, and where an excluded region ends."""
        tip = self.result.tip
        seen = self.discovery.notes if self.discovery else ()
        ends = (f"the excluded region ends at {tip():.4g} MeV",) if tip else ()
        return (*self.result.notes, *self.observation.notes, *seen, *ends)

    def own_columns(self) -> Mapping[str, Column]:
        """The band of the limit, the backgrounds by name, and the excluded intervals."""
        band = {"m2": "-2", "m1": "-1", "p1": "+1", "p2": "+2"}
        about = "expected limit on the branching ratio, {} sigma"
        of_model = setting_columns(find_model(self.model).keys) if self.model in MODELS else {}
        own = {name: about for name, about in of_model.items() if name in self.couplings and name not in GLOSSARY}
        own |= {f"band.{name}": Column(name, "1", about.format(sigma)) for name, sigma in band.items()}
        about = "significance that is asked for, of a whole scan if it is corrected, in standard deviations"
        own["discovery.z"] = Column("z", "1", about)
        own["discovery.trial_factor"] = Column("trial_factor", "1", "p-value of a whole scan over that at one mass")
        for name in self.result.backgrounds:
            own[f"backgrounds.{name}"] = Column(name, "1", f"expected background events of {name} under the signal")
        for name in self.result.excluded or ():
            for kind, what in (("excluded", "excluded intervals"), ("discoverable", "intervals of a discovery")):
                about = f"median expected {what} [low, high]; no number where no edge was found"
                own[f"{kind}.{name}"] = Column(name, column(name).unit, about)
        return own | self.observation.columns()

    def plot(self, ax: Any = None, quantity: str = "branching_ratio") -> Any:
        """Draw the expected limit against mass.

        Parameters
        ----------
        ax : Axes, optional
            Where; a new figure otherwise.
        quantity : str
            ``branching_ratio``, with the 68% and 95% band, or a coupling such as ``F_gev``.

        Returns
        -------
        Axes
            With labels and units.

        Raises
        ------
        InvalidInput
            For another quantity.
        """
        from darkfactory.plotting import axes_of, draw_against, numbers_of

        require(one_of("quantity", quantity, ("branching_ratio", *self.couplings)))
        y = numbers_of([row["expected"] for row in self.rows], quantity)
        band = [numbers_of([row["band"] for row in self.rows], name) for name in ("m2", "m1", "p1", "p2")]
        bands = [(band[1], band[2], "68%"), (band[0], band[3], "95%")] if quantity == "branching_ratio" else []
        label = f"{self.experiment}, {self.cl:.0%} CL ({self.method})"
        return draw_against(axes_of(ax), ("mass", self.masses), (quantity, y), label=label, bands=bands)

    def plot_data(self, mass: float | None = None, figure: Any = None) -> Any:
        """Figure of the counts at a mass [MeV], by default that of the largest excess, with background and signal as fitted."""
        h = self.observation.largest if mass is None else self._place(mass)
        title = f"{self.title}, {self.masses[h]:g} MeV"
        return self.observation.plot(h, (self.result.counts() or (None,))[h], title, figure)


def _coupling(name: str, value: Any, status: Any) -> float | None:
    """Limit on a coupling for JSON: F of 0 says closed, and any scale of 0 is no limit otherwise."""
    nothing = status != "closed" or name.startswith("cutoff")
    return None if is_scale(name) and value == 0 and nothing else _finite(value)


def _edges(pair: Array) -> list[float | None]:
    """Edges of an excluded interval; those that were not found are None."""
    return [float(edge) if 0 < edge < math.inf else None for edge in pair]


def _finite(value: Any) -> float | None:
    if isinstance(value, np.bool_):
        return bool(value)
    return float(value) if math.isfinite(value) else None


def _finite_or_word(value: Any) -> Any:
    return "free" if isinstance(value, float) and math.isinf(value) else value


def reach(
    search: str,
    experiment: str | None = None,
    *,
    model: str | Model | None = None,
    mass: str | float | Sequence[float] | Array | None = None,
    cl: float | None = None,
    method: str | None = None,
    coupling: str | None = None,
    settings: Mapping[str, Any] | None = None,
    data: Given | None = None,
    asimov: bool = False,
    toys: int | None = None,
    inject: str | float | None = None,
    discovery: float | None = None,
    look_elsewhere: str = "none",
    seed: int = 0,
) -> Reach:
    """Expected reach of a search at an experiment, what counts say, and what would be discovered.

    Parameters
    ----------
    search : str
        Name of the search, e.g. ``forward-positron``.
    experiment : str, optional
        Name of a shipped card or path of your own; the search's first card by default.
    model : str or model object, optional
        Name of a model (its parameters then come from ``model.*`` settings), or a model; the search's first by default.
    mass : number, array or ``START:STOP:N``
        Mass hypotheses [MeV]; the model's mass by default.
    cl, method : float, str, optional
        Confidence level and statistical method; what the card, then the search, says by default.
    coupling : str, optional
        Which coupling is scanned where the search offers several, e.g. ``g_mumu``; by default the first without a value.
    settings : mapping, optional
        Overrides with prefixes ``model.``, ``beam.``, ``detector.``, ``search.``.
    data : path or array_like, optional
        Counts (:func:`darkfactory.searches.counts.read_data`): a table with the bins of :attr:`Reach.template`, a histogram
        (JSON of UHI), a pyhf workspace, or numbers, shape (bins,) or (masses, bins). For methods ``profile`` and ``cls``; for
        few events limits and p-values are exact Poisson ones.
    asimov : bool
        Take what is expected in place of data.
    toys : int
        Also fit so many pseudo-experiments at each mass.
    inject : str or float, optional
        Signal in pseudo-data, that of each mass: a branching ratio, or ``"F_gev=1e9"``.
    discovery : float, optional
        Significance [standard deviations], in (0, 7], e.g. 3 or 5: also the weakest coupling that the median experiment sees with
        it, over the background alone. For few events by the exact Poisson p-value.
    look_elsewhere : {"none", "gross-vitells", "toys"}
        Whether that significance, or the p-value of counts, is the one at a mass or that of a scan over the range of the
        masses, by the mean number of upcrossings in closed form or of toys.
    seed : int
        Of the toys.

    Returns
    -------
    Reach
        One row per mass. A closed channel is a row with status ``closed``; no exception.

    Raises
    ------
    DarkfactoryError
        For unknown names and values outside their domain; all problems at once.

    Examples
    --------
    >>> r = reach("forward-positron", "megii-fwd", method="fisher",
    ...           settings={"search.systematics": "none", "search.background_order": "born", "search.signal_tail": "none"})
    >>> f"{r.branching_ratio[0]:.3e} {r.F_gev[0]:.2e}"  # two weeks, no focusing, statistics only
    '1.234e-07 2.52e+10'
    """
    asked, counts = asked_for(dict(locals()))
    strategy, card, typed, built, model_settings, masses, cl, method = requested(
        search, experiment, model, mass, cl, method, coupling, settings
    )
    try:
        result = run_search(strategy, card, typed, built, masses, cl, method, counts)
        observation = observe(result, counts, cl, method, asked)
    except CardError as missing:
        raise lacking(card, f"lacks what {strategy.name} needs", missing, strategy.cards) from None

    seen = None if discovery is None else discovery_of(result, discovery, look_elsewhere, seed)
    scanned = [f"model.{key}" for key in model_settings if key in result.scanned]
    require(*(f"{key}: changes nothing in {strategy.name}, which scans it or does not see it" for key in scanned))
    if not np.isin(result.status, ("closed", "no-acceptance")).all():  # with nothing to compute nothing is read
        refuse_unread(f"{strategy.name} at {card.name} with these settings", card, typed)
    of_search = {key: value for key, value in result.settings.items() if key not in card.values()}
    used = card_entries(card, {**of_search, "cl": cl, "method": method}, typed.origins)
    used |= entries(built.identity(), model_settings, "model.")
    return Reach(
        search=strategy.name,
        experiment=card.name,
        model=model.replace("_", "-") if isinstance(model, str) else str(name_of(built)),
        cl=cl,
        z=z_value(cl, method),
        method=method,
        parameters=built.identity(),
        result=replace(result, notes=(*typed.taken_back, *result.notes)),
        observation=observation,
        discovery=seen,
        run=run_block(reach, asked, settings=used, card=card, seed=seed if toys else result.seed),
    )
