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
    expectation : Expectation
        The search, once it is set up.
    """

    inject: str | float | None = None
    expectation: Expectation | None = None

    def of(self, search: str, expectation: Expectation) -> Asimov:
        """See :meth:`Data.of`."""
        return replace(self, expectation=expectation)

    def on(self, expected: Sequence[ExpectedCounts | None], masses: Array) -> list[Array]:
        """See :meth:`Data.on`."""
        assert self.expectation is not None
        sizes = injected(self.inject, self.expectation, expected)[1]
        return [
            np.zeros(0) if one is None else one.model.expectation(size)[0]
            for one, size in zip(expected, sizes, strict=True)
        ]


def injected(
    inject: str | float | None, expectation: Expectation, expected: Sequence[ExpectedCounts | None]
) -> tuple[Array, Array]:
    """Branching ratios of an injected signal, and its sizes in what is expected, shape (H,) each.

    Parameters
    ----------
    inject : str, float or None
        A branching ratio, or ``NAME=VALUE`` of a coupling.
    expectation : Expectation
        Search that is set up.
    expected : sequence
        What it expects, one per mass; None where nothing is expected.

    Returns
    -------
    tuple of ndarray
        The two are the same but where the signal is no multiple of itself.

    Raises
    ------
    InvalidInput
        For a size that is no number >= 0, and a coupling with which the signal does not go.
    """
    name, _, value = inject.rpartition("=") if isinstance(inject, str) else ("", "", inject or 0.0)
    name, size = name.strip() or "branching_ratio", as_number(value)
    require(None if size is not None else f"inject = {inject}: must be a branching ratio such as 2e-7, or NAME=VALUE")
    assert size is not None
    if name == "branching_ratio":
        require(in_range("inject", size, 0.0, 1.0, remedy="a branching ratio such as 2e-7, or F_gev=1e9"))
    else:
        require(in_range(f"inject {name}", size, 0.0, open_low=True))
    curves = [one.curve for one in expected if one is not None]
    if size > 0 and any(curves):
        found = [(0.0, 0.0) if one is None else _on_curve(one, name, size) for one in expected]
        ratios, sizes = np.array(found).T
    else:
        plain = name == "branching_ratio"
        ratios = np.full(len(expected), size) if plain else expectation.branching_ratios(name, size)
        sizes = ratios
    most = float(np.max(ratios))
    require(None if most <= 1 else f"inject {name} = {size:g}: is a branching ratio of {most:.3g}: allowed up to 1")
    return ratios, sizes


def _on_curve(one: ExpectedCounts, name: str, size: float) -> tuple[float, float]:
    """Branching ratio of a signal, and the number of signals of the model with as many events."""
    assert one.curve is not None
    events, ratio = one.curve.at(name, size)
    unit = float(one.signal[0])
    return ratio, events / unit if unit > 0 else 0.0
