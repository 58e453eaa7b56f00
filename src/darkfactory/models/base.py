"""What an entry of the registry of models is, and how its settings are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from darkfactory.errors import require
from darkfactory.settings import Setting

__all__ = ["ModelEntry", "to_floats"]


@dataclass(frozen=True)
class ModelEntry:
    """A model as users name it.

    Attributes
    ----------
    name, title : str
        Name on the command line and a line that says what it is.
    keys : tuple of Setting
        Its settings, without the prefix ``model.``.
    build : callable
        Makes the model from the typed values of the settings that are given.
    references : tuple of str
        Citation keys.
    gives : str
        Name of the model whose rates and reaches it has, where that is another one.
    """

    name: str
    title: str
    keys: tuple[Setting, ...]
    build: Callable[[Mapping[str, Any]], Any]
    references: tuple[str, ...] = ()
    gives: str = ""

    @property
    def acts_as(self) -> str:
        """Name of the model as processes and searches know it."""
        return self.gives or self.name


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
