r"""Flavor-conserving mediators X of the lepton line: dark photon, vector, scalar, pseudoscalar, derivative ALP.

L_X = X_mu lbar g^mu (g_V + g_A g5) l for vectors, phi lbar (g_S + i g_P g5) l for scalars, and
d_mu a / (2 f_a) C_l lbar g^mu g5 l for the derivative ALP, each for l = e and mu. The derivative ALP is a pseudoscalar
with g_P = m_l C_l / f_a only if C_e = C_mu: the two are different models and are never converted silently.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import ClassVar

from darkfactory.constants import ALPHA, M_E
from darkfactory.errors import InvalidInput, in_range, positive, require
from darkfactory.models.base import to_floats
from darkfactory.units import gev_to_mev

__all__ = [
    "DarkPhoton",
    "DerivativeAlp",
    "Mediator",
    "Pseudoscalar",
    "Scalar",
    "VectorBoson",
    "scalar_width",
    "vector_width",
]

ELEMENTARY_CHARGE = math.sqrt(4 * math.pi * ALPHA)
"""e = sqrt(4 pi alpha)."""


def _velocity_squared(mass: float, lepton_mass: float) -> float:
    """Squared velocity of the leptons of X -> l l, negative where the channel is closed."""
    return (1 - 2 * lepton_mass / mass) * (1 + 2 * lepton_mass / mass) if mass > 0 else -math.inf


def vector_width(mass: float, g_V: float, g_A: float, lepton_mass: float = M_E) -> float:
    """Width of a vector into a lepton pair [MeV], tree level.

    Parameters
    ----------
    mass : float
        Mass of the vector [MeV].
    g_V, g_A : float
        Vector and axial coupling.
    lepton_mass : float
        Mass of either lepton [MeV].

    Returns
    -------
    float
        m beta / (12 pi) [g_V^2 (1 + 2 m_l^2/m^2) + g_A^2 beta^2]; exactly 0 where closed.

    Examples
    --------
    >>> round(vector_width(20.0, 1e-3 * ELEMENTARY_CHARGE, 0.0) * 1e8, 6)
    4.864889
    """
    beta2 = _velocity_squared(mass, lepton_mass)
    if beta2 <= 0:
        return 0.0
    return mass * math.sqrt(beta2) / (12 * math.pi) * (g_V**2 * (1 + 2 * (lepton_mass / mass) ** 2) + g_A**2 * beta2)


def scalar_width(mass: float, g_S: float, g_P: float, lepton_mass: float = M_E) -> float:
    """Width of a scalar into a lepton pair [MeV], tree level: m beta / (8 pi) [g_S^2 beta^2 + g_P^2].

    Parameters
    ----------
    mass : float
        Mass of the scalar [MeV].
    g_S, g_P : float
        Scalar and pseudoscalar coupling.
    lepton_mass : float
        Mass of either lepton [MeV].

    Returns
    -------
    float
        Width [MeV]; exactly 0 where closed.
    """
    beta2 = _velocity_squared(mass, lepton_mass)
    if beta2 <= 0:
        return 0.0
    return mass * math.sqrt(beta2) / (8 * math.pi) * (g_S**2 * beta2 + g_P**2)


@dataclass(frozen=True, kw_only=True)
class Mediator:
    """What the mediators share; a new one sets ``spin`` and ``coupling_names`` and says what its vertices are.

    Parameters
    ----------
    mass : float
        Mass [MeV], >= 0.
    total_width : float, optional
        Total width [MeV] if X decays into more than e+ e-; the width into e+ e- by default.

    Raises
    ------
    InvalidInput
        Listing every parameter outside its domain.
    """

    mass: float = 20.0
    total_width: float | None = None

    name: ClassVar[str] = ""
    spin: ClassVar[str] = "scalar"
    """Which line emits it: ``vector``, ``scalar`` or ``derivative``."""
    coupling_names: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        problems = [in_range("model.mass", self.mass, 0, unit="MeV")]
        if self.total_width is not None:
            problems.append(in_range("model.total_width", self.total_width, 0, unit="MeV"))
        problems += [in_range(f"model.{key}", getattr(self, key)) for key in self.coupling_names]
        problems += self._problems()
        require(*problems)
        to_floats(self, *(field.name for field in fields(self)))
        width = self.width_ee
        if self.total_width is not None and self.total_width < width * (1 - 1e-9):
            raise InvalidInput(
                f"model.total_width = {self.total_width:g} MeV: allowed [{width:g}, inf) MeV, the width into e e; "
                "leave it out if e e is the only channel"
            )

    def _problems(self) -> list[str | None]:
        return []

    @property
    def couplings(self) -> dict[str, float]:
        """Couplings that rates are quadratic in, by the names of the model's keys."""
        return {key: float(getattr(self, key)) for key in self.coupling_names}

    @property
    def vertices(self) -> tuple[float, ...]:
        """Vertices as amplitudes take them: (g_V_e, g_A_e, g_V_mu, g_A_mu), or the same with S, P, or (C_e, C_mu)."""
        return self.vertices_of(self.couplings)

    def vertices_of(self, couplings: Mapping[str, float]) -> tuple[float, ...]:
        """Vertices of other values of the couplings, in which they are linear (see :attr:`vertices`)."""
        raise NotImplementedError

    @property
    def width_ee(self) -> float:
        """Width into e+ e- [MeV], exactly 0 where closed."""
        vertices = self.vertices
        if self.spin == "vector":
            return vector_width(self.mass, vertices[0], vertices[1])
        return scalar_width(self.mass, vertices[0], vertices[1])

    @property
    def width(self) -> float:
        """Total width [MeV]: ``total_width``, or that into e+ e- alone: above 2 m_mu give ``total_width`` for a lifetime."""
        return self.width_ee if self.total_width is None else self.total_width

    @property
    def branching_ratio_ee(self) -> float:
        """Branching ratio into e+ e-; 0 where closed."""
        return self.width_ee / self.width if self.width > 0 else 0.0

    @property
    def longitudinal_growth(self) -> bool:
        """Whether the rate grows as 1/mass^2: axial or non-universal couplings of a vector."""
        return False


@dataclass(frozen=True, kw_only=True)
class DarkPhoton(Mediator):
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
    spin: ClassVar[str] = "vector"
    coupling_names: ClassVar[tuple[str, ...]] = ("epsilon",)

    def vertices_of(self, couplings: Mapping[str, float]) -> tuple[float, ...]:
        """Vertices (g_V_e, g_A_e, g_V_mu, g_A_mu) of a kinetic mixing."""
        g = couplings["epsilon"] * ELEMENTARY_CHARGE
        return (g, 0.0, g, 0.0)


@dataclass(frozen=True, kw_only=True)
class VectorBoson(Mediator):
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
    spin: ClassVar[str] = "vector"
    coupling_names: ClassVar[tuple[str, ...]] = ("g_V_e", "g_A_e", "g_V_mu", "g_A_mu")

    def _problems(self) -> list[str | None]:
        if self.mass != 0 or not self.longitudinal_growth:
            return []
        text = "a vector with axial or non-universal couplings has a rate that grows as 1/mass^2"
        return [f"model.mass = 0 MeV: allowed (0, inf) MeV; {text}: give a mass, or g_A = 0 and g_V_e = g_V_mu"]

    @property
    def longitudinal_growth(self) -> bool:
        """Whether the rate grows as 1/mass^2."""
        return self.g_A_e != 0 or self.g_A_mu != 0 or self.g_V_e != self.g_V_mu

    def vertices_of(self, couplings: Mapping[str, float]) -> tuple[float, ...]:
        """Vertices (g_V_e, g_A_e, g_V_mu, g_A_mu), which are the couplings themselves."""
        return tuple(couplings[key] for key in self.coupling_names)


@dataclass(frozen=True, kw_only=True)
class Scalar(Mediator):
    """Scalar with Yukawa couplings to electron and muon.

    Parameters
    ----------
    mass : float
        Mass [MeV], >= 0.
    g_e, g_mu : float
        Couplings of phi lbar l.
    total_width : float, optional
        As in :class:`Mediator`.
    """

    g_e: float = 0.0
    g_mu: float = 0.0

    name: ClassVar[str] = "scalar"
    coupling_names: ClassVar[tuple[str, ...]] = ("g_e", "g_mu")

    def vertices_of(self, couplings: Mapping[str, float]) -> tuple[float, ...]:
        """Vertices (g_S_e, g_P_e, g_S_mu, g_P_mu)."""
        return (couplings["g_e"], 0.0, couplings["g_mu"], 0.0)


@dataclass(frozen=True, kw_only=True)
class Pseudoscalar(Mediator):
    """Pseudoscalar with Yukawa couplings i g_P g5; the "lepton-flavor-conserving ALP" of the literature.

    Parameters
    ----------
    mass : float
        Mass [MeV], >= 0.
    g_e, g_mu : float
        Couplings of phi lbar i g5 l.
    total_width : float, optional
        As in :class:`Mediator`.
    """

    g_e: float = 0.0
    g_mu: float = 0.0

    name: ClassVar[str] = "pseudoscalar"
    coupling_names: ClassVar[tuple[str, ...]] = ("g_e", "g_mu")

    def vertices_of(self, couplings: Mapping[str, float]) -> tuple[float, ...]:
        """Vertices (g_S_e, g_P_e, g_S_mu, g_P_mu)."""
        return (0.0, couplings["g_e"], 0.0, couplings["g_mu"])


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
    spin: ClassVar[str] = "derivative"
    coupling_names: ClassVar[tuple[str, ...]] = ("C_e", "C_mu")

    def _problems(self) -> list[str | None]:
        return [positive("model.f_a_gev", self.f_a_gev, unit="GeV")]

    @property
    def f_a(self) -> float:
        """Decay constant [MeV]."""
        return gev_to_mev(self.f_a_gev)

    def vertices_of(self, couplings: Mapping[str, float]) -> tuple[float, ...]:
        """Vertices (C_e, C_mu), dimensionless; the amplitude divides by 2 f_a."""
        return (couplings["C_e"], couplings["C_mu"])

    @property
    def width_ee(self) -> float:
        """Width into e+ e- [MeV]: that of a pseudoscalar with g_P = m_e C_e / f_a, exact for on-shell electrons."""
        if not self.f_a_gev > 0:
            return 0.0
        return scalar_width(self.mass, 0.0, M_E * self.C_e / self.f_a)
