"""Branching ratios from partial widths, and the settings of decays."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from darkfactory.errors import InvalidInput, one_of, require
from darkfactory.processes.base import Estimate
from darkfactory.processes.inputs import NORMS
from darkfactory.processes.requests import excess_notes, parameters, require_finite
from darkfactory.settings import Setting, Settings

if TYPE_CHECKING:
    from darkfactory.processes.decay import Decay

__all__ = ["ORDER_KEY", "POLARIZATION", "TAIL_KEY", "branching_ratio", "order_setting", "tail_setting"]

ORDER_KEY = "search.background_order"
"""Setting of the order in alpha, called as in the searches."""
TAIL_KEY = "search.signal_tail"
"""Setting of the radiative tail of a line, called as in the searches."""
POLARIZATION = Setting("beam.polarization", 0.0, "degree of polarization against the beam", low=-1.0, high=1.0)


def order_setting(orders: tuple[str, ...], default: str) -> Setting:
    """Setting of the order in alpha."""
    return Setting(ORDER_KEY, default, "order in alpha, photons included", "choice", choices=orders)


def tail_setting(tails: tuple[str, ...]) -> Setting:
    """Setting of the radiative tail of a line, the last one by default."""
    return Setting(TAIL_KEY, tails[-1], "radiative tail of the line", "choice", choices=tails)


def branching_ratio(
    process: Decay,
    model: Any,
    settings: Settings,
    *,
    norm: str = "exp",
    relative_to: Decay | None = None,
    other_model: Any = None,
    **options: Any,
) -> Estimate:
    """Branching ratio, ratio to another decay, or width of an X.

    Parameters
    ----------
    process : Decay
        The decay.
    model, settings : object
        Its model, and the order in alpha.
    norm : {"exp", "lo"}
        What a branching ratio is over.
    relative_to : Decay, optional
        The decay of a ratio, at the same order where it has it.
    other_model : object, optional
        Its model.
    **options
        As for :meth:`darkfactory.processes.Decay.rate`; the cut holds for the first decay only.

    Returns
    -------
    Estimate
        With the partial width [MeV].
    """
    require(one_of("norm", norm, NORMS))
    order = str(settings.get(ORDER_KEY, process.default_order))
    width = process.rate(model, order=order, **options)
    references, notes, label = process.references, width.notes, norm if process.total_width is not None else None
    below = Estimate(process.denominator(norm), 0.0, "")
    if relative_to is not None:
        label = None
        same = order if order in relative_to.orders else "born"
        if same != order:
            notes = (*notes, f"order {order} over {relative_to.name} at tree level, which is all that it has")
        shared = {name: value for name, value in options.items() if name not in ("cut", "method")}
        below = relative_to.rate(other_model, order=same, **shared)
        if not below.value > 0:
            raise InvalidInput("relative_to: the rate of the process in the denominator is 0")
        references = tuple(dict.fromkeys((*references, *relative_to.references)))
    value = width.value / below.value
    error = math.hypot(width.error, value * below.error) / below.value
    require_finite(f"the rate of {process.name}", model, value, error)
    if label is not None:
        notes = (*notes, *excess_notes(process, value, label, order))
    return Estimate(
        value=value,
        error=error,
        method=width.method,
        events=width.events + below.events,
        notes=notes,
        unit="1" if relative_to is not None else process.unit,
        norm=label,
        order=order,
        width=width.value,
        parameters=parameters(model),
        references=references,
    )
