"""Vectors that couple to electron and muon: models ``dark-photon`` and ``vector``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from darkfactory.models.base import WIDTH, mass_key
from darkfactory.models.mediator import ELEMENTARY_CHARGE, Mediator, per_lepton, vector_width
from darkfactory.models.scan import CouplingScan
from darkfactory.settings import Setting

__all__ = ["DarkPhoton", "Vector", "VectorBoson"]


@dataclass(frozen=True, kw_only=True)
class Vector(Mediator):
    """What vectors share: one that is new says its couplings and its vertices.

    Parameters
    ----------
    mass, total_width : float
        As in :class:`Mediator`.
    """

    kind: ClassVar[str] = "vector"
    spin: ClassVar[int] = 1

    @property
    def width_ee(self) -> float:
        """Width into e+ e- [MeV], exactly 0 where closed."""
        return vector_width(self.mass, *self.vertices[:2])

    def _relations(self) -> list[str | None]:
        if self.mass != 0 or not self.longitudinal_growth:
            return []
        text = "a vector with axial or non-universal couplings has a rate that grows as 1/mass^2"
        return [f"model.mass = 0 MeV: allowed (0, inf) MeV; {text}: give a mass, or g_A = 0 and g_V_e = g_V_mu"]

    @property
    def longitudinal_growth(self) -> bool:
        """Whether the rate grows as 1/mass^2."""
        g_V_e, g_A_e, g_V_mu, g_A_mu = self.vertices
        return g_A_e != 0 or g_A_mu != 0 or g_V_e != g_V_mu

    def resonance_monomials(self, made_for: Any) -> dict[str, float]:
        """Largest vertex squared: the rates are those of vertices of which the largest is 1 (see :class:`Mediator`)."""
        return {"g^2": max(abs(g) for g in self.vertices) ** 2}


@dataclass(frozen=True, kw_only=True)
class DarkPhoton(Vector):
    """Dark photon: g_V = epsilon e for electron and muon.

    Parameters
    ----------
    mass : float
        Mass [MeV], >= 0.
    epsilon : float
        Kinetic mixing.
    total_width : float, optional
        As in :class:`Mediator`.

    Examples
    --------
    >>> photon = DarkPhoton(mass=20.0, epsilon=1e-3)
    >>> f"{photon.width_ee:.4e}"
    '4.8649e-08'
    """

    epsilon: float = 1e-3

    name: ClassVar[str] = "dark-photon"
    title: ClassVar[str] = "vector with g_V = epsilon e for every charged lepton"
    keys: ClassVar[tuple[Setting, ...]] = (mass_key(20.0), Setting("epsilon", 1e-3, "kinetic mixing"), WIDTH)
    offers: ClassVar[frozenset[str]] = Mediator.offers | {"quarks"}
    kind: ClassVar[str] = "photon"
    coupling_names: ClassVar[tuple[str, ...]] = ("epsilon",)
    scannable: ClassVar[tuple[str, ...]] = ("epsilon2", "epsilon")

    def vertices_of(self, couplings: Mapping[str, float]) -> tuple[float, ...]:
        """Vertices (g_V_e, g_A_e, g_V_mu, g_A_mu) of a kinetic mixing."""
        g = couplings["epsilon"] * ELEMENTARY_CHARGE
        return (g, 0.0, g, 0.0)

    def common_scale(self) -> tuple[str, float]:
        """Name and value of what rates are proportional to."""
        return "epsilon^2", self.epsilon**2

    def resonance_monomials(self, made_for: Any) -> dict[str, float]:
        """Kinetic mixing squared (see :class:`Mediator`)."""
        return {"epsilon^2": self.epsilon**2}

    def scan(self, coupling: str | None = None, lifetime: str = "model") -> CouplingScan:
        """Scan of the kinetic mixing (see :class:`Mediator`)."""
        self._check_scan(coupling)
        kept = replace(self, total_width=None)
        return CouplingScan(
            self,
            replace(kept, epsilon=1.0),
            lambda x: replace(kept, epsilon=x),
            1e-4,
            lambda x: {"epsilon": x, "epsilon2": x**2},
            ("epsilon",),
        )


@dataclass(frozen=True, kw_only=True)
class VectorBoson(Vector):
    """Vector with couplings g_V, g_A to electron and muon; no neutrino couplings.

    Parameters
    ----------
    mass : float
        Mass [MeV]; > 0 unless g_A = 0 and g_V_e = g_V_mu, because the rate grows as 1/mass^2.
    g_V_e, g_A_e, g_V_mu, g_A_mu : float
        Couplings.
    total_width : float, optional
        As in :class:`Mediator`.
    """

    g_V_e: float = 0.0
    g_A_e: float = 0.0
    g_V_mu: float = 0.0
    g_A_mu: float = 0.0

    name: ClassVar[str] = "vector"
    title: ClassVar[str] = "vector with its own vector and axial couplings to e and mu"
    keys: ClassVar[tuple[Setting, ...]] = (
        mass_key(20.0),
        *per_lepton("g_V", "vector"),
        *per_lepton("g_A", "axial"),
        WIDTH,
    )
    coupling_names: ClassVar[tuple[str, ...]] = ("g_V_e", "g_A_e", "g_V_mu", "g_A_mu")

    def vertices_of(self, couplings: Mapping[str, float]) -> tuple[float, ...]:
        """Vertices (g_V_e, g_A_e, g_V_mu, g_A_mu), which are the couplings themselves."""
        return tuple(couplings[key] for key in self.coupling_names)


MODELS = (DarkPhoton, VectorBoson)
