"""What the files of a folder declare: a new model, process, beam, search, target or figure is one file, and is found."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

__all__ = ["declared", "declaring", "files_of"]


def files_of(package: str) -> list[str]:
    """Names of the modules and folders of a package, without its registry and what is private."""
    path = importlib.import_module(package).__path__
    return sorted(m.name for m in pkgutil.iter_modules(path) if m.name != "registry" and not m.name.startswith("_"))


def declaring(package: str, word: str) -> list[str]:
    """Names of the files of a package that have a variable ``word``, without importing them."""
    (path,) = importlib.import_module(package).__path__
    files = {name: Path(path) / f"{name}.py" for name in files_of(package)}
    line = re.compile(rf"^{word}\b", re.MULTILINE)
    return [name for name, file in files.items() if file.exists() and line.search(file.read_text(encoding="utf-8"))]


def declared(package: str, word: str, first: Sequence[str] = ()) -> dict[str, Any]:
    """Everything that the files and folders of a package call ``word``, by its name.

    Parameters
    ----------
    package : str
        Such as ``darkfactory.models``; all its files but ``registry`` are imported.
    word : str
        Name of the variable, such as ``MODELS``; it holds one thing or a tuple of things, each with a ``name``.
    first : sequence of str
        Names in the order in which they are listed; all others follow in the order of the alphabet.

    Returns
    -------
    dict
        Name -> thing.

    Raises
    ------
    ValueError
        If two things have the same name.

    Examples
    --------
    >>> list(declared("darkfactory.models", "MODELS", ("scalar", "vector")))[:3]
    ['scalar', 'vector', 'anarchy']
    """
    found: dict[str, Any] = {}
    for thing in _declarations(package, word):
        if found.setdefault(thing.name, thing) is not thing:  # a file may import what another one declares
            raise ValueError(f"{package}: two {word} are called {thing.name!r}")
    order = [name for name in first if name in found]
    return {name: found[name] for name in (*order, *sorted(set(found) - set(order)))}


def _declarations(package: str, word: str) -> Iterator[Any]:
    for name in files_of(package):
        what = getattr(importlib.import_module(f"{package}.{name}"), word, ())
        yield from what if isinstance(what, tuple) else (what,)
