"""Settings ``prefix.key=value`` of a command line or a call, sorted by where they go; and ranges of masses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import InvalidInput, in_range, require

__all__ = ["mass_points", "parse_assignments", "split_settings"]

MOST_POINTS = 100_000


def parse_assignments(assignments: Iterable[str]) -> dict[str, str]:
    """Settings from texts ``key=value``.

    Raises
    ------
    InvalidInput
        For a text without ``=``, or a key that is given twice.

    Examples
    --------
    >>> parse_assignments(["model.mass=20", "beam.days = 28"])
    {'model.mass': '20', 'beam.days': '28'}
    """
    found: dict[str, str] = {}
    problems = []
    for text in assignments:
        key, equals, value = (part.strip() for part in text.partition("="))
        if not (key and equals and value):
            problems.append(f"--set {text!r}: must be key=value, e.g. --set beam.days=28")
        elif key in found:
            problems.append(f"--set {key} is given twice: {found[key]} and {value}")
        found[key] = value
    require(*problems)
    return found


def split_settings(settings: Mapping[str, Any] | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Model settings (without the prefix ``model.``) and the rest, which belongs to the experiment's card and the search.

    Examples
    --------
    >>> split_settings({"model.mass": 20, "beam.days": 28})
    ({'mass': 20}, {'beam.days': 28})
    """
    settings = settings or {}
    model = {key.removeprefix("model."): value for key, value in settings.items() if key.startswith("model.")}
    return model, {key: value for key, value in settings.items() if not key.startswith("model.")}


def mass_points(mass: str | float | Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Masses [MeV] from a number, an array, or ``START:STOP:N`` (N points with both ends).

    Raises
    ------
    InvalidInput
        For anything else, a negative mass or N < 1.

    Examples
    --------
    >>> mass_points("1:100:4").tolist()
    [1.0, 34.0, 67.0, 100.0]
    """
    if isinstance(mass, str):
        parts = mass.split(":")
        try:
            numbers = [float(part) for part in parts]
        except ValueError:
            numbers = []
        whole = len(numbers) != 3 or (np.isfinite(numbers[2]) and numbers[2] >= 1 and numbers[2] == int(numbers[2]))
        if len(numbers) not in (1, 3) or not whole:
            raise InvalidInput(
                f"mass = {mass!r}: must be a mass [MeV] or START:STOP:N with N whole, e.g. 45 or 1:100:25"
            )
        points = numbers[2] if len(numbers) == 3 else 1
        remedy = "every point is a search of its own"
        require(
            in_range("mass", numbers[:2], 0, unit="MeV"),
            in_range("N of mass = START:STOP:N", points, 1, MOST_POINTS, remedy=remedy),
        )
        masses = np.array(numbers) if len(numbers) == 1 else np.linspace(numbers[0], numbers[1], int(numbers[2]))
    else:
        try:
            masses = np.atleast_1d(np.asarray(mass, dtype=float))
        except (TypeError, ValueError):
            raise InvalidInput(f"mass = {mass!r}: must be a mass [MeV] or a sequence of them") from None
        if masses.ndim != 1 or masses.size == 0:
            raise InvalidInput(f"mass has shape {np.shape(mass)}: must be one mass [MeV] or a sequence of them")
    require(in_range("mass", masses, 0, unit="MeV"))
    return masses
