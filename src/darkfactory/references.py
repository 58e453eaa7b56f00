"""References: every formula, card and published limit names a key of ``references.bib``."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources

from darkfactory.errors import UnknownName, did_you_mean

__all__ = ["Reference", "bibtex", "cited", "load_references", "lookup", "numbers_in"]

_FIELD = re.compile(r"^\s*(\w+)\s*=\s*\{(.*)\},?\s*$", re.MULTILINE)
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s,;\])}\"'<>]+")
_EPRINT = re.compile(r"(?<![\d.])\d{4}\.\d{4,5}(?!\d)|\b(?:astro-ph|cond-mat|gr-qc|hep-\w+|nucl-\w+|physics)/\d{7}\b")
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
    text : str
        The citation itself, of a publication that is not in the bibliography.
    """

    key: str
    bibtex: str
    author: str = ""
    title: str = ""
    year: str = ""
    eprint: str = ""
    text: str = ""

    @property
    def short(self) -> str:
        """First author and year with the arXiv number, as a figure's legend shows it."""
        if self.text:
            return self.text
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


def numbers_in(text: str) -> dict[str, str]:
    """``doi`` and ``eprint`` (arXiv) of a citation, those that it holds.

    Examples
    --------
    >>> numbers_in("Doe 2031 [3101.01234], doi:10.1000/x.2031")
    {'doi': '10.1000/x.2031', 'eprint': '3101.01234'}
    """
    doi = _DOI.search(text)
    eprint = _EPRINT.search(_DOI.sub("", text))
    found = {"doi": doi[0].rstrip(".") if doi else "", "eprint": eprint[0] if eprint else ""}
    return {name: number for name, number in found.items() if number}


def cited(citation: str) -> Reference:
    """Reference of a citation key, or of a citation in words as records outside the bibliography hold it.

    Parameters
    ----------
    citation : str
        Key, or text such as ``Doe 2031 [3101.01234]``.

    Examples
    --------
    >>> print(cited("Doe 2031 [3101.01234]").bibtex)
    @misc{Doe-2031-3101-01234,
      note = {Doe 2031 [3101.01234]},
      eprint = {3101.01234},
      archivePrefix = {arXiv}
    }
    """
    known = load_references()
    if citation in known:
        return known[citation]
    numbers = numbers_in(citation)
    key = re.sub(r"[^A-Za-z0-9]+", "-", citation).strip("-")[:60] or "unknown"
    if not numbers and citation.startswith("not stated"):
        return Reference(key, f"% publication: {citation}", text=citation)
    fields = {"note": re.sub(r"([#$%&_{}])", r"\\\1", " ".join(citation.split()))} | numbers
    fields |= {"archivePrefix": "arXiv"} if "eprint" in numbers else {}
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return Reference(key, f"@misc{{{key},\n{lines}\n}}", eprint=numbers.get("eprint", ""), text=citation)


def bibtex(citations: Iterable[str]) -> str:
    """BibTeX text of citation keys, and of citations in words, each once, in the order given (see :func:`cited`).

    Keys are made of the words: those that come out alike are numbered.

    Examples
    --------
    >>> [line for line in bibtex(["Doe 2031, fig. 1", "Doe 2031, fig 1"]).splitlines() if "@" in line]
    ['@misc{Doe-2031-fig-1,', '@misc{Doe-2031-fig-1-2,']
    """
    entries, times = [], Counter[str]()
    for citation in dict.fromkeys(citations):
        reference = cited(citation)
        times[reference.key] += 1
        number = times[reference.key]
        key = reference.key if number == 1 else f"{reference.key}-{number}"
        entries.append(reference.bibtex.replace(f"{{{reference.key},", f"{{{key},", 1))
    return "\n\n".join(entries)
