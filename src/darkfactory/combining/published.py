"""Published measurements as parts of a combination: a Gaussian or a Poisson term, where the record holds what is needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.bounds.recast import Bound
from darkfactory.bounds.registry import get_record
from darkfactory.combining.parts import Bins, Part, strength_of
from darkfactory.errors import InvalidInput, NotInRecord
from darkfactory.processes.muon_decay.scales import is_closed, scales_from_branching_ratios
from darkfactory.searches.expectations import binned_limits
from darkfactory.statistics import BinnedModel
from darkfactory.statistics.combination import gaussian_term
from darkfactory.statistics.systematics import Linear

__all__ = ["PREFIX", "PublishedPart"]

Array = NDArray[np.float64]
PREFIX = "bound:"
"""What names of records begin with, among results."""
COUPLING = "F_gev"


class PublishedPart(Part):
    """A record on LFV decays that says what was measured.

    Parameters
    ----------
    name : str
        ``bound:NAME``.
    model : LfvAlp
        Its couplings.
    channel : str
        Such as ``mu -> e a``.

    Raises
    ------
    InvalidInput
        For a record on couplings, which are outlines of what is excluded.
    UnknownName
        If there is no such record, or no limit on the channel in it.
    """

    def __init__(self, name: str, model: Any, channel: str) -> None:
        record = get_record(name.removeprefix(PREFIX))
        if not isinstance(record, Bound):
            raise InvalidInput(
                f"{name}: a limit on {getattr(record, 'quantity', 'a coupling')}, of which the record holds the edge alone: no "
                "likelihood; what can enter is a record on LFV decays with `measured`"
            )
        if not hasattr(model, "C_V"):
            raise InvalidInput(f"{name}: limits decays into an LFV ALP; allowed beside results of the model lfv-alp")
        self.label, self.model, self.channel = name, model, channel
        self.bound = record.for_channel(channel)
        self.references = (record.reference,)

    def usable(self, mass: float) -> bool:
        """As of :class:`Part`: within the published masses; a record that holds no measurement there is refused."""
        return not is_closed(self.channel, mass) and any(limit.covers(mass) for limit in self.bound.limits)

    def bins(self, masses: Sequence[float] | Array) -> Bins:
        """As of :class:`Part`: one bin for each mass."""
        terms = [self._term(mass) for mass in masses]
        signal, background, data = (np.array(values)[:, None] for values in zip(*terms, strict=True))
        model = BinnedModel(signal, background[:, None, :], Linear(()))
        one = scales_from_branching_ratios(self.channel, np.ones(len(masses)), masses, self.model)
        return Bins(model, strength_of(COUPLING, one), 2.0, data)

    def _term(self, mass: float) -> tuple[float, float, float]:
        """Signal of unit branching ratio for the couplings of the model, background, and counts."""
        try:
            limit, factor = self.bound.measured(mass, self.model.C_V, self.model.C_A, self.channel)
        except NotInRecord as refused:
            raise InvalidInput(f"{PREFIX}{refused}") from None
        found = limit.measured
        assert found is not None
        if found.best_fit is not None and found.error is not None:
            model, data = gaussian_term(found.best_fit * factor, found.error * factor)
            return float(np.asarray(model.signal)[0, 0]), float(model.background[0, 0]), float(data[0])
        signal, background = found.events_per_branching_ratio or 0.0, found.background or 0.0
        return signal / factor, background, float(found.observed or 0.0)

    def own_limits(self, masses: Sequence[float] | Array, cl: float, method: str) -> Array:
        """As of :class:`Part`: expected limits of its own term."""
        part = self.bins(masses)
        found = binned_limits(part.model, cl, method)["branching_ratio"]
        return strength_of(COUPLING, part.unit * np.sqrt(found))

    @property
    def has_data(self) -> bool:
        """As of :class:`Part`: always."""
        return True
