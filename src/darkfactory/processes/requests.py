"""What verbs ask of a process: its model, options and settings, each checked in one place; whether its numbers make sense."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from darkfactory.errors import InvalidInput, UnknownName, did_you_mean, one_of, require
from darkfactory.models import Model, build_model, find_model, offering
from darkfactory.processes.inputs import representable

if TYPE_CHECKING:
    from darkfactory.processes.base import Process
    from darkfactory.processes.decay import Decay

__all__ = [
    "excess_notes",
    "model_of",
    "name_of",
    "parameters",
    "require_finite",
    "require_keys",
    "require_understood",
    "resolve_model",
]


def resolve_model(taker: str, takes: str, default: str | None, model: Any, settings: Mapping[str, Any]) -> Any:
    """Model that a process or a search takes: an object, one by name with its settings, or the default.

    Parameters
    ----------
    taker : str
        Process or search, for the messages.
    takes : str
        What a model must offer for it; empty in the Standard Model.
    default : str or None
        Name of the one that it takes if none is given; None for the Standard Model.
    model : str or model object, optional
        Name or object.
    settings : mapping
        Keys without the prefix ``model.``, for a named model.

    Returns
    -------
    model object or None
        None in the Standard Model.

    Raises
    ------
    DarkfactoryError
        If it takes no such model, or settings come beside an object or without a model.
    """
    allowed = offering(takes) if takes else ()
    if not takes and (model is not None or settings):
        raise InvalidInput(f"model = {name_of(model) or 'model.' + next(iter(settings))}: {taker} takes no model")
    if model is not None and not isinstance(model, str):
        require(
            f"settings model.{next(iter(settings))}: the model is already given as an object" if settings else None,
            None if takes in getattr(model, "offers", ()) else one_of(f"model of {taker}", name_of(model), allowed),
        )
        return model
    if model is None and default is None:
        if settings:
            raise InvalidInput(
                f"model.{next(iter(settings))}: {taker} needs a model for it; models: {', '.join(allowed)}"
            )
        return None
    name = str(model or default).replace("_", "-")
    if takes not in find_model(name).offers:
        require(one_of(f"model of {taker}", name, allowed))
    with representable(f"model {name}"):
        return build_model(name, settings)


def model_of(process: Process, model: str | Model | None, settings: Mapping[str, Any]) -> Any:
    """Model of a process from an object, a name or the process's own, see :func:`resolve_model`."""
    return resolve_model(process.name, process.takes, process.model, model, settings)


def name_of(model: Any) -> str | None:
    """Name of a model on the command line, from an object or a name."""
    if model is None or isinstance(model, str):
        return model
    return str(getattr(model, "name", None) or model)


def require_understood(taker: str, given: Mapping[str, Any], understood: Collection[str]) -> dict[str, Any]:
    """Options that are given; raise :class:`InvalidInput` that lists those which mean nothing to who gets them.

    Parameters
    ----------
    taker : str
        Process and what is asked of it.
    given : mapping
        Options by name, None where they are not given.
    understood : collection of str
        Names of options that have a meaning there.

    Returns
    -------
    dict
        The given ones.

    Examples
    --------
    >>> require_understood("rate of X -> e e, a width,", {"norm": None, "cut": "E_e > 1"}, {"cut"})
    {'cut': 'E_e > 1'}
    """
    found = {name: value for name, value in given.items() if value is not None}
    listed = ", ".join(name for name in given if name in understood) or "none"
    require(
        *(
            f"{name} = {value!r}: {taker} does not take it; options: {listed}"
            for name, value in found.items()
            if name not in understood
        )
    )
    return found


def require_keys(taker: str, given: Mapping[str, Any], known: Sequence[str]) -> None:
    """Raise :class:`UnknownName` for every setting that is none of ``known``; these and the near ones are listed.

    Parameters
    ----------
    taker : str
        What was asked.
    given : mapping
        Settings.
    known : sequence of str
        Keys that have a meaning there, besides ``model.*``.
    """
    listed = ", ".join(("model.*", *known))
    require(
        *(
            f"{key}: unknown key of {taker}; keys: {listed}{did_you_mean(key, list(known))}"
            for key in given
            if key not in known
        ),
        error=UnknownName,
    )


def require_finite(what: str, model: Any, *values: Any) -> None:
    """Raise :class:`InvalidInput` unless all values are finite numbers; the error names the parameters of the model.

    Parameters
    ----------
    what : str
        What was computed.
    model : object
        Its model, or None.
    *values
        Numbers or arrays.
    """
    if all(np.all(np.isfinite(value)) for value in values):
        return
    shown = ", ".join(f"model.{key} = {value}" for key, value in parameters(model).items())
    raise InvalidInput(
        f"{what} is not a finite number; {shown or 'the cut'}: allowed values nearer to those of physics"
    )


def excess_notes(process: Decay, value: float, norm: str, order: str) -> tuple[str, ...]:
    """What to say of a branching ratio above 1.

    Parameters
    ----------
    process : Decay
        The decay.
    value : float
        Its branching ratio.
    norm, order : str
        What it is over, and the order in alpha.

    Returns
    -------
    tuple of str
        Empty for a value up to 1.
    """
    if not value > 1 or process.total_width is None:
        return ()
    if process.models:
        return (f"branching ratio {value:.4g} above 1: couplings so large that the tree level does not hold",)
    if not process.orders[1:]:
        return (f"branching ratio {value:.4g} above 1: photons so soft that the tree level does not hold",)
    over = {"exp": "hbar/tau, which is measured", "lo": "the width at tree level"}[norm]
    return (
        f"{value:.7g} is above 1: the width is that of order {order} from G_F alone, divided by {over}; "
        "search.background_order and norm change it",
    )


def parameters(model: Model | None) -> dict[str, Any]:
    """Couplings of a model, ready for JSON."""
    return {} if model is None else model.parameters()
