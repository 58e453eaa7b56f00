"""Recasts of beam dumps against published contours in epsilon, where each is compared best; ``validate dumps`` has the rest."""

import functools
from collections.abc import Iterator
from typing import Any

from darkfactory.validation.comparison import Comparison, Topic
from darkfactory.validation.dump_contours import REMARKS, VARIANTS, compared
from darkfactory.verbs.reach import reach

ANNIHILATION = "energy, 1 GeV, annihilation"
# experiment, acceptance, publication of the contour, masses [MeV] at which edges are compared
CONTOURS = (
    ("e137", "both", "Marsicano:2018krp", (20.0, 108.0)),
    ("e137", ANNIHILATION, "Marsicano:2018krp", (49.3, 108.0, 201.0)),
    ("e141", "both", "Marsicano:2018krp", (2.06, 10.3)),
    ("e774", "both", "Marsicano:2018krp", (5.4,)),
    ("orsay", "both", "Marsicano:2018krp", (10.3, 49.3)),
    ("nucal", "line", "Blumlein:2013cua", (20.0,)),
)
KINDS = {"floor": "lower edge", "edge": "upper edge"}
NA64 = {"lower edge": 1.2e-4, "upper edge": 6.8e-4}
"""Ends of what NA64 excludes at 16.7 MeV, abstract."""


@functools.cache
def rows(name: str, acceptance: str) -> tuple[dict[str, Any], ...]:
    """Recast and published contour of an experiment, of all masses."""
    return tuple(compared(name, acceptance, VARIANTS.get(name, {}).get(acceptance, {"search.acceptance": acceptance})))


def number(name: str, acceptance: str, mass: float | None, key: str) -> float:
    """One number of them."""
    (row,) = (row for row in rows(name, acceptance) if row["mass"] == mass)
    return float(row[key])


def na64(end: int) -> float:
    """Lower or upper end of what NA64 excludes at 16.7 MeV."""
    (point,) = reach("beam-dump", "na64", model="dark-photon", mass=16.7).to_dict()["points"]
    return float(point["excluded"]["epsilon"][0][end])


def _comparisons() -> Iterator[Comparison]:
    for name, acceptance, source, masses in CONTOURS:
        where = "" if acceptance != ANNIHILATION else ", with annihilation and a threshold of 1 GeV"
        word = "" if not where else "-annihilation"
        asked: list[tuple[float | None, str, str]] = [(m, key, what) for m in masses for key, what in KINDS.items()]
        # the outline of nu-Cal joins other production, which decides where it ends
        tip: list[tuple[float | None, str, str]] = [(None, "tip_mev", "largest mass")] if name != "nucal" else []
        for mass, key, what in [*asked, *tip]:
            here = "" if mass is None else f" at {mass:g} MeV"
            yield Comparison(
                f"{name}{word}-{what.replace(' ', '-')}{'' if mass is None else f'-{mass:g}'}",
                f"{what} of {name}{here}{where}",
                functools.partial(number, name, acceptance, mass, f"published_{key}"),
                source,
                "digitised",
                functools.partial(number, name, acceptance, mass, key),
                "MeV" if mass is None else "1",
                tolerance=0.2,
                note=REMARKS[name][1],
                chosen=name == "e774",
            )

    for place, (what, value) in enumerate(NA64.items()):
        yield Comparison(
            f"na64-{what.replace(' ', '-')}",
            f"{what} of na64 at 16.7 MeV",
            value,
            "NA64:2019auh",
            "quoted",
            functools.partial(na64, place),
            tolerance=0.2,
            note=REMARKS["na64"][1],
            chosen=True,
        )


TOPIC = Topic("dumps", "beam dumps, contours of a dark photon in epsilon", tuple(_comparisons()))
