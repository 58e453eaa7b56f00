"""ALP with derivative couplings that conserve flavor: model ``derivative-alp``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import M_E, M_MU
from darkfactory.errors import InvalidInput, positive
from darkfactory.models.base import WIDTH, Matrix, mass_key
from darkfactory.models.mediator import Mediator, per_lepton, scalar_width
from darkfactory.models.scan import CouplingScan
from darkfactory.settings import Setting
from darkfactory.units import gev_to_mev

__all__ = ["DerivativeAlp"]

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class DerivativeAlp(Mediator):
    """ALP with flavor-diagonal derivative couplings d_mu a / (2 f_a) C_l lbar g^mu g5 l.

    Parameters
    ----------
    mass : float
        Mass [MeV], >= 0.
    f_a_gev : float
        Decay constant [GeV], > 0.
    C_e, C_mu : float
        Dimensionless couplings.
    total_width : float, optional
        As in :class:`Mediator`.
    """

    f_a_gev: float = 1e3
    C_e: float = 0.0
    C_mu: float = 0.0

    name: ClassVar[str] = "derivative-alp"
    title: ClassVar[str] = "lepton-flavor-conserving ALP with derivative couplings to e and mu"
    keys: ClassVar[tuple[Setting, ...]] = (
        mass_key(20.0),
        Setting("f_a_gev", 1e3, "decay constant", unit="GeV", low=0.0, open_low=True),
        *per_lepton("C", "axial"),
        WIDTH,
    )
    # exchanged between two lines it is no propagator times vertices
    offers: ClassVar[frozenset[str]] = frozenset(("mediator", "electrons", "pair"))
    kind: ClassVar[str] = "derivative"
    coupling_names: ClassVar[tuple[str, ...]] = ("C_e", "C_mu")

    def _ranges(self) -> list[str | None]:
        return [*super()._ranges(), positive("model.f_a_gev", self.f_a_gev, unit="GeV")]

    @property
    def f_a(self) -> float:
        """Decay constant [MeV]."""
        return gev_to_mev(self.f_a_gev)

    def vertices_of(self, couplings: Mapping[str, float]) -> tuple[float, ...]:
        """Vertices (C_e, C_mu), dimensionless; the amplitude divides by 2 f_a."""
        return (couplings["C_e"], couplings["C_mu"])

    @property
    def electron_vertices(self) -> tuple[float, float]:
        """(0, g_P = m_e C_e / f_a): the same with photons alone, where no charged current breaks the rotation of electrons."""
        return 0.0, M_E * self.C_e / self.f_a

    def quantities(self) -> dict[str, float]:
        """f_a [GeV], and m C / f_a of both leptons (see :meth:`darkfactory.models.base.Model.quantities`)."""
        found = {"f_a_gev": self.f_a_gev}
        return found | {"g_aee": M_E * abs(self.C_e) / self.f_a, "g_amumu": M_MU * abs(self.C_mu) / self.f_a}

    @property
    def width_ee(self) -> float:
        """Width into e+ e- [MeV]: that of a pseudoscalar with g_P = m_e C_e / f_a, exact for on-shell electrons."""
        return scalar_width(self.mass, *self.electron_vertices)

    def monomials(self) -> tuple[dict[str, float], Matrix]:
        """Products of C_e and C_mu; the matrix has 1/f_a^2."""
        values, rows = super().monomials()
        return values, tuple(tuple(entry / self.f_a**2 for entry in row) for row in rows)

    def resonance_monomials(self, made_for: Any) -> dict[str, float]:
        """Products of C_e and C_mu, moved to this f_a: the rates hold that of the model they were made for."""
        moved = (made_for.f_a / self.f_a) ** 2
        return {name: value * moved for name, value in self.monomials()[0].items()}

    def scan(self, coupling: str | None = None, lifetime: str = "model") -> CouplingScan:
        """Scan of 1/f_a; only the ratio of C_e and C_mu counts (see :class:`Mediator`)."""
        self._check_scan(coupling)
        if self.C_e == 0 == self.C_mu:
            raise InvalidInput("model.C_e, model.C_mu = 0: give them, e.g. model.C_e=1 and model.C_mu=1")
        self._require_electrons(lifetime)
        kept = replace(self, total_width=None)
        kind = replace(kept, f_a_gev=1.0)
        return CouplingScan(self, kind, lambda x: replace(kept, f_a_gev=1 / x), 1e-3, self._reported, ("f_a_gev",))

    def _reported(self, x: Array) -> dict[str, Array]:
        """Lower limit on f_a [GeV], and upper ones on |g| = |C| m / f_a."""
        found = {"f_a_gev": np.where(np.isfinite(x), 1 / np.where(np.isfinite(x), x, 1.0), 0.0)}
        lepton = {"g_ee": (self.C_e, M_E), "g_mumu": (self.C_mu, M_MU)}
        return found | {name: abs(C) * m * x / gev_to_mev(1.0) for name, (C, m) in lepton.items() if C}


MODELS = (DerivativeAlp,)
