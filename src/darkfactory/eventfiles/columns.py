"""Names of particles and of coupling combinations as names of columns, which programs can use as attributes."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["column_name", "column_names"]


def column_name(name: str) -> str:
    """Name without dots, signs and blanks: ``+`` is ``p``, ``-`` is ``m``, other marks are an underscore or nothing.

    Examples
    --------
    >>> [column_name(name) for name in ("e+", "e+_1", "e-_3", "mu+", "gamma", "|C_V|^2", "2 Re(C_V C_A*)")]
    ['ep', 'ep1', 'em3', 'mup', 'gamma', 'C_V_2', '2_Re_C_V_C_A']
    """
    plain = re.sub(r"\+_?", "p", re.sub(r"-_?", "m", name))
    return re.sub(r"[^0-9A-Za-z]+", "_", plain).strip("_")


def column_names(names: Iterable[str]) -> dict[str, str]:
    """:func:`column_name` of each of several names; a number tells apart those that would be equal.

    Examples
    --------
    >>> column_names(["a+", "ap", "b"])
    {'a+': 'ap', 'ap': 'ap_2', 'b': 'b'}
    """
    found: dict[str, str] = {}
    for name in names:
        label, number = column_name(name), 1
        while (label if number == 1 else f"{label}_{number}") in found.values():
            number += 1
        found[name] = label if number == 1 else f"{label}_{number}"
    return found
