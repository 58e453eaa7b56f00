"""Search ``electron-recoil``: more electrons than nu e -> nu e gives, from nu e -> N e by a magnetic moment."""

from __future__ import annotations

from typing import Any

import numpy as np
from darkfactory.experiments.beams.neutrino_source import NeutrinoSource
from darkfactory.experiments.detectors.recoil import RecoilDetector
from darkfactory.processes.neutrino_dipole import cross_section, recoils
from numpy.typing import NDArray

from darkfactory.constants import GEV
from darkfactory.experiments import Card
from darkfactory.processes import find_process
from darkfactory.searches.base import Example, Search
from darkfactory.searches.expectations import Counting
from darkfactory.searches.settings import STATISTICS_KEYS
from darkfactory.settings import Setting, Settings

__all__ = ["SEARCH"]

ELASTIC = "nu e -> nu e"


def _set_up(
    card: Card, settings: Settings, model: Any, masses: NDArray[np.float64], cl: float, method: str
) -> Counting:
    detector, threshold = RecoilDetector.from_card(card), card.value("detector.recoil_threshold")
    beam = {key: card.value(key) for key in ("beam.energy_gev", "beam.flavor")}
    process = find_process(ELASTIC)
    options, _, own = process.request("rate", {"cut": f"T_e > {threshold!r}"}, beam)
    elastic = process.total(None, own, **options).value
    E = GEV * beam["beam.energy_gev"]
    # parts of the neutrinos that scatter with a recoil above the threshold, for a moment of one Bohr magneton
    share = detector.column_density * np.array([cross_section(E, m, threshold) for m in masses])
    counted = card.exposure * detector.efficiency
    return Counting(
        settings=settings.echo(),
        signal=lambda x, rows: counted * share[rows] * x**2,
        branching_ratio=lambda x, rows: share[rows] * x**2,
        backgrounds={ELASTIC: np.full(len(masses), counted * detector.column_density * elastic)},
        is_open=np.array([recoils(E, m) is not None for m in masses]),
        signal_efficiency=np.full(len(masses), detector.efficiency),
        coupling="mu_nu",
        scan=np.geomspace(1e-18, 1e6, 97),
        kappa=settings["kappa"],
        scanned=("mu_nu",),
    )


SEARCH = Search(
    name="electron-recoil",
    title="electrons above a threshold in a beam of neutrinos, over elastic scattering",
    process="nu e -> N e",
    bins="one window",
    cards=("neutrino-block",),
    backgrounds=(ELASTIC,),
    keys=(*STATISTICS_KEYS, Setting("kappa", 0.0, "relative error of the background", low=0.0, high=1.0)),
    takes="neutrino-dipole",
    methods=("cls", "profile", "window", "kappa"),
    cl=0.90,
    method="cls",
    couplings=("mu_nu",),
    set_up=_set_up,
    references=("ParticleDataGroup:2024cfk",),
    needs=(NeutrinoSource, RecoilDetector),
    example=Example(mass=10.0, plain={"search.kappa": 0.0}),
)
