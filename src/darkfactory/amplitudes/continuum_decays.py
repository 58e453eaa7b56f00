r"""Decays into the dark jets X of composite neutrinos, Z -> nu X to P -> l X, over decays of the Standard Model, per dU^2.

Each is the decay into a heavy neutrino of mass M, to be summed with dU^2(M); charge conjugates of Z and h decays are counted.
Tree level, the lepton l' of l -> l' nu X is massless. Energies in GeV.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from darkfactory.constants import (
    BR_TAU_E_NU_NU,
    BR_TAU_MU_NU_NU,
    GEV,
    HIGGS_VEV,
    LEPTON_MASS,
    M_B,
    M_D_S,
    M_HIGGS,
    M_KAON,
    M_MU,
    M_PION,
    M_TAU,
    M_W,
    M_Z,
)
from darkfactory.kinematics.heavy_neutrino import boson_share, higgs_share, leptonic_share, meson_share
from darkfactory.tracing import trace

__all__ = ["DECAYS", "MEASURED", "ContinuumDecay", "Measured"]


@dataclass(frozen=True)
class Measured:
    """A number that rates are multiplied with, and where it is from.

    Attributes
    ----------
    what : str
        What it is.
    value : float
        Branching ratio, or a width [GeV].
    tag, source : str
        ``paper``; and which.
    provenance : str
        ``quoted`` of a publication that was read, else ``recalled``.
    """

    what: str
    value: float
    tag: str
    source: str
    provenance: str = "recalled"

    def __str__(self) -> str:
        return f"{self.what} = {self.value:.5g} ({self.tag}: {self.source})"


MEASURED = {
    "Z": Measured("B(Z -> nu nu) of one flavor", 0.0667, "paper", "PDG, a third of the invisible width"),
    "W": Measured("B(W -> l nu)", 0.1086, "paper", "PDG, mean of the leptons; recalled"),
    "h": Measured("width of h in GeV", 4.07e-3, "paper", "LHC-HXSWG"),
    "pi": Measured("B(pi -> mu nu)", 0.999877, "paper", "PDG; recalled"),
    "K": Measured("B(K -> mu nu)", 0.6356, "paper", "PDG"),
    "D_s": Measured("B(D_s -> tau nu)", 0.0536, "paper", "PDG; recalled"),
    "B": Measured("B(B -> tau nu)", 1.09e-4, "paper", "PDG; recalled"),
    "tau -> e": Measured("B(tau -> e nu nu)", BR_TAU_E_NU_NU, "paper", "PDG 2026", "quoted"),
    "tau -> mu": Measured("B(tau -> mu nu nu)", BR_TAU_MU_NU_NU, "paper", "PDG 2026", "quoted"),
}
"""By what decays."""
MESONS = {"pi": (M_PION, M_MU), "K": (M_KAON, M_MU), "D_s": (M_D_S, M_TAU), "B": (M_B, M_TAU)}
"""Masses [MeV] of mesons, and of the lepton of the decay that is measured."""


@dataclass(frozen=True, eq=False)
class ContinuumDecay:
    """A decay into jets of a flavor.

    Attributes
    ----------
    over : str
        Decay of the Standard Model that its rate is over.
    standard : float or None
        Branching ratio of that; None for all decays, a total width.
    measured : Measured or None
        What ``standard``, or the kernel of a total width, follows from.
    highest_gev : float
        Mass of a jet from which on it is closed.
    kernel : callable
        M^2 [GeV^2] below that -> ratio of the rates per dU^2.
    lost : float
        What the ratio loses per eta of light neutrinos: of a measurement that cannot tell both decays apart.
    """

    over: str
    standard: float | None
    measured: Measured | None
    highest_gev: float
    kernel: Callable[[Any], Any]
    lost: float = 0.0

    def ratio(self, model: Any, cutoff_gev: Any = None) -> Any:
        """Emission of jets over the decay ``over``.

        Parameters
        ----------
        model : CompositeNeutrino
            What neutrinos are.
        cutoff_gev : array_like, optional
            Scales Lambda [GeV] in place of its own.

        Returns
        -------
        array
            Of the shape of ``cutoff_gev``; 0 where closed.
        """
        scale = model.cutoff_gev if cutoff_gev is None else cutoff_gev
        return model.insertion(scale) * model.mixing.integral(self.kernel, self._upper(model, scale))

    def _upper(self, model: Any, cutoff_gev: Any) -> Any:
        return np.minimum(self.highest_gev, model.highest_at(cutoff_gev)) ** 2

    def branching_ratio(self, ratio: float) -> float:
        """Branching ratio of a :meth:`ratio`; a total width that is not measured grows with it."""
        self.trace()
        return ratio / (1 + ratio) if self.standard is None else ratio * self.standard

    def trace(self) -> None:
        """Write down that what it is measured with is read (:func:`darkfactory.tracing.trace`)."""
        if (known := self.measured) is not None:
            trace("number", known.what, known.value, known.provenance, known.source)


def _boson(parent: str, mass: float, over: str, signs: int) -> ContinuumDecay:
    """Z and W; both charges of an N count in the neutral decay, as neutrinos do not tell."""
    m, measured = mass / GEV, MEASURED[parent]
    return ContinuumDecay(over, measured.value, measured, m, lambda M2: signs * boson_share(M2 / m**2), lost=signs)


def _higgs() -> ContinuumDecay:
    """Over the width of h: y^2 Lambda^(3 - 2 Delta) m_h / 16 pi, which is 2 m^2 / v^2 m_h / 16 pi, per rho."""
    m, width = M_HIGGS / GEV, MEASURED["h"].value
    scale = 2 * m / (16 * math.pi * (HIGGS_VEV / GEV) ** 2 * width)
    return ContinuumDecay("all decays of h", None, MEASURED["h"], m, lambda M2: scale * M2 * higgs_share(M2 / m**2))


def _meson(parent: str, flavor: str) -> ContinuumDecay:
    mass, reference = MESONS[parent]
    lepton, over = LEPTON_MASS[flavor], f"{parent} -> {flavor} nu"
    if lepton >= mass:
        return ContinuumDecay(over, 0.0, None, 0.0, np.zeros_like)
    m, x, r = mass / GEV, (lepton / mass) ** 2, (reference / mass) ** 2
    # at tree level helicity alone makes leptonic decays of a meson differ
    standard = MEASURED[parent].value * x * (1 - x) ** 2 / (r * (1 - r) ** 2)
    return ContinuumDecay(over, standard, MEASURED[parent], (mass - lepton) / GEV, lambda M2: meson_share(x, M2 / m**2))


def _lepton(parent: str, daughter: str, flavor: str) -> ContinuumDecay:
    m, over = LEPTON_MASS[parent] / GEV, f"{parent} -> {daughter} nu nu"
    measured = MEASURED.get(f"{parent} -> {daughter}")
    highest = m if flavor in (parent, daughter) else 0.0
    standard = 1.0 if measured is None else measured.value
    return ContinuumDecay(over, standard, measured, highest, lambda M2: leptonic_share(np.minimum(M2 / m**2, 1.0)))


DECAYS: dict[str, Callable[[str], ContinuumDecay]] = {
    "Z -> nu X": lambda flavor: _boson("Z", M_Z, "Z -> nu nu of one flavor", 2),
    "W -> l X": lambda flavor: _boson("W", M_W, "W -> l nu", 1),
    "h -> nu X": lambda flavor: _higgs(),
    "pi -> l X": lambda flavor: _meson("pi", flavor),
    "K -> l X": lambda flavor: _meson("K", flavor),
    "D_s -> l X": lambda flavor: _meson("D_s", flavor),
    "B -> l X": lambda flavor: _meson("B", flavor),
    "mu -> e nu X": lambda flavor: _lepton("mu", "e", flavor),
    "tau -> e nu X": lambda flavor: _lepton("tau", "e", flavor),
    "tau -> mu nu X": lambda flavor: _lepton("tau", "mu", flavor),
}
"""By name: flavor -> decay. The lepton of W and meson decays is of that flavor; X may replace either neutrino of the last three."""
