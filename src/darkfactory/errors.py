"""Errors of darkfactory: each names the quantity, the value, the allowed range and the remedy.

A user's mistake is a subclass of :class:`DarkfactoryError`; the command line prints it and leaves with exit code 2.
Checks are collected, so that one error lists every problem of an input::

    require(
        in_range("polarization", p, 0.0, 1.0, remedy="it is the degree of polarization of the muon spin"),
        positive("x_resolution", dx, unit="units of x"),
    )
"""

from __future__ import annotations

import difflib
import math
import reprlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

__all__ = [
    "CardError",
    "ClosedChannel",
    "DarkfactoryError",
    "DarkfactoryWarning",
    "InfraredDivergence",
    "InvalidInput",
    "NotInRecord",
    "UnknownName",
    "did_you_mean",
    "in_range",
    "is_flag",
    "is_mapping",
    "one_of",
    "positive",
    "require",
    "shortened",
    "whole",
]


class DarkfactoryError(Exception):
    """Base of every error that is the user's to mend; its text says how."""


class DarkfactoryWarning(UserWarning):
    """A result that is given, but of which the user should know something; the command line prints it."""


class InvalidInput(DarkfactoryError, ValueError):
    """One or several quantities lie outside their domain."""


class InfraredDivergence(InvalidInput):
    """A rate that is infinite without a threshold on the energy of a massless particle."""


class CardError(DarkfactoryError, ValueError):
    """An experiment or bound card breaks its schema; all problems of the file are listed."""


class UnknownName(DarkfactoryError, ValueError):
    """A name (model, card, search, key, ...) that does not exist; near ones are listed."""


class ClosedChannel(DarkfactoryError, ValueError):
    """Events were asked of a process that is kinematically closed."""


class NotInRecord(DarkfactoryError, ValueError):
    """A published limit was asked for something that its record does not allow."""


def shortened(value: Any, *, quoted: bool = True) -> str:
    """``repr`` of a value for a message (text without quotes on demand), of at most about 80 characters."""
    if isinstance(value, str) and not quoted:
        return value if len(value) <= 80 else f"{value[:60]}..."
    shortener = reprlib.Repr()
    shortener.maxstring = shortener.maxother = 80
    shortener.maxdict = shortener.maxlist = shortener.maxtuple = 6
    shortener.maxlevel = 2
    text = shortener.repr(value)
    return text if len(text) <= 160 else f"{text[:150]}..."


def in_range(
    quantity: str,
    value: Any,
    low: float = -math.inf,
    high: float = math.inf,
    *,
    unit: str = "",
    remedy: str = "",
    open_low: bool = False,
    open_high: bool = False,
) -> str | None:
    """Problem text if any element of ``value`` lies outside [low, high] or is not a finite number, else None.

    Parameters
    ----------
    quantity : str
        Name as the user knows it.
    value : array_like
        Number or array of numbers.
    low, high : float
        Ends of the allowed range; an infinite end still forbids infinite values.
    unit, remedy : str
        Shown behind the range.
    open_low, open_high : bool
        Whether an end itself is forbidden.

    Returns
    -------
    str or None
        Text that names quantity, first bad value, range and remedy.
    """
    left, right = "(" if open_low or math.isinf(low) else "[", ")" if open_high or math.isinf(high) else "]"
    shown = f"{left}{low:g}, {high:g}{right}{' ' + unit if unit else ''}"
    tail = f"; {remedy}" if remedy else ""
    try:
        numbers = np.atleast_1d(np.asarray(value, dtype=float))
    except (TypeError, ValueError, OverflowError) as error:
        text = "a number of too many digits" if isinstance(error, OverflowError) else shortened(value)
        return f"{quantity} = {text}: not a number, allowed {shown}{tail}"
    bad = ~np.isfinite(numbers)
    bad |= (numbers <= low) if open_low else (numbers < low)
    bad |= (numbers >= high) if open_high else (numbers > high)
    if not bad.any():
        return None
    return f"{quantity} = {numbers[bad].flat[0]:.10g}: allowed {shown}{tail}"


def positive(quantity: str, value: Any, *, unit: str = "", remedy: str = "") -> str | None:
    """Problem text unless every element of ``value`` is finite and > 0 (see :func:`in_range`)."""
    return in_range(quantity, value, 0.0, open_low=True, unit=unit, remedy=remedy)


def whole(quantity: str, value: Any, low: float, high: float = math.inf, *, remedy: str = "") -> str | None:
    """Problem text unless ``value`` is one whole number in [low, high] (see :func:`in_range`).

    Examples
    --------
    >>> whole("bins", 2.5, 1, 100)
    'bins = 2.5: allowed whole numbers in [1, 100]'
    """
    problem = in_range(quantity, value, low, high, remedy=remedy)
    if problem is None and (np.ndim(value) or isinstance(value, bool) or float(value) % 1):
        end = ")" if math.isinf(high) else "]"
        problem = f"{quantity} = {shortened(value)}: allowed whole numbers in [{low:g}, {high:g}{end}"
    return problem


def is_flag(quantity: str, value: Any) -> str | None:
    """Problem text unless ``value`` is True or False: words such as "false" would count as true."""
    return None if isinstance(value, (bool, np.bool_)) else f"{quantity} = {shortened(value)}: allowed True, False"


def is_mapping(quantity: str, value: Any) -> str | None:
    """Problem text unless ``value`` is a mapping of keys."""
    good = isinstance(value, Mapping) and all(isinstance(key, str) for key in value)
    return None if good else f"{quantity} = {shortened(value)}: must be a mapping of keys, e.g. {{'model.mass': 20}}"


def one_of(quantity: str, value: Any, allowed: Iterable[Any]) -> str | None:
    """Problem text unless ``value`` is one of ``allowed``; lists them and the nearest.

    Parameters
    ----------
    quantity : str
        Name as the user knows it.
    value : object
        What was given.
    allowed : iterable
        What may be.

    Returns
    -------
    str or None
        Text, or None if it is fine.
    """
    options = list(allowed)
    if value in options:
        return None
    hint = did_you_mean(str(value)[:80], [str(option) for option in options])
    return f"{quantity} = {shortened(value)}: allowed {', '.join(map(str, options))}{hint}"


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """Return ``'; did you mean a, b?'`` for the names of ``known`` near ``name``, or an empty string."""
    lowered = {candidate.lower(): candidate for candidate in known}
    near = difflib.get_close_matches(name.lower(), lowered, n=3, cutoff=0.55)
    near += [c for c in lowered if c not in near and name and c.split(".")[-1].startswith(name.lower())]
    return f"; did you mean {', '.join(lowered[n] for n in near)}?" if near else ""


def require(*problems: str | None, error: type[DarkfactoryError] = InvalidInput) -> None:
    """Raise ``error`` that lists all problems, if there is one.

    Examples
    --------
    >>> require(in_range("polarization", 0.9, 0, 1))
    >>> require(in_range("polarization", 1.2, 0, 1), positive("days", -1))
    Traceback (most recent call last):
    ...
    darkfactory.errors.InvalidInput: polarization = 1.2: allowed [0, 1]
    days = -1: allowed (0, inf)
    """
    found = [problem for problem in problems if problem]
    if found:
        raise error("\n".join(found))
