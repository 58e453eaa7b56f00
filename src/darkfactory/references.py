"""References: every formula, card and published limit names a key of ``references.bib``."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources

from darkfactory.errors import UnknownName, did_you_mean

__all__ = ["Reference", "bibtex", "load_references", "lookup"]

_FIELD = re.compile(r"^\s*(\w+)\s*=\s*\{(.*)\},?\s*$", re.MULTILINE)
_ENTRY = re.compile(r"^@\w+\{([^,\s]+),\n(.*?)^\}", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Reference:
    """One entry of the bibliography.

    Attributes
    ----------
    key : str
        Citation key.
    bibtex : str
        The BibTeX entry.
    author, title, year, eprint : str
        Its fields, braces removed; empty where absent.
    """

    key: str
    bibtex: str
    author: str = ""
    title: str = ""
    year: str = ""
    eprint: str = ""

    @property
    def short(self) -> str:
        """First author and year with the arXiv number, as a figure's legend shows it."""
        first = self.author.split(" and ")[0].split(",")[0].replace(" Collaboration", "")
        return f"{first} {self.year}" + (f" [{self.eprint}]" if self.eprint else "")


@functools.cache
def load_references() -> dict[str, Reference]:
    """All references by key, in the order of the file."""
    text = resources.files("darkfactory").joinpath("references.bib").read_text(encoding="utf-8")
    found = {}
    for match in _ENTRY.finditer(text):
        fields = {name: value.strip("{}") for name, value in _FIELD.findall(match[2])}
        known = {name: fields[name] for name in ("author", "title", "year", "eprint") if name in fields}
        found[match[1]] = Reference(match[1], match[0], **known)
    return found


def lookup(key: str) -> Reference:
    """Return the reference with citation key ``key``.

    Raises
    ------
    UnknownName
        If there is none; near keys are listed.

    Examples
    --------
    >>> lookup("Calibbi:2020jvd").short
    'Calibbi 2021 [2006.04795]'
    """
    references = load_references()
    if key not in references:
        raise UnknownName(f"reference {key!r} is not in the bibliography{did_you_mean(key, list(references))}")
    return references[key]


def bibtex(keys: Iterable[str]) -> str:
    """BibTeX text of ``keys``, each once, in the order given (see :func:`lookup` for unknown ones)."""
    return "\n\n".join(lookup(key).bibtex for key in dict.fromkeys(keys))
