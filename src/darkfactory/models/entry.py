"""What an entry of the registry of models is, and how its settings are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from darkfactory.errors import InvalidInput, require

__all__ = ["ModelEntry", "number", "numbers", "to_floats"]


@dataclass(frozen=True)
class ModelEntry:
    """A model as users name it.

    Attributes
    ----------
    name, title : str
        Name on the command line and a line that says what it is.
    keys : dict
        Settings and what they mean, with units.
    build : callable
        Makes the model from settings (values may be text).
    references : tuple of str
        Citation keys.
    gives : str
        Name of the model whose rates and reaches it has, where that is another one.
    """

    name: str
    title: str
    keys: Mapping[str, str]
    build: Callable[[Mapping[str, Any]], Any]
    references: tuple[str, ...] = ()
    gives: str = ""

    @property
    def acts_as(self) -> str:
        """Name of the model as processes and searches know it."""
        return self.gives or self.name


def number(key: str, value: Any, kind: type = float) -> Any:
    """A setting as a number.

    Parameters
    ----------
    key : str
        Key, for the error.
    value : object
        Number or text.
    kind : type
        float, complex or int.

    Returns
    -------
    float, complex or int

    Raises
    ------
    InvalidInput
        If it is none.

    Examples
    --------
    >>> number("C_V", "1 + 0.5j", complex)
    (1+0.5j)
    """
    try:
        return kind(value.replace(" ", "") if isinstance(value, str) else value)
    except (TypeError, ValueError):
        example = "1+0.5j" if kind is complex else "1e10"
        raise InvalidInput(f"model.{key} = {value!r}: must be a {kind.__name__} number, e.g. {example}") from None


def numbers(key: str, value: Any) -> list[float]:
    """A setting as several numbers: a sequence, or text such as ``1,0,0``."""
    if isinstance(value, str):
        return [number(key, part) for part in value.strip("()[] ").split(",")]
    try:
        return [number(key, part) for part in value]
    except TypeError:
        return [number(key, value)]


def to_floats(model: Any, *keys: str) -> None:
    """Make fields of a frozen model Python floats, whatever numbers they were given as; None stays None.

    NumPy's numbers would otherwise travel into results, which are then no JSON.

    Raises
    ------
    InvalidInput
        For arrays of several numbers.
    """
    found = {key: np.asarray(getattr(model, key)) for key in keys if getattr(model, key) is not None}
    require(*(f"model.{key}: {v.size} numbers, must be one" for key, v in found.items() if v.size != 1))
    for key, value in found.items():
        object.__setattr__(model, key, float(value.reshape(())))
