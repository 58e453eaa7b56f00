"""Axion-like particles with lepton-flavor-violating couplings: model ``lfv-alp``."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import M_E
from darkfactory.errors import InvalidInput, in_range, one_of, positive, require
from darkfactory.models.base import WIDTH, BranchingRatio, Decaying, Matrix, Rows, mass_key, plain, to_floats
from darkfactory.models.mediator import scalar_width
from darkfactory.models.scan import CouplingScan
from darkfactory.settings import Setting
from darkfactory.units import gev_to_mev

__all__ = ["CHIRALITIES", "LEPTON_PAIRS", "LfvAlp"]

CHIRALITIES: dict[str, tuple[complex, complex]] = {
    "V+A": (1.0, 1.0),
    "V-A": (1.0, -1.0),
    "V": (1.0, 0.0),
    "A": (0.0, 1.0),
}
"""(C_V, C_A) of the named chiralities: V+A couples to right-handed leptons, V-A to left-handed ones."""

LEPTON_PAIRS = {"mu-e": ("mu", "e"), "tau-e": ("tau", "e"), "tau-mu": ("tau", "mu")}
"""Pairs of different leptons, the heavier first."""


@dataclass(frozen=True)
class LfvAlp(Decaying):
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

    name: ClassVar[str] = "lfv-alp"
    title: ClassVar[str] = "invisible ALP with lepton-flavor-violating couplings C_V, C_A"
    references: ClassVar[tuple[str, ...]] = ("Calibbi:2020jvd",)
    offers: ClassVar[frozenset[str]] = frozenset(("lfv-alp", "electrons", "pair"))
    keys: ClassVar[tuple[Setting, ...]] = (
        mass_key(0.0),
        Setting(
            "F_gev",
            1e10,
            "LFV scale F = 2 f_a / sqrt(|C_V|^2 + |C_A|^2)",
            unit="GeV",
            low=0.0,
            open_low=True,
            instead_of=("f_a_gev",),
        ),
        Setting(
            "f_a_gev",
            None,
            "decay constant, instead of F_gev",
            unit="GeV",
            low=0.0,
            open_low=True,
            instead_of=("F_gev",),
        ),
        Setting(
            "chirality",
            "V+A",
            "named couplings, instead of C_V and C_A",
            "choice",
            choices=tuple(CHIRALITIES),
            instead_of=("C_V", "C_A"),
        ),
        Setting("C_V", None, "vector coupling", "complex", instead_of=("chirality",)),
        Setting("C_A", None, "axial coupling", "complex", instead_of=("chirality",)),
        Setting("C_e", 0.0, "diagonal axial coupling to the electron, for a -> e e"),
        WIDTH,
    )

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
    def build(cls, given: Mapping[str, Any]) -> LfvAlp:
        """Model from settings: a scale F or f_a, a chirality or couplings."""
        mass = given.get("mass", 0.0)
        if "C_V" in given or "C_A" in given:
            alp = cls(mass=mass, f_a_gev=1.0, C_V=given.get("C_V", 0.0), C_A=given.get("C_A", 0.0))
        else:
            alp = cls.from_scale(F_gev=1.0, chirality=given.get("chirality", "V+A"), mass=mass)
        f_a_gev = given["f_a_gev"] if "f_a_gev" in given else alp.f_a_gev * given.get("F_gev", 1e10) / alp.F_gev
        own = {key: given[key] for key in ("C_e", "total_width") if key in given}
        return cls(mass=mass, f_a_gev=f_a_gev, C_V=alp.C_V, C_A=alp.C_A, **own)

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
    def electron_vertices(self) -> tuple[float, float]:
        """(g_S, g_P) to electrons on their mass shell: (0, m_e C_e / f_a)."""
        return 0.0, M_E * self.C_e / self.f_a

    @property
    def width_ee(self) -> float:
        """Width into e+ e- [MeV]: that of a pseudoscalar; exactly 0 where closed."""
        return scalar_width(self.mass, *self.electron_vertices)

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

    def monomials(self) -> tuple[dict[str, float], Matrix]:
        """|C_V|^2, |C_A|^2 and 2 Re(C_V C_A*), and the matrix 1/f_a^2 of the pieces, which belong to them."""
        V, A = complex(self.C_V), complex(self.C_A)
        values = {"|C_V|^2": abs(V) ** 2, "|C_A|^2": abs(A) ** 2, "2 Re(C_V C_A*)": 2 * (V * A.conjugate()).real}
        scale = 1 / self.f_a**2
        return values, tuple(tuple(scale if i == j else 0.0 for j in range(3)) for i in range(3))

    def resonance_monomials(self, made_for: Any) -> dict[str, float]:
        """1/F^2 [GeV^-2]: rates of a resonance are made for F = 1 GeV."""
        return {"1/F^2": 1 / self.F_gev**2}

    def scan(self, coupling: str | None = None, lifetime: str = "model") -> CouplingScan:
        """Line along x = 1/F [1/GeV], on which the ratios of the couplings stay as they are.

        Parameters
        ----------
        coupling : str, optional
            None: there is no other.
        lifetime : {"model", "prompt"}
            Whether the lifetime follows from the couplings.

        Raises
        ------
        InvalidInput
            For a coupling, and for an ALP that does not decay into e+ e-.
        """
        if coupling is not None:
            raise InvalidInput(f"coupling = {coupling}: {self.name} allows none, 1/F is scanned")
        if lifetime == "model" and self.mass > 2 * M_E and self.C_e == 0:
            raise InvalidInput("model.C_e = 0: a does not decay into e e; give model.C_e")
        kept = replace(self, total_width=None)
        per_F = self.f_a_gev / self.F_gev
        return CouplingScan(
            self,
            replace(kept, f_a_gev=per_F, C_e=1.0),
            lambda x: replace(kept, f_a_gev=per_F / x),
            1e-8,
            functools.partial(_reported, replace(kept, f_a_gev=per_F).electron_vertices[1]),
            ("F_gev", "f_a_gev"),
        )

    def quantities(self) -> dict[str, float]:
        """F [GeV] and the coupling to electrons (see :meth:`darkfactory.models.base.Model.quantities`)."""
        return {"F_gev": self.F_gev, "g_aee": abs(self.electron_vertices[1])}

    def parameters(self) -> dict[str, Any]:
        """Its numbers, ready for JSON: scales, couplings and chirality."""
        return {
            "mass": self.mass,
            "F_gev": self.F_gev,
            "f_a_gev": self.f_a_gev,
            "C_V": str(complex(self.C_V)).strip("()"),
            "C_A": str(complex(self.C_A)).strip("()"),
            "chirality": self.chirality,
        } | ({"C_e": self.C_e} if self.C_e else {})

    def identity(self) -> dict[str, Any]:
        """Chirality and couplings: a reach is in F."""
        couplings = {"C_V": complex(self.C_V), "C_A": complex(self.C_A)}
        shown = {name: c.real if c.imag == 0 else str(c).strip("()") for name, c in couplings.items()}
        return {"chirality": self.chirality, **shown}

    def describe(self, given: Mapping[str, Any], branching_ratio: BranchingRatio) -> tuple[Rows, tuple[str, ...]]:
        """Couplings and branching ratios of every pair (see :meth:`darkfactory.models.base.Model.describe`)."""
        V, A = complex(self.C_V), complex(self.C_A)
        rows = [
            {
                "pair": pair,
                "mass_mev": self.mass,
                "C_V": plain(V),
                "C_A": plain(A),
                "F_gev": self.F_gev,
                "chirality": self.chirality,
                "branching_ratio": branching_ratio(pair, self.F_gev, self.mass, V, A),
            }
            | self.decay()
            for pair in LEPTON_PAIRS
        ]
        return rows, ("the same couplings for every pair",)


def _reported(g_P: float, x: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Limits on F [GeV], and on the coupling to electrons (g_P at F = 1 GeV) if there is one, of those on 1/F."""
    found = {"F_gev": np.where(np.isfinite(x), 1 / np.where(np.isfinite(x), x, 1.0), 0.0)}
    return found | ({"g_ee": abs(g_P) * x} if g_P else {})


MODELS = (LfvAlp,)
