"""Axion-like particles with lepton-flavor-violating couplings: model ``lfv-alp``."""

from __future__ import annotations

import math
from dataclasses import dataclass

from darkfactory.constants import M_E
from darkfactory.errors import InvalidInput, in_range, one_of, positive, require
from darkfactory.models.base import to_floats
from darkfactory.models.mediator import scalar_width
from darkfactory.units import gev_to_mev

__all__ = ["CHIRALITIES", "LfvAlp"]

CHIRALITIES: dict[str, tuple[complex, complex]] = {
    "V+A": (1.0, 1.0),
    "V-A": (1.0, -1.0),
    "V": (1.0, 0.0),
    "A": (0.0, 1.0),
}
"""(C_V, C_A) of the named chiralities: V+A couples to right-handed leptons, V-A to left-handed ones."""


@dataclass(frozen=True)
class LfvAlp:
    r"""An ALP a that couples to a pair of different charged leptons.

    L = d_mu a / (2 f_a) [C_V lbar_i g^mu l_j + C_A lbar_i g^mu g5 l_j] + h.c., one ordered pair. Only
    F = 2 f_a / sqrt(|C_V|^2 + |C_A|^2) and the relative size and phase of the couplings are observable.

    Parameters
    ----------
    mass : float
        Mass m_a [MeV], >= 0.
    f_a_gev : float
        Decay constant [GeV], > 0.
    C_V, C_A : complex
        Dimensionless couplings, not both 0.
    C_e : float
        Diagonal coupling d_mu a / (2 f_a) C_e ebar g^mu g5 e, for a -> e e; 0 for an invisible ALP.
    total_width : float, optional
        Total width [MeV] if a decays into more than e+ e-; the width into e+ e- by default.

    Raises
    ------
    InvalidInput
        Listing every parameter outside its domain.

    Examples
    --------
    >>> alp = LfvAlp.from_scale(F_gev=1e10, chirality="V+A")
    >>> round(alp.F_gev), alp.chirality
    (10000000000, 'V+A')
    """

    mass: float = 0.0
    f_a_gev: float = 1e10
    C_V: complex = 1.0
    C_A: complex = 1.0
    C_e: float = 0.0
    total_width: float | None = None

    def __post_init__(self) -> None:
        try:
            C_V, C_A = complex(self.C_V), complex(self.C_A)
        except (TypeError, ValueError):
            text = f"model.C_V, model.C_A = {self.C_V!r}, {self.C_A!r}: must be complex numbers, e.g. 1+0.5j"
            raise InvalidInput(text) from None
        norm = math.hypot(abs(C_V), abs(C_A))
        remedy = "C_V and C_A must be finite and not both 0"
        require(
            in_range("model.mass", self.mass, 0, unit="MeV"),
            positive("model.f_a_gev", self.f_a_gev, unit="GeV"),
            in_range("model sqrt(|C_V|^2 + |C_A|^2)", norm, 0, 1e100, open_low=True, remedy=remedy),
            in_range("model.C_e", self.C_e),
            None if self.total_width is None else in_range("model.total_width", self.total_width, 0, unit="MeV"),
        )
        to_floats(self, "mass", "f_a_gev", "C_e", "total_width")
        object.__setattr__(self, "C_V", C_V)
        object.__setattr__(self, "C_A", C_A)

    @classmethod
    def from_scale(cls, *, F_gev: float, chirality: str = "V+A", mass: float = 0.0) -> LfvAlp:
        """ALP of LFV scale F [GeV] and a named chirality (V+A, V-A, V, A).

        Raises
        ------
        InvalidInput
            For F <= 0, a negative mass or an unknown chirality.
        """
        require(positive("model.F_gev", F_gev, unit="GeV"), one_of("model.chirality", chirality, CHIRALITIES))
        C_V, C_A = CHIRALITIES[chirality]
        return cls(mass=mass, f_a_gev=F_gev * math.hypot(abs(C_V), abs(C_A)) / 2, C_V=C_V, C_A=C_A)

    @property
    def f_a(self) -> float:
        """Decay constant [MeV]."""
        return gev_to_mev(self.f_a_gev)

    @property
    def width_ee(self) -> float:
        """Width into e+ e- [MeV]: that of a pseudoscalar with g_P = m_e C_e / f_a; exactly 0 where closed."""
        return scalar_width(self.mass, 0.0, M_E * self.C_e / self.f_a)

    @property
    def width(self) -> float:
        """Total width [MeV]: ``total_width``, or that into e+ e- alone: above 2 m_mu give ``total_width`` for a lifetime."""
        return self.width_ee if self.total_width is None else self.total_width

    @property
    def branching_ratio_ee(self) -> float:
        """Branching ratio into e+ e-; 0 where closed."""
        return min(self.width_ee / self.width, 1.0) if self.width > 0 else 0.0

    @property
    def F_gev(self) -> float:
        """LFV scale 2 f_a / sqrt(|C_V|^2 + |C_A|^2) [GeV]."""
        return 2 * self.f_a_gev / math.hypot(abs(self.C_V), abs(self.C_A))

    @property
    def chirality(self) -> str:
        """Name of the chirality if it has one, else ``mixed``; an overall phase does not matter."""
        scale = math.hypot(abs(self.C_V), abs(self.C_A))
        for name, (vector, axial) in CHIRALITIES.items():
            # |<C|chi>| = |C||chi| exactly if the two are parallel
            overlap = abs(self.C_V * vector + self.C_A * axial) / (scale * math.hypot(abs(vector), abs(axial)))
            if abs(overlap - 1) < 1e-12:
                return name
        return "mixed"
