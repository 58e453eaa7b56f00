"""Pseudo-data without fluctuations, and the size of the signal in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import in_range, require
from darkfactory.parsing import as_number
from darkfactory.searches.base import Expectation
from darkfactory.searches.bins import ExpectedCounts
from darkfactory.searches.data import Data

__all__ = ["Asimov", "injected"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Asimov(Data):
    """Pseudo-data: exactly what is expected, with a signal of each mass in its own counts.

    Attributes
    ----------
    inject : str, float or None
        The signal: a branching ratio, or ``NAME=VALUE`` of a coupling; none by default.
    branching_ratio : ndarray
        The same at each mass, once the search is set up.
    """

    inject: str | float | None = None
    branching_ratio: Array | float = 0.0

    def of(self, search: str, expectation: Expectation) -> Asimov:
        """See :meth:`Data.of`."""
        return replace(self, branching_ratio=injected(self.inject, expectation))

    def on(self, expected: Sequence[ExpectedCounts | None], masses: Array) -> list[Array]:
        """See :meth:`Data.on`."""
        sizes = np.broadcast_to(self.branching_ratio, len(masses))
        return [
            np.zeros(0) if one is None else one.model.expectation(size)[0]
            for one, size in zip(expected, sizes, strict=True)
        ]


def injected(inject: str | float | None, expectation: Expectation) -> Array | float:
    """Branching ratio of an injected signal, one for all masses or of each.

    Parameters
    ----------
    inject : str, float or None
        A branching ratio, or ``NAME=VALUE`` of a coupling.
    expectation : Expectation
        Search that is set up.

    Raises
    ------
    InvalidInput
        For a size that is no number >= 0, and a coupling with which the signal does not go.
    """
    if inject is None:
        return 0.0
    name, _, value = inject.rpartition("=") if isinstance(inject, str) else ("", "", inject)
    name, size = name.strip(), as_number(value)
    require(None if size is not None else f"inject = {inject}: must be a branching ratio such as 2e-7, or NAME=VALUE")
    assert size is not None
    if name in ("", "branching_ratio"):
        require(in_range("inject", size, 0.0, 1.0, remedy="a branching ratio such as 2e-7, or F_gev=1e9"))
        return size
    require(in_range(f"inject {name}", size, 0.0, open_low=True))
    ratios = expectation.branching_ratios(name, size)
    most = float(np.max(ratios))
    require(None if most <= 1 else f"inject {name} = {size:g}: is a branching ratio of {most:.3g}: allowed up to 1")
    return ratios
