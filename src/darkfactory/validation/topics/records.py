"""Curves of the registry against what their publications state in words. None of these numbers was read off a curve.

The tolerance is that of the coupling: the last digit that is stated, or a factor where only an order of magnitude is.
"""

import functools
import math
from collections.abc import Callable

import numpy as np

from darkfactory.bounds import get_coupling_bound
from darkfactory.constants import M_Z
from darkfactory.errors import InvalidInput
from darkfactory.kinematics.heavy_neutrino import boson_share
from darkfactory.validation.comparison import Comparison, Topic

PDG = "ParticleDataGroup:2024cfk"
# record, masses [MeV], what is stated, power that makes it the quantity of the record, tolerance, abstract or PDG (2026), words
STRONGEST = (
    ("a1-2014", (40, 300), 8e-7, 0.5, 0.03, "arXiv:1404.5502", "as little as"),
    ("apex-2011", (175, 250), 1e-6, 0.5, 0.1, "arXiv:1108.2750", "about"),
    ("wasa-2013", (20, 100), 5e-6, 0.5, 0.05, "arXiv:1304.0671", ""),
    ("babar-2014", (20, 10200), 3.5e-4, 1.0, 0.02, PDG, ""),
    ("na48-2-2015", (9, 120), 4.25e-4, 1.0, 0.02, PDG, ""),
    ("kloe-2015-eegamma", (5, 320), 1.7e-3, 1.0, 0.05, PDG, ""),
    ("kloe-2016-pipigamma", (519, 987), 4.4e-4, 1.0, 0.02, PDG, ""),
    ("pienu-2019", (15.7, 29), 1.7e-6, 1.0, 0.02, PDG, ""),
    ("pienu-low-mass-bryman-shrock", (2, 55), 2e-7, 1.0, 0.2, PDG, ""),
    ("e949-2014", (175, 300), 1e-9, 1.0, 0.25, "arXiv:1411.3963", "level"),
    ("microboone-2019", (260, 385), 0.7e-7, 1.0, 0.07, "arXiv:1911.10545", "Majorana"),
    ("mu3e-phase1-projected", (10, 80), 1e-7, 0.5, 0.2, "Echenard:2014lma", "about"),
    ("mu3e-phase2-projected", (10, 80), 1e-8, 0.5, 0.4, "Echenard:2014lma", "about"),
)
WEAKEST = (
    ("na48-2-2015", (9, 120), 8.8e-3, 1.0, 0.06, PDG, ""),
    ("kloe-2015-eegamma", (5, 320), 1e-2, 1.0, 0.05, PDG, ""),
    ("kloe-2016-pipigamma", (519, 987), 4.3e-3, 1.0, 0.02, PDG, ""),
    ("kloe-2012-phi-eta", (50, 210), 8e-6, 0.5, 0.03, "arXiv:1210.3927", "that of 1110.0411 has 2e-5"),
    ("pienu-low-mass-bryman-shrock", (2, 55), 1e-4, 1.0, 0.15, PDG, ""),
    ("e949-2014", (175, 300), 1e-7, 1.0, 0.15, "arXiv:1411.3963", "level"),
    ("microboone-2019", (260, 385), 4.7e-7, 1.0, 0.07, "arXiv:1911.10545", "Majorana; Dirac 6.6e-7"),
)
USUAL = (
    ("na62-2020", (144, 462), 1e-9, 1.0, 0.7, "arXiv:2005.09575", "over most of the masses"),
    ("na62-2021", (200, 384), 1e-8, 1.0, 0.2, "arXiv:2101.12304", "of the order"),
    ("na62-pion-2025", (95, 126), 1e-8, 1.0, 0.6, "arXiv:2507.07345", "level"),
    ("belle2-2020", (200, 9700), 1e-3, 1.0, 0.5, "arXiv:2007.13071", "level"),
    ("babar-2014", (20, 10200), math.sqrt(1e-4 * 1e-3), 1.0, 2.2, "arXiv:1406.2980", "1e-4 to 1e-3"),
)
# record, mass [MeV], far side of what is excluded, tolerance, abstract, words
CORNERS = (
    ("faser-2023-27fb", 17.0, 1e-4, 0.3, "arXiv:2308.05587", "about 2e-5 to 1e-4 for about 17 to 70 MeV"),
    ("faser-2023-27fb", 70.0, 2e-5, 0.1, "arXiv:2308.05587", "about 2e-5 to 1e-4 for about 17 to 70 MeV"),
    ("na62-dump-2025", 50.0, 4e-5, 0.2, "arXiv:2312.12055", "50 to 600 MeV, 1e-6 to 4e-5"),
    ("na62-dump-2025", 600.0, 1e-6, 0.2, "arXiv:2312.12055", "50 to 600 MeV, 1e-6 to 4e-5"),
)


# record, mass [MeV], what is stated, source: no conversion moves these
SINGLE = (
    ("red-giants-2020", 0.0, 1.3e-13, PDG),
    ("red-giants-straniero-2020", 0.0, 1.48e-13, PDG),
    ("white-dwarfs-2014", 0.0, 2.8e-13, PDG),
    ("muonic-bosons-2021", 0.05, 3.1e-9, "arXiv:2109.03244"),
    ("muonic-bosons-2021", 1.0, 0.9e-10, "arXiv:2109.03244"),
)
Stated = tuple[str, tuple[float, float], float, float, float, str, str]


def of_points(name: str, low: float, high: float, pick: Callable[[np.ndarray], float]) -> float:
    """One number of the points of a record with masses between two [MeV]: the smallest, say."""
    region = get_coupling_bound(name).limits[0].region
    points = np.concatenate([*region.lower, *region.outlines] if region is not None else [np.empty((0, 2))])
    return float(pick(points[(low <= points[:, 0]) & (points[:, 0] <= high), 1]))


def at(name: str, mass: float, far_side: bool = False) -> float:
    """Limit of a record at a mass [MeV], or the far side of what it excludes."""
    record = get_coupling_bound(name)
    value = record.far_side(mass) if far_side else record.value(mass)
    if value is None:
        raise InvalidInput(f"{name}: has no limit at {mass:g} MeV")
    return value


def delphi() -> float:
    """B(Z -> nu N) of the limit of DELPHI at 20 GeV, with B(Z -> nu nu) = 0.0667 per flavor."""
    return at("delphi-short-lived-mu", 2e4) * 0.0667 * float(boson_share((2e4 / M_Z) ** 2))


def _stated(kind: str, pick: Callable[[np.ndarray], float], stated: tuple[Stated, ...]) -> tuple[Comparison, ...]:
    return tuple(
        Comparison(
            f"{name}-{kind}",
            f"{kind} limit of {name}, {low:g} to {high:g} MeV",
            value**power,
            source,
            "quoted",
            functools.partial(of_points, name, low, high, pick),
            tolerance=tolerance,
            note=words or "read at PDG 2026",
        )
        for name, (low, high), value, power, tolerance, source, words in stated
    )


TOPIC = Topic(
    "records",
    "curves of the registry of limits against the words of their publications",
    (
        *_stated("strongest", np.min, STRONGEST),
        *_stated("weakest", np.max, WEAKEST),
        *_stated("median", np.median, USUAL),
        *(
            Comparison(
                f"{name}-{mass:g}",
                f"far side of what {name} excludes at {mass:g} MeV",
                value,
                source,
                "quoted",
                functools.partial(at, name, mass, far_side=True),
                tolerance=tolerance,
                note=words,
            )
            for name, mass, value, tolerance, source, words in CORNERS
        ),
        *(
            Comparison(
                f"{name}-{mass:g}",
                f"limit of {name} at {mass:g} MeV",
                value,
                source,
                "quoted",
                functools.partial(at, name, mass),
                tolerance=1e-12,
            )
            for name, mass, value, source in SINGLE
        ),
        Comparison(
            "delphi",
            "B(Z -> nu N) of the limit of DELPHI on a mixing at 20 GeV",
            1.3e-6,
            "DELPHI:1996qcc",
            "quoted",
            delphi,
            tolerance=0.05,
            note="abstract, for 3.5 to 50 GeV",
        ),
    ),
)
