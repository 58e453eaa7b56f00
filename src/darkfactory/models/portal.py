r"""Power counting of portals: sigma(SM SM -> DS) ~ (c / Lambda^(d - 4))^2 s^(d - 5), d = d_DS + d_SM, s << Lambda^2.

The lowest dimension gives the largest rate at low energy. Orders of magnitude only: no phase space, no spin sums.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from darkfactory.constants import GEV, HBAR_C_MEV_MM
from darkfactory.errors import in_range, positive, require
from darkfactory.models.base import BranchingRatio, Model, Rows, to_floats
from darkfactory.settings import Setting
from darkfactory.units import MM2_TO_CM2

__all__ = ["PORTALS", "Portal"]

GEV_MINUS_2_CM2 = (HBAR_C_MEV_MM / GEV) ** 2 * MM2_TO_CM2
"""One GeV^-2 in cm^2."""

LARGEST = 16 * math.pi
"""Of sigma s, for unitarity."""

PORTALS = {
    "scalar": (1.0, 2.0, r"$A\,\phi H^\dagger H$"),
    "vector": (2.0, 2.0, r"$\epsilon F'_{\mu\nu}F^{\mu\nu}$"),
    "fermion": (1.5, 2.5, r"$y\,NLH$"),
    "axion": (2.0, 3.0, r"$\partial_\mu a\,\bar f\gamma^\mu f/\Lambda$"),
    "conformal": (3.5, 2.5, r"$\mathcal{O}\,LH/\Lambda^{2}$"),
}
"""Portals: dimensions of the dark and of the Standard Model operator, and how they read (conformal: an example)."""


@dataclass(frozen=True)
class Portal(Model):
    r"""A portal c O_DS O_SM / Lambda^(d - 4).

    Parameters
    ----------
    d_ds, d_sm : float
        Dimensions of the dark and of the Standard Model operator, >= 1.
    c : float
        Coefficient, > 0.
    cutoff_gev : float
        Scale Lambda [GeV], > 0.

    Raises
    ------
    InvalidInput
        For numbers outside their domain.

    Examples
    --------
    >>> axion = Portal(2, 3, cutoff_gev=1e4)
    >>> axion.dimension, bool(axion.cross_section_gev2(10.0) == axion.cross_section_gev2(20.0))
    (5.0, True)
    """

    d_ds: float = 2.0
    d_sm: float = 3.0
    c: float = 1.0
    cutoff_gev: float = 1e3

    name: ClassVar[str] = "portal"
    title: ClassVar[str] = "power counting of a portal to a dark sector"
    offers: ClassVar[frozenset[str]] = frozenset(("portal",))
    keys: ClassVar[tuple[Setting, ...]] = (
        Setting(
            "portal",
            None,
            "named portal, fixes d_ds and d_sm",
            "choice",
            choices=tuple(PORTALS),
            instead_of=("d_ds", "d_sm"),
        ),
        Setting("d_ds", 2.0, "dimension of the dark operator", low=1.0, high=30.0, instead_of=("portal",)),
        Setting("d_sm", 3.0, "dimension of the Standard Model operator", low=1.0, high=30.0, instead_of=("portal",)),
        Setting("c", 1.0, "coefficient", low=0.0, open_low=True),
        Setting("cutoff_gev", 1e3, "scale Lambda", unit="GeV", low=0.0, open_low=True),
        Setting("sqrt_s_gev", 10.0, "centre-of-mass energy", unit="GeV", low=0.0, open_low=True),
    )

    def __post_init__(self) -> None:
        require(
            in_range("model.d_ds", self.d_ds, 1),
            in_range("model.d_sm", self.d_sm, 1),
            positive("model.c", self.c),
            positive("model.cutoff_gev", self.cutoff_gev, unit="GeV"),
        )
        to_floats(self, "d_ds", "d_sm", "c", "cutoff_gev")

    @classmethod
    def build(cls, given: Mapping[str, Any]) -> Portal:
        """Model from settings: a named portal, or dimensions; the energy is no part of it."""
        values = {key: value for key, value in given.items() if key not in ("portal", "sqrt_s_gev")}
        return cls.named(given["portal"], **values) if "portal" in given else cls(**values)

    @classmethod
    def named(cls, name: str, c: float = 1.0, cutoff_gev: float = 1e3) -> Portal:
        """One of :data:`PORTALS` by its name."""
        from darkfactory.errors import one_of

        require(one_of("portal", name, PORTALS))
        return cls(*PORTALS[name][:2], c=c, cutoff_gev=cutoff_gev)

    @property
    def dimension(self) -> float:
        """D = d_DS + d_SM."""
        return float(self.d_ds + self.d_sm)

    def cross_section_gev2(self, sqrt_s_gev: Any) -> Any:
        """Order of magnitude of the cross section [GeV^-2] at sqrt(s) [GeV], in (0, Lambda]."""
        remedy = "power counting holds below the scale Lambda"
        require(in_range("model.sqrt_s_gev", sqrt_s_gev, 0, self.cutoff_gev, open_low=True, unit="GeV", remedy=remedy))
        # in logarithms: powers of a single scale may exceed the range of numbers where their ratio does not
        log_s = 2 * np.log10(np.asarray(sqrt_s_gev, dtype=float))
        d = self.dimension
        exponent = 2 * (math.log10(self.c) - (d - 4) * math.log10(self.cutoff_gev)) + (d - 5) * log_s
        shown = f"model.c = {self.c:g}, model.cutoff_gev = {self.cutoff_gev:g}, dimension {d:g}"
        remedy = "choose other c and cutoff_gev"
        require(in_range(f"log10 of the cross section [GeV^-2] of {shown}", exponent, -250, 250, remedy=remedy))
        return (10.0**exponent)[()]

    def cross_section_cm2(self, sqrt_s_gev: Any) -> Any:
        """The same in cm^2 (see :meth:`cross_section_gev2`)."""
        return self.cross_section_gev2(sqrt_s_gev) * GEV_MINUS_2_CM2

    @property
    def unitary_range_gev(self) -> tuple[float, float]:
        """Range of sqrt(s) [GeV] in which sigma s < 16 pi (rough unitarity), be it below Lambda or not.

        Examples
        --------
        >>> Portal(2, 3, c=10.0, cutoff_gev=1e3).unitary_range_gev[1] < 1e3 < Portal(2, 3, cutoff_gev=1e3).unitary_range_gev[1]
        True
        """
        d = self.dimension
        if d == 4:
            return (0.0, math.inf) if self.c**2 < LARGEST else (0.0, 0.0)
        # sigma s = c^2 (s/Lambda^2)^(d - 4)
        exponent = math.log10(self.cutoff_gev) + (math.log10(LARGEST) - 2 * math.log10(self.c)) / (2 * (d - 4))
        end = 10.0 ** min(max(exponent, -300.0), 300.0)
        return (0.0, end) if d > 4 else (end, math.inf)

    def describe(self, given: Mapping[str, Any], branching_ratio: BranchingRatio) -> tuple[Rows, tuple[str, ...]]:
        """Cross section at the energy of the settings (see :meth:`darkfactory.models.base.Model.describe`)."""
        sqrt_s_gev = given.get("sqrt_s_gev", 10.0)
        row = {
            "dimension": self.dimension,
            "sqrt_s_gev": sqrt_s_gev,
            "cutoff_gev": self.cutoff_gev,
            "cross_section_gev2": float(self.cross_section_gev2(sqrt_s_gev)),
            "cross_section_cm2": float(self.cross_section_cm2(sqrt_s_gev)),
        }
        return [row], ("power counting: orders of magnitude only, s << Lambda^2", self.unitarity_note)

    @property
    def unitarity_note(self) -> str:
        """The range of :attr:`unitary_range_gev` in words."""
        low, high = self.unitary_range_gev
        ends = {(0.0, math.inf): "at all energies", (0.0, 0.0): "at no energy"}
        words = f"above {low:.3g} GeV" if low else f"below {high:.3g} GeV"
        return f"rough unitarity, sigma s < 16 pi, holds {ends.get((low, high), 'for sqrt(s) ' + words)}"


MODELS = (Portal,)
