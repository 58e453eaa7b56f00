"""Limits of Darkcast (:cite:`Ilten:2018crw`) from the user's own copy: a file ``.lmt``, and the Python file that defines it.

Nothing of Darkcast is shipped, and its Python is read, never run.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from darkfactory.bounds.files import Piece
from darkfactory.errors import InvalidInput, shortened
from darkfactory.yaml_files import plain_file

__all__ = ["Definition", "read_definition", "refuse_ratios"]


@dataclass(frozen=True)
class Definition:
    """What the Python file of a limit says.

    Attributes
    ----------
    citation : str
        Author, year and number of the publication.
    model, production : str
        Model of the couplings; how the boson is made.
    decay : tuple of str
        Its final states.
    notes : str
        Of the author.
    """

    citation: str = ""
    model: str = "dark_photon"
    production: str = ""
    decay: tuple[str, ...] = ()
    notes: str = ""

    @property
    def channel(self) -> str:
        """Process in words."""
        return f"{self.production or 'production'} -> A' -> {' or '.join(self.decay) or 'visible'}"


def read_definition(file: Path) -> Definition:
    """What the Python file beside a limit says; nothing in it is executed.

    Raises
    ------
    InvalidInput
        If it cannot be read.
    """
    try:
        tree = ast.parse(plain_file(file).decode("utf-8-sig"))
    except (SyntaxError, ValueError, RecursionError) as error:
        raise InvalidInput(
            f"{file}: no definition of a limit of Darkcast: {error}; give another with --definition"
        ) from None
    given: dict[str, Any] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            given[node.targets[0].id] = _words(node.value)
    cited = given.get("bibtex", ())
    return Definition(
        citation=_citation(cited[0]) if cited else "",
        model=next(iter(given.get("model", ())), "dark_photon"),
        production=" + ".join(given.get("production", ())),
        decay=given.get("decay", ()),
        notes=" ".join(" ".join(given.get("notes", ())).split()),
    )


def _words(node: ast.AST) -> tuple[str, ...]:
    """Texts in an expression, in their order: of a call its first argument, of a dictionary its keys."""
    if isinstance(node, ast.Constant):
        return (node.value,) if isinstance(node.value, str) else ()
    parts: list[Any] = []
    if isinstance(node, ast.Call):
        parts = node.args[:1]
    elif isinstance(node, (ast.List, ast.Tuple)):
        parts = node.elts
    elif isinstance(node, ast.Dict):
        parts = [key for key in node.keys if key is not None]
    return tuple(word for part in parts for word in _words(part))


def _citation(bibtex: str) -> str:
    """Such as ``Doe 2031 [3101.01234]`` from an entry of BibTeX."""
    pattern = r'(\w+)\s*=\s*(?:["{]+(.*?)["}]+|(\w+))\s*(?:,|\n|}|$)'
    fields = {key.lower(): " ".join((text or bare).split()) for key, text, bare in re.findall(pattern, bibtex, re.S)}
    author = fields.get("author", fields.get("collaboration", "")).split(" and ")[0].split(",")[0]
    number = fields.get("eprint") or (f"doi:{fields['doi']}" if "doi" in fields else fields.get("journal", ""))
    return f"{author} {fields.get('year', '')}".strip() + (f" [{number}]" if number else "")


def refuse_ratios(file: Path, pieces: list[Piece]) -> None:
    """Refuse a grid of masses and couplings with the ratio of a limit and what is expected in the third column.

    Raises
    ------
    InvalidInput
        For such a file.
    """
    rows = [row for piece in pieces for row in piece.rows]
    most, times = Counter(row[0] for row in rows).most_common(1)[0]
    if len(rows[0]) == 3 and times > 2:
        raise InvalidInput(
            f"{file}: mass {shortened(most)} GeV stands {times} times: a grid of ratios (mass, coupling, r), not mass,"
            " lower[, upper]; draw its contour r = 1 and give that to bounds from-csv"
        )
