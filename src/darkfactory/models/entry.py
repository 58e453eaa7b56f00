"""What an entry of the registry of models is, and how its settings are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from darkfactory.settings import Setting

__all__ = ["ModelEntry"]


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
