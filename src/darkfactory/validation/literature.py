"""``validate``: every number of the literature that the package compares itself with, next to ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from darkfactory.bounds.own import own_records
from darkfactory.discovery import declared
from darkfactory.errors import one_of, require
from darkfactory.glossary import Column
from darkfactory.result import run_block
from darkfactory.validation.comparison import AGREES, CHOSEN, DISAGREES, Compared, Topic
from darkfactory.validation.dump_contours import DumpContours, dump_contours

__all__ = ["DUMPS", "TOPICS", "Literature", "compare", "validate"]

ORDER = ("decays", "michel", "photon", "mu3e", "limits", "records", "statistics", "targets", "neutrinos", "dumps")
TOPICS: Mapping[str, Topic] = declared("darkfactory.validation.topics", "TOPIC", ORDER)
"""Every topic by its name; a new one is a file in the folder ``topics`` with a ``TOPIC``."""
DUMPS = "dumps"
"""The topic that has a table of its own with every acceptance and mass."""


class Literature(Compared):
    """Numbers of the literature beside ours: one row per number, see :meth:`~darkfactory.validation.comparison.Comparison.row`."""

    @property
    def title(self) -> str:
        """Line above the table."""
        return "numbers of the literature against ours"

    def own_columns(self) -> Mapping[str, Column]:
        """Words and numbers of a comparison."""
        words = {
            "topic": "topic of the number",
            "name": "name of the comparison",
            "quantity": "what is compared",
            "unit": "unit of both numbers",
            "verdict": f"{AGREES}: within the tolerance or two errors; {CHOSEN}: the same, but something was chosen in "
            f"view of the published number; {DISAGREES}: neither",
            "provenance": "quoted (read in the publication), recalled (from memory) or digitised",
            "source": "citation key of the published number",
            "note": "why they disagree, or what to know",
        }
        numbers = {
            "published": "number of the publication, in the unit of the row",
            "error": "its standard deviation, in the unit of the row",
            "ours": "our number, in the unit of the row",
            "ratio": "ours over published",
            "pull": "ours minus published, in errors",
            "tolerance": "relative difference up to which they agree",
        }
        return {name: Column(name, "", doc) for name, doc in words.items()} | {
            name: Column(name, "1", doc) for name, doc in numbers.items()
        }

    def to_markdown(self) -> str:
        """The tables as a page of documentation."""
        parts = [
            "# Validation",
            "Made by `darkfactory validate`: every number of the literature that the package compares itself with. `quoted` "
            "numbers were read in the publication, in its abstract or at the PDG, `recalled` ones are from memory and prove "
            "little, `digitised` ones were read off a curve.\n"
            f"Verdict `{AGREES}`: within the tolerance or two errors; `{CHOSEN}`: the same, but something was chosen in view of "
            f"the published number; `{DISAGREES}`: neither, and the note says why as far as it is known.",
            " ".join(note[0].upper() + note[1:] + "." for note in self.notes[:2]),
        ]
        for topic in dict.fromkeys(row["topic"] for row in self.rows):
            rows = [row for row in self.rows if row["topic"] == topic]
            table = [
                "| quantity | published | ours | ratio | pull | verdict | from |",
                "|" + "---|" * 7,
            ]
            for row in rows:
                unit = "" if row["unit"] == "1" else f" {row['unit']}"
                error = f" ± {row['error']:.3g}" if row["error"] else ""
                ratio = f"{row['ratio']:.4g}" if row["ratio"] is not None else ""
                pull = f"{row['pull']:+.1f}" if row["pull"] is not None else ""
                cells = (
                    row["quantity"],
                    f"{row['published']:.5g}{error}{unit}",
                    f"{row['ours']:.5g}{unit}",
                    ratio,
                    pull,
                    f"**{row['verdict']}**" if row["verdict"] == DISAGREES else row["verdict"],
                    f"{row['provenance']} {{cite}}`{row['source']}`",
                )
                table.append("| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |")
            parts += [
                f"## {topic}: {TOPICS[topic].title}",
                "\n".join(table),
                "\n".join(f"- {remark}" for remark in _remarks(rows)),
            ]
        return "\n\n".join(parts) + "\n"


def _remarks(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Each note once, with what it is about."""
    about: dict[str, list[str]] = {}
    for row in rows:
        about.setdefault(row["note"], []).append(row["quantity"])
    return [f"{'; '.join(quantities)}: {note}" for note, quantities in about.items() if note]


def validate(what: str | None = None) -> Literature | DumpContours:
    """Compare what is computed with what is published.

    Parameters
    ----------
    what : str, optional
        A topic (``TOPICS``); all of them by default. ``dumps`` alone has every acceptance and mass.

    Returns
    -------
    Literature or DumpContours
        Published and our numbers with their ratio, pull, tolerance and verdict; floors, upper edges and largest masses
        of recasts of beam dumps.
    """
    return compare(what, nullcontext)


def compare(what: str | None, stage: Callable[[str], AbstractContextManager[Any]]) -> Literature | DumpContours:
    """Do what :func:`validate` does, and say which topic is at work.

    Parameters
    ----------
    what : str, optional
        A topic; all of them by default.
    stage : callable
        Takes the name of a topic and returns a context in which it is computed.
    """
    require(one_of("validate", what, TOPICS) if what is not None else None)
    run = run_block(validate, {"what": what}, settings={})
    if what == DUMPS:
        with stage(DUMPS):
            return dump_contours(run)
    rows = []
    for topic in [TOPICS[what]] if what is not None else TOPICS.values():
        # the reference is what is shipped
        with stage(topic.name), own_records(environment=False):
            rows += [one.row(topic.name) for one in topic.comparisons]
    count = Counter(row["verdict"] for row in rows)
    origin = Counter(row["provenance"] for row in rows)
    notes = (
        f"{len(rows)} numbers: {count[AGREES]} agree, {count[CHOSEN]} are no evidence (something was chosen in view of them), "
        f"{count[DISAGREES]} disagree",
        f"{origin['quoted']} are quoted, {origin['digitised']} digitised, {origin['recalled']} recalled",
        *_remarks(row for row in rows if row["verdict"] == DISAGREES),
    )
    keys = tuple(dict.fromkeys(row["source"] for row in rows))
    return Literature(tuple(rows), notes, keys, run=run)
